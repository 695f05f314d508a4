"""What awards keep and how they are kept: facts, households, expiry, caps, deductions, reversals, appeals."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from gridpoints import Account, Actor, Community, Exchange, Leg, Member, Report, Transaction
from gridpoints.awards.model import ArrearsStatus, Award, AwardStatus
from gridpoints.awards.reviews import ObjectionStatus
from gridpoints.errors import (
    AppealOver,
    DeedConflict,
    FactNeeded,
    FactNotListed,
    FactUnknown,
    FactUnusable,
    HouseholdNeeded,
    IllegalTransition,
    InsufficientPoints,
    NotAppealable,
    OwnAward,
    QuantityNeeded,
)
from gridpoints.rules.judging import Refusal
from gridpoints.testing import ManualClock

RULES = """\
gridpoints: 1
code: keeping
version: 1
name: {en: Keeping}
source: written for the tests
from: 2020-01-01
facts:
  category: {type: text, one_of: [elder_care, child_care], name: {en: Kind of care, zh_Hans: 类别}}
  stars: {type: number, name: {en: Stars}}
  born: {type: day}
  helped: {type: truth}
units:
  points: {name: {en: points}}
  yearly: {name: {en: yearly}, expires: end_of_year}
  capped: {name: {en: capped}, cap: 30}
deeds:
  plain: {name: {en: Plain}, points: 5, unit: points}
  care: {name: {en: Care}, points: 10, unit: points, when: {category: elder_care}}
  told: {name: {en: Told}, points: 10, unit: points}
  clean: {name: {en: Clean}, points: 40, unit: points, for: household}
  yearly: {name: {en: Yearly}, points: 10, unit: yearly}
  slow: {name: {en: Slowly}, points: 10, unit: yearly, approval: confirmer}
  capped: {name: {en: Capped}, points: 20, unit: capped}
  capped-slow: {name: {en: Capped slow}, points: 20, unit: capped, approval: confirmer}
  litter: {name: {en: Litter}, points: -8, unit: points, appeal_days: 15}
  noise: {name: {en: Noise}, points: -8, unit: points, shortfall: reject}
  noise-slow: {name: {en: Slow noise}, points: -8, unit: points, shortfall: reject, approval: confirmer}
  damage: {name: {en: Damage}, points: -30, unit: points, shortfall: debt, appeal_days: 15}
  fraud: {name: {en: Fraud}, points: {reset: all}, unit: points}
  hours: {name: {en: Hours}, unit: points, points: {per: hour, amount: 10}}
limits:
  hours-month: {deeds: [hours], period: month, most: 30, excess: clip}
