"""Killed at any statement of whatever it does, and opened again: it was done whole, or not at all."""

from __future__ import annotations

import io
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from attrs import define, field
from sqlalchemy import select

import gridpoints
from gridpoints import Account, Community, Leg, Transaction
from gridpoints.storage.sql.engines import Engines
from gridpoints.storage.sql.tables import metadata
from gridpoints.testing import ManualClock
from tests.conftest import _database, _named
from tests.ledger.full import DAY, HOME, LI, SHOP, ZHAO, found, issue, live, move, open_at
from tests.ledger.killing import ACTS

pytest.importorskip("cryptography", reason="nothing can be signed: install the extra proof")

#: So many statements at least are begun by an act; fewer, and the test shows nothing.
LEAST = 6
#: On PostgreSQL one statement locks a lone account, and one writes its line with what it comes to.
FEWER = {"set_floor": 3}

HOME_POINTS = Account.household("home", "points")

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork")

Dump = dict[str, list[tuple[Any, ...]]]


@define
class Killer:
    """The program that is killed, and stores that it may work in, each a copy of an earlier one."""

    process: subprocess.Popen[str]
    copy: Callable[[str], str]
    bases: dict[str, str]
    file: str
    known: dict[str, Dump] = field(factory=dict)

    def run(self, url: str, act: str, at: int = 0) -> dict[str, Any]:
        """Do `act`; killed at its statement number `at`."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        wanted = {"url": url, "act": act, "at": at, "file": self.file if act == "restore" else ""}
        self.process.stdin.write(f"{json.dumps(wanted)}\n")
        self.process.stdin.flush()
        answer: dict[str, Any] = json.loads(self.process.stdout.readline())
        assert not answer.get("failed"), act
        return answer

    def base(self, act: str) -> str:
        return self.bases["founded" if act == "restore" else "lived"]


@pytest.fixture(scope="module")
def program() -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.ledger.killing"],
        cwd=Path(__file__).parents[2],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        yield process
        assert process.stdin is not None
        process.stdin.close()


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def killer(
    request: pytest.FixtureRequest,
    program: subprocess.Popen[str],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Killer]:
    file = io.StringIO()
    with open_at("memory://", clock := ManualClock(tick=timedelta(seconds=1))) as exchange:
        live(village := found(exchange), clock, lines=20)
        village.ledger.export(file)
    with ExitStack() as stack:
        if request.param == "sqlite":
            new, copy = _copies_of_files(tmp_path_factory.mktemp("killed"))
        else:
            server = request.getfixturevalue("postgres_server")
            new, copy = stack.enter_context(_copies_of_databases(server))
        killer = Killer(program, copy, _bases(new), file.getvalue())
        killer.run(new("warm"), "warm_up")
        yield killer


def _bases(new: Callable[[str], str]) -> dict[str, str]:
    """A store that was founded, and one in which everything has happened, and a little since."""
    bases = {name: new(name) for name in ("founded", "lived")}
    for name, url in bases.items():
        with open_at(url, clock := ManualClock(tick=timedelta(seconds=1))) as exchange:
            village = found(exchange)
            if name == "lived":
                live(village, clock, lines=20)
                _go_on(village, clock)
    return bases


def _go_on(village: Community, clock: ManualClock) -> None:
    legs = (Leg(Account.issuance("points"), -7), Leg(HOME_POINTS, 7, clock.now() + DAY))
    since = [issue("since-1", HOME, 4), Transaction("since-2", legs), move("since-3", LI, SHOP, 1)]
    village.ledger.post([*since, issue("since-4", ZHAO, 6)])


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
    """Every row of every table."""
    engines = Engines.of(url)
    try:
        with engines.reading.begin() as connection:
            return {
                table.name: [
                    tuple(row)
                    for row in connection.execute(select(table).order_by(*table.primary_key.columns))
                ]
                for table in metadata.sorted_tables
            }
    finally:
        engines.dispose()


@pytest.mark.parametrize("act", ACTS)
def test_killed_at_every_statement(killer: Killer, act: str) -> None:
    before = dump(killer.base(act))
    whole = killer.copy(killer.base(act))
    statements = killer.run(whole, act)["begun"]
    assert statements >= FEWER.get(act, LEAST)
    states = [before, dump(whole)]
    if act == "seal":  # where lines are numbered later, it folds first, in a unit of work of its own
        folded = killer.copy(killer.base(act))
        killer.run(folded, "fold")
        states.insert(1, dump(folded))
        must_verify(folded)
    assert all(states[n] != states[n + 1] for n in range(len(states) - 1))
    must_verify(whole)
    url = killer.copy(killer.base(act))
    came = []
    for at in moments(statements):
        assert killer.run(url, act, at)["killed"]
        found = dump(url)
        assert found in states, f"{act} was left half done at statement {at} of {statements}"
        came.append(states.index(found))
        if found != before:
            url = killer.copy(killer.base(act))
    assert came[0] == 0
    assert came == sorted(came)  # what was done stays done
    # Whoever comes after those who were killed finds nothing of them in the way.
    assert not killer.run(url, act)["killed"]
    assert dump(url) == states[-1]
    must_verify(url)


def moments(statements: int) -> list[int]:
    """Every statement; of very many, which write row after row, all at either end and some between."""
    every = range(1, statements + 1)
    return sorted({*every[:60], *every[60::11], *every[-40:]})


def must_verify(url: str) -> None:
    with gridpoints.open(url) as exchange:
        ledger = exchange.community("baiyang").ledger
        assert ledger.verify().differences == ()
        ledger.fold()
        assert ledger.verify().differences == ()
