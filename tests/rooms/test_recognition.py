"""Volunteers' records and certificates on every store."""

from __future__ import annotations

import csv
import json
from base64 import urlsafe_b64decode
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import partial
from io import StringIO
from typing import Any
from xml.etree import ElementTree as Xml

import jwt
import pytest
from openbadgeslib.ob3.verifier import OB3VerificationError, OB3Verifier

from gridpoints import Actor, Community, Member
from gridpoints.community.emergency import EmergencyKind, Mode
from gridpoints.errors import (
    AddressUnusable,
    CertificateRevoked,
    DeedInFuture,
    EmptyInterval,
    IllegalTransition,
    NothingToCertify,
    OwnRecord,
    RecordUnknown,
    RightReserved,
)
from gridpoints.ledger.checkpoint import PrivateKey
from gridpoints.recognition.badges import Issuer
from gridpoints.recognition.model import Certificate, EntryKind, EntryStatus
from gridpoints.recognition.papers import BADGES, SVG
from gridpoints.recognition.record import ServiceKind
from gridpoints.redemption.model import RedemptionStatus
from gridpoints.testing import ManualClock
from tests.racing import race
from tests.rooms.conftest import START

HOUR = timedelta(hours=1)
DAY = date(2026, 3, 2)
RESERVED = """\
gridpoints: 1
code: reserved
version: 1
name: {en: Reserved}
source: written for the tests
from: 2026-01-02
units: {points: {name: {en: points}}}
roles: {keeper: {name: {en: Keeper}}}
permissions: {certify: [keeper], see_members: [keeper], see_statements: [keeper]}
deeds:
  patrol: {name: {en: Patrol}, points: 5}
"""
STATUS = "https://baiyang.example/status"


@pytest.fixture
def issuer() -> Issuer:
    key = PrivateKey("gridpoints/baiyang", bytes(range(32)))
    return Issuer(key, "白羊村", "https://baiyang.example/", STATUS)


def serve(
    village: Community, clock: ManualClock, member: Member, hours: str = "2", start: datetime = START
) -> str:
    """A session that somebody held, submitted and verified; the id of its claim."""
    item = village.catalog.publish(village.catalog.draft("Elder care", deed="care").id)
    clock.set(start)
    session = village.catalog.hold_session(item.id, start + HOUR, start + 9 * HOUR, places=5)
    claim = village.claiming.claim_session(session.id, member.id)
    clock.set(session.ends_at)
    village.claiming.submit_hours(claim.id, Decimal(hours))
    village.claiming.verify(claim.id)
    return claim.id


# --- the record -----------------------------------------------------------------------------------


def test_what_was_verified_is_service(
    village: Community, clock: ManualClock, li: Member, zhao: Member
) -> None:
    claim = serve(village, clock, li, "2.5")
    wish = village.claiming.publish_wish(village.claiming.make_wish(zhao.id, "A secret", deed="wish").id)
    granted = village.claiming.claim_wish(wish.id, li.id)
    village.claiming.submit_delivery(granted.id)
    village.claiming.verify(granted.id)
    record = village.recognition.record(li.id)
    assert record.member == li
    assert [(s.id, s.kind, s.title, s.hours, s.verified_by) for s in record.services] == [
        (claim, ServiceKind.SESSION, "Elder care", Decimal("2.5"), "clerk-wang"),
        (granted.id, ServiceKind.WISH, "", Decimal(0), "clerk-wang"),
    ]
    assert record.hours == Decimal("2.5")
    assert "secret" not in village.recognition.csv(li.id)


def test_hours_are_never_spent(village: Community, clock: ManualClock, li: Member) -> None:
    serve(village, clock, li, "2.5")
    shop = village.redemption.register_merchant("Shop", unit="points", rate=Decimal(1), currency="CNY")
    village.redemption.activate_merchant(shop.id)
    rice = village.redemption.draft_offer(shop.id, "Rice", price=Decimal(20))
    village.redemption.publish_offer(rice.id)
    assert village.redemption.redeem(rice.id, li.id).status is RedemptionStatus.CAPTURED
    assert village.recognition.record(li.id).hours == Decimal("2.5")


