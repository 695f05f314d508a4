"""What points buy: merchants (商户), offers (兑换物品), redemptions (兑换) and settlement (结算)."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum

from attrs import frozen

from gridpoints.errors import MerchantNotActive, NotPublished, OutOfStock
from gridpoints.records import Lifecycle

#: How long points and stock stay reserved for somebody who does not come to the till.
RESERVATION = timedelta(minutes=30)


class MerchantStatus(StrEnum):
    """Only an active merchant takes points."""

    APPLIED = "applied"
    ACTIVE = "active"
    SUSPENDED = "suspended"
    LEFT = "left"


MERCHANT = Lifecycle.of(
    {
        MerchantStatus.APPLIED: {MerchantStatus.ACTIVE, MerchantStatus.LEFT},
        MerchantStatus.ACTIVE: {MerchantStatus.SUSPENDED, MerchantStatus.LEFT},
        MerchantStatus.SUSPENDED: {MerchantStatus.ACTIVE, MerchantStatus.LEFT},
    }
)


@frozen
class Merchant:
    """A shop that takes points. `rate` is the money it is paid for one whole point of `unit`."""

    id: str
    name: str
    unit: str
    rate: Decimal
    currency: str = "CNY"
    status: MerchantStatus = MerchantStatus.APPLIED
    version: int = 1

    def must_be_active(self) -> None:
        """Raise `MerchantNotActive` unless it takes points now."""
        if self.status is not MerchantStatus.ACTIVE:
            raise MerchantNotActive(merchant=self.name, status=self.status)

    def money_for(self, points: Decimal) -> Decimal:
        """What `points` come to in money, rounded half up to the cent."""
        return (points * self.rate).quantize(Decimal("0.01"), ROUND_HALF_UP)


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


@frozen
class Offer:
    """Something a merchant gives for `price` (an amount of the merchant's unit) a piece.

    `stock` is how many pieces are neither handed out nor reserved; None where nobody counts.
    """

    id: str
    merchant_id: str
    name: str
    price: int
    stock: int | None = None
    status: OfferStatus = OfferStatus.DRAFT
    version: int = 1

    def must_be_published(self) -> None:
        """Raise `NotPublished` for a draft and for an offer that was withdrawn."""
        if self.status is not OfferStatus.PUBLISHED:
            raise NotPublished(kind="offer", id=self.id, status=self.status)

    def moved(self, pieces: int) -> Offer:
        """The offer with `pieces` put back (or, below 0, taken); raises `OutOfStock`."""
        if self.stock is None:
            return self
        if self.stock + pieces < 0:
            raise OutOfStock(offer=self.name, left=self.stock, wanted=-pieces)
        return OFFER.advance(self, self.status, stock=self.stock + pieces)


class RedemptionStatus(StrEnum):
    """Authorised (points and stock held), then captured, voided or expired: those are final."""

    AUTHORISED = "authorised"
    CAPTURED = "captured"
    VOIDED = "voided"
    EXPIRED = "expired"


REDEMPTION = Lifecycle.of(
    {
        RedemptionStatus.AUTHORISED: {
            RedemptionStatus.CAPTURED,
            RedemptionStatus.VOIDED,
            RedemptionStatus.EXPIRED,
        }
    }
)


@frozen
class Redemption:
    """A member's points for a merchant's goods; its hold in the ledger has the same id.

    `points` is the whole price, an amount of `unit`, as it stood when it was authorised.
    """

    id: str
    offer_id: str
    merchant_id: str
    member_id: str
    quantity: int
    unit: str
    points: int
    authorised_at: datetime
    expires_at: datetime
    captured_at: datetime | None = None
    status: RedemptionStatus = RedemptionStatus.AUTHORISED
    version: int = 1

    def same_request(self, other: Redemption) -> bool:
        """Whether `other` asks for the same goods for the same person."""
        return (self.offer_id, self.member_id, self.quantity) == (
            other.offer_id,
            other.member_id,
            other.quantity,
        )


class SettlementStatus(StrEnum):
    """Drawn up by one person, approved by another, then paid."""

    DRAWN_UP = "drawn_up"
    APPROVED = "approved"
    PAID = "paid"


SETTLEMENT = Lifecycle.of(
    {
        SettlementStatus.DRAWN_UP: {SettlementStatus.APPROVED},
        SettlementStatus.APPROVED: {SettlementStatus.PAID},
    }
)


@frozen
class Settlement:
    """A merchant's statement (结算单): the points it took, and the money they come to.

    It covers the entries of the merchant's account with `after_sequence` < sequence ≤
    `until_sequence`: the ledger numbers them without gaps, so that no entry falls between two
    statements or into both. `opening` and `points` are amounts of `unit`.
    """

    id: str
    merchant_id: str
    unit: str
    after_sequence: int
    until_sequence: int
    until: datetime
    redemptions: int
    opening: int
    points: int
    rate: Decimal
    money: Decimal
    currency: str
    drawn_up_at: datetime
    drawn_up_by: str
    approved_by: str | None = None
    payment_reference: str | None = None
    status: SettlementStatus = SettlementStatus.DRAWN_UP
    version: int = 1
