"""What is shared: stations, and rooms and things that can be booked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from attrs import frozen

from gridpoints.community.hours import WeeklyHours
from gridpoints.community.model import STANDING, Standing
from gridpoints.community.room import Room, check_name, check_or_empty
from gridpoints.community.stations import BOOKING, Booking, BookingStatus, SharedResource, Station
from gridpoints.errors import PlaceClosed, ResourceShut, ResourceTaken
from gridpoints.storage.port import Range
from gridpoints.values import Interval, check_identifier, check_instant, check_text, check_whole


@frozen
class Hosting(Room):
    """Stations (网格驿站) and shared resources (共享资源)."""

    def add_station(
        self,
        name: str,
        grid_id: str,
        *,
        address: str = "",
        hours: Iterable[WeeklyHours] = (),
        equipment: Mapping[str, int] | None = None,
        id: str | None = None,
    ) -> Station:
        """Add a station; `equipment` says how many of each thing there are: ``{"umbrella": 10}``."""
        station = Station(
            id=self.context.id(id),
            name=check_name(name),
            grid_id=grid_id,
            address=check_or_empty("address", address),
            hours=tuple(sorted(hours)),
            equipment=_equipment(equipment or {}),
        )
        return self._keep(station)

    def equip(
        self,
        station_id: str,
        *,
        equipment: Mapping[str, int] | None = None,
        hours: Iterable[WeeklyHours] | None = None,
    ) -> Station:
        """Write down anew what a station has, or when it is open; what is left out stays."""
        changes: dict[str, Any] = {}
        if equipment is not None:
            changes["equipment"] = _equipment(equipment)
        if hours is not None:
            changes["hours"] = tuple(sorted(hours))
        return self._amend(Station, STANDING, station_id, **changes)

    def close_station(self, station_id: str, *, reason: str | None = None) -> Station:
        """Use a station no more."""
        return self._advance(Station, STANDING, station_id, Standing.CLOSED, reason)

    def stations(self, *, having: str | None = None, open_at: datetime | None = None) -> list[Station]:
        """The stations by name: those that have a thing, those that are open at an instant."""
        stations = self._find(Station, {"status": Standing.ACTIVE}, "name", "id")
        if having is not None:
            stations = [station for station in stations if station.equipment.get(having)]
        if open_at is not None:
            local = check_instant("open_at", open_at).astimezone(self.context.zone)
            stations = [station for station in stations if station.is_open(local)]
        return stations

    def share(
        self,
        name: str,
        *,
        sort: str = "room",
        grid_id: str | None = None,
        station_id: str | None = None,
        partner_id: str | None = None,
        seats: int | None = None,
        hours: Iterable[WeeklyHours] = (),
        id: str | None = None,
    ) -> SharedResource:
        """Put a room, or another thing, into the pool; `partner_id` is who lends it."""
        resource = SharedResource(
            id=self.context.id(id),
            name=check_name(name),
            sort=check_identifier("sort", sort),
            grid_id=grid_id,
            station_id=station_id,
            partner_id=partner_id,
            seats=None if seats is None else check_whole("seats", seats, most=100_000),
            hours=tuple(sorted(hours)),
        )
        return self._keep(resource)

    def withdraw_resource(self, resource_id: str, *, reason: str | None = None) -> SharedResource:
        """Take something out of the pool; bookings that there are stay until they are called off."""
        return self._advance(SharedResource, STANDING, resource_id, Standing.CLOSED, reason)

    def resources(self, *, sort: str | None = None, seats: int = 0) -> list[SharedResource]:
        """What is in the pool, by name: of a sort, with at least so many seats."""
        where = {"status": Standing.ACTIVE} | ({} if sort is None else {"sort": sort})
        return [
            each for each in self._find(SharedResource, where, "name", "id") if (each.seats or 0) >= seats
        ]

    def book(
        self,
        resource_id: str,
        starts_at: datetime,
        ends_at: datetime,
        *,
        booked_for: str,
        id: str | None = None,
    ) -> Booking:
        """Book something from the pool; raises `ResourceTaken`, `ResourceShut` or `PlaceClosed`."""
        when = Interval(check_instant("starts_at", starts_at), check_instant("ends_at", ends_at))
        booking = Booking(
            self.context.id(id), resource_id, check_text("booked_for", booked_for), when.start, when.end
        )
        local = [instant.astimezone(self.context.zone) for instant in (when.start, when.end)]
        with self.context.begin() as work:
            resource = work.get(SharedResource, resource_id, lock=True)
            if resource.status is not Standing.ACTIVE:
                raise PlaceClosed(kind="shared_resource", place=resource.name)
            if resource.hours and not any(hours.covers(*local) for hours in resource.hours):
                raise ResourceShut(resource=resource.name)
            meanwhile = {
                "resource_id": resource_id,
                "status": BookingStatus.BOOKED,
                "starts_at": Range(below=when.end),
                "ends_at": Range(above=when.start),
            }
            for other in work.find(Booking, meanwhile, order=("starts_at", "id"), limit=1):
                raise ResourceTaken(resource=resource.name, starts_at=other.starts_at, ends_at=other.ends_at)
            return self.context.keep(work, booking)

    def cancel_booking(self, booking_id: str, *, reason: str | None = None) -> Booking:
        """Call a booking off."""
        return self._advance(Booking, BOOKING, booking_id, BookingStatus.CANCELLED, reason)

    def bookings(self, resource_id: str) -> list[Booking]:
        """The bookings of a thing that stand, by their beginning."""
        where = {"resource_id": resource_id, "status": BookingStatus.BOOKED}
        return self._find(Booking, where, "starts_at", "id")


def _equipment(equipment: Mapping[str, int]) -> dict[str, int]:
    return {
        check_text("equipment", thing, longest=60): check_whole("count", count, least=0)
        for thing, count in equipment.items()
    }
