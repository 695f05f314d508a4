"""What is read from the ledger of one community, whatever is asked: its lines, holds and units.

Lines that were not folded yet are the tail: there are never many, and every answer adds what they did.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import datetime
from functools import cached_property
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    and_,
    bindparam,
    case,
    cast,
    func,
    literal_column,
    or_,
    select,
    text,
    true,
    union_all,
)

from gridpoints.ledger.accounts import Account, AccountKind, Hold, HoldStatus
from gridpoints.ledger.journal import MOVING, Act, Line
from gridpoints.storage.sql import tables
from gridpoints.storage.sql.prepared import Prepared
from gridpoints.storage.sql.remembered import Remembered, Written
from gridpoints.storage.sql.types import Instant, Text, TextSet, among
from gridpoints.values import Unit

units = tables.table_of(tables.UnitRow)
accounts = tables.table_of(tables.AccountRow)
lots = tables.table_of(tables.LotRow)
holds = tables.table_of(tables.HoldRow)
journal = tables.table_of(tables.JournalRow)
entries = tables.table_of(tables.EntryRow)
book = tables.table_of(tables.BookRow)

HERE = bindparam("community", type_=Text)
IDS = bindparam("ids", type_=TextSet)
ID = bindparam("id", type_=Text)
AT = bindparam("at", type_=Instant)
AFTER = bindparam("after", type_=BigInteger)

#: Lines that are read at once, and a limit that is none.
PAGE, ALL = 5_000, 2**62
#: A line, in the order of its fields.
LINE = [column for column in journal.c if column.name not in ("community_id", "writer")]
#: One that gets its number later.
UNNUMBERED = LINE[1:]
UNNUMBERED_NAMES = [column.name for column in UNNUMBERED]
#: Of those that wait for a number, all that there can be: see `Remembered.since`. In a subquery, for which
#: PostgreSQL makes one plan for all; with the figure itself it would make another one each time.
WAITS = journal.c.writer >= select(bindparam("since", type_=BigInteger)).scalar_subquery()
_oldest_waiting = (
    select(journal.c.writer)
    .where(journal.c.community_id == HERE, WAITS)
    .order_by(journal.c.writer)
    .limit(literal_column("1"))
    .scalar_subquery()
)
#: The oldest transaction whose lines may wait for a number, or come yet: all that is older was committed or
#: undone, and is numbered. Null to one that has numbered lines itself, which others do not see yet.
OLDEST = case(
    (
        func.coalesce(func.current_setting("gridpoints.numbered", True), "") == "",
        func.least(
            cast(cast(func.pg_snapshot_xmin(func.pg_current_snapshot()), Text), BigInteger), _oldest_waiting
        ),
    )
)

_of_hold = and_(accounts.c.community_id == holds.c.community_id, accounts.c.id == holds.c.account_id)
_HOLD_OF_ACCOUNT = [
    holds.c.id,
    accounts.c.unit,
    accounts.c.kind,
    accounts.c.owner,
    holds.c.amount,
    holds.c.placed_at,
    holds.c.expires_at,
    holds.c.remaining,
    holds.c.reason,
    holds.c.status,
]
holds_with_accounts = (
    select(*_HOLD_OF_ACCOUNT).select_from(holds.join(accounts, _of_hold)).where(holds.c.community_id == HERE)
)
#: In the words of the index, which a parameter would not match.
_OPEN, SOME_LEFT = text("gridpoints_hold.status = 'open'"), text("gridpoints_lot.remaining > 0")
RARE = text("gridpoints_journal.act IN ('close', 'debt')")
OVERDUE = and_(_OPEN, holds.c.expires_at <= AT)
_of_these = among(accounts.c.id, bindparam("account_ids", type_=TextSet))
_of_one = (
    select(holds).where(_of_hold, OVERDUE).correlate(accounts).offset(literal_column("0")).lateral("one")
)
#: Open holds of some accounts that ran out. PostgreSQL, which may take a table for one of a few rows, would
#: rather read all holds than look for ten accounts in an index: it is told to go account by account.
overdue_holds = {
    "sqlite": holds_with_accounts.where(
        OVERDUE, among(holds.c.account_id, bindparam("account_ids", type_=TextSet))
    ),
    "postgresql": select(*(_of_one.c[c.name] if c.table is holds else c for c in _HOLD_OF_ACCOUNT))
    .select_from(accounts.join(_of_one, true()))
    .where(accounts.c.community_id == HERE, _of_these),
}

_UNITS = Prepared(select(units.c.code, units.c.scale, units.c.names).where(units.c.community_id == HERE))
_HOLD = Prepared(holds_with_accounts.where(holds.c.id == ID))
_HOLDS_OF = Prepared(
    holds_with_accounts.where(holds.c.account_id == ID).order_by(holds.c.placed_at, holds.c.id)
)

# --- lines and entries ----------------------------------------------------------------------------

moved = and_(journal.c.refusal.is_(None), or_(*(journal.c.act == act for act in sorted(MOVING))))
_lines = select(*LINE).where(journal.c.community_id == HERE)
_LINE = Prepared(_lines.where(journal.c.id == ID))
_LINES = Prepared(
    _lines.where(journal.c.number > AFTER)
    .order_by(journal.c.number)
    .limit(bindparam("limit", type_=BigInteger))
)
_UNNUMBERED = Prepared(
    _lines.where(
        or_(journal.c.number.is_(None), journal.c.number <= 0, journal.c.writer.is_not(None))
    ).order_by(journal.c.recorded_at, journal.c.id)
)
_WAITING = Prepared(select(func.count()).select_from(journal).where(journal.c.community_id == HERE, WAITS))
_ABOUT = Prepared(
    _lines.where(
        among(journal.c.subject, IDS), journal.c.subject.is_not(None), journal.c.refusal.is_(None)
    ).order_by(journal.c.recorded_at, journal.c.id)
)
_CLOSED_UNTIL = Prepared(select(book.c.closed_until).where(book.c.community_id == HERE))
_DEBTS = Prepared(
    _lines.where(RARE, journal.c.act == Act.DEBT.value).order_by(journal.c.recorded_at, journal.c.id)
)
#: How a leg of an account begins, in the text of a line's legs.
LEG = bindparam("leg", type_=Text)
LAST_NUMBER = (
    select(func.coalesce(func.max(journal.c.number), 0))
    .where(journal.c.community_id == HERE, journal.c.number.is_not(None))
    .scalar_subquery()
)
FOLDED = func.coalesce(select(book.c.folded).where(book.c.community_id == HERE).scalar_subquery(), 0)


def _tails(*conditions: ColumnElement[bool]) -> dict[str, Prepared]:
    """Lines that are in no statement, by their number or, where they have none, as they were recorded."""
    numbered = _lines.where(moved, journal.c.number > FOLDED, *conditions)
    either = union_all(numbered, _lines.where(moved, WAITS, *conditions)).subquery()
    order = (either.c.number.nulls_last(), either.c.recorded_at, either.c.id)
    return {
        "sqlite": Prepared(numbered.order_by(journal.c.number)),
        "postgresql": Prepared(select(either).order_by(*order)),
    }


_TAIL = _tails()
_TAIL_OF = _tails(func.replace(journal.c.legs, LEG, "") != journal.c.legs)


class SqlReading:
    """A ledger that is read, in an open transaction."""

    def __init__(
        self,
        connection: Connection,
        community: str,
        remembered: Remembered,
        since: int | None,
        written: Written,
    ) -> None:
        self.connection = connection
        self.community = community
        self.remembered = remembered
        self.written = written
        self._since = since
        self.only_reads = since is not None
        self.others_write = self.numbers_later = connection.dialect.name == "postgresql"
        #: The units that published rules declare, by code.
        self.units: Mapping[str, Unit] = _Units(connection, community)

    @property
    def since(self) -> int:
        """See `Remembered.since`. In a snapshot, as it was before: what was numbered since waits in there."""
        return self.remembered.since if self._since is None else self._since

    def learn(self, oldest: int | None) -> None:
        """Remember `OLDEST`."""
        if oldest is not None:
            self.remembered.since = oldest

    def rows(self, statement: Prepared, **values: Any) -> list[Any]:
        """What a statement answers for this community."""
        return statement.rows(self.connection, community=self.community, **values)

    def start(self, statement: Prepared, **values: Any) -> Callable[[], list[Any]]:
        """Ask it; what is answered fetches its rows, later: see `pipeline`."""
        return statement.start(self.connection, community=self.community, **values)

    def find_hold(self, id: str) -> Hold | None:
        return next(map(hold_of, self.rows(_HOLD, id=id)), None)

    def holds_of(self, account: Account) -> list[Hold]:
        return [hold_of(row) for row in self.rows(_HOLDS_OF, id=account.key)]

    # --- lines --------------------------------------------------------------------------------

    def line(self, id: str) -> Line | None:
        return next(map(line_of, self.rows(_LINE, id=id)), None)

    def about(self, subjects: Collection[str]) -> list[Line]:
        return [line_of(row) for row in self.rows(_ABOUT, ids=subjects)] if subjects else []

    def closed_until(self) -> datetime | None:
        return next((until for (until,) in self.rows(_CLOSED_UNTIL)), None)

    def debts(self) -> list[Line]:
        return [line_of(row) for row in self.rows(_DEBTS)]

    def lines(self, after: int = 0, limit: int | None = None) -> Iterator[Line]:
        while limit is None or limit > 0:
            size = PAGE if limit is None else min(limit, PAGE)
            rows = self.rows(_LINES, after=after, limit=size)
            yield from map(Line._make, rows)
            if len(rows) < size:
                return
            after = rows[-1][0]
            limit = None if limit is None else limit - size

    def unnumbered(self) -> Iterator[Line]:
        yield from map(line_of, self.rows(_UNNUMBERED))

    def waiting(self) -> int:
        [(waiting,)] = self.rows(_WAITING, since=self.since)
        return int(waiting)

    def tail_legs(self) -> Iterator[tuple[Line, Account, int]]:
        """Every leg that is in no statement yet, with its line and account."""
        for row in self.rows(_TAIL[self.connection.dialect.name], since=self.since):
            line = line_of(row)
            for key, amount, _ in line.each_leg():
                yield line, Account.parse(key), amount

    def tail_of(self, account: Account) -> Iterator[tuple[Line, int]]:
        """The amounts that are not in the statement of an account yet, with their lines."""
        leg = leg_of(account)
        for row in self.rows(_TAIL_OF[self.connection.dialect.name], leg=leg, since=self.since):
            line = line_of(row)
            for key, amount, _ in line.each_leg():
                if key == account.key:
                    yield line, amount


class _Units(Mapping[str, Unit]):
    """The units of a community, read when one of them is first asked for."""

    def __init__(self, connection: Connection, community: str) -> None:
        self._connection = connection
        self._community = community

    @cached_property
    def _all(self) -> dict[str, Unit]:
        rows = _UNITS.rows(self._connection, community=self._community)
        return {code: Unit(code, scale, names) for code, scale, names in rows}

    def __getitem__(self, code: str) -> Unit:
        return self._all[code]

    def __iter__(self) -> Iterator[str]:
        return iter(self._all)

    def __len__(self) -> int:
        return len(self._all)


def leg_of(account: Account) -> str:
    """For `LEG`."""
    return f'["{account.key}",'


def line_of(row: Sequence[Any]) -> Line:
    """A line from a row; one without a number has 0."""
    return Line(row[0] or 0, *row[1:])


def hold_of(row: Sequence[Any]) -> Hold:
    """A hold from a row of `holds_with_accounts`."""
    id, unit, kind, owner, amount, placed_at, expires_at, remaining, reason, status = row
    account = Account(unit, AccountKind(kind), owner)
    return Hold(id, account, amount, placed_at, expires_at, remaining, reason, HoldStatus(status))
