"""What clerks write into cells, and what it means: days (日期), quantities (数量), any text."""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from decimal import Decimal
from functools import lru_cache

from gridpoints.errors import DayImpossible, DayUnclear, DayUnreadable, NotPositive, QuantityTooLarge
from gridpoints.values import check_decimal

#: No deed of one day is done more often, or for more hours; a larger number is a slip.
MOST_QUANTITY = 10_000
#: How much of a cell an error shows.
_SHOWN = 40

#: Characters that nobody sees: they come along when text is pasted from chats and web pages.
_INVISIBLE = dict.fromkeys([0x00AD, *range(0x200B, 0x2010), *range(0x202A, 0x202F), 0x2060, 0xFEFF])

_TIME = r"(?:[ T]?\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?)?"
_DASH = r"[-/.\u2010-\u2015\u2212]"
_YEAR_FIRST = re.compile(
    rf"(\d{{4}}) ?(?:{_DASH} ?(\d{{1,2}}) ?{_DASH} ?(\d{{1,2}})"
    rf"|年 ?(\d{{1,2}}) ?月 ?(\d{{1,2}}) ?[日号號]?){_TIME}",
    re.ASCII,
)
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})", re.ASCII)
_YEAR_LAST = re.compile(rf"(\d{{1,2}}){_DASH}(\d{{1,2}}){_DASH}(\d{{4}}){_TIME}", re.ASCII)
_NUMBER = re.compile(r"\d{1,15}(?:\.\d+)?", re.ASCII)


def tidy(text: str) -> str:
    """`text` with full-width letters and digits made plain (NFKC) and blanks reduced to one.

    Characters that nobody sees are dropped.
    """
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text.translate(_INVISIBLE))
    return " ".join(text.split())


@lru_cache(maxsize=4_096)  # a long table has few days
def read_day(text: str) -> date:
    """The day that a clerk wrote: 2024-03-05, 2024/3/5, 2024.3.5, 2024年3月5日 or 20240305.

    A time of day after it is left out. Raises `DayImpossible` (30 February), `DayUnclear`
    (03/04/2024) or `DayUnreadable`.
    """
    if match := _YEAR_FIRST.fullmatch(text) or _COMPACT.fullmatch(text):
        year, month, day = (int(group) for group in match.groups() if group is not None)
        if (found := _day(year, month, day)) is None:
            raise DayImpossible(value=text[:_SHOWN])
        return found
    if match := _YEAR_LAST.fullmatch(text):
        one, other, year = map(int, match.groups())
        first, second = _day(year, one, other), _day(year, other, one)
        if first and second and first != second:
            raise DayUnclear(value=text[:_SHOWN], first=first, second=second)
    raise DayUnreadable(value=text[:_SHOWN])


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


@lru_cache(maxsize=4_096)
def read_quantity(text: str) -> Decimal | None:
    """The quantity that a clerk wrote in plain digits; None for an empty cell.

    Raises `NotPositive` (for 0 and for text as well) or `QuantityTooLarge`. Equal quantities come
    out alike: 2 for 2.00.
    """
    if not text:
        return None
    if not _NUMBER.fullmatch(text):
        raise NotPositive(field="quantity", value=text[:_SHOWN], digits=6)
    number = check_decimal("quantity", text)
    if number > MOST_QUANTITY:
        raise QuantityTooLarge(value=number, most=MOST_QUANTITY)
    whole = number.to_integral_value()
    return whole if number == whole else number.normalize()
