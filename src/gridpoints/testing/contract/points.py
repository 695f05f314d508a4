"""What the oracle keeps of a transaction: every single point that it took and gave."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta

import attrs
from attrs import define, field, frozen

from gridpoints.ledger.model import Account, Transaction

#: One point: when it expires, or None.
Point = datetime | None


@frozen
class Move:
    """A leg that was posted."""

    transaction: str
    account: Account
    amount: int
    effective_at: datetime
    recorded_at: datetime


@define
class Kept:
    """What stands under an id; of a transaction that was posted, the points that it took and gave."""

    sent: Transaction
    code: str
    recorded_at: datetime
    taken: dict[Account, list[Point]] = field(factory=dict)
    given: dict[Account, list[Point]] = field(factory=dict)
    returned: Counter[Account] = field(factory=Counter)

    def copy(self) -> Kept:
        """One whose returns can be counted on."""
        return attrs.evolve(self, returned=self.returned.copy())

    def left(self) -> dict[Account, int]:
        """What was not given back yet."""
        left = {}
        for account, amount in net(self.sent).items():
            if rest := abs(amount) - self.returned[account]:
                left[account] = rest if amount > 0 else -rest
        return left

    def to_restore(self, account: Account) -> list[Point]:
        """The points that go back to an account, in that order: what was taken last goes first."""
        dated = [point for point in self.taken.get(account, ()) if point is not None]
        back = [None] * (-net(self.sent)[account] - len(dated)) + dated[::-1]
        return back[len(back) + net(self.sent)[account] :][self.returned[account] :]

    def to_take_back(self, account: Account) -> list[Point]:
        """The points to be taken from an account again, in that order: those that expire go first."""
        dated = [point for point in self.given.get(account, ()) if point is not None]
        gave = max(0, net(self.sent)[account])
        return [*dated, *[None] * gave][:gave][self.returned[account] :]


@frozen(order=True)
class Debt:
    """A reversal that is owed since `at`, and what it is to add to each account."""

    at: datetime
    line: str
    id: str = field(order=False)
    original: str = field(order=False)
    legs: dict[Account, int] = field(order=False)
    reason: str = field(order=False)


def net(transaction: Transaction) -> dict[Account, int]:
    """What it adds to each account."""
    change: dict[Account, int] = {}
    for leg in transaction.legs:
        change[leg.account] = change.get(leg.account, 0) + leg.amount
    return change


def points_of(
    original: Kept | None, reversal: Transaction
) -> tuple[dict[Account, list[Point]], dict[Account, list[Point]]]:
    """The points that a reversal restores and takes back, by account."""
    accounts = [leg.account for leg in reversal.legs]
    if original is None:
        return {}, {account: [] for account in accounts}
    return (
        {account: original.to_restore(account) for account in accounts},
        {account: original.to_take_back(account) for account in accounts},
    )


def late(point: Point, extend_days: int, when: datetime) -> Point:
    """When a point expires that is restored: a date that is past is put off."""
    late = point is not None and point <= when and extend_days > 0
    return when + timedelta(days=extend_days) if late else point
