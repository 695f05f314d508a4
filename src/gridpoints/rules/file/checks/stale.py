"""Days in a file that have passed, are far away, or were probably meant otherwise."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from datetime import date
from decimal import Decimal
from typing import Any

from gridpoints.rules.file.checks.reading import Reading
from gridpoints.rules.file.figures import Figure, Sourced
from gridpoints.rules.file.problems import Path, Problem
from gridpoints.rules.file.problems_of_use import (
    DaysPerhapsSwapped,
    ExampleBeforeRules,
    FigureHoldsBefore,
    FigureNeverHolds,
    ReviewDue,
    YearUnlikely,
)

#: Points for what was done before are not known of; nobody decides for more than a generation ahead.
_FIRST_YEAR = 1980
_YEARS_AHEAD = 30
#: A campaign of so many days, which would have so few if day and month were swapped.
_LONG = 300
_SHORT = 62


def warnings(reading: Reading, today: date) -> Iterator[Problem]:
    """All of them."""
    begins = _begins(reading)
    review_by = reading.source.data.get("review_by")
    if isinstance(review_by, date) and review_by < today:
        yield reading.source.at_value(("review_by",), ReviewDue(review_by=review_by))
    for path, figure in reading.tables.figures:
        yield from _figure(reading, path, figure, begins, today)
    yield from _years(reading, today)
    for code, campaign in reading.tables.campaigns.items():
        if (meant := _swapped(campaign.starts_on, campaign.until)) is not None:
            error = DaysPerhapsSwapped(first=campaign.starts_on, last=campaign.until, suggestion=meant)
            yield reading.source.at_value(("campaigns", code, "until"), error)
    for n, example in reading.examples:
        if begins and example.day and example.day < begins:
            early = ExampleBeforeRules(found=example.day, begins=begins)
            yield reading.source.at_value(("examples", n, "day"), early)


def _begins(reading: Reading) -> date | None:
    found = reading.source.data.get("from")
    return found if isinstance(found, date) else None


def _figure(
    reading: Reading, path: Path, figure: Figure[Decimal], begins: date | None, today: date
) -> Iterator[Problem]:
    entries = figure.entries
    for n, entry in enumerate(entries):
        inner = (*path, n) if isinstance(figure.root, list) else path
        if entry.review_by and entry.review_by < today and not _replaced(entries[n + 1 :], today):
            yield reading.source.at_value((*inner, "review_by"), ReviewDue(review_by=entry.review_by))
        if begins is None or entry.starts_on is None:
            continue
        if n and entry.starts_on <= begins:
            error = FigureNeverHolds(found=entry.starts_on, begins=begins)
            yield reading.source.at_value((*inner, "from"), error)
        elif not n and entry.starts_on > begins:
            later = FigureHoldsBefore(found=entry.starts_on, begins=begins)
            yield reading.source.at_value((*inner, "from"), later)


def _replaced(later: list[Sourced[Any]], today: date) -> bool:
    return any(entry.starts_on is not None and entry.starts_on <= today for entry in later)


def _years(reading: Reading, today: date) -> Iterator[Problem]:
    for path, value in _days(reading.source.data, ()):
        if not _FIRST_YEAR <= value.year <= today.year + _YEARS_AHEAD and path[:1] != ("facts",):
            yield reading.source.at_value(path, YearUnlikely(day=value))


def _days(value: Any, path: Path) -> Iterator[tuple[Path, date]]:
    """Every day of the file; those that are compared with facts may be birthdays."""
    if isinstance(value, date):
        yield path, value
    elif isinstance(value, dict | list):
        for step, inner in value.items() if isinstance(value, dict) else enumerate(value):
            if step not in ("facts", "when"):
                yield from _days(inner, (*path, step))


def _swapped(first: date, last: date) -> date | None:
    """The day that was probably meant for one of the two, where day and month were swapped."""
    if (last - first).days < _LONG:
        return None
    for swap_first in (False, True):
        with suppress(ValueError):
            day = first if swap_first else last
            other = date(day.year, day.day, day.month)
            length = (last - other if swap_first else other - first).days
            if 0 < length <= _SHORT:
                return other
    return None
