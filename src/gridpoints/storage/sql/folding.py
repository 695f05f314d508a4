"""How lines get into the statements of their accounts: later and together.

So a post writes what is strict and no more: a line, and the accounts that people spend from. Half of
all legs go to a few accounts that everybody uses; nobody waits for them. And entries are written
sorted, so that the database touches a page once and not for every entry.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from attrs import define, field
from sqlalchemy import BigInteger, Connection, and_, bindparam, func, literal_column, select, text
from sqlalchemy.exc import IntegrityError

from gridpoints.errors import ConcurrentChange
from gridpoints.ledger.accounts import Account
from gridpoints.ledger.journal import MOVING, Line
from gridpoints.ledger.lots import AccountState
from gridpoints.storage.sql import bulk
from gridpoints.storage.sql.prepared import Prepared
from gridpoints.storage.sql.reading import HERE, IDS, accounts, book, entries, journal
from gridpoints.storage.sql.statements import SqlStatements
from gridpoints.storage.sql.types import Text, among, array_of_texts

#: From so many lines on, whoever reads statements enters them first.
LONG = 8_192
#: So many lines are entered by the post that finds them, so that no tail grows for ever.
FAR_TOO_LONG = 131_072
#: So many strict accounts are remembered, of about half a kilobyte each.
MOST_STATES = 20_000
#: Lines that are entered at once.
CHUNK = 16_384
#: Lines whose legs are read at once. Of more, the lists that JSON makes live long enough for Python's
#: collector to look through all there is, again and again: two thirds of the time of folding.
READ_AT_ONCE = 256

_LOCK_BOOK = select(book.c.folded).where(book.c.community_id == HERE)
_WAIT_FOR_BOOK = Prepared(_LOCK_BOOK.with_for_update())
_TRY_BOOK = Prepared(_LOCK_BOOK.with_for_update(skip_locked=True))
_OPEN_BOOK = bulk.insert(book, new_only=True)
_NEW_BOOK: bulk.Columns = {"folded": [0], "sealed": [0], "closed_until": [None]}
_FOLDED = bulk.update_of(book, ["folded"])
_CLOSED = bulk.update_of(book, ["closed_until"])

_OPEN = bulk.insert(accounts, new_only=True)
_RECORD = bulk.insert(journal, new_only=True)
_ENTER = bulk.insert(entries)
READ_HOT = Prepared(
    select(accounts.c.id, accounts.c.posted).where(accounts.c.community_id == HERE, among(accounts.c.id, IDS))
)
_MOVE_HOT = bulk.update_of(accounts, ["posted"])

_last = (
    select(func.max(entries.c.sequence))
    .where(entries.c.community_id == HERE, entries.c.account_id == accounts.c.id)
    .correlate(accounts)
    .scalar_subquery()
)
_TIPS = Prepared(
    select(entries.c.account_id, entries.c.sequence, entries.c.balance)
    .select_from(
        accounts.join(
            entries,
            and_(
                entries.c.community_id == accounts.c.community_id,
                entries.c.account_id == accounts.c.id,
                entries.c.sequence == _last,
            ),
        )
    )
    .where(accounts.c.community_id == HERE, among(accounts.c.id, IDS))
)
_tail = (
    select(journal.c.act, journal.c.legs, journal.c.refusal)
    .where(journal.c.community_id == HERE)
    .limit(bindparam("limit", type_=BigInteger))
)
#: What is to be folded: by the number it has, or, where it has none, as it was recorded.
_NUMBERED_TAIL = Prepared(
    _tail.where(journal.c.number > bindparam("folded", type_=BigInteger)).order_by(journal.c.number)
)
#: With the place of the row, where it is found without an index: only `fold` ever moves it.
_UNNUMBERED_TAIL = Prepared(
    _tail.add_columns(literal_column("CAST(ctid AS TEXT)", Text))
    .where(journal.c.number.is_(None))
    .order_by(journal.c.recorded_at, journal.c.id)
)
_NUMBER = Prepared(
    text(
        "UPDATE gridpoints_journal SET number = :folded + new.position "
        "FROM unnest(CAST(:places AS TID[])) WITH ORDINALITY AS new (place, position) "
        "WHERE gridpoints_journal.ctid = new.place"
    )
)
_tail_ids = select(journal.c.id).where(journal.c.community_id == HERE).limit(1)
_SKIP = bindparam("skip", type_=BigInteger)
_IS_LONG = {
    "sqlite": Prepared(
        _tail_ids.where(
            journal.c.number
            > select(func.coalesce(func.max(book.c.folded), 0) + _SKIP)
            .where(book.c.community_id == HERE)
            .scalar_subquery()
        )
    ),
    "postgresql": Prepared(
        _tail_ids.where(journal.c.number.is_(None))
        .order_by(journal.c.recorded_at, journal.c.id)
        .offset(_SKIP)
    ),
}


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
    """

    unfolded: int = 0
    hot: dict[str, int] = field(factory=dict)
    states: dict[str, AccountState] = field(factory=dict)
    version: int | None = None

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


#: The place before the first entry of an account, and its balance.
_NO_ENTRY = (0, 0)


