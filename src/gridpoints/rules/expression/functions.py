"""What an expression can calculate with: exact numbers, and the functions by their names.

Numbers are int while they can be, Decimal where their digits end, Fraction otherwise; none is ever
rounded, and none may have more than `MOST_DIGITS` digits above or below the line.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from decimal import (
    ROUND_DOWN,
    ROUND_HALF_UP,
    ROUND_UP,
    Context,
    Decimal,
    DivisionByZero,
    Inexact,
    InvalidOperation,
    Overflow,
)
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
#: What says that a number is a Fraction, or becomes one.
_NOT_IN_DECIMALS = (Inexact, Overflow, TypeError)


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
    try:
        return EXACT.add(left, right)  # type: ignore[arg-type]
    except _NOT_IN_DECIMALS:
        return _in_fractions(add, left, right, place)


def subtracted(left: Number, right: Number, place: Place) -> Number:
    """Their difference."""
    if type(left) is int and type(right) is int:
        return _within(left - right, place)
    try:
        return EXACT.subtract(left, right)  # type: ignore[arg-type]
    except _NOT_IN_DECIMALS:
        return _in_fractions(sub, left, right, place)


def multiplied(left: Number, right: Number, place: Place) -> Number:
    """Their product."""
    if type(left) is int and type(right) is int:
        return _within(left * right, place)
    try:
        return EXACT.multiply(left, right)  # type: ignore[arg-type]
    except _NOT_IN_DECIMALS:
        return _in_fractions(mul, left, right, place)


def divided(left: Number, right: Number, place: Place) -> Number:
    """Their quotient, exact also where its digits never end; raises `DividedByZero`."""
    if not right:
        raise DividedByZero(source=place.source, column=place.column)
    if type(left) is int and type(right) is int and not left % right:
        return _within(left // right, place)
    try:
        return EXACT.divide(left, right)  # type: ignore[arg-type]
    except _NOT_IN_DECIMALS:
        return _in_fractions(truediv, left, right, place)


def negated(value: Number) -> Number:
    """The number with the other sign."""
    return value.copy_negate() if type(value) is Decimal else -value


def rounded(value: Number, step: int | Decimal, how: str, place: Place) -> Number:
    """The number as a multiple of `step`, `how` as `decimal` calls it.

    ROUND_DOWN is towards 0, ROUND_UP away from it; ROUND_HALF_UP to the nearest, and away from 0 from the
    middle between two (四舍五入).
    """
    try:
        steps = EXACT.divide(value, step).to_integral_value(how, EXACT)  # type: ignore[arg-type]
        return EXACT.multiply(steps, step)
    except _NOT_IN_DECIMALS:
        pass
    upper, lower = _ratio(value, place)
    step_upper, step_lower = step.as_integer_ratio()
    size = lower * step_upper
    whole, rest = divmod(abs(upper) * step_lower, size)
    whole += {ROUND_DOWN: False, ROUND_UP: rest > 0, ROUND_HALF_UP: 2 * rest >= size}[how]
    return multiplied(whole if upper > 0 else -whole, step, place)


def tidied(value: Number, place: Place) -> Number:
    """The same number as int where it is whole, as Decimal where its digits end."""
    if type(value) is int:
        return value
    try:
        if type(value) is Fraction:
            short = EXACT.divide(value.numerator, value.denominator)
        else:
            short = EXACT.normalize(value)  # type: ignore[arg-type]
    except (Inexact, Overflow):
        if type(value) is Fraction:
            return value
        raise place.too_large() from None
    whole = int(short)
    return whole if whole == short else EXACT.normalize(short)


def _within(value: int, place: Place) -> int:
    if -_LIMIT < value < _LIMIT:
        return value
    raise place.too_large()


def _in_fractions(
    by: Callable[[Fraction, Fraction], Fraction], left: Number, right: Number, place: Place
) -> Fraction:
    result = by(Fraction(*_ratio(left, place)), Fraction(*_ratio(right, place)))
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
