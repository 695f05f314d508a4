"""Awards that wait for others: reviews, votes, objections, arrears; facts and uses of awards.

Frozen: what it says must not follow the tables of today. SQLite adds no column in the place where a
new table would have it, so there the awards, and the claims that refer to them, are made anew.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from gridpoints.storage.sql.migrations import parts

revision = "0004"
down_revision = "0003"

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
    parts.sqlite_statistics()


# --- awards ---------------------------------------------------------------------------------------


def _more_of_awards() -> None:
    for column, default in (
        (parts.column("facts", JSON), "'{}'"),
        (parts.text("chosen", nullable=True), None),
        (parts.text("household_id", nullable=True), None),
        (parts.column("uses", JSON), "'{}'"),
        (parts.column("version", WHOLE), "1"),
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
    parts.table(
        "award",
        parts.text("id"),
        parts.text("member_id"),
        parts.text("deed"),
        parts.column("day", DAY),
        parts.text("quantity", nullable=True),
        parts.text("source"),
        parts.text("reported_by"),
        parts.column("recorded_at", INSTANT),
        parts.text("rule_set"),
        parts.text("unit"),
        parts.column("wanted", AMOUNT),
        parts.column("awarded", AMOUNT),
        parts.text("status"),
        parts.column("explanation", JSON),
        parts.column("facts", JSON),
        parts.text("chosen", nullable=True),
        parts.text("household_id", nullable=True),
        parts.column("uses", JSON),
        parts.column("version", WHOLE),
        parts.refers("award", "member_id", "member"),
        parts.refers("award", "household_id", "household"),
    )
    parts.index("award", "member_id", "day")
    parts.table(
        "claim",
        parts.text("id"),
        parts.text("target"),
        parts.text("target_id"),
        parts.text("member_id"),
        parts.column("claimed_at", INSTANT),
        parts.column("lease_until", INSTANT, nullable=True),
        parts.text("hours", nullable=True),
        parts.text("verified_by", nullable=True),
        parts.text("award_id", nullable=True),
        *parts.state(),
        parts.refers("claim", "member_id", "member"),
        parts.refers("claim", "award_id", "award"),
    )
    parts.index("claim", "target_id", "target", "status")
    parts.index("claim", "member_id", "claimed_at")
    op.execute("INSERT INTO gridpoints_award SELECT *, '{}', NULL, NULL, '{}', 1 FROM former_award")
    op.execute("INSERT INTO gridpoints_claim SELECT * FROM former_claim")
    for table in ("claim", "award"):
        op.execute(f"DROP TABLE former_{table}")


# --- what is new ----------------------------------------------------------------------------------


def _arrears() -> None:
    parts.table(
        "arrears",
        parts.text("id"),
        parts.text("account"),
        parts.text("deed"),
        parts.column("owed", AMOUNT),
        parts.column("remaining", AMOUNT),
        parts.column("since", INSTANT),
        parts.column("payments", WHOLE),
        *parts.state(),
    )
    parts.index("arrears", "account", "status")


def _reviews() -> None:
    parts.table(
        "review",
        parts.text("id"),
        parts.text("award_id"),
        parts.column("stage", WHOLE),
        parts.text("kind"),
        parts.column("opened_at", INSTANT),
        parts.column("closes_at", INSTANT, nullable=True),
        *parts.state(),
        parts.refers("review", "award_id", "award"),
    )
    parts.index("review", "award_id", "stage")
    parts.index("review", "status", "closes_at")
    parts.table(
        "vote",
        parts.text("id"),
        parts.text("review_id"),
        parts.text("voter"),
        parts.text("side"),
        parts.column("cast_at", INSTANT),
        parts.column("amount", AMOUNT, nullable=True),
        parts.text("reason", nullable=True),
        parts.refers("vote", "review_id", "review"),
    )
    parts.index("vote", "review_id")
    parts.table(
        "objection",
        parts.text("id"),
        parts.text("award_id"),
        parts.text("made_by"),
        parts.column("made_at", INSTANT),
        parts.text("reason"),
        parts.text("kind"),
        parts.text("decided_by", nullable=True),
        *parts.state(),
        parts.refers("objection", "award_id", "award"),
    )
    parts.index("objection", "award_id", "status")
