"""Stars (星级): what a level needs, who rises and falls, and who takes part no longer for a while."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

from attrs import field, frozen

from gridpoints.rules.metrics import Metrics, Need
from gridpoints.values import Explanation, Names, Period, Step


class Demotion(StrEnum):
    """What becomes of a star whose needs are not met at a review.

    `ONE_LEVEL` takes one star, `TO_MET` all that are not met, `NEVER` none.
    """

    ONE_LEVEL = "one_level"
    TO_MET = "to_met"
    NEVER = "never"


@frozen
class StarLevel:
    """One level. Whoever holds it meets the needs of all below it as well."""

    code: str
    names: Names = field(hash=False)
    needs: tuple[Need, ...]
    benefits: tuple[Names, ...] = field(default=(), hash=False)

    def met(self, metrics: Metrics) -> bool:
        """Whether nothing is missing."""
        return not any(need.missing(metrics) for need in self.needs)


@frozen
class Suspension:
    """Every so many no-shows (爽约) in one period nobody takes part for `days`; None: for good (注销)."""

    no_shows: int
    period: Period
    days: int | None = None

    def begun(self, no_shows: Iterable[date]) -> Iterator[date]:
        """The days of the no-shows that made it so many."""
        by_period: dict[date, list[date]] = defaultdict(list)
        for day in sorted(no_shows):
            by_period[self.period.first_day(day)].append(day)
        for days in by_period.values():
            yield from days[self.no_shows - 1 :: self.no_shows]


@frozen
class ExclusionReason:
    """Why somebody may be excluded (取消资格), and for how many days; None: for good."""

    code: str
    names: Names = field(hash=False)
    days: int | None = None

    def until(self, since: date) -> date | None:
        """The day on which somebody takes part again who is excluded since another; None: never."""
        return _after(since, self.days)


class Excluded(NamedTuple):
    """Somebody was excluded for a reason, by its code, from a day until before another (None: for good)."""

    reason: str
    since: date
    until: date | None


@frozen
class Barred:
    """Somebody takes no part: until a day, on which they do again, or for good (None)."""

    until: date | None
    explanation: Explanation


@frozen
class Standing:
    """The level that somebody has (None: none yet), the next one and what is missing to it, and why."""

    level: StarLevel | None
    next: StarLevel | None
    missing: Mapping[str, Decimal] = field(hash=False)
    explanation: Explanation = ()


@frozen
class StarTerms:
    """The levels, lowest first, and what else the rules say of them.

    Levels rise at any time and fall at reviews alone, on the first day of every `review` period.
    Metrics count since the first day of the `over` period.
    """

    levels: tuple[StarLevel, ...] = ()
    review: Period = Period.YEAR
    over: Period = Period.LIFETIME
    demotion: Demotion = Demotion.ONE_LEVEL
    suspensions: tuple[Suspension, ...] = ()
    exclusions: Mapping[str, ExclusionReason] = field(factory=dict, hash=False)

    def level(self, code: str | None) -> StarLevel | None:
        """The level of that code; None where the rules know none."""
        return next((level for level in self.levels if level.code == code), None)

    def due(self, last: date, day: date) -> bool:
        """Whether a review is due on `day`, when the last one was on `last`."""
        return self.review.first_day(day) > last

    def counted(self, day: date) -> tuple[date, date]:
        """The days of which metrics count on `day`: since the first, before the second.

        Where a review falls on the first day of an `over` period, those of the period that ended.
        """
        first = self.over.first_day(day)
        if self.over is not Period.LIFETIME and first == day == self.review.first_day(day):
            return self.over.first_day(day - timedelta(days=1)), day
        return first, day + timedelta(days=1)

    def turns(self, first: date, last: date) -> Iterator[tuple[date, bool]]:
        """The days from one to another on which levels have to be looked at, and whether each is a review.

        In between metrics only grow, so that whatever was reached in a period was reached on its last day.
        """
        day = first
        while day <= last:
            review = self.review.first_day(day) == day
            if review:
                yield day, True
            following = min(next_period(self.review, day), next_period(self.over, day))
            end = min(following - timedelta(days=1), last)
            if end > day or not review:
                yield end, False
            day = following

    def barred(
        self,
        day: date,
        no_shows: Iterable[date] = (),
        excluded: Iterable[tuple[str, date] | Excluded] = (),
    ) -> Barred | None:
        """Whether somebody takes no part on `day`, by their no-shows and by exclusions; None if not.

        `excluded` holds codes of reasons with the day of each, and, where somebody has decided on it, the day
        on which it ends; a code that the rules do not know excludes nobody. Of several the one that lasts
        longest is told.
        """
        found = [*self._suspended(list(no_shows)), *self._excluded(excluded)]
        lasting = [b for begins, b in found if begins <= day and (b.until is None or day < b.until)]
        return max(lasting, key=lambda barred: barred.until or date.max, default=None)

    def _suspended(self, no_shows: list[date]) -> Iterator[tuple[date, Barred]]:
        for suspension in self.suspensions:
            for last in suspension.begun(no_shows):
                begins = last + timedelta(days=1)
                until = _after(begins, suspension.days)
                values = {"no_shows": suspension.no_shows, "period": suspension.period, "until": until}
                code = "deregistered" if until is None else "suspended"
                yield begins, Barred(until, (Step(code, values),))

    def _excluded(self, excluded: Iterable[tuple[str, date] | Excluded]) -> Iterator[tuple[date, Barred]]:
        for each in excluded:
            if (reason := self.exclusions.get(each[0])) is not None:
                until = each.until if isinstance(each, Excluded) else reason.until(each[1])
                code = "excluded_for_good" if until is None else "excluded"
                yield each[1], Barred(until, (Step(code, {"reason": reason.names, "until": until}),))


#: More days than the period has, and fewer than two of them.
_LONGER = {Period.WEEK: 8, Period.MONTH: 32, Period.QUARTER: 95, Period.YEAR: 370}


def next_period(period: Period, day: date) -> date:
    """The first day of the period after the one that holds `day`."""
    if period is Period.LIFETIME:
        return date.max
    return period.first_day(period.first_day(day) + timedelta(days=_LONGER.get(period, 1)))


def _after(begins: date, days: int | None) -> date | None:
    return None if days is None else begins + timedelta(days=days)


def stars_at(
    terms: StarTerms, metrics: Metrics, previous: str | None = None, *, review: bool = False
) -> Standing:
    """The level of somebody with those metrics who had `previous` so far, at a `review` or between two.

    A level that the rules do not know counts as none.
    """
    met = 0
    while met < len(terms.levels) and terms.levels[met].met(metrics):
        met += 1
    had = next((n for n, level in enumerate(terms.levels, 1) if level.code == previous), 0)
    held = max(met, _kept(terms, had, met, review=review))
    level = terms.levels[held - 1] if held else None
    above = terms.levels[held] if held < len(terms.levels) else None
    steps = [*_why(terms, metrics, had, met, held)]
    missing: dict[str, Decimal] = {}
    # Whoever holds more than they meet needs what is missing below as well.
    for each in terms.levels[met : held + 1]:
        for need in each.needs:
            if need.missing(metrics):
                missing[need.metric] = max(missing.get(need.metric, Decimal(0)), need.missing(metrics))
    if above is not None and held >= had:
        steps += [n.step("star_missing", metrics, above.names) for n in above.needs if n.missing(metrics)]
    return Standing(level, above, missing, tuple(steps))


def stars_over(
    terms: StarTerms,
    first: date,
    last: date,
    figures: Callable[[date, date], Metrics],
    previous: str | None = None,
) -> Standing:
    """The level at the end of `last` of somebody who had `previous` before `first`: each review in turn.

    `figures` tells the metrics of the days since one and before another; none of them falls as days pass.
    """
    standing = Standing(terms.level(previous), None, {})
    for day, review in terms.turns(first, last):
        had = standing.level.code if standing.level else None
        standing = stars_at(terms, figures(*terms.counted(day)), had, review=review)
    return standing


def _kept(terms: StarTerms, had: int, met: int, *, review: bool) -> int:
    """How many levels somebody keeps who had `had` and meets `met`."""
    if had <= met or not review or terms.demotion is Demotion.NEVER:
        return had
    return had - 1 if terms.demotion is Demotion.ONE_LEVEL else met


def _why(terms: StarTerms, metrics: Metrics, had: int, met: int, held: int) -> Iterator[Step]:
    levels = terms.levels
    if held < had:
        fallen = {"level": levels[held - 1].names if held else None, "before": levels[had - 1].names}
        yield Step("star_lost" if held else "star_lost_all", fallen)
    elif held > met:
        yield Step("star_kept", {"level": levels[held - 1].names})
    elif held:
        yield Step("star", {"level": levels[held - 1].names})
    if held and held == met:
        yield from (n.step("star_met", metrics, levels[held - 1].names) for n in levels[held - 1].needs)
    # Why it was not kept, or would not be at the next review.
    for level in levels[met:had]:
        yield from (n.step("star_unmet", metrics, level.names) for n in level.needs if n.missing(metrics))
