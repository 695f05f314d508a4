"""How long somebody was there, and how that is known: hours with their provenance (时长)."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from attrs import evolve, frozen

from gridpoints.catalog.model import Session
from gridpoints.claiming.claims.admission import overlap
from gridpoints.claiming.model import CLAIM, HOLDING, Claim, ClaimStatus, Provenance, Target
from gridpoints.claiming.sessions.attending import Attending
from gridpoints.claiming.sessions.places import Places
from gridpoints.claiming.sessions.presence import must_be_a_persons
from gridpoints.errors import (
    AlreadyClaimed,
    CheckOutMissing,
    HoursNeeded,
    HoursOverlap,
)
from gridpoints.storage.port import Work
from gridpoints.values import Interval, check_exact

#: In these, hours were said.
_WITH_HOURS = (ClaimStatus.SUBMITTED, ClaimStatus.DISPUTED, ClaimStatus.VERIFIED)


@frozen
class Hours(Attending):
    """Hours are submitted by the claimant, or entered for them by an organiser."""

    def submit_hours(
        self, claim_id: str, hours: Decimal | None = None, *, evidence: Iterable[str] = ()
    ) -> Claim:
        """Say that the work of a session was done, and how many hours it took.

        Where they checked in and out, no more than that; None is all of it. `evidence` are texts or links
        that show it: a photograph, a list of signatures. An organiser may say it for them, and then does not
        verify it. Raises `NotTheClaimant`, `SessionNotOver`, `HoursOutOfRange` for more than there can be,
        `HoursOverlap`, `HoursNeeded`, and `CheckOutMissing` for one who has not checked out.
        """
        hours = None if hours is None else check_exact("hours", hours)
        with self.context.begin() as work:
            claim, places = self._locked_places(work, claim_id)
            self._must_be_theirs(claim, places)
            if claim.status in (ClaimStatus.CHECKED_IN, ClaimStatus.UNACCOUNTED):
                raise CheckOutMissing(claim=claim.id)
            must_be_a_persons(claim, ClaimStatus.SUBMITTED)
            if claim.status is ClaimStatus.NO_SHOW:
                self._must_enter(claim, places)
            if claim.status is ClaimStatus.CHECKED_OUT:
                hours, provenance = hours or places.longest(claim), Provenance.CHECKED
            else:
                places.must_be_over()
                mine = self.context.actor.id == claim.member_id
                provenance = Provenance.CLAIMED if mine else Provenance.PROXY
            return self._submit(work, claim, places, hours, provenance, evidence=evidence)

    def enter_hours(
        self,
        claim_id: str,
        hours: Decimal,
        provenance: Provenance = Provenance.ENTERED,
        *,
        reason: str | None = None,
        evidence: Iterable[str] = (),
    ) -> Claim:
        """Write down hours for a claimant, as an organiser: from paper, by proxy, or of one's own knowledge.

        Also for who did not check out, or was noted as not there. Somebody else verifies them. Raises
        as `submit_hours` does, and `OwnClaim`, `NotTheOrganiser`.
        """
        hours = check_exact("hours", hours)
        with self.context.begin() as work:
            claim, places = self._locked_places(work, claim_id)
            self._must_enter(claim, places)
            must_be_a_persons(claim, ClaimStatus.SUBMITTED)
            places.must_be_over()
            return self._submit(work, claim, places, hours, provenance, evidence=evidence, reason=reason)

    def enter_attendance(
        self,
        session_id: str,
        member_id: str,
        hours: Decimal,
        provenance: Provenance = Provenance.PAPER,
        *,
        evidence: Iterable[str] = (),
    ) -> Claim:
        """Write down that somebody was there who had claimed no place, from a list on paper or by proxy.

        What was, was: it does not matter how many places there were. Raises as `enter_hours` does, and
        `AlreadyClaimed` for who has a claim.
        """
        hours = check_exact("hours", hours)
        with self.context.begin() as work:
            member = self._active(work, member_id)
            places = Places.locked(self.context, work, session_id)
            submitted = Claim(
                self.context.id(None),
                Target.SESSION,
                session_id,
                member.id,
                claimed_at=self.context.now(),
                hours=hours,
                provenance=provenance,
                entered_by=self.context.actor.id,
                waits_since=self.context.now(),
                status=ClaimStatus.SUBMITTED,
            )
            submitted = evolve(submitted, evidence=self._shown(submitted, evidence))
            self._must_enter(submitted, places)
            standing = work.find(Claim, {**places.on(*HOLDING, ClaimStatus.NO_SHOW), "member_id": member.id})
            if any(claim.team is None for claim in standing):
                raise AlreadyClaimed(member=member.name, kind="session")
            places.must_be_over()
            self._check_hours(submitted, places, hours)
            self._must_not_overlap(work, submitted, places.session)
            return self.context.keep(work, submitted)

    def _must_enter(self, claim: Claim, places: Places) -> None:
        self._must_be_anothers(claim)
        self._must_organise(claim, places)

    def _submit(
        self,
        work: Work,
        claim: Claim,
        places: Places,
        hours: Decimal | None,
        provenance: Provenance,
        *,
        evidence: Iterable[str],
        reason: str | None = None,
    ) -> Claim:
        if hours is None:
            raise HoursNeeded(claim=claim.id)
        actor = self.context.actor
        submitted = CLAIM.advance(
            claim,
            ClaimStatus.SUBMITTED,
            hours=hours,
            waits_since=self.context.now(),
            provenance=provenance,
            entered_by=None if actor.id == claim.member_id else actor.id,
            evidence=self._shown(claim, evidence),
            due_at=None,
        )
        self._check_hours(claim, places, hours)
        self._must_not_overlap(work, claim, places.session)
        return self.context.change(work, claim, submitted, reason)

    def _must_not_overlap(self, work: Work, claim: Claim, session: Session) -> None:
        """Raise `HoursOverlap` where the member has hours of another session in the same time."""
        where = {"member_id": claim.member_id, "target": Target.SESSION, "status": _WITH_HOURS}
        others = {c.id: c for c in work.find(Claim, where) if c.target_id != session.id}
        ids = sorted({other.target_id for other in others.values()})
        sessions = {each.id: each for each in work.find(Session, {"id": ids})} if ids else {}
        mine = _served(claim, session)
        for other in others.values():
            if overlap(mine, _served(other, sessions[other.target_id])):
                raise HoursOverlap(member=claim.member_id, other=other.id)


def _served(claim: Claim, session: Session) -> Interval:
    """When somebody was there, as far as it is known."""
    return claim.attended(session.interval) or session.interval
