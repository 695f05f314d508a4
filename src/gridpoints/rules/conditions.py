"""When a deed counts at all: conditions on its facts, each of which can say why it does not hold.

A new kind of condition is one class with the members of `Condition`; one from another package
comes by entry point.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any, Protocol

from attrs import frozen

from gridpoints.rules.case import Case, Fact
from gridpoints.rules.expression.model import Program


class Condition(Protocol):
    """Something that must be so."""

    def holds(self, case: Case) -> bool:
        """Whether it is so; raises `FactNeeded` where a fact was not told."""

    def why_not(self, case: Case) -> tuple[str, dict[str, Any]]:
        """The code of a step, and in it what there was, and what would have been needed."""


@frozen
class OneOf:
    """A fact is one of some values."""

    fact: str
    values: tuple[Fact, ...]

    def holds(self, case: Case) -> bool:
        """Whether the fact is one of them."""
        return case.fact(self.fact) in self.values

    def why_not(self, case: Case) -> tuple[str, dict[str, Any]]:
        """What the fact is, and what it would have to be."""
        found = case.fact(self.fact)
        return "one_of", {"fact": self.fact, "found": found, "needed": self.values}


@frozen
class Between:
    """A number, or a day, is not below `least` and not above `most`; None: no bound."""

    fact: str
    least: Any = None
    most: Any = None

    def holds(self, case: Case) -> bool:
        """Whether the fact is between the bounds, which belong to it."""
        value: Any = case.fact(self.fact)
        return (self.least is None or value >= self.least) and (self.most is None or value <= self.most)

    def why_not(self, case: Case) -> tuple[str, dict[str, Any]]:
        """What the fact is, and the bound that it misses."""
        found: Any = case.fact(self.fact)
        if self.least is not None and found < self.least:
            return "at_least", {"fact": self.fact, "found": found, "needed": self.least}
        return "at_most", {"fact": self.fact, "found": found, "needed": self.most}


@frozen
class Holds:
    """An expression is true. Of its parts between ``and`` the first that is not says why not."""

    program: Program

    def holds(self, case: Case) -> bool:
        """Whether the expression is true."""
        return self.program.evaluate(case.facts) is True

    def why_not(self, case: Case) -> tuple[str, dict[str, Any]]:
        """The first part that is not true, and what the facts in it are."""
        facts = case.facts
        failed = next((term for term in self.program.terms if term.evaluate(facts) is not True), self.program)
        found = tuple(f"{name} = {_plain(facts[name])}" for name in sorted(failed.names) if name in facts)
        return "expression", {"needed": failed.source, "found": found}


def _plain(value: Fact) -> str:
    return f"{value.normalize():f}" if isinstance(value, Decimal) else str(value)


def failing(conditions: Sequence[Condition], case: Case) -> Condition | None:
    """The first condition that does not hold; None where all do."""
    for condition in conditions:
        if not condition.holds(case):
            return condition
    return None
