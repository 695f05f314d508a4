"""The schema: created, migrated from every earlier version, and the same as the tables say."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import timedelta
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import (
    Column,
    Connection,
    ForeignKeyConstraint,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    inspect,
    select,
    text,
    update,
)

from gridpoints.awards.model import Award
from gridpoints.catalog.model import ItemStatus, ServiceItem, Session
from gridpoints.claiming.model import Claim
from gridpoints.claiming.wishes import Particulars, Wish
from gridpoints.community.consents import Consent
from gridpoints.community.model import Grid, Household, Member, Profile
from gridpoints.errors import ReferenceUnknown, SchemaMismatch, StoreUnavailable
from gridpoints.storage.integrity import KINDS, NEVER_NEGATIVE, REFERENCES, UNIQUE
from gridpoints.storage.sql import kept, schema
from gridpoints.storage.sql.engines import Engines
from gridpoints.storage.sql.store import SqlStore
from gridpoints.storage.sql.tables import metadata
from gridpoints.testing import START

VERSION = Table(schema.VERSION_TABLE, MetaData(), Column("version_num", Text))
TABLES = sorted(metadata.tables.values(), key=lambda table: table.name)


@pytest.fixture(params=["sqlite", "postgres"])
def empty_url(request: pytest.FixtureRequest) -> Iterator[str]:
    """Each kind of database in turn, with no table in it."""
    yield from request.getfixturevalue(f"empty_{request.param}")


@pytest.fixture
def empty_sqlite(tmp_path: Path) -> list[str]:
    return [f"sqlite:///{tmp_path / 'empty.db'}"]


@pytest.fixture
def empty_postgres(postgres_url: str) -> list[str]:
    on(postgres_url, metadata.drop_all)
    on(postgres_url, lambda connection: connection.execute(text(f"DROP TABLE {schema.VERSION_TABLE}")))
    return [postgres_url]


def on(url: str, act: Callable[[Connection], Any]) -> Any:
    """What `act` answers on a connection to the database, committed."""
    engines = Engines.of(url)
    try:
        with engines.writing.begin() as connection:
            return act(connection)
    finally:
        engines.dispose()


def revisions() -> list[str]:
    script = ScriptDirectory(str(schema.MIGRATIONS))
    return [revision.revision for revision in reversed(list(script.walk_revisions()))]


def migrate_to(revision: str) -> Callable[[Connection], None]:
    return lambda connection: command.upgrade(schema.alembic_config(connection), revision)


def version(connection: Connection) -> Any:
    return connection.execute(select(VERSION.c.version_num)).scalar_one()


# --- the way to the newest schema -----------------------------------------------------------------


def test_the_head_is_the_newest_revision() -> None:
    assert revisions()[-1] == schema.HEAD


def test_an_empty_database_gets_the_schema(empty_url: str) -> None:
    SqlStore(empty_url).close()
    assert on(empty_url, version) == schema.HEAD


@pytest.mark.parametrize("revision", revisions())
def test_every_earlier_revision_is_brought_up_to_date(revision: str, empty_url: str) -> None:
    on(empty_url, migrate_to(revision))
    SqlStore(empty_url).close()
    assert on(empty_url, version) == schema.HEAD
    assert on(empty_url, differences) == []


USED = "a-month member:li 2026-03-01"
FORMER: tuple[tuple[str, dict[str, object]], ...] = (
    (
        "community",
        {"name": "白羊村", "timezone": "Asia/Shanghai", "founded_at": "2026-03-02T01:00:00.000000Z"},
    ),
    ("grid", {"id": "z", "name": "街道"}),
    ("grid", {"id": "a", "name": "一", "parent_id": "z"}),
    ("household", {"id": "h", "grid_id": "a", "label": "101"}),
    (
        "member",
        {
            "id": "li",
            "name": "李",
            "enrolled_at": "2026-03-02T01:00:00.000000Z",
            "household_id": "h",
            "status": "active",
        },
    ),
    (
        "award",
        {
            "id": "a",
            "member_id": "li",
            "deed": "patrol",
            "day": "2026-03-01",
            "quantity": "2.50",
            "source": "",
            "reported_by": "clerk",
            "recorded_at": "2026-03-02T01:00:00.000000Z",
            "rule_set": "r@1",
            "unit": "points",
            "wanted": 5,
            "awarded": 5,
            "status": "credited",
            "explanation": "[]",
        },
    ),
    (
        "usage",
        {"id": USED, "limit_code": "a-month", "subject": "member:li", "since": "2026-03-01", "used": 7},
    ),
    ("service_item", {"id": "i", "name": "巡逻", "deed": "patrol", "description": "", "status": "closed"}),
    (
        "session",
        {
            "id": "s",
            "item_id": "i",
            "starts_at": "2026-03-02T01:00:00.000000Z",
            "ends_at": "2026-03-02T02:00:00.000000Z",
            "places": 2,
            "status": "open",
        },
    ),
    (
        "claim",
        {
            "id": "c",
            "target": "wish",
            "target_id": "w",
            "member_id": "li",
            "claimed_at": "2026-03-02T01:00:00.000000Z",
            "award_id": "a",
            "status": "verified",
        },
    ),
)


def _execute(statement: Any, connection: Connection) -> None:
    connection.exec_driver_sql(str(statement))


def keep(url: str, rows: Iterable[tuple[str, dict[str, object]]]) -> None:
    """Put rows into tables as they were."""
    for table, row in rows:
        values: dict[str, object] = {"community_id": "baiyang", **row}
        if "status" in row and table != "award":
            values["version"] = 3
        values = {name: value for name, value in values.items() if value is not None}
        on(url, partial(_insert, table, values))


def _insert(table: str, values: Mapping[str, object], connection: Connection) -> None:
    names, given = ", ".join(values), ", ".join(f"'{value}'" for value in values.values())
    _execute(text(f"INSERT INTO gridpoints_{table} ({names}) VALUES ({given})"), connection)  # noqa: S608


def test_what_the_first_schema_kept_is_kept(empty_url: str) -> None:
    on(empty_url, migrate_to("0002"))
    keep(empty_url, FORMER)
    store = SqlStore(empty_url)
    with store.begin("baiyang", write=False) as work:
        award = work.get(Award, "a")
        assert (award.quantity, award.facts, award.uses, award.version) == (Decimal("2.50"), {}, {}, 1)
        assert work.usage([USED]) == {USED: 7}
        assert (work.get(Claim, "c").award_id, work.get(Claim, "c").version) == ("a", 3)
        assert work.get(ServiceItem, "i") == ServiceItem(
            "i", "巡逻", "patrol", status=ItemStatus.CLOSED, version=3
        )
        hour = timedelta(hours=1)
        assert work.get(Session, "s") == Session("s", "i", START, START + hour, 2, version=3)
        assert work.find(Grid) == [Grid("a", "一", "z"), Grid("z", "街道")]
        assert work.find(Household) == [Household("h", "a", "101")]
        assert work.get(Member, "li").household_id == "h"
    with pytest.raises(ReferenceUnknown), store.begin("baiyang") as work:
        work.add(Household("h2", "nowhere", "102"))
    store.close()


def test_wishes_of_before_are_kept_and_their_words_set_apart(empty_url: str) -> None:
    on(empty_url, migrate_to("0004"))
    made = {
        "beneficiary_id": "li",
        "text": "A lamp",
        "deed": "wish",
        "made_at": "2026-03-02T01:00:00.000000Z",
    }
    claim = {
        "id": "c",
        "target": "wish",
        "target_id": "claimed",
        "member_id": "li",
        "claimed_at": "2026-03-02T01:00:00.000000Z",
        "lease_until": "2026-03-09T01:00:00.000000Z",
        "status": "confirmed",
    }
    wishes = ("draft", "claimed", "fulfilled")
    keep(empty_url, [row for row in FORMER if row[0] in ("community", "grid", "household", "member")])
    keep(
        empty_url,
        [("wish", {"id": id, "status": id, "made_at": claim["claimed_at"], **made}) for id in wishes],
    )
    keep(empty_url, [("claim", dict(claim))])
    store = SqlStore(empty_url)
    with store.begin("baiyang", write=False) as work:
        found = [work.get(Wish, id) for id in wishes]
        assert [(w.text, w.parts, w.granted, w.version) for w in found] == [
            ("", 1, 0, 3),
            ("A lamp", 1, 0, 3),
            ("A lamp", 1, 1, 3),
        ]
        assert [wish.due_at for wish in found] == [None, work.get(Claim, "c").lease_until, None]
        assert work.get(Particulars, "draft").told == "A lamp"
    store.close()


def test_consents_of_before_say_who_wrote_them_down_and_when_they_were_withdrawn(empty_url: str) -> None:
    on(empty_url, migrate_to("0020"))
    at, later = "2026-03-02T01:00:00.000000Z", "2026-03-02T03:00:00.000000Z"
    given = {"member_id": "li", "guardian": "her aunt", "covers": "community", "since": at}
    change = {"kind": "consent", "before": "{}", "subject": "b"}
    keep(empty_url, FORMER[:1])
    keep(empty_url, [("member", {"id": "li", "name": "李", "enrolled_at": at, "status": "active"})])
    keep(empty_url, [("consent", {"id": "a", "status": "given", **given})])  # the journal knows nothing of it
    keep(empty_url, [("consent", {"id": "b", "status": "withdrawn", **given})])
    for n, (when, actor, status) in enumerate([(at, "wang", "given"), (later, "sun", "withdrawn")], 1):
        told = {
            "community_id": "baiyang",
            "id": f"{n}",
            "at": when,
            "actor": actor,
            "version": n,
            "number": n,
        }
        on(empty_url, partial(_insert, "change", {**change, **told, "status": status}))
    store = SqlStore(empty_url)
    with store.begin("baiyang", write=False) as work:
        first, second = work.get(Consent, "a"), work.get(Consent, "b")
    assert (first.given_by, first.recorded_by, first.withdrawn_at) == ("her aunt", "her aunt", None)
    assert (second.recorded_by, second.withdrawn_at) == ("wang", START + timedelta(hours=2))
    store.close()


def test_opening_again_changes_nothing_and_keeps_everything(empty_url: str) -> None:
    profile = Profile("baiyang", "白羊村", "Asia/Shanghai", START)
    store = SqlStore(empty_url)
    with store.begin("baiyang") as work:
        work.add(profile)
    store.close()
    store = SqlStore(empty_url)
    with store.begin("baiyang", write=False) as work:
        assert work.get(Profile, "baiyang") == profile
    store.close()


def test_other_tables_are_left_alone(empty_url: str) -> None:
    on(empty_url, lambda connection: connection.execute(text("CREATE TABLE member (id INTEGER)")))
    SqlStore(empty_url).close()
    assert "member" in on(empty_url, lambda connection: inspect(connection).get_table_names())


def test_a_newer_schema_is_refused(empty_url: str) -> None:
    SqlStore(empty_url).close()
    on(
        empty_url,
        lambda connection: connection.execute(update(VERSION).values(version_num="from tomorrow")),
    )
    with pytest.raises(SchemaMismatch) as refusal:
        SqlStore(empty_url)
    assert (refusal.value.found, refusal.value.known) == ("from tomorrow", schema.HEAD)
    assert on(empty_url, version) == "from tomorrow"


def test_the_schema_that_was_never_released_is_refused_and_left_as_it_is(empty_url: str) -> None:
    """Revision 0001 kept a ledger without a journal. Nothing leads on from it."""
    on(empty_url, old_spine)
    before = on(empty_url, everything)
    with pytest.raises(SchemaMismatch) as refusal:
        SqlStore(empty_url)
    assert (refusal.value.found, refusal.value.known) == ("0001", schema.HEAD)
    assert "s3cret" not in str(refusal.value)
    assert on(empty_url, everything) == before


def old_spine(connection: Connection) -> None:
    """What is enough of it: a table that has the same name today, and one that is no more."""
    for statement in (
        f"CREATE TABLE {schema.VERSION_TABLE} (version_num VARCHAR(32) NOT NULL)",
        f"INSERT INTO {schema.VERSION_TABLE} VALUES ('0001')",  # noqa: S608
        "CREATE TABLE gridpoints_account (community_id TEXT, id TEXT, posted BIGINT, sequence BIGINT)",
        "INSERT INTO gridpoints_account VALUES ('baiyang', 'points/member/li', 90, 3)",
        "CREATE TABLE gridpoints_transaction (community_id TEXT, id TEXT, kind TEXT)",
        "INSERT INTO gridpoints_transaction VALUES ('baiyang', 't1', 'award')",
    ):
        connection.execute(text(statement))


def everything(connection: Connection) -> dict[str, list[Any]]:
    """All rows of all tables."""
    return {
        table: [tuple(row) for row in connection.execute(text(f"SELECT * FROM {table}"))]  # noqa: S608
        for table in inspect(connection).get_table_names()
    }


def test_a_migration_that_fails_leaves_nothing_behind(empty_url: str) -> None:
    # It comes after most others, and is in the way.
    on(empty_url, lambda connection: connection.execute(text("CREATE TABLE gridpoints_entry (id INTEGER)")))
    with pytest.raises(StoreUnavailable, match="gridpoints_entry"):
        SqlStore(empty_url)
    assert on(empty_url, lambda connection: inspect(connection).get_table_names()) == ["gridpoints_entry"]


OPEN = """
import sys
from gridpoints.storage.sql.store import SqlStore
print("ready", flush=True)
sys.stdin.readline()
SqlStore(sys.argv[1]).close()
"""


def test_sqlite_knows_from_the_beginning_what_an_index_is_worth(
    empty_sqlite: list[str],
) -> None:
    """It would read a table whole where the index of the key begins with the community alone."""
    [url] = empty_sqlite
    SqlStore(url).close()
    found = dict(
        on(url, lambda connection: connection.execute(text("SELECT idx, stat FROM sqlite_stat1")).all())
    )
    indexes = {str(index.name) for table in TABLES for index in table.indexes}
    kept_by_key = {t.name for t in TABLES if t.dialect_options["sqlite"]["with_rowid"] is False}
    assert indexes | kept_by_key <= found.keys()
    assert all(figures.startswith("100000 ") for index, figures in found.items() if "version" not in index)


def test_several_processes_may_open_a_new_database_at_once(empty_url: str) -> None:
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", OPEN, empty_url],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(3)
    ]
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    assert [(process.communicate()[1], process.returncode) for process in processes] == [("", 0)] * 3
    assert on(empty_url, version) == schema.HEAD


def test_a_database_that_is_up_to_date_is_opened_without_alembic(sqlite_url: str) -> None:
    opened = f"{OPEN}\nprint('alembic' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", opened, sqlite_url], input="go\n", capture_output=True, text=True, check=True
    )
    assert done.stdout == "ready\nFalse\n"


# --- tables and migrations agree ------------------------------------------------------------------


def differences(connection: Connection) -> list[Any]:
    """What Alembic would write into the next migration."""
    context = MigrationContext.configure(
        connection,
        opts={"version_table": schema.VERSION_TABLE, "compare_type": True, "compare_server_default": True},
    )
    return list(compare_metadata(context, metadata))


def anatomy(connection: Connection) -> dict[str, Any]:
    """Everything that the database says about each of our tables, of which Alembic overlooks a part."""
    found = inspect(connection)
    return {
        table.name: {
            "columns": [
                {**column, "type": column["type"].compile(connection.dialect)}
                for column in found.get_columns(table.name)
            ],
            "primary key": found.get_pk_constraint(table.name),
            "foreign keys": by_name(found.get_foreign_keys(table.name)),
            "unique": by_name(found.get_unique_constraints(table.name)),
            "checks": by_name(found.get_check_constraints(table.name)),
            "indexes": [
                {**index, "dialect_options": {k: str(v) for k, v in index.get("dialect_options", {}).items()}}
                for index in by_name(found.get_indexes(table.name))
            ],
            "definition": definition(connection, table.name),
        }
        for table in TABLES
    }


def by_name(found: Any) -> list[Any]:
    return sorted(found, key=lambda each: str(each["name"]))


def definition(connection: Connection, table: str) -> list[str]:
    """The statements that made the table and its indexes, where the database keeps them."""
    if connection.dialect.name != "sqlite":
        return []
    kept = text("SELECT sql FROM sqlite_schema WHERE tbl_name = :table AND sql IS NOT NULL ORDER BY name")
    return [" ".join(sql.split()) for sql in connection.execute(kept, {"table": table}).scalars()]


def test_the_migrations_make_the_tables(empty_url: str) -> None:
    SqlStore(empty_url).close()
    assert on(empty_url, differences) == []
    migrated = on(empty_url, anatomy)
    on(empty_url, metadata.drop_all)
    on(empty_url, metadata.create_all)
    declared = on(empty_url, anatomy)
    for table in TABLES:
        assert migrated[table.name] == declared[table.name]


# --- what the tables promise ----------------------------------------------------------------------


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_the_community_leads_every_key(table: Table) -> None:
    assert next(iter(table.primary_key.columns)).name == "community_id"
    for constraint in table.constraints:
        if isinstance(constraint, ForeignKeyConstraint):
            assert constraint.column_keys[0] == "community_id"
            assert constraint.elements[0].column.name == "community_id"
        elif isinstance(constraint, UniqueConstraint):
            assert constraint.columns[0].name == "community_id"
    for index in table.indexes:
        assert index.columns[0].name == "community_id"


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_the_tables_refuse_what_every_store_refuses(kind: type) -> None:
    table = kept.KEPT[kind].table
    references = {
        (constraint.column_keys[1], constraint.referred_table) for constraint in table.foreign_key_constraints
    }
    assert references == {
        (column, kept.KEPT[target].table) for column, target in REFERENCES.get(kind, {}).items()
    }
    names = {str(constraint.name) for constraint in table.constraints}
    assert {f"uq_{table.name}_{column}" for column in UNIQUE.get(kind, ())} <= names
    assert {f"ck_{table.name}_{column}" for column in NEVER_NEGATIVE.get(kind, ())} <= names