"""
DAY = date(2026, 3, 1)


@pytest.fixture
def village(exchange: Exchange) -> Community:
    """Acts as a clerk."""
    founded = exchange.found("baiyang", name="白羊村", rules=RULES)
    return founded.acting_as(Actor("clerk-wang", frozenset({"clerk"})))


def held(village: Community, member: Member, unit: str = "points") -> int:
    return village.ledger.balance(Account.member(member.id, unit)).available


def give(village: Community, id: str, member: Member, deed: str, **more: Any) -> Award:
    return village.awards.credit(Report(id, member.id, deed, DAY, **more))


def other(village: Community) -> Community:
    return village.acting_as(Actor("sun", frozenset({"panel", "treasurer"})))


# --- facts ----------------------------------------------------------------------------------------


def test_facts_decide_and_are_kept_exactly(village: Community, li: Member) -> None:
    facts: Mapping[str, Any] = {
        "category": "elder_care",
        "stars": Fraction(10, 3),
        "born": date(1949, 10, 1),
        "helped": False,
        "emergency": True,
    }
    assert give(village, "a", li, "care", facts=facts).awarded == 10
    kept = village.awards.award("a").facts
    assert kept == facts
    assert [type(kept[name]) for name in facts] == [str, Fraction, date, bool, bool]
    refused = give(village, "b", li, "care", facts={"category": "child_care"})
    assert (refused.status, refused.awarded) == (AwardStatus.REFUSED, 0)
    assert [step.code for step in refused.explanation] == ["rule", "one_of"]
    exact = give(village, "c", li, "told", facts={"stars": Decimal("2.50")})
    assert str(village.awards.award("c").facts["stars"]) == str(exact.facts["stars"]) == "2.50"
    with pytest.raises(FactNeeded):
        give(village, "d", li, "care")


@pytest.mark.parametrize(
    ("facts", "error"),
    [
        ({"colour": "red"}, FactUnknown),
        ({"weekday": 3}, FactUnknown),
        ({"category": 3}, FactUnusable),
        ({"category": "elder"}, FactNotListed),
        ({"stars": "3"}, FactUnusable),
        ({"stars": True}, FactUnusable),
        ({"stars": 2.5}, FactUnusable),
        ({"stars": Decimal("NaN")}, FactUnusable),
        ({"born": "1949-10-01"}, FactUnusable),
        ({"born": datetime(1949, 10, 1, tzinfo=UTC)}, FactUnusable),
        ({"helped": 1}, FactUnusable),
        ({"helped": None}, FactUnusable),
    ],
)
def test_facts_that_cannot_be_used(
    village: Community, li: Member, facts: Mapping[str, Any], error: type[Exception]
) -> None:
    with pytest.raises(error) as caught:
        give(village, "a", li, "told", facts=facts)
    if error is FactUnknown:
        assert caught.value.known == ("born", "category", "emergency", "helped", "stars")  # type: ignore[attr-defined]
    assert village.awards.awards_of(li.id) == []


def test_the_same_report_has_the_same_facts(village: Community, li: Member) -> None:
    give(village, "a", li, "told", facts={"stars": 3})
    assert give(village, "a", li, "told", facts={"stars": Decimal("3.0")}).awarded == 10
    for facts in ({}, {"stars": 4}, {"stars": 3, "helped": True}):
        with pytest.raises(DeedConflict):
            give(village, "a", li, "told", facts=facts)


# --- whose account, until when, how many ----------------------------------------------------------


def test_a_household_has_an_account_of_its_own(village: Community, li: Member) -> None:
    with pytest.raises(HouseholdNeeded):
        give(village, "a", li, "clean")
    grid = village.community.add_grid("north")
    house = village.community.add_household(grid.id, "12")
    zhang = village.community.enrol("Zhang", household_id=house.id)
    award = give(village, "a", zhang, "clean")
    assert award.household_id == house.id
    assert village.ledger.balance(Account.household(house.id, "points")).posted == 40
    assert held(village, zhang) == 0
    other(village).awards.reverse("a", "another house")
    assert village.ledger.balance(Account.household(house.id, "points")).posted == 0


def test_points_expire_as_the_rules_say(village: Community, li: Member, clock: ManualClock) -> None:
    give(village, "a", li, "yearly")
    [lot] = village.ledger.lots(Account.member(li.id, "yearly"))
    assert lot.expires_at == datetime(2026, 12, 31, 16, tzinfo=UTC)
    clock.set(datetime(2027, 1, 1, tzinfo=UTC))
    assert held(village, li, "yearly") == 0


def test_points_that_come_late_do_not_expire_before_they_came(
    village: Community, li: Member, clock: ManualClock
) -> None:
    give(village, "a", li, "slow")
    clock.set(datetime(2027, 1, 5, tzinfo=UTC))
    other(village).awards.approve("a")
    [lot] = village.ledger.lots(Account.member(li.id, "yearly"))
    assert lot.expires_at == datetime(2027, 12, 31, 16, tzinfo=UTC)
    assert held(village, li, "yearly") == 10


def test_an_account_is_filled_up_to_its_cap(village: Community, li: Member) -> None:
    outcomes = village.awards.credit_all(Report(id, li.id, "capped", DAY) for id in "abc")
    awards = [outcome.award for outcome in outcomes if outcome.award]
    assert [(a.wanted, a.awarded, a.status.value) for a in awards] == [
        (20, 20, "credited"),
        (20, 10, "credited"),
        (20, 0, "refused"),
    ]
    assert held(village, li, "capped") == 30


def test_the_cap_is_that_of_the_day_on_which_all_agree(village: Community, li: Member) -> None:
    assert give(village, "a", li, "capped-slow").awarded == 20
    assert give(village, "b", li, "capped-slow").awarded == 20
    assert [other(village).awards.approve(id).awarded for id in "ab"] == [20, 10]
    assert [step.code for step in village.awards.explain("b")][-2:] == ["confirmed", "capped"]


# --- deductions -----------------------------------------------------------------------------------


def test_what_is_there_is_taken(village: Community, li: Member) -> None:
    for n in range(2):
        give(village, f"p{n}", li, "plain")
    assert [give(village, f"l{n}", li, "litter").awarded for n in range(3)] == [-8, -2, 0]
    assert held(village, li) == 0
    assert village.awards.award("l2").status is AwardStatus.REFUSED
    assert village.ledger.verify().ok


def test_what_is_held_is_not_there(village: Community, li: Member, clock: ManualClock) -> None:
    give(village, "p", li, "plain")
    account = Account.member(li.id, "points")
    village.ledger.hold(account, 4, expires_at=clock.now() + timedelta(days=1))
    assert give(village, "l", li, "litter").awarded == -1


def test_a_deduction_that_takes_all_or_nothing(village: Community, li: Member) -> None:
    give(village, "p", li, "plain")
    assert give(village, "n", li, "noise").status is AwardStatus.REFUSED
    give(village, "s", li, "noise-slow")
    give(village, "q", li, "plain")
    assert other(village).awards.approve("s").awarded == -8
    give(village, "t", li, "noise-slow")
    assert other(village).awards.approve("t").status is AwardStatus.REFUSED
    assert held(village, li) == 2
    assert give(village, "f", li, "fraud").awarded == -2


def test_what_is_owed_is_paid_from_what_is_earned_next(village: Community, li: Member) -> None:
    give(village, "p", li, "plain")
    assert give(village, "d", li, "damage").awarded == -30
    account = Account.member(li.id, "points").key
    [arrears] = village.awards.owed_by(account)
    assert (arrears.owed, arrears.remaining, held(village, li)) == (30 - 5, 25, 0)
    outcomes = village.awards.credit_all(Report(f"h{n}", li.id, "hours", DAY, Decimal(1)) for n in range(3))
    assert [o.award and o.award.awarded for o in outcomes] == [10, 10, 10]
    assert held(village, li) == 5
    assert village.awards.owed_by(account) == []
    entries = village.ledger.statement(Account.member(li.id, "points")).entries
    assert [(e.kind, e.amount) for e in entries] == [
        ("award", 5),
        ("award", -5),
        ("award", 10),
        ("debt", -10),
        ("award", 10),
        ("debt", -10),
        ("award", 10),
        ("debt", -5),
    ]
    assert village.ledger.verify().ok


def test_two_debts_in_one_file_the_older_first(village: Community, li: Member) -> None:
    outcomes = village.awards.credit_all(
        [
            Report("d1", li.id, "damage", DAY),
            Report("d2", li.id, "damage", DAY),
            Report("h", li.id, "hours", DAY, Decimal(3)),
            Report("p", li.id, "plain", DAY),
        ]
    )
    assert [o.award and o.award.awarded for o in outcomes] == [-30, -30, 30, 5]
    [left] = village.awards.owed_by(Account.member(li.id, "points").key)
    assert (left.id, left.remaining, left.payments) == ("d2", 25, 1)
    assert held(village, li) == 0


# --- given back -----------------------------------------------------------------------------------


def test_a_reversal_gives_the_limit_back_once(village: Community, li: Member) -> None:
    assert [give(village, id, li, "hours", quantity=Decimal(2)).awarded for id in "ab"] == [20, 10]
    award = village.awards.reverse("a", "not done")
    assert (award.status, award.awarded, held(village, li)) == (AwardStatus.REVERSED, 20, 10)
    with pytest.raises(IllegalTransition):
        village.awards.reverse("a", "again")
    assert give(village, "c", li, "hours", quantity=Decimal(3)).awarded == 20
    assert [step.code for step in village.awards.explain("a")][-1] == "reversed"
    assert village.ledger.verify().ok


def test_points_that_are_spent_are_not_taken_back_at_once(village: Community, li: Member) -> None:
    give(village, "a", li, "plain")
    account, fund = Account.member(li.id, "points"), Account.fund("f", "points")
    village.ledger.post_one(Transaction("spent", [Leg(account, -5), Leg(fund, 5)]))
    with pytest.raises(InsufficientPoints):
        village.awards.reverse("a", "not done")
    assert village.awards.award("a").status is AwardStatus.CREDITED
    assert village.awards.reverse("a", "not done", queue=True).status is AwardStatus.REVERSED
    assert len(village.ledger.debts()) == 1
    give(village, "b", li, "plain")
    village.ledger.collect()
    assert held(village, li) == 0


def test_nobody_takes_back_their_own(village: Community, li: Member) -> None:
    give(village, "p", li, "plain")
    give(village, "l", li, "litter")
    with pytest.raises(OwnAward):
        village.acting_as(Actor(li.id, frozenset({"clerk"}))).awards.reverse("l", "I was not there")


def test_an_appeal_that_is_upheld(village: Community, li: Member, clock: ManualClock) -> None:
    give(village, "p", li, "plain")
    give(village, "l", li, "litter")
    give(village, "d", li, "damage")
    give(village, "h", li, "hours", quantity=Decimal(1))
    person = village.acting_as(Actor(li.id))
    appeals = [person.awards.appeal(id, "it was not me") for id in ("l", "d")]
    assert village.awards.objections() == appeals
    for judge in (person, village):
        with pytest.raises(OwnAward):
            judge.awards.uphold(appeals[0].id, "true")
    other(village).awards.dismiss(appeals[0].id, "three witnesses")
    assert held(village, li) == 0
    award = other(village).awards.uphold(appeals[1].id, "it was the storm")
    assert award.status is AwardStatus.REVERSED
    assert held(village, li) == 10
    assert village.awards.owed_by(Account.member(li.id, "points").key) == []
    with village.context.read() as work:
        from gridpoints.awards.model import Arrears

        assert work.get(Arrears, "d").status is ArrearsStatus.VOID
    assert [o.status for o in village.awards.objections("d")] == [ObjectionStatus.UPHELD]
    assert give(village, "h2", li, "hours", quantity=Decimal(1)).awarded == 10
    assert held(village, li) == 20


def test_an_appeal_in_its_days(village: Community, li: Member, clock: ManualClock) -> None:
    """Deducted on Monday, 2 March, in the morning: fifteen whole days end with the 17th."""
    for n in range(3):
        give(village, f"p{n}", li, "plain")
    give(village, "l", li, "litter")
    give(village, "f", li, "fraud")
    clock.set(datetime(2026, 3, 17, 15, 59, 59, tzinfo=UTC))
    village.awards.appeal("l", "it was not me")
    clock.set(datetime(2026, 3, 17, 16, tzinfo=UTC))
    with pytest.raises(AppealOver):
        village.awards.appeal("l", "it was not me")
    for id in ("p0", "f"):
        with pytest.raises(NotAppealable):
            village.awards.appeal(id, "no")


# --- what would be --------------------------------------------------------------------------------


def test_a_preview_posts_nothing(village: Community, li: Member) -> None:
    give(village, "a", li, "hours", quantity=Decimal("2.5"))
    seen = village.awards.preview(Report("b", li.id, "hours", DAY, Decimal(2)))
    assert (seen.wanted, seen.awarded, seen.bound_by) == (20, 5, {"hours-month": 15})
    assert [step.code for step in seen.explanation] == ["rule", "per_unit", "clipped"]
    refused = village.awards.preview(Report("b", li.id, "noise-slow", date(2026, 3, 2)))
    assert refused.awarded == -8
    why_not = village.awards.preview(Report("b", li.id, "care", DAY, facts={"category": "child_care"}))
    assert why_not.refusal is Refusal.CONDITION
    with pytest.raises(QuantityNeeded):
        village.awards.preview(Report("b", li.id, "hours", DAY))
    assert len(village.awards.awards_of(li.id)) == 1
    assert village.awards.preview(Report("b", li.id, "hours", DAY, Decimal(2))) == seen
