"""Sessions and wishes: claimed once, done, verified by somebody else."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from functools import partial

import pytest

from gridpoints import Account, Actor, Community, Member, Session, Wish
from gridpoints.claiming.model import ClaimStatus
from gridpoints.claiming.wishes import LEASE, WishStatus
from gridpoints.errors import (
    AlreadyClaimed,
    EmptyInterval,
    HoursOutOfRange,
    IllegalTransition,
    MemberInactive,
    NotPublished,
    NotTheBeneficiary,
    NotWholeNumber,
    OwnClaim,
    OwnWish,
    SessionFull,
    SessionNotOver,
    SessionStarted,
    WishTaken,
    WrongTarget,
)
from gridpoints.testing import ManualClock
from tests.rooms.conftest import START

HOUR = timedelta(hours=1)


@pytest.fixture
def session(village: Community) -> Session:
    item = village.catalog.publish(village.catalog.draft("Read to the blind", deed="care").id)
    return village.catalog.hold_session(item.id, START + HOUR, START + 3 * HOUR, places=1)


@pytest.fixture
def wish(village: Community, li: Member) -> Wish:
    wish = village.claiming.make_wish(li.id, "A new light bulb", deed="wish")
    return village.claiming.publish_wish(wish.id)


def points(village: Community, member: Member) -> int:
    return village.ledger.balance(Account.member(member.id, "points")).available


def test_from_claim_to_points(village: Community, session: Session, li: Member, clock: ManualClock) -> None:
    claim = village.claiming.claim_session(session.id, li.id)
    clock.set(session.ends_at)
    village.acting_as(Actor(li.id)).claiming.submit_hours(claim.id, Decimal("1.5"))
    verified, award = village.claiming.verify(claim.id)
    assert verified.status is ClaimStatus.VERIFIED
    assert (verified.verified_by, verified.award_id) == ("clerk-wang", award.id)
    assert award.awarded == points(village, li) == 15
    assert award.quantity == Decimal("1.5")


def test_the_last_place_goes_once(village: Community, session: Session, li: Member, zhao: Member) -> None:
    claim = village.claiming.claim_session(session.id, li.id)
    assert village.claiming.free_places(session.id) == 0
    with pytest.raises(AlreadyClaimed):
        village.claiming.claim_session(session.id, li.id)
    with pytest.raises(SessionFull):
        village.claiming.claim_session(session.id, zhao.id)
    village.claiming.cancel(claim.id, reason="ill")
    assert village.claiming.claim_session(session.id, zhao.id).member_id == zhao.id


def test_claims_end_where_the_session_begins(
    village: Community, session: Session, li: Member, zhao: Member, clock: ManualClock
) -> None:
    claim = village.claiming.claim_session(session.id, li.id)
    clock.set(session.starts_at)
    with pytest.raises(SessionStarted):
        village.claiming.claim_session(session.id, zhao.id)
    with pytest.raises(SessionStarted):
        village.claiming.cancel(claim.id)
    with pytest.raises(SessionNotOver):
        village.claiming.submit_hours(claim.id, Decimal(1))


@pytest.mark.parametrize("hours", ["0", "-1", "2.01", "NaN", "Infinity"])
def test_impossible_hours(
    village: Community, session: Session, li: Member, clock: ManualClock, hours: str
) -> None:
    claim = village.claiming.claim_session(session.id, li.id)
    clock.set(session.ends_at)
    with pytest.raises(HoursOutOfRange):
        village.claiming.submit_hours(claim.id, Decimal(hours))


def test_nobody_verifies_their_own_claim(
    village: Community, session: Session, li: Member, clock: ManualClock
) -> None:
    claim = village.claiming.claim_session(session.id, li.id)
    clock.set(session.ends_at)
    village.claiming.submit_hours(claim.id, Decimal(1))
    with pytest.raises(OwnClaim):
        village.acting_as(Actor(li.id, frozenset({"clerk"}))).claiming.verify(claim.id)
    assert points(village, li) == 0


def test_verified_once(village: Community, session: Session, li: Member, clock: ManualClock) -> None:
    claim = village.claiming.claim_session(session.id, li.id)
    with pytest.raises(IllegalTransition):
        village.claiming.verify(claim.id)
    clock.set(session.ends_at)
    village.acting_as(Actor(li.id)).claiming.submit_hours(claim.id, Decimal(1))
    village.claiming.verify(claim.id)
    with pytest.raises(IllegalTransition) as caught:
        village.claiming.verify(claim.id)
    assert caught.value.allowed == ()
    assert points(village, li) == 10


def test_a_no_show_and_a_disputed_claim_earn_nothing(
    village: Community, session: Session, li: Member, clock: ManualClock
) -> None:
    claim = village.claiming.claim_session(session.id, li.id)
    clock.set(session.ends_at)
    village.claiming.submit_hours(claim.id, Decimal(1))
    village.claiming.dispute(claim.id, reason="was not seen")
    assert village.claiming.void(claim.id, reason="two witnesses").status is ClaimStatus.VOID
    assert points(village, li) == 0


def test_drafts_cancelled_and_impossible_sessions(village: Community, session: Session, li: Member) -> None:
    draft = village.catalog.draft("Later", deed="care")
    with pytest.raises(NotPublished):
        village.catalog.hold_session(draft.id, START + HOUR, START + 2 * HOUR, places=1)
    village.catalog.publish(draft.id)
    with pytest.raises(EmptyInterval):
        village.catalog.hold_session(draft.id, START + HOUR, START + HOUR, places=1)
    with pytest.raises(NotWholeNumber):
        village.catalog.hold_session(draft.id, START, START + HOUR, places=0)
    village.catalog.cancel_session(session.id, reason="rain")
    with pytest.raises(NotPublished):
        village.claiming.claim_session(session.id, li.id)


def test_what_is_of_a_closed_item_is_claimed_no_more(
    village: Community, session: Session, li: Member, zhao: Member, clock: ManualClock
) -> None:
    item = village.catalog.item(session.item_id)
    post = village.catalog.draft_post(item.id, "Reader", starts_on=date(2026, 3, 2), places=2)
    village.catalog.publish(post)
    claim = village.claiming.claim_session(session.id, li.id)
    village.catalog.close(item, reason="nobody is blind any more")
    refused = {
        partial(village.claiming.claim_session, session.id, zhao.id, wait=True),
        partial(village.claiming.claim_for_team, session.id, zhao.id, 1, team="7th school", wait=True),
        partial(village.claiming.claim_post, post.id, zhao.id),
    }
    for claiming in refused:
        with pytest.raises(NotPublished) as caught:
            claiming()
        assert (caught.value.kind, caught.value.id) == ("service_item", item.id)
    clock.set(session.ends_at)
    village.acting_as(Actor(li.id)).claiming.submit_hours(claim.id, Decimal(2))
    assert village.claiming.verify(claim.id)[1].awarded == 20
    village.catalog.publish(item.id)
    assert village.claiming.claim_post(post.id, zhao.id).status is ClaimStatus.CONFIRMED


def test_who_has_left_claims_nothing(village: Community, session: Session, li: Member) -> None:
    village.community.leave(li.id)
    with pytest.raises(MemberInactive):
        village.claiming.claim_session(session.id, li.id)


def test_a_wish_comes_true(village: Community, wish: Wish, li: Member, zhao: Member) -> None:
    claim = village.claiming.claim_wish(wish.id, zhao.id)
    village.claiming.submit_delivery(claim.id)
    with pytest.raises(NotTheBeneficiary):
        village.acting_as(Actor("passer-by")).claiming.verify(claim.id)
    _, award = village.acting_as(Actor(li.id)).claiming.verify(claim.id)
    assert award.awarded == points(village, zhao) == 30
    assert village.claiming.wish(wish.id).status is WishStatus.FULFILLED


def test_nobody_claims_their_own_wish(village: Community, wish: Wish, li: Member) -> None:
    with pytest.raises(OwnWish):
        village.claiming.claim_wish(wish.id, li.id)


def test_a_wish_is_claimed_by_one_until_the_lease_runs_out(
    village: Community, wish: Wish, zhao: Member, clock: ManualClock
) -> None:
    first = village.claiming.claim_wish(wish.id, zhao.id)
    other = village.community.enrol("孙丽")
    with pytest.raises(WishTaken) as caught:
        village.claiming.claim_wish(wish.id, other.id)
    assert caught.value.until == START + LEASE
    clock.set(START + LEASE)
    second = village.claiming.claim_wish(wish.id, other.id)
    assert village.claiming.claim(first.id).status is ClaimStatus.LAPSED
    assert second.status is ClaimStatus.CONFIRMED
    with pytest.raises(IllegalTransition):
        village.claiming.submit_delivery(first.id)


def test_a_wish_given_back_or_voided_waits_for_the_next(village: Community, wish: Wish, zhao: Member) -> None:
    claim = village.claiming.claim_wish(wish.id, zhao.id)
    village.claiming.cancel(claim.id)
    assert [w.id for w in village.claiming.wishes()] == [wish.id]
    claim = village.claiming.claim_wish(wish.id, zhao.id)
    village.claiming.submit_delivery(claim.id)
    village.claiming.dispute(claim.id, reason="nothing came")
    village.claiming.void(claim.id, reason="nothing came")
    assert [w.id for w in village.claiming.wishes()] == [wish.id]


def test_a_withdrawn_wish_ends_its_claim(village: Community, wish: Wish, zhao: Member) -> None:
    claim = village.claiming.claim_wish(wish.id, zhao.id)
    village.claiming.withdraw_wish(wish.id, reason="bought it myself")
    assert village.claiming.claim(claim.id).status is ClaimStatus.CANCELLED


def test_hours_are_for_sessions_and_deliveries_for_wishes(
    village: Community, session: Session, wish: Wish, zhao: Member
) -> None:
    with pytest.raises(WrongTarget):
        village.claiming.submit_delivery(village.claiming.claim_session(session.id, zhao.id).id)
    with pytest.raises(WrongTarget):
        village.claiming.submit_hours(village.claiming.claim_wish(wish.id, zhao.id).id, Decimal(1))


def test_a_cancelled_session_lets_everybody_go(
    village: Community, session: Session, li: Member, clock: ManualClock
) -> None:
    claim = village.claiming.claim_session(session.id, li.id)
    village.catalog.cancel_session(session.id, reason="rain")
    assert village.claiming.claim(claim.id).status is ClaimStatus.CALLED_OFF
    clock.set(session.ends_at)
    with pytest.raises(NotPublished):
        village.claiming.no_show(claim.id)


def test_a_wish_that_is_paid_by_the_hour(
    village: Community, li: Member, zhao: Member, clock: ManualClock
) -> None:
    wish = village.claiming.publish_wish(village.claiming.make_wish(li.id, "Company", deed="care").id)
    claim = village.claiming.claim_wish(wish.id, zhao.id)
    giver = village.acting_as(Actor(zhao.id)).claiming
    with pytest.raises(HoursOutOfRange):
        giver.submit_delivery(claim.id, hours=Decimal("1.5"))
    clock.advance(timedelta(hours=2))
    giver.submit_delivery(claim.id, hours=Decimal("1.5"))
    _, award = village.claiming.verify(claim.id)
    assert award.awarded == 15
