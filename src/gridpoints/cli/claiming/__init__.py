"""``claim``: who takes part in what; ``wish``: neighbours' wishes, from being written down to thanks."""

# Typer reads annotations as they are: no `from __future__ import annotations` here.

import typer

from gridpoints.cli.claiming import claims, granting, making, publishing
from gridpoints.i18n import Language


def register(app: typer.Typer, language: Language) -> None:
    """Add the two groups of commands."""
    claims.register(app, language)
    group = typer.Typer(
        name="wish",
        help=language.text(
            "Neighbours' wishes: written down, screened, published, claimed, granted, thanked."
        ),
        no_args_is_help=True,
    )
    app.add_typer(group)
    for module in (making, publishing, granting):
        module.register(group, language)
