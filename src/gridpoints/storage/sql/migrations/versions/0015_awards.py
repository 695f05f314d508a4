"""Awards are found by day, and keep their evidence.

Frozen: what it says must not follow the tables of today.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0015"
down_revision = "0014"

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    """Add the column and the index, and tell SQLite what it is worth: few awards are of one day."""
    op.add_column(
        "gridpoints_award",
        sa.Column("evidence", JSON, nullable=False, server_default=sa.text("'[]'")),
    )
    op.create_index("ix_gridpoints_award_day", "gridpoints_award", ["community_id", "day"])
    if op.get_bind().dialect.name == "sqlite":
        op.execute(
            sa.text(
                "INSERT INTO sqlite_stat1 VALUES"
                " ('gridpoints_award', 'ix_gridpoints_award_day', '100000 100000 100')"
            )
        )
