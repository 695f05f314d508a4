"""Plots for the public notice (公示): Matplotlib, and nothing else, draws them.

The caller gives every text in the reader's language. An SVG keeps them as text, so that it shows
Chinese with the fonts of whoever reads it, and is the same file on every machine. A PNG is drawn
with the fonts of this machine: ask `shows` first whether they will do.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from attrs import frozen

from gridpoints.errors import MissingDriver
from gridpoints.notices.operations import Month
from gridpoints.values import Unit

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

#: Matplotlib brings the first one, so that every machine measures texts alike; the others are
#: the Chinese fonts of Linux, macOS and Windows.
FONTS = (
    "DejaVu Sans",
    "Noto Sans CJK SC",
    "Noto Sans SC",
    "Source Han Sans SC",
    "Source Han Sans CN",
    "WenQuanYi Micro Hei",
    "WenQuanYi Zen Hei",
    "PingFang SC",
    "Hiragino Sans GB",
    "Microsoft YaHei",
    "SimHei",
    "Noto Sans CJK TC",
    "PingFang TC",
    "Microsoft JhengHei",
)

#: Blue and orange: told apart by everybody, also in a grey print.
BLUE, ORANGE = "#2f6f9f", "#e8a33d"
#: Room for so many months where there are fewer, so that bars stay bars; and so many are named.
_FEWEST, _MOST_LABELS = 6, 13
_INK, _SOFT, _FAINT = "#2b2b2b", "#6b6b6b", "#e2e2e2"


@frozen
class Words:
    """The texts of a plot, in the reader's language; `month` and `number` write the ticks."""

    title: str
    points: str
    months: str
    issued: str
    redeemed: str
    month: Callable[[date], str]
    number: Callable[[Decimal], str]


def must_be_installed() -> None:
    """Raise `MissingDriver` unless plots can be drawn at all."""
    try:
        import matplotlib  # noqa: F401
    except ImportError:
        raise MissingDriver(package="matplotlib", extra="demo") from None


def shows(text: str, path: Path) -> bool:
    """Whether a plot written to `path` can show `text` with the fonts that there are."""
    if _is_svg(path):
        return True
    must_be_installed()
    from matplotlib.font_manager import findfont, get_font

    fonts = [get_font(findfont(family)) for family in _families()]
    return all(any(font.get_char_index(ord(character)) for font in fonts) for character in text)


def issued_and_redeemed(months: Sequence[Month], unit: Unit, path: Path, words: Words) -> Path:
    """Draw the points issued beside those redeemed, month by month, and write them to `path`.

    Its suffix decides the format: ``.svg``, or ``.png``. Answers `path`; raises `MissingDriver`.
    """
    sides = (
        Bars(words.issued, BLUE, [unit.decimal(month.issued) for month in months]),
        Bars(words.redeemed, ORANGE, [unit.decimal(month.redeemed) for month in months]),
    )
    with canvas(path, words.title, height=5.4) as figure:
        axes = figure.add_subplot()
        axes.set_title(words.title, loc="left", fontsize=15, fontweight="bold", pad=34)
        side_by_side(axes, [words.month(month.first_day) for month in months], sides, words.number)
        name_axes(axes, words.months, words.points)
    return path


@contextmanager
def canvas(path: Path, title: str, *, height: float) -> Iterator[Figure]:
    """A figure to draw on, in the style of all plots, which is then written to `path`.

    Raises `MissingDriver`.
    """
    must_be_installed()
    from matplotlib import rc_context
    from matplotlib.figure import Figure
    from matplotlib.layout_engine import ConstrainedLayoutEngine

    style: dict[Any, Any] = {  # newer stubs name every key, older ones none
        # A generic family is written to the SVG with all its fonts; for a PNG each is named, so
        # that a character which the first one lacks is looked up in the next.
        "font.family": ["sans-serif"] if _is_svg(path) else _families(),
        "font.sans-serif": FONTS,
        "svg.fonttype": "none",
        "svg.hashsalt": "gridpoints",
        "text.color": _INK,
        "axes.labelcolor": _INK,
        "xtick.color": _INK,
        "ytick.color": _INK,
    }
    undated = {"Date": None} if _is_svg(path) else {"Software": None}
    with rc_context(style), warnings.catch_warnings():
        if _is_svg(path):  # DejaVu has no Chinese, and only measures the texts
            warnings.filterwarnings("ignore", "Glyph .* missing from font")
        figure = Figure(figsize=(10, height), layout=ConstrainedLayoutEngine(w_pad=0.15, h_pad=0.15))
        yield figure
        figure.savefig(path, dpi=160, metadata={"Title": title, **undated})


@frozen
class Bars:
    """What stands at each place of an axis in one colour."""

    label: str
    color: str
    heights: Sequence[Decimal]


def side_by_side(
    axes: Axes, places: Sequence[str], sides: Sequence[Bars], number: Callable[[Decimal], str]
) -> None:
    """Draw bars of one or two colours at each of the places, and name these and the colours."""
    width = 0.8 / len(sides)
    for side, bars in enumerate(sides):
        offset = (side - (len(sides) - 1) / 2) * width
        at = [place + offset for place in range(len(places))]
        axes.bar(
            at, list(map(float, bars.heights)), width * 0.94, color=bars.color, label=bars.label, zorder=2
        )
    axes.set_xlim(-0.6, max(len(places), _FEWEST) - 0.4)
    named = range(0, len(places), max(1, -(-len(places) // _MOST_LABELS)))
    axes.set_xticks(named, [places[place] for place in named], fontsize=9)
    if not any(any(bars.heights) for bars in sides):
        axes.set_ylim(0, 1)
    axes.yaxis.set_major_formatter(lambda value, _: number(Decimal(f"{value:.6f}").normalize()))
    axes.legend(loc="lower right", bbox_to_anchor=(1, 1), ncols=2, frameon=False, columnspacing=3)


def name_axes(axes: Axes, along: str, above: str) -> None:
    """Write what is counted along the axes, and take away lines that say nothing."""
    # Above the axis and upright: turned Chinese is hard to read.
    axes.text(0, 1.03, above, transform=axes.transAxes, color=_SOFT)
    axes.set_xlabel(along, labelpad=8, color=_SOFT)
    axes.grid(axis="y", color=_FAINT, linewidth=0.8, zorder=0)
    axes.tick_params(length=0)
    axes.spines[["top", "left", "right"]].set_visible(False)
    axes.spines["bottom"].set_color(_SOFT)


def _is_svg(path: Path) -> bool:
    return path.suffix.lower() == ".svg"


def _families() -> list[str]:
    """Those of `FONTS` that this machine has."""
    from matplotlib.font_manager import fontManager

    names = set(fontManager.get_font_names())
    return [family for family in FONTS if family in names]
