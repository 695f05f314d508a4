"""Statements of SQLAlchemy that are compiled once and then run by the driver itself.

A short unit of work is mostly the way to the driver and back: this is the short one. Values are
bound and read by the types of the statement's own columns and parameters, as SQLAlchemy would.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from functools import cache, partial
from types import TracebackType
from typing import TYPE_CHECKING, Any

from attrs import frozen
from sqlalchemy import BindParameter, Connection, Dialect, exc, literal_column
from sqlalchemy.dialects.postgresql import psycopg
from sqlalchemy.sql import ClauseElement, visitors

from gridpoints.storage.sql.types import all_same

if TYPE_CHECKING:
    from gridpoints.storage.sql.wire import Wire

Convert = Callable[[Any], Any]
#: What a unit of work finds to be the reason why a statement was refused, if it is one.
Reason = Callable[[Any], Exception | None]

#: Sends what was put off, with COMMIT or not, and answers what is to be done once that is done.
Send = Callable[[bool], Callable[[], object] | None]

#: Where a connection to PostgreSQL keeps its `Wire`.
_WIRE = "gridpoints_wire"
#: The status of a transaction of PostgreSQL that can only be undone.
_IN_ERROR = 3


@frozen
class _Compiled:
    """A statement in the words of one database. `refusals` is what its driver raises.

    `positions` are the names of its parameters in their order, where the driver takes them by that.
    """

    sql: str
    positions: Sequence[str]
    converts: Sequence[tuple[str, Convert]]
    defaults: Mapping[str, Any]
    results: Sequence[tuple[int, Convert]]
    refusals: type[Exception]

    def arguments(self, values: dict[str, Any]) -> Any:
        """The values as the driver takes them."""
        bound = {**self.defaults, **values} if self.defaults else values
        for name, convert in self.converts:
            bound[name] = convert(bound[name])
        return list(map(bound.__getitem__, self.positions)) if self.positions else bound

    def read(self, rows: list[Any]) -> list[Any]:
        """Rows as the statement's columns have them."""
        if not (self.results and rows):
            return rows
        if len(rows) == 1:
            [[*row]] = rows
            for position, convert in self.results:
                row[position] = convert(row[position])
            return [row]
        columns: list[Sequence[Any]] = list(zip(*rows, strict=True))
        for position, convert in self.results:
            column = columns[position]
            if all_same(column):
                columns[position] = (convert(column[0]),) * len(rows)
            else:
                columns[position] = list(map(convert, column))
        return list(zip(*columns, strict=True))


class Prepared:
    """A statement, compiled once for each database that it is run on."""

    def __init__(self, statement: ClauseElement) -> None:
        self._statement = statement
        self._compiled: dict[str, _Compiled] = {}

    def rows(self, connection: Connection, **values: Any) -> list[Any]:
        """All rows that it answers."""
        compiled = self._compiled.get(connection.dialect.name) or self._for(connection)
        return _fetched(connection, compiled, _executed(connection, compiled, values))

    def run(self, connection: Connection, **values: Any) -> int:
        """Run it, and answer how many rows it wrote."""
        compiled = self._compiled.get(connection.dialect.name) or self._for(connection)
        count: int = _executed(connection, compiled, values).rowcount
        return count

    def start(self, connection: Connection, **values: Any) -> Callable[[], list[Any]]:
        """Run it; what is answered fetches its rows, later: see `pipeline`."""
        compiled = self._compiled.get(connection.dialect.name) or self._for(connection)
        return partial(_fetched, connection, compiled, _executed(connection, compiled, values))

    def _for(self, connection: Connection) -> _Compiled:
        compiled = self._compiled[connection.dialect.name] = _compile(self._statement, connection.dialect)
        return compiled


def _executed(connection: Connection, compiled: _Compiled, values: dict[str, Any]) -> Any:
    try:
        return executed(connection, compiled.sql, compiled.arguments(values))
    except compiled.refusals as error:
        raise _told(connection, compiled.sql, error) from error


