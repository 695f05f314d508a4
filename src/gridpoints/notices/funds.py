"""The plot of a fund: what will be redeemed each month, and what it then still has."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path

from attrs import frozen

from gridpoints.notices.plots import BLUE, ORANGE, Bars, canvas, name_axes, side_by_side
from gridpoints.redemption.fund.model import FundReport


@frozen
class Words:
    """The texts of the plot, in the reader's language; `month` and `number` write the ticks."""

    title: str
    money: str
    months: str
    redeemed: str
    left: str
    month: Callable[[date], str]
    number: Callable[[Decimal], str]


def forecast(report: FundReport, path: Path, words: Words) -> Path:
    """Draw, month by month, what is expected to be redeemed beside what the fund then has left.

    Its suffix decides the format: ``.svg``, or ``.png``. Answers `path`; raises `MissingDriver`.
    """
    sides = (
        Bars(words.redeemed, ORANGE, [each.money for each in report.forecast]),
        Bars(words.left, BLUE, [each.left for each in report.forecast]),
    )
    with canvas(path, words.title, height=5.4) as figure:
        axes = figure.add_subplot()
        axes.set_title(words.title, loc="left", fontsize=15, fontweight="bold", pad=34)
        side_by_side(axes, [words.month(each.first_day) for each in report.forecast], sides, words.number)
        name_axes(axes, words.months, words.money)
    return path
