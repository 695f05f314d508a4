"""How a file says how many points a deed gives: the forms of ``points``.

A new kind of points is one class here, and its place in `Points`.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, RootModel

from gridpoints.rules import amounts
from gridpoints.rules.amounts import Rounding
from gridpoints.rules.case import Counter, Scope
from gridpoints.rules.expression.model import Type
from gridpoints.rules.expression.parsing import parse
from gridpoints.rules.expression.problems import ExpressionInvalid, ExpressionProblem
from gridpoints.rules.expression.tokens import tokens
from gridpoints.rules.expression.tree import Constant, Fact, names_fact
from gridpoints.rules.file.facts import FactName, FactText, sure
from gridpoints.rules.file.fields import Amount, Document, Note, PointsAmount, checked, one_of, shown
from gridpoints.rules.file.figures import Figure, PointsFigure
from gridpoints.rules.file.forms import Building, OneForm, PointsForm, Uses
from gridpoints.rules.file.problems import ExpressionUntold, Path
from gridpoints.values import Period


class Counting(StrEnum):
    """What a deed's quantity counts."""

    HOUR = "hour"
    TIME = "time"
    ITEM = "item"


Per = Annotated[Counting, BeforeValidator(one_of(Counting)), Field(examples=["hour"])]
Round = Annotated[Rounding, BeforeValidator(one_of(Rounding)), Field(examples=["half"])]
Expression = Annotated[Note, Field(examples=["hours * 2"])]


class FixedPoints(RootModel[PointsFigure], PointsForm):
    """The same each time: ``points: 20``; below 0, a deduction."""

    def uses(self) -> Uses:
        """The amount itself."""
        return Uses(amounts=dict(self.root.values()))

    def compiled(self, building: Building) -> amounts.Fixed:
        """So many each time."""
        return amounts.Fixed(building.unit.amount(self.root.on(building.day)))


class PointsPerUnit(Document, PointsForm):
    """So many for each: ``points: {per: hour, amount: 10, round: half}``."""

    per: Per
    amount: PointsFigure
    round: Round = Rounding.EXACT

    def uses(self) -> Uses:
        """The amount for one hour, time or item."""
        return Uses(amounts=dict(self.amount.values(("amount",))))

    def compiled(self, building: Building) -> amounts.PerUnit:
        """So many for each."""
        points = building.unit.amount(self.amount.on(building.day))
        return amounts.PerUnit(self.per.value, points, self.round)


class BracketEntry(Document):
    """So many for each up to a quantity; the last one has no `up_to`."""

    amount: Annotated[Figure[PointsAmount], Field(examples=[2])]
    up_to: Annotated[Amount | None, Field(examples=[10])] = None


class Over(StrEnum):
    """What brackets count from the first of: this deed, or all deeds of a period."""

    DEED = "deed"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"
    LIFETIME = "lifetime"


class PointsInBrackets(Document, PointsForm):
    """``points: {per: hour, brackets: [{up_to: 10, amount: 2}, {amount: 1}], over: lifetime}``."""

    per: Per
    brackets: Annotated[
        list[BracketEntry], Field(min_length=1, examples=[[{"up_to": 10, "amount": 2}, {"amount": 1}]])
    ]
    over: Annotated[Over, BeforeValidator(one_of(Over)), Field(examples=["lifetime"])] = Over.DEED
    scope: Annotated[Scope, BeforeValidator(one_of(Scope)), Field(examples=["member"])] = Scope.MEMBER
    round: Round = Rounding.EXACT

    def uses(self) -> Uses:
        """The amounts of all brackets."""
        return Uses(
            amounts={
                path: figure
                for n, bracket in enumerate(self.brackets)
                for path, figure in bracket.amount.values(("brackets", n, "amount"))
            }
        )

    def compiled(self, building: Building) -> amounts.Brackets:
        """So many for each, by the bracket that it falls in."""
        unit, day = building.unit, building.day
        brackets = (amounts.Bracket(b.up_to, unit.amount(b.amount.on(day))) for b in self.brackets)
        total = f"total:{building.code}"
        counter = None if self.over is Over.DEED else Counter(total, Period(self.over.value), self.scope)
        return amounts.Brackets(self.per.value, tuple(brackets), self.round, counter)


