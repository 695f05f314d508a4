"""``events``: what happened, one event on each line, for whoever tells others of it."""

# Typer reads annotations as they are: no `from __future__ import annotations` here.

from typing import Annotated

import attrs
import typer

from gridpoints.cli.commands import Commands, option
from gridpoints.cli.desk import Desk
from gridpoints.cli.listing import Cell, seen, show_listing
from gridpoints.cli.output import words
from gridpoints.events.model import Event
from gridpoints.events.operations import MOST
from gridpoints.i18n import Language


def register(command: Commands, language: Language) -> None:
    """Add the command of this module."""
    after_help = language.text("Only what came after this cursor: that of the last event you dealt with.")
    limit_help = language.text("So many events at most.")

    @command("events", language.text("Show what happened, the oldest first."))
    def events(
        desk: Desk,
        *,
        after: Annotated[str, option("CURSOR", after_help)] = "",
        limit: Annotated[int, typer.Option(min=1, max=MOST, help=limit_help)] = 100,
    ) -> None:
        with desk.village() as village:
            found = village.events.read(after, limit=limit)
        said = desk.language
        show_listing(
            desk,
            "events",
            said.text("Events"),
            found,
            Cell(attrs.asdict),
            seen(words(said.text("Cursor")), lambda event: event.cursor),
            seen(words(said.text("Time")), lambda event: event.at),
            seen(words(said.text("Event")), lambda event: f"{said.word(event.kind, 'kind')} {event.subject}"),
            seen(words(said.text("Status")), lambda event: _status(said, event)),
        )


def _status(said: Language, event: Event) -> str:
    acts = event.kind == "transaction" and event.status != "refused"
    return said.word(event.status or "", "act" if acts else f"{event.kind}_status")
