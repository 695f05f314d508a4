"""Places in sessions are claimed: at once, on request, or in line; and given to somebody else."""

from __future__ import annotations

from datetime import date

from attrs import frozen

from gridpoints.catalog.model import Session, SessionStatus
from gridpoints.catalog.operations import Catalog
from gridpoints.claiming.claims.admission import scopes_of
from gridpoints.claiming.claims.claimable import Claimable
from gridpoints.claiming.claims.ending import Ending
from gridpoints.claiming.claims.machine import must_stand
from gridpoints.claiming.conditions import Conditions, before
from gridpoints.claiming.model import CLAIM, EXPECTED, Claim, ClaimStatus, Target
from gridpoints.claiming.sessions.places import Places
from gridpoints.community.model import Member
from gridpoints.errors import OfferOver, SessionFull
from gridpoints.storage.port import Work
from gridpoints.values import Explanation, check_whole


@frozen
class Attending(Ending):
    """Places in sessions are claimed, waited for, and handed on."""

    def claim_session(
        self,
        session_id: str,
        member_id: str,
        *,
        wait: bool = False,
        born: date | None = None,
        acknowledged: bool = False,
        children: int = 0,
    ) -> Claim:
        """Take a place in a session; with `wait`, one in line where all are taken.

        The claim says what it is: confirmed, waitlisted, or, where the `Conditions` want that, requested;
        its `warnings` tell of little time before or after another session. `born` is asked where age
        matters, `acknowledged` where there is a risk; `children` come along and are not counted. Raises
        `SessionFull`, `SessionStarted`, `NotPublished`, `MemberInactive`, `NotForOthers` (for a neighbour an
        organiser does it), and what `Admission` does.
        """
        with self.context.begin() as work:
            # The person first, then the session: everybody locks in this order.
            member = self._active(work, member_id)
            places = Places.locked(self.context, work, session_id)
            self._must_claim_for(member, places)
            places.session.must_take_claims(self.context.now())
            conditions = places.conditions()
            admission = places.admission(member, conditions)
            admission.item.must_be_published()
            warnings = admission.must_be_free(Target.SESSION, session_id)
            admission.must_be_in_time(places.session)
            admission.must_be_fit(born, acknowledged=acknowledged)
            status = self._place(places, conditions, 1, wait=wait)
            claim = Claim(
                self.context.id(None),
                Target.SESSION,
                session_id,
                member.id,
                claimed_at=self.context.now(),
                due_at=None if status is ClaimStatus.CONFIRMED else places.session.starts_at,
                children=check_whole("children", children, least=0, most=100),
                acknowledged=acknowledged,
                warnings=warnings,
                status=status,
            )
            return self.context.keep(work, claim)

    def _place(self, places: Places, conditions: Conditions, seats: int, *, wait: bool) -> ClaimStatus:
        """Whether somebody new gets so many places; raises `SessionFull`."""
        if conditions.confirmed:
            return ClaimStatus.REQUESTED
        if places.offer() >= seats:  # those who wait come first
            return ClaimStatus.CONFIRMED
        if wait:
            return ClaimStatus.WAITLISTED
        raise SessionFull(session=places.session.id, places=places.session.places)

    def confirm(self, claim_id: str) -> Claim:
        """Grant a request, as the organiser. Raises `SessionFull`; `AllTaken` for a post, errand or task."""
        with self.context.begin() as work:
            claim, claimed = self._locked(work, claim_id)
            self._must_organise(claim, claimed)
            must_stand(claim, ClaimStatus.REQUESTED, ClaimStatus.CONFIRMED)
            claimed.must_let_go()
            return self.context.change(work, claim, self._confirmed(work, claim, claimed))

    def _confirmed(self, work: Work, claim: Claim, claimed: Claimable) -> Claim:
        if not isinstance(claimed, Places):
            return super()._confirmed(work, claim, claimed)
        if claimed.free() < claim.seats:
            raise SessionFull(session=claimed.session.id, places=claimed.session.places)
        return CLAIM.advance(claim, ClaimStatus.CONFIRMED, due_at=claimed.due(claim))

    def reject(self, claim_id: str, *, reason: str) -> Claim:
        """Refuse a request, with the reason that its claimant is told, as the organiser."""
        with self.context.begin() as work:
            claim, claimed = self._locked(work, claim_id)
            self._must_organise(claim, claimed)
            rejected = CLAIM.advance(claim, ClaimStatus.REJECTED, due_at=None)
            return self.context.change(work, claim, rejected, reason)

    def accept(self, claim_id: str) -> Claim:
        """Accept the place in a session, or the post, that was offered; to decline it is to `cancel`.

        Raises `OfferOver`, `TimeConflict`, `NotTheClaimant`, `PostOver`, or `IllegalTransition` where none is
        offered.
        """
        with self.context.begin() as work:
            member = self._active(work, work.get(Claim, claim_id).member_id)
            claim, claimed = self._locked(work, claim_id)
            self._must_be_theirs(claim, claimed)
            must_stand(claim, ClaimStatus.OFFERED, ClaimStatus.CONFIRMED)
            if claim.due_at is not None and claim.due_at <= self.context.now():
                raise OfferOver(claim=claim.id, until=claim.due_at)
            claimed.must_let_go()
            return self.context.change(work, claim, self._accepted(work, member, claim, claimed))

    def _accepted(self, work: Work, member: Member, claim: Claim, claimed: Claimable) -> Claim:
        if not isinstance(claimed, Places):
            return super()._accepted(work, member, claim, claimed)
        warnings: Explanation = ()
        if claim.team is None:
            admission = claimed.admission(member, claimed.conditions())
            warnings = admission.must_not_clash(claim, claimed.session)
            warnings += admission.no_longer_fit(self.context.local_day(claimed.session.starts_at))
        # Who accepts now has agreed to the time that it has now.
        return CLAIM.advance(
            claim, ClaimStatus.CONFIRMED, due_at=claimed.due(claim), warnings=warnings, moved_at=None
        )

    # --- stand-ins ----------------------------------------------------------------------------

    def want_stand_in(self, claim_id: str, *, reason: str | None = None) -> Claim:
        """Say that one cannot come and looks for somebody; until one is found, one still answers for it."""
        with self.context.begin() as work:
            claim, places = self._locked_places(work, claim_id)
            self._must_be_theirs(claim, places)
            places.must_let_go()
            wanted = CLAIM.advance(claim, ClaimStatus.STAND_IN_WANTED)
            return self.context.change(work, claim, wanted, reason)

    def come_after_all(self, claim_id: str) -> Claim:
        """Look for no stand-in any more."""
        with self.context.begin() as work:
            claim, places = self._locked_places(work, claim_id)
            self._must_be_theirs(claim, places)
            must_stand(claim, ClaimStatus.STAND_IN_WANTED, ClaimStatus.CONFIRMED)
            return self.context.change(work, claim, CLAIM.advance(claim, ClaimStatus.CONFIRMED))

    def stand_in(
        self,
        claim_id: str,
        member_id: str,
        *,
        born: date | None = None,
        acknowledged: bool = False,
    ) -> Claim:
        """Take over the place of somebody who wants a stand-in; answers the claim of who takes over.

        Raises as `claim_session` does.
        """
        with self.context.begin() as work:
            member = self._active(work, member_id)
            claim, places = self._locked_places(work, claim_id)
            self._must_claim_for(member, places)
            places.must_let_go()
            must_stand(claim, ClaimStatus.STAND_IN_WANTED, ClaimStatus.TRANSFERRED)
            taker = self._in_place_of(claim, places, member, born=born, acknowledged=acknowledged)
            gone = CLAIM.advance(claim, ClaimStatus.TRANSFERRED, due_at=None)
            self.context.change(work, claim, gone)
            return self.context.keep(work, taker)

    # --- the session --------------------------------------------------------------------------

    def cancel_session(self, session_id: str, *, reason: str | None = None) -> list[Claim]:
        """`Catalog.cancel_session`, where one wants to know which claims ended by it. For organisers."""
        with self.context.begin() as work:
            self.context.must_organise()
            places = Places.locked(self.context, work, session_id)
            session = places.session
            if session.status is not SessionStatus.CANCELLED:
                Catalog(self.context).cancel_session(session_id, reason=reason)
            return places.call_off(reason)

    def free_places(self, session_id: str) -> int:
        """How many places of a session are not taken; 0: it is full."""
        with self.context.read() as work:
            return max(0, Places(self.context, work, work.get(Session, session_id)).free())

    # --- what all that is made of -------------------------------------------------------------

    def _in_place_of(
        self, claim: Claim, places: Places, member: Member, *, born: date | None, acknowledged: bool
    ) -> Claim:
        """The claim of a member who takes a place over; raises where they cannot, or are not fit."""
        admission = places.admission(member, places.conditions())
        warnings = admission.must_be_free(Target.SESSION, places.session.id)
        admission.must_be_fit(born, acknowledged=acknowledged)
        return Claim(
            self.context.id(None),
            Target.SESSION,
            places.session.id,
            member.id,
            claimed_at=self.context.now(),
            from_claim=claim.id,
            acknowledged=acknowledged,
            warnings=warnings,
        )

    def _locked_places(self, work: Work, claim_id: str) -> tuple[Claim, Places]:
        claim, places = self._locked(work, claim_id, Target.SESSION)
        assert isinstance(places, Places)  # noqa: S101  # a session is claimed by its places
        return claim, places

    def _scopes(self, claimed: Claimable) -> tuple[str, ...]:
        return scopes_of(claimed.session) if isinstance(claimed, Places) else super()._scopes(claimed)

    def _cancelled_as(self, work: Work, claim: Claim, claimed: Claimable) -> ClaimStatus:
        if isinstance(claimed, Places) and claim.status in EXPECTED:
            late = before(claimed.session.starts_at, claimed.conditions().late_minutes)
            free_to_go = claimed.session.status is SessionStatus.CANCELLED or claim.moved_at is not None
            if not free_to_go and self.context.now() >= late:
                return ClaimStatus.LATE_CANCELLED
        return super()._cancelled_as(work, claim, claimed)
