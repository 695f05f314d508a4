"""What programmes have that publish no table: each kind of rule in one file, by examples and here."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from gridpoints.rules.case import Deed, Scope
from gridpoints.rules.deeds import Holder
from gridpoints.rules.loading import load_file
from gridpoints.rules.metrics import Metrics
from gridpoints.rules.redemption import Redeeming, redeemable
from gridpoints.rules.stars import StarTerms, stars_at
from tests.rules.counting import Counted

OTHERS = load_file(Path(__file__).with_name("others.yaml"))  # its examples have run
DAY = date(2026, 3, 5)


def stars() -> StarTerms:
    assert OTHERS.terms.stars is not None
    return OTHERS.terms.stars


def test_brackets_give_the_same_however_the_hours_are_split() -> None:
    at_once = Counted(OTHERS).credit("serve", DAY, "60")
    split = Counted(OTHERS)
    assert sum(split.credit("serve", DAY, "0.5") for _ in range(120)) == at_once == 900  # 90 points


@pytest.mark.parametrize(
    ("deed", "hours", "points"),
    [("patrol", "2.49", 40), ("patrol", "2.5", 50), ("teach", "2.99", 200), ("teach", "0.99", 0)],
)
def test_half_hours_and_whole_hours(deed: str, hours: str, points: int) -> None:
    assert Counted(OTHERS).credit(deed, DAY, hours) == points


def test_nothing_is_redeemed_before_so_many_hours() -> None:
    terms = OTHERS.terms.redemption
    assert terms is not None
    home = {Scope.MEMBER: "li"}
    early = Redeeming(100, DAY, 500, home, first=True, hours=Decimal("19.5"))
    assert [step.code for step in redeemable(terms, early).explanation] == ["hours_too_few"]
    assert redeemable(terms, Redeeming(100, DAY, 500, home, first=True, hours=Decimal(20))).allowed


def test_there_are_no_refunds() -> None:
    terms = OTHERS.terms.redemption
    assert terms is not None
    assert not terms.refundable(DAY, DAY)


def test_points_are_valid_for_some_years_and_hours_for_ever() -> None:
    assert OTHERS.wallets["points"].expiry.after(date(2026, 3, 5)) == date(2029, 1, 1)
    assert OTHERS.wallets["signed"].expiry.after(date(2026, 3, 5)) is None


def test_an_account_holds_a_thousand_points_at_most() -> None:
    judged = OTHERS.judge(
        Deed("teach", DAY, Decimal(3)), Counted.subjects("li"), lambda _: 0, balance=lambda: 9_990
    )
    assert (judged.wanted, judged.awarded, tuple(judged.bound_by)) == (300, 10, ("cap",))


def test_one_act_takes_all_that_the_household_has() -> None:
    judged = OTHERS.judge(
        Deed("illegal-building", DAY), Counted.subjects("li"), lambda _: 0, balance=lambda: 3_125
    )
    assert (judged.holder, judged.awarded) == (Holder.HOUSEHOLD, -3_125)


def test_hours_checked_in_are_counted_apart_from_hours_attested() -> None:
    units = {code: OTHERS.rule(code).unit.code for code in ("hours-signed", "hours-attested")}
    assert units == {"hours-signed": "signed", "hours-attested": "attested"}
    assert stars_at(stars(), {"attested": 500, "points": 500}).level is None


@pytest.mark.parametrize(
    ("metrics", "card"),
    [
        ({"signed": 19, "points": 600}, None),
        ({"signed": 100, "points": 99}, None),
        ({"signed": 20, "points": 100}, "bronze"),
        ({"signed": 100, "points": 300}, "silver"),
        ({"signed": 100, "points": 600}, "gold"),
    ],
)
def test_cards_need_hours_and_points(metrics: Metrics, card: str | None) -> None:
    level = stars_at(stars(), metrics).level
    assert (level.code if level else None) == card


def test_cards_have_discounts_in_the_languages_of_the_file() -> None:
    gold = stars().level("gold")
    assert gold is not None
    assert [benefit["zh_Hans"] for benefit in gold.benefits] == ["联盟商户九折", "免费体检"]


def test_who_serves_less_goes_down_one_card_at_each_review() -> None:
    cards, card = [], "gold"
    for _ in range(3):
        level = stars_at(stars(), {"signed": 5, "points": 900}, card, review=True).level
        card = level.code if level else ""
        cards.append(card)
    assert cards == ["silver", "bronze", ""]


def test_no_shows_suspend_and_deregister() -> None:
    days = [DAY + timedelta(days=n) for n in range(6)]
    suspended = stars().barred(DAY + timedelta(days=3), days[:3])
    assert suspended is not None
    assert suspended.until == days[2] + timedelta(days=31)
    deregistered = stars().barred(date(2030, 1, 1), days)
    assert deregistered is not None
    assert deregistered.until is None


def test_the_exclusion_list() -> None:
    assert stars().barred(date(2036, 1, 1), excluded=[("false-hours", DAY)]) is not None
    assert stars().barred(DAY + timedelta(days=364), excluded=[("misconduct", DAY)]) is not None
    assert stars().barred(DAY + timedelta(days=365), excluded=[("misconduct", DAY)]) is None
