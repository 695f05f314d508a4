"""What the lines of a journal come to: every account, lot, hold and entry, made from the lines alone.

No decision is made again: a line says what happened. It is how a ledger is imported, and what
`verify` compares a store with.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

import attrs
from attrs import define, field

from gridpoints.ledger.accounts import Account, Hold, HoldStatus
from gridpoints.ledger.journal import Act, Line, instant


class Place(NamedTuple):
    """A leg in the statement of its account.

    `sequence` counts from 1, `balance` is what the account held after it, `number` is the number of the
    line.
    """

    account: str
    sequence: int
    number: int
    amount: int
    balance: int


@define
class Kept:
    """What is kept of an account beside the journal.

    `moved_at` is when its last line was recorded; hot accounts have none. `sequence` is that of its last
    entry, which nobody keeps.
    """

    account: Account
    floor: int | None
    posted: int = 0
    held: int = 0
    dated: int = 0
    moved_at: datetime | None = None
    sequence: int = field(default=0, eq=False)


@define
class Projection:
    """Everything that is kept beside the journal, but for the entries, which are too many.

    `unreadable` tells of which of it something was kept that cannot be, and the problem.
    """

    accounts: dict[str, Kept] = field(factory=dict)
    lots: dict[tuple[str, datetime], int] = field(factory=dict)
    holds: dict[str, Hold] = field(factory=dict)
    closed_until: datetime | None = None
    lines: int = 0
    sealed: int = 0
    transactions: int = 0
    unreadable: dict[str, str] = field(factory=dict)

    def apply(self, line: Line) -> Iterator[Place]:
        """Move on by one line; yields the places of its legs."""
        self.lines += 1
        if line.refusal is not None:
            return
        if line.moves:
            self.transactions += 1
            yield from self._move(line)
        elif line.act == Act.HOLD:
            self._place(line)
        elif line.act == Act.RELEASE:
            self._close(line, HoldStatus(line.kind))
        elif line.act == Act.FLOOR:
            for key, floor, _ in line.each_leg():
                kept = self._touch(key, line)
                kept.floor = floor
        elif line.act == Act.CLOSE:
            # The later one, should another clock have been ahead of ours.
            until = instant(line.effective_at)
            self.closed_until = max(self.closed_until or until, until)

    def _account(self, key: str) -> Kept:
        kept = self.accounts.get(key)
        if kept is None:
            account = Account.parse(key)
            kept = self.accounts[key] = Kept(account, account.kind.floor)
        return kept

    def _touch(self, key: str, line: Line) -> Kept:
        kept = self._account(key)
        if kept.account.kind.strict:
            kept.moved_at = instant(line.recorded_at)
        return kept

    def _move(self, line: Line) -> Iterator[Place]:
        taken = 0
        held = self.holds[line.subject].account.key if line.act == Act.CAPTURE and line.subject else None
        for key, amount, _ in line.each_leg():
            kept = self._touch(key, line)
            kept.posted += amount
            kept.sequence += 1
            if key == held:
                taken -= amount
            yield Place(key, kept.sequence, line.number, amount, kept.posted)
        for key, expires_at, amount in line.each_lot():
            self.accounts[key].dated += amount
            self.lots[key, expires_at] = self.lots.get((key, expires_at), 0) + amount
        if held is not None and taken > 0:
            hold = self.holds[line.subject or ""]
            remaining = hold.remaining - taken
            status = HoldStatus.OPEN if remaining else HoldStatus.CAPTURED
            self.holds[hold.id] = attrs.evolve(hold, remaining=remaining, status=status)
            self._touch(held, line).held -= taken

    def _place(self, line: Line) -> None:
        [(key, amount, _)] = line.each_leg()
        kept = self._touch(key, line)
        kept.held += amount
        expires_at = instant(line.details()["expires_at"])
        id = line.subject or ""
        placed_at = instant(line.recorded_at)
        self.holds[id] = Hold(id, kept.account, amount, placed_at, expires_at, amount, line.reason)

    def _close(self, line: Line, status: HoldStatus) -> None:
        hold = self.holds[line.subject or ""]
        self._touch(hold.account.key, line).held -= hold.remaining
        self.holds[hold.id] = attrs.evolve(hold, status=status)
