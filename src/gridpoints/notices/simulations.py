"""The plot of a simulation: what was given and what a draft gives, and who would gain and lose."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

from attrs import frozen

from gridpoints.notices.plots import BLUE, ORANGE, Bars, canvas, name_axes, side_by_side
from gridpoints.rules.findings import Line, Simulation, Stakes
from gridpoints.values import Unit

if TYPE_CHECKING:
    from matplotlib.axes import Axes


@frozen
class Words:
    """The texts of the plot, in the reader's language; `month` and `number` write the ticks."""

    title: str
    points: str
    months: str
    given: str
    drafted: str
    members: str
    difference: str
    month: Callable[[date], str]
    number: Callable[[Decimal], str]


def simulated(simulation: Simulation, unit: Unit, path: Path, words: Words) -> Path:
    """Draw, for one unit, the months beside one another, and how many members differ by how much.

    Of deeds of which it is not known what they gave, only what the draft gives. The suffix of `path`
    decides the format: ``.svg``, or ``.png``. Answers `path`; raises `MissingDriver`.
    """
    months = [line for line in simulation.by_month if line.unit == unit.code]
    stakes = next((each for each in simulation.stakes if each.unit == unit.code), None)
    with canvas(path, words.title, height=5.4 if stakes is None else 9.2) as figure:
        above, *below = figure.subplots(1 if stakes is None else 2, squeeze=False)[:, 0]
        above.set_title(words.title, loc="left", fontsize=15, fontweight="bold", pad=34)
        _months(above, months, unit, words, known=stakes is not None)
        if stakes is not None:
            _spread(below[0], stakes, unit, words)
    return path


def _months(axes: Axes, months: Sequence[Line], unit: Unit, words: Words, *, known: bool) -> None:
    drafted = Bars(words.drafted, ORANGE, [unit.decimal(line.drafted) for line in months])
    given = Bars(words.given, BLUE, [unit.decimal(line.given) for line in months])
    places = [words.month(line.of) for line in months if isinstance(line.of, date)]
    side_by_side(axes, places, [given, drafted] if known else [drafted], words.number)
    name_axes(axes, words.months, words.points)


def _spread(axes: Axes, stakes: Stakes, unit: Unit, words: Words) -> None:
    """Orange who loses, blue who does not; each bar stands over the differences that it counts."""
    from matplotlib.ticker import MaxNLocator

    edges = [float(unit.decimal(span.least)) for span in stakes.spread]
    width = float(unit.decimal(stakes.spread[0].below - stakes.spread[0].least))
    colors = [ORANGE if span.least < 0 else BLUE for span in stakes.spread]
    heights = [span.members for span in stakes.spread]
    axes.bar(edges, heights, width * 0.94, align="edge", color=colors, zorder=2)
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_formatter(lambda value, _: words.number(Decimal(f"{value:.6f}").normalize()))
    axes.yaxis.set_major_locator(MaxNLocator("auto", integer=True))
    name_axes(axes, words.difference, words.members)
