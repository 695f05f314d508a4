"""What an expression can calculate with: exact numbers, and the functions by their names.

Numbers are int while they can be, Decimal where their digits end, Fraction otherwise; none is ever
rounded, and none may have more than `MOST_DIGITS` digits above or below the line.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Context, Decimal, DivisionByZero, Inexact, InvalidOperation, Overflow
from fractions import Fraction
from operator import add, mul, sub, truediv
from typing import TypeAlias

from attrs import frozen

from gridpoints.rules.expression.problems import DividedByZero, NumberTooLarge

Number: TypeAlias = int | Decimal | Fraction

MOST_DIGITS = 100
_LIMIT = 10**MOST_DIGITS

#: Its own, whatever the program around has set; it refuses where it would have to round.
EXACT = Context(
    prec=MOST_DIGITS,
    Emax=MOST_DIGITS - 1,
    Emin=0,
    traps=[Inexact, Overflow, InvalidOperation, DivisionByZero],
)


@frozen
class Place:
    """Where in which expression something is calculated, for the error that it may come to."""

    source: str
    column: int

    def too_large(self) -> NumberTooLarge:
        """The error for a number with too many digits."""
        return NumberTooLarge(source=self.source, column=self.column, most=MOST_DIGITS)


def added(left: Number, right: Number, place: Place) -> Number:
    """Their sum."""
    if type(left) is int and type(right) is int:
        return _within(left + right, place)
    return _exactly(EXACT.add, add, left, right, place)


def subtracted(left: Number, right: Number, place: Place) -> Number:
    """Their difference."""
    if type(left) is int and type(right) is int:
        return _within(left - right, place)
    return _exactly(EXACT.subtract, sub, left, right, place)


def multiplied(left: Number, right: Number, place: Place) -> Number:
    """Their product."""
    if type(left) is int and type(right) is int:
        return _within(left * right, place)
    return _exactly(EXACT.multiply, mul, left, right, place)


def divided(left: Number, right: Number, place: Place) -> Number:
    """Their quotient, exact also where its digits never end; raises `DividedByZero`."""
    if not right:
        raise DividedByZero(source=place.source, column=place.column)
    if type(left) is int and type(right) is int and not left % right:
        return _within(left // right, place)
    return _exactly(EXACT.divide, truediv, left, right, place)


def negated(value: Number) -> Number:
    """The number with the other sign; 0 has none."""
    return EXACT.minus(value) if type(value) is Decimal else -value


def _within(value: int, place: Place) -> int:
    if -_LIMIT < value < _LIMIT:
        return value
    raise place.too_large()


def _exactly(
    by_decimal: Callable[[Decimal | int, Decimal | int], Decimal],
    by_fraction: Callable[[Fraction, Fraction], Fraction],
    left: Number,
    right: Number,
    place: Place,
) -> Number:
    if not isinstance(left, Fraction) and not isinstance(right, Fraction):
        try:
            return by_decimal(left, right)
        except (Inexact, Overflow):
            pass
    result = by_fraction(Fraction(*_ratio(left, place)), Fraction(*_ratio(right, place)))
    _within(result.numerator, place)
    _within(result.denominator, place)
    return result


def _ratio(value: Number, place: Place) -> tuple[int, int]:
    """A number as two whole ones; those of 1E+999999999 would fill the memory."""
    if isinstance(value, Decimal):
        try:
            EXACT.plus(value)
        except (Inexact, Overflow):
            raise place.too_large() from None
    return value.as_integer_ratio()


def tidied(value: Number, place: Place) -> Number:
    """The same number as int where it is whole, as Decimal where its digits end."""
    if type(value) is int:
        return value
    numerator, denominator = _ratio(value, place)
    if denominator == 1:
        return numerator
    try:
        return EXACT.normalize(EXACT.divide(numerator, denominator))
    except (Inexact, Overflow):
        return value


# --- rounding -------------------------------------------------------------------------------------


def rounded_down(value: Number, step: int | Decimal, place: Place) -> Number:
    """To a multiple of `step`, towards 0."""
    whole, _, _ = _steps(value, step, place)
    return _multiple(value, whole, step, place)


def rounded_up(value: Number, step: int | Decimal, place: Place) -> Number:
    """To a multiple of `step`, away from 0."""
    whole, rest, _ = _steps(value, step, place)
    return _multiple(value, whole + (rest > 0), step, place)


def rounded_half(value: Number, step: int | Decimal, place: Place) -> Number:
    """To the nearest multiple of `step`; from the middle between two, away from 0 (四舍五入)."""
    whole, rest, size = _steps(value, step, place)
    return _multiple(value, whole + (2 * rest >= size), step, place)


def _steps(value: Number, step: int | Decimal, place: Place) -> tuple[int, int, int]:
    """How many whole steps `value` has, its sign left aside, what is left, and what a step is, in parts."""
    upper, lower = _ratio(value, place)
    step_upper, step_lower = step.as_integer_ratio()
    size = lower * step_upper
    return *divmod(abs(upper) * step_lower, size), size


def _multiple(value: Number, steps: int, step: int | Decimal, place: Place) -> Number:
    return multiplied(steps if value > 0 else -steps, step, place)


# --- days -------------------------------------------------------------------------------------


def age(birthday: date, day: date) -> int:
    """Full years on `day`. Who was born on 29 February is a year older on 1 March where there is none."""
    return day.year - birthday.year - ((day.month, day.day) < (birthday.month, birthday.day))


def days_between(first: date, second: date) -> int:
    """Days from the first to the second; below 0 where the second is earlier."""
    return (second - first).days


# --- by their names -----------------------------------------------------------------------------


#: The functions of the language, each with an example of how it is written.
FUNCTIONS: Mapping[str, str] = {
    "min": "min(hours, 4)",
    "max": "max(hours, 1)",
    "round_down": "round_down(hours)",
    "round_up": "round_up(hours, 0.5)",
    "round_half": "round_half(hours, 0.5)",
    "age": "age(birthday, day)",
    "days_between": "days_between(joined, day)",
}
