"""What a store does for the ledger of one community inside a unit of work.

A store keeps the journal and its projections, and gives them back; what is posted is decided by
`gridpoints.ledger.posting`, the same for all.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from datetime import datetime

from attrs import field, frozen

from gridpoints.ledger import posting
from gridpoints.ledger.accounts import Account, AccountKind, Balance, Hold
from gridpoints.ledger.journal import Act, Line
from gridpoints.ledger.locked import Locked
from gridpoints.ledger.merkle import Node
from gridpoints.ledger.model import (
    Entry,
    Flow,
    Outcome,
    Outstanding,
    Totals,
    Transaction,
    TrialLine,
    Turnover,
)
from gridpoints.ledger.replay import Place, Projection
from gridpoints.ledger.request import Batch, Wanted
from gridpoints.ledger.seals import Seal
from gridpoints.values import Interval


@frozen
class Only:
    """Which entries of a statement are wanted; None: all.

    `other` is an account that must have a leg in the same transaction: ``Account.merchant(…)``.
    `metadata` are texts that must stand in the transaction's metadata under these keys.
    """

    kind: str | None = None
    reason: str | None = None
    other: Account | None = None
    metadata: Mapping[str, str] = field(factory=dict)

    def wants(self, line: Line) -> bool:
        """Whether the entries of a line are among them."""
        return (
            self.kind in (None, line.kind)
            and self.reason in (None, line.reason)
            and (self.other is None or any(key == self.other.key for key, *_ in line.each_leg()))
            and all(line.details().get(key) == text for key, text in self.metadata.items())
        )


class LedgerStore(ABC):
    """The ledger of one community inside a unit of work."""

    #: Whether lines get their number later than they are written, by `number` or `fold`.
    numbers_later: bool = False

    # --- writing ------------------------------------------------------------------------------

    @abstractmethod
    def lock(self, wanted: Wanted, at: datetime) -> Locked:
        """Lock the strict accounts in sorted order, opening those that are new, and read the rest.

        The holds are those named that exist, with their accounts, and every open hold of the
        accounts that expired by `at`. Accounts of an unknown unit are left out. Hot ones are not
        locked, and have no floor, but for those that are wanted `alone`: these stand as they are
        after all lines that were ever posted. What stands in the journal under the ids is `known`.
        """

    def presume(self, batch: Batch, at: datetime) -> Locked | None:
        """What this process knows or presumes of what is wanted, instead of a lock; None, as here: nothing.

        `write` finds out whether it is so still, and raises `ConcurrentChange` where it is not. What is
        answered to whoever waits for that is true then, and nothing of it before: until then, the `outcomes`
        may be put right.
        """
        return None

    @abstractmethod
    def lock_book(self) -> Locked:
        """Lock what concerns no account: the period that is closed."""

    def recording(self, locked: Locked, size: int) -> AbstractContextManager[None]:
        """While so many transactions are decided in the block, take the lines that `locked` passes on.

        After it, all are `recorded`; or none, by a store that has nothing to gain from it, as here. Raises
        what `write` does.
        """
        return nullcontext()

    @abstractmethod
    def write(self, locked: Locked) -> None:
        """Keep the lines, and the accounts, lots and holds as `locked` now has them.

        Each line gets the number that follows the last one's, or none yet where the store `numbers_later`.
        Raises `ConcurrentChange` where another writer has recorded one of the ids since it was locked, now or
        at the end of the unit of work: it is to be undone, and begun again.
        """

    @abstractmethod
    def fold(self, *, most: int | None = None) -> int:
        """Enter up to `most` lines that are in no statement yet; answers how many.

        Lines that were given no number get one. Every read is right without it.
        """

    @abstractmethod
    def number(self, *, most: int | None = None) -> int:
        """Give up to `most` lines that have none their number; answers how many.

        Until this unit of work ends, nobody else numbers, folds or seals.
        """

    @abstractmethod
    def is_long(self, *, than: int | None = None) -> bool:
        """Whether more than so many lines are in no statement; None: so many that reading would be slow."""

    @abstractmethod
    def restore(self, lines: Sequence[Line], places: Sequence[Place]) -> None:
        """Keep lines of another ledger, with their numbers, and the places of their legs."""

    @abstractmethod
    def restore_projection(self, projection: Projection) -> None:
        """Keep what all restored lines come to."""

    # --- reading ------------------------------------------------------------------------------

    @abstractmethod
    def balances(self, accounts: Collection[Account], at: datetime) -> dict[Account, Balance]:
        """The balances, holds and lots that expired by `at` left out; an account never used has 0."""

    @abstractmethod
    def moved_until(self, account: Account, at: datetime, *, recorded: bool) -> int:
        """What the entries add up to that were effective (or recorded) at `at` or before."""

    @abstractmethod
    def entries(
        self,
        account: Account,
        *,
        after: int = 0,
        since: datetime | None = None,
        until: datetime | None = None,
        only: Only | None = None,
        limit: int | None = None,
    ) -> list[Entry]:
        """Entries with sequence > `after`, recorded in the half-open [since, until), by sequence."""

    def totals(
        self,
        account: Account,
        *,
        after: int = 0,
        until: datetime | None = None,
        once: str | None = None,
    ) -> tuple[int, list[Totals]]:
        """The last sequence before `until`, and the sums by kind of the entries after `after` up to it.

        That is the last one before the first entry after `after` that was recorded at `until` or later.
        Only what was folded counts: these are the sequences that stand for good. Entries whose
        transactions have the same text under the key `once` in their metadata are counted as one.
        """
        [found] = self.totals_until(account, [until], after=after, once=once)
        return found

    @abstractmethod
    def totals_until(
        self,
        account: Account,
        bounds: Sequence[datetime | None],
        *,
        after: int = 0,
        once: str | None = None,
    ) -> list[tuple[int, list[Totals]]]:
        """`totals` until each of the `bounds`, after what was before the last one: all of it read once.

        They ascend; None, at the end, bounds nothing.
        """

    @abstractmethod
    def flows(self, unit: str, within: Interval | None = None) -> list[Flow]:
        """Entries effective `within`, by kind of account, kind of transaction, and reason."""

    @abstractmethod
    def moved(
        self, unit: str, kinds: Collection[AccountKind], bounds: Sequence[datetime]
    ) -> list[dict[AccountKind, int]]:
        """What accounts of these kinds moved from each of the `bounds`, which ascend, until the next.

        By when it was effective; a kind of which nothing moved may be left out.
        """

    @abstractmethod
    def turnover(self, within: Interval | None = None) -> list[Turnover]:
        """What accounts were given and what was taken from them, effective `within`, sorted."""

    @abstractmethod
    def trial_balance(self) -> list[TrialLine]:
        """What all accounts hold, by unit and kind of account, sorted by these."""

    @abstractmethod
    def outstanding(self) -> list[Outstanding]:
        """What strict accounts hold, by unit and expiry, sorted by these, the undated last."""

    @abstractmethod
    def lots(self, account: Account) -> dict[datetime, int]:
        """What remains of the account's dated lots, soonest first."""

    @abstractmethod
    def find_hold(self, id: str) -> Hold | None:
        """The hold of that id."""

    @abstractmethod
    def holds_of(self, account: Account) -> list[Hold]:
        """Every hold there ever was on an account, by the time it was placed."""

    @abstractmethod
    def line(self, id: str) -> Line | None:
        """The line of that id."""

    @abstractmethod
    def about(self, subjects: Collection[str]) -> list[Line]:
        """The lines that were not refused and are about one of these holds or transactions."""

    @abstractmethod
    def closed_until(self) -> datetime | None:
        """The end of the period that is closed; None: none is."""

    @abstractmethod
    def debts(self) -> list[Line]:
        """The lines of reversals that are owed, as they were recorded, those of one instant by id."""

    @abstractmethod
    def lines(self, after: int = 0, limit: int | None = None) -> Iterator[Line]:
        """The numbered lines after that number, in order."""

    @abstractmethod
    def unnumbered(self) -> Iterator[Line]:
        """The lines that have no number yet, in the order in which they will be given one."""

    @abstractmethod
    def waiting(self) -> int:
        """How many lines have no number yet: as many as `number` would give one."""

    @abstractmethod
    def overdue_accounts(self, at: datetime, limit: int) -> list[Account]:
        """Up to `limit` accounts with lots that expired by `at` and are not held."""

    # --- proof --------------------------------------------------------------------------------

    @abstractmethod
    def projection(self) -> Projection:
        """What is kept beside the journal, to be compared with what its lines come to."""

    @abstractmethod
    def places(self, account: str | None = None) -> Iterator[Place]:
        """Every place (of one account), by account and sequence."""

    @abstractmethod
    def seals(self, after: int = 0, limit: int | None = None) -> list[Seal]:
        """The seals over more than `after` lines, smallest first."""

    @abstractmethod
    def last_seal(self) -> Seal | None:
        """The seal over the most lines."""

    @abstractmethod
    def add_seal(self, seal: Seal, nodes: Sequence[Node]) -> None:
        """Keep a seal with the nodes of its tree.

        Raises `ConcurrentChange` where another was first, and the seal does not follow it.
        """

    @abstractmethod
    def sign_seal(self, seal: Seal) -> None:
        """Keep the note of a seal that stands, now that it is signed."""

    @abstractmethod
    def nodes(self) -> Iterator[Node]:
        """Every node of the tree that is kept, by level and index."""

    @abstractmethod
    def node(self, level: int, index: int) -> bytes:
        """The hash of a node of the tree."""

    # --- what all stores share ----------------------------------------------------------------

    def post(
        self,
        transactions: Sequence[Transaction],
        *,
        at: datetime,
        atomic: bool = False,
        optimistic: bool = False,
    ) -> list[Outcome]:
        """Post each transaction by itself (`atomic`: all or none) and answer one outcome each.

        Raises `ConcurrentChange` for a ``transaction``, as `write` does: another writer used one of the
        ids on other accounts, at the same moment. `Ledger.post` begins its unit of work again then;
        whoever calls this directly has to undo theirs and do so too. `place` and `set_floor` likewise.

        `optimistic` is who begins again anyway, and does nothing else: the accounts may be presumed to be as
        they were last seen. The outcomes count once the unit of work has ended.
        """
        batch = Batch.read(transactions)
        locked = (self.presume(batch, at) if optimistic else None) or self.lock(batch, at)
        with self.recording(locked, len(batch.requests)):
            outcomes = posting.post(batch.requests, locked=locked, at=at, atomic=atomic)
        self.write(locked)
        return outcomes

    def place(self, hold: Hold, *, at: datetime, new: bool = False) -> Hold:
        """Set points aside; raises `InsufficientPoints`, `HoldConflict`, `UnitUnknown` or `EmptyInterval`.

        With `new`, nobody can have asked for one of that id before, and none is looked for.
        """
        key = hold.account.key
        standing = set[str]() if new else {hold.id}
        wanted = Wanted({key: hold.account}, standing, alone=_alone([hold.account]))
        locked = self.lock(wanted, at)
        placed = posting.place(hold, locked=locked, at=at)
        self.write(locked)
        return placed

    def release(self, id: str, *, at: datetime) -> Hold:
        """Give back what remains of a hold; raises `RecordUnknown` or `HoldClosed`."""
        locked = self.lock(Wanted(holds={id}), at)
        released = posting.let_go(id, locked=locked, at=at)
        self.write(locked)
        return released

    def touch(self, accounts: Iterable[Account], *, until: datetime, at: datetime) -> int:
        """Post the expiry of what was overdue on these accounts at `until`; answers of how many lots."""
        locked = self.lock(Wanted({account.key: account for account in accounts}), until)
        for _, state in sorted(locked.accounts.items()):
            locked.settle_overdue(state, at, until)
        self.write(locked)
        return sum(line.moves for line in locked.lines)

    def lock_available(self, accounts: Iterable[Account], *, at: datetime) -> dict[Account, int]:
        """What can be taken from these accounts, which are locked until the unit of work ends.

        What is overdue on them is settled first. A floor above 0 is not there to be taken; one below 0
        makes nothing more of what is there.
        """
        wanted = {account.key: account for account in accounts}
        locked = self.lock(Wanted(wanted, backdated=True), at)
        available = dict.fromkeys(wanted.values(), 0)
        for _, state in sorted(locked.accounts.items()):
            locked.settle_overdue(state, at)
            available[state.account] = state.posted - state.held - max(0, state.floor or 0)
        self.write(locked)
        return available

    def set_floor(self, account: Account, floor: int | None, *, id: str, reason: str, at: datetime) -> None:
        """How far down an account may go.

        Raises `FloorAboveBalance`, `TransactionConflict` or `UnitUnknown`.
        """
        wanted = Wanted({account.key: account}, alone=_alone([account]), ids=[f"floor {id}"])
        locked = self.lock(wanted, at)
        posting.set_floor(account, floor, id=id, reason=reason, locked=locked, at=at)
        self.write(locked)

    def close_period(self, until: datetime, *, reason: str, at: datetime) -> None:
        """Nothing that was done before `until` is posted any more."""
        locked = self.lock_book()
        posting.close_period(until, reason=reason, locked=locked, at=at)
        self.write(locked)

    def owe(self, id: str, *, legs: str, reason: str, subject: str, at: datetime) -> None:
        """Put a reversal that is owed into the journal, once."""
        locked = self.lock_book()
        if self.line(id) is None:
            locked.write(id, Act.DEBT, at, legs, kind="debt", reason=reason, subject=subject)
            self.write(locked)


def _alone(accounts: Iterable[Account]) -> set[str]:
    return {account.key for account in accounts if not account.kind.strict}
