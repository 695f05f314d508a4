"""Agreements, staff, alliances, outlets, tills and keys; offers with terms; redemptions of several lines.

Frozen: what it says must not follow the tables of today. Offers and redemptions are made anew, for their
columns stand elsewhere now. What was redeemed before becomes a redemption of one line and one
share; a merchant that took points gets the agreement that it worked under.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"

TEXT = sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")
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
    _sqlite_statistics()


def _partners() -> None:
    _table(
        "agreement",
        _text("id"),
        _text("merchant_id"),
        _column("starts_on", DAY),
        _text("rate"),
        _text("currency"),
        _text("fee"),
        _text("settled"),
        _column("cut_off", WHOLE),
        _column("categories", JSON),
        _column("ends_on", DAY, nullable=True),
        _text("signed_by"),
        *_state(),
        _refers("agreement", "merchant_id", "merchant"),
    )
    _index("agreement", "merchant_id", "starts_on")
    _table(
        "staff",
        _text("id"),
        _text("merchant_id"),
        _text("person"),
        _text("role"),
        *_state(),
        _refers("staff", "merchant_id", "merchant"),
    )
    _index("staff", "merchant_id")
    _index("staff", "person")
    _table("alliance", _text("id"), _text("name"), _column("merchants", JSON), *_state())


def _tills() -> None:
    _table(
        "outlet",
        _text("id"),
        _text("merchant_id"),
        _text("name"),
        _text("address"),
        _column("hours", JSON),
        *_state(),
        _refers("outlet", "merchant_id", "merchant"),
    )
    _index("outlet", "merchant_id")
    _table(
        "till",
        _text("id"),
        _text("outlet_id"),
        _text("merchant_id"),
        _text("name"),
        *_state(),
        _refers("till", "outlet_id", "outlet"),
        _refers("till", "merchant_id", "merchant"),
    )
    _index("till", "outlet_id")
    _index("till", "merchant_id")
    _table(
        "till_key",
        _text("id"),
        _text("till_id"),
        _text("merchant_id"),
        _text("salt"),
        _text("hash"),
        _column("scopes", JSON),
        _column("issued_at", INSTANT),
        _column("expires_at", INSTANT, nullable=True),
        *_state(),
        _refers("till_key", "till_id", "till"),
        _refers("till_key", "merchant_id", "merchant"),
    )
    _index("till_key", "till_id")


def _offers() -> None:
    _table(
        "offer",
        _text("id"),
        _text("merchant_id"),
        _text("name"),
        _column("price", AMOUNT),
        _column("stock", AMOUNT, nullable=True),
        _text("kind"),
        _text("cash"),
        _text("category"),
        _column("names", JSON),
        _column("descriptions", JSON),
        _column("pictures", JSON),
        _column("limits", JSON),
        _text("star", nullable=True),
        _column("opens_at", INSTANT, nullable=True),
        _column("closes_at", INSTANT, nullable=True),
        _text("fund", nullable=True),
        _text("alliance_id", nullable=True),
        *_state(),
        _refers("offer", "merchant_id", "merchant"),
        _refers("offer", "alliance_id", "alliance"),
        # op.f: the name is complete, no naming convention is to be applied to it.
        sa.CheckConstraint("stock >= 0", name=op.f("ck_gridpoints_offer_stock")),
    )
    _index("offer", "merchant_id")
    _index("offer", "alliance_id")


def _redemptions() -> None:
    _table(
        "redemption",
        _text("id"),
        _text("merchant_id"),
        _text("member_id"),
        _text("unit"),
        _column("points", AMOUNT),
        _column("lines", JSON),
        _column("shares", JSON),
        _column("authorised_at", INSTANT),
        _column("expires_at", INSTANT),
        _text("authorised_by"),
        _text("agreement_id", nullable=True),
        _text("currency"),
        _text("cash"),
        _text("top_up"),
        _text("request"),
        _column("uses", JSON),
        _column("explanation", JSON),
        _column("earned", JSON),
        _column("captured_at", INSTANT, nullable=True),
        *_state(),
        _refers("redemption", "merchant_id", "merchant"),
        _refers("redemption", "member_id", "member"),
        _refers("redemption", "agreement_id", "agreement"),
    )
    _index("redemption", "status", "expires_at")
    _index("redemption", "member_id", "authorised_at")
    _index("redemption", "merchant_id", "captured_at")
    _table(
        "refund",
        _text("id"),
        _text("redemption_id"),
        _text("merchant_id"),
        _column("refunded_at", INSTANT),
        _text("refunded_by"),
        _text("unit"),
        _column("points", AMOUNT),
        _column("pieces", JSON),
        _column("restocked", JSON),
        _text("cash"),
        _text("currency"),
        _column("restored", JSON),
        _column("carried", AMOUNT),
        _column("retaken", JSON),
        _text("reason"),
        _text("request"),
        _refers("refund", "redemption_id", "redemption"),
        _refers("refund", "merchant_id", "merchant"),
    )
    _index("refund", "redemption_id")
    _index("refund", "merchant_id", "refunded_at")


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


def _sqlite_statistics() -> None:
    """The same for the new tables as 0002 says of the first: an index finds few rows."""
    connection = op.get_bind()
    if connection.dialect.name != "sqlite":
        return
    found = connection.execute(
        sa.text(
            'SELECT t.name, i.name, i."unique", (SELECT COUNT(*) FROM pragma_index_info(i.name))'
            " FROM sqlite_master t, pragma_index_list(t.name) i"
            " WHERE t.type = 'table' AND t.name LIKE 'gridpoints\\_%' ESCAPE '\\'"
            " AND t.sql NOT LIKE '%WITHOUT ROWID%' AND t.name <> 'gridpoints_version'"
            " AND i.name NOT IN (SELECT idx FROM sqlite_stat1 WHERE idx IS NOT NULL)"
        )
    )
    for table, index, unique, columns in found.all():
        figures = ["100000", "100000", *["10"] * (columns - 1)]
        if unique:
            figures[-1] = "1"
        connection.execute(
            sa.text("INSERT INTO sqlite_stat1 VALUES (:table, :index, :figures)"),
            {"table": table, "index": index, "figures": " ".join(figures)},
        )


# --- the parts they are made of -------------------------------------------------------------------


def _table(name: str, *parts: sa.schema.SchemaItem) -> None:
    op.create_table(
        f"gridpoints_{name}",
        _text("community_id"),
        *parts,
        sa.PrimaryKeyConstraint("community_id", "id", name=f"pk_gridpoints_{name}"),
        sqlite_with_rowid=True,
    )
    if op.get_bind().dialect.name == "postgresql":
        # As in 0002: statistics of communities would say that one founded since has no rows.
        op.execute(f"ALTER TABLE gridpoints_{name} ALTER COLUMN community_id SET STATISTICS 0")


def _column(name: str, type: sa.types.TypeEngine[Any], *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, type, nullable=nullable)


def _text(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, TEXT, nullable=nullable)


def _state() -> tuple[sa.Column[Any], sa.Column[Any]]:
    return _text("status"), _column("version", WHOLE)


def _refers(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["community_id", column],
        [f"gridpoints_{target}.community_id", f"gridpoints_{target}.id"],
        name=f"fk_gridpoints_{table}_{column}",
    )


def _index(table: str, *columns: str) -> None:
    op.create_index(f"ix_gridpoints_{table}_{columns[0]}", f"gridpoints_{table}", ["community_id", *columns])
