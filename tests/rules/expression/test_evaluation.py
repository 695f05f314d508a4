"""What becomes of facts that are missing, of another type, or too large: typed errors, and no others."""

from __future__ import annotations

import threading
from collections import ChainMap
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import IntEnum, StrEnum
from fractions import Fraction
from types import MappingProxyType
from typing import Any

import pytest

from gridpoints.rules.expression.model import Type
from gridpoints.rules.expression.problems import DividedByZero, FactMissing, FactUnfit, NumberTooLarge
from tests.rules.expression.facts import CONDITION, FACTS, number, program, truth


def without(*names: str) -> dict[str, Any]:
    return {name: fact for name, fact in FACTS.items() if name not in names}


@pytest.mark.parametrize("name", ["kind", "hours", "category", "member.stars"])
def test_a_fact_that_is_missing_is_named(name: str) -> None:
    with pytest.raises(FactMissing) as failed:
        program(CONDITION).evaluate(without(name))
    assert (failed.value.name, failed.value.source) == (name, CONDITION)
    assert name in str(failed.value)


def test_only_facts_that_are_needed_are_asked_for() -> None:
    assert program("hours > 1 or kind == 'a'").evaluate(without("kind")) is True
    assert program("hours > 9 and kind == 'a'").evaluate(without("kind")) is False
    assert program("9 < hours < pieces").evaluate(without("pieces")) is False
    choice = program("pieces if hours > 9 else hours", Type.NUMBER)
    assert choice.evaluate(without("pieces")) == Decimal("2.5")


def test_a_fact_is_asked_for_once() -> None:
    class Counting(dict[str, Any]):
        asked = 0

        def __getitem__(self, name: str) -> Any:
            self.asked += 1
            return super().__getitem__(name)

    facts = Counting(FACTS)
    source = "(hours > 1 and hours < 4 or hours == 5) and (hours if hours > 1 else -hours) + hours > 1"
    assert program(source).evaluate(facts) is True
    assert facts.asked == 1


def test_what_was_asked_for_on_one_side_alone_is_asked_for_again() -> None:
    source = "(hours > 9 and pieces > 1) or (pieces if hours > 9 else 2) + pieces > 8"
    assert truth(source) is True
    assert truth("(true if hours < 9 else pieces > 1) and pieces == 7") is True
    assert truth("(9 < hours < pieces) or pieces == 7") is True


@pytest.mark.parametrize("mapping", [dict, MappingProxyType, ChainMap])
def test_any_mapping_has_facts(mapping: Any) -> None:
    assert program(CONDITION).evaluate(mapping(FACTS)) is True


class Level(IntEnum):
    HIGH = 9


class Kind(StrEnum):
    HELP = "help"


class Money(Decimal):
    def __ge__(self, other: object) -> bool:
        raise AssertionError("an operator of somebody else's was called")


class Loud(str):
    __slots__ = ()

    def __eq__(self, other: object) -> bool:
        raise AssertionError("an operator of somebody else's was called")

    __hash__ = str.__hash__


def test_members_of_enums_and_their_like_are_what_they_stand_for() -> None:
    assert truth("hours == 9", hours=Level.HIGH) is True
    assert truth("kind == 'help'", kind=Kind.HELP) is True
    assert truth("kind in ('a', 'b')", kind=Loud("a")) is True
    assert truth("hours >= 2", hours=Money(3)) is True
    assert type(number("hours", hours=Level.HIGH)) is int
    assert number("hours", hours=Fraction(5, 2)) == Decimal("2.5")


class Hostile:
    """Equal to everything, greater than everything, true for everything."""

    def __eq__(self, other: object) -> bool:
        return True

    __lt__ = __le__ = __gt__ = __ge__ = __eq__
    __hash__ = object.__hash__


