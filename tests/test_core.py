"""A plain installation is enough for the library itself: what the extras bring is never needed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

#: What only the extras install. A module that is None in `sys.modules` cannot be imported.
WITHOUT_EXTRAS = """
import sys
EXTRAS = "cryptography faker fpdf icalendar matplotlib openpyxl psycopg rich segno typer xlsxwriter"
sys.modules |= dict.fromkeys(EXTRAS.split())
"""

A_COMMUNITY = """
import gridpoints
from datetime import date
with gridpoints.open(sys.argv[1]) as exchange:
    village = exchange.found("baiyang", name="白羊村", rules="baiyang")
    li = village.community.enrol("李秀英")
    award = village.awards.credit(gridpoints.Report("deed-1", li.id, "mediate", date(2026, 3, 1)))
    account = gridpoints.Account.member(li.id, award.unit)
    assert village.ledger.balance(account).available == award.awarded > 0
    assert village.ledger.verify().ok
"""

NO_DRIVER = """
import gridpoints
try:
    gridpoints.open("postgresql://localhost/nowhere")
except gridpoints.errors.MissingDriver:
    pass
"""


def run_without_extras(program: str, *arguments: str) -> None:
    command = [sys.executable, "-X", "utf8", "-c", WITHOUT_EXTRAS + program, *arguments]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("url", ["memory://", "sqlite:///village.db"])
def test_a_community_lives_without_the_extras(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    run_without_extras(A_COMMUNITY, url)


def test_postgresql_says_which_driver_is_missing() -> None:
    run_without_extras(NO_DRIVER)
