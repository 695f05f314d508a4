"""Many rows at once: whatever stands in them, they come back as they were, however they were written."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import BigInteger, CheckConstraint, Column, Connection, Engine, MetaData, Table, create_engine
from sqlalchemy.exc import IntegrityError

from gridpoints.storage.sql import bulk, types

COMMUNITY = "baiyang"
TABLE = Table(
    "row",
    MetaData(),
    Column("community_id", types.Text, primary_key=True),
    Column("id", types.Text, primary_key=True),
    Column("note", types.Text),
    Column("amount", BigInteger, CheckConstraint("amount >= 0")),
    sqlite_with_rowid=False,
)
INSERT = bulk.insert(TABLE)
UPSERT = bulk.upsert(TABLE, ["note", "amount"])

Row = tuple[str, str | None, int | None]
texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=8)
hostile = st.sampled_from(
    ["", r"\N", r"\.", "\\", "\t", "a\nb\r", '"', '{"a"}', "NULL", "',", "积分", "\x1f"]
)
amounts = st.integers(0, 2**62)
Notes = st.lists(st.one_of(st.none(), hostile, texts), min_size=2, max_size=140)


@pytest.fixture(scope="module")
def sqlite_engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    engine = create_engine(f"sqlite:///{tmp_path_factory.mktemp('bulk') / 'rows.db'}")
    yield engine
    engine.dispose()


@contextmanager
def fresh(engine: Engine) -> Iterator[Connection]:
    """A connection with an empty table, which is gone afterwards."""
    with engine.connect() as connection:
        TABLE.create(connection)
        try:
            yield connection
        finally:
            connection.rollback()
            TABLE.drop(connection, checkfirst=True)
            connection.commit()


def read(connection: Connection) -> list[Row]:
    rows = connection.execute(TABLE.select().order_by(TABLE.c.id)).all()
    assert {community for community, *_ in rows} <= {COMMUNITY}
    return [tuple(row[1:]) for row in rows]


def rows_of(notes: Sequence[str | None]) -> list[Row]:
    return [(f"{n:04} {note}", note, None if n % 3 else n) for n, note in enumerate(notes)]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(notes=Notes, numbered=st.sampled_from(sorted({False, bulk._BINDS_ONCE})))
def test_rows_come_back_from_sqlite(
    sqlite_engine: Engine, notes: list[str | None], numbered: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = rows_of(notes)
    with monkeypatch.context() as python, fresh(sqlite_engine) as connection:
        python.setattr(bulk, "_BINDS_ONCE", numbered)
        assert INSERT.run_bound(connection, COMMUNITY, list(zip(*rows, strict=True)))() == len(rows)
        assert read(connection) == rows


@pytest.fixture(scope="module")
def notes() -> list[str | None]:
    return [None, "", r"\N", r"\.", "\\", "\t", "a\nb\r", '"', '{"a"}', "NULL", "',", "积分", "\x1f"] * 5


@pytest.mark.parametrize("size", [1, bulk.COPY_AT - 1, bulk.COPY_AT, 65])
def test_rows_come_back_from_postgresql(postgres_url: str, notes: list[str | None], size: int) -> None:
    rows = rows_of(notes[:size])
    engine = create_engine(postgres_url.replace("postgresql://", "postgresql+psycopg://"))
    with fresh(engine) as connection:
        assert INSERT.run_bound(connection, COMMUNITY, list(zip(*rows, strict=True)))() == size
        assert read(connection) == rows
    engine.dispose()


@pytest.mark.parametrize("size", [2, 9, 10, 49, 50, 51, 111, 611])
def test_what_is_there_is_changed_and_counted(sqlite_engine: Engine, size: int) -> None:
    ids = [f"{n:04}" for n in range(size)]
    with fresh(sqlite_engine) as connection:
        INSERT.run(connection, COMMUNITY, {"id": ids, "note": ["old"] * size, "amount": range(size)})
        more = [*ids, "new"]
        values: bulk.Columns = {"id": more, "note": ["new"] * (size + 1), "amount": [7] * (size + 1)}
        assert UPSERT.run(connection, COMMUNITY, values)() == size + 1
        assert read(connection) == [(id, "new", 7) for id in more]


def test_what_the_database_refuses_is_told(sqlite_engine: Engine) -> None:
    values: bulk.Columns = {"id": ["a", "b"], "note": [None, None], "amount": [1, -1]}
    with fresh(sqlite_engine) as connection, pytest.raises(IntegrityError, match="CHECK"):
        UPSERT.run(connection, COMMUNITY, values)


@given(st.lists(st.one_of(hostile, texts)))
def test_a_set_of_texts_is_json(several: list[str]) -> None:
    assert json.loads(types._json_of_texts(several)) == several


@given(st.lists(st.tuples(st.one_of(st.none(), hostile, texts), amounts), min_size=1))
def test_rows_for_copy_have_no_more_lines_and_fields_than_they_should(
    rows: list[tuple[str | None, int]],
) -> None:
    lines = types.copied(list(zip(*rows, strict=True))).split("\n")
    assert lines.pop() == ""
    assert [line.count("\t") for line in lines] == [1] * len(rows)
