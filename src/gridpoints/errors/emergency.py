"""What `gridpoints.emergency` refuses: the mode, the muster, directives."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from gridpoints.errors.base import Conflict, InvalidInput, NotAllowed, NotFound, Refused


class EmergencyOn(Conflict):
    """{emergency} is on since {since}: {mode}. End it before another one is declared."""

    emergency: str
    mode: str
    since: datetime


class NoEmergency(NotFound):
    """Nothing of that sort is on: {mode}. Declare it first."""

    mode: str


class EmergencyOver(Refused):
    """{emergency} is over since {ended_at}. Nobody is mustered for it any more."""

    emergency: str
    ended_at: datetime


class StillInAction(Refused):
    """{emergency} cannot end while these are in action: {members}. Demobilise them first."""

    emergency: str
    members: tuple[str, ...]


class AlreadyMustered(Conflict):
    """{member} is mustered already, at {place}. Release them there first."""

    member: str
    place: str


class CallFilled(Refused):
    """All {wanted} who are wanted at {place} are there."""

    place: str
    wanted: int


class CallClosed(Refused):
    """The call to {place} is closed."""

    place: str


class NotMustered(NotAllowed):
    """{actor} cannot answer for {member}. They must themselves, or one of the roles {roles} for them."""

    actor: str
    member: str
    roles: tuple[str, ...]


class OwnDuty(NotAllowed):
    """{actor} cannot stand themselves down, nor enter their own hours. Somebody else must."""

    actor: str


class DutyHoursOutOfRange(InvalidInput):
    """{hours} hours cannot be right: the emergency has lasted {longest}. Give more than 0 and at most
    that."""

    hours: Decimal
    longest: Decimal


class NotResponsible(NotAllowed):
    """{actor} cannot answer for the grid {grid}. One of those who are responsible for it must:
    {responsible}."""

    actor: str
    grid: str
    responsible: tuple[str, ...]


class NobodyToDirect(Refused):
    """There is no grid that the directive could go to. Enter the grids first."""


class DueTooSoon(InvalidInput):
    """{due_at} is over, or is before the reminder. Give a time that is still to come."""

    due_at: datetime
