"""A file's data against its document model: all that is wrong, each with its place and our words."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from itertools import islice
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from gridpoints.errors import GridpointsError, RuleSetInvalid
from gridpoints.rules.file.fields import shown
from gridpoints.rules.file.problems import (
    CodeMisspelt,
    CodeUnknown,
    CommaInNumber,
    EntriesNeeded,
    FormRefuses,
    KeyMissing,
    KeyMisspelt,
    KeyUnknown,
    ListNeeded,
    ListUnfit,
    Path,
    Problem,
    TextNeeded,
    ValueMissing,
)
from gridpoints.rules.file.problems_of_sense import DayBeforeColon, TextCut, ValueBlank
from gridpoints.rules.file.problems_of_text import NotReadable, SpaceMissing, WideColon
from gridpoints.rules.file.schema import example, has_several_forms, keys_of_form, known_keys
from gridpoints.rules.file.source import MOST_PROBLEMS, Source, parse

D = TypeVar("D", bound=BaseModel)
T = TypeVar("T")

#: How many codes a message names, and how many a misspelt one is compared with.
_MOST_NAMED = 30
_MOST_COMPARED = 500

#: How a union names its parts in pydantic's locations; no key looks like that.
_TAG = re.compile("<.*>")
_GLUED = re.compile(r"(?P<key>[\w.-]+)(?P<colon>：|:(?=\S))")


def check(model: type[D], source: Source) -> tuple[D | None, list[Problem]]:
    """The document in `source`, or None and what is wrong with its values, one by one."""
    document, errors = None, []
    try:
        document = model.model_validate(source.data)
    except ValidationError as invalid:
        errors = invalid.errors(include_url=False)[:MOST_PROBLEMS]
    found = _without_guesses(model, source, [_problem(error, model, source) for error in errors])
    told = {problem.path for problem in found} | {problem.path for problem in source.problems}
    for path in source.blank:
        if path not in told and path[:-1] not in told:
            found.append(source.at_key(path, ValueBlank(key=str(path[-1]), example=example(model, path))))
    return None if found else document, found


def _without_guesses(model: type[BaseModel], source: Source, found: list[Problem]) -> list[Problem]:
    """Without the keys that are missing where another, misspelt, tells what was meant."""
    meant = {(*p.path[:-1], p.error.suggestion) for p in found if isinstance(p.error, KeyMisspelt)}
    unclear = {path[:-1] for path in meant if has_several_forms(model, path[:-1])}
    unclear |= {p.path[:-1] for p in found if isinstance(p.error, DayBeforeColon | TextCut)}
    unknown = {p.path[:-1] for p in found if isinstance(p.error, KeyUnknown)}
    unclear |= {path for path in unknown if _is_all_unknown(model, path, source)}
    return [
        p
        for p in found
        if not (isinstance(p.error, KeyMissing) and (p.path in meant or p.path[:-1] in unclear))
    ]


def _is_all_unknown(model: type[BaseModel], path: Path, source: Source) -> bool:
    """Whether no key of a mapping tells which of several forms it has."""
    known = set(known_keys(model, path))
    return has_several_forms(model, path) and known.isdisjoint(_written(source, path))


def read_checked(text: str, name: str, reader: Callable[[Source], tuple[T | None, Sequence[Problem]]]) -> T:
    """What `reader` makes of a YAML text.

    Raises `RuleSetInvalid` with all problems, or the first of them where there are very many.
    """
    source = parse(text)
    made, found = reader(source) if source.data is not None else (None, ())
    problems = together(source, found)
    if made is None or problems:
        raise RuleSetInvalid(source=name, count=len(problems), problems=tuple(problems))
    return made


def together(source: Source, found: Iterable[Problem]) -> list[Problem]:
    """The problems of a text, and those that were `found` elsewhere in what it says."""
    told = {problem.path for problem in source.problems}
    return in_order([*source.problems, *(problem for problem in found if problem.path not in told)])


def in_order(problems: Iterable[Problem]) -> list[Problem]:
    """The first of them, as they stand in the text."""
    return sorted(problems, key=lambda problem: (problem.line, problem.column))[:MOST_PROBLEMS]


def _problem(error: ErrorDetails, model: type[BaseModel], source: Source) -> Problem:
    path, at_key = _path(error, source)
    if not path:
        return source.at_value((), NotReadable())
    name = str(path[-1])
    value, kind = error["input"], error["type"]
    if kind == "missing":
        return _missing(path, name, model, source)
    if kind == "extra_forbidden":
        return source.at_key(path, _unknown_key(name, model, path[:-1], _written(source, path[:-1])))
    if at_key:
        return source.at_key(path, _typed(error) or FormRefuses(reason=error["msg"]))
    if value is None or (kind == "too_short" and not value):
        return source.at_key(path, ValueMissing(key=name, example=example(model, path)))
    return source.at_value(path, _wrong_value(error, name, example(model, path)))


def _path(error: ErrorDetails, source: Source) -> tuple[Path, bool]:
    """Where in the file an error of pydantic's is, and whether with a key.

    Its locations also name parts of unions, which no key of the file is.
    """
    path: Path = ()
    for step in error["loc"]:
        is_ours = (*path, step) in source.values
        if is_ours or not (step == "[key]" or _TAG.fullmatch(str(step))):
            path = (*path, step)
    return path, error["loc"][-1:] == ("[key]",) != path[-1:]


def _missing(path: Path, name: str, model: type[BaseModel], source: Source) -> Problem:
    problem = source.at_key(path[:-1], KeyMissing(key=name, example=example(model, path)))
    return Problem(problem.line, problem.column, path, problem.error)


def _wrong_value(error: ErrorDetails, name: str, example: str) -> GridpointsError:
    value, kind = error["input"], error["type"]
    if typed := _typed(error):
        return typed
    if kind in ("dict_type", "model_type"):
        if isinstance(value, str) and (glued := _GLUED.match(value)):
            fault = WideColon if glued["colon"] == "：" else SpaceMissing
            return fault(key=glued["key"])
        return EntriesNeeded(key=name, example=example)
    if kind == "list_type":
        return ListNeeded(key=name, example=example)
    if kind in ("too_short", "too_long"):
        return ListUnfit(key=name, example=example)
    return TextNeeded(found=shown(value)) if kind == "string_type" else FormRefuses(reason=error["msg"])


def _typed(error: ErrorDetails) -> GridpointsError | None:
    """The error that a check raised; one of Python's own comes from a form of another package."""
    match error.get("ctx", {}).get("error"):
        case GridpointsError() as typed:
            return typed
        case ValueError() | AssertionError() as plain:
            return FormRefuses(reason=str(plain))
    return None


