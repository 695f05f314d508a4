"""The plot: the same file for the same figures, with texts that its reader's fonts can show."""

from __future__ import annotations

import subprocess
import sys
import warnings
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from gridpoints.errors import MissingDriver
from gridpoints.notices import plots
from gridpoints.notices.operations import Month
from gridpoints.values import Unit

pytest.importorskip("matplotlib", reason="Matplotlib is not installed: install the extra demo")

MONTHS = [Month(date(2026, month, 1), 1_000 + 95 * month, 80 * month) for month in range(1, 13)]
WORDS = plots.Words(
    title="白羊村：各月积分发放与兑换",
    points="积分",
    months="月份",
    issued="发放",
    redeemed="兑换",
    month=lambda day: f"{day.month}月",
    number=lambda number: f"{number:,f}",
)
PLAIN = plots.Words("Issued", "Points", "Month", "Issued", "Redeemed", "{:%b}".format, "{:f}".format)


@pytest.fixture(autouse=True)
def no_warnings() -> Iterator[None]:
    """Matplotlib warns of each character that it cannot draw."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        yield


def texts(path: Path) -> list[str]:
    root = ET.fromstring(path.read_text("utf-8"))  # noqa: S314 -- our own file
    return [element.text or "" for element in root.iter("{http://www.w3.org/2000/svg}text")]


def test_an_svg_keeps_its_texts(tmp_path: Path) -> None:
    path = plots.issued_and_redeemed(MONTHS, Unit("points"), tmp_path / "plot.svg", WORDS)
    found = texts(path)
    assert {"白羊村：各月积分发放与兑换", "积分", "月份", "发放", "兑换", "1月", "12月", "2,000"} <= set(
        found
    )
    assert "<title>白羊村：各月积分发放与兑换</title>" in path.read_text("utf-8")


def test_the_same_figures_give_the_same_file(tmp_path: Path) -> None:
    for suffix in (".svg", ".png"):
        one = plots.issued_and_redeemed(MONTHS, Unit("points"), tmp_path / f"one{suffix}", PLAIN)
        other = plots.issued_and_redeemed(MONTHS, Unit("points"), tmp_path / f"other{suffix}", PLAIN)
        assert one.read_bytes() == other.read_bytes()


def test_the_suffix_decides_the_format(tmp_path: Path) -> None:
    path = plots.issued_and_redeemed(MONTHS, Unit("points"), tmp_path / "plot.PNG", PLAIN)
    assert path.read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize(
    "months",
    [
        [],
        MONTHS[:1],
        [Month(date(2026, 1, 1), 0, 0)],
        [Month(date(2026, 1, 1), -500, 3)],
        [Month(date(2020 + count // 12, count % 12 + 1, 1), count, count) for count in range(40)],
    ],
    ids=["none", "one", "no points", "taken back", "forty"],
)
def test_any_months_can_be_drawn(months: list[Month], tmp_path: Path) -> None:
    path = plots.issued_and_redeemed(months, Unit("points", scale=1), tmp_path / "plot.svg", PLAIN)
    named = [text for text in texts(path) if text in {month.first_day.strftime("%b") for month in months}]
    assert len(named) <= 13


def test_amounts_are_shown_in_the_unit(tmp_path: Path) -> None:
    months = [Month(date(2026, 1, 1), 25, 10)]  # 2.5 and 1.0
    path = plots.issued_and_redeemed(months, Unit("points", scale=1), tmp_path / "plot.svg", PLAIN)
    assert max(Decimal(text) for text in texts(path) if text.replace(".", "").isdigit()) <= 3


def test_tells_whether_a_picture_can_show_a_text(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plots, "FONTS", ("DejaVu Sans",))
    assert plots.shows("积分 points", Path("plot.svg"))
    assert plots.shows("points – é", Path("plot.png"))
    assert not plots.shows("积分", Path("plot.png"))


def test_says_what_to_install(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(MissingDriver, match=r"gridpoints-platform\[demo\]"):
        plots.issued_and_redeemed(MONTHS, Unit("points"), tmp_path / "plot.svg", PLAIN)


def test_is_imported_only_to_draw() -> None:
    heavy = {"faker", "matplotlib", "rich"}
    script = (
        "import sys, gridpoints, gridpoints.notices.plots, gridpoints.demo;"
        f"sys.exit(bool({heavy!r} & sys.modules.keys()))"
    )
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0
