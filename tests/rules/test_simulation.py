"""A draft is tried out on deeds of the past: every figure by hand, and what must hold whatever the rules."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridpoints.errors import DaysNotInOrder, DeedUnknown, QuantityNeeded
from gridpoints.rules.approval import StageKind
from gridpoints.rules.case import Deed, Fact
from gridpoints.rules.findings import Binding, Breach, Line, Money, Simulation, Span
from gridpoints.rules.judging import Refusal
from gridpoints.rules.loading import load
from gridpoints.rules.operations import RulesCalendar
from gridpoints.rules.simulation import Past, simulate
from gridpoints.values import Step, Unit
from tests.rules.counting import HOMES, Counted

POINTS = Unit("points")

DRAFT_TEXT = """\
gridpoints: 1
code: village
version: 2
name: {en: Village}
source: written for the tests
from: 2026-01-01
facts:
  category: {type: text, one_of: [elder_care, child_care]}
units:
  points: {name: {en: points}, expires: {months: 12}}
  hours: {name: {en: hours}, scale: 1}
redemption: {points: 10, money: 1, currency: CNY, unit: points}
deeds:
  clean: {name: {en: Clean}, unit: points, points: 20}
  care: {name: {en: Care}, unit: points, points: {per: hour, amount: 10}, when: {category: elder_care}}
  honour: {name: {en: Honour}, unit: points, points: 100, approval: {panel: {quorum: 2, seats: 3}}}
  litter: {name: {en: Litter}, unit: points, points: -50}
  teach: {name: {en: Teach}, unit: hours, points: {per: hour, amount: 1}}
limits:
  tidy: {deeds: [clean], period: month, most: 30, excess: clip}
budgets:
  purse: {name: {en: Purse}, unit: points, most: 150, period: year, at_ceiling: report}
