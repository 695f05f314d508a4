"""What is summed up over all accounts by the database: the reports of a treasurer."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Collection, Sequence
from datetime import UTC, datetime

from sqlalchemy import (
    and_,
    bindparam,
    case,
    func,
    or_,
    select,
)

from gridpoints.ledger.accounts import AccountKind
from gridpoints.ledger.journal import instant, instant_text
from gridpoints.ledger.model import Flow, Outstanding, TrialLine, Turnover
from gridpoints.storage.sql.prepared import Prepared
from gridpoints.storage.sql.reading import (
    HERE,
    IDS,
    SOME_LEFT,
    SqlReading,
    accounts,
    entries,
    journal,
    lots,
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
_within = and_(journal.c.effective_at >= _SINCE, journal.c.effective_at < _UNTIL)
_FLOWS_WITHIN, _TURNOVER_WITHIN = Prepared(_FLOWS.where(_within)), Prepared(_TURNOVER.where(_within))
_ALL_FLOWS, _ALL_TURNOVER = Prepared(_FLOWS), Prepared(_TURNOVER)


class SqlSums(SqlReading):
    """Reports, in an open transaction."""

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
        if within is None:
            rows = self.rows(_ALL_FLOWS, unit=unit)
        else:
            rows = self.rows(
                _FLOWS_WITHIN, unit=unit, since=instant_text(within.start), until=instant_text(within.end)
            )
        found = {(kind, of, reason): (entries, moved) for kind, of, reason, entries, moved in rows}
        for line, account, amount in self.tail_legs():
            if account.unit == unit and (within is None or instant(line.effective_at) in within):
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

    def turnover(self, within: Interval | None = None) -> list[Turnover]:
        if within is None:
            rows = self.rows(_ALL_TURNOVER)
        else:
            rows = self.rows(
                _TURNOVER_WITHIN, since=instant_text(within.start), until=instant_text(within.end)
            )
        found = {(unit, kind): (given, taken) for unit, kind, given, taken in rows}
        for line, account, amount in self.tail_legs():
            if within is None or instant(line.effective_at) in within:
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
