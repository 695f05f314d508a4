"""Emergency mode on every store: the switch, the muster, directives, drills, and the report."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest

from gridpoints import Account, Actor, Community, Exchange, Grid, Household, Member, Report
from gridpoints.community.emergency import Emergency, EmergencyKind, EmergencyStatus, Mode
from gridpoints.emergency.directives import AcknowledgementStatus
from gridpoints.emergency.matching import Candidate
from gridpoints.emergency.model import Assignment, AssignmentStatus, HoursFrom, MusterCall
from gridpoints.errors import (
    AlreadyMustered,
    CallClosed,
    CallFilled,
    DueTooSoon,
    DutyHoursOutOfRange,
    EmergencyOn,
    EmergencyOver,
    EmptyInterval,
    IllegalTransition,
    MemberInactive,
    NobodyToDirect,
    NotMustered,
    NotResponsible,
    OwnDuty,
    RecordUnknown,
    RightReserved,
    StillInAction,
)
from gridpoints.i18n import Language
from gridpoints.testing import ManualClock
from gridpoints.values import Interval
from tests.rooms.conftest import START

RULES = """\
gridpoints: 1
code: flood
version: 1
name: {en: Rules with an emergency, zh_Hans: 平急细则}
source: written for the tests
from: 2026-01-02
units: {points: {name: {en: points, zh_Hans: 积分}}}
roles: {chief: {name: {en: Chief, zh_Hans: 指挥长}}, leader: {name: {en: Leader, zh_Hans: 队长}}}
permissions: {emergency: [chief], direct: [chief, leader]}
deeds:
  rescue: {name: {en: Rescue}, points: {range: [10, 50]}, approval: {panel: {seats: 3, quorum: 2}}}
  patrol: {name: {en: Patrol, zh_Hans: 巡逻}, points: 5}
  watch: {name: {en: Watch, zh_Hans: 值守}, points: {per: hour, amount: 10}}
campaigns:
  flood:
    name: {en: Flood, zh_Hans: 防汛}
    from: 2026-01-01
    until: 2027-01-01
    times: 2
    emergency: true
