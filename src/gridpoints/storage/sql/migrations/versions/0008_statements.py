"""Statements to the last digit: portions by agreement, fees, what is carried over; adjustments; the fund.

Frozen: what it says must not follow the tables of today. Statements are made anew: the columns that are
new stand among the others.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0008"
down_revision = "0007"

TEXT = sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")
INSTANT = sa.DateTime(timezone=True).with_variant(sa.Text(), "sqlite")
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
WHOLE = sa.Integer()
AMOUNT = sa.BigInteger()

#: In the order in which they stood.
_FORMER = (
    "community_id, id, merchant_id, unit, after_sequence, until_sequence, until, redemptions, opening,"
    " points, rate, money, currency, drawn_up_at, drawn_up_by"
)
_STATE = "approved_by, payment_reference, status, version"


def upgrade() -> None:
    """Add the table, and make statements anew."""
    op.execute("CREATE TEMPORARY TABLE former_settlement AS SELECT * FROM gridpoints_settlement")
    op.execute("DROP TABLE gridpoints_settlement")
    _statements()
    op.execute(
        f"INSERT INTO gridpoints_settlement ({_FORMER}, refunded, portions, brought, gross, fees,"  # noqa: S608
        f" adjustments, carried, {_STATE}) SELECT {_FORMER}, 0, '[]', '0', money, '0', '0',"
        f" '0', {_STATE} FROM former_settlement"
    )
    op.execute("DROP TABLE former_settlement")
    _adjustments()
    _sqlite_statistics()


def _statements() -> None:
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
        _column("refunded", AMOUNT),
        _column("portions", JSON),
        _text("brought"),
        _text("gross"),
        _text("fees"),
        _text("adjustments"),
        _text("carried"),
        _text("approved_by", nullable=True),
        _text("payment_reference", nullable=True),
        *_state(),
        _refers("settlement", "merchant_id", "merchant"),
    )
    _index("settlement", "merchant_id", "until_sequence")


def _adjustments() -> None:
    _table(
        "adjustment",
        _text("id"),
        _text("merchant_id"),
        _text("money"),
        _text("currency"),
        _text("reason"),
        _column("made_at", INSTANT),
        _text("made_by"),
        _text("settlement_id", nullable=True),
        *_state(),
        _refers("adjustment", "merchant_id", "merchant"),
        _refers("adjustment", "settlement_id", "settlement"),
    )
    _index("adjustment", "merchant_id", "status")
    _index("adjustment", "settlement_id")
    _table(
        "deposit",
        _text("id"),
        _text("money"),
        _text("currency"),
        _text("source"),
        _column("day", sa.Date()),
        _column("made_at", INSTANT),
        _text("made_by"),
    )
    _index("deposit", "currency", "day")


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
