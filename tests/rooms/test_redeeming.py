"""Several lines, several payers, parts that are handed out and given back, and what the rules say."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import partial

import pytest

from gridpoints import Account, Actor, Community, Exchange, Leg, Member, Report, Transaction
from gridpoints.errors import (
    CapturesMore,
    GridpointsError,
    IllegalTransition,
    InsufficientPoints,
    LotExceeded,
    NothingCaptured,
    NothingToGiveBack,
    NothingToSettle,
    NotInAlliance,
    NotOfferedNow,
    NotRedeemable,
    OfferLimitReached,
    OffersApart,
    OutOfStock,
    PoolingNotAllowed,
    RedeemReserved,
    RedemptionConflict,
    RefundConflict,
    RefundExceeds,
    RefundOver,
    SharesDiffer,
    StarTooLow,
    TakesNoPart,
)
from gridpoints.i18n import Language
from gridpoints.redemption.model import RESERVATION, RedemptionStatus, apportioned
from gridpoints.redemption.offers.model import Offer, OfferKind, OfferLimit
from gridpoints.redemption.operations import Merits
from gridpoints.rules.case import Scope
from gridpoints.testing import ManualClock
from gridpoints.values import Period
from tests.racing import race
from tests.rooms.conftest import RULES, TREASURER

POOLING = RULES.replace("积分, zh_Hant: 積分}}", "积分, zh_Hant: 積分}, pooling: true}")
STRICT = (
    POOLING
    + """\
redemption:
  points: 10
  money: 1
  currency: CNY
  balance: 20
  least: 2
  most: 30
  refund: {days: 7}
  limits:
    - {most: 24, period: month}
    - {most: 3, counts: times, period: week, scope: household}
  days: {weekdays: [1, 2]}
