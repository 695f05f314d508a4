"""What it buys: the tables of `gridpoints.redemption`."""

from __future__ import annotations

from gridpoints.redemption.fund.model import Deposit
from gridpoints.redemption.merchants.model import Agreement, Alliance, Merchant, Staff
from gridpoints.redemption.merchants.outlets import Outlet, Till, TillKey
from gridpoints.redemption.model import Redemption
from gridpoints.redemption.offers.model import Offer
from gridpoints.redemption.statements.model import Adjustment, Settlement
from gridpoints.redemption.till.refunds import Refund
from gridpoints.storage.sql.tables.base import (
    Amount,
    AmountOrNone,
    Day,
    DayOrNone,
    Exact,
    ExactJson,
    Instant,
    InstantOrNone,
    Json,
    Key,
    Row,
    Text,
    TextOrNone,
    Whole,
    index,
    kept,
    where,
)


class MerchantRow(Row, table=True):
    """See `gridpoints.redemption.merchants.model.Merchant`."""

    __tablename__ = "gridpoints_merchant"
    __table_args__ = kept(Merchant)
    id: Key
    name: Text
    unit: Text
    rate: Exact
    currency: Text
    status: Text
    version: Whole


class AgreementRow(Row, table=True):
    """See `gridpoints.redemption.merchants.model.Agreement`."""

    __tablename__ = "gridpoints_agreement"
    __table_args__ = kept(Agreement, index("merchant_id", "starts_on"))
    id: Key
    merchant_id: Text
    starts_on: Day
    rate: Exact
    currency: Text
    fee: Exact
    settled: Text
    cut_off: Whole
    categories: ExactJson
    ends_on: DayOrNone
    signed_by: Text
    status: Text
    version: Whole


class StaffRow(Row, table=True):
    """See `gridpoints.redemption.merchants.model.Staff`."""

    __tablename__ = "gridpoints_staff"
    __table_args__ = kept(Staff, index("merchant_id"), index("person"))
    id: Key
    merchant_id: Text
    person: Text
    role: Text
    status: Text
    version: Whole


class AllianceRow(Row, table=True):
    """See `gridpoints.redemption.merchants.model.Alliance`."""

    __tablename__ = "gridpoints_alliance"
    __table_args__ = kept(Alliance)
    id: Key
    name: Text
    merchants: ExactJson
    status: Text
    version: Whole


class OutletRow(Row, table=True):
    """See `gridpoints.redemption.merchants.outlets.Outlet`."""

    __tablename__ = "gridpoints_outlet"
    __table_args__ = kept(Outlet, index("merchant_id"))
    id: Key
    merchant_id: Text
    name: Text
    address: Text
    hours: ExactJson
    status: Text
    version: Whole


class TillRow(Row, table=True):
    """See `gridpoints.redemption.merchants.outlets.Till`."""

    __tablename__ = "gridpoints_till"
    __table_args__ = kept(Till, index("outlet_id"), index("merchant_id"))
    id: Key
    outlet_id: Text
    merchant_id: Text
    name: Text
    status: Text
    version: Whole


class TillKeyRow(Row, table=True):
    """See `gridpoints.redemption.merchants.outlets.TillKey`."""

    __tablename__ = "gridpoints_till_key"
    __table_args__ = kept(TillKey, index("till_id"))
    id: Key
    till_id: Text
    merchant_id: Text
    salt: Text
    hash: Text
    scopes: ExactJson
    issued_at: Instant
    expires_at: InstantOrNone
    status: Text
    version: Whole


class OfferRow(Row, table=True):
    """See `gridpoints.redemption.offers.model.Offer`."""

    __tablename__ = "gridpoints_offer"
    __table_args__ = kept(Offer, index("merchant_id"), index("alliance_id"))
    id: Key
    merchant_id: Text
    name: Text
    price: Amount
    stock: AmountOrNone
    kind: Text
    cash: Exact
    category: Text
    names: Json
    descriptions: Json
    pictures: ExactJson
    limits: ExactJson
    star: TextOrNone
    opens_at: InstantOrNone
    closes_at: InstantOrNone
    fund: TextOrNone
    alliance_id: TextOrNone
    status: Text
    version: Whole


class RedemptionRow(Row, table=True):
    """See `gridpoints.redemption.model.Redemption`."""

    __tablename__ = "gridpoints_redemption"
    __table_args__ = kept(
        Redemption,
        index("status", "expires_at"),
        index("member_id", "authorised_at"),
        index("merchant_id", "captured_at"),
        index("captured_at", **where("captured_at IS NOT NULL")),
    )
    id: Key
    merchant_id: Text
    member_id: Text
    unit: Text
    points: Amount
    lines: ExactJson
    shares: ExactJson
    authorised_at: Instant
    expires_at: Instant
    authorised_by: Text
    agreement_id: TextOrNone
    currency: Text
    cash: Exact
    top_up: Exact
    request: Text
    uses: ExactJson
    explanation: ExactJson
    earned: ExactJson
    captured_at: InstantOrNone
    status: Text
    version: Whole


class RefundRow(Row, table=True):
    """See `gridpoints.redemption.till.refunds.Refund`."""

    __tablename__ = "gridpoints_refund"
    __table_args__ = kept(
        Refund, index("redemption_id"), index("merchant_id", "refunded_at"), index("refunded_at")
    )
    id: Key
    redemption_id: Text
    merchant_id: Text
    refunded_at: Instant
    refunded_by: Text
    unit: Text
    points: Amount
    pieces: ExactJson
    restocked: ExactJson
    cash: Exact
    currency: Text
    restored: ExactJson
    carried: Amount
    retaken: ExactJson
    reason: Text
    request: Text


class SettlementRow(Row, table=True):
    """See `gridpoints.redemption.statements.model.Settlement`."""

    __tablename__ = "gridpoints_settlement"
    __table_args__ = kept(Settlement, index("merchant_id", "until_sequence"), index("currency", "status"))
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
    refunded: Amount
    portions: ExactJson
    brought: Exact
    gross: Exact
    fees: Exact
    adjustments: Exact
    carried: Exact
    approved_by: TextOrNone
    payment_reference: TextOrNone
    status: Text
    version: Whole


class AdjustmentRow(Row, table=True):
    """See `gridpoints.redemption.statements.model.Adjustment`."""

    __tablename__ = "gridpoints_adjustment"
    __table_args__ = kept(Adjustment, index("merchant_id", "status"), index("settlement_id"))
    id: Key
    merchant_id: Text
    money: Exact
    currency: Text
    reason: Text
    made_at: Instant
    made_by: Text
    settlement_id: TextOrNone
    status: Text
    version: Whole


class DepositRow(Row, table=True):
    """See `gridpoints.redemption.fund.model.Deposit`."""

    __tablename__ = "gridpoints_deposit"
    __table_args__ = kept(Deposit, index("currency", "day"))
    id: Key
    money: Exact
    currency: Text
    source: Text
    day: Day
    made_at: Instant
    made_by: Text
