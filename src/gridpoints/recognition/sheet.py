"""What stands where on the sheet of a certificate: drawn as SVG by `papers`, and as PDF by `prints`.

The sheet is A4 on its side, measured at 96 to the inch.
"""

from __future__ import annotations

from collections.abc import Iterator
from unicodedata import east_asian_width

from attrs import evolve, frozen

from gridpoints.community.model import Member, Profile
from gridpoints.i18n.language import Language
from gridpoints.recognition.badges import Texts
from gridpoints.recognition.model import Certificate

WIDTH, HEIGHT = 1123, 794
RED = "#9c2f2f"
#: The frames, by how far they are from the edge, and how thick.
FRAMES = ((30, 6.0), (44, 1.5))
#: Where the code is that a telephone reads, and how large: in the lower corner on the right.
CODE_X, CODE_Y, CODE_SIZE = 870, 540, 180

_WIDEST = WIDTH - 160
#: From one line of a block to the next, in sizes of its letters.
_SPACING = 1.5
_BLACK, _GREY, _STAMP = "#2b2b2b", "#6b6b6b", "#c0392b"


@frozen
class Line:
    """A text with its middle at `x`, standing on `y`; `size` in the same measure.

    One that is `turned` stands across the sheet: it is turned by `TURN` degrees about the sheet's middle.
    """

    text: str
    y: float
    size: float
    ink: str = _BLACK
    x: float = WIDTH / 2
    turned: bool = False


TURN = -18


def lines_of(
    certificate: Certificate,
    member: Member,
    profile: Profile,
    texts: Texts,
    language: Language,
    *,
    why_revoked: str | None = None,
    with_code: bool = False,
) -> Iterator[Line]:
    """Every line of a certificate; one that was revoked says so across the sheet.

    What would run over the frame, or into what stands below it or beside, is smaller.
    """
    yield _fitted(Line(texts.title, 190, 54))
    yield _fitted(Line(member.name, 300, 44))
    yield from _block(Line(texts.sentence, 390, 26), lowest=540)
    left, right = 60, CODE_X - 20 if with_code else WIDTH - 60
    middle, width = (left + right) / 2, right - left
    yield from _block(Line(texts.criteria, 580, 16, _GREY, middle), width, lowest=630)
    day = language.date(certificate.issued_at.astimezone(language.zone).date())
    yield _fitted(Line(f"{profile.name}  ·  {day}", 660, 22, x=middle), width)
    number = language.text("Certificate {number}, {id}", number=str(certificate.number), id=certificate.id)
    yield _fitted(Line(number, 710, 13, _GREY, middle), width)
    if with_code:
        caption = language.text("Scan it to read what was signed.")
        yield _fitted(Line(caption, 738, 11, _GREY, CODE_X + CODE_SIZE / 2), CODE_SIZE)
    if certificate.revoked_at is not None:
        last = certificate.revoked_at.astimezone(language.zone).date()
        revoked = language.text("Revoked on {day}", day=last)
        yield _fitted(Line(revoked, 400, 84, _STAMP, turned=True))
        yield from _block(Line(why_revoked or "", 460, 28, _STAMP, turned=True), lowest=600)


def _fitted(line: Line, width: float = _WIDEST) -> Line:
    fitting = min(line.size, width * 2 / max(1, _columns(line.text)))
    return evolve(line, text=printable(line.text), size=fitting)


def _block(line: Line, width: float = _WIDEST, *, lowest: float) -> Iterator[Line]:
    """A text in as many lines as it takes, none of them below `lowest`."""
    size, lines = line.size, wrapped(line.text, width * 2 / line.size)
    while len(lines) > 1 and line.y + _SPACING * size * (len(lines) - 1) > lowest:
        size *= 0.9
        lines = wrapped(line.text, width * 2 / size)
    for n, text in enumerate(lines):
        yield _fitted(evolve(line, text=text, size=size, y=line.y + _SPACING * size * n), width)


def _columns(text: str) -> int:
    """How wide a text is: a Chinese sign is as wide as two Latin ones."""
    return sum(2 if east_asian_width(sign) in "WF" else 1 for sign in text)


def printable(text: str) -> str:
    """Without what neither XML nor a font can hold."""
    return "".join(sign for sign in text if sign >= " " and sign not in "\ufffe\uffff")


def wrapped(text: str, columns: float) -> list[str]:
    """The text in lines, broken at blanks, and between Chinese signs."""
    lines, line = [], ""
    for word in _words(text):
        if line and _columns(line + word) > columns:
            lines.append(line.strip())
            line = ""
        line += word
    return [*lines, line.strip()] if line.strip() else lines


def _words(text: str) -> Iterator[str]:
    word = ""
    for sign in text:
        if east_asian_width(sign) in "WF" and word and sign not in "，。；：、！？）》」":
            yield word
            word = ""
        word += sign
        if sign.isspace():
            yield word
            word = ""
    if word:
        yield word
