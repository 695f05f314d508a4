"""How members stand (星级): what was credited to them, the star that the rules give for it, who is barred."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import zip_longest
from typing import Any, Protocol

from attrs import define, field, frozen

from gridpoints.awards.decided import decided_on
from gridpoints.awards.model import Award, AwardStatus
from gridpoints.context import Context
from gridpoints.errors import NoRulesInForce
from gridpoints.rules.case import Fact
from gridpoints.rules.expression.model import Type
from gridpoints.rules.metrics import Metrics
from gridpoints.rules.model import RuleSet
from gridpoints.rules.operations import Rules, RulesCalendar
from gridpoints.rules.stars import Barred, Excluded, Standing, StarTerms, stars_over
from gridpoints.storage.port import Range, Work
from gridpoints.values import Step, Unit

#: The fact that tells a deed the star of who did it: 0 for none, 1 for the lowest, and so on.
STAR_FACT = "member.stars"

#: By the code of its last step, a refused award for a deed that was done, and of which no points were left.
LIMITED = frozenset(
    {"capped"} | {f"{cut}{of}" for cut in ("clipped", "rejected") for of in ("", "_quantity", "_times")}
)


class Missed(Protocol):
    """Awards do not know who stayed away: whoever keeps the claims tells."""

    def __call__(
        self, context: Context, work: Work, member_ids: Collection[str]
    ) -> Mapping[str, Sequence[date]]:
        """The local days of each member's no-shows that were not excused."""


def none_missed(context: Context, work: Work, member_ids: Collection[str]) -> Mapping[str, Sequence[date]]:
    """What there is to tell where nothing can be claimed."""
    return {}


@frozen
class MemberStanding:
    """How a member stands at the end of a day.

    `metrics` are those that count for the star on that day, from `since` on (``date.min``: all there ever
    were). `star` is None where the rules of the day know no stars. `no_shows` are all until that day.
    """

    member_id: str
    day: date
    since: date
    metrics: Metrics = field(hash=False)
    star: Standing | None
    no_shows: tuple[date, ...] = ()
    barred: Barred | None = None


@frozen
class Done:
    """What a member was credited with: the `days`, and of each metric its sum before each, and in all."""

    days: tuple[date, ...] = ()
    sums: Mapping[str, Sequence[Decimal]] = field(factory=dict, hash=False)

    def between(self, since: date, before: date) -> dict[str, Decimal]:
        """The metrics of the days since one and before another."""
        first, end = bisect_left(self.days, since), bisect_left(self.days, before)
        return {metric: sums[end] - sums[first] for metric, sums in self.sums.items()}

    def star(self, calendar: RulesCalendar, day: date) -> Standing | None:
        """The star at the end of a day, each deed taken for known since its own day; None: there are none."""
        first = min(self.days[0], day) if self.days else day
        standing: Standing | None = None
        for terms, begins, ends in _terms(calendar, first, day):
            if terms is None or not terms.levels:
                standing = None
                continue
            had = standing.level.code if standing and standing.level else None
            standing = stars_over(terms, begins, ends, self.between, had)
        return standing


def _terms(calendar: RulesCalendar, first: date, last: date) -> Iterator[tuple[StarTerms | None, date, date]]:
    """What the rules say of stars from one day to another, with the days on which they say it."""
    starts = (
        start
        for rules in calendar.rule_sets
        for start in (rules.starts_on, *(later.starts_on for later in rules.later))
    )
    turns = sorted({first, *(start for start in starts if first < start <= last)})
    for begins, following in zip_longest(turns, turns[1:]):
        ends = last if following is None else following - timedelta(days=1)
        yield _star_terms(calendar, begins), begins, ends


def _star_terms(calendar: RulesCalendar, day: date) -> StarTerms | None:
    try:
        return calendar.on(day).on(day).terms.stars
    except NoRulesInForce:
        return None


