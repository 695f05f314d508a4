"""Grades (A/B/C 分类): grids, households or members ranked and classed, and who of them is made public."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence, Set
from datetime import date
from decimal import ROUND_CEILING, Decimal
from enum import StrEnum

from attrs import evolve, field, frozen

from gridpoints.rules.case import Scope
from gridpoints.rules.masking import masked
from gridpoints.rules.metrics import Metrics, Need
from gridpoints.rules.stars import next_period
from gridpoints.values import Explanation, Names, Period, Step


@frozen
class GradeClass:
    """One class: for those who meet its needs, and are among the first `top` per cent where it says so."""

    code: str
    names: Names = field(hash=False)
    needs: tuple[Need, ...] = ()
    top: Decimal | None = None


class Showing(StrEnum):
    """How names are made public: masked (李*英), or whole."""

    MASKED = "masked"
    WHOLE = "whole"

    def of(self, name: str) -> str:
        """The name as it is shown."""
        return masked(name) if self is Showing.MASKED else name


@frozen
class Publishing:
    """Who is made public: the first `top` (None: all), of them only who agreed where `agreed`."""

    top: int | None = None
    agreed: bool = False
    names: Showing = Showing.MASKED


@frozen
class Graded:
    """Where a subject stands: equals share a rank, and the next one comes after all of them (1, 2, 2, 4)."""

    subject: str
    figure: Decimal
    rank: int
    grade: GradeClass | None
    explanation: Explanation = ()


@frozen
class Grading:
    """One classification: of what, by which metric, how often anew, into which classes, best first."""

    code: str
    names: Names = field(hash=False)
    of: Scope
    by: str
    period: Period
    classes: tuple[GradeClass, ...] = ()
    publishing: Publishing = field(factory=Publishing)

    def days(self, day: date) -> tuple[date, date]:
        """The period that holds a day: since one, before another."""
        return self.period.first_day(day), next_period(self.period, day)

    def graded(self, figures: Mapping[str, Metrics]) -> tuple[Graded, ...]:
        """Every subject with its metrics of the period, best first; equals by their ids.

        The first 10 per cent of 12 are 2: a part of one counts as one.
        """
        order = sorted((-Decimal(metrics.get(self.by, 0)), subject) for subject, metrics in figures.items())
        ranked: list[Graded] = []
        for place, (below, subject) in enumerate(order, 1):
            equal = bool(ranked) and ranked[-1].figure == -below
            ranked.append(Graded(subject, -below, ranked[-1].rank if equal else place, None))
        return tuple(self._classed(each, figures[each.subject], len(ranked)) for each in ranked)

    def _classed(self, ranked: Graded, metrics: Metrics, of: int) -> Graded:
        for each in self.classes:
            within = each.top is None or ranked.rank <= _seats(each.top, of)
            if within and not any(need.missing(metrics) for need in each.needs):
                steps = [need.step("grade_met", metrics, each.names) for need in each.needs]
                if each.top is not None:
                    figures = {"rank": ranked.rank, "of": of, "top": each.top}
                    steps.append(Step("grade_share", figures))
                return evolve(ranked, grade=each, explanation=(Step("grade", {"level": each.names}), *steps))
        return ranked

    def published(
        self, graded: Sequence[Graded], name: Callable[[str], str], agreed: Set[str] = frozenset()
    ) -> list[tuple[Graded, str]]:
        """Those who are made public, each with the name that is shown of it.

        `name` tells the name of a subject, `agreed` who agreed to be made public.
        """
        to = self.publishing
        return [
            (each, to.names.of(name(each.subject)))
            for each in graded
            if (to.top is None or each.rank <= to.top) and (not to.agreed or each.subject in agreed)
        ]


def _seats(top: Decimal, of: int) -> int:
    return int((top * of / 100).to_integral_value(ROUND_CEILING))
