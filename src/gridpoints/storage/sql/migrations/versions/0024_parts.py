"""The index of awards by their member has parts, of which only the newest is written.

In one for all, each of a batch of awards stood on a page of its own, once there were some hundred thousand.
Those that there are make up the first part.
Frozen: what it says must not follow the tables of today.
"""

import sqlalchemy as sa
from alembic import op

from gridpoints.storage.sql.migrations import parts

revision = "0024"
down_revision = "0023"


def upgrade() -> None:
    """Say which part each award is in."""
    op.add_column(
        "gridpoints_award", sa.Column("part", parts.WHOLE, nullable=False, server_default=sa.text("0"))
    )
    op.drop_index("ix_gridpoints_award_member_id", "gridpoints_award")
    parts.index("award", "part", "member_id")
    if op.get_bind().dialect.name == "sqlite":
        # of a part, a member has few; to look through all of it is dear
        figures = sa.text("INSERT INTO sqlite_stat1 VALUES (:table, :index, '100000 100000 50000 10')")
        op.get_bind().execute(figures, {"table": "gridpoints_award", "index": "ix_gridpoints_award_part"})
