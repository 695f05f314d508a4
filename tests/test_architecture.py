"""The page on the architecture names what is there: every room, and each file and folder it points to."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[1]
SOURCES = ROOT / "src" / "gridpoints"
PAGE = (ROOT / "docs" / "explanation" / "architecture.md").read_text("utf-8")


def test_every_file_and_folder_that_it_names_is_there() -> None:
    named = {name for name in re.findall(r"`([a-z_/]+(?:/|\.py))`", PAGE) if "/" in name}
    assert len(named) > 30
    assert [name for name in sorted(named) if not (SOURCES / name).exists()] == []


def test_every_package_is_told_of() -> None:
    packages = {path.parent.name for path in SOURCES.glob("*/__init__.py")}
    assert [name for name in sorted(packages) if not re.search(rf"`{name}[`/.]", PAGE)] == []
