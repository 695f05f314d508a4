"""The store in a database: SQLite or PostgreSQL, through SQLAlchemy Core."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from contextvars import ContextVar
from threading import get_ident

from attrs import define, field
from sqlalchemy import Connection, select
from sqlalchemy.exc import DBAPIError

from gridpoints.storage.sql import schema
from gridpoints.storage.sql.engines import Engines
from gridpoints.storage.sql.ledger import SqlLedger
from gridpoints.storage.sql.prepared import PutOffRefused, is_broken, set_snapshot
from gridpoints.storage.sql.records import SqlWork
from gridpoints.storage.sql.refusals import translated, unavailable
from gridpoints.storage.sql.remembered import Remembered, States, Written
from gridpoints.storage.sql.savepoints import savepoint
from gridpoints.storage.sql.tables import CommunityRow, table_of

_communities = table_of(CommunityRow)
_COMMUNITIES = select(_communities.c.community_id).order_by(_communities.c.community_id)
_NO_TURN = nullcontext()


@define
class _Open:
    """The unit of work that is open, in the thread that opened it."""

    connection: Connection
    write: bool
    thread: int
    community: str
    #: See `Remembered.since`, as it was before a snapshot was taken.
    since: int
    #: See `Written`.
    written: Written = field(factory=Written)


class _Undone:
    """Where what was written is undone, forget what accounts have, before anybody else writes.

    On PostgreSQL nothing of it is remembered yet: see `Written`.
    """

    __slots__ = ("_forgets", "_states")

    def __init__(self, states: States, forgets: bool) -> None:
        self._states, self._forgets = states, forgets

    def __enter__(self) -> None:
        """Nothing to prepare."""

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is not None and self._forgets:
            self._states.forget()


def _reason(refused: PutOffRefused, work: SqlWork) -> Exception:
    """Why the database refused what was put off, now that it is undone."""
    found = (why(work) for why in refused.reasons)
    return next((reason for reason in found if reason is not None), refused.error)


class SqlStore:
    """A `gridpoints.storage.port.Store` in the database that `url` names.

    ``sqlite:///relative.db``, ``sqlite:////absolute.db`` or ``postgresql://user@host/database``.
    Opening creates or migrates the schema. Raises `UnknownStore`, `MissingDriver`,
    `StoreUnavailable` or `SchemaMismatch`.
    """

    def __init__(self, url: str) -> None:
        self._engines = Engines.of(url)
        self._open: ContextVar[_Open | None] = ContextVar("open", default=None)
        self._states = States()
        self._remembered = defaultdict[str, Remembered](lambda: Remembered(self._states))
        self._trusts = self._engines.url.get_backend_name() == "sqlite"
        self._engines.call_when_lost(self._forget_all)
        try:
            schema.prepare(self._engines)
        except BaseException as error:
            self.close()
            if isinstance(error, DBAPIError):  # of whatever sort: the store does not open
                raise unavailable(self._engines.url, error.orig or error) from error
            raise

    def _forget_all(self) -> None:
        """The server may come back with an earlier state, as from a backup."""
        self._states.forget()
        for each in list(self._remembered.values()):
            each.forget()

    @contextmanager
    def begin(self, community: str, *, write: bool = True, snapshot: bool = True) -> Iterator[SqlWork]:
        """See `gridpoints.storage.port.Store.begin`.

        Inside a unit of work that only reads, none can be opened that writes: RuntimeError.
        """
        outer = self._open.get()
        since = self._remembered[community].since
        with translated(self._engines.url, community):
            if outer is None or outer.thread != get_ident():
                engine = self._engines.writing if write else self._engines.reading
                turn = self._engines.turn if write else _NO_TURN
                try:
                    undone = _Undone(self._states, write and self._trusts)
                    with turn, undone, engine.begin() as connection:
                        # Always: it may have served another unit of work before.
                        set_snapshot(connection, write or snapshot)
                        opened = _Open(connection, write, get_ident(), community, since)
                        token = self._open.set(opened)
                        try:
                            yield self._work(opened, community)
                        finally:
                            self._open.reset(token)
                    opened.written.keep_in(self._states)
                except PutOffRefused as refused:
                    with self.begin(community, write=False) as work:
                        raise _reason(refused, work) from refused.error
            elif not write:
                if snapshot and not outer.write:
                    set_snapshot(outer.connection, True)
                yield self._work(outer, community)
            elif outer.write:
                try:
                    with _Undone(self._states, self._trusts), outer.written, savepoint(outer.connection):
                        yield self._work(outer, community, is_part=True)
                except PutOffRefused as refused:
                    if is_broken(outer.connection):  # it was put off outside of here
                        raise
                    raise _reason(refused, self._work(outer, community)) from refused.error
            else:
                raise RuntimeError("the unit of work that is open only reads")

    def _work(self, opened: _Open, community: str, *, is_part: bool = False) -> SqlWork:
        since = None  # each statement of a writer has a snapshot of its own
        if not opened.write:
            since = opened.since if community == opened.community else 0
        remembered = self._remembered[community]
        ledger = SqlLedger(opened.connection, community, remembered, since, opened.written)
        ledger.is_part = is_part
        return SqlWork(ledger)

    def communities(self) -> list[str]:
        """The ids of all communities, sorted."""
        with translated(self._engines.url), self._engines.reading.begin() as connection:
            return list(connection.execute(_COMMUNITIES).scalars())

    def close(self) -> None:
        """Close all connections. Closing twice does nothing."""
        self._engines.dispose()
