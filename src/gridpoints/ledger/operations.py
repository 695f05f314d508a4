"""The ledger: points move between accounts, are held, expire, go back, and every figure can be proved."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import islice
from typing import TypeVar

from attrs import frozen

from gridpoints.errors import (
    AccountHot,
    ConcurrentChange,
    InsufficientPoints,
    PeriodNotOver,
    RecordUnknown,
    ReversalUnclear,
)
from gridpoints.exact_json import canonical
from gridpoints.ledger.journal import Act, Line, instant, instant_text
from gridpoints.ledger.model import (
    MOST_AMOUNT,
    Account,
    Balance,
    Debt,
    Entry,
    Hold,
    Leg,
    Lot,
    Outcome,
    Posted,
    Rejected,
    Transaction,
)
from gridpoints.ledger.request import check_subject
from gridpoints.ledger.reversal import Original
from gridpoints.ledger.transfer import Transfer
from gridpoints.storage.ledger_port import Only
from gridpoints.storage.port import Work
from gridpoints.values import check_identifier, check_instant, check_text, check_whole

T = TypeVar("T")


@frozen
class Statement:
    """A page of an account's entries; pass `next` as `after` for the page that follows it."""

    account: Account
    entries: tuple[Entry, ...]
    next: int | None


@frozen
class Ledger(Transfer):
    """The room ``ledger``: double entry, holds, lots, and proof."""

    # --- posting ------------------------------------------------------------------------------

    def post(self, transactions: Iterable[Transaction], *, atomic: bool = False) -> list[Outcome]:
        """Post each transaction by itself, in order, and answer one outcome each.

        A refusal is an outcome, kept for ever like a posting: the same id and content is answered
        with the first outcome again, the same id with another content with
        `TransactionConflict`. With `atomic`, all of them post or none does. Amounts are ints in
        the smallest part of their unit.
        """
        several = list(transactions)
        return self._undisputed(lambda work, at: work.ledger.post(several, at=at, atomic=atomic))

    def post_each(self, transactions: Iterable[Transaction], *, batch: int = 1_000) -> Iterator[Outcome]:
        """Post any number of transactions, `batch` at a time, each batch in a unit of work of its own.

        Outcomes come one by one, as soon as they are kept; nothing more than a batch is in memory.
        """
        check_whole("batch", batch, most=100_000)
        rest = iter(transactions)
        while several := list(islice(rest, batch)):
            yield from self.post(several)

    def post_one(self, transaction: Transaction) -> Posted:
        """Post one transaction; raises the error where it is refused, and then keeps nothing."""
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

    # --- reading ------------------------------------------------------------------------------

    def balance(self, account: Account, at: datetime | None = None, *, recorded: bool = False) -> Balance:
        """What an account holds: now, or as it was at an instant, that instant included.

        At an instant, `posted` counts what was done by then (effective), also what was recorded later;
        with `recorded`, what was known by then. `held` is always what was held at that time. An account
        that was never used has 0.
        """
        if at is None:
            return self.balances([account])[account]
        at = check_instant("at", at)
        self._fold_what_is_long()
        with self.context.read() as work:
            posted = work.ledger.moved_until(account, at, recorded=recorded)
            return Balance(account, posted, _held(work, account, at))

    def balances(self, accounts: Sequence[Account]) -> dict[Account, Balance]:
        """What many accounts hold now."""
        if not all(account.kind.strict for account in accounts):
            self._fold_what_is_long()
        with self.context.read() as work:
            return work.ledger.balances(accounts, self.context.now())

    def lots(self, account: Account) -> list[Lot]:
        """What an account holds by expiry, soonest first, what never expires last.

        They add up to its posted balance, always.
        """
        with self.context.read() as work:
            posted = work.ledger.balances([account], self.context.now())[account].posted
            dated = work.ledger.lots(account)
        lots = [Lot(account, expires_at, remaining) for expires_at, remaining in dated.items()]
        rest = posted - sum(dated.values())
        return [*lots, Lot(account, None, rest)] if rest else lots

    def statement(
        self,
        account: Account,
        since: datetime | None = None,
        until: datetime | None = None,
        *,
        after: int = 0,
        limit: int = 100,
        kind: str | None = None,
        reason: str | None = None,
        other: Account | None = None,
        metadata: Mapping[str, str] | None = None,
    ) -> Statement:
        """Up to `limit` entries recorded from `since` to before `until`, oldest first.

        `after` is the `next` of the page before: entries posted meanwhile do not shift pages. Only those
        of a transaction's `kind`, for a `reason` (the rule: the code of the deed), with a leg on an
        `other` account (``Account.merchant(…)``), or with these texts in its `metadata`.
        """
        check_whole("limit", limit, most=10_000)
        since = since and check_instant("since", since)
        until = until and check_instant("until", until)
        only = Only(kind, reason, other, metadata or {})
        if account.kind.strict:
            self._fold_what_is_long()
        else:
            self.fold()  # so that the sequences of its entries stand
        with self.context.read() as work:
            entries = work.ledger.entries(
                account, after=after, since=since, until=until, only=only, limit=limit + 1
            )
        more = len(entries) > limit
        return Statement(account, tuple(entries[:limit]), entries[limit - 1].sequence if more else None)

    def transaction(self, id: str) -> Transaction:
        """The transaction that was posted under that id; raises `RecordUnknown`."""
        with self.context.read() as work:
            return _line(work, id).transaction()

    # --- holds --------------------------------------------------------------------------------

    def hold(
        self,
        account: Account,
        amount: int,
        *,
        expires_at: datetime,
        reason: str = "",
        id: str | None = None,
    ) -> Hold:
        """Set points aside until they are captured, released, or `expires_at`.

        The same id and content again answers the hold that stands. Raises `InsufficientPoints`
        (a hold never draws on a debt), `HoldConflict`, `AccountHot`, `NotWholeNumber` or `UnitUnknown`.
        """
        now = self.context.now()
        hold = Hold(
            id=self.context.id(id),
            account=_strict(account),
            amount=check_whole("amount", amount, most=MOST_AMOUNT),
            placed_at=now,
            expires_at=check_instant("expires_at", expires_at),
            remaining=amount,
            reason=check_text("reason", reason) if reason else "",
        )
        return self._undisputed(lambda work, at: work.ledger.place(hold, at=at))

    def capture(
        self, hold_id: str, amount: int, *, to: Account, id: str | None = None, reason: str = ""
    ) -> Posted:
        """Take `amount` from a hold and give it to `to`; the rest stays held.

        Raises `HoldExceeded`, `HoldClosed` or `RecordUnknown`.
        """
        with self.context.begin() as work:
            if (hold := work.ledger.find_hold(hold_id)) is None:
                raise RecordUnknown(kind="hold", id=hold_id)
            return self.post_one(
                Transaction(
                    id=self.context.id(id),
                    legs=(Leg(hold.account, -amount), Leg(to, amount)),
                    kind="capture",
                    reason=reason or hold.reason,
                    hold=hold_id,
                )
            )

    def release(self, hold_id: str) -> Hold:
        """Give back what remains of a hold; again, it changes nothing.

        Raises `HoldClosed` for one that was captured whole, and `RecordUnknown`.
        """
        with self.context.begin() as work:
            return work.ledger.release(hold_id, at=self.context.now())

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
        into the lots it came from; those past their date expire at once, or after `extend_days`.

        Where an account no longer has what is to be taken back, `InsufficientPoints` is raised, or with
        `queue` a `Debt` is kept that `collect` takes later. Without an `id`, each call is a new reversal.
        Raises `RecordUnknown`, `NotReversible`, `ReversalExceeds` or `ReversalUnclear`.
        """
        with self.context.begin() as work:
            original = _original(work, transaction_id)
            legs = _opposite(original, part)
            reversal = Transaction(
                id=self.context.id(id),
                legs=legs,
                kind="reversal",
                reason=reason or original.line.reason,
                metadata={"reverses": transaction_id},
                reverses=transaction_id,
                extend_days=extend_days,
            )
            try:
                with self.context.begin():
                    return self.post_one(reversal)
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
        collected = []
        for id in [debt.id for debt in self.debts()]:
            with self.context.begin() as work:
                [debt] = [debt for debt in _debts(work) if debt.id == id]
                if legs := self._there(work, debt):
                    now = instant_text(self.context.now())
                    part = Transaction(
                        id=f"debt {debt.id} {now}".replace(" ", "/"),
                        legs=legs,
                        kind="debt",
                        reason=debt.reason,
                        metadata={"debt": debt.id},
                        reverses=debt.transaction,
                    )
                    collected.append(self.post_one(part))
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

    # --- expiry, floors, periods --------------------------------------------------------------

    def expire(self, until: datetime | None = None) -> int:
        """Post the expiry of all lots that expired by `until` (None, or ahead: by now).

        Answers how many. Nobody needs to call it for the figures to be right: what has expired is
        not available, and is posted when its account is next touched.
        """
        now = self.context.now()
        until = now if until is None else min(now, check_instant("until", until))
        posted = 0
        while True:
            with self.context.begin() as work:
                due = work.ledger.overdue_accounts(until, 1_000)
                posted += work.ledger.touch(due, at=until) if due else 0
            if not due:
                return posted

    def set_floor(self, account: Account, floor: int | None, *, reason: str, id: str | None = None) -> None:
        """How far down an account may go: 0, a debt limit below 0, or None for any figure.

        Raises `FloorAboveBalance` where it has less, `AccountHot` or `UnitUnknown`.
        """
        if floor is not None:
            check_whole("floor", floor, least=-MOST_AMOUNT, most=MOST_AMOUNT)
        with self.context.begin() as work:
            work.ledger.set_floor(
                _strict(account),
                floor,
                id=self.context.id(id),
                reason=check_text("reason", reason),
                at=self.context.now(),
            )

    def close_period(self, until: datetime, *, reason: str = "") -> None:
        """From now on, nothing is posted that was done before `until`; a period is closed for good.

        Raises `PeriodNotOver` for an instant that lies ahead.
        """
        now = self.context.now()
        until = check_instant("until", until)
        if until > now:
            raise PeriodNotOver(until=until)
        with self.context.begin() as work:
            work.ledger.close_period(until, reason=check_text("reason", reason) if reason else "", at=now)


def _posted(outcomes: Sequence[Outcome]) -> Posted:
    [outcome] = outcomes
    if isinstance(outcome, Rejected):
        raise outcome.error
    return outcome


def _strict(account: Account) -> Account:
    check_identifier("account", account.key, longest=360)
    if not account.kind.strict:
        raise AccountHot(account=account.key)
    return account


def _line(work: Work, id: str) -> Line:
    line = work.ledger.line(check_subject(id))
    if line is None or not line.moves:
        raise RecordUnknown(kind="transaction", id=id)
    return line


def _original(work: Work, id: str) -> Original:
    reversals = [line for line in work.ledger.about([id]) if line.act == Act.REVERSE]
    return Original.of(_line(work, id), reversals)


def _opposite(original: Original, part: int | Sequence[Leg] | None) -> tuple[Leg, ...]:
    """The legs that give back all that is left, or a part of it."""
    if part is not None and not isinstance(part, int):
        return tuple(part)
    left = {Account.parse(key): amount for key, amount in original.left().items()}
    if part is None:
        # Where nothing is left, all of it again: posting says that it exceeds what is left.
        left = left or {Account.parse(key): amount for key, amount in original.net.items()}
        return tuple(Leg(account, -amount) for account, amount in left.items() if amount)
    accounts = [Account.parse(key) for key, amount in original.net.items() if amount]
    if len(accounts) != 2 or accounts[0].unit != accounts[1].unit:
        raise ReversalUnclear(transaction=original.line.id)
    return tuple(Leg(account, -part if original.net[account.key] > 0 else part) for account in accounts)


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
        yield Debt(id, line.subject or "", legs, instant(line.recorded_at), line.reason)


def _held(work: Work, account: Account, at: datetime) -> int:
    """What was set aside on an account at an instant."""
    holds = [h for h in work.ledger.holds_of(account) if h.placed_at <= at < h.expires_at]
    held = {hold.id: hold.amount for hold in holds}
    for line in work.ledger.about(list(held)):
        if instant(line.recorded_at) <= at and line.subject in held:
            if line.act == Act.RELEASE:
                held[line.subject] = 0
            elif line.act == Act.CAPTURE:
                held[line.subject] += sum(amount for key, amount, _ in line.each_leg() if key == account.key)
    return sum(held.values())
