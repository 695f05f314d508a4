"""Tables in parts, for an index whose new rows come from everybody: a partitioned B-tree.

In one index by member over a million rows, each of 20,000 more has a page to itself, which is written for it.
Where the number of a part comes first, they are all in the newest part, and share a few hundred. Whoever looks
for the rows of a member looks in each part that there is: in 16 of a million rows, and in one where there are
few. (Graefe, "Sorting and Indexing with Partitioned B-Trees", 2003.)

So on SQLite, whose one writer knows how many rows there are. On PostgreSQL there is one part.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Boolean, Table, text
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.sql.operators import OperatorType

from gridpoints.storage.sql.prepared import Prepared

#: 2^16 rows are a part.
_BITS = 16


def newest(table: Table) -> Prepared:
    """Answers the part that new rows of a table belong to."""
    return Prepared(text(f"SELECT coalesce(max(rowid), 0) >> {_BITS} FROM {table.name}"))  # noqa: S608


class in_each_part(FunctionElement[bool]):  # noqa: N801 -- reads as a function
    """``in_each_part(part, community)``: a condition that always holds, and lets an index with parts be used."""

    type = Boolean()
    inherit_cache = True

    def self_group(self, against: OperatorType | None = None) -> in_each_part:
        """Itself: see `gridpoints.storage.sql.types.among`."""
        return self


@compiles(in_each_part, "sqlite")
def _each(element: in_each_part, compiler: SQLCompiler, **kw: Any) -> str:
    part, community = element.clauses
    # From each part to the next one: as many steps as there are parts.
    least = f"SELECT min(part) FROM {part.table.name} WHERE community_id = {compiler.process(community, **kw)}"
    following = f"SELECT ({least} AND part > each.part) FROM each WHERE part IS NOT NULL"
    each = f"WITH RECURSIVE each(part) AS ({least} UNION ALL {following}) SELECT part FROM each"
    return f"{compiler.process(part, **kw)} IN ({each})"


@compiles(in_each_part, "postgresql")
def _one(element: in_each_part, compiler: SQLCompiler, **kw: Any) -> str:
    part, _ = element.clauses
    return f"{compiler.process(part, **kw)} = 0"
