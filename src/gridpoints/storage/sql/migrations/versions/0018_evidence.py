"""Claims carry what shows that it was done.

Frozen: what it says must not follow the tables of today.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0018"
down_revision = "0017"

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    """Add the column: the claims that there are have none."""
    op.add_column(
        "gridpoints_claim",
        sa.Column("evidence", JSON, nullable=False, server_default=sa.text("'[]'")),
    )
