"""How a file names what people and grids are measured by, and how much of it is needed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Annotated

from attrs import frozen
from pydantic import Field

from gridpoints.rules.expression.model import Type
from gridpoints.rules.file.facts import FactEntry
from gridpoints.rules.file.fields import Code
from gridpoints.rules.file.figures import AmountFigure
from gridpoints.rules.file.units import UnitEntry
from gridpoints.rules.metrics import Need
from gridpoints.values import Names, Unit

#: What everybody is measured by; units and the numbers among the facts come from the file.
HOURS, TIMES = "hours", "times"

Metric = Annotated[Code, Field(examples=["points"])]
Needs = Annotated[
    dict[Code, AmountFigure], Field(min_length=1, examples=[{"hours": 100, "points": 500, "times": 10}])
]


def metrics_of(units: Mapping[str, UnitEntry], facts: Mapping[str, FactEntry]) -> dict[str, Names]:
    """The metrics that a file may name, each with its names (none: it is a word of ours)."""
    numbers = {code: fact.name or {} for code, fact in facts.items() if fact.type is Type.NUMBER}
    return {HOURS: {}, TIMES: {}, **numbers, **{code: unit.name for code, unit in units.items()}}


@frozen
class Measures:
    """What the sections beside the deeds are compiled with: the day, the units, and the metrics."""

    day: date
    units: Mapping[str, Unit]
    metrics: Mapping[str, Names]

    @property
    def unit(self) -> Unit:
        """The first unit of the file: the one that is meant where none is named."""
        return next(iter(self.units.values()))

    def needs(self, needs: Mapping[str, AmountFigure]) -> tuple[Need, ...]:
        """What is needed on the day."""
        return tuple(self._needs(needs))

    def _needs(self, needs: Mapping[str, AmountFigure]) -> Iterator[Need]:
        for code, figure in needs.items():
            yield Need(code, figure.on(self.day), self.metrics[code])
