"""Vouchers: had once, by whoever they are for; refused without a reason to the outside; delivered later."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import partial
from pathlib import Path

import pytest
from attrs import evolve, frozen

from gridpoints import Account, Actor, Community, Exchange, Member, Offer, Report
from gridpoints.codes import rotating_code
from gridpoints.errors import (
    DeliveryConflict,
    HandingOnNotAllowed,
    InsufficientPoints,
    NotAllowed,
    NotATill,
    NotUsable,
    NotWholeNumber,
    NotYourCode,
    OfflineNotAllowed,
    RecordUnknown,
    RedemptionConflict,
    StaffOnly,
    StoreUnavailable,
    TextTooLong,
    TillKeyRefused,
    TillMayNot,
    TooManyAttempts,
    VoucherNeeded,
    VoucherNotValid,
)
from gridpoints.ledger.checkpoint import PrivateKey
from gridpoints.redemption.merchants.outlets import KeyScope
from gridpoints.redemption.model import Redemption, RedemptionStatus
from gridpoints.redemption.operations import Redemptions
from gridpoints.redemption.till.spending import ATTEMPTS_WITHIN, MOST_ATTEMPTS
from gridpoints.redemption.vouchers.model import (
    GRACE,
    VALIDITY,
    Arrival,
    DoubleUseStatus,
    MemberSecret,
    VoucherStatus,
)
from gridpoints.redemption.vouchers.offline import OfflineTill, TakenVoucher
from gridpoints.storage.port import Work
from gridpoints.testing import ManualClock
from tests.racing import race
from tests.rooms.conftest import RULES

pytest.importorskip("cryptography", reason="nothing can be signed: install the extra proof")

KEY = PrivateKey("gridpoints/baiyang", bytes(range(32)))


@pytest.fixture
def soap(village: Community) -> Offer:
    shop = village.redemption.register_merchant("积分超市", unit="points", rate="1.5", id="shop")
    village.redemption.activate_merchant(shop.id)
    offer = village.redemption.draft_offer(shop.id, "洗洁精", price=2, stock=5)
    return village.redemption.publish_offer(offer.id)


@pytest.fixture
def rich(village: Community, li: Member) -> Member:
    """Li, with 20 points."""
    village.awards.credit_all(Report(str(n), li.id, "patrol", date(2026, 3, 1)) for n in range(4))
    return li


@pytest.fixture
def till(village: Community, soap: Offer) -> Community:
    """The village as a till of the shop sees it."""
    return till_of(village, soap, "till")


def till_of(village: Community, soap: Offer, id: str) -> Community:
    outlet = village.redemption.open_outlet(soap.merchant_id, "Market lane", id=f"outlet-{id}")
    village.redemption.add_till(outlet.id, id, id=id)
    _, text = village.redemption.issue_key(id)
    return village.acting_as(village.redemption.till_of(text))


def figures(village: Community, member: Member, soap: Offer) -> tuple[int, int, int, int | None]:
    """Posted and held of the member, the merchant's points, and the stock."""
    own = village.ledger.balance(Account.member(member.id, "points"))
    shop = village.ledger.balance(Account.merchant(soap.merchant_id, "points"))
    return own.posted, own.held, shop.posted, village.redemption.offer(soap.id).stock


# --- online ---------------------------------------------------------------------------------------


def test_a_voucher_is_had_once(village: Community, rich: Member, soap: Offer, till: Community) -> None:
    issued = village.redemption.issue_voucher(soap.id, rich.id, quantity=2, id="v1")
    assert issued.code
    assert issued.voucher.valid_until == village.context.now() + VALIDITY
    assert figures(village, rich, soap) == (20, 4, 0, 3)
    again = village.redemption.issue_voucher(soap.id, rich.id, quantity=2, id="v1")
    assert (again.voucher, again.code) == (issued.voucher, None)

    taken = till.redemption.take_voucher(issued.code.lower().replace("-", " "))
    assert taken.status is RedemptionStatus.CAPTURED
    assert figures(village, rich, soap) == (16, 0, 4, 3)
    assert village.redemption.voucher("v1").status is VoucherStatus.REDEEMED
    with pytest.raises(VoucherNotValid) as refusal:
        till.redemption.take_voucher(issued.code)
    assert refusal.value.fields == {}
    assert refusal.value.__cause__ is not None
    [attempt] = village.redemption.attempts()
    assert (attempt.by, attempt.reason, attempt.voucher_id) == ("till:till", "voucher_closed", "v1")
    assert figures(village, rich, soap) == (16, 0, 4, 3)


