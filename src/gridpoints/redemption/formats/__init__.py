"""How settlement statements are written to a file: one module for each format.

A package adds one by an entry point of the group `FORMATS`, named like the ending of its files, to a
`Format`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from functools import partial
from importlib import import_module
from importlib.metadata import entry_points
from typing import BinaryIO, Protocol

from attrs import frozen

from gridpoints.errors import StatementFormatUnknown

#: The group of entry points: ``sepa = "our_package.sepa:write"``.
FORMATS = "gridpoints.settlement_formats"

Cell = str | int | Decimal | date | datetime | None


class Holds(StrEnum):
    """What stands in a column."""

    TEXT = "text"
    NUMBER = "number"
    POINTS = "points"
    MONEY = "money"
    DAY = "day"
    TIME = "time"


@frozen
class Column:
    """A column: its `key` for programs, its `heading` for people."""

    key: str
    heading: str
    holds: Holds = Holds.TEXT


@frozen
class Table:
    """What is written: a title, columns, and rows with a cell for each of them."""

    title: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[Cell]]


class Format(Protocol):
    """Writes a table to a file that is open for bytes."""

    def __call__(self, table: Table, target: BinaryIO) -> None:
        """Write all of it; the caller closes the file."""


def _built_in(module: str, table: Table, target: BinaryIO) -> None:
    import_module(f"{__name__}.{module}").write(table, target)


_BUILT_IN: Mapping[str, Format] = {
    ending: partial(_built_in, f"as_{ending}") for ending in ("csv", "json", "xlsx")
}


def known_formats() -> tuple[str, ...]:
    """The names of all formats, those of other packages included, sorted."""
    return tuple(sorted({*_BUILT_IN, *(point.name for point in entry_points(group=FORMATS))}))


def format_of(name: str) -> Format:
    """The format of that name; raises `StatementFormatUnknown`."""
    if name in _BUILT_IN:
        return _BUILT_IN[name]
    for point in entry_points(group=FORMATS, name=name):
        added: Format = point.load()
        return added
    raise StatementFormatUnknown(format=name[:40], known=known_formats())
