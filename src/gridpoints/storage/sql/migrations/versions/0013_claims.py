"""Claims complete: waiting lists, teams, check-in, provenance; conditions, attestations, ratings.

Frozen: what it says must not follow the tables of today. No database adds a column in the place where a
new table has it, so the claims are made anew.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0013"
down_revision = "0012"

TEXT = sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")
INSTANT = sa.DateTime(timezone=True).with_variant(sa.Text(), "sqlite")
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
WHOLE = sa.Integer()
AMOUNT = sa.BigInteger()
FLAG = sa.Boolean()


def upgrade() -> None:
    """Add the columns and the tables."""
    _claims_anew()
    _conditions()
    _attestations()
    _ratings()
    _sqlite_statistics()


# --- claims ---------------------------------------------------------------------------------------


def _new_columns() -> list[tuple[sa.Column[Any], str | None]]:
    """What is new of a claim, and what those have that there are."""
    return [
        (_column("due_at", INSTANT, nullable=True), None),
        (_column("seats", WHOLE), "1"),
        (_text("team", nullable=True), None),
        (_column("children", WHOLE), "0"),
        (_text("from_claim", nullable=True), None),
        (_column("acknowledged", FLAG), "false"),
        (_column("checked_in_at", INSTANT, nullable=True), None),
        (_column("checked_out_at", INSTANT, nullable=True), None),
        (_column("code_window", AMOUNT, nullable=True), None),
        (_text("provenance", nullable=True), None),
        (_text("entered_by", nullable=True), None),
        (_column("corrections", WHOLE), "0"),
        (_column("warnings", JSON), "'[]'"),
    ]


def _claims_anew() -> None:
    op.execute("CREATE TEMPORARY TABLE former_claim AS SELECT * FROM gridpoints_claim")
    op.execute("DROP TABLE gridpoints_claim")  # nothing refers to it
    new = _new_columns()
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
        *(column for column, _ in new),
        *_state(),
        _refers("claim", "member_id", "member"),
        _refers("claim", "award_id", "award"),
        _refers("claim", "from_claim", "claim"),
    )
    _claim_indexes()
    former = (
        "community_id, id, target, target_id, member_id, claimed_at, lease_until, hours,"
        " verified_by, award_id"
    )
    values = ", ".join(default or "NULL" for _, default in new)
    op.execute(
        f"INSERT INTO gridpoints_claim SELECT {former}, {values}, status, version FROM former_claim"  # noqa: S608
    )
    op.execute("DROP TABLE former_claim")
    _claims_of_before()


def _claim_indexes() -> None:
    _index("claim", "target_id", "target", "status", "claimed_at")
    _index("claim", "member_id", "status")
    some = sa.text("due_at IS NOT NULL")
    op.create_index(
        "ix_gridpoints_claim_due_at",
        "gridpoints_claim",
        ["community_id", "due_at"],
        sqlite_where=some,
        postgresql_where=some,
    )


def _claims_of_before() -> None:
    """Their hours were said by claimants."""
    op.execute("UPDATE gridpoints_claim SET provenance = 'claimed' WHERE hours IS NOT NULL")


# --- what is new ----------------------------------------------------------------------------------


def _conditions() -> None:
    _table(
        "conditions",
        _text("id"),
        _column("confirmed", FLAG),
        _column("opens_before", WHOLE, nullable=True),
        _column("closes_before", WHOLE, nullable=True),
        _column("newcomers_before", WHOLE, nullable=True),
        _column("most_open", WHOLE, nullable=True),
        _column("cooldown_days", WHOLE, nullable=True),
        _column("late_minutes", WHOLE),
        _column("offer_minutes", WHOLE),
        _column("naming_minutes", WHOLE),
        _column("travel_minutes", WHOLE),
        _column("lease_days", WHOLE),
        _column("least_age", WHOLE, nullable=True),
        _column("guardian_below", WHOLE, nullable=True),
        _column("skills", JSON),
        _text("risk"),
        _column("family_verifies", FLAG),
        _column("entered_counts", FLAG),
        _text("called_off_deed", nullable=True),
        *_state(),
    )
    _table(
        "code_key",
        _text("id"),
        _text("secret"),
        _column("made_at", INSTANT),
    )


def _attestations() -> None:
    for name, columns in (("qualification", ("skill", "attested_by")), ("consent", ("guardian", "covers"))):
        _table(
            name,
            _text("id"),
            _text("member_id"),
            *map(_text, columns),
            _column("since", INSTANT),
            _column("until", INSTANT, nullable=True),
            *_state(),
            _refers(name, "member_id", "member"),
        )
        _index(name, "member_id")


def _ratings() -> None:
    _table(
        "rating",
        _text("id"),
        _text("claim_id"),
        _text("rater"),
        _text("about"),
        _column("score", WHOLE),
        _column("rated_at", INSTANT),
        _text("text"),
        *_state(),
        _refers("rating", "claim_id", "claim"),
    )
    _index("rating", "claim_id")
    _index("rating", "about", "rated_at")


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
