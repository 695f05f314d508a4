"""What is summed up over all accounts by the database: the reports of a treasurer."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    and_,
    bindparam,
    case,
    cast,
    column,
    func,
    not_,
    null,
    or_,
    select,
    union_all,
)
from sqlalchemy.dialects.postgresql import JSONB

from gridpoints.ledger.accounts import Account, AccountKind
from gridpoints.ledger.journal import instant, instant_text
from gridpoints.ledger.model import Flow, Outstanding, TrialLine, Turnover
from gridpoints.storage.sql.prepared import Prepared
from gridpoints.storage.sql.reading import (
    FOLDED,
    HERE,
    ID,
    IDS,
    LEG,
    OLDEST,
    SOME_LEFT,
    WAITS,
    SqlReading,
    accounts,
    entries,
    journal,
    leg_of,
    lots,
    moved,
)
from gridpoints.storage.sql.types import Text, among, exact_sum
from gridpoints.values import Interval

_SINCE = bindparam("since", type_=Text)
_UNTIL = bindparam("until", type_=Text)
_LAST = datetime.max.replace(tzinfo=UTC)

OF_ENTRY = and_(journal.c.community_id == entries.c.community_id, journal.c.number == entries.c.number)
_to_account = and_(accounts.c.community_id == entries.c.community_id, accounts.c.id == entries.c.account_id)
_count, _sum = func.count(), exact_sum(entries.c.amount)
_OPENED = Prepared(select(accounts.c.id).where(accounts.c.community_id == HERE, among(accounts.c.id, IDS)))
_TRIAL_BALANCE = Prepared(
    select(
        accounts.c.unit,
        accounts.c.kind,
        func.count(),
        exact_sum(accounts.c.posted),
        exact_sum(accounts.c.held),
    )
    .where(accounts.c.community_id == HERE)
    .group_by(accounts.c.unit, accounts.c.kind)
)
_STRICT = [kind.value for kind in AccountKind if kind.strict]
_DATED = Prepared(
    select(accounts.c.unit, lots.c.expires_at, exact_sum(lots.c.remaining))
    .select_from(
        lots.join(
            accounts,
            and_(accounts.c.community_id == lots.c.community_id, accounts.c.id == lots.c.account_id),
        )
    )
    .where(lots.c.community_id == HERE, SOME_LEFT)
    .group_by(accounts.c.unit, lots.c.expires_at)
    .order_by(accounts.c.unit, lots.c.expires_at)
)
_UNDATED = Prepared(
    select(accounts.c.unit, exact_sum(accounts.c.posted - accounts.c.dated))
    .where(accounts.c.community_id == HERE, or_(*(accounts.c.kind == kind for kind in _STRICT)))
    .group_by(accounts.c.unit)
)
_flow = (accounts.c.kind, journal.c.kind, journal.c.reason)
_all_entries = entries.join(journal, OF_ENTRY).join(accounts, _to_account)
_FLOWS = (
    select(*_flow, _count, _sum)
    .select_from(_all_entries)
    .where(entries.c.community_id == HERE, accounts.c.unit == bindparam("unit", type_=Text))
    .group_by(*_flow)
)
_TURNOVER = (
    select(
        accounts.c.unit,
        accounts.c.kind,
        exact_sum(case((entries.c.amount > 0, entries.c.amount), else_=0)),
        exact_sum(case((entries.c.amount < 0, -entries.c.amount), else_=0)),
    )
    .select_from(_all_entries)
    .where(entries.c.community_id == HERE)
    .group_by(accounts.c.unit, accounts.c.kind)
)
_ALL_FLOWS, _ALL_TURNOVER = Prepared(_FLOWS), Prepared(_TURNOVER)

# --- what was done within an interval -------------------------------------------------------------
# The legs stand in the lines of the journal: these alone are read, and only in those of the interval is it
# looked at whose points they are. When something was done, it may have been recorded at any time before or
# after: no index that is there helps. One on when it was done would cost every posting a tenth more; on
# PostgreSQL, a BRIN index would cost next to nothing, and SQLite has none.

_UNIT = bindparam("unit", type_=Text)
_within = and_(
    journal.c.community_id == HERE, moved, journal.c.effective_at >= _SINCE, journal.c.effective_at < _UNTIL
)


class _Legs:
    """The legs of lines, in the words of one database: the key of each account, and what it got or gave."""

    account: ColumnElement[str]
    amount: ColumnElement[int]

    def __init__(self, dialect: str) -> None:
        if dialect == "sqlite":
            self.each = func.json_each(journal.c.legs).table_valued("value", name="leg")
            self.account = func.json_extract(self.each.c.value, "$[0]", type_=Text)
            self.amount = cast(func.json_extract(self.each.c.value, "$[1]"), BigInteger)
            self._place = func.instr
            rest = func.substr(journal.c.legs, func.instr(journal.c.legs, LEG) + func.length(LEG), type_=Text)
            self._first = cast(rest, BigInteger)  # the digits with which it begins
            self._once = func.instr(rest, LEG) == 0
            self._oldest: ColumnElement[Any] = null()
        else:
            legs = func.jsonb_array_elements(cast(journal.c.legs, JSONB))
            self.each = legs.table_valued(column("value", JSONB), name="leg")
            self.account = cast(self.each.c.value[0].astext, Text)
            self.amount = cast(self.each.c.value[1].astext, BigInteger)
            self._place = func.strpos
            rest = func.split_part(journal.c.legs, LEG, 2, type_=Text)
            self._first = cast(func.rtrim(func.split_part(rest, ",", 1), "]"), BigInteger)
            self._once = func.split_part(journal.c.legs, LEG, 3) == ""
            self._oldest = OLDEST

    def kind(self, rest: ColumnElement[str]) -> ColumnElement[str]:
        """The kind of an account, of whose key `rest` is what follows its unit."""
        return func.substr(rest, 1, self._place(rest + "/", "/") - 1, type_=Text)

    def hot_balance(self, *tails: ColumnElement[bool]) -> Prepared:
        """What a hot account holds, how many lines wait in these tails, and `OLDEST`.

        Nearly every line has one leg of it: that is found in the text in a tenth of the time.
        """
        mine = select(func.sum(self.amount)).select_from(self.each).where(self.account == ID)
        amount = case(
            (not_(and_(moved, self._place(journal.c.legs, LEG) > 0)), 0),
            (self._once, self._first),
            else_=mine.correlate(journal).scalar_subquery(),
        ).label("amount")
        lines = select(amount).where(journal.c.community_id == HERE)
        waits = union_all(*map(lines.where, tails)).subquery()
        # Eight million of the largest amounts may wait before these are beyond 2^63.
        tail = func.coalesce(func.sum(waits.c.amount), 0).cast(BigInteger)
        return Prepared(
            select(func.coalesce(_entered, 0) + tail, func.count(), self._oldest).select_from(waits)
        )

    def flows(self) -> Prepared:
        """As `_FLOWS`."""
        mine = func.substr(self.account, 1, func.length(_UNIT) + 1) == _UNIT + "/"
        place = (
            self.kind(func.substr(self.account, func.length(_UNIT) + 2, type_=Text)).label("account_kind"),
            journal.c.kind,
            journal.c.reason,
        )
        return Prepared(
            select(*place, _count, exact_sum(self.amount))
            .select_from(journal, self.each)
            .where(_within, mine)
            .group_by("account_kind", journal.c.kind, journal.c.reason)
        )

    def turnover(self) -> Prepared:
        """As `_TURNOVER`."""
        unit_ends = self._place(self.account, "/")
        place = (
            func.substr(self.account, 1, unit_ends - 1, type_=Text).label("unit"),
            self.kind(func.substr(self.account, unit_ends + 1, type_=Text)).label("account_kind"),
        )
        return Prepared(
            select(
                *place,
                exact_sum(case((self.amount > 0, self.amount), else_=0)),
                exact_sum(case((self.amount < 0, -self.amount), else_=0)),
            )
            .select_from(journal, self.each)
            .where(_within)
            .group_by("unit", "account_kind")
        )


_entered = (
    select(accounts.c.posted).where(accounts.c.community_id == HERE, accounts.c.id == ID).scalar_subquery()
)
_NUMBERED = journal.c.number > FOLDED
_LEGS = {dialect: _Legs(dialect) for dialect in ("sqlite", "postgresql")}
_FLOWS_WITHIN = {dialect: legs.flows() for dialect, legs in _LEGS.items()}
_TURNOVER_WITHIN = {dialect: legs.turnover() for dialect, legs in _LEGS.items()}
_HOT_BALANCE = {
    "sqlite": _LEGS["sqlite"].hot_balance(_NUMBERED),
    "postgresql": _LEGS["postgresql"].hot_balance(_NUMBERED, WAITS),
}


class SqlSums(SqlReading):
    """Reports, in an open transaction."""

    def ask_hot_balance(self, account: Account) -> Callable[[], list[Any]]:
        """Ask what a hot account holds, and what waits to be entered: see `start`."""
        statement = _HOT_BALANCE[self.connection.dialect.name]
        return self.start(statement, id=account.key, leg=leg_of(account), since=self.since)

    def trial_balance(self) -> list[TrialLine]:
        found = {(unit, kind): figures for unit, kind, *figures in self.rows(_TRIAL_BALANCE)}
        # Hot accounts are opened when they are folded: some may be in the tail alone.
        hot: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
        moved = Counter[tuple[str, str]]()
        for _, account, amount in self.tail_legs():
            if not account.kind.strict:
                place = (account.unit, account.kind.value)
                moved[place] += amount
                hot[place].add(account.key)
        for place, keys in hot.items():
            opened = len(self.rows(_OPENED, ids=keys))
            accounts, posted, held = found.get(place, (0, 0, 0))
            found[place] = [accounts + len(keys) - opened, posted + moved[place], held]
        return [
            TrialLine(unit, AccountKind(kind), *figures) for (unit, kind), figures in sorted(found.items())
        ]

    def outstanding(self) -> list[Outstanding]:
        dated = [Outstanding(*row) for row in self.rows(_DATED)]
        undated = [Outstanding(unit, None, points) for unit, points in self.rows(_UNDATED) if points]
        return sorted(
            [*dated, *undated],
            key=lambda row: (row.unit, row.expires_at is None, row.expires_at or _LAST),
        )

    def flows(self, unit: str, within: Interval | None = None) -> list[Flow]:
        if within is not None:
            rows = self._within(_FLOWS_WITHIN, within, unit=unit)
            return [Flow(AccountKind(kind), *moved) for kind, *moved in sorted(rows)]
        rows = self.rows(_ALL_FLOWS, unit=unit)
        found = {(kind, of, reason): (entries, moved) for kind, of, reason, entries, moved in rows}
        for line, account, amount in self.tail_legs():
            if account.unit == unit:
                place = (account.kind.value, line.kind, line.reason)
                entries, moved = found.get(place, (0, 0))
                found[place] = (entries + 1, moved + amount)
        return [
            Flow(AccountKind(kind), of, reason, entries, moved)
            for (kind, of, reason), (entries, moved) in sorted(found.items())
        ]

    def moved(
        self, unit: str, kinds: Collection[AccountKind], bounds: Sequence[datetime]
    ) -> list[dict[AccountKind, int]]:
        moved = [Counter[AccountKind]() for _ in bounds[1:]]
        for kind, period, amount in self.rows(_moved_between(kinds, bounds), unit=unit):
            moved[period][AccountKind(kind)] += amount
        for line, account, amount in self.tail_legs():
            period = bisect_right(bounds, instant(line.effective_at)) - 1
            if account.unit == unit and account.kind in kinds and 0 <= period < len(moved):
                moved[period][account.kind] += amount
        return [dict(each) for each in moved]

    def _within(self, statements: Mapping[str, Prepared], within: Interval, **values: str) -> list[Any]:
        """What one of these answers of an interval, lines that are in no statement yet included."""
        statement = statements[self.connection.dialect.name]
        since, until = instant_text(within.start), instant_text(within.end)
        return self.rows(statement, since=since, until=until, **values)

    def turnover(self, within: Interval | None = None) -> list[Turnover]:
        if within is not None:
            rows = self._within(_TURNOVER_WITHIN, within)
            return [Turnover(unit, AccountKind(kind), *moved) for unit, kind, *moved in sorted(rows)]
        found = {(unit, kind): (given, taken) for unit, kind, given, taken in self.rows(_ALL_TURNOVER)}
        for _, account, amount in self.tail_legs():
            place = (account.unit, account.kind.value)
            given, taken = found.get(place, (0, 0))
            found[place] = (given + max(0, amount), taken + max(0, -amount))
        return [Turnover(unit, AccountKind(kind), *moved) for (unit, kind), moved in sorted(found.items())]


def _moved_between(kinds: Collection[AccountKind], bounds: Sequence[datetime]) -> Prepared:
    """The sums of all periods in one go: none of them has an index, and each would read everything."""
    starts = [instant_text(bound) for bound in bounds]
    later = [(journal.c.effective_at >= start, n) for n, start in enumerate(starts[:-1])]
    period = case(*reversed(later)).label("period")
    statement = (
        select(accounts.c.kind, period, _sum)
        .select_from(_all_entries)
        .where(
            entries.c.community_id == HERE,
            accounts.c.unit == bindparam("unit", type_=Text),
            or_(*(accounts.c.kind == kind.value for kind in kinds)),
            journal.c.effective_at >= starts[0],
            journal.c.effective_at < starts[-1],
        )
        .group_by(accounts.c.kind, "period")
    )
    return Prepared(statement)
