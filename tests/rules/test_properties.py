"""What holds of each kind of amount, period, deduction and approval, whatever the figures."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from math import ceil, floor
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gridpoints.errors import ChoiceOutOfRange
from gridpoints.rules.approval import StageKind
from gridpoints.rules.judging import Refusal
from gridpoints.values import Period, midnight
from tests.rules.counting import Counted
from tests.rules.test_kinds import DAY, judge, limited, rules

_hours = st.decimals("0.01", "40", places=2)
_points = st.integers(1, 500)

# --- amounts --------------------------------------------------------------------------------------


@given(points=_points, days=st.lists(st.dates(date(2020, 1, 1), date(2040, 1, 1)), min_size=1, max_size=5))
def test_a_fixed_amount_is_the_same_on_every_day(points: int, days: list[date]) -> None:
    village = rules(str(points))
    assert {judge(village, day=day).awarded for day in days} == {points}


_COUNTED: Mapping[str, Callable[[Fraction], Fraction]] = {
    "exact": lambda hours: hours,
    "half": lambda hours: Fraction(floor(hours * 2), 2),
    "whole": lambda hours: Fraction(floor(hours)),
    "up": lambda hours: Fraction(ceil(hours)),
    "nearest": lambda hours: Fraction(floor(hours + Fraction(1, 2))),
}


@given(hours=_hours, rate=_points, rounding=st.sampled_from([*_COUNTED]))
def test_an_amount_for_each_is_the_rounded_quantity_times_the_rate(
    hours: Decimal, rate: int, rounding: str
) -> None:
    village = rules(f"{{per: hour, amount: {rate}, round: {rounding}}}")
    assert judge(village, str(hours)).awarded == floor(_COUNTED[rounding](Fraction(hours)) * rate)


@given(hours=_hours, more=st.decimals(0, 20, places=2), rates=st.lists(_points, min_size=3, max_size=3))
def test_each_part_of_a_quantity_gives_what_its_bracket_says(
    hours: Decimal, more: Decimal, rates: list[int]
) -> None:
    first, second, third = rates
    brackets = f"[{{up_to: 5, amount: {first}}}, {{up_to: 12.5, amount: {second}}}, {{amount: {third}}}]"
    village = rules(f"{{per: hour, brackets: {brackets}}}")
    ends = [min(Fraction(hours), Fraction(end)) for end in ("0", "5", "12.5", "40")]
    exact = sum(((ends[n + 1] - ends[n]) * rate for n, rate in enumerate(rates)), Fraction(0))
    assert judge(village, str(hours)).awarded == floor(exact)
    assert judge(village, str(hours)).awarded <= judge(village, str(hours + more)).awarded


@given(
    bounds=st.lists(st.integers(1, 300), min_size=2, max_size=2, unique=True).map(sorted),
    asked=st.integers(0, 320),
)
def test_a_panel_gives_what_it_chose_and_nothing_outside_the_range(bounds: list[int], asked: int) -> None:
    least, most = bounds
    village = rules(f"{{range: [{least}, {most}]}}", more=", approval: {panel: {quorum: 2, seats: 3}}")
    if least <= asked <= most:
        assert judge(village, chosen=str(asked)).awarded == asked
    else:
        with pytest.raises(ChoiceOutOfRange):
            judge(village, chosen=str(asked))


@given(care=_points, others=_points, hours=_hours)
def test_a_table_gives_what_stands_beside_the_fact(care: int, others: int, hours: Decimal) -> None:
    rows = f"rows: {{elder_care: {care}}}, otherwise: {others}"
    once, each = rules(f"{{table: category, {rows}}}"), rules(f"{{table: category, {rows}, per: hour}}")
    for category, rate in (("elder_care", care), ("child_care", others)):
        assert judge(once, category=category).awarded == rate
        assert judge(each, str(hours), category=category).awarded == floor(Fraction(hours) * rate)


@given(hours=_hours, by=st.integers(1, 20), plus=st.integers(0, 50), most=st.integers(1, 40))
def test_an_expression_is_reckoned_exactly(hours: Decimal, by: int, plus: int, most: int) -> None:
    village = rules(f'{{expression: "min(hours, {most}) / {by} + {plus}", per: hour}}', scale=1)
    exact = min(Fraction(hours), Fraction(most)) / by + plus
    assert judge(village, str(hours)).awarded == floor(exact * 10)


# --- deductions -----------------------------------------------------------------------------------


@given(balance=st.integers(-50, 500))
def test_a_reset_leaves_nothing_and_takes_no_more(balance: int) -> None:
    judged = judge(rules("{reset: all}"), balance=balance)
    assert (judged.wanted, judged.awarded, judged.owed) == (-max(0, balance), -max(0, balance), 0)


@given(points=_points, balance=st.integers(-50, 600), shortfall=st.sampled_from(["zero", "debt", "reject"]))
def test_a_deduction_takes_what_is_there_owes_the_rest_or_takes_nothing(
    points: int, balance: int, shortfall: str
) -> None:
    judged = judge(rules(str(-points), more=f", shortfall: {shortfall}"), balance=balance)
    there = max(0, balance)
    if points <= there:
        assert (judged.awarded, judged.owed, judged.refusal) == (-points, 0, None)
    elif shortfall == "debt":
        assert (judged.awarded, judged.owed, judged.refusal) == (-points, points - there, None)
    elif shortfall == "zero":
        assert (judged.awarded, judged.owed) == (-there, 0)
    else:
        assert (judged.awarded, judged.owed, judged.refusal) == (0, 0, Refusal.SHORTFALL)
    assert judged.wanted == -points
    assert -judged.awarded - judged.owed <= there  # what is taken now was there


# --- periods --------------------------------------------------------------------------------------

#: What two days have in common that lie in the same period.
_SAME: Mapping[Period, Callable[[date], Hashable]] = {
    Period.DAY: lambda day: day,
    Period.WEEK: lambda day: day.isocalendar()[:2],
    Period.MONTH: lambda day: (day.year, day.month),
    Period.QUARTER: lambda day: (day.year, (day.month + 2) // 3),
    Period.YEAR: lambda day: day.year,
    Period.LIFETIME: lambda day: None,
}


@given(
    period=st.sampled_from([*_SAME]),
    day=st.dates(date(1999, 1, 1), date(2101, 1, 1)),
    later=st.integers(0, 400),
)
@example(Period.WEEK, date(2026, 12, 31), 1)  # a week that crosses a year
@example(Period.YEAR, date(2026, 12, 31), 1)
@example(Period.MONTH, date(2026, 1, 31), 1)  # a month end
@example(Period.QUARTER, date(2026, 3, 31), 1)
@example(Period.MONTH, date(2028, 2, 28), 1)  # a leap day
@example(Period.MONTH, date(2028, 2, 29), 1)
@example(Period.YEAR, date(2028, 2, 29), 366)
@example(Period.DAY, date(2026, 3, 28), 1)  # the clocks go forward in Berlin
@example(Period.DAY, date(2026, 10, 24), 1)
def test_a_limit_counts_two_days_together_where_they_lie_in_one_period(
    period: Period, day: date, later: int
) -> None:
    other, same = day + timedelta(days=later), _SAME[period]
    together = same(day) == same(other)
    assert (period.first_day(day) == period.first_day(other)) is together
    assert period.first_day(day) <= day
    assert period is Period.LIFETIME or same(period.first_day(day)) == same(day)
    counted = Counted(limited("points", 30, period, "clip"))
    assert [counted.credit("deed", each, "2") for each in (day, other)] == [20, 10 if together else 20]


EPOCH = datetime(2020, 1, 1, tzinfo=UTC)
_zones = st.sampled_from(["Asia/Shanghai", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe"])


@given(
    zone=_zones.map(ZoneInfo),
    instant=st.integers(0, 10 * 365 * 86_400).map(lambda seconds: EPOCH + timedelta(seconds=seconds)),
)
@example(ZoneInfo("Europe/Berlin"), datetime(2026, 3, 29, 1, tzinfo=UTC))  # it is three, and was two
@example(ZoneInfo("Europe/Berlin"), datetime(2026, 10, 25, 0, 59, 59, tzinfo=UTC))
@example(ZoneInfo("America/New_York"), datetime(2028, 2, 29, 4, 59, 59, tzinfo=UTC))
def test_every_instant_lies_in_one_local_day(zone: ZoneInfo, instant: datetime) -> None:
    day = instant.astimezone(zone).date()
    begins, ends = midnight(day, zone), midnight(day + timedelta(days=1), zone)
    assert begins <= instant < ends
    assert timedelta(hours=23) <= ends - begins <= timedelta(hours=25)


# --- budgets, approval ----------------------------------------------------------------------------


@given(most=_points, done=st.lists(_hours, min_size=1, max_size=8))
def test_a_budget_that_reports_changes_nothing_and_counts_everything(most: int, done: list[Decimal]) -> None:
    points = "{per: hour, amount: 7}"
    budget = f"budgets: {{b: {{name: {{en: B}}, most: {most}, period: year, at_ceiling: report}}}}\n"
    free, told = Counted(rules(points)), Counted(rules(points, rest=budget))
    given_free = [free.credit("deed", DAY, str(hours)) for hours in done]
    assert [told.credit("deed", DAY, str(hours)) for hours in done] == given_free
    assert sum(told.used.values()) == sum(given_free)


_STAGES = {
    "automatic": [],
    "confirmer": [StageKind.CONFIRMER],
    "{panel: {quorum: 2, seats: 3}}": [StageKind.PANEL],
    "{notice: {days: 7}}": [StageKind.NOTICE],
    "{confirmer: {roles: [grid_worker]}, panel: {quorum: 2, seats: 3}, notice: {days: 7}}": [*StageKind],
}


@pytest.mark.parametrize("approval", _STAGES)
def test_what_gives_points_waits_for_all_its_stages_and_what_gives_none_for_none(approval: str) -> None:
    limits = "limits: {limit: {most: 10, period: month, excess: reject}}"
    counted = Counted(rules("10", more=f", approval: {approval}", rest=limits))
    gives, refused = counted.judge("deed", DAY), counted.judge("deed", DAY)
    assert [stage.kind for stage in gives.approval] == _STAGES[approval]
    assert [step.code for step in gives.explanation[3:]] == _STAGES[approval]
    assert (refused.awarded, refused.approval) == (0, ())


# --- with and without the explanation -------------------------------------------------------------

_KINDS: Mapping[str, Mapping[str, Any]] = {
    "25": {},
    "-25": {"balance": 20},
    "{per: hour, amount: 1.7, round: half}": {"quantity": "7.77"},
    "{per: hour, brackets: [{up_to: 2, amount: 3}, {amount: 1}], over: month}": {"quantity": "7.77"},
    "{per: hour, brackets: [{up_to: 2, amount: 3}, {amount: 1}]}": {"quantity": "7.77"},
    "{table: category, rows: {elder_care: 30}, otherwise: 20}": {},
    "{table: category, rows: {elder_care: 3}, per: hour}": {"quantity": "7.77"},
    '{expression: "hours * 3 / 7", per: hour}': {"quantity": "7.77"},
    "{range: [5, 50]}": {"chosen": "40"},
    "{reset: all}": {"balance": 70},
}
_MORE = (
    ", coefficients: [{by: category, values: {elder_care: 1.5}}], when: {weekday: [1, 2, 3, 4]}"
    ", approval: {panel: {quorum: 2, seats: 3}}"
)
_REST = """\
limits:
  points: {most: 40, period: month, excess: clip, deeds: [deed]}
  times: {most: 3, period: week, excess: reject, counts: times}
campaigns:
  spring: {name: {en: Spring}, from: 2028-02-01, until: 2028-03-03, times: 2, plus: 3}
"""


@pytest.mark.parametrize("points", _KINDS)
def test_what_is_judged_is_the_same_whether_somebody_asks_why_or_not(points: str) -> None:
    """Day after day, until a condition, a limit and the end of a campaign have all had their say."""
    village, told = rules(points, scale=1, more=_MORE, rest=_REST), _KINDS[points]
    explained, plain = Counted(village), Counted(village)
    for n in range(9):
        day = DAY + timedelta(days=n)
        why = judge(village, **told, day=day, category="elder_care", used=explained.used)
        short = judge(village, **told, day=day, category="elder_care", used=plain.used, explained=False)
        assert short == why._replace(explanation=())
        assert why.explanation
        assert not short.explanation
    assert explained.used == plain.used
