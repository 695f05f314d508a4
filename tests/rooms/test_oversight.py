"""What looks odd is found with its evidence, and nothing follows from it; what is usual is not."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from gridpoints import Actor, Community, Household, Member, Report
from gridpoints.errors import NotForYourEyes, RecordExists
from gridpoints.i18n import Language
from gridpoints.ledger.checkpoint import PrivateKey
from gridpoints.oversight.findings import Confirmed, rings
from gridpoints.oversight.model import USUAL, Suspicion, Thresholds, Verdict
from gridpoints.redemption.merchants.outlets import Opening
from gridpoints.redemption.vouchers.model import Arrival
from gridpoints.redemption.vouchers.offline import TakenVoucher
from gridpoints.testing import ManualClock
from gridpoints.values import SYSTEM

LOW = Thresholds(redemptions=3, of_a_merchant=4, refunds=2, odd=2)


@pytest.fixture
def rich(village: Community, li: Member) -> Member:
    """Li, with 100 points, and a shop with a till."""
    village.awards.credit_all(Report(str(n), li.id, "patrol", date(2026, 3, 1)) for n in range(20))
    room = village.redemption
    room.register_merchant("积分超市", unit="points", rate="0.5", id="shop")
    room.activate_merchant("shop")
    room.publish_offer(room.draft_offer("shop", "洗洁精", price=2, id="soap").id)
    room.open_outlet("shop", "Lane", id="lane", hours=[Opening(day, "08:00", "18:00") for day in range(1, 8)])
    room.add_till("lane", "Till", id="till")
    return li


def found(village: Community, limits: Thresholds = LOW) -> dict[Suspicion, tuple[str, ...]]:
    return {
        each.finding.suspicion: each.finding.subjects
        for each in village.oversight.findings(thresholds=limits)
    }


def test_what_is_usual_is_not_odd(village: Community, rich: Member) -> None:
    village.redemption.redeem("soap", rich.id)
    assert village.oversight.findings() == []


def test_velocity_and_what_a_person_makes_of_it(village: Community, rich: Member, clock: ManualClock) -> None:
    ids = []
    for _ in range(3):
        ids.append(village.redemption.redeem("soap", rich.id).id)
        clock.advance(timedelta(hours=2))
    [looked] = village.oversight.findings(thresholds=LOW)
    assert (looked.finding.subjects, looked.finding.evidence) == ((rich.id,), tuple(ids))
    english = Language.of("en")
    assert english.explanation(looked.finding.told) == ["3 redemptions within 24 hours"]
    [caution] = english.explanation(looked.finding.caution)
    assert caution.startswith("Before a festival")
    look = village.oversight.look(looked.finding, "cleared", note="fetched for three neighbours")
    assert (look.verdict, look.looked_by) == (Verdict.CLEARED, "clerk-wang")
    with pytest.raises(RecordExists):
        village.oversight.look(looked.finding, "confirmed", note="really?")
    [again] = village.oversight.findings(thresholds=LOW)
    assert again.look == look
    assert village.oversight.findings(thresholds=LOW, first=date(2026, 1, 1), last=date(2026, 2, 1)) == []
    clock.advance(timedelta(days=2))
    village.redemption.redeem("soap", rich.id)
    assert len(village.oversight.findings(thresholds=LOW)) == 1


def test_a_merchant_of_one_family(village: Community, rich: Member, clock: ManualClock) -> None:
    grid = village.community.add_grid("First")
    home = village.community.add_household(grid.id, "1-101")
    assert isinstance(home, Household)
    zhang = village.community.enrol("张伟", household_id=home.id)
    village.awards.credit_all(Report(f"z{n}", zhang.id, "patrol", date(2026, 3, 1)) for n in range(4))
    for _ in range(4):
        village.redemption.redeem("soap", zhang.id)
        clock.advance(timedelta(days=2))
    assert found(village) == {Suspicion.ONE_FAMILY: ("shop", home.id)}
    village.redemption.redeem("soap", rich.id, quantity=9)
    assert found(village) == {}


def test_refunds_of_what_earned_points(village: Community, rich: Member, clock: ManualClock) -> None:
    for n in range(2):
        redemption = village.redemption.redeem("soap", rich.id)
        award = village.awards.credit(Report(f"bonus{n}", rich.id, "patrol", date(2026, 3, 2)))
        village.redemption.note_earned(redemption.id, f"award:{award.id}")
        village.redemption.refund(redemption.id, reason="broken")
        clock.advance(timedelta(days=2))
    assert found(village) == {Suspicion.REFUNDS_AFTER_EARNING: (rich.id,)}


def test_a_till_at_night(village: Community, rich: Member, clock: ManualClock) -> None:
    _, secret = village.redemption.issue_key("till")
    till = village.acting_as(village.redemption.till_of(secret))
    for hour in (1, 13, 15):  # in Shanghai 9, 21 and 23 o'clock
        clock.set(datetime(2026, 3, 3, hour, tzinfo=UTC))
        code = village.redemption.member_code(rich.id).text
        till.redemption.redeem("soap", rich.id, member_code=code)
    assert found(village, Thresholds(odd=2)) == {Suspicion.ODD_HOURS: ("till:till",)}
    village.redemption.set_hours("lane", [])
    assert found(village, Thresholds(odd=2)) == {}


def test_it_is_the_till_that_counts_and_not_who_reserved(
    village: Community, rich: Member, clock: ManualClock
) -> None:
    room = village.redemption
    room.open_outlet(
        "shop", "Night market", id="market", hours=[Opening(d, "18:00", "24:00") for d in range(1, 8)]
    )
    room.add_till("market", "Till", id="stall")
    tills = {
        id: village.acting_as(room.till_of(room.issue_key(id)[1])).redemption for id in ("till", "stall")
    }
    clock.set(datetime(2026, 3, 3, 13, tzinfo=UTC))  # 21 o'clock
    for _ in range(2):
        room.redeem("soap", rich.id)  # no till
        clock.advance(timedelta(minutes=1))
        tills["stall"].redeem("soap", rich.id, member_code=room.member_code(rich.id).text)
        tills["till"].capture(room.authorise("soap", rich.id).id)
    given_back = tills["till"].capture(room.authorise("soap", rich.id).id)
    room.refund(given_back.id, reason="broken")
    [looked] = [
        each.finding
        for each in village.oversight.findings(thresholds=Thresholds(odd=3))
        if each.finding.suspicion is Suspicion.ODD_HOURS
    ]
    assert looked.subjects == ("till:till",)
    assert given_back.id in looked.evidence
    clock.advance(timedelta(minutes=1))
    code = room.member_code(rich.id).text
    tills["till"].authorise("soap", rich.id, member_code=code)  # nothing is refused at that hour


def test_what_a_till_delivers_later_was_taken_when_it_says(
    village: Community, rich: Member, clock: ManualClock
) -> None:
    pytest.importorskip("cryptography", reason="vouchers are signed: the extra proof")
    room, key = village.redemption, PrivateKey("gridpoints/baiyang", bytes(32))
    room.know_voucher_key(key.public)
    room.allow_offline("till", limit=100)
    till = village.acting_as(room.till_of(room.issue_key("till")[1])).redemption

    def taken(hours: list[int]) -> list[str]:
        """What is taken at these hours of a day, and delivered at 23 o'clock."""
        ids = [room.issue_voucher("soap", rich.id, offline=True).voucher.id for _ in hours]
        day = clock.now().replace(hour=0)
        first = day.toordinal() * 100
        queue = [
            TakenVoucher(first + n, room.token(id, key), id, Decimal(2), day + timedelta(hours=hour))
            for n, (id, hour) in enumerate(zip(ids, hours, strict=True))
        ]
        clock.set(day + timedelta(hours=15))
        assert {each.arrival for each in till.deliver(queue)} == {Arrival.CAPTURED}
        return ids

    taken([2, 3, 4])
    assert found(village, Thresholds(odd=2)) == {}
    clock.set(datetime(2026, 3, 4, 1, tzinfo=UTC))
    ids = taken([13, 14])
    [looked] = village.oversight.findings(thresholds=Thresholds(odd=2))
    assert (looked.finding.subjects, looked.finding.evidence) == (("till:till",), tuple(ids))


