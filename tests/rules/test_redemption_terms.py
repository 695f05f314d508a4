"""What points buy: when, how often, for whom, with how much in cash, and what may be given back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridpoints.i18n import Language
from gridpoints.rules.case import Scope
from gridpoints.rules.redemption import Redeemable, Redeeming, RedemptionTerms, redeemable
from tests.rules.test_loading import problems
from tests.rules.written import rules, text

DAY = date(2026, 3, 6)
HOME: Mapping[Scope, str] = {Scope.MEMBER: "li", Scope.HOUSEHOLD: "house-1"}


@cache
def terms(entry: str) -> RedemptionTerms:
    redemption = rules(f"redemption: {{{entry}}}").terms.redemption
    assert redemption is not None
    return redemption


def ask(entry: str, price: int = 50, balance: int = 100, day: date = DAY, **more: Any) -> Redeemable:
    return redeemable(terms(entry), Redeeming(price, day, balance, HOME, **more))


def refusal(entry: str, **asked: Any) -> list[str]:
    answer = ask(entry, **asked)
    assert answer.allowed == (not answer.explanation)
    assert answer.allowed or (answer.points, answer.missing, answer.uses) == (0, 0, {})
    return Language.of("en").explanation(answer.explanation)


def test_what_a_point_is_worth() -> None:
    assert terms("points: 10, money: 1, currency: CNY").rate == Decimal("0.1")
    assert terms("balance: 10").rate is None


def test_without_terms_the_balance_alone_decides() -> None:
    assert refusal("", price=100) == []
    assert refusal("", price=101) == ["It takes 101 points, and there are 100 points"]


def test_a_least_balance() -> None:
    assert refusal("balance: 100") == []
    assert refusal("balance: 101") == [
        "Only who has 101 points or more can redeem points; there are 100 points"
    ]


def test_a_least_and_a_most_at_once() -> None:
    entry = "least: 40, most: 60"
    assert refusal(entry, price=40) == refusal(entry, price=60) == []
    assert refusal(entry, price=39) == ["At least 40 points are redeemed at once, and these are 39 points"]
    assert refusal(entry, price=61) == ["At most 60 points are redeemed at once, and these are 61 points"]


def test_hours_before_the_first_redemption_and_not_after_it() -> None:
    entry = "hours_first: 20"
    assert refusal(entry, first=True, hours=Decimal(20)) == []
    assert refusal(entry, first=True, hours=Decimal("19.5")) == [
        "20 hours must be served before points are redeemed; there are 19.5"
    ]
    assert refusal(entry, first=False) == []


def test_goods_of_some_categories_alone() -> None:
    entry = "categories: [household, tools]"
    assert refusal(entry, category="tools") == []
    assert refusal(entry, category="wine") == [
        "Goods of the kind wine cannot be had for points; possible are: household, tools"
    ]
    assert refusal(entry) == [
        "Goods of an unknown kind cannot be had for points; possible are: household, tools"
    ]


def test_all_that_speaks_against_it_is_told_at_once() -> None:
    found = ask("balance: 500, most: 10, hours_first: 1, categories: [a]", first=True)
    codes = [step.code for step in found.explanation]
    assert codes == ["category_not_redeemed", "hours_too_few", "balance_too_low", "redeemed_too_much"]


# --- days -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("days", "first", "second"),
    [
        ("weekdays: [5]", date(2026, 3, 6), date(2026, 3, 13)),
        ("days_of_month: [25]", date(2026, 3, 25), date(2026, 4, 25)),
        ("days_of_month: [31]", date(2026, 3, 31), date(2026, 4, 30)),
        ("last_month_of: quarter", date(2026, 3, 6), date(2026, 3, 7)),
        ("last_month_of: quarter, days_of_month: [25]", date(2026, 3, 25), date(2026, 6, 25)),
        ("last_month_of: year, weekdays: [6]", date(2026, 12, 5), date(2026, 12, 12)),
        ("on: [2026-05-01, 2026-10-01]", date(2026, 5, 1), date(2026, 10, 1)),
        ("weekdays: [1], on: [2026-03-07]", date(2026, 3, 7), date(2026, 3, 9)),
        ("days_of_month: [30], last_month_of: year, weekdays: [1]", date(2030, 12, 30), None),
    ],
)
def test_redemption_days(days: str, first: date, second: date | None) -> None:
    those = terms(f"days: {{{days}}}").days
    after = DAY if first.year < 2030 else date(2030, 1, 1)
    assert those.next(after) == first
    following = those.next(first + timedelta(days=1))
    assert following == second or (second is None and following != first)


def test_a_leap_year_has_its_own_last_day() -> None:
    days = terms("days: {days_of_month: [30]}").days
    assert [date(2028, 2, 29) in days, date(2028, 2, 28) in days, date(2027, 2, 28) in days] == [
        True,
        False,
        True,
    ]


def test_the_next_day_is_named() -> None:
    entry = "days: {last_month_of: quarter, weekdays: [5]}"
    assert refusal(entry, day=DAY) == []
    assert refusal(entry, day=date(2026, 4, 1)) == [
        "Points are not redeemed on Apr 1, 2026; the next day for it is Jun 5, 2026"
    ]
    assert refusal("days: {on: [2026-01-01]}") == ["Points are not redeemed on Mar 6, 2026"]


# --- limits ---------------------------------------------------------------------------------------


def test_once_a_quarter_for_a_household() -> None:
    entry = "limits: [{most: 1, counts: times, period: quarter, scope: household}]"
    used: Counter[str] = Counter()
    first = ask(entry, used=used.__getitem__)
    assert first.allowed
    used.update(first.uses)
    assert refusal(entry, used=used.__getitem__, day=date(2026, 3, 31)) == [
        "Points are redeemed 1 times per quarter for each household; none remained"
    ]
    assert refusal(entry, used=used.__getitem__, day=date(2026, 4, 1)) == []


def test_so_many_points_a_month() -> None:
    entry = "limits: [{most: 80, period: month}]"
    used: Counter[str] = Counter(ask(entry).uses)
    assert refusal(entry, price=30, used=used.__getitem__) == []
    assert refusal(entry, price=31, used=used.__getitem__) == [
        "At most 80 points are redeemed per month for each member; 30 points remained"
    ]


@given(prices=st.lists(st.integers(1, 60), max_size=12), cash=st.booleans())
def test_no_limit_is_exceeded_in_any_order(prices: list[int], cash: bool) -> None:
    limits = "[{most: 90, period: year}, {most: 4, counts: times, period: year}]"
    entry = f"cash: {str(cash).lower()}, limits: {limits}"
    used: Counter[str] = Counter()
    taken, balance = [], 150
    for price in prices:
        answer = ask(entry, price=price, balance=balance, used=used.__getitem__)
        if answer.allowed:
            assert answer.points + answer.missing == price
            used.update(answer.uses)
            balance -= answer.points
            taken.append(answer.points)
    assert sum(taken) <= 90
    assert len(taken) <= 4
    assert balance >= 0


# --- cash and refunds -----------------------------------------------------------------------------


def test_cash_makes_up_for_missing_points() -> None:
    answer = ask("points: 10, money: 1, currency: CNY, cash: true", price=120)
    assert (answer.allowed, answer.points, answer.missing, answer.cash) == (True, 100, 20, Decimal(2))
    assert Language.of("en").explanation(answer.explanation) == [
        "20 points are missing, for which 2 CNY is paid"
    ]
    enough = ask("points: 10, money: 1, currency: CNY, cash: true", price=100)
    assert (enough.points, enough.missing, enough.explanation) == (100, 0, ())


def test_cash_where_no_rate_is_known() -> None:
    answer = ask("cash: true", price=120)
    assert (answer.allowed, answer.points, answer.missing, answer.cash) == (True, 100, 20, None)
    assert [step.code for step in answer.explanation] == ["cash_unpriced"]


def test_cash_alone_redeems_nothing() -> None:
    assert not ask("cash: true", balance=0).allowed


@pytest.mark.parametrize(
    ("refund", "same_day", "sixth", "seventh"),
    [("never", False, False, False), ("always", True, True, True), ("{days: 7}", True, True, False)],
)
def test_what_may_be_given_back(refund: str, same_day: bool, sixth: bool, seventh: bool) -> None:
    redemption = terms(f"refund: {refund}")
    days = (DAY, DAY + timedelta(days=6), DAY + timedelta(days=7))
    assert [redemption.refundable(DAY, day) for day in days] == [same_day, sixth, seventh]


# --- the file -------------------------------------------------------------------------------------


def test_a_rate_may_change_on_a_day() -> None:
    money = "[{value: 1}, {from: 2021-01-01, value: 2}]"
    changing = rules(f"redemption: {{points: 10, money: {money}, currency: CNY}}")
    rates = [changing.on(day).terms.redemption for day in (date(2020, 12, 31), date(2021, 1, 1))]
    assert [each.rate if each else None for each in rates] == [Decimal("0.1"), Decimal("0.2")]


@pytest.mark.parametrize(
    ("entry", "path", "code"),
    [
        ("points: 10, money: 1", "redemption", "rate_incomplete"),
        ("currency: CNY", "redemption", "rate_incomplete"),
        ("points: ten, money: 1, currency: CNY", "redemption.points", "number_needed"),
        ("unit: point", "redemption.unit", "code_misspelt"),
        ("balance: 0.5", "redemption.balance", "digits_too_many"),
        ("least: 50, most: 20", "redemption.most", "least_above_most"),
        ("limits: [{most: 1.5, counts: times, period: year}]", "redemption.limits.0.most", "whole_needed"),
        ("limits: [{most: 1.5, period: year}]", "redemption.limits.0.most", "digits_too_many"),
        ("limits: [{most: 1, period: day}]", "redemption.limits.0.period", "choice_unknown"),
        ("days: {weekdays: [8]}", "redemption.days.weekdays.0", "not_whole_number"),
        ("days: {days_of_month: [0]}", "redemption.days.days_of_month.0", "not_whole_number"),
        ("refund: sometimes", "redemption.refund", "refund_unknown"),
        ("cash: maybe", "redemption.cash", "yes_or_no_needed"),
    ],
)
def test_what_cannot_be_meant_is_told(entry: str, path: str, code: str) -> None:
    found = problems(text(f"redemption: {{{entry}}}"))
    assert [(".".join(map(str, each.path)), each.code) for each in found] == [(path, code)]


def test_a_budget_in_money_needs_a_rate() -> None:
    budget = "budgets: {year: {name: {en: Year}, most: 100, period: year, money: CNY}}"
    assert [p.code for p in problems(text(f"{budget}\nredemption: {{balance: 5}}"))] == ["money_unknown"]
    assert (
        rules(f"{budget}\nredemption: {{points: 10, money: 1, currency: CNY}}").budgets[0].bound.most == 1000
    )
