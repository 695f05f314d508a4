"""One person in a row of the layout `MEMBERS`, as it was read: who is meant was not looked up yet."""

from __future__ import annotations

from functools import partial

from attrs import frozen

from gridpoints.sheets.identity import content_id
from gridpoints.sheets.reading import Table
from gridpoints.sheets.rows import Misread, Row, RowProblem
from gridpoints.values import check_identifier, check_text


@frozen
class Person:
    """`grid` and `household` are names, empty where none is given."""

    row: Row
    number: str | None
    name: str
    household: str
    grid: str

    @classmethod
    def read(cls, table: Table, row: Row) -> Person:
        """Raises `Misread`."""
        if row.flaw is not None:
            raise Misread(RowProblem(row.number, None, row.flaw))
        cell = partial(table.value, row)
        return cls(
            row=row,
            number=cell("number", lambda text: check_identifier("number", text) if text else None),
            name=cell("name", lambda text: check_text("name", text, longest=200)),
            household=cell("household", partial(_short, "label")),
            grid=cell("grid", partial(_short, "name")),
        )

    @property
    def id(self) -> str:
        """The id that somebody without a number has."""
        return content_id("member", self.name, self.grid, self.household)


def _short(name: str, text: str) -> str:
    return check_text(name, text, longest=200) if text else ""
