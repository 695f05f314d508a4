"""Any sequence of what can happen in emergencies and drills, held against a plain oracle."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from decimal import ROUND_DOWN, Decimal
from typing import Any

import pytest
from attrs import define
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from gridpoints import Account, Actor, Community, Exchange, GridpointsError
from gridpoints.community.emergency import EmergencyKind, Mode
from gridpoints.emergency.model import ASSIGNMENT, AssignmentStatus
from gridpoints.testing import ManualClock
from tests.rooms.conftest import START

RULES = """\
gridpoints: 1
code: machine
version: 1
name: {en: Machine}
source: written for the tests
from: 2020-01-01
units: {points: {name: {en: points}}}
deeds:
  watch: {name: {en: Watch}, points: 5}
campaigns:
  flood: {name: {en: Flood}, from: 2020-01-01, until: 2030-01-01, times: 2, emergency: true}
"""
MEMBERS = ("m0", "m1", "m2", "m3")
NUMBER = st.integers(0, 30)
BOUND = {"requested", "assigned", "standby", "mobilised", "in_action"}
PLACED = BOUND - {"requested"}
#: What is called, which status it leads to.
MOVES = {
    "accept": "assigned",
    "decline": "declined",
    "release": "released",
    "stand_by": "standby",
    "mobilise": "mobilised",
    "begin": "in_action",
    "demobilise": "demobilised",
    "stand_down": "stood_down",
}
LEADS_TO = {
    "requested": {"assigned", "declined", "lapsed", "released"},
    "assigned": {"standby", "mobilised", "declined", "released"},
    "standby": {"mobilised", "declined", "released"},
    "mobilised": {"standby", "in_action", "released"},
    "in_action": {"demobilised"},
    "demobilised": {"stood_down"},
    **{status: set[str]() for status in ("stood_down", "declined", "lapsed", "released")},
}


def test_the_oracle_knows_every_status() -> None:
    assert {str(status): set(map(str, to)) for status, to in ASSIGNMENT.moves.items()} == LEADS_TO


@define
class Turn:
    """Somebody's turn, as somebody would keep it in a notebook."""

    id: str
    call: int
    member: str
    status: str
    answer_by: datetime | None = None
    began: datetime | None = None
    hours: Decimal | None = None


@define
class Call:
    id: str
    emergency: str
    mode: Mode
    wanted: int
    open: bool = True


