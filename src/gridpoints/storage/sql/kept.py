"""How records are kept in their tables: the statements that find and replace them, by what is asked.

There are few of them, and each is compiled once.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping, Sequence
from typing import Any, Generic, TypeVar

from attrs import frozen
from sqlalchemy import (
    Column,
    ColumnElement,
    Select,
    Table,
    bindparam,
    false,
    literal_column,
    or_,
    select,
    update,
)

from gridpoints.records import Record
from gridpoints.storage.port import Of, Range
from gridpoints.storage.sql import bulk, parts, tables
from gridpoints.storage.sql.codec import RowCodec
from gridpoints.storage.sql.prepared import Prepared
from gridpoints.storage.sql.reading import HERE
from gridpoints.storage.sql.types import Text, TextSet, Whole, among

T = TypeVar("T", bound=Record)

ID = bindparam("of_id", type_=Text)


@frozen
class Replacing:
    """A statement that replaces one record, and the same so that it fails where it replaced nothing.

    Then nothing is done that was sent behind it.
    """

    replace: Prepared
    or_fail: Prepared


class Kept(RowCodec[T], Generic[T]):
    """How one kind of record is kept: its codec, and the statements that are the same each time."""

    def __init__(self, table: Table) -> None:
        super().__init__(table.info["kind"], table, key=table.info["key"], own=table.info["own"])
        self.here = table.c.community_id == HERE
        self.all = select(*self.columns).where(self.here)
        one = self.all.where(self.key == ID)
        self.one = Prepared(one)
        self.locked = Prepared(one.with_for_update(key_share=True))
        self.insert = bulk.insert(table)
        #: The field that the table is parted by, if it is.
        self.parted_by: str | None = table.info["parted_by"]
        #: The statements of `find` and `count`, by the shape of what is asked: there are few.
        self.asked: dict[Hashable, Prepared] = {}
        self._replacing: dict[tuple[str, ...], Replacing] = {}

    def replacing(self, fields: tuple[str, ...]) -> Replacing:
        """How a record is replaced that differs in these fields from the one that stands there."""
        if (found := self._replacing.get(fields)) is None:
            columns = map(self.column, fields)
            replace = (
                update(self.table)
                .values({c.name: bindparam(f"new_{c.name}", type_=c.type) for c in columns})
                .where(
                    self.here,
                    self.key == ID,
                    self.table.c.version == bindparam("old_version", type_=Whole),
                )
            )
            replaced = replace.returning(literal_column("1").label("one")).cte("replaced")
            or_fail: Select[Any] = select(literal_column("1 / count(*)")).select_from(replaced)
            found = self._replacing[fields] = Replacing(Prepared(replace), Prepared(or_fail))
        return found


KEPT: Mapping[type, Kept[Any]] = {
    table.info["kind"]: Kept(table) for table in tables.metadata.tables.values() if "kind" in table.info
}


_BOUNDS = ("at_least", "at_most", "above", "below")


def forms(kept: Kept[Any], where: Mapping[str, Any] | None) -> Iterator[Hashable]:
    """What a statement says of each condition, less the values themselves."""
    return (_form(kept, name, wanted) for name, wanted in (where or {}).items())


def _form(kept: Kept[Any], name: str, wanted: Any) -> Hashable:
    if isinstance(wanted, Range):
        return name, *(getattr(wanted, bound) is None for bound in _BOUNDS)
    if isinstance(wanted, Of):
        return name, wanted.kind, wanted.field
    if isinstance(wanted, tuple | list):
        values = 0 if _is_text(kept.column(name)) else len(wanted) - wanted.count(None)
        return name, "any", None in wanted, values
    return name, wanted is None


def _is_text(column: Column[Any]) -> bool:
    return isinstance(column.type, type(Text))


def parameters(kept: Kept[Any], where: Mapping[str, Any] | None) -> Iterator[tuple[str, Any]]:
    """The values of the parameters of `conditions`."""
    for name, wanted in (where or {}).items():
        if isinstance(wanted, Range):
            for bound in _BOUNDS:
                if (value := getattr(wanted, bound)) is not None:
                    yield f"{name}_{bound}", kept.value(name, value)
        elif isinstance(wanted, Of):
            yield f"{name}_of", wanted.ids
        elif isinstance(wanted, tuple | list):
            values = [kept.value(name, value) for value in wanted if value is not None]
            if _is_text(kept.column(name)):
                yield f"{name}_any", values
            else:
                yield from ((f"{name}_any_{n}", value) for n, value in enumerate(values))
        elif wanted is not None:
            yield f"{name}_is", kept.value(name, wanted)


def conditions(kept: Kept[Any], where: Mapping[str, Any] | None) -> Iterator[ColumnElement[bool]]:
    """What a `where` asks for, its values left open: see `parameters`."""
    for name, wanted in (where or {}).items():
        column = kept.column(name)
        if name == kept.parted_by:
            yield parts.in_each(kept.table)
        if isinstance(wanted, Range):
            yield from _bounds(name, column, wanted)
        elif isinstance(wanted, Of):
            other = KEPT[wanted.kind]
            these = among(other.key, bindparam(f"{name}_of", type_=TextSet))
            yield column.in_(select(other.column(wanted.field)).where(other.here, these))
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


def ordering(kept: Kept[Any], order: Sequence[str]) -> Iterator[ColumnElement[Any]]:
    """How they are sorted, equal ones by id."""
    for name in dict.fromkeys([*order, "id"]):
        column = kept.column(name.removeprefix("-"))
        descending = name.startswith("-")
        by = column.desc() if descending else column.asc()
        if column.nullable:  # only there, for an index is not used for it
            by = by.nulls_last() if descending else by.nulls_first()
        yield by


def selecting(
    kept: Kept[Any], fields: Sequence[str], where: Mapping[str, Any] | None, order: Sequence[str]
) -> Select[Any]:
    """Of those that are asked for, the columns of some fields."""
    columns = select(*map(kept.column, fields))
    return columns.where(kept.here, *conditions(kept, where)).order_by(*ordering(kept, order))
