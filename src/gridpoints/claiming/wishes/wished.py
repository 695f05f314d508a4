"""A wish, as what its claims are on: where it stands follows from them, and from the clock."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Self

from attrs import evolve, frozen

from gridpoints.claiming.model import CLAIM, HOLDING, Claim, ClaimStatus, Target, hours_within
from gridpoints.claiming.wishes.gifts import BountyStatus, Contact
from gridpoints.claiming.wishes.model import PUBLIC, WISH, Wish, WishRound, WishStatus, WishTerms
from gridpoints.claiming.wishes.purse import Purse
from gridpoints.community.guarding import guards
from gridpoints.context import Context
from gridpoints.errors import NotTheBeneficiary
from gridpoints.storage.port import Range, Work
from gridpoints.values import Actor

#: The giver has done their part, whatever others say of it.
DONE = (ClaimStatus.SUBMITTED, ClaimStatus.DISPUTED, ClaimStatus.VERIFIED)


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

    @classmethod
    def locked_all(cls, context: Context, work: Work, ids: Sequence[str]) -> dict[str, Self]:
        """See `Claimable.locked_all`."""
        return {each.id: cls(context, work, each) for each in work.find(Wish, {"id": ids}, lock=True)}

    def must_let_go(self) -> None:
        """A wish can be given back at any time."""

    must_be_over = must_let_go

    def must_be_verified_by(self, actor: Actor) -> None:
        """Raise `NotTheBeneficiary` unless the wish is theirs, or they speak for residents.

        Whoever grants another part of it speaks for nobody.
        """
        speaks = speaks_for(self.work, self.wish, actor) or terms_in(self.work).entrusted(actor)
        if not speaks or any(claim.member_id == actor.id for claim in self.held()):
            raise NotTheBeneficiary(wish=self.wish.id)

    def looked_after_by(self, actor: Actor) -> bool:
        """Those look after wishes whom the terms name."""
        return terms_in(self.work).entrusted(actor)

    def longest(self, claim: Claim, *, written: bool) -> Decimal:
        """From when it was claimed until now; what is `written` down, not more than a lease before."""
        begins = claim.claimed_at
        if written:
            terms = terms_in(self.work)
            begins -= timedelta(days=terms.contact_days + terms.delivery_days)
        return hours_within(begins, self.context.now())

    def delivered(self) -> None:
        """The beneficiary is asked, once every part is delivered."""
        self.follow()

    def verified(self) -> None:
        """A part came true; with the last one, the wish did, and the bounties are paid."""
        held, now = self.held(), self.context.now()
        granted = self.wish.granted + 1
        if self.wish.status is not WishStatus.DELIVERED or granted < len(held):
            self._change(self.wish.status, granted=granted)
            return
        givers = [claim.member_id for claim in held]
        Purse(self.context, self.work, self.wish).settle(givers, len(givers), BountyStatus.WITHDRAWN)
        days = timedelta(days=terms_in(self.work).thanks_days)
        self._change(WishStatus.FULFILLED, granted=granted, due_at=now + days)

    def came_to_nothing(self, claim: Claim, reason: str, *, queue: bool) -> None:
        """The giver's share of the bounties goes back to those who put them up."""
        Purse(self.context, self.work, self.wish).take_back(claim.member_id, reason, queue=queue)

    def let_go(self) -> None:
        """A part of it is free again, and it is published again."""
        self.follow()

    @classmethod
    def let_go_all(cls, claimed: Sequence[Self]) -> None:
        """See `let_go`."""
        for each in claimed:
            each.follow()

    def deed(self) -> tuple[str, datetime]:
        """Its own, on the day it is confirmed."""
        return self.wish.deed, self.context.now()

    # --- what follows from its claims ---------------------------------------------------------

    def held(self) -> list[Claim]:
        """The claims that take up a part of it, oldest first."""
        where = {"target_id": self.wish.id, "target": Target.WISH, "status": HOLDING}
        return self.work.find(Claim, where, order=("claimed_at", "id"))

    def follow(self, **changes: Any) -> Wish:
        """Bring the wish up to date with its claims, and with `changes` of its own."""
        wish = self.work.get(Wish, self.wish.id, lock=True)
        present = Standing.of(self.work, [wish], self.context.now()).present(wish, **changes)
        return wish if present is wish else self.context.change(self.work, wish, present)

    def sweep(self) -> tuple[Wish, list[Claim]]:
        """Let go what ran out of leases and bounties: the wish as it then is, and what holds its parts."""
        now, wish, held = self.context.now(), self.wish, self.held()
        if wish.round_id is not None or any(claim.lapsed_at(now) for claim in held):
            lapse(self.context, self.work, held, now)
            wish, held = self.follow(), self.held()
        if wish.status is WishStatus.PUBLISHED and not held:
            Purse(self.context, self.work, wish).lapse(now)
        return wish, held

    def _change(self, to: WishStatus, **changes: Any) -> Wish:
        return self.context.change(self.work, self.wish, WISH.advance(self.wish, to, **changes))


