"""Records and certificates on paper, in the reader's language: CSV for a spreadsheet, SVG for a printer."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from decimal import Decimal
from io import StringIO
from unicodedata import east_asian_width
from xml.etree import ElementTree as Xml

from gridpoints.community.model import Member, Profile
from gridpoints.i18n.language import Language
from gridpoints.recognition.badges import Texts
from gridpoints.recognition.model import Certificate, CertificateKind, RecordEntry
from gridpoints.recognition.record import Correction, VolunteerRecord

SVG = "http://www.w3.org/2000/svg"
BADGES = "https://purl.imsglobal.org/ob/v3p0"
_FONTS = "Noto Serif CJK SC, Source Han Serif SC, Songti SC, SimSun, PMingLiU, serif"
_WIDTH, _HEIGHT = 1123, 794  # A4 on its side, at 96 to the inch
#: What a spreadsheet would take for a formula, were it the first sign of a cell.
_FORMULAS = ("=", "+", "-", "@", "\t", "\r")


# --- the record as a table ------------------------------------------------------------------------


def as_csv(record: VolunteerRecord, language: Language) -> str:
    """The record as CSV (RFC 4180), a line for each line of it. Write it as ``utf-8-sig`` for Excel."""
    text = language.text
    file = StringIO()
    table = csv.writer(file)
    table.writerow(
        [
            text("Day"),
            text("Kind"),
            text("Title"),
            text("Hours"),
            text("Given or verified by"),
            text("State"),
            text("Corrections"),
        ]
    )
    table.writerows([_cell(value) for value in row] for row in _rows(record, language))
    return file.getvalue()


def _rows(record: VolunteerRecord, language: Language) -> Iterator[list[str]]:
    text, word = language.text, language.word
    for each in record.services:
        state = text("taken back") if each.void else text("verified")
        notes = "; ".join(_correction(correction, language) for correction in each.corrections)
        hours = _hours(each.hours)
        yield [each.day.isoformat(), word(each.kind), each.title, hours, each.verified_by, state, notes]
    for entry in record.entries:
        note = text("in the place of {entry}", entry=entry.corrects) if entry.corrects else ""
        yield [
            entry.day.isoformat(),
            word(entry.kind),
            entry.title,
            _hours(entry.hours),
            entry.given_by or entry.entered_by,
            word(entry.status),
            note,
        ]


def _correction(correction: Correction, language: Language) -> str:
    reason = correction.reason or "–"
    if correction.hours_were is None:
        return language.text("taken back by {by}: {reason}", by=correction.by, reason=reason)
    return language.text(
        "was {hours} hours, corrected by {by}: {reason}",
        hours=correction.hours_were,
        by=correction.by,
        reason=reason,
    )


def _hours(hours: Decimal | None) -> str:
    """Plain digits: a spreadsheet reads them in any language."""
    return "" if hours is None else f"{hours:f}"


def _cell(value: str) -> str:
    return f"'{value}" if value.startswith(_FORMULAS) else value


# --- certificates ---------------------------------------------------------------------------------


def texts_of(
    certificate: Certificate, entry: RecordEntry | None, member: Member, profile: Profile, language: Language
) -> Texts:
    """What a certificate says, in the reader's language."""
    text, tag = language.text, language.code.replace("_", "-")
    if entry is not None and certificate.kind is CertificateKind.ENTRY:
        given_by = entry.given_by or profile.name
        return Texts(
            title=entry.title,
            sentence=text(
                "{community} certifies that {name} was given this on {day} by {given_by}.",
                community=profile.name,
                name=member.name,
                day=entry.day,
                given_by=given_by,
            ),
            criteria=text("Entered in the volunteer's record by somebody who answers for it."),
            language=tag,
        )
    hours = language.plural("{n} hour", "{n} hours", certificate.hours or Decimal(0))
    return Texts(
        title=text("Certificate of voluntary service"),
        sentence=text(
            "{community} certifies that {name} gave {hours} of voluntary service from {since} to {until}.",
            community=profile.name,
            name=member.name,
            hours=hours,
            since=certificate.since,
            until=certificate.until,
        ),
        criteria=text("Each hour was recorded, and verified by somebody else than the volunteer."),
        language=tag,
    )


