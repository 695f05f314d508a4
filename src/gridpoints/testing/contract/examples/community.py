"""The community, its grids, homes and people, who does what where, and what is noted of them."""

from __future__ import annotations

from datetime import date

from gridpoints.community.consents import AttestationStatus, Consent
from gridpoints.community.files import FileEntry, FileReading, HouseholdFile
from gridpoints.community.hours import WeeklyHours
from gridpoints.community.model import (
    Grid,
    GridKind,
    Household,
    Member,
    MemberStatus,
    Profile,
    Standing,
    Tenure,
)
from gridpoints.community.offices import Engagement, Office, Partner, PartnershipAgreement, Team, TeamMember
from gridpoints.community.overlays import Cover, Overlay
from gridpoints.community.people import (
    CardColour,
    CheckInStatus,
    Classification,
    ColourCard,
    DualCheckIn,
    Guardianship,
)
from gridpoints.community.stations import Booking, BookingStatus, SharedResource, Station
from gridpoints.community.talents import Skill, Talent
from gridpoints.community.terms import Term, TermList
from gridpoints.records import Record
from gridpoints.testing.contract.edges import BEFORE_1970, LATER, LONG_ID, MOMENT, TEXT


def records(community_id: str) -> list[Record]:
    """Each after those it refers to."""
    hours = (WeeklyHours(1, "00:00", "24:00"), WeeklyHours(7, "09:00", "11:30"))
    return [
        Profile(community_id, TEXT, "Asia/Urumqi", BEFORE_1970),
        Grid("grid.1", TEXT),
        Grid(LONG_ID, "", "grid.1", GridKind.ENTRANCE, TEXT, Standing.CLOSED, 2_000_000_000),
        Household("h:1", "grid.1", TEXT),
        Household("h:2", LONG_ID, "", Standing.CLOSED, 3),
        Member("李秀英@1", TEXT, MOMENT, "h:1", "0001", MemberStatus.LEFT, 2_000_000_000, MOMENT),
        Member("nobody", "李", BEFORE_1970),
        Term("care_flag/bed", TermList.CARE_FLAG, "bed", {"zh_Hans": "卧床"}, Standing.CLOSED, 2),
        Overlay("zone", TEXT, "zone"),
        Overlay("branch", TEXT, "branch", "支部", "zone", Standing.CLOSED, 3),
        Cover("c1", "zone", grid_id=LONG_ID),
        Cover("c2", "branch", "grid.1", "h:1", Tenure.ENDED, 4),
        Partner("school", TEXT, "school", TEXT, Standing.CLOSED, 5),
        PartnershipAgreement("a1", "school", TEXT, TEXT, date.min, date.min),
        PartnershipAgreement("a2", "school", TEXT, TEXT, date.max, date.min, date.max, Tenure.ENDED, 6),
        Office("o1", "nobody", "grid_worker", date.min),
        Office(
            id="o2",
            member_id="李秀英@1",
            role="adviser",
            since=date.min,
            until=date.max,
            grid_id=LONG_ID,
            household_id="h:1",
            overlay_id="zone",
            partner_id="school",
            duty=TEXT,
            contact=TEXT,
            engagement=Engagement.FULL_TIME,
            status=Tenure.ENDED,
            version=7,
        ),
        Team("t1", TEXT, ""),
        Team("t2", TEXT, TEXT, "law", "nobody", "grid.1", "t1", Standing.CLOSED, 8),
        TeamMember("t2/nobody", "t2", "nobody", TEXT, date.min),
        TeamMember("t1/李", "t1", "李秀英@1", "", date.min, date.max, Tenure.ENDED, 9),
        Talent("nobody", "nobody", hours, TEXT, Standing.CLOSED, 10),
        Skill("nobody/law", "nobody", "law"),
        Guardianship("nobody/李秀英@1", "nobody", "李秀英@1", Tenure.ENDED, 2),
        Consent(
            "c", "nobody", TEXT, "session:s", "clerk", MOMENT, LATER, LATER, AttestationStatus.WITHDRAWN, 2
        ),
        Consent("c2", "nobody", "王", "community", "clerk", BEFORE_1970),
        Skill("nobody/理发", "nobody", "理发", Tenure.ENDED, 2),
        Station("s1", TEXT, "grid.1"),
        Station("s2", TEXT, LONG_ID, TEXT, hours, {"伞": 10, "x": 0}, Standing.CLOSED, 11),
        SharedResource("r1", TEXT, "room"),
        SharedResource("r2", TEXT, "car", "grid.1", "s1", "school", 2_000_000_000, hours, Standing.CLOSED, 2),
        Booking("b1", "r1", TEXT, BEFORE_1970, LATER),
        Booking("b2", "r2", TEXT, MOMENT, LATER, BookingStatus.CANCELLED, 2),
        Classification("nobody", "nobody", "retired", "direct", Standing.CLOSED, 2),
        DualCheckIn("nobody", "nobody"),
        DualCheckIn(
            "李秀英@1", "李秀英@1", "school", date.min, "grid.1", date.max, CheckInStatus.COMPLETE, 3
        ),
        ColourCard("card", "nobody", CardColour.SERVICE, TEXT, date.max, Standing.CLOSED, 2),
        HouseholdFile("h:1", "h:1", Standing.CLOSED, 2),
        FileEntry("e1", "h:1", (), "", "sun", BEFORE_1970),
        FileEntry("e2", "h:1", ("hardship", "独居"), TEXT, "sun", MOMENT, {"health": TEXT}),
        FileReading("f1", "h:1", "sun", LATER, TEXT),
    ]
