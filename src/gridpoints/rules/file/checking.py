"""A file's data against its document model: all that is wrong, each with its place and our words."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Collection, Iterator, Sequence
from functools import lru_cache
from itertools import islice
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import ErrorDetails

from gridpoints.errors import GridpointsError, RuleSetInvalid
from gridpoints.rules.file.fields import shown
from gridpoints.rules.file.problems import (
    CodeMisspelt,
    CodeUnknown,
    CommaInNumber,
    EntriesNeeded,
    KeyMissing,
    KeyMisspelt,
    KeyUnknown,
    ListNeeded,
    NotReadable,
    Path,
    Problem,
    SpaceMissing,
    TextNeeded,
    ValueMissing,
    WideColon,
)
from gridpoints.rules.file.source import MOST_PROBLEMS, Source, parse

D = TypeVar("D", bound=BaseModel)

#: How many codes a message names, and how many a misspelt one is compared with.
_MOST_NAMED = 30
_MOST_COMPARED = 500

#: How a union names its parts in pydantic's locations; no key looks like that.
_TAG = re.compile("<.*>")
_GLUED = re.compile(r"(?P<key>[\w.-]+)(?P<colon>：|:(?=\S))")


def check(model: type[D], source: Source) -> tuple[D | None, list[Problem]]:
    """The document in `source`, or None and what is wrong with its values, one by one."""
    try:
        return model.model_validate(source.data), []
    except ValidationError as invalid:
        errors = invalid.errors(include_url=False)[:MOST_PROBLEMS]
        found = [_problem(error, model, source) for error in errors]
    meant = {(*p.path[:-1], p.error.suggestion) for p in found if isinstance(p.error, KeyMisspelt)}
    return None, [p for p in found if not (isinstance(p.error, KeyMissing) and p.path in meant)]


def read_checked(text: str, name: str, reader: Callable[[Source], tuple[D | None, Sequence[Problem]]]) -> D:
    """The document that `reader` finds in a YAML text.

    Raises `RuleSetInvalid` with all problems, or the first of them where there are very many.
    """
    source = parse(text)
    problems = list(source.problems)
    document = None
    if source.data is not None:
        document, more = reader(source)
        told = {problem.path for problem in problems}
        problems += [problem for problem in more if problem.path not in told]
    if document is None or problems:
        problems.sort(key=lambda problem: (problem.line, problem.column))
        del problems[MOST_PROBLEMS:]
        raise RuleSetInvalid(source=name, count=len(problems), problems=tuple(problems))
    return document


def _problem(error: ErrorDetails, model: type[BaseModel], source: Source) -> Problem:
    at_key = error["loc"][-1:] == ("[key]",)
    path = tuple(p for p in error["loc"] if p != "[key]" and not _TAG.fullmatch(str(p)))
    if not path:
        return source.at_value((), NotReadable())
    name = str(path[-1])
    value, kind = error["input"], error["type"]
    if kind == "missing":
        return _missing(path, name, model, source)
    if kind == "extra_forbidden":
        return source.at_key(path, _unknown_key(name, _known(model, path[:-1])))
    if at_key:
        return source.at_key(path, error["ctx"]["error"])
    if value is None or kind == "too_short":
        return source.at_key(path, ValueMissing(key=name, example=_example(model, path)))
    return source.at_value(path, _wrong_value(error, name, _example(model, path)))


def _missing(path: Path, name: str, model: type[BaseModel], source: Source) -> Problem:
    problem = source.at_key(path[:-1], KeyMissing(key=name, example=_example(model, path)))
    return Problem(problem.line, problem.column, path, problem.error)


def _wrong_value(error: ErrorDetails, name: str, example: str) -> GridpointsError:
    value, kind = error["input"], error["type"]
    if isinstance(typed := error.get("ctx", {}).get("error"), GridpointsError):
        return typed
    if kind in ("dict_type", "model_type"):
        if isinstance(value, str) and (glued := _GLUED.match(value)):
            fault = WideColon if glued["colon"] == "：" else SpaceMissing
            return fault(key=glued["key"])
        return EntriesNeeded(key=name, example=example)
    if kind == "list_type":
        return ListNeeded(key=name, example=example)
    return TextNeeded(found=shown(value))


def _unknown_key(key: str, known: tuple[str, ...]) -> GridpointsError:
    if re.fullmatch("[0-9]+", key):
        return CommaInNumber(digits=shown(key))
    if close := closest(key, known):
        return KeyMisspelt(key=shown(key), suggestion=close)
    return KeyUnknown(key=shown(key), known=known)


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


# --- what the model's own JSON Schema tells ------------------------------------------------------


class _AsWritten(GenerateJsonSchema):
    """Keeps the order of keys, also in examples."""

    def sort(self, value: JsonSchemaValue, parent_key: str | None = None) -> JsonSchemaValue:
        return value


@lru_cache
def _schema(model: type[BaseModel]) -> dict[str, Any]:
    return model.model_json_schema(schema_generator=_AsWritten)


def _nodes(model: type[BaseModel], path: Path) -> list[dict[str, Any]]:
    """The parts of the JSON Schema that may describe what stands at `path`: one for each form."""
    schema = _schema(model)
    definitions = schema.get("$defs", {})

    def forms(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
        """`node` with what it refers to, or each of the forms that it leaves open."""
        if reference := node.get("$ref"):
            node = {**definitions[reference.rpartition("/")[2]], **node}
        if inner := [*node.get("oneOf", ()), *node.get("anyOf", ())]:
            own = {key: value for key, value in node.items() if key == "examples"}
            for form in inner:
                yield from ({**own, **each} for each in forms(form))
        else:
            yield node

    nodes = list(forms(schema))
    for step in path:
        nodes = [each for node in nodes if (inner := _inside(node, step)) for each in forms(inner)]
    return nodes


def _inside(node: dict[str, Any], step: str | int) -> dict[str, Any] | None:
    if isinstance(step, int):
        return node.get("items")
    own = node.get("properties", {}).get(step)
    inner = own or node.get("additionalProperties")
    return inner if isinstance(inner, dict) else None


def _known(model: type[BaseModel], path: Path) -> tuple[str, ...]:
    return tuple({key: None for node in _nodes(model, path) for key in node.get("properties", ())})


def _example(model: type[BaseModel], path: Path) -> str:
    examples = [each for node in _nodes(model, path) for each in node.get("examples", ())]
    return _flow(examples[0] if examples else "…")


def _flow(value: Any) -> str:
    """A value in one line, as somebody would write it into the file."""
    match value:
        case dict():
            return "{" + ", ".join(f"{k}: {_flow(v)}" for k, v in value.items()) + "}"
        case list():
            return "[" + ", ".join(map(_flow, value)) + "]"
    return str(value)
