"""The ledger of the memory store: its books, and what is read from and written to them."""

from __future__ import annotations

import json
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from copy import copy
from datetime import datetime
from operator import attrgetter

import attrs
from attrs import define, field

from gridpoints.ledger import posting
from gridpoints.ledger.model import (
    Account,
    AccountKind,
    Balance,
    Difference,
    Entry,
    Flow,
    Hold,
    HoldStatus,
    Posted,
    Totals,
    Transaction,
    TrialLine,
    Verification,
)
from gridpoints.storage.port import LedgerStore
from gridpoints.values import Interval, Unit

#: The steps that undo what the open unit of work did, to be run from the last to the first.
Journal = list[Callable[[], object]]


@define
class Books:
    """The ledger of one community."""

    accounts: dict[Account, posting.AccountState] = field(factory=dict)
    entries: defaultdict[Account, list[Entry]] = field(factory=lambda: defaultdict(list))
    transactions: dict[str, posting.NewTransaction] = field(factory=dict)
    holds: dict[str, Hold] = field(factory=dict)
    open_holds: defaultdict[Account, dict[str, Hold]] = field(factory=lambda: defaultdict(dict))

    def keep(self, hold: Hold) -> None:
        self.holds[hold.id] = hold
        if hold.status is HoldStatus.OPEN:
            self.open_holds[hold.account][hold.id] = hold
        else:
            self.open_holds[hold.account].pop(hold.id, None)

    def forget(self, hold: Hold) -> None:
        del self.holds[hold.id]
        self.open_holds[hold.account].pop(hold.id, None)

    def overdue(self, account: Account, at: datetime) -> list[Hold]:
        return [h for h in self.open_holds[account].values() if h.expires_at <= at]


class MemoryLedger(LedgerStore):
    """The ledger of one community in memory."""

    def __init__(self, books: Books, units: Mapping[str, Unit], journal: Journal) -> None:
        self._books = books
        self._units = units
        self._journal = journal

    def known(self, ids: Collection[str]) -> dict[str, posting.Recorded]:
        kept = self._books.transactions
        return {id: kept[id].recorded for id in ids if id in kept}

    def lock(self, accounts: Collection[Account], holds: Collection[str], at: datetime) -> posting.Locked:
        books = self._books
        named = {id: books.holds[id] for id in holds if id in books.holds}
        locked = posting.Locked({}, named)
        for account in sorted({*accounts, *(hold.account for hold in named.values())}):
            if account.unit in self._units:
                locked.accounts[account] = copy(self._open(account))
                locked.holds |= {hold.id: hold for hold in books.overdue(account, at)}
        return locked

    def _open(self, account: Account) -> posting.AccountState:
        accounts = self._books.accounts
        if account not in accounts:
            accounts[account] = posting.AccountState(account, self._units[account.unit])
            self._journal.append(lambda: accounts.pop(account))
        return accounts[account]

    def write(self, effects: posting.Effects, locked: posting.Locked) -> None:
        books = self._books
        # Read back from JSON: the caller's own mapping may change after it was posted.
        metadata = {
            new.transaction.id: json.loads(new.transaction.metadata_json())
            for new in effects.transactions
            if new.transaction.metadata
        }
        for new in effects.transactions:
            id, data = new.transaction.id, metadata.get(new.transaction.id, {})
            kept = attrs.evolve(new.transaction, effective_at=new.effective_at, metadata=data)
            books.transactions[id] = attrs.evolve(new, transaction=kept)
        for entry in effects.entries:
            data = metadata.get(entry.transaction, {})
            books.entries[entry.account].append(attrs.evolve(entry, metadata=data))
        accounts = {account: books.accounts[account] for account in locked.changed_accounts}
        books.accounts |= {account: copy(locked.accounts[account]) for account in accounts}
        holds = {id: books.holds.get(id) for id in locked.changed_holds}
        for id in holds:
            books.keep(locked.holds[id])

        def undo() -> None:
            for id, hold in holds.items():
                books.forget(locked.holds[id]) if hold is None else books.keep(hold)
            books.accounts |= accounts
            for entry in effects.entries:
                books.entries[entry.account].pop()
            for new in effects.transactions:
                del books.transactions[new.transaction.id]

        self._journal.append(undo)

    def balances(self, accounts: Collection[Account], at: datetime) -> dict[Account, Balance]:
        return {account: self._balance(account, at) for account in accounts}

    def _balance(self, account: Account, at: datetime) -> Balance:
        if (state := self._books.accounts.get(account)) is None:
            return Balance(account)
        expired = sum(hold.remaining for hold in self._books.overdue(account, at))
        return Balance(account, state.posted, state.held - expired)

    def entries(
        self,
        account: Account,
        *,
        after: int = 0,
        since: datetime | None = None,
        until: datetime | None = None,
        limit: int | None = None,
    ) -> list[Entry]:
        first = max(after, self._recorded_before(account, since) if since else 0)
        last = self._recorded_before(account, until)
        return self._books.entries[account][first:last][:limit]

    def _recorded_before(self, account: Account, instant: datetime | None) -> int:
        """How many entries were recorded before that instant: also the sequence of the last."""
        entries = self._books.entries[account]
        if instant is None:
            return len(entries)
        return bisect_left(entries, instant, key=attrgetter("recorded_at"))

    def totals(
        self, account: Account, *, after: int = 0, until: datetime | None = None
    ) -> tuple[int, list[Totals]]:
        amounts: defaultdict[str, list[int]] = defaultdict(list)
        for entry in self.entries(account, after=after, until=until):
            amounts[entry.kind].append(entry.amount)
        totals = [Totals(kind, len(moved), sum(moved)) for kind, moved in sorted(amounts.items())]
        return self._recorded_before(account, until), totals

    def flows(self, unit: str, within: Interval | None = None) -> list[Flow]:
        amounts: defaultdict[tuple[AccountKind, str, str], list[int]] = defaultdict(list)
        for account, entries in self._books.entries.items():
            for entry in entries if account.unit == unit else ():
                if within is None or entry.effective_at in within:
                    amounts[account.kind, entry.kind, entry.reason].append(entry.amount)
        return [Flow(*key, len(moved), sum(moved)) for key, moved in sorted(amounts.items())]

    def trial_balance(self) -> list[TrialLine]:
        accounts: defaultdict[tuple[str, AccountKind], list[posting.AccountState]] = defaultdict(list)
        for account, state in self._books.accounts.items():
            accounts[account.unit, account.kind].append(state)
        return [
            TrialLine(*key, len(states), sum(s.posted for s in states), sum(s.held for s in states))
            for key, states in sorted(accounts.items())
        ]

    def find_hold(self, id: str) -> Hold | None:
        return self._books.holds.get(id)

    def transaction(self, id: str) -> Transaction | None:
        new = self._books.transactions.get(id)
        return new.transaction if new and isinstance(new.recorded.outcome, Posted) else None

    def verify(self) -> Verification:
        books = self._books
        posted = [
            n.transaction for n in books.transactions.values() if isinstance(n.recorded.outcome, Posted)
        ]
        return Verification(
            transactions=len(posted),
            entries=sum(map(len, books.entries.values())),
            accounts=len(books.accounts),
            differences=tuple(_differences(books, posted)),
        )


