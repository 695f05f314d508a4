"""Any sequence of what can happen to awards that wait, held against a plain oracle."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime, timedelta, timezone
from typing import Any

import pytest
from attrs import define, field
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from gridpoints import Account, Actor, Community, Exchange, GridpointsError, Report
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
  plain: {name: {en: Plain}, points: 20}
  signed: {name: {en: Signed}, points: 20, approval: confirmer}
  panel: {name: {en: Panel}, points: 20, approval: {panel: {seats: 3, quorum: 2}}}
  range: {name: {en: Range}, points: {range: [10, 50]}, approval: {panel: {seats: 3, quorum: 2}}}
  public: {name: {en: Public}, points: 20, approval: {notice: {days: 1}}}
  long: {name: {en: Long}, points: 20, approval: {panel: {seats: 3, quorum: 2}, notice: {days: 1}}}
  fine: {name: {en: Fine}, points: -15, approval: confirmer}
limits:
  ever: {deeds: [plain, signed, panel, range, public, long], period: lifetime, most: 70, excess: clip}
"""
STAGES = {
    "plain": [],
    "signed": ["confirmer"],
    "panel": ["panel"],
    "range": ["panel"],
    "public": ["notice"],
    "long": ["panel", "notice"],
    "fine": ["confirmer"],
}
SHANGHAI = timezone(timedelta(hours=8))
MEMBERS = ("m0", "m1")
PEOPLE = st.sampled_from(["w0", "w1", "w2", "w3", "clerk", *MEMBERS])
AWARDS = st.integers(0, 30)


@define
class Told:
    """An award, as somebody would keep it in a notebook."""

    member: str
    deed: str
    status: str
    points: int
    stage: int = 0
    votes: dict[str, int | None] = field(factory=dict)
    closes: datetime | None = None
    objections: list[str] = field(factory=list)

    @property
    def waits_for(self) -> str:
        return STAGES[self.deed][self.stage]


