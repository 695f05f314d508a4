"""Where points are taken: a merchant's outlets (门店), their tills (收银台), and the keys of these."""

from __future__ import annotations

import hmac
from datetime import datetime, time
from enum import StrEnum

from attrs import field, frozen

from gridpoints.records import Lifecycle

#: How a key begins, so that one that leaked is known for what it is.
KEY_PREFIX = "gpt"
#: Random bytes in a key: too many to be guessed, so that its hash need not be slow.
SECRET_BYTES = 32


class PlaceStatus(StrEnum):
    """Of an outlet or a till: whether points are taken there."""

    OPEN = "open"
    CLOSED = "closed"


PLACE = Lifecycle.of(
    {
        PlaceStatus.OPEN: {PlaceStatus.OPEN, PlaceStatus.CLOSED},
        PlaceStatus.CLOSED: {PlaceStatus.OPEN},
    }
)


@frozen
class Opening:
    """Hours on one weekday, 1 (Monday) to 7: from `opens` until before `closes`, as ``HH:MM`` local time.

    ``24:00`` is the end of the day.
    """

    weekday: int
    opens: str
    closes: str

    def __contains__(self, local: datetime) -> bool:
        return local.isoweekday() == self.weekday and self.opens <= f"{local:%H:%M}" < self.closes


@frozen
class Outlet:
    """A place of a merchant's, with its opening hours (营业时间); without any it is always open.

    The hours tell residents when to come, and `gridpoints.oversight` when a till takes points at odd
    hours. Nothing is refused for them: whoever stands at the till has the goods, and a shop may stay open.
    """

    id: str
    merchant_id: str
    name: str
    address: str = ""
    hours: tuple[Opening, ...] = ()
    status: PlaceStatus = PlaceStatus.OPEN
    version: int = 1

    def is_open(self, local: datetime) -> bool:
        """Whether somebody is there at that local time, by its hours."""
        return self.status is PlaceStatus.OPEN and (
            not self.hours or any(local in opening for opening in self.hours)
        )


@frozen
class Till:
    """A till, terminal or telephone at which points are taken."""

    id: str
    outlet_id: str
    merchant_id: str
    name: str
    status: PlaceStatus = PlaceStatus.OPEN
    version: int = 1


class KeyScope(StrEnum):
    """What the key of a till lets it do.

    To read is to look up its merchant's statements and redemptions, and offers; what it did itself, a till is
    told without.
    """

    AUTHORISE = "authorise"
    CAPTURE = "capture"
    VOID = "void"
    REFUND = "refund"
    READ = "read"


class KeyStatus(StrEnum):
    """A key that was revoked never works again."""

    ACTIVE = "active"
    REVOKED = "revoked"


TILL_KEY = Lifecycle.of({KeyStatus.ACTIVE: {KeyStatus.REVOKED}})


@frozen
class TillKey:
    """A key of a till, of which the hash is kept alone: whoever reads the store cannot use it.

    `hash` is HMAC-SHA256 of the secret, in hexadecimal, under `salt`.
    """

    id: str
    till_id: str
    merchant_id: str
    salt: str = field(repr=False)
    hash: str = field(repr=False)
    scopes: tuple[KeyScope, ...]
    issued_at: datetime
    expires_at: datetime | None = None
    status: KeyStatus = KeyStatus.ACTIVE
    version: int = 1

    def opens_with(self, secret: str, now: datetime) -> bool:
        """Whether it is in force, and that is its secret; it takes as long for a wrong one."""
        return hmac.compare_digest(self.hash, hashed(secret, self.salt)) and self.is_good(now)

    def is_good(self, now: datetime) -> bool:
        """Whether it is in force at that instant."""
        return self.status is KeyStatus.ACTIVE and (self.expires_at is None or now < self.expires_at)


def hashed(secret: str, salt: str) -> str:
    """What is kept of a secret."""
    return hmac.digest(salt.encode(), secret.encode(), "sha256").hex()


def is_clock_time(text: str) -> bool:
    """Whether a text is a time of day as ``HH:MM``, 24:00 included."""
    if text == "24:00":
        return True
    try:
        return f"{time.fromisoformat(text):%H:%M}" == text
    except ValueError:
        return False
