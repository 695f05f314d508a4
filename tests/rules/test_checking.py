"""What `check` says of a file beside what is wrong: what never happens, is out of date, or unused."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from gridpoints.errors import RuleSetInvalid
from gridpoints.rules.expression.evaluator import Expressions
from gridpoints.rules.loading import Checked, check, load, preset_names, preset_text

TODAY = date(2026, 6, 1)
RICH = Path(__file__).with_name("rich.yaml").read_text("utf-8")

FILE = """\
gridpoints: 1
code: village
version: 1
name: {en: Village}
source: written for the tests
from: 2026-01-01
facts:
  kind: {type: text, one_of: [elder, child]}
units: {points: {name: {en: points}}}
deeds:
  help: {name: {en: Help}, points: {per: hour, amount: 2}, when: {kind: elder}}
  walk: {name: {en: Walk}, points: 5}
  noise: {name: {en: Noise}, points: -5}
"""


def checked(text: str) -> Checked:
    return check(text, "draft", today=TODAY)


def warned(text: str) -> list[str]:
    """The codes of the warnings; nothing must be wrong."""
    found = checked(text)
    assert found.problems == ()
    assert found.rules is not None
    return [warning.code for warning in found.warnings]


def deed(entry: str) -> str:
    return f"{FILE}  other: {{name: {{en: Other}}, {entry}}}\n"


def dated(*values: str) -> str:
    return deed(f"points: [{', '.join(values)}]")


# --- the whole ------------------------------------------------------------------------------------


def test_a_file_in_which_all_is_well() -> None:
    found = checked(FILE)
    assert (found.problems, found.warnings, found.trials) == ((), (), ())
    assert found.rules == load(FILE)
    assert found.source == "draft"


@pytest.mark.parametrize("name", preset_names())
def test_nothing_is_to_be_looked_at_in_a_preset(name: str) -> None:
    found = checked(preset_text(name))
    assert (found.problems, found.warnings) == ((), ())


def test_a_file_with_everything_in_it_gives_no_false_alarm() -> None:
    found = checked(RICH)
    assert (found.problems, found.warnings) == ((), ())
    assert len(found.trials) == 10
    assert all(trial.passed for trial in found.trials)


def test_warnings_keep_nobody_from_using_a_file() -> None:
    text = FILE.replace("from: 2026", "review_by: 2026-05-31\nfrom: 2026")
    assert warned(text) == ["review_due"]
    assert load(text).id == "village@1"


def test_problems_and_warnings_are_told_at_once() -> None:
    text = FILE.replace("from: 2026", "review_by: 2026-05-31\nfrom: 2026").replace(
        "points: 5", "points: five"
    )
    found = checked(text)
    assert found.rules is None
    assert [problem.code for problem in found.problems] == ["number_needed"]
    assert [warning.code for warning in found.warnings] == ["review_due"]


def test_what_cannot_be_read_at_all_is_told_too() -> None:
    found = checked("a: [b")
    assert [(p.line, p.column, p.code) for p in found.problems] == [(1, 4, "bracket_open")]
    assert (found.rules, found.warnings, found.trials) == (None, (), ())


def test_load_and_check_find_the_same() -> None:
    text = FILE.replace("kind: elder}", "kind: elders}").replace("per: hour", "per: hours")
    with pytest.raises(RuleSetInvalid) as refused:
        load(text)
    assert list(map(str, refused.value.problems)) == list(map(str, checked(text).problems))


def test_examples_are_run_and_each_tells_what_it_gives() -> None:
    found = checked(f"{FILE}examples:\n  - {{deed: walk, gives: 5}}\n  - {{deed: walk, gives: 6}}\n")
    right, wrong = found.trials
    assert (right.line, right.passed, wrong.line, wrong.passed) == (15, True, 16, False)
    assert wrong.judgement is not None
    assert wrong.judgement.awarded == 5
    assert [step.code for step in wrong.judgement.explanation] == ["rule", "fixed"]
    assert [(p.line, p.column, p.code) for p in found.problems] == [(16, 25, "example_fails")]


def test_examples_that_would_take_for_ever_are_not_run() -> None:
    after = "{deed: walk, times: 10000}"
    found = checked(f"{FILE}examples:\n  - {{deed: walk, after: [{after}], gives: 5}}\n")
    assert [problem.code for problem in found.problems] == ["examples_too_many"]


# --- places ---------------------------------------------------------------------------------------


def places(text: str) -> list[str]:
    """What stands at the places of the problems, up to the next sign."""
    lines = text.splitlines()
    starts = [lines[problem.line - 1][problem.column - 1 :] for problem in checked(text).problems]
    return [re.split("[ :,}\\]]", start, maxsplit=1)[0] for start in starts]


@pytest.mark.parametrize(
    ("written", "place"),
    [
        ("hours > 1 and sort == 1", "sort"),
        ("'hours > 1 and sort == 1'", "sort"),
        ('"hours > 1 and sort == 1"', "sort"),
        ("'kind == ''elder'' and sort == 1'", "'kind"),  # the sign is doubled in the file: its beginning
        ('"kind == \\"elder\\" and sort == 1"', '"kind'),
    ],
)
def test_a_problem_points_into_an_expression(written: str, place: str) -> None:
    assert places(FILE.replace("when: {kind: elder}", f"when: {written}")) == [place]


def test_every_problem_of_an_expression_has_a_place() -> None:
    assert places(FILE.replace("{kind: elder}", "sort == 1 and size == 2")) == ["sort", "size"]


def test_an_expression_of_several_lines_is_told_where_it_begins() -> None:
    folded = (
        "  other:\n    name: {en: O}\n    points: 1\n    when: >\n      day == day\n      and sort == 1\n"
    )
    assert places(FILE + folded) == [">"]


def test_a_fact_that_is_not_known_is_told_once() -> None:
    assert places(FILE.replace("{kind: elder}", "{sort: [elder, child]}")) == ["sort"]
    assert places(deed("points: {table: sort, rows: {elder: 1, child: 2}}")) == ["sort"]


def test_each_value_is_told_at_its_own_place() -> None:
    assert places(FILE.replace("{kind: elder}", "{kind: [elders, child, children]}")) == [
        "elders",
        "children",
    ]
    assert places(deed("points: {table: kind, rows: {elder: 1, pupil: 2}}")) == ["pupil"]


def test_two_faults_of_one_entry_do_not_hide_each_other() -> None:
    """No campaign's gift, and two units: both belong to the campaign as a whole."""
    text = FILE.replace("units: {", "units: {hours: {name: {en: hours}}, ").replace(
        "points: 5", "points: 5, unit: hours"
    )
    text = text.replace("points: -5", "points: -5, unit: points").replace(
        "{kind: elder}", "{kind: elder}, unit: points"
    )
    found = checked(
        f"{text}campaigns:\n  c: {{name: {{en: C}}, from: 2026-02-01, until: 2026-01-01, plus: 0.5}}\n"
    )
    assert [problem.code for problem in found.problems] == ["units_mixed", "days_swapped"]


