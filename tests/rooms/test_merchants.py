"""Merchants, what is agreed with them, who works there, and the keys of their tills."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest

from gridpoints import Account, Actor, Community, Leg, Member, Merchant, Transaction
from gridpoints.errors import (
    AgreementMissing,
    AgreementOverlaps,
    CategoryNotAgreed,
    MerchantNotActive,
    NotInRange,
    NotOfThisMerchant,
    NotOneOf,
    NotUsable,
    StaffOnly,
    TillKeyRefused,
    TillMayNot,
)
from gridpoints.redemption.merchants.model import MerchantStatus, StaffRole
from gridpoints.redemption.merchants.outlets import KeyScope, Opening, Till, TillKey
from gridpoints.redemption.operations import Redemptions
from gridpoints.testing import ManualClock
from gridpoints.values import Period

Call = Callable[[Redemptions], object]


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


def test_a_merchant_whose_agreements_have_ended_is_not_activated(
    village: Community, shop: Merchant, clock: ManualClock
) -> None:
    room, day = village.redemption, timedelta(days=1)
    room.suspend_merchant(shop.id, reason="moves house")
    room.end_agreement("first", (clock.now() + day).date())
    room.activate_merchant(shop.id)
    room.suspend_merchant(shop.id, reason="moves again")
    clock.advance(day)
    with pytest.raises(AgreementMissing):
        room.activate_merchant(shop.id)
    assert room.merchant(shop.id).status is MerchantStatus.SUSPENDED
    room.sign_agreement(shop.id, starts_on=(clock.now() + day).date())
    assert room.activate_merchant(shop.id).status is MerchantStatus.ACTIVE


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
    with pytest.raises(NotInRange):
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
    assert actor.roles == {"till", "till:capture", f"till:key:{key.id}"}
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


def reading(shop: str, redemption: str, statement: str, refund: str) -> dict[str, Call]:
    """What looks something up that is a merchant's."""
    return {
        "settlement": lambda room: room.settlement(statement),
        "settlements": lambda room: room.settlements(shop),
        "entries": lambda room: list(room.entries_of(statement)),
        "adjustments": lambda room: room.adjustments_of(shop),
        "agreements": lambda room: room.agreements(shop),
        "staff": lambda room: room.staff(shop),
        "tills": lambda room: room.tills(shop),
        "redemption": lambda room: room.redemption(redemption),
        "redemptions": lambda room: room.redemptions_at(shop),
        "refund": lambda room: room.refund_of(refund),
        "refunds": lambda room: room.refunds(redemption),
        "reconcile": lambda room: room.reconcile(shop, (), first=date(2026, 3, 1), last=date(2026, 3, 31)),
    }


READING_ANYTHING: dict[str, Call] = {
    "offers": lambda room: room.offers(),
    "offer": lambda room: room.offer("soap"),
    "merchants": lambda room: room.merchants(),
    "merchant": lambda room: room.merchant("shop"),
    "outlets": lambda room: room.outlets("shop"),
    "alliances": lambda room: room.alliances(),
}


def test_a_key_for_reading_reads_and_does_nothing(village: Community, till: Till, li: Member) -> None:
    room, offer = village.redemption, soap(village)
    give(village, li)
    bought = room.redeem(offer, li.id)
    refund = room.refund(bought.id, reason="broken")
    room.redeem(offer, li.id)
    statement = room.settle("shop")
    reserved = room.authorise(offer, li.id)
    reader, doer = (
        village.acting_as(room.till_of(room.issue_key(till.id, scopes)[1])).redemption
        for scopes in (["read"], ["authorise", "capture", "void", "refund"])
    )
    own = reading("shop", bought.id, statement.id, refund.id)
    for name, look in (own | READING_ANYTHING).items():
        assert look(reader) == look(room), name
        with pytest.raises(TillMayNot):
            look(doer)
    doing: dict[str, Call] = {
        "authorise": lambda room: room.authorise(offer, li.id),
        "capture": lambda room: room.capture(reserved.id),
        "void": lambda room: room.void(reserved.id),
        "refund": lambda room: room.refund(bought.id, reason="broken"),
        "issue": lambda room: room.issue_voucher(offer, li.id),
        "deliver": lambda room: room.deliver([]),
    }
    for act in doing.values():
        with pytest.raises(TillMayNot):
            act(reader)
    not_for_tills: dict[str, Call] = {
        "register": lambda room: room.register_merchant("乙", unit="points", rate="1"),
        "keys": lambda room: room.keys(till.id),
        "settle": lambda room: room.settle("shop"),
        "all settlements": lambda room: room.settlements(),
        "somebody's": lambda room: room.redemptions_of(li.id),
        "somebody's vouchers": lambda room: room.vouchers_of(li.id),
        "earned": lambda room: room.note_earned(bought.id, "award:1"),
        "alliance": lambda room: room.found_alliance("街"),
    }
    for call in not_for_tills.values():
        for actor in (reader, doer):
            with pytest.raises(StaffOnly):
                call(actor)
    assert [each.points for each in room.redemptions_at("shop")] == [2, 2]
    assert room.redemptions_at("shop", date(2026, 3, 1)) == []
    assert room.redemption(reserved.id) == reserved