class EmergencyMachine(RuleBasedStateMachine):
    """Declares, calls, asks, moves everybody about, ends, and lets time pass."""

    def __init__(self, exchange: Exchange, clock: ManualClock) -> None:
        super().__init__()
        self.clock = clock
        clock.set(START)
        founded = exchange.found(f"v{len(exchange.communities())}", name="v", rules=RULES)
        self.village: Community = founded.acting_as(Actor("chief", frozenset({"organiser"})))
        for id in MEMBERS:
            self.village.community.enrol(id, id=id)
        self.on: dict[Mode, str] = {}
        self.calls: list[Call] = []
        self.turns: list[Turn] = []
        self.points = Counter[str]()

    # --- what the oracle expects --------------------------------------------------------------

    def tries(self, act: Any, expected: str | None) -> Any:
        """Do it; it must be refused as expected, or not at all."""
        found, answer = None, None
        try:
            answer = act()
        except GridpointsError as refusal:
            found = refusal.code
        assert found == expected
        return answer

    def of(self, emergency: str) -> list[Turn]:
        return [turn for turn in self.turns if self.calls[turn.call].emergency == emergency]

    def finish(self, mode: Mode) -> None:
        emergency = self.on.pop(mode)
        for turn in self.of(emergency):
            if turn.status == "in_action":
                self.came_back(turn)
            elif turn.status in BOUND:
                turn.status = "released"
        for call in self.calls:
            if call.emergency == emergency:
                call.open = False

    def came_back(self, turn: Turn) -> None:
        assert turn.began is not None
        seconds = (self.clock.now() - turn.began) // timedelta(seconds=1)
        turn.status = "demobilised"
        turn.hours = (Decimal(seconds) / 3600).quantize(Decimal("0.01"), ROUND_DOWN)

    def placed(self, call: int) -> int:
        return sum(turn.call == call and turn.status in PLACED for turn in self.turns)

    def bound(self, member: str) -> bool:
        return any(turn.member == member and turn.status in BOUND for turn in self.turns)

    def refusal(self, call: int, member: str) -> str | None:
        """Why somebody cannot be asked."""
        if self.calls[call].emergency not in self.on.values():
            return "emergency_over"
        if not self.calls[call].open:
            return "call_closed"
        return "already_mustered" if self.bound(member) else None

    # --- what is done -------------------------------------------------------------------------

    @rule(mode=st.sampled_from(Mode))
    def declare(self, mode: Mode) -> None:
        serious = mode is Mode.EMERGENCY and Mode.EMERGENCY not in self.on
        expected = None if serious or not self.on else "emergency_on"
        declared = self.tries(
            lambda: self.village.emergency.declare(EmergencyKind.FLOOD, "alarm", mode=mode), expected
        )
        if declared is not None:
            if Mode.DRILL in self.on:
                self.finish(Mode.DRILL)
            self.on[mode] = declared.id

    @precondition(lambda self: self.on)
    @rule(mode=st.sampled_from(Mode))
    def end(self, mode: Mode) -> None:
        if (id := self.on.get(mode)) is None:
            return
        acting = any(turn.status == "in_action" for turn in self.of(id))
        expected = "still_in_action" if acting else None
        self.tries(lambda: self.village.emergency.end(id, "over"), expected)
        if expected is None:
            self.finish(mode)

    @precondition(lambda self: self.on)
    @rule(wanted=st.integers(1, 2), mode=st.sampled_from(Mode))
    def call(self, wanted: int, mode: Mode) -> None:
        if (id := self.on.get(mode)) is not None:
            call = self.village.emergency.call(id, "the gate", wanted=wanted, deed="watch")
            self.calls.append(Call(call.id, id, mode, wanted))

    @precondition(lambda self: self.calls)
    @rule(number=NUMBER)
    def close(self, number: int) -> None:
        index = number % len(self.calls)
        call = self.calls[index]
        expected = None if call.open else "illegal_transition"
        self.tries(lambda: self.village.emergency.close_call(call.id), expected)
        call.open = False
        for turn in self.turns:
            if turn.call == index and turn.status in BOUND - {"in_action"}:
                turn.status = "released"

    @precondition(lambda self: self.calls)
    @rule(number=NUMBER, member=st.sampled_from(MEMBERS), hours=st.sampled_from([None, 1, 7]))
    def ask(self, number: int, member: str, hours: int | None) -> None:
        index = number % len(self.calls)
        answer_by = None if hours is None else self.clock.now() + timedelta(hours=hours)
        expected = self.refusal(index, member)
        refused = expected if expected in ("emergency_over", "call_closed") else None
        if refused == "emergency_over":
            refused = "call_closed"  # it was closed when the emergency ended
        asked = self.tries(
            lambda: self.village.emergency.request(self.calls[index].id, [member], answer_by=answer_by),
            refused,
        )
        if asked is not None:
            [one] = asked
            assert (None if one.error is None else one.error.code) == expected
            if one.assignment is not None:
                self.turns.append(Turn(one.assignment.id, index, member, "requested", answer_by))

    @precondition(lambda self: self.calls)
    @rule(number=NUMBER, member=st.sampled_from(MEMBERS))
    def assign(self, number: int, member: str) -> None:
        index = number % len(self.calls)
        expected = self.refusal(index, member)
        if expected is None and self.placed(index) >= self.calls[index].wanted:
            expected = "call_filled"
        call = self.calls[index].id
        turn = self.tries(lambda: self.village.emergency.assign(call, member), expected)
        if turn is not None:
            self.turns.append(Turn(turn.id, index, member, "assigned"))

    @precondition(lambda self: self.turns)
    @rule(number=NUMBER, move=st.sampled_from(sorted(MOVES)), own=st.booleans())
    def move(self, number: int, move: str, own: bool) -> None:
        turn = self.turns[number % len(self.turns)]
        village = (
            self.village.acting_as(Actor(turn.member, frozenset({"organiser"}))) if own else self.village
        )
        to = MOVES[move]
        expected = None if to in LEADS_TO[turn.status] else "illegal_transition"
        if move == "stand_down" and own:
            expected = "own_duty"
        elif move == "accept" and expected is None:
            full = self.placed(turn.call) >= self.calls[turn.call].wanted
            expected = "call_filled" if full else None
        self.tries(lambda: getattr(village.emergency, move)(turn.id), expected)
        if expected is not None:
            return
        if to == "demobilised":
            self.came_back(turn)
        turn.status = to
        if to == "in_action":
            turn.began = self.clock.now()
        if to == "stood_down" and turn.hours and self.calls[turn.call].mode is Mode.EMERGENCY:
            self.points[turn.member] += 10

    @precondition(lambda self: self.turns)
    @rule(number=NUMBER)
    def correct(self, number: int) -> None:
        turn = self.turns[number % len(self.turns)]
        emergency = self.village.emergency.emergency(self.calls[turn.call].emergency)
        lasted = (emergency.ended_at or self.clock.now()) - emergency.declared_at
        expected = None if turn.status == "demobilised" else "illegal_transition"
        if lasted < timedelta(hours=1):
            expected = "duty_hours_out_of_range"
        hours = Decimal(1)
        self.tries(lambda: self.village.emergency.enter_hours(turn.id, hours, reason="paper"), expected)
        if expected is None:
            turn.hours = hours

    @rule(minutes=st.sampled_from([1, 59, 60, 421]))
    def wait(self, minutes: int) -> None:
        self.clock.advance(timedelta(minutes=minutes))

    @rule()
    def tick(self) -> None:
        lapsed = {each.id for each in self.village.emergency.tick().lapsed}
        for turn in self.turns:
            late = turn.answer_by is not None and turn.answer_by <= self.clock.now()
            if turn.status == "requested" and late:
                lapsed.remove(turn.id)
                turn.status = "lapsed"
        assert not lapsed

    # --- what must be true --------------------------------------------------------------------

    @invariant()
    def all_is_as_told(self) -> None:
        room = self.village.emergency
        for mode in Mode:
            present = room.present(mode)
            assert (present and present.id) == self.on.get(mode)
        emergencies = {call.emergency for call in self.calls}
        for id in emergencies:
            report = room.report(id)
            kept = {each.id: (str(each.status), each.hours) for each in report.assignments}
            assert kept == {turn.id: (turn.status, turn.hours) for turn in self.of(id)}
            served = {t.member for t in self.of(id) if t.status in ("in_action", "demobilised", "stood_down")}
            assert report.served == len(served)
            assert all(each.hours is None or each.hours_from for each in report.assignments)
        for index, call in enumerate(self.calls):
            assert self.placed(index) <= call.wanted
        for member in MEMBERS:
            assert sum(t.member == member and t.status in BOUND for t in self.turns) <= 1
            balance = self.village.ledger.balance(Account.member(member, "points")).posted
            assert balance == self.points[member]


@pytest.mark.parametrize(
    ("store_url", "examples"), [("memory", 60), ("sqlite", 8), ("postgres", 4)], indirect=["store_url"]
)
def test_any_sequence(exchange: Exchange, clock: ManualClock, examples: int) -> None:
    run_state_machine_as_test(
        lambda: EmergencyMachine(exchange, clock),  # type: ignore[arg-type]  # a factory will do
        settings=settings(max_examples=examples, stateful_step_count=40, deadline=None),
    )


def test_every_status_is_reached() -> None:
    assert set(LEADS_TO) == set(map(str, AssignmentStatus))
