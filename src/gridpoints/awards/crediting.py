"""Deeds become points: judged by the rules of their day, and credited or made to wait. A part of `Awards`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from functools import partial
from operator import attrgetter
from typing import NamedTuple

from attrs import field, frozen

from gridpoints.awards.decided import EXCLUDED_FACT, Exclusions
from gridpoints.awards.emergencies import EmergencyCalendar, explained
from gridpoints.awards.model import Award, AwardStatus, Report
from gridpoints.awards.posting import Batch
from gridpoints.awards.reviews import Review
from gridpoints.awards.standing import STAR_FACT, Credited
from gridpoints.community.model import Household, Member
from gridpoints.context import Context
from gridpoints.errors import (
    AmountNotChosen,
    DeedConflict,
    DeedInFuture,
    EvidenceNeeded,
    GridpointsError,
    HouseholdNeeded,
    PeriodClosed,
    RecordExists,
    RecordUnknown,
    ReportReserved,
)
from gridpoints.ledger.model import Account
from gridpoints.rules.amounts import Chosen
from gridpoints.rules.approval import StageKind
from gridpoints.rules.case import NO_FACTS, Deed, Scope
from gridpoints.rules.deeds import DeedRule, Holder
from gridpoints.rules.facts import check_facts
from gridpoints.rules.judging import Judgement, unchosen
from gridpoints.rules.model import RuleSet
from gridpoints.rules.operations import Rules, RulesCalendar
from gridpoints.rules.permissions import allows
from gridpoints.storage.port import Work
from gridpoints.values import Step, check_identifier, check_text, check_type, midnight


@frozen(slots=False)  # of which there is one for each deed: see `Award`
class AwardOutcome:
    """What became of one report: an award (`repeated`: it stood already), or an error."""

    report: Report
    award: Award | None = None
    error: GridpointsError | None = None
    repeated: bool = False


#: Half of the time of ``Case(…)``.
_new = tuple.__new__


class Case(NamedTuple):  # quick to make: one for each deed
    """A report with all that is needed to judge it: `account` is the one that it changes.

    `added` is what is said of the facts that the community adds: that it is a deed of an emergency, which
    star the member had, and whether they were excluded.
    """

    report: Report
    deed: Deed
    rules: RuleSet
    rule: DeedRule
    subjects: Mapping[Scope, str]
    account: Account
    added: tuple[Step, ...]


@frozen
class _Known:
    """What the reports of a unit of work are looked at with, read once."""

    members: Mapping[str, Member]
    grids: Mapping[str, str]
    calendar: RulesCalendar
    emergencies: EmergencyCalendar
    closed_until: datetime | None
    today: date
    credited: Credited
    exclusions: Exclusions
    subjects: dict[str, Mapping[Scope, str]] = field(factory=dict)
    #: By holder, member and unit.
    accounts: dict[tuple[Holder, str, str], Account] = field(factory=dict)


@frozen
class Crediting:
    """What reports come to."""

    context: Context

    def credit(self, report: Report) -> Award:
        """Judge and credit one deed; raises what `credit_all` would answer as an error.

        A deed that the rules refuse is an award as well: of 0 points, with the reason. One to which
        somebody has to agree is pending.
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
        reports = [check_type("report", report, Report) for report in reports]
        while True:
            try:
                with self.context.begin() as work:
                    return self._credit(work, reports)
            except RecordExists as race:
                # Somebody credited one of these between our look and our writing: look again.
                if race.kind != "award":
                    raise

    def preview(self, report: Report) -> Judgement:
        """What a deed would come to now, and why; nothing is kept.

        Raises what `credit` raises, but for an id that was used before.
        """
        with self.context.read() as work:
            return self._judged_by_now(work, report)[1]

    def keep_for_record(self, report: Report, why: Step) -> Award:
        """Keep a deed for the record alone: judged, but with 0 points, and `why` it earns none.

        The award keeps all that was reported, as one that is credited does. Raises what `credit` raises. The
        same report again is answered with the award that stands.
        """
        with self.context.begin() as work:
            if work.find(Award, {"id": report.id}):
                return self.credit(report)  # answers with the one that stands, or why it cannot
            case, judgement = self._judged_by_now(work, report)
            _must_be_shown(case)
            judgement = judgement._replace(
                awarded=0, approval=(), uses={}, explanation=(*judgement.explanation, why)
            )
            award = self._award(case, judgement, self.context.now())
            self.context.keep(work, award)
            return award

    def _judged_by_now(self, work: Work, report: Report) -> tuple[Case, Judgement]:
        """A report that nothing is posted for, as it would be judged now."""
        [case] = self._cases(work, Rules(self.context).calendar(), [report]).values()
        if isinstance(case, GridpointsError):
            raise case
        used = work.usage(case.rule.keys(case.deed.day, case.subjects))
        balance = work.ledger.balances([case.account], self.context.now())[case.account]
        return case, _judged(case, used, lambda: balance.available, fits=True)

    def _credit(self, work: Work, reports: Sequence[Report]) -> list[AwardOutcome]:
        standing = {a.id: a for a in work.find(Award, {"id": [r.id for r in reports]})}
        calendar = Rules(self.context).calendar()
        cases = self._cases(work, calendar, [r for r in reports if r.id not in standing])
        sound = [case for case in cases.values() if isinstance(case, Case)]
        used = work.lock_usage(
            {counter.key(case.deed.day, case.subjects) for case in sound for counter in case.rule.counters}
        )
        now = self.context.now()
        batch = Batch(self.context, work, calendar, [case.account for case in sound], now)
        outcomes: list[AwardOutcome] = []
        new: list[Award] = []
        before = used.copy()
        for report in reports:
            if (award := standing.get(report.id)) is not None:
                outcomes.append(_again(report, award))
                continue
            try:
                case = cases[report.id]
                if isinstance(case, GridpointsError):
                    raise case
                _must_be_shown(case)
                # What waits for others is fitted to the account when they have agreed.
                balance = partial(batch.available, case.account)
                judgement = _judged(case, used, balance, fits=not case.rule.approval)
            except GridpointsError as error:
                outcomes.append(AwardOutcome(report, error=error))
                continue
            for key, points in judgement.uses.items():
                used[key] += points
            award = standing[report.id] = self._award(case, judgement, now)
            if award.status is AwardStatus.CREDITED:
                batch.give(award, case.rule, case.account, owed=judgement.owed)
            new.append(award)
            outcomes.append(AwardOutcome(report, award))
        self._keep(work, new, cases, now)
        work.set_usage({key: counted for key, counted in used.items() if counted != before[key]})
        batch.close()
        return outcomes

    def _keep(
        self, work: Work, new: Sequence[Award], cases: Mapping[str, Case | GridpointsError], now: datetime
    ) -> None:
        """Add the awards; those that wait get their first stage.

        All get a page in the journal but those that gave points at once: the transaction tells of them.
        """
        gave: list[Award] = []
        others: list[Award] = []
        for award in new:
            (gave if award.status is AwardStatus.CREDITED and award.awarded > 0 else others).append(award)
        # As the index by member has them: each page of it is written once.
        gave.sort(key=attrgetter("member_id"))
        work.add(*gave)
        self.context.keep_all(work, others)
        if waiting := [award for award in others if award.status is AwardStatus.PENDING]:
            reviews = (
                Review.opened(award.id, 1, case.rule.approval[0], now, self.context.zone)
                for award in waiting
                if isinstance(case := cases[award.id], Case)
            )
            self.context.keep_all(work, reviews)

    def _cases(
        self, work: Work, calendar: RulesCalendar, reports: Sequence[Report]
    ) -> dict[str, Case | GridpointsError]:
        """Each report with its rules and subjects, or with what is wrong with it, by its id."""
        members, grids = people(work, {r.member_id for r in reports})
        known = _Known(
            members,
            grids,
            calendar,
            EmergencyCalendar.of(self.context, work),
            work.ledger.closed_until(),
            self.context.today(),
            Credited(work, calendar, list(members)),
            Exclusions(work, list(members)),
        )
        cases: dict[str, Case | GridpointsError] = {}
        for report in reports:
            try:
                self._refuse_closed(report, known.closed_until)
                case = self._case(report, known)
            except GridpointsError as error:
                cases.setdefault(report.id, error)
            else:
                cases.setdefault(report.id, case)
        return cases

    def _refuse_closed(self, report: Report, closed_until: datetime | None) -> None:
        if closed_until is not None and (done := midnight(report.day, self.context.zone)) < closed_until:
            raise PeriodClosed(transaction=f"award:{report.id}", effective_at=done, until=closed_until)

    def _case(self, report: Report, known: _Known) -> Case:
        check_identifier("id", report.id)
        if report.source:
            check_text("source", report.source)
        for text in report.evidence:
            check_text("evidence", text)
        member = _member(report, known.members)
        if report.day > known.today:
            raise DeedInFuture(day=report.day)
        rules = known.calendar.on(report.day).on(report.day)
        rule = rules.rule(report.deed)
        if not allows(rule.reporters, self.context.actor.roles):
            roles = tuple(sorted(rule.reporters))
            raise ReportReserved(actor=self.context.actor.id, deed=report.deed, roles=roles)
        if report.facts:
            check_facts(rules.facts, report.facts)
        whose = rule.holder, member.id, rule.unit.code
        if (account := known.accounts.get(whose)) is None:
            account = known.accounts[whose] = account_under(rule, member)
        if (subjects := known.subjects.get(member.id)) is None:
            subjects = known.subjects[member.id] = self._subjects(member, known.grids)
        deed, added = _completed(report, subjects, rules, known)
        return _new(Case, (report, deed, rules, rule, subjects, account, added))

    def _subjects(self, member: Member, grids: Mapping[str, str]) -> Mapping[Scope, str]:
        subjects = {Scope.MEMBER: member.id, Scope.COMMUNITY: self.context.community}
        if member.household_id is not None:
            subjects[Scope.HOUSEHOLD] = member.household_id
            subjects[Scope.GRID] = grids[member.household_id]
        return subjects

    def _award(self, case: Case, judgement: Judgement, now: datetime) -> Award:
        report = case.report
        if judgement.approval:
            status = AwardStatus.PENDING
        else:
            status = AwardStatus.CREDITED if judgement.awarded else AwardStatus.REFUSED
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
            status=status,
            explanation=judgement.explanation,
            facts=dict(case.deed.facts) if case.deed.facts else NO_FACTS,
            chosen=report.chosen,
            household_id=case.account.owner if case.rule.holder is Holder.HOUSEHOLD else None,
            uses=judgement.uses,
            evidence=report.evidence,
        )

    def rule_for(self, deed: str, instant: datetime) -> DeedRule:
        """The line of the rules that a deed done at that instant is judged by.

        Raises `NoRulesInForce` or `DeedUnknown`.
        """
        return Rules(self.context).in_force(self.context.local_day(instant)).rule(deed)

    def must_know(self, deed: str) -> None:
        """Raise `DeedUnknown` for a deed that nothing could ever be given for: see `Rules.must_know`."""
        Rules(self.context).must_know(deed)

    def extend_days(self, unit: str, instant: datetime) -> int:
        """For how many days points of a unit live on that were set aside then, and come back too late."""
        return Rules(self.context).calendar().extend_days(unit, self.context.local_day(instant))


