"""``emergency``: the alarm, who comes, directives, back to ordinary mode, and the report."""

# Typer reads annotations as they are: no `from __future__ import annotations` here.

import typer

from gridpoints.cli.emergency import directives, musters, switching
from gridpoints.i18n import Language


def register(app: typer.Typer, language: Language) -> None:
    """Add the group of commands."""
    group = typer.Typer(
        name="emergency",
        help=language.text("Emergencies and drills: the alarm, who comes, directives, and the report."),
        no_args_is_help=True,
    )
    app.add_typer(group)
    for module in (switching, musters, directives):
        module.register(group, language)
