"""How large grids are and who serves there, as a file says it."""

from __future__ import annotations

import pytest

from gridpoints.i18n import Language
from gridpoints.rules.difference import difference
from gridpoints.rules.grids import GridTerms
from tests.rules.test_loading import problems
from tests.rules.written import rules, text


def test_what_is_said_and_what_is_left_out() -> None:
    assert rules("").terms.grids is None
    assert rules("grids: {volunteers: 20, people: 0}").terms.grids == GridTerms(volunteers=20, people=0)


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ("{household: 300}", "key_misspelt"),
        ("{households: about 300}", "not_whole_number"),
        ("{tolerance: 0.2}", "not_whole_number"),
        ("{tolerance: 100}", "not_whole_number"),
        ("{cadres: -1}", "not_whole_number"),
        ("{volunteers: yes}", "not_whole_number"),
        ("30", "key_missing"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(wrong: str, code: str) -> None:
    found = problems(text(f"grids: {wrong}"))
    assert [(problem.path[0], problem.line) for problem in found] == [("grids", 9)]
    if code != "key_missing":
        assert [problem.code for problem in found] == [code]


def test_what_changes_is_told_in_words() -> None:
    old, new = rules("grids: {volunteers: 30}"), rules("grids: {volunteers: 20, tolerance: 10}")
    told = [Language.of("en").difference(each) for each in difference(old, new)]
    assert told == [
        "Size and staff of grids, give or take, per cent: none → 10",
        "Size and staff of grids, volunteers a grid, at least: 30 → 20",
    ]
    assert len(difference(rules(""), new)) == 2
