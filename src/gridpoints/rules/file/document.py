"""The file of a rule set: what stands in it, and how it is compiled.

pydantic ends here: what comes out is the frozen `RuleSet` of `gridpoints.rules.model`. Each
section has its own module beside this one.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Annotated, Any, ParamSpec, TypeVar

from attrs import evolve
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, RootModel

from gridpoints.errors import GridpointsError
from gridpoints.rules.approval import Approval as Stages
from gridpoints.rules.approval import Confirmer, Stage
from gridpoints.rules.deeds import DeedRule, Holder, Shortfall, Wallet
from gridpoints.rules.expression.model import Evaluator, Schema
from gridpoints.rules.factors import Campaign, Stacking
from gridpoints.rules.file.amounts import Points
from gridpoints.rules.file.approval import Approval
from gridpoints.rules.file.conditions import When
from gridpoints.rules.file.examples import Example
from gridpoints.rules.file.factors import CampaignEntry, Coefficients
from gridpoints.rules.file.facts import FactEntry, FactName, facts_of, schema_of, untold
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
from gridpoints.rules.file.forms import Building, Form, Uses
from gridpoints.rules.file.grades import GradingEntry
from gridpoints.rules.file.grids import GridsEntry
from gridpoints.rules.file.limits import BudgetEntry, Limit
from gridpoints.rules.file.metrics import Measures, metrics_of
from gridpoints.rules.file.permissions import Rights, RoleEntries, compiled
from gridpoints.rules.file.problems import Path
from gridpoints.rules.file.redemption import RedemptionEntry
from gridpoints.rules.file.stars import StarsEntry
from gridpoints.rules.file.units import UnitEntry
from gridpoints.rules.limits import Bound, Bounds
from gridpoints.rules.model import Budget, RuleSet
from gridpoints.rules.permissions import Right
from gridpoints.rules.terms import Terms


class NotCompiled(Exception):
    """What stands at `path` cannot be compiled, because of `error`."""

    def __init__(self, path: Path, error: GridpointsError) -> None:
        super().__init__(path, error)
        self.path = path
        self.error = error


P = ParamSpec("P")
T = TypeVar("T")


def placed(path: Path, compiled: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """What `compiled` gives; raises `NotCompiled` for an error of ours."""
    try:
        return compiled(*args, **kwargs)
    except GridpointsError as error:
        raise NotCompiled(path, error) from error


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

    def compiled(self, evaluator: Evaluator) -> RuleSet:
        """The rule set that judges; the file must be free of problems.

        Raises `NotCompiled` for what only turns out here, such as in a form of another package.
        """
        first, *later = sorted({self.starts_on, *self._changes()})
        rules = _Compiler(self, evaluator, first).rule_set()
        editions = tuple(_Compiler(self, evaluator, day).rule_set() for day in later)
        return evolve(rules, later=editions, written=_written(self))

    def _changes(self) -> Iterator[date]:
        """The days after its first on which one of its figures changes."""
        for _, figure in self.figures:
            for entry in figure.entries[1:]:
                if entry.starts_on is not None and entry.starts_on > self.starts_on:
                    yield entry.starts_on


def _written(value: Any) -> Any:
    """A part of the file by the keys that stand in it, with the values that were left out."""
    match value:
        case RootModel():
            return _written(value.root)
        case BaseModel():
            fields = type(value).model_fields
            return {info.alias or name: _written(getattr(value, name)) for name, info in fields.items()}
        case dict():
            return {key: _written(inner) for key, inner in value.items()}
        case list():
            return [_written(inner) for inner in value]
    return value


class _Compiler:
    """Compiles a document with the figures of one day."""

    def __init__(self, document: RuleSetDocument, evaluator: Evaluator, day: date) -> None:
        self.document = document
        self.evaluator = evaluator
        self.day = day
        self.id = f"{document.code}@{document.version}"
        self.schema = document.known_facts
        self.wallets: Mapping[str, Wallet] = {
            code: entry.compiled(code, day) for code, entry in document.units.items()
        }
        self.terms = self._terms()

    def rule_set(self) -> RuleSet:
        document = self.document
        budgets = self._budgets()
        bounds = (*self._bounds(), *(budget.bound for budget in budgets))
        campaigns = tuple(self._campaigns())
        return RuleSet(
            id=self.id,
            names=document.name,
            starts_on=self.day,
            units={code: wallet.unit for code, wallet in self.wallets.items()},
            deeds={
                code: placed(("deeds", code), self._rule, code, bounds, campaigns) for code in document.deeds
            },
            wallets=self.wallets,
            limits=bounds,
            campaigns=campaigns,
            changed_by_vote=document.changed_by_vote,
            stacking=document.stacking,
            budgets=budgets,
            terms=self.terms,
            facts=facts_of(document.facts),
            source=document.source,
            descriptions=document.description or {},
            untold=untold(document.facts),
        )

    def _building(self, code: str, unit: str) -> Building:
        return Building(code, self.day, self.wallets[unit].unit, self.schema, self.evaluator)

    def _covered(self, entry: Any) -> list[str]:
        """The codes of the deeds that something in the file is for."""
        deeds, categories = getattr(entry, "deeds", ()), getattr(entry, "categories", ())
        return [
            code
            for code, deed in self.document.deeds.items()
            if code in deeds or deed.category in categories or not (deeds or categories)
        ]

    def _unit_of(self, entry: Any) -> str:
        """The unit in which something counts: that of the deeds that it is for."""
        units = self.document.units
        named = (self.document.deeds[code].counts_in(units) for code in self._covered(entry))
        return getattr(entry, "unit", "") or next(named, next(iter(units)))

    def _bounds(self) -> Iterator[Bound]:
        for code, entry in self.document.limits.items():
            yield placed(("limits", code), entry.compiled, self._building(code, self._unit_of(entry)))

    def _campaigns(self) -> Iterator[Campaign]:
        for code, entry in self.document.campaigns.items():
            yield placed(("campaigns", code), entry.compiled, self._building(code, self._unit_of(entry)))

    def _budgets(self) -> tuple[Budget, ...]:
        redemption = self.terms.redemption
        rate = redemption.rate if redemption else None
        return tuple(
            placed(("budgets", code), entry.compiled, self._building(code, self._unit_of(entry)), rate)
            for code, entry in self.document.budgets.items()
        )

    def _terms(self) -> Terms:
        document = self.document
        units = {code: wallet.unit for code, wallet in self.wallets.items()}
        measures = Measures(self.day, units, metrics_of(document.units, document.facts))
        return Terms(
            redemption=document.redemption.compiled(measures) if document.redemption else None,
            stars=document.stars.compiled(measures) if document.stars else None,
            grades={code: entry.compiled(code, measures) for code, entry in document.grades.items()},
            grids=document.grids.compiled() if document.grids else None,
            permissions=compiled(document.roles, document.permissions),
        )

    def _approval(self, deed: DeedEntry) -> Stages:
        """The stages; one that names no roles is for those who have the right."""
        approval = deed.approval or self.document.approval
        stages = approval.compiled() if approval else ()
        return tuple(stage if stage.roles else evolve(stage, roles=self._reserved(stage)) for stage in stages)

    def _reserved(self, stage: Stage) -> frozenset[str]:
        return self._right(Right.CONFIRM if isinstance(stage, Confirmer) else Right.APPROVE)

    def _right(self, right: Right) -> frozenset[str]:
        return self.terms.permissions.rights.get(right, frozenset())

    def _rule(self, code: str, bounds: tuple[Bound, ...], campaigns: tuple[Campaign, ...]) -> DeedRule:
        entry = self.document.deeds[code]
        unit = entry.counts_in(self.document.units)
        building = self._building(code, unit)
        takes = entry.takes()
        own = [b for b in bounds if b.covers(code, entry.category, unit) and (b.names_deeds or not takes)]
        return DeedRule(
            code=code,
            names=entry.name,
            amount=entry.points.compiled(building),
            wallet=self.wallets[unit],
            rule_set=self.id,
            category=entry.category,
            holder=entry.holder,
            conditions=entry.when.compiled(building) if entry.when else (),
            coefficients=tuple(each.compiled(building) for each in entry.coefficients),
            campaigns=tuple(c for c in campaigns if c.covers(code, entry.category) and not takes),
            bounds=Bounds.of(own),
            approval=self._approval(entry),
            shortfall=entry.shortfall or self.document.deductions.shortfall,
            appeal_days=entry.appeal_days or self.document.deductions.appeal_days,
            reporters=frozenset(entry.reporters)
            or self.terms.permissions.rights.get(Right.REPORT, frozenset()),
            evidence=tuple(entry.evidence),
            descriptions=entry.description or {},
        )
