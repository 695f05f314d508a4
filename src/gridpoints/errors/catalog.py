"""What `gridpoints.catalog` refuses: what is not on the list, or not at this time."""

from __future__ import annotations

from datetime import datetime

from gridpoints.errors.base import Refused


class NotPublished(Refused):
    """The {kind} {id} is {status}, not published. Publish it first."""

    kind: str
    id: str
    status: str


class SessionStarted(Refused):
    """The session {session} began at {starts_at}. Claims and cancellations end there."""

    session: str
    starts_at: datetime


class SessionNotOver(Refused):
    """The session {session} ends at {ends_at}. Hours can be submitted after that."""

    session: str
    ends_at: datetime
