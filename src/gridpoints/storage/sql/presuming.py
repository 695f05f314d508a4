"""A post that locks nothing first: what accounts have is presumed, and written only if it is so.

Whoever wrote to an account last knows what it has. Each line of a strict account is recorded after the one
before (`gridpoints.ledger.locked.after`): while the last one is the same, so is all that the account has, its
floor, holds and lots included. Of other accounts, it is presumed that they can be given what they are given,
and have what is taken from them (`unseen`). So a post is decided on what is remembered, and goes to the
server once: what is written stands there behind the question whether all is as presumed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Set
from contextlib import contextmanager, nullcontext
from datetime import datetime, timedelta

from attrs import frozen
from sqlalchemy import ARRAY, DateTime, and_, bindparam, cast, func, not_, select
from sqlalchemy.dialects.postgresql import aggregate_order_by

from gridpoints.ledger.accounts import Account
from gridpoints.ledger.journal import instant_text
from gridpoints.ledger.locked import Locked
from gridpoints.ledger.lots import AccountState
from gridpoints.ledger.model import Outcome, Posted
from gridpoints.ledger.request import Batch, Pair, Request, Wanted
from gridpoints.storage.sql.locking import AHEAD, LOCK, WITH_COMMIT, SqlLocking, strict_and_hot
from gridpoints.storage.sql.prepared import Prepared
from gridpoints.storage.sql.reading import accounts
from gridpoints.storage.sql.types import Text, array_literal, quoted
from gridpoints.storage.sql.unseen import MAY_ADD, or_fail

_locked = (
    LOCK.with_only_columns(accounts.c.id, accounts.c.moved_at).with_for_update(key_share=True).subquery()
)
_seen = cast(bindparam("seen", type_=Text), ARRAY(DateTime(timezone=True)))
_as_seen = select(
    func.array_agg(aggregate_order_by(_locked.c.moved_at, _locked.c.id)) == _seen
).scalar_subquery()
#: Locks accounts, and fails where they are not as they were `seen`.
AS_SEEN = Prepared(select(or_fail(and_(_as_seen, not_(AHEAD.exists())))))


@frozen
class Presumed:
    """What a post goes by, at an instant, for its strict `accounts`.

    They were all `seen`, when they had their last lines. Or none was, and it adds to what they have.
    """

    at: datetime
    accounts: Set[str]
    seen: Mapping[str, datetime]

    @property
    def adds(self) -> bool:
        """Whether it goes by nothing that was seen."""
        return not self.seen

    @property
    def clock(self) -> dict[str, object]:
        """What time it is."""
        return {"at": self.at, "now": instant_text(self.at)}

    def question(self, states: Mapping[str, AccountState]) -> tuple[Prepared, dict[str, object]]:
        """What is asked first: of all that was seen, moved or not; or of what is added to."""
        ids = sorted(key for key in self.accounts if self.seen or states[key].moved_at)
        if self.seen:
            seen = array_literal(quoted(str(self.seen[id])) for id in ids)
            return AS_SEEN, {"ids": ids, "seen": seen, "now": instant_text(self.at)}
        amounts = array_literal(str(states[id].posted) for id in ids)
        dated = array_literal(str(sum(states[id].dated.values())) for id in ids)
        return MAY_ADD, {"size": len(ids), "ids": ids, "amounts": amounts, "dated": dated, **self.clock}


class SqlPresuming(SqlLocking):
    """Knows what accounts had when they were last written."""

    #: None: they are locked.
    presumed: Presumed | None = None
    #: Whether it is in a unit of work that is a part of another one.
    is_part = False
    #: Whether the unit of work ends with what is locked next.
    _nothing_follows = False

    def lock(self, wanted: Wanted, at: datetime) -> Locked:
        self.presumed = None
        nothing_follows, self._nothing_follows = self._nothing_follows, False
        if not self.others_write:
            return super().lock(wanted, at)
        self.remembered.states.take(self.community, wanted.accounts)
        locked = super().lock(wanted, at)
        if nothing_follows and len(wanted.ids) > WITH_COMMIT:
            self.try_to_number_at_once()  # behind the locks: what they waited for is numbered before
        return locked

    def lock_book(self) -> Locked:
        self.presumed = None
        return super().lock_book()

    def presume(self, batch: Batch, at: datetime) -> Locked | None:
        """See `LedgerStore.presume`: on SQLite, there is no way to a server to be spared."""
        self._nothing_follows = not self.is_part
        strict, hot = strict_and_hot(batch.accounts)
        must_lock = batch.backdated or batch.holds or batch.originals or batch.alone
        if must_lock or not (self.others_write and strict and len(batch.ids) <= WITH_COMMIT):
            return None
        if (states := self._presumed(strict, batch, at)) is None:
            return None
        locked = Locked(states, {}, self.units)
        self._opened = self._alone = frozenset()
        if hot:
            self._add_hot(hot, set(), locked)
        if len(locked.accounts) < len(batch.accounts):
            return None  # one is of an unknown unit: whether an id is known is told before that
        seen = {key: state.moved_at for key in strict if (state := states[key]).moved_at}
        self.presumed, self._nothing_follows = Presumed(at, strict.keys(), seen), False
        return locked

    def _presumed(
        self, strict: Mapping[str, Account], batch: Batch, at: datetime
    ) -> dict[str, AccountState] | None:
        """What is presumed of accounts: all that is remembered of them, or, of all, nothing."""
        states = self.remembered.states.take(self.community, strict)
        if any(state.held or not state.moved_at for state in states.values()):
            return None
        if len(states) == len(strict):
            return states
        given, taken = _given_and_taken(batch.requests, at)
        if any(states[key].dated for key in taken & states.keys()) or strict.keys() & given & taken:
            return None
        if not self.remembered.luck.lasts():
            return None
        return {key: AccountState(account, floor=None) for key, account in strict.items()}

    @contextmanager
    def recording(self, locked: Locked, size: int) -> Iterator[None]:
        """Nothing is sent before the question."""
        with nullcontext() if self.presumed else super().recording(locked, size):
            yield

    def must_look(self, locked: Locked) -> bool:
        """Whether what is presumed is not enough to know: who is refused is seen."""
        return bool(self.presumed and self.presumed.adds and any(line.refusal for line in locked.lines))

    def was_wrong(self, presumed: Presumed) -> None:
        """Others write as well: what is remembered of more accounts is as old."""
        if presumed.adds:
            self.remembered.luck.fails()
        else:
            self.remembered.states.forget()


def _given_and_taken(requests: Iterable[Pair | Request], at: datetime) -> tuple[set[str], set[str]]:
    """The accounts that are given to, and those that are taken from: who is both has less in between.

    Who is given a lot that is over is both: it is taken away before more is given.
    """
    given, taken = set[str](), set[str]()
    for read in requests:
        if isinstance(read, Request):
            if read.error is not None:
                continue
            legs = [(leg.account.key, leg.amount, leg.expires_at) for leg in read.transaction.legs]
        else:
            _, key, amount, expires_at, other_key, *_ = read
            legs = [(key, amount, expires_at), (other_key, -amount, None)]
        for key, amount, expires_at in legs:
            (given if amount > 0 else taken).add(key)
            if expires_at is not None and expires_at <= at:
                taken.add(key)
    return given, taken


def put_right(outcomes: list[Outcome], microseconds: int) -> None:
    """What was posted is recorded that much later."""
    if microseconds:
        late = timedelta(microseconds=microseconds)
        for place, outcome in enumerate(outcomes):
            if isinstance(outcome, Posted):
                outcomes[place] = Posted(outcome.transaction, outcome.recorded_at + late)
