"""How lines get into the statements of their accounts: later and together.

So a post writes what is strict and no more: a line, and the accounts that people spend from. Half of
all legs go to a few accounts that everybody uses; nobody waits for them. And entries are written
sorted, so that the database touches a page once and not for every entry.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import accumulate, islice, repeat
from typing import Any

from sqlalchemy import BigInteger, and_, bindparam, func, or_, select

from gridpoints.ledger.accounts import Account
from gridpoints.ledger.journal import MOVING
from gridpoints.storage.sql import bulk
from gridpoints.storage.sql.prepared import Prepared
from gridpoints.storage.sql.reading import (
    HERE,
    IDS,
    OLDEST,
    WAITS,
    accounts,
    book,
    entries,
    journal,
)
from gridpoints.storage.sql.recording import IN_TURN, SqlRecording
from gridpoints.storage.sql.types import among

#: From so many lines on, whoever reads enters them in statements. What they add to the balance of a hot
#: account is summed up in 0.06 ms. A hundred times as many would be entered with half the work for each,
#: which nobody notices.
LONG = 64
#: So many lines are entered by the post that finds them, so that no tail grows for ever.
FAR_TOO_LONG = 131_072
#: Lines that are read at once.
CHUNK = 8_192
#: Lines whose entries are put into statements together: of an account that moves now and then, each page of
#: its statement is written once for all of these. What is known of them is 70 bytes a line, until they are
#: entered, so many entries at once.
ENTERED_TOGETHER, ENTRIES_AT_ONCE = 262_144, 16_384
#: Lines whose legs are read at once. Of more, the lists that JSON makes live long enough for Python's
#: collector to look through all there is, again and again: two thirds of the time of folding.
READ_AT_ONCE = 256

_OPEN = bulk.insert(accounts, new_only=True)
_ENTER = bulk.insert(entries)
READ_HOT = Prepared(
    select(accounts.c.id, accounts.c.posted).where(accounts.c.community_id == HERE, among(accounts.c.id, IDS))
)
_MOVE_HOT = bulk.update_of(accounts, ["posted"])

_LIMIT, _SKIP = bindparam("limit", type_=BigInteger), bindparam("skip", type_=BigInteger)
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
#: What is to be folded, by the number it has.
_NUMBERED_TAIL = Prepared(
    select(journal.c.act, journal.c.legs, journal.c.refusal)
    .where(journal.c.community_id == HERE, journal.c.number > bindparam("folded", type_=BigInteger))
    .order_by(journal.c.number)
    .limit(_LIMIT)
)
_waiting_ids = select(journal.c.id).where(journal.c.community_id == HERE, WAITS)
_beyond = select(journal.c.id).where(
    journal.c.community_id == HERE,
    journal.c.number
    > select(func.coalesce(func.max(book.c.folded), 0) + _SKIP)
    .where(book.c.community_id == HERE)
    .scalar_subquery(),
)
#: Whether the tail is long, and what is learned meanwhile.
_IS_LONG = {
    "sqlite": Prepared(_beyond.limit(1)),
    "postgresql": Prepared(select(or_(_beyond.exists(), _waiting_ids.offset(_SKIP).exists()), OLDEST)),
}


#: By account, the number of each line that moves it and by how much, one after the other.
_Moves = defaultdict[str, list[int]]
#: The place before the first entry of an account, and its balance.
_NO_ENTRY = (0, 0)


class SqlFolding(SqlRecording):
    """Entering lines in statements."""

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

    def enter(self, places: Sequence[tuple[str, int, int, int, int]]) -> None:
        """Put entries into statements."""
        _ENTER.run_bound(self.connection, self.community, list(zip(*sorted(places), strict=True)))

    # --- folding ------------------------------------------------------------------------------

    def upkeep(self, written: int) -> None:
        """Fold where nobody did for far too long, and nobody else is at it."""
        self.remembered.unfolded += written
        self.remembered.some_wait |= 0 < written < IN_TURN
        waiting = self.remembered.unfolded if self.others_write else self.last - self.folded
        if waiting >= FAR_TOO_LONG:
            self.open_book()
            if self.lock_statements(wait=False):
                self.remembered.unfolded = 0
                self._fold(most=None)

    def fold(self, *, most: int | None = None) -> int:
        self.lock_statements()
        return self._fold(most)

    def is_long(self, *, than: int | None = None) -> bool:
        skip = LONG - 1 if than is None else than
        if self.waits is not None and self.only_reads:
            return self.waits > skip
        found = self.rows(_IS_LONG[self.connection.dialect.name], skip=skip, since=self.since)
        if not self.others_write:
            return bool(found)
        [(is_long, oldest)] = found
        self.learn(oldest)
        return bool(is_long)

    def _fold(self, most: int | None) -> int:
        if self.others_write:
            self._number(most)
        first = self.folded
        while most is None or self.folded - first < most:
            size = ENTERED_TOGETHER if most is None else min(ENTERED_TOGETHER, most - (self.folded - first))
            moves, read = self._moves(size)
            if moves:
                self._enter_moves(moves)
            if read:
                self.set_folded(self.folded + read)
            if read < size:
                break
        return self.folded - first

    def _moves(self, most: int) -> tuple[_Moves, int]:
        """What the next lines move, at most so many, and how many lines these are."""
        moves: _Moves = defaultdict(list)
        read = 0
        while read < most:
            size = min(CHUNK, most - read)
            tail = self.rows(_NUMBERED_TAIL, folded=self.folded + read, limit=size)
            moving = [
                (number, legs)
                for number, (act, legs, refusal) in enumerate(tail, self.folded + read + 1)
                if refusal is None and act in MOVING
            ]
            for start in range(0, len(moving), READ_AT_ONCE):
                _add_legs(moves, moving[start : start + READ_AT_ONCE])
            read += len(tail)
            if len(tail) < size:
                break
        return moves, read

    def _enter_moves(self, moves: _Moves) -> None:
        """Enter them account by account; nothing of `moves` is left."""
        tips = {key: (sequence, balance) for key, sequence, balance in self.rows(_TIPS, ids=moves)}
        columns: tuple[list[Any], ...] = ([], [], [], [], [])
        keys, sequences, numbers, amounts, balances = columns
        sums: dict[str, int] = {}
        for key in sorted(moves):
            moved = moves.pop(key)
            sequence, balance = tips.get(key, _NO_ENTRY)
            added = moved[1::2]
            sums[key] = sum(added)
            keys += repeat(key, len(added))
            sequences += range(sequence + 1, sequence + 1 + len(added))
            numbers += moved[::2]
            amounts += added
            balances += islice(accumulate(added, initial=balance), 1, None)
            if len(keys) >= ENTRIES_AT_ONCE or not moves:
                _ENTER.run_bound(self.connection, self.community, columns)
                for column in columns:
                    column.clear()
        self._move_hot(sums)

    def _move_hot(self, moved: Mapping[str, int]) -> None:
        hot = [account for account in map(Account.parse, moved) if not account.kind.strict]
        self.open(hot)
        rows = self.rows(READ_HOT, ids=[account.key for account in hot])
        now = {key: posted + moved[key] for key, posted in rows}
        self.remembered.hot.update(now)
        values: bulk.Columns = {"id": list(now), "posted": list(now.values())}
        _MOVE_HOT.run(self.connection, self.community, values)


def _add_legs(moves: _Moves, lines: Sequence[tuple[int, str]]) -> None:
    """Add the legs of lines with their numbers."""
    # One text of all of them is read in a third of the time.
    parsed = json.loads(f"[{','.join([legs for _, legs in lines])}]")
    for (number, _), legs in zip(lines, parsed, strict=True):
        for leg in legs:
            moves[leg[0]] += number, leg[1]


def account_values(named: Sequence[Account]) -> bulk.Columns:
    """What accounts are called, by column."""
    return {
        "id": [account.key for account in named],
        "unit": [account.unit for account in named],
        "kind": [str(account.kind) for account in named],
        "owner": [account.owner for account in named],
    }
