"""How a file says what changes an amount: coefficients and campaigns."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Discriminator, Field, Tag

from gridpoints.rules import factors
from gridpoints.rules.file.conditions import When
from gridpoints.rules.file.facts import FactName, FactText, sure
from gridpoints.rules.file.fields import Day, Document, Named, Yes
from gridpoints.rules.file.figures import AmountFigure, FactorFigure
from gridpoints.rules.file.forms import Building, Uses
from gridpoints.rules.file.limits import Covering
from gridpoints.rules.file.problems import Path


class CoefficientByFact(Document):
    """``{by: category, values: {elder_care: 1.5, child_care: 1.2}, otherwise: 1}``."""

    by: FactName
    values: Annotated[dict[FactText, FactorFigure], Field(min_length=1, examples=[{"elder_care": 1.5}])]
    otherwise: FactorFigure | None = None

    def uses(self) -> Uses:
        """The fact, with the values that are named."""
        facts: dict[Path, tuple[str, tuple[object, ...]]] = {("by",): (self.by, ())}
        facts |= {("values", value): (self.by, (value,)) for value in self.values}
        return Uses(facts=facts)

    def compiled(self, building: Building) -> factors.Coefficient:
        """A number for each value of the fact."""
        kind, day = building.schema[self.by], building.day
        values = {sure(kind, key): f.on(day) for key, f in self.values.items()}
        return factors.ByFact(self.by, values, None if self.otherwise is None else self.otherwise.on(day))


class CoefficientWhere(Document):
    """``{when: {weekday: [6, 7]}, times: 1.5}``."""

    when: When
    times: FactorFigure

    def uses(self) -> Uses:
        """What its condition refers to."""
        return Uses.of({("when",): self.when.uses()})

    def compiled(self, building: Building) -> factors.Coefficient:
        """A number for the deeds that the condition holds for."""
        return factors.Where(self.when.compiled(building), self.times.on(building.day))


def _tag(value: Any) -> str:
    by = "when" in value if isinstance(value, dict) else isinstance(value, CoefficientWhere)
    return "<where>" if by else "<by_fact>"


Coefficient = Annotated[
    Annotated[CoefficientByFact, Tag("<by_fact>")] | Annotated[CoefficientWhere, Tag("<where>")],
    Discriminator(_tag),
]
Coefficients = Annotated[
    list[Coefficient], Field(min_length=1, examples=[[{"by": "category", "values": {"elder_care": 1.5}}]])
]


class CampaignEntry(Covering, Named):
    """More points from a day until another, which does not belong to it any more."""

    starts_on: Annotated[Day, Field(alias="from")]
    until: Day
    times: FactorFigure | None = None
    plus: AmountFigure | None = None
    when: When | None = None
    emergency: Yes = False

    def uses(self) -> Uses:
        """What is added, and what its condition refers to."""
        added = Uses(amounts=dict(self.plus.values(("plus",)))) if self.plus is not None else Uses()
        return Uses.of({(): added, ("when",): self.when.uses() if self.when else Uses()})

    def compiled(self, building: Building) -> factors.Campaign:
        """What changes amounts."""
        day = building.day
        return factors.Campaign(
            code=building.code,
            names=self.name,
            starts_on=self.starts_on,
            ends_on=self.until,
            times=self.times.on(day) if self.times else factors.ONCE,
            plus=building.unit.amount(self.plus.on(day)) if self.plus else 0,
            deeds=frozenset(self.deeds),
            categories=frozenset(self.categories),
            conditions=self.when.compiled(building) if self.when else (),
            emergency=self.emergency,
        )
