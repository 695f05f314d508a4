"""What an expression says that can never be so: ``false``, ``hours > 2 and hours < 1``."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, TypeAlias

from attrs import define

from gridpoints.rules.expression.model import Schema, Type, Value
from gridpoints.rules.expression.problems import ExpressionProblem, NeverTogether, NeverTrue
from gridpoints.rules.expression.tree import (
    Comparison,
    Fact,
    Logic,
    Membership,
    Negation,
    Node,
    names_fact,
    operands_of_and,
)

#: The value of a part that names no fact; None where it has none.
Worked: TypeAlias = Callable[[Node], Value | None]

_MIRRORED = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "==": "==", "!=": "!="}


def impossible(tree: Node, source: str, schema: Schema, worked: Worked) -> Iterator[ExpressionProblem]:
    """What in a condition that is sound can never be true, each part told once, from left to right.

    The parts of ``and`` and ``or`` are looked at, not what a negation or a choice turns round. Values of one
    fact are held against one another, not several facts.
    """
    if not names_fact(tree):
        if worked(tree) is False:
            yield NeverTrue(column=tree.start + 1, part=source[tree.start : tree.end])
        return
    if isinstance(tree, Logic) and tree.sign.text == "or":
        for part in tree.parts:
            yield from impossible(part, source, schema, worked)
        return
    possible: dict[str, _Possible] = {}
    for part in operands_of_and(tree):
        if part is not tree and (found := [*impossible(part, source, schema, worked)]):
            yield from found
            return  # the whole is never true, for this reason at the least
        for name, sign, values in _tests(part, schema, worked):
            known = possible.setdefault(name, _Possible())
            if not known.narrow(sign, values):
                text = source[part.start : part.end]
                yield NeverTogether(column=part.start + 1, part=text, fact=name)
                return


def _tests(node: Node, schema: Schema, worked: Worked) -> Iterator[tuple[str, str, tuple[Any, ...]]]:
    """What a part asks of single facts: the fact, the sign, and the values that it is compared with."""
    match node:
        case Comparison():
            for left, sign, right in zip(node.parts, node.signs, node.parts[1:], strict=False):
                for fact, other, text in ((left, right, sign.text), (right, left, _MIRRORED[sign.text])):
                    if not isinstance(fact, Fact) or names_fact(other):
                        continue
                    if (value := worked(other)) is not None:
                        yield fact.name, text, (value,)
        case Membership(parts=(Fact(name=name),)):
            yield name, node.sign.text, tuple(each.value for each in node.values)
        case Fact(name=name) if schema.get(name) is Type.TRUTH:
            yield name, "==", (True,)
        case Negation(parts=(Fact(name=name),)) if schema.get(name) is Type.TRUTH:
            yield name, "==", (False,)


@define
class _Possible:
    """What a fact can still be: one of `values` (None: any), but none of `never`, between two bounds.

    With each bound stands whether it belongs to what is possible.
    """

    values: frozenset[Any] | None = None
    never: frozenset[Any] = frozenset()
    least: tuple[Any, bool] | None = None
    most: tuple[Any, bool] | None = None

    def narrow(self, sign: str, values: tuple[Any, ...]) -> bool:
        """Take a further test into account; answers whether anything is left."""
        if sign in ("==", "in"):
            self.values = frozenset(values) if self.values is None else self.values & frozenset(values)
        elif sign in ("!=", "not in"):
            self.never |= frozenset(values)
        elif sign in (">", ">="):
            bound = (values[0], sign == ">=")
            if self.least is None or (bound[0], not bound[1]) > (self.least[0], not self.least[1]):
                self.least = bound
        elif sign in ("<", "<="):
            bound = (values[0], sign == "<=")
            if self.most is None or (bound[0], bound[1]) < self.most:
                self.most = bound
        if self.values is not None:
            return any(self._can_be(value) for value in self.values)
        if self.least is None or self.most is None:
            return True
        if self.least[0] == self.most[0]:
            return self.least[1] and self.most[1] and self.least[0] not in self.never
        return bool(self.least[0] < self.most[0])

    def _can_be(self, value: Any) -> bool:
        return (
            value not in self.never
            and (self.least is None or value > self.least[0] or (self.least[1] and value == self.least[0]))
            and (self.most is None or value < self.most[0] or (self.most[1] and value == self.most[0]))
        )
