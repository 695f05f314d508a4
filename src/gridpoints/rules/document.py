"""The file of a rule set: what stands in it, and how it is compiled.

pydantic ends here: what comes out is the frozen `RuleSet` of `gridpoints.rules.model`. A new kind
of points is one class beside `PointsPerUnit`, and its place in `Points`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Collection, Mapping
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any

from pydantic import BeforeValidator, Discriminator, Field, RootModel, Tag

from gridpoints.rules import model
from gridpoints.rules.fields import (
    Amount,
    Code,
    Day,
    Document,
    FileFormat,
    Origin,
    Scale,
    Translations,
    Version,
    one_of,
)
from gridpoints.rules.model import Excess, Rounding, RuleSet, Scope
from gridpoints.rules.problems import Path
from gridpoints.values import Period, Unit


class UnitEntry(Document):
    """A unit that is counted, such as points or time coins."""

    name: Translations
    scale: Scale = 0

    def compiled(self, code: str) -> Unit:
        """The unit of that code."""
        return Unit(code, self.scale, self.name)


class Counted(StrEnum):
    """What a deed's quantity counts."""

    HOUR = "hour"
    TIME = "time"
    ITEM = "item"


class PointsForm(ABC):
    """One way to say how many points a deed gives."""

    @abstractmethod
    def figures(self) -> Mapping[Path, Decimal]:
        """The amounts of the unit that stand in it, by the path that leads there."""

    @abstractmethod
    def compiled(self, unit: Unit) -> model.Amount:
        """What judges by it."""


class FixedPoints(RootModel[Amount], PointsForm):
    """The same each time: ``points: 20``."""

    def figures(self) -> Mapping[Path, Decimal]:
        """The amount itself."""
        return {(): self.root}

    def compiled(self, unit: Unit) -> model.Fixed:
        """So many each time."""
        return model.Fixed(unit.amount(self.root))


class PointsPerUnit(Document, PointsForm):
    """So many for each: ``points: {per: hour, amount: 10, round: half}``."""

    per: Annotated[Counted, BeforeValidator(one_of(Counted)), Field(examples=["hour"])]
    amount: Amount
    round: Annotated[Rounding, BeforeValidator(one_of(Rounding)), Field(examples=["half"])] = Rounding.EXACT

    def figures(self) -> Mapping[Path, Decimal]:
        """The amount for one hour, time or item."""
        return {("amount",): self.amount}

    def compiled(self, unit: Unit) -> model.PerUnit:
        """So many for each."""
        return model.PerUnit(self.per.value, unit.amount(self.amount), self.round)


def _form(value: Any) -> str:
    return "<per_unit>" if isinstance(value, dict | PointsPerUnit) else "<fixed>"


Points = Annotated[
    Annotated[FixedPoints, Tag("<fixed>")] | Annotated[PointsPerUnit, Tag("<per_unit>")],
    Discriminator(_form),
    Field(examples=[20]),
]


class DeedEntry(Document):
    """A deed that is listed. `unit` may be left out where the file has one unit."""

    name: Translations
    points: Points
    unit: Code = ""

    def counts_in(self, units: Collection[str]) -> str:
        """The code of its unit among those of the file; empty where that is not clear."""
        return self.unit or (next(iter(units)) if len(units) == 1 else "")


class LimitEntry(Document):
    """At most so many points for some deeds together; without `deeds`, for all."""

    most: Amount
    period: Annotated[Period, BeforeValidator(one_of(Period)), Field(examples=["month"])]
    excess: Annotated[Excess, BeforeValidator(one_of(Excess)), Field(examples=["clip"])]
    scope: Annotated[Scope, BeforeValidator(one_of(Scope)), Field(examples=["member"])] = Scope.MEMBER
    deeds: Annotated[list[Code], Field(min_length=1, examples=[["patrol", "perform"]])] = Field(
        default_factory=list
    )


class Heading(Document):
    """What the file says of itself."""

    gridpoints: FileFormat
    code: Annotated[Code, Field(examples=["our-village"])]
    version: Version
    name: Annotated[
        Translations,
        Field(examples=[{"zh_Hans": "本村积分细则", "zh_Hant": "本村積分細則", "en": "Our points"}]),
    ]
    source: Origin
    starts_on: Day = Field(alias="from")


class Tables(Document):
    """What refers to one another in the file; here none of it need be there."""

    units: dict[Code, UnitEntry] = Field(default_factory=dict)
    deeds: dict[Code, DeedEntry] = Field(default_factory=dict)
    limits: dict[Code, LimitEntry] = Field(
        default_factory=dict,
        examples=[{"per-month": {"deeds": ["perform"], "period": "month", "most": 50, "excess": "clip"}}],
    )


class RuleSetDocument(Tables, Heading):
    """The whole file."""

    units: dict[Code, UnitEntry] = Field(
        min_length=1, examples=[{"points": {"name": {"zh_Hans": "积分", "en": "points"}}}]
    )
    deeds: dict[Code, DeedEntry] = Field(
        min_length=1, examples=[{"perform": {"name": {"zh_Hans": "表演"}, "points": 20}}]
    )

    def compiled(self) -> RuleSet:
        """The rule set that judges; the file must be free of problems."""
        units = {code: entry.compiled(code) for code, entry in self.units.items()}
        deeds = {}
        for code, entry in self.deeds.items():
            unit = units[entry.counts_in(units)]
            deeds[code] = model.DeedRule(code, entry.name, entry.points.compiled(unit), unit)
        return RuleSet(
            id=f"{self.code}@{self.version}",
            names=self.name,
            starts_on=self.starts_on,
            units=units,
            deeds=deeds,
            limits=tuple(self._limit(code, entry, deeds) for code, entry in self.limits.items()),
            source=self.source,
        )

    @staticmethod
    def _limit(code: str, entry: LimitEntry, deeds: Mapping[str, model.DeedRule]) -> model.Limit:
        covered = entry.deeds or list(deeds)
        return model.Limit(
            code=code,
            most=deeds[covered[0]].unit.amount(entry.most),
            period=entry.period,
            scope=entry.scope,
            excess=entry.excess,
            deeds=frozenset(entry.deeds),
        )
