"""The file's own examples, run: each must give what it says."""

from __future__ import annotations

from collections.abc import Iterator

from attrs import field, frozen

from gridpoints.errors import GridpointsError
from gridpoints.rules.file.document import RuleSetDocument
from gridpoints.rules.file.examples import Example
from gridpoints.rules.file.problems import Problem
from gridpoints.rules.file.problems_of_sense import ExamplesTooMany
from gridpoints.rules.file.source import Source
from gridpoints.rules.judging import Judgement
from gridpoints.rules.model import RuleSet

#: That many are judged in a second or two.
MOST_DEEDS = 10_000


@frozen
class Trial:
    """An example that was run. `judgement` is None where it cannot be judged, `error` where it passes."""

    line: int
    example: Example = field(repr=False)
    judgement: Judgement | None
    error: GridpointsError | None

    @property
    def passed(self) -> bool:
        """Whether it gives what it says."""
        return self.error is None


def trials(source: Source, document: RuleSetDocument, rules: RuleSet) -> Iterator[Trial]:
    """Every example, run; of those that count too many deeds together, the first that is too much ends it."""
    size = 0
    for n, example in enumerate(document.examples):
        size += example.size
        line = source.values["examples", n].line
        if size > MOST_DEEDS:
            yield Trial(line, example, None, ExamplesTooMany(count=size, most=MOST_DEEDS))
            return
        yield Trial(line, example, *example.tried(rules, document.known_facts))


def problems(source: Source, tried: list[Trial]) -> Iterator[Problem]:
    """The examples that give something else, or cannot be judged."""
    for n, trial in enumerate(tried):
        if trial.error is not None:
            yield source.at_value(("examples", n, "gives"), trial.error)
