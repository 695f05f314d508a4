"""What changes an amount before the limits: coefficients (系数) and campaigns (活动)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any, Protocol

from attrs import field, frozen

from gridpoints.rules.amounts import Worth, shown, times
from gridpoints.rules.case import Case
from gridpoints.rules.conditions import Condition, failing
from gridpoints.values import Names


class Coefficient(Protocol):
    """A number that the amount is multiplied by."""

    def factor(self, case: Case) -> Decimal | None:
        """The number for this deed; None where it does not concern it."""

    @property
    def because(self) -> str:
        """The fact that it goes by; empty where it goes by a condition."""


@frozen
class ByFact:
    """A coefficient for each value of a fact: by category, by day, by place, by person."""

    because: str
    values: Mapping[Any, Decimal] = field(hash=False)
    otherwise: Decimal | None = None

    def factor(self, case: Case) -> Decimal | None:
        """The coefficient of the value that the fact has; raises `FactNeeded`."""
        return self.values.get(case.fact(self.because), self.otherwise)


@frozen
class Where:
    """A coefficient for the deeds that a condition holds for."""

    conditions: tuple[Condition, ...]
    times: Decimal
    because: str = ""

    def factor(self, case: Case) -> Decimal | None:
        """The coefficient where all conditions hold."""
        return None if failing(self.conditions, case) else self.times


def adjusted(worth: Worth, coefficients: Sequence[Coefficient], case: Case) -> Worth:
    """The amount times every coefficient that concerns the deed."""
    for coefficient in coefficients:
        factor = coefficient.factor(case)
        if factor is not None and factor != 1:
            worth = times(worth, factor)
            if case.steps is not None:
                values = {"factor": factor, "points": shown(worth, case.unit), "unit": case.unit.code}
                if coefficient.because:
                    values |= {"fact": coefficient.because, "value": case.fact(coefficient.because)}
                case.say("coefficient", values)
    return worth


ONCE = Decimal(1)


class Stacking(StrEnum):
    """Which of several campaigns on one deed apply: the best, all of them, or the first listed."""

    BEST = "best"
    SUM = "sum"
    FIRST = "first"


@frozen
class Campaign:
    """More points for some deeds (empty: all) from a day until another, which does not belong to it.

    `times` multiplies the amount, `plus` adds to it; with `emergency` it applies to the deeds of an
    emergency alone (应急状态).
    """

    code: str
    names: Names = field(hash=False)
    starts_on: date
    ends_on: date
    times: Decimal = ONCE
    plus: int = 0
    deeds: frozenset[str] = frozenset()
    categories: frozenset[str] = frozenset()
    conditions: tuple[Condition, ...] = ()
    emergency: bool = False

    def covers(self, deed: str, category: str) -> bool:
        """Whether it is for a deed of that code and category, on whatever day."""
        return deed in self.deeds or category in self.categories or not (self.deeds or self.categories)

    def applies(self, case: Case) -> bool:
        """Whether it is for this deed on its day."""
        return (
            self.starts_on <= case.deed.day < self.ends_on
            and (not self.emergency or case.facts["emergency"] is True)
            and failing(self.conditions, case) is None
        )

    def bonus(self, worth: Worth) -> Worth:
        """What it adds to an amount."""
        return times(worth, self.times - 1) + self.plus if self.times != 1 else self.plus


def campaigned(worth: Worth, campaigns: Sequence[Campaign], stacking: Stacking, case: Case) -> Worth:
    """The amount with what the campaigns add to it."""
    running = [campaign for campaign in campaigns if campaign.applies(case)]
    if not running:
        return worth
    if stacking is Stacking.FIRST:
        running = running[:1]
    elif stacking is Stacking.BEST:
        running = [max(running, key=lambda campaign: campaign.bonus(worth))]
    base = worth
    for campaign in running:
        worth += campaign.bonus(base)
        values = {
            "campaign": campaign.code,
            "names": campaign.names,
            "times": campaign.times,
            "plus": case.unit.decimal(campaign.plus),
            "points": shown(worth, case.unit),
            "unit": case.unit.code,
        }
        case.say("campaign", values)
    return worth