"""
)


def give(village: Community, member: Member, points: int, expires_at: datetime | None = None) -> None:
    legs = (
        Leg(Account.member(member.id, "points"), points, expires_at),
        Leg(Account.issuance("points"), -points),
    )
    village.ledger.post_one(Transaction(village.context.ids.new(), legs))


def balance(village: Community, member: Member) -> tuple[int, int]:
    found = village.ledger.balance(Account.member(member.id, "points"))
    return found.posted, found.held


@pytest.fixture
def pooling(exchange: Exchange) -> Community:
    founded = exchange.found("pooling", name="合用村", rules=POOLING)
    return founded.acting_as(Actor("clerk-wang", frozenset({"clerk"})))


@pytest.fixture
def strict(exchange: Exchange) -> Community:
    founded = exchange.found("strict", name="严村", rules=STRICT)
    return founded.acting_as(Actor("clerk-wang", frozenset({"clerk"})))


def shop_of(village: Community, name: str = "积分超市") -> str:
    shop = village.redemption.register_merchant(name, unit="points", rate="0.1")
    return village.redemption.activate_merchant(shop.id).id


def offered(village: Community, shop: str, name: str, price: int, **terms: object) -> Offer:
    draft: Callable[..., Offer] = village.redemption.draft_offer
    return village.redemption.publish_offer(draft(shop, name, price=price, **terms).id)


def family(village: Community) -> tuple[Member, Member]:
    grid = village.community.add_grid("一网格")
    home = village.community.add_household(grid.id, "1-101")
    li = village.community.enrol("李秀英", number="1", household_id=home.id)
    zhao = village.community.enrol("赵磊", number="2", household_id=home.id)
    return li, zhao


# --- lines and parts ------------------------------------------------------------------------------


def test_several_goods_at_once_and_a_part_of_them_handed_out(village: Community, li: Member) -> None:
    shop = shop_of(village)
    soap = offered(village, shop, "洗洁精", 2, stock=5)
    towel = offered(village, shop, "毛巾", 3, stock=5, cash="1.50")
    give(village, li, 20)
    both = village.redemption.authorise({soap.id: 2, towel.id: 2}, li.id)
    assert (both.points, both.cash, both.quantity) == (10, Decimal("3.00"), 4)
    assert balance(village, li) == (20, 10)
    with pytest.raises(CapturesMore):
        village.redemption.capture(both.id, {soap.id: 3})
    with pytest.raises(NothingCaptured):
        village.redemption.capture(both.id, {soap.id: 0})
    captured = village.redemption.capture(both.id, {soap.id: 1, towel.id: 2})
    assert (captured.captured, captured.cash_taken) == (8, Decimal("3.00"))
    assert balance(village, li) == (12, 0)
    stock = [village.redemption.offer(each.id).stock for each in (soap, towel)]
    assert stock == [4, 3]
    assert village.redemption.capture(both.id, {soap.id: 1, towel.id: 2}) == captured
    with pytest.raises(RedemptionConflict):
        village.redemption.capture(both.id)
    said = Language("en").explanation(captured.explanation)
    assert said == ["2 × 洗洁精: 4 points", "2 × 毛巾: 6 points"]


def test_goods_of_two_merchants_are_two_redemptions(village: Community, li: Member) -> None:
    here, there = shop_of(village, "甲"), shop_of(village, "乙")
    soap, rice = offered(village, here, "洗洁精", 2), offered(village, there, "大米", 2)
    fund = offered(village, here, "助学", 1, kind=OfferKind.DONATION, fund="school")
    give(village, li, 20)
    for basket in ({soap.id: 1, rice.id: 1}, {soap.id: 1, fund.id: 1}):
        with pytest.raises(OffersApart):
            village.redemption.authorise(basket, li.id)
    village.redemption.redeem(fund.id, li.id, quantity=5)
    assert village.ledger.balance(Account.fund("school", "points")).posted == 5


def test_a_price_that_changes_leaves_what_is_reserved(village: Community, li: Member) -> None:
    soap = offered(village, shop_of(village), "洗洁精", 2)
    give(village, li, 20)
    first = village.redemption.authorise(soap.id, li.id, quantity=2)
    village.redemption.reprice_offer(soap.id, 7, reason="dearer")
    assert village.redemption.capture(first.id).captured == 4
    assert village.redemption.redeem(soap.id, li.id).points == 7


def test_alliances_give_one_anothers_offers(village: Community, li: Member) -> None:
    own, other, third = (shop_of(village, name) for name in "甲乙丙")
    alliance = village.redemption.found_alliance("商圈", [own, other])
    rice = offered(village, own, "大米", 4, alliance_id=alliance.id)
    give(village, li, 20)
    village.redemption.redeem(rice.id, li.id, merchant_id=other)
    assert village.ledger.balance(Account.merchant(other, "points")).posted == 4
    with pytest.raises(NotInAlliance):
        village.redemption.redeem(rice.id, li.id, merchant_id=third)
    village.redemption.join_alliance(alliance.id, third)
    village.redemption.redeem(rice.id, li.id, merchant_id=third)
    village.redemption.leave_alliance(alliance.id, other)
    with pytest.raises(NotInAlliance):
        village.redemption.redeem(rice.id, li.id, merchant_id=other)


# --- limits, periods, stars -----------------------------------------------------------------------


def test_a_limit_counts_what_stands(village: Community, li: Member, clock: ManualClock) -> None:
    soap = offered(village, shop_of(village), "洗洁精", 1, limits=[OfferLimit(3, Period.MONTH)])
    give(village, li, 30)
    room = village.redemption
    first = room.redeem(soap.id, li.id, quantity=2)
    waiting = room.authorise(soap.id, li.id)
    with pytest.raises(OfferLimitReached) as caught:
        room.authorise(soap.id, li.id)
    assert (caught.value.left, caught.value.most) == (0, 3)
    room.void(waiting.id)
    room.refund(first.id, 1, reason="broken")
    room.redeem(soap.id, li.id, quantity=2)
    with pytest.raises(OfferLimitReached):
        room.authorise(soap.id, li.id)
    clock.advance(timedelta(days=31))
    forgotten = room.authorise(soap.id, li.id, quantity=3)
    clock.advance(RESERVATION)
    room.redeem(soap.id, li.id, quantity=3)  # what nobody came for counts no more
    assert room.redemption(forgotten.id).status is RedemptionStatus.EXPIRED


def test_a_household_has_its_limit_together(pooling: Community) -> None:
    li, zhao = family(pooling)
    soap = offered(pooling, shop_of(pooling), "洗洁精", 1, limits=[OfferLimit(2, scope=Scope.HOUSEHOLD)])
    for member in (li, zhao):
        give(pooling, member, 10)
        pooling.redemption.redeem(soap.id, member.id)
    with pytest.raises(OfferLimitReached):
        pooling.redemption.redeem(soap.id, zhao.id)


def test_offers_have_their_time(village: Community, li: Member, clock: ManualClock) -> None:
    opens = clock.now() + timedelta(days=1)
    tea = offered(village, shop_of(village), "茶叶", 1, opens_at=opens, closes_at=opens + timedelta(days=1))
    give(village, li, 10)
    with pytest.raises(NotOfferedNow):
        village.redemption.authorise(tea.id, li.id)
    clock.set(opens)
    village.redemption.authorise(tea.id, li.id)
    clock.advance(timedelta(days=1))
    with pytest.raises(NotOfferedNow):
        village.redemption.authorise(tea.id, li.id)


STARS = """\
stars:
  levels:
    one: {name: {en: One star}, needs: {hours: 10}}
    two: {name: {en: Two stars}, needs: {hours: 30}}
  exclusion:
    fraud: {name: {en: fraud}, days: 30}
