"""Posting while another process seals, against posting alone.

``ledger.post`` in batches of 100, in turn with and without another process that calls ``ledger.seal``
every half second, so some times in a round; the limit is the rate without it. Statements are entered
between two rounds, or the one round in three that does it for the others would be measured. Then ``seal``
by itself: how many transactions a second it seals, of those that were posted without a sealer, against the
rate they were posted at.
"""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import cycle, islice
from multiprocessing.synchronize import Event
from statistics import median
from time import perf_counter

from tests.benchmarks import measure
from tests.benchmarks.measure import Figure, Run

MEMBERS = 1_000
BATCH = 100
SIZE, QUICK_SIZE = 80_000, 4_000
ROUNDS = 9
#: Seconds between two seals, and until the sealer must have started.
PAUSE, PATIENCE = 0.5, 120


def run(bench: Run) -> Iterator[Figure]:
    """SQLite, then PostgreSQL."""
    size = QUICK_SIZE if bench.quick else SIZE
    for store, url in bench.stores("sealing"):
        alone, beside, sealing = _measured(url, size)
        yield Figure(f"{store}, posting beside a sealer", beside, "transactions/s", alone, at_least=0.9)
        yield Figure(
            f"{store}, sealing alone",
            sealing,
            "transactions/s",
            alone,
            at_least=1,
            note="limit: posting alone",
        )


def _measured(url: str, size: int) -> tuple[float, float, float]:
    """Posting alone, posting beside a sealer, and sealing, in transactions a second."""
    to = cycle(measure.members(MEMBERS))
    sealing: list[float] = []
    with measure.opened(url) as ledger:
        ledger.post([measure.award(next(to)) for _ in range(MEMBERS)])
        ledger.seal()

        def alone() -> float:
            rate = measure.rate(ledger.post, map(measure.award, islice(to, size)), BATCH)
            start = perf_counter()
            ledger.seal()
            sealing.append(size / (perf_counter() - start))
            ledger.fold()
            return rate

        def beside() -> float:
            with _sealer(url):
                rate = measure.rate(ledger.post, map(measure.award, islice(to, size)), BATCH)
            ledger.seal()
            ledger.fold()
            return rate

        rates = measure.medians(alone, beside, rounds=ROUNDS)
        assert ledger.verify().ok
    return rates[0], rates[1], median(sealing)


@contextmanager
def _sealer(url: str) -> Iterator[None]:
    """Another process seals, while this lasts."""
    context = multiprocessing.get_context("spawn")
    started, over = context.Event(), context.Event()
    process = context.Process(target=_seal, args=(url, started, over), daemon=True)
    process.start()
    try:
        assert started.wait(PATIENCE), "the sealer did not start"
        yield
    finally:
        over.set()
        process.join()
    assert process.exitcode == 0, "the sealer failed"


def _seal(url: str, started: Event, over: Event) -> None:
    """Seal again and again; runs in a process of its own."""
    with measure.opened(url) as ledger:
        ledger.seal()
        started.set()
        while not over.wait(PAUSE):
            ledger.seal()
