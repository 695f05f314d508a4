"""What an offer says is mended, and what broke of it written off."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from gridpoints import Account, Actor, Community, Leg, Member, Merchant, Offer, Transaction
from gridpoints.errors import (
    BlankText,
    CategoryNotAgreed,
    EmptyInterval,
    GridpointsError,
    NotAmendable,
    NotWholeNumber,
    OfferLimitReached,
    OfferWithdrawn,
    StaffOnly,
    TooMany,
    WritesOffMore,
)
from gridpoints.i18n import Language
from gridpoints.records import Change, versions
from gridpoints.redemption.model import RESERVATION, RedemptionStatus
from gridpoints.redemption.offers.model import OfferLimit, OfferStatus
from gridpoints.testing import ManualClock
from gridpoints.values import Period


@pytest.fixture
def shop(village: Community) -> Merchant:
    shop = village.redemption.register_merchant("积分超市", unit="points", rate="0.1")
    village.redemption.sign_agreement(shop.id, categories=["goods", "food"])
    return village.redemption.activate_merchant(shop.id)


@pytest.fixture
def soap(village: Community, shop: Merchant, li: Member) -> Offer:
    """Five of them, and Li has 20 points."""
    legs = (Leg(Account.member(li.id, "points"), 20), Leg(Account.issuance("points"), -20))
    village.ledger.post_one(Transaction("gift", legs))
    draft = village.redemption.draft_offer(shop.id, "肥皂", price=2, stock=5, category="goods")
    return village.redemption.publish_offer(draft.id)


def history(village: Community, offer: Offer) -> list[tuple[Change, Offer]]:
    with village.context.read() as work:
        changes = work.find(Change, {"kind": "offer", "subject": offer.id})
    return versions(village.redemption.offer(offer.id), changes)


def test_more_than_an_offer_can_hold_is_refused(village: Community, soap: Offer) -> None:
    room, many = village.redemption, [str(n) for n in range(21)]
    told: dict[str, Any] = {
        "pictures": many,
        "limits": [OfferLimit(1, Period.DAY)] * 21,
        "names": {f"l{n}": "x" for n in many},
        "descriptions": {f"l{n}": "x" for n in many},
    }
    for field, values in told.items():
        for act in (room.amend_offer, room.draft_offer):
            about = {"price": 1} if act == room.draft_offer else {}
            with pytest.raises(TooMany) as refused:
                act(soap.merchant_id if about else soap.id, **{"name": "x", **about, field: values})
            assert refused.value.fields == {"field": field, "most": 20}
    assert room.offer(soap.id) == soap
    assert len(room.amend_offer(soap.id, pictures=iter(many[:20])).pictures) == 20


def test_an_offer_is_amended_and_what_is_reserved_is_not(
    village: Community, soap: Offer, li: Member, clock: ManualClock
) -> None:
    room = village.redemption
    reserved = room.authorise(soap.id, li.id, quantity=3)
    closes = clock.now() + timedelta(days=1)
    said: dict[str, Any] = {
        "name": "香皂",
        "names": {"en": "Soap"},
        "descriptions": {"en": "It smells of roses"},
        "pictures": ("soap.jpg",),
        "category": "food",
        "limits": (OfferLimit(1, Period.MONTH),),
        "closes_at": closes,
    }
    amended = room.amend_offer(soap.id, **said, reason="misspelt")
    assert {name: getattr(amended, name) for name in said} == said
    assert (amended.price, amended.stock, amended.status) == (2, 2, OfferStatus.PUBLISHED)
    assert room.offer(soap.id) == amended
    assert room.amend_offer(soap.id, closes_at=None).closes_at is None
    assert room.capture(reserved.id).lines[0].name == "肥皂"
    *_, before, (change, _), (_, last) = history(village, soap)
    assert (change.reason, before[1].name, len(before[1].limits), last.name) == (
        "misspelt",
        "肥皂",
        0,
        "香皂",
    )


def test_a_new_limit_counts_from_now_on_and_one_that_is_changed_goes_on(
    village: Community, soap: Offer, li: Member
) -> None:
    room = village.redemption
    room.redeem(soap.id, li.id)
    for most in (1, 2):
        room.amend_offer(soap.id, limits=[OfferLimit(most, Period.MONTH)])
        room.redeem(soap.id, li.id)
        with pytest.raises(OfferLimitReached) as refused:
            room.redeem(soap.id, li.id)
        assert (refused.value.most, refused.value.left) == (most, 0)
        assert f"肥皂 is limited to {most} (per month, each member)" in Language("en").error(refused.value)


def test_a_draft_is_amended_before_it_is_agreed(village: Community, shop: Merchant) -> None:
    room = village.redemption
    draft = room.draft_offer(shop.id, "书", price=1)
    room.amend_offer(draft.id, category="books", star="3")
    with pytest.raises(CategoryNotAgreed):
        room.publish_offer(draft.id)
    room.amend_offer(draft.id, category="goods", star=None)
    published = room.publish_offer(draft.id)
    assert published.star is None
    assert draft.id not in [each.id for each in room.offers(status=OfferStatus.DRAFT)]
    assert room.offers(shop.id, status=None) == [published] == room.offers()


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"price": 3}, NotAmendable),
        ({"stock": 3}, NotAmendable),
        ({"version": 9}, NotAmendable),
        ({"name": ""}, BlankText),
        ({"category": "weapons"}, CategoryNotAgreed),
        ({"limits": [OfferLimit(0)]}, NotWholeNumber),
        ({"star": ""}, GridpointsError),
    ],
)
def test_what_cannot_be_said_of_an_offer(
    village: Community, soap: Offer, changes: dict[str, Any], refusal: type[GridpointsError]
) -> None:
    with pytest.raises(refusal):
        village.redemption.amend_offer(soap.id, **changes)
    assert village.redemption.offer(soap.id) == soap


def test_who_amends_and_when(village: Community, shop: Merchant, soap: Offer, clock: ManualClock) -> None:
    room = village.redemption
    with pytest.raises(EmptyInterval):
        room.amend_offer(soap.id, opens_at=clock.now(), closes_at=clock.now())
    room.name_staff(shop.id, "chen", "cashier")
    with pytest.raises(StaffOnly):
        village.acting_as(Actor("chen", frozenset({"merchant"}))).redemption.amend_offer(soap.id, name="?")
    room.withdraw_offer(soap.id)
    with pytest.raises(OfferWithdrawn) as refused:
        room.amend_offer(soap.id, name="香皂")
    assert refused.value.offer == "肥皂"
    room.publish_offer(soap.id)
    assert room.amend_offer(soap.id, name="香皂").name == "香皂"


def test_what_broke_is_written_off_and_what_is_reserved_is_not(
    village: Community, soap: Offer, li: Member, clock: ManualClock
) -> None:
    room = village.redemption
    reserved = room.authorise(soap.id, li.id, quantity=3)
    with pytest.raises(WritesOffMore) as refused:
        room.restock(soap.id, -3, reason="broken")
    assert (refused.value.wanted, refused.value.left) == (3, 2)
    assert room.restock(soap.id, -2, reason="broken").stock == 0
    (change, _), *_ = history(village, soap)[::-1]
    assert (change.before["stock"], change.reason) == (2, "broken")
    clock.advance(RESERVATION)
    assert room.restock(soap.id, -1, reason="broken").stock == 2  # nobody came for those
    assert room.redemption(reserved.id).status is RedemptionStatus.EXPIRED
    assert room.restock(soap.id, 4, reason="found").stock == 6


def test_what_cannot_be_written_off(village: Community, shop: Merchant, soap: Offer) -> None:
    room = village.redemption
    for pieces in (0, 1.5, True, -(10**10)):
        with pytest.raises(NotWholeNumber):
            room.restock(soap.id, pieces, reason="broken")  # type: ignore[arg-type]
    for reason in (None, " "):
        with pytest.raises(BlankText):
            room.restock(soap.id, -1, reason=reason)
    uncounted = room.draft_offer(shop.id, "理发", price=1, kind="service")
    with pytest.raises(WritesOffMore):
        room.restock(uncounted.id, -1, reason="broken")
    assert (room.offer(soap.id), room.offer(uncounted.id)) == (soap, uncounted)
