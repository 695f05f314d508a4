"""Who and where: the community itself, its grids (网格), households (户) and members (居民)."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from attrs import frozen

from gridpoints.errors import MemberInactive
from gridpoints.records import Lifecycle


@frozen
class Profile:
    """The community itself. `id` is the short name in URLs and commands, such as ``baiyang``."""

    id: str
    name: str
    timezone: str
    founded_at: datetime


@frozen
class Grid:
    """A unit of the neighbourhood. A standard grid has about 300 households (网格)."""

    id: str
    name: str
    parent_id: str | None = None


@frozen
class Household:
    """People who live behind one door (户); `label` is what stands on it."""

    id: str
    grid_id: str
    label: str


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

    `number` is the clerk's own number for them (编号), unique in the community: names are not.
    """

    id: str
    name: str
    enrolled_at: datetime
    household_id: str | None = None
    number: str | None = None
    status: MemberStatus = MemberStatus.ACTIVE
    version: int = 1

    def must_be_active(self) -> None:
        """Raise `MemberInactive` for somebody who has left."""
        if self.status is not MemberStatus.ACTIVE:
            raise MemberInactive(member=self.name)
