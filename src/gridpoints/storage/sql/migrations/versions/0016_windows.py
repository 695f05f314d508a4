"""What is looked at by a window of time, and statements by what became of them, are found by indexes.

Frozen: what it says must not follow the tables of today.
"""

import sqlalchemy as sa
from alembic import op

from gridpoints.storage.sql.migrations import parts

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    """Add the indexes, and tell SQLite that they find few."""
    taken = sa.text("captured_at IS NOT NULL")
    op.create_index(
        "ix_gridpoints_redemption_captured_at",
        "gridpoints_redemption",
        ["community_id", "captured_at"],
        sqlite_where=taken,
        postgresql_where=taken,
    )
    parts.index("refund", "refunded_at")
    parts.index("claim", "claimed_at")
    parts.index("vote", "cast_at")
    parts.index("settlement", "currency", "status")
    parts.index("delivery", "redemption_id")
    parts.index("delivery", "taken_at")
    parts.sqlite_statistics()
