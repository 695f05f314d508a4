"""What is shared: stations (网格驿站) with their hours and equipment, and rooms that are pooled."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum

from attrs import field, frozen

from gridpoints.community.hours import WeeklyHours
from gridpoints.community.model import Standing
from gridpoints.records import Lifecycle


@frozen
class Station:
    """A station where people rest and are served; `equipment` says of each thing how many there are."""

    id: str
    name: str
    grid_id: str
    address: str = ""
    hours: tuple[WeeklyHours, ...] = ()
    equipment: Mapping[str, int] = field(factory=dict, hash=False)
    status: Standing = Standing.ACTIVE
    version: int = 1

    def is_open(self, local: datetime) -> bool:
        """Whether it is open at that local time."""
        return any(
            hours.weekday == local.isoweekday() and hours.opens <= f"{local:%H:%M}" < hours.closes
            for hours in self.hours
        )


@frozen
class SharedResource:
    """Something that is lent to all (共享资源): a meeting room, a hall, a car, of a partner's or our own.

    Without `hours` it can be booked at any time.
    """

    id: str
    name: str
    sort: str
    grid_id: str | None = None
    station_id: str | None = None
    partner_id: str | None = None
    seats: int | None = None
    hours: tuple[WeeklyHours, ...] = ()
    status: Standing = Standing.ACTIVE
    version: int = 1


class BookingStatus(StrEnum):
    """A booking stands, or was called off."""

    BOOKED = "booked"
    CANCELLED = "cancelled"


BOOKING = Lifecycle.of({BookingStatus.BOOKED: {BookingStatus.CANCELLED}})


@frozen
class Booking:
    """Somebody has a shared resource to themselves, from `starts_at` to before `ends_at`, in UTC."""

    id: str
    resource_id: str
    booked_for: str
    starts_at: datetime
    ends_at: datetime
    status: BookingStatus = BookingStatus.BOOKED
    version: int = 1
