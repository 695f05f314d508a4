"""Each kind of amount, limit and stacking: worked examples, and what holds whatever the deeds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridpoints.errors import AmountNotChosen, ChoiceOutOfRange, FactNeeded, NotInTable
from gridpoints.exact_json import canonical, exact_text, to_json
from gridpoints.rules.case import BILLION, Case, Deed, Fact, Scope
from gridpoints.rules.judging import Judgement
from gridpoints.rules.limits import Counted as Counts
from gridpoints.rules.limits import Limit
from gridpoints.rules.loading import load
from gridpoints.rules.model import RuleSet
from gridpoints.values import Period, Unit
from tests.rules.counting import HOMES, Counted

DAY = date(2028, 2, 29)


def rules(points: str, *, scale: int = 0, rest: str = "", more: str = "") -> RuleSet:
    """One deed that is worth `points`; `more` belongs to it, `rest` to the file."""
    return load(f"""\
gridpoints: 1
code: village
version: 1
name: {{en: Village}}
source: written for the tests
from: 2020-01-01
facts:
  category: {{type: text, one_of: [elder_care, child_care]}}
units: {{points: {{name: {{en: points}}, scale: {scale}}}}}
deeds:
  deed: {{name: {{en: Deed}}, points: {points}{more}}}
{rest}""")


def judge(
    rule_set: RuleSet,
    quantity: str | None = None,
    *,
    day: date = DAY,
    chosen: str | None = None,
    balance: int = 0,
    used: Counter[str] | None = None,
    explained: bool = True,
    **facts: Fact,
) -> Judgement:
    deed = Deed(
        "deed",
        day,
        None if quantity is None else Decimal(quantity),
        facts,
        None if chosen is None else Decimal(chosen),
    )
    used = Counter() if used is None else used
    judged = rule_set.judge(
        deed, Counted.subjects("li"), used.__getitem__, balance=lambda: balance, explained=explained
    )
    used.update(judged.uses)
    return judged


# --- amounts --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("quantity", "points"),
    [("1", 20), ("10", 200), ("11", 210), ("20", 300), ("21", 305), ("25", 325)],
)
def test_brackets_of_one_deed(quantity: str, points: int) -> None:
    """In tenths: the first 10 hours 2 points each, up to 20 hours 1 each, and then half a point."""
    points_of = "{per: hour, brackets: [{up_to: 10, amount: 2}, {up_to: 20, amount: 1}, {amount: 0.5}]}"
    assert judge(rules(points_of, scale=1), quantity).awarded == points


def test_brackets_over_a_running_total() -> None:
    running = rules("{per: hour, brackets: [{up_to: 10, amount: 2}, {amount: 1}], over: month}")
    used: Counter[str] = Counter()
    awarded = [judge(running, hours, used=used).awarded for hours in ("6", "6", "6")]
    assert awarded == [12, 10, 6]
    assert judge(running, "6", day=date(2028, 3, 1), used=used).awarded == 12


def test_what_a_panel_chose() -> None:
    panel = rules("{range: [50, 200]}", more=", approval: {panel: {quorum: 2, seats: 3}}")
    assert judge(panel, chosen="50").awarded == 50
    assert judge(panel, chosen="200").awarded == 200
    for chosen in ("49", "201"):
        with pytest.raises(ChoiceOutOfRange):
            judge(panel, chosen=chosen)
    with pytest.raises(AmountNotChosen):
        judge(panel)


def test_what_stands_in_a_table() -> None:
    table = rules("{table: category, rows: {elder_care: 30, child_care: 20}}")
    assert judge(table, category="elder_care").awarded == 30
    assert judge(table, category="child_care").awarded == 20
    with pytest.raises(NotInTable):
        judge(table, category="other")
    with pytest.raises(FactNeeded):
        judge(table)


def test_what_is_calculated() -> None:
    computed = rules('{expression: "min(hours, 3) * 10 + 5", per: hour}')
    assert [judge(computed, hours).awarded for hours in ("1", "2.5", "9")] == [15, 30, 35]


def test_a_reset_takes_all_that_there_is() -> None:
    reset = rules("{reset: all}")
    assert judge(reset, balance=70).awarded == -70
    assert judge(reset, balance=0).awarded == 0


@given(
    parts=st.lists(st.integers(1, 8 * 60), min_size=1, max_size=12),
    rounding=st.sampled_from(["exact", "half", "whole"]),
    data=st.data(),
)
def test_brackets_over_a_running_total_give_the_same_however_the_time_is_split(
    parts: list[int], rounding: str, data: st.DataObject
) -> None:
    """In minutes, so that most parts are no finite decimals of an hour; in any order as well."""
    running = rules(
        "{per: hour, brackets: [{up_to: 10, amount: 3}, {up_to: 20, amount: 0.7}, {amount: 0.5}],"
        f" over: lifetime, round: {rounding}}}",
        scale=1,
    )

    def total(minutes: Sequence[int]) -> int:
        used: Counter[str] = Counter()
        return sum(judge(running, str(Decimal(each) / 60), used=used).awarded for each in minutes)

    assert total(parts) == total(data.draw(st.permutations(parts)))
    assert total(parts) == total([sum(parts)])


def test_a_part_that_gives_no_whole_point_counts_for_the_next_one() -> None:
    running = rules("{per: hour, brackets: [{up_to: 10, amount: 3}, {amount: 1}], over: month}")
    used: Counter[str] = Counter()
    minutes = [str(Decimal(each) / 60) for each in (10, 10, 20)]
    assert [judge(running, each, used=used).awarded for each in minutes] == [0, 1, 1]


# --- limits ---------------------------------------------------------------------------------------


def limited(counts: str, most: int, period: str, excess: str, scope: str = "member") -> RuleSet:
    """10 points an hour, under one limit."""
    entry = f"{{counts: {counts}, most: {most}, period: {period}, excess: {excess}, scope: {scope}}}"
    return rules("{per: hour, amount: 10}", rest=f"limits: {{limit: {entry}}}")


@pytest.mark.parametrize(
    ("counts", "most", "excess", "awarded"),
    [
        ("points", 50, "clip", [30, 20, 0]),
        ("points", 50, "reject", [30, 0, 0]),
        ("quantity", 4, "clip", [30, 10, 0]),
        ("quantity", 4, "reject", [30, 0, 0]),
        ("times", 2, "clip", [30, 30, 0]),
        ("times", 2, "reject", [30, 30, 0]),
    ],
)
def test_what_a_limit_counts_in_a_month(counts: str, most: int, excess: str, awarded: list[int]) -> None:
    counted = Counted(limited(counts, most, "month", excess))
    judged = [counted.judge("deed", DAY, "3") for _ in range(3)]
    assert [each.awarded for each in judged] == awarded
    cut = [each.bound_by.get("limit", 0) for each in judged]
    assert cut == [30 - gave for gave in awarded]
    assert Counted(limited(counts, most, "month", excess)).credit("deed", date(2028, 3, 1), "3") == 30


@pytest.mark.parametrize(
    ("counts", "excess", "awarded"),
    [("points", "clip", 25), ("points", "reject", 0), ("quantity", "clip", 250), ("quantity", "reject", 250)],
)
def test_a_limit_on_each_deed_counts_none_together(counts: str, excess: str, awarded: int) -> None:
    counted = Counted(limited(counts, 25, "deed", excess))
    assert [counted.credit("deed", DAY, hours) for hours in ("2", "25", "2")] == [20, awarded, 20]
    assert not counted.used


_days = st.dates(date(2027, 12, 20), date(2028, 4, 5))
_done = st.lists(
    st.tuples(_days, st.integers(1, 8 * 60), st.sampled_from([*HOMES, "qian"])), min_size=1, max_size=20
)


_limits = st.builds(
    limited,
    st.sampled_from(Counts),
    st.integers(1, 60),
    st.sampled_from(Period),
    st.sampled_from(["clip", "reject"]),
    st.sampled_from(Scope),
)


@given(village=_limits, done=_done, data=st.data())
def test_no_kind_of_limit_is_exceeded_and_what_is_reversed_can_be_given_again(
    village: RuleSet, done: list[tuple[date, int, str]], data: st.DataObject
) -> None:
    [bound] = village.limits
    assert isinstance(bound, Limit)
    counted = Counted(village)
    judged: list[Judgement] = []
    for day, minutes, member in data.draw(st.permutations(done)):
        before = Counter(counted.used)
        judged.append(counted.judge("deed", day, str(Decimal(minutes) / 60), member=member))
        assert all(used <= bound.most for used in counted.used.values())
        assert 0 <= judged[-1].awarded <= judged[-1].wanted
        again = Counter(counted.used)
        again.subtract(judged[-1].uses)
        assert +again == +before
    if bound.counts is Counts.POINTS and bound.period is Period.DEED:
        assert all(each.awarded <= bound.most for each in judged)
    for each in judged:
        counted.used.subtract(each.uses)
    assert not any(counted.used.values())


@given(most=st.integers(1, 500), done=_done, data=st.data())
def test_a_clip_gives_all_that_there_is_in_any_order(
    most: int, done: list[tuple[date, int, str]], data: st.DataObject
) -> None:
    counted = Counted(limited("points", most, "lifetime", "clip", "community"))
    judged = [
        counted.judge("deed", day, str(Decimal(minutes) / 60), member=member)
        for day, minutes, member in data.draw(st.permutations(done))
    ]
    assert sum(each.awarded for each in judged) == min(most, sum(each.wanted for each in judged))


def test_a_quantity_is_counted_to_the_billionth() -> None:
    counted = Counted(limited("quantity", 1, "month", "clip"))
    counted.credit("deed", DAY, str(Decimal(20) / 60))
    assert set(counted.used.values()) == {BILLION // 3}


# --- stacking -------------------------------------------------------------------------------------

CAMPAIGNS = """\
campaigns:
  double: {name: {en: Double}, from: 2028-02-01, until: 2028-03-01, times: 2}
  extra: {name: {en: Extra}, from: 2028-02-15, until: 2028-03-15, plus: 15}
