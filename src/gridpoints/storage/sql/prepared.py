"""Statements of SQLAlchemy that are compiled once and then run by the driver itself.

A short unit of work is mostly the way to the driver and back: this is the short one. Values are
bound and read by the types of the statement's own columns and parameters, as SQLAlchemy would.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from types import TracebackType
from typing import Any

from attrs import frozen
from sqlalchemy import Connection, Dialect, exc
from sqlalchemy.sql import ClauseElement

Convert = Callable[[Any], Any]


@frozen
class _Compiled:
    """A statement in the words of one database."""

    sql: str
    positions: Sequence[str] | None
    binds: Mapping[str, Convert]
    defaults: Mapping[str, Any]
    results: Sequence[tuple[int, Convert]]

    def arguments(self, values: dict[str, Any]) -> Any:
        """The values as the driver takes them."""
        bound = {**self.defaults, **values} if self.defaults else values
        for name, convert in self.binds.items():
            bound[name] = convert(bound[name])
        return bound if self.positions is None else [bound[name] for name in self.positions]

    def read(self, rows: list[Any]) -> list[Any]:
        """Rows as the statement's columns have them."""
        if not self.results:
            return rows
        lists = [list(row) for row in rows]
        for position, convert in self.results:
            for row in lists:
                if row[position] is not None:
                    row[position] = convert(row[position])
        return lists


class Prepared:
    """A statement, compiled once for each database that it is run on."""

    def __init__(self, statement: ClauseElement) -> None:
        self._statement = statement
        self._compiled: dict[str, _Compiled] = {}

    def rows(self, connection: Connection, **values: Any) -> list[Any]:
        """All rows that it answers."""
        return self.start(connection, **values)()

    def run(self, connection: Connection, **values: Any) -> int:
        """Run it, and answer how many rows it wrote."""
        compiled = self._for(connection.dialect)
        with translated(connection, compiled.sql):
            count: int = _driver(connection).execute(compiled.sql, compiled.arguments(values)).rowcount
        return count

    def start(self, connection: Connection, **values: Any) -> Callable[[], list[Any]]:
        """Run it; what is answered fetches its rows, later: see `pipeline`."""
        compiled = self._for(connection.dialect)
        with translated(connection, compiled.sql):
            cursor = _driver(connection).execute(compiled.sql, compiled.arguments(values))

        def fetch() -> list[Any]:
            try:
                with translated(connection, compiled.sql):
                    rows = cursor.fetchall()
            except (exc.DataError, exc.OperationalError) as error:
                # A value that no writer of ours put there: an instant of the year 20000, half a character.
                if isinstance(error, exc.DataError) or "decode" in str(error.orig):
                    raise ValueError(str(error.orig)) from error
                raise
            return compiled.read(rows)

        return fetch

    def _for(self, dialect: Dialect) -> _Compiled:
        found = self._compiled.get(dialect.name)
        if found is None:
            found = self._compiled[dialect.name] = _compile(self._statement, dialect)
        return found


def _compile(statement: ClauseElement, dialect: Dialect) -> _Compiled:
    compiled = statement.compile(dialect=dialect, compile_kwargs={"render_postcompile": True})
    binds: dict[str, Convert] = {}
    for parameter, name in compiled.bind_names.items():  # type: ignore[attr-defined]
        convert = parameter.type.dialect_impl(dialect).bind_processor(dialect)
        if convert is not None:
            binds[name] = convert
    columns = getattr(statement, "selected_columns", ())
    results = [
        (position, convert)
        for position, column in enumerate(columns)
        if (convert := column.type.dialect_impl(dialect).result_processor(dialect, None)) is not None
    ]
    defaults = {
        name: parameter.effective_value
        for parameter, name in compiled.bind_names.items()  # type: ignore[attr-defined]
        if not parameter.required
    }
    positions = compiled.positiontup if compiled.positional else None  # type: ignore[attr-defined]
    return _Compiled(str(compiled), positions, binds, defaults, results)


def _driver(connection: Connection) -> Any:
    return connection.connection.driver_connection


class translated:  # noqa: N801 -- reads as a function; as a class, it costs a fifth of a generator
    """Raise what the driver raises in the block as SQLAlchemy would."""

    __slots__ = ("_connection", "_sql")

    def __init__(self, connection: Connection, sql: str) -> None:
        self._connection = connection
        self._sql = sql

    def __enter__(self) -> None:
        """Nothing to prepare."""

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if error is not None:
            dialect = self._connection.dialect
            base = dialect.loaded_dbapi.Error
            if isinstance(error, base):
                raise exc.DBAPIError.instance(self._sql, None, error, base, dialect=dialect) from error


def pipeline(connection: Connection) -> AbstractContextManager[None]:
    """Send what the block runs together: on PostgreSQL one round trip for all of it."""
    return _pipeline(connection) if connection.dialect.name == "postgresql" else nullcontext()


@contextmanager
def _pipeline(connection: Connection) -> Iterator[None]:
    with translated(connection, ""), _driver(connection).pipeline():
        yield
