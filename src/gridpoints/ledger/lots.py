"""Lots (批): what expires first is spent first, and what is given back goes back to where it was.

A lot is all that an account has of one expiry: points that expire together are alike, whoever gave
them. Points without an expiry are no lot of their own: they are what the balance has beyond the dated
lots. That may fall below 0, in debt; then there is no dated lot, for whatever comes in pays the
debt first.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from attrs import define, field

from gridpoints.ledger.accounts import Account
from gridpoints.ledger.model import Transaction
from gridpoints.ledger.reversal import Original, lots_named

#: An expiry, and by how much its lot changes.
Change = tuple[datetime, int]


@define
class AccountState:
    """An account as it was locked; posting moves it on.

    `dated` are its lots that expire, `moved_at` is when its last line was recorded: None for a hot
    account, which is not locked. Unless it is had alone, that has no floor, and `posted` counts from what
    was known of it.
    """

    account: Account
    floor: int | None
    posted: int = 0
    held: int = 0
    dated: dict[datetime, int] = field(factory=dict)
    moved_at: datetime | None = None

    def copy(self) -> AccountState:
        """One that can be moved on without moving this one."""
        return AccountState(self.account, self.floor, self.posted, self.held, dict(self.dated), self.moved_at)

    def change_lots(self, changes: Iterable[Change]) -> None:
        """Add to lots, and forget those that are used up."""
        for expires_at, amount in changes:
            if remaining := self.dated.get(expires_at, 0) + amount:
                self.dated[expires_at] = remaining
            else:
                self.dated.pop(expires_at, None)


def overdue(state: AccountState, at: datetime) -> Change | None:
    """The first lot past its date at `at`, and how much of it expires: not what holds set aside."""
    expires_at = min(state.dated, default=None)
    if expires_at is None or expires_at > at:
        return None
    amount = min(state.dated[expires_at], state.posted - state.held)
    return (expires_at, amount) if amount > 0 else None


def move_lots(
    sent: Transaction, accounts: Mapping[str, AccountState], original: Original | None, at: datetime
) -> list[tuple[str, datetime, int]]:
    """Move the accounts of a transaction leg by leg; answer what became of their dated lots."""
    changes: list[tuple[str, datetime, int]] = []
    taken_back = Counter[str]()
    unnamed = Counter[str]()
    if original is not None:
        unnamed.update({leg.account.key: original.unnamed(leg.account.key) for leg in sent.legs})
        for key, lots in lots_named(sent).items():
            for expires_at, amount in lots.items():
                original.name(key, expires_at, amount)
    for leg in sent.legs:
        key, state = leg.account.key, accounts[leg.account.key]
        if not leg.account.kind.strict:
            state.posted += leg.amount
            continue
        if leg.amount < 0:
            first: Iterable[tuple[datetime | None, int]] = ()
            if original is not None:
                first = original.given(key, original.returned[key] + taken_back[key], -leg.amount)
                taken_back[key] -= leg.amount
            moved = _draw(state, -leg.amount, first)
        else:
            dated: list[Change] = [] if leg.expires_at is None else [(leg.expires_at, leg.amount)]
            if original is not None:
                if not dated:
                    dated = original.drawn(key, unnamed[key], leg.amount)
                    unnamed[key] += leg.amount
                dated = [(_late(expires_at, sent.extend_days, at), part) for expires_at, part in dated]
            moved = _credit(state, leg.amount, dated)
        state.change_lots(moved)
        state.posted += leg.amount
        changes += ((key, expires_at, amount) for expires_at, amount in moved)
    return changes


def _late(expires_at: datetime, extend_days: int, at: datetime) -> datetime:
    """When a restored lot expires: a date that is past is put off where the rules say so."""
    return at + timedelta(days=extend_days) if extend_days and expires_at <= at else expires_at


def _draw(
    state: AccountState, amount: int, first: Iterable[tuple[datetime | None, int]] = ()
) -> list[Change]:
    """Take `amount` from the lots: of `first`, so much; then what expires first, undated points last."""
    changes: list[Change] = []
    left = dict(state.dated)
    undated = max(0, state.posted - sum(left.values()))
    for expires_at, most in first:
        if expires_at is None:
            amount -= min(undated, most)
        elif part := min(left.get(expires_at, 0), most):
            left[expires_at] -= part
            amount -= part
            changes.append((expires_at, -part))
    for expires_at in sorted(left):
        if part := min(left[expires_at], amount):
            amount -= part
            changes.append((expires_at, -part))
    return changes


def _credit(state: AccountState, amount: int, dated: list[Change]) -> list[Change]:
    """Give `amount`, of which `dated` expires.

    A debt is paid first, with what is undated, then with what expires first.
    """
    debt = max(0, sum(state.dated.values()) - state.posted)
    pays = max(0, min(debt, amount) - (amount - sum(part for _, part in dated)))
    changes: list[Change] = []
    for expires_at, part in sorted(dated):
        used = min(part, pays)
        pays -= used
        if part > used:
            changes.append((expires_at, part - used))
    return changes
