"""What several people do at the same moment in an emergency, from a barrier, on every store."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

from gridpoints import Community, Grid, Member
from gridpoints.community.emergency import EmergencyKind, Mode
from gridpoints.emergency.model import PLACED, AssignmentStatus
from tests.racing import race
from tests.rooms.conftest import START
from tests.rooms.test_races import AT_ONCE, neighbours


def test_two_people_switch_at_once(village: Community) -> None:
    declare = village.emergency.declare
    came = race([partial(declare, EmergencyKind.FLOOD, "The alarm") for _ in range(AT_ONCE)])
    assert came == {"done": 1, "emergency_on": AT_ONCE - 1}
    assert len(village.emergency.emergencies()) == 1


def test_it_ends_once(village: Community) -> None:
    flood = village.emergency.declare(EmergencyKind.FLOOD, "The alarm")
    came = race([partial(village.emergency.end, flood.id, "It is over") for _ in range(AT_ONCE)])
    assert came == {"done": 1, "emergency_over": AT_ONCE - 1}


def test_a_drill_and_the_real_thing_do_not_both_stay_on(village: Community) -> None:
    declare = village.emergency.declare
    modes = [Mode.DRILL, Mode.EMERGENCY] * 3
    race([partial(declare, EmergencyKind.FLOOD, "The alarm", mode=mode) for mode in modes])
    assert village.emergency.present() is not None
    assert village.emergency.present(Mode.DRILL) is None


def test_one_person_is_assigned_to_one_place(village: Community, li: Member) -> None:
    flood = village.emergency.declare(EmergencyKind.FLOOD, "The alarm")
    calls = [village.emergency.call(flood.id, f"Gate {n}", wanted=5) for n in range(AT_ONCE)]
    came = race([partial(village.emergency.assign, call.id, li.id) for call in calls])
    assert came == {"done": 1, "already_mustered": AT_ONCE - 1}


def test_no_more_come_than_are_wanted(village: Community) -> None:
    flood = village.emergency.declare(EmergencyKind.FLOOD, "The alarm")
    call = village.emergency.call(flood.id, "The gate", wanted=5)
    people = neighbours(village)
    asked = village.emergency.request(call.id, [member.id for member in people[:6]])
    accept = [partial(village.emergency.accept, each.assignment.id) for each in asked if each.assignment]
    assign = [partial(village.emergency.assign, call.id, member.id) for member in people[6:]]
    came = race([*accept, *assign])
    assert came == {"done": 5, "call_filled": AT_ONCE - 5}
    placed = [each for each in village.emergency.assignments(flood.id) if each.status in PLACED]
    assert len(placed) == 5


def test_who_is_mustered_while_it_ends_is_released(village: Community) -> None:
    flood = village.emergency.declare(EmergencyKind.FLOOD, "The alarm")
    call = village.emergency.call(flood.id, "The gate", wanted=AT_ONCE)
    people = neighbours(village)[1:]
    assign = [partial(village.emergency.assign, call.id, member.id) for member in people]
    came = race([partial(village.emergency.end, flood.id, "It is over"), *assign])
    # Who reads the call before the end, and is let in after it, finds it closed.
    assert came.keys() <= {"done", "emergency_over", "call_closed"}
    left = {each.status for each in village.emergency.assignments(flood.id)}
    assert left <= {AssignmentStatus.RELEASED}


def test_two_clocks_tick_at_once(village: Community, li: Member) -> None:
    with village.transaction() as work:
        village.context.keep_all(work, [Grid(f"grid-{n}", f"{n}") for n in range(5)])
    flood = village.emergency.declare(EmergencyKind.FLOOD, "The alarm")
    call = village.emergency.call(flood.id, "The gate", wanted=1)
    later = START + timedelta(hours=1)
    village.emergency.request(call.id, [li.id], answer_by=later)
    village.emergency.direct("Close the gates", due_at=later)
    found: list[int] = []
    village.context.clock.advance(timedelta(hours=1))  # type: ignore[attr-defined]

    def tick() -> None:
        due = village.emergency.tick(later)
        found.append(len(due.lapsed) + len(due.escalated))

    assert race([tick] * AT_ONCE) == {"done": AT_ONCE}
    assert sum(found) == 6


def test_a_turn_is_stood_down_once(village: Community, li: Member) -> None:
    flood = village.emergency.declare(EmergencyKind.FLOOD, "The alarm")
    call = village.emergency.call(flood.id, "The gate", wanted=1, deed="patrol")
    id = village.emergency.assign(call.id, li.id).id
    village.emergency.mobilise(id)
    village.emergency.begin(id)
    village.context.clock.advance(timedelta(hours=1))  # type: ignore[attr-defined]
    village.emergency.demobilise(id)
    came = race([partial(village.emergency.stand_down, id) for _ in range(AT_ONCE)])
    assert came == {"done": 1, "illegal_transition": AT_ONCE - 1}
    [award] = village.awards.awards_of(li.id)
    assert award.awarded == 5