"""

HOUR = timedelta(hours=1)


def acting(village: Community, id: str, *roles: str) -> Community:
    return village.acting_as(Actor(id, frozenset(roles)))


@pytest.fixture
def chief(village: Community) -> Community:
    """The head of a place with two grids, one of which has a courtyard below it."""
    village.rules.publish(RULES)
    with village.transaction() as work:
        grids = [Grid("east", "East"), Grid("west", "West"), Grid("yard", "Yard", parent_id="east")]
        doors = [Household("door-1", "yard", "1"), Household("door-2", "west", "2")]
        village.context.keep_all(work, [*grids, *doors])
    return acting(village, "chief-sun", "chief", "organiser")


@pytest.fixture
def sun(chief: Community) -> Member:
    """Lives in the yard in the east."""
    return chief.community.enrol("孙桂兰", household_id="door-1")


@pytest.fixture
def wu(chief: Community) -> Member:
    """Lives in the west."""
    return chief.community.enrol("吴刚", household_id="door-2")


@pytest.fixture
def flood(chief: Community) -> Emergency:
    return chief.emergency.declare(EmergencyKind.FLOOD, "The river is over the wall", grids=["east"])


@pytest.fixture
def wall(chief: Community, flood: Emergency) -> MusterCall:
    return chief.emergency.call(flood.id, "The river wall", wanted=1, deed="watch", grid_id="yard")


# --- the switch -----------------------------------------------------------------------------------


def test_who_may_switch_is_said_by_the_rules(chief: Community) -> None:
    with pytest.raises(RightReserved) as refused:
        acting(chief, "li", "leader").emergency.declare(EmergencyKind.FIRE, "Smoke")
    assert refused.value.roles == ("chief",)
    assert Language("en").error(refused.value) == (
        "li may not do this: switch to emergency mode and back. The rules reserve it for the roles chief."
    )


def test_before_there_are_rules_anybody_may_switch(exchange: Exchange) -> None:
    bare = without_rules(exchange)
    assert bare.emergency.declare(EmergencyKind.FIRE, "Smoke").mode is Mode.EMERGENCY


def without_rules(exchange: Exchange) -> Community:
    return exchange.found("bare", name="无").acting_as(Actor("anybody"))


def test_one_emergency_is_on_at_a_time(chief: Community, flood: Emergency) -> None:
    assert chief.emergency.present() == flood
    assert flood.grids == ("east", "yard")
    for mode in Mode:
        with pytest.raises(EmergencyOn):
            chief.emergency.declare(EmergencyKind.FIRE, "Smoke", mode=mode)
    over = chief.emergency.end(flood.id, "The water is gone")
    assert (over.status, chief.emergency.present()) == (EmergencyStatus.OVER, None)
    with pytest.raises(EmergencyOver):
        chief.emergency.end(flood.id, "Again")
    chief.emergency.declare(EmergencyKind.FIRE, "Smoke")


def test_an_area_must_be_known(chief: Community) -> None:
    with pytest.raises(RecordUnknown):
        chief.emergency.declare(EmergencyKind.FIRE, "Smoke", grids=["north"])


def test_a_drill_is_broken_off_when_it_becomes_serious(
    chief: Community, clock: ManualClock, sun: Member, wu: Member
) -> None:
    drill = chief.emergency.declare(EmergencyKind.FLOOD, "Practice", mode=Mode.DRILL)
    wall = chief.emergency.call(drill.id, "The river wall", wanted=2, deed="watch")
    at_the_wall = chief.emergency.assign(wall.id, sun.id)
    [asked] = chief.emergency.request(wall.id, [wu.id])
    chief.emergency.mobilise(at_the_wall.id)
    chief.emergency.begin(at_the_wall.id)
    clock.advance(HOUR)
    real = chief.emergency.declare(EmergencyKind.FLOOD, "The river is over the wall")
    assert chief.emergency.present() == real
    assert chief.emergency.present(Mode.DRILL) is None
    assert chief.emergency.emergency(drill.id).outcome == "The river is over the wall"
    back = chief.emergency.assignment(at_the_wall.id)
    assert (back.status, back.hours) == (AssignmentStatus.DEMOBILISED, Decimal(1))
    assert asked.assignment is not None
    assert chief.emergency.assignment(asked.assignment.id).status is AssignmentStatus.RELEASED
    call = chief.emergency.call(real.id, "The river wall", wanted=2)
    chief.emergency.assign(call.id, sun.id)  # bound in the drill no more
    assert chief.emergency.report(real.id).asked == 1
    assert chief.emergency.emergencies() == [real]


# --- the rules ------------------------------------------------------------------------------------


def test_deeds_of_its_days_and_area_are_judged_by_the_emergency_rules(
    chief: Community, clock: ManualClock, sun: Member, wu: Member, flood: Emergency
) -> None:
    day = date(2026, 3, 2)
    clock.advance(timedelta(days=2))
    chief.emergency.end(flood.id, "The water is gone")
    clock.advance(timedelta(days=2))
    points = {
        n: chief.awards.credit(Report(f"{n}", sun.id, "patrol", day + timedelta(days=n))).awarded
        for n in range(-1, 5)
    }
    assert points == {-1: 5, 0: 10, 1: 10, 2: 10, 3: 5, 4: 5}
    assert chief.awards.credit(Report("west", wu.id, "patrol", day)).awarded == 5
    told = chief.awards.credit(Report("told", sun.id, "patrol", day, facts={"emergency": False}))
    assert told.awarded == 5  # whoever reports may say that it had nothing to do with it


def test_the_mode_is_told_in_the_explanation_and_kept(
    chief: Community, sun: Member, flood: Emergency
) -> None:
    report = Report("one", sun.id, "patrol", date(2026, 3, 2))
    assert chief.awards.preview(report).awarded == 10
    award = chief.awards.credit(report)
    assert award.facts == {"emergency": True}
    assert [step.code for step in award.explanation] == ["rule", "in_emergency", "fixed", "campaign"]
    said = Language("en").step(award.explanation[1])
    assert said == "Judged by the emergency rules: flood since Mar 2, 2026"
    chief.emergency.end(flood.id, "The water is gone")
    [again] = chief.awards.credit_all([report])
    assert again.repeated
    [line] = chief.awards.simulate(chief.rules.in_force()).totals
    assert (line.given, line.drafted) == (10, 10)  # judged again as it was


def test_what_waits_is_judged_by_the_emergency_rules_when_others_have_agreed(
    chief: Community, sun: Member, flood: Emergency
) -> None:
    report = Report("one", sun.id, "rescue", date(2026, 3, 2))
    chief.awards.credit(report)
    chief.emergency.end(flood.id, "The water is gone")
    acting(chief, "panel-qian").awards.approve("one", 20)
    award = acting(chief, "panel-wu").awards.approve("one", 20)
    assert award.awarded == 40
    said = [step.code for step in award.explanation]
    assert (said[:2], said.count("in_emergency"), said[-1]) == (["rule", "in_emergency"], 1, "voted_amount")
    [again] = chief.awards.credit_all([report])
    assert again.repeated


# --- the muster -----------------------------------------------------------------------------------


def test_from_the_question_to_the_stand_down(
    chief: Community, clock: ManualClock, sun: Member, wall: MusterCall
) -> None:
    herself = acting(chief, sun.id)
    [asked] = chief.emergency.request(wall.id, [sun.id], answer_by=START + HOUR)
    assert asked.assignment is not None
    id = asked.assignment.id
    clock.advance(HOUR / 4)
    herself.emergency.accept(id)
    chief.emergency.stand_by(id)
    chief.emergency.mobilise(id)
    clock.advance(HOUR / 4)
    chief.emergency.begin(id)
    clock.advance(HOUR * 2.5)
    with pytest.raises(StillInAction) as refused:
        chief.emergency.end(wall.emergency_id, "The water is gone")
    assert refused.value.members == ("孙桂兰",)
    back = chief.emergency.demobilise(id)
    assert (back.hours, back.hours_from) == (Decimal("2.50"), HoursFrom.RECORDED)
    chief.emergency.end(wall.emergency_id, "The water is gone")
    with pytest.raises(RightReserved):
        herself.emergency.stand_down(id)
    with pytest.raises(OwnDuty):
        acting(chief, sun.id, "leader").emergency.stand_down(id)
    over, award = chief.emergency.stand_down(id)
    assert award is not None
    assert (over.status, over.award_id, award.awarded) == (AssignmentStatus.STOOD_DOWN, award.id, 50)
    assert chief.ledger.balance(Account.member(sun.id, "points")).available == 50
    report = chief.emergency.report(wall.emergency_id)
    assert (report.asked, report.served, report.to_stand_down) == (1, 1, 0)
    assert report.hours == {HoursFrom.RECORDED: Decimal("2.50")}
    assert (report.lasted, report.first_in_action) == (HOUR * 3, HOUR / 2)


def test_hours_have_a_provenance(chief: Community, clock: ManualClock, sun: Member, wall: MusterCall) -> None:
    id = chief.emergency.assign(wall.id, sun.id).id
    herself = acting(chief, sun.id).emergency
    herself.mobilise(id)
    herself.begin(id)
    clock.advance(timedelta(minutes=100))
    back = chief.emergency.demobilise(id)
    assert (back.hours, back.hours_from) == (Decimal("1.66"), HoursFrom.SELF_REPORTED)
    with pytest.raises(RightReserved):
        herself.enter_hours(id, Decimal(1), reason="It was less")
    with pytest.raises(OwnDuty):
        acting(chief, sun.id, "leader").emergency.enter_hours(id, Decimal(1), reason="It was less")
    for hours in "0", "-1", "2", "NaN":
        with pytest.raises(DutyHoursOutOfRange):
            chief.emergency.enter_hours(id, Decimal(hours), reason="It was less")
    entered = chief.emergency.enter_hours(id, Decimal(1), reason="She was at home in between")
    assert (entered.hours, entered.hours_from) == (Decimal(1), HoursFrom.ENTERED)
    assert chief.emergency.stand_down(id)[0].hours == Decimal(1)
    with pytest.raises(IllegalTransition):
        chief.emergency.enter_hours(id, Decimal(1), reason="Too late")


def test_nobody_is_mustered_twice(
    chief: Community, flood: Emergency, wall: MusterCall, sun: Member, wu: Member
) -> None:
    bridge = chief.emergency.call(flood.id, "The bridge", wanted=1)
    first = chief.emergency.assign(wall.id, sun.id)
    with pytest.raises(AlreadyMustered) as refused:
        chief.emergency.assign(bridge.id, sun.id)
    assert refused.value.place == "The river wall"
    [asked] = chief.emergency.request(bridge.id, [sun.id])
    assert isinstance(asked.error, AlreadyMustered)
    with pytest.raises(CallFilled):
        chief.emergency.assign(wall.id, wu.id)
    [late] = chief.emergency.request(wall.id, [wu.id])
    assert late.assignment is not None
    with pytest.raises(CallFilled):
        chief.emergency.accept(late.assignment.id)
    chief.emergency.release(first.id, reason="Wanted at the bridge")
    chief.emergency.accept(late.assignment.id)
    chief.emergency.assign(bridge.id, sun.id)
    report = chief.emergency.report(flood.id)
    assert (len(report.assignments), report.asked, report.served) == (3, 2, 0)


def test_only_they_themselves_answer_or_who_leads(
    chief: Community, wall: MusterCall, sun: Member, wu: Member
) -> None:
    [asked] = chief.emergency.request(wall.id, [sun.id])
    assert asked.assignment is not None
    with pytest.raises(NotMustered):
        acting(chief, wu.id).emergency.accept(asked.assignment.id)
    no = acting(chief, sun.id).emergency.decline(asked.assignment.id, reason="My knee")
    assert no.status is AssignmentStatus.DECLINED
    assert chief.emergency.missing(wall.id) == 1


def test_a_call_can_be_closed_and_refuses_then(
    chief: Community, wall: MusterCall, sun: Member, wu: Member
) -> None:
    waiting = chief.emergency.assign(wall.id, sun.id)
    chief.emergency.close_call(wall.id, reason="The fire brigade is there")
    assert chief.emergency.assignment(waiting.id).status is AssignmentStatus.RELEASED
    with pytest.raises(CallClosed):
        chief.emergency.assign(wall.id, wu.id)
    with pytest.raises(CallClosed):
        chief.emergency.request(wall.id, [wu.id])
    chief.emergency.end(wall.emergency_id, "The water is gone")
    with pytest.raises(EmergencyOver):
        chief.emergency.call(wall.emergency_id, "The bridge", wanted=1)


def test_hostile_input_is_refused(chief: Community, flood: Emergency, wall: MusterCall, wu: Member) -> None:
    with pytest.raises(EmptyInterval):
        chief.emergency.call(flood.id, "The bridge", wanted=1, ends_at=START - HOUR)
    with pytest.raises(DueTooSoon):
        chief.emergency.request(wall.id, [wu.id], answer_by=START)
    chief.community.leave(wu.id)
    answers = chief.emergency.request(wall.id, [wu.id, "nobody"])
    assert [type(asked.error) for asked in answers] == [MemberInactive, RecordUnknown]
    with pytest.raises(ValueError, match="plague"):
        chief.emergency.declare("plague", "x")  # type: ignore[arg-type]


def test_the_nearest_who_can_and_are_free_are_asked_first(
    chief: Community, flood: Emergency, sun: Member, wu: Member
) -> None:
    call = chief.emergency.call(
        flood.id, "The pump", wanted=2, skill="pump", grid_id="yard", ends_at=START + 2 * HOUR
    )
    late, other, far = (chief.community.enrol(name) for name in ("钱一", "钱二", "钱三"))
    pump = frozenset({"pump", "first_aid"})
    people = [
        Candidate(far.id, pump),
        Candidate(late.id, pump, "yard", (Interval(START + HOUR, START + 9 * HOUR),)),
        Candidate(other.id, frozenset({"first_aid"}), "yard"),
        Candidate(wu.id, pump, "east", (Interval(START - HOUR, START + 2 * HOUR),)),
        Candidate(sun.id, pump, "yard"),
        Candidate("nobody", pump, "yard"),
    ]
    assert [each.member_id for each in chief.emergency.suitable(call.id, people)] == [sun.id, wu.id, far.id]
    asked = chief.emergency.muster(call.id, people, answer_by=START + HOUR)
    assert [each.member_id for each in asked] == [sun.id, wu.id]
    assert chief.emergency.muster(call.id, people) == []
    assert asked[0].assignment is not None
    chief.emergency.decline(asked[0].assignment.id)
    assert [each.member_id for each in chief.emergency.muster(call.id, people)] == [far.id]


# --- directives -----------------------------------------------------------------------------------


def test_a_directive_is_answered_grid_by_grid(chief: Community, clock: ManualClock, flood: Emergency) -> None:
    directive = chief.emergency.direct(
        "Bring everybody from the ground floors upstairs",
        due_at=START + HOUR,
        remind_at=START + HOUR / 2,
        emergency_id=flood.id,
        responsible={"east": ["li", "deputy"], "yard": ["zhao"]},
    )
    assert [each.grid_id for each in chief.emergency.answers(directive.id)] == ["east", "yard"]
    with pytest.raises(NotResponsible) as refused:
        chief.emergency.acknowledge(directive.id, "east")
    assert refused.value.responsible == ("li", "deputy")
    clock.advance(HOUR / 4)
    acting(chief, "deputy").emergency.acknowledge(directive.id, "east")
    assert chief.emergency.tick() == chief.emergency.tick(START)
    clock.advance(HOUR / 4)
    due = chief.emergency.tick()
    assert [each.grid_id for each in due.reminded] == ["yard"]
    assert chief.emergency.tick().reminded == ()
    clock.advance(HOUR)
    assert [each.grid_id for each in chief.emergency.tick().escalated] == ["yard"]
    assert [each.grid_id for each in chief.emergency.escalated()] == ["yard"]
    acting(chief, "zhao").emergency.acknowledge(directive.id, "yard")
    acting(chief, "li").emergency.report_done(directive.id, "east", "All 41 are upstairs")
    assert chief.emergency.escalated() == []
    chief.emergency.end(flood.id, "The water is gone")
    [told] = chief.emergency.report(flood.id).directives
    assert told.took == {"east": HOUR / 4, "yard": HOUR * 1.5}
    assert (told.late, told.done) == (("yard",), ("east",))


def test_after_any_pause_what_is_overdue_is_escalated_at_once(
    chief: Community, clock: ManualClock, sun: Member, wall: MusterCall
) -> None:
    chief.emergency.request(wall.id, [sun.id], answer_by=START + HOUR)
    chief.emergency.direct("Close the gates", due_at=START + HOUR, remind_at=START + HOUR / 2)
    clock.advance(timedelta(days=3))
    due = chief.emergency.tick()
    assert [len(due.lapsed), len(due.reminded), len(due.escalated)] == [1, 0, 3]
    assert chief.emergency.tick() == type(due)()
    assert chief.emergency.missing(wall.id) == 1


def test_what_is_not_answered_at_the_end_is_moot(chief: Community, flood: Emergency) -> None:
    directive = chief.emergency.direct("Close the gates", due_at=START + HOUR, emergency_id=flood.id)
    ordinary = chief.emergency.direct("Sweep the yards", due_at=START + HOUR, grids=["west"])
    chief.emergency.end(flood.id, "The water is gone")
    assert {a.status for a in chief.emergency.answers(directive.id)} == {AcknowledgementStatus.MOOT}
    assert [len(chief.emergency.directives(id)) for id in (flood.id, None)] == [1, 1]
    with pytest.raises(IllegalTransition):
        chief.emergency.acknowledge(directive.id, "east")
    with pytest.raises(RightReserved):
        acting(chief, "li").emergency.acknowledge(ordinary.id, "west")
    chief.emergency.withdraw_directive(ordinary.id, reason="It rains")
    assert [a.status for a in chief.emergency.answers(ordinary.id)] == [AcknowledgementStatus.MOOT]


def test_a_directive_needs_time_and_somebody_to_go_to(chief: Community, exchange: Exchange) -> None:
    for due, remind in ((START, None), (START + HOUR, START + HOUR)):
        with pytest.raises(DueTooSoon):
            chief.emergency.direct("Close the gates", due_at=due, remind_at=remind)
    with pytest.raises(RecordUnknown):
        chief.emergency.direct("Close the gates", due_at=START + HOUR, grids=["north"])
    with pytest.raises(NobodyToDirect):
        without_rules(exchange).emergency.direct("Close the gates", due_at=START + HOUR)


# --- drills ---------------------------------------------------------------------------------------


def serve(chief: Community, clock: ManualClock, member: Member, mode: Mode) -> Assignment:
    """One hour of watch, from the alarm to the end."""
    emergency = chief.emergency.declare(EmergencyKind.FLOOD, "Practice", mode=mode)
    call = chief.emergency.call(emergency.id, "The river wall", wanted=1, deed="watch")
    id = chief.emergency.assign(call.id, member.id).id
    chief.emergency.mobilise(id)
    chief.emergency.begin(id)
    clock.advance(HOUR)
    chief.emergency.demobilise(id)
    chief.emergency.end(emergency.id, "Done")
    return chief.emergency.assignment(id)


def test_a_drill_gives_no_points(chief: Community, clock: ManualClock, sun: Member) -> None:
    over, award = chief.emergency.stand_down(serve(chief, clock, sun, Mode.DRILL).id)
    assert (over.hours, over.award_id, award) == (Decimal(1), None, None)
    assert chief.awards.credit(Report("one", sun.id, "patrol", date(2026, 3, 2))).awarded == 5
    assert chief.emergency.emergencies() == []
    [drill] = chief.emergency.emergencies(Mode.DRILL)
    assert chief.emergency.report(drill.id).served == 1


def test_a_drill_gives_what_the_rules_say_of_drills(
    chief: Community, clock: ManualClock, sun: Member
) -> None:
    of_drills = (
        RULES.replace("version: 1", "version: 2")
        .replace("from: 2026-01-02\n", "from: 2026-01-03\n")
        .replace("campaigns:", "facts: {drill: {type: truth, otherwise: false}}\ncampaigns:")
    )
    acting(chief, "wang", "clerk").rules.publish(of_drills)
    _, award = chief.emergency.stand_down(serve(chief, clock, sun, Mode.DRILL).id)
    assert award is not None
    assert (award.awarded, award.facts) == (10, {"drill": True})
