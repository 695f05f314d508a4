"""Offers: drafted, published, amended, priced, withdrawn. A part of `Redemptions`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from functools import partial
from typing import Any

from attrs import frozen

from gridpoints.errors import (
    CategoryNotAgreed,
    EmptyInterval,
    NotAmendable,
    NotUsable,
    OfferWithdrawn,
)
from gridpoints.redemption.merchants.acting import Acting
from gridpoints.redemption.merchants.model import Agreement, Merchant, StaffRole
from gridpoints.redemption.offers.model import OFFER, Offer, OfferKind, OfferLimit, OfferStatus
from gridpoints.storage.port import Of, Range, Sought, Work
from gridpoints.values import (
    LONGEST_TEXT,
    Names,
    Unit,
    check_few,
    check_identifier,
    check_instant,
    check_number,
    check_one_of,
    check_text,
    check_whole,
    shown,
)

#: Most pictures, limits, or translations of one offer.
MOST = 20


@frozen
class Offering(Acting):
    """What merchants give for points."""

    def draft_offer(
        self,
        merchant_id: str,
        name: str,
        *,
        price: Decimal | int | str,
        stock: int | None = None,
        kind: OfferKind | str = OfferKind.GOODS,
        cash: Decimal | int | str = 0,
        category: str = "",
        names: Names | None = None,
        descriptions: Names | None = None,
        pictures: Iterable[str] = (),
        limits: Iterable[OfferLimit] = (),
        star: str | None = None,
        opens_at: datetime | None = None,
        closes_at: datetime | None = None,
        fund: str | None = None,
        alliance_id: str | None = None,
        id: str | None = None,
    ) -> Offer:
        """Draft an offer at `price` points a piece, with `stock` pieces (None: nobody counts).

        See `Offer` for what else can be said of it. Raises `NotAnAmount` for a price with more digits
        than the merchant's unit has, `NotUsable` for a donation without a `fund`, and `TooMany` for more
        than 20 pictures, limits or translations.
        """
        said = {
            "name": name,
            "category": category,
            "names": names,
            "descriptions": descriptions,
            "pictures": pictures,
            "limits": limits,
            "star": star,
            "opens_at": opens_at,
            "closes_at": closes_at,
            "alliance_id": alliance_id,
        }
        with self.context.begin() as work:
            merchant = work.get(Merchant, merchant_id)
            self._must_work_there(work, merchant, StaffRole.MANAGER)
            offer = Offer(
                id=self.context.id(id),
                merchant_id=merchant.id,
                price=_price(work, merchant, price),
                stock=None if stock is None else check_whole("stock", stock, least=0),
                kind=check_one_of("kind", kind, OfferKind),
                cash=check_number("cash", cash, digits=2),
                fund=None if fund is None else check_identifier("fund", fund),
                **{field: _CHECKED[field](value) for field, value in said.items()},
            )
            return self.context.keep(work, _sound(offer))

    def publish_offer(self, offer_id: str) -> Offer:
        """Let members redeem the offer.

        Raises `CategoryNotAgreed` where the merchant's agreement is about other things.
        """
        with self.context.begin() as work:
            offer = work.get(Offer, offer_id, lock=True)
            merchant = work.get(Merchant, offer.merchant_id)
            self._must_work_there(work, merchant, StaffRole.MANAGER)
            self._must_be_agreed(work, merchant, offer)
            return self.context.change(work, offer, OFFER.advance(offer, OfferStatus.PUBLISHED))

    def _must_be_agreed(self, work: Work, merchant: Merchant, offer: Offer) -> None:
        """Raise `CategoryNotAgreed` where what is agreed today is not about it."""
        for agreement in self._agreements_in_force(work, merchant)[:1]:
            must_cover(agreement, merchant, offer)

    def _agreements_in_force(self, work: Work, merchant: Merchant) -> list[Agreement]:
        """Those of today, the one that began last first: that one holds."""
        [found] = work.find_all(self._agreements_begun(merchant.id))
        return [each for each in found if each.covers(self.context.today())]

    def _agreements_begun(self, merchant_id: str | Of) -> Sought:
        begun = {"merchant_id": merchant_id, "starts_on": Range(at_most=self.context.today())}
        return Sought(Agreement, begun, order=("-starts_on",))

    def withdraw_offer(self, offer_id: str, *, reason: str | None = None) -> Offer:
        """Take the offer back; what is reserved already is still handed out."""
        with self.context.begin() as work:
            offer = self._to_change(work, offer_id)
            return self.context.change(work, offer, OFFER.advance(offer, OfferStatus.WITHDRAWN), reason)

    def reprice_offer(
        self,
        offer_id: str,
        price: Decimal | int | str,
        *,
        cash: Decimal | int | str | None = None,
        reason: str | None = None,
    ) -> Offer:
        """Change what a piece costs from now on; what is reserved is handed out at its old price."""
        with self.context.begin() as work:
            offer = self._to_change(work, offer_id)
            merchant = work.get(Merchant, offer.merchant_id)
            changes = {"price": _price(work, merchant, price)}
            money = {} if cash is None else {"cash": check_number("cash", cash, digits=2)}
            return self.context.change(
                work, offer, OFFER.advance(offer, offer.status, **changes, **money), reason
            )

    def amend_offer(self, offer_id: str, *, reason: str | None = None, **changes: Any) -> Offer:
        """Say it otherwise, from now on; what is reserved or was had before stays as it was.

        `changes` are any of ``name``, ``names``, ``descriptions``, ``pictures``, ``category``, ``limits``,
        ``star``, ``opens_at``, ``closes_at``, and ``alliance_id``, as `draft_offer` takes them; what is not
        named stays. A limit of another period or scope than there were counts from now on, one that there
        was goes on. For the price see `reprice_offer`, for the stock `restock`. Raises `NotAmendable` for
        anything else, `TooMany`, `OfferWithdrawn`, and `CategoryNotAgreed` where a published offer would
        leave the merchant's agreement.
        """
        for name in changes.keys() - _CHECKED.keys():
            raise NotAmendable(name=name, kind="offer", known=tuple(sorted(_CHECKED)))
        checked = {name: _CHECKED[name](value) for name, value in changes.items()}
        with self.context.begin() as work:
            offer = self._to_change(work, offer_id)
            if offer.status is OfferStatus.WITHDRAWN:
                raise OfferWithdrawn(offer=offer.name)
            amended = _sound(OFFER.advance(offer, offer.status, **checked))
            if amended.status is OfferStatus.PUBLISHED and amended.category != offer.category:
                self._must_be_agreed(work, work.get(Merchant, offer.merchant_id), amended)
            return self.context.change(work, offer, amended, reason)

    def _to_change(self, work: Work, offer_id: str) -> Offer:
        offer = work.get(Offer, offer_id, lock=True)
        self._must_work_there(work, work.get(Merchant, offer.merchant_id), StaffRole.MANAGER)
        return offer

    def offer(self, id: str) -> Offer:
        """The offer of that id; raises `RecordUnknown`."""
        with self.context.read() as work:
            self._must_be_let_read(work)
            return work.get(Offer, id)

    def offers(
        self, merchant_id: str | None = None, *, status: OfferStatus | None = OfferStatus.PUBLISHED
    ) -> list[Offer]:
        """The offers of a merchant (None: of all) in that state (None: in any), by price."""
        asked = {"status": status, "merchant_id": merchant_id}
        where = {name: value for name, value in asked.items() if value is not None}
        with self.context.read() as work:
            self._must_be_let_read(work)
            return work.find(Offer, where, order=("price", "name", "id"))


def must_cover(agreement: Agreement, merchant: Merchant, offer: Offer) -> None:
    """Raise `CategoryNotAgreed` for an offer that the agreement is not about."""
    if agreement.categories and offer.category not in agreement.categories:
        raise CategoryNotAgreed(
            merchant=merchant.name, category=offer.category, known=tuple(agreement.categories)
        )


def _price(work: Work, merchant: Merchant, price: Decimal | int | str) -> int:
    return check_whole("price", work.get(Unit, merchant.unit).amount(price), most=10**12)


def _texts(field: str, texts: Names | None) -> Mapping[str, str]:
    return {
        check_identifier("language", language): check_text(field, text, longest=LONGEST_TEXT)
        for language, text in check_few(f"{field}s", (texts or {}).items(), most=MOST)
    }


def _limit(limit: OfferLimit) -> OfferLimit:
    check_whole("limit", limit.most)
    return limit


#: What can be said of an offer besides its price and its stock, and what each is checked by.
_CHECKED: Mapping[str, Callable[[Any], Any]] = {
    "name": lambda name: check_text("name", name, longest=200),
    "category": lambda category: check_identifier("category", category) if category else "",
    "names": partial(_texts, "name"),
    "descriptions": partial(_texts, "description"),
    "pictures": lambda pictures: tuple(
        check_text("picture", each) for each in check_few("pictures", pictures, most=MOST)
    ),
    "limits": lambda limits: tuple(map(_limit, check_few("limits", limits, most=MOST))),
    "star": lambda star: None if star is None else check_identifier("star", star),
    "opens_at": lambda at: None if at is None else check_instant("opens_at", at),
    "closes_at": lambda at: None if at is None else check_instant("closes_at", at),
    "alliance_id": lambda id: id,
}


def _sound(offer: Offer) -> Offer:
    if (offer.kind is OfferKind.DONATION) != (offer.fund is not None):
        raise NotUsable(field="fund", value=shown(offer.fund))
    if offer.opens_at is not None and offer.closes_at is not None and offer.closes_at <= offer.opens_at:
        raise EmptyInterval(start=offer.opens_at, end=offer.closes_at)
    return offer