def test_rings_of_two_and_of_three() -> None:
    def times(by: str, member: str, n: int) -> list[Confirmed]:
        return [Confirmed(by, member, f"{by}{member}{i}") for i in range(n)]

    def circles(*confirmed: list[Confirmed]) -> list[tuple[str, ...]]:
        return [each.subjects for each in rings(lambda: [c for several in confirmed for c in several], USUAL)]

    assert circles(times("a", "b", 3), times("b", "a", 3)) == [("a", "b")]
    assert circles(times("a", "b", 3), times("b", "a", 2)) == []
    assert circles(times("a", "b", 3), times("b", "a", 3), times("w", "b", 3)) == []  # others do as well
    assert circles(times("a", "b", 3), times("b", "c", 4), times("c", "a", 3)) == [("a", "b", "c")]
    assert circles(times("a", "a", 9)) == []
    [ring] = rings(lambda: [*times("a", "b", 3), *times("b", "a", 3)], USUAL)
    assert len(ring.evidence) == 6


def test_two_who_verify_each_others_hours(village: Community, clock: ManualClock) -> None:
    people = [village.community.enrol(f"M{n}", id=f"m{n}") for n in range(2)]
    item = village.catalog.publish(village.catalog.draft("Patrol", deed="patrol").id)
    for _ in range(3):
        start = clock.now() + timedelta(hours=1)
        session = village.catalog.hold_session(item.id, start, start + timedelta(hours=1), places=2)
        claims = [village.claiming.claim_session(session.id, person.id) for person in people]
        clock.advance(timedelta(hours=3))
        for claim, other in zip(claims, reversed(people), strict=True):
            village.acting_as(Actor(claim.member_id)).claiming.submit_hours(claim.id, Decimal(1))
            village.acting_as(Actor(other.id)).claiming.verify(claim.id)
    assert found(village, USUAL) == {Suspicion.RING: ("m0", "m1")}


def test_it_is_not_for_everybody(village: Community) -> None:
    rules = """\
gridpoints: 1
code: test
version: "2"
name: {en: Test}
source: written for the tests
from: 2026-03-01
units: {points: {name: {en: points}}}
deeds: {patrol: {name: {en: Patrol}, points: 5}}
roles: {auditor: {name: {en: Auditor}}}
permissions: {see_statements: [auditor]}
"""
    village.acting_as(SYSTEM).rules.publish(rules)
    with pytest.raises(NotForYourEyes):
        village.oversight.findings()
    assert village.acting_as(Actor("a", frozenset({"auditor"}))).oversight.findings() == []
