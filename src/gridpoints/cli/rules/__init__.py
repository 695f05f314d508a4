"""``rules``: what a committee does with its rule set. One module for each thing that it does."""

# Typer reads annotations as they are: no `from __future__ import annotations` here.

from collections.abc import Sequence
from types import ModuleType

import typer

from gridpoints.cli.rules import checking, comparing, explaining, presets, publishing, simulating
from gridpoints.i18n import Language

#: Each adds its commands with ``register(group, language)``.
_MODULES: Sequence[ModuleType] = (checking, explaining, presets, comparing, publishing, simulating)


def register(app: typer.Typer, language: Language) -> None:
    """Add the group of commands."""
    group = typer.Typer(no_args_is_help=True)
    for module in _MODULES:
        module.register(group, language)
    app.add_typer(group, name="rules", help=language.text("Check, try out and publish the rules."))
