"""``rules presets``: the published rule sets that come with gridpoints, to start from."""

# Typer reads annotations as they are: no `from __future__ import annotations` here.

from pathlib import Path
from typing import Annotated, Any

import typer

from gridpoints.cli.desk import OF_STORES, Desk, command
from gridpoints.cli.files import write_new
from gridpoints.cli.output import words
from gridpoints.i18n import Language
from gridpoints.rules.loading import preset, preset_names, preset_text


def register(group: typer.Typer, language: Language) -> None:
    """Add the command."""

    @command(
        group,
        language,
        "presets",
        language.text(
            "List the presets, which are rule sets that communities published; or write one to a file."
        ),
        without=OF_STORES,
    )
    def presets(
        desk: Desk,
        *,
        name: Annotated[
            str | None,
            typer.Argument(metavar="NAME", help=language.text("Show the file of this one, such as baiyang.")),
        ] = None,
        write: Annotated[
            Path | None,
            typer.Option(
                metavar="FILE",
                help=language.text("Write it to this file, to make it your own; never over another file."),
            ),
        ] = None,
    ) -> None:
        if name is None and write is not None:
            raise typer.BadParameter(language.text("Name the preset that is to be written."))
        text = None if name is None else preset_text(name)
        rows = [_row(desk, each) for each in ([name] if name else preset_names())]
        if write is not None and text is not None:
            write_new(write, text)
        document = {"presets": rows, "text": text, "file": write and str(write)}
        desk.out.show(document, _drawn(desk, name, text, write, rows))


def _row(desk: Desk, name: str) -> dict[str, str]:
    rules = preset(name)
    title = desk.language.name(rules.names, rules.id)
    return {"name": name, "rule_set": rules.id, "title": title, "source": rules.source}


def _drawn(
    desk: Desk, name: str | None, text: str | None, file: Path | None, rows: list[dict[str, str]]
) -> Any:
    said = desk.language
    if file is not None:
        return said.text("The preset {preset} is written to {file}", preset=name, file=str(file))
    if text is not None:
        return text.rstrip("\n")
    return desk.out.table(
        said.text("Presets"),
        [words(said.text("Preset")), words(said.text("Name")), words(said.text("Source"))],
        [(row["name"], row["title"], row["source"]) for row in rows],
    )
