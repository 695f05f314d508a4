"""Where commands speak: tables for people, JSON for programs, errors on the other channel."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from attrs import frozen
from rich import box
from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, RenderableType, RenderResult
from rich.measure import Measurement
from rich.table import Column, Table
from rich.text import Text

from gridpoints.errors import GridpointsError

#: Where nobody watches, lines are as long as they must be: a program may cut them apart.
_ENDLESS = 10_000


def console(*, stderr: bool = False) -> Console:
    """A console that draws for a terminal, and writes plain text that is never wrapped elsewhere."""
    stream = sys.stderr if stderr else sys.stdout
    width = None if stream.isatty() else _ENDLESS
    return Console(file=stream, width=width, highlight=False, markup=False, emoji=False)


@frozen
class Output:
    """One command's output. With `as_json` only documents are written, else only what is drawn."""

    as_json: bool
    console: Console
    errors: Console

    @classmethod
    def open(cls, *, as_json: bool) -> Output:
        """The process's own output channels."""
        return cls(as_json, console(), console(stderr=True))

    def show(self, document: Mapping[str, Any], *parts: RenderableType) -> None:
        """Write the document, or draw the parts with a blank line between them."""
        if self.as_json:
            _write(self.console, document)
            return
        for place, part in enumerate(parts):
            if place:
                self.console.print()
            self.console.print(part)

    def error(self, sentence: str, error: GridpointsError) -> None:
        """Say what went wrong: the sentence for people, and all of it for programs."""
        if self.as_json:
            _write(self.errors, {"code": error.code, "message": sentence, "fields": error.fields})
        else:
            self.errors.print(Text(sentence, style="red"))

    def table(self, title: str, columns: Sequence[Column], rows: Iterable[Sequence[str]]) -> Table:
        """A table with a heading; without lines where it is not drawn on a terminal."""
        drawn = self.console.is_terminal
        table = Table(
            *columns,
            title=title if drawn else Text(title, no_wrap=True, overflow="ignore"),
            box=box.SIMPLE_HEAD if drawn else None,
            title_justify="left",
            title_style="bold",
            header_style="bold" if drawn else None,
            pad_edge=False,
            show_edge=False,
        )
        for row in rows:
            table.add_row(*(Prose(cell) if drawn else Text(cell) for cell in row))
        return table


#: What is not torn apart: a Chinese character with the closing signs behind it, a word, blanks.
_UNBROKEN = re.compile(
    r"[“「『（《]*[\u2e80-\u9fff\uff00-\uffef][、。，；：？！”」』）》…]*|[^\s\u2e80-\u9fff\uff00-\uffef]+|\s+"
)


@frozen
class Prose:
    """Text that is broken as its script is: Chinese between any two characters, English at blanks."""

    text: str

    def __rich_measure__(self, console: Console, options: ConsoleOptions) -> Measurement:
        widest = max((cell_len(piece) for piece in _UNBROKEN.findall(self.text)), default=0)
        return Measurement(widest, max(map(cell_len, self.text.split("\n")))).with_maximum(options.max_width)

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        for line in self.text.split("\n"):
            yield from map(self._line, _broken(line, options.max_width))

    @staticmethod
    def _line(line: str) -> Text:
        return Text(line, overflow="fold")


def _broken(line: str, width: int) -> Iterator[str]:
    taken = ""
    for piece in _UNBROKEN.findall(line):
        if taken and cell_len(taken) + cell_len(piece) > width:
            yield taken.rstrip()
            taken = ""
        taken += piece if taken else piece.lstrip()
    yield taken.rstrip()


def words(heading: str) -> Column:
    """A column of text, folded where the terminal is too narrow."""
    return Column(heading, overflow="fold")


def figures(heading: str) -> Column:
    """A column of figures: these are not broken over two lines."""
    return Column(heading, justify="right", no_wrap=True)


def _write(console: Console, document: Mapping[str, Any]) -> None:
    console.file.write(json.dumps(document, ensure_ascii=False, indent=2, default=_plain) + "\n")
    console.file.flush()


def _plain(value: object) -> Any:
    """Decimals as text, so that no reader makes a float of them."""
    match value:
        case Decimal():
            return format(value, "f")
        case date():
            return value.isoformat()
        case GridpointsError():
            return {"code": value.code, "message": str(value), "fields": value.fields}
        case tuple() | frozenset() | set():
            return list(value)
        case Mapping():
            return dict(value)
    return str(value)
