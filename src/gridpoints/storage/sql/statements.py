"""How balances and statements are read from the database, and the totals of an account."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from functools import cache
from itertools import accumulate
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Select,
    and_,
    bindparam,
    case,
    cast,
    func,
    literal_column,
    select,
)
from sqlalchemy.dialects.postgresql import JSONB

from gridpoints.ledger.accounts import Account, Balance
from gridpoints.ledger.journal import Line, instant, instant_text
from gridpoints.ledger.model import Entry, Totals
from gridpoints.storage.ledger_port import Only
from gridpoints.storage.sql.prepared import Prepared, pipeline
from gridpoints.storage.sql.reading import (
    AFTER,
    ALL,
    AT,
    HERE,
    ID,
    IDS,
    LINE,
    OVERDUE,
    SOME_LEFT,
    accounts,
    entries,
    holds,
    journal,
    leg_of,
    line_of,
    lots,
)
from gridpoints.storage.sql.sums import OF_ENTRY, SqlSums
from gridpoints.storage.sql.types import Text, among, exact_sum

_UNTIL = bindparam("until", type_=Text)

# --- balances -------------------------------------------------------------------------------------

_released = (
    select(func.coalesce(func.sum(holds.c.remaining), 0).cast(BigInteger))
    .where(holds.c.community_id == HERE, holds.c.account_id == accounts.c.id, OVERDUE)
    .scalar_subquery()
)
_expired = (
    select(func.coalesce(func.sum(lots.c.remaining), 0).cast(BigInteger))
    .where(lots.c.community_id == HERE, lots.c.account_id == accounts.c.id, lots.c.expires_at <= AT)
    .scalar_subquery()
)
_BALANCES = Prepared(
    select(
        accounts.c.id,
        accounts.c.posted,
        case((accounts.c.held > 0, accounts.c.held - _released), else_=0),
        case((accounts.c.dated > 0, _expired), else_=0),
    ).where(accounts.c.community_id == HERE, among(accounts.c.id, IDS))
)
_LOTS_OF = Prepared(
    select(lots.c.expires_at, lots.c.remaining)
    .where(lots.c.community_id == HERE, lots.c.account_id == ID, SOME_LEFT)
    .order_by(lots.c.expires_at)
)
_OVERDUE_ACCOUNTS = Prepared(
    select(lots.c.account_id)
    .select_from(
        lots.join(
            accounts,
            and_(accounts.c.community_id == lots.c.community_id, accounts.c.id == lots.c.account_id),
        )
    )
    .where(
        lots.c.community_id == HERE,
        SOME_LEFT,
        lots.c.expires_at <= AT,
        accounts.c.posted > accounts.c.held - _released,
    )
    .order_by(lots.c.expires_at, lots.c.account_id)  # in the order of the index
    .limit(bindparam("limit", type_=BigInteger))
)
# --- entries --------------------------------------------------------------------------------------

_here = (entries.c.community_id == HERE, entries.c.account_id == ID)
_ENTRIES = (
    select(entries.c.sequence, entries.c.amount, entries.c.balance, *LINE)
    .select_from(entries.join(journal, OF_ENTRY))
    .where(*_here, entries.c.sequence > AFTER)
    .order_by(entries.c.sequence)
)
_FIRST_ENTRIES = Prepared(_ENTRIES.limit(bindparam("limit", type_=BigInteger)))
_LAST_ENTRY = Prepared(
    select(entries.c.sequence, entries.c.balance).where(*_here).order_by(entries.c.sequence.desc()).limit(1)
)
_MOVED_UNTIL = {
    recorded: Prepared(
        select(exact_sum(entries.c.amount))
        .select_from(entries.join(journal, OF_ENTRY))
        .where(*_here, (journal.c.recorded_at if recorded else journal.c.effective_at) <= _UNTIL)
    )
    for recorded in (True, False)
}
_ONCE = bindparam("once", type_=Text)
#: A text under a key of the metadata, which on SQLite stands in a path.
_SAME = {
    "sqlite": func.json_extract(journal.c["metadata"], _ONCE),
    "postgresql": func.jsonb_extract_path_text(cast(journal.c["metadata"], JSONB), _ONCE),
}


class SqlStatements(SqlSums):
    """Balances and statements, in an open transaction."""

    #: How many lines are in no statement, where `balances` counted them.
    waits: int | None = None

    # --- balances -----------------------------------------------------------------------------

    def balances(self, accounts: Collection[Account], at: datetime) -> dict[Account, Balance]:
        strict = [account.key for account in accounts if account.kind.strict]
        hot = [account for account in accounts if not account.kind.strict]
        with pipeline(self.connection):
            asked = self.start(_BALANCES, ids=strict, at=at) if strict else list
            answers = [self.ask_hot_balance(account) for account in hot]
        found: dict[str, Sequence[int]] = {key: figures for key, *figures in asked()}
        for account, answer in zip(hot, answers, strict=True):
            [(posted, self.waits, oldest)] = answer()
            self.learn(oldest)
            found[account.key] = (posted, 0, 0)
        balances = {}
        for account in accounts:
            posted, held, expired = found.get(account.key, (0, 0, 0))
            balances[account] = Balance(account, posted, held, max(0, min(expired, posted - held)))
        return balances

    def lots(self, account: Account) -> dict[datetime, int]:
        return dict(self.rows(_LOTS_OF, id=account.key))

    def overdue_accounts(self, at: datetime, limit: int) -> list[Account]:
        keys = dict.fromkeys(key for (key,) in self.rows(_OVERDUE_ACCOUNTS, at=at, limit=limit))
        return list(map(Account.parse, keys))

    # --- entries ------------------------------------------------------------------------------

    def entries(
        self,
        account: Account,
        *,
        after: int = 0,
        since: datetime | None = None,
        until: datetime | None = None,
        only: Only | None = None,
        limit: int | None = None,
    ) -> list[Entry]:
        values = {"id": account.key, "after": after}
        if since is None and until is None and only in (None, Only()):
            rows = self.rows(_FIRST_ENTRIES, **values, limit=ALL if limit is None else limit)
        else:
            rows = self.rows(Prepared(self._wanted(since, until, only).limit(limit)), **values)
        found = [_entry(account, row[0], row[1], row[2], line_of(row[3:])) for row in rows]
        if limit is None or len(found) < limit:
            found += (
                entry
                for entry, line in self._tail_entries(account)
                if entry.sequence > after
                and (since is None or since <= entry.recorded_at)
                and (until is None or entry.recorded_at < until)
                and (only is None or only.wants(line))
            )
        return found if limit is None else found[:limit]

    def _wanted(self, since: datetime | None, until: datetime | None, only: Only | None) -> Select[Any]:
        statement = _ENTRIES
        if since is not None:
            statement = statement.where(journal.c.recorded_at >= instant_text(since))
        if until is not None:
            statement = statement.where(journal.c.recorded_at < instant_text(until))
        if only is None:
            return statement
        if only.kind is not None:
            statement = statement.where(journal.c.kind == only.kind)
        if only.reason is not None:
            statement = statement.where(journal.c.reason == only.reason)
        if only.other is not None:
            statement = statement.where(
                func.replace(journal.c.legs, leg_of(only.other), "") != journal.c.legs
            )
        metadata = journal.c["metadata"]
        for key, wanted in only.metadata.items():
            if self.others_write:
                value = func.jsonb_extract_path(cast(metadata, JSONB), key)
                statement = statement.where(value == func.to_jsonb(cast(wanted, Text)))
            else:  # a path into JSON cannot name every key
                each = func.json_each(metadata).table_valued("key", "type", "value")
                same = (each.c.key == key, each.c.type == "text", each.c.value == wanted)
                statement = statement.where(select(1).select_from(each).where(*same).exists())
        return statement

    def _tail_entries(self, account: Account) -> Iterator[tuple[Entry, Line]]:
        tip = None
        for line, amount in self.tail_of(account):
            if tip is None:
                tip = next(iter(self.rows(_LAST_ENTRY, id=account.key)), (0, 0))
            tip = (tip[0] + 1, tip[1] + amount)
            yield _entry(account, tip[0], amount, tip[1], line), line

    def moved_until(self, account: Account, at: datetime, *, recorded: bool) -> int:
        until = instant_text(at)
        [(moved,)] = self.rows(_MOVED_UNTIL[recorded], id=account.key, until=until)
        return int(moved or 0) + sum(
            amount
            for line, amount in self.tail_of(account)
            if (line.recorded_at if recorded else line.effective_at) <= until
        )

    def totals_until(
        self,
        account: Account,
        bounds: Sequence[datetime | None],
        *,
        after: int = 0,
        once: str | None = None,
    ) -> list[tuple[int, list[Totals]]]:
        dialect = self.connection.dialect.name
        starts = [instant_text(bound) for bound in bounds if bound is not None]
        statement = _totals(dialect, len(starts), bounded=len(starts) == len(bounds), once=once is not None)
        values: dict[str, Any] = {f"until_{n}": start for n, start in enumerate(starts)}
        if once is not None:
            values["once"] = once if self.others_write else f'$."{once}"'
        moved: list[list[Totals]] = [[] for _ in bounds]
        reached = [0 for _ in bounds]
        for period, last, *figures in self.rows(statement, id=account.key, after=after, **values):
            moved[period].append(Totals(*figures))
            reached[period] = max(reached[period], last)
        if not reached[0]:
            reached[0] = min(
                after, next((sequence for sequence, _ in self.rows(_LAST_ENTRY, id=account.key)), 0)
            )
        return [
            (last, sorted(totals, key=lambda each: each.kind))
            for last, totals in zip(accumulate(reached, max), moved, strict=True)
        ]


@cache
def _totals(dialect: str, bounds: int, *, bounded: bool, once: bool) -> Prepared:
    """The totals of as many periods as there are `bounds`, and, not `bounded`, of what is after the last one.

    An entry is before a bound where none up to it was recorded at the bound or later.
    """
    latest = func.max(journal.c.recorded_at).over(order_by=entries.c.sequence)
    read = (
        select(
            entries.c.sequence,
            entries.c.amount,
            journal.c.kind,
            *([_SAME[dialect].label("same")] if once else ()),
            *([latest.label("latest")] if bounds else ()),
        )
        .select_from(entries.join(journal, OF_ENTRY))
        .where(*_here, entries.c.sequence > AFTER)
        .subquery()
    )
    period: ColumnElement[int] = literal_column(str(bounds))
    if bounds:
        before = [(read.c.latest < bindparam(f"until_{n}", type_=Text), n) for n in range(bounds)]
        period = case(*((is_before, literal_column(str(n))) for is_before, n in before), else_=period)
    counted: ColumnElement[int] = func.count()
    if once:
        counted = func.count(read.c.same.distinct()) + func.count() - func.count(read.c.same)
    figures = (read.c.kind, counted, exact_sum(read.c.amount))
    statement = select(period.label("period"), func.max(read.c.sequence), *figures)
    if bounded:
        statement = statement.where(read.c.latest < bindparam(f"until_{bounds - 1}", type_=Text))
    return Prepared(statement.group_by("period", read.c.kind))


def _entry(account: Account, sequence: int, amount: int, balance: int, line: Line) -> Entry:
    return Entry(
        account=account,
        sequence=sequence,
        amount=amount,
        balance=balance,
        transaction=line.id,
        kind=line.kind,
        reason=line.reason,
        effective_at=instant(line.effective_at),
        recorded_at=instant(line.recorded_at),
        metadata=line.details(),
    )
