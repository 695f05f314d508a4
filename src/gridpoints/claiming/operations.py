"""Who will do it: sessions and wishes are claimed, done, and verified by somebody else."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from attrs import frozen

from gridpoints.awards.model import Award, Report
from gridpoints.awards.operations import Awards
from gridpoints.catalog.model import ServiceItem, Session
from gridpoints.claiming.model import (
    CLAIM,
    HOLDING,
    LEASE,
    WISH,
    Claim,
    ClaimStatus,
    Target,
    Wish,
    WishStatus,
)
from gridpoints.community.model import Member
from gridpoints.context import Context
from gridpoints.errors import (
    AlreadyClaimed,
    HoursOutOfRange,
    NotPublished,
    NotTheBeneficiary,
    OwnClaim,
    OwnWish,
    SessionFull,
    WishTaken,
    WrongTarget,
)
from gridpoints.storage.port import Work
from gridpoints.values import check_decimal, check_identifier, check_text

#: Who may say for a resident that their wish came true.
SPEAKS_FOR_RESIDENTS = frozenset({"clerk", "organiser", "system"})


@frozen
class Claiming:
    """The room ``claiming``: one machine for every claim."""

    context: Context

    # --- sessions -----------------------------------------------------------------------------

    def claim_session(self, session_id: str, member_id: str) -> Claim:
        """Take a place in a session.

        Raises `SessionFull`, `SessionStarted`, `NotPublished`, `AlreadyClaimed` or
        `MemberInactive`.
        """
        now = self.context.now()
        with self.context.begin() as work:
            # The person first, then the session: everybody locks in this order.
            member = self._active(work, member_id)
            session = work.get(Session, session_id, lock=True)
            session.must_take_claims(now)
            taken = {"target": Target.SESSION, "target_id": session.id, "status": HOLDING}
            if work.count(Claim, {**taken, "member_id": member.id}):
                raise AlreadyClaimed(member=member.name, kind="session")
            if work.count(Claim, taken) >= session.places:
                raise SessionFull(session=session.id, places=session.places)
            claim = Claim(self.context.id(None), Target.SESSION, session.id, member.id, claimed_at=now)
            return self.context.keep(work, claim)

    def free_places(self, session_id: str) -> int:
        """How many places of a session are not taken; 0: it is full."""
        with self.context.read() as work:
            session = work.get(Session, session_id)
            taken = {"target": Target.SESSION, "target_id": session.id, "status": HOLDING}
            return session.places - work.count(Claim, taken)

    def submit_hours(self, claim_id: str, hours: Decimal) -> Claim:
        """Say that the work of a session was done, and how many hours it took.

        Raises `SessionNotOver`, or `HoursOutOfRange` for more than the session lasted.
        """
        with self.context.begin() as work:
            claim, _ = self._locked(work, claim_id, Target.SESSION)
            session = work.get(Session, claim.target_id)
            session.must_be_over(self.context.now())
            longest = session.interval.hours
            if not (hours.is_finite() and 0 < hours <= longest):
                raise HoursOutOfRange(hours=hours, longest=longest)
            submitted = CLAIM.advance(claim, ClaimStatus.SUBMITTED, hours=hours)
            return self.context.change(work, claim, submitted)

    def no_show(self, claim_id: str) -> Claim:
        """Note that somebody did not come to a session that is over."""
        with self.context.begin() as work:
            claim, _ = self._locked(work, claim_id, Target.SESSION)
            work.get(Session, claim.target_id).must_be_over(self.context.now())
            return self.context.change(work, claim, CLAIM.advance(claim, ClaimStatus.NO_SHOW))

    # --- wishes -------------------------------------------------------------------------------

    def make_wish(self, beneficiary_id: str, text: str, *, deed: str, id: str | None = None) -> Wish:
        """Draft a neighbour's wish; granting it counts as the deed of that code."""
        wish = Wish(
            id=self.context.id(id),
            beneficiary_id=beneficiary_id,
            text=check_text("text", text),
            deed=check_identifier("deed", deed),
            made_at=self.context.now(),
        )
        with self.context.begin() as work:
            self._active(work, beneficiary_id)
            return self.context.keep(work, wish)

    def publish_wish(self, wish_id: str) -> Wish:
        """Let others see the wish and claim it."""
        return self._judge_wish(wish_id, WishStatus.PUBLISHED)

    def reject_wish(self, wish_id: str, *, reason: str) -> Wish:
        """Refuse a draft, with the reason that the resident is told."""
        return self._judge_wish(wish_id, WishStatus.REJECTED, reason)

    def withdraw_wish(self, wish_id: str, *, reason: str | None = None) -> Wish:
        """Take a wish back before it is granted; a claim on it ends."""
        with self.context.begin() as work:
            wish = work.get(Wish, wish_id, lock=True)
            withdrawn = self.context.change(work, wish, WISH.advance(wish, WishStatus.WITHDRAWN), reason)
            self._end_claims(work, wish, ClaimStatus.CANCELLED)
            return withdrawn

    def _judge_wish(self, wish_id: str, to: WishStatus, reason: str | None = None) -> Wish:
        with self.context.begin() as work:
            wish = work.get(Wish, wish_id, lock=True)
            return self.context.change(work, wish, WISH.advance(wish, to), reason)

    def claim_wish(self, wish_id: str, member_id: str) -> Claim:
        """Take on a wish for the time of the lease (`LEASE`); one that lapsed goes to the next.

        Raises `OwnWish`, `WishTaken`, `NotPublished` or `MemberInactive`.
        """
        now = self.context.now()
        with self.context.begin() as work:
            member = self._active(work, member_id)
            wish = work.get(Wish, wish_id, lock=True)
            if wish.beneficiary_id == member.id:
                raise OwnWish(member=member.name)
            if wish.status is WishStatus.CLAIMED:
                wish = self._take_back(work, wish)
            if wish.status is not WishStatus.PUBLISHED:
                raise NotPublished(kind="wish", id=wish.id, status=wish.status)
            self.context.change(work, wish, WISH.advance(wish, WishStatus.CLAIMED))
            claim = Claim(
                self.context.id(None),
                Target.WISH,
                wish.id,
                member.id,
                claimed_at=now,
                lease_until=now + LEASE,
            )
            return self.context.keep(work, claim)

    def _take_back(self, work: Work, wish: Wish) -> Wish:
        """Publish a wish again whose claimant let the lease run out; raises `WishTaken` before."""
        now = self.context.now()
        for claim in self._claims_on(work, wish):
            if not claim.lapsed_at(now):
                raise WishTaken(wish=wish.id, until=claim.lease_until or now)
        self._end_claims(work, wish, ClaimStatus.LAPSED)
        return self.context.change(work, wish, WISH.advance(wish, WishStatus.PUBLISHED))

    def _claims_on(self, work: Work, wish: Wish) -> list[Claim]:
        return work.find(Claim, {"target": Target.WISH, "target_id": wish.id, "status": HOLDING})

    def _end_claims(self, work: Work, wish: Wish, to: ClaimStatus) -> None:
        for claim in self._claims_on(work, wish):
            self.context.change(work, claim, CLAIM.advance(claim, to))

    def submit_delivery(self, claim_id: str, hours: Decimal | None = None) -> Claim:
        """Say that a wish was granted; its beneficiary is asked to confirm.

        `hours` is how long it took, where the rules pay the deed by the hour.
        """
        if hours is not None:
            check_decimal("hours", hours)
        with self.context.begin() as work:
            claim, wish = self._locked(work, claim_id, Target.WISH)
            self._move_wish(work, wish, WishStatus.DELIVERED)
            submitted = CLAIM.advance(claim, ClaimStatus.SUBMITTED, hours=hours)
            return self.context.change(work, claim, submitted)

    # --- both ---------------------------------------------------------------------------------

    def cancel(self, claim_id: str, *, reason: str | None = None) -> Claim:
        """Give a claim back: the place is free, the wish is published again.

        Raises `SessionStarted` once a session has begun, unless it was cancelled.
        """
        with self.context.begin() as work:
            claim, wish = self._locked(work, claim_id)
            if wish is None:
                work.get(Session, claim.target_id).must_let_go(self.context.now())
            cancelled = self.context.change(work, claim, CLAIM.advance(claim, ClaimStatus.CANCELLED), reason)
            self._move_wish(work, wish, WishStatus.PUBLISHED)
            return cancelled

    def verify(self, claim_id: str) -> tuple[Claim, Award]:
        """Confirm what a claimant submitted, and credit it by the rules of its day.

        For a session anybody but the claimant verifies (`OwnClaim`); for a wish its beneficiary,
        or somebody who speaks for them (`NotTheBeneficiary`).
        """
        actor = self.context.actor
        with self.context.begin() as work:
            claim, wish = self._locked(work, claim_id)
            if actor.id == claim.member_id:
                raise OwnClaim(actor=actor.id)
            if wish and actor.id != wish.beneficiary_id and not actor.roles & SPEAKS_FOR_RESIDENTS:
                raise NotTheBeneficiary(wish=wish.id)
            award_id = f"claim:{claim.id}"
            verified = CLAIM.advance(claim, ClaimStatus.VERIFIED, verified_by=actor.id, award_id=award_id)
            self._move_wish(work, wish, WishStatus.FULFILLED)
            award = Awards(self.context).credit(self._report(work, award_id, verified, wish))
            return self.context.change(work, claim, verified), award

    def _report(self, work: Work, id: str, claim: Claim, wish: Wish | None) -> Report:
        """The deed that a verified claim stands for."""
        if wish is not None:
            deed, done_at = wish.deed, self.context.now()
        else:
            session = work.get(Session, claim.target_id)
            deed, done_at = work.get(ServiceItem, session.item_id).deed, session.starts_at
        rule = Awards(self.context).rule_for(deed, done_at)
        quantities: Mapping[str | None, Decimal | None] = {"hour": claim.hours, "time": Decimal(1)}
        return Report(
            id=id,
            member_id=claim.member_id,
            deed=deed,
            day=self.context.local_day(done_at),
            quantity=quantities.get(rule.amount.per),
            source=f"{claim.target}:{claim.target_id}",
        )

    def dispute(self, claim_id: str, *, reason: str) -> Claim:
        """Doubt what was submitted; it is then verified after all, or made void."""
        with self.context.begin() as work:
            claim, _ = self._locked(work, claim_id)
            return self.context.change(work, claim, CLAIM.advance(claim, ClaimStatus.DISPUTED), reason)

    def void(self, claim_id: str, *, reason: str) -> Claim:
        """Decide that a disputed claim counts for nothing; a wish is published again."""
        with self.context.begin() as work:
            claim, wish = self._locked(work, claim_id)
            void = self.context.change(work, claim, CLAIM.advance(claim, ClaimStatus.VOID), reason)
            self._move_wish(work, wish, WishStatus.PUBLISHED)
            return void

    def claim(self, id: str) -> Claim:
        """The claim of that id; raises `RecordUnknown`."""
        with self.context.read() as work:
            return work.get(Claim, id)

    def claims_of(self, member_id: str) -> list[Claim]:
        """Everything a member ever claimed, and what came of it, by time."""
        with self.context.read() as work:
            return work.find(Claim, {"member_id": member_id}, order=("claimed_at", "id"))

    def wish(self, id: str) -> Wish:
        """The wish of that id; raises `RecordUnknown`."""
        with self.context.read() as work:
            return work.get(Wish, id)

    def wishes(self, status: WishStatus = WishStatus.PUBLISHED) -> list[Wish]:
        """The wishes that wait for somebody (or those of another status), oldest first."""
        with self.context.read() as work:
            return work.find(Wish, {"status": status}, order=("made_at", "id"))

    def _active(self, work: Work, member_id: str) -> Member:
        member = work.get(Member, member_id, lock=True)
        member.must_be_active()
        return member

    def _locked(self, work: Work, claim_id: str, target: Target | None = None) -> tuple[Claim, Wish | None]:
        """The claim, and the wish it is on, locked; raises `WrongTarget` where it is on another.

        The wish first, then its claim: everybody locks in this order.
        """
        claim = work.get(Claim, claim_id)
        if target not in (None, claim.target):
            raise WrongTarget(claim=claim.id, target=claim.target)
        wish = work.get(Wish, claim.target_id, lock=True) if claim.target is Target.WISH else None
        return work.get(Claim, claim_id, lock=True), wish

    def _move_wish(self, work: Work, wish: Wish | None, to: WishStatus) -> None:
        if wish is not None:
            self.context.change(work, wish, WISH.advance(wish, to))
