"""What a file declares and nothing uses, and names that lack a translation."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from gridpoints.rules.expression.problems import ExpressionInvalid
from gridpoints.rules.file.checks.reading import Reading
from gridpoints.rules.file.document import RuleSetDocument
from gridpoints.rules.file.problems import Path, Problem
from gridpoints.rules.file.problems_of_use import CategoryUnused, FactUnused, TranslationMissing, UnitUnused

#: From how many names on it can be said what most of them have.
_MANY = 3


def warnings(reading: Reading) -> Iterator[Problem]:
    """All of them; an entry with a wrong value may use what seems unused."""
    source, document = reading.source, reading.tables
    yield from _translations(reading)
    if not isinstance(document, RuleSetDocument):
        return
    used = {name for _, uses, _ in reading.uses for name, _ in uses.facts.values()}
    used |= {
        name
        for _, uses, _ in reading.uses
        for each in uses.expressions.values()
        for name in _named(reading, each)
    }
    used |= set(_measures(document))
    for name in document.facts:
        if name not in used:
            yield source.at_key(("facts", name), FactUnused(fact=name))
    for code in document.categories:
        if all(deed.category != code for deed in document.deeds.values()):
            yield source.at_key(("categories", code), CategoryUnused(category=code))
    counted = {deed.counts_in(document.units) for deed in document.deeds.values()}
    for code in document.units:
        if code not in counted and (document.redemption is None or document.redemption.unit != code):
            yield source.at_key(("units", code), UnitUnused(unit_code=code))


def _measures(document: RuleSetDocument) -> Iterator[str]:
    """What stars and grades are measured by."""
    for level in document.stars.levels.values() if document.stars else ():
        yield from level.needs
    for grading in document.grades.values():
        yield grading.by
        for each in grading.classes.values():
            yield from each.needs


def _named(reading: Reading, expression: tuple[str, Any]) -> frozenset[str]:
    try:
        return reading.evaluator.compile(expression[0], reading.schema, expression[1]).names
    except ExpressionInvalid:
        return frozenset(reading.schema)  # it is not clear which


def _translations(reading: Reading) -> Iterator[Problem]:
    """Languages that most names of the file have, and this one has not."""
    names: dict[Path, Mapping[str, str]] = {}
    if isinstance(reading.tables, RuleSetDocument):
        names["name",] = reading.tables.name
    for table in ("units", "categories", "deeds", "campaigns", "budgets", "grades", "roles"):
        for code, entry in getattr(reading.tables, table).items():
            names[table, code, "name"] = entry.name
    if len(names) < _MANY:
        return
    languages = {language: None for each in names.values() for language in each}
    usual = [each for each in languages if sum(each in name for name in names.values()) * 2 > len(names)]
    for path, name in names.items():
        if missing := tuple(each for each in usual if each not in name):
            yield reading.source.at_key(path, TranslationMissing(languages=missing))
