"""A unit of work on one community: its records and its counters. Its ledger stands in `ledger`."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import chain
from typing import Any, Generic, TypeVar, cast

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Table,
    bindparam,
    exc,
    false,
    func,
    literal_column,
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
from gridpoints.rules.case import UsageKey
from gridpoints.storage.integrity import KINDS, NEVER_NEGATIVE, REFERENCES, UNIQUE
from gridpoints.storage.port import Range, Sought
from gridpoints.storage.sql import bulk, tables
from gridpoints.storage.sql.codec import RowCodec
from gridpoints.storage.sql.folding import Remembered
from gridpoints.storage.sql.ledger import SqlLedger
from gridpoints.storage.sql.outbox import SqlOutbox
from gridpoints.storage.sql.prepared import Prepared, pipeline
from gridpoints.storage.sql.savepoints import piped_savepoint
from gridpoints.storage.sql.types import Text, TextSet, Whole, among
from gridpoints.values import check_whole

T = TypeVar("T", bound=Record)

_HERE = bindparam("community", type_=Text)
_ID = bindparam("of_id", type_=Text)
_IDS = bindparam("ids", type_=TextSet)


class _Kept(RowCodec[T], Generic[T]):
    """How one kind of record is kept: its codec, and the statements that are the same each time."""

    def __init__(self, table: Table) -> None:
        super().__init__(table.info["kind"], table, key=table.info["key"], own=table.info["own"])
        self.here = table.c.community_id == _HERE
        self.all = select(*self.columns).where(self.here)
        one = self.all.where(self.key == _ID)
        self.one = Prepared(one)
        self.locked = Prepared(one.with_for_update(key_share=True))
        self.insert = bulk.insert(table)
        #: The statements of `find` and `count`, by the shape of what is asked: there are few.
        self.asked: dict[Hashable, Prepared] = {}
        if "version" in table.c:
            changed = [column for column in self.columns if column is not self.key]
            replace = (
                update(table)
                .values({c.name: bindparam(f"new_{c.name}", type_=c.type) for c in changed})
                .where(self.here, self.key == _ID, table.c.version == bindparam("old_version", type_=Whole))
            )
            self.replace = Prepared(replace)
            # A statement that fails where it replaced nothing, so that what is sent behind it is not done.
            replaced = replace.returning(literal_column("1").label("one")).cte("replaced")
            self.replace_or_fail = Prepared(select(literal_column("1 / count(*)")).select_from(replaced))


_KEPT: Mapping[type, _Kept[Any]] = {
    table.info["kind"]: _Kept(table) for table in tables.metadata.tables.values() if "kind" in table.info
}

_usage = tables.table_of(tables.UsageRow)
_OPEN_USAGE = bulk.insert(_usage, new_only=True)
_used = select(_usage.c.id, _usage.c.used).where(_usage.c.community_id == _HERE, among(_usage.c.id, _IDS))
_USAGE = Prepared(_used)
_LOCK_USAGE = Prepared(_used.order_by(_usage.c.id).with_for_update(key_share=True))
_SET_USAGE = bulk.upsert(_usage, ["used"])


_DIVISION_BY_ZERO = "22012"


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
        self.write(records, ())

    def replace(self, old: T, new: T) -> None:
        self.write((), [(old, new)])

    def replace_all(self, changes: Iterable[tuple[Record, Record]]) -> None:
        self.write((), list(changes))

    def write(self, added: Collection[Record], changed: Collection[tuple[Record, Record]]) -> None:
        adding: defaultdict[type[Record], list[Record]] = defaultdict(list)
        for record in added:
            adding[type(record)].append(record)
        replacing: defaultdict[type[Record], list[tuple[Record, Record]]] = defaultdict(list)
        for old, new in changed:
            replacing[type(old)].append((old, new))
        kinds = sorted(adding, key=KINDS.index)
        numbers = self.outbox.numbers(len(adding[Change])) if Change in adding else ()
        try:
            with piped_savepoint(self._connection):
                for kind, pairs in replacing.items():
                    self._replace(_KEPT[kind], pairs)
                for kind in kinds:
                    values: bulk.Columns = _KEPT[kind].values(adding[kind])
                    if kind is Change:
                        values = {**values, "number": numbers}
                    _KEPT[kind].insert.run(self._connection, self._community, values)
        except _Stale:
            raise next(self._stale(replacing)) from None
        except exc.DataError as error:
            if getattr(error.orig, "sqlstate", None) != _DIVISION_BY_ZERO:
                raise
            raise next(self._stale(replacing)) from None
        except exc.IntegrityError as error:
            replaced = {kind: [new for _, new in pairs] for kind, pairs in replacing.items()}
            refusals = chain(
                *(self._refusals(kind, replaced, replacing=True) for kind in replaced),
                *(self._refusals(kind, adding) for kind in kinds),
            )
            raise next(refusals, error) from error

    def _replace(self, kept: _Kept[Any], pairs: Sequence[tuple[Record, Record]]) -> None:
        """Refuse, at the latest where the pipeline ends, an old record that stands there no more."""
        others_write = self._connection.dialect.name != "sqlite"
        values = {f"new_{name}": column for name, column in kept.values(new for _, new in pairs).items()}
        del values[f"new_{kept.key.name}"]
        for (old, _), of_one in zip(pairs, zip(*values.values(), strict=True), strict=True):
            arguments: dict[str, Any] = dict(zip(values, of_one, strict=True))
            arguments |= {
                "community": self._community,
                "of_id": old.id,
                "old_version": cast(Stateful, old).version,
            }
            if others_write:
                kept.replace_or_fail.start(self._connection, **arguments)
            elif not kept.replace.run(self._connection, **arguments):
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
        kept = _KEPT[kind]
        statement = kept.locked if lock else kept.one
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
        kept = _KEPT[kind]
        statement, values = self._sought(kept, where, order, limit, lock=lock)
        return [cast(T, kept.record(row)) for row in statement.rows(self._connection, **values)]

    def find_all(self, *sought: Sought) -> list[list[Any]]:
        fetches = []
        with pipeline(self._connection):
            for each in sought:
                kept = _KEPT[each.kind]
                statement, values = self._sought(kept, each.where, each.order, each.limit, lock=each.lock)
                fetches.append((kept, statement.start(self._connection, **values)))
        return [[kept.record(row) for row in fetch()] for kept, fetch in fetches]

    def _sought(
        self,
        kept: _Kept[Any],
        where: Mapping[str, Any] | None,
        order: Sequence[str],
        limit: int | None,
        *,
        lock: bool,
    ) -> tuple[Prepared, dict[str, Any]]:
        """The statement that finds them, and its values."""
        forms = (_form(kept, name, wanted) for name, wanted in (where or {}).items())
        shape = ("find", *forms, *order, limit is None, lock)
        if (statement := kept.asked.get(shape)) is None:
            found = kept.all.where(*_conditions(kept, where)).order_by(*_order(kept, order))
            if limit is not None:
                found = found.limit(bindparam("most", type_=Whole))
            if lock:
                found = found.with_for_update(key_share=True)
            statement = kept.asked[shape] = Prepared(found)
        values = {"community": self._community, **dict(_values(kept, where))}
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
        kept = _KEPT[kind]
        statement = select(*map(kept.column, fields)).where(kept.here, *_conditions(kept, where))
        values = {"community": self._community, **dict(_values(kept, where))}
        rows = self._connection.execute(statement.order_by(*_order(kept, order)), values).all()
        return kept.parts(rows, fields)

    def count(self, kind: type[Record], where: Mapping[str, Any] | None = None) -> int:
        kept = _KEPT[kind]
        shape = ("count", *(_form(kept, *asked) for asked in (where or {}).items()))
        if (statement := kept.asked.get(shape)) is None:
            counted = select(func.count()).select_from(kept.table)
            statement = kept.asked[shape] = Prepared(counted.where(kept.here, *_conditions(kept, where)))
        values = {"community": self._community, **dict(_values(kept, where))}
        [(count,)] = statement.rows(self._connection, **values)
        return cast(int, count)

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
        rows = _USAGE.rows(self._connection, community=self._community, ids=keys)
        return dict.fromkeys(keys, 0) | dict(rows)

    def lock_usage(self, keys: Collection[str]) -> dict[str, int]:
        if not keys:
            return {}
        if self._connection.dialect.name == "sqlite":  # whoever writes there is alone
            return self.usage(keys)
        with pipeline(self._connection):
            _OPEN_USAGE.run(self._connection, self._community, _counters(dict.fromkeys(keys, 0)))
            locked = _LOCK_USAGE.start(self._connection, community=self._community, ids=keys)
        return dict(locked())

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
    """Rows of the table of counters."""
    keys = list(map(UsageKey.parse, used))
    return {
        "id": list(used),
        "limit_code": [key.limit for key in keys],
        "subject": [key.subject for key in keys],
        "since": [key.since for key in keys],
        "used": list(used.values()),
    }


_BOUNDS = ("at_least", "at_most", "above", "below")


def _form(kept: _Kept[Any], name: str, wanted: Any) -> Hashable:
    """What a statement says of a condition, less the values themselves."""
    if isinstance(wanted, Range):
        return name, *(getattr(wanted, bound) is None for bound in _BOUNDS)
    if isinstance(wanted, tuple | list):
        return name, "any", None in wanted, 0 if _is_text(kept.column(name)) else len(wanted)
    return name, wanted is None


def _is_text(column: Column[Any]) -> bool:
    return isinstance(column.type, type(Text))


def _values(kept: _Kept[Any], where: Mapping[str, Any] | None) -> Iterator[tuple[str, Any]]:
    """The values of the parameters of `_conditions`."""
    for name, wanted in (where or {}).items():
        if isinstance(wanted, Range):
            for bound in _BOUNDS:
                if (value := getattr(wanted, bound)) is not None:
                    yield f"{name}_{bound}", kept.value(name, value)
        elif isinstance(wanted, tuple | list):
            values = [kept.value(name, value) for value in wanted if value is not None]
            if _is_text(kept.column(name)):
                yield f"{name}_any", values
            else:
                yield from ((f"{name}_any_{n}", value) for n, value in enumerate(values))
        elif wanted is not None:
            yield f"{name}_is", kept.value(name, wanted)


def _conditions(kept: _Kept[Any], where: Mapping[str, Any] | None) -> Iterator[ColumnElement[bool]]:
    for name, wanted in (where or {}).items():
        column = kept.column(name)
        if isinstance(wanted, Range):
            yield from _bounds(name, column, wanted)
        elif isinstance(wanted, tuple | list):
            if _is_text(column):
                any_of: ColumnElement[bool] = among(column, bindparam(f"{name}_any", type_=TextSet))
            else:
                values = range(len(wanted) - wanted.count(None))
                any_of = or_(
                    false(), *(column == bindparam(f"{name}_any_{n}", type_=column.type) for n in values)
                )
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
