"""The reference is that of the commands, and no command, option or argument goes without a word."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import typer

from gridpoints.cli.app import build
from gridpoints.cli.exits import OF_GROUP, exit_code
from gridpoints.cli.reference import DOCUMENTS, MEANINGS, reference
from gridpoints.errors import GridpointsError, every_error
from gridpoints.i18n import Language

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "cli.md"
GROUP: Any = typer.main.get_command(build(Language.of("en")))


def test_the_page_is_that_of_the_commands() -> None:
    assert PAGE.read_text("utf-8") == reference(), f"run: python -m gridpoints.cli.reference > {PAGE.name}"


@pytest.mark.parametrize("command", GROUP.commands.values(), ids=lambda command: command.name)
def test_nothing_goes_without_a_word(command: Any) -> None:
    assert command.help
    assert [parameter.name for parameter in command.params if not parameter.help] == []
    assert command.name == "demo" or command.name in DOCUMENTS


@pytest.mark.parametrize("command", GROUP.commands.values(), ids=lambda command: command.name)
def test_every_command_has_the_options_of_all(command: Any) -> None:
    options = {parameter.opts[0] for parameter in command.params}
    shared = {"--store", "--lang"} if command.name == "demo" else {"--store", "--lang", "--as", "--json"}
    assert shared <= options


def test_every_exit_code_has_a_meaning() -> None:
    assert set(OF_GROUP.values()) <= MEANINGS.keys()


def test_every_error_has_an_exit_code() -> None:
    for error in every_error():
        if error is not GridpointsError and error.__module__.startswith("gridpoints."):
            assert exit_code(error.__new__(error)) in MEANINGS