def _written(source: Source, path: Path) -> Mapping[str, Any]:
    """The mapping that stands at a path."""
    data = source.data
    for step in path:
        data = data[step]
    return data if isinstance(data, dict) else {}


def _unknown_key(key: str, model: type[BaseModel], path: Path, written: Mapping[str, Any]) -> GridpointsError:
    before = _before(key, written)
    if before and isinstance(text := written[before], str) and text.count("(") > text.count(")"):
        return TextCut(key=before)  # such as min(hours, 10): its comma ended it
    if re.fullmatch("[0-9]+", key):
        return CommaInNumber(digits=shown(key))
    if re.fullmatch("[0-9]{4}-[0-9]{2}-[0-9]{2}", key):
        return DayBeforeColon(day=key, value=shown(written.get(key)))
    known = keys_of_form(model, path, written)
    if close := closest(key, known):
        return KeyMisspelt(key=shown(key), suggestion=close)
    if close := closest(key, known_keys(model, path)):
        return KeyMisspelt(key=shown(key), suggestion=close)
    return KeyUnknown(key=shown(key), known=known)


def _before(key: str, written: Mapping[str, Any]) -> str | None:
    before = None
    for each in written:
        if each == key:
            return before
        before = each
    return None


def unknown_code(found: str, table: str, known: Collection[str]) -> GridpointsError:
    """What to say of a code that is not in the file's table of that name."""
    if close := closest(found, known):
        return CodeMisspelt(found=found, table=table, suggestion=close)
    few = tuple(islice(known, _MOST_NAMED))
    return CodeUnknown(found=found, table=table, known=(*few, "…") if len(known) > len(few) else few)


def closest(word: str, known: Collection[str]) -> str | None:
    """The one of `known` that somebody who wrote `word` most likely meant."""
    plain = {k.casefold(): k for k in islice(known, _MOST_COMPARED)}
    close = difflib.get_close_matches(word[:80].casefold(), plain, 1)
    return plain[close[0]] if close else None
