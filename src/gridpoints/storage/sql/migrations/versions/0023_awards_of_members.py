"""Awards are found by their member alone, whose newest stand together at the end of theirs.

By member and day, whoever credits a year's deeds wrote nearly every page of the index for each batch of them.
Frozen: what it says must not follow the tables of today.
"""

from alembic import op

from gridpoints.storage.sql.migrations import parts

revision = "0023"
down_revision = "0022"


def upgrade() -> None:
    """Make the index anew."""
    op.drop_index("ix_gridpoints_award_member_id", "gridpoints_award")
    parts.index("award", "member_id")
    parts.sqlite_statistics()
