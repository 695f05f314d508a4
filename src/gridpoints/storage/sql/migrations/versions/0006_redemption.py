"""Agreements, staff, alliances, outlets, tills and keys; offers with terms; redemptions of several lines.

Frozen: what it says must not follow the tables of today. Offers and redemptions are made anew, for their
columns stand elsewhere now. What was redeemed before becomes a redemption of one line and one
share; a merchant that took points gets the agreement that it worked under.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from gridpoints.storage.sql.migrations import parts

revision = "0006"
down_revision = "0005"

INSTANT = sa.DateTime(timezone=True).with_variant(sa.Text(), "sqlite")
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
DAY = sa.Date()
WHOLE = sa.Integer()
AMOUNT = sa.BigInteger()


def upgrade() -> None:
    """Add the tables, and make offers and redemptions anew."""
    _partners()
    _tills()
    for table in ("redemption", "offer"):  # nothing refers to the first, then nothing to the second
        op.execute(f"CREATE TEMPORARY TABLE former_{table} AS SELECT * FROM gridpoints_{table}")  # noqa: S608
        op.execute(f"DROP TABLE gridpoints_{table}")
    _offers()
    _redemptions()
    _as_before()
    for table in ("redemption", "offer"):
        op.execute(f"DROP TABLE former_{table}")
    parts.sqlite_statistics()


def _partners() -> None:
    parts.table(
        "agreement",
        parts.text("id"),
        parts.text("merchant_id"),
        parts.column("starts_on", DAY),
        parts.text("rate"),
        parts.text("currency"),
        parts.text("fee"),
        parts.text("settled"),
        parts.column("cut_off", WHOLE),
        parts.column("categories", JSON),
        parts.column("ends_on", DAY, nullable=True),
        parts.text("signed_by"),
        *parts.state(),
        parts.refers("agreement", "merchant_id", "merchant"),
    )
    parts.index("agreement", "merchant_id", "starts_on")
    parts.table(
        "staff",
        parts.text("id"),
        parts.text("merchant_id"),
        parts.text("person"),
        parts.text("role"),
        *parts.state(),
        parts.refers("staff", "merchant_id", "merchant"),
    )
    parts.index("staff", "merchant_id")
    parts.index("staff", "person")
    parts.table(
        "alliance", parts.text("id"), parts.text("name"), parts.column("merchants", JSON), *parts.state()
    )


def _tills() -> None:
    parts.table(
        "outlet",
        parts.text("id"),
        parts.text("merchant_id"),
        parts.text("name"),
        parts.text("address"),
        parts.column("hours", JSON),
        *parts.state(),
        parts.refers("outlet", "merchant_id", "merchant"),
    )
    parts.index("outlet", "merchant_id")
    parts.table(
        "till",
        parts.text("id"),
        parts.text("outlet_id"),
        parts.text("merchant_id"),
        parts.text("name"),
        *parts.state(),
        parts.refers("till", "outlet_id", "outlet"),
        parts.refers("till", "merchant_id", "merchant"),
    )
    parts.index("till", "outlet_id")
    parts.index("till", "merchant_id")
    parts.table(
        "till_key",
        parts.text("id"),
        parts.text("till_id"),
        parts.text("merchant_id"),
        parts.text("salt"),
        parts.text("hash"),
        parts.column("scopes", JSON),
        parts.column("issued_at", INSTANT),
        parts.column("expires_at", INSTANT, nullable=True),
        *parts.state(),
        parts.refers("till_key", "till_id", "till"),
        parts.refers("till_key", "merchant_id", "merchant"),
    )
    parts.index("till_key", "till_id")


def _offers() -> None:
    parts.table(
        "offer",
        parts.text("id"),
        parts.text("merchant_id"),
        parts.text("name"),
        parts.column("price", AMOUNT),
        parts.column("stock", AMOUNT, nullable=True),
        parts.text("kind"),
        parts.text("cash"),
        parts.text("category"),
        parts.column("names", JSON),
        parts.column("descriptions", JSON),
        parts.column("pictures", JSON),
        parts.column("limits", JSON),
        parts.text("star", nullable=True),
        parts.column("opens_at", INSTANT, nullable=True),
        parts.column("closes_at", INSTANT, nullable=True),
        parts.text("fund", nullable=True),
        parts.text("alliance_id", nullable=True),
        *parts.state(),
        parts.refers("offer", "merchant_id", "merchant"),
        parts.refers("offer", "alliance_id", "alliance"),
        # op.f: the name is complete, no naming convention is to be applied to it.
        sa.CheckConstraint("stock >= 0", name=op.f("ck_gridpoints_offer_stock")),
    )
    parts.index("offer", "merchant_id")
    parts.index("offer", "alliance_id")


def _redemptions() -> None:
    parts.table(
        "redemption",
        parts.text("id"),
        parts.text("merchant_id"),
        parts.text("member_id"),
        parts.text("unit"),
        parts.column("points", AMOUNT),
        parts.column("lines", JSON),
        parts.column("shares", JSON),
        parts.column("authorised_at", INSTANT),
        parts.column("expires_at", INSTANT),
        parts.text("authorised_by"),
        parts.text("agreement_id", nullable=True),
        parts.text("currency"),
        parts.text("cash"),
        parts.text("top_up"),
        parts.text("request"),
        parts.column("uses", JSON),
        parts.column("explanation", JSON),
        parts.column("earned", JSON),
        parts.column("captured_at", INSTANT, nullable=True),
        *parts.state(),
        parts.refers("redemption", "merchant_id", "merchant"),
        parts.refers("redemption", "member_id", "member"),
        parts.refers("redemption", "agreement_id", "agreement"),
    )
    parts.index("redemption", "status", "expires_at")
    parts.index("redemption", "member_id", "authorised_at")
    parts.index("redemption", "merchant_id", "captured_at")
    parts.table(
        "refund",
        parts.text("id"),
        parts.text("redemption_id"),
        parts.text("merchant_id"),
        parts.column("refunded_at", INSTANT),
        parts.text("refunded_by"),
        parts.text("unit"),
        parts.column("points", AMOUNT),
        parts.column("pieces", JSON),
        parts.column("restocked", JSON),
        parts.text("cash"),
        parts.text("currency"),
        parts.column("restored", JSON),
        parts.column("carried", AMOUNT),
        parts.column("retaken", JSON),
        parts.text("reason"),
        parts.text("request"),
        parts.refers("refund", "redemption_id", "redemption"),
        parts.refers("refund", "merchant_id", "merchant"),
    )
    parts.index("refund", "redemption_id")
    parts.index("refund", "merchant_id", "refunded_at")


def _as_before() -> None:
    """Put what there was into the new tables."""
    if op.get_bind().dialect.name == "sqlite":
        array, object, long_ago = "json_array", "json_object", "'2000-01-01'"
    else:
        array, object, long_ago = "jsonb_build_array", "jsonb_build_object", "DATE '2000-01-01'"
    op.execute(
        "INSERT INTO gridpoints_agreement"  # noqa: S608
        f" SELECT community_id, id, id, {long_ago}, rate, currency, '0', 'month', 0,"
        " '[]', NULL, '', 'signed', 1"
        " FROM gridpoints_merchant WHERE status <> 'applied'"
    )
    op.execute(
        "INSERT INTO gridpoints_offer"
        " SELECT community_id, id, merchant_id, name, price, stock, 'goods', '0', '', '{}', '{}', '[]', '[]',"
        " NULL, NULL, NULL, NULL, NULL, status, version FROM former_offer"
    )
    captured = "CASE WHEN r.status = 'captured' THEN r.{} ELSE 0 END"
    line = (
        f"{object}('offer_id', r.offer_id, 'name', o.name, 'quantity', r.quantity,"
        f" 'price', r.points / r.quantity, 'cash', {object}('$decimal', '0'), 'fund', NULL,"
        f" 'captured', {captured.format('quantity')}, 'refunded', 0)"
    )
    share = (
        f"{object}('account', r.unit || '/member/' || r.member_id, 'points', r.points,"
        f" 'captured', {captured.format('points')}, 'refunded', 0)"
    )
    op.execute(
        "INSERT INTO gridpoints_redemption"  # noqa: S608
        f" SELECT r.community_id, r.id, r.merchant_id, r.member_id, r.unit, r.points, {array}({line}),"
        f" {array}({share}), r.authorised_at, r.expires_at, '', r.merchant_id, m.currency, '0', '0', '',"
        " '[]', '[]', '[]', r.captured_at, r.status, r.version FROM former_redemption r"
        " JOIN former_offer o ON o.community_id = r.community_id AND o.id = r.offer_id"
        " JOIN gridpoints_merchant m ON m.community_id = r.community_id AND m.id = r.merchant_id"
    )
