"""Stars: what a level needs, who rises and falls, and who takes part no longer for a while."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from functools import cache

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from gridpoints.i18n import Language
from gridpoints.rules.metrics import Metrics
from gridpoints.rules.stars import Demotion, StarTerms, Suspension, stars_at, stars_over
from gridpoints.values import Period
from tests.rules.test_loading import problems
from tests.rules.written import rules, text

STARS = """\
facts: {trainings: {type: number, name: {en: trainings}}}
stars:
  review: year
  demotion: DEMOTION
  levels:
    one: {name: {en: One star}, needs: {hours: 20}, benefits: [{en: Free entry to the pool}]}
    two: {name: {en: Two stars}, needs: {hours: 50, points: 100}}
    three: {name: {en: Three stars}, needs: {hours: 100, points: 300, trainings: 2, times: 10}}
  suspension:
    - {no_shows: 3, period: quarter, days: 30}
    - {no_shows: 5, period: year}
  exclusion:
    fraud: {name: {en: Fraud}}
    rudeness: {name: {en: Rudeness}, days: 365}
"""


@cache
def terms(demotion: str = "one_level") -> StarTerms:
    stars = rules(STARS.replace("DEMOTION", demotion)).terms.stars
    assert stars is not None
    return stars


def level(metrics: Metrics, previous: str | None = None, *, demotion: str = "one_level") -> str | None:
    standing = stars_at(terms(demotion), metrics, previous, review=True)
    return standing.level.code if standing.level else None


@pytest.mark.parametrize(
    ("metrics", "reached"),
    [
        ({}, None),
        ({"hours": Decimal("19.99")}, None),
        ({"hours": 20}, "one"),
        ({"hours": 500}, "one"),  # hours alone are not enough for two
        ({"points": 500}, None),
        ({"hours": 50, "points": 99}, "one"),
        ({"hours": 50, "points": 100}, "two"),
        ({"hours": 100, "points": 300, "trainings": 1, "times": 10}, "two"),
        ({"hours": 100, "points": 300, "trainings": 2, "times": 10}, "three"),
    ],
)
def test_a_level_needs_several_things_at_once(metrics: Metrics, reached: str | None) -> None:
    assert level(metrics) == reached


@pytest.mark.parametrize(("demotion", "left"), [("one_level", "two"), ("to_met", "one"), ("never", "three")])
def test_what_is_not_met_at_a_review_is_lost_as_the_rules_say(demotion: str, left: str) -> None:
    assert level({"hours": 20}, "three", demotion=demotion) == left


def test_the_last_star_may_be_lost() -> None:
    standing = stars_at(terms(), {}, "one", review=True)
    assert standing.level is None
    assert [step.code for step in standing.explanation] == ["star_lost_all", "star_unmet"]


def test_between_reviews_levels_rise_and_do_not_fall() -> None:
    assert stars_at(terms(), {}, "three").level == terms().level("three")
    assert stars_at(terms(), {"hours": 50, "points": 100}, "one").level == terms().level("two")


def test_a_level_that_the_rules_no_longer_know_counts_as_none() -> None:
    assert level({"hours": 20}, "gold") == "one"


def test_it_is_told_why_and_what_is_missing_to_the_next_one() -> None:
    standing = stars_at(terms(), {"hours": Decimal("62.5"), "points": 40})
    assert standing.level == terms().level("one")
    assert standing.level is not None
    assert standing.level.benefits == ({"en": "Free entry to the pool"},)
    assert standing.next == terms().level("two")
    assert standing.missing == {"points": 60}
    assert Language.of("en").explanation(standing.explanation) == [
        "One star",
        "One star needs 20 hours; there are 62.5",
        "60 points are missing to Two stars, which needs 100",
    ]


def test_it_is_told_what_was_lost_and_what_is_kept() -> None:
    english = Language.of("en")
    lost = stars_at(terms(), {"hours": 50, "points": 80}, "two", review=True)
    assert english.explanation(lost.explanation) == [
        "Two stars is lost; what is left is One star",
        "One star needs 20 hours; there are 50",
        "Two stars needs 100 points; there are 80, so 20 are missing",
    ]
    kept = stars_at(terms(), {"hours": 50, "points": 80}, "two")
    assert english.explanation(kept.explanation)[:2] == [
        "Two stars is kept until the next review",
        "Two stars needs 100 points; there are 80, so 20 are missing",
    ]
    assert kept.missing["points"] == 220


figures = st.fixed_dictionaries(
    {name: st.integers(0, 400) for name in ("hours", "points", "trainings", "times")}
)


@given(
    metrics=figures,
    previous=st.sampled_from([None, "one", "two", "three"]),
    demotion=st.sampled_from(Demotion),
    review=st.booleans(),
)
def test_nobody_holds_less_than_they_meet_nor_more_than_that_and_what_they_had(
    metrics: Metrics, previous: str | None, demotion: Demotion, review: bool
) -> None:
    order = [None, *(each.code for each in terms().levels)]
    met = order.index(level(metrics))
    standing = stars_at(terms(demotion), metrics, previous, review=review)
    held = order.index(standing.level.code if standing.level else None)
    assert met <= held <= max(met, order.index(previous))
    assert (standing.next is None) == (held == 3)
    again = stars_at(
        terms(demotion),
        {k: metrics.get(k, 0) + v for k, v in standing.missing.items()}
        | {k: v for k, v in metrics.items() if k not in standing.missing},
        previous,
        review=review,
    )
    assert standing.next is None or again.level in (standing.next, *terms().levels[held:])


def test_reviews_fall_on_the_first_day_of_their_period() -> None:
    stars = terms()
    assert not stars.due(date(2026, 1, 1), date(2026, 12, 31))
    assert stars.due(date(2026, 12, 31), date(2027, 1, 1))


def test_which_days_count() -> None:
    assert terms().counted(date(2026, 3, 5)) == (date.min, date(2026, 3, 6))
    year = StarTerms(over=Period.YEAR)
    assert year.counted(date(2026, 3, 5)) == (date(2026, 1, 1), date(2026, 3, 6))
    assert year.counted(date(2027, 1, 1)) == (date(2026, 1, 1), date(2027, 1, 1))


# --- suspension and exclusion ---------------------------------------------------------------------

FIRST = date(2026, 2, 1)
THREE = [FIRST, date(2026, 3, 1), date(2026, 3, 31)]


@pytest.mark.parametrize(
    ("day", "until"),
    [
        (date(2026, 3, 31), None),
        (date(2026, 4, 1), date(2026, 5, 1)),
        (date(2026, 4, 30), date(2026, 5, 1)),
        (date(2026, 5, 1), None),
    ],
)
def test_three_no_shows_in_a_quarter_suspend_for_thirty_days(day: date, until: date | None) -> None:
    barred = terms().barred(day, THREE)
    assert (barred.until if barred else None) == until


def test_no_shows_of_two_quarters_are_not_counted_together() -> None:
    assert terms().barred(date(2026, 4, 2), [*THREE[:2], date(2026, 4, 1)]) is None


def test_five_in_a_year_deregister_for_good() -> None:
    five = [date(2026, month, 1) for month in (1, 4, 6, 7, 10)]
    assert terms().barred(date(2026, 10, 1), five) is None
    barred = terms().barred(date(2030, 1, 1), five)
    assert barred is not None
    assert barred.until is None
    assert Language.of("en").explanation(barred.explanation) == [
        "Takes no part any more, after staying away 5 times per year"
    ]


def test_every_third_no_show_suspends_anew() -> None:
    suspension = Suspension(3, Period.LIFETIME, 30)
    days = [FIRST + timedelta(days=n) for n in range(7)]
    assert list(suspension.begun(reversed(days))) == [days[2], days[5]]


def test_who_is_excluded_and_until_when() -> None:
    english = Language.of("en")
    rude = terms().barred(date(2026, 3, 1), excluded=[("rudeness", date(2026, 1, 1))])
    assert rude is not None
    assert rude.until == date(2027, 1, 1)
    assert english.explanation(rude.explanation) == ["Excluded until Jan 1, 2027: Rudeness"]
    assert terms().barred(date(2027, 1, 1), excluded=[("rudeness", date(2026, 1, 1))]) is None
    both = [("rudeness", date(2026, 1, 1)), ("fraud", date(2026, 2, 1)), ("unheard-of", FIRST)]
    worst = terms().barred(date(2036, 1, 1), excluded=both)
    assert worst is not None
    assert english.explanation(worst.explanation) == ["Excluded for good: Fraud"]
    assert terms().barred(date(2026, 1, 31), excluded=[("fraud", date(2026, 2, 1))]) is None


@given(
    over=st.sampled_from([Period.WEEK, Period.MONTH, Period.QUARTER, Period.YEAR, Period.LIFETIME]),
    review=st.sampled_from([Period.MONTH, Period.QUARTER, Period.YEAR]),
    demotion=st.sampled_from(Demotion),
    first=st.dates(date(2027, 11, 1), date(2028, 3, 1)),
    served=st.lists(st.tuples(st.integers(0, 500), st.integers(1, 80)), max_size=6),
    lasting=st.integers(0, 500),
)
def test_looking_at_some_days_is_looking_at_all(
    *,
    over: Period,
    review: Period,
    demotion: Demotion,
    first: date,
    served: list[tuple[int, int]],
    lasting: int,
) -> None:
    stars = evolve(terms(), over=over, review=review, demotion=demotion)

    def figures(since: date, before: date) -> Metrics:
        hours = sum(h for after, h in served if since <= first + timedelta(days=after) < before)
        return {"hours": hours, "points": 5 * hours, "trainings": hours, "times": hours}

    held: str | None = "two"
    for n in range(lasting + 1):
        day = first + timedelta(days=n)
        reviews = (True, False) if review.first_day(day) == day else (False,)
        for at_review in reviews:
            found = stars_at(stars, figures(*stars.counted(day)), held, review=at_review).level
            held = found.code if found else None
    standing = stars_over(stars, first, first + timedelta(days=lasting), figures, "two")
    assert standing.level == stars.level(held)


# --- the file -------------------------------------------------------------------------------------


def test_a_threshold_may_change_on_a_day() -> None:
    needs = "{hours: [{value: 20}, {from: 2021-01-01, value: 30}]}"
    changing = rules(f"stars: {{levels: {{one: {{name: {{en: One}}, needs: {needs}}}}}}}")
    hours = {"hours": 25}
    for day, reached in ((date(2020, 12, 31), True), (date(2021, 1, 1), False)):
        stars = changing.on(day).terms.stars
        assert stars is not None
        assert (stars_at(stars, hours).level is not None) == reached


@pytest.mark.parametrize(
    ("stars", "path", "code"),
    [
        ("levels: {a: {name: {en: A}, needs: {huors: 1}}}", "stars.levels.a.needs.huors", "metric_unknown"),
        (
            "levels: {a: {name: {en: A}, needs: {points: 1.5}}}",
            "stars.levels.a.needs.points",
            "digits_too_many",
        ),
        ("levels: {a: {name: {en: A}, needs: {times: 1.5}}}", "stars.levels.a.needs.times", "whole_needed"),
        ("levels: {a: {name: {en: A}}}", "stars.levels.a.needs", "key_missing"),
        ("demotion: twice", "stars.demotion", "choice_unknown"),
        ("review: daily", "stars.review", "choice_unknown"),
        ("suspension: [{no_shows: 0, period: year}]", "stars.suspension.0.no_shows", "count_needed"),
        ("exclusion: {fraud: {days: 3}}", "stars.exclusion.fraud.name", "key_missing"),
        (
            "levels: {a: {name: {en: A}, needs: {hours: 9}}, b: {name: {en: B}, needs: {hours: 8}}}",
            "stars.levels.b.needs.hours",
            "levels_out_of_order",
        ),
    ],
)
def test_what_cannot_be_meant_is_told(stars: str, path: str, code: str) -> None:
    found = problems(text(f"stars: {{{stars}}}"))
    assert [(".".join(map(str, each.path)), each.code) for each in found] == [(path, code)]
