"""Help pages that say everything, in the reader's language.

Typer cuts off what has no blank to be broken at, such as a line of Chinese, and tells in English
alone what ``--help`` does.
"""

from __future__ import annotations

import re
from typing import Any

from rich.columns import Columns
from rich.table import Table
from rich.text import Text
from typer import rich_utils
from typer.core import TyperCommand, TyperGroup

from gridpoints.i18n import Language

_NEGATIVE = re.compile(r"-\d+(\.\d+)?")


class FoldingTable(Table):
    """A table whose texts are broken where they are too long; Rich's own cuts them off."""

    def add_row(self, *cells: Any, **style: Any) -> None:
        """Add a row; what Typer sets side by side becomes one text."""
        super().add_row(*map(_one_text, cells), **style)
        for column in self.columns:
            column.overflow = "fold"


def _one_text(cell: Any) -> Any:
    if isinstance(cell, Columns) and all(isinstance(part, Text) for part in cell.renderables):
        return Text("\n", overflow="fold").join(cell.renderables)  # type: ignore[arg-type]  # see above
    return cell


def help_classes(language: Language) -> tuple[type[TyperCommand], type[TyperGroup]]:
    """The classes of commands and of their group; Typer's help pages are folded from now on."""
    rich_utils.Table = FoldingTable  # type: ignore[attr-defined]  # it has no setting for this
    word = language.text("Show this message and exit.")

    class Command(TyperCommand):
        def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
            # -3 is a number, and no option that nobody knows.
            ctx.ignore_unknown_options = any(map(_NEGATIVE.fullmatch, args))
            return super().parse_args(ctx, args)

        def get_help_option(self, ctx: Any) -> Any:
            return _explained(super().get_help_option(ctx), word)

    class Group(TyperGroup):
        def get_help_option(self, ctx: Any) -> Any:
            return _explained(super().get_help_option(ctx), word)

    return Command, Group


def _explained(option: Any, word: str) -> Any:
    if option is not None:
        option.help = word
    return option
