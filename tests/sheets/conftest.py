"""A founded village with three members, and files as clerks keep them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from random import Random

import pytest

import gridpoints
from gridpoints import Actor, Community
from gridpoints.testing import ManualClock
from tests.rooms.conftest import RULES

#: Writes rows, the headings first, and answers the file.
Write = Callable[[Sequence[Sequence[object]]], Path]


@pytest.fixture
def village(store_url: str) -> Iterator[Community]:
    """On 20 March 2026; two of its members bear the same name."""
    clock = ManualClock(datetime(2026, 3, 20, 1, tzinfo=UTC))
    with gridpoints.open(store_url, clock=clock, random=Random(7)) as exchange:
        founded = exchange.found("baiyang", name="白羊村", rules=RULES)
        village = founded.acting_as(Actor("clerk-wang", frozenset({"clerk"})))
        for number, name in (("B1", "李秀英"), ("B2", "张伟"), ("B3", "张伟")):
            village.community.enrol(name, number=number)
        yield village


@pytest.fixture
def csv_file(tmp_path: Path) -> Write:
    """Cells with a comma are put between quotation marks."""

    def write(rows: Sequence[Sequence[object]]) -> Path:
        path = tmp_path / "deeds.csv"
        lines = (",".join(f'"{cell}"' if "," in str(cell) else str(cell) for cell in row) for row in rows)
        path.write_text("\n".join(lines), "utf-8")
        return path

    return write


@pytest.fixture
def xlsx_file(tmp_path: Path) -> Write:
    openpyxl = pytest.importorskip("openpyxl", reason="workbooks are written with openpyxl")

    def write(rows: Sequence[Sequence[object]]) -> Path:
        path = tmp_path / "deeds.xlsx"
        workbook = openpyxl.Workbook()
        for row in rows:
            workbook.active.append(list(row))
        workbook.save(path)
        return path

    return write
