"""Certificates as PDF, on a sheet of A4, with the fonts in it: any viewer and any printer shows Chinese.

The same certificate in the same language always gives the same bytes, with one release of fpdf2.
"""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING

from gridpoints.community.model import Member, Profile
from gridpoints.errors import MissingDriver
from gridpoints.i18n.language import Language
from gridpoints.recognition.badges import Signed, Texts
from gridpoints.recognition.model import Certificate
from gridpoints.recognition.sheet import (
    CODE_SIZE,
    CODE_X,
    CODE_Y,
    FRAMES,
    HEIGHT,
    RED,
    TURN,
    WIDTH,
    Line,
    lines_of,
    printable,
)

if TYPE_CHECKING:
    from fpdf import FPDF

_POINTS = 72 / 96  # a point of the printer, in the measure of the sheet
#: Which face of the collection of fonts: Chinese signs are drawn otherwise in Taiwan and Hong Kong.
_FACES = {"zh-Hant": 3}
_SIMPLIFIED = 2
#: The name under which the signed badge is attached.
ATTACHMENT = "badge.jwt"


def as_pdf(
    certificate: Certificate,
    member: Member,
    profile: Profile,
    texts: Texts,
    language: Language,
    *,
    signed: Signed | None = None,
    why_revoked: str | None = None,
) -> bytes:
    """The certificate as PDF; a signed one has its badge attached, and its short form as a QR code.

    Raises `MissingDriver` without the extra ``pdf``.
    """
    try:
        import segno  # noqa: F401  # nothing is drawn before it is known that all of it can be
        from fpdf import FPDF
        from noto_cjk_sans_otc import FONT_PATH
    except ImportError as missing:
        raise MissingDriver(package=missing.name or "fpdf2", extra="pdf") from None
    pdf = FPDF(orientation="landscape", unit="pt", format="A4")
    pdf.set_auto_page_break(False)
    pdf.set_creation_date(certificate.issued_at)
    pdf.set_title(printable(f"{texts.title} – {member.name}"))
    pdf.set_author(printable(profile.name))
    pdf.set_lang(texts.language)
    pdf.add_font("sheet", fname=FONT_PATH, collection_font_number=_FACES.get(texts.language, _SIMPLIFIED))
    pdf.add_page()
    _frame(pdf)
    lines = lines_of(
        certificate,
        member,
        profile,
        texts,
        language,
        why_revoked=why_revoked,
        with_code=signed is not None,
    )
    for line in lines:
        _write(pdf, line)
    if signed is not None:
        side = CODE_SIZE * _POINTS
        pdf.image(BytesIO(_code(signed.short_form)), CODE_X * _POINTS, CODE_Y * _POINTS, side, side)
        pdf.embed_file(
            bytes=signed.badge.encode(),
            basename=ATTACHMENT,
            creation_date=certificate.issued_at,
            mime_type="text/plain",
        )
    return bytes(pdf.output())


def _code(text: str) -> bytes:
    """A QR code in SVG."""
    import segno

    # It is printed large, on paper that is kept: few signs need to be made up for.
    drawn = segno.make(text, error="m", boost_error=False, micro=False)
    file = BytesIO()
    drawn.save(file, kind="svg", border=0, omitsize=True, xmldecl=False)
    return file.getvalue()


def _frame(pdf: FPDF) -> None:
    pdf.set_draw_color(RED)
    for inset, thick in FRAMES:
        pdf.set_line_width(thick * _POINTS)
        start, across, down = (side * _POINTS for side in (inset, WIDTH - 2 * inset, HEIGHT - 2 * inset))
        pdf.rect(start, start, across, down)


def _write(pdf: FPDF, line: Line) -> None:
    pdf.set_font("sheet", size=line.size * _POINTS)
    pdf.set_text_color(line.ink)
    x = line.x * _POINTS - pdf.get_string_width(line.text) / 2
    if line.turned:
        with pdf.rotation(-TURN, WIDTH / 2 * _POINTS, HEIGHT / 2 * _POINTS):
            pdf.text(x, line.y * _POINTS, line.text)
    else:
        pdf.text(x, line.y * _POINTS, line.text)
