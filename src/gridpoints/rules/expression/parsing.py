"""From words and signs to the tree of an expression: a parser by precedence, that of Python's operators.

It is our own, and not `ast.parse`: Python's parser never sees what somebody wrote, every message says what
to write instead, and no version of Python reads an expression differently.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from attrs import define, evolve

from gridpoints.rules.expression.functions import FUNCTIONS
from gridpoints.rules.expression.model import Type
from gridpoints.rules.expression.problems import (
    BracketsNeeded,
    CallUnfit,
    CommaFound,
    ElseNeeded,
    ExpressionProblem,
    ExpressionTooDeep,
    ListOfValuesNeeded,
    ListValueUnfit,
    OperatorNeeded,
    ParenthesisExtra,
    ParenthesisOpen,
    ValueBeforeIf,
    ValueNeeded,
    ValueNeededAtEnd,
    WordNeeded,
)
from gridpoints.rules.expression.tokens import WORDS, Kind, Token, shown
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

#: Of brackets, and of values that are calculated with one after the other. Joining by and, or is flat.
DEEPEST = 60

_IF, _OR, _AND, _NOT, _COMPARE, _SUM, _PRODUCT, _MINUS = range(1, 9)
_COMPARISONS = frozenset({"<", "<=", ">", ">=", "==", "!="})
_POWERS = {
    "if": _IF,
    "or": _OR,
    "and": _AND,
    **dict.fromkeys({*_COMPARISONS, "in", "not in"}, _COMPARE),
    **dict.fromkeys("+-", _SUM),
    **dict.fromkeys("*/", _PRODUCT),
}
_CLOSING = {"(": ")", "[": "]"}
_TYPES = {Kind.NUMBER: Type.NUMBER, Kind.TEXT: Type.TEXT, Kind.DAY: Type.DAY}
#: Words that stand for an operator elsewhere.
_INSTEAD = {
    **dict.fromkeys(("is", "equals", "等于", "等於"), "=="),
    **dict.fromkeys(("且", "并且", "並且"), "and"),
    **dict.fromkeys(("或", "或者"), "or"),
    **dict.fromkeys(("otherwise", "否则", "否則"), "else"),
}


def parse(tokens: Sequence[Token]) -> Node:
    """The tree of an expression; raises an `ExpressionProblem`, the first that there is."""
    parser = _Parser(tokens)
    tree = parser.expression()
    if parser.next.kind is not Kind.END:
        raise parser.misplaced()
    return tree


@define
class _Parser:
    tokens: Sequence[Token]
    place: int = 0
    level: int = 0

    @property
    def next(self) -> Token:
        return self.tokens[self.place]

    def take(self) -> Token:
        token = self.next
        self.place += 1
        return token

    def expression(self, power: int = 0) -> Node:
        """What hangs together more closely than `power`."""
        if self.level == DEEPEST:
            raise self._too_deep()
        self.level += 1
        tree = self._first(power)
        while _POWERS.get(sign := self._sign(), 0) > power:
            tree = self._joined(tree, sign)
            if tree.depth > DEEPEST:
                raise self._too_deep()
        self.level -= 1
        return tree

    def _too_deep(self) -> ExpressionProblem:
        return ExpressionTooDeep(column=self.next.start + 1, most=DEEPEST)

    # --- what a value begins with -----------------------------------------------------------------

    def _first(self, power: int) -> Node:
        token = self.take()
        if token.kind in _TYPES:
            return Constant(token.start, token.end, token.value, _TYPES[token.kind])
        if token.kind is Kind.NAME:
            return self._call(token) if self.next.found("(") else Fact(token.start, token.end, token.text)
        if token.found("true", "True", "false", "False"):
            return Constant(token.start, token.end, token.text in {"true", "True"}, Type.TRUTH)
        if token.found("("):
            return self._bracketed(token)
        if token.found("-", "+"):
            return self._signed(token)
        if token.found("not") and not self.next.found("in"):
            if power > _NOT:
                raise BracketsNeeded(column=token.start + 1, found="not")
            operand = self.expression(_NOT)
            return Negation(token.start, operand.end, (operand,), Sign(token.start, "not"))
        raise self._no_value(token)

    def _no_value(self, token: Token) -> ExpressionProblem:
        if token.kind is Kind.END:
            return ValueNeededAtEnd(column=token.start + 1)
        if token.found("if"):
            return ValueBeforeIf(column=token.start + 1)
        return ValueNeeded(column=token.start + 1, found=token.text)

    def _bracketed(self, opening: Token) -> Node:
        tree = self.expression()
        return evolve(tree, start=opening.start, end=self._closed(opening))

    def _closed(self, opening: Token) -> int:
        """Take the bracket that closes; answers where it ends."""
        closing = _CLOSING[opening.text]
        if self.next.found(closing):
            return self.take().end
        if self.next.kind is Kind.END or self.next.found(")", "]"):
            raise ParenthesisOpen(column=opening.start + 1, bracket=opening.text, closing=closing)
        raise self.misplaced()

    def _signed(self, token: Token) -> Node:
        operand = self.expression(_MINUS)
        match operand:
            case Constant(value=int() | Decimal() as value, type=Type.NUMBER):
                return evolve(operand, start=token.start, value=-value if token.text == "-" else value)
        return Negation(token.start, operand.end, (operand,), Sign(token.start, token.text))

    def _call(self, name: Token) -> Node:
        opening = self.take()
        parts: list[Node] = []
        while not (self.next.found(")") and not parts):
            parts.append(self.expression())
            if not self.next.found(","):
                break
            self.take()
        return Call(name.start, self._closed(opening), tuple(parts), name.text)

    # --- what joins it to the next ----------------------------------------------------------------

    def _sign(self) -> str:
        """The sign that comes next; "" where it is none."""
        token = self.next
        if token.found("not") and self.tokens[self.place + 1].found("in"):
            return "not in"
        return token.text if token.kind in {Kind.WORD, Kind.SIGN} else ""

    def _joined(self, first: Node, sign: str) -> Node:
        if sign in _COMPARISONS:
            return self._comparison(first)
        if sign in {"in", "not in"}:
            return self._membership(first, sign)
        if sign in {"and", "or"}:
            return self._logic(first, sign)
        token = self.take()
        if sign == "if":
            return self._choice(first, token)
        second = self.expression(_POWERS[sign])
        return Calculation(first.start, second.end, (first, second), Sign(token.start, sign))

    def _comparison(self, first: Node) -> Node:
        parts, signs = [first], []
        while self._sign() in _COMPARISONS:
            signs.append(Sign(self.next.start, self.take().text))
            parts.append(self.expression(_COMPARE))
        self._no_more_comparisons()
        return Comparison(first.start, parts[-1].end, tuple(parts), tuple(signs))

    def _no_more_comparisons(self) -> None:
        """In Python ``a == b in c`` means ``a == b and b in c``, which nobody would read in it."""
        if _POWERS.get(sign := self._sign()) == _COMPARE:
            raise BracketsNeeded(column=self.next.start + 1, found=sign)

    def _membership(self, first: Node, sign: str) -> Node:
        start = self.take().start
        if sign == "not in":
            self.take()
        opening = self.take()
        if not opening.found("(", "["):
            raise ListOfValuesNeeded(column=opening.start + 1)
        values: list[Constant] = []
        while not self.next.found(_CLOSING[opening.text]):
            values.append(self._list_value())
            if not self.next.found(","):
                break
            self.take()
        if not values:
            raise ListOfValuesNeeded(column=opening.start + 1)
        end = self._closed(opening)
        self._no_more_comparisons()
        return Membership(first.start, end, (first,), Sign(start, sign), tuple(values))

    def _list_value(self) -> Constant:
        start = self.next.start
        value = self.expression()
        if isinstance(value, Constant) and value.type is not Type.TRUTH:
            return value
        raise ListValueUnfit(column=start + 1)

    def _logic(self, first: Node, word: str) -> Node:
        start, parts = self.next.start, [first]
        while self.next.found(word):
            self.take()
            parts.append(self.expression(_POWERS[word]))
        return Logic(first.start, parts[-1].end, tuple(parts), Sign(start, word))

    def _choice(self, first: Node, word: Token) -> Node:
        condition = self.expression(_IF)
        if not self.next.found("else"):
            if self.next.kind is Kind.END or self.next.found(")", "]", ","):
                raise ElseNeeded(column=word.start + 1)
            raise self.misplaced()
        self.take()
        otherwise = self.expression()
        return Choice(first.start, otherwise.end, (first, condition, otherwise), Sign(word.start, "if"))

    # --- what cannot stand where it does ------------------------------------------------------------

    def misplaced(self) -> ExpressionProblem:
        """What is wrong with the next token, where only something that joins may stand."""
        token, column = self.next, self.next.start + 1
        if token.found(")", "]"):
            return ParenthesisExtra(column=column, bracket=token.text)
        if token.found(","):
            return CommaFound(column=column)
        if token.found("("):
            return CallUnfit(column=column, known=tuple(FUNCTIONS))
        word = token.text.casefold()
        if token.kind is Kind.NAME and (word in WORDS or word in _INSTEAD):
            return WordNeeded(column=column, found=token.text, suggestion=_INSTEAD.get(word, word))
        return OperatorNeeded(column=column, found=shown(token.text))
