"""Counters are kept under their key alone.

The parts of it stood beside it, in columns that nothing read, and made the table twice as large.
"""

from alembic import op

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    """Drop what the key says already."""
    for column in ("limit_code", "subject", "since"):
        op.drop_column("gridpoints_usage", column)
