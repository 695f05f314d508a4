"""Tampering: a ledger of every feature, and its rows, to be changed behind the library's back."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    Column,
    Connection,
    ForeignKeyConstraint,
    Row,
    Table,
    and_,
    select,
    text,
)

from gridpoints import Community
from gridpoints.ledger.model import Difference, Verification
from gridpoints.storage.sql import tables
from gridpoints.storage.sql.store import SqlStore
from gridpoints.storage.sql.tables import ledger
from gridpoints.storage.sql.types import Instant
from gridpoints.testing import ManualClock
from tests.ledger.full import KEY, found, live, open_at, undone

#: Lines before everything else; subtrees of so many leaves (2^) are nodes: not thousands, to be quick.
LINES, BLOCK_LEVEL = 40, 4
#: Rows of a table that are tried at most, of all sorts there are, and values of each.
ROWS, VALUES = 15, 3

LEDGER = [
    tables.table_of(row)
    for row in vars(ledger).values()
    if isinstance(row, type) and issubclass(row, tables.Row) and row.__module__ == ledger.__name__
]
COLUMNS = [column for table in LEDGER for column in table.columns]


class Village:
    """A village whose ledger can be tampered with, and is as before afterwards."""

    def __init__(self, store: SqlStore, community: Community) -> None:
        self.store = store
        self.community = community

    @contextmanager
    def tampering(self) -> Iterator[Connection]:
        """In a transaction without constraints."""
        with undone(self.community):
            outer = self.store._open.get()
            assert outer is not None
            with _without_constraints(outer.connection):
                yield outer.connection

    def rows(self, table: Table) -> list[Row[Any]]:
        """Some rows, at least one of each sort, and the first and the last by key."""
        with self.store._engines.reading.begin() as connection:
            query = select(table).where(table.c.community_id == "baiyang")
            rows = list(connection.execute(query.order_by(*table.primary_key.columns)))
        sorts = {_sort(table, row): row for row in rows}
        picked = [*sorts.values(), rows[0], rows[len(rows) // 2], rows[-1]]
        return list({key_of(table, row): row for row in picked}.values())[:ROWS]

    def verification(self) -> Verification:
        return self.community.ledger.verify(KEY.public)


def settled(store: SqlStore) -> Village:
    clock = ManualClock(tick=timedelta(seconds=1))
    exchange = open_at(store, clock)
    for id in ("elsewhere", "baiyang"):
        live(found(exchange, id), clock, lines=LINES)
    exchange.community("elsewhere").ledger.fold()
    village = Village(store, exchange.community("baiyang"))
    village.community.ledger.fold()
    assert village.verification().differences == ()
    return village


@contextmanager
def _without_constraints(connection: Connection) -> Iterator[None]:
    for table in LEDGER:
        if connection.dialect.name == "postgresql":
            for constraint in table.constraints:
                if isinstance(constraint, CheckConstraint | ForeignKeyConstraint):
                    connection.execute(text(f"ALTER TABLE {table.name} DROP CONSTRAINT {constraint.name}"))
        for index in table.indexes:
            if index.unique:
                connection.execute(text(f"DROP INDEX {index.name}"))
    if connection.dialect.name == "postgresql":
        yield
        return
    connection.execute(text("PRAGMA defer_foreign_keys = ON"))
    connection.execute(text("PRAGMA ignore_check_constraints = ON"))
    try:
        yield
    finally:
        connection.execute(text("PRAGMA ignore_check_constraints = OFF"))


def key_of(table: Table, row: Row[Any]) -> tuple[Any, ...]:
    return tuple(row._mapping[column] for column in table.primary_key.columns)


def _sort(table: Table, row: Row[Any]) -> tuple[Any, ...]:
    """What sort of row it is."""
    kinds = {"gridpoints_journal": ("act", "refusal"), "gridpoints_account": ("kind", "floor")}
    return tuple(row._mapping[name] for name in kinds.get(table.name, ("status",)) if name in table.c)


def same_key(table: Table, row: Row[Any]) -> Any:
    return and_(*(column == row._mapping[column] for column in table.primary_key.columns))


def others(column: Column[Any], row: Row[Any], rows: list[Row[Any]]) -> list[Any]:
    """Other values that the column may well have."""
    value = row._mapping[column]
    if column.name == "community_id":
        return ["elsewhere", "nowhere"]
    sort = datetime if isinstance(column.type, Instant) else column.type.python_type
    values: list[Any] = [other._mapping[column] for other in rows]
    if sort is int:
        values = [(value or 0) + 1, None, (value or 0) - 1, 0, *values]
    elif sort is datetime:
        given = value or next((v for v in values if v), datetime.fromisoformat("2026-03-02T01:00:00Z"))
        values = [given + timedelta(microseconds=1), None, given - timedelta(days=400), *values]
    elif sort is bytes:
        values = [bytes([value[0] ^ 1]) + value[1:], bytes(32)]
    else:
        assert sort is str, column
        values = [f"{value or ''}x", None, *values, "points/member/zhao", "fund", "open", "post"]
    return [v for v in dict.fromkeys(values) if v != value and (v is not None or column.nullable)]


def must_be_found(village: Village, *what: object) -> tuple[Difference, ...]:
    found = village.verification()
    assert not found.ok, what
    assert all(difference.what for difference in found.differences), what
    assert all(type(each) is str for d in found.differences for each in (d.where, d.stored, d.rebuilt))
    return found.differences