def test_a_correction_is_shown(village: Community, clock: ManualClock, li: Member) -> None:
    claim = serve(village, clock, li)
    village.awards.reverse(f"claim:{claim}", "She was not there")
    record = village.recognition.record(li.id)
    [service] = record.services
    assert service.void
    assert [(c.by, c.reason, c.hours_were) for c in service.corrections] == [
        ("clerk-wang", "She was not there", None)
    ]
    assert record.hours == 0
    assert "taken back by clerk-wang: She was not there" in village.recognition.csv(li.id)


def turn(village: Community, clock: ManualClock, member: Member, mode: Mode) -> None:
    emergency = village.emergency.declare(EmergencyKind.FLOOD, "The river", mode=mode)
    call = village.emergency.call(emergency.id, "The river wall", wanted=1)
    id = village.emergency.assign(call.id, member.id).id
    village.emergency.mobilise(id)
    village.emergency.begin(id)
    clock.advance(2 * HOUR)
    village.emergency.demobilise(id)
    village.emergency.enter_hours(id, Decimal("1.5"), reason="A break")
    village.emergency.end(emergency.id, "Over")
    village.emergency.stand_down(id)


def test_emergencies_are_service_and_drills_are_training(
    village: Community, clock: ManualClock, li: Member
) -> None:
    turn(village, clock, li, Mode.EMERGENCY)
    turn(village, clock, li, Mode.DRILL)
    record = village.recognition.record(li.id)
    assert [service.kind for service in record.services] == [ServiceKind.EMERGENCY, ServiceKind.DRILL]
    [correction] = record.services[0].corrections
    assert (correction.hours_were, correction.reason) == (Decimal(2), "A break")
    assert (record.hours, record.training_hours) == (Decimal("1.5"), Decimal("1.5"))


def test_entries_are_corrected_and_withdrawn_but_never_deleted(village: Community, li: Member) -> None:
    room = village.recognition
    first = room.enter(li.id, EntryKind.TRAINING, "First aid", day=DAY, hours="8", given_by="Red Cross")
    room.enter(li.id, EntryKind.HONOUR, "Volunteer of the year", day=DAY)
    old = room.enter(li.id, EntryKind.SERVICE, "Library", day=DAY, hours=100)
    second = room.correct(first.id, "It was a half day", hours="4")
    room.withdraw(old.id, "It was her sister")
    record = room.record(li.id)
    assert {entry.id: entry.status for entry in record.entries}[first.id] is EntryStatus.CORRECTED
    assert (second.corrects, second.title, second.given_by) == (first.id, "First aid", "Red Cross")
    assert (record.training_hours, record.entered_hours, record.hours) == (4, 0, 0)
    for again in (first.id, old.id):
        with pytest.raises(IllegalTransition):
            room.correct(again, "Again")
    assert record.kept_until == date(2036, 3, 2)


def test_a_record_is_kept_ten_years_after_a_leap_day(
    village: Community, clock: ManualClock, li: Member
) -> None:
    clock.set(START + timedelta(days=800))
    village.recognition.enter(li.id, EntryKind.EVALUATION, "Reliable", day=date(2028, 2, 29))
    assert village.recognition.record(li.id).kept_until == date(2038, 3, 1)


def test_nobody_enters_or_certifies_their_own(village: Community, clock: ManualClock, li: Member) -> None:
    serve(village, clock, li)
    herself = village.acting_as(Actor(li.id)).recognition
    with pytest.raises(OwnRecord):
        herself.enter(li.id, EntryKind.HONOUR, "Queen", day=DAY)
    with pytest.raises(OwnRecord):
        herself.certify_hours(li.id)
    with pytest.raises(DeedInFuture):
        village.recognition.enter(li.id, EntryKind.HONOUR, "Queen", day=date(2026, 3, 4))
    with pytest.raises(RecordUnknown):
        village.recognition.enter("nobody", EntryKind.HONOUR, "Queen", day=DAY)