def _fetched(connection: Connection, compiled: _Compiled, cursor: Any) -> list[Any]:
    try:
        rows = cursor.fetchall()
    except compiled.refusals as error:
        cursor.close()  # else SQLite holds its tables for as long as somebody looks at the error
        told = _told(connection, compiled.sql, error)
        # A value that no writer of ours put there: an instant of the year 20000, half a character.
        if isinstance(told, exc.DataError) or (
            isinstance(told, exc.OperationalError) and "decode" in str(told.orig)
        ):
            raise ValueError(str(told.orig)) from told
        raise told from error
    return compiled.read(rows)


def _told(connection: Connection, sql: str, error: Exception) -> BaseException:
    """What SQLAlchemy would raise for an error of the driver."""
    dialect = connection.dialect
    return exc.DBAPIError.instance(sql, None, error, dialect.loaded_dbapi.Error, dialect=dialect)


def _compile(statement: ClauseElement, dialect: Dialect) -> _Compiled:
    words = in_words_of(dialect)
    whole: Any = visitors.replacement_traverse(statement, {}, _written_out)
    compiled = whole.compile(dialect=words, compile_kwargs={"render_postcompile": True})
    names: dict[str, BindParameter[Any]] = {
        name: parameter for parameter, name in compiled.bind_names.items()
    }
    positional: bool = compiled.positional
    columns = getattr(statement, "selected_columns", ())
    return _Compiled(
        sql=str(compiled),
        positions=(compiled.positiontup or ()) if positional else (),
        converts=[
            (name, convert)
            for name, parameter in names.items()
            if (convert := parameter.type.dialect_impl(dialect).bind_processor(dialect)) is not None
        ],
        defaults={name: each.effective_value for name, each in names.items() if not each.required},
        results=[
            (position, convert)
            for position, column in enumerate(columns)
            if (convert := column.type.dialect_impl(dialect).result_processor(dialect, None)) is not None
        ],
        refusals=dialect.loaded_dbapi.Error,
    )


def _written_out(element: Any, **_: Any) -> ClauseElement | None:
    """What is the same each time, said in the statement itself: no plan depends on it, and it is not sent."""
    if isinstance(element, BindParameter) and not element.required:
        value = element.effective_value
        if type(value) is int:
            return literal_column(str(value), element.type)
        if type(value) is str and value.isprintable():
            return literal_column("'{}'".format(value.replace("'", "''")), element.type)
    return None


def driver_of(connection: Connection) -> Any:
    """The connection of the driver itself, for which nothing is put off any more."""
    if puts_off(connection):
        send_last(connection)
    return connection.connection.dbapi_connection


def _wire(connection: Connection) -> Wire:
    """The way to PostgreSQL, on which nothing is put off any more."""
    info = connection.info
    wire: Wire = info[_WIRE] if _WIRE in info else _laid(connection)
    if wire.last:
        send_last(connection)
    return wire


def _laid(connection: Connection) -> Wire:
    from gridpoints.storage.sql.wire import Wire

    driver: Any = connection.connection.dbapi_connection
    wire = connection.info[_WIRE] = Wire(driver)
    return wire


def set_snapshot(connection: Connection, snapshot: bool) -> None:
    """Whether a transaction begins with what is sent next, so that all that is read is read from one state.

    Without, PostgreSQL is asked in half of the time. In a transaction that has begun, nothing changes.
    """
    if connection.dialect.name == "postgresql":
        _wire(connection).begins = snapshot


# --- what goes with the end -----------------------------------------------------------------------


class PutOffRefused(Exception):
    """The database refused something that was put off, with this `error`; all has to be undone.

    `reasons` are asked for why, of what stands there after that, the last that was put off first.
    """

    def __init__(self, error: exc.DBAPIError, reasons: Sequence[Reason]) -> None:
        super().__init__(str(error))
        self.error = error
        self.reasons = reasons


