"""How a file says what stars there are: ``stars``."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import BeforeValidator, Field

from gridpoints.rules.file.fields import Code, Count, Document, Named, Translations, one_of
from gridpoints.rules.file.metrics import Measures, Needs
from gridpoints.rules.stars import Demotion, ExclusionReason, StarLevel, StarTerms, Suspension
from gridpoints.values import Period


class LongPeriod(StrEnum):
    """How often something begins anew that belongs to no single deed."""

    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"
    LIFETIME = "lifetime"


class ReviewPeriod(StrEnum):
    """How often it is looked at anew."""

    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


PeriodField = Annotated[LongPeriod, BeforeValidator(one_of(LongPeriod)), Field(examples=["quarter"])]
ReviewField = Annotated[ReviewPeriod, BeforeValidator(one_of(ReviewPeriod)), Field(examples=["year"])]


class LevelEntry(Named):
    """``{name: …, needs: {hours: 100, points: 500}, benefits: [{en: 10 % off at merchants}]}``."""

    needs: Needs
    benefits: Annotated[
        list[Translations], Field(min_length=1, examples=[[{"zh_Hans": "商户九折", "en": "10 % off"}]])
    ] = Field(default_factory=list)


class SuspensionEntry(Document):
    """``{no_shows: 3, period: quarter, days: 30}``; without `days`: for good."""

    no_shows: Count
    period: PeriodField
    days: Count | None = None


class ExclusionEntry(Named):
    """``{name: {en: Fraud}, days: 365}``; without `days`: for good."""

    days: Annotated[Count | None, Field(examples=[365])] = None


class StarsEntry(Document):
    """The levels, the lowest first, with what they need; and who takes part no longer."""

    levels: Annotated[
        dict[Code, LevelEntry],
        Field(examples=[{"one-star": {"name": {"en": "One star"}, "needs": {"hours": 100}}}]),
    ] = Field(default_factory=dict)
    review: ReviewField = ReviewPeriod.YEAR
    over: PeriodField = LongPeriod.LIFETIME
    demotion: Annotated[Demotion, BeforeValidator(one_of(Demotion)), Field(examples=["one_level"])] = (
        Demotion.ONE_LEVEL
    )
    suspension: Annotated[
        list[SuspensionEntry], Field(examples=[[{"no_shows": 3, "period": "quarter", "days": 30}]])
    ] = Field(default_factory=list)
    exclusion: Annotated[
        dict[Code, ExclusionEntry], Field(examples=[{"fraud": {"name": {"en": "Fraud"}, "days": 365}}])
    ] = Field(default_factory=dict)

    def compiled(self, measures: Measures) -> StarTerms:
        """The terms of a day."""
        levels = (
            StarLevel(code, entry.name, measures.needs(entry.needs), tuple(entry.benefits))
            for code, entry in self.levels.items()
        )
        return StarTerms(
            levels=tuple(levels),
            review=Period(self.review.value),
            over=Period(self.over.value),
            demotion=self.demotion,
            suspensions=tuple(
                Suspension(s.no_shows, Period(s.period.value), s.days) for s in self.suspension
            ),
            exclusions={code: ExclusionReason(code, e.name, e.days) for code, e in self.exclusion.items()},
        )
