"""What a deed's own condition, or a limit, keeps from ever happening: rows, brackets, the deed itself."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import suppress
from decimal import Decimal
from typing import Any

from attrs import evolve, field, frozen

from gridpoints.rules.amounts import Rounding
from gridpoints.rules.expression.model import Type
from gridpoints.rules.expression.problems import ExpressionInvalid
from gridpoints.rules.file.amounts import (
    FixedPoints,
    Over,
    PointsComputed,
    PointsFromTable,
    PointsInBrackets,
    PointsInRange,
    PointsPerUnit,
    PointsReset,
)
from gridpoints.rules.file.checks.conflicts import ENCLOSING
from gridpoints.rules.file.checks.reading import Reading
from gridpoints.rules.file.conditions import AllHold, Bounds, FactsHold
from gridpoints.rules.file.document import DeedEntry, Tables
from gridpoints.rules.file.factors import CoefficientByFact
from gridpoints.rules.file.facts import fact_of
from gridpoints.rules.file.fields import shown
from gridpoints.rules.file.forms import Uses
from gridpoints.rules.file.limits import LimitEntry
from gridpoints.rules.file.problems import Path, Problem
from gridpoints.rules.file.problems_of_use import (
    BracketNeverReached,
    ConditionNeverHolds,
    FactNeverTold,
    NoEffect,
    OtherwiseNeverReached,
    RowNeverReached,
)
from gridpoints.rules.limits import Counted
from gridpoints.values import Period

_WITHOUT_QUANTITY = (FixedPoints, PointsInRange, PointsReset)
_COUNTED = (PointsPerUnit, PointsInBrackets, PointsFromTable, PointsComputed)


def warnings(reading: Reading) -> Iterator[Problem]:
    """All of them."""
    document = reading.tables
    yield from _impossible(reading)
    for code, deed in document.deeds.items():
        possible = _Possible.of(reading, document, code)
        yield from possible.narrowed(reading, code, deed)
        for path, fact, rows, otherwise in _tables(code, deed):
            for row in possible.never(fact, reading.schema.get(fact), rows):
                error = RowNeverReached(fact=fact, value=shown(row), deed=code)
                yield reading.source.at_key((*path, row), error)
            if otherwise and possible.all_among(fact, reading.schema.get(fact), rows):
                last = OtherwiseNeverReached(fact=fact)
                yield reading.source.at_key((*path[:-1], "otherwise"), last)
        if isinstance(deed.points, PointsInBrackets):
            yield from _brackets(reading, possible, code, deed.points)
        yield from _never_told(reading, ("deeds", code), deed.uses(), code, deed)
        amounts = deed.points.uses().amounts.values()
        if "shortfall" in deed.model_fields_set and amounts and all(amount > 0 for amount in amounts):
            yield reading.source.at_key(("deeds", code, "shortfall"), NoEffect(key="shortfall", deed=code))
    for code, campaign in document.campaigns.items():
        uses = campaign.uses()
        for each, deed in reading.covered(campaign).items() if campaign.when else ():
            found = list(_never_told(reading, ("campaigns", code), uses, each, deed))
            yield from found
            if found:  # one of the deeds is enough to show it
                break


def _impossible(reading: Reading) -> Iterator[Problem]:
    """Parts of expressions that are never true."""
    for path, uses, _ in reading.uses:
        for inner, (text, kind) in uses.expressions.items():
            with suppress(ExpressionInvalid):
                for error in reading.evaluator.compile(text, reading.schema, kind).impossible:
                    yield reading.source.inside((*path, *inner), text, error.column, error)


@frozen
class _Range:
    """What a fact can be: one of `values` (None: any), from `least` to `most` (None: no bound)."""

    values: frozenset[Any] | None = None
    least: Any = None
    most: Any = None

    def within(self, values: Collection[Any] | None, least: Any, most: Any) -> _Range:
        """What is left of it, with a further test."""
        if values is not None:
            values = frozenset(values) if self.values is None else self.values & frozenset(values)
        narrowed = _Range(
            self.values if values is None else frozenset(values),
            max((b for b in (self.least, least) if b is not None), default=None),
            min((b for b in (self.most, most) if b is not None), default=None),
        )
        if narrowed.values is None:
            return narrowed
        return evolve(narrowed, values=frozenset(filter(narrowed.holds, narrowed.values)))

    def holds(self, value: Any) -> bool:
        """Whether the fact can be that."""
        if self.values is not None and value not in self.values:
            return False
        return (self.least is None or value >= self.least) and (self.most is None or value <= self.most)

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing that it can be."""
        if self.values is not None:
            return not self.values
        return self.least is not None and self.most is not None and self.least > self.most