def test_what_is_a_merchants_is_read_by_those_who_act_for_it(
    village: Community, till: Till, li: Member
) -> None:
    room = village.redemption
    for id in ("other", "third"):
        room.register_merchant(id, unit="points", rate="1", id=id)
        room.activate_merchant(id)
    give(village, li)
    bought = room.redeem(soap(village, "other", "theirs"), li.id)
    refund = room.refund(bought.id, reason="broken")
    room.redeem("theirs", li.id)
    theirs = reading("other", bought.id, room.settle("other").id, refund.id)
    reader = village.acting_as(room.till_of(room.issue_key(till.id, ["read"])[1])).redemption
    room.name_staff("third", "chen", "owner")
    room.name_staff("other", "wu", "cashier")
    chen, wu = (village.acting_as(Actor(id, frozenset({"merchant"}))).redemption for id in ("chen", "wu"))
    for name, look in theirs.items():
        with pytest.raises(NotOfThisMerchant):
            look(reader)
        with pytest.raises(StaffOnly):
            look(chen)
        assert look(wu) == look(room), name


def test_whoever_acts_with_a_key_stops_when_it_is_no_longer_good(
    village: Community, till: Till, li: Member, clock: ManualClock
) -> None:
    room, offer = village.redemption, soap(village)
    give(village, li)

    def at_till(expires_at: datetime | None = None) -> tuple[TillKey, Redemptions]:
        key, text = room.issue_key(till.id, expires_at=expires_at)
        return key, village.acting_as(room.till_of(text)).redemption

    key, revoked = at_till()
    _, brief = at_till(clock.now() + timedelta(hours=1))
    _, standing = at_till()
    home_made = village.acting_as(Actor(f"till:{till.id}", frozenset({"till", "till:authorise"})))
    for each in (revoked, brief, standing):
        each.authorise(offer, li.id, member_code=shown(village, clock, li))
    room.revoke_key(key.id)
    clock.advance(timedelta(hours=1))
    for each in (revoked, brief, home_made.redemption):
        with pytest.raises(TillKeyRefused):
            each.authorise(offer, li.id)
        with pytest.raises(TillKeyRefused):
            each.offers()
    standing.authorise(offer, li.id, member_code=shown(village, clock, li))
    room.close_outlet(till.outlet_id)
    with pytest.raises(TillKeyRefused):
        standing.authorise(offer, li.id)


def test_opening_hours_refuse_nothing(village: Community, till: Till, li: Member, clock: ManualClock) -> None:
    offer = soap(village)
    give(village, li)
    at_till = village.acting_as(
        village.redemption.till_of(village.redemption.issue_key(till.id)[1])
    ).redemption
    clock.advance(timedelta(hours=14))  # 23 o'clock
    [outlet] = village.redemption.outlets("shop")
    assert not outlet.is_open(clock.now().astimezone(village.context.zone))
    assert at_till.redeem(offer, li.id, member_code=shown(village, clock, li)).captured == 2


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
    with pytest.raises(NotInRange):
        room.draft_offer(shop.id, "?", price=1, cash="0.001")
