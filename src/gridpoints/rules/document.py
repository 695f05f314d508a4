"""The file of a rule set: what stands in it, what must fit together, and how it is compiled.

pydantic ends here: what comes out is the frozen `RuleSet` of `gridpoints.rules.model`. A new kind
of points is one class beside `PointsPerUnit`, and its place in `Points`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Collection, Iterator, Mapping
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any

from pydantic import BeforeValidator, Discriminator, Field, RootModel, Tag

from gridpoints.errors import GridpointsError
from gridpoints.rules import model
from gridpoints.rules.checking import check, unknown_code
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
    shown,
)
from gridpoints.rules.model import Excess, Rounding, RuleSet, Scope
from gridpoints.rules.problems import DigitsTooMany, NameDoubled, Path, Problem, UnitNeeded, UnitsMixed
from gridpoints.rules.source import Source
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
    name: Translations
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


# --- what must fit together -----------------------------------------------------------------------


def read_document(source: Source) -> tuple[RuleSetDocument | None, list[Problem]]:
    """The document, and every problem there is: those of single values, and of what does not fit.

    Where single values are wrong, the rest of the file is looked at without their entries.
    """
    document, problems = check(RuleSetDocument, source)
    if any(problem.code == "format_unknown" for problem in problems):
        return None, [p for p in problems if p.code == "format_unknown"]
    declared = {name: _table(source.data, name) for name in Tables.model_fields}
    tables = document or _sound(declared, problems)
    return document, problems + list(_misfits(tables, declared, source))


def _table(data: Any, name: str) -> Mapping[str, Any]:
    table = data.get(name) if isinstance(data, dict) else None
    return table if isinstance(table, dict) else {}


def _sound(declared: Mapping[str, Mapping[str, Any]], problems: Collection[Problem]) -> Tables:
    broken = {problem.path[:2] for problem in problems}
    return Tables.model_validate(
        {
            name: {code: entry for code, entry in table.items() if (name, code) not in broken}
            for name, table in declared.items()
        }
    )


def _misfits(tables: Tables, declared: Mapping[str, Collection[str]], source: Source) -> Iterator[Problem]:
    """`declared` has also the codes of entries that are not in `tables` because they are wrong."""
    units = declared["units"]
    yield from _same_names(tables, source)
    for code, deed in tables.deeds.items():
        path: Path = ("deeds", code)
        if not (unit := deed.counts_in(units)):
            if units:
                known = tuple(units)
                yield source.at_key(path, UnitNeeded(deed=code, example=known[0], known=known))
        elif unit not in units:
            yield source.at_value((*path, "unit"), unknown_code(unit, "units", units))
        else:
            for inner, figure in deed.points.figures().items():
                yield from _digits(figure, unit, (*path, "points", *inner), tables, source)
    for code, limit in tables.limits.items():
        yield from _limit_misfits(("limits", code), limit, tables, declared, source)


def _same_names(tables: Tables, source: Source) -> Iterator[Problem]:
    """A clerk's list names deeds by their names, in whatever language."""
    first: dict[str, str] = {}
    for code, deed in tables.deeds.items():
        for language, name in deed.name.items():
            if (other := first.setdefault(name.casefold(), code)) != code:
                yield source.at_value(("deeds", code, "name", language), NameDoubled(name=name, other=other))


def _limit_misfits(
    path: Path, limit: LimitEntry, tables: Tables, declared: Mapping[str, Collection[str]], source: Source
) -> Iterator[Problem]:
    for index, code in enumerate(limit.deeds):
        if code not in declared["deeds"]:
            yield source.at_value((*path, "deeds", index), unknown_code(code, "deeds", declared["deeds"]))
    covered = [tables.deeds[c] for c in limit.deeds or tables.deeds if c in tables.deeds]
    units = list(dict.fromkeys(deed.counts_in(declared["units"]) for deed in covered))
    if len(units) > 1 and all(units):
        yield source.at_key((*path, "deeds") if limit.deeds else path, UnitsMixed(units=tuple(units)))
    elif units:
        yield from _digits(limit.most, units[0], (*path, "most"), tables, source)


def _digits(figure: Decimal, code: str, path: Path, tables: Tables, source: Source) -> Iterator[Problem]:
    exponent = figure.normalize().as_tuple().exponent
    needed = -exponent if isinstance(exponent, int) else 0
    if (unit := tables.units.get(code)) is not None and needed > unit.scale:
        error: GridpointsError = DigitsTooMany(
            found=shown(figure), unit_code=code, scale=unit.scale, needed=needed
        )
        yield source.at_value(path, error)
