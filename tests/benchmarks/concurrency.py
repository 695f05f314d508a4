"""Eight clients against one on PostgreSQL, all through one issuance account.

Each client is a process of its own that posts for some seconds, single transactions or batches of 10,
to random ones of 1,000 members that all clients share. The limit is one client in the same run.
Afterwards every balance must be what the clients were told is posted, and the ledger must verify.
"""

from __future__ import annotations

import multiprocessing
import random
from collections import Counter
from collections.abc import Iterator
from multiprocessing.queues import Queue
from multiprocessing.synchronize import Barrier
from time import perf_counter

from attrs import field, frozen

from gridpoints import Account, GridpointsError
from gridpoints.ledger.model import Posted
from tests.benchmarks import measure
from tests.benchmarks.measure import Figure, Run

MEMBERS = 1_000
CLIENTS = 8
SECONDS, QUICK_SECONDS = 5.0, 1.0
#: Seconds until all clients must have started, and beyond their time, ended.
PATIENCE = 120


@frozen
class _Told:
    """What one client, or many, posted: transactions by member; and what failed, by its error."""

    seconds: float
    posted: Counter[Account] = field(factory=Counter)
    errors: Counter[str] = field(factory=Counter)

    @property
    def rate(self) -> float:
        return self.posted.total() / self.seconds


def run(bench: Run) -> Iterator[Figure]:
    """Single transactions, then batches of 10."""
    for batch in (1, 10):
        with bench.database(f"concurrency-{batch}") as url:
            yield from _measured(url, batch, bench)


def _measured(url: str, batch: int, bench: Run) -> Iterator[Figure]:
    seconds = QUICK_SECONDS if bench.quick else SECONDS
    members = measure.members(MEMBERS)
    with measure.opened(url) as ledger:
        ledger.post([measure.award(member) for member in members])
    told: list[_Told] = []

    def post(clients: int) -> float:
        told.append(_together(url, batch, clients, seconds))
        return told[-1].rate

    rounds = 1 if bench.quick else measure.ROUNDS
    limit, rate = measure.medians(lambda: post(1), lambda: post(CLIENTS), rounds=rounds)
    posted: Counter[Account] = sum((each.posted for each in told), Counter(members))
    with measure.opened(url) as ledger:
        balances = ledger.balances([*members, measure.ISSUANCE])
        expected = {member: measure.POINTS * times for member, times in posted.items()}
        expected[measure.ISSUANCE] = -measure.POINTS * posted.total()
        assert {account: each.posted for account, each in balances.items()} == expected, "lost updates"
        verification = ledger.verify()
        assert verification.ok, verification.differences
    what = f"postgresql, batch {batch}"
    yield Figure(
        f"{what}: {CLIENTS} clients", rate, "transactions/s", limit, at_least=1, note="limit: one client"
    )
    errors: Counter[str] = sum((each.errors for each in told), Counter())
    note = ", ".join(f"{code} {times}" for code, times in errors.items()) or "balances add up, verified"
    yield Figure(f"{what}: errors", errors.total(), "errors", at_most=0, note=note)


def _together(url: str, batch: int, clients: int, seconds: float) -> _Told:
    """Let clients post at the same time, and add up what they posted."""
    context = multiprocessing.get_context("spawn")
    started, answers = context.Barrier(clients), context.Queue()
    processes = [
        context.Process(target=_client, args=(url, batch, seconds, started, answers), daemon=True)
        for _ in range(clients)
    ]
    for process in processes:
        process.start()
    told = [answers.get(timeout=PATIENCE + seconds) for _ in processes]
    for process in processes:
        process.join()
    return _Told(
        max(each.seconds for each in told),
        sum((each.posted for each in told), Counter()),
        sum((each.errors for each in told), Counter()),
    )


def _client(url: str, batch: int, seconds: float, started: Barrier, answers: Queue[_Told]) -> None:
    """Post until the time is over; runs in a process of its own."""
    members = measure.members(MEMBERS)
    chosen = random.Random()
    posted: Counter[Account] = Counter()
    errors: Counter[str] = Counter()
    with measure.opened(url) as ledger:
        ledger.balance(measure.ISSUANCE)  # connected, before the clock starts
        started.wait(PATIENCE)
        start = perf_counter()
        while perf_counter() - start < seconds:
            to = chosen.sample(members, batch)
            try:
                outcomes = ledger.post([measure.award(member) for member in to])
            except GridpointsError as error:
                errors[error.code] += 1
            else:
                posted.update(
                    m for m, outcome in zip(to, outcomes, strict=True) if isinstance(outcome, Posted)
                )
                errors["rejected"] += sum(not isinstance(outcome, Posted) for outcome in outcomes)
        answers.put(_Told(perf_counter() - start, posted, +errors))
