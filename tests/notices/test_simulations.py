"""The plot of a simulation: its texts, both formats, and the same file for the same figures."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from gridpoints.notices.simulations import Words, simulated
from gridpoints.rules.simulation import Past, simulate
from tests.notices.test_plots import texts
from tests.rules.test_simulation import DRAFT, POINTS, YEAR

pytest.importorskip("matplotlib", reason="Matplotlib is not installed: install the extra demo")

WORDS = Words(
    title="新细则试算",
    points="积分",
    months="月份",
    given="实际发放",
    drafted="新细则",
    members="人数",
    difference="每人差额",
    month=lambda day: f"{day.year}年{day.month}月",
    number=lambda number: f"{number:,f}",
)
FOUND = simulate(DRAFT, YEAR)


def test_an_svg_keeps_its_texts(tmp_path: Path) -> None:
    found = texts(simulated(FOUND, POINTS, tmp_path / "plot.svg", WORDS))
    assert {"新细则试算", "积分", "月份", "实际发放", "新细则", "人数", "每人差额", "2025年1月", "40"} <= set(
        found
    )


def test_without_what_was_given_only_the_draft_is_drawn(tmp_path: Path) -> None:
    deeds = [Past(past.deed, past.subjects) for past in YEAR if past.deed.day < date(2025, 2, 1)]
    found = texts(simulated(simulate(DRAFT, deeds), POINTS, tmp_path / "plot.svg", WORDS))
    assert "新细则" in found
    assert not {"实际发放", "人数"} & set(found)


@pytest.mark.parametrize("suffix", [".svg", ".png"])
def test_the_same_figures_give_the_same_file(tmp_path: Path, suffix: str) -> None:
    words = Words(
        "Trial", "Points", "Month", "Given", "Draft", "Members", "Each", "{:%b}".format, "{:f}".format
    )
    one, other = (simulated(FOUND, POINTS, tmp_path / f"{n}{suffix}", words).read_bytes() for n in "ab")
    assert one == other


def test_a_simulation_of_nothing_is_drawn_as_well(tmp_path: Path) -> None:
    assert simulated(simulate(DRAFT, []), POINTS, tmp_path / "plot.svg", WORDS).exists()
