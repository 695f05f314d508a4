"""Certificates that machines verify: Open Badges 3.0, as a W3C Verifiable Credential 2.0 in a VC-JWT.

A badge is a signed text (a compact JWS with Ed25519, RFC 7515 and 8037); its payload is the credential, as
1EdTech's Open Badges Specification 3.0 (8.2) wants it. The issuer is known by its key (``did:key``), so
that a badge can be verified without a network. Whether it was revoked stands in a W3C Bitstring Status List,
which the community publishes under an address of its own. Contexts are named, and never fetched.
"""

from __future__ import annotations

import gzip
import json
from base64 import urlsafe_b64encode
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, time
from typing import Any
from urllib.parse import quote

from attrs import Attribute, field, frozen

from gridpoints.community.model import Member
from gridpoints.errors import AddressUnusable
from gridpoints.ledger.checkpoint import PrivateKey, PublicKey
from gridpoints.recognition.model import Certificate
from gridpoints.values import can_be_stored, shown

CREDENTIALS = "https://www.w3.org/ns/credentials/v2"
OPEN_BADGES = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"
#: A status list is no shorter, so that nobody can tell from it how many certificates there are.
SHORTEST_LIST = 131_072

_BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_ED25519_PUBLIC = b"\xed\x01"


def _is_address(issuer: object, attribute: Attribute[str | None], url: str | None) -> None:
    if url is not None and not (
        isinstance(url, str) and url.startswith(("https://", "http://")) and can_be_stored(url)
    ):
        raise AddressUnusable(url=shown(url))


@frozen
class Issuer:
    """Who signs: the community's key, under a name that people know it by.

    `url` is where it can be met; `status_url` is where `status_list` is published, without which no badge
    can be revoked.
    """

    key: PrivateKey
    name: str
    url: str | None = field(default=None, validator=_is_address)
    status_url: str | None = field(default=None, validator=_is_address)

    @property
    def id(self) -> str:
        """The ``did:key`` of its public key."""
        return did_of(self.key.public)


@frozen
class Texts:
    """What a badge says to people, in one language (`language` is its tag, such as ``zh-Hans``)."""

    title: str
    sentence: str
    criteria: str
    language: str


@frozen
class Signed:
    """What proves a certificate: its `badge`, and the `short_form` that fits into a QR code."""

    badge: str
    short_form: str


def did_of(key: PublicKey) -> str:
    """The DID of a key, from which everybody can read the key itself (W3C CCG did:key)."""
    return f"did:key:{_multibase(_ED25519_PUBLIC + key.raw)}"


def _multibase(data: bytes) -> str:
    """Base58 as Bitcoin writes it, with the ``z`` that says so."""
    number, text = int.from_bytes(data), ""
    while number:
        number, digit = divmod(number, 58)
        text = _BASE58[digit] + text
    return f"z{text}"  # what is encoded here never begins with a zero byte


# --- credentials ----------------------------------------------------------------------------------


def badge(certificate: Certificate, community: str, member: Member, issuer: Issuer, texts: Texts) -> str:
    """The signed badge of a certificate; the same key, certificate and texts always give the same."""
    credential = credential_of(certificate, community, member, issuer, texts)
    claims = {
        "iss": issuer.id,
        "jti": credential["id"],
        "nbf": int(certificate.issued_at.timestamp()),
        "sub": credential["credentialSubject"]["id"],
    }
    return _signed({**credential, **claims}, issuer.key)


def credential_of(
    certificate: Certificate, community: str, member: Member, issuer: Issuer, texts: Texts
) -> dict[str, Any]:
    """The credential of a certificate, unsigned: what it says, in the words of Open Badges 3.0."""
    here = f"{issuer.id}/{quote(community, safe='')}"
    subject: dict[str, Any] = {
        "id": f"{here}/members/{quote(member.id, safe='')}",
        "type": ["AchievementSubject"],
        "identifier": [
            {
                "type": "IdentityObject",
                "hashed": False,
                "identityHash": member.name,
                "identityType": "name",
            }
        ],
        "narrative": texts.sentence,
        "achievement": _achievement(certificate, here, texts),
    }
    if certificate.since is not None:
        subject["activityStartDate"] = _midnight(certificate.since)
    if certificate.until is not None:
        subject["activityEndDate"] = _midnight(certificate.until)
    if certificate.hours is not None:
        of = subject["achievement"]["resultDescription"][0]["id"]
        subject["result"] = [
            {"type": ["Result"], "resultDescription": of, "value": f"{certificate.hours.normalize():f}"}
        ]
    credential: dict[str, Any] = {
        "@context": [CREDENTIALS, OPEN_BADGES],
        "id": f"{here}/certificates/{quote(certificate.id, safe='')}",
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "name": texts.title,
        "description": texts.sentence,
        "issuer": _profile(issuer),
        "validFrom": _instant(certificate.issued_at),
        "credentialSubject": subject,
    }
    if issuer.status_url is not None:
        credential["credentialStatus"] = {
            "id": f"{issuer.status_url}#{certificate.number}",
            "type": "BitstringStatusListEntry",
            "statusPurpose": "revocation",
            "statusListIndex": str(certificate.number),
            "statusListCredential": issuer.status_url,
        }
    return credential


