"""The command line, ``gridpoints``. Typer and Rich are imported here alone, when a command runs."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from gridpoints.errors import GridpointsError, MissingDriver
from gridpoints.i18n import Language

if TYPE_CHECKING:
    import typer


#: When Python looks for what only cycles hold. A command makes few of them, and lives shortly: with the
#: usual figures, a fifth of the time of a long file would be spent on it. What a batch of a file makes is
#: gone before it is looked at.
COLLECT = (1_000_000, 10, 100)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run a command and leave with its exit code: 0 where all was done, else see `cli.exits`."""
    gc.set_threshold(*COLLECT)
    arguments = sys.argv[1:] if arguments is None else arguments
    language = Language.of_environment()
    try:
        language = chosen_language(arguments, os.environ)
        language.install()  # before Typer is imported: it looks its own words up while it loads
        build = _builder()
    except GridpointsError as error:
        from gridpoints.cli.exits import exit_code

        print(language.error(error), file=sys.stderr)  # noqa: T201  # there may be no Rich
        sys.exit(exit_code(error))
    build(language)(args=list(arguments), prog_name="gridpoints")


def chosen_language(arguments: Sequence[str], environ: Mapping[str, str]) -> Language:
    """The language of ``--lang``, else of ``GRIDPOINTS_LANG``, else of the system, else English.

    The option counts wherever it stands, because help and errors have to speak it as well. Raises
    `UnknownLanguage`.
    """
    for place, argument in enumerate(arguments):
        name, equals, value = argument.partition("=")
        if argument == "--":
            break
        if name == "--lang":
            return Language.of(value if equals else "".join(arguments[place + 1 : place + 2]))
    if tag := environ.get("GRIDPOINTS_LANG"):
        return Language.of(tag)
    return Language.of_environment(environ)


def _builder() -> Callable[[Language], typer.Typer]:
    try:
        from gridpoints.cli.app import build
    except ModuleNotFoundError as missing:
        if missing.name not in ("typer", "rich"):
            raise
        raise MissingDriver(package=missing.name, extra="cli") from None
    return build
