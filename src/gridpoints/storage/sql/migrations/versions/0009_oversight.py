"""What somebody made of what looked odd.

Frozen: what it says must not follow the tables of today.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0009"
down_revision = "0008"

TEXT = sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")
INSTANT = sa.DateTime(timezone=True).with_variant(sa.Text(), "sqlite")


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        "gridpoints_look",
        sa.Column("community_id", TEXT, nullable=False),
        sa.Column("id", TEXT, nullable=False),
        sa.Column("suspicion", TEXT, nullable=False),
        sa.Column("verdict", TEXT, nullable=False),
        sa.Column("note", TEXT, nullable=False),
        sa.Column("looked_at", INSTANT, nullable=False),
        sa.Column("looked_by", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("community_id", "id", name="pk_gridpoints_look"),
        sqlite_with_rowid=True,
    )
    if op.get_bind().dialect.name == "postgresql":
        # As in 0002: statistics of communities would say that one founded since has no rows.
        op.execute("ALTER TABLE gridpoints_look ALTER COLUMN community_id SET STATISTICS 0")
