"""``catalog``: what the community offers, drafted, published, closed, and found."""

# Typer reads annotations as they are: no `from __future__ import annotations` here.

from gridpoints.cli.catalog import items, loans, offerings, sessions
from gridpoints.cli.commands import Commands
from gridpoints.i18n import Language


def register(commands: Commands, language: Language) -> None:
    """Add the group of commands."""
    command = commands.group(
        "catalog",
        language.text(
            "What the community offers: services, sessions, posts, errands, tasks, things to lend."
        ),
    )
    for module in (items, sessions, offerings, loans):
        module.register(command, language)
