"""Who and where: the community itself, its grids (网格), households (户) and members (居民)."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from attrs import field, frozen

from gridpoints.errors import MemberInactive, PlaceClosed
from gridpoints.records import Lifecycle


@frozen
class Profile:
    """The community itself. `id` is the short name in URLs and commands, such as ``baiyang``."""

    id: str
    name: str
    timezone: str
    founded_at: datetime


class Standing(StrEnum):
    """Whether a place, a group or a thing is in use at present."""

    ACTIVE = "active"
    CLOSED = "closed"


STANDING = Lifecycle.of({Standing.ACTIVE: {Standing.CLOSED}, Standing.CLOSED: {Standing.ACTIVE}})


class Tenure(StrEnum):
    """Whether what somebody has for a time is theirs at present: an office, a seat, a skill."""

    HELD = "held"
    ENDED = "ended"


TENURE = Lifecycle.of({Tenure.HELD: {Tenure.ENDED}, Tenure.ENDED: {Tenure.HELD}})


class GridKind(StrEnum):
    """What a unit of the tree is, from the largest to the smallest: none lies in a smaller one.

    区、街道、社区、网格、院落、楼栋、单元; the last is a household that others gather around (中心户).
    """

    DISTRICT = "district"
    STREET = "street"
    COMMUNITY = "community"
    GRID = "grid"
    COURTYARD = "courtyard"
    BUILDING = "building"
    ENTRANCE = "entrance"
    HOUSEHOLD = "household"

    @property
    def rank(self) -> int:
        """0 for the largest."""
        return list(GridKind).index(self)


@frozen
class Grid:
    """A unit of the neighbourhood, in the tree of them all. A standard grid has about 300 households (网格).

    `feature` is what it is known for: one feature for each community (一社区一特色), one theme for a street.
    """

    id: str
    name: str
    parent_id: str | None = None
    kind: GridKind = field(default=GridKind.GRID, converter=GridKind)
    feature: str | None = None
    status: Standing = field(default=Standing.ACTIVE, converter=Standing)
    version: int = 1

    def must_be_active(self) -> None:
        """Raise `PlaceClosed` for one that is no longer in use."""
        if self.status is not Standing.ACTIVE:
            raise PlaceClosed(kind="grid", place=self.name)


@frozen
class Household:
    """People who live behind one door (户); `label` is what stands on it."""

    id: str
    grid_id: str
    label: str
    status: Standing = field(default=Standing.ACTIVE, converter=Standing)
    version: int = 1

    def must_be_active(self) -> None:
        """Raise `PlaceClosed` for one where nobody lives any more."""
        if self.status is not Standing.ACTIVE:
            raise PlaceClosed(kind="household", place=self.label)


class MemberStatus(StrEnum):
    """Whether somebody belongs to the community at present."""

    ACTIVE = "active"
    LEFT = "left"


MEMBER = Lifecycle.of(
    {
        MemberStatus.ACTIVE: {MemberStatus.LEFT},
        MemberStatus.LEFT: {MemberStatus.ACTIVE},
    }
)


@frozen
class Member:
    """A resident who takes part (居民/成员).

    `number` is the clerk's own number for them (编号), unique in the community: names are not. `left_at` is
    when somebody left who is not back.
    """

    id: str
    name: str
    enrolled_at: datetime
    household_id: str | None = None
    number: str | None = None
    status: MemberStatus = MemberStatus.ACTIVE
    version: int = 1
    left_at: datetime | None = None

    def gone(self, now: datetime) -> Member:
        """Themselves, once they have left."""
        return MEMBER.advance(self, MemberStatus.LEFT, left_at=now)

    def back(self) -> Member:
        """Themselves, once they are back."""
        return MEMBER.advance(self, MemberStatus.ACTIVE, left_at=None)

    def must_be_active(self) -> None:
        """Raise `MemberInactive` for somebody who has left."""
        if self.status is not MemberStatus.ACTIVE:
            raise MemberInactive(member=self.name)
