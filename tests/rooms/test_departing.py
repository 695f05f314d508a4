"""Who leaves keeps nothing from others, and loses nothing that they worked for."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest

from gridpoints import Account, Actor, Community, Member, Report, Session
from gridpoints.catalog.model import ItemStatus, Mode
from gridpoints.claiming.conditions import Conditions
from gridpoints.claiming.model import ClaimStatus
from gridpoints.claiming.wishes import WishStatus
from gridpoints.claiming.wishes.gifts import BountyStatus
from gridpoints.community.emergency import EmergencyKind
from gridpoints.community.leaving import LEFT
from gridpoints.emergency.model import AssignmentStatus
from gridpoints.emergency.operations import Due
from gridpoints.errors import NotTheOrganiser
from gridpoints.redemption.vouchers.model import VoucherStatus
from gridpoints.testing import ManualClock
from tests.rooms.conftest import START

HOUR = timedelta(hours=1)


@pytest.fixture
def session(village: Community) -> Session:
    item = village.catalog.publish(village.catalog.draft("Read to the blind", deed="care").id)
    return village.catalog.hold_session(item.id, START + HOUR, START + 3 * HOUR, places=1)


def points(village: Community, member: Member) -> int:
    return village.ledger.balance(Account.member(member.id, "points")).available


def test_the_place_of_who_left_is_offered_on(
    village: Community, session: Session, li: Member, zhao: Member
) -> None:
    mine = village.claiming.claim_session(session.id, li.id)
    waiting = village.claiming.claim_session(session.id, zhao.id, wait=True)
    village.community.leave(li.id, reason="moved to town")
    [gone] = village.claiming.tick()
    assert (gone.id, gone.status, gone.due_at) == (mine.id, ClaimStatus.CANCELLED, None)
    assert village.claiming.claim(waiting.id).status is ClaimStatus.OFFERED
    event = [each for each in village.events.read() if each.subject == mine.id][-1]
    assert (event.status, event.actor, event.reason) == ("cancelled", "system", LEFT)
    assert village.claiming.tick() == []
    village.community.rejoin(li.id)
    assert village.claiming.tick() == []


def test_who_left_is_offered_nothing(
    village: Community, session: Session, li: Member, zhao: Member, clock: ManualClock
) -> None:
    first = village.claiming.claim_session(session.id, zhao.id)
    waiting = village.claiming.claim_session(session.id, li.id, wait=True)
    sun = village.community.enrol("孙丽")
    last = village.claiming.claim_session(session.id, sun.id, wait=True)
    village.claiming.cancel(first.id)
    village.community.leave(li.id)
    clock.set(START + timedelta(minutes=1))
    village.tick()
    assert village.claiming.claim(waiting.id).status is ClaimStatus.CANCELLED
    assert village.claiming.claim(last.id).status is ClaimStatus.OFFERED


def test_what_was_worked_before_is_credited(
    village: Community, session: Session, li: Member, clock: ManualClock
) -> None:
    claim = village.claiming.claim_session(session.id, li.id)
    clock.set(session.ends_at)
    village.community.leave(li.id)
    assert village.claiming.tick() == []
    village.acting_as(Actor(li.id)).claiming.submit_hours(claim.id, Decimal(2))
    _, award = village.claiming.verify(claim.id)
    assert award.awarded == points(village, li) == 20
    _, award = village.claiming.correct(claim.id, Decimal(1), reason="left early")
    assert award.awarded == points(village, li) == 10


def test_a_session_that_is_called_off_credits_who_left_as_well(
    village: Community, session: Session, li: Member
) -> None:
    village.claiming.set_conditions(Conditions(called_off_deed="patrol"))
    village.claiming.claim_session(session.id, li.id)
    village.community.leave(li.id)
    village.claiming.cancel_session(session.id, reason="rain")
    assert points(village, li) == 5


def test_a_wish_that_somebody_took_goes_back(village: Community, li: Member, zhao: Member) -> None:
    room = village.claiming
    wish = room.publish_wish(room.make_wish(zhao.id, "A light bulb", deed="wish").id)
    kept = room.publish_wish(room.make_wish(zhao.id, "A stool", deed="wish").id)
    claim = room.claim_wish(wish.id, li.id)
    done = room.submit_delivery(room.claim_wish(kept.id, li.id).id)
    village.community.leave(li.id)
    assert [gone.id for gone in room.tick()] == [claim.id]
    assert room.wish(wish.id).status is WishStatus.PUBLISHED
    assert room.wish(kept.id).status is WishStatus.DELIVERED
    village.acting_as(Actor(zhao.id)).claiming.verify(done.id)
    assert points(village, li) == 30


def test_nobody_grants_the_wish_of_who_left(village: Community, li: Member, zhao: Member) -> None:
    room = village.claiming
    village.community.enrol("孙丽", id="sun")
    room.make_wish(li.id, "A stool", deed="wish", id="draft")
    wish = room.publish_wish(room.make_wish(li.id, "A light bulb", deed="wish", parts=2).id)
    first = room.claim_wish(wish.id, zhao.id)
    second = room.claim_wish(wish.id, "sun")
    village.acting_as(Actor("sun")).claiming.submit_delivery(second.id)
    village.community.leave(li.id)
    assert room.tick() == []  # what was delivered is judged first
    assert room.wish("draft").status is WishStatus.WITHDRAWN
    room.verify(second.id)
    assert [gone.id for gone in room.tick()] == [first.id]
    assert room.wish(wish.id).status is WishStatus.WITHDRAWN
    assert room.tick() == []


def test_what_was_put_up_for_the_wish_goes_back(village: Community, li: Member, zhao: Member) -> None:
    village.awards.credit(Report("1", zhao.id, "patrol", date(2026, 3, 2)))
    wish = village.claiming.publish_wish(village.claiming.make_wish(li.id, "A light bulb", deed="wish").id)
    own = village.acting_as(Actor(zhao.id)).claiming
    bounty = own.put_up_bounty(wish.id, zhao.id, 5, unit="points")
    assert points(village, zhao) == 0
    village.community.leave(li.id)
    village.tick()
    assert points(village, zhao) == 5
    [ended] = village.claiming.bounties(wish.id)
    assert (ended.id, ended.status) == (bounty.id, BountyStatus.WITHDRAWN)


def test_posts_errands_and_tasks_go_back(village: Community, li: Member, zhao: Member) -> None:
    item = village.catalog.publish(village.catalog.draft("Help", deed="patrol", modes=[Mode.FOR_YOU]).id)
    post = village.catalog.draft_post(item.id, "Door watch", starts_on=date(2026, 3, 2), places=1)
    village.catalog.publish(post)
    ask = village.catalog.ask_errand
    theirs = village.catalog.publish(ask(item.id, zhao.id, "A parcel", mode=Mode.FOR_YOU))
    own = village.catalog.publish(ask(item.id, li.id, "A letter", mode=Mode.FOR_YOU))
    done = village.catalog.publish(ask(item.id, li.id, "Bread", mode=Mode.FOR_YOU))
    room = village.claiming
    mine = [room.claim_post(post.id, li.id), room.claim_errand(theirs.id, li.id)]
    asked = room.claim_errand(own.id, zhao.id)
    fetched = room.claim_errand(done.id, zhao.id)
    village.acting_as(Actor(zhao.id)).claiming.report_done(fetched.id)
    village.community.leave(li.id)
    assert {gone.id for gone in room.tick()} == {asked.id, *(claim.id for claim in mine)}
    assert village.catalog.errand(own.id).status is ItemStatus.CLOSED
    assert village.catalog.errand(done.id).status is ItemStatus.PUBLISHED
    room.verify(fetched.id)
    assert points(village, zhao) == 5
    assert room.claim_post(post.id, zhao.id).status is ClaimStatus.CONFIRMED


# --- what other rooms let go ----------------------------------------------------------------------


def test_others_are_wanted_in_their_place(village: Community, li: Member, zhao: Member) -> None:
    room = village.emergency
    flood = room.declare(EmergencyKind.FLOOD, "The river is rising")
    call = room.call(flood.id, "The gate", wanted=2)
    mine, there = room.assign(call.id, li.id), room.assign(call.id, zhao.id)
    room.mobilise(there.id)
    room.begin(there.id)
    for member in (li, zhao):
        village.community.leave(member.id)
    [released] = room.tick().released
    assert (released.id, released.status) == (mine.id, AssignmentStatus.RELEASED)
    event = [each for each in village.events.read(limit=1_000) if each.subject == mine.id][-1]
    assert (event.kind, event.status, event.reason) == ("assignment", "released", LEFT)
    assert room.assignment(there.id).status is AssignmentStatus.IN_ACTION  # who is there is not gone
    assert room.tick() == Due()
    sun = village.community.enrol("孙丽")
    assert room.assign(call.id, sun.id).status is AssignmentStatus.ASSIGNED


def test_what_they_have_of_things_is_for_a_person_to_decide(
    village: Community, li: Member, zhao: Member, clock: ManualClock
) -> None:
    room = village.catalog
    thing = room.publish(room.draft_thing("Wheelchair", stock=5, days=7))
    other = room.publish(room.draft_thing("Umbrella", stock=5, days=3))
    room.lend(thing.id, zhao.id)
    chair, umbrella, lost = room.lend(thing.id, li.id), room.lend(other.id, li.id), room.lend(other.id, li.id)
    room.note_lost(lost.id)
    assert room.left_behind() == []
    village.community.leave(li.id)
    assert [(each.id, each.due_at) for each in room.left_behind()] == [
        (umbrella.id, umbrella.due_at),
        (chair.id, chair.due_at),
    ]
    clock.advance(timedelta(days=4))
    village.tick()
    assert [each.status for each in room.left_behind()] == ["overdue", "out"]
    room.take_back(umbrella.id)
    room.renew(chair.id)
    assert [each.id for each in room.left_behind()] == [chair.id]
    village.community.rejoin(li.id)
    assert room.left_behind() == []
    with pytest.raises(NotTheOrganiser):
        village.acting_as(Actor(li.id)).catalog.left_behind()


def test_what_they_reserved_goes_back(village: Community, li: Member, zhao: Member) -> None:
    room = village.redemption
    shop = room.register_merchant("积分超市", unit="points", rate="1", id="shop")
    room.activate_merchant(shop.id)
    soap = room.publish_offer(room.draft_offer("shop", "Soap", price=2, stock=9).id)
    for member in (li, zhao):
        village.awards.credit_all(
            Report(f"{member.id}{n}", member.id, "patrol", date(2026, 3, 2)) for n in range(2)
        )
    reserved = room.authorise(soap.id, li.id)
    voucher = room.issue_voucher(soap.id, li.id).voucher
    theirs = room.authorise(soap.id, zhao.id)
    taken = room.redeem(soap.id, li.id)
    assert (points(village, li), room.offer(soap.id).stock) == (4, 5)
    village.community.leave(li.id)
    village.tick()
    assert (points(village, li), room.offer(soap.id).stock) == (8, 7)
    assert [room.redemption(each.id).status.value for each in (reserved, theirs, taken)] == [
        "voided",
        "authorised",
        "captured",
    ]
    assert room.voucher(voucher.id).status is VoucherStatus.REVOKED
    told = {(e.kind, e.status) for e in village.events.read(limit=1_000) if e.reason == LEFT}
    assert told >= {("redemption", "voided"), ("voucher", "revoked")}
    assert room.void_departed() == 0
    assert village.ledger.verify().ok


def test_leavers_are_found_without_a_look_at_all_others(
    village: Community, session: Session, li: Member, clock: ManualClock
) -> None:
    village.claiming.claim_session(session.id, li.id)
    assert village.community.leave(li.id).left_at == clock.now()
    assert village.community.rejoin(li.id).left_at is None
    clock.advance(timedelta(minutes=1))
    village.community.leave(li.id)
    assert village.claiming.tick(clock.now() - timedelta(seconds=1)) == []  # by then they had not left
    assert len(village.claiming.tick()) == 1
