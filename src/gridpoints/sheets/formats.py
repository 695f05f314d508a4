"""How a workbook shows its numbers: as days, times, with leading zeros, or plain.

The built-in formats of Chinese Excel (27 to 36 and 50 to 58, ECMA-376 part 1, 18.8.30) are dates
that no file spells out: who does not know them reads 5 March 2024 as 45356.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from functools import partial

#: What a cell with a number shows.
Format = Callable[[float], str]

#: Day 0 of the two ways to count days. In the first, 1900 counts as a leap year: days before its
#: March come out one too early, and nothing was credited then.
DAY_0, DAY_0_OF_1904 = date(1899, 12, 30), date(1904, 1, 1)

#: Formats that every program knows without being told: dates and times.
_BUILT_IN = frozenset([*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)])
#: What a format code holds besides its letters: quoted and escaped text, colours and conditions.
_LITERAL = re.compile(r'"[^"]*"|\\.|_.|\*.|\[(?![hms]+\])[^\]]*\]')


def format_of(id: int, codes: Mapping[int, str], day_0: date) -> Format:
    """The format of that id, by the codes that the workbook spells out."""
    if (code := codes.get(id)) is None:
        return partial(_moment, day_0) if id in _BUILT_IN else plain
    if code and not code.strip("0"):
        return partial(_padded, len(code))
    letters = _LITERAL.sub("", code.partition(";")[0].lower())
    if letters != "general" and re.search("[ymdhs]", letters):
        return partial(_moment, day_0)
    return plain


def plain(number: float) -> str:
    """15 digits, as Excel shows it, so that 2.9999999999999996 is 3."""
    return f"{number:.15g}"


def _padded(width: int, number: float) -> str:
    """With leading zeros, such as a member's 0007."""
    return f"{number:.0f}".zfill(width) if number.is_integer() else plain(number)


def _moment(day_0: date, number: float) -> str:
    """A day, with the time where there is one; below 1, the time alone."""
    if not 0 <= number < 2_900_000:  # in the year 9839; further on the calendar ends
        return plain(number)
    minutes = round(number * 24 * 60)
    days, minutes = divmod(minutes, 24 * 60)
    time = f"{minutes // 60:02}:{minutes % 60:02}"
    if number < 1:
        return time
    day = (day_0 + timedelta(days=days)).isoformat()
    return f"{day} {time}" if minutes else day
