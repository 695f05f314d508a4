"""A store with millions of entries, against one that holds ten thousand.

Posting in batches of 100: the limit is the rate of ``ledger.post`` in a store of 10,000 entries, filled
in the same run and measured in turn with the big one; each posts to random members that it has, so
that neither opens accounts. Reading, in the big store: one ``balance`` of a random member and of the
issuance account, and a page of 100 entries of ``statement``, the first and the middle one, of a busy
member and of the issuance account. A member has 50 entries, the busy one every 250th.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from statistics import quantiles
from time import perf_counter

from gridpoints import Account, Transaction
from gridpoints.ledger.operations import Ledger
from tests.benchmarks import measure
from tests.benchmarks.measure import Figure, Run

SMALL = 10_000
ENTRIES_OF_A_MEMBER = 50
#: One transaction of so many is the busy member's.
BUSY = 250
FILLING_BATCH = 8_000
BATCH = 100
PAGE = 100
#: Transfers of one round: enough for what happens once in ten thousand.
SIZE, QUICK_SIZE = 10_000, 1_000
BALANCES, PAGES = 2_000, 300


def run(bench: Run) -> Iterator[Figure]:
    """SQLite, then PostgreSQL."""
    bigs, smalls = bench.stores("big"), bench.stores("small")
    for (store, big_url), (_, small_url) in zip(bigs, smalls, strict=True):
        with ExitStack() as stack:
            small = stack.enter_context(measure.opened(small_url))
            big = stack.enter_context(measure.opened(big_url))
            few = _fill(small, SMALL)
            start = perf_counter()
            many = _fill(big, bench.entries)
            filling = bench.entries / 2 / (perf_counter() - start)
            limit, rate = measure.medians(
                _posting(small, few, quick=bench.quick), _posting(big, many, quick=bench.quick)
            )
            yield Figure(
                f"{store}, batch 100 at {bench.entries:,} entries",
                rate,
                "transfers/s",
                limit,
                at_least=0.8,
                note=f"limit: at {SMALL:,} entries; filled with {filling:,.0f} transfers/s",
            )
            yield from _reading(store, big, many)


def _fill(ledger: Ledger, entries: int) -> list[Account]:
    """Post until there are so many entries; the members that have them, the busy one first."""
    members = measure.members(entries // ENTRIES_OF_A_MEMBER)
    awards = (measure.award(members[0 if n % BUSY == 0 else n % len(members)]) for n in range(entries // 2))
    for batch in measure.batches(awards, FILLING_BATCH):
        ledger.post(batch)
    return members


def _posting(ledger: Ledger, members: list[Account], *, quick: bool) -> Callable[[], float]:
    chosen = random.Random(len(members))

    def awards() -> Iterable[Transaction]:
        return (measure.award(chosen.choice(members)) for _ in range(QUICK_SIZE if quick else SIZE))

    return lambda: measure.rate(ledger.post, awards(), BATCH)


def _reading(store: str, ledger: Ledger, members: list[Account]) -> Iterator[Figure]:
    chosen = random.Random(1)
    yield from _latency(
        f"{store}, balance of a member of {len(members):,}",
        lambda: ledger.balance(chosen.choice(members)),
        BALANCES,
        at_most=0.3,
    )
    yield from _latency(
        f"{store}, balance of the issuance", lambda: ledger.balance(measure.ISSUANCE), BALANCES, at_most=0.3
    )
    for name, account in (("a busy member", members[0]), ("the issuance", measure.ISSUANCE)):
        middle = abs(ledger.balance(account).posted) // measure.POINTS // 2
        for page, after in (("first", 0), ("middle", middle)):

            def read(account: Account = account, after: int = after) -> None:
                assert len(ledger.statement(account, after=after, limit=PAGE).entries) == PAGE

            yield from _latency(f"{store}, {page} page of {name}", read, PAGES, at_most=5)


def _latency(what: str, call: Callable[[], object], times: int, *, at_most: float) -> Iterator[Figure]:
    """The median and the 99th percentile of the time of one call, in milliseconds."""
    call()
    took = []
    for _ in range(times):
        start = perf_counter()
        call()
        took.append((perf_counter() - start) * 1_000)
    hundredths = quantiles(took, n=100)
    for name, value in (("p50", hundredths[49]), ("p99", hundredths[98])):
        yield Figure(f"{what}, {name}", value, "ms", at_most=at_most)
