"""How a file says how much is given at most: the forms of a limit, and budgets."""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from gridpoints.rules import limits
from gridpoints.rules.amounts import MOST_WORTH
from gridpoints.rules.case import Scope
from gridpoints.rules.file.fields import Code, Count, Document, Named, Translations, one_of, shown
from gridpoints.rules.file.figures import AmountFigure
from gridpoints.rules.file.forms import Building, LimitForm, OneForm, Uses
from gridpoints.rules.file.problems_of_sense import BudgetTooSmall
from gridpoints.rules.limits import Counted, Excess
from gridpoints.rules.model import Budget
from gridpoints.values import Period, Unit


class LimitExcess(StrEnum):
    """What happens to what is more than a limit."""

    CLIP = "clip"
    REJECT = "reject"


Deeds = Annotated[list[Code], Field(min_length=1, examples=[["patrol", "perform"]])]
Categories = Annotated[list[Code], Field(min_length=1, examples=[["services"]])]


class Covering(Document):
    """What is for some deeds: named by code, or by category; neither: for all that give points."""

    deeds: Deeds = Field(default_factory=list)
    categories: Categories = Field(default_factory=list)


class LimitEntry(Covering, LimitForm):
    """At most so many points, hours or times for some deeds together."""

    name: Translations | None = None
    most: AmountFigure
    period: Annotated[Period, BeforeValidator(one_of(Period)), Field(examples=["month"])]
    excess: Annotated[LimitExcess, BeforeValidator(one_of(LimitExcess)), Field(examples=["clip"])]
    scope: Annotated[Scope, BeforeValidator(one_of(Scope)), Field(examples=["member"])] = Scope.MEMBER
    counts: Annotated[Counted, BeforeValidator(one_of(Counted)), Field(examples=["points"])] = Counted.POINTS

    def uses(self) -> Uses:
        """The amount, where it is one of the unit."""
        return Uses(amounts=dict(self.most.values(("most",)))) if self.counts is Counted.POINTS else Uses()

    def compiled(self, building: Building) -> limits.Limit:
        """At most so much."""
        return limits.Limit(
            code=building.code,
            most=_most(self.most.on(building.day), self.counts, building),
            period=self.period,
            scope=self.scope,
            excess=Excess(self.excess.value),
            deeds=frozenset(self.deeds),
            categories=frozenset(self.categories),
            counts=self.counts,
            names=self.name or {},
        )


def _most(figure: Decimal, counts: Counted, building: Building) -> int:
    match counts:
        case Counted.POINTS:
            return building.unit.amount(figure)
        case Counted.QUANTITY:
            return limits.billionths(figure)
    return int(figure)


def _tag(value: Any) -> str:
    return "limit"


Limit = Annotated[LimitForm, OneForm("gridpoints.limits", {"limit": LimitEntry}, _tag)]


class BudgetEntry(Covering, Named):
    """How much may be given in a period, in points or in money; `alarm` tells from which per cent."""

    most: AmountFigure
    period: Annotated[Period, BeforeValidator(one_of(Period)), Field(examples=["year"])]
    at_ceiling: Annotated[Excess, BeforeValidator(one_of(Excess)), Field(examples=["report"])] = Excess.REPORT
    money: Annotated[Code | None, Field(examples=["CNY"])] = None
    unit: Annotated[Code, Field(examples=["points"])] = ""
    alarm: Annotated[Count | None, Field(examples=[80])] = None

    def uses(self) -> Uses:
        """The amount, unless it is one of money."""
        return Uses() if self.money else Uses(amounts=dict(self.most.values(("most",))))

    def compiled(self, building: Building, rate: Fraction | None) -> Budget:
        """What bounds the awards; `rate` is the money that one point is worth, for one in money.

        Raises `BudgetTooSmall`.
        """
        figure = self.most.on(building.day)
        if self.money and rate:
            figure = self._points(figure, rate, building.unit)
        bound = limits.Limit(
            code=f"budget:{building.code}",
            most=building.unit.amount(figure),
            period=self.period,
            scope=Scope.COMMUNITY,
            excess=self.at_ceiling,
            deeds=frozenset(self.deeds),
            categories=frozenset(self.categories),
            unit=building.unit.code,
            names=self.name,
        )
        return Budget(building.code, self.name, bound, self.alarm, self.money)

    def _points(self, money: Decimal, rate: Fraction, unit: Unit) -> Decimal:
        """So many points as `money` pays for, what is left over cut off."""
        parts = min(int(Fraction(money) * 10**unit.scale / rate), MOST_WORTH)
        if not parts:
            raise BudgetTooSmall(money=shown(money), currency=str(self.money), unit=unit.code)
        return unit.decimal(parts)
