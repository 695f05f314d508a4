"""A run that is killed half-way and started again: nothing is lost, nothing is there twice."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import gridpoints
from gridpoints.ledger.model import Account, AccountKind
from gridpoints.sheets.deeds import credit
from gridpoints.sheets.layouts import DEEDS
from gridpoints.sheets.reading import open_table
from tests.rooms.conftest import RULES

ROWS = 400

#: Credits a file in small batches, and kills itself after so many rows, in the midst of a batch.
PROGRAM = """
import os, signal, sys
import gridpoints
from gridpoints.awards.operations import Awards
from gridpoints.sheets.deeds import credit
from gridpoints.sheets.layouts import DEEDS
from gridpoints.sheets.reading import open_table

url, file, calls = sys.argv[1], sys.argv[2], int(sys.argv[3])
decide = Awards._award

def award(self, *given):
    global calls
    calls -= 1
    if calls == 0:
        os.kill(os.getpid(), signal.SIGKILL)
    return decide(self, *given)

Awards._award = award
with gridpoints.open(url) as exchange, open_table(file, DEEDS) as table:
    for _ in credit(exchange.community("baiyang").context, table, size=30):
        pass
"""


def test_killed_and_started_again(sqlite_url: str, tmp_path: Path) -> None:
    file = tmp_path / "deeds.csv"
    rows = (f"{n % 10},patrol,2026-01-{n // 10 % 28 + 1:02},S{n}" for n in range(ROWS))
    file.write_text("\n".join(["number,deed,date,record", *rows]), "utf-8")
    with gridpoints.open(sqlite_url) as exchange:
        village = exchange.found("baiyang", name="白羊村", rules=RULES)
        for number in range(10):
            village.community.enrol(f"Member {number}", number=str(number))
    for calls in (1, 45, 200):
        killed = subprocess.run([sys.executable, "-c", PROGRAM, sqlite_url, file, str(calls)], check=False)
        assert killed.returncode == -signal.SIGKILL
    with gridpoints.open(sqlite_url) as exchange, open_table(file, DEEDS) as table:
        village = exchange.community("baiyang")
        standing = -village.ledger.balance(Account("points", AccountKind.ISSUANCE)).posted
        assert 0 < standing < ROWS * 5
        outcomes = list(credit(village.context, table))
        assert sum(outcome.repeated for outcome in outcomes) * 5 == standing
        assert [outcome.problem for outcome in outcomes if outcome.problem] == []
        assert -village.ledger.balance(Account("points", AccountKind.ISSUANCE)).posted == ROWS * 5
        assert village.ledger.verify().ok
