"""The first schema: people, catalog, claims, rules, awards, redemption, changes and the ledger.

Frozen: what it says must not follow the tables of today. Every constraint is named, as the naming
convention of the tables would name it.
"""

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = None

TEXT = sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")
INSTANT = sa.DateTime(timezone=True).with_variant(sa.Text(), "sqlite")
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
DAY = sa.Date()
WHOLE = sa.Integer()
AMOUNT = sa.BigInteger()
BYTES = sa.LargeBinary()


def upgrade() -> None:
    """Create every table."""
    _who_and_where()
    _what_can_be_done()
    _what_it_is_worth()
    _who_will_do_it()
    _what_it_buys()
    _changes()
    _ledger()
    _sqlite_statistics()


def _who_and_where() -> None:
    _table(
        "community",
        _text("name"),
        _text("timezone"),
        _column("founded_at", INSTANT),
        key=(),
    )
    _table(
        "grid",
        _text("id"),
        _text("name"),
        _text("parent_id", nullable=True),
        _refers("grid", "parent_id", "grid"),
    )
    _table(
        "household",
        _text("id"),
        _text("grid_id"),
        _text("label"),
        _refers("household", "grid_id", "grid"),
    )
    _index("household", "grid_id")
    _table(
        "member",
        _text("id"),
        _text("name"),
        _column("enrolled_at", INSTANT),
        _text("household_id", nullable=True),
        _text("number", nullable=True),
        *_state(),
        _refers("member", "household_id", "household"),
        _unique("member", "number"),
    )
    _index("member", "household_id")
    _index("member", "name")


def _what_can_be_done() -> None:
    _table(
        "service_item",
        _text("id"),
        _text("name"),
        _text("deed"),
        _text("description"),
        *_state(),
    )
    _table(
        "session",
        _text("id"),
        _text("item_id"),
        _column("starts_at", INSTANT),
        _column("ends_at", INSTANT),
        _column("places", WHOLE),
        *_state(),
        _refers("session", "item_id", "service_item"),
    )
    _index("session", "item_id", "starts_at")
    _table(
        "wish",
        _text("id"),
        _text("beneficiary_id"),
        _text("text"),
        _text("deed"),
        _column("made_at", INSTANT),
        *_state(),
        _refers("wish", "beneficiary_id", "member"),
    )
    _index("wish", "status", "made_at")


def _what_it_is_worth() -> None:
    _table("unit", _text("code"), _column("scale", WHOLE), _column("names", JSON), key=("code",))
    _table(
        "published_rules",
        _text("id"),
        _text("text"),
        _column("starts_on", DAY),
        _column("published_at", INSTANT),
        _text("published_by"),
    )
    _table(
        "award",
        _text("id"),
        _text("member_id"),
        _text("deed"),
        _column("day", DAY),
        _text("quantity", nullable=True),
        _text("source"),
        _text("reported_by"),
        _column("recorded_at", INSTANT),
        _text("rule_set"),
        _text("unit"),
        _column("wanted", AMOUNT),
        _column("awarded", AMOUNT),
        _text("status"),
        _column("explanation", JSON),
        _refers("award", "member_id", "member"),
    )
    _index("award", "member_id", "day")
    _table(
        "usage",
        _text("id"),
        _text("limit_code"),
        _text("subject"),
        _column("since", DAY),
        _column("used", AMOUNT),
        sqlite_with_rowid=False,
    )


def _who_will_do_it() -> None:
    _table(
        "claim",
        _text("id"),
        _text("target"),
        _text("target_id"),
        _text("member_id"),
        _column("claimed_at", INSTANT),
        _column("lease_until", INSTANT, nullable=True),
        _text("hours", nullable=True),
        _text("verified_by", nullable=True),
        _text("award_id", nullable=True),
        *_state(),
        _refers("claim", "member_id", "member"),
        _refers("claim", "award_id", "award"),
    )
    _index("claim", "target_id", "target", "status")
    _index("claim", "member_id", "claimed_at")


