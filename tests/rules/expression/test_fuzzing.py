"""Whatever is written, it becomes a program or a typed error; whatever it is given, a value or one.

Values are compared with what Python itself makes of the same, calculated with `Fraction`.
"""

from __future__ import annotations

import ast
import string
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any, TypeAlias

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from gridpoints.rules.expression.evaluator import Expressions
from gridpoints.rules.expression.functions import FUNCTIONS
from gridpoints.rules.expression.model import Program, Type, Value
from gridpoints.rules.expression.problems import ExpressionFailed, ExpressionInvalid
from gridpoints.rules.expression.tokens import LONGEST, SIGNS, WORDS
from tests.rules.expression.facts import CONDITION, FACTS, SCHEMA, program

Facts: TypeAlias = dict[str, Any]
#: A source, how closely its outermost sign binds, and what it comes to.
Made: TypeAlias = tuple[str, int, Callable[[Facts], Any]]

_LEAF = 9


def compiled_or_refused(source: str, expects: Type = Type.TRUTH) -> Program | None:
    try:
        return program(source, expects)
    except ExpressionInvalid as refused:
        found = refused.problems
    assert found
    for problem in found:
        assert 1 <= problem.column <= min(len(source), LONGEST) + 1
        str(problem).encode()
        assert "\n" not in str(problem)
    return None


def evaluated(source: str) -> None:
    for expects in Type:
        if compiled := compiled_or_refused(source, expects):
            for each in (compiled, *compiled.terms):
                for facts in (FACTS, {}):
                    try:
                        each.evaluate(facts)
                    except ExpressionFailed as failed:
                        str(failed).encode()


# --- any text -----------------------------------------------------------------------------------


