"""The store for tests, trials and simulations: everything in this process, gone when it ends.

One lock is held through a unit of work, so that units follow one another: here a reader waits for
a writer. What a unit changed is undone through a journal of inverse steps.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from itertools import product
from operator import attrgetter
from threading import RLock, get_ident
from typing import Any, TypeVar, cast

from attrs import define, field, frozen

from gridpoints.community.model import Profile
from gridpoints.errors import ConcurrentChange, RecordExists, RecordUnknown, ReferenceUnknown
from gridpoints.records import Change, Record, Stateful, kind_of
from gridpoints.storage.integrity import NEVER_NEGATIVE, REFERENCES, UNIQUE
from gridpoints.storage.memory.books import Books, Journal
from gridpoints.storage.memory.ledger import MemoryLedger
from gridpoints.storage.port import LEFT_OPEN, Of, Range, Sought
from gridpoints.values import Unit, check_type, check_whole

T = TypeVar("T", bound=Record)


@frozen
class _Open:
    """The unit of work that is open, in the thread that opened it."""

    write: bool
    thread: int
    journal: Journal = field(factory=list)


class MemoryStore:
    """A `gridpoints.storage.port.Store` in this process."""

    def __init__(self) -> None:
        self._lock = RLock()
        self._communities: defaultdict[str, _Community] = defaultdict(_Community)
        self._open: ContextVar[_Open | None] = ContextVar("open", default=None)
        self._writing = False

    @contextmanager
    def begin(self, community: str, *, write: bool = True, snapshot: bool = True) -> Iterator[MemoryWork]:
        with self._lock:
            outer = self._open.get()
            begins = False
            if outer is None or outer.thread != get_ident():
                begins = write
                if begins and self._writing:  # under the lock, this can only be another task's
                    raise RuntimeError(LEFT_OPEN)
                outer = _Open(write, get_ident())
            elif write and not outer.write:
                raise RuntimeError("the unit of work that is open only reads")
            mark = len(outer.journal)
            self._writing |= begins
            token = self._open.set(outer)
            try:
                yield MemoryWork(self._communities[community], outer.journal)
            except BaseException:
                _undo(outer.journal, mark)
                raise
            finally:
                self._writing &= not begins
                self._open.reset(token)

    def communities(self) -> list[str]:
        with self._lock:
            return sorted(id for id, kept in self._communities.items() if kept.records[Profile].rows)

    def close(self) -> None:
        """Keeps everything: the store is gone when nobody refers to it."""


def _undo(journal: Journal, mark: int) -> None:
    while len(journal) > mark:
        journal.pop()()


# --- what one community keeps ---------------------------------------------------------------------


@define
class _Records:
    """The records of one kind by id, and an index for each set of fields that was asked for."""

    rows: dict[str, Any] = field(factory=dict)
    indexes: dict[tuple[str, ...], defaultdict[tuple[Any, ...], dict[str, Any]]] = field(factory=dict)

    def put(self, record: Record) -> None:
        if (former := self.rows.get(record.id)) is not None:
            self.drop(former)
        self.rows[record.id] = record
        for names, index in self.indexes.items():
            index[_values(record, names)][record.id] = record

    def drop(self, record: Record) -> None:
        del self.rows[record.id]
        for names, index in self.indexes.items():
            del index[_values(record, names)][record.id]

    def select(self, where: Mapping[str, Any]) -> list[Any]:
        """The records whose fields are as `where` says, in no order."""
        ranges = {name: wanted for name, wanted in where.items() if isinstance(wanted, Range)}
        if ranges:
            equal = {name: wanted for name, wanted in where.items() if name not in ranges}
            return [record for record in self.select(equal) if _lies_in(record, ranges)]
        if not where:
            return list(self.rows.values())
        names = tuple(sorted(where))
        if (index := self.indexes.get(names)) is None:
            index = self.indexes[names] = defaultdict(dict)
            for record in self.rows.values():
                index[_values(record, names)][record.id] = record
        choices = (dict.fromkeys(v) if isinstance(v := where[n], tuple | list) else (v,) for n in names)
        return [record for values in product(*choices) for record in index.get(values, {}).values()]


def _lies_in(record: Record, ranges: Mapping[str, Range]) -> bool:
    for name, wanted in ranges.items():
        value = getattr(record, name)
        if (
            value is None
            or (wanted.at_least is not None and value < wanted.at_least)
            or (wanted.at_most is not None and value > wanted.at_most)
            or (wanted.above is not None and value <= wanted.above)
            or (wanted.below is not None and value >= wanted.below)
        ):
            return False
    return True


def _values(record: Record, names: Sequence[str]) -> tuple[Any, ...]:
    return tuple(getattr(record, name) for name in names)


@define
class _Community:
    records: defaultdict[type, _Records] = field(factory=lambda: defaultdict(_Records))
    usage: dict[str, int] = field(factory=dict)
    books: Books = field(factory=Books)
    outbox: list[Change] = field(factory=list)


# --- records and counters -------------------------------------------------------------------------


@frozen
class MemoryWork:
    """A `gridpoints.storage.port.Work`. Everything is locked while it is open."""

    _kept: _Community
    _journal: Journal

    @property
    def ledger(self) -> MemoryLedger:
        return MemoryLedger(self._kept.books, self._kept.records[Unit].rows, self._journal)

    @property
    def outbox(self) -> MemoryOutbox:
        return MemoryOutbox(self._kept.outbox)

    def add(self, *records: Record) -> None:
        mark = len(self._journal)
        try:
            for record in records:
                self._add(record)
        except BaseException:
            _undo(self._journal, mark)
            raise

    def _add(self, record: Record) -> None:
        kept = self._kept.records[type(record)]
        if record.id in kept.rows:
            raise RecordExists(kind=kind_of(record), id=record.id)
        self._check(record)
        kept.put(record)
        self._journal.append(lambda: kept.drop(record))
        if isinstance(record, Change):
            self._kept.outbox.append(record)
            self._journal.append(self._kept.outbox.pop)

    def replace(self, old: T, new: T) -> None:
        kept = self._kept.records[type(old)]
        present = kept.rows.get(old.id)
        if present is None or present.version != cast(Stateful, old).version:
            raise ConcurrentChange(kind=kind_of(old), id=old.id)
        self._check(new)
        kept.put(new)
        self._journal.append(lambda: kept.put(present))

    def replace_all(self, changes: Iterable[tuple[Record, Record]]) -> None:
        mark = len(self._journal)
        try:
            for old, new in changes:
                self.replace(old, new)
        except BaseException:
            _undo(self._journal, mark)
            raise

    def write(
        self,
        added: Collection[Record],
        changed: Collection[tuple[Record, Record]],
        *,
        at_end: bool = False,
    ) -> None:
        mark = len(self._journal)
        try:
            self.replace_all(changed)
            self.add(*added)
        except BaseException:
            _undo(self._journal, mark)
            raise

    def _check(self, record: Record) -> None:
        """Refuse what `gridpoints.storage.integrity` says that no store keeps."""
        kind = type(record)
        for name in UNIQUE.get(kind, ()):
            value = getattr(record, name)
            if value is not None and any(
                other.id != record.id for other in self._kept.records[kind].select({name: value})
            ):
                raise RecordExists(kind=kind_of(record), id=value)
        for name, target in REFERENCES.get(kind, {}).items():
            id = getattr(record, name)
            if id is not None and id not in self._kept.records[target].rows:
                raise ReferenceUnknown(kind=kind_of(record), detail=f"{name}={id}")
        for name in NEVER_NEGATIVE.get(kind, ()):
            if (number := getattr(record, name)) is not None:
                check_whole(name, number, least=0)

    def get(self, kind: type[T], id: str, *, lock: bool = False) -> T:
        try:
            return cast(T, self._kept.records[kind].rows[check_type("id", id, str)])
        except KeyError:
            raise RecordUnknown(kind=kind_of(kind), id=id) from None

    def find(
        self,
        kind: type[T],
        where: Mapping[str, Any] | None = None,
        *,
        order: Sequence[str] = ("id",),
        limit: int | None = None,
        lock: bool = False,
    ) -> list[T]:
        found: list[T] = self._found(kind, where)
        for name in reversed(dict.fromkeys([*order, "id"])):
            found.sort(key=_none_first(name.removeprefix("-")), reverse=name.startswith("-"))
        return found[:limit]

    def _found(self, kind: type[Record], where: Mapping[str, Any] | None) -> list[Any]:
        """The records that are asked for, in no order."""
        wanted = {n: self._said(each) if isinstance(each, Of) else each for n, each in (where or {}).items()}
        return self._kept.records[kind].select(wanted)

    def _said(self, of: Of) -> list[Any]:
        rows = self._kept.records[of.kind].rows
        values = (getattr(rows[id], of.field) for id in of.ids if id in rows)
        return [value for value in values if value is not None]

    def find_all(self, *sought: Sought) -> list[list[Any]]:
        return [self.find(each.kind, each.where, order=each.order, limit=each.limit) for each in sought]

    def select(
        self,
        kind: type[Record],
        fields: Sequence[str],
        where: Mapping[str, Any] | None = None,
        *,
        order: Sequence[str] = ("id",),
    ) -> list[tuple[Any, ...]]:
        return [
            tuple(getattr(record, name) for name in fields) for record in self.find(kind, where, order=order)
        ]

    def stream(
        self,
        kind: type[Record],
        fields: Sequence[str],
        where: Mapping[str, Any] | None = None,
        *,
        order: Sequence[str] = ("id",),
    ) -> Iterator[tuple[Any, ...]]:
        return iter(self.select(kind, fields, where, order=order))

    def count(self, kind: type[Record], where: Mapping[str, Any] | None = None) -> int:
        return len(self._found(kind, where))

    def count_by(
        self, kind: type[Record], field: str, where: Mapping[str, Any] | None = None
    ) -> dict[Any, int]:
        return dict(Counter(map(attrgetter(field), self._found(kind, where))))

    def usage(self, keys: Collection[str]) -> dict[str, int]:
        return {key: self._kept.usage.get(key, 0) for key in keys}

    lock_usage = usage

    def set_usage(self, used: Mapping[str, int]) -> None:
        usage = self._kept.usage
        former = self.lock_usage(used)
        usage.update(used)
        self._journal.append(lambda: usage.update(former))


def _none_first(name: str) -> Callable[[Record], tuple[bool, Any]]:
    value = attrgetter(name)
    return lambda record: ((v := value(record)) is not None, v)


@frozen
class MemoryOutbox:
    """A `gridpoints.storage.port.Outbox`: here, changes are committed as they are added."""

    _changes: Sequence[Change]

    def read(self, after: int, limit: int) -> list[tuple[int, Change]]:
        return list(enumerate(self._changes[after : after + limit], after + 1))

    def waits(self) -> bool:
        return False

    def number(self) -> None:
        """All have their number."""
