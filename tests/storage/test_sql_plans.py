"""How the databases find what they are asked for: by an index, however much there is."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import Any

import pytest
from sqlalchemy import Select, text
from sqlalchemy.dialects import sqlite

from gridpoints.community.model import Member
from gridpoints.ledger.model import Account, Leg, Transaction
from gridpoints.storage.sql import ledger, records
from gridpoints.storage.sql.store import SqlStore
from gridpoints.testing import START
from gridpoints.values import Unit


@pytest.mark.parametrize(
    "statement",
    [ledger._KNOWN, ledger._LOCK, ledger._NAMED_HOLDS, records._LOCK_USAGE],
    ids=["outcomes", "accounts", "holds", "limits"],
)
def test_many_ids_are_looked_up_one_by_one(statement: Select[Any], sqlite_url: str) -> None:
    assert "community_id=? AND id=?" in plan(statement, sqlite_url)


def test_records_are_found_by_many_ids(sqlite_url: str) -> None:
    kept = records._KEPT[Member]
    wanted = kept.all.where(*records._conditions(kept, {"id": ["1", "2"]}))
    assert "community_id=? AND id=?" in plan(wanted, sqlite_url)


def test_a_community_founded_since_the_statistics_were_taken(postgres_url: str) -> None:
    """A join is by the whole key, or by a hash: never over all of the community for every row."""
    with closing(SqlStore(postgres_url)) as store:
        with store.begin("old") as work:
            work.add(Unit("points"))
            for first in range(0, 4000, 1000):
                work.ledger.post(awards(first), at=START)
        with store._engines.writing.begin() as connection:
            connection.execute(text("ANALYZE"))
            given = {"community": "new", "id": "points/member/li", "after": 0, "unit": "points"}
            for name, statement in JOINS.items():
                compiled = statement.compile(connection)
                found = connection.exec_driver_sql(f"EXPLAIN {compiled}", {**compiled.params, **given})
                assert not [line for line in found.scalars() if "Join Filter" in line], name


JOINS: dict[str, Select[Any]] = {
    "statement": ledger._ENTRIES,
    "totals": ledger._TOTALS,
    "flows": ledger._FLOWS,
    "legs": ledger._LEGS,
}


def awards(first: int) -> list[Transaction]:
    """One for each of a thousand members."""
    issuance = Account.issuance("points")
    return [
        Transaction(f"t{first + n}", (Leg(issuance, -5), Leg(Account.member(f"m{n}", "points"), 5)))
        for n in range(1000)
    ]


def plan(statement: Select[Any], url: str) -> str:
    compiled = statement.compile(dialect=sqlite.dialect())
    with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as connection:
        rows = connection.execute(f"EXPLAIN QUERY PLAN {compiled}", [None] * len(compiled.positiontup or ()))
        return "\n".join(detail for *_, detail in rows)
