"""One deed under judgement: the facts of it, what is counted so far, and the steps of its explanation.

Pure: whoever judges is given all of it. Amounts are ints in the smallest part of a unit.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from functools import lru_cache
from types import MappingProxyType
from typing import Any, NamedTuple

from attrs import define, field, frozen

from gridpoints.errors import FactNeeded
from gridpoints.values import Period, Step, Unit

#: What is known of a deed: by its name, such as ``hours`` or ``member.stars``. Numbers are exact.
Fact = bool | int | Decimal | Fraction | str | date


#: One for all: most deeds are told without any.
NO_FACTS: Mapping[str, Fact] = MappingProxyType({})


class Deed(NamedTuple):  # quick to make: a simulation has a million
    """What is judged: what was done, on which local day, how much of it, and what else is known.

    `chosen` is the amount that a panel chose, in decimals of the unit, where the rules leave it a
    range. `facts` are those that the rule set declares under ``facts``, by name.
    """

    code: str
    day: date
    quantity: Decimal | None = None
    facts: Mapping[str, Fact] = NO_FACTS
    chosen: Decimal | None = None


class Scope(StrEnum):
    """Whose deeds are counted together."""

    MEMBER = "member"
    HOUSEHOLD = "household"
    GRID = "grid"
    COMMUNITY = "community"


class UsageKey(NamedTuple):
    """What is counted together: under one limit or running total, a subject's, since a first day.

    Counted it is under its text, which is quick to make and to find.
    """

    limit: str
    subject: str
    since: date

    def __str__(self) -> str:
        # No subject has a blank in its id, and the day has a fixed width: no two keys give the same.
        return f"{self.limit} {self.subject} {self.since.isoformat()}"

    @classmethod
    def parse(cls, text: str) -> UsageKey:
        """The key whose ``str`` is `text`."""
        limit, subject, since = text.rsplit(" ", 2)
        return cls(limit, subject, _first_day(since))


_first_day = lru_cache(maxsize=4_096)(date.fromisoformat)  # keys are many, their days few


class _Ends(dict[date, str]):
    """How the texts of keys end: for each limit of each deed, and days are few."""

    def __init__(self, period: Period) -> None:
        super().__init__()
        self._period = period

    def __missing__(self, day: date) -> str:
        if len(self) >= 4_096:
            self.clear()
        end = self[day] = f" {self._period.first_day(day).isoformat()}"
        return end


_ENDS = {period: _Ends(period) for period in Period}


@frozen
class Counter:
    """What a limit, or a running total, counts together."""

    code: str
    period: Period
    scope: Scope = Scope.MEMBER
    #: A subject is named with its scope: a member and a household may have the same id.
    _start: str = field(init=False, eq=False, repr=False)
    _ends: Mapping[date, str] = field(init=False, eq=False, repr=False)

    @_start.default
    def _named(self) -> str:
        return f"{self.code} {self.scope}:"

    @_ends.default
    def _of_days(self) -> Mapping[date, str]:
        return _ENDS[self.period]

    def key(self, day: date, subjects: Mapping[Scope, str]) -> str:
        """The text of its `UsageKey`. Without a subject in the scope (a household) that of the member."""
        if (subject := subjects.get(self.scope)) is None:
            return f"{self.code} {Scope.MEMBER}:{subjects[Scope.MEMBER]}{self._ends[day]}"
        return f"{self._start}{subject}{self._ends[day]}"


#: A running total counts quantities in billionths: twenty minutes are no finite decimal of an hour.
BILLION = 10**9


@define
class Case:
    """A deed while it is judged. `steps` is None where nobody asks why.

    `subjects` are those whose deeds it is counted with. `used` tells what was counted under a key so far,
    `balance` what the holder can spend of the unit. `quantity` is what counts of the deed's, after the
    limits on quantities; `uses` is what the award adds to the counters; `bound_by` the limits that give
    less, each with how much less. Not `fits`, the cap and what there is to be taken are left for later
    (`fitted`).
    """

    deed: Deed
    unit: Unit
    per: str | None
    subjects: Mapping[Scope, str]
    used: Callable[[str], int]
    balance: Callable[[], int]
    steps: list[Step] | None
    quantity: Decimal | None = None
    fits: bool = True
    uses: dict[str, int] = field(factory=dict, init=False)
    bound_by: dict[str, int] = field(factory=dict, init=False)
    _facts: dict[str, Fact] | None = field(default=None, init=False)

    def say(self, code: str, values: Mapping[str, Any]) -> None:
        """Write down a step, where somebody asks why; amounts in it are decimals of the unit."""
        if self.steps is not None:
            self.steps.append(Step(code, values))

    def key(self, counter: Counter) -> str:
        """Where this deed counts under `counter`."""
        return counter.key(self.deed.day, self.subjects)

    def limit_quantity(self, quantity: Decimal) -> None:
        """Go on with less of the quantity: what a limit left of it."""
        self.quantity, self._facts = quantity, None

    @property
    def facts(self) -> Mapping[str, Fact]:
        """All that is known of the deed by name, the built-in facts included."""
        if self._facts is None:
            self._facts = {**_BUILT_IN, **self.deed.facts, **built_in(self.deed, self.quantity, self.per)}
        return self._facts

    def fact(self, name: str) -> Fact:
        """The fact of that name; raises `FactNeeded` where nobody told it."""
        try:
            return self.facts[name]
        except KeyError:
            raise FactNeeded(deed=self.deed.code, fact=name) from None


#: Told of every deed unless the report says otherwise.
_BUILT_IN: Mapping[str, Fact] = {"emergency": False}


def built_in(deed: Deed, quantity: Decimal | None, per: str | None) -> dict[str, Fact]:
    """What every deed tells of itself. Weekdays count from 1, Monday, to 7, Sunday (ISO 8601)."""
    facts: dict[str, Fact] = {
        "deed": deed.code,
        "day": deed.day,
        "weekday": deed.day.isoweekday(),
        "month": deed.day.month,
    }
    if quantity is not None:
        facts["quantity"] = quantity
        if per == "hour":
            facts["hours"] = quantity
    return facts
