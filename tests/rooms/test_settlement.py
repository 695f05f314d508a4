"""Merchants are paid for what they took, to the cent, by the terms of the day, and never twice."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import partial
from random import Random
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gridpoints import Account, Community, Leg, Member, Merchant, Offer, Report, Transaction
from gridpoints.errors import (
    IllegalTransition,
    NotAnAmount,
    NothingToSettle,
    NotTheLastStatement,
    SamePerson,
)
from gridpoints.ledger.model import Totals
from gridpoints.redemption.merchants.model import Agreement
from gridpoints.redemption.statements import settling
from gridpoints.redemption.statements.model import (
    AdjustmentStatus,
    Settlement,
    SettlementStatus,
    cut_off_before,
    payable,
)
from gridpoints.storage.ledger_port import LedgerStore
from gridpoints.testing import ManualClock
from gridpoints.values import Period
from tests.racing import race
from tests.rooms.conftest import TREASURER

SHANGHAI = ZoneInfo("Asia/Shanghai")


@pytest.fixture
def shop(village: Community) -> Merchant:
    shop = village.redemption.register_merchant("积分超市", unit="points", rate="0.333", id="shop")
    village.redemption.sign_agreement("shop", rate="0.333", fee="2.5")
    return village.redemption.activate_merchant(shop.id)


@pytest.fixture
def soap(village: Community, shop: Merchant) -> Offer:
    offer = village.redemption.draft_offer(shop.id, "洗洁精", price=1)
    return village.redemption.publish_offer(offer.id)


@pytest.fixture
def rich(village: Community, li: Member) -> Member:
    """Li, with 100 points."""
    village.awards.credit_all(Report(str(n), li.id, "patrol", date(2026, 3, 1)) for n in range(20))
    return li


def approve(village: Community, statement: Settlement) -> Settlement:
    return village.acting_as(TREASURER).redemption.approve_settlement(statement.id)


def test_fractions_of_a_cent_are_carried_over(village: Community, soap: Offer, rich: Member) -> None:
    room = village.redemption
    room.redeem(soap.id, rich.id, quantity=10)
    first = room.settle("shop")
    assert (first.points, first.gross, first.fees) == (10, Decimal("3.330"), Decimal("0.08325"))
    assert (first.money, first.carried) == (Decimal("3.24"), Decimal("0.00675"))
    [portion] = first.portions
    assert (portion.rate, portion.fee, portion.points) == (Decimal("0.333"), Decimal("2.5"), 10)
    room.redeem(soap.id, rich.id, quantity=1)
    second = room.settle("shop")
    assert second.brought == first.carried
    assert (second.money, second.carried) == (Decimal("0.33"), Decimal("0.001425"))
    exact = 11 * Decimal("0.333") * Decimal("0.975")
    assert first.money + second.money + second.carried == exact


def test_what_was_given_back_after_payment_is_deducted(village: Community, soap: Offer, rich: Member) -> None:
    room = village.redemption
    redemption = room.redeem(soap.id, rich.id, quantity=10)
    first = approve(village, room.settle("shop"))
    room.pay_settlement(first.id, reference="ICBC 1")
    room.refund(redemption.id, 4, reason="broken")
    owing = approve(village, room.settle("shop"))
    assert (owing.points, owing.refunded, owing.redemptions, owing.money) == (-4, 4, 0, 0)
    assert owing.carried < 0
    room.redeem(soap.id, rich.id, quantity=5)
    second = approve(village, room.settle("shop"))
    assert (second.points, second.refunded, second.redemptions) == (5, 0, 1)
    assert (second.brought, owing.money) == (owing.carried, Decimal("0.00"))
    paid = first.money + second.money + second.carried
    assert paid == 11 * Decimal("0.333") * Decimal("0.975")
    assert village.ledger.balance(Account.merchant("shop", "points")).posted == 0
    assert village.ledger.verify().differences == ()


def test_what_a_merchant_owes_who_left_is_stated(
    village: Community, soap: Offer, rich: Member, clock: ManualClock
) -> None:
    """Without another redemption, also in the middle of a period, and once."""
    room = village.redemption
    redemption = room.redeem(soap.id, rich.id, quantity=100)
    first = approve(village, room.settle("shop"))
    room.pay_settlement(first.id, reference="ICBC 1")
    assert room.refund(redemption.id, reason="spoilt").carried == 100
    clock.advance(timedelta(hours=1))
    assert room.settle_due() == []  # its month is not over
    room.dismiss_merchant("shop", reason="closed down")
    [due] = room.settle_due()
    assert due.statement is not None
    last = approve(village, due.statement)
    assert (last.points, last.money, last.brought + last.gross - last.fees) == (-100, 0, last.carried)
    assert first.money + last.carried == 0
    assert room.fund_report().due + room.fund_report().taken == last.carried
    assert room.settle_due() == []
    with pytest.raises(NothingToSettle):
        room.settle("shop")
    assert village.ledger.balance(Account.merchant("shop", "points")).posted == 0


def test_what_was_taken_and_given_back_is_stated(village: Community, soap: Offer, rich: Member) -> None:
    room = village.redemption
    room.refund(room.redeem(soap.id, rich.id, quantity=3).id, reason="spoilt")
    statement = room.settle("shop")
    assert (statement.points, statement.refunded, statement.redemptions, statement.money) == (0, 3, 1, 0)


def test_each_agreement_pays_for_its_own_days_and_for_its_own_refunds(
    village: Community, soap: Offer, rich: Member, clock: ManualClock
) -> None:
    room = village.redemption
    early = room.redeem(soap.id, rich.id, quantity=10)
    room.sign_agreement("shop", starts_on=date(2026, 4, 1), rate="1")
    clock.set(datetime(2026, 4, 2, 1, tzinfo=UTC))
    room.redeem(soap.id, rich.id, quantity=3)
    room.refund(early.id, 2, reason="broken")
    statement = room.settle("shop")
    by_rate = {portion.rate: portion.points for portion in statement.portions}
    assert by_rate == {Decimal("0.333"): 8, Decimal(1): 3}
    assert statement.gross == 8 * Decimal("0.333") + 3
    assert statement.fees == 8 * Decimal("0.333") * Decimal("0.025")
    assert (statement.points, statement.refunded) == (11, 2)


def test_adjustments_go_into_the_next_statement_once(village: Community, soap: Offer, rich: Member) -> None:
    room = village.redemption
    fine = room.adjust("shop", "-2.00", reason="two vouchers were not valid")
    gone = room.adjust("shop", 5, reason="a mistake")
    room.withdraw_adjustment(gone.id, reason="it was one")
    room.redeem(soap.id, rich.id, quantity=10)
    statement = room.settle("shop")
    assert (statement.adjustments, statement.money) == (Decimal("-2.00"), Decimal("1.24"))
    [settled, _] = room.adjustments_of("shop")
    assert (settled.status, settled.settlement_id) == (AdjustmentStatus.SETTLED, statement.id)
    with pytest.raises(IllegalTransition):
        room.withdraw_adjustment(fine.id, reason="too late")
    room.cancel_settlement(statement.id, reason="forgot one")
    [reopened, _] = room.adjustments_of("shop")
    assert (reopened.status, reopened.settlement_id) == (AdjustmentStatus.OPEN, None)
    again = room.settle("shop")
    assert (again.money, again.after_sequence) == (statement.money, 0)


def test_a_debt_is_carried_on_whatever_day_its_statement_was_asked_for(
    village: Community, soap: Offer, rich: Member, clock: ManualClock
) -> None:
    room = village.redemption
    early = clock.now() + timedelta(days=1)
    room.redeem(soap.id, rich.id, quantity=5)
    clock.advance(timedelta(days=5))
    room.redeem(soap.id, rich.id, quantity=5)
    first = room.settle("shop")
    room.adjust("shop", "-5.00", reason="paid too much last year")
    clock.advance(timedelta(hours=1))
    debt = room.settle("shop", early)  # settled up to a later day already: the adjustment alone
    assert (debt.after_sequence, debt.until_sequence, debt.points) == (2, 2, 0)
    assert (debt.until, debt.carried) == (first.until, first.carried - 5)
    with pytest.raises(NotTheLastStatement):
        room.cancel_settlement(first.id, reason="no")
    room.redeem(soap.id, rich.id, quantity=10)
    assert room.settle("shop").brought == debt.carried


def test_what_waited_for_another_agreement_is_given_back_as_it_was_paid(
    village: Community, soap: Offer, rich: Member, clock: ManualClock
) -> None:
    room = village.redemption
    voucher = room.issue_voucher(soap.id, rich.id, quantity=10)
    room.sign_agreement("shop", starts_on=date(2026, 3, 10), rate="1")
    clock.set(datetime(2026, 3, 12, 1, tzinfo=UTC))
    redemption = room.take_voucher(str(voucher.code))
    room.refund(redemption.id, 4, reason="broken")
    statement = room.settle("shop")
    assert (statement.points, statement.gross, statement.fees) == (6, 6, 0)


def test_two_statements_approved_at_once_pay_out_what_is_there(
    village: Community, soap: Offer, rich: Member
) -> None:
    room = village.redemption
    first = room.redeem(soap.id, rich.id, quantity=10)
    statements = [room.settle("shop")]
    room.redeem(soap.id, rich.id, quantity=5)
    statements.append(room.settle("shop"))
    room.refund(first.id, 3, reason="broken")
    treasurer = village.acting_as(TREASURER).redemption
    came = race([partial(treasurer.approve_settlement, each.id) for each in statements])
    assert came == {"done": 2}
    assert village.ledger.balance(Account.merchant("shop", "points")).posted == 0


def test_an_approval_reads_what_came_since_the_last_statement_alone(
    village: Community, soap: Offer, rich: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever came between: all that is paid for has left the account, as far as it was there."""
    room, account, chosen = village.redemption, Account.merchant("shop", "points"), Random(7)
    read, whole = list[int](), LedgerStore.totals

    def totals(ledger: LedgerStore, account: Account, *, after: int = 0) -> tuple[int, list[Totals]]:
        read.append(after)
        return whole(ledger, account, after=after)

    def owed(statement: Settlement) -> int:
        """From the first entry on: what this one and those that were approved say, less what has left."""
        paid_for = sum(each.points for each in room.settlements("shop") if each.approved_by)
        with village.context.begin() as work:
            work.ledger.fold()
            _, moved = whole(work.ledger, account)
        left = -sum(each.amount for each in moved if each.kind in settling.NO_TAKINGS)
        there = village.ledger.balance(account).posted
        return max(0, min(there, paid_for + statement.points - left))

    monkeypatch.setattr(LedgerStore, "totals", totals)
    taken, waiting = list[str](), list[Settlement]()
    for _ in range(60):
        match chosen.choice(["redeem", "redeem", "refund", "settle", "approve"]):
            case "redeem":
                taken.append(room.redeem(soap.id, rich.id, quantity=chosen.randint(1, 3)).id)
            case "refund" if taken:
                room.refund(taken.pop(chosen.randrange(len(taken))), reason="broken")
            case "settle":
                with suppress(NothingToSettle):
                    waiting.append(room.settle("shop"))
            case "approve" if waiting:
                statement = waiting.pop(chosen.randrange(len(waiting)))
                pays, before = owed(statement), village.ledger.balance(account).posted
                reached = max(each.until_sequence for each in room.settlements("shop"))
                approve(village, statement)
                assert before - village.ledger.balance(account).posted == pays
                assert read.pop() == reached
    assert len([each for each in room.settlements("shop") if each.approved_by]) > 5


