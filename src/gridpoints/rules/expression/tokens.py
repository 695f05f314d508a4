"""From the characters of an expression to its words and signs.

Full-width signs, and those of a word processor, mean what the plain ones mean. Texts are kept as they
stand; names are normalised (NFKC). Places are those of the source.
"""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from enum import Enum, auto
from unicodedata import category, normalize

from attrs import define, field, frozen

from gridpoints.rules.expression.model import Value
from gridpoints.rules.expression.problems import (
    MOST_PROBLEMS,
    CommaFound,
    DayMalformed,
    ExpressionEmpty,
    ExpressionInvalid,
    ExpressionProblem,
    ExpressionTooLong,
    NumberMalformed,
    NumberTooLong,
    SignReplaced,
    SignUnknown,
    SignUnseen,
    TextOpen,
)

#: Twenty times what anybody reads aloud.
LONGEST = 2_000
#: As many as a number in a rule set's file may have.
MOST_DIGITS = 40

WORDS = frozenset({"and", "or", "not", "in", "if", "else", "true", "false", "True", "False"})
SIGNS = frozenset({"+", "-", "*", "/", "<", "<=", ">", ">=", "==", "!=", "(", ")", "[", "]", ","})

#: What each opening mark of a text is closed by.
QUOTES = {"'": "'", '"': '"', "“": "”", "‘": "’", "「": "」", "＂": "＂", "＇": "＇"}

_ALIKE = str.maketrans(
    {
        **{chr(ord(sign) - 0x20 + 0xFF00): sign for sign in "+-*/<>=!()[],.&|%^{};0123456789"},
        **dict(zip("×÷−–、【】；", "*/--,[];", strict=True)),
    }
)
_LONGER = {"≤": "<=", "≦": "<=", "≥": ">=", "≧": ">=", "≠": "!="}
#: What is written for something in other languages, and here not.
_INSTEAD = {
    **dict.fromkeys(("=", "==="), "=="),
    **dict.fromkeys(("&", "&&"), "and"),
    **dict.fromkeys(("|", "||"), "or"),
    **dict.fromkeys(("^", "**"), "a * a"),
    **dict(zip("!%{};。", ("not", "/ 100", "(", ")", ",", "."), strict=True)),
    "=<": "<=",
    "=>": ">=",
    "<>": "!=",
    "//": "round_down(a / b)",
}

_SIGN = re.compile(r"===|[<>=!]=|=[<>]|<>|&&|\|\||\*\*|//|[^\w\s]")
_NUMBER_LIKE = re.compile(r"\.?[0-9][\w.]*")
_NUMBER = re.compile(r"(?:0|[1-9][0-9]*)?(?:\.[0-9]+)?")
_THOUSANDS = re.compile(r"[0-9],\Z")
_DAY_LIKE = re.compile(r"([0-9]{4})[-/.年]([0-9]{1,2})[-/.月]([0-9]{1,2})日?(?![\w.])")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")

#: Letters and marks without a shape, and the blank of Braille.
_SHAPELESS = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]"
)


class Kind(Enum):
    """What a token is."""

    NUMBER = auto()
    TEXT = auto()
    DAY = auto()
    NAME = auto()
    WORD = auto()
    SIGN = auto()
    END = auto()


@frozen
class Token:
    """A word or a sign, from `start` to `end` of the source; `text` as it is to be understood."""

    kind: Kind
    start: int
    end: int
    text: str
    value: Value = ""

    def found(self, *texts: str) -> bool:
        """Whether it is one of these words and signs of the language."""
        return self.text in texts and self.kind in {Kind.WORD, Kind.SIGN}


def tokens(source: str) -> list[Token]:
    """All of them, and one for the end; raises `ExpressionInvalid` with all that is wrong."""
    if len(source) > LONGEST:
        raise ExpressionInvalid(
            source=shown(source), problems=(ExpressionTooLong(column=1, longest=LONGEST),)
        )
    problems: list[ExpressionProblem] = [
        SignUnseen(column=column, character=f"U+{ord(character):04X}")
        for column, character in enumerate(source, 1)
        if is_unseen(character)
    ]
    if not problems:
        reader = _Reader(source)
        reader.read()
        problems = reader.problems
        if not problems:
            return reader.found
    raise ExpressionInvalid(source=shown(source), problems=tuple(problems[:MOST_PROBLEMS]))


