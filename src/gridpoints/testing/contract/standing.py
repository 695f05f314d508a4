"""The books of the oracle: every single point that expires in a list of its own."""

from __future__ import annotations

from datetime import datetime
from typing import Self

import attrs
from attrs import define, field

from gridpoints.ledger.model import Account, Hold, HoldStatus
from gridpoints.testing.contract.points import Debt, Kept, Move
from gridpoints.testing.sources import START


@define
class Standing:
    """A ledger as plain lists, and what stands in it: whatever is asked is counted anew."""

    now: datetime = START
    moves: list[Move] = field(factory=list)
    points: dict[Account, list[datetime]] = field(factory=dict)
    holds: dict[str, Hold] = field(factory=dict)
    set_aside: list[tuple[datetime, str, int]] = field(factory=list)
    floors: dict[Account, int | None] = field(factory=dict)
    kept: dict[str, Kept] = field(factory=dict)
    last: dict[Account, datetime] = field(factory=dict)
    closed_until: datetime | None = None
    lines: list[str] = field(factory=list)
    debts: list[Debt] = field(factory=list)

    def copy(self) -> Self:
        """A copy to try something out on."""
        return type(self)(
            self.now,
            list(self.moves),
            {account: list(points) for account, points in self.points.items()},
            dict(self.holds),
            list(self.set_aside),
            dict(self.floors),
            {id: kept.copy() for id, kept in self.kept.items()},
            dict(self.last),
            self.closed_until,
            list(self.lines),
            list(self.debts),
        )

    def become(self, other: Self) -> None:
        """Take over what was tried out."""
        for a in attrs.fields(Standing):
            setattr(self, a.name, getattr(other, a.name))

    # --- what is there ------------------------------------------------------------------------

    def of(self, account: Account) -> list[Move]:
        """The account's entries, as they were posted."""
        return [move for move in self.moves if move.account == account]

    def balance(self, account: Account) -> int:
        """The sum of the account's entries."""
        return sum(move.amount for move in self.of(account))

    def held(self, account: Account, *, settled: bool = False) -> int:
        """What is set aside on the account now; `settled`: by holds that nobody let go of yet."""
        return sum(
            hold.remaining
            for hold in self.holds.values()
            if hold.account == account
            and hold.status is HoldStatus.OPEN
            and (settled or self.now < hold.expires_at)
        )

    def expired(self, account: Account) -> int:
        """How many points are past their date, and not held."""
        late = [point for point in self.points.get(account, ()) if point <= self.now]
        return max(0, min(len(late), self.balance(account) - self.held(account)))

    def floor(self, account: Account) -> int | None:
        """How far down the account may go."""
        return self.floors.get(account, account.kind.floor)

    def balance_at(self, account: Account, at: datetime, *, recorded: bool) -> int:
        """What was posted by then."""
        return sum(
            m.amount for m in self.of(account) if (m.recorded_at if recorded else m.effective_at) <= at
        )

    def held_at(self, account: Account, at: datetime) -> int:
        """What was set aside then."""
        return sum(
            amount
            for recorded_at, id, amount in self.set_aside
            if self.holds[id].account == account and recorded_at <= at < self.holds[id].expires_at
        )

    def reversible(self) -> list[str]:
        """Transactions that were posted, reversals among them."""
        return [id for id, kept in self.kept.items() if kept.code == "posted"]
