"""Codes that people type and show: those of vouchers, and those that change every half minute."""

from __future__ import annotations

import hmac
import secrets
from datetime import datetime
from hashlib import sha256

from attrs import frozen

from gridpoints.values import check_instant

#: Without signs that look like others: no 0 O, no 1 I L, no U that is taken for V.
ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
#: Random signs of a code, 4.9 bits each, that is 73 in all: its hash need not be slow. The last is a check.
LENGTH = 15
#: How long a rotating code stands (RFC 6238 has 30 seconds as well).
STEP = 30

_VALUES = {sign: value for value, sign in enumerate(ALPHABET)}


def new_code() -> str:
    """A code that nobody can guess: 16 signs in groups of four, ``7K3M-…``."""
    signs = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
    whole = signs + _check_sign(signs)
    return "-".join(whole[start : start + 4] for start in range(0, len(whole), 4))


def read_code(typed: str) -> str | None:
    """The signs of a code as somebody typed it; None where it cannot be one, be it for a typing mistake."""
    signs = "".join(sign for sign in typed.upper() if sign not in "- \u2010\u2013")
    if len(signs) != LENGTH + 1 or not _VALUES.keys() >= set(signs):
        return None
    return signs if _check_sign(signs[:-1]) == signs[-1] else None


def code_hash(signs: str, community: str) -> str:
    """What is kept of a code: SHA-256, in hexadecimal, of the community and the signs."""
    return sha256(f"{community}\n{signs}".encode()).hexdigest()


def _check_sign(signs: str) -> str:
    """The sign that finds any one wrong sign, and two next to each other that were exchanged (Luhn mod N)."""
    size, total = len(ALPHABET), 0
    for place, sign in enumerate(reversed(signs)):
        value = _VALUES[sign] * (2 if place % 2 == 0 else 1)
        total += value // size + value % size
    return ALPHABET[-total % size]


@frozen
class RotatingCode:
    """What is shown now, as text or drawn as a QR code: another one from `until` on."""

    text: str
    until: datetime


def rotating_code(secret: bytes, at: datetime, *, digits: int = 6) -> RotatingCode:
    """The code of this half minute, as RFC 6238 has it with SHA-1, so that any authenticator shows it."""
    step = int(check_instant("at", at).timestamp()) // STEP
    return RotatingCode(_code_of(secret, step, digits), datetime.fromtimestamp((step + 1) * STEP, at.tzinfo))


def step_of(secret: bytes, code: str, at: datetime, *, drift: int = 1, digits: int = 6) -> int | None:
    """Which half minute's code it is, of those up to `drift` before and after; None: of none of them.

    Whoever accepts it keeps the number, and accepts only greater ones from then on: so a code that was
    looked at over somebody's shoulder is of no use. It takes as long for a wrong code as for a right one.
    Blanks are left out: authenticators show ``123 456``.
    """
    now = int(check_instant("at", at).timestamp()) // STEP
    given = "".join(code.split()).encode(errors="replace")
    found = None
    for step in range(now - drift, now + drift + 1):
        if hmac.compare_digest(_code_of(secret, step, digits).encode(), given):
            found = step
    return found


def _code_of(secret: bytes, step: int, digits: int) -> str:
    digest = hmac.digest(secret, step.to_bytes(8, signed=True), "sha1")
    start = digest[-1] & 0xF
    number = int.from_bytes(digest[start : start + 4]) & 0x7FFFFFFF
    return f"{number % 10**digits:0{digits}}"