@pytest.mark.parametrize(
    ("source", "name", "wrong"),
    [
        ("hours >= 1", "hours", 2.5),
        ("hours >= 1", "hours", True),
        ("hours >= 1", "hours", "3"),
        ("hours >= 1", "hours", None),
        ("hours >= 1", "hours", Decimal("NaN")),
        ("hours >= 1", "hours", Decimal("sNaN")),
        ("hours in (1, 2)", "hours", Decimal("sNaN")),
        ("hours >= 1", "hours", Decimal("Infinity")),
        ("hours >= 1", "hours", Hostile()),
        ("hours + 1 > 2", "hours", [1]),
        ("kind == 'volunteer'", "kind", Hostile()),
        ("kind == 'volunteer'", "kind", b"volunteer"),
        ("kind == 'volunteer'", "kind", None),
        ("kind in ('a', 'b')", "kind", Hostile()),
        ("member.active", "member.active", 1),
        ("member.active", "member.active", "true"),
        ("not member.active", "member.active", Hostile()),
        ("day > 2026-01-01", "day", datetime(2026, 1, 2, tzinfo=UTC)),
        ("day > 2026-01-01", "day", "2026-01-02"),
        ("age(birthday, day) > 1", "birthday", 1950),
    ],
)
def test_a_fact_of_another_type_is_refused(source: str, name: str, wrong: Any) -> None:
    with pytest.raises(FactUnfit) as failed:
        program(source).evaluate(FACTS | {name: wrong})
    assert failed.value.name == name
    assert name in str(failed.value)


@pytest.mark.parametrize(
    ("source", "column"),
    [
        ("1 / (pieces - 7)", 3),
        ("1 + pieces / (hours - 2.5)", 12),
        ("2 * (1 / (1 / 3 - pieces * (1 / 21)))", 8),
    ],
)
def test_division_by_zero_tells_where(source: str, column: int) -> None:
    with pytest.raises(DividedByZero) as failed:
        number(source)
    assert (failed.value.source, failed.value.column) == (source, column)


def test_a_term_counts_its_own_characters() -> None:
    [_, second] = program("hours > 1 and 1 / (pieces - 7) > 2").terms
    with pytest.raises(DividedByZero) as failed:
        second.evaluate(FACTS)
    assert (failed.value.source, failed.value.column) == ("1 / (pieces - 7) > 2", 3)


NINES = "9" * 40


@pytest.mark.parametrize(
    "source",
    [
        f"{NINES} * {NINES} * {NINES}",
        f"{NINES} / 0.{'0' * 37}1 * {NINES}",
        f"1 / {NINES} / {NINES} / {NINES} * (1 / 3)",
        f"-{NINES} * {NINES} * {NINES} - 1",
        f"0.{'0' * 37}1 * 0.{'0' * 37}1 * 0.{'0' * 37}1",
    ],
)
def test_numbers_that_grow_too_large_are_refused(source: str) -> None:
    with pytest.raises(NumberTooLarge):
        number(source)


@pytest.mark.parametrize("huge", [Decimal("1E+999999999999"), Decimal("1E-999999999999"), 10**500])
@pytest.mark.parametrize(
    "source", ["hours + 1", "hours / 3", "1 / 3 * hours", "round_half(hours)", "hours * hours", "hours - 0.5"]
)
def test_facts_too_large_to_calculate_with_are_refused(source: str, huge: Any) -> None:
    with pytest.raises(NumberTooLarge):
        number(source, hours=huge)


@pytest.mark.parametrize("huge", [Decimal("1E+999999999999"), 10**500])
def test_they_can_be_compared_all_the_same(huge: Any) -> None:
    assert truth("hours > 1 and hours > 1 / 3 and hours not in (1, 2.5) and max(hours, 1) > 1", hours=huge)


def test_a_program_serves_many_threads() -> None:
    compiled = program("hours * 3 / 7 + pieces", Type.NUMBER)
    results: list[object] = []

    def evaluate(hours: int) -> None:
        results.extend(
            compiled.evaluate({"hours": hours, "pieces": 1}) == Fraction(hours * 3, 7) + 1 for _ in range(500)
        )

    threads = [threading.Thread(target=evaluate, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == [True] * 2000


def test_a_day_that_is_date_min_or_max_is_a_day() -> None:
    assert number("days_between(birthday, day)", birthday=date.min, day=date.max) == 3652058
