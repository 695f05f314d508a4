"""Whatever stands in the rows of a ledger, verifying it finds it and raises nothing."""

from __future__ import annotations

import json
from typing import Any

import pytest
from sqlalchemy import Column, Connection, Row, Table, and_, select, text, update
from sqlalchemy.exc import DBAPIError

from gridpoints.storage.sql import tables
from tests.ledger.tampering import COLUMNS, Village, must_be_found, same_key

pytest.importorskip("cryptography", reason="nothing can be signed: install the extra proof")

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
                        connection.execute(update(table).where(same_key(table, row)).values({column: value}))
                except DBAPIError:  # the database has no such value
                    continue
                if column.name == "community_id" or not _same(connection, table, row, column):
                    must_be_found(village, column, value)
                    tried += 1
    assert tried >= 2


def _same(connection: Connection, table: Table, row: Row[Any], column: Column[Any]) -> bool:
    """Whether the row still has the value that it had."""
    where = same_key(table, row)
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
        assert {d.what for d in must_be_found(village)} == {"node", "seal"}
