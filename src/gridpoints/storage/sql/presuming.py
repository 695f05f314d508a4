"""A post that locks nothing first: what accounts have is presumed, and written only if it is so still.

Whoever wrote to an account last knows what it has. Each line of a strict account is recorded after the one
before (`gridpoints.ledger.locked.after`): while the last one is the same, so is all that the account has, its
floor, holds and lots included. So a post is decided on what is remembered, and goes to the server once: what
is written stands there behind the question whether all is as it was seen.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import (
    ARRAY,
    DateTime,
    Integer,
    and_,
    bindparam,
    cast,
    func,
    literal_column,
    not_,
    select,
    true,
)
from sqlalchemy.dialects.postgresql import aggregate_order_by

from gridpoints.ledger.journal import instant_text
from gridpoints.ledger.locked import Locked
from gridpoints.ledger.request import Wanted
from gridpoints.storage.sql.locking import AHEAD, LOCK, WITH_COMMIT, SqlLocking, strict_and_hot
from gridpoints.storage.sql.prepared import Prepared
from gridpoints.storage.sql.reading import accounts
from gridpoints.storage.sql.types import Text, array_literal, quoted

_locked = (
    LOCK.with_only_columns(accounts.c.id, accounts.c.moved_at).with_for_update(key_share=True).subquery()
)
_seen = cast(bindparam("seen", type_=Text), ARRAY(DateTime(timezone=True)))
_as_seen = select(
    func.array_agg(aggregate_order_by(_locked.c.moved_at, _locked.c.id)) == _seen
).scalar_subquery()
#: Locks accounts, and divides by zero where they are not as they were `seen`: nothing is done then that is
#: sent behind it.
AS_SEEN = Prepared(
    select(literal_column("1") / cast(and_(_as_seen, not_(AHEAD.exists())).is_(true()), Integer))
)


class SqlPresuming(SqlLocking):
    """Knows what accounts had when they were last written."""

    #: By which clock they are.
    presumed_at: datetime
    #: Whether it is in a unit of work that is a part of another one.
    is_part = False
    #: Whether the unit of work ends with what is locked next.
    _nothing_follows = False

    def lock(self, wanted: Wanted, at: datetime) -> Locked:
        self.presumed = {}
        nothing_follows, self._nothing_follows = self._nothing_follows, False
        if not self.others_write:
            return super().lock(wanted, at)
        self.remembered.states.take(self.community, wanted.accounts)
        locked = super().lock(wanted, at)
        if nothing_follows and len(wanted.ids) > WITH_COMMIT:
            self.try_to_number_at_once()  # behind the locks: what they waited for is numbered before
        return locked

    def lock_book(self) -> Locked:
        self.presumed = {}
        return super().lock_book()

    def presume(self, wanted: Wanted, at: datetime) -> Locked | None:
        """See `LedgerStore.presume`: on SQLite, there is no way to a server to be spared."""
        self._nothing_follows = not self.is_part
        strict, hot = strict_and_hot(wanted.accounts)
        must_lock = wanted.backdated or wanted.holds or wanted.originals or wanted.alone
        if must_lock or not (self.others_write and strict and len(wanted.ids) <= WITH_COMMIT):
            return None
        remembered = self.remembered.states
        if not remembered.has(self.community, strict):
            return None
        states = remembered.take(self.community, strict)
        seen = {key: state.moved_at for key, state in states.items() if state.moved_at and not state.held}
        if len(seen) < len(strict):
            return None
        locked = Locked(states, {}, self.units)
        self._opened = self._alone = frozenset()
        if hot:
            self._add_hot(hot, set(), locked)
        if len(locked.accounts) < len(wanted.accounts):
            return None  # one is of an unknown unit: whether an id is known is told before that
        self.presumed, self.presumed_at, self._nothing_follows = seen, at, False
        return locked

    def as_seen(self) -> dict[str, object]:
        """The values of `AS_SEEN`; none where nothing is presumed."""
        if not self.presumed:
            return {}
        ids = sorted(self.presumed)
        seen = array_literal(quoted(str(self.presumed[id])) for id in ids)
        return {"ids": ids, "seen": seen, "now": instant_text(self.presumed_at)}
