"""Records told once: each cell is what programs read under its key, and what people see in its column.

A room's records are listed like this::

    show_listing(
        desk,
        "offers",
        said.text("Offers"),
        found,
        told("name", words(said.text("Name"))),  # for both
        data("kind", merchant="merchant_id"),  # for programs alone
        seen(figures(said.text("Price")), lambda each: said.amount(each.price, unit)),  # for people alone
    )
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from operator import attrgetter
from typing import Any, Generic, TypeVar

from attrs import frozen
from rich.table import Column, Table

from gridpoints.cli.desk import Desk

R_contra = TypeVar("R_contra", contravariant=True)


@frozen
class Cell(Generic[R_contra]):
    """A part of what is told of a record."""

    document: Callable[[R_contra], Mapping[str, Any]]
    column: Column | None = None
    #: What people see in the column: text, or a value that the language puts into words.
    seen: Callable[[R_contra], Any] | None = None


def told(
    key: str,
    column: Column | None = None,
    of: Callable[[R_contra], Any] | None = None,
    seen: Callable[[R_contra], Any] | None = None,
) -> Cell[R_contra]:
    """For programs, and where it has a column for people: the attribute named like the key, or `of`.

    People see the same, unless `seen` says how it reads.
    """
    value = of or attrgetter(key)
    return Cell(lambda record: {key: value(record)}, column, seen or value)


def data(*attributes: str, **named: str) -> Cell[Any]:
    """For programs alone: attributes, under their own names, or as ``key="attribute"`` under others."""
    keys = dict(zip(attributes, attributes, strict=True)) | named
    return Cell(lambda record: {key: attrgetter(name)(record) for key, name in keys.items()})


def seen(column: Column, of: Callable[[R_contra], Any]) -> Cell[R_contra]:
    """For people alone."""
    return Cell(lambda record: {}, column, of)


@frozen
class Listing:
    """Records as they are told to programs, and to people."""

    document: list[dict[str, Any]]
    table: Table


def listing(
    desk: Desk, title: str, records: Iterable[R_contra], *cells: Cell[R_contra], most: int | None = None
) -> Listing:
    """Tell records, each by the same cells; people see only the first ones, `most` of them, if given."""
    records = list(records)
    document = [dict(pair for cell in cells for pair in cell.document(each).items()) for each in records]
    drawn = [(cell.column, cell.seen) for cell in cells if cell.column is not None and cell.seen is not None]
    rows = [[_text(desk, seen(each)) for _, seen in drawn] for each in records[:most]]
    return Listing(document, desk.out.table(title, [column for column, _ in drawn], rows))


def show_listing(
    desk: Desk, key: str, title: str, records: Iterable[R_contra], *cells: Cell[R_contra], none: str = ""
) -> None:
    """Tell records as all that a command says; people are told `none`, if given, where there are none."""
    listed = listing(desk, title, records, *cells)
    desk.out.show({key: listed.document}, listed.table if listed.document or not none else none)


def _text(desk: Desk, value: Any) -> str:
    nothing = value is None or (isinstance(value, Collection) and not value)
    return "" if nothing else desk.language.shown(value)
