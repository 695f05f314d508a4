"""Statements that write many rows at once.

On PostgreSQL, one statement and one round trip for any number of rows: each column is passed as an
array. On SQLite, which has no round trips to save, one prepared statement is run for each row.
Values are passed by column in both cases.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from itertools import repeat
from operator import itemgetter
from typing import Any, TypeVar

from sqlalchemy import (
    ARRAY,
    Connection,
    Dialect,
    Table,
    Update,
    bindparam,
    column,
    func,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql import ClauseElement
from sqlalchemy.sql.selectable import TableValuedAlias

from gridpoints.storage.sql.prepared import translated
from gridpoints.storage.sql.types import array_literal, quoted

COMMUNITY = "community_id"

Insert = TypeVar("Insert", sqlite.Insert, postgresql.Insert)

#: The values of many rows, by column.
Columns = Mapping[str, Sequence[Any]]
#: From so many rows on, PostgreSQL is given them by COPY: not in a `pipeline`, which it knows no COPY in.
COPY_AT = 50
#: Answers how many rows were written; in a `pipeline`, only after its end.
Count = Callable[[], int]


class Bulk:
    """One way of writing rows of a table of one community, compiled once for each database.

    `each` writes one row on SQLite and `one` on PostgreSQL, with parameters named like the `columns`;
    `arrays` writes all of them on PostgreSQL.
    """

    def __init__(
        self,
        table: Table,
        columns: Sequence[str],
        *,
        each: sqlite.Insert | Update,
        one: postgresql.Insert | Update,
        sets: Sequence[str],
        arrays: ClauseElement,
    ) -> None:
        self._name = table.name
        self._types = {name: table.c[name].type for name in columns}
        compiled = each.compile(dialect=sqlite.dialect(), column_keys=list(sets))
        self._each = str(compiled)
        self._parameters: Sequence[str] = compiled.positiontup or ()
        self._one, self._sets = one, list(sets)
        self._one_sql: str | None = None
        self._each_statement = each
        self._shorter: dict[tuple[int, ...], str] = {}
        self._arrays = arrays
        self._arrays_sql: str | None = None
        self._binds: dict[tuple[str, str], Callable[[Any], Any] | None] = {}

    def run(self, connection: Connection, community: str, values: Columns) -> Count:
        """Write rows with these `values` by column."""
        if not values or not all(values.values()):
            return lambda: 0
        dialect = connection.dialect
        driver: Any = connection.connection.driver_connection
        arguments: dict[str, Any]
        if dialect.name == "postgresql" and len(next(iter(values.values()))) == 1:
            sql = self._one_sql = self._one_sql or str(
                self._one.compile(dialect=dialect, column_keys=self._sets)
            )
            arguments = {name: self._bound(dialect, name, values[name])[0] for name in self._types}
            with translated(connection, sql):
                cursor = driver.execute(sql, {COMMUNITY: community, **arguments})
        elif dialect.name == "postgresql":
            sql = self._arrays_sql = self._arrays_sql or str(self._arrays.compile(dialect=dialect))
            arguments = {
                _array(name): _literal(self._bound(dialect, name, values[name])) for name in self._types
            }
            with translated(connection, sql):
                cursor = driver.execute(sql, {"community": community, **arguments})
        else:
            bound = (
                repeat(community) if name == COMMUNITY else self._bound(dialect, name, values[name])
                for name in self._parameters
            )
            with translated(connection, self._each):
                cursor = driver.executemany(self._each, zip(*bound, strict=False))
        return lambda: int(cursor.rowcount)

    def run_rows(self, connection: Connection, community: str, rows: Sequence[Sequence[Any]]) -> Count:
        """Insert rows whose values stand in the order of the table's columns, and are bound as they are.

        By COPY, a row whose key is there already raises IntegrityError, whatever the statement says.
        """
        if not rows:
            return lambda: 0
        driver: Any = connection.connection.driver_connection
        if connection.dialect.name == "postgresql":
            if len(rows) >= COPY_AT:
                return self._copy(connection, community, rows)
            columns = zip(self._types, zip(*rows, strict=True), strict=True)
            return self.run(connection, community, dict(columns))
        # To bind None costs SQLite's driver as much as to write three columns.
        maybe = [place for place, value in enumerate(rows[0]) if value is None]
        empty = tuple(place for place in maybe if all(row[place] is None for row in rows))
        sql = self._without(empty)
        if empty:
            kept = itemgetter(*(place for place in range(len(self._types)) if place not in empty))
            bound = [(community, *kept(row)) for row in rows]
        else:
            bound = [(community, *row) for row in rows]
        with translated(connection, sql):
            cursor = driver.executemany(sql, bound)
        return lambda: int(cursor.rowcount)

    def _without(self, empty: tuple[int, ...]) -> str:
        """The statement that inserts one row on SQLite, without the columns at these places."""
        try:
            return self._shorter[empty]
        except KeyError:
            names = [name for place, name in enumerate(self._types) if place not in empty]
            sets = [COMMUNITY, *names]
            compiled = self._each_statement.compile(dialect=sqlite.dialect(), column_keys=sets)
            sql = self._shorter[empty] = str(compiled)
            assert compiled.positiontup == sets  # noqa: S101 -- the order in which values are bound
            return sql

    def _copy(self, connection: Connection, community: str, rows: Sequence[Sequence[Any]]) -> Count:
        driver: Any = connection.connection.driver_connection
        sql = f"COPY {self._name} ({COMMUNITY}, {', '.join(map(_name, self._types))}) FROM STDIN"
        with translated(connection, sql), driver.cursor() as cursor, cursor.copy(sql) as copy:
            for row in rows:
                copy.write_row((community, *row))
        return lambda: len(rows)

    def _bound(self, dialect: Dialect, name: str, values: Sequence[Any]) -> Sequence[Any]:
        try:
            bind = self._binds[dialect.name, name]
        except KeyError:
            bind = self._types[name].dialect_impl(dialect).bind_processor(dialect)
            self._binds[dialect.name, name] = bind
        return values if bind is None else [bind(value) for value in values]


def _literal(values: Sequence[Any]) -> Any:
    """The values as `array_literal`, for numbers, texts and instants; others as they are."""
    kind = next((type(value) for value in values if value is not None), int)
    if kind is int:
        texts = ("NULL" if value is None else str(value) for value in values)
    elif kind is str:
        texts = ("NULL" if value is None else quoted(value) for value in values)
    elif kind is datetime:
        texts = ("NULL" if value is None else f'"{value}"' for value in values)
    else:
        return values
    return array_literal(texts)


def _name(column: str) -> str:
    return f'"{column}"'


def insert(table: Table, *, new_only: bool = False) -> Bulk:
    """Insert rows; with `new_only`, leave out those whose key is there already."""
    columns = _columns(table)
    each, one, arrays = sqlite.insert(table), postgresql.insert(table), _insert_arrays(table, columns)
    if new_only:
        each, one = each.on_conflict_do_nothing(), one.on_conflict_do_nothing()
        arrays = arrays.on_conflict_do_nothing()
    return Bulk(table, columns, each=each, one=one, sets=[COMMUNITY, *columns], arrays=arrays)


def upsert(table: Table, changed: Sequence[str], *, same: str | None = None) -> Bulk:
    """Insert rows; set the `changed` columns of those that are there (and agree in the column `same`)."""
    columns = _columns(table)

    def changing(insert: Insert) -> Insert:
        return insert.on_conflict_do_update(
            index_elements=table.primary_key.columns,
            set_={name: insert.excluded[name] for name in changed},
            where=None if same is None else table.c[same] == insert.excluded[same],
        )

    return Bulk(
        table,
        columns,
        each=changing(sqlite.insert(table)),
        one=changing(postgresql.insert(table)),
        sets=[COMMUNITY, *columns],
        arrays=changing(_insert_arrays(table, columns)),
    )


def update_of(table: Table, changed: Sequence[str]) -> Bulk:
    """Set the `changed` columns of the rows with these keys."""
    keys = [c.name for c in table.primary_key.columns if c.name != COMMUNITY]
    columns = [*changed, *keys]
    community = table.c[COMMUNITY]
    rows = _unnest(table, columns)
    each = update(table).where(
        community == bindparam(COMMUNITY), *(table.c[key] == bindparam(key) for key in keys)
    )
    return Bulk(
        table,
        columns,
        each=each,
        one=each,
        sets=changed,
        arrays=update(table)
        .values({name: rows.c[name] for name in changed})
        .where(
            community == bindparam("community", type_=community.type),
            *(table.c[key] == rows.c[key] for key in keys),
        ),
    )


def _array(column: str) -> str:
    # A parameter with the name of a column would be taken for a value of it.
    return f"all_{column}"


def _columns(table: Table) -> list[str]:
    return [c.name for c in table.columns if c.name != COMMUNITY]


def _insert_arrays(table: Table, columns: Sequence[str]) -> postgresql.Insert:
    """Insert in the order of the key: two writers of the same new keys do not wait for each other."""
    rows = _unnest(table, columns)
    community = bindparam("community", type_=table.c[COMMUNITY].type)
    keys = [rows.c[c.name] for c in table.primary_key.columns if c.name != COMMUNITY]
    return postgresql.insert(table).from_select(
        [COMMUNITY, *columns], select(community, *rows.c).order_by(*keys)
    )


def _unnest(table: Table, columns: Sequence[str]) -> TableValuedAlias:
    arrays = (bindparam(_array(name), type_=ARRAY(table.c[name].type, dimensions=1)) for name in columns)
    return (
        func.unnest(*arrays)
        .table_valued(*(column(name, table.c[name].type) for name in columns))
        .render_derived("new")
    )
