"""People wait in line for a standing post, as they do for a session."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from gridpoints import Actor, Community, Exchange, GridpointsError, Member
from gridpoints.catalog.posts import Post
from gridpoints.claiming.conditions import Conditions
from gridpoints.claiming.model import Claim, ClaimStatus, Target
from gridpoints.errors import (
    AllTaken,
    AlreadyClaimed,
    ConditionOfSessions,
    IllegalTransition,
    NotTheClaimant,
    OfferOver,
)
from gridpoints.testing import ManualClock
from tests.racing import race
from tests.rooms.conftest import RULES, START

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def sun(village: Community) -> Member:
    return village.community.enrol("孙丽", number="3")


def listed(village: Community, *, ends_on: date | None = date(2026, 3, 31), places: int = 1) -> Post:
    item = village.catalog.publish(village.catalog.draft("Door watch", deed="patrol").id)
    post = village.catalog.draft_post(
        item.id, "Gate 3", starts_on=date(2026, 3, 2), places=places, ends_on=ends_on
    )
    return village.catalog.publish(post)


def status(village: Community, claim: Claim) -> ClaimStatus:
    return village.claiming.claim(claim.id).status


def test_from_the_line_to_the_post(
    village: Community, li: Member, zhao: Member, sun: Member, clock: ManualClock
) -> None:
    post, room = listed(village), village.claiming
    room.set_conditions(Conditions(id=f"post:{post.id}", offer_minutes=60))
    first = room.claim_post(post.id, li.id)
    with pytest.raises(AllTaken):
        room.claim_post(post.id, zhao.id)
    second, third = (room.claim_post(post.id, m.id, wait=True) for m in (zhao, sun))
    assert (second.status, second.lease_until) == (ClaimStatus.WAITLISTED, None)
    with pytest.raises(AlreadyClaimed):
        room.claim_post(post.id, zhao.id, wait=True)
    assert [claim.id for claim in room.claims_on(post.id, target="post")] == [first.id, second.id, third.id]

    room.cancel(first.id)
    offered = room.claim(second.id)
    assert (offered.status, offered.due_at) == (ClaimStatus.OFFERED, START + HOUR)
    with pytest.raises(AllTaken):  # it is kept for who was first in line
        room.claim_post(post.id, li.id)
    with pytest.raises(NotTheClaimant):
        village.acting_as(Actor(sun.id)).claiming.accept(second.id)
    clock.advance(HOUR)
    with pytest.raises(OfferOver):
        room.accept(second.id)
    assert [(moved.id, moved.status) for moved in room.tick()] == [(second.id, ClaimStatus.LAPSED)]
    assert room.tick() == []
    mine = village.acting_as(Actor(sun.id)).claiming.accept(third.id)
    assert (mine.status, mine.lease_until) == (ClaimStatus.CONFIRMED, mine.due_at)
    assert mine.lease_until is not None  # a week after its term
    with pytest.raises(IllegalTransition):
        room.accept(third.id)


@pytest.mark.parametrize("leave", ["cancel", "void", "leave", "lapse", "call_off"])
def test_whatever_frees_it_offers_it_on(
    village: Community, li: Member, zhao: Member, clock: ManualClock, leave: str
) -> None:
    post, room = listed(village), village.claiming
    held = room.claim_post(post.id, li.id)
    waiting = room.claim_post(post.id, zhao.id, wait=True)
    if leave == "void":
        village.acting_as(Actor(li.id)).claiming.report_done(held.id)
        room.dispute(held.id, reason="nobody saw it")
        room.void(held.id, reason="nobody saw it")
    elif leave == "leave":
        village.community.leave(li.id)
        room.tick()
    elif leave == "lapse":
        room.extend_lease(held.id, START + DAY, reason="shorter")
        clock.advance(DAY)
        room.tick()
    else:
        getattr(room, leave)(held.id, reason="so")
    assert status(village, waiting) is ClaimStatus.OFFERED


def test_the_line_ends_with_the_term(
    village: Community, li: Member, zhao: Member, sun: Member, clock: ManualClock
) -> None:
    post, room = listed(village), village.claiming
    first = room.claim_post(post.id, li.id)
    waiting, last = (room.claim_post(post.id, m.id, wait=True) for m in (zhao, sun))
    clock.set(START + 29 * DAY + 12 * HOUR)  # in the evening of the last day but one
    room.cancel(first.id)
    assert village.claiming.claim(waiting.id).due_at == START + 30 * DAY - 9 * HOUR  # midnight in Shanghai
    clock.set(START + 31 * DAY)
    village.tick()
    assert status(village, waiting) is status(village, last) is ClaimStatus.LAPSED


def test_a_post_that_is_closed_has_no_line(village: Community, li: Member, zhao: Member) -> None:
    post, room = listed(village, ends_on=None), village.claiming
    first = room.claim_post(post.id, li.id)
    waiting = room.claim_post(post.id, zhao.id, wait=True)
    assert waiting.due_at is None
    village.catalog.close(post, reason="the gate is gone")
    assert status(village, waiting) is ClaimStatus.CALLED_OFF
    assert status(village, first) is ClaimStatus.CONFIRMED  # what was claimed goes on
    room.cancel(first.id)


def test_more_places_and_another_term(village: Community, li: Member, zhao: Member, sun: Member) -> None:
    post, room = listed(village), village.claiming
    room.claim_post(post.id, li.id)
    waiting, last = (room.claim_post(post.id, m.id, wait=True) for m in (zhao, sun))
    post = village.catalog.amend(post, ends_on=date(2026, 4, 30))
    assert room.claim(last.id).due_at == START + 60 * DAY - 9 * HOUR
    village.catalog.amend(post, places=2)
    assert (status(village, waiting), status(village, last)) == (ClaimStatus.OFFERED, ClaimStatus.WAITLISTED)


def test_conditions_of_a_line(village: Community) -> None:
    room = village.claiming
    room.set_conditions(Conditions(id="post:1", offer_minutes=60))
    for wrong in (Conditions(id="task:1", offer_minutes=60), Conditions(id="post:1", late_minutes=60)):
        with pytest.raises(ConditionOfSessions):
            room.set_conditions(wrong)


def test_one_place_for_many_at_once(village: Community) -> None:
    post = listed(village, places=2)
    people = [village.community.enrol(f"Member {n}") for n in range(8)]
    claim = village.claiming.claim_post
    assert race([partial(claim, post.id, each.id, wait=True) for each in people]) == {"done": 8}
    claims = village.claiming.claims_on(post.id, target=Target.POST)
    assert sorted(c.status for c in claims) == [ClaimStatus.CONFIRMED] * 2 + [ClaimStatus.WAITLISTED] * 6


# --- any sequence ---------------------------------------------------------------------------------

MEMBERS = ("m0", "m1", "m2", "m3", "m4")
OFFER = 3 * HOUR
OPEN = ("waitlisted", "offered", "confirmed")


class LineMachine(RuleBasedStateMachine):
    """People take on a post, wait for it, accept, give it back, and leave; held against a plain list."""

    def __init__(self, exchange: Exchange, clock: ManualClock) -> None:
        super().__init__()
        self.clock = clock
        clock.set(START)
        founded = exchange.found(f"v{len(exchange.communities())}", name="v", rules=RULES)
        self.village = founded.acting_as(Actor("clerk", frozenset({"clerk"})))
        for id in MEMBERS:
            self.village.community.enrol(id, id=id)
        self.village.claiming.set_conditions(Conditions(offer_minutes=OFFER // timedelta(minutes=1)))
        self.post, self.places, self.closed = listed(self.village, ends_on=None, places=2), 2, False
        #: Whose claim, what it is now, until when; in the order in which they were made.
        self.told: dict[str, tuple[str, str, datetime | None]] = {}
        self.gone: set[str] = set()

    def of(self, *statuses: str) -> list[str]:
        return [id for id, (_, status, _) in self.told.items() if status in statuses]

    def put(self, id: str, status: str, until: datetime | None = None) -> None:
        self.told[id] = (self.told[id][0], status, until)

    def offer(self) -> None:
        free = 0 if self.closed else self.places - len(self.of("offered", "confirmed"))
        for id in self.of("waitlisted")[: max(0, free)]:
            self.put(id, "offered", self.clock.now() + OFFER)

    def tries(self, act: Callable[[], Any], expected: str | None) -> Any:
        found, answer = None, None
        try:
            answer = act()
        except GridpointsError as refusal:
            found = refusal.code
        assert found == expected, f"{found}, not {expected}"
        return answer

    @rule(member=st.sampled_from(MEMBERS), wait=st.booleans())
    def claim(self, member: str, wait: bool) -> None:
        free = self.places - len(self.of("offered", "confirmed"))
        expected, status = None, "confirmed" if free > 0 else "waitlisted"
        if member in self.gone:
            expected = "member_inactive"
        elif self.closed:
            expected = "not_published"
        elif any(who == member and status in OPEN for who, status, _ in self.told.values()):
            expected = "already_claimed"
        elif status == "waitlisted" and not wait:
            expected = "all_taken"
        room = self.village.acting_as(Actor(member)).claiming
        made = self.tries(lambda: room.claim_post(self.post.id, member, wait=wait), expected)
        if made is not None:
            self.told[made.id] = (member, status, None)

    @precondition(lambda self: self.told)
    @rule(number=st.integers(0, 30), yes=st.booleans())
    def answer(self, number: int, yes: bool) -> None:
        id = list(self.told)[number % len(self.told)]
        member, status, until = self.told[id]
        room, expected = self.village.claiming, None
        if not yes:
            expected = None if status in OPEN else "illegal_transition"
            self.tries(lambda: room.cancel(id), expected)
            if expected is None:
                self.put(id, "cancelled")
                self.offer()
            return
        if member in self.gone:
            expected = "member_inactive"
        elif status != "offered":
            expected = "illegal_transition"
        elif until is not None and until <= self.clock.now():
            expected = "offer_over"
        self.tries(lambda: room.accept(id), expected)
        if expected is None:
            self.put(id, "confirmed")

    @rule(places=st.integers(1, 4))
    def grow(self, places: int) -> None:
        held = len(self.of("offered", "confirmed"))
        expected = "illegal_transition" if self.closed else "places_taken" if places < held else None
        self.tries(lambda: self.village.catalog.amend(self.post, places=places), expected)
        if expected is None:
            self.places = places
            self.offer()

    @precondition(lambda self: not self.closed and len(self.told) > 6)
    @rule()
    def close(self) -> None:
        self.village.catalog.close(self.post)
        self.closed = True
        for id in self.of("waitlisted", "offered"):
            until = self.told[id][2]
            if until is None or self.clock.now() < until:
                self.put(id, "called_off")

    @rule(member=st.sampled_from(MEMBERS), here=st.booleans())
    def leave_or_return(self, member: str, here: bool) -> None:
        if here and member in self.gone:
            self.village.community.rejoin(member)
            self.gone.remove(member)
        elif not here and member not in self.gone:
            self.village.community.leave(member)
            self.gone.add(member)

    @rule(hours=st.sampled_from([1, 2, 4]))
    def wait(self, hours: int) -> None:
        self.clock.advance(hours * HOUR)

    @rule()
    def tick(self) -> None:
        moved = {claim.id for claim in self.village.claiming.tick()}
        assert self.village.claiming.tick() == []
        expected = set()
        # Those who left first, each with what that frees, then what is due.
        for member in sorted(self.gone):
            for id in self.of(*OPEN):
                if self.told[id][0] == member:
                    self.put(id, "cancelled")
                    expected.add(id)
                    self.offer()
        due = [id for id in self.of("offered") if (at := self.told[id][2]) and at <= self.clock.now()]
        for id in due:
            self.put(id, "lapsed")
        if due:
            self.offer()
        assert moved == expected | set(due)

    @invariant()
    def all_is_as_told(self) -> None:
        claims = self.village.claiming.claims_on(self.post.id, target=Target.POST)
        assert {c.id: str(c.status) for c in claims} == {id: told[1] for id, told in self.told.items()}
        held = self.of("offered", "confirmed")
        assert len(held) <= self.places
        assert self.closed or len(held) == self.places or not self.of("waitlisted")


@pytest.mark.parametrize(
    ("store_url", "examples"), [("memory", 60), ("sqlite", 4), ("postgres", 2)], indirect=["store_url"]
)
def test_any_sequence(exchange: Exchange, clock: ManualClock, examples: int) -> None:
    run_state_machine_as_test(
        lambda: LineMachine(exchange, clock),  # type: ignore[arg-type]  # a factory will do
        settings=settings(max_examples=examples, stateful_step_count=40, deadline=None),
    )
