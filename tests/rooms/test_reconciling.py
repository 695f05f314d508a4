"""The merchant's list, the redemptions and the ledger are compared; a person accepts what is put right."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from gridpoints import Community, Member, Offer, Report
from gridpoints.errors import DifferenceOutdated, LookNeeded, NothingToCorrect
from gridpoints.ledger.operations import Ledger
from gridpoints.redemption.reconciliation.model import Difference, Gap, Listed, Proposal, Recorded, compared
from gridpoints.testing import ManualClock

DAY = date(2026, 3, 2)


@pytest.fixture
def soap(village: Community) -> Offer:
    shop = village.redemption.register_merchant("积分超市", unit="points", rate="0.5", id="shop")
    village.redemption.sign_agreement("shop", fee="10")
    village.redemption.activate_merchant(shop.id)
    offer = village.redemption.draft_offer(shop.id, "洗洁精", price=2)
    return village.redemption.publish_offer(offer.id)


@pytest.fixture
def rich(village: Community, li: Member) -> Member:
    """Li, with 100 points."""
    village.awards.credit_all(Report(str(n), li.id, "patrol", date(2026, 3, 1)) for n in range(20))
    return li


def test_all_kinds_of_differences(village: Community, soap: Offer, rich: Member, clock: ManualClock) -> None:
    room = village.redemption
    for n in range(5):
        room.redeem(soap.id, rich.id, quantity=n + 1, id=f"r{n}")
    voucher = room.issue_voucher(soap.id, rich.id, id="v1")
    room.take_voucher(str(voucher.code))
    room.refund("r4", 2, reason="broken")
    clock.advance(timedelta(days=1))
    room.redeem(soap.id, rich.id, id="tomorrow")
    listed = [
        Listed("r0", DAY, 2),  # agrees
        Listed("r1", DAY, 6),  # the merchant thinks it took more
        Listed("r2", date(2026, 3, 3), 6),  # on another day
        Listed("r4", DAY, 6),  # two of five were given back: agrees
        Listed("v1", DAY, 2),  # by the voucher's number: agrees
        Listed("v1", DAY, 2),  # twice
        Listed("forged", DAY, 40),  # there is none
    ]
    found = room.reconcile("shop", listed, first=DAY, last=DAY)
    assert found.agreeing == 2
    told = {(each.gap, each.reference, each.points, each.proposal) for each in found.differences}
    assert told == {
        (Gap.POINTS_DIFFER, "r1", 2, Proposal.PAY),
        (Gap.DAY_DIFFERS, "r2", 0, Proposal.NOTHING),
        (Gap.NOT_LISTED, "r3", -8, Proposal.DEDUCT),
        (Gap.LISTED_TWICE, "v1", 0, Proposal.NOTHING),
        (Gap.NOT_RECORDED, "forged", 40, Proposal.LOOK),
    }
    assert (found.recorded_points, found.posted_points) == (2 + 4 + 6 + 8 + 6 + 2, 28)

    [differs] = [each for each in found.differences if each.gap is Gap.POINTS_DIFFER]
    adjustment = room.correct("shop", differs, note="the till was not read")
    assert adjustment.money == Decimal("0.90")
    assert room.correct("shop", differs, note="again") == adjustment
    [nothing] = [each for each in found.differences if each.gap is Gap.DAY_DIFFERS]
    with pytest.raises(NothingToCorrect):
        room.correct("shop", nothing, note="n")
    assert room.settle("shop").adjustments == Decimal("0.90")


def test_what_a_person_has_to_look_at_is_accepted_when_somebody_has(
    village: Community, soap: Offer, rich: Member
) -> None:
    """Nobody knows of 40 points that the merchant lists; then the paper slip is found."""
    room = village.redemption
    [unknown] = room.reconcile("shop", [Listed("slip", DAY, 40)], first=DAY, last=DAY).differences
    assert (unknown.gap, unknown.proposal) == (Gap.NOT_RECORDED, Proposal.LOOK)
    with pytest.raises(LookNeeded) as refused:
        room.correct("shop", unknown, note="all that is left")
    assert refused.value.fields["difference"] == unknown.id
    assert room.adjustments_of("shop") == []
    found = room.correct("shop", unknown, note="the paper slip was found", looked=True)
    assert (found.money, found.reason) == (Decimal("18.00"), "the paper slip was found")


def test_what_was_accepted_counts_when_some_of_it_is_given_back_later(
    village: Community, soap: Offer, rich: Member
) -> None:
    room = village.redemption

    def compare() -> Difference:
        [found] = room.reconcile("shop", [Listed("r1", DAY, 10)], first=DAY, last=DAY).differences
        return found

    room.redeem(soap.id, rich.id, quantity=4, id="r1")
    first = compare()
    accepted = room.correct("shop", first, note="the till was not read")
    assert (first.points, accepted.money) == (2, Decimal("0.90"))
    between = compare()
    room.refund("r1", 1, reason="broken")
    assert room.correct("shop", first, note="again") == accepted
    second = compare()
    more = room.correct("shop", second, note="the merchant gave it again")
    assert (second.points, more.money) == (4, Decimal("0.90"))  # in all 1.80, for the 4 points
    assert between == first

    room.withdraw_adjustment(accepted.id, reason="it was not so")
    room.refund("r1", 1, reason="broken")
    with pytest.raises(DifferenceOutdated):
        room.correct("shop", evolve(second, day=date(2026, 3, 3)), note="it is as it was")
    third = room.correct("shop", compare(), note="all three")
    assert third.money == Decimal("2.70") - Decimal("0.90")


def test_less_than_half_a_cent_is_not_owed(
    village: Community, soap: Offer, rich: Member, clock: ManualClock
) -> None:
    room, day = village.redemption, date(2026, 3, 10)
    room.sign_agreement("shop", starts_on=day, rate="0.004")
    clock.advance(timedelta(days=8))
    room.redeem(soap.id, rich.id, id="r1")
    [differs] = room.reconcile("shop", [Listed("r1", day, 3)], first=day, last=day).differences
    with pytest.raises(NothingToCorrect):
        room.correct("shop", differs, note="n")


def test_what_somebody_reversed_in_the_ledger_is_told_and_not_deducted_again(
    village: Community, soap: Offer, rich: Member
) -> None:
    room = village.redemption
    redemption = room.redeem(soap.id, rich.id, id="r1")
    Ledger(village.context).reverse(redemption.transaction_id(0), reason="a mistake")  # past the door
    found = room.reconcile("shop", [], first=DAY, last=DAY)
    assert [(each.gap, each.recorded, each.posted) for each in found.differences] == [
        (Gap.NOT_LISTED, 2, 0),
        (Gap.POSTED_DIFFERS, 2, 0),
    ]
    for each in found.differences:
        with pytest.raises(NothingToCorrect):
            room.correct("shop", each, note="n")


def test_what_the_ledger_does_not_have_is_told() -> None:
    recorded = [Recorded("a", DAY, 5), Recorded("b", DAY, 5, 4), Recorded("c", DAY, 0)]
    listed = [Listed("a", DAY, 5), Listed("b", DAY, 5)]
    found = compared("shop", (DAY, DAY), listed, recorded)
    assert [(each.gap, each.reference) for each in found.differences] == [
        (Gap.NOT_POSTED, "a"),
        (Gap.POSTED_DIFFERS, "b"),
    ]


points = st.integers(0, 20)
ids = st.sampled_from("abcdef")


@given(st.dictionaries(ids, points), st.lists(st.tuples(ids, points), max_size=12))
def test_differences_explain_the_whole(recorded: dict[str, int], listed: list[tuple[str, int]]) -> None:
    """What the merchant lists, each once, is what is recorded and what is owed for the differences."""
    found = compared(
        "shop",
        (DAY, DAY),
        [Listed(id, DAY, n) for id, n in listed],
        [Recorded(id, DAY, n, n) for id, n in recorded.items()],
    )
    once = dict(reversed(listed))
    assert sum(once.values()) == sum(recorded.values()) + sum(each.points for each in found.differences)
    assert len({(each.id, each.gap) for each in found.differences}) == len(
        {(each.gap, each.reference, each.listed, each.day) for each in found.differences}
    )
    agreeing = {id for id, n in recorded.items() if once.get(id, 0) == n}
    doubled = {each.reference for each in found.differences if each.gap is Gap.LISTED_TWICE}
    assert found.agreeing >= len(agreeing - doubled)