@given(st.text() | st.text(alphabet=string.printable, max_size=60))
@example("\ud800")
@example("'\ud800'")
@example("a\x00")
@example("\u202e1")
@example("ª")
@example("ĳ.ﬁ == ''")
@example("hours\u0301")
@example("(" * LONGEST)
@example("not " * (LONGEST // 4))
@example("-" * LONGEST)
@example("[" * LONGEST)
@example("9" * LONGEST)
@example("1." * (LONGEST // 2))
@example("1,000," * 200)
@example("a." * (LONGEST // 2))
@example("'" * LONGEST)
@example("1<" * (LONGEST // 2) + "1")
@example("1 if true else " * (LONGEST // 16) + "1")
@example("1+" * (LONGEST // 2 - 1) + "1")
@example("min(" * (LONGEST // 4))
@example("hours in (" + "1," * (LONGEST // 2 - 10) + ")")
@example("true and " * (LONGEST // 9 - 1) + "true")
def test_any_text(source: str) -> None:
    evaluated(source)


@pytest.mark.parametrize("sign", ["(", "-", "not ", "1+", "a.", "'", "[1,", "1 if ", "\u202e", "９", "𝟙"])
def test_ten_thousand_millions_of_anything(sign: str) -> None:
    """As far as the memory of a test reaches: it is the length alone that is looked at."""
    assert compiled_or_refused(sign * 10_000_000) is None


_TOKENS = [
    *sorted(SIGNS | WORDS | FUNCTIONS.keys() | SCHEMA.keys()),
    *(
        "0",
        "1",
        "2.5",
        ".5",
        "'a'",
        "“a”",
        "2026-01-31",
        "2026-1-31",
        "，",
        "（",
        "）",
        "×",
        "÷",
        "=",
        "。",
        ".",
    ),
]


@given(st.lists(st.sampled_from(_TOKENS), max_size=14), st.sampled_from([" ", "", "　"]))
@settings(max_examples=300)
def test_any_words_and_signs_of_the_language(words: list[str], blank: str) -> None:
    evaluated(blank.join(words))


GOOD = [
    CONDITION,
    "round_half(hours, 0.5) * 2 + min(pieces, 10) / 3",
    "(2 if age(birthday, day) >= 70 else 1) * hours if member.active else 0",
    "类别 in （‘敬老’，“助残”） and 服务.时长 ≥ 1 or not days_between(2026-01-01, day) > 31",
]


@given(st.sampled_from(GOOD), st.data())
@settings(max_examples=300)
def test_a_good_expression_with_slips_of_the_keyboard(source: str, data: st.DataObject) -> None:
    for _ in range(data.draw(st.integers(1, 3))):
        start = data.draw(st.integers(0, len(source)))
        end = min(len(source), start + data.draw(st.integers(0, 6)))
        slip = data.draw(st.just("") | st.sampled_from(_TOKENS) | st.characters())
        source = source[:start] + slip + source[end:]
    evaluated(source)


@pytest.mark.parametrize("source", GOOD)
def test_a_good_expression_cut_off_anywhere(source: str) -> None:
    for end in range(len(source)):
        evaluated(source[:end])
        evaluated(source[end:])


# --- any facts ------------------------------------------------------------------------------------

_numbers = st.one_of(
    st.integers(),
    st.integers(-(10**120), 10**120),
    st.decimals(),
    st.fractions(),
    st.sampled_from([Decimal("1E+999999999"), Decimal("-1E-999999999"), Decimal("-0.00"), Decimal("0E+9")]),
)
_anything = st.one_of(
    _numbers, st.none(), st.booleans(), st.floats(), st.text(), st.dates(), st.datetimes(), st.binary()
)


@given(st.sampled_from(GOOD), st.dictionaries(st.sampled_from(sorted(SCHEMA)), _anything))
@settings(max_examples=300)
def test_any_facts(source: str, facts: Facts) -> None:
    for expects in (Type.TRUTH, Type.NUMBER):
        if compiled := compiled_or_refused(source, expects):
            for given_facts in (FACTS | facts, facts):
                try:
                    result = compiled.evaluate(given_facts)
                except ExpressionFailed as failed:
                    str(failed).encode()
                else:
                    assert type(result) in ({bool} if expects is Type.TRUTH else {int, Decimal, Fraction})


# --- against Python -------------------------------------------------------------------------------

_SUMS, _PRODUCTS, _COMPARISONS = 6, 7, 5
_EXACTLY: dict[str, Callable[[Any, Any], Any]] = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "/": lambda a, b: Fraction(a) / b,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
    "==": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
}


def within(made: Made, power: int) -> str:
    """The source in brackets, where it binds less closely than it must."""
    return made[0] if made[1] >= power else f"({made[0]})"


def names(type_: Type) -> st.SearchStrategy[Made]:
    def made(name: str) -> Made:
        return name, _LEAF, lambda facts: facts[name]

    return st.sampled_from([name for name, each in SCHEMA.items() if each is type_]).map(made)


def literals(values: st.SearchStrategy[Any], shown: Callable[[Any], str]) -> st.SearchStrategy[Made]:
    def made(value: Any) -> Made:
        exact = Fraction(value) if isinstance(value, Decimal) else value
        return shown(value), _LEAF, lambda facts: exact

    return values.map(made)


_decimals = st.decimals(0, 1000, places=2, allow_nan=False)
_texts = st.text(alphabet="abc老×（ ", max_size=3)
_days = st.dates(date(1900, 1, 1), date(2100, 1, 1))

_number_leaves = st.one_of(
    literals(st.integers(0, 20), str), literals(_decimals, "{:f}".format), names(Type.NUMBER)
)
_text_values = st.one_of(literals(_texts, "'{}'".format), literals(_texts, "“{}”".format), names(Type.TEXT))
_day_values = literals(_days, str) | names(Type.DAY)
_truth_leaves = literals(st.booleans(), lambda value: str(value).lower()) | names(Type.TRUTH)


@st.composite
def calculations(draw: st.DrawFn, numbers: st.SearchStrategy[Made]) -> Made:
    sign = draw(st.sampled_from("+-*/"))
    first, second = draw(numbers), draw(numbers)
    power, exactly = (_SUMS if sign in "+-" else _PRODUCTS), _EXACTLY[sign]
    shown = {"*": draw(st.sampled_from("*×")), "/": draw(st.sampled_from("/÷"))}.get(sign, sign)
    source = f"{within(first, power)} {shown} {within(second, power + 1)}"
    return source, power, lambda facts: exactly(first[2](facts), second[2](facts))


@st.composite
def negatives(draw: st.DrawFn, numbers: st.SearchStrategy[Made]) -> Made:
    only = draw(numbers)
    return f"-{within(only, _LEAF - 1)}", _LEAF - 1, lambda facts: -only[2](facts)


def _rounded(value: Fraction, step: Fraction, how: str) -> Fraction:
    sign, steps = (-1 if value < 0 else 1), abs(value) / step
    whole = steps.numerator // steps.denominator
    up = {"round_down": False, "round_up": steps > whole, "round_half": steps - whole >= Fraction(1, 2)}
    return sign * (whole + up[how]) * step


@st.composite
def roundings(draw: st.DrawFn, numbers: st.SearchStrategy[Made]) -> Made:
    how, only = draw(st.sampled_from(["round_down", "round_up", "round_half"])), draw(numbers)
    step = draw(st.none() | st.sampled_from(["0.5", "0.01", "3", "100", "2.5"]))
    source = f"{how}({only[0]})" if step is None else f"{how}({only[0]}, {step})"
    return source, _LEAF, lambda facts: _rounded(Fraction(only[2](facts)), Fraction(step or "1"), how)


@st.composite
def extremes(draw: st.DrawFn, numbers: st.SearchStrategy[Made]) -> Made:
    how = draw(st.sampled_from([min, max]))
    several = draw(st.lists(numbers, min_size=2, max_size=3))
    source = f"{how.__name__}({', '.join(each[0] for each in several)})"
    return source, _LEAF, lambda facts: how(each[2](facts) for each in several)


@st.composite
def spans(draw: st.DrawFn) -> Made:
    first, second = draw(_day_values), draw(_day_values)
    source = f"days_between({first[0]}, {second[0]})"
    return source, _LEAF, lambda facts: (second[2](facts) - first[2](facts)) // timedelta(days=1)


@st.composite
def choices(draw: st.DrawFn, values: st.SearchStrategy[Made], truths: st.SearchStrategy[Made]) -> Made:
    first, condition, second = draw(values), draw(truths), draw(values)
    source = f"{within(first, 2)} if {within(condition, 2)} else {second[0]}"
    return source, 1, lambda facts: first[2](facts) if condition[2](facts) else second[2](facts)


@st.composite
def comparisons(draw: st.DrawFn, numbers: st.SearchStrategy[Made]) -> Made:
    kind = draw(st.sampled_from([numbers, _day_values, _text_values]))
    signs = ["==", "!="] if kind is _text_values else ["<", "<=", ">", ">=", "==", "!="]
    parts = draw(st.lists(kind, min_size=2, max_size=4))
    chain = [draw(st.sampled_from(signs)) for _ in parts[1:]]
    source = within(parts[0], _COMPARISONS + 1)
    for sign, part in zip(chain, parts[1:], strict=True):
        source += f" {sign} {within(part, _COMPARISONS + 1)}"

    def compared(facts: Facts) -> bool:
        left = parts[0][2](facts)
        for sign, part in zip(chain, parts[1:], strict=True):
            right = part[2](facts)
            if not _EXACTLY[sign](left, right):
                return False
            left = right
        return True

    return source, _COMPARISONS, compared


@st.composite
def memberships(draw: st.DrawFn, numbers: st.SearchStrategy[Made]) -> Made:
    kind, listed = draw(
        st.sampled_from(
            [
                (numbers, literals(_decimals | st.integers(-3, 3), "{:f}".format)),
                (_text_values, literals(_texts, "'{}'".format)),
                (_day_values, literals(_days, str)),
            ]
        )
    )
    only, values = draw(kind), draw(st.lists(listed, min_size=1, max_size=4))
    word = draw(st.sampled_from(["in", "not in"]))
    source = f"{within(only, _COMPARISONS + 1)} {word} ({', '.join(each[0] for each in values)})"

    def found(facts: Facts) -> bool:
        return (only[2](facts) in [each[2](facts) for each in values]) is (word == "in")

    return source, _COMPARISONS, found


@st.composite
def junctions(draw: st.DrawFn, truths: st.SearchStrategy[Made]) -> Made:
    word, power, joined = draw(st.sampled_from([("and", 3, all), ("or", 2, any)]))
    parts = draw(st.lists(truths, min_size=2, max_size=4))
    source = f" {word} ".join(within(part, power + 1) for part in parts)
    return source, power, lambda facts: joined(part[2](facts) for part in parts)


@st.composite
def negations(draw: st.DrawFn, truths: st.SearchStrategy[Made]) -> Made:
    only = draw(truths)
    return f"not {within(only, 4)}", 4, lambda facts: not only[2](facts)


def _typed(depth: int) -> tuple[st.SearchStrategy[Made], st.SearchStrategy[Made]]:
    """Expressions that give numbers, and such that give true or false."""
    numbers: st.SearchStrategy[Made] = _number_leaves
    truths: st.SearchStrategy[Made] = _truth_leaves
    for _ in range(depth):
        inner, questions = numbers, truths
        numbers = st.one_of(
            inner,
            calculations(inner),
            calculations(inner),
            negatives(inner),
            roundings(inner),
            extremes(inner),
            spans(),
            choices(inner, questions),
        )
        truths = st.one_of(
            comparisons(inner),
            memberships(inner),
            junctions(questions),
            negations(questions),
            choices(questions, questions),
            questions,
        )
    return numbers, truths


NUMBERS, TRUTHS = _typed(3)

_some_facts = st.fixed_dictionaries(
    {
        "kind": _texts,
        "category": _texts,
        "类别": _texts,
        "hours": _decimals | st.integers(-5, 5) | st.fractions(-9, 9, max_denominator=12),
        "pieces": st.integers(-5, 5),
        "member.stars": st.integers(0, 5),
        "服务.时长": _decimals,
        "member.active": st.booleans(),
        "birthday": _days,
        "day": _days,
    }
)


def outcome(evaluate: Callable[[Facts], Value], facts: Facts) -> object:
    try:
        return evaluate(facts)
    except ZeroDivisionError:
        return "divided_by_zero"
    except ExpressionFailed as failed:
        return failed.code


def exactly(facts: Facts) -> Facts:
    return {name: Fraction(fact) if isinstance(fact, Decimal) else fact for name, fact in facts.items()}


@given(NUMBERS, _some_facts)
@settings(max_examples=250)
def test_a_number_is_what_fractions_make_it(made: Made, facts: Facts) -> None:
    source, _, oracle = made
    if compiled := short(source, Type.NUMBER):
        result = outcome(compiled.evaluate, facts)
        if result != "number_too_large":
            assert result == outcome(oracle, exactly(facts))
        if not isinstance(result, str):
            assert type(result) in {int, Decimal, Fraction}
            assert isinstance(result, int) or result != int(result)  # type: ignore[call-overload]


@given(TRUTHS, _some_facts)
@settings(max_examples=250)
def test_a_condition_is_what_python_makes_it(made: Made, facts: Facts) -> None:
    source, _, oracle = made
    if compiled := short(source, Type.TRUTH):
        result = outcome(compiled.evaluate, facts)
        if result != "number_too_large":
            assert result == outcome(oracle, exactly(facts))
        terms = [outcome(term.evaluate, facts) for term in compiled.terms]
        if result is False and len(terms) > 1:
            assert next(each for each in terms if each is not True) is False
        if result is True:
            assert set(terms) == {True}


def short(source: str, expects: Type) -> Program | None:
    """The program; None where the source became too long or too deep."""
    try:
        return program(source, expects)
    except ExpressionInvalid as refused:
        codes = {problem.code for problem in refused.problems}
    assert codes <= {"expression_too_long", "expression_too_deep", "divisor_zero"}
    return None


_FLAT = [
    "a",
    "b",
    "c",
    "p",
    "q",
    "+",
    "-",
    "*",
    "/",
    "<",
    "<=",
    "==",
    "and",
    "or",
    "not",
    "if",
    "else",
    "(",
    ")",
]
_FLAT_SCHEMA = {"a": Type.NUMBER, "b": Type.NUMBER, "c": Type.NUMBER, "p": Type.TRUTH, "q": Type.TRUTH}


@given(st.lists(st.sampled_from(_FLAT), min_size=1, max_size=12), st.sampled_from([Type.NUMBER, Type.TRUTH]))
@settings(max_examples=600)
@example(["a", "-", "b", "-", "c"], Type.NUMBER)
@example(["a", "/", "b", "*", "c"], Type.NUMBER)
@example(["-", "a", "*", "-", "b", "+", "c"], Type.NUMBER)
@example(["not", "a", "<", "b", "==", "c", "or", "p", "and", "not", "q"], Type.TRUTH)
@example(["a", "if", "p", "or", "q", "else", "b", "if", "q", "else", "c"], Type.NUMBER)
@example(["p", "and", "q", "if", "p", "else", "not", "q", "or", "p"], Type.TRUTH)
def test_what_is_accepted_means_the_same_to_python(words: list[str], expects: Type) -> None:
    source = " ".join(words)
    try:
        compiled = Expressions().compile(source, _FLAT_SCHEMA, expects)
    except ExpressionInvalid:
        return
    ast.parse(source, mode="eval")
    for p in (True, False):
        for q in (True, False):
            facts = {"a": Fraction(7), "b": Fraction(2, 3), "c": Fraction(-5), "p": p, "q": q}
            assert outcome(compiled.evaluate, facts) == outcome(lambda given: eval(source, {}, given), facts)  # noqa: S307
