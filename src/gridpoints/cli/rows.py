"""What became of the rows of a file: counted, shown, and those left out written to another file."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import typer
from attrs import define, field
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table as Drawing

from gridpoints.cli.commands import option
from gridpoints.cli.desk import Desk
from gridpoints.cli.listing import Listing, data, listing, told
from gridpoints.cli.output import figures, words
from gridpoints.errors import FileNotOpened
from gridpoints.i18n import Language
from gridpoints.sheets.reading import Table
from gridpoints.sheets.rows import Row, RowProblem

#: How many problems are kept to be shown or written as JSON; the others are counted only.
KEPT, SHOWN = 1_000, 20
#: Signs with which a spreadsheet program begins a formula: none is to run from a rejected row.
_FORMULA = ("=", "+", "-", "@")


def sheet_option(language: Language) -> Any:
    """The option for which sheet of a workbook is read."""
    return typer.Option(help=language.text("The sheet to read; without it, the one that fits."))


def rejects_option(language: Language) -> Any:
    """The option for where the rows left out are written."""
    return option(
        "FILE", language.text("Write the rows left out to a CSV file, with the reasons."), "--rejects"
    )


@define
class Tally:
    """The outcomes of a file's rows: how many of each sort, and the first problems."""

    counts: Counter[str] = field(factory=Counter)
    problems: list[RowProblem] = field(factory=list)

    def reject(self, problem: RowProblem) -> None:
        """Count a row that was left out."""
        self.counts["rejected"] += 1
        if len(self.problems) < KEPT:
            self.problems.append(problem)

    def document(self, desk: Desk) -> dict[str, Any]:
        """The problems for programs."""
        problems = self._listed(desk).document
        return {"problems": problems, "problems_left_out": self.counts["rejected"] - len(problems)}

    def drawing(self, desk: Desk) -> list[Drawing | str]:
        """The problems for people; nothing where there are none."""
        if not self.problems:
            return []
        table = self._listed(desk).table
        if (more := self.counts["rejected"] - SHOWN) <= 0:
            return [table]
        return [table, desk.language.text("… and {n} more; --rejects FILE writes all of them", n=more)]

    def _listed(self, desk: Desk) -> Listing:
        said = desk.language
        return listing(
            desk,
            said.text("Rows left out"),
            self.problems,
            told("row", figures(said.text("Row"))),
            told("column", words(said.text("Column"))),
            told("message", words(said.text("What to do")), lambda problem: said.error(problem.error)),
            data(code="error.code", fields="error.fields"),
            most=SHOWN,
        )


@define
class Rejects:
    """Writes rows that were left out, with the reason, so that they can be mended and read again."""

    writer: Any
    width: int
    language: Language

    def write(self, row: Row, problem: RowProblem) -> None:
        """Add a row as it was read, and what is wrong with it."""
        reason = self.language.error(problem.error)
        cells = [*map(_harmless, row.cells), *[""] * (self.width - len(row.cells))]
        self.writer.writerow([*cells, problem.row, problem.column or "", reason])


def refuse_same_file(language: Language, file: Path, rejected: Path | None) -> None:
    """Raise a usage error where the rows left out would be written over those that are read."""
    if rejected is not None and rejected.exists() and rejected.samefile(file):
        raise typer.BadParameter(language.text("--rejects would overwrite the file that is read."))


@contextmanager
def rejects(path: Path | None, table: Table, language: Language) -> Iterator[Rejects | None]:
    """A CSV file with the headings of `table`; None where no path is given."""
    if path is None:
        yield None
        return
    try:
        file = path.open("w", encoding="utf-8-sig", newline="")  # the mark is what Excel looks for
    except OSError as error:
        raise FileNotOpened(file=path.name, reason=error.strerror or str(error)) from None
    with file:
        writer = csv.writer(file)
        marks = (language.text("Row"), language.text("Column"), language.text("What to do"))
        writer.writerow([*table.headings, *marks])
        yield Rejects(writer, len(table.headings), language)


def _harmless(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_FORMULA) else cell


@contextmanager
def progress(desk: Desk, table: Table, doing: str) -> Iterator[Any]:
    """A bar on the terminal, none elsewhere; call what it gives once for each row."""
    bar = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=desk.out.errors,
        transient=True,
        disable=not desk.out.errors.is_terminal,
    )
    with bar:
        task = bar.add_task(doing, total=table.expected)
        yield lambda: bar.advance(task)
