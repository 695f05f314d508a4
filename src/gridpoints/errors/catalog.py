"""What `gridpoints.catalog` refuses: what is not on the list, or not at this time."""

from __future__ import annotations

from datetime import date, datetime

from gridpoints.errors.base import Conflict, InvalidInput, NotFound, Refused


class NotPublished(Refused):
    """The {kind} {id} is {status}, not published. Publish it first."""

    kind: str
    id: str
    status: str


class SessionStarted(Refused):
    """The session {session} began at {starts_at}. Claims and cancellations end there."""

    session: str
    starts_at: datetime


class StartsInThePast(InvalidInput):
    """A session cannot be moved to {starts_at}, which is past. Give a time that lies ahead."""

    starts_at: datetime


class SessionNotOver(Refused):
    """The session {session} ends at {ends_at}. Hours can be submitted after that."""

    session: str
    ends_at: datetime


class PostOver(Refused):
    """The term of the post {post} ended on {ends_on}. Publish it for another term."""

    post: str
    ends_on: date


class PlacesTaken(Conflict):
    """{taken} places of the {kind} {id} are taken, so that there cannot be only {places}. Let some go
    first."""

    kind: str
    id: str
    taken: int
    places: int


class NoneLeft(Refused):
    """All {stock} of {thing} are lent. Wait until one is brought back."""

    thing: str
    stock: int


class ModeNotOffered(Refused):
    """The service {item} is not given in the way {mode}. Choose one of: {offered}."""

    item: str
    mode: str
    offered: tuple[str, ...]


class MandateNeeded(Refused):
    """The service {item} needs a mandate. Write down what may be done in the resident's name."""

    item: str


class NotAmendable(InvalidInput):
    """{name} of a {kind} cannot be changed. What can be: {known}."""

    name: str
    kind: str
    known: tuple[str, ...]


class BadRecurrence(InvalidInput):
    """{pattern} is not a pattern of days. Write a recurrence rule such as FREQ=WEEKLY;BYDAY=WE, with a
    frequency of days, weeks, months or years and without hours."""

    pattern: str


class BadTimeOfDay(InvalidInput):
    """{value} cannot be used as {field}. Write a time of the day in hours and minutes, such as 09:00."""

    field: str
    value: str


class DaysReversed(InvalidInput):
    """The last day, {last}, lies before the first, {first}."""

    first: date
    last: date


class PresetUnknown(NotFound):
    """There is no preset {name} of this kind. Use one of: {known}."""

    name: str
    known: tuple[str, ...]
