"""What is named in a file and not there, and what bears the name of something else."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from gridpoints.rules.file.checking import unknown_code
from gridpoints.rules.file.checks.reading import Reading
from gridpoints.rules.file.limits import Covering
from gridpoints.rules.file.metrics import metrics_of
from gridpoints.rules.file.problems import NameDoubled, Path, Problem, UnitNeeded, UnitsMixed
from gridpoints.rules.file.problems_of_terms import MetricUnknown

#: The keys that name an entry of another table, by the table in which they stand.
_ONE: Mapping[str, Mapping[str, str]] = {
    "deeds": {"unit": "units", "category": "categories"},
    "budgets": {"unit": "units"},
}
_SEVERAL: Mapping[str, str] = {"deeds": "deeds", "categories": "categories"}


def problems(reading: Reading) -> Iterator[Problem]:
    """All of them."""
    yield from _of_entries(reading)
    yield from _of_examples(reading)
    yield from _metrics(reading)
    if reading.table("roles"):
        yield from _roles(reading)
    yield from _doubled_names(reading)
    yield from _units(reading)


def _of_entries(reading: Reading) -> Iterator[Problem]:
    for table, keys in _ONE.items():
        for code, entry in reading.table(table).items():
            for key, of in keys.items():
                if isinstance(entry, dict) and key in entry:
                    yield from _reference(reading, (table, code, key), entry[key], of)
    if "unit" in (redemption := reading.table("redemption")):
        yield from _reference(reading, ("redemption", "unit"), redemption["unit"], "units")
    for table in ("limits", "campaigns", "budgets"):
        for code, entry in reading.table(table).items():
            for key, of in _SEVERAL.items():
                named = entry.get(key) if isinstance(entry, dict) else None
                for index, each in enumerate(named if isinstance(named, list) else ()):
                    yield from _reference(reading, (table, code, key, index), each, of)


def _reference(reading: Reading, path: Path, code: Any, table: str) -> Iterator[Problem]:
    known = reading.table(table)
    if (found := str(code)) not in known:
        yield reading.source.at_value(path, unknown_code(found, table, known))


def _of_examples(reading: Reading) -> Iterator[Problem]:
    examples = reading.declared.get("examples")
    for n, example in enumerate(examples if isinstance(examples, list) else ()):
        yield from _deed(reading, ("examples", n), example)
        after = example.get("after") if isinstance(example, dict) else None
        for m, before in enumerate(after if isinstance(after, list) else ()):
            yield from _deed(reading, ("examples", n, "after", m), before)


def _deed(reading: Reading, path: Path, example: Any) -> Iterator[Problem]:
    if isinstance(example, dict) and "deed" in example:
        yield from _reference(reading, (*path, "deed"), example["deed"], "deeds")


def _metrics(reading: Reading) -> Iterator[Problem]:
    """What is named as a measure, by stars and by grades."""
    tables = reading.tables
    for level, entry in tables.stars.levels.items() if tables.stars else ():
        yield from _needs(reading, ("stars", "levels", level, "needs"), entry.needs)
    for code, grading in tables.grades.items():
        if grading.by:
            yield from _measure(reading, ("grades", code, "by"), grading.by, key=False)
        for grade, each in grading.classes.items():
            yield from _needs(reading, ("grades", code, "classes", grade, "needs"), each.needs)


def _needs(reading: Reading, path: Path, needs: Iterable[str]) -> Iterator[Problem]:
    for metric in needs:
        yield from _measure(reading, (*path, metric), metric, key=True)


def _measure(reading: Reading, path: Path, metric: str, *, key: bool) -> Iterator[Problem]:
    known = {**metrics_of(reading.tables.units, reading.tables.facts), **reading.table("units")}
    if metric not in known:
        place = reading.source.at_key if key else reading.source.at_value
        yield place(path, MetricUnknown(found=metric, known=tuple(known)))


def _roles(reading: Reading) -> Iterator[Problem]:
    """The roles that are named anywhere, where the file says which there are."""
    tables = reading.tables
    default = tables.approval
    named: list[tuple[Path, list[str]]] = [(("permissions", a), r) for a, r in tables.permissions.items()]
    named += default.roles(("approval",)) if default else []
    for code, deed in tables.deeds.items():
        named.append((("deeds", code, "reporters"), deed.reporters))
        named += deed.approval.roles(("deeds", code, "approval")) if deed.approval else []
    for path, roles in named:
        for n, role in enumerate(roles):
            yield from _reference(reading, (*path, n), role, "roles")


def _doubled_names(reading: Reading) -> Iterator[Problem]:
    """A clerk's list names deeds by their names, in whatever language."""
    first: dict[str, str] = {}
    for code, deed in reading.tables.deeds.items():
        for language, name in deed.name.items():
            if (other := first.setdefault(name.casefold(), code)) != code:
                path = ("deeds", code, "name", language)
                yield reading.source.at_value(path, NameDoubled(name=name, other=other))


def _units(reading: Reading) -> Iterator[Problem]:
    units = tuple(reading.table("units"))
    for code, deed in reading.tables.deeds.items():
        if units and not deed.counts_in(units):
            error = UnitNeeded(deed=code, example=units[0], known=units)
            yield reading.source.at_key(("deeds", code), error)
    for table in ("limits", "campaigns", "budgets"):
        for code, entry in getattr(reading.tables, table).items():
            mixed = reading.units(entry) if isinstance(entry, Covering) else []
            if len(mixed) > 1 and getattr(entry, "counts", "points") == "points" and _in_unit(entry):
                path: Path = (table, code)
                place = (*path, "deeds") if entry.deeds else path
                yield reading.source.at_key(place, UnitsMixed(units=tuple(mixed)))


def _in_unit(entry: Any) -> bool:
    """Whether a figure of it is one of a unit: a campaign that only multiplies has none."""
    return getattr(entry, "plus", 0) is not None
