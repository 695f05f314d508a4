"""Things are lent and brought back, never more of them than there are."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from functools import partial

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

import gridpoints
from gridpoints import Community, Member
from gridpoints.catalog.things import AWAY, LoanStatus, Thing
from gridpoints.errors import (
    DaysReversed,
    IllegalTransition,
    MemberInactive,
    NoneLeft,
    NotPublished,
    NotWholeNumber,
    PlacesTaken,
)
from gridpoints.testing import START as BEGINNING
from gridpoints.testing import ManualClock
from tests.racing import race
from tests.rooms.conftest import RULES

AT_ONCE = 12


@pytest.fixture
def umbrella(village: Community) -> Thing:
    draft = village.catalog.draft_thing(
        {"zh_Hans": "雨伞", "en": "Umbrella"}, stock=2, days=7, place="Station 1"
    )
    return village.catalog.publish(draft)


def test_what_is_lent_is_due_at_the_end_of_a_day(
    village: Community, umbrella: Thing, li: Member, clock: ManualClock
) -> None:
    loan = village.catalog.lend(umbrella.id, li.id)
    assert loan.due_at == datetime(2026, 3, 9, 16, tzinfo=UTC)  # midnight of the 10th in Shanghai
    assert village.catalog.on_the_shelf(umbrella.id) == 1
    clock.set(loan.due_at - timedelta(microseconds=1))
    assert village.catalog.tick() == []
    clock.set(loan.due_at)
    [overdue] = village.catalog.tick()
    assert (overdue.id, overdue.status) == (loan.id, LoanStatus.OVERDUE)
    assert village.catalog.tick() == []
    assert village.catalog.overdue() == village.catalog.loans(member_id=li.id) == [overdue]
    back = village.catalog.take_back(loan.id)
    assert (back.status, back.returned_at, back.returned_to) == (
        LoanStatus.RETURNED,
        clock.now(),
        "clerk-wang",
    )
    assert village.catalog.loans() == []
    assert village.catalog.loans(status=None) == [back]
    assert village.catalog.on_the_shelf(umbrella.id) == 2
    with pytest.raises(IllegalTransition):
        village.catalog.take_back(loan.id)


def test_it_is_kept_longer_or_lost(
    village: Community, umbrella: Thing, li: Member, clock: ManualClock
) -> None:
    loan = village.catalog.lend(umbrella.id, li.id, until=date(2026, 3, 2))
    clock.set(datetime(2026, 3, 3, 1, tzinfo=UTC))
    village.catalog.tick()
    renewed = village.catalog.renew(loan.id)
    assert (renewed.status, renewed.due_at) == (LoanStatus.OUT, datetime(2026, 3, 10, 16, tzinfo=UTC))
    with pytest.raises(DaysReversed):
        village.catalog.renew(loan.id, until=date(2026, 3, 2))
    lost = village.catalog.note_lost(loan.id, reason="left on the bus")
    assert village.catalog.on_the_shelf(umbrella.id) == 1
    with pytest.raises(PlacesTaken):
        village.catalog.amend(umbrella, stock=0)
    assert village.catalog.take_back(lost.id).status is LoanStatus.RETURNED
    assert village.catalog.amend(umbrella, stock=0).stock == 0


def test_what_cannot_be_lent(village: Community, umbrella: Thing, li: Member, zhao: Member) -> None:
    draft = village.catalog.draft_thing("Book", stock=1, days=14)
    with pytest.raises(NotPublished):
        village.catalog.lend(draft.id, li.id)
    with pytest.raises(DaysReversed):
        village.catalog.lend(umbrella.id, li.id, until=date(2026, 3, 1))
    village.catalog.lend(umbrella.id, li.id)
    village.catalog.lend(umbrella.id, li.id)
    with pytest.raises(NoneLeft) as refusal:
        village.catalog.lend(umbrella.id, zhao.id)
    assert refusal.value.stock == 2
    village.community.leave(zhao.id)
    with pytest.raises(MemberInactive):
        village.catalog.lend(umbrella.id, zhao.id)
    assert village.catalog.things() == [umbrella]
    closed = village.catalog.close(umbrella)
    assert village.catalog.thing(umbrella.id) == closed
    for stock, days in ((-1, 7), (1, 0), (1.5, 7)):
        with pytest.raises(NotWholeNumber):
            village.catalog.draft_thing("x", stock=stock, days=days)  # type: ignore[arg-type]


def test_many_at_once_get_what_there_is(village: Community, umbrella: Thing) -> None:
    people = village.community.enrol_all(village.community.applicant(f"邻居{n}") for n in range(AT_ONCE))
    came = race([partial(village.catalog.lend, umbrella.id, member.id) for member in people])
    assert came == {"done": 2, "none_left": AT_ONCE - 2}
    loans = village.catalog.loans(thing_id=umbrella.id)
    came = race([partial(village.catalog.take_back, loan.id) for loan in loans for _ in range(4)])
    assert came["done"] == 2
    assert village.catalog.on_the_shelf(umbrella.id) == 2


class Shelf(RuleBasedStateMachine):
    """Lent, renewed, lost, brought back, ticked in any order: a model of plain numbers says what is left."""

    def __init__(self) -> None:
        super().__init__()
        self.clock = ManualClock(BEGINNING)
        self.village = gridpoints.open("memory://", clock=self.clock).found("v", name="v", rules=RULES)
        self.catalog = self.village.catalog
        self.member = self.village.community.enrol("李")
        self.thing = self.catalog.publish(self.catalog.draft_thing("Umbrella", stock=3, days=2))
        self.away: dict[str, datetime | None] = {}

    @rule(days=st.integers(0, 4))
    def lend(self, days: int) -> None:
        until = self.village.context.today() + timedelta(days=days)
        if len(self.away) >= 3:
            with pytest.raises(NoneLeft):
                self.catalog.lend(self.thing.id, self.member.id, until=until)
            return
        loan = self.catalog.lend(self.thing.id, self.member.id, until=until)
        self.away[loan.id] = loan.due_at

    @precondition(lambda self: self.away)
    @rule(data=st.data())
    def bring_back(self, data: st.DataObject) -> None:
        id = data.draw(st.sampled_from(sorted(self.away)))
        self.catalog.take_back(id)
        del self.away[id]

    @precondition(lambda self: any(self.away.values()))
    @rule(data=st.data(), lost=st.booleans())
    def renew_or_lose(self, data: st.DataObject, lost: bool) -> None:
        id = data.draw(st.sampled_from(sorted(id for id, due in self.away.items() if due)))
        self.away[id] = None if lost else self.catalog.renew(id).due_at
        if lost:
            self.catalog.note_lost(id)

    @rule(hours=st.integers(1, 60), times=st.integers(1, 3))
    def time_passes(self, hours: int, times: int) -> None:
        self.clock.set(self.clock.now() + timedelta(hours=hours))
        for _ in range(times):
            self.catalog.tick()

    @invariant()
    def the_shelf_is_right(self) -> None:
        assert self.catalog.on_the_shelf(self.thing.id) == 3 - len(self.away) >= 0
        assert {loan.id for loan in self.catalog.loans(status=AWAY)} == set(self.away)
        self.catalog.tick()
        now = self.clock.now()
        overdue = {id for id, due in self.away.items() if due is not None and due <= now}
        assert {loan.id for loan in self.catalog.overdue()} == overdue


TestShelf = Shelf.TestCase
TestShelf.settings = settings(
    max_examples=25, stateful_step_count=25, suppress_health_check=[HealthCheck.too_slow], deadline=None
)
