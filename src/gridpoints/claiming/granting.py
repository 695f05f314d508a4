"""Wishes are made, published, claimed and granted."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Self

from attrs import frozen

from gridpoints.claiming.claims import Claims
from gridpoints.claiming.model import CLAIM, HOLDING, Claim, ClaimStatus, Target
from gridpoints.claiming.wishes import LEASE, WISH, Wish, WishStatus
from gridpoints.context import Context
from gridpoints.errors import NotPublished, NotTheBeneficiary, OwnWish, WishTaken
from gridpoints.storage.port import Work
from gridpoints.values import Actor, check_decimal, check_identifier, check_text

#: Who may say for a resident that their wish came true.
SPEAKS_FOR_RESIDENTS = frozenset({"clerk", "organiser", "system"})


@frozen
class Wished:
    """A wish, as a `Claimable`."""

    context: Context
    work: Work
    wish: Wish

    @classmethod
    def locked(cls, context: Context, work: Work, id: str) -> Self:
        """See `Claimable.locked`."""
        return cls(context, work, work.get(Wish, id, lock=True))

    def must_let_go(self) -> None:
        """A wish can be given back at any time."""

    must_be_over = must_let_go

    def must_be_verified_by(self, actor: Actor) -> None:
        """Raise `NotTheBeneficiary` unless the wish is theirs, or they speak for residents."""
        if actor.id != self.wish.beneficiary_id and not actor.roles & SPEAKS_FOR_RESIDENTS:
            raise NotTheBeneficiary(wish=self.wish.id)

    def delivered(self) -> None:
        """The beneficiary is asked."""
        self._move(WishStatus.DELIVERED)

    def verified(self) -> None:
        """It came true."""
        self._move(WishStatus.FULFILLED)

    def let_go(self) -> None:
        """It is published again."""
        self._move(WishStatus.PUBLISHED)

    def deed(self) -> tuple[str, datetime]:
        """Its own, on the day it is confirmed."""
        return self.wish.deed, self.context.now()

    def _move(self, to: WishStatus) -> None:
        self.context.change(self.work, self.wish, WISH.advance(self.wish, to))


@frozen
class Granting(Claims):
    """Wishes are made, judged, claimed for a time, and granted."""

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
            claim, claimed = self._locked(work, claim_id, Target.WISH)
            claimed.delivered()
            submitted = CLAIM.advance(claim, ClaimStatus.SUBMITTED, hours=hours)
            return self.context.change(work, claim, submitted)

    def wish(self, id: str) -> Wish:
        """The wish of that id; raises `RecordUnknown`."""
        with self.context.read() as work:
            return work.get(Wish, id)

    def wishes(self, status: WishStatus = WishStatus.PUBLISHED) -> list[Wish]:
        """The wishes that wait for somebody (or those of another status), oldest first."""
        with self.context.read() as work:
            return work.find(Wish, {"status": status}, order=("made_at", "id"))
