"""Reads a rule set's document, and finds what in it does not fit together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from itertools import islice
from typing import Any

from attrs import frozen
from pydantic import ValidationError

from gridpoints.errors import GridpointsError, NotAnAmount
from gridpoints.rules.checking import check, unknown_code
from gridpoints.rules.document import DeedEntry, LimitEntry, RuleSetDocument, Tables
from gridpoints.rules.fields import MOST_SCALE, shown
from gridpoints.rules.problems import (
    DigitsTooMany,
    FormatUnknown,
    NameDoubled,
    Path,
    Problem,
    UnitNeeded,
    UnitsMixed,
)
from gridpoints.rules.source import MOST_PROBLEMS, Source


def read_document(source: Source) -> tuple[RuleSetDocument | None, list[Problem]]:
    """The document, and every problem there is: those of single values, and of what does not fit.

    What refers to something that is not in the file is found everywhere; for the rest, entries
    with a wrong value are left out of sight until that is mended.
    """
    document, problems = check(RuleSetDocument, source)
    if newer := [p for p in problems if isinstance(p.error, FormatUnknown)]:
        return None, newer
    declared = {name: _table(source.data, name) for name in Tables.model_fields}
    tables = document or _sound(declared, problems)
    told = {problem.path for problem in problems}
    misfits = (p for p in _Coherence(source, declared, tables).problems() if p.path not in told)
    return document, [*problems, *islice(misfits, MOST_PROBLEMS)]


def _table(data: Any, name: str) -> Mapping[str, Any]:
    table = data.get(name) if isinstance(data, dict) else None
    return table if isinstance(table, dict) else {}


def _sound(declared: Mapping[str, Mapping[str, Any]], problems: list[Problem]) -> Tables:
    broken = {problem.path[:2] for problem in problems}
    sound = {
        name: {code: entry for code, entry in table.items() if (name, code) not in broken}
        for name, table in declared.items()
    }
    try:
        return Tables.model_validate(sound)
    except ValidationError:  # more is wrong than was told
        return Tables()


@frozen
class _Coherence:
    """`declared` holds the tables as they stand in the file, `tables` those entries that are sound."""

    source: Source
    declared: Mapping[str, Mapping[str, Any]]
    tables: Tables

    def problems(self) -> Iterator[Problem]:
        yield from self._references()
        yield from self._names()
        for code, deed in self.tables.deeds.items():
            yield from self._deed(("deeds", code), code, deed)
        for code, limit in self.tables.limits.items():
            yield from self._limit(("limits", code), limit)

    def _references(self) -> Iterator[Problem]:
        """What is named and not there."""
        for code, deed in self.declared["deeds"].items():
            if isinstance(deed, dict) and "unit" in deed:
                yield from self._reference(("deeds", code, "unit"), deed["unit"], "units")
        for code, limit in self.declared["limits"].items():
            named = limit.get("deeds") if isinstance(limit, dict) else None
            for index, deed in enumerate(named if isinstance(named, list) else ()):
                yield from self._reference(("limits", code, "deeds", index), deed, "deeds")

    def _reference(self, path: Path, code: Any, table: str) -> Iterator[Problem]:
        if (found := str(code)) not in self.declared[table]:
            yield self.source.at_value(path, unknown_code(found, table, self.declared[table]))

    def _names(self) -> Iterator[Problem]:
        """A clerk's list names deeds by their names, in whatever language."""
        first: dict[str, str] = {}
        for code, deed in self.tables.deeds.items():
            for language, name in deed.name.items():
                if (other := first.setdefault(name.casefold(), code)) != code:
                    path = ("deeds", code, "name", language)
                    yield self.source.at_value(path, NameDoubled(name=name, other=other))

    def _deed(self, path: Path, code: str, deed: DeedEntry) -> Iterator[Problem]:
        units = tuple(self.declared["units"])
        if unit := deed.counts_in(units):
            for inner, figure in deed.points.figures().items():
                yield from self._digits((*path, "points", *inner), figure, unit)
        elif units:
            yield self.source.at_key(path, UnitNeeded(deed=code, example=units[0], known=units))

    def _limit(self, path: Path, limit: LimitEntry) -> Iterator[Problem]:
        deeds = self.tables.deeds
        covered = [deeds[code] for code in limit.deeds or deeds if code in deeds]
        units = sorted({deed.counts_in(self.declared["units"]) for deed in covered} - {""})
        if len(units) > 1:
            place = (*path, "deeds") if limit.deeds else path
            yield self.source.at_key(place, UnitsMixed(units=tuple(units)))
        elif units:
            yield from self._digits((*path, "most"), limit.most, units[0])

    def _digits(self, path: Path, figure: Decimal, code: str) -> Iterator[Problem]:
        exponent = figure.normalize().as_tuple().exponent
        needed = -exponent if isinstance(exponent, int) else 0
        if (unit := self.tables.units.get(code)) is None or needed <= unit.scale:
            return
        error: GridpointsError
        if needed <= MOST_SCALE:
            error = DigitsTooMany(found=shown(figure), unit_code=code, scale=unit.scale, needed=needed)
        else:
            error = NotAnAmount(value=shown(figure), unit=code, scale=unit.scale)
        yield self.source.at_value(path, error)
