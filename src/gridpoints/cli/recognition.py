"""``record`` and ``certificate``: what somebody did for others, and that it is certified."""

# Typer reads annotations as they are: no `from __future__ import annotations` here.

from datetime import date
from pathlib import Path
from typing import Annotated, Any

from gridpoints.cli.awards.excluding import EXCLUSION
from gridpoints.cli.commands import Commands, member_argument, option
from gridpoints.cli.community.consents import CONSENT
from gridpoints.cli.desk import Desk
from gridpoints.cli.files import read_text, write_new, write_text
from gridpoints.cli.output import figures, words
from gridpoints.i18n import Language
from gridpoints.ledger.checkpoint import PrivateKey, origin_of
from gridpoints.recognition.badges import Issuer
from gridpoints.recognition.model import Certificate
from gridpoints.recognition.record import VolunteerRecord
from gridpoints.sheets.cells import read_day


def register(command: Commands, language: Language) -> None:
    """Add the commands of this module."""
    _register_record(command, language)
    _register_certificate(command, language)


def _register_record(command: Commands, language: Language) -> None:
    @command(
        "record",
        language.text("Show a volunteer's record: service, training, honours, and what was corrected."),
    )
    def record(
        desk: Desk,
        member: Annotated[str, member_argument(language)],
        *,
        table: Annotated[
            Path | None, option("FILE", language.text("Write the record to a CSV file as well."))
        ] = None,
        calendar: Annotated[
            Path | None,
            option("FILE", language.text("Write what is ahead of them to an iCalendar file as well.")),
        ] = None,
    ) -> None:
        with desk.village() as village:
            person = desk.member(village, member)
            found = village.recognition.record(person.id)
            if table is not None:
                # Excel takes a file for UTF-8 where it begins with this sign.
                lines = village.recognition.csv(person.id, language=desk.language.code)
                write_text(table, f"\ufeff{lines}")
            if calendar is not None:
                write_text(calendar, village.recognition.agenda(person.id))
        desk.out.show(_document(found), _drawing(desk, found))


def _document(record: VolunteerRecord) -> dict[str, Any]:
    member = record.member
    return {
        "member": {"id": member.id, "number": member.number, "name": member.name, "status": member.status},
        "hours": record.hours,
        "entered_hours": record.entered_hours,
        "training_hours": record.training_hours,
        "kept_until": record.kept_until,
        "services": [
            {
                "id": each.id,
                "kind": each.kind,
                "title": each.title,
                "day": each.day,
                "hours": each.hours,
                "verified_by": each.verified_by,
                "void": each.void,
            }
            for each in record.services
        ],
        "entries": [
            {
                "id": each.id,
                "kind": each.kind,
                "title": each.title,
                "day": each.day,
                "hours": each.hours,
                "given_by": each.given_by,
                "status": each.status,
                "corrects": each.corrects,
            }
            for each in record.entries
        ],
        "certificates": [
            {"id": each.id, "number": each.number, "status": each.status} for each in record.certificates
        ],
        "exclusions": [EXCLUSION.document(each) for each in record.exclusions],
        "consents": [CONSENT.document(each) for each in record.consents],
    }


def _drawing(desk: Desk, record: VolunteerRecord) -> Any:
    said = desk.language
    hours = said.plural("{n} hour", "{n} hours", record.hours)
    rows = [
        (
            said.date(each.day),
            said.word(each.kind),
            each.title,
            said.number(each.hours),
            said.text("taken back") if each.void else said.text("verified"),
        )
        for each in record.services
    ]
    rows += [
        (
            said.date(entry.day),
            said.word(entry.kind),
            entry.title,
            "" if entry.hours is None else said.number(entry.hours),
            said.word(entry.status),
        )
        for entry in record.entries
    ]
    rows += [
        (said.date(each.since), said.word("exclusion", "kind"), each.reason, "", said.word(each.status))
        for each in record.exclusions
    ]
    rows += [
        (
            said.date(each.since.astimezone(said.zone).date()),
            said.word("consent", "kind"),
            each.covers,
            "",
            said.word(each.status),
        )
        for each in record.consents
    ]
    return desk.out.table(
        said.text("{name}: {hours} of service, verified", name=record.member.name, hours=hours),
        [
            words(said.text("Day")),
            words(said.text("Kind")),
            words(said.text("Title")),
            figures(said.text("Hours")),
            words(said.text("State")),
        ],
        rows,
    )


def _register_certificate(command: Commands, language: Language) -> None:
    @command(
        "certificate",
        language.text("Certify a volunteer's verified hours, on paper and as a signed Open Badge."),
    )
    def certificate(
        desk: Desk,
        member: Annotated[str, member_argument(language)],
        *,
        since: Annotated[
            str | None, option("DAY", language.text("The first day; without it, that of the record."))
        ] = None,
        until: Annotated[str | None, option("DAY", language.text("The last day; without it, today."))] = None,
        out: Annotated[
            Path,
            option(
                "FILE", language.text("Where it is written: a file .pdf to be printed, or a picture .svg.")
            ),
        ] = Path("certificate.svg"),
        key: Annotated[
            Path | None,
            option("FILE", language.text("The private key to sign with, from gridpoints key new.")),
        ] = None,
        status_url: Annotated[
            str | None, option("URL", language.text("Where the list of revoked certificates is published."))
        ] = None,
    ) -> None:
        with desk.village() as village:
            person = desk.member(village, member)
            issuer = None
            if key is not None:
                private = PrivateKey.from_pem(origin_of(village.id), read_text(key))
                name = village.community.profile().name
                issuer = Issuer(private, name, status_url=status_url)
            room, spoken = village.recognition, desk.language.code
            with village.transaction():
                made = room.certify_hours(person.id, since=_day(since), until=_day(until))
                draw = room.pdf if out.suffix.lower() == ".pdf" else room.svg
                write_new(out, draw(made.id, language=spoken, issuer=issuer))
            badge = None if issuer is None else room.badge(made.id, issuer, language=spoken)
        document = {
            "certificate": made.id,
            "number": made.number,
            "member": person.id,
            "hours": made.hours,
            "since": made.since,
            "until": made.until,
            "file": str(out),
            "issuer": None if issuer is None else issuer.id,
            "badge": badge,
        }
        desk.out.show(document, _certified(desk, made, person.name, str(out), issuer))


def _day(text: str | None) -> date | None:
    return None if text is None else read_day(text)


def _certified(desk: Desk, made: Certificate, name: str, file: str, issuer: Issuer | None) -> Any:
    said = desk.language
    rows = [
        (said.text("Member"), name),
        (said.text("Hours"), said.number(made.hours or 0)),
        (said.text("From"), said.date(made.since) if made.since else ""),
        (said.text("Until"), said.date(made.until) if made.until else ""),
        (said.text("File"), file),
        (said.text("Signed by"), "" if issuer is None else issuer.id),
    ]
    title = said.text("Certificate {number}, {id}", number=str(made.number), id=made.id)
    return desk.out.table(title, [words(""), words("")], [row for row in rows if row[1]])
