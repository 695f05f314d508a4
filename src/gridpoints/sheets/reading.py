"""Tables as clerks keep them, CSV or XLSX, row by row: `open_table` is the door.

What a file can hold besides text has one outcome each: a cell with a formula has the result that
was saved with it; a formula without a result, a failed one (``#N/A``), a merged cell and a hidden
row are flaws, and raise where they are read; dates come as ISO days, TRUE and FALSE as these
words; blank rows are left out. Rows are read one at a time, so that a long file needs no memory.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from itertools import chain, islice
from pathlib import Path
from typing import TypeVar

from attrs import frozen

from gridpoints.errors import (
    FileIsFolder,
    FileLocked,
    FileMissing,
    FileNotOpened,
    FileUnreadable,
    GridpointsError,
    RowTooLong,
    TableEmpty,
)
from gridpoints.sheets import delimited, workbook
from gridpoints.sheets.headings import HEAD, Layout
from gridpoints.sheets.rows import Misread, Row, RowProblem, Source

T = TypeVar("T")

#: How files begin: an OLE container is an old .xls or an encrypted workbook.
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ZIP = b"PK\x03\x04"


@frozen
class Table:
    """A table whose headings were found; iterate over it once for the rows below them.

    `columns` says where the columns of the layout stand, `expected` about how many rows there
    are. A row with more cells than headings gets a flaw where its cells may have been shifted.
    """

    file: str
    headings: tuple[str, ...]
    columns: Mapping[str, int]
    expected: int
    _rows: Iterable[Row]

    def __iter__(self) -> Iterator[Row]:
        return iter(self._rows)

    def batches(self, size: int) -> Iterator[list[Row]]:
        """The rows, `size` at a time."""
        rows = iter(self)
        while batch := list(islice(rows, size)):
            yield batch

    def heading(self, *keys: str) -> str | None:
        """The heading, in the file, of the first of these columns that the table has."""
        return next((self.headings[self.columns[key]] for key in keys if key in self.columns), None)

    def text(self, row: Row, key: str) -> str:
        """The text under a column, empty where there is none; raises the flaw of the cell."""
        if (index := self.columns.get(key)) is None:
            return ""
        if (flaw := row.flaws.get(index)) is not None:
            raise flaw
        return row.cells[index] if index < len(row.cells) else ""

    def value(self, row: Row, key: str, read: Callable[[str], T]) -> T:
        """What `read` makes of the text under a column; raises `Misread` with the heading."""
        try:
            # `text` once more: for each row, it is asked for every column there may be
            if (index := self.columns.get(key)) is None:
                return read("")
            if row.flaws or index >= len(row.cells):
                return read(self.text(row, key))
            return read(row.cells[index])
        except GridpointsError as error:
            raise Misread(RowProblem(row.number, self.heading(key), error)) from None


@contextmanager
def open_table(path: str | Path, layout: Layout, *, sheet: str | None = None) -> Iterator[Table]:
    """Open a CSV or XLSX file and find the headings of `layout` in it.

    A CSV file is read through once before the first row is answered, so that one that cannot be
    read to its end is refused whole. `sheet` names the sheet of a workbook; without it, the only
    visible one that has the headings is read. Raises `FileMissing`, `FileUnreadable` of one kind
    or another, `ColumnMissing` or `ColumnDoubled`.
    """
    path = Path(path)
    with ExitStack() as files:
        source = _source(path, layout, sheet, files)
        rows = source.rows()
        head = list(islice(rows, HEAD))
        if not head:
            raise TableEmpty(file=path.name)
        at = max(range(len(head)), key=lambda i: layout.recognised(head[i].cells))
        headings = head[at].cells
        columns = layout.read(path.name, headings)
        below: Iterable[Row] = chain(head[at + 1 :], rows)
        if source.shifting:
            below = _unshifted(below, len(headings))
        yield Table(path.name, headings, columns, max(0, source.expected - at - 1), below)


def _unshifted(rows: Iterable[Row], width: int) -> Iterator[Row]:
    for row in rows:
        shifted = len(row.cells) > width and any(row.cells[width:])
        yield row._replace(flaw=RowTooLong(found=len(row.cells), expected=width)) if shifted else row


def _source(path: Path, layout: Layout, sheet: str | None, files: ExitStack) -> Source:
    try:
        if path.is_dir():
            raise FileIsFolder(file=path.name)
        if path.exists() and not path.is_file():
            raise FileUnreadable(file=path.name)  # a device or a pipe: it cannot be read twice
        with path.open("rb") as stream:
            start = stream.read(8)
        if not start:
            raise TableEmpty(file=path.name)
        if start == _OLE:
            raise FileLocked(file=path.name)
        if start.startswith(_ZIP):
            return workbook.open_sheet(files.enter_context(path.open("rb")), path.name, layout, sheet)
        return delimited.read_through(path, layout)
    except FileNotFoundError:
        raise FileMissing(file=str(path)) from None
    except OSError as error:
        raise FileNotOpened(file=path.name, reason=error.strerror or str(error)) from None
    except ValueError:  # a NUL in the name
        raise FileMissing(file=repr(str(path))) from None
