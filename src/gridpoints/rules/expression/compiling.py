"""From a checked tree to a function of the facts.

The code is written here, out of a fixed few pieces. Of what somebody wrote only numbers, texts and days
enter it, as constants; names become keys that the facts are asked for, and never names of the code.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from decimal import ROUND_DOWN, ROUND_HALF_UP, ROUND_UP, Decimal
from fractions import Fraction
from typing import Any

from attrs import define, field, frozen

from gridpoints.rules.expression import functions
from gridpoints.rules.expression.functions import Number, Place
from gridpoints.rules.expression.model import Facts, Schema, Type, Value
from gridpoints.rules.expression.problems import FactMissing, FactUnfit
from gridpoints.rules.expression.tree import (
    Calculation,
    Call,
    Choice,
    Comparison,
    Constant,
    Fact,
    Logic,
    Membership,
    Negation,
    Node,
)

#: The type in Python that each fact mostly has, which is looked at first.
_USUAL: Mapping[Type, str] = {
    Type.NUMBER: "(given := type({asked})) is int or given is Decimal and {variable}.is_finite()",
    Type.TEXT: "type({asked}) is str",
    Type.TRUTH: "type({asked}) is bool",
    Type.DAY: "type({asked}) is date",
}
_CALCULATIONS = {"+": "added", "-": "subtracted", "*": "multiplied", "/": "divided"}
_ROUNDINGS = {"round_down": ROUND_DOWN, "round_up": ROUND_UP, "round_half": ROUND_HALF_UP}

#: All that the code can reach.
_REACHED: Mapping[str, Any] = {
    "__builtins__": {},
    **{each.__name__: each for each in (type, int, str, bool, date, Decimal, KeyError, min, max)},
    **{name: getattr(functions, name) for name in _CALCULATIONS.values()},
    **{name: getattr(functions, name) for name in ("age", "days_between", "negated", "rounded", "tidied")},
}

_FRAME = """
def evaluate(facts):
    try:
        return {value}
    except KeyError as error:
        raise missing(error) from None