def test_places_of_examples_stay_right_where_one_before_them_is_broken() -> None:
    examples = "  - {deed: walk}\n  - {deed: help, quantity: 1, facts: {kind: elders}, gives: 2}\n"
    found = checked(f"{FILE}examples:\n{examples}").problems
    assert [(p.line, p.code) for p in found] == [(15, "key_missing"), (16, "fact_value_unlisted")]


def test_a_broken_deed_hides_nothing_of_what_refers_to_it() -> None:
    text = FILE.replace("points: 5", "points: five")
    text += "limits:\n  a: {deeds: [walk, wlak], period: day, most: 2, excess: clip}\n"
    assert [problem.code for problem in checked(text).problems] == ["number_needed", "code_misspelt"]


def test_a_broken_section_hides_no_other() -> None:
    text = (
        FILE.replace("{kind: elder}", "{kind: elders}")
        + "redemption: {points: ten, money: 1, currency: CNY}\n"
    )
    assert [p.code for p in checked(text).problems] == ["fact_value_unlisted", "number_needed"]


def test_nothing_may_stand_after_a_key_that_may_be_left_out_either() -> None:
    [problem] = checked(FILE.replace("when: {kind: elder}", "when: ")).problems
    assert (problem.code, problem.path) == ("value_blank", ("deeds", "help", "when"))


# --- what cannot be meant -------------------------------------------------------------------------


