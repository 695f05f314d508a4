"""Certificates as pictures and as signed badges, held to a library that knows nothing of us."""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import date, datetime, timedelta
from typing import Any
from xml.etree import ElementTree as Xml

import pytest

from gridpoints import Actor, Community, Member
from gridpoints.errors import AddressUnusable, CertificateRevoked, IllegalTransition, RightReserved
from gridpoints.ledger.checkpoint import PrivateKey
from gridpoints.recognition.badges import Issuer
from gridpoints.recognition.model import Certificate, EntryKind
from gridpoints.recognition.papers import BADGES, SVG
from gridpoints.testing import ManualClock
from tests.rooms.conftest import START
from tests.rooms.test_recognition import DAY, RESERVED, serve

jwt = pytest.importorskip("jwt")
ob3 = pytest.importorskip("openbadgeslib.ob3.verifier")
STATUS = "https://baiyang.example/status"


@pytest.fixture
def store_url() -> str:
    """What is signed does not depend on where it was kept."""
    return "memory://"


@pytest.fixture
def issuer() -> Issuer:
    key = PrivateKey("gridpoints/baiyang", bytes(range(32)))
    return Issuer(key, "白羊村", "https://baiyang.example/", STATUS)


@pytest.fixture
def certificate(village: Community, clock: ManualClock, li: Member) -> Certificate:
    serve(village, clock, li, "2.5")
    serve(village, clock, li, "4", START + timedelta(days=40))
    return village.recognition.certify_hours(li.id, until=date(2026, 3, 31))


def test_a_badge_is_verified_by_a_public_library(
    village: Community, li: Member, certificate: Certificate, issuer: Issuer
) -> None:
    token = village.recognition.badge(certificate.id, issuer)
    credential = ob3.OB3Verifier.for_issuer_did(issuer.id).verify(token)
    assert credential.issuer.id == issuer.id
    assert credential.achievement.name == "Certificate of voluntary service"
    header, payload, signature = token.split(".")
    forged = payload[:-6] + ("A" if payload[-6] != "A" else "B") + payload[-5:]
    with pytest.raises(ob3.OB3VerificationError):
        ob3.OB3Verifier.for_issuer_did(issuer.id).verify(f"{header}.{forged}.{signature}")
    other = Issuer(PrivateKey("x", bytes(32)), "x")
    with pytest.raises(ob3.OB3VerificationError):
        ob3.OB3Verifier.for_issuer_did(other.id).verify(token)


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
    verifier = ob3.OB3Verifier.for_issuer_did(issuer.id)
    published = {STATUS: room.status_list(issuer).encode()}
    verifier.verify(token, check_status=True, download=published.__getitem__)
    room.revoke(certificate.id, "The hours were his brother's")
    published[STATUS] = room.status_list(issuer).encode()
    with pytest.raises(ob3.OB3VerificationError, match="revocation"):
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
    verifier = ob3.OB3Verifier.for_issuer_did(issuer.id)
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
    token = ob3.OB3Verifier.extract_token_from_svg(picture.encode())
    ob3.OB3Verifier.for_issuer_did(issuer.id).verify(token)
    said = " ".join(text.text or "" for text in sheet.iter(f"{{{SVG}}}text"))
    assert "白羊村 certifies that 李秀英 gave 2.5 hours of voluntary service" in said


def test_a_certificate_fits_the_sheet_whatever_it_says(village: Community, li: Member) -> None:
    long = village.community.enrol("<&>\x07" + "欧阳" * 90)
    entry = village.recognition.enter(long.id, EntryKind.HONOUR, "奖" * 200, day=DAY, given_by="会" * 200)
    picture = village.recognition.svg(village.recognition.certify_entry(entry.id).id)
    sheet = _sheet(picture)
    for text in sheet.iter(f"{{{SVG}}}text"):
        assert float(text.get("font-size", 0)) * len((text.text or "").encode("gbk", "replace")) / 2 <= 1123


def test_an_issuer_has_addresses_that_can_be_named(issuer: Issuer) -> None:
    for url in ("javascript:alert(1)", "", "\x00"):
        with pytest.raises(AddressUnusable):
            Issuer(issuer.key, "x", url)
    assert issuer.id.startswith("did:key:z6Mk")


def test_a_list_needs_an_address(village: Community, issuer: Issuer) -> None:
    with pytest.raises(AddressUnusable):
        village.recognition.status_list(Issuer(issuer.key, "x"))


def test_a_badge_is_given_to_the_person_and_those_who_may(
    village: Community, li: Member, zhao: Member, certificate: Certificate, issuer: Issuer
) -> None:
    village.rules.publish(RESERVED)
    herself, neighbour = (village.acting_as(Actor(member.id)).recognition for member in (li, zhao))
    herself.badge(certificate.id, issuer)
    with pytest.raises(RightReserved):
        neighbour.badge(certificate.id, issuer)


