"""What stands for goods that are set aside: the tables of `gridpoints.redemption.vouchers`."""

from __future__ import annotations

from gridpoints.redemption.vouchers.model import (
    Attempt,
    Delivery,
    DoubleUse,
    MemberSecret,
    OfflineGrant,
    Voucher,
    VoucherKey,
)
from gridpoints.storage.sql.tables.base import (
    Amount,
    Exact,
    Flag,
    Instant,
    Key,
    Row,
    Text,
    TextOrNone,
    Whole,
    index,
    kept,
)


class VoucherRow(Row, table=True):
    """See `gridpoints.redemption.vouchers.model.Voucher`."""

    __tablename__ = "gridpoints_voucher"
    __table_args__ = kept(
        Voucher, index("holder_id", "issued_at"), index("status", "valid_until"), index("redemption_id")
    )
    id: Key
    redemption_id: Text
    holder_id: Text
    code_hash: Text
    issued_at: Instant
    valid_until: Instant
    named: Flag
    offline: Flag
    status: Text
    version: Whole


class VoucherKeyRow(Row, table=True):
    """See `gridpoints.redemption.vouchers.model.VoucherKey`."""

    __tablename__ = "gridpoints_voucher_key"
    __table_args__ = kept(VoucherKey)
    id: Key
    text: Text
    known_at: Instant
    status: Text
    version: Whole


class MemberSecretRow(Row, table=True):
    """See `gridpoints.redemption.vouchers.model.MemberSecret`."""

    __tablename__ = "gridpoints_member_secret"
    __table_args__ = kept(MemberSecret)
    id: Key
    secret: Text
    made_at: Instant
    last_step: Amount
    status: Text
    version: Whole


class AttemptRow(Row, table=True):
    """See `gridpoints.redemption.vouchers.model.Attempt`."""

    __tablename__ = "gridpoints_attempt"
    __table_args__ = kept(Attempt, index("by", "at"), index("at"))
    id: Key
    by: Text
    at: Instant
    reason: Text
    voucher_id: TextOrNone


class OfflineGrantRow(Row, table=True):
    """See `gridpoints.redemption.vouchers.model.OfflineGrant`."""

    __tablename__ = "gridpoints_offline_grant"
    __table_args__ = kept(OfflineGrant)
    id: Key
    limit: Exact
    granted_at: Instant
    granted_by: Text
    status: Text
    version: Whole


class DeliveryRow(Row, table=True):
    """See `gridpoints.redemption.vouchers.model.Delivery`."""

    __tablename__ = "gridpoints_delivery"
    __table_args__ = kept(
        Delivery,
        index("voucher_id", "arrival"),
        index("till_id", "number"),
        index("redemption_id"),
        index("taken_at"),
    )
    id: Key
    till_id: Text
    number: Amount
    token: Text
    taken_at: Instant
    delivered_at: Instant
    arrival: Text
    voucher_id: TextOrNone
    redemption_id: TextOrNone
    points: Exact
    over_limit: Flag
    reason: TextOrNone


class DoubleUseRow(Row, table=True):
    """See `gridpoints.redemption.vouchers.model.DoubleUse`."""

    __tablename__ = "gridpoints_double_use"
    __table_args__ = kept(DoubleUse, index("status", "taken_at"))
    id: Key
    voucher_id: Text
    merchant_id: Text
    points: Amount
    unit: Text
    taken_at: Instant
    reason: Text
    first: TextOrNone
    decided_by: TextOrNone
    note: TextOrNone
    status: Text
    version: Whole
