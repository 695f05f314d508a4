"""How SQLite finds what it is asked for: by an index, however much there is."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import Any

import pytest
from sqlalchemy import Select
from sqlalchemy.dialects import sqlite

from gridpoints.community.model import Member
from gridpoints.storage.sql import ledger, records


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


def plan(statement: Select[Any], url: str) -> str:
    compiled = statement.compile(dialect=sqlite.dialect())
    with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as connection:
        rows = connection.execute(f"EXPLAIN QUERY PLAN {compiled}", [None] * len(compiled.positiontup or ()))
        return "\n".join(detail for *_, detail in rows)