def as_svg(
    certificate: Certificate,
    member: Member,
    profile: Profile,
    texts: Texts,
    language: Language,
    *,
    badge: str | None = None,
    why_revoked: str | None = None,
) -> str:
    """The certificate as a picture for a printer, with the signed badge baked in where there is one.

    All of it is text: it shows Chinese with the fonts of whoever reads it. One that was revoked says so
    across the sheet.
    """
    Xml.register_namespace("", SVG)
    Xml.register_namespace("openbadges", BADGES)
    sheet = Xml.Element(
        f"{{{SVG}}}svg",
        {"viewBox": f"0 0 {_WIDTH} {_HEIGHT}", "width": "297mm", "height": "210mm", "font-family": _FONTS},
    )
    sheet.set("lang", texts.language)
    Xml.SubElement(sheet, f"{{{SVG}}}title").text = _printable(f"{texts.title} – {member.name}")
    if badge is not None:
        Xml.SubElement(sheet, f"{{{BADGES}}}credential", {"verify": badge})
    _frame(sheet)
    _line(sheet, texts.title, y=190, size=54)
    _line(sheet, member.name, y=300, size=44)
    for n, line in enumerate(_wrapped(texts.sentence, 66)):
        _line(sheet, line, y=390 + 40 * n, size=26)
    for n, line in enumerate(_wrapped(texts.criteria, 110)):
        _line(sheet, line, y=580 + 26 * n, size=16, ink="#6b6b6b")
    day = language.date(certificate.issued_at.astimezone(language.zone).date())
    _line(sheet, f"{profile.name}  ·  {day}", y=660, size=22)
    number = language.text("Certificate {number}, {id}", number=str(certificate.number), id=certificate.id)
    _line(sheet, number, y=710, size=13, ink="#6b6b6b")
    if certificate.revoked_at is not None:
        _stamp(sheet, certificate, why_revoked, language)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{Xml.tostring(sheet, encoding="unicode")}\n'


def _frame(sheet: Xml.Element) -> None:
    for inset, width in ((30, 6), (44, 1.5)):
        Xml.SubElement(
            sheet,
            f"{{{SVG}}}rect",
            {
                "x": str(inset),
                "y": str(inset),
                "width": str(_WIDTH - 2 * inset),
                "height": str(_HEIGHT - 2 * inset),
                "fill": "white" if inset == 30 else "none",
                "stroke": "#9c2f2f",
                "stroke-width": str(width),
            },
        )


def _stamp(sheet: Xml.Element, certificate: Certificate, why: str | None, language: Language) -> None:
    assert certificate.revoked_at is not None  # noqa: S101  # that is what is stamped
    day = certificate.revoked_at.astimezone(language.zone).date()
    turned = Xml.SubElement(
        sheet, f"{{{SVG}}}g", {"transform": f"rotate(-18 {_WIDTH / 2:g} {_HEIGHT / 2:g})", "opacity": "0.85"}
    )
    _line(turned, language.text("Revoked on {day}", day=day), y=400, size=84, ink="#c0392b")
    for n, line in enumerate(_wrapped(why or "", 60)):
        _line(turned, line, y=460 + 34 * n, size=28, ink="#c0392b")


def _line(parent: Xml.Element, text: str, *, y: float, size: float, ink: str = "#2b2b2b") -> None:
    """A line in the middle, smaller where it would not fit."""
    fitting = min(size, (_WIDTH - 160) * 2 / max(1, _columns(text)))
    Xml.SubElement(
        parent,
        f"{{{SVG}}}text",
        {
            "x": f"{_WIDTH / 2:g}",
            "y": f"{y:g}",
            "text-anchor": "middle",
            "font-size": f"{fitting:.4g}",
            "fill": ink,
        },
    ).text = _printable(text)


def _columns(text: str) -> int:
    """How wide a text is: a Chinese sign is as wide as two Latin ones."""
    return sum(2 if east_asian_width(sign) in "WF" else 1 for sign in text)


def _printable(text: str) -> str:
    """Without what XML cannot hold."""
    return "".join(sign for sign in text if sign >= " " and sign not in "\ufffe\uffff")


def _wrapped(text: str, columns: int) -> list[str]:
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
