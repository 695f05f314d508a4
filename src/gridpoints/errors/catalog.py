"""What `gridpoints.catalog` refuses: what is not on the list, or not at this time."""

from __future__ import annotations

from datetime import date, datetime

from gridpoints.errors.base import InvalidInput, Refused


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


class PostOver(Refused):
    """The term of the post {post} ended on {ends_on}. Publish it for another term."""

    post: str
    ends_on: date


class BadRecurrence(InvalidInput):
    """{pattern} is not a pattern of days. Write a recurrence rule such as FREQ=WEEKLY;BYDAY=WE, with a
    frequency of days, weeks, months or years and without hours."""

    pattern: str
