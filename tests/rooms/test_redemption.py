"""Points and stock move together; a merchant is paid for what it took, once."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest

from gridpoints import Account, Community, Member, Merchant, Offer, Report
from gridpoints.errors import (
    IllegalTransition,
    InsufficientPoints,
    MemberInactive,
    MerchantNotActive,
    NotAnAmount,
    NothingToSettle,
    NotPositive,
    NotPublished,
    NotWholeNumber,
    OutOfStock,
    RedemptionConflict,
    RedemptionExpired,
    SamePerson,
)
from gridpoints.redemption.model import RESERVATION, RedemptionStatus
from gridpoints.redemption.statements.model import SettlementStatus
from gridpoints.testing import ManualClock
from tests.rooms.conftest import TREASURER


@pytest.fixture
def shop(village: Community) -> Merchant:
    shop = village.redemption.register_merchant("积分超市", unit="points", rate="1.5")
    return village.redemption.activate_merchant(shop.id)


@pytest.fixture
def soap(village: Community, shop: Merchant) -> Offer:
    offer = village.redemption.draft_offer(shop.id, "洗洁精", price=2, stock=3)
    return village.redemption.publish_offer(offer.id)


@pytest.fixture
def rich(village: Community, li: Member) -> Member:
    """Li, with 20 points."""
    village.awards.credit_all(Report(str(n), li.id, "patrol", date(2026, 3, 1)) for n in range(4))
    return li


def balance(village: Community, member: Member) -> tuple[int, int]:
    found = village.ledger.balance(Account.member(member.id, "points"))
    return found.posted, found.held


def test_authorise_holds_points_and_goods_and_capture_moves_them(
    village: Community, soap: Offer, rich: Member
) -> None:
    redemption = village.redemption.authorise(soap.id, rich.id, quantity=2)
    assert balance(village, rich) == (20, 4)
    assert village.redemption.offer(soap.id).stock == 1
    captured = village.redemption.capture(redemption.id)
    assert captured.status is RedemptionStatus.CAPTURED
    assert balance(village, rich) == (16, 0)
    assert village.ledger.balance(Account.merchant(soap.merchant_id, "points")).posted == 4


def test_captured_once(village: Community, soap: Offer, rich: Member) -> None:
    redemption = village.redemption.authorise(soap.id, rich.id, id="till-1")
    assert village.redemption.authorise(soap.id, rich.id, id="till-1") == redemption
    with pytest.raises(RedemptionConflict):
        village.redemption.authorise(soap.id, rich.id, quantity=2, id="till-1")
    first = village.redemption.capture("till-1")
    assert village.redemption.capture("till-1") == first
    with pytest.raises(IllegalTransition):
        village.redemption.void("till-1")
    assert balance(village, rich) == (18, 0)


def test_void_gives_back_both(village: Community, soap: Offer, rich: Member) -> None:
    redemption = village.redemption.authorise(soap.id, rich.id)
    village.redemption.void(redemption.id, reason="changed her mind")
    assert village.redemption.void(redemption.id).status is RedemptionStatus.VOIDED
    assert balance(village, rich) == (20, 0)
    assert village.redemption.offer(soap.id).stock == 3
    with pytest.raises(IllegalTransition):
        village.redemption.capture(redemption.id)


def test_a_reservation_that_ran_out_stands_in_nobodys_way(
    village: Community, soap: Offer, rich: Member, clock: ManualClock
) -> None:
    redemption = village.redemption.authorise(soap.id, rich.id, quantity=3)
    with pytest.raises(OutOfStock):
        village.redemption.authorise(soap.id, rich.id)
    clock.advance(RESERVATION)
    assert balance(village, rich) == (20, 0)
    with pytest.raises(RedemptionExpired):
        village.redemption.capture(redemption.id)
    village.redemption.redeem(soap.id, rich.id, quantity=3)
    assert balance(village, rich) == (14, 0)
    assert village.redemption.redemption(redemption.id).status is RedemptionStatus.EXPIRED
    with pytest.raises(RedemptionExpired):  # also now that its goods were taken back
        village.redemption.capture(redemption.id)


def test_refusals_hold_nothing(
    village: Community, shop: Merchant, soap: Offer, rich: Member, zhao: Member
) -> None:
    with pytest.raises(InsufficientPoints) as caught:
        village.redemption.authorise(soap.id, zhao.id)
    assert (caught.value.available, caught.value.wanted) == (0, 2)
    with pytest.raises(OutOfStock):
        village.redemption.authorise(soap.id, rich.id, quantity=4)
    with pytest.raises(NotWholeNumber):
        village.redemption.authorise(soap.id, rich.id, quantity=0)
    draft = village.redemption.draft_offer(shop.id, "扫帚", price=18)
    with pytest.raises(NotPublished):
        village.redemption.authorise(draft.id, rich.id)
    village.redemption.suspend_merchant(shop.id, reason="inspection")
    with pytest.raises(MerchantNotActive):
        village.redemption.authorise(soap.id, rich.id)
    village.redemption.activate_merchant(shop.id)
    village.community.leave(rich.id)
    with pytest.raises(MemberInactive):
        village.redemption.authorise(soap.id, rich.id)
    assert balance(village, rich) == (20, 0)
    assert village.redemption.offer(soap.id).stock == 3


def test_what_is_reserved_is_handed_out_whatever_happens_to_the_offer(
    village: Community, shop: Merchant, soap: Offer, rich: Member
) -> None:
    first = village.redemption.authorise(soap.id, rich.id)
    second = village.redemption.authorise(soap.id, rich.id)
    village.redemption.withdraw_offer(soap.id)
    village.redemption.suspend_merchant(shop.id, reason="inspection")
    assert village.redemption.capture(first.id).status is RedemptionStatus.CAPTURED
    village.redemption.void(second.id)
    assert village.redemption.offer(soap.id).stock == 2


@pytest.mark.parametrize("price", ["0.5", "-1", 0, "two", "1e20"])
def test_impossible_prices(village: Community, shop: Merchant, price: str | int) -> None:
    with pytest.raises((NotAnAmount, NotWholeNumber)):
        village.redemption.draft_offer(shop.id, "?", price=price)


def test_impossible_rates(village: Community) -> None:
    for rate in ("0", "-1", "NaN", "one", "0.0000001"):
        with pytest.raises(NotPositive):
            village.redemption.register_merchant("?", unit="points", rate=rate)


def test_settled_once_by_two_people(village: Community, shop: Merchant, soap: Offer, rich: Member) -> None:
    village.redemption.redeem(soap.id, rich.id, quantity=2)
    statement = village.redemption.settle(shop.id)  # at the very instant of the last taking
    assert (statement.redemptions, statement.opening, statement.points) == (1, 0, 4)
    assert (statement.money, statement.currency) == (Decimal("6.00"), "CNY")
    with pytest.raises(SamePerson):
        village.redemption.approve_settlement(statement.id)
    treasurer = village.acting_as(TREASURER)
    treasurer.redemption.approve_settlement(statement.id)
    assert village.ledger.balance(Account.merchant(shop.id, "points")).posted == 0
    assert village.ledger.balance(Account.settled("points")).posted == 4
    paid = treasurer.redemption.pay_settlement(statement.id, reference="ICBC 0815")
    assert paid.status is SettlementStatus.PAID
    with pytest.raises(NothingToSettle):
        village.redemption.settle(shop.id)


def test_each_redemption_stands_on_one_statement(
    village: Community, shop: Merchant, soap: Offer, rich: Member, clock: ManualClock
) -> None:
    village.redemption.redeem(soap.id, rich.id)
    cut_off = clock.advance(timedelta(hours=1))
    village.redemption.redeem(soap.id, rich.id, quantity=2)
    clock.advance(timedelta(hours=1))
    first = village.redemption.settle(shop.id, until=cut_off)
    second = village.redemption.settle(shop.id)
    assert (first.points, second.points, second.opening) == (2, 4, 2)
    assert (first.until_sequence, second.after_sequence) == (1, 1)
    for statement in (first, second):
        village.acting_as(TREASURER).redemption.approve_settlement(statement.id)
    assert village.ledger.balance(Account.merchant(shop.id, "points")).posted == 0
    assert village.ledger.verify().ok