def is_unseen(character: str) -> bool:
    """Whether a character has no shape, or changes how others are shown; blanks and line ends do not."""
    if character in " \t\r\n\u3000":
        return False
    return category(character) in {"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp"} or bool(
        _SHAPELESS.match(character)
    )


def shown(source: str) -> str:
    """The source for a message: on one line, not endless, without what cannot be shown."""
    text = "".join("\N{REPLACEMENT CHARACTER}" if is_unseen(c) else c for c in source[:121])
    text = " ".join(text.split())
    return f"{text[:120]}…" if len(text) > 120 else text


@define
class _Reader:
    source: str
    plain: str = field(init=False)
    place: int = 0
    found: list[Token] = field(factory=list)
    problems: list[ExpressionProblem] = field(factory=list)

    def __attrs_post_init__(self) -> None:
        self.plain = self.source.translate(_ALIKE)  # one character for one, so that places stay

    def read(self) -> None:
        while self.place < len(self.source):
            character = self.plain[self.place]
            if character.isspace():
                self.place += 1
            elif character in QUOTES:
                self._text(character)
            else:
                self._day() or self._number() or self._name() or self._sign()
        if not self.found and not self.problems:
            self.problems.append(ExpressionEmpty(column=1))
        self._add(Kind.END, self.place, "")

    def _add(self, kind: Kind, end: int, text: str, value: Value = "") -> None:
        self.found.append(Token(kind, self.place, end, text, value))
        self.place = end

    def _refuse(self, problem: ExpressionProblem, end: int) -> bool:
        self.problems.append(problem)
        self.place = end
        return True

    def _text(self, mark: str) -> None:
        closing = self.source.find(QUOTES[mark], self.place + 1)
        if closing < 0:
            self._refuse(TextOpen(column=self.place + 1, mark=QUOTES[mark]), len(self.source))
            return
        text = self.source[self.place + 1 : closing]
        self._add(Kind.TEXT, closing + 1, text, text)

    def _day(self) -> bool:
        if not (match := _DAY_LIKE.match(self.plain, self.place)):
            return False
        year, month, day = map(int, match.groups())
        try:
            value = date(year, month, day)
        except ValueError:
            example = "2026-01-31"
        else:
            if _DAY.fullmatch(match[0]):
                self._add(Kind.DAY, match.end(), match[0], value)
                return True
            example = value.isoformat()
        return self._refuse(DayMalformed(column=self.place + 1, found=match[0], example=example), match.end())

    def _number(self) -> bool:
        if not (match := _NUMBER_LIKE.match(self.plain, self.place)):
            return False
        text = match[0]
        if text.startswith("0") and _THOUSANDS.search(self.plain[: self.place]):
            return self._refuse(CommaFound(column=self.place), match.end())
        if not _NUMBER.fullmatch(text):
            return self._refuse(NumberMalformed(column=self.place + 1, found=text[:40]), match.end())
        if len(text) > MOST_DIGITS:
            return self._refuse(NumberTooLong(column=self.place + 1, most=MOST_DIGITS), match.end())
        self._add(Kind.NUMBER, match.end(), text, number(text))
        return True

    def _name(self) -> bool:
        if not self.source[self.place].isidentifier():
            return False
        end = self.place + 1
        while end < len(self.source) and (
            f"a{self.source[end]}".isidentifier()
            or (self.plain[end] == "." and self.source[end + 1 : end + 2].isidentifier())
        ):
            end += 1
        name = normalize("NFKC", self.source[self.place : end])
        self._add(Kind.WORD if name in WORDS else Kind.NAME, end, name)
        return True

    def _sign(self) -> bool:
        match = _SIGN.match(self.plain, self.place)
        sign = match[0] if match else self.plain[self.place]
        end, column = self.place + len(sign), self.place + 1
        sign = _LONGER.get(sign, sign)
        if sign in SIGNS:
            self._add(Kind.SIGN, end, sign)
            return True
        written = self.source[self.place : end]
        if instead := _INSTEAD.get(sign):
            return self._refuse(SignReplaced(column=column, sign=written, suggestion=instead), end)
        return self._refuse(SignUnknown(column=column, sign=written), end)


def number(text: str) -> int | Decimal:
    """The number that digits stand for, a whole one as int: never through a float."""
    value = Decimal(text)
    whole = int(value)
    return whole if whole == value else value
