"""The reference is that of the commands, and no command, option or argument goes without a word."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import typer

from gridpoints.cli.app import build
from gridpoints.cli.exits import OF_GROUP, exit_code
from gridpoints.cli.reference import DOCUMENTS, MEANINGS, commands, reference
from gridpoints.errors import GridpointsError, every_error
from gridpoints.i18n import Language

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "cli.md"
COMMANDS: dict[str, Any] = dict(commands(typer.main.get_command(build(Language.of("en")))))

#: Every command has these; those below do without some.
SHARED = {"--store", "--lang", "--as", "--json"}
LESS = {"demo": {"--as", "--json"}} | {
    name: {"--store", "--as"}
    for name in (
        "key new",
        "verify-receipt",
        *(f"rules {command}" for command in ("check", "schema", "examples", "presets")),
    )
}

each_command = pytest.mark.parametrize("name", COMMANDS)


def test_the_page_is_that_of_the_commands() -> None:
    assert PAGE.read_text("utf-8") == reference(), f"run: python -m gridpoints.cli.reference > {PAGE.name}"


@each_command
def test_nothing_goes_without_a_word(name: str) -> None:
    command = COMMANDS[name]
    assert command.help
    assert [parameter.name for parameter in command.params if not parameter.help] == []
    assert (name == "demo") == (name not in DOCUMENTS)


@each_command
def test_every_command_has_the_options_of_all(name: str) -> None:
    options = {parameter.opts[0] for parameter in COMMANDS[name].params}
    assert options & SHARED == SHARED - LESS.get(name, set())


def test_every_exit_code_has_a_meaning() -> None:
    assert set(OF_GROUP.values()) <= MEANINGS.keys()


def test_every_error_has_an_exit_code() -> None:
    for error in every_error():
        if error is not GridpointsError and error.__module__.startswith("gridpoints."):
            assert exit_code(error.__new__(error)) in MEANINGS
