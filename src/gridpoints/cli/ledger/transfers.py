"""``export`` and ``import``: a whole ledger as a file, and back."""

# Typer reads annotations as they are: no `from __future__ import annotations` here.

from pathlib import Path
from typing import Annotated

import typer

from gridpoints.cli.commands import Commands, argument
from gridpoints.cli.desk import Desk
from gridpoints.cli.files import refused, written
from gridpoints.i18n import Language

#: By the ending of the file.
FORMATS = {".csv": "csv", ".json": "json", ".jsonl": "json"}


def register(command: Commands, language: Language) -> None:
    """Add the commands of this module."""
    file_help = language.text("The file: .jsonl or .json, one record on each line, or .csv, one in each row.")

    @command("export", language.text("Write the whole ledger, with its seals, to a file."))
    def export(desk: Desk, file: Annotated[Path, argument("FILE", file_help)]) -> None:
        format = _format(language, file)
        with desk.village() as village, written(file) as target:
            lines = village.ledger.export(target, format)
        sentence = desk.language.text("Written to {file}: {n} lines of the journal", file=file.name, n=lines)
        desk.out.show({"file": file.name, "lines": lines}, sentence)

    @command(
        "import",
        language.text("Take in a ledger that export wrote; everything is checked, the seals included."),
    )
    def import_file(desk: Desk, file: Annotated[Path, argument("FILE", file_help)]) -> None:
        format = _format(language, file)
        with desk.village() as village:
            try:
                source = file.open(encoding="utf-8", newline="")
            except (OSError, ValueError) as error:
                raise refused(file, error) from None
            with source:
                lines = village.ledger.restore(source, format)
        sentence = desk.language.text(
            "Taken in from {file}: {n} lines of the journal", file=file.name, n=lines
        )
        desk.out.show({"file": file.name, "lines": lines}, sentence)


def _format(language: Language, file: Path) -> str:
    if (format := FORMATS.get(file.suffix.lower())) is None:
        raise typer.BadParameter(language.text("The file is to end with .jsonl, .json or .csv."))
    return format
