"""Posts, errands and tasks: taken on, reported, verified, and given back by the clock."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from functools import partial

import pytest

from gridpoints import Account, Actor, Community, Member
from gridpoints.catalog.model import ItemStatus, Mode
from gridpoints.claiming.conditions import Conditions
from gridpoints.claiming.model import Claim, ClaimStatus, Provenance
from gridpoints.errors import (
    AllTaken,
    AlreadyClaimed,
    ConditionOfSessions,
    IllegalTransition,
    NoLease,
    NotPublished,
    NotQualified,
    NotTheClaimant,
    NotTheOrganiser,
    NotTheResident,
    OwnClaim,
    OwnEntry,
    OwnErrand,
    WrongTarget,
)
from gridpoints.testing import ManualClock
from tests.rooms.conftest import START

DAY = timedelta(days=1)


@pytest.fixture
def item_id(village: Community) -> str:
    return village.catalog.publish(village.catalog.draft("Help", deed="patrol", modes=[Mode.FOR_YOU]).id).id


@pytest.fixture
def errand_id(village: Community, item_id: str, li: Member) -> str:
    errand = village.catalog.ask_errand(item_id, li.id, mode=Mode.FOR_YOU, text="Fetch a parcel")
    return village.catalog.publish(errand).id


def listed(
    village: Community, item_id: str, resident: Member, kind: str
) -> tuple[str, Callable[[str], Claim]]:
    """Something that one person can take on, published, and what takes it on."""
    catalog, room, day = village.catalog, village.claiming, date(2026, 3, 2)
    if kind == "post":
        post = catalog.draft_post(item_id, "Door watch", starts_on=day, ends_on=date(2026, 3, 9), places=1)
        return catalog.publish(post).id, partial(room.claim_post, post.id)
    if kind == "errand":
        errand = catalog.ask_errand(item_id, resident.id, mode=Mode.FOR_YOU, text="Fetch a parcel")
        return catalog.publish(errand).id, partial(room.claim_errand, errand.id)
    month = catalog.publish(catalog.draft_task_list("March", starts_on=day))
    task = catalog.add_task(month, item_id, "Paint the bench")
    return task.id, partial(room.claim_task, task.id)


def points(village: Community, member: Member) -> int:
    return village.ledger.balance(Account.member(member.id, "points")).posted


def test_an_errand_is_run_and_the_resident_says_so(
    village: Community, errand_id: str, li: Member, zhao: Member
) -> None:
    with pytest.raises(OwnErrand):
        village.claiming.claim_errand(errand_id, li.id)
    claim = village.claiming.claim_errand(errand_id, zhao.id)
    assert village.claiming.claims_on(errand_id, target="errand") == [claim]
    assert village.claiming.claims_on(errand_id, ClaimStatus.SUBMITTED, target="errand") == []
    assert village.claiming.claims_on(errand_id) == []  # there is no such session
    other = village.community.enrol("孙丽")
    with pytest.raises(AllTaken):
        village.claiming.claim_errand(errand_id, other.id)
    with pytest.raises(NotTheClaimant):
        village.acting_as(Actor(li.id)).claiming.report_done(claim.id)
    village.acting_as(Actor(zhao.id)).claiming.report_done(claim.id)
    with pytest.raises(OwnClaim):
        village.acting_as(Actor(zhao.id)).claiming.verify(claim.id)
    with pytest.raises(NotTheResident):
        village.acting_as(Actor(other.id)).claiming.verify(claim.id)
    _, award = village.acting_as(Actor(li.id)).claiming.verify(claim.id)
    assert award.awarded == points(village, zhao) == 5
    assert village.catalog.errand(errand_id).status is ItemStatus.CLOSED


def test_an_errand_that_is_forgotten_goes_back(
    village: Community, errand_id: str, zhao: Member, clock: ManualClock
) -> None:
    village.claiming.set_conditions(Conditions(lease_days=2))
    claim = village.claiming.claim_errand(errand_id, zhao.id)
    assert claim.lease_until == claim.due_at == START + 2 * DAY
    village.claiming.extend_lease(claim.id, START + 4 * DAY, reason="the post office is closed")
    clock.set(START + 3 * DAY)
    assert village.claiming.tick() == []
    clock.set(START + 400 * DAY)
    [lapsed] = village.claiming.tick()
    assert (lapsed.id, lapsed.status) == (claim.id, ClaimStatus.LAPSED)
    again = village.claiming.claim_errand(errand_id, zhao.id)
    assert village.claiming.cancel(again.id).status is ClaimStatus.CANCELLED


def test_a_task_of_the_month_is_taken_by_a_few(
    village: Community, item_id: str, li: Member, zhao: Member
) -> None:
    month = village.catalog.draft_task_list("March", starts_on=date(2026, 3, 1), ends_on=date(2026, 3, 31))
    task = village.catalog.add_task(month, item_id, "Paint the bench", places=2)
    with pytest.raises(NotPublished):
        village.claiming.claim_task(task.id, li.id)
    village.catalog.publish(month)
    claim = village.claiming.claim_task(task.id, li.id)
    with pytest.raises(AlreadyClaimed):
        village.claiming.claim_task(task.id, li.id)
    village.claiming.claim_task(task.id, zhao.id)
    reported = village.claiming.report_done(claim.id, Decimal(2))  # by a clerk, for her
    assert (reported.provenance, reported.entered_by) == (Provenance.PROXY, "clerk-wang")
    with pytest.raises(OwnEntry):
        village.claiming.verify(claim.id)
    village.acting_as(Actor("chen")).claiming.verify(claim.id)
    assert points(village, li) == 5


def test_a_post_is_held_for_its_term(
    village: Community, item_id: str, li: Member, clock: ManualClock
) -> None:
    ends_on = date(2028, 2, 29)
    post = village.catalog.draft_post(
        item_id, "Door watch", starts_on=date(2026, 3, 2), ends_on=ends_on, places=1
    )
    village.catalog.publish(post)
    claim = village.claiming.claim_post(post.id, li.id)
    # Seven days after the end of the leap day in Shanghai.
    assert claim.lease_until is not None
    assert claim.lease_until.isoformat() == "2028-03-07T16:00:00+00:00"
    village.acting_as(Actor(li.id)).claiming.report_done(claim.id)
    village.claiming.verify(claim.id)
    assert points(village, li) == 5


@pytest.mark.parametrize("kind", ["post", "errand", "task"])
def test_who_wants_it_waits_for_the_organiser(
    village: Community, item_id: str, li: Member, zhao: Member, clock: ManualClock, *, kind: str
) -> None:
    room, sun = village.claiming, village.community.enrol("孙丽")
    _, claim_it = listed(village, item_id, sun, kind)
    room.set_conditions(Conditions(f"service_item:{item_id}", confirmed=True, lease_days=3))
    first, second = claim_it(li.id), claim_it(zhao.id)
    assert [claim.status for claim in (first, second)] == [ClaimStatus.REQUESTED] * 2
    with pytest.raises(AlreadyClaimed):
        claim_it(li.id)
    with pytest.raises(IllegalTransition):
        village.acting_as(Actor(li.id)).claiming.report_done(first.id)
    with pytest.raises(NotTheOrganiser):
        village.acting_as(Actor(li.id)).claiming.confirm(first.id)
    clock.advance(DAY)
    confirmed = room.confirm(first.id)
    assert confirmed.status is ClaimStatus.CONFIRMED
    assert confirmed.lease_until == confirmed.due_at
    if kind != "post":
        assert confirmed.lease_until == START + 4 * DAY
    with pytest.raises(AllTaken):
        room.confirm(second.id)
    assert room.reject(second.id, reason="it is taken").status is ClaimStatus.REJECTED
    village.acting_as(Actor(li.id)).claiming.report_done(first.id)
    assert room.verify(first.id)[1].awarded == 5


def test_a_request_that_nobody_answers_lapses(
    village: Community, item_id: str, errand_id: str, zhao: Member, clock: ManualClock
) -> None:
    village.claiming.set_conditions(Conditions(f"errand:{errand_id}", confirmed=True, lease_days=2))
    claim = village.claiming.claim_errand(errand_id, zhao.id)
    clock.set(START + 2 * DAY)
    assert [(c.id, c.status) for c in village.claiming.tick()] == [(claim.id, ClaimStatus.LAPSED)]


def test_what_holds_before_a_session_is_asked_of_nothing_else(village: Community, errand_id: str) -> None:
    with pytest.raises(ConditionOfSessions) as caught:
        village.claiming.set_conditions(Conditions(f"errand:{errand_id}", opens_before=60))
    assert (caught.value.field, caught.value.kind) == ("opens_before", "errand")
    village.claiming.set_conditions(Conditions("session:1", opens_before=60))


def test_a_post_without_an_end_has_no_lease(village: Community, item_id: str, li: Member) -> None:
    post = village.catalog.draft_post(item_id, "Door watch", starts_on=date(2026, 3, 2), places=1)
    village.catalog.publish(post)
    village.claiming.set_conditions(Conditions(f"post:{post.id}", skills=("whistle",)))
    with pytest.raises(NotQualified):
        village.claiming.claim_post(post.id, li.id)
    village.claiming.qualify(li.id, "whistle")
    claim = village.claiming.claim_post(post.id, li.id)
    with pytest.raises(NoLease):
        village.claiming.extend_lease(claim.id, START + DAY, reason="x")
    with pytest.raises(WrongTarget):
        village.claiming.check_in(claim.id)
