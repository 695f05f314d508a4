"""From YAML text to plain data, with the line and the column of every key and every value.

A small part of YAML: mappings, lists and scalars; no anchors, aliases or tags, and keys are always
text. Scalars are what one sees: ``true`` and ``false``, numbers (as int, or as Decimal from the very
digits), days (2026-01-31), and text for all else, so that ``no`` and ``1:30`` stay what they are.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import yaml
from attrs import define, field, frozen

from gridpoints.errors import GridpointsError
from gridpoints.rules.file.problems import Path, Problem
from gridpoints.rules.file.problems_of_text import (
    CharacterNotAllowed,
    FileEmpty,
    FileTooLong,
    KeyDoubled,
    KeyNotText,
    NotUtf8,
    SecondDocument,
    SignNotAllowed,
    SpaceMissing,
    TooDeep,
    WideColon,
    WideSpace,
)
from gridpoints.rules.file.syntax import syntax_problems

#: A table of a thousand deeds in three languages has half of this.
LONGEST_FILE = 500_000
DEEPEST = 16

#: More than anybody mends at a time.
MOST_PROBLEMS = 100

#: libyaml where there is one: twenty times as fast.
_LOADER: type[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

_NOT_ALLOWED = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufffe\uffff]")
_WIDE_SPACE = re.compile("[\u00a0\u2000-\u200f\u3000\ufeff]")
_LINE_END = re.compile("\r\n?|\n")
_GLUED = re.compile(r"(?P<key>[\w.-]+)(?P<colon>[:：])(?P<rest>.*)", re.DOTALL)
_WHOLE = re.compile(r"[-+]?(0|[1-9][0-9]*)")
_DECIMAL = re.compile(r"[-+]?(0|[1-9][0-9]*)?\.[0-9]+")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


@frozen
class Place:
    """A line and a column, both from 1."""

    line: int
    column: int


@frozen
class Source:
    """A file as plain data; `data` is None where it could not be read at all.

    `keys` and `values` tell where each stands, by its path, and `blank` after which keys nothing
    stands. `problems` are those of the text; the data is as whole as it can be in spite of them.
    """

    data: Any
    keys: Mapping[Path, Place]
    values: Mapping[Path, Place]
    problems: tuple[Problem, ...] = ()
    blank: tuple[Path, ...] = ()
    lines: Sequence[str] = ()

    def at_key(self, path: Path, error: GridpointsError) -> Problem:
        """A problem with a key, or with something that is missing beneath it."""
        place = self.keys.get(path) or self.values.get(path) or Place(1, 1)
        return Problem(place.line, place.column, path, error)

    def at_value(self, path: Path, error: GridpointsError) -> Problem:
        """A problem with what stands after a key, or in a list."""
        place = self.values.get(path) or Place(1, 1)
        return Problem(place.line, place.column, path, error)

    def inside(self, path: Path, text: str, character: int, error: GridpointsError) -> Problem:
        """A problem with one character (from 1) of the text that stands at `path`.

        Its place is that of the character where the text stands in its first line as it is read, and
        that of the text where it does not: after a backslash, in a further line.
        """
        problem = self.at_value(path, error)
        line = self.lines[problem.line - 1] if problem.line <= len(self.lines) else ""
        start = problem.column - 1
        start += line[start : start + 1] in ("'", '"')
        if line[start:].startswith(text[: character - 1]):
            return Problem(problem.line, start + character, path, error)
        return problem


def decode(data: bytes) -> str | Problem:
    """The text of a file in UTF-8, or in UTF-16 with its mark; or why there is none.

    No other encoding is guessed: GB18030 would take nearly anything for Chinese, Big5 included.
    """
    wide = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    if len(data) > 4 * LONGEST_FILE:
        return Problem(1, 1, (), FileTooLong(longest=LONGEST_FILE))
    try:
        return data.decode("utf-16" if wide else "utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        before = "" if wide else data[: error.start].decode("utf-8-sig")
        place = _place_after(before)
        return Problem(place.line, place.column, (), NotUtf8())


def parse(text: str) -> Source:
    """Read YAML. Never raises: what is wrong stands in `Source.problems`."""
    text = text.removeprefix("\ufeff")
    if len(text) > LONGEST_FILE:
        return _unread(Problem(1, 1, (), FileTooLong(longest=LONGEST_FILE)))
    if found := _NOT_ALLOWED.search(text):
        place = _place_after(text[: found.start()])
        error = CharacterNotAllowed(character=f"U+{ord(found.group()):04X}")
        return _unread(Problem(place.line, place.column, (), error))
    try:
        return _Reader.read(text)
    except yaml.MarkedYAMLError as error:
        # From PyYAML 6.0.4 on, its scanner looks no deeper than 1,000, before there is any event.
        if (mark := error.problem_mark) and "nesting depth" in (error.problem or ""):
            return _unread(Problem(mark.line + 1, mark.column + 1, (), TooDeep(most=DEEPEST)))
        return _unread(*syntax_problems(error, text))
    except (yaml.YAMLError, ValueError) as error:  # ValueError: PyYAML's own, for "\U00110000"
        return _unread(*syntax_problems(error, text))


def _unread(*problems: Problem) -> Source:
    return Source(None, {}, {}, problems)


def _place_after(text: str) -> Place:
    lines = _LINE_END.split(text)
    return Place(len(lines), len(lines[-1]) + 1)


def _place(event: Any) -> Place:
    return Place(event.start_mark.line + 1, event.start_mark.column + 1)


class _TooDeep(Exception):
    pass


@define
class _Reader:
    """Builds plain data from the parser's events, so that nothing is read further than needed."""

    events: Iterator[Any]
    keys: dict[Path, Place] = field(factory=dict)
    values: dict[Path, Place] = field(factory=dict)
    problems: list[Problem] = field(factory=list)
    blank: list[Path] = field(factory=list)

    @classmethod
    def read(cls, text: str) -> Source:
        reader = cls(iter(yaml.parse(text, Loader=_LOADER)))
        try:
            data = reader._document()
        except _TooDeep:
            data = None
        problems = tuple(reader.problems[:MOST_PROBLEMS])
        blank = tuple(reader.blank[:MOST_PROBLEMS])
        return Source(data, reader.keys, reader.values, problems, blank, text.splitlines())

    def _complain(self, event: Any, path: Path, error: GridpointsError) -> None:
        place = _place(event)
        self.problems.append(Problem(place.line, place.column, path, error))

    def _document(self) -> Any:
        next(self.events)  # the start of the stream
        if isinstance(first := next(self.events), yaml.StreamEndEvent):
            self._complain(first, (), FileEmpty())
            return None
        data = self._value(root := next(self.events), ())
        if data is None and not self.problems:
            self._complain(root, (), FileEmpty())
        next(self.events)  # the end of the document
        if isinstance(second := next(self.events), yaml.DocumentStartEvent):
            self._complain(second, (), SecondDocument())
        return data

    def _value(self, event: Any, path: Path) -> Any:
        self.values[path] = _place(event)
        if len(path) > DEEPEST:
            self._complain(event, path, TooDeep(most=DEEPEST))
            raise _TooDeep
        if isinstance(event, yaml.AliasEvent):
            self._complain(event, path, SignNotAllowed(sign="*"))
            return None
        if event.anchor is not None:
            self._complain(event, path, SignNotAllowed(sign="&"))
        if event.tag is not None:
            self._complain(event, path, SignNotAllowed(sign="!"))
        match event:
            case yaml.MappingStartEvent():
                return self._mapping(path)
            case yaml.SequenceStartEvent():
                return self._list(path)
        return self._scalar(event, path)

    def _list(self, path: Path) -> list[Any]:
        items: list[Any] = []
        while not isinstance(event := next(self.events), yaml.SequenceEndEvent):
            items.append(self._value(event, (*path, len(items))))
        return items

    def _mapping(self, path: Path) -> dict[str, Any]:
        entries: dict[str, Any] = {}
        while not isinstance(event := next(self.events), yaml.MappingEndEvent):
            if not isinstance(event, yaml.ScalarEvent):
                self._complain(event, path, KeyNotText())
                self._value(event, (*path, ""))
                self._value(next(self.events), (*path, ""))
                continue
            place = _place(event)
            key, rest = self._key(event, path)
            known = key in entries
            if known:
                self._complain(event, (*path, key), KeyDoubled(key=key, first=self.keys[*path, key].line))
            value = self._value(next(self.events), (*path, *([""] if known else []), key))
            if not known:
                self.keys[*path, key] = place
                entries[key] = value = rest if value is None and rest else value
                if value is None:
                    self.blank.append((*path, key))
        return entries

    def _key(self, event: Any, path: Path) -> tuple[str, Any]:
        """The key as it was meant, and the value that is glued to it: ``{en：Grain}``, ``{per:hour}``."""
        key = self._text(event, path)
        if _WIDE_SPACE.search(key):
            key = _WIDE_SPACE.sub(" ", key).strip()
            self._complain(event, (*path, key), WideSpace(key=key))
        if event.implicit[0] and (glued := _GLUED.fullmatch(key)):
            key = glued["key"]
            error = WideColon if glued["colon"] == "：" else SpaceMissing
            self._complain(event, (*path, key), error(key=key))
            return key, _resolved(glued["rest"].strip())
        return key, None

    def _scalar(self, event: Any, path: Path) -> Any:
        text = self._text(event, path)
        return _resolved(text) if event.implicit[0] else text

    def _text(self, event: Any, path: Path) -> str:
        text: str = event.value
        if found := _NOT_ALLOWED.search(text):  # "\0", "\ud800"
            self._complain(event, path, CharacterNotAllowed(character=f"U+{ord(found.group()):04X}"))
            return _NOT_ALLOWED.sub("\N{REPLACEMENT CHARACTER}", text)
        return text


def _resolved(text: str) -> Any:
    """What a scalar without quotation marks means."""
    match text:
        case "" | "~" | "null":
            return None
        case "true" | "false":
            return text == "true"
    if len(text) <= 40:
        if _WHOLE.fullmatch(text):
            return int(text)
        if _DECIMAL.fullmatch(text):
            return Decimal(text)
    if _DAY.fullmatch(text):
        try:
            return date.fromisoformat(text)
        except ValueError:
            pass
    return text
