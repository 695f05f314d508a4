"""What deeds of the past would have earned under a draft: `simulate`.

Pure: whoever asks gives the deeds, and nothing is posted. Amounts are ints in the smallest parts of
their unit. Nobody spends in a simulation: what was given stays until it expires or is taken away.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from itertools import count
from typing import NamedTuple

from attrs import define, evolve, field

from gridpoints.errors import DeedUnknown, GridpointsError
from gridpoints.rules.approval import StageKind
from gridpoints.rules.case import Deed, Scope, UsageKey
from gridpoints.rules.findings import (
    Binding,
    Breach,
    Impossible,
    Line,
    Money,
    Simulation,
    Span,
    Stakes,
    Unmet,
)
from gridpoints.rules.judging import Judgement, Refusal
from gridpoints.rules.model import Budget, RuleSet
from gridpoints.rules.trying import Calendar, Trial
from gridpoints.values import Step, Unit

#: How many members are named on either side, and in how many spans their differences are counted.
NAMED, SPANS = 10, 20


#: Members of an enumeration are slow to find.
_MEMBER = Scope.MEMBER


class Past(NamedTuple):  # quick to make, as a `Deed` is
    """A deed that was done, and by whom: `subjects` as the limits count them.

    `given` is what it was really given, None where nobody knows.
    The deeds of one `group` (a grid) are summed together.
    """

    deed: Deed
    subjects: Mapping[Scope, str]
    given: tuple[Unit, int] | None = None
    group: str = ""


def simulate(draft: RuleSet, deeds: Iterable[Past], *, present: Calendar | None = None) -> Simulation:
    """Judge deeds of the past, in order of day, as though the draft had been in force.

    Each deed is judged after those before it, with limits, budgets, expiry and deductions. With
    `present`, a deed of which nobody knows what it was given is judged by those rules as well.
    Raises `DaysNotInOrder`.
    """
    tally = _Tally(draft, Trial(draft), None if present is None else Trial(present))
    for past in deeds:
        tally.add(past)
    return tally.result()


@define
class _Sum:
    deeds: int = 0
    given: int = 0
    drafted: int = 0

    def line(self, unit: str, of: str | date) -> Line:
        return Line(unit, of, self.deeds, self.given, self.drafted)


#: The unit, the deed, the first day of the month, and the group.
_Part = tuple[str, str, date, str]


@define
class _Tally:
    draft: RuleSet
    trial: Trial
    present: Trial | None
    deeds: int = 0
    known: int = 0
    first: date | None = None
    month: date = date.min
    units: dict[str, Unit] = field(factory=dict)
    parts: defaultdict[_Part, _Sum] = field(factory=lambda: defaultdict(_Sum))
    members: defaultdict[tuple[str, str], _Sum] = field(factory=lambda: defaultdict(_Sum))
    bound: dict[tuple[str, str], tuple[int, int]] = field(factory=dict)
    refusals: Counter[Refusal] = field(factory=Counter)
    unmet: dict[tuple[str, str, str], Unmet] = field(factory=dict)
    breaches: dict[str, Breach] = field(factory=dict)
    impossible: dict[tuple[str, str], Impossible] = field(factory=dict)
    waiting: Counter[StageKind] = field(factory=Counter)
    consents: int = 0
    #: The budgets of the day, by the code of their limit.
    budgets: Mapping[str, Budget] = field(factory=dict)

    def add(self, past: Past) -> None:
        day = past.deed.day
        if day != self.trial.day:
            self._begin(day)
        self.deeds += 1
        judged = self._judged(past)
        given = past.given
        if given is None and self.present is not None:
            given = self._given(past, self.present, judged)
        if judged is not None:
            if self.budgets:
                self._overrun(judged.uses)
            if judged.bound_by or judged.refusal is not None or judged.approval:
                self._note(past, judged)
        if given is not None:
            self.known += 1
        self._sum(past, given, judged)

    def _begin(self, day: date) -> None:
        self.trial.begin(day)
        self.first = self.first or day
        self.month = day.replace(day=1)
        self.units.update(self.trial.now.units)
        self.budgets = {budget.bound.code: budget for budget in self.trial.now.budgets}

    def _judged(self, past: Past) -> Judgement | None:
        """The judgement under the draft; None, and a note, where there can be none."""
        deed = past.deed
        known = deed.code in self.trial.now.deeds
        if not known and (noted := self.impossible.get((DeedUnknown.__name__, deed.code))):
            # what it is most like is looked for once: that takes long
            self.impossible[DeedUnknown.__name__, deed.code] = evolve(noted, deeds=noted.deeds + 1)
            return None
        try:
            return self.trial.judge(deed, past.subjects)
        except GridpointsError as error:
            key = type(error).__name__, deed.code
            noted = self.impossible.get(key)
            if noted is None:
                noted = Impossible(error, deed.code, deed.day, past.subjects[_MEMBER], 0)
            self.impossible[key] = evolve(noted, deeds=noted.deeds + 1)
            return None

    def _given(self, past: Past, present: Trial, judged: Judgement | None) -> tuple[Unit, int] | None:
        """What the deed gives under the present rules: nothing where they cannot judge it."""
        deed = past.deed
        try:
            if deed.day != present.day:
                present.begin(deed.day)
            if deed.code in present.now.deeds:
                found = present.judge(deed, past.subjects)
                return found.unit, found.awarded
        except GridpointsError:
            pass
        return None if judged is None else (judged.unit, 0)

    def _sum(self, past: Past, given: tuple[Unit, int] | None, judged: Judgement | None) -> None:
        """Add the deed to the sums of its unit; to those of both where the draft has another one."""
        if judged is not None:
            unit = judged.unit
            if given is not None and (given[0] is unit or given[0].code == unit.code):
                self._add(past, unit.code, given[1], judged.awarded, known=True)
                return
            self._add(past, unit.code, 0, judged.awarded, known=given is not None)
        if given is not None:
            self.units.setdefault(given[0].code, given[0])
            self._add(past, given[0].code, given[1], 0, known=True)

    def _add(self, past: Past, unit: str, given: int, drafted: int, *, known: bool) -> None:
        part = self.parts[unit, past.deed.code, self.month, past.group]
        part.deeds += 1
        part.given += given
        part.drafted += drafted
        if known:
            member = self.members[unit, past.subjects[_MEMBER]]
            member.deeds += 1
            member.given += given
            member.drafted += drafted

    def _note(self, past: Past, judged: Judgement) -> None:
        """Note why it gave less, or what it waits for."""
        for code, cut in judged.bound_by.items():
            times, less = self.bound.get((judged.unit.code, code), (0, 0))
            self.bound[judged.unit.code, code] = times + 1, less + cut
            if (budget := self.budgets.get(code)) is not None and budget.bound.counter is not None:
                self._breach(budget, budget.bound.counter.key(self.trial.day, past.subjects), cut)
        if judged.refusal is not None:
            self.refusals[judged.refusal] += 1
            if judged.refusal is Refusal.CONDITION:
                self._unmet(past)
        self.waiting.update({stage.kind for stage in judged.approval})
        self.consents += bool(judged.approval)

    def _unmet(self, past: Past) -> None:
        step = self.trial.why(past.deed, past.subjects)
        step = Step(step.code, {name: value for name, value in step.values.items() if name != "found"})
        key = past.deed.code, step.code, str(step.values)
        noted = self.unmet.get(key) or Unmet(past.deed.code, step, 0)
        self.unmet[key] = evolve(noted, deeds=noted.deeds + 1)

    def _overrun(self, uses: Iterable[str]) -> None:
        """Note the budgets that are told of only, and that have less than was given from them."""
        for key in uses:
            budget = self.budgets.get(UsageKey.parse(key).limit)
            if budget is not None and (over := self.trial.used[key] - budget.bound.most) > 0:
                noted = self.breaches.get(key)
                self._breach(budget, key, over - (0 if noted is None else noted.over))

    def _breach(self, budget: Budget, key: str, more: int) -> None:
        noted = self.breaches.get(key)
        if noted is None:
            since, bound = UsageKey.parse(key).since, budget.bound
            noted = Breach(budget.code, budget.names, bound.unit, since, bound.most, self.trial.day, 0)
        self.breaches[key] = evolve(noted, over=noted.over + more)

    def result(self) -> Simulation:
        last = self.trial.day if self.deeds else None
        held = self.trial.held()
        totals = self._lines(lambda part: "")
        return Simulation(
            rule_set=self.draft.id,
            deeds=self.deeds,
            known=self.known,
            first=self.first,
            last=last,
            units=self.units,
            totals=totals,
            liability={line.unit: held.get(line.unit, 0) for line in totals},
            money=self._money(totals, held, last),
            by_deed=self._lines(lambda part: part[1]),
            by_month=self._lines(lambda part: part[2]),
            by_group=self._lines(lambda part: part[3]),
            stakes=tuple(stakes(unit, members) for unit, members in self._members().items()),
            bindings=tuple(
                Binding(code, unit, times, cut) for (unit, code), (times, cut) in sorted(self.bound.items())
            ),
            refusals=dict(sorted(self.refusals.items())),
            unmet=tuple(sorted(self.unmet.values(), key=lambda each: (-each.deeds, each.deed))),
            breaches=tuple(sorted(self.breaches.values(), key=lambda each: (each.day, each.budget))),
            impossible=tuple(sorted(self.impossible.values(), key=lambda each: (-each.deeds, each.deed))),
            consents=self.consents,
            waiting=dict(sorted(self.waiting.items())),
        )

    def _lines(self, of: Callable[[_Part], str | date]) -> tuple[Line, ...]:
        """The parts summed by one of their sides."""
        sums: defaultdict[tuple[str, str | date], _Sum] = defaultdict(_Sum)
        for part, own in self.parts.items():
            total = sums[part[0], of(part)]
            total.deeds += own.deeds
            total.given += own.given
            total.drafted += own.drafted
        return tuple(sums[key].line(*key) for key in sorted(sums))

    def _members(self) -> dict[str, list[Line]]:
        members: dict[str, list[Line]] = {}
        for (unit, member), own in sorted(self.members.items(), key=lambda each: each[0]):
            members.setdefault(unit, []).append(own.line(unit, member))
        return members

    def _money(self, totals: Iterable[Line], held: Mapping[str, int], last: date | None) -> Money | None:
        terms = self.draft.on(last or self.draft.starts_on).terms.redemption
        rate = None if terms is None else terms.rate
        total = next((line for line in totals if terms is not None and line.unit == terms.unit.code), None)
        if terms is None or rate is None or total is None:
            return None
        unit = self.units[total.unit]

        def money(points: int) -> Decimal:
            exact = unit.decimal(points) * rate.numerator / rate.denominator
            return exact.quantize(Decimal("0.01"), ROUND_HALF_UP)

        liability = held.get(total.unit, 0)
        return Money(terms.currency, unit.code, money(total.given), money(total.drafted), money(liability))


def stakes(unit: str, members: Sequence[Line]) -> Stakes:
    """Who of the members gains and loses."""
    order = sorted(members, key=lambda line: (line.difference, str(line.of)))
    lost = [line for line in order if line.difference < 0]
    gained = [line for line in order if line.difference > 0]
    return Stakes(
        unit=unit,
        gaining=len(gained),
        losing=len(lost),
        same=len(order) - len(gained) - len(lost),
        gained=tuple(sorted(gained, key=lambda line: (-line.difference, str(line.of)))[:NAMED]),
        lost=tuple(lost[:NAMED]),
        spread=_spread([line.difference for line in order]),
    )


def _spread(differences: Sequence[int]) -> tuple[Span, ...]:
    """How many of the differences, which are sorted, lie in each of some spans of a round width."""
    least, most = differences[0], differences[-1]
    width = next(
        step * 10**zeros for zeros in count() for step in (1, 2, 5) if step * 10**zeros * SPANS > most - least
    )
    bounds = range(least // width * width, most + width, width)
    return tuple(
        Span(low, low + width, bisect_left(differences, low + width) - bisect_left(differences, low))
        for low in bounds
        if low <= most
    )