def test_a_record_is_read_by_the_person_and_those_who_may(
    village: Community, clock: ManualClock, li: Member, zhao: Member, issuer: Issuer
) -> None:
    serve(village, clock, li)
    village.rules.publish(RESERVED)
    keeper = village.acting_as(Actor("keeper-qian", frozenset({"keeper"}))).recognition
    certificate = keeper.certify_hours(li.id)
    herself = village.acting_as(Actor(li.id)).recognition
    assert herself.record(li.id) == keeper.record(li.id)
    assert herself.badge(certificate.id, issuer) == keeper.badge(certificate.id, issuer)
    neighbour = village.acting_as(Actor(zhao.id)).recognition
    for peek in (
        partial(neighbour.record, li.id),
        partial(neighbour.csv, li.id),
        partial(neighbour.agenda, li.id),
        partial(neighbour.certificate, certificate.id),
        partial(neighbour.svg, certificate.id),
        partial(neighbour.badge, certificate.id, issuer),
        partial(neighbour.certify_hours, li.id),
    ):
        with pytest.raises(RightReserved):
            peek()


def test_a_spreadsheet_computes_nothing_of_a_record(
    village: Community, clock: ManualClock, li: Member
) -> None:
    serve(village, clock, li, "2.5")
    title = '=HYPERLINK("http://x", "click")'
    village.recognition.enter(li.id, EntryKind.HONOUR, title, day=DAY, given_by="-1+1")
    header, service, honour = csv.reader(StringIO(village.recognition.csv(li.id)))
    assert header[:4] == ["Day", "Kind", "Title", "Hours"]
    assert service == ["2026-03-02", "service", "Elder care", "2.5", "clerk-wang", "verified", ""]
    assert honour[2] == f"'{title}"
    assert honour[4] == "'-1+1"


def test_what_is_ahead_is_a_calendar(village: Community, clock: ManualClock, li: Member) -> None:
    serve(village, clock, li)  # over
    clock.set(START)
    item = village.catalog.publish(village.catalog.draft("助老; 逗,号", deed="care").id)
    session = village.catalog.hold_session(item.id, START + HOUR, START + 2 * HOUR, places=5)
    claim = village.claiming.claim_session(session.id, li.id)
    flood = village.emergency.declare(EmergencyKind.FLOOD, "The river")
    call = village.emergency.call(flood.id, "The river wall", wanted=1)
    turn = village.emergency.assign(call.id, li.id)
    text = village.recognition.agenda(li.id)
    assert text == village.recognition.agenda(li.id)
    import icalendar

    events = icalendar.Calendar.from_ical(text).walk("VEVENT")
    assert [(str(e["uid"]), str(e["summary"]), e.decoded("dtstart")) for e in events] == [
        (f"{turn.id}@baiyang.gridpoints", "The river wall", START),
        (f"{claim.id}@baiyang.gridpoints", "助老; 逗,号", START + HOUR),
    ]
    assert events[1].decoded("dtend") == START + 2 * HOUR
    village.claiming.cancel(claim.id)
    assert "助老" not in village.recognition.agenda(li.id)


# --- certificates ---------------------------------------------------------------------------------


@pytest.fixture
def certificate(village: Community, clock: ManualClock, li: Member) -> Certificate:
    serve(village, clock, li, "2.5")
    serve(village, clock, li, "4", START + timedelta(days=40))
    return village.recognition.certify_hours(li.id, until=date(2026, 3, 31))


