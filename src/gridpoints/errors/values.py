"""What is wrong with a value by itself."""

from __future__ import annotations

from datetime import datetime

from gridpoints.errors.base import InvalidInput


class NaiveInstant(InvalidInput):
    """{field} has no time zone: {value}. Give an instant with its zone, for example in UTC."""

    field: str
    value: str


class UnknownTimezone(InvalidInput):
    """{timezone} is not an IANA time zone. Write it like Asia/Shanghai."""

    timezone: str


class UnknownLanguage(InvalidInput):
    """gridpoints does not speak {language}. Choose one of: {known}."""

    language: str
    known: tuple[str, ...]


class BadIdentifier(InvalidInput):
    """{value} cannot be used as {field}: use a text of 1 to {longest} letters, digits, and the signs
    . _ : @ / # - without spaces."""

    field: str
    value: str
    longest: int


class NotUsable(InvalidInput):
    """{value} cannot be used as {field}."""

    field: str
    value: str


class WrongType(InvalidInput):
    """{field} must be of the type {expected}, not {given}: {value}. Give a value of that type; in the place
    of a record, its id."""

    field: str
    expected: str
    given: str
    value: str


class NotOneOf(InvalidInput):
    """{value} cannot be used as {field}. Use one of: {known}."""

    field: str
    value: str
    known: tuple[str, ...]


class BadText(InvalidInput):
    """{field} is no text, or holds a character that cannot be stored (NUL or half a character). Type it
    again."""

    field: str


class BlankText(InvalidInput):
    """{field} is empty. Write at least one character."""

    field: str


class TextTooLong(InvalidInput):
    """{field} has {size} characters; {longest} are allowed. Shorten it."""

    field: str
    size: int
    longest: int


class TooMany(InvalidInput):
    """{field} can hold at most {most}. Leave some out."""

    field: str
    most: int


class NotWholeNumber(InvalidInput):
    """{field} must be a whole number from {least} to {most}, not {value}."""

    field: str
    value: str
    least: int
    most: int


class NotPositive(InvalidInput):
    """{field} must be a number above 0 with at most {digits} digits after the point, not {value}."""

    field: str
    value: str
    digits: int


class NotInRange(InvalidInput):
    """{field} must be a number from {least} to below {below} with at most {digits} digits after the point,
    not {value}."""

    field: str
    value: str
    least: int
    below: int
    digits: int


class NotAnAmount(InvalidInput):
    """{value} is not an amount of {unit}. Write a number with at most {scale} digits after the
    point."""

    value: str
    unit: str
    scale: int


class EmptyInterval(InvalidInput):
    """The end {end} does not lie after the start {start}."""

    start: datetime
    end: datetime


class CursorUnusable(InvalidInput):
    """{cursor} is not a cursor of an event. Give the one of the last event that was dealt with, such as
    120.4711, or nothing, to begin at the beginning."""

    cursor: str
