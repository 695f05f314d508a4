"""What an expression is to the rest of a rule set: compiled once, evaluated for every deed.

The language is described in ``docs/reference/expressions.md``; `gridpoints.rules.expression.evaluator` is the
engine that comes with the library, and an `Evaluator` is what another one has to be.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import TYPE_CHECKING, Protocol, TypeAlias

from attrs import field, frozen

if TYPE_CHECKING:
    from gridpoints.rules.expression.problems import ExpressionProblem


class Type(StrEnum):
    """What a fact, or the value of an expression, can be."""

    NUMBER = "number"
    TEXT = "text"
    TRUTH = "truth"
    DAY = "day"


#: A number is exact, and never a float; True and False are no numbers.
Value: TypeAlias = int | Decimal | Fraction | str | bool | date

#: The facts that an expression may name, each with its type. A name may have dots: "member.stars".
Schema: TypeAlias = Mapping[str, Type]

#: The facts of one deed, by the names of the schema.
Facts: TypeAlias = Mapping[str, Value]


@frozen(eq=False)
class Program:
    """A compiled expression.

    `names` are the facts that it can ask for; `evaluate` asks for those that it needs, from left to
    right. A number comes out as int where it is whole, as Decimal where its digits end, as Fraction
    otherwise. Raises an `ExpressionFailed`, and nothing else. `impossible` are the parts of a condition that
    can never be true, as far as the engine can tell.
    """

    source: str
    names: frozenset[str]
    evaluate: Callable[[Facts], Value]
    _terms: tuple[Program, ...] = field(default=(), repr=False)
    impossible: tuple[ExpressionProblem, ...] = field(default=(), repr=False)

    @property
    def terms(self) -> tuple[Program, ...]:
        """What "and" joins on the outermost level, in order; the program itself where it joins nothing.

        The program is false because of the first of them that is false.
        """
        return self._terms or (self,)


class Evaluator(Protocol):
    """An engine for expressions: pass your own to `gridpoints.open`, or where a rule set is loaded.

    What it compiled is kept for as long as it lives, under its hash: engines that are equal compile alike.
    """

    def __hash__(self) -> int:
        """An engine that cannot be hashed raises TypeError where it is first used."""

    def compile(self, source: str, schema: Schema, expects: Type) -> Program:
        """The program for `source`, whose value is of the type `expects`; raises `ExpressionInvalid`."""
