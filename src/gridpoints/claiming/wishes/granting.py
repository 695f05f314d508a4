"""Wishes are claimed, alone or by many, contact is made, and they are granted in time."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from decimal import Decimal

from attrs import evolve, frozen

from gridpoints.claiming.model import CLAIM, Claim, ClaimStatus, Provenance, Target
from gridpoints.claiming.wishes.bounties import Bounties
from gridpoints.claiming.wishes.clock import WishClock
from gridpoints.claiming.wishes.disclosing import Disclosing
from gridpoints.claiming.wishes.gifts import Contact
from gridpoints.claiming.wishes.model import WISH, Own, Wish, WishRound, WishStatus
from gridpoints.claiming.wishes.thanking import Thanking
from gridpoints.claiming.wishes.wished import Standing, Wished, terms_in
from gridpoints.claiming.wishes.wishing import Wishing
from gridpoints.community.model import Member
from gridpoints.errors import (
    AlreadyClaimed,
    GridpointsError,
    LeaseOver,
    NotPublished,
    NotTheGiver,
    OwnHouseholdWish,
    OwnWish,
    WishTaken,
)
from gridpoints.storage.port import Work
from gridpoints.values import check_decimal, check_text


@frozen
class Granting(Wishing, Bounties, Disclosing, Thanking, WishClock):
    """Wishes are made, judged, claimed for a time, and granted."""

    def claim_wish(self, wish_id: str, member_id: str) -> Claim:
        """Take on a part of a wish for the time of the lease; one that lapsed goes to the next.

        For a neighbour those do it who look after wishes, else `NotForOthers`. Raises `OwnWish`,
        `OwnHouseholdWish`, `WishTaken`, `AlreadyClaimed`, `WishesTooMany`, `RoundNotOpen`, `NotPublished`
        or `MemberInactive`.
        """
        with self.context.begin() as work:
            return self._claim(work, self._active(work, member_id), wish_id)

    def claim_wishes(
        self, wish_ids: Iterable[str], member_id: str, *, all_or_none: bool = True
    ) -> list[Claim | GridpointsError]:
        """Take on several wishes at once, in the order in which they are given.

        With `all_or_none`, the first refusal is raised and none is taken; without, each stands for itself,
        and its refusal in the place of its claim.
        """
        wanted = list(dict.fromkeys(wish_ids))
        answers: dict[str, Claim | GridpointsError] = {}
        with self.context.begin() as work:
            member = self._active(work, member_id)
            for wish_id in sorted(wanted):  # everybody locks in this order
                try:
                    with self.context.begin():
                        answers[wish_id] = self._claim(work, member, wish_id)
                except GridpointsError as refusal:
                    if all_or_none:
                        raise
                    answers[wish_id] = refusal
        return [answers[wish_id] for wish_id in wanted]

    def adopt_wish(self, wish_id: str, member_id: str, organisation: str) -> Claim:
        """Take on all parts of a wish that are free, for an organisation (单位认领).

        `member_id` answers for it. It is one claim, and goes the way of all claims. Raises what
        `claim_wish` raises.
        """
        name = check_text("organisation", organisation, longest=200)
        with self.context.begin() as work:
            return self._claim(work, self._active(work, member_id), wish_id, adopted_by=name)

    def _claim(self, work: Work, member: Member, wish_id: str, *, adopted_by: str | None = None) -> Claim:
        now, terms = self.context.now(), terms_in(work)
        wished = Wished.locked(self.context, work, wish_id)
        self._must_claim_for(member, wished)
        self._refuse_own(work, wished.wish, member, own=terms.own)
        wish, held = wished.sweep()
        _must_be_free(wish, held, member)
        if wish.round_id is not None:
            work.get(WishRound, wish.round_id).must_be_open(now)
        if terms.most_held is not None:
            mine = {"member_id": member.id, "target": Target.WISH, "status": ClaimStatus.CONFIRMED}
            terms.must_allow(work.count(Claim, mine), member.name)
        lease = now + timedelta(days=terms.contact_days)
        claim = Claim(self.context.id(None), Target.WISH, wish.id, member.id, now, lease_until=lease)
        # Nobody has spoken with anybody for this claim, and the round is open.
        standing = Standing({wish.id: [*held, claim]}, spoken=frozenset(), over=frozenset(), following=None)
        adopted = {"adopted_by": adopted_by, "adopted_claim_id": claim.id} if adopted_by else {}
        if (present := standing.present(wish, **adopted)) is not wish:
            self.context.change(work, wish, present)
        return self.context.keep(work, claim)

    def _refuse_own(self, work: Work, wish: Wish, member: Member, *, own: Own) -> None:
        """Raise `OwnWish`, also for a guardian, and `OwnHouseholdWish` where the terms say so."""
        if wish.concerns(evolve(self.context.actor, id=member.id)):
            raise OwnWish(member=member.name)
        if own is Own.HOUSEHOLD and member.household_id is not None:
            same = {"id": wish.beneficiary_id, "household_id": member.household_id}
            if work.count(Member, same):
                raise OwnHouseholdWish(member=member.name)

    # --- what a giver does --------------------------------------------------------------------

    def note_contact(self, claim_id: str, *, note: str | None = None) -> Claim:
        """Note that the giver has spoken with the beneficiary: from now on there is time to deliver.

        Raises `LeaseOver`, `NotTheGiver`, or `RecordExists` where it is noted already.
        """
        now, actor = self.context.now(), self.context.actor
        words = None if note is None else check_text("note", note)
        with self.context.begin() as work:
            claim, claimed = self._locked(work, claim_id, Target.WISH)
            self._must_give(work, claim)
            CLAIM.advance(claim, ClaimStatus.SUBMITTED)  # what cannot be delivered needs no contact
            self.context.keep(work, Contact(claim.id, claim.id, claim.target_id, now, actor.id, words))
            lease = now + timedelta(days=terms_in(work).delivery_days)
            # It is the same claim in the same status: its lease alone moves on.
            extended = evolve(claim, lease_until=lease, version=claim.version + 1)
            self.context.change(work, claim, extended)
            claimed.delivered()
            return extended

    def submit_delivery(
        self, claim_id: str, hours: Decimal | None = None, *, evidence: Iterable[str] = ()
    ) -> Claim:
        """Say that a wish, or one's part of it, was granted; its beneficiary is asked to confirm.

        `hours` is how long it took, where the rules pay the deed by the hour; `evidence` are texts or links
        that show it. Who says so for the giver does not confirm it. Raises `LeaseOver`, `NotTheGiver`, or
        `HoursOutOfRange` for more hours than there were.
        """
        if hours is not None:
            hours = check_decimal("hours", hours)
        with self.context.begin() as work:
            claim, claimed = self._locked(work, claim_id, Target.WISH)
            self._must_give(work, claim)
            mine = self.context.actor.id == claim.member_id
            submitted = CLAIM.advance(
                claim,
                ClaimStatus.SUBMITTED,
                hours=hours,
                waits_since=self.context.now(),
                provenance=None if hours is None else Provenance.CLAIMED if mine else Provenance.PROXY,
                entered_by=None if mine else self.context.actor.id,
                evidence=self._shown(claim, evidence),
            )
            if hours is not None:
                self._check_hours(claim, claimed, hours)
            self.context.change(work, claim, submitted)
            claimed.delivered()
            return submitted

    def contact_of(self, claim_id: str) -> Contact | None:
        """When a giver spoke with the beneficiary."""
        with self.context.read() as work:
            return next(iter(work.find(Contact, {"id": claim_id})), None)

    def _must_give(self, work: Work, claim: Claim) -> None:
        """Raise unless the actor granted it themselves, or speaks for residents, and in time."""
        actor, now = self.context.actor, self.context.now()
        if actor.id != claim.member_id and not terms_in(work).entrusted(actor):
            raise NotTheGiver(wish=claim.target_id)
        if claim.lapsed_at(now):
            raise LeaseOver(claim=claim.id, until=claim.lease_until or now)

    def close_wish(self, wish_id: str, *, reason: str | None = None) -> Wish:
        """Close the file of a wish that came true; the clock does it some time later."""
        with self.context.begin() as work:
            wish = work.get(Wish, wish_id, lock=True)
            self._must_concern(work, wish)
            return self.context.change(work, wish, WISH.advance(wish, WishStatus.CLOSED, due_at=None), reason)


def _must_be_free(wish: Wish, held: list[Claim], member: Member) -> None:
    """Raise where somebody cannot claim what others, or they themselves, have claimed."""
    if any(claim.member_id == member.id for claim in held):
        raise AlreadyClaimed(member=member.name, kind="wish")
    if wish.status is WishStatus.PUBLISHED:
        return
    leases = [c.lease_until for c in held if c.status is ClaimStatus.CONFIRMED and c.lease_until]
    if leases:
        raise WishTaken(wish=wish.number or wish.id, until=min(leases))
    raise NotPublished(kind="wish", id=wish.id, status=wish.status)