def test_a_certificate_certifies_verified_hours(
    village: Community, li: Member, zhao: Member, certificate: Certificate
) -> None:
    assert (certificate.hours, certificate.since, certificate.until) == (
        Decimal("2.5"),
        DAY,
        date(2026, 3, 31),
    )
    village.recognition.enter(li.id, EntryKind.SERVICE, "Elsewhere", day=DAY, hours=1000)
    assert village.recognition.certify_hours(li.id).hours == Decimal("6.5")
    with pytest.raises(NothingToCertify):
        village.recognition.certify_hours(zhao.id)
    with pytest.raises(NothingToCertify):
        village.recognition.certify_hours(li.id, since=DAY + timedelta(1), until=DAY + timedelta(2))
    with pytest.raises(EmptyInterval):
        village.recognition.certify_hours(li.id, since=DAY, until=DAY - timedelta(2))


def test_a_badge_is_verified_by_a_public_library(
    village: Community, li: Member, certificate: Certificate, issuer: Issuer
) -> None:
    token = village.recognition.badge(certificate.id, issuer)
    credential = OB3Verifier.for_issuer_did(issuer.id).verify(token)
    assert credential.issuer.id == issuer.id
    assert credential.achievement.name == "Certificate of voluntary service"
    header, payload, signature = token.split(".")
    forged = payload[:-6] + ("A" if payload[-6] != "A" else "B") + payload[-5:]
    with pytest.raises(OB3VerificationError):
        OB3Verifier.for_issuer_did(issuer.id).verify(f"{header}.{forged}.{signature}")
    other = Issuer(PrivateKey("x", bytes(32)), "x")
    with pytest.raises(OB3VerificationError):
        OB3Verifier.for_issuer_did(other.id).verify(token)


def test_a_badge_is_a_json_web_token(
    village: Community, li: Member, certificate: Certificate, issuer: Issuer
) -> None:
    token = village.recognition.badge(certificate.id, issuer)
    header = jwt.get_unverified_header(token)
    claims = jwt.decode(token, jwt.PyJWK(header["jwk"]).key, algorithms=["EdDSA"])
    assert header.keys() == {"alg", "jwk", "typ"}
    assert header["jwk"]["x"] == _base64(issuer.key.public.raw)
    # Open Badges 3.0, 8.2.4.1: these four repeat what the credential says.
    assert (claims["iss"], claims["jti"]) == (claims["issuer"]["id"], claims["id"])
    assert claims["sub"] == claims["credentialSubject"]["id"]
    assert datetime.fromisoformat(claims["validFrom"]).timestamp() == claims["nbf"]


def _base64(data: bytes) -> str:
    from base64 import urlsafe_b64encode

    return urlsafe_b64encode(data).decode().rstrip("=")


def test_a_credential_has_what_open_badges_asks_for(
    village: Community, li: Member, certificate: Certificate, issuer: Issuer
) -> None:
    payload = village.recognition.badge(certificate.id, issuer, language="zh_Hant").split(".")[1]
    credential: dict[str, Any] = json.loads(urlsafe_b64decode(payload + "=="))
    assert credential["@context"] == [
        "https://www.w3.org/ns/credentials/v2",
        "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json",
    ]
    assert credential["type"] == ["VerifiableCredential", "OpenBadgeCredential"]
    assert credential.keys() >= {"id", "name", "issuer", "validFrom", "credentialSubject"}
    subject = credential["credentialSubject"]
    assert subject["identifier"][0] == {
        "type": "IdentityObject",
        "hashed": False,
        "identityHash": "李秀英",
        "identityType": "name",
    }
    achievement = subject["achievement"]
    assert achievement.keys() >= {"id", "type", "name", "description", "criteria"}
    assert achievement["inLanguage"] == "zh-Hant"
    [result] = subject["result"]
    assert result["value"] == "2.5"
    assert result["resultDescription"] == achievement["resultDescription"][0]["id"]
    assert subject["activityStartDate"] == "2026-03-02T00:00:00Z"


