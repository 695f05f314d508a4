"""What is said about an expression that is wrong: where, what, and what to write instead.

``GRIDPOINTS_GOLDEN=write pytest tests/rules/expression`` writes ``wrong.txt`` anew; read it before you
keep it.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from gridpoints.i18n import Language
from gridpoints.rules.expression import problems as known
from gridpoints.rules.expression.evaluator import Expressions
from gridpoints.rules.expression.model import Type
from gridpoints.rules.expression.parsing import DEEPEST
from gridpoints.rules.expression.problems import ExpressionProblem
from gridpoints.rules.expression.tokens import LONGEST, MOST_DIGITS
from tests.rules.expression.facts import problems, program

GOLDEN = Path(__file__).with_name("wrong.txt")

#: Each with what it must give.
WRONG = [
    # signs and words
    ("", Type.TRUTH),
    (" 　\n", Type.TRUTH),
    ("hours = 2", Type.TRUTH),
    ("hours ＝ 2", Type.TRUTH),
    ("hours => 2 && kind <> 'a' || !member.active", Type.TRUTH),
    ("hours ** 2 + pieces ^ 2 - hours // 2 + 5%", Type.NUMBER),
    ("hours ＞ 2。5", Type.TRUTH),
    ("hours > {2; 3}", Type.TRUTH),
    ("hours >= 2 ; pieces @ 3", Type.TRUTH),
    ("hours\u200b >= 2 and \u202epieces\u202c > 1", Type.TRUTH),
    ("kind == 'volunteer", Type.TRUTH),
    ('kind == “volunteer"', Type.TRUTH),
    ("hours > 2hours", Type.TRUTH),
    ("hours > 1e5 or hours > 0x1F or hours > 1_000 or hours > 007 or hours > 1.", Type.TRUTH),
    (f"hours > {'9' * (MOST_DIGITS + 1)}", Type.TRUTH),
    ("hours > 3小时", Type.TRUTH),
    ("day > 2026-1-5 or day > 2026/01/05 or day > 2026年1月5日 or day > 2026-02-30", Type.TRUTH),
    # how the words stand together
    ("hours >", Type.TRUTH),
    ("hours > and pieces > 1", Type.TRUTH),
    ("hours >= >= 1", Type.TRUTH),
    ("hours pieces", Type.TRUTH),
    ("hours > 1 AND pieces > 1", Type.TRUTH),
    ("hours is 1", Type.TRUTH),
    ("hours > 1 且 pieces > 1", Type.TRUTH),
    ("hours > 1,000", Type.TRUTH),
    ("hours > 1,250", Type.TRUTH),
    ("(hours > 1", Type.TRUTH),
    ("hours > 1)", Type.TRUTH),
    ("min(hours, 4", Type.NUMBER),
    ("min(hours, 4]", Type.NUMBER),
    ("hours in (1, 2", Type.TRUTH),
    ("()", Type.NUMBER),
    ("2 if hours > 1", Type.NUMBER),
    ("if hours > 1: 2", Type.NUMBER),
    ("if hours > 1 then 2", Type.NUMBER),
    ("2 if hours > 1 otherwise 3", Type.NUMBER),
    ("hours == not pieces", Type.TRUTH),
    ("1 < hours in (1, 2)", Type.TRUTH),
    ("hours in (1, 2) == true", Type.TRUTH),
    ("kind in 'volunteer'", Type.TRUTH),
    ("kind in ()", Type.TRUTH),
    ("kind in ('a', category)", Type.TRUTH),
    ("hours in (1, 1 + 1)", Type.TRUTH),
    ("2 (hours + 1)", Type.NUMBER),
    ("(hours)[0]", Type.NUMBER),
    ("not " * (DEEPEST + 1) + "member.active", Type.TRUTH),
    ("1" + " + 1" * DEEPEST, Type.NUMBER),
    # names
    ("kind == volunteer", Type.TRUTH),
    ("huors > 2 and Kind == 'a' and stars > 2", Type.TRUTH),
    ("hоurs > 2", Type.TRUTH),
    ("服务.时常 > 2", Type.TRUTH),
    ("member.name == 'a'", Type.TRUTH),
    ("hours > 2 and __import__('os')", Type.TRUTH),
    ("rond_up(hours)", Type.NUMBER),
    ("sqrt(hours)", Type.NUMBER),
    ("min + 1", Type.NUMBER),
    ("day('2026-01-31') > day", Type.TRUTH),
    # types
    ("hours", Type.TRUTH),
    ("kind", Type.NUMBER),
    ("hours > 1", Type.NUMBER),
    ("hours == '2'", Type.TRUTH),
    ("'2.5' < hours", Type.TRUTH),
    ("day >= '2026-01-31'", Type.TRUTH),
    ("hours == kind", Type.TRUTH),
    ("member.active == 1", Type.TRUTH),
    ("1 < hours < kind", Type.TRUTH),
    ("kind > 'a'", Type.TRUTH),
    ("true < false", Type.TRUTH),
    ("kind == 'a' or 'b'", Type.TRUTH),
    ("hours and not pieces", Type.TRUTH),
    ("hours in (1, '2', 'b', 2026-01-01)", Type.TRUTH),
    ("kind + 'a'", Type.TEXT),
    ("'a' * 1000000", Type.TEXT),
    ("day + 30 > day", Type.TRUTH),
    ("-kind", Type.NUMBER),
    ("hours if hours > 1 else 'none'", Type.NUMBER),
    ("1 if hours else 2", Type.NUMBER),
    ("min(hours)", Type.NUMBER),
    ("max(day, hours)", Type.DAY),
    ("min(kind, 1)", Type.NUMBER),
    ("min()", Type.NUMBER),
    ("round_half(hours, 0)", Type.NUMBER),
    ("round_half(hours, pieces)", Type.NUMBER),
    ("round_half(hours, -1)", Type.NUMBER),
    ("round_up(hours, 1, 2)", Type.NUMBER),
    ("age(birthday)", Type.NUMBER),
    ("age(birthday, 2026)", Type.NUMBER),
    ("days_between('2026-01-01', day)", Type.NUMBER),
    ("hours / 0", Type.NUMBER),
    # everything at once
    ("huors >= '2' and kind == 3 or not pieces and sqrt(knid) > 1", Type.TRUTH),
]


def messages() -> str:
    language = Language("en")
    told = []
    for source, expects in WRONG:
        found = problems(source, expects)
        told.append(f"{expects}: {source if len(source) < 120 else source[:30] + '…'!r}")
        told += [f"  {problem.column} {problem.code}: {language.error(problem)}" for problem in found]
    return "\n".join(told) + "\n"


def test_the_messages() -> None:
    if os.environ.get("GRIDPOINTS_GOLDEN") == "write":
        GOLDEN.write_text(messages(), "utf-8")
    assert messages() == GOLDEN.read_text("utf-8")


@pytest.mark.parametrize(("source", "expects"), WRONG)
def test_each_is_refused_at_a_character_of_its_own(source: str, expects: Type) -> None:
    found = problems(source, expects)
    assert found
    assert all(1 <= problem.column <= len(source) + 1 for problem in found)
    assert [problem.column for problem in found] == sorted(problem.column for problem in found)


def test_every_problem_is_shown_above() -> None:
    every = {
        cls for cls in vars(known).values() if isinstance(cls, type) and issubclass(cls, ExpressionProblem)
    }
    shown = {type(problem) for source, expects in WRONG for problem in problems(source, expects)}
    # shown below, and in test_impossible
    elsewhere = {ExpressionProblem, known.ExpressionTooLong, known.NeverTrue, known.NeverTogether}
    assert every - shown == elsewhere


def test_an_expression_that_is_too_long_is_not_read() -> None:
    [problem] = problems("(" * (LONGEST + 1))
    assert problem.code == "expression_too_long"
    assert problems(" " * (LONGEST - 4) + "true") == ()


def test_all_that_is_wrong_is_told_at_once() -> None:
    source = "huors >= '2' and kind == 3 or not pieces and sqrt(knid) > 1"
    found = problems(source)
    assert [(problem.column, problem.code) for problem in found] == [
        (1, "name_misspelt"),
        (23, "types_mixed"),
        (35, "truth_needed"),
        (46, "function_unknown"),
        (51, "name_misspelt"),
    ]


def test_more_than_anybody_mends_is_not_told() -> None:
    """Nor looked for: a thousand wrong names among a thousand right ones are refused at once."""
    schema = {f"name{n}.of.a.fact": Type.NUMBER for n in range(1000)}
    with pytest.raises(known.ExpressionInvalid) as refused:
        Expressions().compile("nam+" * 40 + "nam == 0" + " or nam==nam" * 150, schema, Type.TRUTH)
    assert len(refused.value.problems) == known.MOST_PROBLEMS
    assert len(problems("\u200b" * 1000)) == known.MOST_PROBLEMS
    assert len(problems("= " * 1000)) == known.MOST_PROBLEMS


def test_columns_count_characters_as_a_reader_does() -> None:
    """Not bytes, nor halves of a pair; full-width signs and composed letters are as they were typed."""
    assert [problem.column for problem in problems("类别 == '😀😀' and （hours ＞ knid）")] == [25]
    assert [problem.column for problem in problems("ｈｏｕｒｓ == 'ﷺ' ")] == [7]


def test_every_limit_can_be_reached() -> None:
    assert problems("(" * (DEEPEST - 1) + "hours" + ")" * (DEEPEST - 1), Type.NUMBER) == ()
    assert problems("1" + " + 1" * (DEEPEST - 1), Type.NUMBER) == ()
    assert problems("-" * (DEEPEST - 1) + "hours", Type.NUMBER) == ()
    assert problems("not " * (DEEPEST - 1) + "true") == ()
    assert problems("(1+" * (DEEPEST // 2 - 1) + "1" + ")" * (DEEPEST // 2 - 1), Type.NUMBER) == ()
    nested = "1"
    for _ in range(DEEPEST - 2):
        nested = f"min({nested},hours)"
    assert problems(nested, Type.NUMBER) == ()
    nested = "1"
    for _ in range(DEEPEST - 2):
        nested = f"({nested})if hours>1 else 2"
    assert problems(nested, Type.NUMBER) == ()
    assert problems("hours>1 and " * 160 + "true") == ()
    assert problems(f"hours in ({','.join(map(str, range(480)))})") == ()


def test_the_error_as_a_whole_lists_them() -> None:
    with pytest.raises(known.ExpressionInvalid) as refused:
        program("huors > 1 and knid == 'a'")
    assert re.fullmatch(
        r"The expression “huors > 1 and knid == 'a'” cannot be used\.\n.+\n.+", str(refused.value)
    )
    assert refused.value.code == "expression_invalid"


@pytest.mark.parametrize("source", ["hours > '\ud800'", "hours\x00 > 1", "\ue000"])
def test_what_cannot_be_shown_is_not_in_the_error(source: str) -> None:
    with pytest.raises(known.ExpressionInvalid) as refused:
        Expressions().compile(source, {"hours": Type.NUMBER}, Type.TRUTH)
    str(refused.value).encode()
    assert "\x00" not in str(refused.value)