@define
class Credited:
    """What members were credited with, read for all of them when it is first asked for.

    An award counts that is credited and not reversed, and gave points: for `hours` where its deed is counted
    by the hour, for `times`, for the points of its unit, and for the numbers among its facts. So does one of
    which a limit, or the cap of the account, left no points: it was done all the same. It counts for whoever
    did the deed, also where their household got the points.
    """

    work: Work
    calendar: RulesCalendar
    member_ids: Collection[str]
    #: The facts that are asked for beside those that a star ever needed.
    more: Collection[str] = ()
    _done: dict[str, Done] | None = field(default=None, init=False)
    _stars: dict[tuple[str, date], Standing | None] = field(factory=dict, init=False)

    def of(self, member_id: str) -> Done:
        """What there is of one of them."""
        if self._done is None:
            self._done = self._read()
        return self._done.get(member_id) or Done()

    def star_step(self, member_id: str, day: date, rules: RuleSet) -> Step | None:
        """What is to be told of a member's star to rules that ask for it; None: they do not, or know none."""
        asked = rules.facts.get(STAR_FACT)
        if asked is None or asked.type is not Type.NUMBER or rules.terms.stars is None:
            return None
        key = member_id, day
        if key not in self._stars:
            self._stars[key] = self.of(member_id).star(self.calendar, day)
        standing = self._stars[key]
        if standing is None:
            return None
        if standing.level is None:
            return Step("no_star_held", {"stars": 0})
        stars = 1 + rules.terms.stars.levels.index(standing.level)
        return Step("star_held", {"stars": stars, "level": standing.level.names})

    def _read(self) -> dict[str, Done]:
        units = {unit.code: unit for unit in self.work.find(Unit)}
        told = self._facts_needed() - units.keys()
        by_day: dict[str, dict[date, dict[str, Decimal]]] = defaultdict(lambda: defaultdict(dict))
        done = self._done_by_all(facts=bool(told))
        for member, day, deed, quantity, unit, awarded, rule_set, *facts in done:
            metrics = by_day[member][day]
            add(metrics, "times", Decimal(1))
            if quantity is not None and self._by_the_hour(rule_set, deed):
                add(metrics, "hours", quantity)
            add(metrics, unit, units[unit].decimal(awarded))
            for name in told.intersection(*facts):
                add(metrics, name, _number(facts[0][name]))
        return {member: _summed(dict(sorted(days.items()))) for member, days in by_day.items()}

    def _done_by_all(self, *, facts: bool) -> Iterator[Sequence[Any]]:
        """What counts of their awards: member, day, deed, quantity, unit, points, rule set, and the facts."""
        fields = ["member_id", "day", "deed", "quantity", "unit", "awarded", "rule_set"]
        fields += ["facts"] if facts else []
        of_all, order = {"member_id": tuple(sorted(self.member_ids))}, ("member_id",)
        # What is taken away takes no star.
        credited = {**of_all, "status": AwardStatus.CREDITED, "awarded": Range(above=0)}
        yield from self.work.select(Award, fields, credited, order=order)
        refused = {**of_all, "status": AwardStatus.REFUSED, "wanted": Range(above=0)}
        for *done, explanation in self.work.select(Award, [*fields, "explanation"], refused, order=order):
            if explanation[-1].code in LIMITED:
                yield done

    def _by_the_hour(self, rule_set: str, deed: str) -> bool:
        return self.calendar.of(rule_set).rule(deed).amount.per == "hour"

    def _facts_needed(self) -> set[str]:
        """The facts that any star ever needed, and `more`: units are among them, and go by the points."""
        terms = (each.terms.stars for rules in self.calendar.rule_sets for each in (rules, *rules.later))
        needs = {need.metric for each in terms if each for level in each.levels for need in level.needs}
        return needs.union(self.more) - {"hours", "times"}


def add(metrics: dict[str, Decimal], name: str, value: Decimal) -> None:
    """Count more of a metric."""
    metrics[name] = metrics.get(name, Decimal(0)) + value


def _number(fact: Fact) -> Decimal:
    """A fact as a decimal; of what an older version of the rules took for a text, there is none."""
    if isinstance(fact, Fraction):
        return Decimal(fact.numerator) / fact.denominator
    return Decimal(fact) if isinstance(fact, int | Decimal) else Decimal(0)


def _summed(by_day: Mapping[date, Mapping[str, Decimal]]) -> Done:
    names = {name for metrics in by_day.values() for name in metrics}
    sums = {name: [Decimal(0)] for name in names}
    for metrics in by_day.values():
        for name, so_far in sums.items():
            so_far.append(so_far[-1] + metrics.get(name, Decimal(0)))
    return Done(tuple(by_day), sums)


@frozen
class Standings:
    """How members stand; asked inside a unit of work, and of nobody's rights."""

    context: Context
    missed: Missed = none_missed

    def of(self, work: Work, member_ids: Collection[str], day: date) -> list[MemberStanding]:
        """How each of these stands at the end of a local day, in their order."""
        calendar = Rules(self.context).calendar()
        credited = Credited(work, calendar, member_ids)
        missed, decided = self.missed(self.context, work, member_ids), decided_on(work, member_ids)
        terms = _star_terms(calendar, day)
        since, before = (date.min, day + timedelta(days=1)) if terms is None else terms.counted(day)
        found = []
        for id in member_ids:
            done = credited.of(id)
            no_shows = tuple(sorted(each for each in missed.get(id, ()) if each <= day))
            excluded = [each.decided for each in decided.get(id, ())]
            barred = None if terms is None else terms.barred(day, no_shows, excluded)
            metrics = done.between(since, before)
            star = done.star(calendar, day)
            found.append(MemberStanding(id, day, since, metrics, star, no_shows, barred))
        return found

    def star(self, work: Work, member_id: str) -> str | None:
        """The code of the star that a member has today; None: none."""
        calendar = Rules(self.context).calendar()
        standing = Credited(work, calendar, [member_id]).of(member_id).star(calendar, self.context.today())
        return standing.level.code if standing and standing.level else None

    def hours(self, work: Work, member_id: str) -> Decimal:
        """All hours that a member served until today."""
        before = self.context.today() + timedelta(days=1)
        done = Credited(work, Rules(self.context).calendar(), [member_id]).of(member_id)
        return done.between(date.min, before).get("hours", Decimal(0))

    def no_shows(self, work: Work, member_id: str) -> tuple[date, ...]:
        """The days on which a member stayed away."""
        return tuple(self.missed(self.context, work, [member_id]).get(member_id, ()))

    def excluded(self, work: Work, member_id: str) -> tuple[Excluded, ...]:
        """For what a member was ever excluded by a decision."""
        return tuple(each.decided for each in decided_on(work, [member_id]).get(member_id, ()))
