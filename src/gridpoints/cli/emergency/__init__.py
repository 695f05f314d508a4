"""``emergency``: the alarm, who comes, directives, back to ordinary mode, and the report."""

# Typer reads annotations as they are: no `from __future__ import annotations` here.

from gridpoints.cli.commands import Commands
from gridpoints.cli.emergency import directives, musters, switching
from gridpoints.i18n import Language


def register(commands: Commands, language: Language) -> None:
    """Add the group of commands."""
    command = commands.group(
        "emergency",
        language.text("Emergencies and drills: the alarm, who comes, directives, and the report."),
    )
    for module in (switching, musters, directives):
        module.register(command, language)
