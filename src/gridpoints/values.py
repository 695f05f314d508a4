"""The small immutable things every room speaks in: units, intervals, actors, steps.

Points are integers in the smallest part of their unit (0.5 point is 5 at scale 1); decimals
appear only at the edges, floats never. Instants are aware; windows such as "per month" are
half-open and computed in the community's own time zone.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from contextlib import suppress
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from functools import lru_cache
from itertools import islice
from typing import Any, Protocol, TypeVar
from zoneinfo import ZoneInfo

from attrs import field, frozen

from gridpoints.errors import (
    BadIdentifier,
    BadText,
    BlankText,
    EmptyInterval,
    NaiveInstant,
    NotAnAmount,
    NotInRange,
    NotOneOf,
    NotPositive,
    NotWholeNumber,
    TextTooLong,
    TooMany,
    UnknownTimezone,
    WrongType,
)

E = TypeVar("E", bound=StrEnum)
T = TypeVar("T")

#: A text in several languages, by Babel locale: ``{"zh_Hans": "志愿服务", "en": "Volunteering"}``.
Names = Mapping[str, str]

#: Ids that people and portals choose; the library makes longer ones from them.
LONGEST_IDENTIFIER = 120
LONGEST_DERIVED = 3 * LONGEST_IDENTIFIER
LONGEST_TEXT = 2_000

#: What one character of an id may be.
IDENTIFIER = r"[\w.:@/#-]"
_IDENTIFIER = re.compile(f"{IDENTIFIER}+")
#: What most ids are, found out in a third of the time.
_PLAIN = re.compile("[A-Za-z0-9_.:@/#-]+")
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


def check_identifier(name: str, value: str, *, longest: int = LONGEST_IDENTIFIER) -> str:
    """Return `value` as a plain text, or raise `BadIdentifier` where it cannot be an id or a code."""
    if (
        not isinstance(value, str)
        or len(value) > longest
        or not (_PLAIN.fullmatch(value) or _IDENTIFIER.fullmatch(value))
    ):
        raise BadIdentifier(field=name, value=shown(value), longest=longest)
    return str.__str__(value)  # drivers have ideas of their own about the members of a StrEnum


def shown(value: object) -> str:
    """The beginning of anything, as a message may show it."""
    try:
        text = str(value)
    except ValueError:  # a number with thousands of digits
        text = type(value).__name__
    return _UNSTORABLE.sub("\N{REPLACEMENT CHARACTER}", text)[:40]


def can_be_stored(text: str) -> bool:
    """Whether every store keeps that text: no NUL, no half of a surrogate pair."""
    return not _UNSTORABLE.search(text)


def check_text(name: str, value: str, *, longest: int = LONGEST_TEXT) -> str:
    """Return `value` without outer blanks; raise where it is blank, too long or not storable."""
    if not isinstance(value, str) or not can_be_stored(value):
        raise BadText(field=name)
    if not (text := value.strip()):
        raise BlankText(field=name)
    if len(text) > longest:
        raise TextTooLong(field=name, size=len(text), longest=longest)
    return text


def wrong_type(name: str, value: object, expected: type) -> WrongType:
    """What to raise where a program gives something of another type."""
    return WrongType(field=name, expected=expected.__name__, given=type(value).__name__, value=shown(value))


def check_type(name: str, value: T, expected: type) -> T:
    """Return `value`, or raise `WrongType`."""
    if not isinstance(value, expected):
        raise wrong_type(name, value, expected)
    return value


def check_day(name: str, value: date) -> date:
    """Return `value`, or raise `WrongType` where it is no date, or has a time of day."""
    if not isinstance(value, date) or isinstance(value, datetime):
        raise wrong_type(name, value, date)
    return value


def check_exact(name: str, value: Decimal | int) -> Decimal:
    """Return `value` as a Decimal; raises `WrongType` for a float, which is seldom what was meant."""
    if isinstance(value, Decimal):
        return value
    if type(value) is not int:
        raise wrong_type(name, value, Decimal)
    return Decimal(value)


def check_few(field: str, values: Iterable[T], *, most: int) -> tuple[T, ...]:
    """The values; raises `TooMany` where there are more than `most`."""
    found = tuple(islice(values, most + 1))
    if len(found) > most:
        raise TooMany(field=field, most=most)
    return found


def check_whole(name: str, value: int, *, least: int = 1, most: int = 10**9) -> int:
    """Return `value`, or raise `NotWholeNumber` where it is no int from `least` to `most`."""
    if type(value) is not int or not least <= value <= most:
        raise NotWholeNumber(field=name, value=shown(value), least=least, most=most)
    return value


def check_number(name: str, value: Decimal | int | str, *, below: int = 10**12, digits: int = 6) -> Decimal:
    """Return `value` as a Decimal from 0 to under `below`; raises `NotInRange`."""
    try:
        number = Decimal(value)
        exponent = number.as_tuple().exponent
        if 0 <= number < below and isinstance(exponent, int) and -exponent <= digits:
            return number
    except (InvalidOperation, ValueError, TypeError):
        pass
    raise NotInRange(field=name, value=shown(value), least=0, below=below, digits=digits)


def check_decimal(name: str, value: Decimal | int | str, *, digits: int = 6) -> Decimal:
    """Return `value` as a Decimal above 0 and below 10^12; raises `NotPositive`."""
    try:
        number = Decimal(value)
        exponent = number.as_tuple().exponent
        if 0 < number < 10**12 and isinstance(exponent, int) and -exponent <= digits:
            return number
    except (InvalidOperation, ValueError, TypeError):
        pass
    raise NotPositive(field=name, value=shown(value), digits=digits)


def check_one_of(name: str, value: str, kind: type[E]) -> E:
    """Return `value` as a member of the enumeration, or raise `NotOneOf`."""
    try:
        return kind(value)
    except ValueError:
        raise NotOneOf(field=name, value=shown(value), known=tuple(kind)) from None


def check_instant(name: str, value: datetime) -> datetime:
    """Return `value` in UTC; raise `NaiveInstant` where it has no zone, or none that leads to UTC."""
    if not isinstance(value, datetime):
        raise NaiveInstant(field=name, value=shown(value))
    if value.tzinfo is UTC:
        return value
    if value.tzinfo is not None and value.utcoffset() is not None:
        with suppress(OverflowError):  # in the first or the last hours of all years
            return value.astimezone(UTC)
    raise NaiveInstant(field=name, value=value.isoformat())


def zone(name: str) -> ZoneInfo:
    """The IANA time zone of that name; raises `UnknownTimezone`."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise UnknownTimezone(timezone=name) from None


