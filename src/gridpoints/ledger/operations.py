"""The ledger: points move between accounts, are held, and every figure can be rebuilt."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from attrs import frozen

from gridpoints.context import Context
from gridpoints.errors import RecordUnknown
from gridpoints.ledger.model import (
    MOST_AMOUNT,
    Account,
    Balance,
    Entry,
    Flow,
    Hold,
    Leg,
    Outcome,
    Posted,
    Rejected,
    Transaction,
    TrialLine,
    Verification,
)
from gridpoints.values import Interval, check_instant, check_text, check_whole


@frozen
class Statement:
    """A page of an account's entries; pass `next` as `after` for the page that follows it."""

    account: Account
    entries: tuple[Entry, ...]
    next: int | None


@frozen
class Ledger:
    """The room ``ledger``: double entry, holds, and proof."""

    context: Context

    def post(self, transactions: Iterable[Transaction], *, atomic: bool = False) -> list[Outcome]:
        """Post each transaction by itself, in order, and answer one outcome each.

        A refusal is an outcome, kept for ever like a posting: the same id and content is answered
        with the first outcome again, the same id with another content with
        `TransactionConflict`. With `atomic`, all of them post or none does. Amounts are ints in
        the smallest part of their unit.
        """
        with self.context.begin() as work:
            return work.ledger.post(list(transactions), at=self.context.now(), atomic=atomic)

    def post_one(self, transaction: Transaction) -> Posted:
        """Post one transaction; raises the error where it is refused, and then keeps nothing."""
        with self.context.begin() as work:
            [outcome] = work.ledger.post([transaction], at=self.context.now())
            if isinstance(outcome, Rejected):
                raise outcome.error
            return outcome

    def balance(self, account: Account) -> Balance:
        """What an account holds now; 0 for one that was never used."""
        return self.balances([account])[account]

    def balances(self, accounts: Sequence[Account]) -> dict[Account, Balance]:
        """What many accounts hold now."""
        with self.context.read() as work:
            return work.ledger.balances(accounts, self.context.now())

    def statement(
        self,
        account: Account,
        since: datetime | None = None,
        until: datetime | None = None,
        *,
        after: int = 0,
        limit: int = 100,
    ) -> Statement:
        """Up to `limit` entries recorded from `since` to before `until`, oldest first.

        `after` is the `next` of the page before: entries posted meanwhile do not shift pages.
        """
        check_whole("limit", limit, most=10_000)
        since = since and check_instant("since", since)
        until = until and check_instant("until", until)
        with self.context.read() as work:
            entries = work.ledger.entries(account, after=after, since=since, until=until, limit=limit + 1)
        more = len(entries) > limit
        return Statement(account, tuple(entries[:limit]), entries[limit - 1].sequence if more else None)

    def transaction(self, id: str) -> Transaction:
        """The transaction that was posted under that id; raises `RecordUnknown`."""
        with self.context.read() as work:
            if (transaction := work.ledger.transaction(id)) is None:
                raise RecordUnknown(kind="transaction", id=id)
            return transaction

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
        (a hold never draws on a debt), `HoldConflict`, `NotWholeNumber` or `UnitUnknown`.
        """
        now = self.context.now()
        hold = Hold(
            id=self.context.id(id),
            account=account,
            amount=check_whole("amount", amount, most=MOST_AMOUNT),
            placed_at=now,
            expires_at=check_instant("expires_at", expires_at),
            remaining=amount,
            reason=check_text("reason", reason) if reason else "",
        )
        with self.context.begin() as work:
            return work.ledger.place(hold, at=now)

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

    def flows(self, unit: str, within: Interval | None = None) -> list[Flow]:
        """What moved `within` an interval, by kind of account, kind of transaction and reason."""
        with self.context.read() as work:
            return work.ledger.flows(unit, within)

    def trial_balance(self) -> list[TrialLine]:
        """What all accounts hold together, by unit and kind (试算平衡). Each unit sums to 0."""
        with self.context.read() as work:
            return work.ledger.trial_balance()

    def verify(self) -> Verification:
        """Rebuild every balance, sequence and hold from the entries, and compare."""
        with self.context.read() as work:
            return work.ledger.verify()
