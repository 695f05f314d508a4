"""A schema and a deed, for the tests of the language."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction

from gridpoints.rules.expression.evaluator import Expressions
from gridpoints.rules.expression.model import Program, Type, Value
from gridpoints.rules.expression.problems import ExpressionInvalid, ExpressionProblem

SCHEMA = {
    "kind": Type.TEXT,
    "category": Type.TEXT,
    "hours": Type.NUMBER,
    "pieces": Type.NUMBER,
    "member.stars": Type.NUMBER,
    "member.active": Type.TRUTH,
    "birthday": Type.DAY,
    "day": Type.DAY,
    "服务.时长": Type.NUMBER,
    "类别": Type.TEXT,
}

FACTS: dict[str, Value] = {
    "kind": "volunteer",
    "category": "elder_care",
    "hours": Decimal("2.5"),
    "pieces": 7,
    "member.stars": 4,
    "member.active": True,
    "birthday": date(1950, 6, 15),
    "day": date(2026, 3, 1),
    "服务.时长": 3,
    "类别": "敬老",
}

#: The condition that evaluators are compared by.
CONDITION = (
    "kind == 'volunteer' and hours >= 1 and category in ('elder_care', 'child_care') and member.stars >= 3"
)


def program(source: str, expects: Type = Type.TRUTH) -> Program:
    return Expressions().compile(source, SCHEMA, expects)


def value(source: str, expects: Type, **others: Value) -> Value:
    return program(source, expects).evaluate(FACTS | others)


def number(source: str, **others: Value) -> int | Decimal | Fraction:
    result = value(source, Type.NUMBER, **others)
    assert isinstance(result, int | Decimal | Fraction)
    assert not isinstance(result, bool)
    return result


def truth(source: str, **others: Value) -> bool:
    result = value(source, Type.TRUTH, **others)
    assert isinstance(result, bool)
    return result


def problems(source: str, expects: Type = Type.TRUTH) -> tuple[ExpressionProblem, ...]:
    """What is wrong with it; nothing where it compiles."""
    try:
        program(source, expects)
    except ExpressionInvalid as refused:
        return refused.problems
    return ()
