"""People wait in line for a standing post, as they do for a session."""

from __future__ import annotations

from datetime import date, timedelta
from functools import partial

import pytest

from gridpoints import Actor, Community, Member
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
from tests.rooms.conftest import START

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