def test_a_joint_redemption_is_one(village: Community, soap: Offer) -> None:
    home = village.community.add_household(village.community.add_grid("First").id, "1-101")
    zhang = village.community.enrol("张伟", household_id=home.id)
    shares = {Account.member(zhang.id, "points"): 4, Account.household(home.id, "points"): 3}
    for n, account in enumerate(shares):
        legs = (Leg(Account.issuance("points"), -10), Leg(account, 10))
        village.ledger.post_one(Transaction(f"gift-{n}", legs, kind="award"))
    village.redemption.redeem(soap.id, zhang.id, quantity=7, shares=shares)
    village.redemption.redeem(soap.id, zhang.id, quantity=2)
    statement = village.redemption.settle("shop")
    assert (statement.redemptions, statement.points) == (2, 9)
    assert [entry.amount for entry in village.redemption.entries_of(statement.id)] == [4, 3, 2]


def test_the_entries_of_a_statement_are_its_points(
    village: Community, soap: Offer, rich: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settling, "AT_ONCE", 2)  # so that there are several pages
    room = village.redemption
    taken = [room.redeem(soap.id, rich.id, quantity=2) for _ in range(5)]
    first = approve(village, room.settle("shop"))
    room.redeem(soap.id, rich.id, quantity=9)
    for each in taken[:3]:
        room.refund(each.id, 1, reason="broken")
    second = room.settle("shop")
    room.redeem(soap.id, rich.id)  # in none of them
    assert [entry.amount for entry in room.entries_of(first.id)] == [2] * 5
    assert [entry.metadata["redemption"] for entry in room.entries_of(first.id)] == [r.id for r in taken]
    assert [entry.amount for entry in room.entries_of(second.id)] == [9, -1, -1, -1]
    assert (second.points, second.refunded) == (6, 3)


