"""Whoever changes one row behind the library's back is found out, whatever row and column it is.

The tables and columns are those of the schema: what is added to it is tried as well. Everything is
done in a transaction that is undone, with all constraints off: they are no part of the proof.
"""

from __future__ import annotations

from datetime import timedelta
from random import Random
from typing import Any

import pytest
from sqlalchemy import Column, Table, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from gridpoints.ledger.merkle import Growth
from gridpoints.ledger.model import Difference
from gridpoints.storage.sql import tables
from gridpoints.storage.sql.store import SqlStore
from gridpoints.testing import ManualClock
from tests.ledger.full import found, live, open_at
from tests.ledger.tampering import (
    COLUMNS,
    LEDGER,
    LINES,
    VALUES,
    Village,
    must_be_found,
    others,
    same_key,
)

pytest.importorskip("cryptography", reason="nothing can be signed: install the extra proof")

# --- a value is changed ---------------------------------------------------------------------------


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
                        change = update(table).where(same_key(table, row)).values({column: value})
                        assert connection.execute(change).rowcount == 1
                except IntegrityError:
                    continue  # the key of another row
                must_be_found(village, column, row, value)
                tried += 1
    assert tried


def test_a_signature_is_verified_by_those_who_know_the_key(village: Village) -> None:
    """All else about a checkpoint is found without it."""
    table = tables.table_of(tables.SealRow)
    for row in village.rows(table):
        text, _, signature = row.note.partition("\n\n")
        broken = signature.replace(signature[-6], "A" if signature[-6] != "A" else "B")
        for note in (f"{text}\n", f"{text}\n\n{broken}"):
            with village.tampering() as connection:
                connection.execute(update(table).where(same_key(table, row)).values(note=note))
                assert village.community.ledger.verify().ok
                [difference] = must_be_found(village, note)
                assert (difference.what, difference.where) == ("note", str(row.size))


# --- a row is removed, added, moved ---------------------------------------------------------------


@pytest.mark.parametrize("table", LEDGER, ids=str)
def test_a_removed_row_is_found(village: Village, table: Table) -> None:
    for row in village.rows(table):
        with village.tampering() as connection:
            assert connection.execute(delete(table).where(same_key(table, row))).rowcount == 1
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
    moved, id = table.c[column], table.c["account_id" if column == "sequence" else "id"]
    with village.store._engines.reading.begin() as connection:
        query = select(id, moved).where(table.c.community_id == "baiyang").order_by(moved, id)
        if column == "sequence":
            query = query.where(id == "points/member/li")
        rows = [tuple(row) for row in connection.execute(query)]
    random = Random(7)
    pairs = [rows[:2], rows[-2:], *(random.sample(rows, 2) for _ in range(8))]
    for one, other in (pair for pair in pairs if pair[0][1] != pair[1][1]):
        with village.tampering() as connection:
            aside = (one[0], f"{one[1]}x" if column == "recorded_at" else 10**9)
            for old, new in ((one, aside), (other, (other[0], one[1])), (aside, (one[0], other[1]))):
                here = (table.c.community_id == "baiyang", id == old[0], moved == old[1])
                assert connection.execute(update(table).where(*here).values({moved: new[1]})).rowcount == 1
            must_be_found(village, one, other)


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
    assert found >= {("node", "1–16"), ("node", "1–32"), ("node", "1–64"), ("seal", f"1–{LINES}")}
    assert ("node", "17–32") not in found


def test_another_community_is_another_ledger(village: Village) -> None:
    elsewhere = Village(village.store, open_at(village.store).community("elsewhere"))
    with village.tampering() as connection:
        for table in LEDGER:
            connection.execute(delete(table).where(table.c.community_id == "baiyang"))
        must_be_found_or_empty = village.verification()
        assert (must_be_found_or_empty.transactions, must_be_found_or_empty.entries) == (0, 0)
        assert elsewhere.community.ledger.verify().ok


def test_the_tree_over_two_thousand_lines(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Growth.__init__, "__defaults__", (10,))
    clock = ManualClock(tick=timedelta(seconds=1))
    with open_at(sqlite_url, clock) as exchange:
        live(community := found(exchange), clock, lines=2_060)
        assert isinstance(exchange.store, SqlStore)
        village = Village(exchange.store, community)
        assert village.verification().ok
        journal, nodes = tables.table_of(tables.JournalRow), tables.table_of(tables.NodeRow)
        assert {(row.level, row.index) for row in village.rows(nodes)} == {(10, 0), (10, 1), (11, 0)}
        with village.tampering() as connection:
            connection.execute(update(journal).where(journal.c.id == "bulk5").values(reason="another"))
            differing = {(d.what, d.where) for d in village.verification().differences}
        assert differing >= {("node", "1–1024"), ("node", "1–2048"), ("seal", "1–2060")}
        assert ("node", "1025–2048") not in differing
        for row in village.rows(nodes):
            with village.tampering() as connection:
                connection.execute(update(nodes).where(same_key(nodes, row)).values(hash=bytes(32)))
                [difference] = must_be_found(village)
                assert difference.what == "node"
