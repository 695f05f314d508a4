"""How much is given at most: limits on points, quantities or times, per subject and period.

A new kind of limit is one class with the members of `Bound`; one from another package comes by
entry point.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from decimal import ROUND_FLOOR, Decimal
from enum import StrEnum
from itertools import chain
from typing import Any, Protocol

from attrs import field, frozen

from gridpoints.exact_json import exact_text
from gridpoints.rules.case import BILLION, Case, Counter, Scope
from gridpoints.values import Names, Period, Step, Unit


class Excess(StrEnum):
    """What happens to a deed that asks for more than a limit leaves.

    `REPORT` changes nothing: it tells a committee that a budget was overrun.
    """

    CLIP = "clip"
    REJECT = "reject"
    REPORT = "report"


class Counted(StrEnum):
    """What a limit counts: points, the quantity (hours, items), or how many times."""

    POINTS = "points"
    QUANTITY = "quantity"
    TIMES = "times"


#: So many steps of one limit are kept, to be told again.
MOST_STEPS = 4_096

#: Stands in a text for a number that is not known yet: no number is written like this.
_HOLE = Decimal("NaN20000101")

#: A member is slow to find in its enumeration.
_POINTS = Counted.POINTS


class Bound(Protocol):
    """Something that an award must not exceed."""

    @property
    def code(self) -> str:
        """Its code in the file."""

    @property
    def counts(self) -> Counted:
        """What it is given to bound, and counts."""

    @property
    def counter(self) -> Counter | None:
        """Where it is counted together; None where each deed stands for itself."""

    def covers(self, deed: str, category: str, unit: str) -> bool:
        """Whether a deed of that code and category, which counts in that unit, counts against it."""

    @property
    def names_deeds(self) -> bool:
        """Whether it names deeds or categories; one that names none is not for deductions."""

    def left(self, case: Case, used: int) -> int | None:
        """What may be given still, in the smallest parts of what it counts; None for no bound.

        `used` is what its counter has so far; 0 where each deed stands for itself.
        """

    @property
    def excess(self) -> Excess:
        """What happens to what is more than that."""

    def figures(self, case: Case) -> dict[str, Any]:
        """What a step says of it beside what was left: a new dict each time."""


@frozen
class Bounds:
    """The limits and budgets that a deed counts against, by what they count."""

    points: tuple[Bound, ...] = ()
    quantity: tuple[Bound, ...] = ()
    times: tuple[Bound, ...] = ()

    @classmethod
    def of(cls, bounds: Iterable[Bound]) -> Bounds:
        """These, each kind in their order."""
        bounds = tuple(bounds)
        return cls(**{counts: tuple(b for b in bounds if b.counts is counts) for counts in Counted})

    def __iter__(self) -> Iterator[Bound]:
        return chain(self.points, self.quantity, self.times)


@frozen
class Limit:
    """At most `most` for these deeds together (empty: for all), per subject and period.

    `most` counts smallest parts of the unit, billionths of an hour or item, or times.
    """

    code: str
    most: int
    period: Period
    scope: Scope = Scope.MEMBER
    excess: Excess = Excess.CLIP
    deeds: frozenset[str] = frozenset()
    categories: frozenset[str] = frozenset()
    counts: Counted = Counted.POINTS
    unit: str = ""
    names: Names = field(factory=dict, hash=False)
    counter: Counter | None = field(init=False, eq=False, repr=False)
    #: The same for every deed that counts in a unit.
    _figures: dict[str, dict[str, Any]] = field(init=False, eq=False, repr=False, factory=dict)
    #: What was said of points, by code, what was left, what is given, and unit: it comes again and again.
    _steps: dict[tuple[str, int, int, str], Step] = field(init=False, eq=False, repr=False, factory=dict)
    #: By code and unit, how it is written down.
    _texts: dict[tuple[str, str], list[str]] = field(init=False, eq=False, repr=False, factory=dict)

    @counter.default
    def _counter(self) -> Counter | None:
        return None if self.period is Period.DEED else Counter(self.code, self.period, self.scope)

    def covers(self, deed: str, category: str, unit: str) -> bool:
        """Whether a deed counts against this limit: named itself, by its category, or all are."""
        named = deed in self.deeds or category in self.categories or not (self.deeds or self.categories)
        return named and self.unit in ("", unit)

    @property
    def names_deeds(self) -> bool:
        """Whether it names deeds or categories."""
        return bool(self.deeds or self.categories)

    def left(self, case: Case, used: int) -> int:
        """What of `most` was not used in the period."""
        return self.most - used if used < self.most else 0

    def figures(self, case: Case) -> dict[str, Any]:
        """Its names, its most, its period and its scope."""
        unit = case.unit.code
        if (figures := self._figures.get(unit)) is None:
            figures = self._figures[unit] = {
                "limit": self.code,
                "most": in_words(self.most, self.counts, case),
                "period": self.period,
                "scope": self.scope,
            }
            if self.names:
                figures["names"] = self.names
            if self.counts is Counted.POINTS:  # room for what changes: a copy that grows takes twice as long
                figures |= {"left": None, "points": None, "unit": unit}
        return figures.copy()

    def step(self, code: str, case: Case, left: int, given: int) -> Step:
        """What is said of points."""
        unit = case.unit
        key = code, left, given, unit.code
        if (step := self._steps.get(key)) is None:
            if len(self._steps) >= MOST_STEPS:
                self._steps.clear()
            figures = _of_points(self.figures(case), unit, left, given)
            step = self._steps[key] = Step(code, figures)
            if len(parts := self._parts(code, figures)) == 3:
                before, between, after = parts
                text = before + str(figures["left"]) + between + str(figures["points"]) + after
                object.__setattr__(step, "text", text)  # for it is as `exact_text` would write it
        return step

    def _parts(self, code: str, figures: Mapping[str, Any]) -> list[str]:
        """The JSON of a step around what was left and what is given, which are other numbers each time."""
        key = code, figures["unit"]
        if (parts := self._texts.get(key)) is None:
            open_ones = {**figures, "left": _HOLE, "points": _HOLE}
            parts = self._texts[key] = exact_text(Step(code, open_ones)).split(str(_HOLE))
        return parts


def in_words(number: int, counts: Counted, case: Case) -> Decimal:
    """What a limit counts as a decimal: points of the unit, hours, times."""
    if counts is Counted.POINTS:
        return case.unit.decimal(number)
    return (Decimal(number) / BILLION).normalize() if counts is Counted.QUANTITY else Decimal(number)


def allowed(bounds: tuple[Bound, ...], case: Case, asked: int) -> int:
    """What the bounds leave of `asked`, which is above 0, and count; each says so in a step."""
    given, steps = asked, case.steps
    keys = []
    for bound in bounds:
        if (counter := bound.counter) is None:
            left = bound.left(case, 0)
        else:
            key = counter.key(case.deed.day, case.subjects)
            keys.append(key)
            left = bound.left(case, case.used(key))
        if left is None:
            continue
        before = given
        if given > left and bound.excess is not Excess.REPORT:
            given = left if bound.excess is Excess.CLIP and bound.counts is not Counted.TIMES else 0
            case.bound_by[bound.code] = before - given if bound.counts is _POINTS else 0
        if steps is not None:
            steps.append(_step(bound, case, left, before, given))
        if not given:
            return 0
    for key in keys:
        case.uses[key] = given
    return given


def _step(bound: Bound, case: Case, left: int, before: int, given: int) -> Step:
    if given == before:
        code = "within" if before <= left else "overrun"
    else:
        code = "clipped" if given or bound.excess is Excess.CLIP else "rejected"
    counts = bound.counts
    if counts is _POINTS and type(bound) is Limit:
        return bound.step(code, case, left, given)
    values = bound.figures(case)
    # Figures are shown with what they count; times stand alone.
    if counts is _POINTS:
        return Step(code, _of_points(values, case.unit, left, given))
    values["left"] = in_words(left, counts, case)
    if counts is Counted.QUANTITY:
        values["quantity"], values["per"] = in_words(given, counts, case), case.per or "time"
    return Step(f"{code}_{counts}", values)


def _of_points(figures: dict[str, Any], unit: Unit, left: int, given: int) -> dict[str, Any]:
    figures["left"] = unit.decimal(left)
    figures["points"] = unit.decimal(given)
    figures["unit"] = unit.code
    return figures


def count(bounds: tuple[Bound, ...], case: Case, given: int) -> None:
    """Write down in the case what the award adds to the counters of `bounds`."""
    for bound in bounds:
        if bound.counter is not None:
            case.uses[case.key(bound.counter)] = given


def billionths(quantity: Decimal) -> int:
    """A quantity as the limits count it."""
    return int((quantity * BILLION).to_integral_value(ROUND_FLOOR))
