"""Who may claim something: fair access, fitness, and time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from operator import attrgetter
from typing import TypeVar

from attrs import frozen

from gridpoints.awards.operations import Awards
from gridpoints.catalog.model import ServiceItem, Session, SessionStatus
from gridpoints.claiming.conditions import Conditions, Qualification, before
from gridpoints.claiming.model import OPEN, Claim, ClaimStatus, Target
from gridpoints.community.consents import EVERYWHERE, AttestationStatus, Consent
from gridpoints.community.model import Member
from gridpoints.context import Context
from gridpoints.errors import (
    AgeUnknown,
    AlreadyClaimed,
    ClaimTooEarly,
    ClaimTooLate,
    ConsentNeeded,
    CoolingDown,
    MemberSuspended,
    NewcomersFirst,
    NotQualified,
    RiskNotAcknowledged,
    TimeConflict,
    TooManyClaims,
    UnderAge,
)
from gridpoints.storage.port import Work
from gridpoints.values import Explanation, Interval, Step

#: Who is younger is a minor, where a service item asks for consent and the conditions name no age.
OF_AGE = 18

A = TypeVar("A", Consent, Qualification)

#: What keeps somebody from being elsewhere at the time. Whoever waits in line may also go elsewhere.
_BUSY = frozenset(OPEN) - {ClaimStatus.WAITLISTED}


@frozen
class Admission:
    """One member who claims something, both locked in this unit of work.

    `item` is the service item that it is of, `scopes` are the ids of its `conditions`, and `at` is when
    it is done. The `session` is None where it is none.
    """

    context: Context
    work: Work
    member: Member
    item: ServiceItem
    conditions: Conditions
    scopes: tuple[str, ...]
    at: datetime
    session: Session | None = None

    def must_be_in_time(self, session: Session) -> None:
        """Raise `ClaimTooEarly`, `ClaimTooLate`, or `NewcomersFirst`."""
        now, conditions = self.context.now(), self.conditions
        if conditions.opens_before is not None:
            opens_at = before(session.starts_at, conditions.opens_before)
            if now < opens_at:
                raise ClaimTooEarly(session=session.id, opens_at=opens_at)
        if conditions.closes_before is not None:
            closed_at = before(session.starts_at, conditions.closes_before)
            if now >= closed_at:
                raise ClaimTooLate(session=session.id, closed_at=closed_at)
        if conditions.newcomers_before is not None:
            until = before(session.starts_at, conditions.newcomers_before)
            verified = {"member_id": self.member.id, "status": ClaimStatus.VERIFIED}
            if now < until and self.work.count(Claim, verified):
                raise NewcomersFirst(session=session.id, until=until)

    def must_be_fit(self, born: date | None, *, acknowledged: bool) -> None:
        """Raise `UnderAge`, `AgeUnknown`, `ConsentNeeded`, `NotQualified`, or `RiskNotAcknowledged`.

        What the service item and the conditions ask for, both.
        """
        if (risk := self.conditions.risk or self.item.risk) and not acknowledged:
            raise RiskNotAcknowledged(risk=risk)
        self._must_be_of_age(born)
        if needed := dict.fromkeys((*self.item.skills, *self.conditions.skills)):
            held = {each.skill for each in self._given(Qualification)}
            if missing := tuple(skill for skill in needed if skill not in held):
                raise NotQualified(member=self.member.name, missing=missing)

    def _must_be_of_age(self, born: date | None) -> None:
        ages = [age for age in (self.item.minimum_age, self.conditions.least_age) if age is not None]
        guardian_below = self.conditions.guardian_below
        if born is None:
            if ages or guardian_below is not None:
                raise AgeUnknown(member=self.member.name)
            return
        age = full_years(born, self.context.local_day(self.at))
        if ages and age < max(ages):
            raise UnderAge(member=self.member.name, least=max(ages))
        if guardian_below is None and self.item.consent:
            guardian_below = OF_AGE
        if guardian_below is not None and age < guardian_below and not self._covering(self._given(Consent)):
            raise ConsentNeeded(member=self.member.name)

    def no_longer_fit(self, asked: date) -> Explanation:
        """What they fulfilled when they claimed it for that day, as far as it is known, and do not by now.

        What was asked of them then is not asked anew; nobody keeps their age, which is, for an earlier day.
        """
        return tuple(self._no_longer_fit(asked))

    def _no_longer_fit(self, asked: date) -> Iterator[Step]:
        of_member = {"member_id": self.member.id}
        if needed := {*self.item.skills, *self.conditions.skills}:
            ever = {each.skill for each in self.work.find(Qualification, of_member)}
            held = {each.skill for each in self._given(Qualification)}
            if over := tuple(sorted((needed & ever) - held)):
                yield Step("qualification_over", {"skills": over})
        guarded = self.conditions.guardian_below is not None or self.item.consent
        ever_consented = guarded and self._covering(self.work.find(Consent, of_member))
        if ever_consented and not self._covering(self._given(Consent)):
            yield Step("consent_over", {})
        ages = (self.item.minimum_age, self.conditions.least_age)
        if (guarded or any(age is not None for age in ages)) and self.context.local_day(self.at) < asked:
            yield Step("age_again", {})
        missed = self.work.find(Claim, {**of_member, "status": ClaimStatus.NO_SHOW})
        days = [self.context.local_day(session.starts_at) for session in self._sessions(missed)]
        barred = Awards(self.context).barred(self.member.id, days)
        if barred is not None and (barred.until is None or self.context.local_day(self.at) < barred.until):
            yield from barred.explanation

    def _covering(self, consents: Iterable[Consent]) -> bool:
        scopes = {*self.scopes, EVERYWHERE}
        return any(consent.covers in scopes for consent in consents)

    def _given(self, kind: type[A]) -> list[A]:
        given = {"member_id": self.member.id, "status": AttestationStatus.GIVEN}
        return [each for each in self.work.find(kind, given) if each.holds_at(self.at)]

    def must_be_free(self, target: Target, target_id: str) -> Explanation:
        """Look at the member's other claims; answers what is to be warned of.

        Raises `AlreadyClaimed`, `MemberSuspended`, `CoolingDown`, `TooManyClaims`, or `TimeConflict`.
        """
        where = {"member_id": self.member.id, "status": (*OPEN, ClaimStatus.NO_SHOW)}
        # What a team holds is not the attendance of who leads it.
        others = [claim for claim in self.work.find(Claim, where) if claim.team is None]
        live = [claim for claim in others if claim.status is not ClaimStatus.NO_SHOW]
        if any((claim.target, claim.target_id) == (target, target_id) for claim in live):
            raise AlreadyClaimed(member=self.member.name, kind=target)
        sessions = {session.id: session for session in self._sessions(others)}
        missed = (c for c in others if c.status is ClaimStatus.NO_SHOW)
        self._must_not_be_barred(sessions[c.target_id] for c in missed if c.target_id in sessions)
        most = self.conditions.most_open
        if most is not None and len(live) >= most:
            raise TooManyClaims(member=self.member.name, most=most)
        if self.session is None:
            return ()
        busy = (sessions[c.target_id] for c in live if c.status in _BUSY and c.target_id in sessions)
        return tuple(self._clashes(self.session, busy))

    def must_not_clash(self, claim: Claim, session: Session) -> Explanation:
        """Raise `TimeConflict` where they are expected elsewhere; answers what is to be warned of."""
        where = {"member_id": self.member.id, "status": tuple(_BUSY)}
        others = [c for c in self.work.find(Claim, where) if c.team is None and c.id != claim.id]
        return tuple(self._clashes(session, self._sessions(others)))

    def _sessions(self, claims: Iterable[Claim]) -> list[Session]:
        ids = sorted({claim.target_id for claim in claims if claim.target is Target.SESSION})
        return self.work.find(Session, {"id": ids}) if ids else []

    def _must_not_be_barred(self, missed: Iterable[Session]) -> None:
        days = [self.context.local_day(session.starts_at) for session in missed]
        barred = Awards(self.context).barred(self.member.id, days)
        if barred is not None:
            name, until = self.member.name, barred.until
            raise MemberSuspended(member=name, until=until, reasons=barred.explanation)
        cooldown = self.conditions.cooldown_days
        if cooldown is not None and days:
            until = max(days) + timedelta(days=cooldown + 1)
            if self.context.today() < until:
                raise CoolingDown(member=self.member.name, until=until)

    def _clashes(self, session: Session, others: Iterable[Session]) -> Iterator[Step]:
        travel = timedelta(minutes=self.conditions.travel_minutes)
        for other in sorted(others, key=attrgetter("starts_at", "id")):
            if other.id == session.id or other.status is SessionStatus.CANCELLED:
                continue
            starts_at, ends_at = other.starts_at, other.ends_at
            if overlap(session.interval, other.interval):
                name = self.member.name
                raise TimeConflict(member=name, session=other.id, starts_at=starts_at, ends_at=ends_at)
            gap = max(starts_at - session.ends_at, session.starts_at - ends_at)
            if gap < travel:
                minutes = gap // timedelta(minutes=1)
                yield Step("little_time_between", {"session": other.id, "minutes": minutes})


def full_years(born: date, day: date) -> int:
    """How old somebody is on a day; a birthday on 29 February is on 1 March in other years."""
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def scopes_of(session: Session) -> tuple[str, ...]:
    """The ids of the `Conditions` of a session, the most particular first."""
    return f"session:{session.id}", f"service_item:{session.item_id}"


def overlap(one: Interval, other: Interval) -> bool:
    """Whether two half-open stretches of time share a moment; one that begins as the other ends does not."""
    return one.start < other.end and other.start < one.end
