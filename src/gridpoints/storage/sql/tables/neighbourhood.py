"""Who does what where: the tables of offices, teams, partners, overlays, talents and what is shared."""

from __future__ import annotations

from gridpoints.community.consents import Consent
from gridpoints.community.offices import Office, Partner, PartnershipAgreement, Team, TeamMember
from gridpoints.community.overlays import Cover, Overlay
from gridpoints.community.people import Guardianship
from gridpoints.community.stations import Booking, SharedResource, Station
from gridpoints.community.talents import Skill, Talent
from gridpoints.storage.sql.tables.base import (
    Day,
    DayOrNone,
    Instant,
    InstantOrNone,
    Json,
    Key,
    Row,
    Text,
    TextOrNone,
    Whole,
    WholeOrNone,
    index,
    kept,
)


class OverlayRow(Row, table=True):
    """See `gridpoints.community.overlays.Overlay`."""

    __tablename__ = "gridpoints_overlay"
    __table_args__ = kept(Overlay)
    id: Key
    name: Text
    purpose: Text
    level: TextOrNone
    parent_id: TextOrNone
    status: Text
    version: Whole


class CoverRow(Row, table=True):
    """See `gridpoints.community.overlays.Cover`."""

    __tablename__ = "gridpoints_cover"
    __table_args__ = kept(Cover, index("overlay_id"))
    id: Key
    overlay_id: Text
    grid_id: TextOrNone
    household_id: TextOrNone
    status: Text
    version: Whole


class PartnerRow(Row, table=True):
    """See `gridpoints.community.offices.Partner`."""

    __tablename__ = "gridpoints_partner"
    __table_args__ = kept(Partner)
    id: Key
    name: Text
    sort: Text
    contact: Text
    status: Text
    version: Whole


class PartnershipAgreementRow(Row, table=True):
    """See `gridpoints.community.offices.PartnershipAgreement`."""

    __tablename__ = "gridpoints_partnership_agreement"
    __table_args__ = kept(PartnershipAgreement, index("partner_id"))
    id: Key
    partner_id: Text
    title: Text
    content: Text
    signed_on: Day
    since: Day
    until: DayOrNone
    status: Text
    version: Whole


class OfficeRow(Row, table=True):
    """See `gridpoints.community.offices.Office`."""

    __tablename__ = "gridpoints_office"
    __table_args__ = kept(
        Office, index("member_id"), index("grid_id", "status"), index("household_id"), index("overlay_id")
    )
    id: Key
    member_id: Text
    role: Text
    since: Day
    until: DayOrNone
    grid_id: TextOrNone
    household_id: TextOrNone
    overlay_id: TextOrNone
    partner_id: TextOrNone
    duty: Text
    contact: Text
    engagement: Text
    status: Text
    version: Whole


class TeamRow(Row, table=True):
    """See `gridpoints.community.offices.Team`."""

    __tablename__ = "gridpoints_team"
    __table_args__ = kept(Team)
    id: Key
    name: Text
    purpose: Text
    field: TextOrNone
    captain_id: TextOrNone
    grid_id: TextOrNone
    parent_id: TextOrNone
    status: Text
    version: Whole


class TeamMemberRow(Row, table=True):
    """See `gridpoints.community.offices.TeamMember`."""

    __tablename__ = "gridpoints_team_member"
    __table_args__ = kept(TeamMember, index("team_id"), index("member_id"))
    id: Key
    team_id: Text
    member_id: Text
    duty: Text
    since: Day
    until: DayOrNone
    status: Text
    version: Whole


class TalentRow(Row, table=True):
    """See `gridpoints.community.talents.Talent`."""

    __tablename__ = "gridpoints_talent"
    __table_args__ = kept(Talent)
    id: Key
    member_id: Text
    hours: Json
    note: Text
    status: Text
    version: Whole


class SkillRow(Row, table=True):
    """See `gridpoints.community.talents.Skill`."""

    __tablename__ = "gridpoints_skill"
    __table_args__ = kept(Skill, index("code", "status"), index("member_id"))
    id: Key
    member_id: Text
    code: Text
    status: Text
    version: Whole


class GuardianshipRow(Row, table=True):
    """See `gridpoints.community.people.Guardianship`."""

    __tablename__ = "gridpoints_guardianship"
    __table_args__ = kept(Guardianship, index("member_id", "status"))
    id: Key
    member_id: Text
    guardian_id: Text
    status: Text
    version: Whole


class ConsentRow(Row, table=True):
    """See `gridpoints.community.consents.Consent`."""

    __tablename__ = "gridpoints_consent"
    __table_args__ = kept(Consent, index("member_id"), index("covers", "status"))
    id: Key
    member_id: Text
    given_by: Text
    covers: Text
    recorded_by: Text
    since: Instant
    until: InstantOrNone
    withdrawn_at: InstantOrNone
    status: Text
    version: Whole


class StationRow(Row, table=True):
    """See `gridpoints.community.stations.Station`."""

    __tablename__ = "gridpoints_station"
    __table_args__ = kept(Station)
    id: Key
    name: Text
    grid_id: Text
    address: Text
    hours: Json
    equipment: Json
    status: Text
    version: Whole


class SharedResourceRow(Row, table=True):
    """See `gridpoints.community.stations.SharedResource`."""

    __tablename__ = "gridpoints_shared_resource"
    __table_args__ = kept(SharedResource)
    id: Key
    name: Text
    sort: Text
    grid_id: TextOrNone
    station_id: TextOrNone
    partner_id: TextOrNone
    seats: WholeOrNone
    hours: Json
    status: Text
    version: Whole


class BookingRow(Row, table=True):
    """See `gridpoints.community.stations.Booking`."""

    __tablename__ = "gridpoints_booking"
    __table_args__ = kept(Booking, index("resource_id", "status", "ends_at"))
    id: Key
    resource_id: Text
    booked_for: Text
    starts_at: Instant
    ends_at: Instant
    status: Text
    version: Whole
