"""``ledger.post`` with two legs, against the raw driver in the same run.

The limit: one transfer row and two balance updates a transfer, durable (SQLite: WAL,
synchronous=FULL; PostgreSQL: its defaults), in one statement or executemany for a batch. All accounts are
open before the clock starts. What ``post`` leaves for later, to enter its lines in the statements of
accounts and to move the accounts that everybody uses, is timed by itself after each round: lines a second
that ``fold`` enters. With that counted in, the ratio is what a store keeps up day and night; the limit has
no statements.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from itertools import count, cycle, islice
from time import perf_counter

import psycopg

from gridpoints.ledger.operations import Ledger
from tests.benchmarks import measure
from tests.benchmarks.measure import Figure, Run

MEMBERS = 1_000
#: Transfers of one round, by the size of the batch.
SIZES = {1: 10_000, 100: 40_000, 8_000: 80_000}
QUICK_SIZES = {1: 200, 100: 4_000, 8_000: 16_000}
#: By store and size of the batch, as a ratio to the limit: at least, and what we would be proud of.
TARGETS = {
    ("sqlite", 1): (0.35, 0.70),
    ("sqlite", 100): (0.25, 0.45),
    ("sqlite", 8_000): (0.20, 0.40),
    ("postgresql", 1): (0.60, 0.90),
    ("postgresql", 100): (0.30, 0.60),
    ("postgresql", 8_000): (0.25, 0.50),
}

#: Takes the numbers of the transfers of one batch and makes them durable.
Poster = Callable[[Sequence[int]], None]


def run(bench: Run) -> Iterator[Figure]:
    """Each store and size of batch, beside its limit."""
    for batch, size in (QUICK_SIZES if bench.quick else SIZES).items():
        for store, url in bench.stores(f"ledger-{batch}"):
            limit, ours, entered = _measured(store, url, batch, size)
            at_least, proud = TARGETS[store, batch]
            what = f"{store}, batch {batch:,}"
            yield Figure(what, ours, "transfers/s", limit, at_least=at_least, proud=proud)
            yield Figure(f"{what}: entered in statements", entered, "lines/s")
            yield Figure(f"{what}: posted and entered", 1 / (1 / ours + 1 / entered), "transfers/s", limit)


def _measured(store: str, url: str, batch: int, size: int) -> tuple[float, float, float]:
    """The limit and ours, in transfers a second, and the lines that are then entered in a second."""
    numbers, to = count(), cycle(measure.members(MEMBERS))
    with raw(store, url) as raw_post, measure.opened(url) as ledger:
        ledger.post([measure.award(next(to)) for _ in range(MEMBERS)])
        limit, ours, entered = measure.medians(
            lambda: measure.rate(raw_post, islice(numbers, size), batch),
            lambda: measure.rate(ledger.post, map(measure.award, islice(to, size)), batch),
            lambda: _entering(ledger),
        )
        posted = MEMBERS + measure.ROUNDS * size
        assert ledger.balance(measure.ISSUANCE).posted == -measure.POINTS * posted, "not all were posted"
    return limit, ours, entered


def _entering(ledger: Ledger) -> float:
    """Lines a second, of all that a round left."""
    with measure.collected():
        start = perf_counter()
        return ledger.fold() / (perf_counter() - start)


@contextmanager
def raw(store: str, url: str) -> Iterator[Poster]:
    """What the driver alone can do on that store; for SQLite, in a file beside it."""
    if store == "sqlite":
        with closing(sqlite3.connect(f"{url.removeprefix('sqlite:///')}.raw", isolation_level=None)) as file:
            yield _raw_sqlite(file)
    else:
        with psycopg.connect(url) as connection:
            yield _raw_postgres(connection)


def _raw_sqlite(connection: sqlite3.Connection) -> Poster:
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
