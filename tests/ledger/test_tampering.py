"""Whoever changes one row behind the library's back is found out, whatever row and column it is.

The tables and columns are those of the schema: what is added to it is tried as well. Everything is
done in a transaction that is undone, with all constraints off: they are no part of the proof.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import (
    CheckConstraint,
    Column,
    Connection,
    ForeignKeyConstraint,
    Row,
    Table,
    and_,
    delete,
    insert,
    select,
    text,
    update,
)
from sqlalchemy.exc import IntegrityError

from gridpoints import Community
from gridpoints.ledger.model import Difference, Verification
from gridpoints.storage.sql import tables
from gridpoints.storage.sql.store import SqlStore
from gridpoints.testing import ManualClock
from tests.conftest import _database, _named
from tests.ledger.full import KEY, found, live, open_at

#: Lines before everything else, so that the tree over them has a node.
LINES = 1_040
#: Rows of a table that are tried at most, of all sorts there are, and values of each.
ROWS, VALUES = 12, 3

LEDGER = [
    tables.table_of(row)
    for row in (
        tables.JournalRow,
        tables.BookRow,
        tables.AccountRow,
        tables.LotRow,
        tables.HoldRow,
        tables.EntryRow,
        tables.NodeRow,
        tables.SealRow,
    )
]
COLUMNS = [column for table in LEDGER for column in table.columns]
#: Columns whose values say what sort of row it is.
SORTS = {"act", "kind", "status", "refusal", "level"}


class Undone(Exception):
    """Ends a transaction that nobody is to see."""


class Village:
    """A village whose ledger can be tampered with, and is as before afterwards."""

    def __init__(self, store: SqlStore, community: Community) -> None:
        self.store = store
        self.community = community

    @contextmanager
    def tampering(self) -> Iterator[Connection]:
        """In a transaction without constraints."""
        try:
            with self.community.transaction():
                outer = self.store._open.get()
                assert outer is not None
                _without_constraints(outer.connection)
                yield outer.connection
                raise Undone
        except Undone:
            pass

    def rows(self, table: Table) -> list[Row[Any]]:
        """Some rows, at least one of each sort, and the first and the last by key."""
        with self.store._engines.reading.begin() as connection:
            query = select(table).where(table.c.community_id == "baiyang")
            rows = list(connection.execute(query.order_by(*table.primary_key.columns)))
        sorts = {tuple(str(row._mapping[c]) for c in table.columns if c.name in SORTS): row for row in rows}
        picked = [*sorts.values(), rows[0], rows[len(rows) // 2], rows[-1]]
        return list({_key(table, row): row for row in picked}.values())[:ROWS]

    def verification(self) -> Verification:
        return self.community.ledger.verify(KEY.public)


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def village(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Village]:
    if request.param == "sqlite":
        with closing(SqlStore(f"sqlite:///{tmp_path_factory.mktemp('tampering')}/x.db")) as store:
            yield _settled(store)
    else:
        server = request.getfixturevalue("postgres_server")
        with _database(server) as name, closing(SqlStore(_named(server, name))) as store:
            yield _settled(store)


def _settled(store: SqlStore) -> Village:
    clock = ManualClock(tick=timedelta(seconds=1))
    exchange = open_at(store, clock)
    for id in ("elsewhere", "baiyang"):
        live(found(exchange, id), clock, lines=LINES)
    exchange.community("elsewhere").ledger.fold()
    village = Village(store, exchange.community("baiyang"))
    village.community.ledger.fold()
    assert village.verification().differences == ()
    return village


def _without_constraints(connection: Connection) -> None:
    if connection.dialect.name == "sqlite":
        connection.execute(text("PRAGMA ignore_check_constraints = ON"))
        connection.execute(text("PRAGMA defer_foreign_keys = ON"))
    for table in LEDGER:
        if connection.dialect.name == "postgresql":
            for constraint in table.constraints:
                if isinstance(constraint, CheckConstraint | ForeignKeyConstraint):
                    connection.execute(text(f"ALTER TABLE {table.name} DROP CONSTRAINT {constraint.name}"))
        for index in table.indexes:
            if index.unique:
                connection.execute(text(f"DROP INDEX {index.name}"))


def _key(table: Table, row: Row[Any]) -> tuple[Any, ...]:
    return tuple(row._mapping[column] for column in table.primary_key.columns)


def _is(table: Table, row: Row[Any]) -> Any:
    return and_(*(column == row._mapping[column] for column in table.primary_key.columns))


# --- a value is changed ---------------------------------------------------------------------------


def others(column: Column[Any], row: Row[Any], rows: list[Row[Any]]) -> list[Any]:
    """Other values that the column may well have."""
    value = row._mapping[column]
    if column.name == "community_id":
        return ["elsewhere", "nowhere"]
    sort = column.type.python_type
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


@pytest.mark.parametrize("column", COLUMNS, ids=str)
def test_a_changed_value_is_found(village: Village, column: Column[Any]) -> None:
    table = column.table
    assert isinstance(table, Table)
    rows = village.rows(table)
    tried = 0
    for row in rows:
        for value in others(column, row, rows)[:VALUES]:
            with village.tampering() as connection:
                try:
                    with connection.begin_nested():
                        change = update(table).where(_is(table, row)).values({column: value})
                        assert connection.execute(change).rowcount == 1
                except IntegrityError:
                    continue  # the key of another row
                must_be_found(village, column, row, value)
                tried += 1
    assert tried >= 2


def must_be_found(village: Village, *what: object) -> tuple[Difference, ...]:
    found = village.verification()
    assert not found.ok, what
    assert all(difference.what for difference in found.differences), what
    assert all(type(each) is str for d in found.differences for each in (d.where, d.stored, d.rebuilt))
    return found.differences


def test_a_signature_is_verified_by_those_who_know_the_key(village: Village) -> None:
    """All else about a checkpoint is found without it."""
    table = tables.table_of(tables.SealRow)
    for row in village.rows(table):
        text, _, signature = row.note.partition("\n\n")
        broken = signature.replace(signature[-6], "A" if signature[-6] != "A" else "B")
        for note in (f"{text}\n", f"{text}\n\n{broken}"):
            with village.tampering() as connection:
                connection.execute(update(table).where(_is(table, row)).values(note=note))
                assert village.community.ledger.verify().ok
                [difference] = must_be_found(village, note)
                assert (difference.what, difference.where) == ("note", str(row.size))


# --- a row is removed, added, moved ---------------------------------------------------------------


@pytest.mark.parametrize("table", LEDGER, ids=str)
def test_a_removed_row_is_found(village: Village, table: Table) -> None:
    for row in village.rows(table):
        with village.tampering() as connection:
            assert connection.execute(delete(table).where(_is(table, row))).rowcount == 1
            must_be_found(village, row)


@pytest.mark.parametrize("table", [t for t in LEDGER if len(t.primary_key.columns) > 1], ids=str)
def test_an_added_row_is_found(village: Village, table: Table) -> None:
    rows = village.rows(table)
    tried = 0
    for row in rows:
        for column in table.primary_key.columns:
            for value in others(column, row, rows)[:VALUES]:
                copy = {**row._mapping, column.name: value}
                # A journal line is known by its number as well. The next number is another test's.
                numbers = [{"number": n} for n in (1, 2**50)] if "act" in copy else [{}]
                for change in numbers if column.name != "community_id" else ():
                    with village.tampering() as connection:
                        try:
                            with connection.begin_nested():
                                connection.execute(insert(table).values({**_named_as(table, copy), **change}))
                        except IntegrityError:
                            continue
                        must_be_found(village, copy, change)
                        tried += 1
    assert tried >= 2


def test_a_line_that_is_added_at_the_end_is_found_by_what_it_comes_to(village: Village) -> None:
    """Behind the last seal, a line that comes to nothing is what anybody could have posted."""
    table = tables.table_of(tables.JournalRow)
    last = max(row.number for row in village.rows(table))
    tried = set()
    for row in village.rows(table):
        if row.refusal is None and row.act not in ("close", "debt", "floor"):
            for number in (None, last + 1):
                with village.tampering() as connection:
                    copy = {**_named_as(table, dict(row._mapping)), "id": f"{row.id}x", "number": number}
                    if row.act in ("hold", "release"):
                        copy["subject"] = f"{row.subject}x"
                    connection.execute(insert(table).values(copy))
                    must_be_found(village, copy)
            tried.add(row.act)
    assert tried == {"post", "capture", "reverse", "hold", "release"}


def _named_as(table: Table, values: dict[str, Any]) -> dict[str, Any]:
    """Values by the key of the column, which need not be its name."""
    return {column.key: values[column.name] for column in table.columns}


@pytest.mark.parametrize(
    ("row", "column"),
    [(tables.JournalRow, "number"), (tables.JournalRow, "recorded_at"), (tables.EntryRow, "sequence")],
    ids=["lines by number", "lines by time", "entries"],
)
def test_swapped_rows_are_found(village: Village, row: Any, column: str) -> None:
    table = tables.table_of(row)
    moved = table.c[column]
    within = [c for c in table.primary_key.columns if c is not moved and c.name != "id"]
    rows = village.rows(table)
    tried = 0
    for one in rows:
        for other in rows:
            same = all(one._mapping[c] == other._mapping[c] for c in within)
            if not same or one._mapping[moved] >= other._mapping[moved]:
                continue
            aside = one._mapping[moved] + ("x" if column == "recorded_at" else 10**9)
            with village.tampering() as connection:
                connection.execute(update(table).where(_is(table, one)).values({moved: aside}))
                first = {**one._mapping, column: aside}
                connection.execute(
                    update(table).where(_is(table, other)).values({moved: one._mapping[moved]})
                )
                here = and_(*(c == first[c.name] for c in table.primary_key.columns))
                connection.execute(update(table).where(here).values({moved: other._mapping[moved]}))
                must_be_found(village, one, other)
                tried += 1
    assert tried >= 2


def test_a_difference_says_where_and_how_much(village: Village) -> None:
    accounts, entries = tables.table_of(tables.AccountRow), tables.table_of(tables.EntryRow)
    m1 = "points/member/m1"
    with village.tampering() as connection:
        [posted] = connection.execute(
            select(accounts.c.posted).where(accounts.c.community_id == "baiyang", accounts.c.id == m1)
        ).scalars()
        here = (accounts.c.community_id == "baiyang", accounts.c.id == m1)
        connection.execute(update(accounts).where(*here).values(posted=posted + 3))
        second = (entries.c.community_id == "baiyang", entries.c.account_id == m1, entries.c.sequence == 2)
        [entry] = connection.execute(select(entries).where(*second))
        connection.execute(update(entries).where(*second).values(balance=entry.balance + 1))
        shown = f"{entry.amount:+} = {{}} ({entry.number})"
        assert village.verification().differences == (
            Difference("entry", f"{m1}#2", shown.format(entry.balance + 1), shown.format(entry.balance)),
            Difference("balance", m1, str(posted + 3), str(posted)),
        )
        assert village.community.ledger.verify().differences
    assert village.verification().ok


def test_a_changed_line_is_named_with_the_seals_over_it(village: Village) -> None:
    table = tables.table_of(tables.JournalRow)
    with village.tampering() as connection:
        here = (table.c.community_id == "baiyang", table.c.id == "bulk5")
        connection.execute(update(table).where(*here).values(reason="another"))
        found = {(difference.what, difference.where) for difference in village.verification().differences}
    assert found >= {("node", "1–1024"), ("seal", f"1–{LINES}")}


def test_another_community_is_another_ledger(village: Village) -> None:
    elsewhere = Village(village.store, open_at(village.store).community("elsewhere"))
    with village.tampering() as connection:
        for table in LEDGER:
            connection.execute(delete(table).where(table.c.community_id == "baiyang"))
        must_be_found_or_empty = village.verification()
        assert (must_be_found_or_empty.transactions, must_be_found_or_empty.entries) == (0, 0)
        assert elsewhere.community.ledger.verify().ok


# --- what no writer ever wrote --------------------------------------------------------------------

JUNK = [
    "",
    "{",
    "[",
    "null",
    "[[]]",
    "[[1,2]]",
    '{"a":1}',
    '[["points/member/m1","x"]]',
    '[["points/member/m1",1e999]]',
    '[["points/member/m1",NaN]]',
    '[["points/nobody/m1",5]]',
    '[["points/member/\\ud800",5],["points/member/m1",-5]]',
    '[["points/member/m1",true,"2026"]]',
    f'[["points/member/m1",{"9" * 5_000}]]',
    f'[["points/member/m1",{"9" * 4_200}],["points/member/m2",{"9" * 4_299}]]',
    "[" * 100_000,
    '{"expires_at":"0001-01-01T00:00:00+14:00"}',
    "0001-01-01T00:00:00+14:00",
    "9999-12-31T23:59:59-14:00",
    "2026-03-02",
    "\N{REPLACEMENT CHARACTER}" * 400,
]
#: In the words of each database, what its types allow and Python's do not.
RAW = {
    "sqlite": [
        "x'ff'",
        "CAST(x'ff00fe' AS TEXT)",
        "'junk'",
        "1.5",
        "-1",
        "9223372036854775807",
        "'2026-03-02'",
        "''",
    ],
    "postgresql": [
        "'infinity'",
        "'-infinity'",
        "'20000-01-01T00:00:00Z'",
        "'4000-01-01 BC'",
        "'\\x'",
        "9223372036854775807",
        "-9223372036854775808",
        "'-1'",
    ],
}


@pytest.mark.parametrize("column", COLUMNS, ids=str)
def test_junk_is_found_and_nothing_is_raised(village: Village, column: Column[Any]) -> None:
    table = column.table
    assert isinstance(table, Table)
    rows = village.rows(table)
    dialect = village.store._engines.writing.dialect.name
    is_json = column.name in ("legs", "lots", "metadata")
    values: list[Any] = list(map(text, RAW[dialect]))
    if column.type.python_type is str:
        values += JUNK if is_json else JUNK[:1] + JUNK[-5:]
    tried = 0
    for row in rows[: 5 if is_json else 1]:
        for value in values:
            with village.tampering() as connection:
                try:
                    with connection.begin_nested():
                        connection.execute(update(table).where(_is(table, row)).values({column: value}))
                except Exception:  # noqa: BLE001, S112 -- the database has no such value
                    continue
                if column.name == "community_id" or not _same(connection, table, row, column):
                    must_be_found(village, column, value)
                    tried += 1
    assert tried >= 2


def _same(connection: Connection, table: Table, row: Row[Any], column: Column[Any]) -> bool:
    """Whether the row still has the value that it had."""
    where = _is(table, row)
    if isinstance(row._mapping[column], str | int | None):
        where = and_(where, column.is_not_distinct_from(row._mapping[column]))
    else:
        return False
    return bool(connection.execute(select(text("1")).select_from(table).where(where)).all())


def test_legs_that_mean_the_same_are_not_the_same(village: Village) -> None:
    table = tables.table_of(tables.JournalRow)
    with village.tampering() as connection:
        here = (table.c.community_id == "baiyang", table.c.id == "mixed")
        [legs] = connection.execute(select(table.c.legs).where(*here)).scalars()
        connection.execute(update(table).where(*here).values(legs=json.dumps(json.loads(legs))))
        assert {d.what for d in must_be_found(village)} == {"seal"}
