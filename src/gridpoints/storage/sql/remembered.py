"""What a process remembers of the ledger of one community, between units of work."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from attrs import define, field

from gridpoints.ledger.lots import AccountState

#: So many strict accounts are remembered, of about half a kilobyte each.
MOST_STATES = 20_000


@define
class Remembered:
    """What this process remembers of the ledger of one community, between units of work.

    `unfolded` counts the lines that it recorded since it last folded: on PostgreSQL, where it would be
    slow to ask how many there are. `hot` is what the hot accounts held that it used, when it first used
    them or last folded: enough to refuse what would take them beyond `MOST_BALANCE`, which leaves room
    for all that was not folded meanwhile.

    `states` is what the strict accounts have that it wrote last, where nobody else writes: on SQLite, as
    long as the file has the `version` that it had then. They are taken out by who locks them, and kept
    again by who wrote them, so that a unit of work that fails leaves none behind.

    `since` is a transaction on PostgreSQL: whatever those before it wrote has its number. Each line that got
    one leaves an entry in the index of those that wait, until the database cleans up; whoever looks for
    them begins here, and passes over few of these.
    """

    unfolded: int = 0
    hot: dict[str, int] = field(factory=dict)
    states: dict[str, AccountState] = field(factory=dict)
    version: int | None = None
    since: int = 0

    def take(self, keys: Iterable[str]) -> dict[str, AccountState]:
        """What is remembered of these accounts, which is then remembered no more."""
        states = self.states
        return {key: states.pop(key) for key in keys if key in states}

    def forget(self, version: int | None) -> None:
        """Remember of no account what it has; what is kept from now on is of this version of the file."""
        self.states.clear()
        self.version = version

    def keep(self, states: Mapping[str, AccountState]) -> None:
        """Remember what accounts have, and no more than `MOST_STATES` of them."""
        if len(self.states) + len(states) > MOST_STATES:
            self.states.clear()
        if len(states) <= MOST_STATES:
            self.states.update(states)
