"""The plot of the fund: its texts, and both formats."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from gridpoints.notices.funds import Words, forecast
from gridpoints.redemption.fund.model import Expected, FundReport
from tests.notices.test_plots import texts

pytest.importorskip("matplotlib", reason="Matplotlib is not installed: install the extra demo")

WORDS = Words(
    title="积分基金预测",
    money="元",
    months="月份",
    redeemed="预计兑换",
    left="剩余",
    month=lambda day: f"{day.year}年{day.month}月",
    number=lambda number: f"{number:,f}",
)
NONE = Decimal(0)
EXPECTED = tuple(
    Expected(date(2026, month, 1), Decimal(30), Decimal(100 - 30 * month)) for month in range(1, 6)
)
REPORT = FundReport("CNY", date(2026, 1, 1), Decimal(100), NONE, NONE, NONE, forecast=EXPECTED)


def test_an_svg_keeps_its_texts(tmp_path: Path) -> None:
    found = texts(forecast(REPORT, tmp_path / "fund.svg", WORDS))
    assert {"积分基金预测", "元", "月份", "预计兑换", "剩余", "2026年1月"} <= set(found)


def test_a_png_is_drawn(tmp_path: Path) -> None:
    words = Words("The fund", "CNY", "Month", "Redeemed", "Left", month=str, number=str)
    assert forecast(REPORT, tmp_path / "fund.png", words).read_bytes().startswith(b"\x89PNG")
