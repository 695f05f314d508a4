"""The parts that migrations make their tables of.

Frozen with the migrations that use them: what a part makes must never change. A migration that needs another
form writes its own.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

TEXT = sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")
WHOLE = sa.Integer()


def table(name: str, *parts: sa.schema.SchemaItem) -> None:
    """Create a table of records, kept by community and id."""
    op.create_table(
        f"gridpoints_{name}",
        text("community_id"),
        *parts,
        sa.PrimaryKeyConstraint("community_id", "id", name=f"pk_gridpoints_{name}"),
        sqlite_with_rowid=True,
    )
    if op.get_bind().dialect.name == "postgresql":
        # As in 0002: statistics of communities would say that one founded since has no rows.
        op.execute(f"ALTER TABLE gridpoints_{name} ALTER COLUMN community_id SET STATISTICS 0")


def column(name: str, type: sa.types.TypeEngine[Any], *, nullable: bool = False) -> sa.Column[Any]:
    """A column that must have a value, or may be without one."""
    return sa.Column(name, type, nullable=nullable)


def text(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    """A column of text, compared by its code points on each database."""
    return sa.Column(name, TEXT, nullable=nullable)


def state() -> tuple[sa.Column[Any], sa.Column[Any]]:
    """The two columns of a record that moves on: its status and its version."""
    return text("status"), column("version", WHOLE)


def refers(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    """A reference to a record of the same community."""
    return sa.ForeignKeyConstraint(
        ["community_id", column],
        [f"gridpoints_{target}.community_id", f"gridpoints_{target}.id"],
        name=f"fk_gridpoints_{table}_{column}",
    )


def index(table: str, *columns: str) -> None:
    """Create an index on a column, and those after it, within a community."""
    op.create_index(f"ix_gridpoints_{table}_{columns[0]}", f"gridpoints_{table}", ["community_id", *columns])


def sqlite_statistics() -> None:
    """The same for the new tables as 0002 says of the first: an index finds few rows."""
    connection = op.get_bind()
    if connection.dialect.name != "sqlite":
        return
    found = connection.execute(
        sa.text(
            'SELECT t.name, i.name, i."unique", (SELECT COUNT(*) FROM pragma_index_info(i.name))'
            " FROM sqlite_master t, pragma_index_list(t.name) i"
            " WHERE t.type = 'table' AND t.name LIKE 'gridpoints\\_%' ESCAPE '\\'"
            " AND t.sql NOT LIKE '%WITHOUT ROWID%' AND t.name <> 'gridpoints_version'"
            " AND i.name NOT IN (SELECT idx FROM sqlite_stat1 WHERE idx IS NOT NULL)"
        )
    )
    for table, index, unique, columns in found.all():
        figures = ["100000", "100000", *["10"] * (columns - 1)]
        if unique:
            figures[-1] = "1"
        connection.execute(
            sa.text("INSERT INTO sqlite_stat1 VALUES (:table, :index, :figures)"),
            {"table": table, "index": index, "figures": " ".join(figures)},
        )
