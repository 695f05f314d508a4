"""What a voucher's QR code says (兑换券二维码): signed, so that a till believes it with no network.

A token is a JSON Web Token (RFC 7519) signed with Ed25519 (RFC 8037), as any library for such tokens
reads it; `docs/reference/voucher-format.md` has the format and test vectors. Whoever verifies it
needs the community's public keys, the time, and nothing else.
"""

from __future__ import annotations

import json
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from attrs import frozen

from gridpoints.errors import (
    VoucherElsewhere,
    VoucherExpired,
    VoucherForeign,
    VoucherForged,
    VoucherKeyUnknown,
    VoucherUnreadable,
)
from gridpoints.ledger.checkpoint import PrivateKey, PublicKey

#: The type of a token, so that none of another kind with the same key is taken for one.
TYPE = "gridpoints-voucher+jwt"
#: A longer one is not looked at: a QR code has room for less.
LONGEST = 2_000
#: The last instant that every language can read: the end of the year 9999.
_LAST = 253_402_300_799

_TOKEN = re.compile(r"([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)", re.ASCII)
_POINTS = re.compile(r"(0|[1-9][0-9]{0,17})(\.[0-9]{1,6})?", re.ASCII)

#: The names in a token's payload, and what each is of; those of `_OPTIONAL` may be missing.
_CLAIMS: Mapping[str, type] = {
    "iss": str,
    "jti": str,
    "exp": int,
    "goods": str,
    "points": str,
    "unit": str,
    "aud": str,
    "holder": str,
}
_OPTIONAL = frozenset({"aud", "holder"})


@frozen
class Ticket:
    """What a token says: for which voucher of which community, what is had for it, and until when.

    `points` is what it is worth, in decimals of `unit`; `until` the instant from which it is valid no
    more, in whole seconds; `merchant` the only one who takes it, None: all do; `holder` whom the person
    at the till should see before them, None: whoever brings it.
    """

    community: str
    voucher: str
    goods: str
    points: Decimal
    unit: str
    until: datetime
    merchant: str | None = None
    holder: str | None = None

    def sign(self, key: PrivateKey) -> str:
        """The token."""
        header = {"alg": "EdDSA", "kid": key.public.id.hex(), "typ": TYPE}
        claims = {
            "iss": self.community,
            "jti": self.voucher,
            "exp": int(self.until.timestamp()),
            "goods": self.goods,
            "points": format(self.points, "f"),
            "unit": self.unit,
            "aud": self.merchant,
            "holder": self.holder,
        }
        signed = f"{_encoded(header)}.{_encoded({k: v for k, v in claims.items() if v is not None})}"
        return f"{signed}.{_to_base64(key.sign(signed))}"

    @classmethod
    def verify(
        cls, token: str, keys: Iterable[PublicKey], *, community: str, merchant: str | None, now: datetime
    ) -> Ticket:
        """What a token says, where it is right in every way; `merchant` is who is asked to take it.

        Raises `VoucherUnreadable`, `VoucherKeyUnknown`, `VoucherForged`, `VoucherForeign`,
        `VoucherElsewhere` or `VoucherExpired`. Nothing in it is believed before its signature.
        """
        found = _TOKEN.fullmatch(token) if len(token) <= LONGEST else None
        if found is None:
            raise VoucherUnreadable(part="text")
        header, claims, signature = found.groups()
        key = _key_of(_decoded("header", header), keys)
        if not key.verifies(f"{header}.{claims}", _from_base64("signature", signature)):
            raise VoucherForged(key=key.id.hex())
        ticket = cls._of(_decoded("payload", claims))
        if ticket.community != community:
            raise VoucherForeign(community=ticket.community, here=community)
        if merchant is not None and ticket.merchant not in (None, merchant):
            raise VoucherElsewhere(voucher=ticket.voucher, merchant=str(ticket.merchant))
        if now >= ticket.until:
            raise VoucherExpired(voucher=ticket.voucher, until=ticket.until)
        return ticket

    @classmethod
    def _of(cls, claims: Mapping[str, Any]) -> Ticket:
        if not _CLAIMS.keys() - _OPTIONAL <= claims.keys() <= _CLAIMS.keys():
            raise VoucherUnreadable(part="payload")
        for name, value in claims.items():
            if type(value) is not _CLAIMS[name]:
                raise VoucherUnreadable(part=name)
        if not 0 <= claims["exp"] <= _LAST:
            raise VoucherUnreadable(part="exp")
        if not _POINTS.fullmatch(claims["points"]):
            raise VoucherUnreadable(part="points")
        return cls(
            community=claims["iss"],
            voucher=claims["jti"],
            goods=claims["goods"],
            points=Decimal(claims["points"]),
            unit=claims["unit"],
            until=datetime.fromtimestamp(claims["exp"], UTC),
            merchant=claims.get("aud"),
            holder=claims.get("holder"),
        )


def _key_of(header: Mapping[str, Any], keys: Iterable[PublicKey]) -> PublicKey:
    if header.keys() != {"alg", "kid", "typ"} or header["alg"] != "EdDSA" or header["typ"] != TYPE:
        raise VoucherUnreadable(part="header")
    kid = header["kid"]
    for key in keys:
        if key.id.hex() == kid:
            return key
    raise VoucherKeyUnknown(key=str(kid)[:16])


def _encoded(value: Mapping[str, Any]) -> str:
    return _to_base64(json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode())


def _decoded(part: str, text: str) -> dict[str, Any]:
    """A JSON object in base64; raises `VoucherUnreadable`, also where a name stands twice."""

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        if len(dict(pairs)) < len(pairs):
            raise ValueError("twice")
        return dict(pairs)

    try:
        value = json.loads(_from_base64(part, text).decode(), object_pairs_hook=once)
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict):
        raise VoucherUnreadable(part=part)
    return value


def _to_base64(data: bytes) -> str:
    """Base64 for URLs, without padding (RFC 4648, 5)."""
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def _from_base64(part: str, text: str) -> bytes:
    try:
        data = urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except ValueError:
        data = b""
    if _to_base64(data) != text:  # one text for the same bytes, or the signature could be varied
        raise VoucherUnreadable(part=part)
    return data
