"""Transactions: posted, given back, and owed. A part of `Ledger`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from datetime import datetime
from itertools import count, islice
from typing import TypeVar

from attrs import frozen

from gridpoints.errors import (
    ConcurrentChange,
    InsufficientPoints,
    NotUsable,
    RecordUnknown,
    ReversalExceeds,
    ReversalUnclear,
    TransactionConflict,
)
from gridpoints.exact_json import canonical
from gridpoints.ledger.journal import Act, Line, instant
from gridpoints.ledger.model import MOST_AMOUNT, Account, Debt, Leg, Outcome, Posted, Rejected, Transaction
from gridpoints.ledger.request import check_subject
from gridpoints.ledger.reversal import Original
from gridpoints.ledger.transfer import Transfer
from gridpoints.storage.port import Work
from gridpoints.values import check_whole, shown

T = TypeVar("T")


@frozen
class Transactions(Transfer):
    """What moves points, and moves them back."""

    # --- posting ------------------------------------------------------------------------------

    def post(self, transactions: Iterable[Transaction], *, atomic: bool = False) -> list[Outcome]:
        """Post each transaction by itself, in order, and answer one outcome each.

        A refusal is an outcome, kept for ever like a posting: the same id and content is answered
        with the first outcome again, the same id with another content with
        `TransactionConflict`. With `atomic`, all of them post or none does. Amounts are ints in
        the smallest part of their unit. Raises `NotUsable` where it is given no transactions.
        """
        several = list(_several(transactions))
        self.guard.adjusting([t.reverses for t in several if isinstance(t, Transaction) and t.reverses])
        tries = count()
        return self._undisputed(
            lambda work, at: work.ledger.post(several, at=at, atomic=atomic, optimistic=next(tries) == 0)
        )

    def post_each(self, transactions: Iterable[Transaction], *, batch: int = 1_000) -> Iterator[Outcome]:
        """Post any number of transactions, `batch` at a time, each batch in a unit of work of its own.

        Outcomes come one by one, as soon as they are kept; nothing more than a batch is in memory.
        """
        check_whole("batch", batch, most=100_000)
        rest = iter(_several(transactions))
        while several := list(islice(rest, batch)):
            yield from self.post(several)

    def post_one(self, transaction: Transaction) -> Posted:
        """Post one transaction; raises the error where it is refused, and then keeps nothing."""
        self.guard.adjusting([transaction.reverses])
        return self._post_one(transaction)

    def _post_one(self, transaction: Transaction) -> Posted:
        return self._undisputed(lambda work, at: _posted(work.ledger.post([transaction], at=at)))

    def _undisputed(self, act: Callable[[Work, datetime], T]) -> T:
        """Do `act`, again where another writer recorded one of its ids first: then it is known.

        The locks on accounts keep two writers apart unless they use one id on different accounts.
        """
        while True:
            try:
                with self.context.begin() as work:
                    return act(work, self.context.now())
            except ConcurrentChange as overtaken:
                if overtaken.kind != "transaction":
                    raise

    def transaction(self, id: str) -> Transaction:
        """The transaction that was posted under that id; raises `RecordUnknown`."""
        with self.context.read() as work:
            transaction = _line(work, id).transaction()
        self.guard.reading((leg.account for leg in transaction.legs), entries=True)
        return transaction

    # --- reversals and debts ------------------------------------------------------------------

    def reverse(
        self,
        transaction_id: str,
        part: int | Sequence[Leg] | None = None,
        *,
        id: str | None = None,
        reason: str = "",
        extend_days: int = 0,
        queue: bool = False,
    ) -> Posted | Debt:
        """Give back what a transaction gave and took: what is left of it, or a `part`.

        A part is an amount, where the transaction has two accounts of one unit, or the legs that give it
        back. No more than the whole goes back in all parts together. What is given back to lots goes
        into the lots it came from, what was drawn last first, or into those that legs name by their
        `expires_at`; those past their date expire at once, or after `extend_days`.

        Where an account no longer has what is to be taken back, `InsufficientPoints` is raised, or with
        `queue` a `Debt` is kept that `collect` takes later. Without an `id`, each call is a new reversal.
        Raises `RecordUnknown`, `NotReversible`, `ReversalExceeds`, `ReversalUnclear`, or `LotExceeded` for
        a lot that did not pay for so much, or got it back already.
        """
        self.guard.adjusting([transaction_id])
        with self.context.begin() as work:
            original = original_of(work, transaction_id)
            id = self.context.id(id)
            if queue and (owed := _owed(work, id, transaction_id)):
                return owed
            standing = work.ledger.line(id)
            if part is None and standing is not None and standing.subject == transaction_id:
                legs = standing.transaction().legs  # it is sent again: what was left at that time
            else:
                legs = _opposite(original, part)
            reversal = Transaction(
                id=id,
                legs=legs,
                kind="reversal",
                reason=reason or original.line.reason,
                metadata={"reverses": transaction_id},
                reverses=transaction_id,
                extend_days=extend_days,
            )
            try:
                with self.context.begin():
                    return self._post_one(reversal)
            except InsufficientPoints:
                if not queue:
                    raise
            return self._owe(work, reversal)

    def _owe(self, work: Work, reversal: Transaction) -> Debt:
        legs = canonical([[leg.account.key, leg.amount] for leg in reversal.legs])
        id = f"debt {reversal.id}"
        work.ledger.owe(
            id, legs=legs, reason=reversal.reason, subject=reversal.reverses or "", at=self.context.now()
        )
        return next(debt for debt in _debts(work) if debt.id == reversal.id)

    def debts(self) -> list[Debt]:
        """The reversals that are owed, oldest first: those that were collected whole are left out."""
        with self.context.read() as work:
            return [debt for debt in _debts(work) if any(leg.amount for leg in debt.legs)]

    def collect(self) -> list[Posted]:
        """Take what is owed from those who have it by now: as much as is there.

        Of debts with more than two accounts, all or nothing.
        """
        self.guard.adjusting()
        collected = []
        for id in [debt.id for debt in self.debts()]:
            with self.context.begin() as work:
                [debt] = [debt for debt in _debts(work) if debt.id == id]
                if legs := self._there(work, debt):
                    left = sum(leg.amount for leg in debt.legs if leg.amount > 0)
                    part = Transaction(
                        id=f"debt/{debt.id}/{left}",
                        legs=legs,
                        kind="debt",
                        reason=debt.reason,
                        metadata={"debt": debt.id},
                        reverses=debt.transaction,
                    )
                    # Somebody else may have been quicker.
                    with suppress(InsufficientPoints, ReversalExceeds, TransactionConflict):
                        collected.append(self._post_one(part))
        return collected

    def _there(self, work: Work, debt: Debt) -> tuple[Leg, ...]:
        accounts = [leg.account for leg in debt.legs]
        balances = work.ledger.balances(accounts, self.context.now())
        short = [
            (leg, max(0, balances[leg.account].available))
            for leg in debt.legs
            if leg.amount < 0 and balances[leg.account].available < -leg.amount
        ]
        if not short:
            return tuple(leg for leg in debt.legs if leg.amount)
        if len(debt.legs) > 2 or not all(there for _, there in short):
            return ()
        most = min(there for _, there in short)
        return tuple(Leg(leg.account, most if leg.amount > 0 else -most) for leg in debt.legs)


def _several(transactions: Iterable[Transaction]) -> Iterable[Transaction]:
    """They as they are; raises `NotUsable` for one that stands alone, or for what is none at all."""
    if not isinstance(transactions, Iterable):
        raise NotUsable(field="transaction", value=shown(transactions))
    return transactions


def _posted(outcomes: Sequence[Outcome]) -> Posted:
    [outcome] = outcomes
    if isinstance(outcome, Rejected):
        raise outcome.error
    return outcome


def _line(work: Work, id: str) -> Line:
    line = work.ledger.line(check_subject(id))
    if line is None or not line.moves:
        raise RecordUnknown(kind="transaction", id=id)
    return line


def original_of(work: Work, id: str) -> Original:
    """A transaction, and what of it went back; raises `RecordUnknown`."""
    return with_reversals(work, _line(work, id))


def with_reversals(work: Work, line: Line) -> Original:
    """A transaction that was read already, and what of it went back."""
    return Original.of(line, (other for other in work.ledger.about([line.id]) if other.act == Act.REVERSE))


def _opposite(original: Original, part: int | Sequence[Leg] | None) -> tuple[Leg, ...]:
    """The legs that give back all that is left, or a part of it."""
    if isinstance(part, list | tuple):
        return tuple(part)
    left = {Account.parse(key): amount for key, amount in original.left().items()}
    if part is None:
        # Where nothing is left, all of it again: posting says that it exceeds what is left.
        left = left or {Account.parse(key): amount for key, amount in original.net.items()}
        return tuple(Leg(account, -amount) for account, amount in left.items() if amount)
    accounts = [Account.parse(key) for key, amount in original.net.items() if amount]
    if len(accounts) != 2:
        raise ReversalUnclear(transaction=original.line.id)
    amount = check_whole("amount", part, most=MOST_AMOUNT)  # type: ignore[arg-type]  # says what is wrong
    return tuple(Leg(account, -amount if original.net[account.key] > 0 else amount) for account in accounts)


def _owed(work: Work, id: str, transaction_id: str) -> Debt | None:
    """The debt of that id; raises `TransactionConflict` where it is about another transaction."""
    if (line := work.ledger.line(f"debt {id}")) is None:
        return None
    if line.subject != transaction_id:
        raise TransactionConflict(transaction=id)
    return next(debt for debt in _debts(work) if debt.id == id)


def _debts(work: Work) -> Iterator[Debt]:
    """Every debt there ever was, with what is left of it."""
    lines = work.ledger.debts()
    paid: dict[str, dict[str, int]] = {}
    for line in work.ledger.about([line.subject or "" for line in lines]):
        if line.act == Act.REVERSE and (debt := line.details().get("debt")):
            account_paid = paid.setdefault(debt, {})
            for key, amount, _ in line.each_leg():
                account_paid[key] = account_paid.get(key, 0) + amount
    for line in lines:
        id = line.id.removeprefix("debt ")
        legs = tuple(
            Leg(Account.parse(key), amount - paid.get(id, {}).get(key, 0))
            for key, amount, _ in line.each_leg()
        )
        if any(leg.amount for leg in legs):
            legs = _still_owed(legs, original_of(work, line.subject or ""))
        yield Debt(id, line.subject or "", legs, instant(line.recorded_at), line.reason)


def _still_owed(legs: tuple[Leg, ...], original: Original) -> tuple[Leg, ...]:
    """What is owed, less what of its transaction was given back meanwhile without a debt."""
    left, rest = original.left(), []
    for leg in legs:
        most = min(abs(leg.amount), abs(left.get(leg.account.key, 0)))
        rest.append(Leg(leg.account, most if leg.amount > 0 else -most))
    return legs if sum(leg.amount for leg in rest) else tuple(rest)
