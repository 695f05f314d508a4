"""What `gridpoints.claiming` refuses: claims, hours, wishes."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from gridpoints.errors.base import Conflict, InvalidInput, NotAllowed, Refused


class SessionFull(Refused):
    """All {places} places of the session {session} are taken."""

    session: str
    places: int


class AlreadyClaimed(Conflict):
    """{member} holds a claim on this {kind} already."""

    member: str
    kind: str


class OwnWish(NotAllowed):
    """{member} cannot claim a wish of their own."""

    member: str


class WishTaken(Conflict):
    """The wish {wish} is claimed by somebody else until {until}."""

    wish: str
    until: datetime


class OwnClaim(NotAllowed):
    """{actor} cannot verify their own claim. Somebody else must confirm it."""

    actor: str


class NotTheBeneficiary(NotAllowed):
    """Only the person who made the wish {wish}, or a clerk for them, can confirm that it was
    granted."""

    wish: str


class WrongTarget(InvalidInput):
    """The claim {claim} is on a {target}. Hours are submitted for sessions, deliveries for wishes."""

    claim: str
    target: str


class HoursOutOfRange(InvalidInput):
    """{hours} hours cannot be right for this session, which lasts {longest}. Give more than 0 and
    at most {longest}."""

    hours: Decimal
    longest: Decimal
