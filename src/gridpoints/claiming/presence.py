"""Who was there, and for how long: check-in and check-out, hours with their provenance."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from decimal import Decimal

from attrs import frozen

from gridpoints.catalog.model import Session, SessionStatus
from gridpoints.claiming.admission import overlap
from gridpoints.claiming.attending import Attending, Places
from gridpoints.claiming.claimable import Claimable
from gridpoints.claiming.codes import CheckInCode, CodeKey, code_at, window_read
from gridpoints.claiming.conditions import before
from gridpoints.claiming.model import (
    CLAIM,
    HOLDING,
    ORGANISERS,
    Claim,
    ClaimStatus,
    Provenance,
    Target,
    whole_hundredths,
)
from gridpoints.errors import (
    AlreadyClaimed,
    CheckInClosed,
    CheckOutMissing,
    CodeInvalid,
    CodeUsed,
    HoursNeeded,
    HoursOutOfRange,
    HoursOverlap,
    IllegalTransition,
    NotPublished,
    NotTheOrganiser,
    OwnClaim,
)
from gridpoints.storage.port import Work
from gridpoints.values import Interval

#: How many minutes before a session one can check in, and how long after it one can check out.
EARLY_MINUTES = 60
LATE = timedelta(minutes=60)

#: In these, hours were said.
_WITH_HOURS = (ClaimStatus.SUBMITTED, ClaimStatus.DISPUTED, ClaimStatus.VERIFIED)


@frozen
class Presence(Attending):
    """Who came, who left, and what hours that makes."""

    def check_in_code(self, session_id: str) -> CheckInCode:
        """What is shown at the door now, for organisers. It changes every half minute (`codes`)."""
        if not self.context.actor.roles & ORGANISERS:
            raise NotTheOrganiser(actor=self.context.actor.id)
        with self.context.begin() as work:
            work.get(Session, session_id, lock=True)
            return code_at(self._key(work, session_id), self.context.now())

    def _key(self, work: Work, session_id: str) -> CodeKey:
        """The key of a locked session, made when it is first needed.

        Of the randomness of four ids: 248 bits, from where the exchange has its own.
        """
        for key in work.find(CodeKey, {"id": session_id}):
            return key
        random = "".join(self.context.ids.new() for _ in range(4))
        key = CodeKey(session_id, hashlib.sha256(random.encode()).hexdigest(), self.context.now())
        work.add(key)
        return key

    def check_in(self, claim_id: str, code: str | None = None) -> Claim:
        """Note that somebody is there: they give the code that is shown, or an organiser sees them.

        From an hour before the session until its end, else `CheckInClosed`. Raises `CodeInvalid`, `CodeUsed`,
        `NotTheOrganiser` or `NotTheClaimant`.
        """
        with self.context.begin() as work:
            claim, places = self._locked_places(work, claim_id)
            session, now = places.session, self.context.now()
            window = self._seen(work, claim, code)
            if session.status is SessionStatus.CANCELLED:
                raise NotPublished(kind="session", id=session.id, status=session.status)
            _must_be_a_persons(claim, ClaimStatus.CHECKED_IN)
            opens_at = before(session.starts_at, EARLY_MINUTES)
            if not opens_at <= now < session.ends_at:
                raise CheckInClosed(opens_at=opens_at, closes_at=session.ends_at)
            checked_in = CLAIM.advance(
                claim,
                ClaimStatus.CHECKED_IN,
                checked_in_at=now,
                code_window=window,
                due_at=session.ends_at + LATE,
            )
            return self.context.change(work, claim, checked_in)

    def check_out(self, claim_id: str, code: str | None = None) -> Claim:
        """Note that somebody leaves, seen as in `check_in`, until an hour after the session.

        Who does not check out is unaccounted for: hours are never assumed.
        """
        with self.context.begin() as work:
            claim, places = self._locked_places(work, claim_id)
            now, closes_at = self.context.now(), places.session.ends_at + LATE
            window = self._seen(work, claim, code)
            checked_out = CLAIM.advance(
                claim, ClaimStatus.CHECKED_OUT, checked_out_at=now, code_window=window, due_at=None
            )
            opens_at = claim.checked_in_at or now
            if not opens_at <= now < closes_at:
                raise CheckInClosed(opens_at=opens_at, closes_at=closes_at)
            return self.context.change(work, claim, checked_out)

    def _seen(self, work: Work, claim: Claim, code: str | None) -> int | None:
        """How it is known that they are there: the window of their code; None: an organiser sees them."""
        if code is None:
            self._must_organise(claim)
            return claim.code_window
        self._must_be_theirs(claim)
        window = window_read(self._key(work, claim.target_id), code, self.context.now())
        if window is None:
            raise CodeInvalid(session=claim.target_id)
        if claim.code_window is not None and window <= claim.code_window:
            raise CodeUsed(claim=claim.id)
        return window

    # --- hours --------------------------------------------------------------------------------

    def submit_hours(self, claim_id: str, hours: Decimal | None = None) -> Claim:
        """Say that the work of a session was done, and how many hours it took.

        Where they checked in and out, no more than that; None is all of it. Raises `SessionNotOver`,
        `HoursOutOfRange` for more than there can be, `HoursOverlap`, `HoursNeeded`, and
        `CheckOutMissing` for one who has not checked out.
        """
        with self.context.begin() as work:
            claim, places = self._locked_places(work, claim_id)
            if claim.status in (ClaimStatus.CHECKED_IN, ClaimStatus.UNACCOUNTED):
                raise CheckOutMissing(claim=claim.id)
            _must_be_a_persons(claim, ClaimStatus.SUBMITTED)
            if claim.status is ClaimStatus.NO_SHOW:
                self._must_enter(claim)
            if claim.status is ClaimStatus.CHECKED_OUT:
                hours, provenance = hours or self._longest(claim, places), Provenance.CHECKED
            else:
                places.must_be_over()
                provenance = Provenance.CLAIMED
            return self._submit(work, claim, places, hours, provenance)

    def enter_hours(
        self,
        claim_id: str,
        hours: Decimal,
        provenance: Provenance = Provenance.ENTERED,
        *,
        reason: str | None = None,
    ) -> Claim:
        """Write down hours for a claimant, as an organiser: from paper, by proxy, or of one's own knowledge.

        Also for who did not check out, or was noted as not there. Somebody else verifies them. Raises
        as `submit_hours` does, and `OwnClaim`, `NotTheOrganiser`.
        """
        with self.context.begin() as work:
            claim, places = self._locked_places(work, claim_id)
            _must_be_a_persons(claim, ClaimStatus.SUBMITTED)
            self._must_enter(claim)
            places.must_be_over()
            return self._submit(work, claim, places, hours, provenance, reason=reason)

    def enter_attendance(
        self,
        session_id: str,
        member_id: str,
        hours: Decimal,
        provenance: Provenance = Provenance.PAPER,
    ) -> Claim:
        """Write down that somebody was there who had claimed no place, from a list on paper or by proxy.

        What was, was: it does not matter how many places there were. Raises as `enter_hours` does, and
        `AlreadyClaimed` for who has a claim.
        """
        with self.context.begin() as work:
            member = self._active(work, member_id)
            places = Places.locked(self.context, work, session_id)
            standing = work.find(Claim, {**places.on(*HOLDING, ClaimStatus.NO_SHOW), "member_id": member.id})
            if any(claim.team is None for claim in standing):
                raise AlreadyClaimed(member=member.name, kind="session")
            submitted = Claim(
                self.context.id(None),
                Target.SESSION,
                session_id,
                member.id,
                claimed_at=self.context.now(),
                hours=hours,
                provenance=provenance,
                entered_by=self.context.actor.id,
                status=ClaimStatus.SUBMITTED,
            )
            self._must_enter(submitted)
            places.must_be_over()
            self._check_hours(submitted, places, hours)
            self._must_not_overlap(work, submitted, places.session)
            return self.context.keep(work, submitted)

    def _must_enter(self, claim: Claim) -> None:
        if self.context.actor.id == claim.member_id:
            raise OwnClaim(actor=claim.member_id)
        self._must_organise(claim)

    def _submit(
        self,
        work: Work,
        claim: Claim,
        places: Places,
        hours: Decimal | None,
        provenance: Provenance,
        *,
        reason: str | None = None,
    ) -> Claim:
        if hours is None:
            raise HoursNeeded(claim=claim.id)
        written = provenance not in (Provenance.CLAIMED, Provenance.CHECKED)
        submitted = CLAIM.advance(
            claim,
            ClaimStatus.SUBMITTED,
            hours=hours,
            provenance=provenance,
            entered_by=self.context.actor.id if written else None,
            due_at=None,
        )
        self._check_hours(claim, places, hours)
        self._must_not_overlap(work, claim, places.session)
        return self.context.change(work, claim, submitted, reason)

    def _check_hours(self, claim: Claim, claimed: Claimable, hours: Decimal) -> None:
        if not isinstance(claimed, Places):
            super()._check_hours(claim, claimed, hours)
            return
        longest = self._longest(claim, claimed)
        if not (hours.is_finite() and 0 < hours <= longest):
            raise HoursOutOfRange(hours=hours, longest=longest)

    def _longest(self, claim: Claim, places: Places) -> Decimal:
        """The hours that there can be: of the session, or between check-in and check-out."""
        whole = places.session.interval
        if claim.status is not ClaimStatus.CHECKED_OUT and claim.provenance is not Provenance.CHECKED:
            return whole.hours
        attended = claim.attended(whole)
        return Decimal(0) if attended is None else whole_hundredths(attended.hours)

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


def _must_be_a_persons(claim: Claim, to: ClaimStatus) -> None:
    """Raise `IllegalTransition` for a team's claim: those whom it names have their own."""
    if claim.team is not None:
        raise IllegalTransition(
            kind="claim", id=claim.id, status=str(claim.status), wanted=str(to), allowed=()
        )
