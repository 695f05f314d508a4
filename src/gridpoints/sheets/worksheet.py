"""One sheet of a workbook, read as a stream: memory does not grow with its rows.

A reader of our own, because the usual one, while it streams, does not tell which rows are hidden,
which cells are merged, and which formulas have no result.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from xml.parsers import expat

from attrs import define, evolve, field, frozen

from gridpoints.errors import (
    CellMerged,
    FileTooLarge,
    FormulaFailed,
    FormulaWithoutResult,
    InvalidInput,
    RowHidden,
)
from gridpoints.sheets.cells import tidy
from gridpoints.sheets.formats import Format, plain
from gridpoints.sheets.headings import HEAD
from gridpoints.sheets.package import CHUNK, LARGEST_SHEET, Package, damage_of, new_parser
from gridpoints.sheets.rows import Row

#: The limits of the format itself.
MOST_ROWS, MOST_COLUMNS = 1_048_576, 16_384
#: Three times what a spreadsheet program takes.
LONGEST_CELL = 100_000

_MERGED = re.compile(rb'mergeCell\s[^>]*?\bref="([A-Z]{1,3})(\d{1,7}):([A-Z]{1,3})(\d{1,7})"')
_ESCAPE = re.compile("_x([0-9A-Fa-f]{4})_")

#: First and last row, first and last index of the columns.
Area = tuple[int, int, int, int]


def is_true(attribute: str | None) -> bool:
    """Whether an XML attribute says yes."""
    return attribute in ("1", "true")


def unescaped(text: str) -> str:
    """`text` tidy, with escapes for what XML cannot hold (``_x000D_``) replaced by blanks."""
    return tidy(_ESCAPE.sub(_unescape, text) if "_x" in text else text)


def _unescape(match: re.Match[str]) -> str:
    code = int(match[1], 16)
    return " " if code < 0x20 or 0xD800 <= code < 0xE000 else chr(code)


@frozen
class Worksheet:
    """One sheet; `expected` counts its rows, blank ones included, once it was `surveyed`."""

    name: str
    visible: bool
    _package: Package
    _part: str
    _strings: Sequence[str]
    _formats: Sequence[Format]
    _merged: Sequence[Area] = ()
    expected: int = 0

    @property
    def shifting(self) -> bool:
        """Never: each cell says where it stands."""
        return False

    def rows(self) -> Iterator[Row]:
        """The rows that hold anything. Hidden rows and merged cells have their flaws."""
        merged = _Merged(self._merged)
        for row in self._cells():
            flaws = merged.flaws(row.number)
            yield row._replace(flaws={**row.flaws, **flaws}) if flaws else row

    def _cells(self) -> Iterator[Row]:
        reader = _Reader(self._package.file, self._strings, self._formats)
        with damage_of(self._package.file), self._package.open(self._part, LARGEST_SHEET) as stream:
            while chunk := stream.read(CHUNK):
                reader.parser.Parse(chunk)
                yield from reader.take()
            reader.parser.Parse(b"", True)
            yield from reader.take()

    def head(self) -> list[Row]:
        """The first rows."""
        return list(islice(self._cells(), HEAD))

    def surveyed(self) -> Worksheet:
        """The same sheet with its merged cells, which stand behind all rows, and its length."""
        merged: list[Area] = []
        rows = 0
        rest = b""
        with damage_of(self._package.file), self._package.open(self._part, LARGEST_SHEET) as stream:
            while chunk := stream.read(CHUNK):
                chunk, opened, rest = (rest + chunk).rpartition(b"<")
                rest = opened + rest
                rows += chunk.count(b"<row ")
                merged += map(_area, _MERGED.finditer(chunk))
            return evolve(self, merged=sorted(merged), expected=rows)


def _area(match: re.Match[bytes]) -> Area:
    left, top, right, bottom = match.groups()
    return int(top), int(bottom), _index(left.decode()), _index(right.decode())


def _index(letters: str) -> int:
    """The index of a column: 0 for A, 26 for AA; raises ValueError beyond the last."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    if not 0 < number <= MOST_COLUMNS:
        raise ValueError(letters)
    return number - 1