@frozen
class _Possible:
    """What the facts of one deed can be where it counts."""

    ranges: dict[str, _Range] = field(factory=dict)

    @classmethod
    def of(cls, reading: Reading, document: Tables, code: str) -> _Possible:
        """What is known without the deed's own condition."""
        ranges = {
            name: _Range(frozenset(fact_of(entry.type, value) for value in entry.values))
            for name, entry in document.facts.items()
            if entry.values
        }
        ranges["weekday"] = _Range(frozenset(range(1, 8)))
        ranges["month"] = _Range(frozenset(range(1, 13)))
        ranges["day"] = _Range(least=reading.first_day)
        ranges["deed"] = _Range(frozenset({code}))
        return cls(ranges)

    def never(self, name: str, kind: Type | None, rows: Sequence[str]) -> list[str]:
        """Those of `rows` that the fact can never be."""
        if kind is None:
            return []
        facts = {row: fact_of(kind, row) for row in rows}
        return [row for row, fact in facts.items() if fact is not None and not self._now(name).holds(fact)]

    def all_among(self, name: str, kind: Type | None, rows: Sequence[str]) -> bool:
        """Whether the fact is always one of `rows`."""
        values = self._now(name).values
        if not kind or not values:
            return False
        return values <= {fact_of(kind, row) for row in rows}

    def narrowed(self, reading: Reading, code: str, deed: DeedEntry) -> Iterator[Problem]:
        """Take the deed's condition into account; each test that cannot be met is told."""
        for path, name, test in _tests(("deeds", code, "when"), deed.when):
            kind = reading.schema.get(name)
            if kind is None:
                continue
            if isinstance(test, Bounds):
                ends = [None if end is None else fact_of(kind, end) for end in (test.at_least, test.at_most)]
                narrowed = self._now(name).within(None, *ends)
            else:
                listed = test if isinstance(test, list) else [test]
                values = {fact for value in listed if (fact := fact_of(kind, value)) is not None}
                if not values:
                    continue
                narrowed = self._now(name).within(values, None, None)
            if narrowed.is_empty:
                yield reading.source.at_value(path, ConditionNeverHolds(fact=name, deed=code))
                return
            self.ranges[name] = narrowed

    def _now(self, name: str) -> _Range:
        return self.ranges.get(name, _Range())


def _tests(path: Path, form: Any) -> Iterator[tuple[Path, str, Any]]:
    if isinstance(form, FactsHold):
        yield from (((*path, name), name, test) for name, test in form.root.items())
    elif isinstance(form, AllHold):
        for n, inner in enumerate(form.root):
            yield from _tests((*path, n), inner)


def _tables(code: str, deed: DeedEntry) -> Iterator[tuple[Path, str, Sequence[str], bool]]:
    """Every table of the deed: the path of its rows, its fact, the values, whether it has ``otherwise``."""
    if isinstance(points := deed.points, PointsFromTable):
        path = ("deeds", code, "points", "rows")
        yield path, points.table, tuple(points.rows), points.otherwise is not None
    for n, each in enumerate(deed.coefficients):
        if isinstance(each, CoefficientByFact):
            inner = ("deeds", code, "coefficients", n, "values")
            yield inner, each.by, tuple(each.values), each.otherwise is not None


def _brackets(
    reading: Reading, possible: _Possible, code: str, points: PointsInBrackets
) -> Iterator[Problem]:
    if points.round in (Rounding.UP, Rounding.NEAREST):
        return
    caps = [*_caps(reading, code, points)]
    if points.over is Over.DEED:
        asked = (possible.ranges.get(name, _Range()).most for name in ("hours", "quantity"))
        caps += [most for most in asked if most is not None]
    if not caps:
        return
    most = min(caps)
    for n, (before, _) in enumerate(zip(points.brackets, points.brackets[1:], strict=False), 1):
        if before.up_to is not None and before.up_to >= most:
            error = BracketNeverReached(start=shown(before.up_to), most=shown(most))
            yield reading.source.at_key(("deeds", code, "points", "brackets", n), error)
            return


def _caps(reading: Reading, code: str, points: PointsInBrackets) -> Iterator[Decimal]:
    """What limits on the quantity leave at most, within what the brackets count."""
    for limit in reading.tables.limits.values():
        if not isinstance(limit, LimitEntry) or limit.counts is not Counted.QUANTITY:
            continue
        same = points.over is Over.DEED or (
            limit.scope is points.scope and limit.period in ENCLOSING[Period(points.over.value)]
        )
        if same and code in reading.covered(limit):
            yield max(value for _, value in limit.most.values())


def _never_told(reading: Reading, start: Path, uses: Uses, code: str, deed: DeedEntry) -> Iterator[Problem]:
    """Facts that are asked for, and that the deed cannot have: it counts no hours."""
    if not isinstance(deed.points, _WITHOUT_QUANTITY + _COUNTED):
        return  # a form of another package: only it knows
    per = getattr(deed.points, "per", None)
    asked: dict[Path, Collection[str]] = {path: {name} for path, (name, _) in uses.facts.items()}
    for path, (text, kind) in uses.expressions.items():
        try:
            names = reading.evaluator.compile(text, reading.schema, kind).names
        except ExpressionInvalid:
            continue
        asked[path] = () if "deed" in names else names  # it may ask so of one deed only
    for path, each in asked.items():
        for name in each:
            if (name == "hours" and per != "hour") or (name == "quantity" and per is None):
                wanted = "hour" if name == "hours" else "item"
                error = FactNeverTold(fact=name, deed=code, typed=wanted)
                yield reading.source.at_value((*start, *path), error)
