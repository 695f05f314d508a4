"""Posts, errands and tasks: taken on, reported, verified, and given back by the clock."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest

from gridpoints import Account, Actor, Community, Member
from gridpoints.catalog.model import ItemStatus, Mode
from gridpoints.claiming.conditions import Conditions
from gridpoints.claiming.model import ClaimStatus, Provenance
from gridpoints.errors import (
    AllTaken,
    AlreadyClaimed,
    NoLease,
    NotPublished,
    NotQualified,
    NotTheClaimant,
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
