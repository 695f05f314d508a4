"""What `gridpoints.community` refuses: who is meant, who belongs, what lies where, and who may read what."""

from __future__ import annotations

from datetime import date, datetime

from gridpoints.errors.base import Conflict, InvalidInput, NotAllowed, NotFound, Refused


class MemberInactive(Refused):
    """{member} has left the community and can neither claim, earn nor redeem."""

    member: str


class MemberUnknown(NotFound):
    """There is no member {member}. Write their number, or their name as it was enrolled."""

    member: str


class MemberAmbiguous(NotFound):
    """Several members are named {name}. Write the number instead: {numbers}."""

    name: str
    numbers: tuple[str, ...]


class PlaceClosed(Refused):
    """The {kind} {place} is closed. Choose one that is in use, or open it again."""

    kind: str
    place: str


class GridCycle(Refused):
    """{grid} cannot lie in {parent}, which is the same grid or lies in it."""

    grid: str
    parent: str


class GridOutOfOrder(Refused):
    """A {grid_kind} cannot lie in {parent}, which is smaller: a {parent_kind}."""

    grid_kind: str
    parent: str
    parent_kind: str


class GridKindUnknown(InvalidInput):
    """{value} is no kind of grid. Possible are: {known}."""

    value: str
    known: tuple[str, ...]


class GridInUse(Refused):
    """{grid} cannot be closed: {grids} grids and {households} households lie in it. Move them first."""

    grid: str
    grids: int
    households: int


class HouseholdInUse(Refused):
    """{household} cannot be closed: {members} members live there. Move them first."""

    household: str
    members: int


class GridUnknown(NotFound):
    """There is no grid {grid}. Add it to the tree first, or correct the name."""

    grid: str


class GridAmbiguous(NotFound):
    """Several grids are named {name}. Write the id of the grid instead: {ids}."""

    name: str
    ids: tuple[str, ...]


class TermUnknown(InvalidInput):
    """{value} is not on the list. Known are: {known}. Add it to the list first."""

    value: str
    known: tuple[str, ...]


class OnePlaceOnly(InvalidInput):
    """Name one place: a grid, a household or a functional unit, not several of them."""


class PlaceNeeded(InvalidInput):
    """Name the place that is covered: a grid or a household."""


class TermEndsFirst(InvalidInput):
    """It would end on {until}, before it begins on {since}. Correct one of the days."""

    since: date
    until: date


class HeldAlready(Conflict):
    """{member} is that there already. Change what is held, or end it first."""

    member: str


class ProposalStale(Conflict):
    """What was proposed for {member} no longer fits: they are not where they were. Ask for a new proposal."""

    member: str


class HoursUnclear(InvalidInput):
    """{opens} to {closes} on weekday {weekday} is no time of a week. Write 1 to 7, and times like 09:00."""

    weekday: str
    opens: str
    closes: str


class ResourceTaken(Refused):
    """{resource} is taken from {starts_at} to {ends_at}. Choose another time."""

    resource: str
    starts_at: datetime
    ends_at: datetime


class ResourceShut(Refused):
    """{resource} cannot be had at that time. Choose one within its hours."""

    resource: str


class FileNotForYou(NotAllowed):
    """{actor} may not read or write household files: the rules reserve that for other roles ({roles})."""

    actor: str
    roles: tuple[str, ...]


class FileForNobody(FileNotForYou):
    """{actor} may not read or write household files, and nobody else may: the rules name nobody. Write who
    may under “permissions”, such as “{line}”."""

    line: str


class NoFile(NotFound):
    """There is no file on {household}."""

    household: str


class NotTheGuardian(NotAllowed):
    """{actor} is not known as a guardian of {member}. Let an organiser who has seen that they are note it
    first."""

    actor: str
    member: str


class OwnOffice(NotAllowed):
    """{actor} cannot appoint themselves, nor stay longer by their own word. Somebody else must."""

    actor: str
