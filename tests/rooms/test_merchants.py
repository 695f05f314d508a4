"""Merchants, what is agreed with them, who works there, and the keys of their tills."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest

from gridpoints import Account, Actor, Community, Leg, Member, Merchant, Transaction
from gridpoints.errors import (
    AgreementMissing,
    AgreementOverlaps,
    CategoryNotAgreed,
    MerchantNotActive,
    NotOfThisMerchant,
    NotOneOf,
    NotPositive,
    NotUsable,
    StaffOnly,
    TillKeyRefused,
    TillMayNot,
)
from gridpoints.redemption.partners import MerchantStatus, StaffRole
from gridpoints.redemption.tills import KeyScope, Opening, Till, TillKey
from gridpoints.testing import ManualClock
from gridpoints.values import Period


@pytest.fixture
def shop(village: Community) -> Merchant:
    shop = village.redemption.register_merchant("积分超市", unit="points", rate="0.1", id="shop")
    village.redemption.sign_agreement(shop.id, fee="2.5", settled="quarter", id="first")
    return village.redemption.activate_merchant(shop.id)


@pytest.fixture
def till(village: Community, shop: Merchant) -> Till:
    outlet = village.redemption.open_outlet(shop.id, "东门店", hours=[Opening(1, "08:30", "20:00")])
    return village.redemption.add_till(outlet.id, "一号收银台")


def soap(village: Community, shop: str = "shop", id: str = "soap") -> str:
    offer = village.redemption.draft_offer(shop, "洗洁精", price=2, id=id)
    return village.redemption.publish_offer(offer.id).id


def give(village: Community, member: Member, points: int = 20) -> None:
    legs = (Leg(Account.member(member.id, "points"), points), Leg(Account.issuance("points"), -points))
    village.ledger.post_one(Transaction(village.context.ids.new(), legs))


# --- agreements -----------------------------------------------------------------------------------


def test_a_merchant_is_agreed_with_before_it_takes_points(village: Community, li: Member) -> None:
    room = village.redemption
    shop = room.register_merchant("积分超市", unit="points", rate="0.1")
    offer = soap(village, shop.id)
    give(village, li)
    with pytest.raises(MerchantNotActive):
        room.redeem(offer, li.id)
    room.sign_agreement(shop.id, rate="0.08")
    assert room.merchant(shop.id).status is MerchantStatus.AGREED
    with pytest.raises(MerchantNotActive):
        room.redeem(offer, li.id)
    room.activate_merchant(shop.id)
    [agreement] = room.agreements(shop.id)
    assert room.redeem(offer, li.id).agreement_id == agreement.id
    assert agreement.rate == Decimal("0.08")


def test_a_new_agreement_has_its_own_days_and_the_old_one_stays(
    village: Community, shop: Merchant, li: Member, clock: ManualClock
) -> None:
    room = village.redemption
    offer = soap(village)
    give(village, li)
    with pytest.raises(AgreementOverlaps):
        room.sign_agreement(shop.id)
    first = room.agreement_on(shop.id)
    assert (first.fee, first.settled) == (Decimal("2.5"), Period.QUARTER)
    room.sign_agreement(
        shop.id, starts_on=date(2026, 4, 1), ends_on=date(2026, 7, 1), rate="0.2", id="second"
    )
    assert room.redeem(offer, li.id).agreement_id == "first"
    clock.advance(timedelta(days=40))
    assert room.redeem(offer, li.id).agreement_id == "second"
    assert room.agreement_on(shop.id, date(2026, 3, 31)) == first
    room.end_agreement("first", date(2026, 4, 1))
    clock.advance(timedelta(days=100))
    with pytest.raises(AgreementMissing):
        room.redeem(offer, li.id)


def test_an_agreement_names_what_may_be_offered(village: Community, li: Member) -> None:
    room = village.redemption
    shop = room.register_merchant("书店", unit="points", rate="0.1")
    room.sign_agreement(shop.id, categories=["books"])
    room.activate_merchant(shop.id)
    pen = room.draft_offer(shop.id, "笔", price=1, category="pens")
    with pytest.raises(CategoryNotAgreed):
        room.publish_offer(pen.id)
    book = room.draft_offer(shop.id, "书", price=1, category="books")
    room.publish_offer(book.id)


@pytest.mark.parametrize("fee", ["-1", "100", "NaN", "many", "0.00001"])
def test_impossible_fees(village: Community, fee: str) -> None:
    shop = village.redemption.register_merchant("店", unit="points", rate="1")
    with pytest.raises(NotPositive):
        village.redemption.sign_agreement(shop.id, fee=fee)
    with pytest.raises(NotOneOf):
        village.redemption.sign_agreement(shop.id, settled="fortnight")


# --- tills and keys -------------------------------------------------------------------------------


def test_a_key_is_shown_once_and_kept_as_a_hash(village: Community, till: Till) -> None:
    key, text = village.redemption.issue_key(till.id, [KeyScope.CAPTURE])
    secret = text.rpartition("_")[2]
    assert text.startswith("gpt_")
    with village.context.read() as work:
        kept = work.get(TillKey, key.id)
    assert secret not in repr(kept)
    assert secret not in (kept.salt, kept.hash)
    actor = village.redemption.till_of(text)
    assert actor.roles == {"till", "till:capture"}
    assert village.redemption.keys(till.id) == [key]


def shown(village: Community, clock: ManualClock, member: Member) -> str:
    """A code that the member has not used yet."""
    clock.advance(timedelta(minutes=1))
    return village.redemption.member_code(member.id).text


def test_a_till_does_what_its_key_is_for(
    village: Community, till: Till, li: Member, clock: ManualClock
) -> None:
    offer = soap(village)
    give(village, li)
    _, text = village.redemption.issue_key(till.id, ["authorise", "capture"])
    at_till = village.acting_as(village.redemption.till_of(text)).redemption
    bought = at_till.redeem(offer, li.id, member_code=shown(village, clock, li))
    assert bought.authorised_by == f"till:{till.id}"
    with pytest.raises(TillMayNot):
        at_till.refund(bought.id, reason="broken")
    with pytest.raises(TillMayNot):
        at_till.void(at_till.authorise(offer, li.id, member_code=shown(village, clock, li)).id)
    with pytest.raises(StaffOnly):
        at_till.reprice_offer(offer, 1)
    with pytest.raises(StaffOnly):
        at_till.issue_key(till.id)
    other = village.redemption.register_merchant("乙", unit="points", rate="1", id="other")
    village.redemption.activate_merchant(other.id)
    theirs = soap(village, "other", "theirs")
    with pytest.raises(NotOfThisMerchant):
        at_till.authorise(theirs, li.id)
    reserved = village.redemption.authorise(theirs, li.id)
    with pytest.raises(NotOfThisMerchant):
        at_till.capture(reserved.id)


def test_a_key_that_is_no_longer_good_is_refused_without_a_reason(
    village: Community, till: Till, clock: ManualClock
) -> None:
    room = village.redemption
    key, text = room.issue_key(till.id)
    _, brief = room.issue_key(till.id, expires_at=clock.now() + timedelta(days=1))
    room.till_of(text)
    room.till_of(brief)
    head, _, _ = text.rpartition("_")
    wrong = [
        text[:-1] + ("a" if text[-1] != "a" else "b"),
        head,
        f"{head}_",
        "",
        "gpt",
        text[4:],
        f"gpt{text[3:]} ",
    ]
    for other in (*wrong, text.replace("gpt_", "xyz_"), None, "gpt_no-such_secret"):
        with pytest.raises(TillKeyRefused):
            room.till_of(other)  # type: ignore[arg-type]
    clock.advance(timedelta(days=1))
    with pytest.raises(TillKeyRefused):
        room.till_of(brief)
    assert room.revoke_key(key.id) == room.revoke_key(key.id)
    with pytest.raises(TillKeyRefused) as caught:
        room.till_of(text)
    assert caught.value.fields == {}
    _, last = room.issue_key(till.id)
    room.close_till(till.id)
    with pytest.raises(TillKeyRefused):
        room.till_of(last)


def test_scopes_and_hours_are_what_they_can_be(village: Community, shop: Merchant, till: Till) -> None:
    with pytest.raises(NotOneOf):
        village.redemption.issue_key(till.id, ["everything"])
    for opens, closes in (("8:30", "20:00"), ("20:00", "08:30"), ("25:00", "26:00"), ("", "10:00")):
        with pytest.raises(NotUsable):
            village.redemption.open_outlet(shop.id, "店", hours=[Opening(1, opens, closes)])
    [outlet] = village.redemption.outlets(shop.id)
    monday = village.context.now().astimezone(village.context.zone)
    assert outlet.is_open(monday)
    assert not outlet.is_open(monday + timedelta(days=1))
    closed = village.redemption.close_outlet(outlet.id)
    assert not closed.is_open(monday)


# --- staff ----------------------------------------------------------------------------------------


def test_staff_do_what_their_role_lets_them(
    village: Community, shop: Merchant, till: Till, li: Member, clock: ManualClock
) -> None:
    room = village.redemption
    offer = soap(village)
    give(village, li)
    people = {role: f"staff-{role}" for role in StaffRole}
    for role, person in people.items():
        room.name_staff(shop.id, person, role)
    as_ = {
        role: village.acting_as(Actor(person, frozenset({"merchant"}))).redemption
        for role, person in people.items()
    }
    bought = as_[StaffRole.CASHIER].redeem(offer, li.id, member_code=shown(village, clock, li))
    with pytest.raises(StaffOnly):
        as_[StaffRole.CASHIER].refund(bought.id, reason="broken")
    with pytest.raises(StaffOnly):
        as_[StaffRole.CASHIER].restock(offer, 1)
    as_[StaffRole.MANAGER].refund(bought.id, reason="broken")
    as_[StaffRole.MANAGER].restock(offer, 1)
    with pytest.raises(StaffOnly):
        as_[StaffRole.MANAGER].issue_key(till.id)
    as_[StaffRole.OWNER].issue_key(till.id)
    for role in StaffRole:
        with pytest.raises(StaffOnly):
            as_[role].sign_agreement(shop.id, starts_on=date(2027, 1, 1))
        with pytest.raises(StaffOnly):
            as_[role].activate_merchant(shop.id)
    as_[StaffRole.OWNER].dismiss_staff(shop.id, people[StaffRole.CASHIER])
    with pytest.raises(StaffOnly):
        as_[StaffRole.CASHIER].redeem(offer, li.id)
    stranger = village.acting_as(Actor("stranger", frozenset({"merchant"}))).redemption
    with pytest.raises(StaffOnly):
        stranger.redeem(offer, li.id)
    room.name_staff(shop.id, people[StaffRole.CASHIER], "manager")
    as_[StaffRole.CASHIER].restock(offer, 1)
    assert [each.role for each in room.staff(shop.id)] == ["manager", "manager", "owner"]


def test_offers_say_what_they_are(village: Community, shop: Merchant) -> None:
    room = village.redemption
    offer = room.draft_offer(
        shop.id,
        "理发",
        price="15",
        kind="service",
        cash="5",
        names={"en": "Haircut"},
        descriptions={"en": "On Mondays"},
        pictures=["pictures/haircut.jpg"],
    )
    assert room.offer(offer.id) == offer
    for wrong in ({"kind": "donation"}, {"fund": "school"}):
        with pytest.raises(NotUsable):
            room.draft_offer(shop.id, "?", price=1, **wrong)  # type: ignore[arg-type]
    with pytest.raises(NotOneOf):
        room.draft_offer(shop.id, "?", price=1, kind="magic")
    with pytest.raises(NotPositive):
        room.draft_offer(shop.id, "?", price=1, cash="0.001")