class PendingMachine(RuleBasedStateMachine):
    """Reports, decides, objects, takes back, and lets time pass."""

    def __init__(self, exchange: Exchange, clock: ManualClock) -> None:
        super().__init__()
        self.clock = clock
        clock.set(START)
        self.village: Community = exchange.found(f"v{len(exchange.communities())}", name="v", rules=RULES)
        for id in MEMBERS:
            self.village.community.enrol(id, id=id)
        self.told: list[Told] = []
        self.objections: list[tuple[str, int, str]] = []
        self.used, self.balance = Counter[str](), Counter[str]()

    # --- what the oracle expects --------------------------------------------------------------

    def closes(self) -> datetime:
        local = self.clock.now().astimezone(SHANGHAI)
        today = local.replace(hour=0, minute=0, second=0, microsecond=0)
        return today + timedelta(days=1 if local == today else 2)

    def enter(self, told: Told, stage: int) -> None:
        told.stage = stage
        if stage == len(STAGES[told.deed]):
            self.finish(told)
        elif told.waits_for == "notice":
            told.closes = self.closes()

    def finish(self, told: Told) -> None:
        if told.points < 0:
            told.points = -min(-told.points, self.balance[told.member])
        told.status = "credited" if told.points else "refused"
        self.balance[told.member] += told.points

    def end(self, told: Told, status: str) -> None:
        self.used[told.member] -= max(0, told.points)
        told.status, told.points, told.objections = status, 0, []

    def allotted(self, member: str, wanted: int) -> int:
        given = min(wanted, 70 - self.used[member])
        self.used[member] += given
        return given

    def decided(self, told: Told) -> None:
        """What the votes come to."""
        named = sorted(amount for amount in told.votes.values() if amount is not None)
        against = len(told.votes) - len(named)
        if len(told.votes) >= 2 and len(named) > against:
            if told.deed == "range":
                told.points = self.allotted(told.member, named[(len(named) - 1) // 2])
                if not told.points:
                    told.status = "refused"
                    return
            self.enter(told, told.stage + 1)
        elif against >= 2:
            self.end(told, "rejected")

    def refusal(self, told: Told, who: str) -> str | None:
        if told.status != "pending":
            return "not_pending"
        if told.waits_for == "notice":
            return "wrong_stage"
        if who in (told.member, "clerk"):
            return "own_award"
        return "voted_already" if told.waits_for == "panel" and who in told.votes else None

    # --- what is done -------------------------------------------------------------------------

    def as_(self, who: str) -> Community:
        return self.village.acting_as(Actor(who, frozenset({"clerk"})))

    def tries(self, act: Any, expected: str | None) -> Any:
        """Do it; it must be refused as expected, or not at all."""
        found, answer = None, None
        try:
            answer = act()
        except GridpointsError as refusal:
            found = refusal.code
        assert found == expected
        return answer

    def pick(self, number: int) -> tuple[str, Told]:
        index = number % len(self.told)
        return str(index), self.told[index]

    @rule(member=st.sampled_from(MEMBERS), deed=st.sampled_from(sorted(STAGES)))
    def report(self, member: str, deed: str) -> None:
        day = self.clock.now().astimezone(SHANGHAI).date()
        self.as_("clerk").awards.credit(Report(str(len(self.told)), member, deed, day))
        told = Told(member, deed, "pending", -15 if deed == "fine" else 0)
        self.told.append(told)
        if deed not in ("fine", "range"):
            told.points = self.allotted(member, 20)
            if not told.points:
                told.status = "refused"
                return
        self.enter(told, 0)

    @precondition(lambda self: self.told)
    @rule(number=AWARDS, who=PEOPLE, amount=st.integers(10, 50))
    def approve(self, number: int, who: str, amount: int) -> None:
        id, told = self.pick(number)
        named = amount if told.deed == "range" and told.status == "pending" else None
        expected = self.refusal(told, who)
        self.tries(lambda: self.as_(who).awards.approve(id, named), expected)
        if expected is None:
            if told.waits_for == "confirmer":
                self.enter(told, told.stage + 1)
            else:
                told.votes[who] = amount
                self.decided(told)

    @precondition(lambda self: self.told)
    @rule(number=AWARDS, who=PEOPLE)
    def reject(self, number: int, who: str) -> None:
        id, told = self.pick(number)
        expected = self.refusal(told, who)
        self.tries(lambda: self.as_(who).awards.reject(id, "no"), expected)
        if expected is None:
            if told.waits_for == "confirmer":
                self.end(told, "rejected")
            else:
                told.votes[who] = None
                self.decided(told)

    @precondition(lambda self: self.told)
    @rule(number=AWARDS)
    def withdraw(self, number: int) -> None:
        id, told = self.pick(number)
        expected = None if told.status == "pending" else "not_pending"
        self.tries(lambda: self.as_("clerk").awards.withdraw(id, "by mistake"), expected)
        if expected is None:
            self.end(told, "withdrawn")

    @precondition(lambda self: self.told)
    @rule(number=AWARDS, who=PEOPLE)
    def object(self, number: int, who: str) -> None:
        id, told = self.pick(number)
        expected = None
        if told.status != "pending":
            expected = "not_pending"
        elif told.waits_for != "notice":
            expected = "wrong_stage"
        elif told.closes is not None and self.clock.now() >= told.closes:
            expected = "notice_over"
        objection = self.tries(lambda: self.as_(who).awards.object(id, "untrue"), expected)
        if objection is not None:
            told.objections.append(objection.id)
            self.objections.append((objection.id, int(id), who))

    @precondition(lambda self: self.objections)
    @rule(number=AWARDS, who=PEOPLE, upheld=st.booleans())
    def decide(self, number: int, who: str, upheld: bool) -> None:
        id, of, by = self.objections[number % len(self.objections)]
        told = self.told[of]
        awards = self.as_(who).awards
        expected = None if id in told.objections else "illegal_transition"
        if who in (told.member, "clerk", by):
            expected = "own_award"
        self.tries(lambda: (awards.uphold if upheld else awards.dismiss)(id, "so it is"), expected)
        if expected is None:
            told.objections.remove(id)
            if upheld:
                self.end(told, "rejected")

    @precondition(lambda self: self.told)
    @rule(number=AWARDS, who=PEOPLE)
    def reverse(self, number: int, who: str) -> None:
        id, told = self.pick(number)
        expected = None
        if who == told.member:
            expected = "own_award"
        elif told.status != "credited":
            expected = "illegal_transition"
        elif self.balance[told.member] < told.points:
            expected = "insufficient_points"
        self.tries(lambda: self.as_(who).awards.reverse(id, "not done"), expected)
        if expected is None:
            self.balance[told.member] -= told.points
            self.used[told.member] -= max(0, told.points)
            told.status = "reversed"

    @rule(hours=st.sampled_from([1, 7, 15, 24, 100]))
    def wait(self, hours: int) -> None:
        self.clock.set(self.clock.now() + timedelta(hours=hours))

    @rule()
    def tick(self) -> None:
        done = {award.id for award in self.village.awards.tick()}
        for number, told in enumerate(self.told):
            public = told.status == "pending" and told.waits_for == "notice" and not told.objections
            if public and told.closes is not None and told.closes <= self.clock.now():
                done.remove(str(number))
                self.enter(told, told.stage + 1)
        assert not done

    # --- what must be true --------------------------------------------------------------------

    @invariant()
    def all_is_as_told(self) -> None:
        awards = self.village.awards
        kept = {award.id: award for member in MEMBERS for award in awards.awards_of(member)}
        assert [(kept[str(n)].status.value, kept[str(n)].awarded) for n in range(len(self.told))] == [
            (told.status, told.points) for told in self.told
        ]
        waiting = {str(n) for n, told in enumerate(self.told) if told.status == "pending"}
        assert {award.id for award in awards.pending()} == waiting
        for member in MEMBERS:
            account = Account.member(member, "points")
            assert self.village.ledger.balance(account).posted == self.balance[member]
            left = awards.preview(Report("next", member, "plain", date(2026, 3, 1))).awarded
            assert left == min(20, 70 - self.used[member])
            points = sum(t.points for t in self.told if t.status == "pending" and t.member == member)
            assert awards.pending_points(member).get("points", 0) == points

    def teardown(self) -> None:
        assert self.village.ledger.verify().ok


@pytest.mark.parametrize(("store_url", "examples"), [("memory", 60), ("sqlite", 8)], indirect=["store_url"])
def test_any_sequence(exchange: Exchange, clock: ManualClock, examples: int) -> None:
    run_state_machine_as_test(
        lambda: PendingMachine(exchange, clock),  # type: ignore[arg-type]  # a factory will do
        settings=settings(max_examples=examples, stateful_step_count=40, deadline=None),
    )
