"""Lines that wait for a number are found by the transaction that wrote them.

Each that got its number left an entry in the index of those that wait, which stood in the way of whoever
looked for them until the database cleaned up. Frozen: what it says must not follow the tables of today.
"""

import sqlalchemy as sa
from alembic import op

from gridpoints.storage.sql.migrations import parts

revision = "0021"
down_revision = "0020"

_JOURNAL = "gridpoints_journal"
_WAITS = sa.text("writer IS NOT NULL")


def upgrade() -> None:
    """Add the column, and index what has it."""
    on_postgresql = op.get_bind().dialect.name == "postgresql"
    none = None if on_postgresql else sa.text("NULL")  # a default that differs would write all rows anew
    op.add_column(_JOURNAL, sa.Column("writer", sa.BigInteger(), server_default=none, nullable=True))
    op.drop_index("ix_gridpoints_journal_recorded_at", _JOURNAL)
    if on_postgresql:
        # Older than every transaction: whoever looks for what waits begins before it.
        op.execute(f"UPDATE {_JOURNAL} SET writer = 0 WHERE number IS NULL")  # noqa: S608
        op.execute(
            f"ALTER TABLE {_JOURNAL} ALTER COLUMN writer SET DEFAULT pg_current_xact_id()::text::bigint"
        )
        op.create_check_constraint(
            op.f("ck_gridpoints_journal_writer"), _JOURNAL, "(number IS NULL) = (writer IS NOT NULL)"
        )
    op.create_index(
        "ix_gridpoints_journal_writer",
        _JOURNAL,
        ["community_id", "writer"],
        sqlite_where=_WAITS,
        postgresql_where=_WAITS,
    )
    parts.sqlite_statistics()