def test_in_part(village: Community, rich: Member, soap: Offer, till: Community) -> None:
    issued = village.redemption.issue_voucher(soap.id, rich.id, quantity=2)
    till.redemption.take_voucher(str(issued.code), pieces=1)
    assert figures(village, rich, soap) == (18, 0, 2, 4)


def test_a_voucher_is_for_points_that_are_there(village: Community, li: Member, soap: Offer) -> None:
    with pytest.raises(InsufficientPoints):
        village.redemption.issue_voucher(soap.id, li.id)
    assert village.redemption.vouchers_of(li.id) == []


def test_what_runs_out_goes_back(
    village: Community, rich: Member, soap: Offer, till: Community, clock: ManualClock
) -> None:
    until = clock.now() + timedelta(days=2)
    issued = village.redemption.issue_voucher(soap.id, rich.id, valid_until=until)
    clock.set(until)
    with pytest.raises(VoucherNotValid):
        till.redemption.take_voucher(str(issued.code))
    assert village.redemption.expire() == 1
    assert village.redemption.expire_vouchers() == 1
    assert village.redemption.expire_vouchers() == 0
    assert figures(village, rich, soap) == (20, 0, 0, 5)
    assert village.redemption.voucher(issued.voucher.id).status is VoucherStatus.EXPIRED
    for end in (until, datetime.max.replace(tzinfo=UTC)):
        with pytest.raises(NotUsable):
            village.redemption.issue_voucher(soap.id, rich.id, valid_until=end, offline=True)


def test_a_voucher_is_revoked(village: Community, rich: Member, soap: Offer, till: Community) -> None:
    issued = village.redemption.issue_voucher(soap.id, rich.id)
    revoked = village.redemption.revoke_voucher(issued.voucher.id, reason="lost")
    assert revoked.status is VoucherStatus.REVOKED
    assert village.redemption.revoke_voucher(issued.voucher.id, reason="lost") == revoked
    with pytest.raises(VoucherNotValid):
        till.redemption.take_voucher(str(issued.code))
    assert figures(village, rich, soap) == (20, 0, 0, 5)


def test_whatever_is_shown_is_refused_alike_and_not_for_ever(
    village: Community, rich: Member, soap: Offer, till: Community, clock: ManualClock
) -> None:
    issued = village.redemption.issue_voucher(soap.id, rich.id)
    shown = ["", "x", "7K3M", "a.b.c", "2222-2222-2222-2222", "\x00", "٣٣٣٣", "." * 5_000, "𠮷" * 16]
    for text in [*shown, "again"][:MOST_ATTEMPTS]:
        with pytest.raises(VoucherNotValid):
            till.redemption.take_voucher(text)
    with pytest.raises(TooManyAttempts) as refusal:
        till.redemption.take_voucher(str(issued.code))
    assert refusal.value.fields == {"until": clock.now() + ATTEMPTS_WITHIN}
    village.redemption.take_voucher(str(issued.code))  # another one is not refused for it
    clock.advance(ATTEMPTS_WITHIN)
    with pytest.raises(VoucherNotValid):
        till.redemption.take_voucher("x")


def test_who_tries_all_at_once_tries_no_more(village: Community, till: Community) -> None:
    came = race([partial(till.redemption.take_voucher, "x") for _ in range(MOST_ATTEMPTS + 6)])
    assert came == {"voucher_not_valid": MOST_ATTEMPTS, "too_many_attempts": 6}
    assert len(village.redemption.attempts()) == MOST_ATTEMPTS


def test_what_was_handed_out_by_its_number_is_not_had_again_for_its_code(
    village: Community, rich: Member, soap: Offer, till: Community
) -> None:
    issued = village.redemption.issue_voucher(soap.id, rich.id, id="v1")
    village.redemption.capture("v1")
    with pytest.raises(VoucherNotValid):
        till.redemption.take_voucher(str(issued.code))
    village.redemption.refund("v1", reason="broken")
    with pytest.raises(VoucherNotValid):
        till.redemption.take_voucher(str(issued.code))
    assert {each.reason for each in village.redemption.attempts()} == {"voucher_closed"}


