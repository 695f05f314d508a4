"""What is shown of wishes: to everybody, and to those whose they are and who judge them."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from enum import StrEnum
from typing import TypeVar

from attrs import field, frozen

from gridpoints.claiming.claims.machine import Claims
from gridpoints.claiming.model import HOLDING, Claim, Target
from gridpoints.claiming.wishes.gifts import Bounty, BountyStatus, Detail, Disclosure
from gridpoints.claiming.wishes.model import Particulars, Wish, WishRound, WishStatus, WishTerms
from gridpoints.claiming.wishes.screenings import Screening
from gridpoints.claiming.wishes.wished import terms_in
from gridpoints.errors import NotOneOf, NotPublished, NotYourWish, WishNumberUnknown
from gridpoints.storage.port import Range, Work
from gridpoints.values import check_whole, shown

E = TypeVar("E", bound=StrEnum)


@frozen
class Card:
    """A wish as the public sees it (心愿卡): nothing personal. `points` are its bounties, by unit.

    `free` is how many parts can be claimed, its round and its terms allowing.
    """

    wish_id: str
    number: str | None
    text: str
    deed: str
    status: WishStatus
    parts: int
    free: int
    value: Decimal | None
    currency: str
    points: Mapping[str, int] = field(hash=False)
    round_id: str | None = None
    priority: int = 0
    adopted_by: str | None = None


@frozen
class Showing(Claims):
    """Wishes are read: what is personal in them by few, the rest by everybody."""

    def wish(self, id: str) -> Wish:
        """The wish of that id, for those whose it is and those who judge it: `NotYourWish`.

        `card` is what everybody may see.
        """
        with self.context.read() as work:
            wish = work.get(Wish, id)
            self._must_concern(work, wish)
            return wish

    def wishes(self, status: WishStatus = WishStatus.PUBLISHED) -> list[Wish]:
        """The wishes in a status, oldest first, for those who judge them: `WishRoleNeeded`."""
        with self.context.read() as work:
            terms_in(work).must_entrust(self.context.actor)
            return work.find(Wish, {"status": status}, order=("made_at", "id"))

    def particulars(self, wish_id: str) -> Particulars:
        """All that is personal in a wish, for the same people; each reading by the desk is logged."""
        with self.context.begin() as work:
            wish = work.get(Wish, wish_id)
            self._must_concern(work, wish)
            actor = self.context.actor
            if not wish.concerns(actor):
                id, now = self.context.id(None), self.context.now()
                self.context.keep(work, Disclosure(id, wish.id, None, Detail.FILE, actor.id, now))
            return work.get(Particulars, wish_id)

    def screenings(self, wish_id: str) -> list[Screening]:
        """What was found out about a wish, oldest first, for the same people."""
        with self.context.read() as work:
            self._must_concern(work, work.get(Wish, wish_id))
            return work.find(Screening, {"wish_id": wish_id}, order=("at", "id"))

    def board(self, *, round_id: str | None = None, limit: int = 100) -> list[Card]:
        """The wishes that can be claimed now, those first that nobody took in former rounds.

        Of one round, or of all that are open and of none.
        """
        now = self.context.now()
        with self.context.read() as work:
            open_now = {"opens_at": Range(at_most=now), "closes_at": Range(above=now)}
            rounds = [each.id for each in work.find(WishRound, open_now) if round_id in (None, each.id)]
            found = [
                wish
                for wanted in (rounds, *([None] if round_id is None else []))
                for wish in work.find(
                    Wish,
                    {"status": WishStatus.PUBLISHED, "round_id": wanted},
                    order=("-priority", "published_at", "id"),
                    limit=check_whole("limit", limit, most=10_000),
                )
            ]
            found.sort(key=lambda wish: (-wish.priority, wish.published_at or wish.made_at, wish.id))
            return cards(work, found[:limit])

    def card(self, wish_id: str) -> Card:
        """What everybody may see of a wish; raises `NotPublished` before it is published."""
        with self.context.read() as work:
            wish = work.get(Wish, wish_id)
            if wish.number is None and wish.published_at is None:
                raise NotPublished(kind="wish", id=wish.id, status=wish.status)
            return cards(work, [wish])[0]

    def numbered(self, number: str) -> Card:
        """The card of the wish that has that number; raises `WishNumberUnknown`."""
        with self.context.read() as work:
            found = work.find(Wish, {"number": number})
            if not found:
                raise WishNumberUnknown(number=number)
            return cards(work, found)[0]

    def _must_concern(self, work: Work, wish: Wish) -> None:
        """Raise `NotYourWish` unless they wish, wrote it down, or judge wishes."""
        actor = self.context.actor
        if not (wish.concerns(actor) or actor.id == wish.made_by or terms_in(work).entrusted(actor)):
            raise NotYourWish(wish=wish.number or wish.id)


def one_of(field: str, kinds: type[E], given: E | str) -> E:
    """The one of these that is given; raises `NotOneOf`."""
    try:
        return kinds(given)
    except ValueError:
        raise NotOneOf(field=field, value=shown(given), known=tuple(kinds)) from None


def cards(work: Work, wishes: list[Wish]) -> list[Card]:
    """The cards of these wishes, in their order."""
    ids, terms = [wish.id for wish in wishes], terms_in(work)
    points: dict[str, dict[str, int]] = {id: {} for id in ids}
    for bounty in work.find(Bounty, {"wish_id": ids, "status": BountyStatus.OPEN}):
        of = points[bounty.wish_id]
        of[bounty.unit] = of.get(bounty.unit, 0) + bounty.amount
    several = [w.id for w in wishes if w.parts > 1 and w.status is WishStatus.PUBLISHED]
    where = {"target_id": several, "target": Target.WISH, "status": HOLDING}
    taken = [claim.target_id for claim in work.find(Claim, where)] if several else []
    return [
        card_of(wish, wish.text, terms, points[wish.id], wish.parts - taken.count(wish.id)) for wish in wishes
    ]


def card_of(wish: Wish, text: str, terms: WishTerms, points: Mapping[str, int], free: int) -> Card:
    """The card of a wish, with a text that may not be published yet."""
    return Card(
        wish_id=wish.id,
        number=wish.number,
        text=text,
        deed=wish.deed,
        status=wish.status,
        parts=wish.parts,
        free=free if wish.status in (WishStatus.PUBLISHED, WishStatus.DRAFT, WishStatus.SCREENING) else 0,
        value=wish.value,
        currency=terms.currency,
        points=points,
        round_id=wish.round_id,
        priority=wish.priority,
        adopted_by=wish.adopted_by,
    )
