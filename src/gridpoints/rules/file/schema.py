"""The JSON Schema of a file, from its document model: for editors, and for messages that give an example."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from gridpoints.rules.file.problems import Path

_DIALECT = "https://json-schema.org/draft/2020-12/schema"
_DEFINITIONS = "#/$defs/"
#: Names the schema of this format; there is nothing to be fetched by it.
_ID = "urn:gridpoints:rule-set:1"


class _AsWritten(GenerateJsonSchema):
    """Tells what somebody may write: in the order of the model, without titles made of Python's names."""

    def sort(self, value: JsonSchemaValue, parent_key: str | None = None) -> JsonSchemaValue:
        """As it is, examples too."""
        return value

    def field_title_should_be_set(self, schema: Any) -> bool:
        """A key is its own title."""
        return False

    def nullable_schema(self, schema: core_schema.NullableSchema) -> JsonSchemaValue:
        """A key that may be left out; where it is written, something stands after it."""
        return self.generate_inner(schema["schema"])

    def tagged_union_schema(self, schema: core_schema.TaggedUnionSchema) -> JsonSchemaValue:
        """Any of the forms: what tells them apart is no property of all of them."""
        made = super().tagged_union_schema(schema)
        made.pop("discriminator", None)
        if "oneOf" in made:
            made["anyOf"] = made.pop("oneOf")
            if len(made["anyOf"]) == 1:
                made |= made.pop("anyOf")[0]
        return made


@lru_cache
def _schema(model: type[BaseModel]) -> dict[str, Any]:
    return model.model_json_schema(schema_generator=_AsWritten)


# --- for editors ---------------------------------------------------------------------------------


def published(model: type[BaseModel]) -> dict[str, Any]:
    """The schema of a whole file, with names and descriptions for people who write one."""
    schema = _schema(model)
    definitions = schema.get("$defs", {})
    names = _names(definitions)
    made = _readable(schema, names)
    return {
        "$schema": _DIALECT,
        "$id": _ID,
        **made,
        "title": "Rule set of gridpoints",
        "description": "What a community decided that deeds are worth: units, deeds, limits, campaigns.",
        "$defs": {
            names[name]: {
                **_readable(definition, names),
                "title": re.sub("-[0-9]+$", "", names[name]).replace("-", " ").capitalize(),
            }
            for name, definition in definitions.items()
        },
    }


def _names(definitions: Mapping[str, Any]) -> dict[str, str]:
    """A name that can be read for each definition: ``points-per-unit`` for ``PointsPerUnit``."""
    names: dict[str, str] = {}
    for name, definition in definitions.items():
        words = re.findall("[A-Z][a-z0-9]*", definition.get("title", name).partition("[")[0])
        plain = "-".join(word.lower() for word in words if word not in ("Entry", "Document")) or name
        number = sum(
            each == plain or re.fullmatch(rf"{plain}-\d+", each) is not None for each in names.values()
        )
        names[name] = f"{plain}-{number + 1}" if number else plain
    return names


def _readable(node: Any, names: Mapping[str, str]) -> Any:
    if isinstance(node, list):
        return [_readable(each, names) for each in node]
    if not isinstance(node, dict):
        return node
    made: dict[str, Any] = {}
    for key, value in node.items():
        match key, value:
            case "$defs", _:
                continue
            case "properties", _:
                made[key] = {name: _readable(each, names) for name, each in value.items()}
            case "$ref", str():
                made[key] = _DEFINITIONS + names[value.removeprefix(_DEFINITIONS)]
            case "description", str():
                plain = " ".join(value.replace("``", "`").split())
                made[key] = re.sub("`[A-Z_]+`", lambda member: member.group().lower(), plain)
            case "default", None | "" | [] | {}:  # left out; nobody writes that
                continue
            case "examples", _:
                made[key] = value
            case _:
                made[key] = _readable(value, names)
    return made


# --- for messages --------------------------------------------------------------------------------


def known_keys(model: type[BaseModel], path: Path) -> tuple[str, ...]:
    """The keys that may stand at `path`, in whatever form."""
    return _keys(_forms(model, path))


def keys_of_form(model: type[BaseModel], path: Path, written: Collection[str]) -> tuple[str, ...]:
    """The same, only of the forms that have most of the keys that are `written`."""
    forms = _forms(model, path)
    fitting = [sum(key in written for key in form) for form in forms]
    best = max(fitting, default=0)
    return _keys(form for form, fits in zip(forms, fitting, strict=True) if fits == best)


def has_several_forms(model: type[BaseModel], path: Path) -> bool:
    """Whether there is more than one way to write what stands at `path` with keys of its own."""
    return len(_forms(model, path)) > 1


def _forms(model: type[BaseModel], path: Path) -> list[dict[str, Any]]:
    return [form for node in _nodes(model, path) if (form := node.get("properties"))]


def _keys(forms: Iterable[Mapping[str, Any]]) -> tuple[str, ...]:
    return tuple({key: None for form in forms for key in form})


def example(model: type[BaseModel], path: Path) -> str:
    """What may be written at `path`, in one line."""
    nodes = _nodes(model, path)
    if examples := [each for node in nodes for each in node.get("examples", ())]:
        return _flow(examples[0])
    parts = {key: example(model, (*path, key)) for node in nodes[:1] for key in node.get("required", ())}
    return _flow(parts or "…")


def _nodes(model: type[BaseModel], path: Path) -> list[dict[str, Any]]:
    """The parts of the JSON Schema that may describe what stands at `path`: one for each form."""
    schema = _schema(model)
    definitions = schema.get("$defs", {})

    def forms(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
        """`node` with what it refers to, or each of the forms that it leaves open."""
        while reference := node.get("$ref"):
            own = {key: value for key, value in node.items() if key != "$ref"}
            node = {**definitions[reference.rpartition("/")[2]], **own}
        if inner := node.get("anyOf", ()):
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
    patterns = iter(node.get("patternProperties", {}).values())
    inner = own or node.get("additionalProperties") or next(patterns, None)
    return inner if isinstance(inner, dict) else None


def _flow(value: Any) -> str:
    """A value in one line, as somebody would write it into the file."""
    match value:
        case dict():
            return "{" + ", ".join(f"{k}: {_flow(v)}" for k, v in value.items()) + "}"
        case list():
            return "[" + ", ".join(map(_flow, value)) + "]"
    return str(value)