def _differences(books: Books, posted: Sequence[Transaction]) -> Iterator[Difference]:
    """Compare every figure that is kept with what the entries say."""
    moved: defaultdict[str, Counter[Account]] = defaultdict(Counter)
    for account, state in sorted(books.accounts.items()):
        where, balance, last = str(account), 0, 0
        for last, entry in enumerate(books.entries[account], 1):
            balance += entry.amount
            moved[entry.transaction][account] += entry.amount
            yield from _compare("sequence", f"{where}#{last}", entry.sequence, last)
            yield from _compare("running_balance", f"{where}#{last}", entry.balance, balance)
        held = sum(hold.remaining for hold in books.open_holds[account].values())
        yield from _compare("balance", where, state.posted, balance)
        yield from _compare("last_sequence", where, state.sequence, last)
        yield from _compare("held", where, state.held, held)
    captured: Counter[str] = Counter()
    for transaction in posted:
        legs: Counter[Account] = Counter()
        for leg in transaction.legs:
            legs[leg.account] += leg.amount
        entries = moved.pop(transaction.id, Counter())
        for account in sorted({*legs, *entries}):
            yield from _compare("legs", f"{transaction.id} {account}", legs[account], entries[account])
        if transaction.hold:
            captured[transaction.hold] += max(0, -entries[books.holds[transaction.hold].account])
    for id in sorted(moved):
        yield Difference("transaction", id, "", str(len(moved[id])))
    for id, hold in sorted(books.holds.items()):
        yield from _compare("remaining", id, hold.remaining, hold.amount - captured[id])


def _compare(what: str, where: str, stored: int, rebuilt: int) -> Iterator[Difference]:
    if stored != rebuilt:
        yield Difference(what, where, str(stored), str(rebuilt))
