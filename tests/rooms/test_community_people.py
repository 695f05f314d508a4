"""Who does what: offices, teams, partners, talents, stations, and what is noted of people."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from gridpoints import Actor, Community, Member
from gridpoints.community.cards import compare
from gridpoints.community.hours import WeeklyHours
from gridpoints.community.model import Grid
from gridpoints.community.offices import Engagement
from gridpoints.community.people import CardColour, CheckInStatus
from gridpoints.errors import (
    HeldAlready,
    HoursUnclear,
    IllegalTransition,
    MemberInactive,
    NotTheOrganiser,
    NotUsable,
    OnePlaceOnly,
    PlaceClosed,
    RecordUnknown,
    ReferenceUnknown,
    ResourceShut,
    ResourceTaken,
    TermEndsFirst,
    TermUnknown,
)
from gridpoints.testing import ManualClock

TODAY = date(2026, 3, 2)


@pytest.fixture
def grid(village: Community) -> Grid:
    return village.community.add_grid("第一网格", id="g1")


# --- offices --------------------------------------------------------------------------------------


def test_one_person_has_several_offices(village: Community, grid: Grid, li: Member) -> None:
    room = village.community
    building = room.add_grid("1号楼", kind="building", parent_id=grid.id)
    room.appoint(li.id, "grid_worker", grid_id=grid.id, engagement=Engagement.FULL_TIME)
    room.appoint(li.id, "building_head", grid_id=building.id, contact="传达室")
    room.appoint(li.id, "cadre", grid_id=grid.id)
    assert [office.role for office in room.offices(member_id=li.id)] == [
        "building_head",
        "cadre",
        "grid_worker",
    ]
    assert room.actor(li.id).roles == {"building_head", "cadre", "grid_worker"}
    [worker] = room.offices(role="grid_worker", grid_id=grid.id)
    assert worker.engagement is Engagement.FULL_TIME
    with pytest.raises(HeldAlready):
        room.appoint(li.id, "cadre", grid_id=grid.id)


def test_terms_of_office_are_half_open(
    village: Community, grid: Grid, li: Member, clock: ManualClock
) -> None:
    room = village.community
    office = room.appoint(li.id, "grid_worker", grid_id=grid.id, until=date(2026, 4, 1))
    assert room.offices(grid_id=grid.id, on=date(2026, 3, 31)) == [office]
    assert room.offices(grid_id=grid.id, on=date(2026, 4, 1)) == []
    assert room.offices(grid_id=grid.id, on=date(2026, 3, 1)) == []
    following = room.appoint(li.id, "grid_worker", grid_id=grid.id, since=date(2026, 4, 1))
    extended = room.extend_office(office.id, date(2026, 5, 1), reason="until the election")
    assert extended.until == date(2026, 5, 1)
    clock.advance(timedelta(days=3))
    ended = room.end_office(office.id, reason="moved away")
    assert ended.until == date(2026, 3, 5)
    assert room.end_office(following.id).until == date(2026, 4, 1)
    with pytest.raises(IllegalTransition):
        room.end_office(office.id)
    with pytest.raises(IllegalTransition):
        room.extend_office(office.id, None)
    with pytest.raises(IllegalTransition):
        room.reassign(office.id, grid.id)
    with pytest.raises(TermEndsFirst):
        room.appoint(li.id, "cadre", since=TODAY, until=date(2026, 3, 1))


def test_what_is_no_office(village: Community, grid: Grid, li: Member, zhao: Member) -> None:
    room = village.community
    home = room.add_household(grid.id, "101")
    with pytest.raises(TermUnknown) as unknown:
        room.appoint(li.id, "king")
    assert "grid_worker" in unknown.value.known
    with pytest.raises(OnePlaceOnly):
        room.appoint(li.id, "cadre", grid_id=grid.id, household_id=home.id)
    with pytest.raises(ReferenceUnknown):
        room.appoint(li.id, "cadre", grid_id="nowhere")
    with pytest.raises(RecordUnknown):
        room.appoint("nobody", "cadre")
    room.leave(zhao.id)
    with pytest.raises(MemberInactive):
        room.appoint(zhao.id, "cadre")
    room.add_term("role", "king", {"en": "King of the hill", "zh_Hans": "孩子王"})
    assert room.appoint(li.id, "king").role == "king"
    assert room.terms("role")["king"]["zh_Hans"] == "孩子王"
    room.close_household(home.id)
    with pytest.raises(PlaceClosed):
        room.appoint(li.id, "central_household", household_id=home.id)


# --- teams and partners ---------------------------------------------------------------------------


def test_teams_have_lists_that_are_kept_current(village: Community, li: Member, zhao: Member) -> None:
    room = village.community
    group = room.form_team("领导小组", purpose="to lead")
    team = room.form_team(
        "法律服务队", purpose="legal clinic", field="law", captain_id=li.id, parent_id=group.id
    )
    room.join_team(team.id, zhao.id, duty="minutes")
    room.join_team(team.id, zhao.id, duty="the door")
    assert [(member.name, place.duty) for member, place in room.team_list(team.id)] == [
        ("李秀英", ""),
        ("赵磊", "the door"),
    ]
    assert room.teams(member_id=zhao.id) == room.teams(field="law") == [team]
    assert room.name_captain(team.id, zhao.id).captain_id == zhao.id
    room.leave_team(team.id, zhao.id)
    assert room.teams(field="law")[0].captain_id is None
    with pytest.raises(IllegalTransition):
        room.leave_team(team.id, zhao.id)
    with pytest.raises(RecordUnknown):
        room.leave_team(group.id, zhao.id)
    assert room.join_team(team.id, zhao.id).until is None
    room.close_team(team.id)
    assert room.teams(member_id=zhao.id) == []
    with pytest.raises(PlaceClosed):
        room.join_team(team.id, zhao.id)


def test_partners_have_seats_and_agreements(village: Community, li: Member, clock: ManualClock) -> None:
    room = village.community
    school = room.add_partner("第一小学", sort="school", contact="门卫室")
    seat = room.appoint_seat(school.id, li.id, until=date(2027, 3, 2))
    assert room.offices(partner_id=school.id) == [seat]
    assert seat.role == "part_time_committee_member"
    agreement = room.agree(school.id, "共建协议", "The playground is open.", until=date(2027, 1, 1))
    assert room.agreements(school.id) == [agreement]
    assert room.agreements(on=date(2027, 1, 1)) == []
    clock.advance(timedelta(days=1))
    assert room.end_agreement(agreement.id).until == date(2026, 3, 3)
    assert room.agreements() == []
    with pytest.raises(TermEndsFirst):
        room.agree(school.id, "x", "y", since=TODAY, until=date(2026, 3, 1))
    room.close_partner(school.id)
    assert room.partners() == []


# --- talents --------------------------------------------------------------------------------------


def test_needs_find_people_with_the_reasons(village: Community, grid: Grid, li: Member, zhao: Member) -> None:
    room = village.community
    other = room.add_grid("第二网格")
    homes = [room.add_household(each.id, "101") for each in (grid, other)]
    qian = room.enrol("钱进")
    room.place_all({li.id: homes[0].id, zhao.id: homes[1].id})
    wednesday = WeeklyHours(3, "09:00", "11:30")
    room.list_talent(li.id, ["law"], hours=[wednesday])
    room.list_talent(zhao.id, ["law", "mediation"], hours=[wednesday, WeeklyHours(1, "00:00", "24:00")])
    room.list_talent(qian.id, ["law"])
    start = datetime(2026, 3, 4, 1, tzinfo=UTC)  # Wednesday, 9 o'clock
    found = room.match(["law"], grid_id=grid.id, start=start, end=start + timedelta(hours=2))
    assert [(match.member.name, [step.code for step in match.reasons]) for match in found] == [
        ("李秀英", ["has_skills", "has_time", "lives_there"]),
        ("赵磊", ["has_skills", "has_time", "lives_near"]),
        ("钱进", ["has_skills", "time_unknown", "home_unknown"]),
    ]
    both = room.match(["mediation", "law"], grid_id=grid.id)
    assert [match.member.name for match in both] == ["赵磊", "李秀英", "钱进"]
    late = room.match(["law"], start=start, end=start + timedelta(hours=3))
    assert [match.member.name for match in late] == ["钱进"]
    assert len(room.match(["law"], most=1)) == 1
    assert room.match(["violin"]) == []
    room.list_talent(zhao.id, ["violin"])
    assert room.skills(zhao.id) == ["violin"]
    room.unlist_talent(li.id)
    room.leave(qian.id)
    assert room.match(["law"]) == []
    assert room.list_talent(li.id, ["law"]).status == "active"
    assert [match.member.name for match in room.match(["law"])] == ["李秀英"]


@pytest.mark.parametrize(
    ("weekday", "opens", "closes"),
    [
        (0, "09:00", "10:00"),
        (8, "09:00", "10:00"),
        (True, "09:00", "10:00"),
        (1, "9:00", "10:00"),
        (1, "10:00", "10:00"),
        (1, "10:00", "09:00"),
        (1, "00:00", "24:30"),
        (1, "24:00", "24:00"),
    ],
)
def test_hours_that_are_none(weekday: int, opens: str, closes: str) -> None:
    with pytest.raises(HoursUnclear):
        WeeklyHours(weekday, opens, closes)


def test_hours_end_at_midnight() -> None:
    late = WeeklyHours(3, "20:00", "24:00")
    evening, midnight = (datetime(2026, 3, 4, 22, tzinfo=UTC), datetime(2026, 3, 5, tzinfo=UTC))
    assert late.covers(evening, midnight)
    assert not late.covers(evening, midnight + timedelta(seconds=1))
    assert not late.covers(evening - timedelta(hours=2, seconds=1), evening)
    assert not late.covers(evening + timedelta(days=1), midnight + timedelta(days=1))


# --- what is shared -------------------------------------------------------------------------------


def test_stations_have_hours_and_equipment(village: Community, grid: Grid, clock: ManualClock) -> None:
    room = village.community
    monday = WeeklyHours(1, "08:30", "17:30")
    station = room.add_station("邻里驿站", grid.id, hours=[monday], equipment={"umbrella": 10, "book": 0})
    assert room.stations(having="umbrella") == [station]
    assert room.stations(having="book") == []
    assert room.stations(open_at=clock.now()) == [station]
    assert room.stations(open_at=clock.now() + timedelta(days=1)) == []
    equipped = room.equip(station.id, equipment={"book": 5}, hours=[monday, WeeklyHours(2, "09:00", "24:00")])
    assert room.stations(having="book", open_at=clock.now() + timedelta(days=1)) == [equipped]
    room.close_station(station.id)
    assert room.stations() == []


def test_rooms_are_pooled_and_booked_once(village: Community, grid: Grid, clock: ManualClock) -> None:
    room = village.community
    school = room.add_partner("第一小学", sort="school")
    hall = room.share("礼堂", partner_id=school.id, seats=200, hours=[WeeklyHours(1, "08:00", "20:00")])
    room.share("会议室", grid_id=grid.id, seats=12)
    assert room.resources(sort="room", seats=100) == [hall]
    start = clock.now() + timedelta(hours=1)
    booking = room.book(hall.id, start, start + timedelta(hours=2), booked_for="法律服务队")
    with pytest.raises(ResourceTaken) as taken:
        room.book(hall.id, start + timedelta(hours=1), start + timedelta(hours=3), booked_for="x")
    assert taken.value.starts_at == start
    after = room.book(hall.id, start + timedelta(hours=2), start + timedelta(hours=3), booked_for="x")
    assert room.bookings(hall.id) == [booking, after]
    room.cancel_booking(booking.id)
    room.book(hall.id, start, start + timedelta(hours=2), booked_for="y")
    with pytest.raises(ResourceShut):
        room.book(hall.id, start + timedelta(days=1), start + timedelta(days=1, hours=1), booked_for="x")
    room.withdraw_resource(hall.id)
    with pytest.raises(PlaceClosed):
        room.book(hall.id, start + timedelta(days=7), start + timedelta(days=7, hours=1), booked_for="x")


# --- what is noted of people ----------------------------------------------------------------------


def test_members_are_of_types_and_managed_in_ways(village: Community, li: Member) -> None:
    room = village.community
    room.classify(li.id, type="retired", managed="direct")
    changed = room.classify(li.id, type="retired", managed="joint", reason="a new agreement")
    assert (changed.managed, changed.version) == ("joint", 2)
    assert room.classifications("retired") == [changed]
    assert room.classifications("mobile") == []
    with pytest.raises(TermUnknown):
        room.classify(li.id, type="alien", managed="direct")
    room.add_term("member_type", "student", {"zh_Hans": "学生"})
    assert room.classify(li.id, type="student", managed="own").type == "student"


def test_dual_check_in(village: Community, grid: Grid, li: Member, zhao: Member, clock: ManualClock) -> None:
    room = village.community
    office = room.add_partner("区住建局", sort="department")
    assert room.check_in(li.id, partner_id=office.id).status is CheckInStatus.PARTIAL
    clock.advance(timedelta(days=1))
    both = room.check_in(li.id, grid_id=grid.id)
    assert (both.status, both.partner_on, both.grid_on) == (CheckInStatus.COMPLETE, TODAY, date(2026, 3, 3))
    assert room.check_in(zhao.id, partner_id=office.id, grid_id=grid.id).status is CheckInStatus.COMPLETE
    assert room.check_ins(CheckInStatus.PARTIAL) == []
    qian = room.enrol("钱进")
    assert room.not_checked_in([li.id, qian.id]) == [qian]


def test_cards_of_four_colours(village: Community, li: Member) -> None:
    room = village.community
    card = room.give_card(li.id, CardColour.PROMISE, "Two hours a week at the station")
    assert room.cards(li.id) == [card]
    assert room.close_card(card.id, reason="kept").version == 2


def test_lists_are_held_against_each_other() -> None:
    found = compare(["1", " 2", "3", ""], ["2", "3 ", "4", "4", " "])
    assert (found.on_both, found.only_ours) == (("2", "3"), ("1",))
    assert (found.only_theirs, found.theirs_twice) == (("4",), ("4",))


# --- guardians ------------------------------------------------------------------------------------


def test_guardians_are_noted_by_somebody_else(village: Community, li: Member, zhao: Member) -> None:
    room = village.community
    named = room.name_guardian(li.id, zhao.id)
    assert (named.id, named.version) == (f"{li.id}/{zhao.id}", 1)
    assert room.name_guardian(li.id, zhao.id) == named
    assert [each.id for each in room.guardians_of(li.id)] == [zhao.id]
    assert room.guardians_of(zhao.id) == []
    assert room.end_guardianship(li.id, zhao.id, reason="of age").version == 2
    assert room.guardians_of(li.id) == []
    with pytest.raises(IllegalTransition):
        room.end_guardianship(li.id, zhao.id)
    assert room.name_guardian(li.id, zhao.id).version == 3
    told = [each.status for each in village.events.read() if each.kind == "guardianship"]
    assert told == ["held", "ended", "held"]


def test_nobody_makes_themselves_a_guardian(village: Community, li: Member, zhao: Member) -> None:
    sun = village.community.enrol("孙丽")
    for who in (Actor(zhao.id), Actor(zhao.id, frozenset({"clerk"})), Actor(li.id, frozenset({"clerk"}))):
        with pytest.raises(NotTheOrganiser):
            village.acting_as(who).community.name_guardian(li.id, zhao.id)
    with pytest.raises(NotUsable):
        village.community.name_guardian(li.id, li.id)
    with pytest.raises(RecordUnknown):
        village.community.name_guardian(li.id, "nobody")
    village.community.name_guardian(li.id, zhao.id)
    for concerned in (li, zhao):
        assert village.acting_as(Actor(concerned.id)).community.guardians_of(li.id)
    with pytest.raises(NotTheOrganiser):
        village.acting_as(Actor(sun.id)).community.guardians_of(li.id)
    village.community.leave(sun.id)
    with pytest.raises(MemberInactive):
        village.community.name_guardian(li.id, sun.id)
