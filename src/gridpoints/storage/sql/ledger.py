"""The ledger of one community in the database: set-based statements, built once, and no ORM."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from functools import cached_property
from itertools import groupby
from operator import attrgetter
from typing import Any, TypeVar

from sqlalchemy import BigInteger, Connection, Executable, and_, bindparam, func, select

from gridpoints.errors import GridpointsError, every_error
from gridpoints.ledger import posting
from gridpoints.ledger.model import (
    Account,
    AccountKind,
    Balance,
    Entry,
    Flow,
    Hold,
    HoldStatus,
    Leg,
    Outcome,
    Posted,
    Rejected,
    Totals,
    Transaction,
    TrialLine,
    Verification,
)
from gridpoints.storage.port import LedgerStore
from gridpoints.storage.sql import bulk, tables, verification
from gridpoints.storage.sql.savepoints import savepoint
from gridpoints.storage.sql.types import Instant, Text, TextSet, among
from gridpoints.values import Interval, Unit

A = TypeVar("A")

units = tables.table_of(tables.UnitRow)
accounts = tables.table_of(tables.AccountRow)
holds = tables.table_of(tables.HoldRow)
transactions = tables.table_of(tables.TransactionRow)
entries = tables.table_of(tables.EntryRow)

_HERE = bindparam("community", type_=Text)
_IDS = bindparam("ids", type_=TextSet)
_ID = bindparam("id", type_=Text)
_AT = bindparam("at", type_=Instant)
_AFTER = bindparam("after", type_=BigInteger)

# --- statements -----------------------------------------------------------------------------------

_UNITS = select(units.c.code, units.c.scale, units.c.names).where(units.c.community_id == _HERE)
_OPEN = bulk.insert(accounts, new_only=True)
_LOCK = (
    select(accounts.c.id, accounts.c.posted, accounts.c.held, accounts.c.sequence, accounts.c.moved_at)
    .where(accounts.c.community_id == _HERE, among(accounts.c.id, _IDS))
    .order_by(accounts.c.id)
    .with_for_update(key_share=True)
)
_MOVE = bulk.update_of(accounts, ["posted", "held", "sequence", "moved_at"])

_of_hold = and_(accounts.c.community_id == holds.c.community_id, accounts.c.id == holds.c.account_id)
_HOLDS = (
    select(
        holds.c.id,
        accounts.c.unit,
        accounts.c.kind,
        accounts.c.owner,
        holds.c.amount,
        holds.c.placed_at,
        holds.c.expires_at,
        holds.c.remaining,
        holds.c.reason,
        holds.c.status,
    )
    .select_from(holds.join(accounts, _of_hold))
    .where(holds.c.community_id == _HERE)
)
_overdue = and_(holds.c.status == HoldStatus.OPEN.value, holds.c.expires_at <= _AT)
_NAMED_HOLDS = _HOLDS.where(among(holds.c.id, _IDS))
_OVERDUE_HOLDS = _HOLDS.where(_overdue, among(holds.c.account_id, _IDS))
_KEEP_HOLDS = bulk.upsert(holds, ["remaining", "status"], same="account_id")

_KNOWN = select(
    transactions.c.id,
    transactions.c.fingerprint,
    transactions.c.recorded_at,
    transactions.c.refusal,
    transactions.c.refusal_fields,
).where(transactions.c.community_id == _HERE, among(transactions.c.id, _IDS))
_RECORD = bulk.insert(transactions, new_only=True)
_ENTER = bulk.insert(entries)

_expired = (
    select(func.coalesce(func.sum(holds.c.remaining), 0).cast(BigInteger))
    .where(holds.c.community_id == _HERE, holds.c.account_id == accounts.c.id, _overdue)
    .scalar_subquery()
)
_BALANCES = select(accounts.c.id, accounts.c.posted, accounts.c.held - _expired).where(
    accounts.c.community_id == _HERE, among(accounts.c.id, _IDS)
)

_of_entry = and_(
    transactions.c.community_id == entries.c.community_id, transactions.c.id == entries.c.transaction_id
)
_to_account = and_(accounts.c.community_id == entries.c.community_id, accounts.c.id == entries.c.account_id)
_ENTRIES = (
    select(
        entries.c.sequence,
        entries.c.amount,
        entries.c.balance,
        entries.c.transaction_id,
        transactions.c.kind,
        transactions.c.reason,
        transactions.c.effective_at,
        transactions.c.recorded_at,
        transactions.c.metadata,
    )
    .select_from(entries.join(transactions, _of_entry))
    .where(entries.c.community_id == _HERE, entries.c.account_id == _ID, entries.c.sequence > _AFTER)
    .order_by(entries.c.sequence)
)
_count, _sum = func.count(), func.sum(entries.c.amount).cast(BigInteger)
_TOTALS = (
    select(transactions.c.kind, _count, _sum)
    .select_from(entries.join(transactions, _of_entry))
    .where(entries.c.community_id == _HERE, entries.c.account_id == _ID, entries.c.sequence > _AFTER)
    .group_by(transactions.c.kind)
    .order_by(transactions.c.kind)
)
_LAST_SEQUENCE = select(func.coalesce(func.max(entries.c.sequence), 0)).where(
    entries.c.community_id == _HERE, entries.c.account_id == _ID
)
_flow = (accounts.c.kind, transactions.c.kind, transactions.c.reason)
_FLOWS = (
    select(*_flow, _count, _sum)
    .select_from(entries.join(transactions, _of_entry).join(accounts, _to_account))
    .where(entries.c.community_id == _HERE, accounts.c.unit == bindparam("unit", type_=Text))
    .group_by(*_flow)
    .order_by(*_flow)
)
_TRIAL_BALANCE = (
    select(
        accounts.c.unit,
        accounts.c.kind,
        _count,
        func.sum(accounts.c.posted).cast(BigInteger),
        func.sum(accounts.c.held).cast(BigInteger),
    )
    .where(accounts.c.community_id == _HERE)
    .group_by(accounts.c.unit, accounts.c.kind)
    .order_by(accounts.c.unit, accounts.c.kind)
)
_TRANSACTION = select(
    transactions.c.kind,
    transactions.c.reason,
    transactions.c.metadata,
    transactions.c.hold_id,
    transactions.c.effective_at,
).where(transactions.c.community_id == _HERE, transactions.c.id == _ID, transactions.c.refusal.is_(None))
_LEGS = (
    select(accounts.c.unit, accounts.c.kind, accounts.c.owner, entries.c.amount)
    .select_from(entries.join(accounts, _to_account))
    .where(entries.c.community_id == _HERE, entries.c.transaction_id == _ID)
    .order_by(entries.c.position)
)

_ERRORS: Mapping[str, type[GridpointsError]] = {error.code: error for error in every_error()}


class _Overtaken(Exception):
    """Another writer recorded one of our ids meanwhile: look again at what stands."""


class SqlLedger(LedgerStore):
    """The ledger of one community in an open transaction."""

    def __init__(self, connection: Connection, community: str) -> None:
        self._connection = connection
        self._community = community
        self._others_write = connection.dialect.name == "postgresql"

    # --- writing ----------------------------------------------------------------------------------

    def post(self, batch: Sequence[Transaction], *, at: datetime, atomic: bool = False) -> list[Outcome]:
        return self._undisputed(lambda: LedgerStore.post(self, batch, at=at, atomic=atomic))

    def place(self, hold: Hold, *, at: datetime) -> Hold:
        return self._undisputed(lambda: LedgerStore.place(self, hold, at=at))

    def _undisputed(self, act: Callable[[], A]) -> A:
        """Do `act`, again from the beginning where another writer recorded one of its ids first.

        The locks on accounts keep two writers apart unless they use one id on different accounts.
        On SQLite, there is but one writer.
        """
        if not self._others_write:
            return act()
        while True:
            try:
                with savepoint(self._connection):
                    return act()
            except _Overtaken:
                continue

    def known(self, ids: Collection[str]) -> dict[str, posting.Recorded]:
        return {
            id: posting.Recorded(fingerprint, _outcome(id, recorded_at, refusal, fields))
            for id, fingerprint, recorded_at, refusal, fields in self._rows(_KNOWN, ids=ids)
        }

    def lock(self, accounts: Collection[Account], holds: Collection[str], at: datetime) -> posting.Locked:
        touched = {account for account in accounts if account.unit in self._units}
        if holds:
            touched |= {_hold(row).account for row in self._rows(_NAMED_HOLDS, ids=holds)}
        states = self._lock({str(account): account for account in touched})
        found = [*self._rows(_NAMED_HOLDS, ids=holds)] if holds else []
        if at_stake := [str(account) for account, state in states.items() if state.held]:
            found += self._rows(_OVERDUE_HOLDS, ids=at_stake, at=at)
        return posting.Locked(states, {hold.id: hold for hold in map(_hold, found)})

    def _lock(self, by_id: Mapping[str, Account]) -> dict[Account, posting.AccountState]:
        if self._others_write:
            # In a statement of its own, before any is locked: where another writer opens one of
            # them at this moment, this waits until it is there for both.
            self._open(by_id)
        states = {}
        for id, posted, held, sequence, moved_at in self._rows(_LOCK, ids=by_id):
            account = by_id[id]
            unit = self._units[account.unit]
            states[account] = posting.AccountState(account, unit, posted, held, sequence, moved_at)
        new = {id: account for id, account in by_id.items() if account not in states}
        self._open(new)
        return states | {a: posting.AccountState(a, self._units[a.unit]) for a in new.values()}

    def _open(self, accounts: Mapping[str, Account]) -> None:
        """Make rows for those accounts that have none."""
        named = accounts.values()
        zeros = [0] * len(accounts)
        values: bulk.Columns = {
            "id": list(accounts),
            "unit": [account.unit for account in named],
            "kind": [str(account.kind) for account in named],
            "owner": [account.owner for account in named],
            "posted": zeros,
            "held": zeros,
            "sequence": zeros,
            "floor": [account.kind.floor for account in named],
            "moved_at": [None] * len(accounts),
        }
        _OPEN.run(self._connection, self._community, values)

    def write(self, effects: posting.Effects, locked: posting.Locked) -> None:
        new = effects.transactions
        if self._record(new) < len(new):
            raise _Overtaken
        self._enter(effects.entries)
        moved = [locked.accounts[account] for account in locked.changed_accounts]
        values: bulk.Columns = {
            "id": [str(state.account) for state in moved],
            "posted": [state.posted for state in moved],
            "held": [state.held for state in moved],
            "sequence": [state.sequence for state in moved],
            "moved_at": [state.moved_at for state in moved],
        }
        _MOVE.run(self._connection, self._community, values)
        if self._keep([locked.holds[id] for id in locked.changed_holds]) < len(locked.changed_holds):
            raise _Overtaken

    def _record(self, new: Sequence[posting.NewTransaction]) -> int:
        sent = [each.transaction for each in new]
        outcomes = [each.recorded.outcome for each in new]
        errors = [outcome.error if isinstance(outcome, Rejected) else None for outcome in outcomes]
        values: bulk.Columns = {
            "id": [transaction.id for transaction in sent],
            "fingerprint": [each.recorded.fingerprint for each in new],
            "refusal": [error and error.code for error in errors],
            "refusal_fields": [error and error.fields for error in errors],
            "kind": [transaction.kind for transaction in sent],
            "reason": [transaction.reason for transaction in sent],
            "hold_id": [transaction.hold for transaction in sent],
            "effective_at": [each.effective_at for each in new],
            "recorded_at": [
                outcome.recorded_at if isinstance(outcome, Posted) else None for outcome in outcomes
            ],
            "metadata": [transaction.metadata for transaction in sent],
        }
        return _RECORD.run(self._connection, self._community, values)

    def _enter(self, entries: Sequence[Entry]) -> None:
        values: bulk.Columns = {
            "account_id": [str(entry.account) for entry in entries],
            "sequence": [entry.sequence for entry in entries],
            "transaction_id": [entry.transaction for entry in entries],
            "position": [
                position
                for _, legs in groupby(entries, key=attrgetter("transaction"))
                for position, _ in enumerate(legs)
            ],
            "amount": [entry.amount for entry in entries],
            "balance": [entry.balance for entry in entries],
        }
        _ENTER.run(self._connection, self._community, values)

    def _keep(self, changed: Sequence[Hold]) -> int:
        values: bulk.Columns = {
            "id": [hold.id for hold in changed],
            "account_id": [str(hold.account) for hold in changed],
            "amount": [hold.amount for hold in changed],
            "placed_at": [hold.placed_at for hold in changed],
            "expires_at": [hold.expires_at for hold in changed],
            "remaining": [hold.remaining for hold in changed],
            "reason": [hold.reason for hold in changed],
            "status": [str(hold.status) for hold in changed],
        }
        return _KEEP_HOLDS.run(self._connection, self._community, values)

    # --- reading ----------------------------------------------------------------------------------

    @cached_property
    def _units(self) -> dict[str, Unit]:
        return {code: Unit(code, scale, names) for code, scale, names in self._rows(_UNITS)}

    def balances(self, accounts: Collection[Account], at: datetime) -> dict[Account, Balance]:
        by_id = {str(account): account for account in accounts}
        found = {id: (posted, held) for id, posted, held in self._rows(_BALANCES, ids=by_id, at=at)}
        return {account: Balance(account, *found.get(id, (0, 0))) for id, account in by_id.items()}

    def entries(
        self,
        account: Account,
        *,
        after: int = 0,
        since: datetime | None = None,
        until: datetime | None = None,
        limit: int | None = None,
    ) -> list[Entry]:
        statement = _ENTRIES.limit(limit)
        if since is not None:
            statement = statement.where(transactions.c.recorded_at >= since)
        if until is not None:
            statement = statement.where(transactions.c.recorded_at < until)
        return [Entry(account, *row) for row in self._rows(statement, id=str(account), after=after)]

    def totals(
        self, account: Account, *, after: int = 0, until: datetime | None = None
    ) -> tuple[int, list[Totals]]:
        last, totals = _LAST_SEQUENCE, _TOTALS
        if until is not None:
            last = last.join(transactions, _of_entry).where(transactions.c.recorded_at < until)
            totals = totals.where(transactions.c.recorded_at < until)
        [(sequence,)] = self._rows(last, id=str(account))
        return sequence, [Totals(*row) for row in self._rows(totals, id=str(account), after=after)]

    def flows(self, unit: str, within: Interval | None = None) -> list[Flow]:
        statement = _FLOWS
        if within is not None:
            effective_at = transactions.c.effective_at
            statement = statement.where(effective_at >= within.start, effective_at < within.end)
        return [Flow(AccountKind(kind), *rest) for kind, *rest in self._rows(statement, unit=unit)]

    def trial_balance(self) -> list[TrialLine]:
        return [TrialLine(unit, AccountKind(kind), *rest) for unit, kind, *rest in self._rows(_TRIAL_BALANCE)]

    def find_hold(self, id: str) -> Hold | None:
        return next(map(_hold, self._rows(_NAMED_HOLDS, ids=[id])), None)

    def transaction(self, id: str) -> Transaction | None:
        for kind, reason, metadata, hold, effective_at in self._rows(_TRANSACTION, id=id):
            legs = [
                Leg(Account(u, AccountKind(k), o), amount) for u, k, o, amount in self._rows(_LEGS, id=id)
            ]
            return Transaction(id, legs, effective_at, kind, reason, metadata, hold)
        return None

    def verify(self) -> Verification:
        return verification.verify(self._connection, self._community)

    def _rows(self, statement: Executable, **parameters: Any) -> Sequence[Any]:
        return self._connection.execute(statement, {"community": self._community, **parameters}).all()


def _hold(row: Sequence[Any]) -> Hold:
    id, unit, kind, owner, amount, placed_at, expires_at, remaining, reason, status = row
    account = Account(unit, AccountKind(kind), owner)
    return Hold(id, account, amount, placed_at, expires_at, remaining, reason, HoldStatus(status))


def _outcome(
    id: str, recorded_at: datetime | None, refusal: str | None, fields: Mapping[str, Any] | None
) -> Outcome:
    if recorded_at is not None:
        return Posted(id, recorded_at)
    return Rejected(id, _ERRORS[str(refusal)](**(fields or {})))
