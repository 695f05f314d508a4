"""Who and where: the tables of `gridpoints.community`."""

from __future__ import annotations

from gridpoints.community.model import Grid, Household, Member, Profile
from gridpoints.storage.sql.tables.base import (
    Instant,
    InstantOrNone,
    Key,
    Row,
    Text,
    TextOrNone,
    Whole,
    index,
    kept,
    where,
)


class CommunityRow(Row, table=True):
    """The community itself: its id is what all other rows call `community_id`."""

    __tablename__ = "gridpoints_community"
    __table_args__ = kept(Profile, key="community_id")
    name: Text
    timezone: Text
    founded_at: Instant


class GridRow(Row, table=True):
    """See `gridpoints.community.model.Grid`."""

    __tablename__ = "gridpoints_grid"
    __table_args__ = kept(Grid, index("parent_id"))
    id: Key
    name: Text
    parent_id: TextOrNone
    kind: Text
    feature: TextOrNone
    status: Text
    version: Whole


class HouseholdRow(Row, table=True):
    """See `gridpoints.community.model.Household`."""

    __tablename__ = "gridpoints_household"
    __table_args__ = kept(Household, index("grid_id"))
    id: Key
    grid_id: Text
    label: Text
    status: Text
    version: Whole


class MemberRow(Row, table=True):
    """See `gridpoints.community.model.Member`."""

    __tablename__ = "gridpoints_member"
    __table_args__ = kept(
        Member, index("household_id"), index("name"), index("left_at", **where("left_at IS NOT NULL"))
    )
    id: Key
    name: Text
    enrolled_at: Instant
    household_id: TextOrNone
    number: TextOrNone
    status: Text
    version: Whole
    left_at: InstantOrNone
