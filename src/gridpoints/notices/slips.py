"""Sheets of vouchers for people without a telephone: printed, cut, and handed out (纸质兑换券).

A page of HTML that needs nothing else, for any browser to print: two columns of slips, each with its
goods, its code in large letters, and a QR code. The caller gives every text in the reader's language.
"""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from attrs import frozen

from gridpoints.errors import MissingDriver

#: A QR code that is printed small on poor paper, and folded, is still read with a quarter of it missing.
_ERROR_CORRECTION = "q"

_STYLE = """
@page { size: A4; margin: 12mm }
body { font: 11pt "Noto Sans CJK SC", "PingFang SC", "Microsoft YaHei", sans-serif; margin: 0 }
main { display: grid; grid-template-columns: 1fr 1fr; gap: 0 }
article { border: 1px dashed #777; padding: 6mm; break-inside: avoid; min-height: 50mm;
  display: grid; grid-template-columns: 1fr 34mm; gap: 4mm }
h2 { font-size: 14pt; margin: 0 0 2mm } p { margin: 0 0 1.5mm }
code { font: bold 15pt monospace; white-space: nowrap }
svg { width: 34mm; height: 34mm } .code { grid-column: 1 / 3; text-align: center }
"""


@frozen
class Slip:
    """One voucher on paper. `shows` is what its QR code says: its code, or its signed token."""

    code: str
    goods: str
    lines: tuple[str, ...]
    shows: str


def printed(title: str, slips: Iterable[Slip], *, language: str = "zh-Hans") -> str:
    """The page; raises `MissingDriver` where QR codes cannot be drawn."""
    try:
        import segno
    except ImportError:
        raise MissingDriver(package="segno", extra="qr") from None
    articles = []
    for slip in slips:
        drawn = segno.make(slip.shows, error=_ERROR_CORRECTION, micro=False)
        picture = drawn.svg_inline(border=2, omitsize=True)
        lines = "".join(f"<p>{escape(line)}</p>" for line in slip.lines)
        articles.append(
            f"<article><div><h2>{escape(slip.goods)}</h2>{lines}</div><div>{picture}</div>"
            f'<div class="code"><code>{escape(slip.code)}</code></div></article>'
        )
    return (
        f'<!doctype html>\n<html lang="{escape(language, quote=True)}"><head><meta charset="utf-8">'
        f"<title>{escape(title)}</title><style>{_STYLE}</style></head>"
        f"<body><main>{''.join(articles)}</main></body></html>\n"
    )
