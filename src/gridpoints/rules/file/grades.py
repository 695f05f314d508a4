"""How a file says how grids, households or members are classed and ranked: ``grades``."""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field

from gridpoints.rules.case import Scope
from gridpoints.rules.file.fields import Code, Count, Document, Named, Number, Yes, checked, one_of, shown
from gridpoints.rules.file.metrics import Measures, Metric, Needs
from gridpoints.rules.file.problems_of_terms import ShareOutOfRange
from gridpoints.rules.file.stars import PeriodField
from gridpoints.rules.grades import GradeClass, Grading, Publishing, Showing
from gridpoints.values import Period


class GradedScope(StrEnum):
    """What is classed."""

    MEMBER = "member"
    HOUSEHOLD = "household"
    GRID = "grid"


def _share(value: Decimal) -> Decimal:
    if not 0 < value <= 100:
        raise ShareOutOfRange(found=shown(value))
    return value


Share = Annotated[Number, AfterValidator(checked(_share)), Field(examples=[10])]


class ClassEntry(Named):
    """``{name: {en: Class A}, needs: {points: 90}}``, or ``{…, top: 10}`` for the first 10 per cent."""

    needs: Needs = Field(default_factory=dict)
    top: Share | None = None


class PublishEntry(Document):
    """``{top: 10, agreed: true, names: masked}``: who is made public, and how they are named."""

    top: Annotated[Count | None, Field(examples=[10])] = None
    agreed: Yes = False
    names: Annotated[Showing, BeforeValidator(one_of(Showing)), Field(examples=["masked"])] = Showing.MASKED


class GradingEntry(Named):
    """One classification. `by` is what ranks, the first unit where it is not said."""

    of: Annotated[GradedScope, BeforeValidator(one_of(GradedScope)), Field(examples=["grid"])]
    period: PeriodField
    by: Metric = ""
    classes: Annotated[
        dict[Code, ClassEntry], Field(examples=[{"A": {"name": {"en": "Class A"}, "needs": {"points": 90}}}])
    ] = Field(default_factory=dict)
    publish: Annotated[PublishEntry, Field(examples=[{"top": 10, "agreed": True}])] = Field(
        default_factory=PublishEntry
    )

    def compiled(self, code: str, measures: Measures) -> Grading:
        """The classification of a day."""
        to = self.publish
        return Grading(
            code=code,
            names=self.name,
            of=Scope(self.of.value),
            by=self.by or measures.unit.code,
            period=Period(self.period.value),
            classes=tuple(
                GradeClass(each, entry.name, measures.needs(entry.needs), entry.top)
                for each, entry in self.classes.items()
            ),
            publishing=Publishing(to.top, to.agreed, to.names),
        )
