"""How many points a deed asks for, before limits: fixed, per hour, in brackets, from a table, and more.

A new kind of amount is one class with the two members of `Amount`, and its form in
`gridpoints.rules.file.amounts`; one from another package comes by entry point.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Context, Decimal, InvalidOperation
from enum import StrEnum
from fractions import Fraction
from typing import Any, Protocol

from attrs import field, frozen

from gridpoints.errors import (
    AmountNotChosen,
    AmountTooLarge,
    ChoiceOutOfRange,
    NotInTable,
    QuantityNeeded,
    QuantityNotTaken,
    QuantityOutOfRange,
)
from gridpoints.rules.case import BILLION, Case, Counter
from gridpoints.rules.expression.model import Program
from gridpoints.values import Step, Unit

#: An exact number of the smallest parts of a unit; what is less than one is cut off at the end.
Worth = int | Decimal


class Amount(Protocol):
    """How many points one deed asks for."""

    @property
    def per(self) -> str | None:
        """What its quantity counts (``hour``, ``time``, ``item``); None where it takes none."""

    @property
    def counter(self) -> Counter | None:
        """The running total that it looks at; None where each deed stands for itself."""

    def worth(self, case: Case) -> Worth:
        """The amount, in smallest parts of the unit; says by which steps it came to it."""


class Rounding(StrEnum):
    """What happens to a quantity before it is multiplied."""

    EXACT = "exact"
    HALF = "half"
    WHOLE = "whole"
    UP = "up"
    NEAREST = "nearest"

    def apply(self, quantity: Decimal) -> Decimal:
        """Half and whole cut off (2.8 h → 2.5 h, 2 h); up and nearest give whole numbers."""
        return _ROUNDED[self](quantity)


_HALF = Decimal("0.5")
_ROUNDED: Mapping[Rounding, Callable[[Decimal], Decimal]] = {
    Rounding.EXACT: lambda quantity: quantity,
    Rounding.HALF: lambda quantity: quantity // _HALF / 2,
    Rounding.WHOLE: lambda quantity: quantity.to_integral_value(ROUND_FLOOR),
    Rounding.UP: lambda quantity: quantity.to_integral_value(ROUND_CEILING),
    Rounding.NEAREST: lambda quantity: quantity.to_integral_value(ROUND_HALF_UP),
}


#: A slip of the keyboard: nobody did anything so often.
MOST_QUANTITY = Decimal(10**9)
_NOTHING = Decimal(0)

#: So many quantities of one line of the rules are remembered with the step that tells of them.
MOST_EXPLAINED = 256

#: What one deed can give at most, in the smallest parts of its unit: an amount of the ledger's.
MOST_WORTH = 10**12 - 1

#: A product that misses a whole number by less than this is that number: 3 × ⅓ h is an hour.
_NEARLY_WHOLE = Decimal("1e-9")
_EXACT = Context(prec=80, rounding=ROUND_HALF_UP)


def times(worth: Worth, factor: Worth | Fraction) -> Worth:
    """`worth` × `factor`, as exact as 80 digits are."""
    if isinstance(factor, Fraction):
        return _EXACT.divide(_EXACT.multiply(Decimal(worth), factor.numerator), Decimal(factor.denominator))
    return _EXACT.multiply(Decimal(worth), factor)


def whole(worth: Worth) -> int:
    """Whole smallest parts: what is less than one is cut off, towards 0. Raises `AmountTooLarge`."""
    if isinstance(worth, int):
        amount = worth
    else:
        try:
            amount = int(_EXACT.quantize(worth, _NEARLY_WHOLE))
        except InvalidOperation:  # it has more digits than `_EXACT`
            amount = MOST_WORTH + 1
    if not -MOST_WORTH <= amount <= MOST_WORTH:
        raise AmountTooLarge(most=MOST_WORTH)
    return amount


def shown(worth: Worth, unit: Unit) -> Decimal:
    """An exact amount as a decimal of its unit, for a step: no more digits than are needed."""
    if isinstance(worth, int):
        return unit.decimal(worth)
    exact = _EXACT.quantize(worth, _NEARLY_WHOLE)
    return unit.decimal(int(exact)) if exact == int(exact) else exact.scaleb(-unit.scale).normalize()


def quantity_of(case: Case, per: str) -> Decimal:
    """The quantity that counts; raises `QuantityNeeded` unless it is above 0 and no slip."""
    quantity = case.quantity
    if quantity is None or not (quantity.is_finite() and _NOTHING < quantity < MOST_QUANTITY):
        if quantity is None or not quantity.is_finite() or quantity <= _NOTHING:
            raise QuantityNeeded(deed=case.deed.code, per=per)
        raise QuantityOutOfRange(deed=case.deed.code, per=per, quantity=quantity, most=MOST_QUANTITY)
    return quantity


@frozen
class _OneAmount:
    """What the amounts without a quantity and without a running total have in common."""

    per: None = field(default=None, init=False)
    counter: None = field(default=None, init=False)

    def _no_quantity(self, case: Case) -> None:
        quantity = case.deed.quantity
        if quantity is not None and not (quantity.is_finite() and quantity == 1):
            raise QuantityNotTaken(deed=case.deed.code)


@frozen
class Fixed(_OneAmount):
    """The same number of points each time (每次); below 0 it is a deduction (扣分)."""

    points: int
    #: The same for every deed that counts in a unit.
    _steps: dict[str, Step] = field(init=False, eq=False, repr=False, factory=dict)

    def worth(self, case: Case) -> Worth:
        """The points; raises `QuantityNotTaken` for any quantity but 1."""
        if case.deed.quantity is not None:
            self._no_quantity(case)
        if case.steps is not None:
            unit = case.unit
            if (step := self._steps.get(unit.code)) is None:
                figures = {"points": unit.decimal(self.points), "unit": unit.code}
                step = self._steps[unit.code] = Step("fixed", figures)
            case.steps.append(step)
        return self.points


@frozen
class Reset(_OneAmount):
    """All that the holder has (清零): a deduction of the whole balance."""

    def worth(self, case: Case) -> Worth:
        """What can be spent now, taken away."""
        self._no_quantity(case)
        balance = max(0, case.balance())
        case.say("reset", {"points": case.unit.decimal(balance), "unit": case.unit.code})
        return -balance


@frozen
class Chosen(_OneAmount):
    """What a panel (评议小组) chooses between two amounts."""

    least: int
    most: int

    def worth(self, case: Case) -> Worth:
        """The amount that was chosen.

        Raises `AmountNotChosen` before anybody has, `ChoiceOutOfRange`, and `NotAnAmount`.
        """
        self._no_quantity(case)
        unit, bounds = case.unit, (case.unit.decimal(self.least), case.unit.decimal(self.most))
        if case.deed.chosen is None:
            raise AmountNotChosen(deed=case.deed.code, least=bounds[0], most=bounds[1])
        chosen = unit.amount(case.deed.chosen)
        if not self.least <= chosen <= self.most:
            raise ChoiceOutOfRange(
                deed=case.deed.code, chosen=case.deed.chosen, least=bounds[0], most=bounds[1]
            )
        case.say(
            "chosen",
            {"points": unit.decimal(chosen), "least": bounds[0], "most": bounds[1], "unit": unit.code},
        )
        return chosen


@frozen
class PerUnit:
    """So many points for each hour, time or item (每小时、每次、每件)."""

    per: str
    points: int
    rounding: Rounding = Rounding.EXACT
    counter: None = field(default=None, init=False)
    #: Quantities come again and again: by the text of one, with all its digits, and by the unit.
    _explained: dict[tuple[str, str], tuple[Worth, Step]] = field(
        init=False, eq=False, repr=False, factory=dict
    )

    def worth(self, case: Case) -> Worth:
        """The points for what is counted of the quantity; raises `QuantityNeeded`."""
        if case.steps is None:
            return self._worth(quantity_of(case, self.per))
        key = str(case.quantity), case.unit.code
        if (explained := self._explained.get(key)) is None:
            if len(self._explained) >= MOST_EXPLAINED:
                self._explained.clear()
            explained = self._explained[key] = self._explain(case)
        worth, step = explained
        case.steps.append(step)
        return worth

    def _worth(self, quantity: Decimal) -> Decimal:
        return _EXACT.multiply(self.rounding.apply(quantity), self.points)

    def _explain(self, case: Case) -> tuple[Worth, Step]:
        quantity, unit = quantity_of(case, self.per), case.unit
        worth = self._worth(quantity)
        points = whole(worth)
        figures = {
            "quantity": quantity,
            "counted": self.rounding.apply(quantity),
            "per": self.per,
            "rate": unit.decimal(self.points),
            "points": unit.decimal(points),
            "unit": unit.code,
        }
        return points if points == worth else worth, Step("per_unit", figures)


@frozen
class Bracket:
    """`points` for each hour, time or item up to a quantity; `up_to` None: for all that is above."""

    up_to: Decimal | None
    points: int


@frozen
class Brackets:
    """So many points for each, by the bracket that it falls in: the first 10 hours 2 each, then 1.

    Brackets count from the first of this deed, or, with a `counter`, of all that the counter counts
    together: then they give the same however the hours are split, for each deed is given what its
    part adds to the whole. Rounding is that of this deed's quantity, or of the running total.
    """

    per: str
    brackets: tuple[Bracket, ...]
    rounding: Rounding = Rounding.EXACT
    counter: Counter | None = None

    def worth(self, case: Case) -> Worth:
        """The points for this quantity, on top of what the counter holds; raises `QuantityNeeded`."""
        quantity = quantity_of(case, self.per)
        if self.counter is None:
            counted = self.rounding.apply(quantity)
            self._say(case, _NOTHING, counted)
            return self._sum(counted)
        key = case.key(self.counter)
        part = int(_EXACT.scaleb(quantity, 9).to_integral_value(ROUND_HALF_UP))
        before = case.used(key)
        case.uses[key] = part
        start, end = (self.rounding.apply(_hours(total)) for total in (before, before + part))
        self._say(case, start, end)
        return whole(self._sum(end)) - whole(self._sum(start))

    def _parts(self, start: Decimal, end: Decimal) -> list[tuple[Decimal, int]]:
        """How much between two totals falls in each bracket, with what one of it is worth."""
        parts, lower = [], start
        for bracket in self.brackets:
            upper = end if bracket.up_to is None else min(end, bracket.up_to)
            if upper > lower:
                parts.append((upper - lower, bracket.points))
                lower = upper
        return parts

    def _sum(self, total: Decimal) -> Worth:
        worth = _NOTHING
        for quantity, points in self._parts(_NOTHING, total):
            worth = _EXACT.add(worth, _EXACT.multiply(quantity, points))
        return worth

    def _say(self, case: Case, start: Decimal, end: Decimal) -> None:
        if case.steps is None:
            return
        unit = case.unit
        if start:
            case.say("running_total", {"quantity": start, "per": self.per, "unit": unit.code})
        for quantity, points in self._parts(start, end):
            values = {
                "quantity": quantity,
                "per": self.per,
                "rate": unit.decimal(points),
                "points": shown(_EXACT.multiply(quantity, points), unit),
                "unit": unit.code,
            }
            case.say("bracket", values)


#: Parts of an hour that people mean, although some are no finite decimals: seconds, and millionths.
_PARTS = (3_600, 10**6)


def _hours(billionths: int) -> Decimal:
    """A running total; one that misses a second or a millionth by some billionths is that."""
    total = Decimal(billionths) / BILLION
    for parts in _PARTS:
        near = (total * parts).to_integral_value(ROUND_HALF_UP) / parts
        if abs(near - total) < Decimal("1e-7"):
            return near
    return total


@frozen
class Table:
    """What stands in a table beside a fact: by category, by place, by the result of an inspection.

    With `per`, for each hour, time or item; `otherwise` for what the table does not name.
    """

    fact: str
    rows: Mapping[Any, int] = field(hash=False)
    otherwise: int | None = None
    per: str | None = None
    rounding: Rounding = Rounding.EXACT
    counter: None = field(default=None, init=False)

    def worth(self, case: Case) -> Worth:
        """The amount in the table; raises `NotInTable`, `FactNeeded` or `QuantityNeeded`."""
        value = case.fact(self.fact)
        points = self.rows.get(value, self.otherwise)
        if points is None:
            raise NotInTable(deed=case.deed.code, fact=self.fact, value=str(value))
        unit = case.unit
        values = {"fact": self.fact, "value": value, "rate": unit.decimal(points), "unit": unit.code}
        if self.per is None:
            case.say("table", {**values, "points": unit.decimal(points)})
            return points
        quantity = quantity_of(case, self.per)
        counted = self.rounding.apply(quantity)
        worth = _EXACT.multiply(counted, points)
        figures = {"quantity": quantity, "counted": counted, "per": self.per}
        case.say("table_per", {**values, **figures, "points": shown(worth, unit)})
        return worth


@frozen
class Computed:
    """What an expression gives, in decimals of the unit. `per` names what its quantity counts."""

    program: Program
    per: str | None = None
    counter: None = field(default=None, init=False)

    def worth(self, case: Case) -> Worth:
        """The value of the expression; raises `FactNeeded`, or what the expression raises."""
        if self.per is not None:
            quantity_of(case, self.per)
        value = self.program.evaluate(case.facts)
        assert isinstance(value, int | Decimal | Fraction)  # noqa: S101  # checked when it was compiled
        worth = times(10**case.unit.scale, value)
        figures = {"expression": self.program.source, "unit": case.unit.code}
        case.say("computed", {**figures, "points": shown(worth, case.unit)})
        return worth
