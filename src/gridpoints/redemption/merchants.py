"""Merchants and what they offer: applied, active, suspended; drafted, published, restocked."""

from __future__ import annotations

from decimal import Decimal

from attrs import evolve

from gridpoints.context import Context
from gridpoints.redemption.model import MERCHANT, OFFER, Merchant, MerchantStatus, Offer, OfferStatus
from gridpoints.values import Unit, check_decimal, check_text, check_whole


class Merchants:
    """Who takes points, and for what."""

    context: Context

    def register_merchant(
        self, name: str, *, unit: str, rate: Decimal | str, currency: str = "CNY", id: str | None = None
    ) -> Merchant:
        """Note a merchant's application: it would be paid `rate` in `currency` for one point."""
        merchant = Merchant(
            id=self.context.id(id),
            name=check_text("name", name, longest=200),
            unit=unit,
            rate=check_decimal("rate", rate),
            currency=check_text("currency", currency, longest=3),
        )
        with self.context.begin() as work:
            return self.context.keep(work, merchant)

    def activate_merchant(self, merchant_id: str) -> Merchant:
        """Let a merchant take points: the agreement is signed, or a suspension over."""
        return self._move(merchant_id, MerchantStatus.ACTIVE)

    def suspend_merchant(self, merchant_id: str, *, reason: str) -> Merchant:
        """Let a merchant take no new redemptions for now; what is reserved is still handed out."""
        return self._move(merchant_id, MerchantStatus.SUSPENDED, reason)

    def dismiss_merchant(self, merchant_id: str, *, reason: str | None = None) -> Merchant:
        """Note that a merchant left for good; what it took is still settled."""
        return self._move(merchant_id, MerchantStatus.LEFT, reason)

    def _move(self, merchant_id: str, to: MerchantStatus, reason: str | None = None) -> Merchant:
        with self.context.begin() as work:
            merchant = work.get(Merchant, merchant_id, lock=True)
            return self.context.change(work, merchant, MERCHANT.advance(merchant, to), reason)

    def merchant(self, id: str) -> Merchant:
        """The merchant of that id; raises `RecordUnknown`."""
        with self.context.read() as work:
            return work.get(Merchant, id)

    def merchants(self) -> list[Merchant]:
        """All merchants, by name."""
        with self.context.read() as work:
            return work.find(Merchant, order=("name", "id"))

    def draft_offer(
        self,
        merchant_id: str,
        name: str,
        *,
        price: Decimal | int | str,
        stock: int | None = None,
        id: str | None = None,
    ) -> Offer:
        """Draft an offer at `price` points a piece, with `stock` pieces (None: nobody counts).

        Raises `NotAnAmount` for a price with more digits than the merchant's unit has.
        """
        with self.context.begin() as work:
            merchant = work.get(Merchant, merchant_id)
            offer = Offer(
                id=self.context.id(id),
                merchant_id=merchant.id,
                name=check_text("name", name, longest=200),
                price=check_whole("price", work.get(Unit, merchant.unit).amount(price), most=10**12),
                stock=None if stock is None else check_whole("stock", stock, least=0),
            )
            return self.context.keep(work, offer)

    def publish_offer(self, offer_id: str) -> Offer:
        """Let members redeem the offer."""
        return self._move_offer(offer_id, OfferStatus.PUBLISHED)

    def withdraw_offer(self, offer_id: str, *, reason: str | None = None) -> Offer:
        """Take the offer back; what is reserved already is still handed out."""
        return self._move_offer(offer_id, OfferStatus.WITHDRAWN, reason)

    def _move_offer(self, offer_id: str, to: OfferStatus, reason: str | None = None) -> Offer:
        with self.context.begin() as work:
            offer = work.get(Offer, offer_id, lock=True)
            return self.context.change(work, offer, OFFER.advance(offer, to), reason)

    def restock(self, offer_id: str, pieces: int) -> Offer:
        """Add pieces to the stock of an offer; the first ones begin to be counted."""
        check_whole("pieces", pieces)
        with self.context.begin() as work:
            offer = work.get(Offer, offer_id, lock=True)
            return self.context.change(work, offer, evolve(offer, stock=offer.stock or 0).moved(pieces))

    def offer(self, id: str) -> Offer:
        """The offer of that id; raises `RecordUnknown`."""
        with self.context.read() as work:
            return work.get(Offer, id)

    def offers(self, merchant_id: str | None = None) -> list[Offer]:
        """The published offers of a merchant (None: of all), by price."""
        where = {"status": OfferStatus.PUBLISHED} | ({"merchant_id": merchant_id} if merchant_id else {})
        with self.context.read() as work:
            return work.find(Offer, where, order=("price", "name", "id"))
