"""Whether the figures of a file fit: their digits to the unit, their days to one another."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from gridpoints.errors import GridpointsError, NotAnAmount
from gridpoints.rules.file.amounts import PointsInBrackets
from gridpoints.rules.file.checks.reading import Reading
from gridpoints.rules.file.fields import MOST_SCALE, shown
from gridpoints.rules.file.figures import AmountFigure, Figure
from gridpoints.rules.file.limits import LimitEntry
from gridpoints.rules.file.problems import (
    BracketLastClosed,
    BracketsOutOfOrder,
    DayMissing,
    DaysOutOfOrder,
    DigitsTooMany,
    Path,
    Problem,
    WholeNeeded,
)
from gridpoints.rules.file.problems_of_sense import BracketUnended, ChangesTooMany, ReviewSwapped
from gridpoints.rules.limits import Counted

#: A change a month for five years.
MOST_CHANGES = 60


def problems(reading: Reading) -> Iterator[Problem]:
    """All that do not."""
    for path, uses, unit in reading.uses:
        for inner, figure in uses.amounts.items():
            yield from digits(reading, (*path, *inner), figure, unit)
    yield from _caps(reading)
    for path, dated in reading.tables.figures:
        yield from _days(reading, path, dated)
    yield from _changes(reading)
    for code, deed in reading.tables.deeds.items():
        if isinstance(deed.points, PointsInBrackets):
            yield from _brackets(reading, ("deeds", code, "points", "brackets"), deed.points)
    for code, limit in reading.tables.limits.items():
        if isinstance(limit, LimitEntry) and limit.counts is Counted.TIMES:
            yield from whole(reading, ("limits", code, "most"), limit.most)


def _caps(reading: Reading) -> Iterator[Problem]:
    for code, entry in reading.tables.units.items():
        if entry.cap is not None:
            for path, figure in entry.cap.values(("units", code, "cap")):
                yield from digits(reading, path, figure, code)


def whole(reading: Reading, path: Path, times: AmountFigure) -> Iterator[Problem]:
    """Whether something that counts times has a part of one."""
    for place, most in times.values(path):
        if most != most.to_integral_value():
            yield reading.source.at_value(place, WholeNeeded(found=shown(most)))


def digits(reading: Reading, path: Path, figure: Decimal, code: str) -> Iterator[Problem]:
    """Whether an amount has more digits than the unit of that code counts."""
    exponent = figure.normalize().as_tuple().exponent
    needed = -exponent if isinstance(exponent, int) else 0
    if (unit := reading.tables.units.get(code)) is None or needed <= unit.scale:
        return
    error: GridpointsError
    if needed <= MOST_SCALE:
        error = DigitsTooMany(found=shown(figure), unit_code=code, scale=unit.scale, needed=needed)
    else:
        error = NotAnAmount(value=shown(figure), unit=code, scale=unit.scale)
    yield reading.source.at_value(path, error)


def _days(reading: Reading, path: Path, figure: Figure[Decimal]) -> Iterator[Problem]:
    """The first value holds from the beginning, every other one from a later day than the last."""
    last = None
    for n, entry in enumerate(figure.entries):
        inner = (*path, n) if isinstance(figure.root, list) else path
        if n and entry.starts_on is None:
            yield reading.source.at_key(inner, DayMissing())
        elif last is not None and entry.starts_on is not None and entry.starts_on <= last:
            error = DaysOutOfOrder(found=entry.starts_on, before=last)
            yield reading.source.at_value((*inner, "from"), error)
        begins = entry.starts_on or last
        if entry.review_by and entry.starts_on and entry.review_by < entry.starts_on:
            swapped = ReviewSwapped(review_by=entry.review_by, begins=entry.starts_on)
            yield reading.source.at_value((*inner, "review_by"), swapped)
        last = begins


def _changes(reading: Reading) -> Iterator[Problem]:
    """Each day on which a value changes has a compiled rule set of its own."""
    days: set[date] = set()
    for path, figure in reading.tables.figures:
        for n, entry in enumerate(figure.entries):
            if n and entry.starts_on is not None:
                days.add(entry.starts_on)
                if len(days) > MOST_CHANGES:
                    error = ChangesTooMany(count=len(days), most=MOST_CHANGES)
                    yield reading.source.at_value((*path, n, "from"), error)
                    return


def _brackets(reading: Reading, path: Path, points: PointsInBrackets) -> Iterator[Problem]:
    last = Decimal(0)
    for n, bracket in enumerate(points.brackets):
        final = n == len(points.brackets) - 1
        if bracket.up_to is None and not final:
            yield reading.source.at_key((*path, n), BracketUnended())
        elif bracket.up_to is not None and bracket.up_to <= last:
            yield reading.source.at_value((*path, n, "up_to"), BracketsOutOfOrder(last=last))
        elif bracket.up_to is not None and final:
            yield reading.source.at_key((*path, n), BracketLastClosed(up_to=bracket.up_to))
        last = bracket.up_to or last
