"""What it is worth: rule sets (积分细则), the deeds they list, and how one deed is judged.

Pure: a rule set is given the facts of a deed and what was used of its limits so far, and answers
with a `Judgement`. Amounts are ints in the smallest part of the rule set's unit.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Context, Decimal
from enum import StrEnum
from typing import Protocol

from attrs import field, frozen

from gridpoints.errors import DeedUnknown, QuantityNeeded, QuantityNotTaken
from gridpoints.values import Explanation, Names, Period, Step, Unit


@frozen
class Deed:
    """The facts that are judged: what was done, on which local day, and how much of it."""

    code: str
    day: date
    quantity: Decimal | None = None


class Amount(Protocol):
    """How many points one deed asks for, before limits. A new kind of amount is one class."""

    @property
    def per(self) -> str | None:
        """What its quantity counts (``hour``, ``time``, ``item``); None where it takes none."""

    def wanted(self, deed: Deed, unit: Unit) -> tuple[int, Explanation]:
        """The amount and the steps that lead to it."""


@frozen
class Fixed:
    """The same number of points each time (每次)."""

    points: int
    per: None = field(default=None, init=False)

    def wanted(self, deed: Deed, unit: Unit) -> tuple[int, Explanation]:
        """The points; raises `QuantityNotTaken` for any quantity but 1."""
        if deed.quantity is not None and not (deed.quantity.is_finite() and deed.quantity == 1):
            raise QuantityNotTaken(deed=deed.code)
        return self.points, (Step("fixed", {"points": unit.decimal(self.points), "unit": unit.code}),)


class Rounding(StrEnum):
    """What happens to a quantity before it is multiplied."""

    EXACT = "exact"
    HALF = "half"
    WHOLE = "whole"
    UP = "up"
    NEAREST = "nearest"

    def apply(self, quantity: Decimal) -> Decimal:
        """Half and whole cut off (2.8 h → 2.5 h, 2 h); up and nearest give whole numbers."""
        match self:
            case Rounding.EXACT:
                return quantity
            case Rounding.HALF:
                return (quantity * 2).to_integral_value(ROUND_FLOOR) / 2
            case Rounding.WHOLE:
                return quantity.to_integral_value(ROUND_FLOOR)
            case Rounding.UP:
                return quantity.to_integral_value(ROUND_CEILING)
            case Rounding.NEAREST:
                return quantity.to_integral_value(ROUND_HALF_UP)


#: A slip of the keyboard: nobody did anything so often.
MOST_QUANTITY = 10**9

#: Twenty minutes are no finite decimal of an hour: a product that misses a whole number by less
#: than this is that number.
_NEARLY_WHOLE = Decimal("1e-9")
_PRODUCT = Context(prec=80, rounding=ROUND_HALF_UP)


@frozen
class PerUnit:
    """So many points for each hour, time or item (每小时、每次、每件)."""

    per: str
    points: int
    rounding: Rounding = Rounding.EXACT

    def wanted(self, deed: Deed, unit: Unit) -> tuple[int, Explanation]:
        """The points for what is counted of the quantity; what is less than a point is cut off.

        Raises `QuantityNeeded` without a quantity above 0 and below `MOST_QUANTITY`.
        """
        if deed.quantity is None or not (deed.quantity.is_finite() and 0 < deed.quantity < MOST_QUANTITY):
            raise QuantityNeeded(deed=deed.code, per=self.per)
        counted = self.rounding.apply(deed.quantity)
        product = _PRODUCT.quantize(_PRODUCT.multiply(counted, self.points), _NEARLY_WHOLE)
        amount = int(product.to_integral_value(ROUND_FLOOR))
        step = Step(
            "per_unit",
            {
                "quantity": deed.quantity,
                "counted": counted,
                "per": self.per,
                "rate": unit.decimal(self.points),
                "points": unit.decimal(amount),
                "unit": unit.code,
            },
        )
        return amount, (step,)


@frozen
class DeedRule:
    """One line of the published table: what is done, and what it is worth."""

    code: str
    names: Names
    amount: Amount
    unit: Unit


class Scope(StrEnum):
    """Whose points a limit counts together."""

    MEMBER = "member"
    HOUSEHOLD = "household"
    GRID = "grid"
    COMMUNITY = "community"


class Excess(StrEnum):
    """What happens to a deed that asks for more than a limit leaves."""

    CLIP = "clip"
    REJECT = "reject"


@frozen
class Limit:
    """At most `most` for these deeds together (empty: for all), per subject and period."""

    code: str
    most: int
    period: Period
    scope: Scope = Scope.MEMBER
    excess: Excess = Excess.CLIP
    deeds: frozenset[str] = frozenset()

    def covers(self, rule: DeedRule) -> bool:
        """Whether points for that deed count against this limit."""
        return not self.deeds or rule.code in self.deeds


@frozen(order=True)
class UsageKey:
    """What is counted together under one limit: a subject's points since a first day."""

    limit: str
    subject: str
    since: date