def test_a_revoked_certificate_says_so(village: Community, certificate: Certificate, issuer: Issuer) -> None:
    room = village.recognition
    token = room.badge(certificate.id, issuer)
    verifier = OB3Verifier.for_issuer_did(issuer.id)
    published = {STATUS: room.status_list(issuer).encode()}
    verifier.verify(token, check_status=True, download=published.__getitem__)
    room.revoke(certificate.id, "The hours were his brother's")
    published[STATUS] = room.status_list(issuer).encode()
    with pytest.raises(OB3VerificationError, match="revocation"):
        verifier.verify(token, check_status=True, download=published.__getitem__)
    with pytest.raises(CertificateRevoked):
        room.badge(certificate.id, issuer)
    picture = room.svg(certificate.id, issuer=issuer)
    assert "Revoked on" in picture
    assert "The hours were his brother" in picture
    assert "verify=" not in picture
    with pytest.raises(IllegalTransition):
        room.revoke(certificate.id, "Again")


def test_other_certificates_stay_valid(
    village: Community, li: Member, certificate: Certificate, issuer: Issuer
) -> None:
    room = village.recognition
    other = room.certify_entry(room.enter(li.id, EntryKind.HONOUR, "Volunteer of the year", day=DAY).id)
    assert (certificate.number, other.number) == (1, 2)
    room.revoke(certificate.id, "By mistake")
    published = room.status_list(issuer).encode()
    verifier = OB3Verifier.for_issuer_did(issuer.id)
    credential = verifier.verify(
        room.badge(other.id, issuer), check_status=True, download=lambda url: published
    )
    assert credential.achievement.name == "Volunteer of the year"


def _sheet(picture: str) -> Xml.Element:
    return Xml.fromstring(picture.encode())  # noqa: S314 -- we drew it


def test_a_picture_carries_its_badge(village: Community, certificate: Certificate, issuer: Issuer) -> None:
    picture = village.recognition.svg(certificate.id, issuer=issuer)
    sheet = _sheet(picture)
    baked = sheet.find(f"{{{BADGES}}}credential")
    assert baked is not None
    assert baked.get("verify") == village.recognition.badge(certificate.id, issuer)
    token = OB3Verifier.extract_token_from_svg(picture.encode())
    OB3Verifier.for_issuer_did(issuer.id).verify(token)
    said = " ".join(text.text or "" for text in sheet.iter(f"{{{SVG}}}text"))
    assert "白羊村 certifies that 李秀英 gave 2.5 hours of voluntary service" in said


def test_a_certificate_fits_the_sheet_whatever_it_says(village: Community, li: Member) -> None:
    long = village.community.enrol("<&>\x07" + "欧阳" * 90)
    entry = village.recognition.enter(long.id, EntryKind.HONOUR, "奖" * 200, day=DAY, given_by="会" * 200)
    picture = village.recognition.svg(village.recognition.certify_entry(entry.id).id)
    sheet = _sheet(picture)
    for text in sheet.iter(f"{{{SVG}}}text"):
        assert float(text.get("font-size", 0)) * len((text.text or "").encode("gbk", "replace")) / 2 <= 1123


def test_an_entry_that_was_withdrawn_is_not_certified(village: Community, li: Member) -> None:
    entry = village.recognition.enter(li.id, EntryKind.HONOUR, "Queen", day=DAY)
    village.recognition.withdraw(entry.id, "There is none")
    with pytest.raises(NothingToCertify):
        village.recognition.certify_entry(entry.id)


def test_an_issuer_has_addresses_that_can_be_named(issuer: Issuer) -> None:
    for url in ("javascript:alert(1)", "", "\x00"):
        with pytest.raises(AddressUnusable):
            Issuer(issuer.key, "x", url)
    assert issuer.id.startswith("did:key:z6Mk")


def test_a_list_needs_an_address(village: Community, issuer: Issuer) -> None:
    with pytest.raises(AddressUnusable):
        village.recognition.status_list(Issuer(issuer.key, "x"))


def test_certificates_are_numbered_in_a_row(village: Community, clock: ManualClock, li: Member) -> None:
    serve(village, clock, li)
    assert race([partial(village.recognition.certify_hours, li.id)] * 8) == {"done": 8}
    numbers = [certificate.number for certificate in village.recognition.record(li.id).certificates]
    assert numbers == list(range(1, 9))
