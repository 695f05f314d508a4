"""Emergencies: the mode, the muster, directives. Records: entries and certificates.

Frozen: what it says must not follow the tables of today.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0010"
down_revision = "0009"

TEXT = sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")
INSTANT = sa.DateTime(timezone=True).with_variant(sa.Text(), "sqlite")
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
DAY = sa.Date()
WHOLE = sa.Integer()
AMOUNT = sa.BigInteger()


def upgrade() -> None:
    """Add the tables."""
    _emergencies()
    _musters()
    _directives()
    _recognition()
    _sqlite_statistics()


def _emergencies() -> None:
    _table(
        "emergency",
        _text("id"),
        _text("kind"),
        _text("reason"),
        _text("mode"),
        _column("declared_at", INSTANT),
        _text("declared_by"),
        _column("grids", JSON),
        _column("ended_at", INSTANT, nullable=True),
        _text("ended_by", nullable=True),
        _text("outcome", nullable=True),
        *_state(),
    )
    _index("emergency", "mode", "declared_at")


def _musters() -> None:
    _table(
        "muster_call",
        _text("id"),
        _text("emergency_id"),
        _text("place"),
        _column("wanted", WHOLE),
        _column("starts_at", INSTANT),
        _column("called_at", INSTANT),
        _text("called_by"),
        _column("ends_at", INSTANT, nullable=True),
        _text("skill", nullable=True),
        _text("grid_id", nullable=True),
        _text("deed", nullable=True),
        *_state(),
        _refers("muster_call", "emergency_id", "emergency"),
        _refers("muster_call", "grid_id", "grid"),
    )
    _index("muster_call", "emergency_id", "called_at")
    _table(
        "assignment",
        _text("id"),
        _text("call_id"),
        _text("emergency_id"),
        _text("member_id"),
        _column("requested_at", INSTANT),
        _text("requested_by"),
        _column("answer_by", INSTANT, nullable=True),
        _column("answered_at", INSTANT, nullable=True),
        _column("mobilised_at", INSTANT, nullable=True),
        _column("in_action_at", INSTANT, nullable=True),
        _column("demobilised_at", INSTANT, nullable=True),
        _text("hours", nullable=True),
        _text("hours_from", nullable=True),
        _text("verified_by", nullable=True),
        _text("award_id", nullable=True),
        *_state(),
        _refers("assignment", "call_id", "muster_call"),
        _refers("assignment", "emergency_id", "emergency"),
        _refers("assignment", "member_id", "member"),
        _refers("assignment", "award_id", "award"),
    )
    for columns in ("call_id", "status"), ("emergency_id", "status"), ("member_id", "status"):
        _index("assignment", *columns)
    _index("assignment", "status", "answer_by")


def _directives() -> None:
    _table(
        "directive",
        _text("id"),
        _text("text"),
        _column("issued_at", INSTANT),
        _text("issued_by"),
        _column("due_at", INSTANT),
        _text("emergency_id", nullable=True),
        *_state(),
        _refers("directive", "emergency_id", "emergency"),
    )
    _index("directive", "emergency_id", "issued_at")
    _table(
        "acknowledgement",
        _text("id"),
        _text("directive_id"),
        _text("grid_id"),
        _column("remind_at", INSTANT, nullable=True),
        _column("due_at", INSTANT),
        _column("responsible", JSON),
        _column("reminded_at", INSTANT, nullable=True),
        _column("escalated_at", INSTANT, nullable=True),
        _column("acknowledged_at", INSTANT, nullable=True),
        _text("acknowledged_by", nullable=True),
        _column("done_at", INSTANT, nullable=True),
        _text("outcome", nullable=True),
        *_state(),
        _refers("acknowledgement", "directive_id", "directive"),
        _refers("acknowledgement", "grid_id", "grid"),
    )
    _index("acknowledgement", "directive_id")
    _index("acknowledgement", "status", "due_at")


def _recognition() -> None:
    _table(
        "record_entry",
        _text("id"),
        _text("member_id"),
        _text("kind"),
        _text("title"),
        _column("day", DAY),
        _column("entered_at", INSTANT),
        _text("entered_by"),
        _text("hours", nullable=True),
        _text("given_by"),
        _text("note", nullable=True),
        _text("corrects", nullable=True),
        *_state(),
        _refers("record_entry", "member_id", "member"),
        _refers("record_entry", "corrects", "record_entry"),
    )
    _index("record_entry", "member_id", "day")
    _table(
        "certificate",
        _text("id"),
        _column("number", AMOUNT),
        _text("member_id"),
        _text("kind"),
        _column("issued_at", INSTANT),
        _text("issued_by"),
        _text("hours", nullable=True),
        _column("since", DAY, nullable=True),
        _column("until", DAY, nullable=True),
        _text("entry_id", nullable=True),
        _column("revoked_at", INSTANT, nullable=True),
        *_state(),
        _refers("certificate", "member_id", "member"),
        _refers("certificate", "entry_id", "record_entry"),
    )
    _index("certificate", "member_id", "number")
    _index("certificate", "status")


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