_TOO_SMALL = """\
budgets: {b: {name: {en: B}, most: 0.01, money: CNY, period: year}}
redemption: {points: 10, money: 1, currency: CNY}
"""


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (deed("points: 1, when: {hours: {at_least: 3, at_most: 2}}"), "bounds_swapped"),
        (deed("points: 1, when: {hours: {}}"), "bounds_empty"),
        (deed("points: 1, when: {kind: {at_least: elder}}"), "bounds_unfit"),
        (deed("points: 1, when: {emergency: {at_least: true}}"), "bounds_unfit"),
        (deed("points: 1, when: {weekday: 8}"), "weekday_needed"),
        (deed("points: 1, when: {month: [1, 13]}"), "month_needed"),
        (deed("points: 1, when: {deed: halp}"), "code_misspelt"),
        (deed("points: {value: 1, from: 2026-05-01, review_by: 2026-01-05}"), "review_swapped"),
        (deed("points: {range: [1, 2, 3]}"), "list_unfit"),
        (deed("points: 1, approval: {}"), "approval_empty"),
        (
            FILE.replace("points: {name: {en: points}}", "points: {name: {en: p}, expires: {}}"),
            "term_unclear",
        ),
        (
            f"{FILE}budgets: {{b: {{name: {{en: B}}, most: 1, period: year, alarm: 101}}}}\n",
            "percent_too_large",
        ),
        (f"{FILE}budgets: {{b: {{name: {{en: B}}, most: 0.5, period: year}}}}\n", "digits_too_many"),
        (f"{FILE}{_TOO_SMALL}", "budget_too_small"),
        (f"{FILE}redemption: {{points: 10, money: 1, currency: CNY, unit: point}}\n", "code_misspelt"),
    ],
)
def test_what_cannot_be_meant_is_an_error(text: str, code: str) -> None:
    assert [problem.code for problem in checked(text).problems] == [code]


def test_a_budget_in_money_is_cut_off_to_whole_points() -> None:
    """3 points for 2 yuan: 100 yuan pay for 150 points, whatever a third is in decimals."""
    text = f"{FILE}budgets: {{b: {{name: {{en: B}}, most: 100, money: CNY, period: year}}}}\n"
    rules = load(f"{text}redemption: {{points: 3, money: 2, currency: CNY}}\n")
    assert rules.budgets[0].bound.most == 150


def test_values_change_on_so_many_days_and_no_more() -> None:
    def changing(days: int) -> list[str]:
        first = date(2026, 1, 1).toordinal()
        later = (f"{{from: {date.fromordinal(first + n)}, value: {n}}}" for n in range(1, days + 1))
        return [problem.code for problem in checked(dated("{value: 1}", *later)).problems]

    assert changing(60) == []
    assert changing(61) == ["changes_too_many"]


# --- what never happens ---------------------------------------------------------------------------

_BRACKETS = "points: {per: hour, brackets: [{up_to: 10, amount: 2}, {amount: 1}]}"
_OVER = _BRACKETS.replace("]}", "], over: month}")


@pytest.mark.parametrize(
    ("entry", "code"),
    [
        ("points: 1, when: [{kind: elder}, {kind: child}]", "condition_never_holds"),
        ("points: 1, when: [{month: [1, 2]}, {month: {at_least: 3}}]", "condition_never_holds"),
        ("points: 1, when: {day: {at_most: 2025-12-31}}", "condition_never_holds"),
        ("points: 1, when: {deed: walk}", "condition_never_holds"),
        ("points: 1, when: {hours: 2}", "fact_never_told"),
        ("points: 1, when: quantity > 2", "fact_never_told"),
        ("points: {per: item, amount: 1}, when: hours > 2", "fact_never_told"),
        ("points: {expression: hours * 2}", "fact_never_told"),
        ("points: {table: kind, rows: {elder: 1, child: 2}}, when: {kind: elder}", "row_never_reached"),
        ("points: {table: kind, rows: {elder: 1, child: 2}, otherwise: 3}", "otherwise_never_reached"),
        (
            "points: 1, when: {kind: elder}, coefficients: [{by: kind, values: {child: 2}}]",
            "row_never_reached",
        ),
        (f"{_BRACKETS}, when: {{hours: {{at_most: 10}}}}", "bracket_never_reached"),
        ("points: 5, shortfall: debt", "no_effect"),
    ],
)
def test_what_a_deed_can_never_come_to(entry: str, code: str) -> None:
    assert warned(deed(entry)) == [code]


@pytest.mark.parametrize(
    "entry",
    [
        "points: 1, when: [{kind: [elder, child]}, {kind: child}]",
        "points: 1, when: deed == 'x' or quantity > 2",
        "points: {per: item, amount: 1}, when: {quantity: {at_least: 2}}",
        "points: {table: kind, rows: {elder: 1}, otherwise: 3}",
        f"{_BRACKETS}, when: {{hours: {{at_most: 11}}}}",
        f"{_OVER}, when: {{hours: {{at_most: 8}}}}",
        "points: -5, shortfall: debt",
    ],
)
def test_what_may_well_be(entry: str) -> None:
    assert warned(deed(entry)) == []