@define
class _Merged:
    """Merged areas, swept from the top: for each column, the last row that is merged so far."""

    areas: Sequence[Area]
    next: int = 0
    until: dict[int, int] = field(factory=dict)

    def flaws(self, row: int) -> dict[int, InvalidInput]:
        while self.next < len(self.areas) and self.areas[self.next][0] <= row:
            _, last, left, right = self.areas[self.next]
            for index in range(left, right + 1):
                self.until[index] = max(last, self.until.get(index, 0))
            self.next += 1
        return {index: CellMerged() for index, last in self.until.items() if last >= row}


@define
class _Reader:
    """Puts the cells of a sheet together while the parser runs through it."""

    file: str
    strings: Sequence[str]
    formats: Sequence[Format]
    parser: expat.XMLParserType = field(init=False)
    complete: list[Row] = field(factory=list)
    # the row that is being read
    row: int = 0
    hidden: bool = False
    cells: dict[int, str] = field(factory=dict)
    flaws: dict[int, InvalidInput] = field(factory=dict)
    # the cell that is being read
    index: int = -1
    kind: str = "n"
    format: int = 0
    formula: bool = False
    pieces: list[str] = field(factory=list)
    size: int = 0
    reading_aid: bool = False
    columns: dict[str, int] = field(factory=dict)

    def __attrs_post_init__(self) -> None:
        self.parser = new_parser(self.start, self.end)

    def take(self) -> list[Row]:
        """The rows that are complete, each once."""
        rows, self.complete = self.complete, []
        return rows

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        if tag == "c":
            self.index = self._column(attributes.get("r"))
            self.kind = attributes.get("t", "n")
            self.format = int(attributes.get("s", 0))
            self.formula = False
            self.pieces, self.size = [], 0
        elif tag == "v" or (tag == "t" and not self.reading_aid):
            self.parser.CharacterDataHandler = self._text
        elif tag == "f":
            self.formula = True
        elif tag == "row":
            number = int(attributes.get("r", self.row + 1))
            if not self.row < number <= MOST_ROWS:
                raise ValueError(number)
            self.row, self.hidden, self.index = number, is_true(attributes.get("hidden")), -1
            self.cells, self.flaws = {}, {}
        elif tag == "rPh":
            self.reading_aid = True

    def end(self, tag: str) -> None:
        if tag == "c":
            self._finish_cell()
        elif tag in ("v", "t"):
            self.parser.CharacterDataHandler = None
        elif tag == "row" and (self.flaws or any(self.cells.values())):
            cells = tuple(self.cells.get(index, "") for index in range(max(self.cells, default=-1) + 1))
            flaw = RowHidden() if self.hidden else None
            self.complete.append(Row(self.row, cells, self.flaws, flaw))
        elif tag == "rPh":
            self.reading_aid = False

    def _column(self, reference: str | None) -> int:
        if reference is None:
            return self.index + 1
        letters = reference.rstrip("0123456789")
        if (index := self.columns.get(letters)) is None:
            index = self.columns[letters] = _index(letters)
        return index

    def _text(self, data: str) -> None:
        self.pieces.append(data)
        self.size += len(data)
        if self.size > LONGEST_CELL:
            raise FileTooLarge(file=self.file)

    def _finish_cell(self) -> None:
        text = "".join(self.pieces)
        if self.kind == "e":
            self.flaws[self.index] = FormulaFailed(shown=text[:20])
        elif self.formula and not text and self.kind != "str":
            self.flaws[self.index] = FormulaWithoutResult()
        elif text:
            self.cells[self.index] = self._shown(text)

    def _shown(self, text: str) -> str:
        match self.kind:
            case "s":
                return self.strings[int(text)]
            case "str" | "inlineStr":
                return unescaped(text)
            case "b":
                return "TRUE" if is_true(text) else "FALSE"
            case "d":
                return text.removesuffix("T00:00:00")
        show = self.formats[self.format] if self.format < len(self.formats) else plain
        return show(float(text))
