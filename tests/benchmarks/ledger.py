"""How fast ``ledger.post`` is, against what the raw driver can do in the same run.

The limit: one transfer row and two balance updates a transfer, durable (SQLite: WAL,
synchronous=FULL; PostgreSQL: its defaults), in one statement or executemany for a batch.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from time import perf_counter

import psycopg
from attrs import frozen

import gridpoints
from gridpoints import Account, Leg, Transaction
from gridpoints.ledger.model import Posted

MEMBERS = 1_000
#: Transfers that are measured, by the size of the batch.
SIZES = {1: 1_000, 100: 20_000, 8_000: 40_000}

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


@frozen
class Measured:
    """Transfers a second for one size of batch."""

    store: str
    batch: int
    ours: float
    limit: float

    @property
    def ratio(self) -> float:
        return self.ours / self.limit


def measure(folder: Path, postgres: str) -> Iterator[Measured]:
    """Measure SQLite and PostgreSQL, each beside its limit."""
    for batch, count in SIZES.items():
        limit = _rate(_raw_sqlite(folder / f"raw-{batch}.db"), batch, count)
        ours = _rate(_ours(f"sqlite:///{folder / f'ours-{batch}.db'}"), batch, count)
        yield Measured("sqlite", batch, ours, limit)
    for batch, count in SIZES.items():
        with psycopg.connect(postgres) as connection:
            limit = _rate(_raw_postgres(connection), batch, count)
        yield Measured("postgresql", batch, _rate(_ours(postgres, f"bench-{batch}"), batch, count), limit)


#: Takes the numbers of the transfers of one batch and makes them durable.
Poster = Callable[[Sequence[int]], None]


def _rate(post: Poster, batch: int, count: int) -> float:
    numbers = iter(range(count + batch))
    post(list(islice(numbers, batch)))  # the first one opens the accounts
    batches = [list(islice(numbers, batch)) for _ in range(count // batch)]
    start = perf_counter()
    for each in batches:
        post(each)
    return count / (perf_counter() - start)


def _ours(url: str, community: str = "bench") -> Poster:
    exchange = gridpoints.open(url)
    ledger = exchange.found(community, name="Bench", timezone="UTC", rules=RULES).ledger
    source = Account.issuance("points")
    members = [Account.member(f"m{n}", "points") for n in range(MEMBERS)]

    def post(numbers: Sequence[int]) -> None:
        outcomes = ledger.post(
            Transaction(f"t{n}", (Leg(members[n % MEMBERS], 5), Leg(source, -5)), kind="award")
            for n in numbers
        )
        assert all(isinstance(outcome, Posted) for outcome in outcomes)

    return post


def _raw_sqlite(path: Path) -> Poster:
    connection = sqlite3.connect(path, isolation_level=None)
    connection.executescript(
        """PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;
        CREATE TABLE balance (account INTEGER PRIMARY KEY, posted INTEGER NOT NULL);
        CREATE TABLE transfer (id INTEGER PRIMARY KEY, debit INTEGER, credit INTEGER, amount INTEGER);"""
    )
    connection.executemany("INSERT INTO balance VALUES (?, 0)", [(n,) for n in range(MEMBERS + 1)])

    def post(numbers: Sequence[int]) -> None:
        connection.execute("BEGIN IMMEDIATE")
        connection.executemany(
            "INSERT INTO transfer VALUES (?, ?, ?, 5)", [(n, MEMBERS, n % MEMBERS) for n in numbers]
        )
        connection.executemany(
            "UPDATE balance SET posted = posted + ? WHERE account = ?",
            [change for n in numbers for change in ((5, n % MEMBERS), (-5, MEMBERS))],
        )
        connection.execute("COMMIT")

    return post


def _raw_postgres(connection: psycopg.Connection[tuple[object, ...]]) -> Poster:
    connection.execute("DROP TABLE IF EXISTS raw_transfer, raw_balance")
    connection.execute("CREATE TABLE raw_balance (account bigint PRIMARY KEY, posted bigint NOT NULL)")
    connection.execute(
        "CREATE TABLE raw_transfer (id bigint PRIMARY KEY, debit bigint, credit bigint, amount bigint)"
    )
    connection.execute("INSERT INTO raw_balance SELECT n, 0 FROM generate_series(0, %s) n", [MEMBERS])
    connection.commit()

    def post(numbers: Sequence[int]) -> None:
        connection.execute(
            """WITH t AS (
                 INSERT INTO raw_transfer
                 SELECT n, %(source)s, n %% %(source)s, 5 FROM unnest(%(ids)s::bigint[]) n
                 RETURNING debit, credit, amount),
               moved AS (
                 SELECT account, sum(amount) AS change
                 FROM (SELECT credit AS account, amount FROM t UNION ALL SELECT debit, -amount FROM t) legs
                 GROUP BY account)
               UPDATE raw_balance b SET posted = posted + change
               FROM moved WHERE b.account = moved.account""",
            {"source": MEMBERS, "ids": list(numbers)},
        )
        connection.commit()

    return post
