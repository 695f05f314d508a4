"""Rows of a table as a file has them, and what can be wrong with one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import NamedTuple, Protocol

from attrs import frozen

from gridpoints.errors import GridpointsError, InvalidInput

#: One for all: most rows have none.
NO_FLAWS: Mapping[int, InvalidInput] = MappingProxyType({})


class Row(NamedTuple):  # quick to make: a table may have a million
    """One row: `number` is the one that a spreadsheet program shows beside it.

    `flaws` says, by the index of a cell, why it cannot be taken; `flaw`, why the whole row cannot.
    """

    number: int
    cells: tuple[str, ...]
    flaws: Mapping[int, InvalidInput] = NO_FLAWS
    flaw: InvalidInput | None = None


@frozen
class RowProblem:
    """What is wrong with a row: `column` is the heading in the file, None for the whole row."""

    row: int
    column: str | None
    error: GridpointsError


class Source(Protocol):
    """A file whose rows can be read."""

    @property
    def expected(self) -> int:
        """About how many rows there are."""

    @property
    def shifting(self) -> bool:
        """Whether one delimiter too many moves the cells after it under the wrong headings."""

    def rows(self) -> Iterator[Row]:
        """The rows that are not blank, from the top."""


class Misread(Exception):
    """Carries the problem of one row to where its outcome is made; never leaves `sheets`."""

    def __init__(self, problem: RowProblem) -> None:
        super().__init__(problem)
        self.problem = problem
