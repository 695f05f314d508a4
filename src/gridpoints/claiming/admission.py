"""Who may claim a place in a session: fair access, fitness, and time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from operator import attrgetter
from typing import TypeVar

from attrs import frozen

from gridpoints.awards.operations import Awards
from gridpoints.catalog.model import Session, SessionStatus
from gridpoints.claiming.conditions import (
    EVERYWHERE,
    AttestationStatus,
    Conditions,
    Consent,
    Qualification,
    before,
)
from gridpoints.claiming.model import OPEN, Claim, ClaimStatus, Target
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

A = TypeVar("A", Consent, Qualification)

#: What keeps somebody from being elsewhere at the time. Whoever waits in line may also go elsewhere.
_BUSY = frozenset(OPEN) - {ClaimStatus.WAITLISTED}


@frozen
class Admission:
    """One member who claims a place in one session, both locked in this unit of work."""

    context: Context
    work: Work
    member: Member
    session: Session
    conditions: Conditions

    def must_be_in_time(self) -> None:
        """Raise `ClaimTooEarly`, `ClaimTooLate`, or `NewcomersFirst`."""
        now, session, conditions = self.context.now(), self.session, self.conditions
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
        """Raise `UnderAge`, `AgeUnknown`, `ConsentNeeded`, `NotQualified`, or `RiskNotAcknowledged`."""
        conditions = self.conditions
        if conditions.risk and not acknowledged:
            raise RiskNotAcknowledged(risk=conditions.risk)
        if conditions.least_age is not None or conditions.guardian_below is not None:
            age = self._age(born)
            if conditions.least_age is not None and age < conditions.least_age:
                raise UnderAge(member=self.member.name, least=conditions.least_age)
            if conditions.guardian_below is not None and age < conditions.guardian_below:
                self._must_have_consent()
        if conditions.skills:
            held = {each.skill for each in self._given(Qualification)}
            missing = tuple(skill for skill in conditions.skills if skill not in held)
            if missing:
                raise NotQualified(member=self.member.name, missing=missing)

    def _age(self, born: date | None) -> int:
        """Full years on the day of the session; a birthday on 29 February is on 1 March elsewhere."""
        if born is None:
            raise AgeUnknown(member=self.member.name)
        day = self.context.local_day(self.session.starts_at)
        return day.year - born.year - ((day.month, day.day) < (born.month, born.day))

    def _must_have_consent(self) -> None:
        scopes = {*scopes_of(self.session), EVERYWHERE}
        if not any(consent.covers in scopes for consent in self._given(Consent)):
            raise ConsentNeeded(member=self.member.name)

    def _given(self, kind: type[A]) -> list[A]:
        given = {"member_id": self.member.id, "status": AttestationStatus.GIVEN}
        return [each for each in self.work.find(kind, given) if each.holds_at(self.session.starts_at)]

    def must_be_free(self) -> Explanation:
        """Look at the member's other claims; answers what is to be warned of.

        Raises `AlreadyClaimed`, `MemberSuspended`, `CoolingDown`, `TooManyClaims`, or `TimeConflict`.
        """
        where = {"member_id": self.member.id, "status": (*OPEN, ClaimStatus.NO_SHOW)}
        # What a team holds is not the attendance of who leads it.
        others = [claim for claim in self.work.find(Claim, where) if claim.team is None]
        here = (Target.SESSION, self.session.id)
        live = [claim for claim in others if claim.status is not ClaimStatus.NO_SHOW]
        if any((claim.target, claim.target_id) == here for claim in live):
            raise AlreadyClaimed(member=self.member.name, kind="session")
        sessions = {session.id: session for session in self._sessions(others)}
        missed = [c for c in others if c.status is ClaimStatus.NO_SHOW]
        if missed:
            self._must_not_be_barred(sessions[c.target_id] for c in missed if c.target_id in sessions)
        most = self.conditions.most_open
        if most is not None and len(live) >= most:
            raise TooManyClaims(member=self.member.name, most=most)
        busy = (sessions[c.target_id] for c in live if c.status in _BUSY and c.target_id in sessions)
        return tuple(self._clashes(busy))

    def must_not_clash(self, claim: Claim) -> Explanation:
        """Raise `TimeConflict` where they are expected elsewhere; answers what is to be warned of."""
        where = {"member_id": self.member.id, "status": tuple(_BUSY)}
        others = [c for c in self.work.find(Claim, where) if c.team is None and c.id != claim.id]
        return tuple(self._clashes(self._sessions(others)))

    def _sessions(self, claims: Iterable[Claim]) -> list[Session]:
        ids = sorted({claim.target_id for claim in claims if claim.target is Target.SESSION})
        return self.work.find(Session, {"id": ids}) if ids else []

    def _must_not_be_barred(self, missed: Iterable[Session]) -> None:
        days = [self.context.local_day(session.starts_at) for session in missed]
        barred = Awards(self.context).barred(days)
        if barred is not None:
            name, until = self.member.name, barred.until
            raise MemberSuspended(member=name, until=until, reasons=barred.explanation)
        cooldown = self.conditions.cooldown_days
        if cooldown is not None and days:
            until = max(days) + timedelta(days=cooldown + 1)
            if self.context.today() < until:
                raise CoolingDown(member=self.member.name, until=until)

    def _clashes(self, others: Iterable[Session]) -> Iterator[Step]:
        travel = timedelta(minutes=self.conditions.travel_minutes)
        for other in sorted(others, key=attrgetter("starts_at", "id")):
            if other.id == self.session.id or other.status is SessionStatus.CANCELLED:
                continue
            if overlap(self.session.interval, other.interval):
                raise TimeConflict(
                    member=self.member.name,
                    session=other.id,
                    starts_at=other.starts_at,
                    ends_at=other.ends_at,
                )
            gap = max(other.starts_at - self.session.ends_at, self.session.starts_at - other.ends_at)
            if gap < travel:
                minutes = gap // timedelta(minutes=1)
                yield Step("little_time_between", {"session": other.id, "minutes": minutes})


def scopes_of(session: Session) -> tuple[str, ...]:
    """The ids of the `Conditions` of a session, the most particular first."""
    return f"session:{session.id}", f"service_item:{session.item_id}"


def overlap(one: Interval, other: Interval) -> bool:
    """Whether two half-open stretches of time share a moment; one that begins as the other ends does not."""
    return one.start < other.end and other.start < one.end