def test_many_refunds_are_each_deducted_at_their_own_rate(
    village: Community, soap: Offer, rich: Member, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settling, "AT_ONCE", 2)
    room = village.redemption
    early = [room.redeem(soap.id, rich.id, quantity=3) for _ in range(5)]
    room.sign_agreement("shop", starts_on=date(2026, 4, 1), rate="1")
    clock.set(datetime(2026, 4, 2, 1, tzinfo=UTC))
    late = room.redeem(soap.id, rich.id, quantity=20)
    for each in (*early, late, early[0]):
        room.refund(each.id, 1, reason="broken")
    by_rate = {portion.rate: portion.points for portion in room.settle("shop").portions}
    assert by_rate == {Decimal("0.333"): 9, Decimal(1): 19}


def test_a_debt_is_carried_until_it_is_earned(village: Community, soap: Offer, rich: Member) -> None:
    room = village.redemption
    room.adjust("shop", "-5.00", reason="paid too much last year")
    room.redeem(soap.id, rich.id, quantity=10)
    first = room.settle("shop")
    assert (first.money, first.carried) == (Decimal("0.00"), Decimal("3.24675") - 5)
    room.redeem(soap.id, rich.id, quantity=10)
    assert room.settle("shop").money == Decimal("1.49")


@pytest.mark.parametrize("money", [0, "0.001", "x", "1e20", "NaN", "Infinity", None, 0.5, "", "0.00"])
def test_money_is_in_cents(village: Community, shop: Merchant, money: object) -> None:
    with pytest.raises(NotAnAmount):
        village.redemption.adjust(shop.id, money, reason="r")  # type: ignore[arg-type]


