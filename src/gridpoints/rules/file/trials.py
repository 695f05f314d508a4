"""The file's own examples, run: each must give what it says."""

from __future__ import annotations

from collections.abc import Iterator

from gridpoints.errors import GridpointsError
from gridpoints.rules.file.document import RuleSetDocument
from gridpoints.rules.file.problems import Problem
from gridpoints.rules.file.reading import Reading


def problems(reading: Reading, document: RuleSetDocument) -> Iterator[Problem]:
    """The examples that give something else; a rule that cannot be compiled is one as well."""
    if not document.examples:
        return
    rules = document.compiled(reading.evaluator)
    for n, example in enumerate(document.examples):
        found: GridpointsError | None = example.problem(rules, document.known_facts)
        if found is not None:
            yield reading.source.at_value(("examples", n, "gives"), found)
