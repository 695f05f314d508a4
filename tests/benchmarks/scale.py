"""The ledger of a community with millions of entries, against the same community when it was young.

Posting in batches of 100: the limit is the rate of ``ledger.post`` in a store of 10,000 entries, filled
in the same run and measured in turn with the big one. Both have the same members, and each posts to
random ones of them, so that neither opens accounts. A server has cleaned up before, as it does by itself
within minutes of being filled, on the processors that are to answer. How much the number of members costs
by itself is a figure without a target: the same in a community of 100,000, of which each has had points
once; there, each of the 100 accounts of a batch stands on a page of its own.

Reading, in the big store: one ``balance`` of a random member and of the issuance account, while so many lines
are in no statement yet as nobody enters for it, and a page of 100 entries of ``statement``, the first and the
middle one, of a busy member and of the issuance account.
The busy member has one of 251 transactions.
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
MEMBERS, MANY_MEMBERS = 5_000, 100_000
#: One transaction of so many is the busy member's: a prime, so that no other one goes without.
BUSY = 251
FILLING_BATCH = 8_000
BATCH = 100
PAGE = 100
#: Lines that are in no statement while balances are read.
TAIL = 60
#: Transfers of one round: enough for what happens once in ten thousand.
SIZE, QUICK_SIZE = 10_000, 1_000
BALANCES, PAGES = 2_000, 300


def run(bench: Run) -> Iterator[Figure]:
    """SQLite, then PostgreSQL."""
    stores = (bench.stores(name) for name in ("big", "small", "many"))
    for (store, big_url), (_, small_url), (_, many_url) in zip(*stores, strict=True):
        with ExitStack() as stack:
            small, big, many = (
                stack.enter_context(measure.opened(url)) for url in (small_url, big_url, many_url)
            )
            members, of_many = measure.members(MEMBERS), measure.members(MANY_MEMBERS)
            _fill(small, members, SMALL)
            start = perf_counter()
            _fill(big, members, bench.entries)
            filling = bench.entries / 2 / (perf_counter() - start)
            _fill(many, of_many, 2 * MANY_MEMBERS)
            if store == "postgresql":
                for url in (small_url, big_url, many_url):
                    measure.clean_up(url)
            limit, old, large = measure.medians(
                _posting(small, members, quick=bench.quick),
                _posting(big, members, quick=bench.quick),
                _posting(many, of_many, quick=bench.quick),
            )
            yield Figure(
                f"{store}, batch 100 at {bench.entries:,} entries",
                old,
                "transfers/s",
                limit,
                at_least=0.8,
                note=f"limit: at {SMALL:,} entries; filled with {filling:,.0f} transfers/s",
            )
            yield Figure(
                f"{store}, batch 100 with {MANY_MEMBERS:,} members",
                large,
                "transfers/s",
                limit,
                note=f"limit: with {MEMBERS:,} members, at {SMALL:,} entries",
            )
            yield from _reading(store, big, members)


def _fill(ledger: Ledger, members: list[Account], entries: int) -> None:
    """Post until there are so many entries, each member's as many but the busy one's, who is the first."""
    busy = (n >= len(members) and n % BUSY == 0 for n in range(entries // 2))
    awards = (measure.award(members[0 if each else n % len(members)]) for n, each in enumerate(busy))
    for batch in measure.batches(awards, FILLING_BATCH):
        ledger.post(batch)
    ledger.fold()


def _posting(ledger: Ledger, members: list[Account], *, quick: bool) -> Callable[[], float]:
    chosen = random.Random(len(members))

    def awards() -> Iterable[Transaction]:
        return (measure.award(chosen.choice(members)) for _ in range(QUICK_SIZE if quick else SIZE))

    return lambda: measure.rate(ledger.post, awards(), BATCH)


def _reading(store: str, ledger: Ledger, members: list[Account]) -> Iterator[Figure]:
    chosen = random.Random(1)
    ledger.fold()
    ledger.post([measure.award(chosen.choice(members)) for _ in range(TAIL)])
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
