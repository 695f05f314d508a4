"""Statements that write many rows at once.

On PostgreSQL, one statement and one round trip for any number of rows: each column is passed as an
array. SQLite has no round trips to save: one prepared statement is run for each row, or, where many
rows are inserted, for so many of them. Values are passed by column.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from itertools import chain, repeat
from operator import is_
from typing import Any, TypeVar

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Connection,
    Dialect,
    Table,
    Update,
    bindparam,
    column,
    func,
    literal_column,
    select,
    true,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql import ClauseElement
from sqlalchemy.sql.base import ReadOnlyColumnCollection
from sqlalchemy.sql.selectable import TableValuedAlias

from gridpoints.storage.sql.prepared import driver_of, executed, in_words_of, translated
from gridpoints.storage.sql.types import all_same, array_literal, array_of_texts, copied, quoted

COMMUNITY = "community_id"

Insert = TypeVar("Insert", sqlite.Insert, postgresql.Insert)

#: The values of many rows, by column.
Columns = Mapping[str, Sequence[Any]]
#: From so many rows on, PostgreSQL is given them by COPY: not in a `pipeline`, which it knows no COPY in.
COPY_AT = 50
#: So many rows are written at once for COPY: meanwhile, the server is at those before.
COPIED_AT_ONCE = 1_000
#: So many rows stand in one statement on SQLite: few sizes, for each of them is prepared. What a statement
#: may have to undo is every page that it changes, and of more rows, more are on the same page.
ROWS_AT_ONCE = (500, 50, 10, 1)
#: Whether SQLite's driver may be told to bind a value once, as ?1, and put it in many places. Python
#: 3.12.0 to 3.12.3 take that for a name among values without names, and warn.
_BINDS_ONCE = not (3, 12) <= sys.version_info < (3, 12, 4)
#: Answers how many rows were written; in a `pipeline`, only after its end.
Count = Callable[[], int]
#: Makes columns of rows.
Made = Callable[[ReadOnlyColumnCollection[str, Any]], Mapping[str, ColumnElement[Any]]]
#: A statement, and the names of its parameters in their order.
_Compiled = tuple[str, Sequence[str]]


class Bulk:
    """One way of writing rows of a table of one community, compiled once for each database.

    `each` writes one row on SQLite and `one` on PostgreSQL, with parameters named like the `columns`;
    `arrays` writes all of them on PostgreSQL, and one as well where there is no `one`.
    """

    def __init__(
        self,
        table: Table,
        columns: Sequence[str],
        *,
        each: sqlite.Insert | Update,
        one: postgresql.Insert | Update | None,
        sets: Sequence[str],
        arrays: ClauseElement,
    ) -> None:
        self._name = table.name
        self._types = {name: table.c[name].type for name in columns}
        compiled = each.compile(dialect=sqlite.dialect(), column_keys=list(sets))
        self._each = str(compiled)
        self._inserts = isinstance(each, sqlite.Insert)
        self._parameters: Sequence[str] = compiled.positiontup or ()
        self._one, self._sets = one, list(sets)
        self._one_sql: _Compiled | None = None
        self._several_sql: dict[tuple[tuple[int, ...], int], str] = {}
        self._arrays = arrays
        self._arrays_sql: _Compiled | None = None
        self._binds: dict[tuple[str, str], Callable[[Any], Any] | None] = {}

    def run(self, connection: Connection, community: str, values: Columns) -> Count:
        """Write rows with these `values` by column."""
        size = len(next(iter(values.values())))
        if not size:
            return _none
        dialect = connection.dialect
        arguments: dict[str, Any]
        if dialect.name == "sqlite":
            columns = [
                [community] * size if name == COMMUNITY else self._bound(dialect, name, values[name])
                for name in self._parameters
            ]
            return self._run_sqlite(driver_of(connection), connection, columns)
        if size == 1 and self._one is not None:
            sql, order = self._one_sql = self._one_sql or _compiled(self._one, dialect, self._sets)
            arguments = {
                name: values[name][0]
                if (bind := self._bind(dialect, name)) is None
                else bind(values[name][0])
                for name in self._types
            }
            arguments[COMMUNITY] = community
        else:
            sql, order = self._arrays_sql = self._arrays_sql or _compiled(self._arrays, dialect)
            arguments = {
                _array(name): _literal(self._bound(dialect, name, values[name])) for name in self._types
            }
            arguments["community"] = community
        with translated(connection, sql):
            answer = executed(connection, sql, [arguments[name] for name in order])
        return lambda: int(answer.rowcount)

    def run_bound(self, connection: Connection, community: str, columns: Sequence[Sequence[Any]]) -> Count:
        """Insert rows with these columns, in the order of the table's, and bound as they are.

        By COPY, a row whose key is there already raises IntegrityError, whatever the statement says.
        """
        size = len(columns[0]) if columns else 0
        if not size:
            return _none
        if connection.dialect.name == "sqlite":
            driver: Any = driver_of(connection)
            return self._run_sqlite(driver, connection, ((community,) * size, *columns))
        if size >= COPY_AT:
            return self._copy(connection, community, columns)
        return self.run(connection, community, dict(zip(self._types, columns, strict=True)))

    # --- on SQLite ----------------------------------------------------------------------------

    def _run_sqlite(self, driver: Any, connection: Connection, columns: Sequence[Sequence[Any]]) -> Count:
        """Write rows whose values stand in the order of the parameters."""
        if self._inserts and len(columns[0]) > 1:
            return self._values(driver, connection, columns)
        with translated(connection, self._each):
            cursor = driver.executemany(self._each, zip(*columns, strict=True))
        return lambda: int(cursor.rowcount)

    def _values(self, driver: Any, connection: Connection, columns: Sequence[Sequence[Any]]) -> Count:
        """Insert many rows with each statement: half of the time of a statement for each.

        A value that all rows have in a column is bound once.
        """
        written, left = 0, len(columns[0])
        same: tuple[int, ...] = ()
        if _BINDS_ONCE:
            same = tuple(place for place, column in enumerate(columns) if all_same(column))
        shared = [columns[place][0] for place in same]
        varying = [column for place, column in enumerate(columns) if place not in same]
        start = 0
        for size in ROWS_AT_ONCE:
            sql = ""
            while left >= size:
                sql = sql or self._several(same, size)
                rows = zip(*(column[start : start + size] for column in varying), strict=True)
                with translated(connection, sql):
                    written += driver.execute(sql, [*shared, *chain.from_iterable(rows)]).rowcount
                start, left = start + size, left - size
        return lambda: written

    def _several(self, same: tuple[int, ...], size: int) -> str:
        """The statement that inserts so many rows, all with the `same` values in these columns.

        These stand first, so that the others need no numbers: for each value that it binds, SQLite looks
        through all that are numbered.
        """
        try:
            return self._several_sql[same, size]
        except KeyError:
            pass
        before, _, after = self._each.partition(" VALUES ")
        into, _, names = before.removesuffix(")").partition(" (")
        columns = names.split(", ")
        varying = [place for place in range(len(columns)) if place not in same]
        numbered = [f"?{n}" for n in range(1, len(same) + 1)]
        row = f"({', '.join([*numbered, *repeat('?', len(varying))])})"
        sql = self._several_sql[same, size] = (
            f"{into} ({', '.join(columns[place] for place in (*same, *varying))}) VALUES "
            f"{', '.join([row] * size)}{after.removeprefix(_row_of(columns))}"
        )
        return sql

    # --- on PostgreSQL ------------------------------------------------------------------------

    @contextmanager
    def copying(
        self, connection: Connection, community: str
    ) -> Iterator[Callable[[Sequence[Sequence[Any]]], None]]:
        """Insert the rows that are given, by column and bound as they are, in as many parts as one likes.

        While the server is at one part, the next can be made ready; nothing else can be asked. The end raises
        IntegrityError where the key of a row is there already.
        """
        driver: Any = driver_of(connection)
        sql = f"COPY {self._name} ({COMMUNITY}, {', '.join(map(_name, self._types))}) FROM STDIN"
        with translated(connection, sql), driver.cursor() as cursor, cursor.copy(sql) as copy:

            def send(columns: Sequence[Sequence[Any]]) -> None:
                for start in range(0, len(columns[0]), COPIED_AT_ONCE):
                    part = [column[start : start + COPIED_AT_ONCE] for column in columns]
                    copy.write(copied([[community] * len(part[0]), *part]))

            yield send

    def _copy(self, connection: Connection, community: str, columns: Sequence[Sequence[Any]]) -> Count:
        with self.copying(connection, community) as send:
            send(columns)
        return lambda: len(columns[0])

    def _bound(self, dialect: Dialect, name: str, values: Sequence[Any]) -> Sequence[Any]:
        if (bind := self._bind(dialect, name)) is None:
            return values
        first = values[0]
        if all(map(is_, values, repeat(first))):
            return [bind(first)] * len(values)
        return list(map(bind, values))

    def _bind(self, dialect: Dialect, name: str) -> Callable[[Any], Any] | None:
        try:
            return self._binds[dialect.name, name]
        except KeyError:
            bind = self._types[name].dialect_impl(dialect).bind_processor(dialect)
            self._binds[dialect.name, name] = bind
            return bind


def _none() -> int:
    return 0


def _row_of(columns: Sequence[str]) -> str:
    return f"({', '.join(repeat('?', len(columns)))})"


def _compiled(statement: ClauseElement, dialect: Dialect, sets: Sequence[str] | None = None) -> _Compiled:
    compiled = statement.compile(dialect=in_words_of(dialect), column_keys=sets)
    return str(compiled), compiled.positiontup or ()  # type: ignore[attr-defined]


def _literal(values: Sequence[Any]) -> Any:
    """The values as `array_literal`, for numbers, texts and instants; others as they are."""
    kind = next((type(value) for value in values if value is not None), int)
    if kind not in (int, str, datetime):
        return values
    if all_same(values):
        return array_literal([_item(values[0])] * len(values))
    if None in values:
        return array_literal(map(_item, values))
    return array_literal(map(str, values)) if kind is int else array_of_texts(list(map(str, values)))


def _item(value: str | int | datetime | None) -> str:
    if value is None:
        return "NULL"
    return str(value) if isinstance(value, int) else quoted(str(value))


def _name(column: str) -> str:
    return f'"{column}"'


def insert(table: Table, columns: Sequence[str] | None = None, *, new_only: bool = False) -> Bulk:
    """Insert rows with `columns` (None: all); with `new_only`, leave out those whose key is there already."""
    columns = columns or _columns(table)
    each, one, arrays = sqlite.insert(table), postgresql.insert(table), _insert_arrays(table, columns)
    if new_only:
        each, one = each.on_conflict_do_nothing(), one.on_conflict_do_nothing()
        arrays = arrays.on_conflict_do_nothing()
    return Bulk(table, columns, each=each, one=one, sets=[COMMUNITY, *columns], arrays=arrays)


def insert_made(table: Table, columns: Sequence[str], made: Made) -> Bulk:
    """Insert rows on PostgreSQL, with what is `made` of them; ``place`` counts them from 1."""
    rows = _unnest(table, columns, counted="place")
    values = {name: rows.c[name] for name in columns} | dict(made(rows.c))
    arrays = _insert_rows(table, list(values), rows, list(values.values()))
    each = sqlite.insert(table)
    return Bulk(table, columns, each=each, one=None, sets=[COMMUNITY, *columns], arrays=arrays)


def upsert(table: Table, changed: Sequence[str], *, same: str | None = None, adding: bool = False) -> Bulk:
    """Insert rows; set the `changed` columns of those that are there (and agree in the column `same`).

    With `adding`, what they have is added to.
    """
    columns = _columns(table)

    def changing(insert: Insert) -> Insert:
        new = insert.excluded
        return insert.on_conflict_do_update(
            index_elements=table.primary_key.columns,
            set_={name: table.c[name] + new[name] if adding else new[name] for name in changed},
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


def update_of(table: Table, changed: Sequence[str], made: Made | None = None) -> Bulk:
    """Set the `changed` columns of the rows with these keys, which are locked: nobody else changes them.

    On PostgreSQL, they may be set to what is `made` of these values, and of what the rows have.
    """
    keys = [c.name for c in table.primary_key.columns if c.name != COMMUNITY]
    columns = [*changed, *keys]
    community = table.c[COMMUNITY]
    rows = _unnest(table, columns)
    # PostgreSQL, which may take a community for a small one, would rather read all of it than look for a
    # hundred rows in an index: it is told to go row by row.
    standing = table.alias("standing")
    place = (
        select(literal_column("standing.ctid").label("place"))
        .where(
            standing.c[COMMUNITY] == bindparam("community", type_=community.type),
            *(standing.c[key] == rows.c[key] for key in keys),
        )
        .correlate(rows)
        .offset(literal_column("0"))
        .lateral("one")
    )
    found = select(*rows.c, place.c.place).select_from(rows.join(place, true())).subquery("found")
    each = update(table).where(
        community == bindparam(COMMUNITY), *(table.c[key] == bindparam(key) for key in keys)
    )
    return Bulk(
        table,
        columns,
        each=each,
        one=None if made else each,
        sets=changed,
        arrays=update(table)
        .values(made(found.c) if made else {name: found.c[name] for name in changed})
        .where(literal_column(f"{table.name}.ctid") == found.c.place),
    )


def _array(column: str) -> str:
    # A parameter with the name of a column would be taken for a value of it.
    return f"all_{column}"


def _columns(table: Table) -> list[str]:
    return [c.name for c in table.columns if c.name != COMMUNITY]


def _insert_arrays(table: Table, columns: Sequence[str]) -> postgresql.Insert:
    """Insert in the order of the key: two writers of the same new keys do not wait for each other."""
    rows = _unnest(table, columns)
    return _insert_rows(table, columns, rows, list(rows.c))


def _insert_rows(
    table: Table, columns: Sequence[str], rows: TableValuedAlias, values: Sequence[ColumnElement[Any]]
) -> postgresql.Insert:
    community = bindparam("community", type_=table.c[COMMUNITY].type)
    keys = [rows.c[c.name] for c in table.primary_key.columns if c.name != COMMUNITY]
    return postgresql.insert(table).from_select(
        [COMMUNITY, *columns], select(community, *values).order_by(*keys)
    )


def _unnest(table: Table, columns: Sequence[str], *, counted: str | None = None) -> TableValuedAlias:
    arrays = (bindparam(_array(name), type_=ARRAY(table.c[name].type, dimensions=1)) for name in columns)
    return (
        func.unnest(*arrays)
        .table_valued(*(column(name, table.c[name].type) for name in columns), with_ordinality=counted)
        .render_derived("new")
    )
