"""Drafts of rules: what is written, checked and approved before it is published.

Frozen: what it says must not follow the tables of today.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"

TEXT = sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")
INSTANT = sa.DateTime(timezone=True).with_variant(sa.Text(), "sqlite")
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "gridpoints_draft",
        sa.Column("community_id", TEXT, nullable=False),
        sa.Column("id", TEXT, nullable=False),
        sa.Column("text", TEXT, nullable=False),
        sa.Column("drafted_at", INSTANT, nullable=False),
        sa.Column("drafted_by", TEXT, nullable=False),
        sa.Column("approved_at", INSTANT, nullable=True),
        sa.Column("approved_by", TEXT, nullable=True),
        sa.Column("vote", JSON, nullable=True),
        sa.Column("status", TEXT, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("community_id", "id", name="pk_gridpoints_draft"),
    )
    if op.get_bind().dialect.name == "postgresql":
        # As with every table: see 0002.
        op.execute("ALTER TABLE gridpoints_draft ALTER COLUMN community_id SET STATISTICS 0")