def test_the_life_of_a_statement(village: Community, soap: Offer, rich: Member) -> None:
    room = village.redemption
    room.redeem(soap.id, rich.id, quantity=10)
    first = room.settle("shop")
    room.redeem(soap.id, rich.id, quantity=10)
    second = room.settle("shop")
    with pytest.raises(NotTheLastStatement):
        room.cancel_settlement(first.id, reason="wrong")
    with pytest.raises(SamePerson):
        room.approve_settlement(first.id)
    with pytest.raises(IllegalTransition):
        room.pay_settlement(first.id, reference="1")
    approve(village, first)
    with pytest.raises(IllegalTransition):
        room.cancel_settlement(first.id, reason="wrong")
    room.pay_settlement(first.id, reference="1")
    assert room.return_payment(first.id, reason="account closed").status is SettlementStatus.RETURNED
    paid = room.pay_settlement(first.id, reference="2")
    assert (paid.status, paid.payment_reference) == (SettlementStatus.PAID, "2")
    room.cancel_settlement(second.id, reason="wrong")
    third = room.settle("shop")
    assert (third.after_sequence, third.points) == (first.until_sequence, 10)
    assert village.ledger.balance(Account.merchant("shop", "points")).posted == 10


def test_all_that_are_due(village: Community, soap: Offer, rich: Member, clock: ManualClock) -> None:
    room = village.redemption
    other = room.register_merchant("Bakery", unit="points", rate="1", id="bakery")
    room.sign_agreement("bakery", settled=Period.WEEK, cut_off=5)
    room.activate_merchant(other.id)
    bread = room.publish_offer(room.draft_offer("bakery", "Bread", price=2).id)
    room.redeem(soap.id, rich.id, quantity=3)  # on Monday, 2 March
    room.redeem(bread.id, rich.id, quantity=1)
    assert room.settle_due() == []
    clock.set(datetime(2026, 3, 6, 16, tzinfo=UTC))  # Saturday in Shanghai: after the fifth day
    room.redeem(bread.id, rich.id, quantity=5)
    [bakery] = room.settle_due()
    assert bakery.statement is not None
    assert (bakery.merchant.id, bakery.statement.points) == ("bakery", 2)
    assert bakery.statement.until == datetime(2026, 3, 6, 16, tzinfo=UTC)
    assert room.settle_due() == []
    clock.set(datetime(2026, 3, 31, 16, tzinfo=UTC))
    due = room.settle_due()
    assert [(each.merchant.id, each.statement and each.statement.points) for each in due] == [
        ("bakery", 10),
        ("shop", 3),
    ]


