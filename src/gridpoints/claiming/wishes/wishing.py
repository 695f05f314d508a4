"""Wishes are written down and taken back, under the terms of the community."""

from __future__ import annotations

from decimal import Decimal

from attrs import frozen

from gridpoints.claiming.model import CLAIM, Claim, ClaimStatus
from gridpoints.claiming.wishes.gifts import BountyStatus
from gridpoints.claiming.wishes.model import (
    FILE,
    TERMS,
    WISH,
    FileStatus,
    Particulars,
    TermsStatus,
    Voice,
    Wish,
    WishStatus,
    WishTerms,
)
from gridpoints.claiming.wishes.publishing import Publishing, text_or_none
from gridpoints.claiming.wishes.purse import Purse
from gridpoints.claiming.wishes.showing import one_of
from gridpoints.claiming.wishes.wished import Wished, terms_in
from gridpoints.community.guarding import must_guard
from gridpoints.errors import NotOneOf
from gridpoints.storage.port import Work
from gridpoints.values import check_decimal, check_identifier, check_text, check_whole, shown

#: More givers, and more days, have no small wish.
MOST_PARTS = 1_000
MOST_DAYS = 3_660

#: What can be asked for before a wish is published.
REQUIRED = ("need", "consent")


@frozen
class Wishing(Publishing):
    """Wishes are written down, handed in, and taken back; the community decides what holds for them."""

    # --- terms --------------------------------------------------------------------------------

    def wish_terms(self) -> WishTerms:
        """What the community has decided about wishes."""
        with self.context.read() as work:
            return terms_in(work)

    def set_wish_terms(self, terms: WishTerms, *, reason: str | None = None) -> WishTerms:
        """Decide about wishes from now on; what was claimed keeps its lease."""
        for days in (terms.contact_days, terms.delivery_days, terms.thanks_days):
            check_whole("days", days, most=MOST_DAYS)
        if terms.value_limit is not None:
            check_decimal("value", terms.value_limit)
        if terms.most_held is not None:
            check_whole("limit", terms.most_held)
        for role in terms.roles:
            check_identifier("role", role)
        if unknown := [name for name in terms.required if name not in REQUIRED]:
            raise NotOneOf(field="required", value=shown(unknown[0]), known=REQUIRED)
        with self.context.begin() as work:
            former = next(iter(work.find(WishTerms, {"id": terms.id}, lock=True)), None)
            (former or WishTerms()).must_entrust(self.context.actor)
            if former is None:
                return self.context.keep(work, terms)
            changed = {name: getattr(terms, name) for name in _SETTINGS}
            return self.context.change(
                work, former, TERMS.advance(former, TermsStatus.IN_FORCE, **changed), reason
            )

    # --- writing down -------------------------------------------------------------------------

    def make_wish(
        self,
        beneficiary_id: str,
        text: str,
        *,
        deed: str,
        id: str | None = None,
        voice: Voice | str | None = None,
        parts: int = 1,
        value: Decimal | int | str | None = None,
        area: str | None = None,
        address: str | None = None,
        contact: str | None = None,
    ) -> Wish:
        """Write a neighbour's wish down; granting it (each of its `parts`) counts as the deed of that code.

        `text` is in the words in which it was told; nobody reads it but those who judge it. `voice` is
        the resident's own where they act themselves, else a collector's, unless it is a guardian's: whom
        the community must know as that, else `NotTheGuardian`.
        """
        actor = self.context.actor
        if voice is None:
            voice = Voice.RESIDENT if actor.id == beneficiary_id else Voice.COLLECTOR
        wish = Wish(
            id=self.context.id(id),
            beneficiary_id=beneficiary_id,
            text="",
            deed=check_identifier("deed", deed),
            made_at=self.context.now(),
            made_by=actor.id,
            voice=one_of("voice", Voice, voice),
            parts=check_whole("parts", parts, most=MOST_PARTS),
            value=None if value is None else check_decimal("value", value),
        )
        file = Particulars(
            wish.id,
            wish.id,
            check_text("text", text),
            text_or_none("area", area),
            text_or_none("address", address),
            text_or_none("contact", contact),
        )
        with self.context.begin() as work:
            beneficiary = self._active(work, beneficiary_id)
            if wish.voice is Voice.GUARDIAN:
                must_guard(work, actor.id, beneficiary)
            self.context.keep(work, wish)
            self.context.keep(work, file)
            return wish

    def correct_particulars(
        self,
        wish_id: str,
        *,
        area: str | None = None,
        address: str | None = None,
        contact: str | None = None,
    ) -> Particulars:
        """Correct where to go and whom to call; None leaves it. Only those whose wish it is, and the desk."""
        given = {"area": area, "address": address, "contact": contact}
        changes = {name: check_text(name, text) for name, text in given.items() if text is not None}
        with self.context.begin() as work:
            self._must_concern(work, work.get(Wish, wish_id, lock=True))
            file = work.get(Particulars, wish_id, lock=True)
            return self.context.change(work, file, FILE.advance(file, FileStatus.KEPT, **changes))

    def submit_wish(self, wish_id: str) -> Wish:
        """Hand a draft in, to be screened."""
        with self.context.begin() as work:
            wish = work.get(Wish, wish_id, lock=True)
            self._must_concern(work, wish)
            return self.context.change(work, wish, WISH.advance(wish, WishStatus.SCREENING))

    def withdraw_wish(self, wish_id: str, *, reason: str | None = None) -> Wish:
        """Take a wish back before it is granted: claims on it end, bounties go back.

        Givers whose part was confirmed keep it, and get their shares of the bounties. Raises
        `IllegalTransition` where a giver has delivered and nobody has confirmed or disputed it.
        """
        with self.context.begin() as work:
            wished = Wished.locked(self.context, work, wish_id)
            self._must_concern(work, wished.wish)
            self._take_back(work, wished, reason)
            return work.get(Wish, wish_id)

    def _take_back(self, work: Work, wished: Wished, reason: str | None) -> list[Claim]:
        """Take a locked wish back; answers the claims that end by it."""
        withdrawn = WISH.advance(wished.wish, WishStatus.WITHDRAWN, due_at=None)
        held = wished.held()
        moves = [
            (claim, CLAIM.advance(claim, ClaimStatus.CANCELLED))
            for claim in held
            if claim.status is not ClaimStatus.VERIFIED
        ]
        self.context.change_all(work, moves, reason)
        givers = [claim.member_id for claim in held if claim.status is ClaimStatus.VERIFIED]
        purse = Purse(self.context, work, wished.wish)
        purse.settle(givers, wished.wish.parts, BountyStatus.WITHDRAWN, reason)
        self.context.change(work, wished.wish, withdrawn, reason)
        return [gone for _, gone in moves]


#: What `set_wish_terms` sets.
_SETTINGS = tuple(n for n in WishTerms.__annotations__ if n not in ("id", "status", "version"))
