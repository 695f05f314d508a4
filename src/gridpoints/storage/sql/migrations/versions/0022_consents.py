"""A consent says who gave it, who wrote it down, and when it was withdrawn; members give some themselves.

Frozen: what it says must not follow the tables of today.
"""

import sqlalchemy as sa
from alembic import op

from gridpoints.storage.sql.migrations import parts

revision = "0022"
down_revision = "0021"

INSTANT = sa.DateTime(timezone=True).with_variant(sa.Text(), "sqlite")

#: Who wrote it down, and when it was withdrawn, stands in the journal.
_FILL = """
    INSERT INTO gridpoints_consent
    SELECT community_id, id, member_id, guardian, covers,
        COALESCE((SELECT c.actor {change} AND c.version = 1), guardian), since, until,
        (SELECT MAX(c.at) {change} AND c.status = 'withdrawn'), status, version
    FROM former_consent
""".replace(
    "{change}",
    "FROM gridpoints_change c WHERE c.community_id = former_consent.community_id"
    " AND c.kind = 'consent' AND c.subject = former_consent.id",
)


def upgrade() -> None:
    """Make the table anew, and fill it from what it was."""
    op.execute("CREATE TEMPORARY TABLE former_consent AS SELECT * FROM gridpoints_consent")
    op.execute("DROP TABLE gridpoints_consent")
    parts.table(
        "consent",
        *map(parts.text, ("id", "member_id", "given_by", "covers", "recorded_by")),
        parts.column("since", INSTANT),
        parts.column("until", INSTANT, nullable=True),
        parts.column("withdrawn_at", INSTANT, nullable=True),
        *parts.state(),
        parts.refers("consent", "member_id", "member"),
    )
    parts.index("consent", "member_id")
    parts.index("consent", "covers", "status")
    op.execute(_FILL)
    op.execute("DROP TABLE former_consent")
    parts.sqlite_statistics()