def test_no_till_gets_past_the_code_by_the_number(
    village: Community, rich: Member, soap: Offer, till: Community
) -> None:
    issued = village.redemption.issue_voucher(soap.id, rich.id, named=True, id="v1")
    _, text = village.redemption.issue_key("till", scopes=[KeyScope.CAPTURE])
    village.redemption.name_staff(soap.merchant_id, "chen", "cashier")
    chen = village.acting_as(Actor("chen", frozenset({"merchant"})))
    for outside in (till, village.acting_as(village.redemption.till_of(text)), chen):
        for pieces in (None, 1):
            with pytest.raises(VoucherNeeded):
                outside.redemption.capture("v1", pieces)
    assert figures(village, rich, soap) == (20, 2, 0, 4)
    code = village.redemption.member_code(rich.id).text
    assert till.redemption.take_voucher(str(issued.code), member_code=code).id == "v1"
    with pytest.raises(VoucherNeeded):  # nor does it learn by its number what became of it
        till.redemption.capture("v1")


def test_no_voucher_is_made_of_what_stands_already(
    village: Community, rich: Member, soap: Offer, clock: ManualClock
) -> None:
    room = village.redemption
    room.redeem(soap.id, rich.id, id="had")
    room.authorise(soap.id, rich.id, id="held")
    room.issue_voucher(soap.id, rich.id, id="v1")
    for id, named in (("had", False), ("held", False), ("v1", True)):
        with pytest.raises(RedemptionConflict):
            room.issue_voucher(soap.id, rich.id, named=named, id=id)
    with pytest.raises(RedemptionConflict):
        room.issue_voucher(soap.id, rich.id, valid_until=clock.now() + timedelta(days=1), id="v1")
    assert [each.id for each in room.vouchers_of(rich.id)] == ["v1"]


def test_what_is_not_for_those_who_act_for_merchants(
    village: Community, rich: Member, soap: Offer, till: Community
) -> None:
    village.redemption.issue_voucher(soap.id, rich.id, id="v1")
    outside = till.redemption
    for act in (
        outside.attempts,
        outside.double_uses,
        partial(outside.know_voucher_key, KEY.public),
        partial(outside.revoke_voucher_key, "k", reason="mine"),
        partial(outside.deposit, 5, source="mine"),
    ):
        with pytest.raises(StaffOnly):
            act()
    with pytest.raises(NotYourCode):
        outside.renew_member_code(rich.id)


def test_a_store_that_fails_says_nothing_of_a_voucher(
    village: Community, rich: Member, soap: Offer, till: Community
) -> None:
    class Busy(Redemptions):
        def _capture(self, work: Work, redemption_id: str, pieces: object = None) -> Redemption:
            raise StoreUnavailable(url="postgresql://", reason="deadlock detected")

    issued = village.redemption.issue_voucher(soap.id, rich.id)
    with pytest.raises(StoreUnavailable):
        Busy(till.context).take_voucher(str(issued.code))
    assert village.redemption.attempts() == []
    till.redemption.take_voucher(str(issued.code))


def test_another_merchant_does_not_take_it(village: Community, rich: Member, soap: Offer) -> None:
    other = village.redemption.register_merchant("Bakery", unit="points", rate="1")
    village.redemption.activate_merchant(other.id)
    bread = village.redemption.draft_offer(other.id, "Bread", price=1)
    bakery = till_of(village, bread, "bakery")
    issued = village.redemption.issue_voucher(soap.id, rich.id)
    with pytest.raises(VoucherNotValid) as refusal:
        bakery.redemption.take_voucher(str(issued.code))
    assert getattr(refusal.value.__cause__, "code", None) == "voucher_elsewhere"


