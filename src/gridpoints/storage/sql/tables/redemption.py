"""What it buys: the tables of `gridpoints.redemption`."""

from __future__ import annotations

from gridpoints.redemption.model import Merchant, Offer, Redemption, Settlement
from gridpoints.storage.sql.tables.base import (
    Amount,
    AmountOrNone,
    Exact,
    Instant,
    InstantOrNone,
    Key,
    Row,
    Text,
    TextOrNone,
    Whole,
    index,
    kept,
)


class MerchantRow(Row, table=True):
    """See `gridpoints.redemption.model.Merchant`."""

    __tablename__ = "gridpoints_merchant"
    __table_args__ = kept(Merchant)
    id: Key
    name: Text
    unit: Text
    rate: Exact
    currency: Text
    status: Text
    version: Whole


class OfferRow(Row, table=True):
    """See `gridpoints.redemption.model.Offer`."""

    __tablename__ = "gridpoints_offer"
    __table_args__ = kept(Offer, index("merchant_id"))
    id: Key
    merchant_id: Text
    name: Text
    price: Amount
    stock: AmountOrNone
    status: Text
    version: Whole


class RedemptionRow(Row, table=True):
    """See `gridpoints.redemption.model.Redemption`."""

    __tablename__ = "gridpoints_redemption"
    __table_args__ = kept(
        Redemption, index("offer_id", "status"), index("member_id", "authorised_at"), index("merchant_id")
    )
    id: Key
    offer_id: Text
    merchant_id: Text
    member_id: Text
    quantity: Amount
    unit: Text
    points: Amount
    authorised_at: Instant
    expires_at: Instant
    captured_at: InstantOrNone
    status: Text
    version: Whole


class SettlementRow(Row, table=True):
    """See `gridpoints.redemption.model.Settlement`."""

    __tablename__ = "gridpoints_settlement"
    __table_args__ = kept(Settlement, index("merchant_id", "until_sequence"))
    id: Key
    merchant_id: Text
    unit: Text
    after_sequence: Amount
    until_sequence: Amount
    until: Instant
    redemptions: Amount
    opening: Amount
    points: Amount
    rate: Exact
    money: Exact
    currency: Text
    drawn_up_at: Instant
    drawn_up_by: Text
    approved_by: TextOrNone
    payment_reference: TextOrNone
    status: Text
    version: Whole
