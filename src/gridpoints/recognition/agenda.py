"""What is ahead of a member, as an iCalendar feed (RFC 5545) that their telephone subscribes to.

It needs the extra ``calendar``.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from attrs import frozen

from gridpoints.errors import MissingDriver

#: How often a calendar should look again.
REFRESH = timedelta(hours=1)


@frozen
class Ahead:
    """What somebody took on, and when it is: days for a post, both included, instants for all else.

    `version` counts its changes from 1.
    """

    id: str
    title: str
    starts_at: datetime | date
    ends_at: datetime | date | None
    taken_on_at: datetime
    version: int


def feed(ahead: Iterable[Ahead], *, community: str, name: str) -> str:
    """The feed, under the name of the community; the same dates always give the same text.

    Raises `MissingDriver` without the extra.
    """
    try:
        import icalendar
    except ImportError:
        raise MissingDriver(package="icalendar", extra="calendar") from None
    calendar = icalendar.Calendar()
    calendar.add("prodid", "-//gridpoints//agenda//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", name)
    calendar.add("refresh-interval", REFRESH, parameters={"value": "DURATION"})
    for each in ahead:
        event = icalendar.Event()
        event.add("uid", f"{each.id}@{community}.gridpoints")
        event.add("dtstamp", each.taken_on_at.replace(microsecond=0))
        event.add("sequence", each.version - 1)
        event.add("summary", each.title)
        event.add("dtstart", each.starts_at)
        if isinstance(each.ends_at, datetime):
            event.add("dtend", each.ends_at)
        elif each.ends_at is not None:
            event.add("dtend", each.ends_at + timedelta(days=1))  # the day after the last one
        event.add("status", "CONFIRMED")
        calendar.add_component(event)
    text: str = calendar.to_ical().decode()
    return text
