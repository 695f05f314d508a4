"""``catalog``: what the community offers, drafted, published, closed, and found."""

# Typer reads annotations as they are: no `from __future__ import annotations` here.

import typer

from gridpoints.cli.catalog import items, loans, offerings, sessions
from gridpoints.i18n import Language


def register(app: typer.Typer, language: Language) -> None:
    """Add the group of commands."""
    group = typer.Typer(
        name="catalog",
        help=language.text(
            "What the community offers: services, sessions, posts, errands, tasks, things to lend."
        ),
        no_args_is_help=True,
    )
    app.add_typer(group)
    for module in (items, sessions, offerings, loans):
        module.register(group, language)
