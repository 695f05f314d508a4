"""Conditions that can never be true are told, and no others."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridpoints.rules.expression.evaluator import Expressions
from gridpoints.rules.expression.model import Type

SCHEMA = {
    "hours": Type.NUMBER,
    "stars": Type.NUMBER,
    "kind": Type.TEXT,
    "day": Type.DAY,
    "urgent": Type.TRUTH,
}


def found(source: str) -> list[tuple[str, int]]:
    program = Expressions().compile(source, SCHEMA, Type.TRUTH)
    return [(problem.code, problem.column) for problem in program.impossible]


@pytest.mark.parametrize(
    "source",
    [
        "true",
        "1 < 2",
        "hours > 2 or hours < 1",
        "hours > 1 and stars < 1",
        "hours > 1 and hours < 2",
        "hours >= 2 and hours <= 2",
        "not (hours > 2 and hours < 1)",
        "hours > stars and stars > hours",
        "hours != 1 and hours != 2",
        "kind in ('a', 'b') and kind in ('b', 'c') and kind != 'c'",
        "urgent or not urgent",
        "urgent == true",
        "day >= 2026-01-01 and day < 2026-01-02",
        "hours > (2 if urgent else 1) and hours < 2",
        "kind == 'A' and kind != 'a'",
    ],
)
def test_what_can_be_true_is_not_told(source: str) -> None:
    assert found(source) == []


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ("false", [("never_true", 1)]),
        ("hours > 1 and (false or 2 < 1)", [("never_true", 15)]),
        ("hours > 2 and hours < 1", [("never_together", 15)]),
        ("hours > 2 and urgent and 2 >= hours", [("never_together", 26)]),
        (
            "hours > 2 and hours < 1 or urgent and not urgent",
            [("never_together", 15), ("never_together", 39)],
        ),
        ("urgent == false and urgent", [("never_together", 21)]),
        ("kind == 'a' and kind not in ('a', 'b')", [("never_together", 17)]),
        ("day < 2026-01-01 and 2026-01-01 <= day", [("never_together", 22)]),
        ("stars == 1.0 and stars != 1", [("never_together", 18)]),
        ("hours > -1 and hours < -2", [("never_together", 16)]),
    ],
)
def test_what_is_never_true_is_told_where_it_stands(source: str, told: list[tuple[str, int]]) -> None:
    assert found(source) == told


SIGNS = st.sampled_from(["<", "<=", "==", "!=", ">=", ">"])
TERMS = st.tuples(SIGNS, st.integers(0, 3), st.booleans())
MIRRORED = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "==": "==", "!=": "!="}


@given(st.lists(TERMS, min_size=1, max_size=5))
def test_told_exactly_where_no_number_fits(terms: list[tuple[str, int, bool]]) -> None:
    source = " and ".join(f"{n} {MIRRORED[sign]} hours" if m else f"hours {sign} {n}" for sign, n, m in terms)
    program = Expressions().compile(source, SCHEMA, Type.TRUTH)
    ever = any(program.evaluate({"hours": Decimal(n) / 4}) for n in range(-4, 20))
    assert bool(program.impossible) is not ever
    assert len(program.impossible) <= 1


def test_what_is_no_condition_is_not_looked_at() -> None:
    assert Expressions().compile("2 - 2", SCHEMA, Type.NUMBER).impossible == ()
