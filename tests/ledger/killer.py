"""What kills a program at its statements, and the stores that it is given: see `tests.ledger.killing`."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from time import sleep
from typing import Any
from urllib.parse import urlsplit

import pytest
from attrs import define, field
from sqlalchemy import select

import gridpoints
from gridpoints.storage.sql.engines import Engines
from gridpoints.storage.sql.tables import metadata
from tests.conftest import _database, _named

Dump = dict[str, list[tuple[Any, ...]]]


@define
class Killer:
    """The program that is killed, and stores that it may work in, each a copy of an earlier one."""

    process: subprocess.Popen[str]
    copy: Callable[[str], str]
    bases: dict[str, str]
    file: str
    known: dict[str, Dump] = field(factory=dict)

    def run(self, url: str, act: str, at: int = 0, **more: bool) -> dict[str, Any]:
        """Do `act`; killed at its statement number `at`. What is said `more`, the program knows."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        wanted = {"url": url, "act": act, "at": at, "file": self.file if act == "restore" else "", **more}
        self.process.stdin.write(f"{json.dumps(wanted)}\n")
        self.process.stdin.flush()
        answer: dict[str, Any] = json.loads(self.process.stdout.readline())
        assert not answer.get("failed"), act
        if answer.get("killed") and url.startswith("postgresql"):
            _let_the_server_end(url)
        return answer

    def base(self, act: str) -> str:
        return self.bases["founded" if act == "restore" else "lived"]


def _let_the_server_end(url: str) -> None:
    """Wait until it has done what it was sent by who was killed, and found that nobody is there."""
    import psycopg

    others = (
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
        " AND backend_type = 'client backend' AND pid <> pg_backend_pid()"
    )
    with psycopg.connect(url, autocommit=True) as connection:
        while connection.execute(others).fetchone() != (0,):
            sleep(0.002)


@contextmanager
def program(module: str) -> Iterator[subprocess.Popen[str]]:
    """That module, running; it ends with its input."""
    process = subprocess.Popen(
        [sys.executable, "-m", module],
        cwd=Path(__file__).parents[2],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        yield process
        assert process.stdin is not None
        process.stdin.close()


@contextmanager
def stores(request: pytest.FixtureRequest) -> Iterator[tuple[Callable[[str], str], Callable[[str], str]]]:
    """What makes a new store, and what makes a copy of one, of the kind that is the fixture's parameter."""
    if request.param == "sqlite":
        yield _copies_of_files(request.getfixturevalue("tmp_path_factory").mktemp("killed"))
    else:
        with _copies_of_databases(request.getfixturevalue("postgres_server")) as made:
            yield made


def _copies_of_files(directory: Path) -> tuple[Callable[[str], str], Callable[[str], str]]:
    def new(name: str) -> str:
        return f"sqlite:///{directory / name}.db"

    def copy(url: str) -> str:
        for old in directory.glob("copy.db*"):
            old.unlink()
        return f"sqlite:///{shutil.copy(url.removeprefix('sqlite:///'), directory / 'copy.db')}"

    return new, copy


@contextmanager
def _copies_of_databases(server: str) -> Iterator[tuple[Callable[[str], str], Callable[[str], str]]]:
    with ExitStack() as stack:

        def new(_: str) -> str:
            return _named(server, stack.enter_context(_database(server)))

        def copy(url: str) -> str:
            name = stack.enter_context(_database(server, template=urlsplit(url).path[1:]))
            return _named(server, name)

        yield new, copy


def dump(url: str) -> Dump:
    """Every row of every table, less which transaction wrote it: done again, that is another one."""
    engines = Engines.of(url)
    try:
        with engines.reading.begin() as connection:
            return {
                table.name: [
                    tuple(row)
                    for row in connection.execute(
                        select(*(column for column in table.c if column.name != "writer")).order_by(
                            *table.primary_key.columns
                        )
                    )
                ]
                for table in metadata.sorted_tables
            }
    finally:
        engines.dispose()


def must_verify(url: str) -> None:
    with gridpoints.open(url) as exchange:
        ledger = exchange.community("baiyang").ledger
        assert ledger.verify().differences == ()
        ledger.fold()
        assert ledger.verify().differences == ()