def _what_it_buys() -> None:
    _table(
        "merchant",
        _text("id"),
        _text("name"),
        _text("unit"),
        _text("rate"),
        _text("currency"),
        *_state(),
    )
    _table(
        "offer",
        _text("id"),
        _text("merchant_id"),
        _text("name"),
        _column("price", AMOUNT),
        _column("stock", AMOUNT, nullable=True),
        *_state(),
        _refers("offer", "merchant_id", "merchant"),
        _check("offer", "stock", "stock >= 0"),
    )
    _index("offer", "merchant_id")
    _table(
        "redemption",
        _text("id"),
        _text("offer_id"),
        _text("merchant_id"),
        _text("member_id"),
        _column("quantity", AMOUNT),
        _text("unit"),
        _column("points", AMOUNT),
        _column("authorised_at", INSTANT),
        _column("expires_at", INSTANT),
        _column("captured_at", INSTANT, nullable=True),
        *_state(),
        _refers("redemption", "offer_id", "offer"),
        _refers("redemption", "merchant_id", "merchant"),
        _refers("redemption", "member_id", "member"),
    )
    _index("redemption", "offer_id", "status")
    _index("redemption", "member_id", "authorised_at")
    _index("redemption", "merchant_id")
    _table(
        "settlement",
        _text("id"),
        _text("merchant_id"),
        _text("unit"),
        _column("after_sequence", AMOUNT),
        _column("until_sequence", AMOUNT),
        _column("until", INSTANT),
        _column("redemptions", AMOUNT),
        _column("opening", AMOUNT),
        _column("points", AMOUNT),
        _text("rate"),
        _text("money"),
        _text("currency"),
        _column("drawn_up_at", INSTANT),
        _text("drawn_up_by"),
        _text("approved_by", nullable=True),
        _text("payment_reference", nullable=True),
        *_state(),
        _refers("settlement", "merchant_id", "merchant"),
    )
    _index("settlement", "merchant_id", "until_sequence")


def _changes() -> None:
    _table(
        "change",
        _text("id"),
        _text("kind"),
        _text("subject"),
        _column("version", WHOLE),
        _column("at", INSTANT),
        _text("actor"),
        _text("status", nullable=True),
        _column("before", JSON),
        _text("reason", nullable=True),
        _unique("change", "subject", "kind", "version"),
    )


def _ledger() -> None:
    _table(
        "journal",
        _column("number", AMOUNT, nullable=True),
        _text("id"),
        _text("act"),
        _text("kind"),
        _text("reason"),
        _text("subject", nullable=True),
        _text("effective_at"),
        _text("recorded_at"),
        _text("legs"),
        _text("lots", nullable=True),
        _text("metadata"),
        _text("refusal", nullable=True),
        _text("refusal_fields", nullable=True),
        _check("journal", "number", "number > 0"),
        _check("journal", "refusal", "(refusal IS NULL) = (refusal_fields IS NULL)"),
    )
    _index("journal", "number", where="number IS NOT NULL", unique=True)
    _index("journal", "recorded_at", "id", where="number IS NULL")
    _index("journal", "subject", where="subject IS NOT NULL")
    _index("journal", "act", "effective_at", where="act IN ('close', 'debt')")
    _table(
        "book",
        _column("folded", AMOUNT),
        _column("sealed", AMOUNT),
        _column("closed_until", INSTANT, nullable=True),
        key=(),
    )
    _table(
        "account",
        _text("id"),
        _text("unit"),
        _text("kind"),
        _text("owner"),
        _column("floor", AMOUNT, nullable=True),
        _column("posted", AMOUNT),
        _column("held", AMOUNT),
        _column("dated", AMOUNT),
        _column("moved_at", INSTANT, nullable=True),
        _refers("account", "unit", "unit", "code"),
        _check("account", "held", "held >= 0"),
        _check("account", "dated", "dated >= 0"),
        _check("account", "floor", "floor IS NULL OR posted - held >= floor"),
        sqlite_with_rowid=False,
    )
    _table(
        "lot",
        _text("account_id"),
        _column("expires_at", INSTANT),
        _column("remaining", AMOUNT),
        _refers("lot", "account_id", "account"),
        _check("lot", "remaining", "remaining >= 0"),
        key=("account_id", "expires_at"),
        sqlite_with_rowid=False,
    )
    _index("lot", "expires_at", "account_id", where="remaining > 0")
    _table(
        "hold",
        _text("id"),
        _text("account_id"),
        _column("amount", AMOUNT),
        _column("placed_at", INSTANT),
        _column("expires_at", INSTANT),
        _column("remaining", AMOUNT),
        _text("reason"),
        _text("status"),
        _refers("hold", "account_id", "account"),
        _check("hold", "remaining", "0 <= remaining AND remaining <= amount"),
    )
    _index("hold", "account_id", "expires_at", where="status = 'open'")
    _table(
        "entry",
        _text("account_id"),
        _column("sequence", AMOUNT),
        _column("number", AMOUNT),
        _column("amount", AMOUNT),
        _column("balance", AMOUNT),
        _check("entry", "amount", "amount <> 0"),
        _check("entry", "sequence", "sequence > 0"),
        key=("account_id", "sequence"),
        sqlite_with_rowid=False,
    )
    _table(
        "node",
        _column("level", AMOUNT),
        _column("index", AMOUNT),
        _column("hash", BYTES),
        key=("level", "index"),
        sqlite_with_rowid=False,
    )
    _table(
        "seal",
        _column("size", AMOUNT),
        _column("root", BYTES),
        _column("sealed_at", INSTANT),
        _text("note"),
        key=("size",),
    )


