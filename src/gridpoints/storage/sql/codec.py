"""Records to rows and back: one codec for a kind of record, made from its attrs fields."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from operator import attrgetter
from types import NoneType
from typing import Any, Generic, TypeVar, cast, get_args, get_origin

import attrs
from cattrs import Converter
from sqlalchemy import Column, Table

from gridpoints.records import Record
from gridpoints.values import Step

T = TypeVar("T", bound=Record)

_CONVERTER = Converter()
for _exact in (
    Decimal,
    date,
    datetime,
):  # inside of other classes: exact JSON brings them back itself
    _CONVERTER.register_structure_hook(_exact, lambda value, _: value)
    _CONVERTER.register_unstructure_hook(_exact, lambda value: value)

_Hook = Callable[[Any], Any]

#: Records whose fields are read together: so many stay in the cache of a processor.
READ_AT_ONCE = 500

#: Kept as they are: their columns know how.
_PLAIN = (str, int, bool, bytes, datetime, date, Decimal, Step)


class RowCodec(Generic[T]):
    """Maps one kind of record to the columns of its table, which must have the same names.

    `key` is the column that holds the id, should it have another name; `own` are columns that the
    store fills by itself. Raises TypeError where the fields of the record and the other columns (less
    `community_id`, unless it is the key) differ.
    """

    def __init__(self, kind: type[T], table: Table, *, key: str = "id", own: Collection[str] = ()) -> None:
        every = attrs.fields(attrs.resolve_types(cast("type[attrs.AttrsInstance]", kind)))
        fields = [a for a in every if a.init]  # what follows from the others is not kept
        names = {a.name: key if a.name == "id" else a.name for a in fields}
        columns = set(table.c.keys()) - ({"community_id"} - {key}) - set(own)
        if columns != set(names.values()):
            differing = ", ".join(sorted(columns ^ set(names.values())))
            raise TypeError(f"{kind.__name__} and the table {table.name} differ in: {differing}")
        self.kind = kind
        self.table = table
        self.key: Column[Any] = table.c[key]
        #: In the order of the fields.
        self.columns: Sequence[Column[Any]] = [table.c[name] for name in names.values()]
        self._columns: dict[str, Column[Any]] = dict(zip(names, self.columns, strict=True)) | {"id": self.key}
        hooks = {a.name: _hooks(a.type) for a in fields}
        self._to_column = {name: to_column for name, (to_column, _) in hooks.items()}
        self._to_field = {name: to_field for name, (_, to_field) in hooks.items()}
        self._write = [
            (self._columns[name].name, attrgetter(name), to_column)
            for name, to_column in self._to_column.items()
        ]
        self._read = [
            (place, to_field)
            for place, to_field in enumerate(self._to_field.values())
            if to_field is not None
        ]

    def column(self, field: str) -> Column[Any]:
        """The column of a field; every kind has one for ``id``."""
        return self._columns[field]

    def value(self, field: str, value: Any) -> Any:
        """What the column of `field` is given for one value of it."""
        to_column = self._to_column.get(field)
        return value if to_column is None or value is None else to_column(value)

    def field(self, field: str, value: Any) -> Any:
        """The value of `field` for what its column holds."""
        to_field = self._to_field.get(field)
        return value if to_field is None else to_field(value)

    def values(self, records: Iterable[T]) -> dict[str, list[Any]]:
        """The values of many records, by column."""
        records = list(records)
        values: dict[str, list[Any]] = {column: [] for column, _, _ in self._write}
        # Some at a time: what of all was read for one field is far away again when the next one is read.
        for start in range(0, len(records), READ_AT_ONCE):
            some = records[start : start + READ_AT_ONCE]
            for column, get, to_column in self._write:
                found = map(get, some)
                values[column].extend(found if to_column is None else map(to_column, found))
        return values

    def differing(self, old: T, new: T) -> Iterator[tuple[str, Any]]:
        """The fields that hold another object in `new`, and it; never the id, always the version."""
        for name in self._to_column:
            value = getattr(new, name)
            if name != "id" and (value is not getattr(old, name) or name == "version"):
                yield name, value

    def record(self, row: Iterable[Any]) -> T:
        """The record of a row that holds `columns`, in their order."""
        values = list(row)
        for place, read in self._read:
            values[place] = read(values[place])
        return self.kind(*values)

    def parts(self, rows: Iterable[Iterable[Any]], fields: Sequence[str]) -> list[tuple[Any, ...]]:
        """What the records have in `fields`, of rows that hold the columns of these, in their order."""
        columns = zip(*rows, strict=True)
        reads = map(self._to_field.__getitem__, fields)
        return list(
            zip(*(map(read, c) if read else c for c, read in zip(columns, reads, strict=False)), strict=True)
        )


def _hooks(annotation: Any) -> tuple[_Hook | None, _Hook | None]:
    """What leads from a field's value to its column's and back; None: nothing need be done."""
    parts = [part for part in get_args(annotation) if part is not NoneType]
    if len(parts) < len(get_args(annotation)):  # X | None
        to_column, to_field = _hooks(parts[0])
        return to_column and _unless_none(to_column), to_field and _unless_none(to_field)
    if annotation in _PLAIN or _is_plain_mapping(annotation):
        return None, None
    if isinstance(annotation, type) and issubclass(annotation, StrEnum):
        return str, annotation
    unstructure, structure = (
        _CONVERTER.get_unstructure_hook(annotation),
        _CONVERTER.get_structure_hook(annotation),
    )
    if get_origin(annotation) is tuple:
        of_each, _ = _hooks(parts[0])
        to_list = list if of_each is None else lambda value: list(map(of_each, value))
        return to_list, lambda value: structure(value, annotation)
    return unstructure, lambda value: structure(value, annotation)


def _is_plain_mapping(annotation: Any) -> bool:
    """Whether it is a mapping whose values are of types that a column for JSON knows."""
    return get_origin(annotation) is Mapping and Any not in get_args(annotation)


def _unless_none(hook: _Hook) -> _Hook:
    return lambda value: None if value is None else hook(value)
