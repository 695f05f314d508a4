"""What an expression comes to: a worked example for everything that can be written."""

from __future__ import annotations

import decimal
from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest

from gridpoints.rules.expression.evaluator import Expressions
from gridpoints.rules.expression.model import Evaluator, Program, Type
from tests.rules.expression.facts import CONDITION, FACTS, SCHEMA, number, program, truth, value


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("2", 2),
        ("0.5", Decimal("0.5")),
        (".5", Decimal("0.5")),
        ("2.0", 2),
        ("-3", -3),
        ("+3", 3),
        ("- -3", 3),
        ("-hours", Decimal("-2.5")),
        ("+hours", Decimal("2.5")),
        ("1 + 2 * 3", 7),
        ("(1 + 2) * 3", 9),
        ("7 - 2 - 1", 4),
        ("8 / 2 / 2", 2),
        ("8 / 4 * 2", 4),
        ("0.1 + 0.2", Decimal("0.3")),
        ("0.1 + 0.2 - 0.3", 0),
        ("1 / 3 * 3", 1),
        ("1 / 3", Fraction(1, 3)),
        ("1 / 3 + 1 / 6", Decimal("0.5")),
        ("1 / 8", Decimal("0.125")),
        ("hours * 2", 5),
        ("hours / 2", Decimal("1.25")),
        ("pieces / hours", Decimal("2.8")),
        ("pieces * pieces - 1", 48),
        ("2 * -hours", -5),
        ("0 * -hours", 0),
        ("99999999999999999999 + 1", 10**20),
        ("min(hours, 4)", Decimal("2.5")),
        ("max(hours, 1, pieces)", 7),
        ("min(1 / 3, 0.3)", Decimal("0.3")),
        ("2 if hours >= 2 else 1", 2),
        ("2 if hours > 3 else 1 if pieces > 7 else 0", 0),
        ("(2 if hours > 3 else 1) + 1", 2),
        ("hours × 2 ÷ 5", 1),
        ("（hours ＋ ０．５）×２", 6),
        ("min（hours，４）", Decimal("2.5")),
        ("7 − 2", 5),
        ("服务.时长 * 2", 6),
        ("服务．时长", 3),
    ],
)
def test_numbers(source: str, expected: object) -> None:
    result = number(source)
    assert result == expected
    assert type(result) is type(expected)
    assert str(result) == str(expected)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("round_down(2.7)", 2),
        ("round_down(-2.7)", -2),
        ("round_up(2.1)", 3),
        ("round_up(-2.1)", -3),
        ("round_up(2)", 2),
        ("round_half(2.5)", 3),
        ("round_half(-2.5)", -3),
        ("round_half(2.49)", 2),
        ("round_half(3.5)", 4),
        ("round_down(2.7, 0.5)", Decimal("2.5")),
        ("round_up(2.6, 0.5)", 3),
        ("round_half(2.74, 0.5)", Decimal("2.5")),
        ("round_half(2.75, 0.5)", 3),
        ("round_down(1234, 100)", 1200),
        ("round_up(1234, 100)", 1300),
        ("round_half(1250, 100)", 1300),
        ("round_half(2 / 3, 0.01)", Decimal("0.67")),
        ("round_down(2.7, 2.5)", Decimal("2.5")),
        ("round_down(0.3 / 0.1)", 3),
        ("round_half(1 / 3 + 1 / 6)", 1),
        ("round_half(-1 / 3 - 1 / 6)", -1),
        ("round_half(1 / 3)", 0),
        ("round_up(1 / 3)", 1),
        ("round_down(-1 / 3)", 0),
        ("round_up(1, 3)", 3),
        ("round_half(1, 3)", 0),
        ("round_half(2, 3)", 3),
        ("round_half(-1 / 7, 0.01)", Decimal("-0.14")),
    ],
)
def test_rounding(source: str, expected: object) -> None:
    assert str(number(source)) == str(expected)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("true", True),
        ("False", False),
        ("kind == 'volunteer'", True),
        ("kind != “volunteer”", False),
        ("kind == 「volunteer」", True),
        ("kind == ‘volunteer’", True),
        ('kind == "volunteer"', True),
        ("类别 == '敬老'", True),
        ("hours >= 2", True),
        ("hours ≥ 2 and hours ≤ 2.5 and hours ≠ 2", True),
        ("hours ＞ 2", True),
        ("1 < hours < 3", True),
        ("1 < hours < 2 < pieces", False),
        ("1 < hours == 2.5 < pieces", True),
        ("hours == 5 / 2", True),
        ("1 / 3 < 0.34", True),
        ("hours in (1, 2.5)", True),
        ("hours not in (1, 2)", True),
        ("hours in [-1, 2.50]", True),
        ("pieces / 2.8 in (2.5,)", True),
        ("kind in ('volunteer')", True),
        ("kind in ('volunteers')", False),
        ("category in （'elder_care'，'child_care'）", True),
        ("类别 in ('敬老'、'助残')", True),
        ("day in (2026-03-01, 2026-03-08)", True),
        ("not member.active", False),
        ("not kind == 'x'", True),
        ("not not member.active", True),
        ("member.active == true", True),
        ("hours > 3 or pieces > 3 and member.active", True),
        ("(hours > 3 or pieces > 3) and not member.active", False),
        ("true or false and false", True),
        ("not true or true", True),
        ("day >= 2026-03-01", True),
        ("2026-01-01 <= day < 2026-03-01", False),
        ("day == ２０２６－０３－０１", True),
        ("min(birthday, day) == birthday", True),
        ("max(day, 2027-01-01) > day", True),
        ("age(birthday, day) >= 75", True),
        ("days_between(birthday, day) > 365 * 75", True),
        ("(true if hours > 2 else false)", True),
        ("('a' if hours > 2 else 'b') == 'a'", True),
        ("  hours\n\t>　2 ", True),
        (CONDITION, True),
    ],
)
def test_conditions(source: str, expected: bool) -> None:
    assert truth(source) is expected