@frozen
class Judgement:
    """What a deed is worth under one rule set: what it asked for, what it gets, and why.

    `uses` is what the award takes from each limit; giving it back undoes the award there.
    """

    rule_set: str
    unit: Unit
    wanted: int
    awarded: int
    explanation: Explanation
    uses: Mapping[UsageKey, int] = field(factory=dict, hash=False)


@frozen
class RuleSet:
    """A compiled rule set, in force from `starts_on`. Its `id` is ``code@version``."""

    id: str
    names: Names
    starts_on: date
    units: Mapping[str, Unit]
    deeds: Mapping[str, DeedRule]
    limits: tuple[Limit, ...] = ()
    source: str = ""

    def rule(self, code: str) -> DeedRule:
        """The line for that deed; raises `DeedUnknown` with the code that is most like it."""
        try:
            return self.deeds[code]
        except KeyError:
            close = difflib.get_close_matches(code, self.deeds, 1)
            raise DeedUnknown(deed=code, suggestion=close[0] if close else None) from None

    def limit_keys(self, deed: Deed, subjects: Mapping[Scope, str]) -> dict[UsageKey, Limit]:
        """The limits that the deed counts against, by the key under which each is counted.

        A limit whose scope has no subject (a member without a household) counts the member.
        """
        rule = self.rule(deed.code)
        keys = {}
        for limit in self.limits:
            if limit.covers(rule):
                # Named with its scope: a member and a household may have the same id.
                scope = limit.scope if limit.scope in subjects else Scope.MEMBER
                subject = f"{scope}:{subjects[scope]}"
                keys[UsageKey(limit.code, subject, limit.period.first_day(deed.day))] = limit
        return keys

    def judge(self, deed: Deed, subjects: Mapping[Scope, str], used: Callable[[UsageKey], int]) -> Judgement:
        """Judge one deed; `used` tells what was used under a key so far.

        Raises `DeedUnknown`, `QuantityNeeded` or `QuantityNotTaken`.
        """
        rule = self.rule(deed.code)
        unit = rule.unit
        wanted, steps = rule.amount.wanted(deed, unit)
        explanation = [Step("rule", {"rule_set": self.id, "deed": rule.code, "names": rule.names}), *steps]
        awarded = wanted
        keys = self.limit_keys(deed, subjects)
        for key, limit in keys.items():
            left = max(0, limit.most - used(key))
            if awarded <= left:
                continue
            awarded = left if limit.excess is Excess.CLIP else 0
            explanation.append(
                Step(
                    "clipped" if limit.excess is Excess.CLIP else "rejected",
                    {
                        "limit": limit.code,
                        "most": unit.decimal(limit.most),
                        "period": limit.period,
                        "scope": limit.scope,
                        "left": unit.decimal(left),
                        "points": unit.decimal(awarded),
                        "unit": unit.code,
                    },
                )
            )
        uses = dict.fromkeys(keys, awarded) if awarded else {}
        return Judgement(self.id, unit, wanted, awarded, tuple(explanation), uses)


@frozen
class PublishedRules:
    """A version of the rules as it was published: its text is frozen, and in force from a day."""

    id: str
    text: str
    starts_on: date
    published_at: datetime
    published_by: str
