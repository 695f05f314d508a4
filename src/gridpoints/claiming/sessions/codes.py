"""Codes that show who is there (签到码): made anew every half minute from a key of the session.

As in RFC 6238 (TOTP), but by SHA-256, over the session as well, and in letters that a person can type.
A code is evidence that somebody saw the place where it is shown, not proof: it can be passed on.
"""

from __future__ import annotations

import hmac
from base64 import b32encode
from datetime import UTC, datetime, timedelta

from attrs import frozen

#: How long one code is shown, and how many former ones are still taken from those who are slow.
WINDOW = timedelta(seconds=30)
FORMER = 1
#: Letters of a code: 50 bits, which nobody guesses within two windows.
LETTERS = 10

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@frozen
class CodeKey:
    """The secret that the codes of one session are made of; `id` is the session's. Never shown."""

    id: str
    secret: str
    made_at: datetime


@frozen
class CheckInCode:
    """What is shown at the door, as text or drawn as a QR code, until a new one is."""

    text: str
    until: datetime


def window_of(instant: datetime) -> int:
    """The number of the window that holds an instant."""
    return (instant - _EPOCH) // WINDOW


def code_at(key: CodeKey, instant: datetime) -> CheckInCode:
    """The code that is shown at an instant."""
    window = window_of(instant)
    return CheckInCode(_code(key, window), _EPOCH + (window + 1) * WINDOW)


def window_read(key: CodeKey, text: str, instant: datetime) -> int | None:
    """The window that a code was read in, if it is good at that instant; None if it is not.

    All that could be meant are compared, each in constant time.
    """
    given = text.strip().upper().encode("utf-8", "replace")
    found = None
    for window in range(window_of(instant) - FORMER, window_of(instant) + 1):
        if hmac.compare_digest(_code(key, window).encode(), given):
            found = window
    return found


def _code(key: CodeKey, window: int) -> str:
    digest = hmac.digest(key.secret.encode(), f"{key.id}\n{window}".encode(), "sha256")
    return b32encode(digest).decode()[:LETTERS]
