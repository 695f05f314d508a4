"""Whether an expression makes sense: every name that is unknown, and every type that does not fit."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from difflib import get_close_matches
from itertools import islice
from typing import TypeVar

from attrs import define, field

from gridpoints.rules.expression.functions import FUNCTIONS
from gridpoints.rules.expression.model import Schema, Type
from gridpoints.rules.expression.problems import (
    MOST_PROBLEMS,
    ArgumentsUnfit,
    BracketsMissing,
    DayCalculation,
    DayFunctionFound,
    DayInQuotes,
    DivisorZero,
    ExpressionProblem,
    FunctionMisspelt,
    FunctionUnknown,
    NameDisguised,
    NameMisspelt,
    NameUnknown,
    NotInOrder,
    NumberInQuotes,
    ResultUnfit,
    StepUnfit,
    TruthNeeded,
    TypesMixed,
    TypeUnfit,
)
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
    Sign,
)

#: How many names a message lists, and how many one is compared with.
_MOST_NAMED = 8
_MOST_COMPARED = 500

_EQUALITIES = frozenset({"==", "!="})
_ORDERED = frozenset({Type.NUMBER, Type.DAY})

T = TypeVar("T")


def problems(tree: Node, schema: Schema, expects: Type) -> tuple[ExpressionProblem, ...]:
    """All that is wrong with an expression that must give what `expects` says, from left to right."""
    checker = _Checker(schema)
    given = checker.type_of(tree)
    if given and given is not expects and not checker.found:
        checker.found.append(ResultUnfit(column=tree.start + 1, given_type=given, wanted_type=expects))
    return tuple(sorted(checker.found, key=lambda problem: problem.column)[:MOST_PROBLEMS])


def type_of(tree: Node, schema: Schema) -> Type | None:
    """What a part gives of an expression in which nothing is wrong."""
    return _Checker(schema).type_of(tree)


@define
class _Checker:
    """A type of None is one that is not known, of which enough was said already."""

    schema: Mapping[str, Type]
    found: list[ExpressionProblem] = field(factory=list)

    def type_of(self, node: Node) -> Type | None:
        match node:
            case Constant():
                return node.type
            case Fact():
                return self._fact(node)
            case Call():
                return self._call(node)
            case Comparison():
                return self._comparison(node)
            case Membership():
                return self._membership(node)
            case Choice():
                return self._choice(node)
            case Calculation():
                return self._calculation(node)
            case Negation() | Logic():
                return self._same(node)

    def _same(self, node: Negation | Logic) -> Type:
        """What gives a number of numbers, or an answer of answers."""
        if node.sign.text in {"+", "-"}:
            self._needs(Type.NUMBER, node.parts)
            return Type.NUMBER
        self._needs_truth(node.parts)
        return Type.TRUTH

    # --- names --------------------------------------------------------------------------------

    def _fact(self, node: Fact) -> Type | None:
        if known := self.schema.get(node.name):
            return known
        column, name = node.start + 1, node.name[:60]
        if len(self.found) >= MOST_PROBLEMS:  # to look for what was meant takes time
            return None
        if name in FUNCTIONS:
            self.found.append(BracketsMissing(column=column, name=name, example=FUNCTIONS[name]))
        elif (close := _closest(name, self.schema)) is None:
            self.found.append(NameUnknown(column=column, name=name, known=_few(self.schema)))
        elif letter := _foreign_letter(name, close):
            code = f"{letter} (U+{ord(letter):04X})"
            self.found.append(NameDisguised(column=column, name=name, suggestion=close, character=code))
        else:
            self.found.append(NameMisspelt(column=column, name=name, suggestion=close))
        return None

    def _call(self, node: Call) -> Type | None:
        column, name = node.start + 1, node.name[:60]
        if (example := FUNCTIONS.get(node.name)) is None:
            for part in node.parts:
                self.type_of(part)
            if name == "day":
                self.found.append(DayFunctionFound(column=column))
            elif close := _closest(name, FUNCTIONS):
                self.found.append(FunctionMisspelt(column=column, name=name, suggestion=close))
            else:
                self.found.append(FunctionUnknown(column=column, name=name, known=tuple(FUNCTIONS)))
            return None
        if name in {"min", "max"}:
            return self._extreme(node, example)
        if name.startswith("round_"):
            return self._rounding(node, example)
        self._counted(node, len(node.parts) == 2, example)
        self._needs(Type.DAY, node.parts)
        return Type.NUMBER

    def _counted(self, node: Call, fits: bool, example: str) -> None:
        if not fits:
            self.found.append(ArgumentsUnfit(column=node.start + 1, name=node.name, example=example))

    def _extreme(self, node: Call, example: str) -> Type | None:
        self._counted(node, len(node.parts) >= 2, example)
        first = next((given for part in node.parts[:1] if (given := self.type_of(part))), None)
        if first is Type.DAY:
            self._needs(Type.DAY, node.parts[1:])
            return Type.DAY
        if first is not None:
            self._fits(Type.NUMBER, node.parts[0], first)
        self._needs(Type.NUMBER, node.parts[1:])
        return Type.NUMBER

    def _rounding(self, node: Call, example: str) -> Type:
        self._counted(node, 1 <= len(node.parts) <= 2, example)
        self._needs(Type.NUMBER, node.parts[:1])
        for step in node.parts[1:]:
            fixed = isinstance(step, Constant) and step.type is Type.NUMBER and step.value > 0  # type: ignore[operator]
            if not fixed:
                self.found.append(StepUnfit(column=step.start + 1, example=example))
        return Type.NUMBER

    # --- values -------------------------------------------------------------------------------

    def _needs(self, wanted: Type, parts: Iterable[Node]) -> None:
        for part in parts:
            if given := self.type_of(part):
                self._fits(wanted, part, given)

    def _fits(self, wanted: Type, part: Node, given: Type) -> None:
        if given is not wanted and not self._in_quotes(part, wanted):
            self.found.append(TypeUnfit(column=part.start + 1, given_type=given, wanted_type=wanted))

    def _needs_truth(self, parts: Iterable[Node]) -> None:
        for part in parts:
            if (given := self.type_of(part)) and given is not Type.TRUTH:
                self.found.append(TruthNeeded(column=part.start + 1, given_type=given))

    def _in_quotes(self, part: Node, wanted: Type | None) -> bool:
        """Whether a text is a number or a day that was put in quotation marks, and that was told."""
        if not isinstance(part, Constant) or not isinstance(text := part.value, str):
            return False
        column = part.start + 1
        if wanted is Type.NUMBER and re.fullmatch(r"[0-9]+(\.[0-9]+)?", text[:40]):
            self.found.append(NumberInQuotes(column=column, number=text))
            return True
        if wanted is Type.DAY and re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
            self.found.append(DayInQuotes(column=column, day=text))
            return True
        return False

    def _calculation(self, node: Calculation) -> Type | None:
        types = [self.type_of(part) for part in node.parts]
        if Type.DAY in types:
            self.found.append(DayCalculation(column=node.sign.start + 1, sign=node.sign.text))
            return None
        for part, given in zip(node.parts, types, strict=True):
            if given is not None:
                self._fits(Type.NUMBER, part, given)
        divisor = node.parts[1]
        if node.sign.text == "/" and isinstance(divisor, Constant) and divisor.value == 0:
            self.found.append(DivisorZero(column=divisor.start + 1))
        return Type.NUMBER

    # --- questions ----------------------------------------------------------------------------

    def _comparison(self, node: Comparison) -> Type:
        types = [self.type_of(part) for part in node.parts]
        for n, sign in enumerate(node.signs):
            left, right = types[n], types[n + 1]
            if left is None or right is None:
                continue
            if left is not right:
                self._mixed(sign, node.parts[n], left, node.parts[n + 1], right)
            elif sign.text not in _EQUALITIES and left not in _ORDERED:
                self.found.append(NotInOrder(column=sign.start + 1, sign=sign.text, given_type=left))
        return Type.TRUTH

    def _mixed(self, sign: Sign, first: Node, left: Type, second: Node, right: Type) -> None:
        if self._in_quotes(second, left) or self._in_quotes(first, right):
            return
        problem = TypesMixed(column=sign.start + 1, sign=sign.text, left_type=left, right_type=right)
        self.found.append(problem)

    def _membership(self, node: Membership) -> Type:
        given = self.type_of(node.parts[0])
        wanted = given or node.values[0].type
        for value in node.values:
            self._fits(wanted, value, value.type)
        return Type.TRUTH

    def _choice(self, node: Choice) -> Type | None:
        first, condition, second = node.parts
        left = self.type_of(first)
        self._needs_truth((condition,))
        right = self.type_of(second)
        if left is None or right is None:
            return left or right
        if left is not right:
            self._mixed(Sign(node.sign.start, "if"), first, left, second, right)
        return left


# --- what was meant -------------------------------------------------------------------------------


def _closest(word: str, known: Collection[str]) -> str | None:
    """The one of `known` that somebody who wrote `word` most likely meant; None where none is near."""
    plain = {name.casefold(): name for name in islice(known, _MOST_COMPARED)}
    word = word.casefold()
    ends = [name for name in plain if name.endswith(f".{word}")]
    close = ends if len(ends) == 1 else get_close_matches(word, plain, 1)
    return plain[close[0]] if close else None


def _few(known: Collection[str]) -> tuple[str, ...]:
    few = tuple(islice(known, _MOST_NAMED))
    return (*few, "…") if len(known) > len(few) else few


def _foreign_letter(name: str, meant: str) -> str | None:
    """The letter that makes a name look like the one that was meant, and be another."""
    if len(name) != len(meant) or not meant.isascii():
        return None
    return next((letter for letter in name if not letter.isascii()), None)
