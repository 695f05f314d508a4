"""Who does what where: offices with their terms, teams, partner organisations and their agreements."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from attrs import frozen

from gridpoints.community.model import Standing, Tenure
from gridpoints.errors import PlaceClosed


class Engagement(StrEnum):
    """Whether somebody does it as their whole work (专职) or beside another (兼职)."""

    FULL_TIME = "full_time"
    PART_TIME = "part_time"


@frozen
class Office:
    """A role that somebody has at a place, for a term: grid worker (网格员), building head (楼栋长).

    One person may have several at once (三建三兼). At most one of grid, household and overlay is given;
    none: the whole community. `partner_id` is the organisation that they sit for (兼职委员) or were
    sent by (下沉干部). The term runs from `since` to before `until`, local days; None: until it is ended.
    `contact` is how they are reached, as it may stand on every door.
    """

    id: str
    member_id: str
    role: str
    since: date
    until: date | None = None
    grid_id: str | None = None
    household_id: str | None = None
    overlay_id: str | None = None
    partner_id: str | None = None
    duty: str = ""
    contact: str = ""
    engagement: Engagement = Engagement.PART_TIME
    status: Tenure = Tenure.HELD
    version: int = 1

    def in_term(self, day: date) -> bool:
        """Whether it is, or was, held on that day."""
        return self.since <= day and (self.until is None or day < self.until)


@frozen
class Team:
    """People who do something together: a service team (服务队), a leading group (领导小组), a micro-group.

    `field` is what they know (legal advice, mediation…), `parent_id` the group above in a tiered one.
    """

    id: str
    name: str
    purpose: str
    field: str | None = None
    captain_id: str | None = None
    grid_id: str | None = None
    parent_id: str | None = None
    status: Standing = Standing.ACTIVE
    version: int = 1

    def must_be_active(self) -> None:
        """Raise `PlaceClosed` for one that was closed."""
        if self.status is not Standing.ACTIVE:
            raise PlaceClosed(kind="team", place=self.name)


@frozen
class TeamMember:
    """Somebody's place on the list of a team, with what they do there (职责)."""

    id: str
    team_id: str
    member_id: str
    duty: str
    since: date
    until: date | None = None
    status: Tenure = Tenure.HELD
    version: int = 1


@frozen
class Partner:
    """An organisation that does its part (共驻共建单位), of some `sort`: a department, a school, a firm."""

    id: str
    name: str
    sort: str
    contact: str = ""
    status: Standing = Standing.ACTIVE
    version: int = 1


@frozen
class PartnershipAgreement:
    """What a partner and the community promised each other (共建协议), from `since` to before `until`."""

    id: str
    partner_id: str
    title: str
    content: str
    signed_on: date
    since: date
    until: date | None = None
    status: Tenure = Tenure.HELD
    version: int = 1

    def in_force(self, day: date) -> bool:
        """Whether it binds, or bound, on that day."""
        return self.since <= day and (self.until is None or day < self.until)
