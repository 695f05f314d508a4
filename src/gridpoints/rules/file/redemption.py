"""How a file says what points buy: ``redemption``."""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any

from pydantic import BeforeValidator, ConfigDict, Discriminator, Field, Tag

from gridpoints.rules.case import Scope
from gridpoints.rules.file.fields import (
    Code,
    Count,
    Day,
    DayOfMonth,
    Document,
    Weekday,
    Yes,
    checked,
    one_of,
    shown,
)
from gridpoints.rules.file.figures import AmountFigure
from gridpoints.rules.file.metrics import Measures
from gridpoints.rules.file.problems_of_terms import RefundUnknown
from gridpoints.rules.file.stars import PeriodField
from gridpoints.rules.limits import Counted
from gridpoints.rules.redemption import RedemptionDays, RedemptionLimit, RedemptionTerms
from gridpoints.values import Period


class RedemptionScope(StrEnum):
    """RedemptionScope redemptions are counted together."""

    MEMBER = "member"
    HOUSEHOLD = "household"


class RedemptionCounted(StrEnum):
    """What a limit on redemptions counts."""

    POINTS = "points"
    TIMES = "times"


class LastPeriod(StrEnum):
    """What a month is the last one of."""

    QUARTER = "quarter"
    YEAR = "year"


class Refunds(StrEnum):
    """Whether what was redeemed may be given back."""

    NEVER = "never"
    ALWAYS = "always"


class RefundTerm(Document):
    """``{days: 7}``: for so many days, the first of them that of the redemption."""

    days: Count


def _refunds(value: Any) -> Refunds:
    try:
        return Refunds(value)
    except ValueError:
        raise RefundUnknown(found=shown(value)) from None


def _tag(value: Any) -> str:
    return "<term>" if isinstance(value, dict | RefundTerm) else "<word>"


Refund = Annotated[
    Annotated[Refunds, BeforeValidator(checked(_refunds)), Tag("<word>")]
    | Annotated[RefundTerm, Tag("<term>")],
    Discriminator(_tag),
    Field(examples=["never"]),
]


class DaysEntry(Document):
    """``{weekdays: [5], last_month_of: quarter}``: Fridays of March, June, September and December."""

    weekdays: Annotated[list[Weekday], Field(min_length=1, examples=[[5]])] = Field(default_factory=list)
    days_of_month: Annotated[list[DayOfMonth], Field(min_length=1, examples=[[25]])] = Field(
        default_factory=list
    )
    last_month_of: Annotated[
        LastPeriod | None, BeforeValidator(one_of(LastPeriod)), Field(examples=["quarter"])
    ] = None
    on: Annotated[list[Day], Field(min_length=1, examples=[["2026-03-15"]])] = Field(default_factory=list)

    def compiled(self) -> RedemptionDays:
        """The days."""
        return RedemptionDays(
            frozenset(self.weekdays),
            frozenset(self.days_of_month),
            Period(self.last_month_of.value) if self.last_month_of else None,
            frozenset(self.on),
        )


class RedemptionLimitEntry(Document):
    """``{most: 1, counts: times, period: quarter, scope: household}``."""

    most: AmountFigure
    period: PeriodField
    counts: Annotated[
        RedemptionCounted, BeforeValidator(one_of(RedemptionCounted)), Field(examples=["times"])
    ] = RedemptionCounted.POINTS
    scope: Annotated[
        RedemptionScope, BeforeValidator(one_of(RedemptionScope)), Field(examples=["member"])
    ] = RedemptionScope.MEMBER

    def compiled(self, measures: Measures, unit: str) -> RedemptionLimit:
        """The limit of a day."""
        most = self.most.on(measures.day)
        points = self.counts is RedemptionCounted.POINTS
        return RedemptionLimit(
            most=measures.units[unit].amount(most) if points else int(most),
            period=Period(self.period.value),
            scope=Scope(self.scope.value),
            counts=Counted(self.counts.value),
        )


class RedemptionEntry(Document):
    """``redemption: {points: 10, money: 1, currency: CNY}``: 10 points are 1 yuan."""

    # All three of a rate, or none of them.
    model_config = ConfigDict(
        json_schema_extra={
            "dependentRequired": {
                "points": ["money", "currency"],
                "money": ["points", "currency"],
                "currency": ["points", "money"],
            }
        }
    )

    points: AmountFigure | None = None
    money: AmountFigure | None = None
    currency: Annotated[Code, Field(examples=["CNY"])] = ""
    unit: Annotated[Code, Field(examples=["points"])] = ""
    balance: Annotated[AmountFigure | None, Field(examples=[100])] = None
    least: Annotated[AmountFigure | None, Field(examples=[10])] = None
    most: Annotated[AmountFigure | None, Field(examples=[500])] = None
    limits: Annotated[
        list[RedemptionLimitEntry],
        Field(min_length=1, examples=[[{"most": 1, "counts": "times", "period": "quarter"}]]),
    ] = Field(default_factory=list)
    categories: Annotated[list[Code], Field(min_length=1, examples=[["household-goods"]])] = Field(
        default_factory=list
    )
    days: Annotated[DaysEntry | None, Field(examples=[{"last_month_of": "quarter"}])] = None
    hours_first: Annotated[AmountFigure | None, Field(examples=[20])] = None
    cash: Yes = False
    refund: Refund = Refunds.ALWAYS

    @property
    def priced(self) -> bool:
        """Whether it is said what points are worth in money."""
        return self.points is not None and self.money is not None

    def compiled(self, measures: Measures) -> RedemptionTerms:
        """The terms of a day; in the first unit where it names none."""
        day = measures.day
        unit = measures.units[self.unit] if self.unit else measures.unit

        def amount(figure: AmountFigure | None) -> int | None:
            return None if figure is None else unit.amount(figure.on(day))

        return RedemptionTerms(
            unit=unit,
            points=self.points.on(day) if self.points else None,
            money=self.money.on(day) if self.money else None,
            currency=self.currency,
            balance=amount(self.balance) or 0,
            least=amount(self.least) or 1,
            most=amount(self.most),
            limits=tuple(limit.compiled(measures, unit.code) for limit in self.limits),
            categories=frozenset(self.categories),
            days=self.days.compiled() if self.days else RedemptionDays(),
            hours=self.hours_first.on(day) if self.hours_first else Decimal(0),
            cash=self.cash,
            refund_days=self._refund_days(),
        )

    def _refund_days(self) -> int | None:
        match self.refund:
            case RefundTerm(days=days):
                return days
            case Refunds.NEVER:
                return 0
        return None