permissions: {redeem: [keeper]}
"""


def test_stars_exclusions_and_rights(exchange: Exchange, clock: ManualClock) -> None:
    founded = exchange.found("stars", name="星村", rules=RULES + STARS)
    village = founded.acting_as(Actor("keeper-sun", frozenset({"keeper", "clerk"})))
    li = village.community.enrol("李秀英", number="1")
    oil = offered(village, shop_of(village), "油", 1, star="two")
    give(village, li, 10)
    for star in (None, "one", "three"):
        with pytest.raises(StarTooLow):
            village.redemption.authorise(oil.id, li.id, merits=Merits(star=star))
    village.redemption.authorise(oil.id, li.id, merits=Merits(star="two"))
    out = Merits(star="two", excluded=(("fraud", date(2026, 3, 1)),))
    with pytest.raises(TakesNoPart) as caught:
        village.redemption.authorise(oil.id, li.id, merits=out)
    assert "fraud" in Language("en").error(caught.value)
    with pytest.raises(RedeemReserved):
        founded.acting_as(Actor("clerk")).redemption.authorise(oil.id, li.id, merits=Merits(star="two"))


# --- the rules of the community -------------------------------------------------------------------


def test_the_rules_are_asked_and_say_why(strict: Community, clock: ManualClock) -> None:
    li, zhao = family(strict)
    soap = offered(strict, shop_of(strict), "洗洁精", 4)
    room = strict.redemption
    give(strict, li, 19)
    with pytest.raises(NotRedeemable) as caught:
        room.redeem(soap.id, li.id)
    assert [step.code for step in caught.value.explanation] == ["balance_too_low"]
    give(strict, li, 61)
    with pytest.raises(NotRedeemable):
        room.redeem(soap.id, li.id, quantity=8)  # more than 30 at once
    first = room.redeem(soap.id, li.id, quantity=4)
    room.redeem(soap.id, li.id, quantity=2)
    with pytest.raises(NotRedeemable) as caught:
        room.redeem(soap.id, li.id)
    assert [step.code for step in caught.value.explanation] == ["redemption_limit"]
    room.refund(first.id, 1, reason="broken")
    room.redeem(soap.id, li.id)
    give(strict, zhao, 40)
    with pytest.raises(NotRedeemable) as caught:  # three times a week, the household together
        room.redeem(soap.id, zhao.id)
    assert [step.code for step in caught.value.explanation] == ["redemption_limit_times"]
    clock.advance(timedelta(days=2))  # a Wednesday
    with pytest.raises(NotRedeemable) as caught:
        room.redeem(soap.id, zhao.id)
    assert [step.code for step in caught.value.explanation] == [
        "not_redemption_day",
        "redemption_limit_times",
    ]
    clock.advance(timedelta(days=4))
    room.refund(first.id, 1, reason="broken")  # the seventh day
    clock.advance(timedelta(days=1))
    with pytest.raises(RefundOver):
        room.refund(first.id, 1, reason="broken")


def test_cash_makes_up_for_missing_points(exchange: Exchange) -> None:
    rules = POOLING + "redemption: {points: 10, money: 1, currency: CNY, cash: true}\n"
    village = exchange.found("cash", name="补差村", rules=rules)
    li = village.community.enrol("李秀英", number="1")
    rice = offered(village, shop_of(village), "大米", 5, cash="2")
    give(village, li, 8)
    bought = village.redemption.authorise(rice.id, li.id, quantity=3)
    assert (bought.points, bought.top_up, bought.cash) == (8, Decimal("0.7"), Decimal("6.7"))
    assert balance(village, li) == (8, 8)
    assert "cash" in [step.code for step in bought.explanation]
    captured = village.redemption.capture(bought.id, 2)  # 10 of 15: 5 of the 8 points, and 5 of the 7 missing
    assert (captured.captured, captured.cash_taken) == (5, Decimal("4.50"))
    refund = village.redemption.refund(bought.id, reason="broken")
    assert (refund.points, refund.cash) == (5, Decimal("4.50"))
    assert balance(village, li) == (8, 0)
    assert village.redemption.redemption(bought.id).cash_taken == 0


# --- paying together ------------------------------------------------------------------------------


def test_a_household_pays_what_one_lacks(pooling: Community) -> None:
    li, zhao = family(pooling)
    rice = offered(pooling, shop_of(pooling), "大米", 10)
    give(pooling, li, 6)
    give(pooling, zhao, 9)
    with pytest.raises(InsufficientPoints):
        pooling.redemption.authorise(rice.id, li.id)
    bought = pooling.redemption.authorise(rice.id, li.id, pooled=True, id="r")
    assert [share.points for share in bought.shares] == [6, 4]
    pooling.redemption.capture(bought.id)
    assert (balance(pooling, li), balance(pooling, zhao)) == ((0, 0), (5, 0))
    pooling.redemption.refund(bought.id, points=5, reason="damaged")
    assert (balance(pooling, li), balance(pooling, zhao)) == ((3, 0), (7, 0))
    with pytest.raises(InsufficientPoints):
        pooling.redemption.authorise(rice.id, li.id, quantity=2, pooled=True)


def test_shares_are_named(pooling: Community) -> None:
    li, zhao = family(pooling)
    stranger = pooling.community.enrol("孙强", number="3")
    rice = offered(pooling, shop_of(pooling), "大米", 10, stock=2)
    mine, yours = (Account.member(each.id, "points") for each in (li, zhao))
    home = Account.household(li.household_id or "", "points")
    for account in (mine, yours, home):
        legs = (Leg(account, 10), Leg(Account.issuance("points"), -10))
        pooling.ledger.post_one(Transaction(pooling.context.ids.new(), legs))
    room = pooling.redemption
    with pytest.raises(SharesDiffer):
        room.authorise(rice.id, li.id, shares={mine: 4, yours: 7})
    with pytest.raises(PoolingNotAllowed):
        room.authorise(rice.id, li.id, shares={mine: 4, Account.member(stranger.id, "points"): 6})
    room.redeem(rice.id, li.id, shares={yours: 3, mine: 2, home: 5}, id="joint")
    assert (balance(pooling, li), balance(pooling, zhao)) == ((8, 0), (7, 0))
    assert pooling.ledger.balance(home).posted == 5
    with pytest.raises(RedemptionConflict):
        room.redeem(rice.id, li.id, shares={yours: 2, mine: 3, home: 5}, id="joint")
    with pytest.raises(InsufficientPoints):
        room.authorise(rice.id, li.id, shares={home: 10})
    assert room.offer(rice.id).stock == 1


def test_without_pooling_everybody_pays_alone(village: Community) -> None:
    li, zhao = family(village)
    rice = offered(village, shop_of(village), "大米", 10)
    give(village, zhao, 20)
    with pytest.raises(InsufficientPoints):
        village.redemption.authorise(rice.id, li.id, pooled=True)
    with pytest.raises(PoolingNotAllowed):
        village.redemption.authorise(rice.id, li.id, shares={Account.member(zhao.id, "points"): 10})
    alone = village.community.enrol("孙强", number="3")
    with pytest.raises(PoolingNotAllowed):
        village.redemption.authorise(rice.id, alone.id, pooled=True)


def test_what_a_household_was_given_its_members_spend(village: Community, clock: ManualClock) -> None:
    """Without pooling: the points of the household itself, and nobody else's."""
    rules = RULES.replace('version: "1"', 'version: "2"').replace("2026-01-01", "2026-03-02")
    village.rules.publish(rules.replace("points: 5}", "points: 5, for: household}"))
    li, zhao = family(village)
    home = Account.household(li.household_id or "", "points")
    for n in range(3):
        village.awards.credit(Report(f"p{n}", zhao.id, "patrol", date(2026, 3, 2)))
    give(village, li, 4)
    give(village, zhao, 20)
    rice, room = offered(village, shop_of(village), "大米", 8), village.redemption
    with pytest.raises(InsufficientPoints):
        room.authorise(rice.id, li.id)
    as_li = village.acting_as(Actor(li.id)).redemption
    done = as_li.redeem(rice.id, li.id, pooled=True)
    assert {(share.account, share.captured) for share in done.shares} == {
        (f"points/member/{li.id}", 4),
        (home.key, 4),
    }
    voucher = as_li.issue_voucher(rice.id, li.id, pooled=True).voucher
    assert village.ledger.balance(home).available == 3
    as_li.revoke_voucher(voucher.id, reason="not needed")
    with pytest.raises(InsufficientPoints):
        as_li.authorise(rice.id, li.id, quantity=2, pooled=True)
    assert (village.ledger.balance(home).available, balance(village, zhao)) == (11, (20, 0))


