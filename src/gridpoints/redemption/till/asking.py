"""What somebody asks for when they redeem: the goods, who pays, and what is known of them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from hashlib import sha256
from typing import Any, Protocol, TypedDict

from attrs import frozen

from gridpoints.errors import StarTooLow, TakesNoPart
from gridpoints.exact_json import canonical
from gridpoints.ledger.model import Account
from gridpoints.redemption.offers.model import Offer
from gridpoints.rules.model import RuleSet
from gridpoints.rules.stars import Excluded
from gridpoints.storage.port import Work
from gridpoints.values import check_identifier, check_type, check_whole

#: Ids of redemptions and refunds; those of their holds and transactions are made from them.
LONGEST_ID = 100
#: Most offers in one redemption.
MOST_LINES = 50


@frozen
class Merits:
    """What is said of somebody who redeems, in the place of what the community knows of them.

    `star` is the code of their level, `hours` are those that they served, `no_shows` the days on which they
    stayed away, `excluded` the codes of reasons for which they were excluded, each with its day, and with
    that on which it ends where it is not as the rules say.
    """

    star: str | None = None
    hours: Decimal = Decimal(0)
    no_shows: tuple[date, ...] = ()
    excluded: tuple[tuple[str, date] | Excluded, ...] = ()

    def must_take_part(self, rules: RuleSet, member: str, day: date) -> None:
        """Raise `TakesNoPart` for somebody who is suspended or excluded on that day."""
        stars = rules.terms.stars
        if stars is not None and (barred := stars.barred(day, self.no_shows, self.excluded)):
            raise TakesNoPart(member=member, explanation=barred.explanation)

    def must_have_star(self, rules: RuleSet, offer: Offer, member: str) -> None:
        """Raise `StarTooLow` for an offer for a higher level, or for one that the rules do not know."""
        if offer.star is None:
            return
        levels = rules.terms.stars.levels if rules.terms.stars else ()
        codes = [level.code for level in levels]
        if offer.star in codes and self.star in codes[codes.index(offer.star) :]:
            return
        raise StarTooLow(offer=offer.name, member=member, needed=offer.star, found=self.star)


class Known(Protocol):
    """What other rooms know of members: it is asked for where the rules or the offers ask for it."""

    def star(self, work: Work, member_id: str) -> str | None:
        """The code of the level that a member has today."""

    def hours(self, work: Work, member_id: str) -> Decimal:
        """The hours that a member served so far."""

    def no_shows(self, work: Work, member_id: str) -> tuple[date, ...]:
        """The days on which a member stayed away."""

    def excluded(self, work: Work, member_id: str) -> tuple[Excluded, ...]:
        """For what a member was ever excluded by a decision."""


@frozen
class NothingKnown:
    """What there is to tell where nobody does anything for points."""

    def star(self, work: Work, member_id: str) -> str | None:
        """None."""
        return None

    def hours(self, work: Work, member_id: str) -> Decimal:
        """None."""
        return Decimal(0)

    def no_shows(self, work: Work, member_id: str) -> tuple[date, ...]:
        """None."""
        return ()

    def excluded(self, work: Work, member_id: str) -> tuple[Excluded, ...]:
        """None."""
        return ()


NO_MERITS = Merits()
NOTHING_KNOWN = NothingKnown()


class Wanted(TypedDict, total=False):
    """How goods are redeemed, as `authorise` takes it: how many, who pays, what is shown, the id."""

    quantity: int
    shares: Mapping[Account, int] | None
    pooled: bool
    merits: Merits | None
    merchant_id: str | None
    member_code: str | None
    id: str | None


@frozen
class Asked:
    """One request to redeem, checked by itself. `basket` holds pieces by offer, sorted."""

    basket: Mapping[str, int]
    member_id: str
    shares: Mapping[Account, int] | None = None
    pooled: bool = False
    merchant_id: str | None = None
    merits: Merits | None = None

    @classmethod
    def of(
        cls,
        goods: str | Mapping[str, int],
        member_id: str,
        quantity: int,
        shares: Mapping[Account, int] | None,
        *,
        pooled: bool,
        merchant_id: str | None,
        merits: Merits | None,
    ) -> Asked:
        """The request; raises `NotWholeNumber` for pieces or shares that cannot be."""
        basket = {goods: quantity} if isinstance(goods, str) else dict(check_type("offer", goods, Mapping))
        check_type("member", member_id, str)
        check_whole("quantity", len(basket), most=MOST_LINES)
        for pieces in basket.values():
            check_whole("quantity", pieces, most=10_000)
        for points in (shares or {}).values():
            check_whole("amount", points, most=10**12)
        return cls(
            dict(sorted(basket.items())),
            member_id,
            dict(shares) if shares else None,
            pooled,
            merchant_id,
            merits,
        )

    def fingerprint(self) -> str:
        """What tells whether the same is asked for again."""
        paid = {account.key: points for account, points in (self.shares or {}).items()}
        return fingerprint([dict(self.basket), self.member_id, paid, self.pooled, self.merchant_id])


def fingerprint(request: Any) -> str:
    """SHA-256 of what was asked for, as canonical JSON."""
    return sha256(canonical(request).encode()).hexdigest()


def check_id(id: str) -> str:
    """An id that others can be made from; raises `BadIdentifier`."""
    return check_identifier("id", id, longest=LONGEST_ID)
