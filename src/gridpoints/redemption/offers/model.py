"""What is offered for points (兑换物品): its price, stock, limits, and when and for whom it is."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from attrs import field, frozen

from gridpoints.errors import NotOfferedNow, NotPublished, OutOfStock
from gridpoints.records import Lifecycle
from gridpoints.rules.case import Counter, Scope
from gridpoints.values import Names, Period


class OfferStatus(StrEnum):
    """Only a published offer can be redeemed; what is reserved already is still handed out."""

    DRAFT = "draft"
    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"


OFFER = Lifecycle.of(
    {
        OfferStatus.DRAFT: {OfferStatus.DRAFT, OfferStatus.PUBLISHED, OfferStatus.WITHDRAWN},
        OfferStatus.PUBLISHED: {OfferStatus.PUBLISHED, OfferStatus.WITHDRAWN},
        OfferStatus.WITHDRAWN: {OfferStatus.PUBLISHED, OfferStatus.WITHDRAWN},
    }
)


class OfferKind(StrEnum):
    """Goods (实物), a service (服务), a discount (折扣), a gift (礼品), or a donation to a fund (捐赠)."""

    GOODS = "goods"
    SERVICE = "service"
    DISCOUNT = "discount"
    GIFT = "gift"
    DONATION = "donation"


@frozen
class OfferLimit:
    """At most `most` pieces of an offer for a member, a household or all together, in a period."""

    most: int
    period: Period = Period.LIFETIME
    scope: Scope = Scope.MEMBER

    def key(self, offer_id: str, day: date, subjects: Mapping[Scope, str]) -> str:
        """Where the pieces are counted."""
        return Counter(f"offer:{offer_id}:{self.period}", self.period, self.scope).key(day, subjects)


@frozen
class Offer:
    """Something a merchant gives for `price` (an amount of the merchant's unit) a piece, and `cash`.

    `stock` is how many pieces are neither handed out nor reserved; None where nobody counts. It is to
    be had from `opens_at` until before `closes_at`, by members with `star` (a code of the rule set's
    levels) or a higher one. The points of a donation go to `fund`. Where it has an `alliance_id`, every
    merchant of that alliance may give it. `pictures` are references: where they lie, not what they show.
    """

    id: str
    merchant_id: str
    name: str
    price: int
    stock: int | None = None
    kind: OfferKind = OfferKind.GOODS
    cash: Decimal = Decimal(0)
    category: str = ""
    names: Names = field(factory=dict, hash=False)
    descriptions: Names = field(factory=dict, hash=False)
    pictures: tuple[str, ...] = ()
    limits: tuple[OfferLimit, ...] = ()
    star: str | None = None
    opens_at: datetime | None = None
    closes_at: datetime | None = None
    fund: str | None = None
    alliance_id: str | None = None
    status: OfferStatus = OfferStatus.DRAFT
    version: int = 1

    def must_be_published(self) -> None:
        """Raise `NotPublished` for a draft and for an offer that was withdrawn."""
        if self.status is not OfferStatus.PUBLISHED:
            raise NotPublished(kind="offer", id=self.id, status=self.status)

    def must_be_on(self, now: datetime) -> None:
        """Raise `NotOfferedNow` before it opens and after it closes."""
        early = self.opens_at is not None and now < self.opens_at
        if early or (self.closes_at is not None and now >= self.closes_at):
            raise NotOfferedNow(offer=self.name, opens_at=self.opens_at, closes_at=self.closes_at)

    def moved(self, pieces: int) -> Offer:
        """The offer with `pieces` put back (or, below 0, taken); raises `OutOfStock`."""
        if self.stock is None:
            return self
        if self.stock + pieces < 0:
            raise OutOfStock(offer=self.name, left=self.stock, wanted=-pieces)
        return OFFER.advance(self, self.status, stock=self.stock + pieces)
