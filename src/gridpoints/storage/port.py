"""What gridpoints needs of a store; nothing more.

A `Store` opens units of work; a `Work` sees one community only, keeps its records, its ledger and
its counters, and commits or undoes them together. `gridpoints.testing.StorageContract` tells
whether a store is one.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any, Protocol, TypeVar

from attrs import frozen

from gridpoints.records import Change, Record
from gridpoints.storage.ledger_port import LedgerStore

T = TypeVar("T", bound=Record)


@frozen
class Range:
    """In the `where` of `Work.find` and `Work.count`: values between bounds; None is in no range.

    Instants, days, whole numbers, and texts, by code point. A bound that is None bounds nothing.
    """

    at_least: Any = None
    at_most: Any = None
    above: Any = None
    below: Any = None


@frozen
class Of:
    """In the `where` of `Work.find` and `Work.count`: any value that the `field` of other records has.

    They are those with these `ids`; None is no such value. So both can be asked for together.
    """

    kind: type[Record]
    field: str
    ids: Collection[str]


@frozen
class Sought:
    """What `Work.find` is asked for, to be asked together with others: see `Work.find_all`."""

    kind: type[Record]
    where: Mapping[str, Any] | None = None
    order: Sequence[str] = ("id",)
    limit: int | None = None
    lock: bool = False


#: What a store says that can be written by one at a time, where waiting would never end.
LEFT_OPEN = "another task of this thread has a unit of work open: do not await inside a unit of work"


class Store(Protocol):
    """Where communities are kept. Safe to share between threads."""

    def begin(
        self, community: str, *, write: bool = True, snapshot: bool = True
    ) -> AbstractContextManager[Work]:
        """A unit of work on one community: commits at the end of the block, undone by an exception.

        Inside another unit of work of the same thread it belongs to that one: its own changes are
        undone by an exception, and kept only if the outer one commits. With ``write=False`` it
        only reads, from one consistent state, and waits for nobody; to open one that writes
        inside it is a mistake of the program (RuntimeError). So is one that is left open across an
        ``await``, where another task of the same thread would wait for it and never go on.

        Without a `snapshot`, each question to one that only reads may be answered from a later state than
        the one before, where the store is asked faster so.

        What the database cannot do is raised at the end of the block, the inner one's too, as
        `StoreUnavailable`, or as `ConcurrentChange` where two writers stood in each other's way. Inside
        the block, what a `Work` is asked for itself fails in the words of the database.
        """

    def communities(self) -> list[str]:
        """The ids of all communities, sorted."""

    def close(self) -> None:
        """Give back connections and files. Closing twice does nothing."""


class Work(Protocol):
    """One unit of work on one community."""

    @property
    def ledger(self) -> LedgerStore:
        """The accounts, transactions and holds of the community."""

    @property
    def outbox(self) -> Outbox:
        """Every `Change` that was added, in the order in which they were committed."""

    def add(self, *records: Record) -> None:
        """Keep new records; raises `RecordExists`, or `ReferenceUnknown` for a dangling id."""

    def replace(self, old: T, new: T) -> None:
        """Put `new` in the place of `old`; raises `ConcurrentChange` where it changed meanwhile."""

    def replace_all(self, changes: Iterable[tuple[Record, Record]]) -> None:
        """`replace` for many pairs of old and new, in one go; all of them or, with an error, none."""

    def write(
        self,
        added: Collection[Record],
        changed: Collection[tuple[Record, Record]],
        *,
        at_end: bool = False,
    ) -> None:
        """`replace_all` what was changed, then `add` what is new; all of it or, with an error, none.

        With `at_end`, it may be sent with the end of the unit of work, and the error be raised only there:
        for what is written last, by whoever would not go on without it.
        """

    def get(self, kind: type[T], id: str, *, lock: bool = False) -> T:
        """The record of that id; raises `RecordUnknown`, or `WrongType` for an id that is no text.

        With `lock`, nobody else can lock or change it until this unit of work ends.
        """

    def find(
        self,
        kind: type[T],
        where: Mapping[str, Any] | None = None,
        *,
        order: Sequence[str] = ("id",),
        limit: int | None = None,
        lock: bool = False,
    ) -> list[T]:
        """The records whose fields equal `where` (a tuple or list: any of these; a `Range`; an `Of`).

        Sorted by the fields `order`, ascending, text by code point and None first; one that begins
        with ``-`` descending. Equal ones stand by id. With `lock`, nobody else can lock or change
        them until this unit of work ends; what was changed while it waited is looked at again.
        """

    def find_all(self, *sought: Sought) -> list[list[Any]]:
        """What `find` would return for each of these, one after another, in one go."""

    def select(
        self,
        kind: type[Record],
        fields: Sequence[str],
        where: Mapping[str, Any] | None = None,
        *,
        order: Sequence[str] = ("id",),
    ) -> list[tuple[Any, ...]]:
        """Of the records that `find` would return these fields alone: the others are not read."""

    def stream(
        self,
        kind: type[Record],
        fields: Sequence[str],
        where: Mapping[str, Any] | None = None,
        *,
        order: Sequence[str] = ("id",),
    ) -> Iterator[tuple[Any, ...]]:
        """What `select` answers, one after another: however many there are, few are in memory at once.

        They are as they were when the first was asked for; what is still to be read when the unit of work
        ends is lost, and so it is when records of the kind are written meanwhile.
        """

    def count(self, kind: type[Record], where: Mapping[str, Any] | None = None) -> int:
        """How many records `find` would return."""

    def count_by(
        self, kind: type[Record], field: str, where: Mapping[str, Any] | None = None
    ) -> dict[Any, int]:
        """How many records `find` would return, for each value of a field that any of them has."""

    def usage(self, keys: Collection[str]) -> dict[str, int]:
        """What was used so far (0 at first) under the texts of `UsageKey`, for whoever only looks."""

    def lock_usage(self, keys: Collection[str]) -> dict[str, int]:
        """What was used so far (0 at first) under these texts, locked until this unit of work ends."""

    def set_usage(self, used: Mapping[str, int]) -> None:
        """Keep what is used now. Only of keys that this unit of work locked."""


class Outbox(Protocol):
    """The changes of records of one community, numbered from 1 without gaps.

    The changes of one record stand in the order of its versions. A change with a number keeps it, and
    no change ever appears before one that was read.
    """

    def read(self, after: int, limit: int) -> list[tuple[int, Change]]:
        """The changes with numbers above `after`, with them, up to `limit`."""

    def waits(self) -> bool:
        """Whether there are changes that have no number yet, for `number` to give it to them."""

    def number(self) -> None:
        """Number what is committed and has no number; in a unit of work that writes."""