def test_texts_and_days_can_be_the_result() -> None:
    assert value("kind if hours > 2 else 'other'", Type.TEXT) == "volunteer"
    assert value("'it says “no”'", Type.TEXT) == "it says “no”"
    assert value("max(day, 2026-02-01)", Type.DAY) == date(2026, 3, 1)
    assert value("2024-02-29", Type.DAY) == date(2024, 2, 29)


@pytest.mark.parametrize(
    ("birthday", "day", "years"),
    [
        (date(1950, 6, 15), date(2026, 6, 14), 75),
        (date(1950, 6, 15), date(2026, 6, 15), 76),
        (date(2000, 2, 29), date(2026, 2, 28), 25),
        (date(2000, 2, 29), date(2026, 3, 1), 26),
        (date(2000, 2, 29), date(2028, 2, 29), 28),
        (date(2026, 3, 1), date(2026, 3, 1), 0),
    ],
)
def test_age(birthday: date, day: date, years: int) -> None:
    assert number("age(birthday, day)", birthday=birthday, day=day) == years


def test_days_between_has_a_sign() -> None:
    assert number("days_between(2026-02-28, 2026-03-01)") == 1
    assert number("days_between(2024-03-01, 2024-02-28)") == -2


def test_exactness_does_not_depend_on_the_context_of_the_program() -> None:
    source = "hours * 1.23456789012345678901234567890123456789 + 1"
    exact = Fraction(Decimal("2.5")) * Fraction("1.23456789012345678901234567890123456789") + 1
    with decimal.localcontext(decimal.Context(prec=3, traps=[])):
        assert number(source) == exact
    assert number(source) == exact


def test_names_are_compared_in_their_normal_form() -> None:
    wide = {"ｈｏｕｒｓ": Type.NUMBER, "café": Type.NUMBER}
    evaluator = Expressions()
    assert evaluator.compile("hours + 1", wide, Type.NUMBER).evaluate({"ｈｏｕｒｓ": 2}) == 3
    assert evaluator.compile("ｈｏｕｒｓ + cafe\u0301", wide, Type.NUMBER).names == set(wide)
    assert number("ｈｏｕｒｓ") == Decimal("2.5")


def test_texts_stay_as_they_were_written() -> None:
    assert value("'ｗｉｄｅ （×）  ２'", Type.TEXT) == "ｗｉｄｅ （×）  ２"
    assert value(r"'back\slash \n'", Type.TEXT) == r"back\slash \n"


# --- programs -------------------------------------------------------------------------------------


def test_a_program_knows_its_source_and_its_names() -> None:
    compiled = program(f"  {CONDITION} ")
    assert compiled.source == CONDITION
    assert compiled.names == {"kind", "hours", "category", "member.stars"}
    assert program("true").names == frozenset()


def test_terms_are_the_operands_of_and() -> None:
    terms = program(CONDITION).terms
    assert [term.source for term in terms] == [
        "kind == 'volunteer'",
        "hours >= 1",
        "category in ('elder_care', 'child_care')",
        "member.stars >= 3",
    ]
    facts = FACTS | {"category": "cleaning"}
    assert [term.evaluate(facts) for term in terms] == [True, True, False, True]
    assert terms[1].names == {"hours"}
    assert terms[1].terms == (terms[1],)


@pytest.mark.parametrize(
    ("source", "terms"),
    [
        ("hours > 1", ["hours > 1"]),
        ("hours > 1 or pieces > 1", ["hours > 1 or pieces > 1"]),
        ("(hours > 1 or pieces > 1) and kind == 'a'", ["(hours > 1 or pieces > 1)", "kind == 'a'"]),
        ("hours > 1 and (pieces > 1 and kind == 'a')", ["hours > 1", "pieces > 1", "kind == 'a'"]),
        ("（ hours＞1 and  pieces ≥ 1 ）", ["hours＞1", "pieces ≥ 1"]),
        ("not (hours > 1 and pieces > 1)", ["not (hours > 1 and pieces > 1)"]),
        ("true if hours > 1 and pieces > 1 else false", ["true if hours > 1 and pieces > 1 else false"]),
    ],
)
def test_terms(source: str, terms: list[str]) -> None:
    assert [term.source for term in program(source).terms] == terms


def test_another_engine_can_be_plugged_in() -> None:
    class Always:
        def compile(self, source: str, schema: object, expects: Type) -> Program:
            return Program(source, frozenset(), lambda facts: expects is Type.TRUTH)

    engines: list[Evaluator] = [Expressions(), Always()]
    assert [engine.compile("true", SCHEMA, Type.TRUTH).evaluate(FACTS) for engine in engines] == [True, True]
