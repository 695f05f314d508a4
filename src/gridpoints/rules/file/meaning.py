"""Whether the facts that a file names are known, and its expressions can be understood."""

from __future__ import annotations

from collections.abc import Iterator

from gridpoints.rules.expression.model import Schema, Type
from gridpoints.rules.expression.problems import ExpressionInvalid
from gridpoints.rules.file.checking import unknown_code
from gridpoints.rules.file.facts import BUILT_IN, fact_of
from gridpoints.rules.file.fields import shown
from gridpoints.rules.file.problems import FactBuiltIn, FactUnfit, FactValueUnlisted, Path, Problem
from gridpoints.rules.file.reading import Reading


def problems(reading: Reading) -> Iterator[Problem]:
    """All that are not, or cannot."""
    schema = reading.schema
    yield from _declarations(reading)
    for path, uses, _ in reading.forms():
        for inner, (name, values) in uses.facts.items():
            for value in values:
                yield from _fact(reading, (*path, *inner), name, value, schema)
            if not values:
                yield from _known(reading, (*path, *inner), name, schema)
        for inner, (text, kind) in uses.expressions.items():
            yield from _expression(reading, (*path, *inner), text, kind, schema)
    for n, example in enumerate(reading.tables.examples):
        deeds = [((), example), *((("after", m), before) for m, before in enumerate(example.after))]
        for inner, deed in deeds:
            for name, value in deed.facts.items():
                yield from _fact(reading, ("examples", n, *inner, "facts", name), name, value, schema)


def _declarations(reading: Reading) -> Iterator[Problem]:
    for name, entry in reading.tables.facts.items():
        if name in BUILT_IN and name != "emergency":
            yield reading.source.at_key(("facts", name), FactBuiltIn(fact=name))
        for n, value in enumerate(entry.values or ()):
            if fact_of(entry.type, value) is None:
                error = FactUnfit(found=shown(value), fact=name, type=entry.type)
                yield reading.source.at_value(("facts", name, "one_of", n), error)
        if entry.otherwise is not None:
            yield from _fact(reading, ("facts", name, "otherwise"), name, entry.otherwise, reading.schema)


def _known(reading: Reading, path: Path, name: str, schema: Schema) -> Iterator[Problem]:
    if name not in schema:
        yield reading.source.at_key(path, unknown_code(name, "facts", schema))


def _fact(reading: Reading, path: Path, name: str, value: object, schema: Schema) -> Iterator[Problem]:
    if name not in schema:
        yield from _known(reading, path, name, schema)
        return
    kind = schema[name]
    fact = fact_of(kind, value)
    listed = reading.tables.facts[name].values if name in reading.tables.facts else None
    if fact is None:
        yield reading.source.at_value(path, FactUnfit(found=shown(value), fact=name, type=kind))
    elif listed and fact not in [fact_of(kind, each) for each in listed]:
        known = tuple(map(shown, listed))
        yield reading.source.at_value(path, FactValueUnlisted(found=shown(value), fact=name, known=known))


def _expression(reading: Reading, path: Path, text: str, kind: Type, schema: Schema) -> Iterator[Problem]:
    try:
        reading.evaluator.compile(text, schema, kind)
    except ExpressionInvalid as invalid:
        for n, error in enumerate(invalid.problems):
            yield reading.source.at_value((*path, f"<{n}>") if n else path, error)