def people(work: Work, ids: Iterable[str]) -> tuple[dict[str, Member], dict[str, str]]:
    """These members by id, and the grids of their households."""
    members = {m.id: m for m in work.find(Member, {"id": sorted(ids)})}
    homes = {m.household_id for m in members.values() if m.household_id}
    return members, dict(work.select(Household, ("id", "grid_id"), {"id": sorted(homes)}))


def _member(report: Report, members: Mapping[str, Member]) -> Member:
    if (member := members.get(report.member_id)) is None:
        raise RecordUnknown(kind="member", id=report.member_id)
    if not report.former:
        member.must_be_active()
    return member


def account_under(rule: DeedRule, member: Member) -> Account:
    """The account that a deed of the member changes; raises `HouseholdNeeded`."""
    unit = rule.unit.code
    if rule.holder is Holder.MEMBER:
        return Account.member(member.id, unit)
    if member.household_id is None:
        raise HouseholdNeeded(deed=rule.code, member=member.name)
    return Account.household(member.household_id, unit)


def _must_be_shown(case: Case) -> None:
    if case.rule.evidence and not case.report.evidence:
        raise EvidenceNeeded(deed=case.report.deed, evidence=case.rule.evidence)


def _completed(
    report: Report, subjects: Mapping[Scope, str], rules: RuleSet, known: _Known
) -> tuple[Deed, tuple[Step, ...]]:
    """The deed with what the community knows where the report does not say, and the steps that say so."""
    deed, told = report.judged_as(), report.facts
    if not (known.emergencies.any or STAR_FACT in rules.facts or EXCLUDED_FACT in rules.facts):
        return deed, ()
    grid_id, id = subjects.get(Scope.GRID), report.member_id
    emergency = None if "emergency" in told else known.emergencies.step(report.day, grid_id)
    if emergency is not None:
        deed = deed._replace(facts={**deed.facts, "emergency": True})
    star = None if STAR_FACT in told else known.credited.star_step(id, report.day, rules)
    if star is not None:
        deed = deed._replace(facts={**deed.facts, STAR_FACT: star.values["stars"]})
    excluded = None if EXCLUDED_FACT in told else known.exclusions.step(id, report.day, rules)
    if excluded is not None:
        was = excluded.code == "was_excluded"
        deed = deed._replace(facts={**deed.facts, EXCLUDED_FACT: was})
    return deed, tuple(filter(None, (emergency, star, excluded)))


def _judged(case: Case, used: Mapping[str, int], balance: Callable[[], int], *, fits: bool) -> Judgement:
    """The judgement of a case; of 0 points so far where a panel has still to choose how many."""
    approval, amount = case.rule.approval, case.rule.amount
    try:
        judgement = case.rules.judge(case.deed, case.subjects, used.__getitem__, balance=balance, fits=fits)
    except AmountNotChosen:
        if isinstance(amount, Chosen) and any(stage.kind is StageKind.PANEL for stage in approval):
            judgement = unchosen(case.rule, amount)
        else:
            raise
    return explained(judgement, case.added)


def _again(report: Report, award: Award) -> AwardOutcome:
    if award.same_report(report):
        return AwardOutcome(report, award, repeated=True)
    return AwardOutcome(report, error=DeedConflict(deed=report.id))
