"""How the file of a rule set is compiled.

pydantic ends here: what comes out is the frozen `RuleSet` of `gridpoints.rules.model`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import Any, ParamSpec, TypeVar

from attrs import evolve
from pydantic import BaseModel, RootModel

from gridpoints.errors import GridpointsError
from gridpoints.rules.approval import Approval as Stages
from gridpoints.rules.approval import Confirmer, Stage
from gridpoints.rules.deeds import DeedRule, Wallet
from gridpoints.rules.expression.model import Evaluator
from gridpoints.rules.factors import Campaign
from gridpoints.rules.file.document import DeedEntry, RuleSetDocument
from gridpoints.rules.file.facts import facts_of, untold
from gridpoints.rules.file.forms import Building
from gridpoints.rules.file.metrics import Measures, metrics_of
from gridpoints.rules.file.permissions import compiled
from gridpoints.rules.file.problems import Path
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


def rule_set(document: RuleSetDocument, evaluator: Evaluator) -> RuleSet:
    """The rule set that judges; the file must be free of problems.

    Raises `NotCompiled` for what only turns out here, such as in a form of another package.
    """
    first, *later = sorted({document.starts_on, *_changes(document)})
    rules = _Compiler(document, evaluator, first).rule_set()
    editions = tuple(_Compiler(document, evaluator, day).rule_set() for day in later)
    return evolve(rules, later=editions, written=_written(document))


def _changes(document: RuleSetDocument) -> Iterator[date]:
    """The days after its first on which one of its figures changes."""
    for _, figure in document.figures:
        for entry in figure.entries[1:]:
            if entry.starts_on is not None and entry.starts_on > document.starts_on:
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
