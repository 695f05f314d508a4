"""Changes have a number, by which they are read in order.

Frozen: what it says must not follow the tables of today. SQLite cannot add a constraint to a table, so
there the table is made anew. What stands there already is numbered by time, and by version.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"

TEXT = sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")
INSTANT = sa.DateTime(timezone=True).with_variant(sa.Text(), "sqlite")
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")

_NUMBERED = """
    SELECT community_id, id, row_number() OVER (
        PARTITION BY community_id ORDER BY at, version, id
    ) AS place FROM {table}
"""


def upgrade() -> None:
    """Add the column, and number what is there."""
    if op.get_bind().dialect.name == "sqlite":
        _anew()
    else:
        op.add_column("gridpoints_change", sa.Column("number", sa.BigInteger()))
        op.execute(
            f"UPDATE gridpoints_change c SET number = n.place"  # noqa: S608
            f" FROM ({_NUMBERED.format(table='gridpoints_change')}) n"
            " WHERE n.community_id = c.community_id AND n.id = c.id"
        )
        op.create_unique_constraint(
            "uq_gridpoints_change_number", "gridpoints_change", ["community_id", "number"]
        )


def _anew() -> None:
    op.execute("CREATE TEMPORARY TABLE former_change AS SELECT * FROM gridpoints_change")
    op.execute("DROP TABLE gridpoints_change")
    op.create_table(
        "gridpoints_change",
        sa.Column("community_id", TEXT, nullable=False),
        sa.Column("id", TEXT, nullable=False),
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("subject", TEXT, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("actor", TEXT, nullable=False),
        sa.Column("status", TEXT),
        sa.Column("before", JSON, nullable=False),
        sa.Column("reason", TEXT),
        sa.Column("number", sa.BigInteger()),
        sa.PrimaryKeyConstraint("community_id", "id", name="pk_gridpoints_change"),
        sa.UniqueConstraint(
            "community_id", "subject", "kind", "version", name="uq_gridpoints_change_subject"
        ),
        sa.UniqueConstraint("community_id", "number", name="uq_gridpoints_change_number"),
        sqlite_with_rowid=True,
    )
    op.execute(
        "INSERT INTO gridpoints_change SELECT f.*, n.place FROM former_change f"  # noqa: S608
        f" JOIN ({_NUMBERED.format(table='former_change')}) n"
        " ON n.community_id = f.community_id AND n.id = f.id"
    )
    op.execute("DROP TABLE former_change")
