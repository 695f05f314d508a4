"""Everything at once: many threads do all there is to do, at random, while others look on.

No two of their clocks agree. Whatever comes of each act, nobody is stuck, nothing is lost, and whoever
verifies meanwhile finds nothing wrong.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from itertools import pairwise
from random import Random

import pytest

import gridpoints
from gridpoints import Account, Community, GridpointsError, Leg, Transaction
from gridpoints.errors import ConcurrentChange, StoreError
from gridpoints.ledger.model import Posted, Rejected
from gridpoints.testing import START, ManualClock
from tests.ledger.full import DAY, SHOP, found, issue, move, open_at, undone

THREADS, ACTS = 8, 30
MEMBERS = [Account.member(f"m{n}", "points") for n in range(4)] + [Account.household("h", "points")]
SHOPS = [SHOP, Account.merchant("other", "points")]
SETTLED = Account.settled("points")


class Actor:
    """Does one thing after another, as its dice say."""

    def __init__(self, village: Community, name: int) -> None:
        self.clock = ManualClock(START + timedelta(seconds=name * 7), tick=timedelta(microseconds=50 + name))
        exchange = gridpoints.open(village.context.store, clock=self.clock, random=Random(name))
        self.village = exchange.community(village.id)
        self.ledger = self.village.ledger
        self.name = name
        self.random = Random(name)
        self.posted: list[str] = []
        self.holds: list[str] = []
        self.came = Counter[str]()
        self.faults: list[BaseException] = []

    def live(self, barrier: threading.Barrier) -> None:
        barrier.wait()
        for turn in range(ACTS):
            act = self.random.choice(self.acts())
            try:
                act(f"a{self.name}-{turn}")
                self.came["done"] += 1
            except GridpointsError as error:
                self.came[error.code] += 1
                # Of two who seal at once, one is told. Nobody else is in anybody's way.
                if isinstance(error, StoreError) or (
                    isinstance(error, ConcurrentChange) and error.kind != "seal"
                ):
                    self.faults.append(error)
            except BaseException as error:  # noqa: BLE001 -- told by the test
                self.faults.append(error)

    def acts(self) -> list[Callable[[str], object]]:
        often = [self.award, self.spend, self.swap, self.batch, self.hold, self.capture, self.release]
        return [
            *often,
            *often,
            self.reverse,
            self.pay_out,
            self.floor,
            self.backdate,
            self.close,
            self.fold,
            self.seal,
            self.expire,
            self.verify,
            self.look,
            self.several,
        ]

    def member(self) -> Account:
        return self.random.choice(MEMBERS)

    def post(self, *transactions: Transaction, atomic: bool = False) -> None:
        for outcome in self.ledger.post(transactions, atomic=atomic):
            if isinstance(outcome, Posted):
                self.posted.append(outcome.transaction)
            elif isinstance(outcome, Rejected):
                self.came[outcome.error.code] += 1

    def award(self, id: str) -> None:
        expires_at = self.clock.now() + timedelta(minutes=self.random.randrange(60))
        legs = (Leg(Account.issuance("points"), -9), Leg(self.member(), 9, expires_at))
        self.post(Transaction(id, legs), issue(f"{id}-x", self.member(), 2))

    def spend(self, id: str) -> None:
        self.post(move(id, self.member(), self.random.choice(SHOPS), self.random.randrange(1, 15)))

    def swap(self, id: str) -> None:
        one, other = self.random.sample(MEMBERS, 2)
        self.post(move(f"{id}-a", one, other, 3), move(f"{id}-b", other, one, 2), atomic=True)

    def batch(self, id: str) -> None:
        self.post(*(move(f"{id}-{n}", self.member(), self.random.choice(SHOPS), 1) for n in range(12)))

    def hold(self, id: str) -> None:
        expires_at = self.clock.now() + timedelta(minutes=self.random.randrange(-1, 30))
        self.holds.append(self.ledger.hold(self.member(), 5, expires_at=expires_at, id=id).id)

    def capture(self, id: str) -> None:
        if self.holds:
            self.ledger.capture(self.random.choice(self.holds), self.random.randrange(1, 6), to=SHOP, id=id)

    def release(self, _: str) -> None:
        if self.holds:
            self.ledger.release(self.random.choice(self.holds))

    def reverse(self, id: str) -> None:
        if self.posted:
            original = self.random.choice(self.posted)
            self.ledger.reverse(original, id=id, queue=self.random.random() < 0.5)
            self.ledger.collect()

    def pay_out(self, id: str) -> None:
        self.post(move(id, self.random.choice(SHOPS), SETTLED, 5), move(f"{id}-x", self.member(), SHOP, 1))

    def floor(self, id: str) -> None:
        self.ledger.set_floor(self.member(), self.random.choice([0, -5, -30]), reason="test", id=id)

    def backdate(self, id: str) -> None:
        self.post(issue(id, self.member(), 1, effective_at=self.clock.now() - timedelta(minutes=20)))

    def close(self, _: str) -> None:
        self.ledger.close_period(self.clock.now() - timedelta(minutes=self.random.randrange(10, 60)))

    def fold(self, _: str) -> None:
        self.ledger.fold()

    def seal(self, _: str) -> None:
        self.ledger.seal()

    def expire(self, _: str) -> None:
        self.clock.advance(timedelta(minutes=1))
        self.ledger.expire()

    def verify(self, _: str) -> None:
        assert self.ledger.verify().differences == ()

    def look(self, _: str) -> None:
        """Figures that are read at one moment agree with each other."""
        assert sum(line.posted for line in self.ledger.trial_balance()) == 0
        member = self.member()
        entries = self.ledger.statement(member, limit=10_000).entries
        assert [entry.sequence for entry in entries] == list(range(1, len(entries) + 1))
        assert all(a.recorded_at < b.recorded_at for a, b in pairwise(entries))
        assert sum(lot.remaining for lot in self.ledger.lots(member)) >= -30

    def several(self, id: str) -> None:
        """Some of it in one unit of work, some of which is undone."""
        with self.village.transaction():
            self.post(issue(f"{id}-a", MEMBERS[0], 2))
            with undone(self.village):
                self.ledger.post([issue(f"{id}-b", MEMBERS[1], 2)])
            self.post(issue(f"{id}-c", MEMBERS[2], 2))


@pytest.fixture
def village(store_url: str) -> Iterator[tuple[Community, ManualClock]]:
    clock = ManualClock(tick=timedelta(microseconds=50))
    with open_at(store_url, clock) as exchange:
        yield found(exchange), clock


def test_a_storm(village: tuple[Community, ManualClock]) -> None:
    community, clock = village
    community.ledger.post(issue(f"first-{n}", member, 20) for n, member in enumerate(MEMBERS))
    actors = [Actor(community, name) for name in range(THREADS)]
    barrier = threading.Barrier(THREADS)
    threads = [threading.Thread(target=actor.live, args=[barrier]) for actor in actors]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [fault for actor in actors for fault in actor.faults] == []
    came = sum((actor.came for actor in actors), Counter[str]())
    assert came["done"] > THREADS * ACTS / 2
    ledger = community.ledger
    assert ledger.verify().differences == ()
    ledger.expire(clock.advance(DAY))
    ledger.fold()
    ledger.seal()
    found = ledger.verify()
    assert found.differences == ()
    assert found.sealed > 0
    assert sum(line.posted for line in ledger.trial_balance()) == 0
    for account in (*MEMBERS, *SHOPS):
        balance, entries = ledger.balance(account).posted, ledger.statement(account, limit=10_000).entries
        assert balance == sum(entry.amount for entry in entries)
        assert balance == (entries[-1].balance if entries else 0)