def test_a_named_voucher_asks_for_the_code_that_changes(
    village: Community, rich: Member, soap: Offer, till: Community, clock: ManualClock
) -> None:
    issued = village.redemption.issue_voucher(soap.id, rich.id, named=True)
    code, own = str(issued.code), village.acting_as(Actor(rich.id))
    member_code = own.redemption.member_code(rich.id)
    assert member_code.until - clock.now() <= timedelta(seconds=30)
    wrong = "000000" if member_code.text != "000000" else "000001"
    for shown in (None, "", wrong, "12345６", "\ud800"):
        with pytest.raises(VoucherNotValid):
            till.redemption.take_voucher(code, member_code=shown)
    till.redemption.take_voucher(code, member_code=member_code.text)
    second = village.redemption.issue_voucher(soap.id, rich.id, named=True)
    with pytest.raises(VoucherNotValid):  # somebody looked over her shoulder
        till.redemption.take_voucher(str(second.code), member_code=member_code.text)
    clock.advance(timedelta(seconds=30))
    fresh = own.redemption.member_code(rich.id)
    own.redemption.renew_member_code(rich.id, reason="telephone lost")
    with pytest.raises(VoucherNotValid):
        till.redemption.take_voucher(str(second.code), member_code=fresh.text)
    renewed = own.redemption.member_code(rich.id)
    till.redemption.take_voucher(str(second.code), member_code=renewed.text)


def test_a_members_code_is_for_their_own_eyes(village: Community, rich: Member) -> None:
    code = village.redemption.member_code(rich.id)  # a clerk's, for somebody without a telephone
    with village.context.read() as work:
        secret = work.get(MemberSecret, rich.id)
    assert code == rotating_code(bytes.fromhex(secret.secret), village.context.now())
    with pytest.raises(NotYourCode):
        village.acting_as(Actor("neighbour")).redemption.member_code(rich.id)


def test_handing_on(village: Community, rich: Member, soap: Offer) -> None:
    issued = village.redemption.issue_voucher(soap.id, rich.id)
    zhang = village.community.enrol("张伟")
    with pytest.raises(HandingOnNotAllowed):
        village.redemption.hand_on(issued.voucher.id, zhang.id)


def test_nobody_hands_on_what_is_not_theirs(exchange: Exchange) -> None:
    rules = RULES.replace("积分, zh_Hant: 積分}}", "积分, zh_Hant: 積分}, gift: true}")
    village = exchange.found("giving", name="白羊村", rules=rules)
    village = village.acting_as(Actor("clerk-wang", frozenset({"clerk"})))
    li, zhang = village.community.enrol("李秀英"), village.community.enrol("张伟")
    village.awards.credit_all([Report("1", li.id, "patrol", date(2026, 3, 1))])
    shop = village.redemption.register_merchant("积分超市", unit="points", rate="1.5", id="shop")
    village.redemption.activate_merchant(shop.id)
    soap = village.redemption.draft_offer(shop.id, "洗洁精", price=2)
    village.redemption.publish_offer(soap.id)
    village.redemption.issue_voucher(soap.id, li.id, id="v1")
    for outside in (till_of(village, soap, "till"), village.acting_as(Actor(zhang.id))):
        with pytest.raises(HandingOnNotAllowed):
            outside.redemption.hand_on("v1", zhang.id)
    handed = village.acting_as(Actor(li.id)).redemption.hand_on("v1", zhang.id)
    assert handed.holder_id == zhang.id
    assert village.redemption.hand_on("v1", li.id).holder_id == li.id  # a clerk does it for them


def test_a_voucher_is_taken_once_by_two_tills_at_once(
    village: Community, rich: Member, soap: Offer, till: Community
) -> None:
    issued = village.redemption.issue_voucher(soap.id, rich.id, quantity=2)
    tills = [till, *(till_of(village, soap, f"t{n}") for n in range(3))]
    came = race([partial(each.redemption.take_voucher, str(issued.code)) for each in tills])
    assert came == {"done": 1, "voucher_not_valid": 3}
    assert figures(village, rich, soap) == (16, 0, 4, 3)


# --- without a network ----------------------------------------------------------------------------


@frozen
class Scene:
    """A shop whose till may take vouchers without a network, and Li, who has points."""

    village: Community
    li: Member
    soap: Offer
    till: Community
    folder: Path

    @property
    def room(self) -> Redemptions:
        return self.village.redemption

    def issued(self, id: str, quantity: int = 1) -> str:
        """The token of a new voucher."""
        self.room.issue_voucher(self.soap.id, self.li.id, quantity=quantity, offline=True, id=id)
        return self.room.token(id, KEY, holder="李*英")

    def device(self, name: str = "till") -> OfflineTill:
        file = self.folder / f"{name}.jsonl"
        return OfflineTill("baiyang", "shop", self.room.voucher_keys(), Decimal(100), file)

    def figures(self) -> tuple[int, int, int, int | None]:
        return figures(self.village, self.li, self.soap)


