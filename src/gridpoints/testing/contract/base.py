"""What the parts of the contract share: the store under test, and a community to work in."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from itertools import count
from typing import Any, ClassVar, TypeVar
from zoneinfo import ZoneInfo

import pytest
from attrs import field, frozen

from gridpoints.community.model import Profile
from gridpoints.context import Context
from gridpoints.errors import ConcurrentChange, GridpointsError
from gridpoints.ledger.checkpoint import PrivateKey
from gridpoints.ledger.model import Account, Balance, Entry, Hold, Leg, Outcome, Rejected, Transaction
from gridpoints.ledger.operations import Ledger
from gridpoints.storage.ledger_port import LedgerStore
from gridpoints.storage.port import Store
from gridpoints.testing.sources import START, ManualClock, SequentialIds
from gridpoints.values import SYSTEM, Unit

T = TypeVar("T")

#: What lies between two lines of an account where the clock stands still.
TICK = timedelta(microseconds=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)

POINTS = Unit("points", 0, {"en": "points", "zh_Hans": "积分"})
HOURS = Unit("hours", 1)
ISSUANCE = Account.issuance("points")
LI = Account.member("li", "points")
ZHAO = Account.member("zhao", "points")
SHOP = Account.merchant("shop", "points")


class StoreContract:
    """The store under test. A subclass overrides the fixture `open_store`."""

    #: Whether the same store, opened again, still holds what was kept.
    durable: ClassVar[bool] = True
    #: Whether the store itself refuses to keep less than the floor of an account.
    checks_floors: ClassVar[bool] = True
    #: Whether a unit of work that only reads goes on while another one writes.
    reads_while_writing: ClassVar[bool] = True

    @pytest.fixture
    def open_store(self) -> Callable[[], Store]:
        """A function that opens a store which is new to the test; called again, the same one."""
        raise NotImplementedError("override the fixture open_store")

    @pytest.fixture
    def store(self, open_store: Callable[[], Store]) -> Iterator[Store]:
        store = open_store()
        yield store
        store.close()

    @pytest.fixture
    def clerk(self, store: Store) -> Clerk:
        """At work in a community with two units, and nothing in its books."""
        return found(store, "baiyang")

    @pytest.fixture
    def key(self, clerk: Clerk) -> PrivateKey:
        """The community's key."""
        pytest.importorskip("cryptography")
        return PrivateKey.generate(f"gridpoints/{clerk.community}")


def found(store: Store, community: str) -> Clerk:
    """Found a community that counts points, and hours to one digit."""
    with store.begin(community) as work:
        work.add(Profile(community, "白羊村", "Asia/Shanghai", START), POINTS, HOURS)
    return Clerk(store, community)


@frozen
class Clerk:
    """Keeps the books of one community; each call is a unit of work of its own.

    The methods below work on the port, at any instant; `ledger` has all that a program has, at the
    instant of the `clock`.
    """

    store: Store
    community: str
    clock: ManualClock = field(factory=ManualClock, eq=False)
    _ids: SequentialIds = field(factory=SequentialIds, eq=False)

    @property
    def ledger(self) -> Ledger:
        """The room of the community's ledger."""
        zone = ZoneInfo("Asia/Shanghai")
        return Ledger(Context(self.store, self.community, zone, SYSTEM, self.clock, self._ids))

    def post(self, *batch: Transaction, at: datetime = START, atomic: bool = False) -> list[Outcome]:
        tries = count()
        return self._undisputed(
            lambda ledger: ledger.post(batch, at=at, atomic=atomic, optimistic=next(tries) == 0)
        )

    def place(self, hold: Hold, at: datetime = START) -> Hold:
        return self._undisputed(lambda ledger: ledger.place(hold, at=at))

    def _undisputed(self, act: Callable[[LedgerStore], T]) -> T:
        """Do `act`, again where another writer recorded one of its ids first, as the port demands."""
        while True:
            try:
                with self.store.begin(self.community) as work:
                    return act(work.ledger)
            except ConcurrentChange as overtaken:
                if overtaken.kind != "transaction":
                    raise

    def release(self, id: str, at: datetime = START) -> Hold:
        with self.store.begin(self.community) as work:
            return work.ledger.release(id, at=at)

    def balance(self, account: Account, at: datetime = START) -> Balance:
        with self.store.begin(self.community, write=False) as work:
            return work.ledger.balances([account], at)[account]

    def entries(self, account: Account) -> list[Entry]:
        with self.store.begin(self.community, write=False) as work:
            return work.ledger.entries(account)

    def hold(self, id: str) -> Hold | None:
        with self.store.begin(self.community, write=False) as work:
            return work.ledger.find_hold(id)

    def lots(self, account: Account) -> dict[int | None, int]:
        """What an account holds by the day after `START` on which it expires; None: never."""
        lots = self.ledger.lots(account)
        assert {lot.account for lot in lots} <= {account}
        assert sum(lot.remaining for lot in lots) == self.ledger.balance(account).posted
        days = [None if lot.expires_at is None else (lot.expires_at - START) / DAY for lot in lots]
        return {None if day is None else int(day): lot.remaining for day, lot in zip(days, lots, strict=True)}

    def must_verify(self) -> None:
        """Assert that every figure agrees with the journal, before it is folded and after."""
        before = self.ledger.verify()
        assert before.differences == ()
        self.ledger.fold()
        assert self.ledger.verify() == before


def move(id: str, source: Account, target: Account, amount: int, **particulars: Any) -> Transaction:
    """A transaction that takes `amount` from `source` and gives it to `target`."""
    return Transaction(id, (Leg(source, -amount), Leg(target, amount)), **particulars)


def issue(id: str, target: Account, amount: int, **particulars: Any) -> Transaction:
    """A transaction that gives new points to `target`."""
    return move(id, Account.issuance(target.unit), target, amount, **particulars)


def award(id: str, amount: int, days: int | None = None, *, to: Account = LI) -> Transaction:
    """New points for Li or another, that expire so many days after `START`."""
    expires_at = None if days is None else START + days * DAY
    return Transaction(id, (Leg(Account.issuance(to.unit), -amount), Leg(to, amount, expires_at)))


def told(outcome: Outcome) -> tuple[Any, ...]:
    """All that an outcome tells: errors are equal only to themselves."""
    if isinstance(outcome, Rejected):
        return outcome.transaction, outcome.error.code, outcome.error.fields
    return outcome.transaction, "posted", outcome.recorded_at


def codes(outcomes: Sequence[Outcome]) -> list[str]:
    """What became of each: ``posted``, or the code of its error."""
    return [str(told(outcome)[1]) for outcome in outcomes]


def race(runners: int, action: Callable[[int], T]) -> list[T | GridpointsError]:
    """Run ``action(0)``, ``action(1)``, … at the same moment; the results, or what was refused."""
    barrier = threading.Barrier(runners)

    def run(number: int) -> T | GridpointsError:
        barrier.wait()
        try:
            return action(number)
        except GridpointsError as error:
            return error

    with ThreadPoolExecutor(runners) as pool:
        return list(pool.map(run, range(runners)))