def put_off(connection: Connection, send: Send, why: Reason) -> None:
    """Send statements whose answers can wait with COMMIT, or before whatever is to be sent first.

    `send` sends them, is told whether COMMIT goes with them, and answers what is to be done then. Where the
    database refuses any of them, `PutOffRefused` is raised instead.
    """
    wire = connection.info[_WIRE] if _WIRE in connection.info else _laid(connection)
    wire.last.append((send, why))


def send_last(connection: Connection, *, commit: bool = False) -> None:
    """Send what was put off, if anything was: with COMMIT in one go, which then does nothing if it fails."""
    wire: Wire = connection.info[_WIRE]
    last, wire.last = wire.last, []
    try:
        with pipeline(connection):
            done = [send(commit) for send, _ in last]
            if commit:
                wire.send("COMMIT")
    except (exc.DataError, exc.IntegrityError) as error:
        raise PutOffRefused(error, [why for _, why in reversed(last)]) from error
    for then in done:
        if then is not None:
            then()


def forget_last(connection: Connection) -> None:
    """What was put off is undone with all the rest."""
    if (wire := connection.info.get(_WIRE)) is not None:
        wire.forget()


def puts_off(connection: Connection) -> bool:
    """Whether something is put off."""
    wire: Wire | None = connection.info.get(_WIRE)
    return wire is not None and bool(wire.last)


def commit(connection: Connection) -> None:
    """Commit what was begun, and with it what was put off."""
    if connection.dialect.name != "postgresql":
        driver_of(connection).commit()
    elif puts_off(connection):
        send_last(connection, commit=True)
    elif (status := driver_of(connection).pgconn.transaction_status) == _IN_ERROR:
        # The block went on after an error of the database, which would answer COMMIT with ROLLBACK.
        raise connection.dialect.loaded_dbapi.InternalError("a statement failed: the transaction is undone")
    elif status:
        _wire(connection).send("COMMIT")


def is_broken(connection: Connection) -> bool:
    """Whether the transaction on it can only be undone, after an error that no savepoint stood before."""
    return bool(driver_of(connection).pgconn.transaction_status == _IN_ERROR)


# --- sending --------------------------------------------------------------------------------------


def executed(connection: Connection, sql: str, arguments: Any) -> Any:
    """A cursor that has run a statement, or what is answered to one that was sent: see `pipeline`.

    On PostgreSQL the arguments stand in their order.
    """
    if connection.dialect.name == "postgresql":
        return _wire(connection).send(sql, arguments)
    return driver_of(connection).execute(sql, arguments)


def in_words_of(dialect: Dialect) -> Dialect:
    """What compiles statements for `executed`: on PostgreSQL, parameters have numbers."""
    return _numbered() if dialect.name == "postgresql" else dialect


@cache
def _numbered() -> Dialect:
    numbered: Dialect = psycopg.dialect(paramstyle="numeric_dollar")  # type: ignore[no-untyped-call]
    return numbered


def run(connection: Connection, sql: str) -> None:
    """Run a statement that has no values and answers nothing."""
    with translated(connection, sql):
        executed(connection, sql, ())


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
        if error is not None and isinstance(error, self._connection.dialect.loaded_dbapi.Error):
            raise _told(self._connection, self._sql, error) from error


def pipeline(connection: Connection) -> AbstractContextManager[None]:
    """Send what the block runs together: on PostgreSQL one round trip for all of it.

    There, what was refused is raised at its end.
    """
    return _Together(connection) if connection.dialect.name == "postgresql" else nullcontext()


class _Together:
    __slots__ = ("_connection", "_wire")

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def __enter__(self) -> None:
        self._wire = _wire(self._connection)
        self._wire.held += 1

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self._wire.held -= 1
        try:
            with translated(self._connection, ""):
                self._wire.flush()
        except exc.DBAPIError:
            if kind is None:  # else the block itself says what was wrong
                raise
