"""Vouchers, the keys and codes that they are presented with, and what tills without a network deliver.

Frozen: what it says must not follow the tables of today.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0007"
down_revision = "0006"

TEXT = sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")
INSTANT = sa.DateTime(timezone=True).with_variant(sa.Text(), "sqlite")
WHOLE = sa.Integer()
AMOUNT = sa.BigInteger()
FLAG = sa.Boolean()


def upgrade() -> None:
    """Add the tables."""
    _vouchers()
    _deliveries()
    _sqlite_statistics()


def _vouchers() -> None:
    _table(
        "voucher",
        _text("id"),
        _text("redemption_id"),
        _text("holder_id"),
        _text("code_hash"),
        _column("issued_at", INSTANT),
        _column("valid_until", INSTANT),
        _column("named", FLAG),
        _column("offline", FLAG),
        *_state(),
        _refers("voucher", "redemption_id", "redemption"),
        _refers("voucher", "holder_id", "member"),
        sa.UniqueConstraint("community_id", "code_hash", name="uq_gridpoints_voucher_code_hash"),
    )
    _index("voucher", "holder_id", "issued_at")
    _index("voucher", "status", "valid_until")
    _index("voucher", "redemption_id")
    _table("voucher_key", _text("id"), _text("text"), _column("known_at", INSTANT), *_state())
    _table(
        "member_secret",
        _text("id"),
        _text("secret"),
        _column("made_at", INSTANT),
        _column("last_step", AMOUNT),
        *_state(),
    )
    _table(
        "attempt",
        _text("id"),
        _text("by"),
        _column("at", INSTANT),
        _text("reason"),
        _text("voucher_id", nullable=True),
    )
    _index("attempt", "by", "at")
    _index("attempt", "at")


def _deliveries() -> None:
    _table(
        "offline_grant",
        _text("id"),
        _text("limit"),
        _column("granted_at", INSTANT),
        _text("granted_by"),
        *_state(),
    )
    _table(
        "delivery",
        _text("id"),
        _text("till_id"),
        _column("number", AMOUNT),
        _text("token"),
        _column("taken_at", INSTANT),
        _column("delivered_at", INSTANT),
        _text("arrival"),
        _text("voucher_id", nullable=True),
        _text("redemption_id", nullable=True),
        _text("points"),
        _column("over_limit", FLAG),
        _text("reason", nullable=True),
        _refers("delivery", "till_id", "till"),
        _refers("delivery", "voucher_id", "voucher"),
        _refers("delivery", "redemption_id", "redemption"),
    )
    _index("delivery", "voucher_id", "arrival")
    _index("delivery", "till_id", "number")
    _table(
        "double_use",
        _text("id"),
        _text("voucher_id"),
        _text("merchant_id"),
        _column("points", AMOUNT),
        _text("unit"),
        _column("taken_at", INSTANT),
        _text("reason"),
        _text("first", nullable=True),
        _text("decided_by", nullable=True),
        _text("note", nullable=True),
        *_state(),
        _refers("double_use", "voucher_id", "voucher"),
        _refers("double_use", "merchant_id", "merchant"),
    )
    _index("double_use", "status", "taken_at")


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