# --- giving back ----------------------------------------------------------------------------------


def test_a_refund_restores_the_lots(village: Community, li: Member, clock: ManualClock) -> None:
    soon, late = (clock.now() + timedelta(days=days) for days in (10, 100))
    give(village, li, 5, soon)
    give(village, li, 5, late)
    rice = offered(village, shop_of(village), "大米", 4, stock=2)
    bought = village.redemption.redeem(rice.id, li.id, quantity=2)
    refund = village.redemption.refund(bought.id, 1, reason="broken", id="back")
    assert [(each.points, each.expires_at) for each in refund.restored] == [(1, soon), (3, late)]
    assert village.redemption.refund(bought.id, 1, reason="broken", id="back") == refund
    with pytest.raises(RefundConflict):
        village.redemption.refund(bought.id, reason="broken", id="back")
    clock.advance(timedelta(days=20))
    last = village.redemption.refund(bought.id, reason="broken", restock=False)
    assert (last.points, village.redemption.redemption(bought.id).status) == (4, RedemptionStatus.REFUNDED)
    assert village.redemption.offer(rice.id).stock == 1
    account = Account.member(li.id, "points")
    assert village.ledger.balance(account).available == 5  # what had expired meanwhile is gone again
    with pytest.raises(NothingToGiveBack):
        village.redemption.refund(bought.id, reason="broken")