@pytest.fixture
def scene(village: Community, rich: Member, soap: Offer, till: Community, tmp_path: Path) -> Scene:
    village.redemption.know_voucher_key(KEY.public)
    village.redemption.allow_offline("till", limit=100)
    return Scene(village, rich, soap, till, tmp_path)


def test_taken_without_a_network_and_delivered_later(scene: Scene, clock: ManualClock) -> None:
    token, offline = scene.issued("v1", 2), scene.device()
    until = scene.room.voucher("v1").valid_until
    clock.set(until - timedelta(hours=1))
    offline.take(token, clock.now())
    clock.set(until + GRACE - timedelta(hours=1))
    assert scene.room.expire_vouchers() == 0  # it may still be on its way

    [delivery] = scene.till.redemption.deliver(offline.waiting())
    assert (delivery.arrival, delivery.voucher_id) == (Arrival.CAPTURED, "v1")
    assert scene.till.redemption.deliver(offline.waiting()) == [delivery]
    assert scene.figures() == (16, 0, 4, 3)
    assert scene.room.voucher("v1").status is VoucherStatus.REDEEMED
    assert scene.room.double_uses() == []


def test_double_use_is_laid_before_a_person(scene: Scene, clock: ManualClock) -> None:
    other = till_of(scene.village, scene.soap, "other")
    scene.room.allow_offline("other", limit=100)
    token = scene.issued("v1")
    first, second = scene.device(), scene.device("other")
    first.take(token, clock.now())
    clock.advance(timedelta(hours=1))
    second.take(token, clock.now())

    [delivered] = other.redemption.deliver(second.waiting())
    [contested] = scene.till.redemption.deliver(first.waiting())
    assert (delivered.arrival, contested.arrival) == (Arrival.CAPTURED, Arrival.CONTESTED)
    [case] = scene.room.double_uses()
    assert (case.reason, case.points, case.merchant_id) == ("voucher_taken", 2, "shop")
    assert case.first == f"other {clock.now().isoformat()}"
    assert scene.figures() == (18, 0, 2, 4)

    with pytest.raises(StaffOnly):
        scene.till.redemption.decide_double_use(case.id, pay=True, note="mine")
    paid = scene.room.decide_double_use(case.id, pay=True, note="both in good faith")
    assert (paid.status, paid.decided_by) == (DoubleUseStatus.PAID, "clerk-wang")
    assert scene.figures() == (18, 0, 4, 4)
    assert scene.room.double_uses() == []
    assert scene.village.ledger.verify().differences == ()


def test_one_that_came_too_late_is_contested_and_may_be_declined(scene: Scene, clock: ManualClock) -> None:
    token, offline = scene.issued("v1"), scene.device()
    offline.take(token, clock.now())
    scene.room.revoke_voucher("v1", reason="moved away")
    [delivery] = scene.till.redemption.deliver(offline.waiting())
    assert delivery.arrival is Arrival.CONTESTED
    [case] = scene.room.double_uses()
    assert (case.reason, case.first) == ("voucher_closed", None)
    declined = scene.room.decide_double_use(case.id, pay=False, note="it was on the list of revoked ones")
    assert declined.status is DoubleUseStatus.DECLINED
    assert scene.figures() == (20, 0, 0, 5)


def test_what_comes_after_the_permission_has_ended_is_for_a_person(scene: Scene, clock: ManualClock) -> None:
    """Also what the till says that it took before: who has the device can say anything."""
    tokens, offline = [scene.issued("v1"), scene.issued("v2"), scene.issued("v3")], scene.device()
    offline.take(tokens[0], clock.now())
    scene.till.redemption.deliver(offline.waiting())
    offline.delivered(1)
    for token in tokens[1:]:
        offline.take(token, clock.now())
    clock.advance(timedelta(hours=1))
    scene.room.end_offline("till", reason="stolen")
    scene.room.revoke_voucher("v3", reason="moved away")
    second, third = scene.till.redemption.deliver(offline.waiting())
    assert (second.arrival, second.reason) == (Arrival.CONTESTED, "offline_ended")
    assert (third.arrival, third.reason) == (Arrival.CONTESTED, "voucher_closed")
    assert scene.figures() == (18, 2, 2, 3)  # the points are still held for v2
    case = next(each for each in scene.room.double_uses() if each.voucher_id == "v2")
    assert case.first is None
    assert scene.till.redemption.deliver(offline.waiting()) == [second, third]
    scene.room.decide_double_use(case.id, pay=True, note="the shop has the receipt")
    assert scene.figures() == (16, 0, 4, 3)
    assert scene.room.voucher("v2").status is VoucherStatus.REDEEMED
    assert scene.village.ledger.verify().differences == ()


