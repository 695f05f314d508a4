"""Reads a rule set's document, and finds what in it does not fit together."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from itertools import islice

from pydantic import ValidationError

from gridpoints.rules.expression.model import Evaluator
from gridpoints.rules.file import dates, figures_fit, meaning, references, terms, trials
from gridpoints.rules.file.checking import check
from gridpoints.rules.file.document import RuleSetDocument, Tables
from gridpoints.rules.file.problems import FormatUnknown, Problem
from gridpoints.rules.file.reading import Reading
from gridpoints.rules.file.source import MOST_PROBLEMS, Source

#: What is looked for, in this order; one module each.
_CHECKS: tuple[Callable[[Reading], Iterator[Problem]], ...] = (
    references.problems,
    figures_fit.problems,
    meaning.problems,
    dates.problems,
    terms.problems,
)


def read_document(source: Source, evaluator: Evaluator) -> tuple[RuleSetDocument | None, list[Problem]]:
    """The document, and every problem there is: those of single values, and of what does not fit.

    What refers to something that is not in the file is found everywhere; for the rest, entries
    with a wrong value are left out of sight until that is mended. The examples run last, when
    nothing else is wrong.
    """
    document, problems = check(RuleSetDocument, source)
    if newer := [p for p in problems if isinstance(p.error, FormatUnknown)]:
        return None, newer
    declared = {name: _table(source, name) for name in Tables.model_fields}
    reading = Reading(source, declared, document or _sound(source, declared, problems), evaluator)
    told = {problem.path for problem in problems}
    for found in _CHECKS:
        misfits = [p for p in islice(found(reading), MOST_PROBLEMS) if p.path not in told]
        told |= {problem.path for problem in misfits}
        problems += misfits
    if document is not None and not problems and not source.problems:
        problems += islice(trials.problems(reading, document), MOST_PROBLEMS)
    return document, problems


def reader(evaluator: Evaluator) -> Callable[[Source], tuple[RuleSetDocument | None, list[Problem]]]:
    """`read_document` with that engine for expressions."""
    return partial(read_document, evaluator=evaluator)


def _table(source: Source, name: str) -> object:
    return source.data.get(name) if isinstance(source.data, dict) else None


def _sound(source: Source, declared: dict[str, object], problems: list[Problem]) -> Tables:
    """The entries in which nothing is wrong."""
    broken = {problem.path[:2] for problem in problems}
    sound: dict[str, object] = {}
    for name, table in declared.items():
        if isinstance(table, dict):
            sound[name] = {code: entry for code, entry in table.items() if (name, code) not in broken}
        elif isinstance(table, list):
            sound[name] = [entry for n, entry in enumerate(table) if (name, n) not in broken]
    try:
        return Tables.model_validate(sound)
    except ValidationError:  # more is wrong than was told
        return Tables()
