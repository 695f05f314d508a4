"""Claims complete: waiting lists, teams, check-in, provenance; conditions, attestations, ratings.

Frozen: what it says must not follow the tables of today. No database adds a column in the place where a
new table has it, so the claims are made anew.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from gridpoints.storage.sql.migrations import parts

revision = "0013"
down_revision = "0012"

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
    parts.sqlite_statistics()


# --- claims ---------------------------------------------------------------------------------------


def _new_columns() -> list[tuple[sa.Column[Any], str | None]]:
    """What is new of a claim, and what those have that there are."""
    return [
        (parts.column("due_at", INSTANT, nullable=True), None),
        (parts.column("seats", WHOLE), "1"),
        (parts.text("team", nullable=True), None),
        (parts.column("children", WHOLE), "0"),
        (parts.text("from_claim", nullable=True), None),
        (parts.column("acknowledged", FLAG), "false"),
        (parts.column("checked_in_at", INSTANT, nullable=True), None),
        (parts.column("checked_out_at", INSTANT, nullable=True), None),
        (parts.column("code_window", AMOUNT, nullable=True), None),
        (parts.text("provenance", nullable=True), None),
        (parts.text("entered_by", nullable=True), None),
        (parts.column("corrections", WHOLE), "0"),
        (parts.column("warnings", JSON), "'[]'"),
    ]


def _claims_anew() -> None:
    op.execute("CREATE TEMPORARY TABLE former_claim AS SELECT * FROM gridpoints_claim")
    op.execute("DROP TABLE gridpoints_claim")  # nothing refers to it
    new = _new_columns()
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
        *(column for column, _ in new),
        *parts.state(),
        parts.refers("claim", "member_id", "member"),
        parts.refers("claim", "award_id", "award"),
        parts.refers("claim", "from_claim", "claim"),
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
    parts.index("claim", "target_id", "target", "status", "claimed_at")
    parts.index("claim", "member_id", "status")
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
    parts.table(
        "conditions",
        parts.text("id"),
        parts.column("confirmed", FLAG),
        parts.column("opens_before", WHOLE, nullable=True),
        parts.column("closes_before", WHOLE, nullable=True),
        parts.column("newcomers_before", WHOLE, nullable=True),
        parts.column("most_open", WHOLE, nullable=True),
        parts.column("cooldown_days", WHOLE, nullable=True),
        parts.column("late_minutes", WHOLE),
        parts.column("offer_minutes", WHOLE),
        parts.column("naming_minutes", WHOLE),
        parts.column("travel_minutes", WHOLE),
        parts.column("lease_days", WHOLE),
        parts.column("least_age", WHOLE, nullable=True),
        parts.column("guardian_below", WHOLE, nullable=True),
        parts.column("skills", JSON),
        parts.text("risk"),
        parts.column("family_verifies", FLAG),
        parts.column("entered_counts", FLAG),
        parts.text("called_off_deed", nullable=True),
        *parts.state(),
    )
    parts.table(
        "code_key",
        parts.text("id"),
        parts.text("secret"),
        parts.column("made_at", INSTANT),
    )


def _attestations() -> None:
    for name, columns in (("qualification", ("skill", "attested_by")), ("consent", ("guardian", "covers"))):
        parts.table(
            name,
            parts.text("id"),
            parts.text("member_id"),
            *map(parts.text, columns),
            parts.column("since", INSTANT),
            parts.column("until", INSTANT, nullable=True),
            *parts.state(),
            parts.refers(name, "member_id", "member"),
        )
        parts.index(name, "member_id")


def _ratings() -> None:
    parts.table(
        "rating",
        parts.text("id"),
        parts.text("claim_id"),
        parts.text("rater"),
        parts.text("about"),
        parts.column("score", WHOLE),
        parts.column("rated_at", INSTANT),
        parts.text("text"),
        *parts.state(),
        parts.refers("rating", "claim_id", "claim"),
    )
    parts.index("rating", "claim_id")
    parts.index("rating", "about", "rated_at")