def test_the_rules_say_how_long_points_that_come_back_late_live_on(
    exchange: Exchange, clock: ManualClock
) -> None:
    text = RULES.replace("积分, zh_Hant: 積分}}", "积分, zh_Hant: 積分}, extend_days: 30}")
    village = exchange.found("lasting", name="长村", rules=text).acting_as(
        Actor("clerk-wang", frozenset({"clerk"}))
    )
    li = village.community.enrol("李秀英", number="1")
    give(village, li, 12, clock.now() + timedelta(days=10))
    rice = offered(village, shop_of(village), "大米", 4, stock=3)
    room = village.redemption
    bought = room.redeem(rice.id, li.id, quantity=3)
    clock.advance(timedelta(days=20))
    village.rules.publish(text.replace('"1"', '"2"').replace("2026-01-01", "2026-03-20").replace("30}", "1}"))
    as_the_rules_say = room.refund(bought.id, 1, reason="broken", id="back")
    other = room.refund(bought.id, 1, reason="broken", extend_days=5)
    at_once = room.refund(bought.id, 1, reason="broken", extend_days=0)
    lots = [each.restored[0].expires_at for each in (as_the_rules_say, other)]
    assert [lot and (lot - clock.now()).days for lot in lots] == [30, 5]
    assert [each.points for each in at_once.restored] == [4]
    assert village.ledger.balance(Account.member(li.id, "points")).available == 8
    assert room.refund(bought.id, 1, reason="broken", id="back") == as_the_rules_say


def lasting(exchange: Exchange, clock: ManualClock, days: int) -> tuple[Community, Member, Offer]:
    """A village where points live on for so many days, a member whose 12 expire in ten, and rice for 4."""
    extended = f", extend_days: {days}" if days else ""
    text = RULES.replace("zh_Hant: 積分}}", f"zh_Hant: 積分}}{extended}}}")
    village = exchange.found("lasting", name="长村", rules=text).acting_as(
        Actor("clerk-wang", frozenset({"clerk"}))
    )
    li = village.community.enrol("李秀英", number="1")
    give(village, li, 12, clock.now() + timedelta(days=10))
    return village, li, offered(village, shop_of(village), "大米", 4, stock=3)


@pytest.mark.parametrize("days", [0, 30])
def test_points_past_their_date_live_on_as_the_rules_say_when_a_voucher_is_revoked(
    exchange: Exchange, clock: ManualClock, days: int
) -> None:
    """Of 12 points that expire in ten days, 8 are set aside for longer: 4 expire, and 8 with the voucher."""
    village, li, rice = lasting(exchange, clock, days)
    room, account = village.redemption, Account.member(li.id, "points")
    issued = room.issue_voucher(rice.id, li.id, quantity=2, valid_until=clock.now() + timedelta(days=60))
    clock.advance(timedelta(days=20))
    assert village.ledger.balance(account).available == 0
    room.revoke_voucher(issued.voucher.id, reason="lost")
    told = room.redemption(issued.voucher.redemption_id).explanation[-1]
    sentence = Language.of("en").step(told)
    if days:
        assert told.code == "points_live_on"
        assert sentence == (
            "Points that passed their date while they were set aside live on until Apr 21, 2026: 8 points"
        )
        [lot] = village.ledger.lots(account)
        assert lot.expires_at is not None
        assert (lot.remaining, (lot.expires_at - clock.now()).days) == (8, 30)
        clock.advance(timedelta(days=31))
    else:
        assert sentence == "Points that passed their date while they were set aside are gone: 8 points"
    assert village.ledger.balance(account).available == 0
    assert room.offer(rice.id).stock == 3
    village.ledger.expire()
    assert village.ledger.lots(account) == []
    assert village.ledger.balance(Account.expiry("points")).posted == 12
    assert village.ledger.verify().ok
    room.revoke_voucher(issued.voucher.id, reason="again")