def _sqlite_statistics() -> None:
    """Tell SQLite, which guesses otherwise, that a community has all rows, and a second column few.

    Without it, a table that is kept in the tree of its key is read whole where another index would
    find a row.
    """
    connection = op.get_bind()
    if connection.dialect.name != "sqlite":
        return
    connection.execute(sa.text("ANALYZE gridpoints_grid"))  # nothing to count: it makes sqlite_stat1
    for table, index, columns, unique in _sqlite_indexes(connection):
        figures = ["100000", "100000", *["10"] * (columns - 1)]
        if unique:
            figures[-1] = "1"
        connection.execute(
            sa.text("INSERT INTO sqlite_stat1 VALUES (:table, :index, :figures)"),
            {"table": table, "index": index, "figures": " ".join(figures)},
        )


def _sqlite_indexes(connection: sa.Connection) -> Iterator[tuple[str, str, int, bool]]:
    """Of each index: its table, its name, how many columns it has, and whether it is unique.

    It has the name of its table where this is kept in the tree of its key.
    """
    found = connection.execute(
        sa.text(
            "SELECT t.name, i.name, i.\"unique\", i.origin, t.sql LIKE '%WITHOUT ROWID%',"
            " (SELECT COUNT(*) FROM pragma_index_info(i.name))"
            " FROM sqlite_master t, pragma_index_list(t.name) i"
            " WHERE t.type = 'table' AND t.name LIKE 'gridpoints\\_%' ESCAPE '\\'"
            " AND t.name <> 'gridpoints_version'"
        )
    )
    for table, index, unique, origin, in_key, columns in found:
        yield table, table if origin == "pk" and in_key else index, columns, bool(unique)


# --- the parts they are made of -------------------------------------------------------------------


def _table(
    name: str, *parts: sa.schema.SchemaItem, key: tuple[str, ...] = ("id",), sqlite_with_rowid: bool = True
) -> None:
    op.create_table(
        f"gridpoints_{name}",
        _text("community_id"),
        *parts,
        sa.PrimaryKeyConstraint("community_id", *key, name=f"pk_gridpoints_{name}"),
        sqlite_with_rowid=sqlite_with_rowid,
    )
    if op.get_bind().dialect.name == "postgresql":
        # Statistics of communities would say that one founded since they were taken has no rows:
        # the planner would then join by the community alone, and read all of it for every row.
        op.execute(f"ALTER TABLE gridpoints_{name} ALTER COLUMN community_id SET STATISTICS 0")


def _column(name: str, type: sa.types.TypeEngine[Any], *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, type, nullable=nullable)


def _text(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, TEXT, nullable=nullable)


def _state() -> tuple[sa.Column[Any], sa.Column[Any]]:
    return _text("status"), _column("version", WHOLE)


def _refers(table: str, column: str, target: str, key: str = "id") -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["community_id", column],
        [f"gridpoints_{target}.community_id", f"gridpoints_{target}.{key}"],
        name=f"fk_gridpoints_{table}_{column}",
    )


def _unique(table: str, *columns: str) -> sa.UniqueConstraint:
    return sa.UniqueConstraint("community_id", *columns, name=f"uq_gridpoints_{table}_{columns[0]}")


def _check(table: str, name: str, condition: str) -> sa.CheckConstraint:
    # op.f: the name is complete, no naming convention is to be applied to it.
    return sa.CheckConstraint(condition, name=op.f(f"ck_gridpoints_{table}_{name}"))


def _index(table: str, *columns: str, where: str | None = None, unique: bool = False) -> None:
    condition = None if where is None else sa.text(where)
    op.create_index(
        f"ix_gridpoints_{table}_{columns[0]}",
        f"gridpoints_{table}",
        ["community_id", *columns],
        unique=unique,
        sqlite_where=condition,
        postgresql_where=condition,
    )