@frozen
class Unit:
    """What is counted: spendable points, time credits, qualifying points (积分、时间币…).

    `scale` is the number of digits after the point; amounts are ints in the smallest part.
    """

    code: str
    scale: int = 0
    names: Names = field(factory=dict, hash=False)
    #: The smallest part.
    _part: Decimal = field(init=False, eq=False, repr=False)

    @_part.default
    def _smallest(self) -> Decimal:
        return Decimal(1).scaleb(-self.scale)

    @property
    def id(self) -> str:
        """Its code: a unit is kept like any other record."""
        return self.code

    def amount(self, value: Decimal | int | str) -> int:
        """The integer amount for a decimal one; raises `NotAnAmount` where it is not exact."""
        try:
            scaled = Decimal(value).scaleb(self.scale)
            if scaled == scaled.to_integral_value() and abs(scaled) < 10**15:
                return int(scaled)
        except (InvalidOperation, ValueError, TypeError):
            pass
        raise NotAnAmount(value=shown(value), unit=self.code, scale=self.scale)

    def decimal(self, amount: int) -> Decimal:
        """The decimal for an integer amount, with all the digits of the unit."""
        return self._part * amount


@frozen
class Interval:
    """A half-open stretch of time: `start` belongs to it, `end` does not. Both are kept in UTC.

    Raises `NaiveInstant` where one of them has no time zone, and `EmptyInterval`.
    """

    start: datetime
    end: datetime

    def __attrs_post_init__(self) -> None:
        for name in ("start", "end"):
            object.__setattr__(self, name, check_instant(name, getattr(self, name)))
        if self.end <= self.start:
            raise EmptyInterval(start=self.start, end=self.end)

    def __contains__(self, instant: datetime) -> bool:
        return self.start <= check_instant("instant", instant) < self.end

    @classmethod
    def of_days(cls, first: date, after_last: date, tz: ZoneInfo) -> Interval:
        """From the first moment of `first` to the first moment of `after_last`, local time."""
        return cls(midnight(first, tz), midnight(after_last, tz))

    @property
    def hours(self) -> Decimal:
        """The length in hours, exact to the second."""
        return Decimal((self.end - self.start) // timedelta(seconds=1)) / 3600


@lru_cache(maxsize=4_096)  # for each deed several times, and days are few
def midnight(day: date, tz: ZoneInfo) -> datetime:
    """The instant, in UTC, at which `day` begins in `tz`; the first of all years where that is before it."""
    try:
        return datetime.combine(day, time(), tzinfo=tz).astimezone(UTC)
    except OverflowError:
        return datetime.min.replace(tzinfo=UTC)


class Period(StrEnum):
    """How often a limit begins anew; with each deed, it counts none together."""

    DEED = "deed"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"
    LIFETIME = "lifetime"

    def first_day(self, day: date) -> date:
        """The first day of the period that holds `day`. Weeks begin on Monday (GB/T 7408)."""
        match self:
            case Period.DEED | Period.DAY:
                return day
            case Period.WEEK:
                return day - timedelta(days=day.weekday())
            case Period.MONTH:
                return day.replace(day=1)
            case Period.QUARTER:
                return day.replace(month=(day.month - 1) // 3 * 3 + 1, day=1)
            case Period.YEAR:
                return day.replace(month=1, day=1)
            case Period.LIFETIME:
                return date.min


#: Who act for the community, and not for themselves alone: they list, confirm, check in, call off, appoint.
ORGANISERS = frozenset({"clerk", "organiser", "team_lead", "system"})


def _roles(roles: Iterable[str]) -> frozenset[str]:
    if isinstance(roles, str):  # its letters are no roles
        raise wrong_type("roles", roles, frozenset)
    return frozenset(roles)


@frozen
class Actor:
    """Who acts, with the roles they act in. Every call that changes something names one."""

    id: str
    roles: frozenset[str] = field(default=frozenset(), converter=_roles)

    def __attrs_post_init__(self) -> None:
        check_identifier("actor", self.id)

    @property
    def organises(self) -> bool:
        """Whether they act for the community (`ORGANISERS`), and not for themselves alone."""
        return not self.roles.isdisjoint(ORGANISERS)


#: The embedding program itself: what a community handle acts as until `acting_as` is called.
SYSTEM = Actor("system", frozenset({"system"}))


@frozen
class Step:
    """One step of an explanation: a code and its figures, never a sentence.

    The sentence is made at the edge, in the reader's language, by `gridpoints.i18n`. Values are
    str, int, Decimal, date or a mapping of translations.
    """

    code: str
    values: Mapping[str, Any] = field(factory=dict, hash=False)
    #: Its exact JSON, once somebody needed it: many explanations have the same steps.
    text: str | None = field(default=None, init=False, eq=False, repr=False)

    def __str__(self) -> str:
        """Code and figures, for a log; `gridpoints.i18n` has the sentence."""
        figures = (f"{name} {value}" for name, value in self.values.items() if not isinstance(value, Mapping))
        return f"{self.code}: {', '.join(figures)}"


#: Why an entry is what it is, or why something was refused, step by step.
Explanation = tuple[Step, ...]


class Clock(Protocol):
    """Where the time comes from. Pass your own to `gridpoints.open` to replay the past."""

    def now(self) -> datetime:
        """The present instant, aware, in UTC."""


class Ids(Protocol):
    """Where ids come from. They should sort by time, so that inserts stay local."""

    def new(self) -> str:
        """A new id that nobody else gets."""