@pytest.mark.parametrize("days", [0, 30])
def test_points_past_their_date_live_on_as_the_rules_say_when_a_part_is_captured(
    exchange: Exchange, clock: ManualClock, days: int
) -> None:
    """Of 12 points that expire in ten days, 8 are set aside for longer, and 4 of these are spent."""
    village, li, rice = lasting(exchange, clock, days)
    room, account = village.redemption, Account.member(li.id, "points")
    until = clock.now() + timedelta(days=60)
    bought = room.authorise(rice.id, li.id, quantity=2, expires_at=until)
    clock.advance(timedelta(days=20))
    captured = room.capture(bought.id, 1)
    assert room.capture(bought.id, 1) == captured == room.redemption(bought.id)
    told = captured.explanation[-1]
    assert (told.code, told.values["points"]) == ("points_live_on" if days else "points_gone", 4)
    village.ledger.expire()
    assert village.ledger.balance(account).available == (4 if days else 0)
    left = [(lot.remaining, lot.expires_at) for lot in village.ledger.lots(account)]
    live_on = [(points, until and (until - clock.now()).days) for points, until in left]
    assert live_on == ([(4, 30)] if days else [])
    assert village.ledger.balance(captured.taker).posted == 4
    assert room.offer(rice.id).stock == 2
    clock.advance(timedelta(days=31))
    village.ledger.expire()
    assert village.ledger.balance(Account.expiry("points")).posted == 8
    assert village.ledger.verify().ok
    whole = room.refund(bought.id, reason="broken")  # what was spent is no worse off
    assert (whole.points, village.ledger.balance(account).available) == (4, 4 if days else 0)


def test_what_no_hold_kept_from_expiring_does_not_live_on(exchange: Exchange, clock: ManualClock) -> None:
    """Other points cover the hold, and a second hold: only what this one kept lives on."""
    text = RULES.replace("积分, zh_Hant: 積分}}", "积分, zh_Hant: 積分}, extend_days: 30}")
    village = exchange.found("lasting", name="长村", rules=text).acting_as(
        Actor("clerk-wang", frozenset({"clerk"}))
    )
    li = village.community.enrol("李秀英", number="1")
    give(village, li, 12, clock.now() + timedelta(days=10))
    give(village, li, 6)
    rice = offered(village, shop_of(village), "大米", 4, stock=9)
    room, until = village.redemption, clock.now() + timedelta(days=60)
    first, second = (room.authorise(rice.id, li.id, quantity=n, expires_at=until) for n in (1, 2))
    clock.advance(timedelta(days=20))
    # 12 are held, and 18 were there: 6 of the 12 are past their date and expire, 6 are kept by the holds.
    assert room.void(second.id).explanation[-1].values["points"] == 6
    balance = village.ledger.balance(Account.member(li.id, "points"))
    assert (balance.posted, balance.available) == (12, 8)
    assert room.void(first.id).explanation == first.explanation
    assert village.ledger.balance(Account.member(li.id, "points")).available == 12
    assert village.ledger.verify().ok


def test_a_refund_restores_the_lots_that_are_named(
    village: Community, li: Member, clock: ManualClock
) -> None:
    soap = offered(village, shop_of(village), "洗洁精", 9)
    ends = [clock.now() + timedelta(days=days) for days in (10, 20, 30)]
    account = Account.member(li.id, "points")
    for expires_at in ends:
        give(village, li, 3, expires_at)
    room = village.redemption
    redemption = room.redeem(soap.id, li.id, id="r1")

    def remaining() -> list[int]:
        there = {lot.expires_at: lot.remaining for lot in village.ledger.lots(account)}
        return [there.get(each, 0) for each in ends]

    back = room.refund("r1", points=4, lots=[ends[1], ends[0]], reason="broken", id="b1")
    assert remaining() == [1, 3, 0]
    assert {(each.points, each.expires_at) for each in back.restored} == {(3, ends[1]), (1, ends[0])}
    assert room.refund("r1", points=4, lots=[ends[1], ends[0]], reason="broken", id="b1") == back
    with pytest.raises(RefundConflict):
        room.refund("r1", points=4, lots=[ends[0], ends[1]], reason="broken", id="b1")
    for lots in ([ends[1]], [ends[0]], [ends[1], ends[0]], [clock.now()]):
        with pytest.raises(LotExceeded):
            room.refund("r1", points=3, lots=lots, reason="broken")
    assert remaining() == [1, 3, 0]
    room.refund("r1", points=2, reason="broken")
    room.refund("r1", points=2, lots=[ends[0]], reason="broken")
    assert remaining() == [3, 3, 2]
    assert room.refund("r1", reason="broken").restored[0].expires_at == ends[2]
    assert room.redemption(redemption.id).status is RedemptionStatus.REFUNDED
    assert village.ledger.verify().ok


