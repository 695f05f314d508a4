"""The fund: what is in it, what it owes, for how long it lasts, and who is told."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridpoints import Community, Member, Merchant, Report
from gridpoints.errors import NotAnAmount, UnitUnknown
from gridpoints.redemption.fund.model import Alarm, expected
from gridpoints.testing import ManualClock
from tests.rooms.conftest import TREASURER


@pytest.fixture
def rich(village: Community, li: Member) -> Member:
    """Li, with 100 points, and a shop that is paid 0.5 for each."""
    village.awards.credit_all(Report(str(n), li.id, "patrol", date(2026, 3, 1)) for n in range(20))
    room = village.redemption
    room.register_merchant("积分超市", unit="points", rate="0.5", id="shop")
    room.activate_merchant("shop")
    room.publish_offer(room.draft_offer("shop", "洗洁精", price=2, id="soap").id)
    return li


def test_where_the_fund_stands(village: Community, rich: Member, clock: ManualClock) -> None:
    room = village.redemption
    room.deposit("60.00", source="street office", id="d1")
    room.deposit("-10.00", source="lent to the care fund", id="d2")
    report = room.fund_report()
    assert (report.deposited, report.paid, report.liability) == (50, 0, 50)
    assert report.coverage == 1
    assert report.alarms == ()

    room.redeem("soap", rich.id, quantity=10)
    report = room.fund_report()
    assert (report.taken, report.liability, report.owed) == (10, 40, 50)
    statement = room.settle("shop")
    assert (room.fund_report().due, room.fund_report().taken) == (10, 0)
    village.acting_as(TREASURER).redemption.approve_settlement(statement.id)
    room.pay_settlement(statement.id, reference="1")
    report = room.fund_report()
    assert (report.paid, report.due, report.available, report.owed) == (10, 0, 40, 40)
    assert [each.money for each in room.deposits()] == [60, -10]


def test_a_unit_that_there_is_not_stops_no_report(village: Community, rich: Member) -> None:
    with pytest.raises(UnitUnknown):
        village.redemption.register_merchant("Shop", unit="point", rate="1", id="typo")
    assert [each.id for each in village.redemption.merchants()] == ["shop"]
    with village.transaction() as work:  # from before that was refused
        village.context.keep(work, Merchant("typo", "Shop", "point", Decimal(1)))
    village.redemption.activate_merchant("typo")
    village.redemption.redeem("soap", rich.id, quantity=10)
    assert village.redemption.fund_report().taken == 10


def test_what_merchants_are_owed_is_what_they_will_be_paid(
    village: Community, rich: Member, clock: ManualClock
) -> None:
    room = village.redemption
    room.sign_agreement("shop", starts_on=date(2026, 3, 10), rate="0.4", fee="10")
    clock.set(datetime(2026, 3, 12, tzinfo=UTC))
    room.redeem("soap", rich.id, quantity=10)
    room.adjust("shop", "1.50", reason="two vouchers were left out")
    report = room.fund_report()
    assert report.liability == 32  # at 0.4, though nobody ended the agreement before it
    owed = report.taken
    assert owed == Decimal("8.70")
    assert room.settle("shop").money == owed


def test_a_merchant_who_left_makes_nothing_dear(village: Community, rich: Member) -> None:
    room = village.redemption
    room.register_merchant("Gold", unit="points", rate="9", id="gold")
    room.activate_merchant("gold")
    assert room.fund_report().liability == 900
    room.dismiss_merchant("gold", reason="moved")
    assert room.fund_report().liability == 50


def test_alarms(village: Community, rich: Member, clock: ManualClock) -> None:
    room = village.redemption
    room.deposit("20.00", source="street office")
    room.redeem("soap", rich.id, quantity=9)
    clock.set(datetime(2026, 4, 3, tzinfo=UTC))
    report = room.fund_report(months=6)
    assert report.coverage == Decimal("0.4")
    assert [each.alarm for each in report.alarms] == [Alarm.UNDER_COVERED, Alarm.RUNS_OUT]
    # In the one month that there was, 9 yuan were redeemed: 20 less the 9 that the shop is owed last one.
    assert [(each.first_day, each.money) for each in report.forecast[:2]] == [
        (date(2026, 4, 1), 9),
        (date(2026, 5, 1), 9),
    ]
    assert report.alarms[1].month == date(2026, 5, 1)
    assert room.fund_report(covered=Decimal("0.2"), months=1).alarms == ()


@pytest.mark.parametrize("money", ["0", "x", "0.001", None])
def test_deposits_are_in_cents(village: Community, money: object) -> None:
    with pytest.raises(NotAnAmount):
        village.redemption.deposit(money, source="s")  # type: ignore[arg-type]


def test_a_young_community_is_judged_by_the_months_that_there_were() -> None:
    def months(redeemed: dict[date, Decimal], today: date) -> list[Decimal]:
        return [money for _, money in expected(redeemed, today, 2)]

    assert months({}, date(2026, 4, 20)) == [0, 0]
    assert months({date(2026, 4, 1): Decimal(6)}, date(2026, 4, 20)) == [6, 6]
    two = {date(2026, 2, 1): Decimal(6), date(2026, 3, 1): Decimal(12), date(2026, 4, 1): Decimal(1)}
    assert months(two, date(2026, 4, 20)) == [9, 9]
    assert months({date(2026, 1, 1): Decimal(6)}, date(2026, 4, 20)) == [2, 2]  # two months without any
    # Of the year before, December alone is known to compare January with.
    year = {date(2024, 12, 1): Decimal(10), date(2025, 1, 1): Decimal(20)}
    recent = {date(2025, month, 1): Decimal(30) for month in (10, 11, 12)}
    assert months(year | recent, date(2026, 1, 15)) == [60, 30]


def test_a_season_is_seen() -> None:
    year = {date(2025, month, 1): Decimal(10) for month in range(1, 13)}
    year[date(2025, 2, 1)] = Decimal(40)
    months = expected(year | {date(2025, 12, 1): Decimal(10)}, date(2026, 1, 15), 3)
    assert [money for _, money in months] == [10, 10, 10]  # nothing is known of 2024
    before = {date(2024, month, 1): Decimal(5) for month in (10, 11, 12)}
    months = expected(year | before, date(2026, 1, 15), 3)
    assert [money for _, money in months] == [20, 80, 20]


@given(
    st.dictionaries(
        st.dates(date(2024, 1, 1), date(2026, 1, 1)).map(lambda d: d.replace(day=1)),
        st.integers(-50, 500).map(Decimal),
    ),
    st.integers(1, 24),
)
def test_a_forecast_is_of_months_that_follow(redeemed: dict[date, Decimal], count: int) -> None:
    months = expected(redeemed, date(2026, 1, 31), count)
    assert len(months) == count
    assert all(money >= 0 for _, money in months)
    days = [day for day, _ in months]
    assert days == sorted(set(days))
    assert all(day.day == 1 for day in days)
    assert days[0] == date(2026, 1, 1)
