"""Who left, and claims that wait to be judged, are found without a look at all the others.

Claims also say when what they are on was moved to another time, and guardians are known. Frozen: what it
says must not follow the tables of today.
"""

import sqlalchemy as sa
from alembic import op

from gridpoints.storage.sql.migrations import parts

revision = "0020"
down_revision = "0019"

INSTANT = sa.DateTime(timezone=True).with_variant(sa.Text(), "sqlite")

#: When the journal says that it came so far; else the time that the record has.
_SINCE = """
    UPDATE gridpoints_{table} SET {column} = COALESCE(
        (SELECT MAX(c.at) FROM gridpoints_change c
         WHERE c.community_id = gridpoints_{table}.community_id AND c.kind = '{table}'
         AND c.subject = gridpoints_{table}.id AND c.status = '{status}'),
        {otherwise}
    ) WHERE status IN {statuses}
"""


def upgrade() -> None:
    """Add the columns, fill them, and index what has them."""
    for table, *added in (("member", "left_at"), ("claim", "waits_since", "moved_at")):
        for column in added:
            op.add_column(f"gridpoints_{table}", sa.Column(column, INSTANT, nullable=True))
    for table, columns, status, statuses, otherwise in (
        ("member", ("left_at",), "left", "('left')", "enrolled_at"),
        ("claim", ("waits_since", "id"), "submitted", "('submitted', 'disputed')", "claimed_at"),
    ):
        column = columns[0]
        op.execute(
            _SINCE.format(table=table, column=column, status=status, statuses=statuses, otherwise=otherwise)
        )
        known = sa.text(f"{column} IS NOT NULL")
        op.create_index(
            f"ix_gridpoints_{table}_{column}",
            f"gridpoints_{table}",
            ["community_id", *columns],
            sqlite_where=known,
            postgresql_where=known,
        )
    _guardians()
    parts.sqlite_statistics()


def _guardians() -> None:
    parts.table(
        "guardianship",
        *(parts.text(column) for column in ("id", "member_id", "guardian_id")),
        *parts.state(),
        parts.refers("guardianship", "member_id", "member"),
        parts.refers("guardianship", "guardian_id", "member"),
    )
    parts.index("guardianship", "member_id", "status")
