"""A unit of work on one community: its records and its counters. Its ledger stands in `ledger`."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any, Generic, TypeVar, cast

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    CursorResult,
    Select,
    Table,
    bindparam,
    exc,
    func,
    or_,
    select,
    update,
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
from gridpoints.storage.port import Range
from gridpoints.storage.sql import bulk, tables
from gridpoints.storage.sql.codec import RowCodec
from gridpoints.storage.sql.folding import Remembered
from gridpoints.storage.sql.ledger import SqlLedger
from gridpoints.storage.sql.outbox import SqlOutbox
from gridpoints.storage.sql.savepoints import savepoint
from gridpoints.storage.sql.types import Text, TextSet, Whole, among
from gridpoints.values import check_whole

T = TypeVar("T", bound=Record)

#: Rows of a stream that are fetched together.
AT_ONCE = 2_000
_HERE = bindparam("community", type_=Text)
_ID = bindparam("of_id", type_=Text)
_IDS = bindparam("ids", type_=TextSet)


class _Kept(RowCodec[T], Generic[T]):
    """How one kind of record is kept: its codec, and the statements that are the same each time."""

    def __init__(self, table: Table) -> None:
        super().__init__(table.info["kind"], table, key=table.info["key"], own=table.info["own"])
        self.here = table.c.community_id == _HERE
        self.all = select(*self.columns).where(self.here)
        self.one = self.all.where(self.key == _ID)
        self.locked = self.one.with_for_update(key_share=True)
        self.insert = bulk.insert(table)
        #: The statements of `find` and `count`, by the shape of what is asked: there are few.
        self.asked: dict[Hashable, Select[Any]] = {}
        self.replace = update(table).where(self.here, self.key == _ID)
        if "version" in table.c:
            self.replace = self.replace.where(table.c.version == bindparam("old_version"))


_KEPT: Mapping[type, _Kept[Any]] = {
    table.info["kind"]: _Kept(table) for table in tables.metadata.tables.values() if "kind" in table.info
}

_usage = tables.table_of(tables.UsageRow)
_OPEN_USAGE = bulk.insert(_usage, new_only=True)
_USAGE = select(_usage.c.id, _usage.c.used).where(_usage.c.community_id == _HERE, among(_usage.c.id, _IDS))
_LOCK_USAGE = _USAGE.order_by(_usage.c.id).with_for_update(key_share=True)
_SET_USAGE = bulk.upsert(_usage, ["used"])


class _Stale(Exception):
    """Somebody else changed a record meanwhile."""


class SqlWork:
    """A `gridpoints.storage.port.Work` in an open transaction."""

    def __init__(self, connection: Connection, community: str, remembered: Remembered) -> None:
        self._connection = connection
        self._community = community
        self._remembered = remembered

    @cached_property
    def ledger(self) -> SqlLedger:
        return SqlLedger(self._connection, self._community, self._remembered)

    @cached_property
    def outbox(self) -> SqlOutbox:
        return SqlOutbox(self._connection, self._community, _KEPT[Change])

    def add(self, *records: Record) -> None:
        by_kind: defaultdict[type[Record], list[Record]] = defaultdict(list)
        for record in records:
            by_kind[type(record)].append(record)
        kinds = sorted(by_kind, key=KINDS.index)
        try:
            with savepoint(self._connection):
                for kind in kinds:
                    values: bulk.Columns = _KEPT[kind].values(by_kind[kind])
                    if kind is Change:
                        values = {**values, "number": self.outbox.numbers(len(by_kind[kind]))}
                    _KEPT[kind].insert.run(self._connection, self._community, values)
        except exc.IntegrityError as error:
            refusals = (refusal for kind in kinds for refusal in self._refusals(kind, by_kind))
            raise next(refusals, error) from error

    def replace(self, old: T, new: T) -> None:
        self.replace_all([(old, new)])

    def replace_all(self, changes: Iterable[tuple[Record, Record]]) -> None:
        by_kind: defaultdict[type[Record], list[tuple[Record, Record]]] = defaultdict(list)
        for old, new in changes:
            by_kind[type(old)].append((old, new))
        try:
            with savepoint(self._connection):
                done = all(self._replace(_KEPT[kind], pairs) for kind, pairs in by_kind.items())
                if not done:
                    raise _Stale
        except _Stale:
            raise next(self._stale(by_kind)) from None
        except exc.IntegrityError as error:
            added = {kind: [new for _, new in pairs] for kind, pairs in by_kind.items()}
            refusals = (refusal for kind in added for refusal in self._refusals(kind, added, replacing=True))
            raise next(refusals, error) from error

    def _replace(self, kept: _Kept[Any], pairs: Sequence[tuple[Record, Record]]) -> bool:
        """Whether every old record still stood there."""
        values = kept.values(new for _, new in pairs)
        del values[kept.key.name]
        rows = [
            {"community": self._community, "of_id": old.id, "old_version": cast(Stateful, old).version}
            | dict(zip(values, of_one, strict=True))
            for (old, _), of_one in zip(pairs, zip(*values.values(), strict=True), strict=True)
        ]
        return self._connection.execute(kept.replace, rows).rowcount == len(rows)

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
        kept = _KEPT[kind]
        statement = kept.locked if lock else kept.one
        row = self._connection.execute(statement, {"community": self._community, "of_id": id}).first()
        if row is None:
            raise RecordUnknown(kind=kind_of(kind), id=id)
        return cast(T, kept.record(row))

    def find(
        self,
        kind: type[T],
        where: Mapping[str, Any] | None = None,
        *,
        order: Sequence[str] = ("id",),
        limit: int | None = None,
        lock: bool = False,
    ) -> list[T]:
        kept = _KEPT[kind]
        shape = ("find", *map(_form, (where or {}).items()), *order, limit is None, lock)
        if (statement := kept.asked.get(shape)) is None:
            statement = kept.all.where(*_conditions(kept, where)).order_by(*_order(kept, order))
            if limit is not None:
                statement = statement.limit(bindparam("most", type_=Whole))
            if lock:
                statement = statement.with_for_update(key_share=True)
            kept.asked[shape] = statement
        values = {"community": self._community, **dict(_values(kept, where))}
        if limit is not None:
            values["most"] = limit
        rows = self._connection.execute(statement, values).all()
        return [cast(T, kept.record(row)) for row in rows]

    def select(
        self,
        kind: type[Record],
        fields: Sequence[str],
        where: Mapping[str, Any] | None = None,
        *,
        order: Sequence[str] = ("id",),
    ) -> list[tuple[Any, ...]]:
        kept = _KEPT[kind]
        return kept.parts(self._selected(kept, fields, where, order).all(), fields)

    def stream(
        self,
        kind: type[Record],
        fields: Sequence[str],
        where: Mapping[str, Any] | None = None,
        *,
        order: Sequence[str] = ("id",),
    ) -> Iterator[tuple[Any, ...]]:
        kept = _KEPT[kind]
        with self._selected(kept, fields, where, order, yield_per=AT_ONCE) as result:
            for rows in result.partitions():
                yield from kept.parts(rows, fields)

    def _selected(
        self,
        kept: _Kept[Any],
        fields: Sequence[str],
        where: Mapping[str, Any] | None,
        order: Sequence[str],
        **options: Any,
    ) -> CursorResult[Any]:
        statement = select(*map(kept.column, fields)).where(kept.here, *_conditions(kept, where))
        values = {"community": self._community, **dict(_values(kept, where))}
        statement = statement.order_by(*_order(kept, order))
        return self._connection.execute(statement, values, execution_options=options)

    def count(self, kind: type[Record], where: Mapping[str, Any] | None = None) -> int:
        kept = _KEPT[kind]
        shape = ("count", *map(_form, (where or {}).items()))
        if (statement := kept.asked.get(shape)) is None:
            counted = select(func.count()).select_from(kept.table)
            statement = kept.asked[shape] = counted.where(kept.here, *_conditions(kept, where))
        values = {"community": self._community, **dict(_values(kept, where))}
        return cast(int, self._connection.execute(statement, values).scalar_one())

    def count_by(
        self, kind: type[Record], field: str, where: Mapping[str, Any] | None = None
    ) -> dict[Any, int]:
        kept = _KEPT[kind]
        column = kept.column(field)
        statement = select(column, func.count()).where(kept.here, *_conditions(kept, where)).group_by(column)
        values = {"community": self._community, **dict(_values(kept, where))}
        rows = self._connection.execute(statement, values).all()
        return {kept.field(field, value): count for value, count in rows}

    def usage(self, keys: Collection[str]) -> dict[str, int]:
        rows = self._connection.execute(_USAGE, {"community": self._community, "ids": keys}).all()
        return dict.fromkeys(keys, 0) | dict(map(tuple, rows))

    def lock_usage(self, keys: Collection[str]) -> dict[str, int]:
        if not keys:
            return {}
        if self._connection.dialect.name == "sqlite":  # whoever writes there is alone
            return self.usage(keys)
        _OPEN_USAGE.run(self._connection, self._community, _counters(dict.fromkeys(keys, 0)))
        rows = self._connection.execute(_LOCK_USAGE, {"community": self._community, "ids": keys})
        return dict(map(tuple, rows))

    def set_usage(self, used: Mapping[str, int]) -> None:
        _SET_USAGE.run(self._connection, self._community, _counters(used))

    # --- why the database refused ------------------------------------------------------------------

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
        kept = _KEPT[kind]
        statement = select(kept.column(name)).where(
            kept.here, among(kept.column(name), _IDS), kept.key.not_in(but)
        )
        return list(
            self._connection.execute(statement, {"community": self._community, "ids": values}).scalars()
        )


def _counters(used: Mapping[str, int]) -> bulk.Columns:
    """Rows of the table of counters, in the order of its key."""
    keys = sorted(used)
    return {"id": keys, "used": [used[key] for key in keys]}


_BOUNDS = ("at_least", "at_most", "above", "below")


def _form(condition: tuple[str, Any]) -> Hashable:
    """What a statement says of a condition, less the values themselves."""
    name, wanted = condition
    if isinstance(wanted, Range):
        return name, *(getattr(wanted, bound) is None for bound in _BOUNDS)
    if isinstance(wanted, tuple | list):
        return name, "any", None in wanted
    return name, wanted is None


def _values(kept: _Kept[Any], where: Mapping[str, Any] | None) -> Iterator[tuple[str, Any]]:
    """The values of the parameters of `_conditions`."""
    for name, wanted in (where or {}).items():
        if isinstance(wanted, Range):
            for bound in _BOUNDS:
                if (value := getattr(wanted, bound)) is not None:
                    yield f"{name}_{bound}", kept.value(name, value)
        elif isinstance(wanted, tuple | list):
            yield f"{name}_any", [kept.value(name, value) for value in wanted if value is not None]
        elif wanted is not None:
            yield f"{name}_is", kept.value(name, wanted)


def _conditions(kept: _Kept[Any], where: Mapping[str, Any] | None) -> Iterator[ColumnElement[bool]]:
    for name, wanted in (where or {}).items():
        column = kept.column(name)
        if isinstance(wanted, Range):
            yield from _bounds(name, column, wanted)
        elif isinstance(wanted, tuple | list):
            if isinstance(column.type, type(Text)):
                any_of: ColumnElement[bool] = among(column, bindparam(f"{name}_any", type_=TextSet))
            else:
                any_of = column.in_(bindparam(f"{name}_any", type_=column.type, expanding=True))
            yield or_(any_of, column.is_(None)) if None in wanted else any_of
        elif wanted is None:
            yield column.is_(None)
        else:
            yield column == bindparam(f"{name}_is", type_=column.type)


def _bounds(name: str, column: Column[Any], wanted: Range) -> Iterator[ColumnElement[bool]]:
    yield column.is_not(None)
    compare = (column.__ge__, column.__le__, column.__gt__, column.__lt__)
    for bound, compared in zip(_BOUNDS, compare, strict=True):
        if getattr(wanted, bound) is not None:
            yield compared(bindparam(f"{name}_{bound}", type_=column.type))


def _order(kept: _Kept[Any], order: Sequence[str]) -> Iterator[ColumnElement[Any]]:
    for name in dict.fromkeys([*order, "id"]):
        column = kept.column(name.removeprefix("-"))
        descending = name.startswith("-")
        by = column.desc() if descending else column.asc()
        if column.nullable:  # only there, for an index is not used for it
            by = by.nulls_last() if descending else by.nulls_first()
        yield by
