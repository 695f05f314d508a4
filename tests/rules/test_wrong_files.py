"""What a committee reads when its file is wrong: the message alone must be enough to mend it.

``GRIDPOINTS_GOLDEN=write pytest tests/rules`` writes the messages anew; read them before you keep
them.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest
import yaml

from gridpoints.errors import RuleSetInvalid
from gridpoints.i18n import Language
from gridpoints.rules.file import source
from gridpoints.rules.loading import load
from tests.rules.test_loading import problems

WRONG = sorted(Path(__file__).with_name("wrong").glob("*.yaml"))


def messages(file: Path) -> str:
    with pytest.raises(RuleSetInvalid) as refused:
        load(file.read_text("utf-8"), file.name)
    return f"{Language.of('en').error(refused.value)}\n"


@pytest.mark.parametrize("file", WRONG, ids=lambda file: file.stem)
def test_the_message_of_a_wrong_file(file: Path) -> None:
    golden = file.with_suffix(".txt")
    if os.environ.get("GRIDPOINTS_GOLDEN") == "write":
        golden.write_text(messages(file), "utf-8")
    assert messages(file) == golden.read_text("utf-8")


@pytest.mark.parametrize("file", WRONG, ids=lambda file: file.stem)
def test_the_same_is_found_without_libyaml(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where PyYAML has no libyaml, the column of a few differs, and no more than that."""
    found = [(problem.line, problem.code) for problem in problems(file.read_text("utf-8"))]
    monkeypatch.setattr(source, "_LOADER", yaml.SafeLoader)
    assert [(problem.line, problem.code) for problem in problems(file.read_text("utf-8"))] == found