def test_attempts_are_read_by_the_page(village: Community, till: Community, clock: ManualClock) -> None:
    for n in range(5):
        with pytest.raises(VoucherNotValid):
            till.redemption.take_voucher("2222-2222-2222-2222")
        clock.advance(timedelta(minutes=10 * (n % 2)))  # several in the same moment, too
    room = village.redemption
    everything = room.attempts()
    assert [each.at for each in everything] == sorted((each.at for each in everything), reverse=True)
    assert len(everything) == 5
    first = room.attempts(limit=2)
    second = room.attempts(limit=2, before=first[-1].id)
    assert [*first, *second, *room.attempts(before=second[-1].id)] == everything
    assert room.attempts(before=everything[-1].id) == []
    assert room.attempts(since=everything[1].at) == everything[:3]
    with pytest.raises(RecordUnknown):
        room.attempts(before="nobody")
    with pytest.raises(NotWholeNumber):
        room.attempts(limit=0)


def test_what_is_delivered_and_is_none(scene: Scene, clock: ManualClock) -> None:
    scene.room.allow_offline("till", limit=3)
    now = clock.now()
    tokens = [scene.issued(f"v{n}") for n in range(3)]
    forged = tokens[0][:-3] + ("AAA" if not tokens[0].endswith("AAA") else "BBB")
    takings = [
        TakenVoucher(1, forged, "v0", Decimal(2), now),
        TakenVoucher(2, tokens[0], "v0", Decimal(2), now + timedelta(days=1)),
        TakenVoucher(3, tokens[1], "v1", Decimal(2), now),
        TakenVoucher(4, tokens[2], "v2", Decimal(-9), now),  # what the till says of it counts for nothing
    ]
    arrived = scene.till.redemption.deliver(takings)
    assert [(each.arrival, each.reason) for each in arrived] == [
        (Arrival.REFUSED, "voucher_forged"),
        (Arrival.CONTESTED, "voucher_from_later"),  # the goods are given, and the till's clock is wrong
        (Arrival.CAPTURED, None),
        (Arrival.CAPTURED, None),
    ]
    assert [each.over_limit for each in arrived] == [False, False, True, True]
    assert [each.over_limit for each in scene.till.redemption.deliver(takings)] == [False, False, True, True]
    with pytest.raises(DeliveryConflict):
        scene.till.redemption.deliver([evolve(takings[2], token=tokens[0])])
    scene.room.revoke_voucher_key(KEY.public.id.hex(), reason="stolen")
    [refused] = scene.till.redemption.deliver([TakenVoucher(5, tokens[0], "v0", Decimal(2), now)])
    assert (refused.arrival, refused.reason) == (Arrival.REFUSED, "voucher_key_unknown")


def test_a_wrong_clock_is_looked_at_and_the_points_are_those_of_the_voucher(
    scene: Scene, clock: ManualClock
) -> None:
    taken = TakenVoucher(1, scene.issued("v1"), "v1", Decimal(2), clock.now() + timedelta(days=400))
    scene.till.redemption.deliver([taken])
    [case] = scene.room.double_uses()
    assert case.reason == "voucher_from_later"
    scene.room.decide_double_use(case.id, pay=True, note="the till's clock was a year ahead")
    assert scene.figures() == (18, 0, 2, 4)
    assert scene.room.voucher("v1").status is VoucherStatus.REDEEMED


