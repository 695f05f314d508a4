"""How each database is opened: what it must be told so that both keep the same promises.

An `Engines` has one engine for units of work that write and one for those that only read.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext, suppress
from time import monotonic, sleep
from types import TracebackType
from typing import Any

from attrs import frozen
from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.pool import QueuePool

from gridpoints.errors import MissingDriver, StoreUnavailable, UnknownStore
from gridpoints.exact_json import canonical
from gridpoints.storage.sql.prepared import (
    commit,
    driver_of,
    forget_last,
    puts_off,
    run,
    send_last,
    translated,
)
from gridpoints.storage.sql.refusals import shown
from gridpoints.storage.sql.turns import Turns

#: Seconds to wait for another process that writes, or for a connection, before giving up.
PATIENCE = 30.0
#: Connections of one store to PostgreSQL that are in use, at most; and how many are kept ready beside the
#: pool, for those who write and for those who read.
CONNECTIONS, KEPT = 32, 4

#: What the writer of a SQLite file remembers of it, in KiB, and how long its log grows, in pages of 4 KiB:
#: 32 and 8 MiB. With twice as much to remember, 100,000 awards write no fewer pages, and whoever posts needs
#: more than 200 MB of memory. A log is written over once it is full: to make it longer costs a commit of 100
#: transactions half as much again, and each process begins with none. With 32 MiB, posts to 100,000 members
#: at random take 8 % less time once it is full, and those to 5,000, or awards of a file, take none.
_CACHE, _LOG = 32_768, 2_048

#: How often a connection was taken when it plans its statements anew. PostgreSQL plans each of them once for
#: all; in a new store for tables that are empty, where to read an index from end to end seems no worse than
#: to look a key up. Its statistics would tell it so only minutes later.
_TAKEN, _ANEW_AT = "gridpoints_taken", frozenset(4**n for n in range(3, 9))

_KNOWN = ("memory://", "sqlite:///", "postgresql://")


class Kept:
    """An `Engine` with connections that it keeps: for a short unit of work, a pool is half of the time.

    `begin` is what the driver must be told for a transaction to begin; None: it begins one by itself.
    A connection that does more and more plans its statements `anew` now and then, by this statement.
    When the server goes, all are lost that are kept, also by others that have a list in `together`; then
    `lost` is called.
    """

    def __init__(
        self,
        engine: Engine,
        most: int,
        begin: str | None = None,
        anew: str | None = None,
        together: list[list[Connection]] | None = None,
    ) -> None:
        self._engine = engine
        self._most = most
        self._begin = begin
        self._anew = anew
        self._idle: list[Connection] = []
        self._together = [] if together is None else together
        self._together.append(self._idle)
        self.lost: Callable[[], object] = _nobody_asked
        self.dialect = engine.dialect

    def begin(self) -> _Transaction:
        """See `Engine.begin`."""
        return _Transaction(self)

    def take(self) -> Connection:
        """A connection on which a transaction has begun."""
        try:
            connection = self._idle.pop()
        except IndexError:
            connection = self._engine.connect()
        if self._begin is not None:
            try:
                with translated(connection, self._begin):
                    driver_of(connection).execute(self._begin)
            except BaseException as error:
                self.roll_back(connection, error)
                raise
        if self._anew is not None:
            taken = connection.info[_TAKEN] = connection.info.get(_TAKEN, 0) + 1
            if taken in _ANEW_AT:
                run(connection, self._anew)
        return connection

    def commit(self, connection: Connection) -> None:
        """Commit its transaction, and keep it for the next one."""
        if connection.get_transaction() is not None:  # SQLAlchemy ends what it began
            if puts_off(connection):
                send_last(connection)
            connection.commit()
        else:
            with translated(connection, "COMMIT"):
                commit(connection)
        if len(self._idle) < self._most:
            self._idle.append(connection)
        else:
            connection.close()

    def roll_back(self, connection: Connection, error: BaseException | None) -> None:
        """Undo its transaction, which failed."""
        try:
            if not connection.invalidated:
                forget_last(connection)
            if connection.get_transaction() is None:
                connection.begin()  # for SQLAlchemy to roll it back: it knows when a server has gone
            connection.rollback()
        finally:
            connection.close()
            # The server may have gone: then they all are lost.
            if isinstance(error, DBAPIError | StoreUnavailable):
                self._close_idle()
                self.lost()

    def connect(self) -> Connection:
        """See `Engine.connect`."""
        return self._engine.connect()

    def dispose(self) -> None:
        """Close all connections that are not in use, and the others when they no longer are."""
        self._close_idle()
        self._engine.dispose()

    def _close_idle(self) -> None:
        for idle in self._together:
            with suppress(IndexError):
                while True:
                    idle.pop().close()


def _nobody_asked() -> None:
    """Nothing is to be done."""


class _Transaction:
    """A transaction for a ``with`` statement: as a generator, it would cost a short one a tenth."""

    __slots__ = ("_connection", "_kept")

    def __init__(self, kept: Kept) -> None:
        self._kept = kept

    def __enter__(self) -> Connection:
        self._connection = self._kept.take()
        return self._connection

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if kind is None:
            try:
                self._kept.commit(self._connection)
            except BaseException as failed:
                self._kept.roll_back(self._connection, failed)
                raise
        else:
            self._kept.roll_back(self._connection, error)


@frozen
class Engines:
    """The two engines of a store; `turn` is held by a unit of work that writes."""

    url: URL
    writing: Kept
    reading: Kept
    turn: AbstractContextManager[None]

    @classmethod
    def of(cls, url: str) -> Engines:
        """The engines for a URL, not connected yet; raises `UnknownStore` or `MissingDriver`."""
        try:
            parsed = make_url(url)
        except ArgumentError:
            raise UnknownStore(url=url.partition(":")[0], known=_KNOWN) from None
        match parsed.drivername:
            case "sqlite" | "sqlite+pysqlite" if _is_file(parsed):
                return _sqlite(parsed.set(drivername="sqlite+pysqlite"))
            case "postgresql" | "postgresql+psycopg":
                return _postgresql(parsed.set(drivername="postgresql+psycopg"))
        raise UnknownStore(url=shown(parsed), known=_KNOWN)

    def call_when_lost(self, lost: Callable[[], object]) -> None:
        """Call it whenever the server may have gone."""
        self.writing.lost = self.reading.lost = lost

    def dispose(self) -> None:
        """Close all connections."""
        self.writing.dispose()
        self.reading.dispose()


# --- SQLite ---------------------------------------------------------------------------------------


def _is_file(url: URL) -> bool:
    # A database in memory is one for each connection. Of URI file names, anything might be one.
    return bool(url.database) and url.database != ":memory:" and not str(url.database).startswith("file:")


def _sqlite(url: URL) -> Engines:
    """One connection writes, with BEGIN IMMEDIATE, in turn; the others read snapshots of the WAL."""
    options: dict[str, Any] = {
        "poolclass": QueuePool,
        "pool_reset_on_return": None,  # every unit of work ends its transaction itself
        "pool_timeout": PATIENCE,
        "json_serializer": canonical,
        # No BEGIN by the driver, on any release of Python: ours stand below.
        "connect_args": {"isolation_level": None, "timeout": PATIENCE, "check_same_thread": False},
    }
    writing = create_engine(url, pool_size=1, max_overflow=0, **options)
    reading = create_engine(url, pool_size=4, max_overflow=-1, **options)
    for engine in (writing, reading):
        event.listen(engine, "connect", _set_up_sqlite)
    event.listen(writing, "connect", _give_room)
    event.listen(
        reading, "connect", lambda connection, _: connection.execute("PRAGMA query_only = ON").close()
    )
    return Engines(url, Kept(writing, 1, "BEGIN IMMEDIATE"), Kept(reading, KEPT, "BEGIN"), Turns())


def _set_up_sqlite(connection: sqlite3.Connection, _: object) -> None:
    try:
        _use_wal(connection)
        for pragma in ("synchronous = FULL", "foreign_keys = ON"):
            connection.execute(f"PRAGMA {pragma}").close()
    except BaseException:
        connection.close()  # the pool forgets a connection that could not be set up
        raise


def _give_room(connection: sqlite3.Connection, _: object) -> None:
    """Let the writer remember more pages, and bring them from the log into the file less often.

    In a large store, each transaction changes pages all over the file: what is changed again before it
    is brought over is brought once. And what a statement, or a savepoint, may have to undo stays in memory:
    it is every page that it changes, for each statement anew. In a file, where it would be by itself beyond
    64 KiB, that was twice of all that was written else.
    """
    for pragma in (f"cache_size = -{_CACHE}", f"wal_autocheckpoint = {_LOG}", "temp_store = MEMORY"):
        connection.execute(f"PRAGMA {pragma}").close()


def _use_wal(connection: sqlite3.Connection) -> None:
    """Keep changes in a write-ahead log, so that readers and the writer do not wait for each other.

    The first change of mode needs the file for itself, and SQLite does not wait for it.
    """
    give_up = monotonic() + PATIENCE
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL").close()
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or monotonic() > give_up:
                raise
            sleep(0.01)
        else:
            return


# --- PostgreSQL -----------------------------------------------------------------------------------


def _postgresql(url: URL) -> Engines:
    """Writers lock the rows that they decide on, in sorted order; readers see one snapshot.

    A connection by itself only reads, from one snapshot what is sent together: so a question that comes alone
    needs no transaction around it.
    """
    try:
        import psycopg  # noqa: F401
    except ImportError:
        raise MissingDriver(package="psycopg", extra="postgres") from None
    engine = create_engine(
        url,
        pool_size=CONNECTIONS // 4,
        max_overflow=CONNECTIONS - CONNECTIONS // 4 + KEPT,  # those that the others keep are in nobody's way
        pool_timeout=PATIENCE,
        pool_reset_on_return=None,
        json_serializer=canonical,
        use_native_hstore=False,
        connect_args={} if "connect_timeout" in url.query else {"connect_timeout": 10},
    )
    event.listen(engine, "connect", _only_read)
    event.listen(engine, "before_cursor_execute", _send_what_was_put_off)
    reading = engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
    # What was committed before a lock was got must be seen.
    writing = engine.execution_options(isolation_level="READ COMMITTED", postgresql_readonly=False)
    together: list[list[Connection]] = []
    writers, readers = (
        Kept(each, KEPT, anew="DISCARD PLANS", together=together) for each in (writing, reading)
    )
    return Engines(url, writers, readers, nullcontext())


def _only_read(connection: Any, _: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"
        )
    connection.commit()


def _send_what_was_put_off(connection: Connection, *_: object) -> None:
    if puts_off(connection):
        send_last(connection)