def short_form(certificate: Certificate, community: str, member: Member, issuer: Issuer, texts: Texts) -> str:
    """What a certificate says in a signed text that fits into a QR code: a JSON Web Token.

    The issuer and the certificate are named as in its badge; `name`, `title`, `hours`, `since` and `until`
    are what is printed beside it, so that whoever scans it sees whether somebody changed the paper.
    """
    said = {
        "iss": issuer.id,
        "jti": certificate.id,
        "nbf": int(certificate.issued_at.timestamp()),
        "sub": community,
        "name": member.name,
        "title": texts.title,
        "hours": None if certificate.hours is None else f"{certificate.hours.normalize():f}",
        "since": None if certificate.since is None else certificate.since.isoformat(),
        "until": None if certificate.until is None else certificate.until.isoformat(),
    }
    header = {"alg": "EdDSA", "typ": "JWT"}  # the key stands in the DID of the issuer
    return _compact(header, {name: value for name, value in said.items() if value is not None}, issuer.key)


def status_list(revoked: Iterable[int], certificates: int, issuer: Issuer, now: datetime) -> str:
    """The signed list of which certificates, by their numbers, are revoked (W3C Bitstring Status List 1.0).

    To be published under `Issuer.status_url`, anew whenever one is revoked; raises `AddressUnusable`
    where the issuer names none.
    """
    if issuer.status_url is None:
        raise AddressUnusable(url="–")
    bits = bytearray(max(SHORTEST_LIST, certificates + 1) // 8 + 1)
    for number in revoked:
        bits[number // 8] |= 0x80 >> number % 8  # the first bit is the highest of the first byte
    credential = {
        "@context": [CREDENTIALS],
        "id": issuer.status_url,
        "type": ["VerifiableCredential", "BitstringStatusListCredential"],
        "issuer": issuer.id,
        "validFrom": _instant(now),
        "credentialSubject": {
            "id": f"{issuer.status_url}#list",
            "type": "BitstringStatusList",
            "statusPurpose": "revocation",
            "encodedList": f"u{_base64url(gzip.compress(bytes(bits), mtime=0))}",
        },
    }
    claims = {"iss": issuer.id, "jti": issuer.status_url, "nbf": int(now.timestamp())}
    claims["sub"] = f"{issuer.status_url}#list"
    return _signed({**credential, **claims}, issuer.key)


def _achievement(certificate: Certificate, here: str, texts: Texts) -> dict[str, Any]:
    achievement: dict[str, Any] = {
        "id": f"{here}/achievements/{quote(certificate.entry_id or certificate.kind, safe='')}",
        "type": ["Achievement"],
        "achievementType": "CommunityService" if certificate.entry_id is None else "Achievement",
        "name": texts.title,
        "description": texts.criteria,
        "criteria": {"narrative": texts.criteria},
        "inLanguage": texts.language,
    }
    if certificate.hours is not None:
        result = {"id": f"{achievement['id']}/hours", "type": ["ResultDescription"], "name": texts.title}
        achievement["resultDescription"] = [{**result, "resultType": "RawScore"}]
    return achievement


def _profile(issuer: Issuer) -> dict[str, Any]:
    profile = {"id": issuer.id, "type": ["Profile"], "name": issuer.name}
    return profile if issuer.url is None else {**profile, "url": issuer.url}


def _midnight(day: date) -> str:
    return f"{datetime.combine(day, time()).isoformat()}Z"


def _instant(instant: datetime) -> str:
    return f"{instant.astimezone(UTC).replace(tzinfo=None, microsecond=0).isoformat()}Z"


# --- signatures -----------------------------------------------------------------------------------


def jwk_of(key: PublicKey) -> dict[str, str]:
    """A public key as a JSON Web Key (RFC 8037)."""
    return {"kty": "OKP", "crv": "Ed25519", "x": _base64url(key.raw)}


def _signed(payload: Mapping[str, Any], key: PrivateKey) -> str:
    """A compact JWS. The key stands in its header, and in the DID of the issuer, which is to be compared."""
    public = key.public
    return _compact({"alg": "EdDSA", "jwk": jwk_of(public), "typ": "JWT"}, payload, key)


def _compact(header: Mapping[str, Any], payload: Mapping[str, Any], key: PrivateKey) -> str:
    text = f"{_base64url(_json(header))}.{_base64url(_json(payload))}"
    return f"{text}.{_base64url(key.sign(text))}"


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode()


def _base64url(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()