def read_pdf(data: bytes) -> Any:
    """The PDF as browsers read it."""
    pytest.importorskip("fpdf", reason="no PDF is written: install the extra pdf")
    return pytest.importorskip("pypdfium2").PdfDocument(data)


def text_of(data: bytes) -> str:
    with read_pdf(data) as document:
        page = document[0]
        words: str = page.get_textpage().get_text_range()
        page.close()
    return "".join(words.split())


@pytest.mark.parametrize(
    ("language", "title", "sentence"),
    [
        ("en", "Certificate of voluntary service", "白羊村 certifies that 李秀英 gave 2.5 hours"),
        ("zh_Hans", "志愿服务证明", "白羊村证明：李秀英在"),
        ("zh_Hant", "志願服務證明", "提供志願服務2.5 小時。"),
    ],
)
def test_a_print_can_be_read_in_every_language(
    village: Community, certificate: Certificate, language: str, title: str, sentence: str
) -> None:
    pytest.importorskip("fpdf", reason="no PDF is written: install the extra pdf")
    printed = village.recognition.pdf(certificate.id, language=language)
    for words in (title, sentence, certificate.id):
        assert "".join(words.split()) in text_of(printed)
    with read_pdf(printed) as document:
        assert len(document) == 1
        assert [round(side) for side in document.get_page_size(0)] == [842, 595]  # A4 on its side
        assert document.get_metadata_value("Title").endswith("– 李秀英")
    assert b"/FontFile3" in printed  # the signs that it needs are in it
    assert len(printed) < 60_000


def test_the_same_certificate_is_the_same_print(
    village: Community, clock: ManualClock, certificate: Certificate, issuer: Issuer
) -> None:
    pytest.importorskip("fpdf", reason="no PDF is written: install the extra pdf")
    first = village.recognition.pdf(certificate.id, language="zh_Hans", issuer=issuer)
    clock.advance(timedelta(days=3))
    assert village.recognition.pdf(certificate.id, language="zh_Hans", issuer=issuer) == first


def test_a_print_carries_its_badge_and_a_code(
    village: Community, certificate: Certificate, issuer: Issuer, monkeypatch: pytest.MonkeyPatch
) -> None:
    segno = pytest.importorskip("segno", reason="no PDF is written: install the extra pdf")
    drawn: list[str] = []
    make = segno.make

    def noted(text: str, **how: Any) -> Any:
        drawn.append(text)
        return make(text, **how)

    monkeypatch.setattr(segno, "make", noted)
    with read_pdf(village.recognition.pdf(certificate.id, issuer=issuer)) as document:
        attached = document.get_attachment(0)
        token = bytes(attached.get_data()).decode()
        assert attached.get_name() == "badge.jwt"
    assert token == village.recognition.badge(certificate.id, issuer)
    [code] = drawn
    key = jwt.PyJWK({"kty": "OKP", "crv": "Ed25519", "x": _base64(issuer.key.public.raw)}).key
    assert jwt.decode(code, key, algorithms=["EdDSA"]) == {
        "iss": issuer.id,
        "jti": certificate.id,
        "nbf": int(certificate.issued_at.timestamp()),
        "sub": "baiyang",
        "name": "李秀英",
        "title": "Certificate of voluntary service",
        "hours": "2.5",
        "since": "2026-03-02",
        "until": "2026-03-31",
    }


def test_a_print_of_a_revoked_certificate_says_so(
    village: Community, certificate: Certificate, issuer: Issuer
) -> None:
    pytest.importorskip("fpdf", reason="no PDF is written: install the extra pdf")
    village.recognition.revoke(certificate.id, "The hours were his brother's")
    printed = village.recognition.pdf(certificate.id, issuer=issuer)
    assert "Revokedon" in text_of(printed)
    assert "Thehourswerehisbrother's" in text_of(printed)
    with read_pdf(printed) as document:
        assert document.count_attachments() == 0


def test_a_print_fits_the_sheet_whatever_it_says(village: Community, li: Member, issuer: Issuer) -> None:
    pytest.importorskip("fpdf", reason="no PDF is written: install the extra pdf")
    long = village.community.enrol("<&>\x07\ufffe𠮷" + "欧阳" * 90)
    entry = village.recognition.enter(long.id, EntryKind.HONOUR, "奖" * 200, day=DAY, given_by="会" * 200)
    printed = village.recognition.pdf(village.recognition.certify_entry(entry.id).id, issuer=issuer)
    with read_pdf(printed) as document:
        page = document[0]
        words = page.get_textpage()
        for n in range(words.count_chars()):
            left, bottom, right, top = words.get_charbox(n)
            assert 0 <= left <= right <= 842
            assert 0 <= bottom <= top <= 595
        page.close()
    assert "𠮷" + "欧阳" * 90 in text_of(printed)
