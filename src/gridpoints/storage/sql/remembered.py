"""What a process remembers of the ledgers in a store, between units of work."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from threading import Lock
from typing import ClassVar

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
    _lock: Lock = field(factory=Lock, eq=False, repr=False)

    def take(self, community: str, keys: Collection[str]) -> dict[str, AccountState]:
        """What is remembered of these accounts, which is then remembered no more."""
        taken = {}
        with self._lock:
            kept = self._kept.get(community, {})
            for key in keys:
                if key in kept:
                    taken[key] = kept.pop(key)
            self._size -= len(taken)
        return taken

    def keep(self, community: str, states: Mapping[str, AccountState]) -> None:
        """Remember what accounts have, and no more than `MOST_STATES` of them."""
        with self._lock:
            if self._size + len(states) > MOST_STATES:
                self._clear()
            if len(states) <= MOST_STATES:
                kept = self._kept.setdefault(community, {})
                before = len(kept)
                kept.update(states)
                self._size += len(kept) - before

    def forget(self, version: int | None = None) -> None:
        """Remember of no account what it has; what is kept from now on is of this version of the file."""
        with self._lock:
            self._clear()
            self.version = version

    def _clear(self) -> None:
        self._kept.clear()
        self._size = 0


@define
class Written:
    """What a unit of work wrote of accounts on PostgreSQL, by community: remembered once it is committed.

    Until then, another one may come before it, and write a line of the same instant. Of what is committed, no
    two states of an account have one instant: that tells whether it is still as it was.
    """

    _states: dict[str, dict[str, AccountState]] = field(factory=dict)

    def note(self, community: str, states: Mapping[str, AccountState]) -> None:
        """What accounts have now; of more than are remembered, nothing."""
        if len(written := self._states.setdefault(community, {})) <= MOST_STATES:
            written.update(states)

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
class Luck:
    """Whether something is tried that costs more where it fails: as long as it mostly goes well."""

    #: So much is had of it at most, and a mistake costs so much.
    _MOST: ClassVar[int] = 32
    _COST: ClassVar[int] = 16
    _left: int = _COST

    def lasts(self) -> bool:
        """Ask before each try; there is a little more each time."""
        self._left = min(self._left + 1, self._MOST)
        return self._left > 0

    def fails(self) -> None:
        """It was a mistake."""
        self._left = max(self._left - self._COST, -self._COST)


@define
class Remembered:
    """What this process remembers of the ledger of one community, between units of work.

    `states` are those of all communities, and `luck` is had with accounts that are not among them.
    `unfolded` counts the lines that it recorded since it last folded:
    on PostgreSQL, where it would be slow to ask how many there are. `hot` is what the hot accounts held that
    it used, when it first used them or last folded: enough to refuse what would take them beyond
    `MOST_BALANCE`, which leaves room for all that was not folded meanwhile.

    `since` is a transaction on PostgreSQL: whatever those before it wrote has its number. Each line that got
    one leaves an entry in the index of those that wait, until the database cleans up; whoever looks for
    them begins here, and passes over few of these. `some_wait` says that lines may, as far as this process
    knows; `turns` is the luck of those who number them before their own.
    """

    states: States
    luck: Luck = field(factory=Luck)
    unfolded: int = 0
    hot: dict[str, int] = field(factory=dict)
    since: int = 0
    some_wait: bool = False
    turns: Luck = field(factory=Luck)

    def forget(self) -> None:
        """Know nothing of what a server had that went."""
        self.unfolded = self.since = 0
        self.hot = {}  # another thread may be looking at what it was
