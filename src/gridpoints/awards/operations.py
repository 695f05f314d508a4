"""Deeds become points: reported, judged by the rules of their day, credited once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta

from attrs import frozen

from gridpoints.awards.model import Award, AwardStatus, Report
from gridpoints.awards.simulation import simulated
from gridpoints.community.model import Household, Member
from gridpoints.context import Context
from gridpoints.errors import (
    DeedConflict,
    DeedInFuture,
    GridpointsError,
    PeriodClosed,
    RecordExists,
    RecordUnknown,
)
from gridpoints.ledger.model import Account, Leg, Rejected, Transaction
from gridpoints.rules.case import Deed, Scope
from gridpoints.rules.deeds import DeedRule
from gridpoints.rules.findings import Simulation
from gridpoints.rules.judging import Judgement
from gridpoints.rules.model import RuleSet
from gridpoints.rules.operations import Rules, RulesCalendar
from gridpoints.storage.port import Work
from gridpoints.values import Explanation, check_identifier, check_text, midnight


@frozen
class AwardOutcome:
    """What became of one report: an award (`repeated`: it stood already), or an error."""

    report: Report
    award: Award | None = None
    error: GridpointsError | None = None
    repeated: bool = False


@frozen
class _Case:
    """A report with all that is needed to judge it."""

    report: Report
    deed: Deed
    rules: RuleSet
    subjects: Mapping[Scope, str]


@frozen
class Awards:
    """The room ``awards``: deeds judged and credited, each with its explanation."""

    context: Context

    def credit(self, report: Report) -> Award:
        """Judge and credit one deed; raises what `credit_all` would answer as an error.

        A deed that a limit refuses is an award as well: of 0 points, with the reason.
        """
        [outcome] = self.credit_all([report])
        if outcome.error is not None:
            raise outcome.error
        assert outcome.award is not None  # noqa: S101  # an outcome has one of the two
        return outcome.award

    def credit_all(self, reports: Iterable[Report]) -> list[AwardOutcome]:
        """Judge and credit each deed by itself, in order, in one unit of work.

        A report that cannot be credited is answered with its error, and the others are credited.
        The same report again is answered with the award that stands; the same id with other
        particulars is a `DeedConflict`.
        """
        reports = list(reports)
        while True:
            try:
                with self.context.begin() as work:
                    return self._credit(work, reports)
            except RecordExists as race:
                # Somebody credited one of these between our look and our writing: look again.
                if race.kind != "award":
                    raise

    def _credit(self, work: Work, reports: Sequence[Report]) -> list[AwardOutcome]:
        standing = {a.id: a for a in work.find(Award, {"id": [r.id for r in reports]})}
        cases = self._cases(work, [r for r in reports if r.id not in standing])
        keys = {
            key
            for case in cases.values()
            if isinstance(case, _Case)
            for key in case.rules.counted_under(case.deed, case.subjects)
        }
        used = work.lock_usage(keys)
        now = self.context.now()
        outcomes: list[AwardOutcome] = []
        new: list[Award] = []
        for report in reports:
            if (award := standing.get(report.id)) is not None:
                outcomes.append(_again(report, award))
                continue
            try:
                case = cases[report.id]
                if isinstance(case, GridpointsError):
                    raise case
                judgement = case.rules.judge(case.deed, case.subjects, used.__getitem__)
            except GridpointsError as error:
                outcomes.append(AwardOutcome(report, error=error))
                continue
            for key, points in judgement.uses.items():
                used[key] += points
            award = standing[report.id] = self._award(report, judgement, now)
            new.append(award)
            outcomes.append(AwardOutcome(report, award))
        work.add(*new)
        work.set_usage(used)
        transactions = [self._transaction(award) for award in new if award.awarded]
        for posted in work.ledger.post(transactions, at=now):
            if isinstance(posted, Rejected):
                raise posted.error
        return outcomes

    def _cases(self, work: Work, reports: Sequence[Report]) -> dict[str, _Case | GridpointsError]:
        """Each report with its rules and subjects, or with what is wrong with it, by its id."""
        calendar = Rules(self.context).calendar()
        closed_until = work.ledger.closed_until()
        ids = {r.member_id for r in reports}
        members = {m.id: m for m in work.find(Member, {"id": sorted(ids)})}
        homes = {m.household_id for m in members.values() if m.household_id}
        grids = {h.id: h.grid_id for h in work.find(Household, {"id": sorted(homes)})}
        cases: dict[str, _Case | GridpointsError] = {}
        for report in reports:
            try:
                self._refuse_closed(report, closed_until)
                case = self._case(report, members.get(report.member_id), grids, calendar)
            except GridpointsError as error:
                cases.setdefault(report.id, error)
            else:
                cases.setdefault(report.id, case)
        return cases

    def _refuse_closed(self, report: Report, closed_until: datetime | None) -> None:
        done = midnight(report.day, self.context.zone)
        if closed_until is not None and done < closed_until:
            raise PeriodClosed(transaction=f"award:{report.id}", effective_at=done, until=closed_until)

    def _case(
        self, report: Report, member: Member | None, grids: Mapping[str, str], calendar: RulesCalendar
    ) -> _Case:
        check_identifier("id", report.id)
        if report.source:
            check_text("source", report.source)
        if member is None:
            raise RecordUnknown(kind="member", id=report.member_id)
        member.must_be_active()
        if report.day > self.context.today():
            raise DeedInFuture(day=report.day)
        rules = calendar.on(report.day)
        rules.rule(report.deed)
        subjects = {Scope.MEMBER: member.id, Scope.COMMUNITY: self.context.community}
        if member.household_id is not None:
            subjects[Scope.HOUSEHOLD] = member.household_id
            subjects[Scope.GRID] = grids[member.household_id]
        return _Case(report, Deed(report.deed, report.day, report.quantity), rules, subjects)

    def _award(self, report: Report, judgement: Judgement, now: datetime) -> Award:
        return Award(
            id=report.id,
            member_id=report.member_id,
            deed=report.deed,
            day=report.day,
            quantity=report.quantity,
            source=report.source,
            reported_by=self.context.actor.id,
            recorded_at=now,
            rule_set=judgement.rule_set,
            unit=judgement.unit.code,
            wanted=judgement.wanted,
            awarded=judgement.awarded,
            status=AwardStatus.CREDITED if judgement.awarded else AwardStatus.REFUSED,
            explanation=judgement.explanation,
        )

    def _transaction(self, award: Award) -> Transaction:
        return Transaction(
            id=f"award:{award.id}",
            legs=(
                Leg(Account.member(award.member_id, award.unit), award.awarded),
                Leg(Account.issuance(award.unit), -award.awarded),
            ),
            effective_at=midnight(award.day, self.context.zone),
            kind="award",
            reason=award.deed,
            metadata={"award": award.id, "rules": award.rule_set},
        )

    def overtaken_by(self, version: str) -> int:
        """How many deeds that are of the days of that published version were judged by another.

        So it is where a version begins before the day on which it is published. They stay as they
        were judged. Raises `RecordUnknown`.
        """
        with self.context.read() as work:
            calendar = {each.rules.id: each for each in Rules(self.context).versions()}
            if (asked := calendar.pop(version, None)) is None:
                raise RecordUnknown(kind="published_rules", id=version)
            others = {"rule_set": tuple(calendar)}
            ends = (work.find(Award, others, order=(by,), limit=1) for by in ("day", "-day"))
            credited = [award.day for end in ends for award in end]
            if not credited:
                return 0
            first, last = max(asked.starts_on, credited[0]), credited[-1]
            if asked.ends_on is not None:
                last = min(last, asked.ends_on - timedelta(days=1))
            return sum(
                work.count(Award, {**others, "day": days})
                for year in range(first.year, last.year + 1)
                if (days := _days_of(year, first, last))
            )

    def rule_for(self, deed: str, day: datetime) -> DeedRule:
        """The line of the rules that a deed done at that instant is judged by.

        Raises `NoRulesInForce` or `DeedUnknown`.
        """
        return Rules(self.context).in_force(self.context.local_day(day)).rule(deed)

    def award(self, id: str) -> Award:
        """The award of that id; raises `RecordUnknown`."""
        with self.context.read() as work:
            return work.get(Award, id)

    def awards_of(self, member_id: str) -> list[Award]:
        """All awards of a member, refused ones included, by day."""
        with self.context.read() as work:
            return work.find(Award, {"member_id": member_id}, order=("day", "recorded_at", "id"))

    def simulate(self, draft: RuleSet, *, since: date | None = None, until: date | None = None) -> Simulation:
        """What the deeds of some days would have earned under a draft; nothing is posted.

        `until` is the last day, None: today; `since` the first, None: that of a year before. They
        are judged by day, and counted from 0: what was done before `since` uses up no limit.
        """
        until = until or self.context.today()
        return simulated(self.context, draft, since or until - timedelta(days=364), until)

    def explain(self, award_id: str) -> Explanation:
        """Why an award is what it is, step by step, in the words of the rules of its day."""
        return self.award(award_id).explanation


def _days_of(year: int, first: date, last: date) -> tuple[date, ...]:
    """The days of a year from one until another, which belongs to them."""
    first, last = max(first, date(year, 1, 1)), min(last, date(year, 12, 31))
    return tuple(first + timedelta(days=n) for n in range((last - first).days + 1))


def _again(report: Report, award: Award) -> AwardOutcome:
    if award.same_report(report):
        return AwardOutcome(report, award, repeated=True)
    return AwardOutcome(report, error=DeedConflict(deed=report.id))