def test_what_was_delivered_before_leaves_the_limit_alone(scene: Scene, clock: ManualClock) -> None:
    scene.room.allow_offline("till", limit=2)
    first, second = (TakenVoucher(n, scene.issued(f"v{n}"), f"v{n}", Decimal(2), clock.now()) for n in (1, 2))
    scene.till.redemption.deliver([first])
    arrived = scene.till.redemption.deliver([first, second])  # its whole file
    assert [each.over_limit for each in arrived] == [False, False]


def test_a_store_that_fails_does_not_decide_about_a_delivery(scene: Scene, clock: ManualClock) -> None:
    class Busy(Redemptions):
        def _capture(self, work: Work, redemption_id: str, pieces: object = None) -> Redemption:
            raise StoreUnavailable(url="postgresql://", reason="deadlock detected")

    takings = [TakenVoucher(1, scene.issued("v1"), "v1", Decimal(2), clock.now())]
    with pytest.raises(StoreUnavailable):
        Busy(scene.till.context).deliver(takings)
    assert scene.room.double_uses() == []
    assert [each.arrival for each in scene.till.redemption.deliver(takings)] == [Arrival.CAPTURED]


def test_a_clerk_hands_in_the_file_of_a_till_that_was_lost(scene: Scene, clock: ManualClock) -> None:
    offline = scene.device()
    offline.take(scene.issued("v1", 2), clock.now())
    for key in scene.room.keys("till"):
        scene.room.revoke_key(key.id)
    with pytest.raises(TillKeyRefused):
        scene.till.redemption.deliver(offline.waiting())
    for actor in (Actor("chen", frozenset({"merchant"})), Actor(scene.li.id)):
        with pytest.raises(NotAllowed):
            scene.village.acting_as(actor).redemption.deliver(offline.waiting(), till_id="till")
    assert scene.room.double_uses() == []
    [delivery] = scene.room.deliver(offline.waiting(), till_id="till")
    assert (delivery.arrival, delivery.till_id) == (Arrival.CAPTURED, "till")
    assert scene.room.deliver(offline.waiting(), till_id="till") == [delivery]
    assert scene.figures() == (16, 0, 4, 3)


def test_a_key_that_is_not_for_taking_points_delivers_nothing(scene: Scene, clock: ManualClock) -> None:
    _, text = scene.room.issue_key("till", scopes=[KeyScope.VOID])
    other = scene.village.acting_as(scene.room.till_of(text))
    with pytest.raises(TillMayNot):
        other.redemption.deliver([TakenVoucher(1, scene.issued("v1"), "v1", Decimal(2), clock.now())])
    assert scene.room.double_uses() == []


def test_a_token_says_whom_a_named_voucher_is_for_and_fits(scene: Scene, clock: ManualClock) -> None:
    scene.room.issue_voucher(scene.soap.id, scene.li.id, named=True, offline=True, id="v1")
    with pytest.raises(NotUsable):
        scene.room.token("v1", KEY)
    dear = scene.room.draft_offer("shop", "很" * 100, price=1)
    fine = scene.room.draft_offer("shop", "好" * 100, price=1)
    goods = {scene.room.publish_offer(each.id).id: 1 for each in (dear, fine)}
    id = "v" * 100
    scene.room.issue_voucher(goods, scene.li.id, named=True, offline=True, id=id)
    with pytest.raises(TextTooLong):
        scene.room.token(id, KEY, holder="李" * 41)
    token = scene.room.token(id, KEY, holder="李" * 40)
    assert len(token) <= 1_663  # what the largest QR code holds where a quarter of it may be lost
    assert scene.device().take(token, clock.now()).voucher == id


def test_who_may_deliver(village: Community, soap: Offer, till: Community, rich: Member) -> None:
    with pytest.raises(OfflineNotAllowed):
        till.redemption.deliver([])
    with pytest.raises(NotATill):
        village.redemption.deliver([])
    with pytest.raises(StaffOnly):
        till.redemption.allow_offline("till", limit=5)
    village.redemption.allow_offline("till", limit=5)
    assert village.redemption.allow_offline("till", limit=8).limit == 8
    village.redemption.end_offline("till", reason="stolen")
    assert till.redemption.deliver([]) == []
    with pytest.raises(OfflineNotAllowed):
        village.redemption.allow_offline("till", limit=5)
    plain = village.redemption.issue_voucher(soap.id, rich.id)
    with pytest.raises(NotUsable):
        village.redemption.token(plain.voucher.id, KEY)
