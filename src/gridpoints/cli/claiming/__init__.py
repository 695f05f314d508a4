"""``claim``: who takes part in what; ``wish``: neighbours' wishes, from being written down to thanks."""

# Typer reads annotations as they are: no `from __future__ import annotations` here.

from gridpoints.cli.claiming import claims, granting, making, publishing
from gridpoints.cli.commands import Commands
from gridpoints.i18n import Language


def register(commands: Commands, language: Language) -> None:
    """Add the two groups of commands."""
    claims.register(commands, language)
    command = commands.group(
        "wish",
        language.text("Neighbours' wishes: written down, screened, published, claimed, granted, thanked."),
    )
    for module in (making, publishing, granting):
        module.register(command, language)
