"""Tables in parts, for an index whose new rows come from everybody: a partitioned B-tree.

In one index by member over a million rows, each of 20,000 more has a page to itself, which is written for
it. Where the number of a part comes first, all are in the newest part, and share a few hundred. Whoever looks
for the rows of a member looks in each part: in 16 of a million rows, and in one where there are few. (Graefe,
"Sorting and Indexing with Partitioned B-Trees", 2003.)

So on SQLite, whose one writer knows how many rows there are. On PostgreSQL there is one part.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from sqlalchemy import Boolean, ColumnElement, Connection, Table, func, literal_column, select
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.sql.operators import OperatorType

from gridpoints.storage.sql.prepared import Prepared
from gridpoints.storage.sql.reading import HERE

#: 2^16 rows are a part.
_BITS = 16


def newest(connection: Connection, table: Table) -> int:
    """The part that new rows belong to."""
    if connection.dialect.name != "sqlite":
        return 0
    [(part,)] = _newest(table).rows(connection)
    return int(part)


@cache
def _newest(table: Table) -> Prepared:
    last: ColumnElement[int] = func.coalesce(func.max(literal_column("rowid")), literal_column("0"))
    return Prepared(select(last.op(">>")(literal_column(str(_BITS)))).select_from(table))


def in_each(table: Table) -> ColumnElement[bool]:
    """A condition that holds for all rows of the community, and names the parts for an index."""
    here = table.alias("here")
    least = select(func.min(here.c.part).label("part")).where(here.c.community_id == HERE)
    # From each part to the next one: as many steps as there are parts.
    parts = least.cte("parts", recursive=True)
    following = least.where(here.c.part > parts.c.part).correlate(parts).scalar_subquery()
    parts = parts.union_all(select(following).where(parts.c.part.is_not(None)))
    return _in_each(table.c.part.in_(select(parts.c.part)), table.c.part == literal_column("0"))


class _in_each(FunctionElement[bool]):  # noqa: N801 -- reads as a function
    type = Boolean()
    inherit_cache = True

    def self_group(self, against: OperatorType | None = None) -> _in_each:
        """Itself: see `gridpoints.storage.sql.types.among`."""
        return self


@compiles(_in_each, "sqlite")
def _all(element: _in_each, compiler: SQLCompiler, **kw: Any) -> str:
    parts, _ = element.clauses
    return str(compiler.process(parts, **kw))


@compiles(_in_each, "postgresql")
def _first(element: _in_each, compiler: SQLCompiler, **kw: Any) -> str:
    _, first = element.clauses
    return str(compiler.process(first, **kw))
