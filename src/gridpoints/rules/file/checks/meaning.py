"""Whether the facts that a file names are known, and its expressions can be understood."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from gridpoints.errors import GridpointsError
from gridpoints.rules.expression.model import Schema, Type
from gridpoints.rules.expression.problems import ExpressionInvalid
from gridpoints.rules.file.checking import unknown_code
from gridpoints.rules.file.checks.reading import Reading
from gridpoints.rules.file.conditions import FORMS, Bounds, FactsHold
from gridpoints.rules.file.facts import BUILT_IN, fact_of
from gridpoints.rules.file.fields import shown
from gridpoints.rules.file.forms import Uses
from gridpoints.rules.file.problems import (
    CodeUnknown,
    FactBuiltIn,
    FactValueUnlisted,
    Path,
    Problem,
)
from gridpoints.rules.file.problems_of_sense import (
    BoundsEmpty,
    BoundsSwapped,
    BoundsUnfit,
    FactIsForm,
    FactNotDay,
    FactNotDeclared,
    FactNotNumber,
    FactNotText,
    FactNotTruth,
    MonthNeeded,
    WeekdayNeeded,
)

_OF_CALENDAR: Mapping[str, Sequence[object]] = {"weekday": range(1, 8), "month": range(1, 13)}


def problems(reading: Reading) -> Iterator[Problem]:
    """All that are not, or cannot."""
    schema = reading.schema
    yield from _declarations(reading)
    for path, uses, _ in reading.uses:
        yield from _facts(reading, path, uses, schema)
        for inner, (text, kind) in uses.expressions.items():
            yield from _expression(reading, (*path, *inner), text, kind, schema)
    for path, form in reading.tables.forms:
        tests = form.root.items() if isinstance(form, FactsHold) else ()
        for name, test in tests:
            if isinstance(test, Bounds) and name in schema:
                yield from _bounds(reading, (*path, name), name, test, schema[name])
    yield from _examples(reading, schema)


def _declarations(reading: Reading) -> Iterator[Problem]:
    for name, entry in reading.tables.facts.items():
        if name in BUILT_IN and name != "emergency":
            yield reading.source.at_key(("facts", name), FactBuiltIn(fact=name))
        elif name in FORMS.added():
            yield reading.source.at_key(("facts", name), FactIsForm(fact=name))
        for n, value in enumerate(entry.values or ()):
            if fact_of(entry.type, value) is None:
                path: Path = ("facts", name, "one_of", n)
                yield reading.source.at_value(path, _unfit(name, value, entry.type))
        if entry.otherwise is not None:
            path = ("facts", name, "otherwise")
            yield from _value(reading, path, name, entry.otherwise, reading.schema[name])


def _facts(reading: Reading, path: Path, uses: Uses, schema: Schema) -> Iterator[Problem]:
    told = {name for name, values in uses.facts.values() if not values}
    for inner, (name, values) in uses.facts.items():
        if name in schema:
            for value in values:
                yield from _value(reading, (*path, *inner), name, value, schema[name])
        elif not values or name not in told:
            yield _unknown(reading, (*path, *inner), name, schema)


def _examples(reading: Reading, schema: Schema) -> Iterator[Problem]:
    for n, example in reading.examples:
        deeds = [((), example), *((("after", m), before) for m, before in enumerate(example.after))]
        for inner, deed in deeds:
            for name, value in deed.facts.items():
                path = ("examples", n, *inner, "facts", name)
                if name in schema:
                    yield from _value(reading, path, name, value, schema[name])
                else:
                    yield _unknown(reading, path, name, schema)


def _unknown(reading: Reading, path: Path, name: str, schema: Schema) -> Problem:
    error = unknown_code(name, "facts", [*schema, *FORMS.added()])
    if isinstance(error, CodeUnknown):
        error = FactNotDeclared(fact=name, known=tuple(schema))
    return _placed(reading, path, name, error)


def _placed(reading: Reading, path: Path, named: object, error: GridpointsError) -> Problem:
    """With the key where that is what was named, else with what stands after it."""
    return (reading.source.at_key if path[-1] == named else reading.source.at_value)(path, error)


def _value(reading: Reading, path: Path, name: str, value: object, kind: Type) -> Iterator[Problem]:
    """A value that a fact is compared with, or has in an example."""
    if (fact := fact_of(kind, value)) is None or fact not in _OF_CALENDAR.get(name, (fact,)):
        yield _placed(reading, path, value, _unfit(name, value, kind))
    elif name == "deed":
        if fact not in (deeds := reading.table("deeds")):
            yield _placed(reading, path, value, unknown_code(str(fact), "deeds", deeds))
    elif (listed := _possible(reading, name)) and fact not in [fact_of(kind, each) for each in listed]:
        known = tuple(map(shown, listed))
        error = FactValueUnlisted(found=shown(value), fact=name, known=known)
        yield _placed(reading, path, value, error)


def _possible(reading: Reading, name: str) -> Sequence[Any]:
    declared = reading.tables.facts.get(name)
    return (declared.values if declared else None) or ()


def _unfit(name: str, value: object, kind: Type) -> GridpointsError:
    found = shown(value)
    match name, kind:
        case "weekday", _:
            return WeekdayNeeded(found=found)
        case "month", _:
            return MonthNeeded(found=found)
        case _, Type.NUMBER:
            return FactNotNumber(found=found, fact=name)
        case _, Type.DAY:
            return FactNotDay(found=found, fact=name)
        case _, Type.TRUTH:
            return FactNotTruth(found=found, fact=name)
    return FactNotText(found=found, fact=name)


def _bounds(reading: Reading, path: Path, name: str, bounds: Bounds, kind: Type) -> Iterator[Problem]:
    source = reading.source
    if kind not in (Type.NUMBER, Type.DAY):
        listed = [*_possible(reading, name), "true" if kind is Type.TRUTH else "…"]
        error = BoundsUnfit(fact=name, example=shown(listed[0]))
        yield source.at_value(path, error)
        return
    given = {key: getattr(bounds, key) for key in ("at_least", "at_most")}
    given = {key: value for key, value in given.items() if value is not None}
    facts: dict[str, Any] = {key: fact_of(kind, value) for key, value in given.items()}
    for key, fact in facts.items():
        if fact is None:
            yield source.at_value((*path, key), _unfit(name, given[key], kind))
    if not given:
        yield source.at_key(path, BoundsEmpty(fact=name))
    if len(given) == 2 and None not in facts.values() and facts["at_least"] > facts["at_most"]:
        swapped = BoundsSwapped(least=shown(given["at_least"]), most=shown(given["at_most"]))
        yield source.at_value((*path, "at_most"), swapped)


def _expression(reading: Reading, path: Path, text: str, kind: Type, schema: Schema) -> Iterator[Problem]:
    try:
        reading.evaluator.compile(text, schema, kind)
    except ExpressionInvalid as invalid:
        for error in invalid.problems:
            yield reading.source.inside(path, text, error.column, error)