@frozen
class Standing:
    """What it takes to say where some wishes stand, read for all of them together.

    `held` are the claims that take up parts of them, by wish, oldest first; `spoken` those of which contact
    was noted; `over` the rounds that are; `following` the round that is open, or opens next.
    """

    held: Mapping[str, list[Claim]]
    spoken: Set[str]
    over: Set[str]
    following: WishRound | None

    @classmethod
    def of(cls, work: Work, wishes: Sequence[Wish], now: datetime) -> Self:
        """Read it; the wishes are locked."""
        ids = [wish.id for wish in wishes]
        where = {"target_id": ids, "target": Target.WISH, "status": HOLDING}
        held: dict[str, list[Claim]] = {id: [] for id in ids}
        for claim in work.find(Claim, where, order=("claimed_at", "id")):
            held[claim.target_id].append(claim)
        undone = [claim.id for claims in held.values() for claim in claims if claim.status not in DONE]
        spoken = {each.id for each in work.find(Contact, {"id": undone})} if undone else set[str]()
        rounds = sorted({wish.round_id for wish in wishes if wish.round_id is not None})
        found = work.find(WishRound, {"id": rounds}) if rounds else []
        over = {round.id for round in found if round.is_over(now)}
        return cls(held, spoken, over, next_round(work, now) if over else None)

    def present(self, wish: Wish, **changes: Any) -> Wish:
        """The wish, moved on with its claims and `changes`; itself where nothing changes."""
        held = self.held[wish.id]
        granted = sum(claim.status is ClaimStatus.VERIFIED for claim in held)
        undone = wish.status is WishStatus.FULFILLED and granted < wish.granted
        if wish.status not in PUBLIC and not undone:
            return wish
        leases = [c.lease_until for c in held if c.status is ClaimStatus.CONFIRMED and c.lease_until]
        changes |= {
            "due_at": min(leases, default=None),
            "granted": granted,
        }
        adopted = changes.get("adopted_claim_id", wish.adopted_claim_id)
        if adopted is not None and all(claim.id != adopted for claim in held):
            adopted = None
            changes |= {"adopted_by": None, "adopted_claim_id": None}
        full = len(held) >= wish.parts or adopted is not None
        status = self._status(held) if full else WishStatus.PUBLISHED
        if undone and full:  # who took all of its parts for an organisation has granted it without the other
            return WISH.advance(wish, WishStatus.FULFILLED, granted=granted)
        if status is WishStatus.PUBLISHED and wish.round_id in self.over and self.following is not None:
            changes |= {"round_id": self.following.id, "priority": wish.priority + 1}
        if status is wish.status and evolve(wish, **changes) == wish:
            return wish
        return WISH.advance(wish, status, **changes)

    def _status(self, held: list[Claim]) -> WishStatus:
        """Where a wish stands of which every part is taken."""
        undone = [claim.id for claim in held if claim.status not in DONE]
        if not undone:
            return WishStatus.DELIVERED
        return WishStatus.CONTACTED if self.spoken >= set(undone) else WishStatus.CLAIMED


def lapse(context: Context, work: Work, claims: Iterable[Claim], now: datetime) -> None:
    """Let those of the claims go whose leases ran out."""
    lapsed = [claim for claim in claims if claim.lapsed_at(now)]
    context.change_all(work, [(claim, CLAIM.advance(claim, ClaimStatus.LAPSED)) for claim in lapsed])


def speaks_for(work: Work, wish: Wish, actor: Actor) -> bool:
    """Whether it is the actor's own wish, or that of somebody whose guardian they are, still."""
    guardian = wish.concerns(actor) and guards(work, actor.id, wish.beneficiary_id)
    return guardian or actor.id == wish.beneficiary_id


def terms_in(work: Work) -> WishTerms:
    """What the community has decided about wishes, or what holds where it has decided nothing."""
    return next(iter(work.find(WishTerms, {"id": WishTerms().id})), WishTerms())


def next_round(work: Work, now: datetime) -> WishRound | None:
    """The round that is open, or opens next."""
    rounds = work.find(WishRound, {"closes_at": Range(above=now)}, order=("opens_at", "id"), limit=1)
    return rounds[0] if rounds else None