"""


def compiled(
    tree: Node, gives: Type, schema: Schema, keys: Mapping[str, str], source: str
) -> tuple[Callable[[Facts], Value], frozenset[str]]:
    """The function, and the names of the facts that it can ask for.

    `gives` is the type of the whole tree, and `source` its text; `keys` has what each name of the schema is
    called among the facts.
    """
    writer = _Writer(schema, keys, source, tree.start)
    value = writer.value(tree)
    if gives is Type.NUMBER:
        value = writer.calculated("tidied", [value], tree.start)
    code = compile(_FRAME.format(value=value), "<expression>", "exec", dont_inherit=True)
    namespace = {**_REACHED, **writer.constants, **_Given(source, tuple(writer.asked)).calls()}
    exec(code, namespace)  # noqa: S102 - written above, of our own pieces
    return namespace["evaluate"], frozenset(writer.asked)


@define
class _Writer:
    schema: Schema
    keys: Mapping[str, str]
    source: str
    start: int
    constants: dict[str, Any] = field(factory=dict)
    #: The facts that are asked for, and the variables that hold them.
    asked: dict[str, str] = field(factory=dict)
    #: Those that are surely there at the place that is being written.
    held: set[str] = field(factory=set)

    def value(self, node: Node) -> str:
        match node:
            case Constant():
                return self._constant(node.value)
            case Fact():
                return self._fact(node.name)
            case Comparison():
                first, second, *others = node.parts
                values = [self.value(first), self.value(second), *self._perhaps(others)]
                signs = ("", *(sign.text for sign in node.signs))
                return f"({' '.join(f'{sign} {value}' for sign, value in zip(signs, values, strict=True))})"
            case Membership():
                listed = self._named(frozenset(each.value for each in node.values))
                return f"({self.value(node.parts[0])} {node.sign.text} {listed})"
            case Logic():
                first, *others = node.parts
                return f"({f' {node.sign.text} '.join([self.value(first), *self._perhaps(others)])})"
            case Choice():
                return self._choice(node)
            case Call() | Calculation():
                return self._call(node)
            case Negation():
                return self._negation(node)

    def _perhaps(self, nodes: Iterable[Node]) -> list[str]:
        """What is evaluated one after the other, or not at all: what it asks for may not be held then."""
        held = self.held
        self.held = set(held)
        values = [self.value(node) for node in nodes]
        self.held = held
        return values

    def _constant(self, value: Value) -> str:
        return repr(value) if type(value) in {int, str, bool} else self._named(value)

    def _named(self, value: object) -> str:
        name = f"constant{len(self.constants)}"
        self.constants[name] = value
        return name

    def _fact(self, name: str) -> str:
        variable = self.asked.setdefault(key := self.keys[name], f"fact{len(self.asked)}")
        if variable in self.held:
            return variable
        self.held.add(variable)
        asked = f"{variable} := facts[{key!r}]"
        kind = self.schema[name]
        usual = _USUAL[kind].format(asked=asked, variable=variable)
        return f"({variable} if {usual} else ({variable} := as_{kind.value}({variable}, {key!r})))"

    def _negation(self, node: Negation) -> str:
        value = self.value(node.parts[0])
        return {"not": f"(not {value})", "-": f"negated({value})", "+": value}[node.sign.text]

    def _choice(self, node: Choice) -> str:
        first, condition, second = node.parts
        test = self.value(condition)  # comes first, so that what it asks for is held by the others
        [then], [otherwise] = self._perhaps([first]), self._perhaps([second])
        return f"({then} if {test} else {otherwise})"

    def _call(self, node: Call | Calculation) -> str:
        parts = [self.value(part) for part in node.parts]
        if isinstance(node, Calculation):
            return self.calculated(_CALCULATIONS[node.sign.text], parts, node.sign.start)
        if how := _ROUNDINGS.get(node.name):
            value, step = parts if len(parts) == 2 else (*parts, "1")
            return self.calculated("rounded", [value, step, repr(how)], node.start)
        return f"{node.name}({', '.join(parts)})"

    def calculated(self, function: str, parts: Sequence[str], start: int) -> str:
        """A call that may fail because of its numbers, at this place of the source."""
        place = Place(self.source, start - self.start + 1)
        return f"{function}({', '.join(parts)}, {self._named(place)})"


@frozen
class _Given:
    """What the code calls for facts that are missing, or not of the type that is usual."""

    source: str
    asked: Sequence[str]

    def calls(self) -> dict[str, Callable[..., Any]]:
        """What it is called by."""
        calls = (self.missing, self.as_number, self.as_text, self.as_truth, self.as_day)
        return {call.__name__: call for call in calls}

    def missing(self, error: KeyError) -> FactMissing:
        """The error for the fact that the mapping did not have."""
        name = next((key for key in self.asked if error.args[:1] == (key,)), self.asked[0])
        return FactMissing(source=self.source, name=name)

    def _unfit(self, name: str, wanted: Type) -> FactUnfit:
        return FactUnfit(source=self.source, name=name, wanted_type=wanted)

    def as_number(self, value: object, name: str) -> Number:
        """A Fraction, or a plain number for one of a class of its own; raises `FactUnfit`."""
        if type(value) is Fraction:
            return value
        if isinstance(value, int) and not isinstance(value, bool):
            return int(value)
        if isinstance(value, Decimal) and value.is_finite():
            return Decimal(value)
        raise self._unfit(name, Type.NUMBER)

    def as_text(self, value: object, name: str) -> str:
        """The text that a member of a StrEnum is, and no more of it; raises `FactUnfit`."""
        if isinstance(value, str):
            return str.__str__(value)
        raise self._unfit(name, Type.TEXT)

    def as_truth(self, _: object, name: str) -> bool:
        """Nothing else is true or false: raises `FactUnfit`."""
        raise self._unfit(name, Type.TRUTH)

    def as_day(self, _: object, name: str) -> date:
        """Not even an instant is a day: raises `FactUnfit`."""
        raise self._unfit(name, Type.DAY)
