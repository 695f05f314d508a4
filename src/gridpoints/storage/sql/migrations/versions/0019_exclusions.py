"""Members are excluded by decisions, which are kept.

Frozen: what it says must not follow the tables of today.
"""

import sqlalchemy as sa

from gridpoints.storage.sql.migrations import parts

revision = "0019"
down_revision = "0018"

INSTANT = sa.DateTime(timezone=True).with_variant(sa.Text(), "sqlite")
DAY = sa.Date()


def upgrade() -> None:
    """Add the table."""
    parts.table(
        "exclusion",
        parts.text("id"),
        parts.text("member_id"),
        parts.text("reason"),
        parts.column("since", DAY),
        parts.column("until", DAY, nullable=True),
        parts.text("note"),
        parts.text("decided_by"),
        parts.column("decided_at", INSTANT),
        parts.column("lifted_on", DAY, nullable=True),
        *parts.state(),
        parts.refers("exclusion", "member_id", "member"),
    )
    parts.index("exclusion", "member_id", "since")
    parts.sqlite_statistics()
