"""What a post must know before it decides: accounts locked, what stands under its ids, the open period."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence, Set
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import BigInteger, bindparam, column, func, null, or_, select, type_coerce, union_all

from gridpoints.ledger.accounts import Account
from gridpoints.ledger.journal import Act, instant, instant_text
from gridpoints.ledger.locked import Locked
from gridpoints.ledger.lots import AccountState
from gridpoints.ledger.request import Wanted
from gridpoints.ledger.reversal import Original
from gridpoints.storage.sql.folding import READ_HOT, SqlFolding
from gridpoints.storage.sql.prepared import Prepared, pipeline
from gridpoints.storage.sql.reading import (
    HERE,
    ID,
    IDS,
    LAST_NUMBER,
    LINE,
    RARE,
    SOME_LEFT,
    accounts,
    book,
    hold_of,
    holds,
    holds_with_accounts,
    journal,
    line_of,
    lots,
    overdue_holds,
)
from gridpoints.storage.sql.types import Text, among

LOCK = (
    select(
        accounts.c.id,
        accounts.c.floor,
        accounts.c.posted,
        accounts.c.held,
        accounts.c.dated,
        accounts.c.moved_at,
    )
    .where(accounts.c.community_id == HERE, among(accounts.c.id, IDS))
    .order_by(accounts.c.id)
)
_LOCK = Prepared(LOCK.with_for_update(key_share=True))
_line_stands = select(1).where(journal.c.community_id == HERE, journal.c.id == ID).exists()
#: The ends of closed periods that lie ahead: nobody posts by a clock that is so far behind.
AHEAD = select(*LINE).where(
    journal.c.community_id == HERE,
    RARE,
    journal.c.act == Act.CLOSE.value,
    journal.c.effective_at > bindparam("now", type_=Text),
)
#: The same, and whether there is a line to be read: most units of work are one transaction.
_LOCK_FOR_ONE = Prepared(
    LOCK.add_columns(or_(_line_stands, AHEAD.exists())).with_for_update(key_share=True, of=accounts)
)
_LOTS = Prepared(
    select(lots.c.account_id, lots.c.expires_at, lots.c.remaining).where(
        lots.c.community_id == HERE, among(lots.c.account_id, IDS), SOME_LEFT
    )
)
_named = holds_with_accounts.where(among(holds.c.id, IDS))
_NAMED_HOLDS = Prepared(_named)
_OVERDUE_HOLDS = {dialect: Prepared(overdue) for dialect, overdue in overdue_holds.items()}
#: Both at once; one that is both stands there twice.
_NAMED_AND_OVERDUE_HOLDS = {
    dialect: Prepared(union_all(_named, overdue)) for dialect, overdue in overdue_holds.items()
}
_KNOWN = Prepared(select(*LINE).where(journal.c.community_id == HERE, among(journal.c.id, IDS)))
#: Whether a line stands under one of these ids, or one between them: most are made in time, and new.
_any_between = (
    select(journal.c.id)
    .where(
        journal.c.community_id == HERE,
        journal.c.id >= bindparam("first", type_=Text),
        journal.c.id <= bindparam("last", type_=Text),
    )
    .exists()
)
#: Each id is looked for only where there is one.
_KNOWN_OR_AHEAD = Prepared(
    union_all(
        select(*LINE).where(journal.c.community_id == HERE, among(journal.c.id, IDS), _any_between), AHEAD
    )
)
_folded = (
    select(func.coalesce(func.max(book.c.folded), 0)).where(book.c.community_id == HERE).scalar_subquery()
)
_closed_until = select(book.c.closed_until).where(book.c.community_id == HERE).scalar_subquery()
_BOOK = Prepared(select(LAST_NUMBER, _folded, _closed_until))
_any_known = type_coerce(_any_between, BigInteger)  # in a column of numbers
_version = (
    select(column("data_version", BigInteger))
    .select_from(func.pragma_data_version().table_valued())
    .scalar_subquery()
)
#: All that whoever writes alone has to know, in one statement: a row for the book and the version of the
#: file, which changes with what others write, then the accounts.
_LOCK_ALONE = Prepared(
    union_all(select(null(), LAST_NUMBER, _folded, _any_known, _version, _closed_until), LOCK.order_by(None))
)
_KEY = func.hashtextextended(bindparam("key", type_=Text), 0)
_ADVISE = Prepared(select(func.pg_advisory_xact_lock(_KEY)))
_ADVISE_SHARED = Prepared(select(func.pg_advisory_xact_lock_shared(_KEY)))


#: So many lines are written with COMMIT, on PostgreSQL: there, the way to the database is what a short post
#: costs. More are sooner copied.
WITH_COMMIT = 500
#: Under which the sum of dated lots stands until they are read.
_UNREAD = datetime.max.replace(tzinfo=UTC)


class SqlLocking(SqlFolding):
    """Locks what is wanted, and reads what decides."""

    #: What `lock` found out for those who write: accounts that it opened, and hot ones that are theirs alone.
    _opened: frozenset[str] = frozenset()
    _alone: Set[str] = frozenset()

    def lock(self, wanted: Wanted, at: datetime) -> Locked:
        locked = Locked({}, {}, self.units)
        self.numbers_at_once = False
        if self.others_write:
            self._take_turns(wanted)
            if wanted.backdated:
                self._read_book(locked)
        touched = wanted.accounts
        if wanted.holds and not touched:
            found = self.rows(_NAMED_HOLDS, ids=wanted.holds)
            touched = {account.key: account for account in map(_account_of, found)}
        if not self._lock_touched(touched, wanted, at, locked):
            # A hold on another account than those that were named: that one, too. Where others who are as
            # far as this wait for one another, the database lets one of them go on.
            found = self.rows(_NAMED_HOLDS, ids=wanted.holds)
            others = {account.key: account for account in map(_account_of, found)}
            opened = self._opened
            self._lock_touched({**touched, **others}, wanted, at, locked)
            self._opened |= opened
        if wanted.originals:
            locked.originals = self._originals(wanted.originals)
        return locked

    def _lock_touched(
        self, touched: Mapping[str, Account], wanted: Wanted, at: datetime, locked: Locked
    ) -> bool:
        """Lock accounts and read their holds; answers whether all holds that are named are on these."""
        strict, hot = strict_and_hot(touched)
        found = self._lock(strict, wanted, at, locked)
        self._alone = frozenset()
        if hot:
            self._add_hot(hot, wanted.alone, locked)
        at_stake = [key for key, state in locked.accounts.items() if state.held]
        if wanted.holds:
            if found is None:
                either = _NAMED_AND_OVERDUE_HOLDS[self.connection.dialect.name]
                found = self.rows(either, ids=wanted.holds, account_ids=at_stake, at=at)
        elif at_stake:
            found = self.rows(_OVERDUE_HOLDS[self.connection.dialect.name], account_ids=at_stake, at=at)
        else:
            found = []
        holds = {hold.id: hold for hold in map(hold_of, found)} if found else {}
        locked.holds = {id: hold for id, hold in holds.items() if hold.account.key in locked.accounts}
        return len(locked.holds) == len(holds)

    def _originals(self, ids: Collection[str]) -> dict[str, Original]:
        found = {}
        for line in map(line_of, self.rows(_KNOWN, ids=ids)):
            reversals = [other for other in self.about([line.id]) if other.act == Act.REVERSE]
            found[line.id] = Original.of(line, reversals)
        return found

    def _known(self, ids: Collection[str], at: datetime, locked: Locked) -> Callable[[], None]:
        """Ask for the lines under these ids, and for a period that is closed beyond `at`."""
        first, last = _ends(ids)
        fetch = self.start(_KNOWN_OR_AHEAD, ids=ids, first=first, last=last, now=instant_text(at))

        def read() -> None:
            for line in map(line_of, fetch()):
                if line.act == Act.CLOSE:
                    until = instant(line.effective_at)
                    locked.closed_until = max(until, locked.closed_until or until)
                else:
                    locked.known[line.id] = line

        return read

    def _take_turns(self, wanted: Wanted) -> None:
        """Wait, before any account is locked, for whoever closes the period or reverses the same."""
        if wanted.backdated:
            self.rows(_ADVISE_SHARED, key=f"{self.community} period")
        for id in sorted(wanted.originals):
            self.rows(_ADVISE, key=f"{self.community} {id}")
        if wanted.alone:
            self.lock_statements()

    def _read_book(self, locked: Locked) -> None:
        [read] = self.rows(_BOOK)
        self._keep_book(locked, *read)

    def _keep_book(self, locked: Locked, last: int, folded: int, closed_until: datetime | None) -> None:
        self.last, self.folded, locked.closed_until = last, folded, closed_until

    def lock_book(self) -> Locked:
        if self.others_write:
            self.rows(_ADVISE, key=f"{self.community} period")
        self._opened = self._alone = frozenset()
        self.numbers_at_once = False
        locked = Locked({}, {}, self.units)
        self._read_book(locked)
        return locked

    def _lock(
        self, strict: Mapping[str, Account], wanted: Wanted, at: datetime, locked: Locked
    ) -> list[Any] | None:
        """Lock accounts, and read what stands under the ids; answers the holds, if they came with it."""
        ids, holds = wanted.ids, None
        if not self.others_write:
            locked.accounts = self._lock_alone(strict, ids, locked)
        elif strict and len(ids) <= 1:
            locked.accounts, holds = self._lock_for_one(strict, wanted, at, locked)
        else:
            with pipeline(self.connection):  # what is known is read behind the locks
                states = self._states(strict)
                read_known = self._known(ids, at, locked)
            locked.accounts = states()
            read_known()
        self._opened = frozenset()
        if len(locked.accounts) < len(strict):
            self._open_missing(strict, ids, at, locked)
            holds = None  # whoever opened one of them at this moment may have placed some
        if dated := {key: state for key, state in locked.accounts.items() if _UNREAD in state.dated}:
            for state in dated.values():
                state.dated = {}
            for key, expires_at, remaining in self.rows(_LOTS, ids=dated):
                dated[key].dated[expires_at] = remaining
        return holds

    def _open_missing(
        self, strict: Mapping[str, Account], ids: Collection[str], at: datetime, locked: Locked
    ) -> None:
        if missing := {k: a for k, a in strict.items() if k not in locked.accounts and a.unit in self.units}:
            # In a statement of its own: where another writer opens one of them at this moment, this
            # waits until it is there for both.
            self.open(missing.values())
            self._opened = frozenset(missing)
            locked.accounts |= self._states(missing)()
            if self.others_write:
                self._known(ids, at, locked)()

    def _lock_alone(
        self, strict: Mapping[str, Account], ids: Collection[str], locked: Locked
    ) -> dict[str, AccountState]:
        """Read what nobody else can change, and what stands under the ids; no account that is remembered."""
        first, last = _ends(ids)
        states = self.remembered.states
        taken = states.take(self.community, strict)
        asked = [key for key in strict if key not in taken] if taken else strict
        [book, *rows] = self.rows(_LOCK_ALONE, ids=asked, first=first, last=last)
        if (version := book[4]) != states.version:
            states.forget(version)
            if taken:
                return self._lock_alone(strict, ids, locked)
        _, number, folded, any_known, _, closed_until = book
        self._keep_book(locked, number, folded, closed_until)
        if any_known:
            locked.known = {line.id: line for line in map(line_of, self.rows(_KNOWN, ids=ids))}
        return taken | _states_in(rows, strict)

    def _lock_for_one(
        self, strict: Mapping[str, Account], wanted: Wanted, at: datetime, locked: Locked
    ) -> tuple[dict[str, AccountState], list[Any] | None]:
        """Lock accounts for one transaction (or none), and read what stands under its id, if anything does.

        What stands is seen as it was before this waited for a lock: `write` finds what came meanwhile. Holds
        that are wanted are read behind the locks.
        """
        values = {"ids": strict, "id": next(iter(wanted.ids), ""), "now": instant_text(at)}
        if wanted.holds:
            with pipeline(self.connection):
                fetch = self.start(_LOCK_FOR_ONE, **values)
                either = _NAMED_AND_OVERDUE_HOLDS["postgresql"]
                fetch_holds = self.start(either, ids=wanted.holds, account_ids=strict, at=at)
            rows, holds = fetch(), fetch_holds()
        else:
            rows, holds = self.rows(_LOCK_FOR_ONE, **values), None
        if not rows or rows[0][-1]:
            self._known(wanted.ids, at, locked)()
        return _states_in(rows, strict), holds

    def _states(self, named: Mapping[str, Account]) -> Callable[[], dict[str, AccountState]]:
        if not named:
            return dict
        fetch = self.start(_LOCK, ids=named)
        return lambda: _states_in(fetch(), named)

    def _add_hot(self, hot: Mapping[str, Account], alone: set[str], locked: Locked) -> None:
        """Hot accounts, as if they had no floor; but those that are ours alone as they really are."""
        strict, held = locked.accounts.values(), self.remembered.hot
        units = {account.unit for account in hot.values()}
        units = {u for u in units if any(state.account.unit == u for state in strict) or u in self.units}
        hot = {key: account for key, account in hot.items() if account.unit in units}
        if new := hot.keys() - held.keys():
            held |= dict.fromkeys(new, 0)
            held |= dict(self.rows(READ_HOT, ids=new))
        locked.accounts |= {key: AccountState(account, None, held[key]) for key, account in hot.items()}
        if alone:
            self._alone = alone & locked.accounts.keys()
        if self._alone:
            self.fold()
            self._read_book(locked)
            locked.accounts |= {key: AccountState(hot[key], hot[key].kind.floor) for key in self._alone}
            locked.accounts |= self._states({key: hot[key] for key in self._alone})()


def strict_and_hot(accounts: Mapping[str, Account]) -> tuple[dict[str, Account], dict[str, Account]]:
    """The strict ones of some accounts, and the hot ones."""
    strict, hot = dict[str, Account](), dict[str, Account]()
    for key, account in accounts.items():
        (strict if account.kind.strict else hot)[key] = account
    return strict, hot


def _ends(ids: Collection[str]) -> tuple[str, str]:
    return (min(ids), max(ids)) if ids else ("", "")


def _states_in(rows: Sequence[Any], named: Mapping[str, Account]) -> dict[str, AccountState]:
    """The states in the rows of `LOCK`, whatever else these have."""
    states = {}
    for row in rows:
        key, floor, posted, held, dated, moved_at = row[:6]
        lots = {_UNREAD: dated} if dated else {}
        states[key] = AccountState(named[key], floor, posted, held, lots, moved_at)
    return states


def _account_of(row: Sequence[Any]) -> Account:
    return hold_of(row).account