"""
DRAFT = load(DRAFT_TEXT)
PRESENT = """\
gridpoints: 1
code: village
version: 1
name: {en: Village}
source: written for the tests
from: 2020-01-01
units: {points: {name: {en: points}}}
deeds: {clean: {name: {en: Clean}, points: 7}}
"""


def past(
    deed: str,
    day: date,
    member: str,
    given: int | None,
    *told: str,
) -> Past:
    """A deed of somebody who lives where `HOMES` says; told of it are its quantity and its category."""
    quantity, category = [*told, "", ""][:2]
    facts: dict[str, Fact] = {"category": category} if category else {}
    return Past(
        Deed(deed, day, Decimal(quantity) if quantity else None, facts),
        Counted.subjects(member),
        None if given is None else (POINTS, given),
        HOMES.get(member, ("", ""))[1],
    )


YEAR = [
    past("clean", date(2025, 1, 5), "li", 10),  # 20
    past("clean", date(2025, 1, 5), "li", 10),  # 10: the limit is 30 a month
    past("care", date(2025, 1, 9), "li", 30, "3", "elder_care"),  # 30
    past("care", date(2025, 2, 1), "zhao", 20, "2", "child_care"),  # nothing
    past("care", date(2025, 2, 1), "zhao", 20, "2"),  # cannot be judged: the category is not known
    past("old", date(2025, 2, 2), "zhao", 5),  # the draft does not know it
    past("old", date(2025, 2, 3), "wang", 5),
    past("honour", date(2025, 3, 1), "sun", 60),  # 100, once the panel agrees: 160 of 150
    past("litter", date(2025, 3, 2), "li", -10),  # 50 of the 60 that there are
    past("teach", date(2025, 3, 3), "wang", 40, "4"),  # 4 hours, and no points
    past("clean", date(2026, 3, 1), "wang", 10),  # 20; what Sun was given has expired
]


@pytest.fixture(scope="module")
def year() -> Simulation:
    return simulate(DRAFT, YEAR)


def test_the_sums_of_every_unit(year: Simulation) -> None:
    assert (year.rule_set, year.deeds, year.known) == ("village@2", 11, 11)
    assert (year.first, year.last) == (date(2025, 1, 5), date(2026, 3, 1))
    assert year.totals == (Line("hours", "", 1, 0, 40), Line("points", "", 11, 200, 130))
    assert [line.difference for line in year.totals] == [40, -70]
    assert year.units == {"points": DRAFT.units["points"], "hours": DRAFT.units["hours"]}


def test_money_and_what_is_still_owed(year: Simulation) -> None:
    assert year.liability == {"hours": 40, "points": 20}
    assert year.money == Money("CNY", "points", Decimal("20.00"), Decimal("13.00"), Decimal("2.00"))


def test_the_sums_of_each_deed_month_and_group(year: Simulation) -> None:
    points = [line for line in year.by_deed if line.unit == "points"]
    assert points == [
        Line("points", "care", 3, 70, 30),
        Line("points", "clean", 3, 30, 50),
        Line("points", "honour", 1, 60, 100),
        Line("points", "litter", 1, -10, -50),
        Line("points", "old", 2, 10, 0),
        Line("points", "teach", 1, 40, 0),
    ]
    assert year.by_month == (
        Line("hours", date(2025, 3, 1), 1, 0, 40),
        Line("points", date(2025, 1, 1), 3, 50, 60),
        Line("points", date(2025, 2, 1), 4, 50, 0),
        Line("points", date(2025, 3, 1), 3, 90, 50),
        Line("points", date(2026, 3, 1), 1, 10, 20),
    )
    assert year.by_group == (
        Line("hours", "grid-1", 1, 0, 40),
        Line("points", "grid-1", 10, 140, 30),
        Line("points", "grid-2", 1, 60, 100),
    )


def test_who_gains_and_who_loses(year: Simulation) -> None:
    hours, points = year.stakes
    assert (hours.unit, hours.gaining, hours.losing, hours.same) == ("hours", 1, 0, 0)
    assert (points.gaining, points.losing, points.same) == (1, 3, 0)
    assert points.gained == (Line("points", "sun", 1, 60, 100),)
    assert points.lost == (
        Line("points", "zhao", 3, 45, 0),
        Line("points", "wang", 3, 55, 20),
        Line("points", "li", 4, 40, 10),
    )
    assert points.spread[0] == Span(-45, -40, 1)
    assert [(span.least, span.members) for span in points.spread if span.members] == [
        (-45, 1),
        (-35, 1),
        (-30, 1),
        (40, 1),
    ]


def test_what_binds_and_what_is_refused(year: Simulation) -> None:
    assert year.bindings == (Binding("tidy", "points", 1, 10),)
    assert year.refusals == {Refusal.CONDITION: 1}
    [unmet] = year.unmet
    assert (unmet.deed, unmet.deeds) == ("care", 1)
    assert unmet.step == Step("one_of", {"fact": "category", "needed": ("elder_care",)})


def test_the_budget_that_does_not_suffice(year: Simulation) -> None:
    assert year.breaches == (
        Breach("purse", {"en": "Purse"}, "points", date(2025, 1, 1), 150, date(2025, 3, 1), 10),
    )


def test_what_the_draft_cannot_judge(year: Simulation) -> None:
    unknown, missing = year.impossible
    assert isinstance(unknown.error, DeedUnknown)
    assert (unknown.deed, unknown.day, unknown.member, unknown.deeds) == ("old", date(2025, 2, 2), "zhao", 2)
    assert (missing.deed, missing.deeds) == ("care", 1)


def test_what_waits_for_consent_is_counted(year: Simulation) -> None:
    assert (year.consents, year.waiting) == (1, {StageKind.PANEL: 1})


def test_a_budget_that_clips_tells_what_it_cut() -> None:
    draft = load(DRAFT_TEXT.replace("at_ceiling: report", "at_ceiling: clip"))
    [breach] = simulate(draft, YEAR).breaches
    assert (breach.day, breach.over) == (date(2025, 3, 1), 10)
    assert Binding("budget:purse", "points", 1, 10) in simulate(draft, YEAR).bindings


def test_deeds_of_which_nobody_knows_what_they_gave() -> None:
    found = simulate(DRAFT, [past("clean", date(2025, 1, 5), "li", None)])
    assert (found.deeds, found.known, found.stakes) == (1, 0, ())
    assert found.totals == (Line("points", "", 1, 0, 20),)


def test_the_present_rules_stand_in_for_what_was_given() -> None:
    deeds = [past("clean", date(2026, 1, 5), "li", None), past("honour", date(2026, 1, 6), "li", None)]
    present = load(PRESENT)
    found = simulate(DRAFT, deeds, present=present)
    assert (found.known, found.totals) == (2, (Line("points", "", 2, 7, 120),))
    published = RulesCalendar((present,))
    assert simulate(DRAFT, deeds, present=published) == found
    before = [past("clean", date(2019, 1, 5), "li", None)]  # no rules were in force: it gave nothing
    assert simulate(DRAFT, before, present=RulesCalendar((present,))).totals == (
        Line("points", "", 1, 0, 20),
    )


def test_nothing_comes_of_nothing() -> None:
    found = simulate(DRAFT, [])
    assert (found.deeds, found.first, found.last, found.totals, found.money) == (0, None, None, (), None)


def test_a_deed_before_the_last_one_is_refused() -> None:
    with pytest.raises(DaysNotInOrder):
        simulate(DRAFT, [past("clean", date(2025, 1, 5), "li", 0), past("clean", date(2025, 1, 4), "li", 0)])


def test_a_quantity_that_is_missing_is_told_with_its_first_example() -> None:
    deeds = [past("teach", date(2025, 1, day), "li", 0) for day in (1, 2)]
    [impossible] = simulate(DRAFT, deeds).impossible
    assert isinstance(impossible.error, QuantityNeeded)
    assert (impossible.day, impossible.deeds) == (date(2025, 1, 1), 2)


# --- properties -----------------------------------------------------------------------------------

_done = st.lists(
    st.tuples(
        st.sampled_from(["clean", "care", "honour", "teach", "old"]),
        st.integers(0, 90),
        st.sampled_from(["li", "zhao", "wang", "sun", "qian"]),
        st.integers(0, 60),
    ),
    max_size=40,
)


_HOURS = {"care": "2", "teach": "2"}


@st.composite
def _pasts(draw: st.DrawFn) -> list[Past]:
    first = date(2025, 11, 20)
    return [
        past(
            deed,
            first + timedelta(days=days),
            member,
            gave,
            _HOURS.get(deed, ""),
            "elder_care",
        )
        for deed, days, member, gave in sorted(draw(_done), key=lambda each: each[1])
    ]


@given(deeds=_pasts())
def test_under_the_rules_that_were_in_force_nobody_gains_or_loses(deeds: list[Past]) -> None:
    counted = Counted(DRAFT)
    really: list[Past] = []
    for each in deeds:
        if each.deed.code != "old":
            judged = DRAFT.judge(each.deed, each.subjects, counted.used.__getitem__)
            counted.used.update(judged.uses)
            really.append(each._replace(given=(judged.unit, judged.awarded)))
    found = simulate(DRAFT, really)
    lines = [*found.totals, *found.by_deed, *found.by_month, *found.by_group]
    assert {line.difference for line in lines} <= {0}
    assert sum(each.gaining + each.losing for each in found.stakes) == 0
    assert found == simulate(DRAFT, [each._replace(given=None) for each in really], present=DRAFT)


@given(deeds=_pasts())
def test_the_whole_is_the_sum_of_its_parts(deeds: list[Past]) -> None:
    found = simulate(DRAFT, iter(deeds))
    for total in found.totals:
        for parts in (found.by_deed, found.by_month, found.by_group):
            own = [line for line in parts if line.unit == total.unit]
            summed = (sum(p.deeds for p in own), sum(p.given for p in own), sum(p.drafted for p in own))
            assert summed == (total.deeds, total.given, total.drafted)
    for stakes in found.stakes:
        assert sum(span.members for span in stakes.spread) == stakes.gaining + stakes.losing + stakes.same
        assert len(stakes.gained) == min(10, stakes.gaining)
        assert all(one.below == other.least for one, other in pairwise(stakes.spread))
    assert sum(each.deeds for each in found.impossible) == sum(each.deed.code == "old" for each in deeds)


@given(deeds=_pasts())
def test_no_counter_that_runs_is_forgotten(deeds: list[Past]) -> None:
    """Counters of past months are dropped; what the deeds give is what it is with all of them kept."""
    counted = Counted(DRAFT)
    gave = 0
    for each in deeds:
        if each.deed.code in DRAFT.deeds:
            judged = DRAFT.judge(each.deed, each.subjects, counted.used.__getitem__)
            counted.used.update(judged.uses)
            gave += judged.awarded
    assert sum(line.drafted for line in simulate(DRAFT, deeds).totals) == gave
    assert simulate(DRAFT, deeds) == simulate(DRAFT, deeds)