@pytest.mark.parametrize(
    ("limit", "found"),
    [
        ("{deeds: [other], period: month, most: 8, excess: clip, counts: quantity}", True),
        ("{deeds: [other], period: year, most: 8, excess: clip, counts: quantity}", True),
        ("{deeds: [other], period: day, most: 8, excess: clip, counts: quantity}", False),
        ("{deeds: [other], period: month, most: 8, excess: clip, counts: quantity, scope: household}", False),
        ("{deeds: [other], period: month, most: 12, excess: clip, counts: quantity}", False),
        ("{deeds: [other], period: month, most: 8, excess: clip}", False),
    ],
)
def test_a_bracket_that_a_limit_keeps_from_being_reached(limit: str, found: bool) -> None:
    assert warned(f"{deed(_OVER)}limits: {{l: {limit}}}\n") == ["bracket_never_reached"] * found


# --- limits ---------------------------------------------------------------------------------------


def limits(*entries: str) -> list[str]:
    return warned(FILE + "limits:\n" + "".join(f"  l{n}: {{{entry}}}\n" for n, entry in enumerate(entries)))


_MONTH = "deeds: [help, walk], period: month, most: 20, excess: clip"


@pytest.mark.parametrize(
    ("one", "other", "found"),
    [
        (_MONTH, "deeds: [walk], period: month, most: 20, excess: clip", ["limit_never_binds"]),
        (_MONTH, "deeds: [walk], period: day, most: 30, excess: clip", ["limit_never_binds"]),
        (_MONTH, "period: year, most: 20, excess: clip", ["limit_never_binds"]),  # a year of all binds first
        (_MONTH, _MONTH, ["limits_alike"]),
        (_MONTH, _MONTH.replace("[help, walk]", "[walk, help]"), ["limits_alike"]),
        (_MONTH, "period: month, most: 20, excess: reject", ["limits_alike"]),
        (_MONTH, "deeds: [walk], period: day, most: 5, excess: clip", []),
        (_MONTH, "deeds: [walk], period: week, most: 30, excess: clip", []),  # it may cross two months
        (_MONTH, "deeds: [walk], period: day, most: 30, excess: clip, scope: household", []),
        (_MONTH, "deeds: [walk], period: day, most: 30, excess: clip, counts: times", []),
        (_MONTH, "deeds: [walk], period: year, most: 30, excess: clip", []),
        (
            "deeds: [walk], period: day, most: 9, excess: reject",
            "deeds: [walk], period: day, most: 7, excess: clip",
            [],
        ),
        (
            "deeds: [walk], period: day, most: 7, excess: clip",
            "deeds: [walk], period: day, most: 9, excess: reject",
            ["limit_never_binds"],
        ),
    ],
)
def test_two_limits_on_the_same_deeds(one: str, other: str, found: list[str]) -> None:
    assert limits(one, other) == found


def test_a_limit_that_refuses_a_deed_each_time() -> None:
    assert limits("deeds: [walk], period: day, most: 4, excess: reject") == ["limit_never_allows"]
    assert limits("deeds: [walk], period: day, most: 4, excess: clip") == []
    assert limits("deeds: [walk], period: day, most: 5, excess: reject") == []


def test_a_limit_that_counts_what_is_given_with_what_is_taken() -> None:
    assert limits("deeds: [walk, noise], period: day, most: 9, excess: clip") == ["limit_mixes"]
    assert limits("deeds: [noise], period: day, most: 9, excess: clip") == []


# --- campaigns ------------------------------------------------------------------------------------


def campaigns(*entries: str, more: str = "") -> list[str]:
    lines = "".join(f"  c{n}: {{name: {{en: C{n}}}, {entry}}}\n" for n, entry in enumerate(entries))
    return warned(f"{FILE}campaigns:\n{lines}{more}")


_MARCH = "from: 2026-03-01, until: 2026-04-01, times: 2"


