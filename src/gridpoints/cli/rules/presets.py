"""``rules presets``: the published rule sets that come with gridpoints, to start from."""

# Typer reads annotations as they are: no `from __future__ import annotations` here.

from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from gridpoints.cli.commands import OF_STORES, Commands, argument, option
from gridpoints.cli.desk import Desk
from gridpoints.cli.files import write_new
from gridpoints.cli.listing import listing, told
from gridpoints.cli.output import words
from gridpoints.i18n import Language
from gridpoints.rules.loading import preset, preset_names, preset_text


def register(command: Commands, language: Language) -> None:
    """Add the command."""

    @command(
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
            str | None, argument("NAME", language.text("Show the file of this one, such as baiyang."))
        ] = None,
        write: Annotated[
            Path | None,
            option(
                "FILE", language.text("Write it to this file, to make it your own; never over another file.")
            ),
        ] = None,
    ) -> None:
        if name is None and write is not None:
            raise typer.BadParameter(language.text("Name the preset that is to be written."))
        text = None if name is None else preset_text(name)
        said = desk.language
        listed = listing(
            desk,
            said.text("Presets"),
            [(each, preset(each)) for each in ([name] if name else preset_names())],
            told("name", words(said.text("Preset")), lambda each: each[0]),
            told("rule_set", of=lambda each: each[1].id),
            told("title", words(said.text("Name")), lambda each: said.name(each[1].names, each[1].id)),
            told("source", words(said.text("Source")), lambda each: each[1].source),
        )
        if write is not None and text is not None:
            write_new(write, text)
        document = {"presets": listed.document, "text": text, "file": write and str(write)}
        desk.out.show(document, _drawn(desk, name, text, write, listed.table))


def _drawn(desk: Desk, name: str | None, text: str | None, file: Path | None, table: Table) -> Table | str:
    if file is not None:
        return desk.language.text("The preset {preset} is written to {file}", preset=name, file=str(file))
    return table if text is None else text.rstrip("\n")
