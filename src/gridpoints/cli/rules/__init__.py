"""``rules``: what a committee does with its rule set. One module for each thing that it does."""

# Typer reads annotations as they are: no `from __future__ import annotations` here.

from collections.abc import Sequence
from types import ModuleType

from gridpoints.cli.commands import Commands
from gridpoints.cli.rules import checking, comparing, explaining, presets, publishing, simulating
from gridpoints.i18n import Language

#: Each adds its commands with ``register(command, language)``.
_MODULES: Sequence[ModuleType] = (checking, explaining, presets, comparing, publishing, simulating)


def register(commands: Commands, language: Language) -> None:
    """Add the group of commands."""
    command = commands.group("rules", language.text("Check, try out and publish the rules."))
    for module in _MODULES:
        module.register(command, language)