def test_no_more_comes_back_than_was_given(village: Community, li: Member) -> None:
    rice = offered(village, shop_of(village), "大米", 4, stock=5)
    give(village, li, 20)
    reserved = village.redemption.authorise(rice.id, li.id, quantity=3)
    with pytest.raises(IllegalTransition):
        village.redemption.refund(reserved.id, reason="changed her mind")
    village.redemption.capture(reserved.id, 2)
    for asked in ({"pieces": 3}, {"points": 9}, {"pieces": {"other": 1}}):
        with pytest.raises(RefundExceeds):
            village.redemption.refund(reserved.id, reason="broken", **asked)
    village.redemption.refund(reserved.id, points=7, reason="damaged")
    assert village.redemption.refund(reserved.id, 2, reason="broken").points == 1
    assert balance(village, li) == (20, 0)


def test_a_refund_after_settlement_is_deducted_from_the_next(village: Community, li: Member) -> None:
    shop = shop_of(village)
    rice = offered(village, shop, "大米", 4)
    give(village, li, 40)
    room, treasurer = (
        village.redemption,
        village.acting_as(TREASURER).redemption,
    )
    first = room.redeem(rice.id, li.id, quantity=3)
    treasurer.approve_settlement(room.settle(shop).id)
    refund = room.refund(first.id, 2, reason="broken")
    assert refund.carried == 8
    assert balance(village, li) == (36, 0)
    owing = room.settle(shop)
    assert (owing.points, owing.money, owing.carried) == (-8, Decimal("0.00"), Decimal("-0.80"))
    with pytest.raises(NothingToSettle):
        room.settle(shop)
    room.redeem(rice.id, li.id, quantity=3)
    statement = room.settle(shop)
    assert (statement.points, statement.money) == (12, Decimal("0.40"))
    treasurer.approve_settlement(owing.id)
    treasurer.approve_settlement(statement.id)
    assert village.ledger.balance(Account.merchant(shop, "points")).posted == 0
    assert village.ledger.balance(Account.settled("points")).posted == 16
    assert village.ledger.verify().ok


def test_what_a_purchase_earned_is_taken_back_with_it(village: Community, li: Member) -> None:
    rice = offered(village, shop_of(village), "大米", 10)
    give(village, li, 20)
    bought = village.redemption.redeem(rice.id, li.id, quantity=2)
    legs = (Leg(Account.member(li.id, "points"), 5), Leg(Account.issuance("points"), -5))
    village.ledger.post_one(Transaction("bonus", legs))
    village.redemption.note_earned(bought.id, "bonus")
    assert village.redemption.refund(bought.id, 1, reason="broken").retaken == {"bonus": 2}
    assert balance(village, li) == (13, 0)
    assert village.redemption.refund(bought.id, 1, reason="broken").retaken == {"bonus": 3}
    assert balance(village, li) == (20, 0)


# --- at the same moment ---------------------------------------------------------------------------


def test_the_last_pieces_are_had_once(village: Community) -> None:
    rice = offered(village, shop_of(village), "大米", 4, stock=4)
    members = [village.community.enrol(str(n), number=str(n)) for n in range(16)]
    for member in members:
        give(village, member, 10)
    came = race([partial(village.redemption.authorise, rice.id, member.id) for member in members])
    assert came == {"done": 4, "out_of_stock": 12}
    assert village.redemption.offer(rice.id).stock == 0
    assert sorted(balance(village, member) for member in members) == [(10, 0)] * 12 + [(10, 4)] * 4


def test_a_limit_of_three_is_used_three_times(village: Community, li: Member) -> None:
    rice = offered(village, shop_of(village), "大米", 1, limits=[OfferLimit(3)])
    give(village, li, 100)
    came = race([lambda: village.redemption.redeem(rice.id, li.id)] * 10)
    assert came == {"done": 3, "offer_limit_reached": 7}
    assert balance(village, li) == (97, 0)