def agreement(settled: Period, cut_off: int) -> Agreement:
    return Agreement("a", "shop", date(2026, 1, 1), Decimal(1), settled=settled, cut_off=cut_off)


@pytest.mark.parametrize(
    ("settled", "cut_off", "day", "cut"),
    [
        (Period.MONTH, 0, date(2026, 3, 31), date(2026, 3, 1)),
        (Period.MONTH, 0, date(2026, 4, 1), date(2026, 4, 1)),
        (Period.MONTH, 25, date(2026, 3, 25), date(2026, 2, 26)),
        (Period.MONTH, 25, date(2026, 3, 26), date(2026, 3, 26)),
        (Period.MONTH, 31, date(2026, 3, 1), date(2026, 3, 1)),  # February is shorter
        (Period.MONTH, 30, date(2028, 3, 1), date(2028, 3, 1)),  # and in a leap year, too
        (Period.WEEK, 0, date(2026, 3, 4), date(2026, 3, 2)),
        (Period.WEEK, 5, date(2026, 3, 7), date(2026, 3, 7)),
        (Period.QUARTER, 0, date(2026, 1, 1), date(2026, 1, 1)),
        (Period.YEAR, 366, date(2027, 1, 1), date(2027, 1, 1)),
        (Period.DAY, 0, date(2026, 3, 4), date(2026, 3, 4)),
    ],
)
def test_cut_offs(settled: Period, cut_off: int, day: date, cut: date) -> None:
    found = cut_off_before(agreement(settled, cut_off), day, SHANGHAI)
    assert found.astimezone(SHANGHAI).date() == cut
    assert found.astimezone(SHANGHAI).hour == 0


@given(
    st.sampled_from([Period.WEEK, Period.MONTH, Period.QUARTER, Period.YEAR]),
    st.integers(0, 366),
    st.dates(date(2020, 1, 1), date(2040, 1, 1)),
)
def test_a_cut_off_is_past_and_moves_on_only(settled: Period, cut_off: int, day: date) -> None:
    terms = agreement(settled, cut_off)
    cut, next_cut = (cut_off_before(terms, d, SHANGHAI) for d in (day, day + timedelta(days=1)))
    assert cut.astimezone(SHANGHAI).date() <= day
    assert cut <= next_cut


@given(st.lists(st.decimals(-1000, 1000, allow_nan=False, places=6), max_size=12))
@settings(max_examples=200)
def test_what_is_paid_and_carried_is_the_whole(sums: list[Decimal]) -> None:
    carried, paid = Decimal(0), Decimal(0)
    for each in sums:
        money, carried = payable(carried + each)
        assert money >= 0
        assert money == money.quantize(Decimal("0.01"))
        assert carried < Decimal("0.01")
        paid += money
    assert paid + carried == sum(sums)
