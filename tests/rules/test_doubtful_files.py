"""What a committee is warned of, beside what is wrong: told in the same place, in words that help.

``GRIDPOINTS_GOLDEN=write pytest tests/rules`` writes the messages anew; read them before you keep
them.
"""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path

import pytest

from gridpoints.i18n import Language
from gridpoints.rules.loading import check

DOUBTFUL = sorted(Path(__file__).with_name("doubtful").glob("*.yaml"))


def messages(file: Path) -> str:
    language = Language.of("en")
    found = check(file.read_text("utf-8"), file.name, today=date(2026, 6, 1))
    told = {"wrong": found.problems, "to be looked at": found.warnings}
    return "".join(
        f"{kind}: {language.error(each)}\n" for kind, problems in told.items() for each in problems
    )


@pytest.mark.parametrize("file", DOUBTFUL, ids=lambda file: file.stem)
def test_the_warnings_of_a_file(file: Path) -> None:
    golden = file.with_suffix(".txt")
    if os.environ.get("GRIDPOINTS_GOLDEN") == "write":
        golden.write_text(messages(file), "utf-8")
    assert messages(file) == golden.read_text("utf-8")
