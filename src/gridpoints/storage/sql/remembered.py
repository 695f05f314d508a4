"""What a process remembers of the ledgers in a store, between units of work."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from attrs import define, field

from gridpoints.ledger.lots import AccountState

#: So many strict accounts are remembered, of about half a kilobyte each.
MOST_STATES = 20_000


@define
class States:
    """What the strict accounts of all communities have, as far as this process wrote it last.

    On SQLite it is so while the file has the `version` that it had then, for nobody else writes meanwhile;
    on PostgreSQL it is presumed, and found out when something is written. Who locks an account takes what is
    remembered of it out, and who has written it keeps it again: on PostgreSQL, only once that is committed.
    """

    version: int | None = None
    _kept: dict[str, dict[str, AccountState]] = field(factory=dict)
    _size: int = 0

    def has(self, community: str, keys: Collection[str]) -> bool:
        """Whether something is remembered of each of these accounts."""
        kept = self._kept.get(community)
        return kept is not None and all(key in kept for key in keys)

    def take(self, community: str, keys: Collection[str]) -> dict[str, AccountState]:
        """What is remembered of these accounts, which is then remembered no more."""
        if (kept := self._kept.get(community)) is None:
            return {}
        found = ((key, kept.pop(key, None)) for key in keys)  # other threads take some, too
        taken = {key: state for key, state in found if state is not None}
        self._size -= len(taken)
        return taken

    def keep(self, community: str, states: Mapping[str, AccountState]) -> None:
        """Remember what accounts have, and no more than `MOST_STATES` of them."""
        if self._size + len(states) > MOST_STATES:
            self.forget(self.version)
        if len(states) <= MOST_STATES:
            kept = self._kept.setdefault(community, {})
            before = len(kept)
            kept.update(states)
            self._size += len(kept) - before

    def forget(self, version: int | None = None) -> None:
        """Remember of no account what it has; what is kept from now on is of this version of the file."""
        self._kept.clear()
        self._size = 0
        self.version = version


@define
class Written:
    """What a unit of work wrote of accounts on PostgreSQL, by community: remembered once it is committed.

    Until then, another one may come before it, and write a line of the same instant. Of what is committed, no
    two states of an account have one instant: that tells whether it is still as it was.
    """

    _states: dict[str, dict[str, AccountState]] = field(factory=dict)

    def note(self, community: str, states: Mapping[str, AccountState]) -> None:
        """What accounts have now."""
        self._states.setdefault(community, {}).update(states)

    def keep_in(self, states: States) -> None:
        """It is committed."""
        for community, written in self._states.items():
            states.keep(community, written)

    def __enter__(self) -> None:
        """Where the block fails, which is a part of the unit of work, nothing is kept of what was written."""

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is not None:
            self._states.clear()


@define
class Remembered:
    """What this process remembers of the ledger of one community, between units of work.

    `states` are those of all communities. `unfolded` counts the lines that it recorded since it last folded:
    on PostgreSQL, where it would be slow to ask how many there are. `hot` is what the hot accounts held that
    it used, when it first used them or last folded: enough to refuse what would take them beyond
    `MOST_BALANCE`, which leaves room for all that was not folded meanwhile.

    `since` is a transaction on PostgreSQL: whatever those before it wrote has its number. Each line that got
    one leaves an entry in the index of those that wait, until the database cleans up; whoever looks for
    them begins here, and passes over few of these.
    """

    states: States
    unfolded: int = 0
    hot: dict[str, int] = field(factory=dict)
    since: int = 0
