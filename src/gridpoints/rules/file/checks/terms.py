"""Whether what a file says beside its deeds can be meant: stars, redemption, grades."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal

from gridpoints.rules.file.checks.figures_fit import digits, whole
from gridpoints.rules.file.checks.reading import Reading
from gridpoints.rules.file.figures import AmountFigure
from gridpoints.rules.file.grades import ClassEntry
from gridpoints.rules.file.metrics import TIMES
from gridpoints.rules.file.problems import Path, Problem
from gridpoints.rules.file.problems_of_terms import (
    ClassNeverReached,
    LeastAboveMost,
    LevelsOutOfOrder,
    RateIncomplete,
    ShareTooSmall,
)
from gridpoints.rules.file.redemption import RedemptionCounted, RedemptionEntry
from gridpoints.rules.file.stars import LevelEntry


def problems(reading: Reading) -> Iterator[Problem]:
    """All that cannot be."""
    tables = reading.tables
    if tables.stars:
        yield from _levels(reading, tables.stars.levels)
    if tables.redemption:
        yield from _redemption(reading, tables.redemption)
    for code, grading in tables.grades.items():
        yield from _classes(reading, ("grades", code, "classes"), grading.classes)


def _levels(reading: Reading, levels: Mapping[str, LevelEntry]) -> Iterator[Problem]:
    """Each level needs at least as much of everything as those below it."""
    needed: dict[str, tuple[str, Decimal]] = {}
    for code, level in levels.items():
        path: Path = ("stars", "levels", code, "needs")
        yield from _needs(reading, path, level.needs)
        for metric, figure in level.needs.items():
            least = figure.on(reading.first_day)
            before, most = needed.get(metric, ("", Decimal(0)))
            if least < most:
                error = LevelsOutOfOrder(level=code, metric=metric, before=before)
                yield reading.source.at_value((*path, metric), error)
            needed[metric] = (code, least)


def _needs(reading: Reading, path: Path, needs: Mapping[str, AmountFigure]) -> Iterator[Problem]:
    for metric, figure in needs.items():
        if metric in reading.table("units"):
            yield from _amounts(reading, (*path, metric), figure, metric)
        elif metric == TIMES:
            yield from whole(reading, (*path, metric), figure)


def _amounts(reading: Reading, path: Path, figure: AmountFigure | None, unit: str) -> Iterator[Problem]:
    for place, value in figure.values(path) if figure is not None else ():
        yield from digits(reading, place, value, unit)


def _redemption(reading: Reading, entry: RedemptionEntry) -> Iterator[Problem]:
    path: Path = ("redemption",)
    unit = entry.unit or next(iter(reading.table("units")), "")
    table = reading.table("redemption").keys()
    misspelt = table - {info.alias or name for name, info in RedemptionEntry.model_fields.items()}
    if 0 < len(table & {"points", "money", "currency"}) < 3 and not misspelt:
        yield reading.source.at_key(path, RateIncomplete())
    for key in ("balance", "least", "most"):
        yield from _amounts(reading, (*path, key), getattr(entry, key), unit)
    for n, limit in enumerate(entry.limits):
        most: Path = (*path, "limits", n, "most")
        if limit.counts is RedemptionCounted.TIMES:
            yield from whole(reading, most, limit.most)
        else:
            yield from _amounts(reading, most, limit.most, unit)
    if entry.least and entry.most:
        first = reading.first_day
        if (least := entry.least.on(first)) > (greatest := entry.most.on(first)):
            error = LeastAboveMost(least=least, most=greatest)
            yield reading.source.at_value((*path, "most"), error)


def _classes(reading: Reading, path: Path, classes: Mapping[str, ClassEntry]) -> Iterator[Problem]:
    last, share = "", Decimal(0)
    for code, each in classes.items():
        yield from _needs(reading, (*path, code, "needs"), each.needs)
        if last:
            yield reading.source.at_key((*path, code), ClassNeverReached(grade=code, before=last))
        if each.top is not None and each.top <= share and not each.needs:
            error = ShareTooSmall(grade=code, top=each.top, before=share)
            yield reading.source.at_value((*path, code, "top"), error)
        share = max(share, each.top or share) if not each.needs else share
        last = "" if each.needs or each.top else code
