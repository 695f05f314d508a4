"""What a deed is worth: amounts, rounding, limits, and the explanation of each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridpoints.errors import DeedUnknown, QuantityNeeded, QuantityNotTaken, QuantityOutOfRange
from gridpoints.rules.case import Deed, Scope, UsageKey
from gridpoints.rules.limits import MOST_STEPS, Excess, Limit
from gridpoints.rules.loading import load
from gridpoints.rules.model import RuleSet
from gridpoints.values import Period
from tests.rules.counting import HOMES, Counted

DAY = date(2026, 3, 5)


def rules(points: str = "5", *, scale: int = 0, limits: str = "{}") -> RuleSet:
    """A rule set with one deed that is worth `points`, one that gives 20, and `limits`."""
    return load(f"""\
gridpoints: 1
code: village
version: 1
name: {{en: Village}}
source: written for the tests
from: 2020-01-01
units: {{points: {{name: {{en: points}}, scale: {scale}}}}}
deeds:
  deed: {{name: {{en: Deed}}, points: {points}}}
  other: {{name: {{en: Other}}, points: 20}}
limits: {limits}
""")


def limit(most: int, period: str, excess: str = "clip", scope: str = "member", deeds: str = "[deed]") -> str:
    return f"{{limit: {{deeds: {deeds}, scope: {scope}, period: {period}, most: {most}, excess: {excess}}}}}"


# --- amounts --------------------------------------------------------------------------------------


def test_a_fixed_amount_is_the_same_each_time() -> None:
    counted = Counted(rules("5"))
    assert [counted.credit("deed", DAY), counted.credit("deed", DAY, "1")] == [5, 5]


@pytest.mark.parametrize("quantity", ["2", "0", "0.5", "-1", "NaN", "Infinity", "sNaN"])
def test_a_fixed_amount_takes_no_quantity(quantity: str) -> None:
    with pytest.raises(QuantityNotTaken):
        Counted(rules("5")).credit("deed", DAY, quantity)


@pytest.mark.parametrize("per", ["hour", "time", "item"])
def test_an_amount_for_each(per: str) -> None:
    assert Counted(rules(f"{{per: {per}, amount: 3}}")).credit("deed", DAY, "4") == 12


@pytest.mark.parametrize("quantity", [None, "0", "-1", "NaN", "sNaN", "Infinity", "-Infinity", "1e9", "1e99"])
def test_an_amount_for_each_needs_a_sensible_quantity(quantity: str | None) -> None:
    with pytest.raises(QuantityNeeded):
        Counted(rules("{per: hour, amount: 3}")).credit("deed", DAY, quantity)


@pytest.mark.parametrize("quantity", ["1e9", "1e99"])
def test_a_quantity_that_is_too_large_tells_the_greatest(quantity: str) -> None:
    with pytest.raises(QuantityOutOfRange) as refused:
        Counted(rules("{per: hour, amount: 3}")).credit("deed", DAY, quantity)
    assert (refused.value.quantity, refused.value.most) == (Decimal(quantity), 10**9)
    assert Counted(rules("{per: hour, amount: 3}")).credit("deed", DAY, "999999999") == 2_999_999_997


@pytest.mark.parametrize(
    ("rounding", "quantity", "points"),
    [
        ("exact", "2.75", 27),  # 27.5: what is less than a point is cut off
        ("half", "2.75", 25),
        ("half", "2.5", 25),
        ("half", "0.49", 0),
        ("whole", "2.99", 20),
        ("up", "2.01", 30),
        ("up", "2", 20),
        ("nearest", "2.49", 20),
        ("nearest", "2.5", 30),
    ],
)
def test_a_quantity_is_rounded_before_it_counts(rounding: str, quantity: str, points: int) -> None:
    counted = Counted(rules(f"{{per: hour, amount: 10, round: {rounding}}}"))
    assert counted.credit("deed", DAY, quantity) == points


def test_half_points_are_counted_to_the_last() -> None:
    counted = Counted(rules("{per: hour, amount: 0.5}", scale=1))
    judged = counted.judge("deed", DAY, "3")
    assert judged.awarded == 15
    assert judged.explanation[1].values["points"] == Decimal("1.5")


@given(minutes=st.integers(1, 24 * 60), rate=st.integers(1, 10_000))
def test_minutes_as_hours_lose_nothing(minutes: int, rate: int) -> None:
    """A third of an hour is no finite decimal, and three points an hour give one point for it."""
    judged = Counted(rules(f"{{per: hour, amount: {rate}}}")).judge("deed", DAY, str(Decimal(minutes) / 60))
    assert judged.awarded == minutes * rate // 60


def test_an_unknown_deed_names_the_one_that_was_meant() -> None:
    with pytest.raises(DeedUnknown) as unknown:
        Counted(rules()).credit("othr", DAY)
    assert unknown.value.suggestion == "other"


# --- limits ---------------------------------------------------------------------------------------


def test_a_limit_that_clips_gives_what_is_left() -> None:
    counted = Counted(rules("20", limits=limit(50, "month")))
    assert [counted.credit("deed", DAY) for _ in range(4)] == [20, 20, 10, 0]


def test_a_limit_that_rejects_gives_all_or_nothing() -> None:
    counted = Counted(rules("20", limits=limit(50, "month", "reject")))
    assert [counted.credit("deed", DAY) for _ in range(4)] == [20, 20, 0, 0]


@pytest.mark.parametrize(
    ("period", "last", "first"),
    [
        ("day", date(2026, 3, 5), date(2026, 3, 6)),
        ("week", date(2026, 3, 8), date(2026, 3, 9)),  # from Thursday to Sunday, and Monday
        ("month", date(2026, 3, 31), date(2026, 4, 1)),
        ("quarter", date(2026, 1, 1), date(2026, 4, 1)),
        ("year", date(2026, 12, 31), date(2027, 1, 1)),
    ],
)
def test_a_limit_begins_anew_with_its_period(period: str, last: date, first: date) -> None:
    counted = Counted(rules("20", limits=limit(20, period)))
    assert [counted.credit("deed", day) for day in (DAY, last, first)] == [20, 0, 20]


def test_a_limit_in_all_never_begins_anew() -> None:
    counted = Counted(rules("20", limits=limit(20, "lifetime")))
    assert [counted.credit("deed", day) for day in (date(1990, 1, 1), DAY, date(2099, 1, 1))] == [20, 0, 0]


def test_a_week_goes_on_over_the_end_of_the_year() -> None:
    counted = Counted(rules("20", limits=limit(20, "week")))
    assert counted.credit("deed", date(2026, 12, 28)) == 20  # a Monday
    assert counted.credit("deed", date(2027, 1, 3)) == 0  # the Sunday after it
    assert counted.credit("deed", date(2027, 1, 4)) == 20


def test_the_leap_day_belongs_to_february_and_to_the_first_quarter() -> None:
    for period in ("month", "quarter", "year"):
        counted = Counted(rules("20", limits=limit(20, period)))
        assert counted.credit("deed", date(2028, 2, 29)) == 20
        assert counted.credit("deed", date(2028, 2, 1)) == 0
    counted = Counted(rules("20", limits=limit(20, "month")))
    assert [counted.credit("deed", day) for day in (date(2028, 2, 29), date(2028, 3, 1))] == [20, 20]


@pytest.mark.parametrize(
    ("scope", "awarded"),
    [
        ("member", {"li": 20, "zhao": 20, "wang": 20, "sun": 20, "qian": 20}),
        ("household", {"li": 20, "zhao": 0, "wang": 20, "sun": 20, "qian": 20}),
        ("grid", {"li": 20, "zhao": 0, "wang": 0, "sun": 20, "qian": 20}),
        ("community", {"li": 20, "zhao": 0, "wang": 0, "sun": 0, "qian": 0}),
    ],
)
def test_a_limit_counts_its_scope_together(scope: str, awarded: Mapping[str, int]) -> None:
    counted = Counted(rules("20", limits=limit(20, "month", scope=scope)))
    assert {member: counted.credit("deed", DAY, member=member) for member in awarded} == awarded


def test_a_limit_counts_several_deeds_together_and_no_others() -> None:
    together = Counted(rules("5", limits=limit(22, "month", deeds="[deed, other]")))
    assert [together.credit(deed, DAY) for deed in ("deed", "other", "deed")] == [5, 17, 0]
    alone = Counted(rules("5", limits=limit(5, "month")))
    assert [alone.credit(deed, DAY) for deed in ("deed", "other", "deed")] == [5, 20, 0]


def test_a_limit_that_names_no_deeds_counts_them_all() -> None:
    counted = Counted(rules("5", limits="{all: {period: month, most: 22, excess: clip}}"))
    assert [counted.credit(deed, DAY) for deed in ("deed", "other", "deed")] == [5, 17, 0]


def test_the_narrowest_of_several_limits_decides() -> None:
    both = "{a: {period: day, most: 12, excess: clip}, b: {period: month, most: 30, excess: clip}}"
    counted = Counted(rules("10", limits=both))
    days = [DAY, DAY, date(2026, 3, 6), date(2026, 3, 7), date(2026, 3, 8)]
    assert [counted.credit("deed", day) for day in days] == [10, 2, 10, 8, 0]


def test_what_one_limit_rejects_uses_up_no_other() -> None:
    both = "{a: {period: month, most: 100, excess: clip}, b: {period: day, most: 10, excess: reject}}"
    counted = Counted(rules("10", limits=both))
    assert [counted.credit("deed", DAY) for _ in range(3)] == [10, 0, 0]
    assert sorted(counted.used.values()) == [10, 10]


def test_what_is_given_back_can_be_earned_again() -> None:
    counted = Counted(rules("20", limits=limit(20, "month")))
    judged = counted.judge("deed", DAY)
    counted.used.subtract(judged.uses)
    assert counted.credit("deed", DAY) == 20


# --- explanations ---------------------------------------------------------------------------------


def test_an_award_is_explained_step_by_step() -> None:
    counted = Counted(rules("{per: hour, amount: 10, round: half}", limits=limit(30, "month")))
    counted.credit("deed", DAY, "1")
    judged = counted.judge("deed", DAY, "2.8")
    assert (judged.wanted, judged.awarded) == (25, 20)
    rule, amount, clipped = judged.explanation
    assert (rule.code, amount.code, clipped.code) == ("rule", "per_unit", "clipped")
    assert rule.values["rule_set"] == "village@1"
    assert (amount.values["quantity"], amount.values["counted"]) == (Decimal("2.8"), Decimal("2.5"))
    assert (amount.values["rate"], amount.values["points"]) == (10, 25)
    assert (clipped.values["limit"], clipped.values["most"], clipped.values["left"]) == ("limit", 30, 20)
    assert (clipped.values["period"], clipped.values["scope"]) == (Period.MONTH, Scope.MEMBER)


def test_the_same_figures_are_the_same_steps_and_digits_are_figures() -> None:
    village = rules("{per: hour, amount: 10}", limits=limit(1_000, "month"))
    one, again, longer = (Counted(village).judge("deed", DAY, hours) for hours in ("1", "1", "1.0"))
    assert all(step is told for step, told in zip(one.explanation, again.explanation, strict=True))
    assert str(one.explanation[1].values["quantity"]) == "1"
    assert str(longer.explanation[1].values["quantity"]) == "1.0"
    assert longer.explanation[2] is one.explanation[2]


def test_more_figures_than_are_kept_are_told_right() -> None:
    counted = Counted(rules("{per: item, amount: 1}", limits=limit(10**8, "month")))
    for items in range(1, MOST_STEPS + 3):
        _, amount, within = counted.judge("deed", DAY, str(items)).explanation
        assert (amount.values["quantity"], within.values["points"]) == (items, items)


def test_a_refusal_is_explained_too() -> None:
    counted = Counted(rules("20", limits=limit(30, "month", "reject")))
    counted.credit("deed", DAY)
    judged = counted.judge("deed", DAY)
    assert judged.awarded == 0
    assert judged.explanation[-1].code == "rejected"
    assert judged.explanation[-1].values["left"] == 10
    assert not judged.uses


# --- properties -----------------------------------------------------------------------------------

_limits = st.lists(
    st.tuples(
        st.integers(1, 200),
        st.sampled_from([period for period in Period if period is not Period.DEED]),
        st.sampled_from([Excess.CLIP, Excess.REJECT]),
        st.sampled_from(Scope),
        st.sampled_from(["[deed]", "[other]", "[deed, other]"]),
    ),
    min_size=1,
    max_size=4,
)
_deeds = st.lists(
    st.tuples(
        st.sampled_from(["deed", "other"]),
        st.dates(date(2027, 12, 20), date(2028, 3, 5)),
        st.decimals("0.01", "30", places=2),
        st.sampled_from([*HOMES, "qian"]),
    ),
    max_size=25,
)


@st.composite
def _villages(draw: st.DrawFn) -> RuleSet:
    rounding = draw(st.sampled_from(["exact", "half", "whole", "up", "nearest"]))
    amount = draw(st.decimals("0.1", "40", places=1))
    limits = ", ".join(
        f"l{n}: {{most: {most}, period: {period}, excess: {excess}, scope: {scope}, deeds: {deeds}}}"
        for n, (most, period, excess, scope, deeds) in enumerate(draw(_limits))
    )
    return rules(f"{{per: hour, amount: {amount}, round: {rounding}}}", scale=1, limits=f"{{{limits}}}")


@given(village=_villages(), deeds=_deeds)
def test_no_limit_is_ever_exceeded_in_any_order_of_deeds(
    village: RuleSet, deeds: list[tuple[str, date, Decimal, str]]
) -> None:
    counted = Counted(village)
    for deed, day, quantity, member in deeds:
        counted.credit(deed, day, str(quantity) if deed == "deed" else None, member=member)
    most = {limit.code: limit.most for limit in village.limits if isinstance(limit, Limit)}
    assert all(0 <= used <= most[UsageKey.parse(key).limit] for key, used in counted.used.items())


@given(village=_villages(), deeds=_deeds)
def test_judging_is_pure_and_its_last_figure_is_the_award(
    village: RuleSet, deeds: list[tuple[str, date, Decimal, str]]
) -> None:
    counted = Counted(village)
    for deed, day, quantity, member in deeds:
        facts = Deed(deed, day, quantity if deed == "deed" else None)
        before = Counter(counted.used)
        judged = village.judge(facts, counted.subjects(member), before.__getitem__)
        assert judged == village.judge(facts, counted.subjects(member), before.__getitem__)
        short = village.judge(facts, counted.subjects(member), before.__getitem__, explained=False)
        assert short == judged._replace(explanation=())
        assert before == counted.used
        assert 0 <= judged.awarded <= judged.wanted
        assert judged.explanation[-1].values["points"] == judged.unit.decimal(judged.awarded)
        assert judged.explanation[1].values["points"] == judged.unit.decimal(judged.wanted)
        assert set(judged.uses.values()) <= {judged.awarded} - {0}
        counted.used.update(judged.uses)