"""


@pytest.mark.parametrize(
    ("stacking", "day", "awarded"),
    [
        ("best", date(2028, 1, 31), 10),
        ("best", date(2028, 2, 1), 20),
        ("best", date(2028, 2, 15), 25),
        ("sum", date(2028, 2, 29), 35),
        ("first", date(2028, 2, 29), 20),
        ("first", date(2028, 3, 1), 25),
        ("sum", date(2028, 3, 14), 25),
        ("sum", date(2028, 3, 15), 10),
    ],
)
def test_which_of_two_campaigns_apply(stacking: str, day: date, awarded: int) -> None:
    village = rules("10", rest=f"{CAMPAIGNS}stacking: {stacking}\n")
    assert judge(village, day=day).awarded == awarded


@given(
    bonuses=st.lists(
        st.tuples(st.sampled_from(["1", "1.5", "2", "3"]), st.integers(1, 40)), min_size=1, max_size=4
    ),
    points=st.integers(1, 200),
)
def test_the_best_is_no_less_than_the_first_and_the_sum_no_less_than_the_best(
    bonuses: list[tuple[str, int]], points: int
) -> None:
    dates = "from: 2028-02-01, until: 2028-03-01"
    campaigns = "".join(
        f"  c{n}: {{name: {{en: C{n}}}, {dates}, times: {times}, plus: {plus}}}\n"
        for n, (times, plus) in enumerate(bonuses)
    )
    first, best, total = (
        judge(rules(str(points), rest=f"campaigns:\n{campaigns}stacking: {stacking}\n")).awarded
        for stacking in ("first", "best", "sum")
    )
    assert points < first <= best <= total
    gains = [int(points * (Decimal(times) - 1) + plus) for times, plus in bonuses]
    assert best == points + max(gains)
    if len(bonuses) == 1:
        assert first == best == total


@given(times=st.sampled_from(["0.5", "1.25", "2"]), points=st.integers(1, 1_000))
def test_a_coefficient_multiplies_and_less_than_a_point_is_cut_off(times: str, points: int) -> None:
    more = f", coefficients: [{{by: category, values: {{elder_care: {times}}}, otherwise: 1}}]"
    village = rules(str(points), more=more)
    assert judge(village, category="elder_care").awarded == int(points * Decimal(times))
    assert judge(village, category="child_care").awarded == points


@pytest.mark.parametrize("name", ["", "ein Monat", 'of "quotes" \\ and 换行\n', "NaN20000101"])
@pytest.mark.parametrize("scale", [0, 2])
def test_the_text_of_a_step_is_that_of_its_figures(scale: int, name: str) -> None:
    unit = Unit("points", scale)
    limit = Limit("month", 700, Period.MONTH, names={"de": name} if name else {})
    case = Case(Deed("deed", DAY), unit, None, {}, lambda key: 0, int, [])
    for code, left, points in (("within", 700, 5), ("within", 695, 5), ("clipped", 3, 3), ("rejected", 3, 0)):
        step = limit.step(code, case, left, points)
        assert exact_text(step) == canonical(to_json(step))
        assert step.values["left"] == unit.decimal(left)
