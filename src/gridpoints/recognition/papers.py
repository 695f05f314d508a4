"""Records and certificates on paper, in the reader's language: CSV for a spreadsheet, SVG for a printer."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from io import StringIO
from xml.etree import ElementTree as Xml

from gridpoints.community.model import Member, Profile
from gridpoints.i18n.language import Language
from gridpoints.recognition.badges import Signed, Texts
from gridpoints.recognition.model import Certificate, CertificateKind, RecordEntry
from gridpoints.recognition.record import Correction, VolunteerRecord
from gridpoints.recognition.sheet import FRAMES, HEIGHT, RED, TURN, WIDTH, Line, lines_of, printable

SVG = "http://www.w3.org/2000/svg"
BADGES = "https://purl.imsglobal.org/ob/v3p0"
_FONTS = "Noto Serif CJK SC, Source Han Serif SC, Songti SC, SimSun, PMingLiU, serif"
#: What a spreadsheet would take for a formula, were it the first sign of a cell.
_FORMULAS = ("=", "+", "-", "@", "\t", "\r")


# --- the record as a table ------------------------------------------------------------------------


def as_csv(record: VolunteerRecord, language: Language) -> str:
    """The record as CSV (RFC 4180), a line for each line of it. Write it as ``utf-8-sig`` for Excel.

    Certificates have none: the hours that they certify stand in it already.
    """
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
    for decision in record.exclusions:
        until = decision.decided.until
        again = text("takes part again on {day}", day=until.isoformat()) if until else text("for good")
        yield [
            decision.since.isoformat(),
            word("exclusion", "kind"),
            decision.reason,
            "",
            decision.decided_by,
            word(decision.status),
            f"{decision.note}; {again}",
        ]
    for consent in record.consents:
        end = consent.withdrawn_at or consent.until
        remarks = [text("written down by {name}", name=consent.recorded_by)]
        remarks += [text("until {day}", day=_day(end, language))] if end else []
        yield [
            _day(consent.since, language),
            word("consent", "kind"),
            consent.covers,
            "",
            consent.given_by,
            word(consent.status),
            "; ".join(remarks),
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


def _day(instant: datetime, language: Language) -> str:
    return instant.astimezone(language.zone).date().isoformat()


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
    signed: Signed | None = None,
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
        {"viewBox": f"0 0 {WIDTH} {HEIGHT}", "width": "297mm", "height": "210mm", "font-family": _FONTS},
    )
    sheet.set("lang", texts.language)
    Xml.SubElement(sheet, f"{{{SVG}}}title").text = printable(f"{texts.title} – {member.name}")
    if signed is not None:
        Xml.SubElement(sheet, f"{{{BADGES}}}credential", {"verify": signed.badge})
    _frame(sheet)
    turn = f"rotate({TURN} {WIDTH / 2:g} {HEIGHT / 2:g})"
    turned = Xml.Element(f"{{{SVG}}}g", {"transform": turn, "opacity": "0.85"})
    for line in lines_of(certificate, member, profile, texts, language, why_revoked=why_revoked):
        _line(turned if line.turned else sheet, line)
    if len(turned):
        sheet.append(turned)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{Xml.tostring(sheet, encoding="unicode")}\n'


def _frame(sheet: Xml.Element) -> None:
    for inset, thick in FRAMES:
        Xml.SubElement(
            sheet,
            f"{{{SVG}}}rect",
            {
                "x": str(inset),
                "y": str(inset),
                "width": str(WIDTH - 2 * inset),
                "height": str(HEIGHT - 2 * inset),
                "fill": "white" if inset == FRAMES[0][0] else "none",
                "stroke": RED,
                "stroke-width": f"{thick:g}",
            },
        )


def _line(parent: Xml.Element, line: Line) -> None:
    Xml.SubElement(
        parent,
        f"{{{SVG}}}text",
        {
            "x": f"{line.x:g}",
            "y": f"{line.y:g}",
            "text-anchor": "middle",
            "font-size": f"{line.size:.4g}",
            "fill": line.ink,
        },
    ).text = line.text
