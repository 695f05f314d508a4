"""Accounts that a post moves sight unseen: it adds to what they have, where the server finds that it may.

Who is only given points gets them whatever is there, and who is only taken from has enough of them or has
not: the journal says the same of it, whoever wrote to the account meanwhile. But each line is recorded after
the last one of its accounts; if that is not before `at`, all that is posted together is recorded a little
later.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    Interval,
    and_,
    bindparam,
    case,
    cast,
    column,
    func,
    literal_column,
    not_,
    or_,
    select,
    true,
    update,
)
from sqlalchemy.dialects import postgresql

from gridpoints.ledger.model import MOST_BALANCE
from gridpoints.storage.sql import bulk
from gridpoints.storage.sql.locking import AHEAD
from gridpoints.storage.sql.prepared import Prepared
from gridpoints.storage.sql.reading import AT, HERE, SOME_LEFT, UNNUMBERED, accounts, journal, lots
from gridpoints.storage.sql.recording import LATE, LATER, MICROSECOND, as_text
from gridpoints.storage.sql.types import Text, TextSet

#: What the log of the server says where a unit of work is undone, and a post begun again with locks.
_NOT_SO = "gridpoints: not as it was presumed"
#: By so much, at most, are all lines of a post recorded later because of one account: as long as writers wait
#: for each other, and clocks are apart that are kept right. One whose last line is further ahead is locked.
_MOST_LATE = literal_column("interval '100 milliseconds'", Interval)


def or_fail(so: ColumnElement[bool]) -> ColumnElement[int]:
    """1 if it is `so`; else an error, and nothing is done of what is sent behind it."""
    words = case((so, literal_column("'1'")), else_=literal_column(f"'{_NOT_SO}'"))
    return cast(words, BigInteger)


#: The accounts with lots that are over: few, for whoever touches them posts their expiry.
_overdue = select(lots.c.account_id).where(lots.c.community_id == HERE, SOME_LEFT, lots.c.expires_at <= AT)


def _may(row: Any, amount: ColumnElement[int], dated: ColumnElement[int]) -> ColumnElement[bool]:
    """Whether an account can be given the `amount`, `dated` of it in lots, or less than 0 taken from it.

    And nothing else happens to it: it has no holds, pays no debt with a lot, and has no lots that were over
    when this was asked, or from which something is taken.
    """
    given = amount > 0
    return and_(
        row.held == 0,
        row.moved_at < AT + _MOST_LATE,
        or_(dated == 0, row.posted >= 0),
        or_(row.dated == 0, and_(given, row.id.not_in(_overdue))),
        row.posted + amount <= literal_column(str(MOST_BALANCE)),
        or_(given, row.posted + amount >= func.coalesce(row.floor, literal_column(str(-MOST_BALANCE)))),
    )


_new = (
    func.unnest(
        cast(bindparam("ids", type_=TextSet), ARRAY(Text)),
        cast(bindparam("amounts", type_=Text), ARRAY(BigInteger)),
        cast(bindparam("dated", type_=Text), ARRAY(BigInteger)),
    )
    .table_valued(
        column("id", Text),
        column("amount", BigInteger),
        column("dated", BigInteger),
    )
    .render_derived("new")
)
#: Account by account, in the order of their keys: two who do so wait for one another as two who lock.
_one = (
    select(*(accounts.c[name] for name in ("id", "floor", "posted", "held", "dated", "moved_at")))
    .where(accounts.c.community_id == HERE, accounts.c.id == _new.c.id)
    .correlate(_new)
    .offset(literal_column("0"))
    .with_for_update(key_share=True)
    .lateral("one")
)
_all_may = func.coalesce(func.bool_and(_may(_one.c, _new.c.amount, _new.c.dated)), true())


def _microseconds(time: ColumnElement[timedelta]) -> ColumnElement[int]:
    return cast(func.extract("epoch", time) * 1_000_000, BigInteger)


_last = func.max(_one.c.moved_at)
_late = case((_last >= AT, _microseconds(_last - AT) + 1), else_=0)
#: Locks accounts, and fails where they may not be added to. Answers by how many microseconds all is recorded
#: later.
MAY_ADD = Prepared(
    select(
        or_fail(and_(func.count() == bindparam("size", type_=BigInteger), _all_may, not_(AHEAD.exists()))),
        cast(func.set_config(LATE, cast(_late, Text), true()), BigInteger),
    ).select_from(_new.join(_one, true()))
)

#: Adds to what accounts have that are locked.
ADD = bulk.update_of(
    accounts,
    ["posted", "dated", "moved_at"],
    lambda found: {
        "posted": accounts.c.posted + found.posted,
        "dated": accounts.c.dated + found.dated,
        "moved_at": func.coalesce(found.moved_at + LATER, found.moved_at),
    },
)
ADD_LOTS = bulk.upsert(lots, ["remaining"], adding=True)

_amount = bindparam("amount", type_=BigInteger)
_add_one = (
    update(accounts)
    .values(posted=accounts.c.posted + _amount, moved_at=func.greatest(AT, accounts.c.moved_at + MICROSECOND))
    .where(
        accounts.c.community_id == HERE,
        accounts.c.id == bindparam("account_id", type_=Text),
        _may(accounts.c, _amount, literal_column("0")),
        not_(AHEAD.exists()),
    )
    .returning(accounts.c.moved_at, as_text(accounts.c.moved_at).label("recorded_at"))
    .cte("moved")
)
_RECORDED = ("effective_at", "recorded_at")
_record_one = postgresql.insert(journal).from_select(
    ["community_id", *(c.name for c in UNNUMBERED)],
    select(
        HERE,
        *(
            _add_one.c.recorded_at if c.name in _RECORDED else bindparam(f"line_{c.name}", type_=c.type)
            for c in UNNUMBERED
        ),
    ).select_from(_add_one),
)
#: All at once, for one line and one account, without lots; answers by how many microseconds that is later.
RECORD_AND_ADD = Prepared(
    select(or_fail(func.count() == 1), _microseconds(func.max(_add_one.c.moved_at) - AT)).add_cte(
        _record_one.cte("recorded")
    )
)