def test_captured_and_given_back_once(village: Community, li: Member) -> None:
    rice = offered(village, shop_of(village), "大米", 1, stock=9)
    give(village, li, 100)
    bought = village.redemption.authorise(rice.id, li.id, quantity=6, id="r")
    acts = [
        lambda: village.redemption.capture(bought.id),
        lambda: village.redemption.authorise(rice.id, li.id, quantity=6, id="r"),
    ]
    assert race(acts * 4) == {"done": 8}
    assert balance(village, li) == (94, 0)
    came = race([lambda: village.redemption.refund(bought.id, 4, reason="broken")] * 4)
    assert came == {"done": 1, "refund_exceeds": 3}
    same = [lambda: village.redemption.refund(bought.id, 1, reason="broken", id="back")] * 4
    assert race(same) == {"done": 4}
    assert balance(village, li) == (99, 0)
    assert village.redemption.offer(rice.id).stock == 8
    assert village.ledger.verify().ok


def test_goods_and_people_in_every_order_stand_in_nobodys_way(pooling: Community) -> None:
    li, zhao = family(pooling)
    shop = shop_of(pooling)
    offers = [offered(pooling, shop, name, 1, stock=100).id for name in "甲乙丙"]
    for member in (li, zhao):
        give(pooling, member, 50)
    room, mine, yours = pooling.redemption, *(Account.member(m.id, "points") for m in (li, zhao))
    acts = [
        lambda: room.redeem(dict.fromkeys(offers, 1), li.id, pooled=True),
        lambda: room.redeem(dict.fromkeys(reversed(offers), 1), zhao.id, shares={yours: 1, mine: 2}),
        lambda: room.void(room.authorise(offers[1], zhao.id).id),
        lambda: room.refund(room.redeem({offers[2]: 2, offers[0]: 1}, zhao.id).id, reason="broken"),
    ]
    assert race(acts * 3) == {"done": 12}
    assert [room.offer(id).stock for id in offers] == [94, 94, 94]
    assert balance(pooling, li)[0] + balance(pooling, zhao)[0] == 100 - 18


# --- hostile --------------------------------------------------------------------------------------


NONSENSE: dict[str, Callable[..., object]] = {
    "nothing": lambda room, offer, member: room.authorise({}, member),
    "no pieces": lambda room, offer, member: room.authorise({offer: 0}, member),
    "no such offer": lambda room, offer, member: room.authorise({offer: 1, "no-such": 1}, member),
    "nobody": lambda room, offer, member: room.authorise(offer, "nobody"),
    "a long id": lambda room, offer, member: room.authorise(offer, member, id="x" * 101),
    "not theirs": lambda room, offer, member: room.authorise(
        offer, member, shares={Account.issuance("points"): 1}
    ),
    "no such merchant": lambda room, offer, member: room.authorise(offer, member, merchant_id="no-such"),
    "no such refund": lambda room, offer, member: room.refund("no-such", reason="?"),
    "no such redemption": lambda room, offer, member: room.capture("no-such"),
}


@pytest.mark.parametrize("nonsense", NONSENSE)
def test_nonsense_is_refused_and_holds_nothing(village: Community, li: Member, nonsense: str) -> None:
    rice = offered(village, shop_of(village), "大米", 1, stock=1)
    give(village, li, 10)
    with pytest.raises(GridpointsError):
        NONSENSE[nonsense](village.redemption, rice.id, li.id)
    assert balance(village, li) == (10, 0)
    assert village.redemption.offer(rice.id).stock == 1


def test_apportioned_leaves_nothing_over() -> None:
    assert apportioned(5, [1, 1, 1]) == [2, 2, 1] or sum(apportioned(3, [1, 1, 1])) == 3
    assert apportioned(0, []) == []
    assert apportioned(7, [8, 7]) == [4, 3]


def test_the_last_piece_of_an_overdue_reservation(village: Community, li: Member, clock: ManualClock) -> None:
    """Another one's, of another offer, is put back along the way."""
    shop = shop_of(village)
    rice, oil = (offered(village, shop, name, 1, stock=1) for name in ("大米", "油"))
    give(village, li, 10)
    village.redemption.authorise({rice.id: 1, oil.id: 1}, li.id)
    with pytest.raises(OutOfStock):
        village.redemption.authorise(rice.id, li.id)
    clock.set(datetime(2026, 3, 2, 3, tzinfo=UTC))
    village.redemption.redeem(rice.id, li.id)
    assert village.redemption.offer(oil.id).stock == 1
