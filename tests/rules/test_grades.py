"""Grades and rankings, who of them is made public, and how names are masked."""

from __future__ import annotations

from decimal import Decimal
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridpoints.i18n import Language
from gridpoints.rules.grades import Grading
from gridpoints.rules.masking import masked
from tests.rules.test_loading import problems
from tests.rules.written import rules, text

GRADES = """\
facts: {complaints_settled: {type: number, name: {en: complaints settled}}}
grades:
  grids:
    name: {en: Grids}
    of: grid
    period: quarter
    by: points
    classes:
      A: {name: {en: Class A}, needs: {points: 90, complaints_settled: 5}}
      B: {name: {en: Class B}, needs: {points: 60}}
      C: {name: {en: Class C}}
  households:
    name: {en: Households}
    of: household
    period: year
    classes:
      model: {name: {en: Model household}, top: 10}
      good: {name: {en: Good household}, top: 50}
    publish: {top: 3, agreed: true, names: masked}
"""


@cache
def grading(code: str) -> Grading:
    return rules(GRADES).terms.grades[code]


def test_grids_are_classed_by_several_thresholds() -> None:
    graded = grading("grids").graded(
        {
            "east": {"points": 95, "complaints_settled": 7},
            "north": {"points": 95, "complaints_settled": 4},
            "south": {"points": 60},
            "west": {},
        }
    )
    classed = [(each.subject, each.rank, each.grade.code if each.grade else None) for each in graded]
    assert classed == [("east", 1, "A"), ("north", 1, "B"), ("south", 3, "B"), ("west", 4, "C")]
    assert Language.of("en").explanation(graded[0].explanation) == [
        "Class A",
        "Class A needs 90 points; there are 95",
        "Class A needs 5 complaints settled; there are 7",
    ]


def test_households_are_classed_by_share() -> None:
    graded = grading("households").graded({f"h{n:02}": {"points": 100 - n} for n in range(12)})
    classes = [each.grade.code if each.grade else None for each in graded]
    assert classes == ["model"] * 2 + ["good"] * 4 + [None] * 6
    assert Language.of("en").explanation(graded[1].explanation) == [
        "Model household",
        "Place 2 of 12 is among the first 10 per cent",
    ]


def test_of_equals_all_or_none_are_in_a_class() -> None:
    graded = grading("households").graded({name: {"points": 7} for name in "abcdefghijk"})
    assert {each.rank for each in graded} == {1}
    assert {each.grade.code if each.grade else None for each in graded} == {"model"}


@given(st.dictionaries(st.text("abcdef", min_size=1), st.integers(0, 20), max_size=30))
def test_more_points_never_stand_lower(points: dict[str, int]) -> None:
    graded = grading("households").graded({who: {"points": n} for who, n in points.items()})
    assert sorted(each.subject for each in graded) == sorted(points)
    for each in graded:
        assert each.rank == 1 + sum(n > points[each.subject] for n in points.values())


def test_the_first_who_agreed_are_made_public_under_masked_names() -> None:
    names = {"a": "李秀英", "b": "王芳", "c": "欧阳娜娜", "d": "赵六"}
    graded = grading("households").graded({who: {"points": 9 - n} for n, who in enumerate(names)})
    shown = grading("households").published(graded, names.__getitem__, {"a", "c", "d"})
    assert [(each.rank, name) for each, name in shown] == [(1, "李*英"), (3, "欧**娜")]


def test_without_more_being_said_all_are_made_public_masked() -> None:
    graded = grading("grids").graded({"east": {"points": 1}})
    assert [name for _, name in grading("grids").published(graded, lambda _: "东一网格")] == ["东**格"]


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("", ""),
        ("李", "*"),
        ("李英", "李*"),
        ("李秀英", "李*英"),
        ("欧阳娜娜", "欧**娜"),
        ("阿依古丽娅", "阿***娅"),
        (" 李秀英 ", "李*英"),
        ("李 秀英", "* 秀*"),
        ("阿凡提·买买提", "阿**·买**"),
        ("김철수", "김*수"),
        ("さくら", "さ*ら"),
        ("𠮷野家", "𠮷*家"),
        ("葛\U000e0100城市", "葛\U000e0100*市"),
        ("John Smith", "J*** S****"),
        ("Madonna", "M******"),
        ("J. Smith", "J* S****"),
        ("J Smith", "* S****"),
        ("Jose\u0301 A\u0301lvarez", "J*** Á******"),
        ("١٢٣", "١**"),
    ],
)
def test_a_masked_name(name: str, shown: str) -> None:
    assert masked(name) == shown


@given(st.text(max_size=20))
def test_at_least_half_of_a_name_of_two_letters_or_more_is_hidden(name: str) -> None:
    shown = masked(name)
    if shown.strip() and not any(c.isspace() for c in shown):
        assert "*" in shown or not name.strip("·•・")


@pytest.mark.parametrize(
    ("grade", "path", "code"),
    [
        ("of: grid, period: year, by: pionts", "grades.g.by", "metric_unknown"),
        ("of: town, period: year", "grades.g.of", "choice_unknown"),
        (
            "of: grid, period: year, classes: {A: {name: {en: A}, top: 101}}",
            "grades.g.classes.A.top",
            "share_out_of_range",
        ),
        (
            "of: grid, period: year, classes: {C: {name: {en: C}}, A: {name: {en: A}, top: 10}}",
            "grades.g.classes.A",
            "class_never_reached",
        ),
        (
            "of: grid, period: year, classes: {A: {name: {en: A}, top: 50}, B: {name: {en: B}, top: 50}}",
            "grades.g.classes.B.top",
            "share_too_small",
        ),
        (
            "of: grid, period: year, classes: {A: {name: {en: A}, needs: {points: 0.5}}}",
            "grades.g.classes.A.needs.points",
            "digits_too_many",
        ),
        ("of: grid, period: year, publish: {names: hidden}", "grades.g.publish.names", "choice_unknown"),
    ],
)
def test_what_cannot_be_meant_is_told(grade: str, path: str, code: str) -> None:
    found = problems(text(f"grades: {{g: {{name: {{en: G}}, {grade}}}}}"))
    assert [(".".join(map(str, each.path)), each.code) for each in found] == [(path, code)]


def test_figures_keep_their_digits() -> None:
    graded = grading("grids").graded(
        {"east": {"points": Decimal("59.99")}, "west": {"points": Decimal("60.01")}}
    )
    assert [each.subject for each in graded] == ["west", "east"]
