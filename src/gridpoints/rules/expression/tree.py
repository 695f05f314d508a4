"""The parts of an expression, as they stand in one another. All of them are immutable.

`start` and `end` are offsets into the source, brackets around the part included.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

from attrs import field, frozen

from gridpoints.rules.expression.model import Type, Value


@frozen
class Constant:
    """A number, a text, a day, true or false, as written."""

    start: int
    end: int
    value: Value
    type: Type
    depth: int = 1


@frozen
class Fact:
    """A name; `name` is normalised, dots included."""

    start: int
    end: int
    name: str
    depth: int = 1


@frozen
class Sign:
    """A sign or a word between two parts, and where it stands."""

    start: int
    text: str


@frozen
class _Compound:
    start: int
    end: int
    parts: tuple[Node, ...]
    depth: int = field(init=False, eq=False, repr=False)

    @depth.default
    def _depth(self) -> int:
        return 1 + max((part.depth for part in self.parts), default=0)


@frozen
class Negation(_Compound):
    """``not a`` or ``-a``."""

    sign: Sign


@frozen
class Calculation(_Compound):
    """``a + b``, with one of + - * /."""

    sign: Sign


@frozen
class Comparison(_Compound):
    """``a < b <= c``: one sign fewer than parts."""

    signs: tuple[Sign, ...]


@frozen
class Membership(_Compound):
    """``a in (1, 2)``, or ``not in``: its one part, and the values."""

    sign: Sign
    values: tuple[Constant, ...]


@frozen
class Logic(_Compound):
    """``a and b and c``, or the same with ``or``."""

    sign: Sign


@frozen
class Choice(_Compound):
    """``a if c else b``: its parts are a, c, b."""

    sign: Sign


@frozen
class Call(_Compound):
    """``min(a, b)``."""

    name: str


Node: TypeAlias = Constant | Fact | Negation | Calculation | Comparison | Membership | Logic | Choice | Call


def operands_of_and(node: Node) -> Iterator[Node]:
    """What ``and`` joins on the outermost level: the node itself where it joins nothing."""
    if isinstance(node, Logic) and node.sign.text == "and":
        for part in node.parts:
            yield from operands_of_and(part)
    else:
        yield node


def names_fact(node: Node) -> bool:
    """Whether its value may depend on a deed."""
    return isinstance(node, Fact) or any(map(names_fact, getattr(node, "parts", ())))
