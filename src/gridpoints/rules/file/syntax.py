"""What somebody who types YAML by hand did wrong, where the parser cannot go on."""

from __future__ import annotations

import re
from collections.abc import Sequence

import yaml
from attrs import frozen

from gridpoints.errors import GridpointsError
from gridpoints.rules.file.problems import Problem
from gridpoints.rules.file.problems_of_text import (
    BackslashFound,
    BracketOpen,
    ColonMisplaced,
    ColonMissing,
    IndentationWrong,
    NotReadable,
    QuoteOpen,
    SignNotAllowed,
    SpaceMissing,
    TabFound,
    WideColon,
    WideComma,
)

_KEY_WITH_WIDE_COLON = re.compile(r"\s*(?:- )?(?P<key>[\w.-]+)：")
#: The same far from the place of the error, where it may be a line of a text.
_SURELY_A_KEY = re.compile(r"\s*(?P<key>[a-z_]+)：")
_KEY_WITHOUT_SPACE = re.compile(r"\s*(?P<key>[\w.-]+):(?=\S)")
_KEY_WITHOUT_COLON = re.compile(r"\s*(?P<key>[\w.-]+)(\s[^:]*)?")
_BRACKET = re.compile(r"[\[\]{}]")
_CLOSING = {"{": "}", "[": "]"}


@frozen
class _Mark:
    """A place as the parser counts it, from 0."""

    line: int
    column: int


def syntax_problems(error: Exception, text: str) -> list[Problem]:
    """What to mend, for an error of PyYAML's parser or of libyaml's, which word some differently."""
    lines = [*text.splitlines(), ""]  # the end of the text is a place as well
    here = _mark(getattr(error, "problem_mark", None)) or _Mark(0, 0)
    begun = _mark(getattr(error, "context_mark", None))
    if wide := _wide_colons(lines, here, begun):
        return wide
    what = f"{getattr(error, 'context', '') or ''}; {getattr(error, 'problem', '') or ''}"
    return [_problem(what, lines, here, begun or here)]


def _mark(mark: yaml.Mark | None) -> _Mark | None:
    return None if mark is None else _Mark(mark.line, mark.column)


def _wide_colons(lines: Sequence[str], here: _Mark, begun: _Mark | None) -> list[Problem]:
    """The keys with a full-width colon, all of them, where one of them explains the error."""
    near = range(begun.line if begun else here.line - 1, here.line + 1)
    found = {}
    for number, line in enumerate(lines):
        pattern = _KEY_WITH_WIDE_COLON if number in near else _SURELY_A_KEY
        if match := pattern.match(line):
            found[number] = Problem(number + 1, match.end(), (), WideColon(key=match["key"]))
    return list(found.values()) if found.keys() & set(near) else []


def _problem(what: str, lines: Sequence[str], here: _Mark, begun: _Mark) -> Problem:
    line = lines[here.line]
    if "\\t" in what or line[: here.column + 1].endswith("\t"):
        return _at(here, TabFound())
    if "quoted scalar" in what:
        return _at(here, BackslashFound()) if "escape" in what else _at(begun, QuoteOpen())
    if "flow" in what:
        return _in_brackets(lines, here, begun)
    if "cannot start any token" in what:
        return _at(here, SignNotAllowed(sign=line[here.column :][:1]))
    if "could not find expected ':'" in what:
        return _without_colon(lines[begun.line], begun)
    return _misplaced(what, lines, here)


def _misplaced(what: str, lines: Sequence[str], here: _Mark) -> Problem:
    line = lines[here.line]
    if "mapping values are not allowed" in what:
        above = lines[here.line - 1] if here.line else ""
        if above.strip() and (_KEY_WITHOUT_COLON.fullmatch(above) or _KEY_WITHOUT_SPACE.match(above)):
            return _without_colon(above, _Mark(here.line - 1, len(above) - len(above.lstrip())))
        return _at(here, ColonMisplaced())
    if ("<block end>" in what or "expected key" in what) and not line[: here.column].strip():
        return _at(here, IndentationWrong())
    return _at(here, NotReadable())


def _without_colon(line: str, begun: _Mark) -> Problem:
    if glued := _KEY_WITHOUT_SPACE.match(line):
        return _at(_Mark(begun.line, glued.end() - 1), SpaceMissing(key=glued["key"]))
    if bare := _KEY_WITHOUT_COLON.fullmatch(line):
        return _at(begun, ColonMissing(key=bare["key"]))
    return _at(begun, NotReadable())


def _in_brackets(lines: Sequence[str], here: _Mark, begun: _Mark) -> Problem:
    for number in range(begun.line, here.line + 1):
        start = begun.column if number == begun.line else 0
        end = here.column if number == here.line else None
        if wide := re.search("[，、；]", lines[number][start:end]):
            mark = _Mark(number, start + wide.start())
            return _at(mark, WideComma(character=wide.group()))
    opened = begun if lines[begun.line][begun.column :][:1] in _CLOSING else _unclosed(lines, here)
    if opened is None:
        return _at(here, NotReadable())
    bracket = lines[opened.line][opened.column]
    return _at(opened, BracketOpen(bracket=bracket, closing=_CLOSING[bracket]))


def _unclosed(lines: Sequence[str], here: _Mark) -> _Mark | None:
    """The last bracket before `here` that is not closed there."""
    opened: list[_Mark] = []
    for number, line in enumerate(lines[: here.line + 1]):
        for bracket in _BRACKET.finditer(line, 0, here.column if number == here.line else len(line)):
            if bracket.group() in _CLOSING:
                opened.append(_Mark(number, bracket.start()))
            elif opened:
                opened.pop()
    return opened[-1] if opened else None


def _at(mark: _Mark, error: GridpointsError) -> Problem:
    return Problem(mark.line + 1, mark.column + 1, (), error)