class SqlFolding(SqlStatements):
    """Recording lines, and entering them in statements."""

    #: The number of the last line that is in the statements, as far as `lock` asked.
    folded = 0

    def __init__(self, connection: Connection, community: str, remembered: Remembered) -> None:
        super().__init__(connection, community)
        self.remembered = remembered

    def open(self, named: Iterable[Account]) -> None:
        """Make rows for those accounts that have none."""
        opened = list(named)
        zeros = [0] * len(opened)
        values: bulk.Columns = {
            **account_values(opened),
            "floor": [account.kind.floor for account in opened],
            "posted": zeros,
            "held": zeros,
            "dated": zeros,
            "moved_at": [None] * len(opened),
        }
        _OPEN.run(self.connection, self.community, values)

    def record(self, lines: Sequence[Line]) -> bulk.Count:
        """Put lines into the journal; those whose id is there already are left out.

        Raises `ConcurrentChange` where there are many, and one is there already.
        """
        columns: list[Sequence[Any]] = list(zip(*lines, strict=True))
        if lines and not lines[0].number:  # `fold` will give them one
            columns[0] = (None,) * len(lines)
        try:
            return _RECORD.run_bound(self.connection, self.community, columns)
        except IntegrityError as error:
            raise ConcurrentChange(kind="transaction", id=lines[0][1]) from error

    def enter(self, places: Sequence[tuple[str, int, int, int, int]]) -> None:
        """Put entries into statements."""
        _ENTER.run_bound(self.connection, self.community, list(zip(*sorted(places), strict=True)))

    # --- the book -----------------------------------------------------------------------------

    def lock_statements(self, *, wait: bool = True) -> bool:
        """Be the only one who writes statements, until the transaction ends; False: another one is."""
        _OPEN_BOOK.run(self.connection, self.community, _NEW_BOOK)
        found = self.rows(_WAIT_FOR_BOOK if wait else _TRY_BOOK)
        for (folded,) in found:
            self.folded = folded
        return bool(found)

    def set_book(self, folded: int, closed_until: datetime | None) -> None:
        """Say up to which line the statements are complete, and which period is closed."""
        _OPEN_BOOK.run(self.connection, self.community, _NEW_BOOK)
        _FOLDED.run(self.connection, self.community, {"folded": [folded]})
        self.close_book(closed_until)

    def close_book(self, until: datetime | None) -> None:
        """Say which period is closed."""
        _OPEN_BOOK.run(self.connection, self.community, _NEW_BOOK)
        _CLOSED.run(self.connection, self.community, {"closed_until": [until]})

    # --- folding ------------------------------------------------------------------------------

    def upkeep(self, last: int, written: int) -> None:
        """Fold where nobody did for far too long, and nobody else is at it."""
        self.remembered.unfolded += written
        waiting = self.remembered.unfolded if self.others_write else last - self.folded
        if waiting >= FAR_TOO_LONG and self.lock_statements(wait=False):
            self.remembered.unfolded = 0
            self._fold(most=None)

    def fold(self, *, most: int | None = None) -> int:
        self.lock_statements()
        return self._fold(most)

    def is_long(self) -> bool:
        return bool(self.rows(_IS_LONG[self.connection.dialect.name], skip=LONG - 1))

    def _fold(self, most: int | None) -> int:
        first = self.folded
        while most is None or self.folded - first < most:
            size = CHUNK if most is None else min(CHUNK, most - (self.folded - first))
            if self.others_write:
                tail = self.rows(_UNNUMBERED_TAIL, limit=size)
            else:
                tail = self.rows(_NUMBERED_TAIL, folded=self.folded, limit=size)
            numbers = range(self.folded + 1, self.folded + 1 + len(tail))
            if self.others_write:
                places = array_of_texts([row[-1] for row in tail])
                _NUMBER.run(self.connection, folded=self.folded, places=places)
            if tail:
                moving = [
                    (number, legs)
                    for number, (act, legs, refusal, *_) in zip(numbers, tail, strict=True)
                    if refusal is None and act in MOVING
                ]
                starts = range(0, len(moving), READ_AT_ONCE)
                self._enter_legs([leg for n in starts for leg in _legs(moving[n : n + READ_AT_ONCE])])
                self.folded = numbers[-1]
                _FOLDED.run(self.connection, self.community, {"folded": [self.folded]})
            if len(tail) < size:
                break
        return self.folded - first

    def _enter_legs(self, legs: Sequence[tuple[int, str, int]]) -> None:
        moved = Counter[str]()
        for _, key, amount in legs:
            moved[key] += amount
        tips = {key: (sequence, balance) for key, sequence, balance in self.rows(_TIPS, ids=moved)}
        places: list[tuple[str, int, int, int, int]] = []
        for number, key, amount in legs:
            sequence, balance = tips.get(key, _NO_ENTRY)
            tips[key] = sequence, balance = sequence + 1, balance + amount
            places.append((key, sequence, number, amount, balance))
        self.enter(places)
        self._move_hot(moved)

    def _move_hot(self, moved: Counter[str]) -> None:
        hot = [account for account in map(Account.parse, moved) if not account.kind.strict]
        self.open(hot)
        rows = self.rows(READ_HOT, ids=[account.key for account in hot])
        now = {key: posted + moved[key] for key, posted in rows}
        self.remembered.hot.update(now)
        values: bulk.Columns = {"id": list(now), "posted": list(now.values())}
        _MOVE_HOT.run(self.connection, self.community, values)


def _legs(lines: Sequence[tuple[int, str]]) -> Iterator[tuple[int, str, int]]:
    """The number of its line, account and amount of each leg, of lines with their numbers and legs."""
    # One text of all of them is read in a third of the time.
    parsed = json.loads(f"[{','.join([legs for _, legs in lines])}]")
    for (number, _), legs in zip(lines, parsed, strict=True):
        for key, amount, *_ in legs:
            yield number, key, amount


def account_values(named: Sequence[Account]) -> bulk.Columns:
    """What accounts are called, by column."""
    return {
        "id": [account.key for account in named],
        "unit": [account.unit for account in named],
        "kind": [account.kind.value for account in named],
        "owner": [account.owner for account in named],
    }
