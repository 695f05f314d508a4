"""Many at once, from a barrier: what there is once goes once, on every store."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from functools import partial

from gridpoints import Account, Claim, Community, Member, Report
from gridpoints.redemption.model import RedemptionStatus
from gridpoints.testing import ManualClock
from tests.racing import race
from tests.rooms.conftest import START

AT_ONCE = 12


def neighbours(village: Community) -> list[Member]:
    return village.community.enrol_all(village.community.applicant(f"邻居{n}") for n in range(AT_ONCE))


def test_places_are_never_overbooked(village: Community) -> None:
    item = village.catalog.publish(village.catalog.draft("Patrol", deed="patrol").id)
    start = START + timedelta(hours=1)
    session = village.catalog.hold_session(item.id, start, start + timedelta(hours=1), places=5)
    people = neighbours(village)
    came = race([partial(village.claiming.claim_session, session.id, m.id) for m in people])
    assert came == {"done": 5, "session_full": AT_ONCE - 5}
    assert village.claiming.free_places(session.id) == 0


def test_who_gets_no_place_waits_in_order(village: Community) -> None:
    item = village.catalog.publish(village.catalog.draft("Patrol", deed="patrol").id)
    start = START + timedelta(hours=1)
    session = village.catalog.hold_session(item.id, start, start + timedelta(hours=1), places=3)
    people = neighbours(village)
    came = race([partial(village.claiming.claim_session, session.id, m.id, wait=True) for m in people])
    assert came == {"done": AT_ONCE}
    claims = village.claiming.claims_on(session.id)
    assert [c.status.value for c in claims] == ["confirmed"] * 3 + ["waitlisted"] * (AT_ONCE - 3)
    # All who have a place give it back at once: those who waited longest are asked, each once.
    race([partial(village.claiming.cancel, claim.id) for claim in claims[:3]] + [village.claiming.tick] * 3)
    claims = village.claiming.claims_on(session.id)
    assert [c.status.value for c in claims[3:]] == ["offered"] * 3 + ["waitlisted"] * (AT_ONCE - 6)
    came = race([partial(village.claiming.accept, claim.id) for claim in claims[3:6] * 2])
    assert came == {"done": 3, "illegal_transition": 3}
    assert village.claiming.free_places(session.id) == 0


def test_one_person_is_not_in_two_places(village: Community, li: Member) -> None:
    item = village.catalog.publish(village.catalog.draft("Patrol", deed="patrol").id)
    start = START + timedelta(hours=1)
    sessions = [
        village.catalog.hold_session(item.id, start, start + timedelta(hours=1), places=5) for _ in range(6)
    ]
    came = race([partial(village.claiming.claim_session, session.id, li.id) for session in sessions])
    assert came == {"done": 1, "time_conflict": 5}


def test_a_tick_happens_once(village: Community, clock: ManualClock) -> None:
    item = village.catalog.publish(village.catalog.draft("Patrol", deed="patrol").id)
    start = START + timedelta(days=3)
    session = village.catalog.hold_session(item.id, start, start + timedelta(hours=1), places=1)
    people = neighbours(village)
    claims = [village.claiming.claim_session(session.id, m.id, wait=True) for m in people]
    village.claiming.cancel(claims[0].id)
    clock.set(START + timedelta(days=2))
    moved: list[list[Claim]] = []
    race([lambda: moved.append(village.claiming.tick())] * 6)
    assert sorted(len(each) for each in moved) == [0, 0, 0, 0, 0, 1]


def test_a_wish_is_claimed_by_one(village: Community, li: Member) -> None:
    wish = village.claiming.publish_wish(village.claiming.make_wish(li.id, "A lamp", deed="wish").id)
    people = neighbours(village)
    came = race([partial(village.claiming.claim_wish, wish.id, m.id) for m in people])
    assert came == {"done": 1, "wish_taken": AT_ONCE - 1}


def test_stock_is_never_oversold(village: Community) -> None:
    people = neighbours(village)
    village.awards.credit_all(Report(f"d{m.id}", m.id, "patrol", date(2026, 3, 1)) for m in people)
    shop = village.redemption.register_merchant("积分超市", unit="points", rate="1")
    village.redemption.activate_merchant(shop.id)
    soap = village.redemption.draft_offer(shop.id, "洗洁精", price=2, stock=5)
    village.redemption.publish_offer(soap.id)
    came = race([partial(village.redemption.redeem, soap.id, m.id) for m in people])
    assert came == {"done": 5, "out_of_stock": AT_ONCE - 5}
    assert village.redemption.offer(soap.id).stock == 0
    assert village.ledger.balance(Account.merchant(shop.id, "points")).posted == 10
    assert village.ledger.verify().ok


def test_one_redemption_is_captured_or_voided_once(village: Community, li: Member) -> None:
    village.awards.credit(Report("d", li.id, "patrol", date(2026, 3, 1)))
    shop = village.redemption.register_merchant("积分超市", unit="points", rate="1")
    village.redemption.activate_merchant(shop.id)
    soap = village.redemption.draft_offer(shop.id, "洗洁精", price=2, stock=5)
    village.redemption.publish_offer(soap.id)
    held = village.redemption.authorise(soap.id, li.id)
    capture, void = (lambda: village.redemption.capture(held.id), lambda: village.redemption.void(held.id))
    race([capture, void] * 4)
    captured = village.redemption.redemption(held.id).status is RedemptionStatus.CAPTURED
    assert village.ledger.balance(Account.member(li.id, "points")).posted == (3 if captured else 5)
    assert village.ledger.balance(Account.member(li.id, "points")).held == 0
    assert village.redemption.offer(soap.id).stock == (4 if captured else 5)


def test_one_deed_is_credited_once_and_a_limit_is_not_passed(village: Community, li: Member) -> None:
    def care(id: str) -> Callable[[], object]:
        report = Report(id, li.id, "care", date(2026, 3, 1), Decimal(1))
        return lambda: village.awards.credit(report)

    came = race([care("same")] * 4 + [care(f"d{n}") for n in range(AT_ONCE - 4)])
    assert came == {"done": AT_ONCE}
    assert village.ledger.balance(Account.member(li.id, "points")).posted == 40
    assert len(village.awards.awards_of(li.id)) == 9


def test_a_period_is_settled_once(village: Community, li: Member) -> None:
    village.awards.credit(Report("d", li.id, "patrol", date(2026, 3, 1)))
    shop = village.redemption.register_merchant("积分超市", unit="points", rate="1")
    village.redemption.activate_merchant(shop.id)
    soap = village.redemption.publish_offer(village.redemption.draft_offer(shop.id, "洗洁精", price=2).id)
    village.redemption.redeem(soap.id, li.id)
    came = race([lambda: village.redemption.settle(shop.id)] * 6)
    assert came == {"done": 1, "nothing_to_settle": 5}
