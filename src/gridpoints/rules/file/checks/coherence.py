"""Reads a rule set's document, and finds what in it does not fit together."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from datetime import date
from functools import partial
from itertools import islice
from typing import Any

from attrs import frozen
from pydantic import ValidationError

from gridpoints.rules.expression.model import Evaluator
from gridpoints.rules.file.checking import check, in_order
from gridpoints.rules.file.checks import (
    conflicts,
    dates,
    figures_fit,
    meaning,
    reach,
    references,
    stale,
    terms,
    trials,
    unused,
)
from gridpoints.rules.file.checks.reading import Reading, Remembered
from gridpoints.rules.file.checks.trials import Trial
from gridpoints.rules.file.compiling import NotCompiled, rule_set
from gridpoints.rules.file.document import RuleSetDocument, Tables
from gridpoints.rules.file.problems import FormatUnknown, Problem
from gridpoints.rules.file.source import MOST_PROBLEMS, Source
from gridpoints.rules.model import RuleSet

#: What is looked for, in this order; one module each.
_CHECKS: tuple[Callable[[Reading], Iterator[Problem]], ...] = (
    references.problems,
    figures_fit.problems,
    meaning.problems,
    dates.problems,
    terms.problems,
)
#: What is warned of; of a file with wrong values, only what mending them cannot change.
_WARNINGS: tuple[Callable[[Reading], Iterator[Problem]], ...] = (
    reach.warnings,
    conflicts.warnings,
    unused.warnings,
)


@frozen
class Examined:
    """What a file comes to. `rules` is None where there are problems."""

    rules: RuleSet | None
    problems: Sequence[Problem]
    reading: Reading | None = None
    trials: Sequence[Trial] = ()

    def warnings(self, today: date) -> list[Problem]:
        """What is not wrong, and should be looked at all the same."""
        if self.reading is None:
            return []
        found = list(islice(stale.warnings(self.reading, today), MOST_PROBLEMS))
        for warned in _WARNINGS:
            found += islice(warned(self.reading), MOST_PROBLEMS)
        wrong = {problem.path for problem in self.problems}
        return in_order(warning for warning in found if warning.path not in wrong)


def examine(source: Source, evaluator: Evaluator) -> Examined:
    """Every problem there is: those of single values, and of what does not fit together.

    What refers to something that is not in the file is found everywhere; for the rest, entries
    with a wrong value are left out of sight until that is mended. The examples run last, when
    nothing else is wrong.
    """
    evaluator = Remembered(evaluator)
    document, problems = check(RuleSetDocument, source)
    if not isinstance(source.data, dict):
        return Examined(None, problems)
    if newer := [p for p in problems if isinstance(p.error, FormatUnknown)]:
        return Examined(None, newer)
    declared = {name: source.data.get(name) for name in Tables.model_fields}
    reading = Reading(
        source, declared, document or _sound(declared, problems), evaluator, _places(declared, problems)
    )
    # A value that is wrong by itself is told once; what does not fit may do so in several ways.
    wrong = {problem.path for problem in problems}
    told: set[tuple[Any, ...]] = set()
    for each in (*(found(reading) for found in _CHECKS), _of_forms(reading)):
        for problem in islice(each, MOST_PROBLEMS):
            key = (problem.line, problem.column, problem.code, str(problem.error))
            if problem.path not in wrong and key not in told:
                told.add(key)
                problems.append(problem)
    if document is None or problems or source.problems:
        return Examined(None, problems, reading)
    try:
        rules = rule_set(document, evaluator)
    except NotCompiled as failed:
        return Examined(None, [source.at_key(failed.path, failed.error)], reading)
    tried = list(trials.trials(source, document, rules))
    problems += trials.problems(source, tried)
    return Examined(None if problems else rules, problems, reading, tried)


def reader(evaluator: Evaluator) -> Callable[[Source], tuple[RuleSet | None, Sequence[Problem]]]:
    """`examine` with that engine for expressions, where only what comes of it is asked for."""
    return partial(_rules, evaluator=evaluator)


def _rules(source: Source, evaluator: Evaluator) -> tuple[RuleSet | None, Sequence[Problem]]:
    examined = examine(source, evaluator)
    return examined.rules, examined.problems


def _of_forms(reading: Reading) -> Iterator[Problem]:
    """What the forms themselves find."""
    for path, form in reading.tables.forms:
        for inner, error in form.problems():
            yield reading.source.at_value((*path, *inner), error)


def _places(declared: dict[str, object], problems: list[Problem]) -> list[int]:
    """The places of the examples in which nothing is wrong."""
    examples = declared["examples"]
    broken = {problem.path[:2] for problem in problems}
    return [
        n for n in range(len(examples) if isinstance(examples, list) else 0) if ("examples", n) not in broken
    ]


def _sound(declared: dict[str, object], problems: list[Problem]) -> Tables:
    """The entries in which nothing is wrong."""
    broken = {problem.path[:2] for problem in problems}
    sound: dict[str, Any] = {}
    for name, table in declared.items():
        if name == "approval":  # without a stage it would be another one
            if all(path[:1] != (name,) for path in broken):
                sound[name] = table
        elif isinstance(table, dict):
            sound[name] = {code: entry for code, entry in table.items() if (name, code) not in broken}
        elif isinstance(table, list):
            sound[name] = [entry for n, entry in enumerate(table) if (name, n) not in broken]
    try:
        return Tables.model_validate(sound)
    except ValidationError as invalid:  # more is wrong than was told
        for error in invalid.errors(include_url=False, include_input=False):
            sound.pop(str(error["loc"][0]), None)
    with suppress(ValidationError):
        return Tables.model_validate(sound)
    return Tables()
