"""A unit of work on one community: its records and its counters. Its ledger stands in `ledger`."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import cached_property, partial
from typing import Any, TypeVar, cast

from sqlalchemy import (
    bindparam,
    exc,
    func,
    select,
)

from gridpoints.errors import (
    ConcurrentChange,
    GridpointsError,
    RecordExists,
    RecordUnknown,
    ReferenceUnknown,
)
from gridpoints.records import Change, Record, Stateful, kind_of
from gridpoints.storage.integrity import KINDS, NEVER_NEGATIVE, REFERENCES, UNIQUE
from gridpoints.storage.port import Sought
from gridpoints.storage.sql import bulk, parts, tables
from gridpoints.storage.sql.kept import KEPT, Kept, conditions, forms, ordering, parameters, selecting
from gridpoints.storage.sql.ledger import SqlLedger
from gridpoints.storage.sql.outbox import SqlOutbox
from gridpoints.storage.sql.prepared import Prepared, pipeline, put_off
from gridpoints.storage.sql.reading import HERE, IDS
from gridpoints.storage.sql.savepoints import piped_savepoint
from gridpoints.storage.sql.types import Whole, among
from gridpoints.values import check_type, check_whole

T = TypeVar("T", bound=Record)
Item = TypeVar("Item")

#: Rows of a stream that are fetched together.
AT_ONCE = 2_000

_usage = tables.table_of(tables.UsageRow)
_OPEN_USAGE = bulk.insert(_usage, new_only=True)
_used = select(_usage.c.id, _usage.c.used).where(_usage.c.community_id == HERE, among(_usage.c.id, IDS))
_USAGE = Prepared(_used)
_LOCK_USAGE = Prepared(_used.order_by(_usage.c.id).with_for_update(key_share=True))
_SET_USAGE = bulk.upsert(_usage, ["used"])


class _Stale(Exception):
    """Somebody else changed a record meanwhile."""


def _grouped(items: Iterable[Item], kind: Callable[[Item], type[Record]]) -> dict[type[Record], list[Item]]:
    by_kind: defaultdict[type[Record], list[Item]] = defaultdict(list)
    for item in items:
        by_kind[kind(item)].append(item)
    return by_kind


class SqlWork:
    """A `gridpoints.storage.port.Work` in an open transaction."""

    def __init__(self, ledger: SqlLedger) -> None:
        self.ledger = ledger
        self._connection = ledger.connection
        self._community = ledger.community
        self._others_write = ledger.others_write

    @cached_property
    def outbox(self) -> SqlOutbox:
        return SqlOutbox(self._connection, self._community, KEPT[Change])

    def add(self, *records: Record) -> None:
        self.write(records, ())

    def replace(self, old: T, new: T) -> None:
        self.write((), [(old, new)])

    def replace_all(self, changes: Iterable[tuple[Record, Record]]) -> None:
        self.write((), list(changes))

    def write(
        self,
        added: Collection[Record],
        changed: Collection[tuple[Record, Record]],
        *,
        at_end: bool = False,
    ) -> None:
        if not added and not changed:
            return
        adding = _grouped(added, type)
        replacing = _grouped(changed, lambda pair: type(pair[0]))
        send = partial(self._send, adding, replacing)
        if at_end and self._others_write:
            put_off(
                self._connection,
                lambda _: send(),
                lambda work: next(work.reasons(adding, replacing), None),
            )
            return
        try:
            with piped_savepoint(self._connection):
                send()
        except _Stale:
            raise next(self._stale(replacing)) from None
        except (exc.DataError, exc.IntegrityError) as error:
            raise next(self.reasons(adding, replacing), error) from error

    def _send(
        self,
        adding: Mapping[type[Record], Sequence[Record]],
        replacing: Mapping[type[Record], Sequence[tuple[Record, Record]]],
    ) -> None:
        for kind, pairs in replacing.items():
            self._replace(KEPT[kind], pairs)
        for kind in sorted(adding, key=KINDS.index):
            kept = KEPT[kind]
            values: bulk.Columns = kept.values(adding[kind])
            if kind is Change:
                values = {**values, "number": self.outbox.numbers(len(adding[kind]))}
            if kept.parted_by is not None:
                part = parts.newest(self._connection, kept.table)
                values = {**values, "part": [part] * len(adding[kind])}
            kept.insert.run(self._connection, self._community, values)

    def _replace(self, kept: Kept[Any], pairs: Sequence[tuple[Record, Record]]) -> None:
        """Refuse, at the latest where the pipeline ends, an old record that stands there no more.

        What is the same object in both was not changed, and is not written.
        """
        for old, new in pairs:
            changed = dict(kept.differing(old, new))
            statements = kept.replacing(tuple(changed))
            arguments: dict[str, Any] = {
                f"new_{kept.column(name).name}": kept.value(name, value) for name, value in changed.items()
            }
            arguments |= {
                "community": self._community,
                "of_id": old.id,
                "old_version": cast(Stateful, old).version,
            }
            if self._others_write:
                statements.or_fail.start(self._connection, **arguments)
            elif not statements.replace.run(self._connection, **arguments):
                raise _Stale

    def _stale(
        self, by_kind: Mapping[type[Record], Sequence[tuple[Record, Record]]]
    ) -> Iterator[ConcurrentChange]:
        """Which of the old records stand there no more, now that nothing is replaced."""
        for kind, pairs in by_kind.items():
            standing = {record.id: record for record in self.find(kind, {"id": [old.id for old, _ in pairs]})}
            for old, _ in pairs:
                if standing.get(old.id) != old:
                    yield ConcurrentChange(kind=kind_of(kind), id=old.id)

    def get(self, kind: type[T], id: str, *, lock: bool = False) -> T:
        kept = KEPT[kind]
        statement = kept.locked if lock else kept.one
        check_type("id", id, str)
        for row in statement.rows(self._connection, community=self._community, of_id=id):
            return cast(T, kept.record(row))
        raise RecordUnknown(kind=kind_of(kind), id=id)

    def find(
        self,
        kind: type[T],
        where: Mapping[str, Any] | None = None,
        *,
        order: Sequence[str] = ("id",),
        limit: int | None = None,
        lock: bool = False,
    ) -> list[T]:
        kept = KEPT[kind]
        statement, values = self._sought(kept, where, order, limit, lock=lock)
        return [cast(T, kept.record(row)) for row in statement.rows(self._connection, **values)]

    def find_all(self, *sought: Sought) -> list[list[Any]]:
        fetches = []
        with pipeline(self._connection):
            for each in sought:
                kept = KEPT[each.kind]
                statement, values = self._sought(kept, each.where, each.order, each.limit, lock=each.lock)
                fetches.append((kept, statement.start(self._connection, **values)))
        return [[kept.record(row) for row in fetch()] for kept, fetch in fetches]

    def _sought(
        self,
        kept: Kept[Any],
        where: Mapping[str, Any] | None,
        order: Sequence[str],
        limit: int | None,
        *,
        lock: bool,
    ) -> tuple[Prepared, dict[str, Any]]:
        """The statement that finds them, and its values."""
        shape = ("find", *forms(kept, where), *order, limit is None, lock)
        if (statement := kept.asked.get(shape)) is None:
            found = kept.all.where(*conditions(kept, where)).order_by(*ordering(kept, order))
            if limit is not None:
                found = found.limit(bindparam("most", type_=Whole))
            if lock:
                found = found.with_for_update(key_share=True)
            statement = kept.asked[shape] = Prepared(found)
        values = {"community": self._community, **dict(parameters(kept, where))}
        if limit is not None:
            values["most"] = limit
        return statement, values

    def select(
        self,
        kind: type[Record],
        fields: Sequence[str],
        where: Mapping[str, Any] | None = None,
        *,
        order: Sequence[str] = ("id",),
    ) -> list[tuple[Any, ...]]:
        kept = KEPT[kind]
        shape = ("select", tuple(fields), *forms(kept, where), *order)
        if (statement := kept.asked.get(shape)) is None:
            statement = kept.asked[shape] = Prepared(selecting(kept, fields, where, order))
        values = {"community": self._community, **dict(parameters(kept, where))}
        return kept.parts(statement.rows(self._connection, **values), fields)

    def stream(
        self,
        kind: type[Record],
        fields: Sequence[str],
        where: Mapping[str, Any] | None = None,
        *,
        order: Sequence[str] = ("id",),
    ) -> Iterator[tuple[Any, ...]]:
        kept = KEPT[kind]
        values = {"community": self._community, **dict(parameters(kept, where))}
        statement, options = selecting(kept, fields, where, order), {"yield_per": AT_ONCE}
        with self._connection.execute(statement, values, execution_options=options) as result:
            for rows in result.partitions():
                yield from kept.parts(rows, fields)

    def count(self, kind: type[Record], where: Mapping[str, Any] | None = None) -> int:
        kept = KEPT[kind]
        shape = ("count", *forms(kept, where))
        if (statement := kept.asked.get(shape)) is None:
            counted = select(func.count()).select_from(kept.table)
            statement = kept.asked[shape] = Prepared(counted.where(kept.here, *conditions(kept, where)))
        values = {"community": self._community, **dict(parameters(kept, where))}
        [(count,)] = statement.rows(self._connection, **values)
        return cast(int, count)

    def count_by(
        self, kind: type[Record], field: str, where: Mapping[str, Any] | None = None
    ) -> dict[Any, int]:
        kept = KEPT[kind]
        shape = ("count by", field, *forms(kept, where))
        if (statement := kept.asked.get(shape)) is None:
            column = kept.column(field)
            counted = select(column, func.count()).where(kept.here, *conditions(kept, where))
            statement = kept.asked[shape] = Prepared(counted.group_by(column))
        values = {"community": self._community, **dict(parameters(kept, where))}
        rows = statement.rows(self._connection, **values)
        return {kept.field(field, value): count for value, count in rows}

    def usage(self, keys: Collection[str]) -> dict[str, int]:
        rows = _USAGE.rows(self._connection, community=self._community, ids=keys)
        return dict.fromkeys(keys, 0) | dict(rows)

    def lock_usage(self, keys: Collection[str]) -> dict[str, int]:
        if not keys:
            return {}
        if not self._others_write:
            return self.usage(keys)
        with pipeline(self._connection):
            _OPEN_USAGE.run(self._connection, self._community, _counters(dict.fromkeys(keys, 0)))
            locked = _LOCK_USAGE.start(self._connection, community=self._community, ids=keys)
        return dict(locked())

    def set_usage(self, used: Mapping[str, int]) -> None:
        _SET_USAGE.run(self._connection, self._community, _counters(used))

    # --- why the database refused ------------------------------------------------------------------

    def reasons(
        self,
        adding: Mapping[type[Record], Sequence[Record]],
        replacing: Mapping[type[Record], Sequence[tuple[Record, Record]]],
    ) -> Iterator[GridpointsError]:
        """Why these cannot be written, now that none of them is."""
        replaced = {kind: [new for _, new in pairs] for kind, pairs in replacing.items()}
        yield from self._stale(replacing)
        for kind in replaced:
            yield from self._refusals(kind, replaced, replacing=True)
        for kind in sorted(adding, key=KINDS.index):
            yield from self._refusals(kind, adding)

    def _refusals(
        self, kind: type[Record], adding: Mapping[type[Record], Sequence[Record]], *, replacing: bool = False
    ) -> Iterator[GridpointsError]:
        """What `gridpoints.storage.integrity` has against the records of `kind`; asked after the fact."""
        records = adding[kind]
        for name in (() if replacing else ("id",)) + UNIQUE.get(kind, ()):
            values = [value for record in records if (value := getattr(record, name)) is not None]
            doubled = [value for value, times in Counter(values).items() if times > 1]
            standing = self._standing(kind, name, values, but=[r.id for r in records] if replacing else ())
            for value in [*doubled, *standing]:
                yield RecordExists(kind=kind_of(kind), id=value)
        for name, target in REFERENCES.get(kind, {}).items():
            ids = dict.fromkeys(id for record in records if (id := getattr(record, name)) is not None)
            known = {*self._standing(target, "id", ids), *(record.id for record in adding.get(target, ()))}
            for id in ids:
                if id not in known:
                    yield ReferenceUnknown(kind=kind_of(kind), detail=f"{name}={id}")
        for name in NEVER_NEGATIVE.get(kind, ()):
            for record in records:
                if (number := getattr(record, name)) is not None:
                    check_whole(name, number, least=0)

    def _standing(
        self, kind: type[Record], name: str, values: Collection[str], but: Collection[str] = ()
    ) -> list[str]:
        kept = KEPT[kind]
        statement = select(kept.column(name)).where(
            kept.here, among(kept.column(name), IDS), kept.key.not_in(but)
        )
        return list(
            self._connection.execute(statement, {"community": self._community, "ids": values}).scalars()
        )


def _counters(used: Mapping[str, int]) -> bulk.Columns:
    """Rows of the table of counters, in the order of its key."""
    keys = sorted(used)
    return {"id": keys, "used": [used[key] for key in keys]}
