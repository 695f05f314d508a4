"""Awards that wait for others: reviews, votes, objections, arrears; facts and uses of awards.

Frozen: what it says must not follow the tables of today. SQLite adds no column in the place where a
new table would have it, so there the awards, and the claims that refer to them, are made anew.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"

TEXT = sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")
INSTANT = sa.DateTime(timezone=True).with_variant(sa.Text(), "sqlite")
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
DAY = sa.Date()
WHOLE = sa.Integer()
AMOUNT = sa.BigInteger()


def upgrade() -> None:
    """Add the columns and the tables."""
    if op.get_bind().dialect.name == "sqlite":
        _awards_anew()
    else:
        _more_of_awards()
    _arrears()
    _reviews()
    _sqlite_statistics()


# --- awards ---------------------------------------------------------------------------------------


def _more_of_awards() -> None:
    for column, default in (
        (_column("facts", JSON), "'{}'"),
        (_text("chosen", nullable=True), None),
        (_text("household_id", nullable=True), None),
        (_column("uses", JSON), "'{}'"),
        (_column("version", WHOLE), "1"),
    ):
        column.server_default = None if default is None else sa.DefaultClause(sa.text(default))
        op.add_column("gridpoints_award", column)
        if default is not None:
            op.alter_column("gridpoints_award", column.name, server_default=None)
    op.create_foreign_key(
        "fk_gridpoints_award_household_id",
        "gridpoints_award",
        "gridpoints_household",
        ["community_id", "household_id"],
        ["community_id", "id"],
    )


def _awards_anew() -> None:
    for table in ("claim", "award"):  # nothing refers to the first, then nothing to the second
        op.execute(f"CREATE TEMPORARY TABLE former_{table} AS SELECT * FROM gridpoints_{table}")  # noqa: S608
        op.execute(f"DROP TABLE gridpoints_{table}")
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
        _column("facts", JSON),
        _text("chosen", nullable=True),
        _text("household_id", nullable=True),
        _column("uses", JSON),
        _column("version", WHOLE),
        _refers("award", "member_id", "member"),
        _refers("award", "household_id", "household"),
    )
    _index("award", "member_id", "day")
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
    op.execute("INSERT INTO gridpoints_award SELECT *, '{}', NULL, NULL, '{}', 1 FROM former_award")
    op.execute("INSERT INTO gridpoints_claim SELECT * FROM former_claim")
    for table in ("claim", "award"):
        op.execute(f"DROP TABLE former_{table}")


# --- what is new ----------------------------------------------------------------------------------


def _arrears() -> None:
    _table(
        "arrears",
        _text("id"),
        _text("account"),
        _text("deed"),
        _column("owed", AMOUNT),
        _column("remaining", AMOUNT),
        _column("since", INSTANT),
        _column("payments", WHOLE),
        *_state(),
    )
    _index("arrears", "account", "status")


def _reviews() -> None:
    _table(
        "review",
        _text("id"),
        _text("award_id"),
        _column("stage", WHOLE),
        _text("kind"),
        _column("opened_at", INSTANT),
        _column("closes_at", INSTANT, nullable=True),
        *_state(),
        _refers("review", "award_id", "award"),
    )
    _index("review", "award_id", "stage")
    _index("review", "status", "closes_at")
    _table(
        "vote",
        _text("id"),
        _text("review_id"),
        _text("voter"),
        _text("side"),
        _column("cast_at", INSTANT),
        _column("amount", AMOUNT, nullable=True),
        _text("reason", nullable=True),
        _refers("vote", "review_id", "review"),
    )
    _index("vote", "review_id")
    _table(
        "objection",
        _text("id"),
        _text("award_id"),
        _text("made_by"),
        _column("made_at", INSTANT),
        _text("reason"),
        _text("kind"),
        _text("decided_by", nullable=True),
        *_state(),
        _refers("objection", "award_id", "award"),
    )
    _index("objection", "award_id", "status")


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