class PointsInRange(Document, PointsForm):
    """What a panel chooses: ``points: {range: [5, 10]}``."""

    range: Annotated[list[PointsAmount], Field(min_length=2, max_length=2, examples=[[5, 10]])]

    def uses(self) -> Uses:
        """Both ends."""
        return Uses(amounts={("range", n): figure for n, figure in enumerate(self.range)})

    def compiled(self, building: Building) -> amounts.Chosen:
        """What was chosen between the two."""
        least, most = sorted(map(building.unit.amount, self.range))
        return amounts.Chosen(least, most)


class PointsFromTable(Document, PointsForm):
    """By a fact: ``points: {table: category, rows: {elder_care: 20, child_care: 10}, otherwise: 5}``."""

    table: FactName
    rows: Annotated[
        dict[FactText, PointsFigure], Field(min_length=1, examples=[{"elder_care": 20, "child_care": 10}])
    ]
    otherwise: PointsFigure | None = None
    per: Per | None = None
    round: Round = Rounding.EXACT

    def uses(self) -> Uses:
        """The amounts of all rows, and the fact with the values that they name."""
        facts: dict[Path, tuple[str, tuple[object, ...]]] = {("table",): (self.table, ())}
        facts |= {("rows", row): (self.table, (row,)) for row in self.rows}
        return Uses(amounts=dict(self._amounts()), facts=facts)

    def _amounts(self) -> Iterator[tuple[Path, Decimal]]:
        for row, figure in self.rows.items():
            yield from figure.values(("rows", row))
        if self.otherwise is not None:
            yield from self.otherwise.values(("otherwise",))

    def compiled(self, building: Building) -> amounts.Table:
        """What stands beside the fact."""
        unit, day = building.unit, building.day
        kind = building.schema[self.table]
        rows = {sure(kind, key): unit.amount(figure.on(day)) for key, figure in self.rows.items()}
        otherwise = None if self.otherwise is None else unit.amount(self.otherwise.on(day))
        per = self.per.value if self.per else None
        return amounts.Table(self.table, rows, otherwise, per, self.round)


class PointsComputed(Document, PointsForm):
    """What an expression gives: ``points: {expression: hours * 2 + 1, per: hour}``."""

    expression: Expression
    per: Per | None = None

    def uses(self) -> Uses:
        """The expression, which must give a number."""
        return Uses(expressions={("expression",): (self.expression, Type.NUMBER)})

    def compiled(self, building: Building) -> amounts.Computed:
        """What the expression gives."""
        program = building.evaluator.compile(self.expression, building.schema, Type.NUMBER)
        return amounts.Computed(program, self.per.value if self.per else None)


class Everything(StrEnum):
    """All that there is."""

    ALL = "all"


class PointsReset(Document, PointsForm):
    """All that the holder has is gone: ``points: {reset: all}``."""

    reset: Annotated[Everything, BeforeValidator(one_of(Everything)), Field(examples=["all"])]

    def takes(self) -> bool:
        """Always."""
        return True

    def compiled(self, building: Building) -> amounts.Reset:
        """A deduction of the whole balance."""
        return amounts.Reset()


_BY_KEY = {
    "brackets": "brackets",
    "range": "range",
    "table": "table",
    "rows": "table",
    "expression": "expression",
    "reset": "reset",
    "value": "fixed",
}


def _tag(value: Any) -> str:
    if not isinstance(value, dict):
        return "fixed"
    return next((form for key, form in _BY_KEY.items() if key in value), "per_unit")


#: What a deed is counted by of which an expression asks for these facts.
_COUNTED_BY = {"hours": "hour", "quantity": "item"}


def _no_expression(value: Any) -> Any:
    """Raise `ExpressionUntold` for what calculates with a fact, and does not say that it does."""
    if isinstance(value, str):
        try:
            tree = parse(tokens(value))
        except (ExpressionInvalid, ExpressionProblem):
            return value
        if not isinstance(tree, Constant | Fact) and names_fact(tree):
            per = next((f", per: {per}" for fact, per in _COUNTED_BY.items() if fact in value), "")
            raise ExpressionUntold(found=shown(value), example=f'{{expression: "{value}"{per}}}')
    return value


Points = Annotated[
    PointsForm,
    OneForm(
        "gridpoints.amounts",
        {
            "fixed": FixedPoints,
            "per_unit": PointsPerUnit,
            "brackets": PointsInBrackets,
            "range": PointsInRange,
            "table": PointsFromTable,
            "expression": PointsComputed,
            "reset": PointsReset,
        },
        _tag,
        frozenset({"value", "from", "source", "review_by"}),
    ),
    BeforeValidator(checked(_no_expression)),
    Field(examples=[20]),
]