@pytest.mark.parametrize(
    ("entry", "found"),
    [
        (_MARCH, []),
        ("from: 2025-11-01, until: 2026-01-01, times: 2", ["campaign_over"]),
        (f"{_MARCH}, deeds: [noise]", ["campaign_for_nobody"]),
        (f"{_MARCH}, deeds: [walk, noise]", ["no_effect_on_deduction"]),
        (_MARCH.replace("2}", "1").replace("times: 2", "times: 1"), ["campaign_changes_nothing"]),
        (f"{_MARCH}, when: hours > 2", ["fact_never_told"]),
        ("from: 2026-02-01, until: 2026-12-03, times: 2", ["days_perhaps_swapped"]),
        ("from: 2026-01-01, until: 2027-01-01, times: 2", []),
        ("from: 2026-03-01, until: 2126-03-31, times: 2", ["year_unlikely"]),
    ],
)
def test_a_campaign(entry: str, found: list[str]) -> None:
    assert campaigns(entry) == found


def test_campaigns_that_overlap() -> None:
    both = (_MARCH, "from: 2026-03-20, until: 2026-05-01, plus: 3")
    assert campaigns(*both) == ["campaigns_overlap"]
    assert campaigns(*both, more="stacking: best\n") == []
    assert campaigns(_MARCH, "from: 2026-04-01, until: 2026-05-01, plus: 3") == []
    assert campaigns(f"{_MARCH}, deeds: [walk]", f"{_MARCH}, deeds: [help]") == []
    assert campaigns(f"{_MARCH}, when: weekday == 1", f"{_MARCH}, when: weekday == 2") == []


# --- days -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "found"),
    [
        (["{value: 1, review_by: 2026-05-31}"], ["review_due"]),
        (["{value: 1, review_by: 2026-06-01}"], []),
        (["{value: 1, review_by: 2026-05-31}", "{from: 2026-05-01, value: 2}"], []),
        (["{value: 1, review_by: 2026-05-31}", "{from: 2026-07-01, value: 2}"], ["review_due"]),
        (["{value: 1}", "{from: 2026-01-01, value: 2}"], ["figure_never_holds"]),
        (["{value: 1}", "{from: 2025-07-01, value: 2}"], ["figure_never_holds"]),
        (["{from: 2026-07-01, value: 1}"], ["figure_holds_before"]),
        (["{from: 2025-07-01, value: 1}", "{from: 2026-07-01, value: 2}"], []),
        (["{value: 1}", "{from: 2062-07-01, value: 2}"], ["year_unlikely"]),
    ],
)
def test_values_that_are_dated(values: list[str], found: list[str]) -> None:
    assert warned(dated(*values)) == found


def test_an_example_before_the_rules_begin() -> None:
    assert warned(f"{FILE}examples: [{{deed: walk, day: 2025-12-31, gives: 5}}]\n") == [
        "example_before_rules"
    ]


# --- what is not used -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        ("facts:\n", "facts:\n  size: {type: number}\n", ["fact_unused"]),
        ("facts:\n", "categories: {care: {name: {en: Care}}}\nfacts:\n", ["category_unused"]),
        ("en: Village", "en: Village, zh_Hans: 村", []),
        ("{en: Walk}", "{zh_Hans: 走}", ["translation_missing"]),
    ],
)
def test_what_is_declared_and_not_used(old: str, new: str, found: list[str]) -> None:
    assert warned(FILE.replace(old, new)) == found


def test_a_unit_in_which_nothing_counts() -> None:
    text = FILE.replace("units: {", "units: {hours: {name: {en: hours}}, ")
    for points in ("amount: 2}", "points: 5", "points: -5"):
        text = text.replace(points, f"{points}, unit: points")
    assert warned(text) == ["unit_unused"]


def test_a_fact_that_an_expression_alone_asks_for_is_used() -> None:
    text = FILE.replace("facts:\n", "facts:\n  size: {type: number}\n").replace(
        "when: {kind: elder}", "when: size > 1"
    )
    assert warned(text) == ["fact_unused"]  # that is kind
    assert check(text, today=TODAY, evaluator=Expressions()).warnings[0].values == {"fact": "kind"}


def test_a_problem_says_what_to_write() -> None:
    [problem] = checked(deed("points: {value: 1, from: 2026-05-01, review_by: 2026-01-05}")).problems
    assert problem.values == {"review_by": date(2026, 1, 5), "begins": date(2026, 5, 1)}
    [warning] = checked(
        FILE + "limits: {l: {deeds: [walk], period: day, most: 4, excess: reject}}\n"
    ).warnings
    assert warning.values == {"deed": "walk", "points": str(Decimal(5))}
