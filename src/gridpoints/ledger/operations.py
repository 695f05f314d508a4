"""The ledger: points move between accounts, are held, expire, go back, and every figure can be proved."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from attrs import frozen

from gridpoints.errors import (
    AccountHot,
    BadText,
    NotUsable,
    PeriodNotOver,
    RecordUnknown,
    UnitUnknown,
)
from gridpoints.ledger.journal import Act, instant
from gridpoints.ledger.model import (
    MOST_AMOUNT,
    Account,
    Balance,
    Entry,
    Hold,
    Leg,
    Lot,
    Posted,
    Transaction,
)
from gridpoints.ledger.transactions import Transactions
from gridpoints.storage.ledger_port import Only
from gridpoints.storage.port import Work
from gridpoints.values import (
    LONGEST_DERIVED,
    Unit,
    can_be_stored,
    check_identifier,
    check_instant,
    check_text,
    check_whole,
    shown,
)


@frozen
class Statement:
    """A page of an account's entries; pass `next` as `after` for the page that follows it."""

    account: Account
    entries: tuple[Entry, ...]
    next: int | None


@frozen
class Ledger(Transactions):
    """The room ``ledger``: double entry, holds, lots, and proof."""

    # --- reading ------------------------------------------------------------------------------

    def balance(self, account: Account, at: datetime | None = None, *, recorded: bool = False) -> Balance:
        """What an account holds: now, or as it was at an instant, that instant included.

        At an instant, `posted` counts what was done by then (effective), also what was recorded later;
        with `recorded`, what was known by then. `held` is always what was held at that time. An account
        that was never used has 0; raises `UnitUnknown` where no rules ever declared its unit.
        """
        if at is None:
            return self.balances([account])[account]
        self.guard.reading([_sound(account)], entries=False)
        at = check_instant("at", at)
        self._fold_what_is_long(whole=not account.kind.strict)
        with self.context.read() as work:
            posted = work.ledger.moved_until(account, at, recorded=recorded)
            held = _held(work, account, at)
            if not (posted or held):
                _must_have_units(work, [account])
            return Balance(account, posted, held)

    def balances(self, accounts: Sequence[Account]) -> dict[Account, Balance]:
        """What many accounts hold now; raises `UnitUnknown` as `balance` does."""
        kinds = {_sound(account).kind for account in accounts}
        for account in accounts:
            self.guard.reading([account], entries=False)
        with self.context.read(snapshot=False) as work:
            found = work.ledger.balances(accounts, self.context.now())
            empty = [account for account, each in found.items() if not (each.posted or each.held)]
            _must_have_units(work, empty)
            is_long = not all(kind.strict for kind in kinds) and work.ledger.is_long()
        if is_long:
            self._fold_if_possible(whole=False)  # for whoever asks next
        return found

    def lots(self, account: Account) -> list[Lot]:
        """What an account holds by expiry, soonest first, what never expires last.

        They add up to its posted balance, always. Raises `UnitUnknown` as `balance` does.
        """
        self.guard.reading([_sound(account)], entries=False)
        with self.context.read() as work:
            posted = work.ledger.balances([account], self.context.now())[account].posted
            dated = work.ledger.lots(account)
            if not (posted or dated):
                _must_have_units(work, [account])
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
        `other` account (``Account.merchant(…)``), or with these texts in its `metadata`. Raises `UnitUnknown`
        where no rules ever declared its unit.
        """
        self.guard.reading([_sound(account)], entries=True)
        check_whole("limit", limit, most=10_000)
        check_whole("number", after, least=0, most=2**53)
        since = since and check_instant("since", since)
        until = until and check_instant("until", until)
        if not (metadata is None or isinstance(metadata, Mapping)):
            raise NotUsable(field="metadata", value=shown(metadata))
        only = Only(kind, reason, other and _sound(other), metadata or {})
        for field, text in (("kind", kind), ("reason", reason), *_texts("text", metadata)):
            if text is not None and not (isinstance(text, str) and can_be_stored(text)):
                raise BadText(field=field)
        # Of an account that many use, the sequences of entries stand only when all are in its statement.
        if account.kind.strict:
            self._fold_what_is_long(whole=False)
        else:
            self._fold_what_is_long(than=0)
        with self.context.read() as work:
            entries = work.ledger.entries(
                account, after=after, since=since, until=until, only=only, limit=limit + 1
            )
            if not entries:
                _must_have_units(work, [account])
        more = len(entries) > limit
        return Statement(account, tuple(entries[:limit]), entries[limit - 1].sequence if more else None)

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
        (a hold never draws on a debt), `HoldConflict`, `AccountHot`, `NotWholeNumber`, `UnitUnknown`, or
        `EmptyInterval` where it would be over already.
        """
        self.guard.adjusting()
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
        self.guard.adjusting()
        check_identifier("hold", hold_id)
        check_whole("amount", amount, most=MOST_AMOUNT)
        with self.context.begin() as work:
            if (hold := work.ledger.find_hold(hold_id)) is None:
                raise RecordUnknown(kind="hold", id=hold_id)
            return self._post_one(
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
        self.guard.adjusting()
        check_identifier("hold", hold_id)
        with self.context.begin() as work:
            return work.ledger.release(hold_id, at=self.context.now())

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
                posted += work.ledger.touch(due, until=until, at=now) if due else 0
            if not due:
                return posted

    def set_floor(self, account: Account, floor: int | None, *, reason: str, id: str | None = None) -> None:
        """How far down an account may go: 0, a debt limit below 0, or None for any figure.

        The same id and content again changes nothing. Raises `FloorAboveBalance` where it has less,
        `TransactionConflict`, `AccountHot` or `UnitUnknown`.
        """
        self.guard.adjusting()
        if floor is not None:
            check_whole("floor", floor, least=-MOST_AMOUNT, most=MOST_AMOUNT)
        account, id, reason = _strict(account), self.context.id(id), check_text("reason", reason)
        self._undisputed(lambda work, at: work.ledger.set_floor(account, floor, id=id, reason=reason, at=at))

    def close_period(self, until: datetime, *, reason: str = "") -> None:
        """From now on, nothing is posted that was done before `until`; a period is closed for good.

        Raises `PeriodNotOver` for an instant that lies ahead.
        """
        self.guard.adjusting()
        now = self.context.now()
        until = check_instant("until", until)
        if until > now:
            raise PeriodNotOver(until=until)
        with self.context.begin() as work:
            work.ledger.close_period(until, reason=check_text("reason", reason) if reason else "", at=now)


def _texts(field: str, texts: Mapping[str, str] | None) -> Iterator[tuple[str, str]]:
    for pair in (texts or {}).items():
        yield from ((field, text) for text in pair)


def _sound(account: Account) -> Account:
    if not isinstance(account, Account):
        raise NotUsable(field="account", value=shown(account))
    check_identifier("account", account.key, longest=LONGEST_DERIVED)
    return account


def _strict(account: Account) -> Account:
    if not _sound(account).kind.strict:
        raise AccountHot(account=account.key)
    return account


def _must_have_units(work: Work, empty: Sequence[Account]) -> None:
    """Raise `UnitUnknown` where no rules ever declared the unit of an account that has nothing.

    Asked of these alone: an account that has anything is of a unit that there is.
    """
    for unit in dict.fromkeys(account.unit for account in empty):
        if not work.count(Unit, {"code": unit}):
            raise UnitUnknown(unit=shown(unit))


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
