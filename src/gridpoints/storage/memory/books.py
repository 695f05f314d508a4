"""The books of one community in memory."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from datetime import datetime

from attrs import define, field

from gridpoints.ledger.accounts import Account, Hold, HoldStatus
from gridpoints.ledger.journal import Line
from gridpoints.ledger.lots import AccountState
from gridpoints.ledger.merkle import Node
from gridpoints.ledger.replay import Place
from gridpoints.ledger.seals import Seal

#: The steps that undo what the open unit of work did, to be run from the last to the first.
Journal = list[Callable[[], object]]


@define
class Books:
    """The ledger of one community."""

    lines: list[Line] = field(factory=list)
    by_id: dict[str, Line] = field(factory=dict)
    about: defaultdict[str, list[Line]] = field(factory=lambda: defaultdict(list))
    accounts: dict[str, AccountState] = field(factory=dict)
    places: defaultdict[str, list[Place]] = field(factory=lambda: defaultdict(list))
    holds: dict[str, Hold] = field(factory=dict)
    holds_of: defaultdict[str, dict[str, Hold]] = field(factory=lambda: defaultdict(dict))
    closed_until: datetime | None = None
    seals: list[Seal] = field(factory=list)
    nodes: dict[tuple[int, int], Node] = field(factory=dict)

    def keep(self, hold: Hold) -> None:
        self.holds[hold.id] = hold
        self.holds_of[hold.account.key][hold.id] = hold

    def forget(self, hold: Hold) -> None:
        del self.holds[hold.id]
        self.holds_of[hold.account.key].pop(hold.id, None)

    def overdue(self, key: str, at: datetime) -> list[Hold]:
        holds = self.holds_of[key].values() if key in self.holds_of else ()
        return [hold for hold in holds if hold.status is HoldStatus.OPEN and hold.expires_at <= at]

    def enter(self, place: Place) -> None:
        """Put a place into its statement; hot accounts move by their statements alone."""
        key = place.account
        self.places[key].append(place)
        state = self.accounts.get(key)
        if state is None:
            account = Account.parse(key)
            state = AccountState(account, account.kind.floor)
        if not state.account.kind.strict:
            state.posted += place.amount
            self.accounts[key] = state

    def leave(self, place: Place) -> None:
        """Undo `enter`."""
        key = place.account
        self.places[key].pop()
        if (state := self.accounts.get(key)) is not None and not state.account.kind.strict:
            state.posted -= place.amount
            if not self.places[key]:
                del self.accounts[key]

    def append(self, line: Line) -> None:
        self.lines.append(line)
        self.by_id[line.id] = line
        if line.subject is not None:
            self.about[line.subject].append(line)

    def remove_last(self) -> None:
        line = self.lines.pop()
        del self.by_id[line.id]
        if line.subject is not None:
            self.about[line.subject].pop()
