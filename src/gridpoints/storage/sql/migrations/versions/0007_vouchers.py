"""Vouchers, the keys and codes that they are presented with, and what tills without a network deliver.

Frozen: what it says must not follow the tables of today.
"""

import sqlalchemy as sa

from gridpoints.storage.sql.migrations import parts

revision = "0007"
down_revision = "0006"

INSTANT = sa.DateTime(timezone=True).with_variant(sa.Text(), "sqlite")
AMOUNT = sa.BigInteger()
FLAG = sa.Boolean()


def upgrade() -> None:
    """Add the tables."""
    _vouchers()
    _deliveries()
    parts.sqlite_statistics()


def _vouchers() -> None:
    parts.table(
        "voucher",
        parts.text("id"),
        parts.text("redemption_id"),
        parts.text("holder_id"),
        parts.text("code_hash"),
        parts.column("issued_at", INSTANT),
        parts.column("valid_until", INSTANT),
        parts.column("named", FLAG),
        parts.column("offline", FLAG),
        *parts.state(),
        parts.refers("voucher", "redemption_id", "redemption"),
        parts.refers("voucher", "holder_id", "member"),
        sa.UniqueConstraint("community_id", "code_hash", name="uq_gridpoints_voucher_code_hash"),
    )
    parts.index("voucher", "holder_id", "issued_at")
    parts.index("voucher", "status", "valid_until")
    parts.index("voucher", "redemption_id")
    parts.table(
        "voucher_key", parts.text("id"), parts.text("text"), parts.column("known_at", INSTANT), *parts.state()
    )
    parts.table(
        "member_secret",
        parts.text("id"),
        parts.text("secret"),
        parts.column("made_at", INSTANT),
        parts.column("last_step", AMOUNT),
        *parts.state(),
    )
    parts.table(
        "attempt",
        parts.text("id"),
        parts.text("by"),
        parts.column("at", INSTANT),
        parts.text("reason"),
        parts.text("voucher_id", nullable=True),
    )
    parts.index("attempt", "by", "at")
    parts.index("attempt", "at")


def _deliveries() -> None:
    parts.table(
        "offline_grant",
        parts.text("id"),
        parts.text("limit"),
        parts.column("granted_at", INSTANT),
        parts.text("granted_by"),
        *parts.state(),
    )
    parts.table(
        "delivery",
        parts.text("id"),
        parts.text("till_id"),
        parts.column("number", AMOUNT),
        parts.text("token"),
        parts.column("taken_at", INSTANT),
        parts.column("delivered_at", INSTANT),
        parts.text("arrival"),
        parts.text("voucher_id", nullable=True),
        parts.text("redemption_id", nullable=True),
        parts.text("points"),
        parts.column("over_limit", FLAG),
        parts.text("reason", nullable=True),
        parts.refers("delivery", "till_id", "till"),
        parts.refers("delivery", "voucher_id", "voucher"),
        parts.refers("delivery", "redemption_id", "redemption"),
    )
    parts.index("delivery", "voucher_id", "arrival")
    parts.index("delivery", "till_id", "number")
    parts.table(
        "double_use",
        parts.text("id"),
        parts.text("voucher_id"),
        parts.text("merchant_id"),
        parts.column("points", AMOUNT),
        parts.text("unit"),
        parts.column("taken_at", INSTANT),
        parts.text("reason"),
        parts.text("first", nullable=True),
        parts.text("decided_by", nullable=True),
        parts.text("note", nullable=True),
        *parts.state(),
        parts.refers("double_use", "voucher_id", "voucher"),
        parts.refers("double_use", "merchant_id", "merchant"),
    )
    parts.index("double_use", "status", "taken_at")
