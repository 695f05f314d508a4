"""The file of a rule set: what stands in it. Each section has its own module beside this one."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from decimal import Decimal
from functools import cached_property
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from gridpoints.rules.deeds import Holder, Shortfall
from gridpoints.rules.expression.model import Schema
from gridpoints.rules.factors import Stacking
from gridpoints.rules.file.amounts import Points
from gridpoints.rules.file.approval import Approval
from gridpoints.rules.file.conditions import When
from gridpoints.rules.file.examples import Example
from gridpoints.rules.file.factors import CampaignEntry, Coefficients
from gridpoints.rules.file.facts import FactEntry, FactName, schema_of
from gridpoints.rules.file.fields import (
    Code,
    Count,
    Day,
    Document,
    FileFormat,
    Named,
    Note,
    Origin,
    Roles,
    Translations,
    Version,
    Yes,
    one_of,
)
from gridpoints.rules.file.figures import Figure, parts_in
from gridpoints.rules.file.forms import Form, Uses
from gridpoints.rules.file.grades import GradingEntry
from gridpoints.rules.file.grids import GridsEntry
from gridpoints.rules.file.limits import BudgetEntry, Limit
from gridpoints.rules.file.permissions import Rights, RoleEntries
from gridpoints.rules.file.problems import Path
from gridpoints.rules.file.redemption import RedemptionEntry
from gridpoints.rules.file.stars import StarsEntry
from gridpoints.rules.file.units import UnitEntry


class CategoryEntry(Named):
    """Deeds that belong together."""


ShortfallField = Annotated[Shortfall, BeforeValidator(one_of(Shortfall)), Field(examples=["zero"])]
AppealDays = Annotated[Count | None, Field(examples=[15])]


class DeductionsEntry(Document):
    """What holds for every deduction that does not say otherwise."""

    shortfall: ShortfallField = Shortfall.ZERO
    appeal_days: AppealDays = None


class DeedEntry(Named):
    """A deed that is listed. `unit` may be left out where the file has one unit."""

    points: Points
    category: Annotated[Code, Field(examples=["care"])] = ""
    unit: Annotated[Code, Field(examples=["points"])] = ""
    holder: Annotated[Holder, BeforeValidator(one_of(Holder)), Field(alias="for", examples=["member"])] = (
        Holder.MEMBER
    )
    when: When | None = None
    coefficients: Coefficients = Field(default_factory=list)
    approval: Approval | None = None
    shortfall: Annotated[ShortfallField | None, Field(examples=["zero"])] = None
    appeal_days: AppealDays = None
    reporters: Roles = Field(default_factory=list)
    evidence: Annotated[list[Note], Field(min_length=1, examples=[["a photograph"]])] = Field(
        default_factory=list
    )
    source: Origin | None = None

    def counts_in(self, units: Collection[str]) -> str:
        """The code of its unit among those of the file; empty where that is not clear."""
        return self.unit or (next(iter(units)) if len(units) == 1 else "")

    def uses(self) -> Uses:
        """What its points, its condition and its coefficients refer to."""
        parts: dict[Path, Uses] = {("points",): self.points.uses()}
        if self.when is not None:
            parts["when",] = self.when.uses()
        return Uses.of({**parts, **{("coefficients", n): c.uses() for n, c in enumerate(self.coefficients)}})

    def takes(self) -> bool:
        """Whether it is a deduction: every figure of it is below 0."""
        return self.points.takes()


class Identity(BaseModel):
    """What a file says that it is, whatever else stands in it."""

    model_config = ConfigDict(frozen=True, strict=True)

    code: Annotated[Code, Field(examples=["our-village"])]
    version: Version

    @property
    def id(self) -> str:
        """Its code and its version, by which it is known once it is published."""
        return f"{self.code}@{self.version}"


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
    description: Translations | None = None
    review_by: Annotated[Day | None, Field(examples=["2026-12-31"])] = None


_CAMPAIGNS = {
    "spring": {"name": {"zh_Hans": "春季"}, "from": "2026-03-01", "until": "2026-04-01", "times": 2}
}
_BUDGETS = {"yearly": {"name": {"zh_Hans": "年度预算"}, "most": 10_000, "period": "year"}}


class Tables(Document):
    """What refers to one another in the file; here none of it need be there."""

    facts: Annotated[dict[FactName, FactEntry], Field(examples=[{"category": {"type": "text"}}])] = Field(
        default_factory=dict
    )
    units: dict[Code, UnitEntry] = Field(default_factory=dict)
    categories: Annotated[
        dict[Code, CategoryEntry], Field(examples=[{"care": {"name": {"zh_Hans": "照护", "en": "Care"}}}])
    ] = Field(default_factory=dict)
    deeds: dict[Code, DeedEntry] = Field(default_factory=dict)
    limits: dict[Code, Limit] = Field(
        default_factory=dict,
        examples=[{"per-month": {"deeds": ["perform"], "period": "month", "most": 50, "excess": "clip"}}],
    )
    campaigns: Annotated[dict[Code, CampaignEntry], Field(examples=[_CAMPAIGNS])] = Field(
        default_factory=dict
    )
    budgets: Annotated[dict[Code, BudgetEntry], Field(examples=[_BUDGETS])] = Field(default_factory=dict)
    stars: Annotated[StarsEntry | None, Field(examples=[{}])] = None
    redemption: RedemptionEntry | None = None
    grades: Annotated[dict[Code, GradingEntry], Field(examples=[{}])] = Field(default_factory=dict)
    grids: Annotated[GridsEntry | None, Field(examples=[{"households": 300}])] = None
    roles: RoleEntries = Field(default_factory=dict)
    permissions: Rights = Field(default_factory=dict)
    approval: Approval | None = None
    examples: Annotated[list[Example], Field(examples=[[{"deed": "perform", "gives": 20}]])] = Field(
        default_factory=list
    )

    @cached_property
    def figures(self) -> Sequence[tuple[Path, Figure[Decimal]]]:
        """Those with more than a mere number, each with the path that leads to it."""
        return [(path, part) for path, part in self._parts if isinstance(part, Figure)]

    @cached_property
    def forms(self) -> Sequence[tuple[Path, Form]]:
        """Every form of a rule, those inside other ones too."""
        return [(path, part) for path, part in self._parts if isinstance(part, Form)]

    @cached_property
    def _parts(self) -> Sequence[tuple[Path, Any]]:
        return list(parts_in(self, (Figure, Form)))


class RuleSetDocument(Tables, Heading):
    """The whole file."""

    units: dict[Code, UnitEntry] = Field(
        min_length=1, examples=[{"points": {"name": {"zh_Hans": "积分", "en": "points"}}}]
    )
    deeds: dict[Code, DeedEntry] = Field(
        min_length=1, examples=[{"perform": {"name": {"zh_Hans": "表演"}, "points": 20}}]
    )
    changed_by_vote: Yes = False
    stacking: Annotated[Stacking, BeforeValidator(one_of(Stacking)), Field(examples=["best"])] = Stacking.BEST
    deductions: Annotated[DeductionsEntry, Field(examples=[{"shortfall": "debt", "appeal_days": 15}])] = (
        Field(default_factory=DeductionsEntry)
    )

    @property
    def known_facts(self) -> Schema:
        """The facts that its rules may name."""
        return schema_of(self.facts)
