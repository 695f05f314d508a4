"""CSV: the encoding and the delimiter are found by trying, and held to strictly."""

from __future__ import annotations

import codecs
import csv
import re
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from attrs import evolve, frozen

from gridpoints.errors import FileNotText, FileTooLarge, QuotesUnbalanced
from gridpoints.sheets.cells import tidy
from gridpoints.sheets.headings import HEAD, Layout
from gridpoints.sheets.rows import NO_FLAWS, Row

#: Tried in this order; of two that find equally many headings, the first is it.
DELIMITERS = (",", "\t", ";", "，")
#: No row of people or deeds has so many characters.
LONGEST_LINE = 1 << 20

_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_CHUNK = 1 << 20
#: Half of the time of ``Row(…)``.
_new = tuple.__new__
#: What no text holds: the sign of a binary file, and of UTF-16 without its mark.
_BINARY = re.compile("[\x00-\x08\x0e-\x1f]")


@frozen
class DelimitedFile:
    """A CSV file, its encoding and its delimiter; `expected` counts its rows, blank ones included."""

    path: Path
    encoding: str
    delimiter: str
    expected: int = 0

    @property
    def shifting(self) -> bool:
        """Always: a comma in a remark moves what comes after it."""
        return True

    def rows(self) -> Iterator[Row]:
        """The rows that hold anything; a quoted cell may run over several lines of the file."""
        for number, record in enumerate(self.records(), 1):
            text = "".join(record)
            # Where no cell holds a blank, and none a letter that needs more than a glance, they are tidy.
            plain = text.isascii() and text.split() == [text]
            cells = tuple(record) if plain else tuple(map(tidy, record))
            if any(cells):
                yield _new(Row, (number, cells, NO_FLAWS, None))

    def records(self) -> Iterator[list[str]]:
        """The cells of each row, blank rows included; raises `QuotesUnbalanced`."""
        number = 0
        try:
            for record in csv.reader(self._lines(), delimiter=self.delimiter, strict=True):
                number += 1
                yield record
        except csv.Error:
            raise QuotesUnbalanced(file=self.path.name, row=number + 1) from None
        except UnicodeDecodeError:  # the file is not any more what it was when it was read through
            raise FileNotText(file=self.path.name) from None

    def _lines(self) -> Iterator[str]:
        with self.path.open(encoding=self.encoding, newline="") as text:
            while line := text.readline(LONGEST_LINE):
                if len(line) == LONGEST_LINE:
                    raise FileTooLarge(file=self.path.name)
                yield line

    def head(self) -> list[list[str]]:
        """The first rows, as far as they can be read."""
        records = csv.reader(self._lines(), delimiter=self.delimiter)
        try:
            return list(islice(records, HEAD))
        except csv.Error:
            return []


def read_through(path: Path, layout: Layout) -> DelimitedFile:
    """Find the encoding and the delimiter, and see that the file can be read to its end.

    The encoding is what the byte order mark says, else UTF-8 or GB18030, whichever decodes the
    whole file; the delimiter is the one under which the first rows name the most columns. Raises
    `FileNotText`, `FileTooLarge` or `QuotesUnbalanced`.
    """
    encoding = _encoding(path)
    found = max(
        (DelimitedFile(path, encoding, delimiter) for delimiter in DELIMITERS),
        key=lambda file: max(map(layout.recognised, file.head()), default=0),
    )
    return evolve(found, expected=sum(1 for _ in found.records()))


def _encoding(path: Path) -> str:
    with path.open("rb") as stream:
        start = stream.read(4)
    marked = [encoding for mark, encoding in _MARKS if start.startswith(mark)]
    for encoding in marked or ("utf-8", "gb18030"):
        try:
            if _is_text(path, encoding):
                return encoding
        except UnicodeDecodeError:
            continue
    raise FileNotText(file=path.name)


def _is_text(path: Path, encoding: str) -> bool:
    with path.open(encoding=encoding, newline="") as text:
        while chunk := text.read(_CHUNK):
            if _BINARY.search(chunk):
                return False
    return True
