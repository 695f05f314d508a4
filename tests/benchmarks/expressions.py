"""One condition on facts, evaluated by us and by other engines, against a plain Python function.

The condition is of the usual kind: a text, a number, a list, and a name with a dot. A call takes a mapping of
facts and answers the value; everybody judges the same thousand deeds, of which some fail at each of the four
questions. The limit of ours is the function; that of another engine is ours, in alternating rounds. The
others are given the member as a mapping of its own, and hours as int: they know no Decimal.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from itertools import cycle, islice
from typing import Any, TypeAlias

from gridpoints.rules.expression.evaluator import Expressions
from gridpoints.rules.expression.model import Type
from tests.benchmarks import measure
from tests.benchmarks.measure import Figure, Run

CONDITION = (
    "kind == 'volunteer' and hours >= 1 and category in ('elder_care', 'child_care') and member.stars >= 3"
)
SCHEMA = {"kind": Type.TEXT, "hours": Type.NUMBER, "category": Type.TEXT, "member.stars": Type.NUMBER}
#: What a panel pays for a deed, with everything that is calculated exactly.
AMOUNT = "round_half(min(hours, 8) * 1.5, 0.5) + (2 if member.stars >= 3 else 0)"

DEEDS = 1_000
#: Evaluations of one round, of what takes well under a microsecond and of what takes more.
SIZE, SLOW_SIZE = 200_000, 10_000
ROUNDS = 7

Evaluate: TypeAlias = Callable[[Mapping[str, Any]], Any]


def run(bench: Run) -> Iterator[Figure]:
    """Ours, then the others."""
    share = 20 if bench.quick else 1
    program = Expressions().compile(CONDITION, SCHEMA, Type.TRUTH)
    whole, exact, nested = deeds(), deeds(hours=Decimal), deeds(member=dict)
    expected = [plain(facts) for facts in whole]
    assert 0 < sum(expected) < DEEDS

    def rate(evaluate: Evaluate, facts: list[dict[str, Any]], size: int) -> Callable[[], float]:
        assert [evaluate(each) for each in facts] == expected
        return lambda: measure.rate(
            lambda batch: [evaluate(each) for each in batch], islice(cycle(facts), size // share), DEEDS
        )

    for what, facts in (("int", whole), ("Decimal", exact)):
        limit, ours = measure.medians(
            rate(plain, facts, SIZE), rate(program.evaluate, facts, SIZE), rounds=ROUNDS
        )
        note = "limit: a plain Python function"
        yield Figure(f"gridpoints, hours as {what}", ours, "calls/s", limit, at_least=0.3, note=note)
    for name, load in PEERS.items():
        try:
            evaluate = load()
        except ImportError as error:
            yield Figure(name, None, "calls/s", note=f"not available: {error}")
            continue
        ours, theirs = measure.medians(
            rate(program.evaluate, whole, SIZE), rate(evaluate, nested, SLOW_SIZE), rounds=ROUNDS
        )
        yield Figure(name, theirs, "calls/s", ours, at_most=1, note="limit: gridpoints")
    yield from amounts(SIZE // share // 10, exact)


def amounts(size: int, facts: list[dict[str, Any]]) -> Iterator[Figure]:
    """An amount in exact decimals, and what compiling an expression takes."""
    evaluator = Expressions()
    program = evaluator.compile(AMOUNT, SCHEMA, Type.NUMBER)
    [rate] = measure.medians(
        lambda: measure.rate(
            lambda batch: [program.evaluate(each) for each in batch], islice(cycle(facts), size), DEEDS
        )
    )
    yield Figure("gridpoints, an amount", rate, "calls/s", note=AMOUNT)
    [rate] = measure.medians(
        lambda: measure.rate(
            lambda batch: [evaluator.compile(each, SCHEMA, Type.TRUTH) for each in batch],
            [CONDITION] * 100,
            100,
        )
    )
    yield Figure(
        "gridpoints, compiling", rate, "conditions/s", note="with a program for each of the four terms"
    )


def plain(facts: Mapping[str, Any]) -> bool:
    """The condition in Python, which checks nothing."""
    return (
        facts["kind"] == "volunteer"
        and facts["hours"] >= 1
        and facts["category"] in ("elder_care", "child_care")
        and facts["member.stars"] >= 3
    )


def deeds(
    hours: Callable[[int], Any] = int, member: Callable[..., Any] | None = None
) -> list[dict[str, Any]]:
    """The same thousand; `member` makes the mapping that other engines expect."""
    chance = random.Random(7)
    made: list[dict[str, Any]] = []
    for _ in range(DEEDS):
        facts: dict[str, Any] = {
            "kind": "volunteer" if chance.random() < 0.9 else "other",
            "hours": hours(min(chance.randrange(20), 8)),
            "category": chance.choice(["elder_care", "child_care", "cleaning"]),
        }
        stars = chance.randrange(6)
        made.append(facts | ({"member": member(stars=stars)} if member else {"member.stars": stars}))
    return made


def zen_engine() -> Evaluate:
    """Its compiled expression, in Rust."""
    import zen

    return zen.compile_expression(CONDITION.replace("(", "[").replace(")", "]")).evaluate  # type: ignore[no-any-return]


def cel() -> Evaluate:
    """CEL in Rust: the program of `common-expression-language`."""
    import cel

    condition = CONDITION.replace("(", "[").replace(")", "]").replace(" and ", " && ")
    return cel.compile(condition).execute  # type: ignore[no-any-return]


def rule_engine() -> Evaluate:
    """In Python, with its own parser."""
    import rule_engine

    return rule_engine.Rule(CONDITION.replace("(", "[").replace(")", "]")).matches  # type: ignore[no-any-return]


PEERS: Mapping[str, Callable[[], Evaluate]] = {
    "zen-engine, compiled": zen_engine,
    "CEL in Rust": cel,
    "rule-engine": rule_engine,
}
