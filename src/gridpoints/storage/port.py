"""What gridpoints needs of a store; nothing more.

A `Store` opens units of work; a `Work` sees one community only, keeps its records, its ledger and
its counters, and commits or undoes them together. `gridpoints.testing.StorageContract` tells
whether a store is one.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Any, Protocol, TypeVar

from gridpoints.ledger import posting
from gridpoints.ledger.model import (
    Account,
    Balance,
    Entry,
    Flow,
    Hold,
    Outcome,
    Totals,
    Transaction,
    TrialLine,
    Verification,
)
from gridpoints.records import Record
from gridpoints.rules.model import UsageKey
from gridpoints.values import Interval

T = TypeVar("T", bound=Record)


class Store(Protocol):
    """Where communities are kept. Safe to share between threads."""

    def begin(self, community: str, *, write: bool = True) -> AbstractContextManager[Work]:
        """A unit of work on one community: commits at the end of the block, undone by an exception.

        Inside another unit of work of the same thread it belongs to that one: its own changes are
        undone by an exception, and kept only if the outer one commits. With ``write=False`` it
        only reads, from one consistent state, and waits for nobody; to open one that writes
        inside it is a mistake of the program (RuntimeError).
        """

    def communities(self) -> list[str]:
        """The ids of all communities, sorted."""

    def close(self) -> None:
        """Give back connections and files. Closing twice does nothing."""


class Work(Protocol):
    """One unit of work on one community."""

    @property
    def ledger(self) -> LedgerStore:
        """The accounts, transactions and holds of the community."""

    def add(self, *records: Record) -> None:
        """Keep new records; raises `RecordExists`, or `ReferenceUnknown` for a dangling id."""

    def replace(self, old: T, new: T) -> None:
        """Put `new` in the place of `old`; raises `ConcurrentChange` where it changed meanwhile."""

    def get(self, kind: type[T], id: str, *, lock: bool = False) -> T:
        """The record of that id; raises `RecordUnknown`.

        With `lock`, nobody else can lock or change it until this unit of work ends.
        """

    def find(
        self,
        kind: type[T],
        where: Mapping[str, Any] | None = None,
        *,
        order: Sequence[str] = ("id",),
        limit: int | None = None,
    ) -> list[T]:
        """The records whose fields equal `where` (a tuple or list: any of these values).

        Sorted by the fields `order`, ascending, text by code point and None first; one that begins
        with ``-`` descending. Equal ones stand by id.
        """

    def count(self, kind: type[Record], where: Mapping[str, Any] | None = None) -> int:
        """How many records `find` would return."""

    def lock_usage(self, keys: Collection[UsageKey]) -> dict[UsageKey, int]:
        """What was used of each limit so far (0 at first), locked until this unit of work ends."""

    def set_usage(self, used: Mapping[UsageKey, int]) -> None:
        """Keep what is used now. Only of keys that this unit of work locked."""


class LedgerStore(ABC):
    """The ledger of one community inside a unit of work.

    A store gives the reads and three writing primitives; posting itself is the same for all.
    One that can decide in the database may override `post`.
    """

    # --- what a store gives -------------------------------------------------------------------

    @abstractmethod
    def known(self, ids: Collection[str]) -> dict[str, posting.Recorded]:
        """The outcomes recorded for those transaction ids; ids never seen are left out."""

    @abstractmethod
    def lock(self, accounts: Collection[Account], holds: Collection[str], at: datetime) -> posting.Locked:
        """Lock the accounts, in sorted order, opening those that are new; and read the holds.

        The holds are those named that exist, with their accounts, and every open hold of the
        accounts that expired by `at`. Accounts of an unknown unit are left out.
        """

    @abstractmethod
    def write(self, effects: posting.Effects, locked: posting.Locked) -> None:
        """Keep the transactions, entries, and the accounts and holds as `locked` now has them."""

    @abstractmethod
    def balances(self, accounts: Collection[Account], at: datetime) -> dict[Account, Balance]:
        """The balances, holds that expired by `at` left out; an account never used has 0."""

    @abstractmethod
    def entries(
        self,
        account: Account,
        *,
        after: int = 0,
        since: datetime | None = None,
        until: datetime | None = None,
        limit: int | None = None,
    ) -> list[Entry]:
        """Entries with sequence > `after`, recorded in the half-open [since, until), by sequence."""

    @abstractmethod
    def totals(
        self, account: Account, *, after: int = 0, until: datetime | None = None
    ) -> tuple[int, list[Totals]]:
        """The last sequence recorded before `until`, and the sums by kind of those after `after`."""

    @abstractmethod
    def flows(self, unit: str, within: Interval | None = None) -> list[Flow]:
        """Entries effective `within`, by kind of account, kind of transaction, and reason."""

    @abstractmethod
    def trial_balance(self) -> list[TrialLine]:
        """What all accounts hold, by unit and kind of account, sorted by these."""

    @abstractmethod
    def find_hold(self, id: str) -> Hold | None:
        """The hold of that id."""

    @abstractmethod
    def transaction(self, id: str) -> Transaction | None:
        """The transaction that was posted under that id."""

    @abstractmethod
    def verify(self) -> Verification:
        """Rebuild every balance, sequence and hold from the entries, and compare."""

    # --- what all stores share ----------------------------------------------------------------

    def post(self, batch: Sequence[Transaction], *, at: datetime, atomic: bool = False) -> list[Outcome]:
        """Post each transaction by itself (`atomic`: all or none) and answer one outcome each."""
        requests = [posting.Request.read(transaction) for transaction in batch]
        sound = [r.transaction for r in requests if r.error is None]
        accounts = {leg.account for transaction in sound for leg in transaction.legs}
        locked = self.lock(accounts, {t.hold for t in sound if t.hold}, at)
        known = self.known({t.id for t in sound})
        effects = posting.post(requests, known=known, locked=locked, at=at, atomic=atomic)
        self.write(effects, locked)
        return effects.outcomes

    def place(self, hold: Hold, *, at: datetime) -> Hold:
        """Set points aside; raises `InsufficientPoints`, `HoldConflict` or `UnitUnknown`."""
        locked = self.lock({hold.account}, {hold.id}, at)
        placed = posting.place(hold, locked=locked, at=at)
        self.write(posting.Effects(), locked)
        return placed

    def release(self, id: str, *, at: datetime) -> Hold:
        """Give back what remains of a hold; raises `RecordUnknown` or `HoldClosed`."""
        locked = self.lock((), {id}, at)
        released = posting.release(id, locked=locked, at=at)
        self.write(posting.Effects(), locked)
        return released
