"""What every operation is given: where it happens, who acts, what time it is."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from datetime import UTC, date, datetime
from functools import cache
from typing import Any, TypeVar, cast
from zoneinfo import ZoneInfo

from attrs import define, field, fields, frozen

from gridpoints.errors import ConcurrentChange, GridpointsError, NotAllDone, NotTheOrganiser, StoreError
from gridpoints.records import Change, Record, Stateful
from gridpoints.rules.expression.evaluator import Expressions
from gridpoints.rules.expression.model import Evaluator
from gridpoints.storage.port import Store, Work
from gridpoints.values import Actor, Clock, Ids, check_day, check_identifier, check_instant, check_text

T = TypeVar("T")
D = TypeVar("D")
R = TypeVar("R", bound=Record)
S = TypeVar("S", bound=Stateful)


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """The present instant in UTC."""
        return datetime.now(UTC)


@define
class TimeOrderedIds:
    """UUIDs of version 7 (RFC 9562): ids made later sort later, also within a millisecond.

    `clock` and `random` decide them wholly, so that a seeded run can be repeated.
    """

    clock: Clock
    random: random.Random = field(factory=random.SystemRandom)
    _last: int = field(default=0, init=False)
    _lock: threading.Lock = field(factory=threading.Lock, init=False, repr=False)

    def new(self) -> str:
        """A new UUID as text."""
        with self._lock:
            # The 12 bits after the milliseconds count on within one (section 6.2, method 1).
            self._last = max(self._last + 1, int(self.clock.now().timestamp() * 1000) << 12)
            milliseconds, count = self._last >> 12, self._last & 0xFFF
            value = milliseconds << 80 | 7 << 76 | count << 64 | 2 << 62 | self.random.getrandbits(62)
        digits = f"{value:032x}"  # as `uuid.UUID` would write it, in a tenth of the time
        return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"


@frozen
class Context:
    """One community, seen by one actor. Every room's operations hold one.

    The members below are what a unit of work needs beside its `Work`: the instant, ids, and the
    journal that every change of a record is written to. `evaluator` is the engine that the expressions of
    rule sets are compiled with.
    """

    store: Store
    community: str
    zone: ZoneInfo
    actor: Actor
    clock: Clock
    ids: Ids
    evaluator: Evaluator = field(factory=Expressions)

    def begin(self) -> AbstractContextManager[Work]:
        """A unit of work that may write; joins the one that is open."""
        return self.store.begin(self.community)

    def read(self, *, snapshot: bool = True) -> AbstractContextManager[Work]:
        """A unit of work that only reads, from one consistent state; or without a `snapshot`: see `Store`."""
        return self.store.begin(self.community, write=False, snapshot=snapshot)

    def now(self) -> datetime:
        """The present instant, in UTC; raises `NaiveInstant` where the clock gives none."""
        return check_instant("now", self.clock.now())

    def until(self, now: datetime | None) -> datetime:
        """Until when a tick lets things happen: until `now`, and never beyond the clock; None: by the clock.

        Whoever catches up after a pause may go step by step; whoever is too early settles nothing early.
        """
        present = self.now()
        return present if now is None else min(present, check_instant("now", now))

    def today(self) -> date:
        """The present day where the community lives."""
        return self.now().astimezone(self.zone).date()

    def day(self, name: str, given: date | None) -> date:
        """The local day that was given under that name, or today; raises `WrongType` for what is none."""
        return self.today() if given is None else check_day(name, given)

    def local_day(self, instant: datetime) -> date:
        """The day of `instant` where the community lives; in UTC, at the ends of all years."""
        instant = check_instant("instant", instant)
        try:
            return instant.astimezone(self.zone).date()
        except OverflowError:
            return instant.date()

    def must_organise(self) -> None:
        """Raise `NotTheOrganiser` for who acts for nobody but themselves."""
        if not self.actor.organises:
            raise NotTheOrganiser(actor=self.actor.id)

    def id(self, given: str | None) -> str:
        """The id that the caller chose, checked, or a new one."""
        return self.ids.new() if given is None else check_identifier("id", given)

    def keep(self, work: Work, record: R) -> R:
        """Add a new record and open its page in the journal."""
        self.keep_all(work, [record])
        return record

    def keep_all(self, work: Work, records: Iterable[Record]) -> None:
        """Add many new records and open their pages in the journal."""
        records = list(records)
        _must_have_days(records)
        work.add(*records, *(self._change(None, record) for record in records))

    def tell(self, work: Work, old: Record | None, new: Record) -> None:
        """Write down what became of something that a part of the store keeps itself, such as a seal."""
        work.add(self._change(old, new))

    def change(self, work: Work, old: S, new: S, reason: str | None = None) -> S:
        """Put `new` in the place of the locked record `old`, and write down what that said."""
        _must_have_days([new])
        work.write([self._change(old, new, reason)], [(old, new)])
        return new

    def change_all(self, work: Work, changes: Iterable[tuple[S, S]], reason: str | None = None) -> None:
        """`change` for many locked records, in one go."""
        self.write(work, (), changes, reason)

    def write(
        self,
        work: Work,
        added: Iterable[Stateful],
        changed: Iterable[tuple[Stateful, Stateful]],
        reason: str | None = None,
        *,
        at_end: bool = False,
    ) -> None:
        """`keep_all` and `change_all` in one go; the reason is that of the changes; see `Work.write`."""
        added, changed = list(added), list(changed)
        _must_have_days([*added, *(new for _, new in changed)])
        pages = [self._change(None, record) for record in added]
        pages += [self._change(old, new, reason) for old, new in changed]
        work.write([*added, *pages], changed, at_end=at_end)

    def _change(self, old: Record | None, new: Record, reason: str | None = None) -> Change:
        if reason is not None:
            reason = check_text("reason", reason)
        return Change.between(old, new, id=self.ids.new(), at=self.now(), actor=self.actor.id, reason=reason)


def _must_have_days(records: Iterable[Record]) -> None:
    """Raise `WrongType` where a day is none: databases keep a part of it, or refuse it in their own words."""
    for record in records:
        for name in _days_of(type(record)):
            if (day := getattr(record, name)) is not None:
                check_day(name, day)


@cache
def _days_of(kind: type[Record]) -> tuple[str, ...]:
    """The fields of a kind of record that are days."""
    return tuple(each.name for each in fields(cast(Any, kind)) if each.type in ("date", "date | None", date))


def in_batches(
    act: Callable[[Sequence[T]], Iterable[D]], things: Sequence[T], size: int
) -> tuple[list[D], list[GridpointsError]]:
    """What came of an act upon so many things at a time, each time one unit of work, and the refusals.

    A batch that is refused is gone through one by one: nothing keeps the others back. What somebody
    else is at is left to them, and to the next time.
    """
    done: list[D] = []
    refused: list[GridpointsError] = []
    for start in range(0, len(things), size):
        some = things[start : start + size]
        try:
            done += act(some)
        except StoreError:
            raise
        except GridpointsError as refusal:
            if size > 1:
                alone, left = in_batches(act, some, 1)
                done += alone
                refused += left
            elif not isinstance(refusal, ConcurrentChange):
                refused.append(refusal)
    return done, refused


def must_be_done(refused: Sequence[GridpointsError]) -> None:
    """Raise `NotAllDone` where anything was refused."""
    if refused:
        raise NotAllDone(count=len(refused), refusals=tuple(refused)) from refused[0]
