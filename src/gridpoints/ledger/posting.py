"""What a batch of transactions does: the decision, pure, the same for every store.

A store reads what is known, locks the accounts and holds that the batch touches in sorted order
(`Locked`), calls one of the three functions here, and writes what came of it (`Effects`), all in
one database transaction. Its CHECK constraints refuse an overdraft a second time.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import copy
from datetime import datetime

import attrs
from attrs import define, field, frozen

from gridpoints.errors import (
    BatchNotPosted,
    GridpointsError,
    HoldClosed,
    HoldConflict,
    HoldExceeded,
    InsufficientPoints,
    InvalidInput,
    NotFound,
    RecordUnknown,
    TransactionConflict,
    UnitUnknown,
)
from gridpoints.ledger.model import (
    Account,
    Entry,
    Hold,
    HoldStatus,
    Outcome,
    Posted,
    Rejected,
    Transaction,
)
from gridpoints.values import Unit, check_instant


@define
class AccountState:
    """An account as it was locked; posting moves it on. `moved_at`: when its last entry was made."""

    account: Account
    unit: Unit
    posted: int = 0
    held: int = 0
    sequence: int = 0
    moved_at: datetime | None = None

    def refuse_below_floor(self, taken: int) -> None:
        """Raise `InsufficientPoints` where `taken` more would reach below the floor or into holds."""
        floor = self.account.kind.floor
        if floor is not None and taken > (available := self.posted - self.held - floor):
            raise InsufficientPoints(
                account=str(self.account),
                unit=self.unit.code,
                available=self.unit.decimal(available),
                wanted=self.unit.decimal(taken),
            )


@define
class Locked:
    """What the store read under lock, moved on by posting, and what of it must be written back.

    `accounts` are those touched, less those of a unit that no published rule set declares;
    `holds` those named, and those overdue on the accounts.
    """

    accounts: dict[Account, AccountState]
    holds: dict[str, Hold]
    changed_accounts: set[Account] = field(factory=set)
    changed_holds: set[str] = field(factory=set)

    def copy(self) -> Locked:
        """A copy to try something out on."""
        accounts = {a: copy(s) for a, s in self.accounts.items()}
        return Locked(accounts, dict(self.holds), set(self.changed_accounts), set(self.changed_holds))

    def not_before(self, at: datetime) -> datetime:
        """`at`, or the last entry of a locked account where another clock was ahead of ours.

        So that an account's entries are recorded in the order of their sequence.
        """
        return max([at, *(s.moved_at for s in self.accounts.values() if s.moved_at)])

    def expire(self, at: datetime) -> None:
        """Close the holds that are overdue, so that they stop counting now."""
        for hold in list(self.holds.values()):
            if hold.status is HoldStatus.OPEN and hold.expires_at <= at:
                self.keep(attrs.evolve(hold, status=HoldStatus.EXPIRED), held=-hold.remaining)

    def account(self, account: Account) -> AccountState:
        """The state of `account`; raises `UnitUnknown`."""
        try:
            return self.accounts[account]
        except KeyError:
            raise UnitUnknown(unit=account.unit) from None

    def hold(self, id: str) -> Hold:
        """The hold of that id; raises `RecordUnknown`."""
        try:
            return self.holds[id]
        except KeyError:
            raise RecordUnknown(kind="hold", id=id) from None

    def open_hold(self, id: str) -> Hold:
        """The hold of that id; raises `HoldClosed` where nothing can be taken from it."""
        hold = self.hold(id)
        if hold.status is not HoldStatus.OPEN:
            raise HoldClosed(hold=id, status=hold.status)
        return hold

    def keep(self, hold: Hold, *, held: int) -> None:
        """Put `hold` in its place, and add `held` to what its account sets aside."""
        self.accounts[hold.account].held += held
        self.holds[hold.id] = hold
        self.changed_accounts.add(hold.account)
        self.changed_holds.add(hold.id)

    def move(self, account: Account, amount: int, at: datetime) -> AccountState:
        """Add `amount` to an account as its next entry."""
        state = self.accounts[account]
        state.posted += amount
        state.sequence += 1
        state.moved_at = at
        self.changed_accounts.add(account)
        return state


@frozen
class Recorded:
    """The outcome that an id had the first time, with the fingerprint of what was sent."""

    fingerprint: bytes
    outcome: Outcome


@frozen
class NewTransaction:
    """A transaction and the outcome to keep with it, for ever."""

    transaction: Transaction
    effective_at: datetime
    recorded: Recorded


@define
class Effects:
    """What was decided: the transactions and entries to keep, and an outcome for each request."""

    transactions: list[NewTransaction] = field(factory=list)
    entries: list[Entry] = field(factory=list)
    outcomes: list[Outcome] = field(factory=list)


@frozen
class Request:
    """A transaction as it came in: with its fingerprint, or with what is wrong with it by itself."""

    transaction: Transaction
    fingerprint: bytes = b""
    error: InvalidInput | None = None

    @classmethod
    def read(cls, transaction: Transaction) -> Request:
        """Check one transaction without looking at anything else."""
        try:
            return cls(transaction, transaction.check().fingerprint())
        except InvalidInput as error:
            return cls(transaction, error=error)


def post(
    requests: Sequence[Request],
    *,
    known: Mapping[str, Recorded],
    locked: Locked,
    at: datetime,
    atomic: bool = False,
) -> Effects:
    """Decide each request by itself, in order; with `atomic`, all of them or none.

    `locked` is moved on to the state after the batch. What is wrong with a transaction by itself
    (`InvalidInput`) is answered and not kept: it can never be right. A refusal is kept.
    """
    at = locked.not_before(at)
    locked.expire(at)
    seen = dict(known)
    effects = Effects()
    trial = locked.copy() if atomic else locked
    for request in requests:
        effects.outcomes.append(_post_one(request, seen, trial, at, effects))
    if atomic and any(isinstance(o, Rejected) for o in effects.outcomes):
        return _none_of(effects)
    locked.accounts, locked.holds = trial.accounts, trial.holds
    locked.changed_accounts, locked.changed_holds = trial.changed_accounts, trial.changed_holds
    return effects


def _post_one(
    request: Request, seen: dict[str, Recorded], locked: Locked, at: datetime, effects: Effects
) -> Outcome:
    transaction = request.transaction
    if request.error is not None:
        return Rejected(transaction.id, request.error)
    if (earlier := seen.get(transaction.id)) is not None:
        if earlier.fingerprint != request.fingerprint:
            return Rejected(transaction.id, TransactionConflict(transaction=transaction.id))
        return earlier.outcome
    effective_at = (
        at if transaction.effective_at is None else check_instant("effective_at", transaction.effective_at)
    )
    outcome: Outcome
    try:
        effects.entries += _move(transaction, locked, at, effective_at)
        outcome = Posted(transaction.id, at)
    except (InvalidInput, NotFound) as error:
        return Rejected(transaction.id, error)
    except GridpointsError as error:
        outcome = Rejected(transaction.id, error)
    recorded = seen[transaction.id] = Recorded(request.fingerprint, outcome)
    effects.transactions.append(NewTransaction(transaction, effective_at, recorded))
    return outcome


def _move(transaction: Transaction, locked: Locked, at: datetime, effective_at: datetime) -> list[Entry]:
    """Check the whole transaction, then move its accounts and its hold; raise and move nothing."""
    change: dict[Account, int] = {}
    for leg in transaction.legs:
        change[leg.account] = change.get(leg.account, 0) + leg.amount
    hold = locked.open_hold(transaction.hold) if transaction.hold else None
    for account, amount in change.items():
        state = locked.account(account)
        if hold is not None and account == hold.account:
            if -amount > hold.remaining:
                unit = state.unit
                raise HoldExceeded(
                    hold=hold.id, remaining=unit.decimal(hold.remaining), wanted=unit.decimal(-amount)
                )
        elif amount < 0:
            state.refuse_below_floor(-amount)
    if hold is not None and (captured := -change.get(hold.account, 0)) > 0:
        remaining = hold.remaining - captured
        status = HoldStatus.OPEN if remaining else HoldStatus.CAPTURED
        locked.keep(attrs.evolve(hold, remaining=remaining, status=status), held=-captured)
    return [
        Entry(
            account=leg.account,
            sequence=(state := locked.move(leg.account, leg.amount, at)).sequence,
            amount=leg.amount,
            balance=state.posted,
            transaction=transaction.id,
            kind=transaction.kind,
            reason=transaction.reason,
            effective_at=effective_at,
            recorded_at=at,
            metadata=transaction.metadata,
        )
        for leg in transaction.legs
    ]


def _none_of(effects: Effects) -> Effects:
    """The effects of an atomic group of which one was refused: outcomes, and no entries."""
    kept: dict[str, Outcome] = {}
    transactions = []
    for new in effects.transactions:
        id, recorded = new.transaction.id, new.recorded
        if isinstance(recorded.outcome, Posted):
            recorded = attrs.evolve(recorded, outcome=Rejected(id, BatchNotPosted(transaction=id)))
        kept[id] = recorded.outcome
        transactions.append(attrs.evolve(new, recorded=recorded))
    outcomes = [kept.get(o.transaction, o) if isinstance(o, Posted) else o for o in effects.outcomes]
    return Effects(transactions, outcomes=outcomes)


def place(hold: Hold, *, locked: Locked, at: datetime) -> Hold:
    """Set the points of `hold` aside, or answer a repetition with the hold that stands.

    Raises `InsufficientPoints`, `HoldConflict`, `UnitUnknown`.
    """
    locked.expire(at)
    if (standing := locked.holds.get(hold.id)) is not None:
        if not standing.same_request(hold):
            raise HoldConflict(hold=hold.id)
        return standing
    locked.account(hold.account).refuse_below_floor(hold.amount)
    locked.keep(hold, held=hold.amount)
    return hold


def release(id: str, *, locked: Locked, at: datetime) -> Hold:
    """Give back what remains of a hold. Again, or once expired, it changes nothing.

    Raises `RecordUnknown`, and `HoldClosed` for a hold that was captured whole.
    """
    locked.expire(at)
    if (hold := locked.hold(id)).status in (HoldStatus.RELEASED, HoldStatus.EXPIRED):
        return hold
    released = attrs.evolve(locked.open_hold(id), status=HoldStatus.RELEASED)
    locked.keep(released, held=-hold.remaining)
    return released
