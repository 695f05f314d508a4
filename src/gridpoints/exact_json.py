"""JSON that comes back as it went in: decimals, fractions, dates, instants and tuples keep their type.

What JSON has no type for is written as an object with one key that begins with ``$``:
``{"$decimal": "1.50"}``. A ``$`` at the beginning of another key is doubled, so that nothing
anybody writes is mistaken for one of these. A step of an explanation is an object with its ``code`` and
its ``values``: who reads it knows that it is one. Any other attrs value is an object of its fields, and
comes back as that: the journal of changes is read, not turned into records again.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from json.encoder import encode_basestring
from operator import attrgetter
from types import NoneType
from typing import Any

import attrs

from gridpoints.values import Step, check_instant

_ENCODER = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)

_READERS: Mapping[str, Callable[[Any], Any]] = {
    "$decimal": Decimal,
    "$fraction": Fraction,
    "$date": date.fromisoformat,
    "$instant": lambda text: datetime.fromisoformat(text).astimezone(UTC),
    "$tuple": lambda items: tuple(map(from_json, items)),
    "$set": lambda items: frozenset(map(from_json, items)),
}


def canonical(value: object) -> str:
    """The one JSON text for `value`: sorted keys, no blanks. Raises for a float that is no number."""
    return "{}" if value == {} else _ENCODER.encode(value)


def to_json(value: Any) -> Any:
    """`value` in the types that JSON has; raises TypeError for what could not come back."""
    kind = type(value)
    if kind in _AS_THEY_ARE:
        return value
    if (writer := _WRITERS.get(kind)) is None:
        writer = next((each for of, each in _WRITERS.items() if isinstance(value, of)), None)
        if writer is None and attrs.has(kind):
            return _object({a.name: getattr(value, a.name) for a in attrs.fields(kind)})
        if writer is None:
            raise TypeError(f"{value!r} of type {kind.__name__} cannot be stored as JSON")
    return writer(value)


def _object(value: Mapping[str, Any]) -> dict[str, Any]:
    return {
        f"${key}" if key[:1] == "$" else key: item if type(item) in _AS_THEY_ARE else to_json(item)
        for key, item in value.items()
    }


_AS_THEY_ARE = frozenset({NoneType, bool, int, float, str})
_WHOLE = {int}

#: By type, an exact one before what it derives from: an instant is a date as well.
_WRITERS: Mapping[type, Callable[[Any], Any]] = {
    dict: _object,
    Decimal: lambda value: {"$decimal": str(value)},
    Fraction: lambda value: {"$fraction": str(value)},
    str: str,  # a member of an enumeration is stored as its text
    datetime: lambda value: {"$instant": check_instant("value", value).isoformat()},
    date: lambda value: {"$date": value.isoformat()},
    tuple: lambda value: {"$tuple": [to_json(item) for item in value]},
    frozenset: lambda value: {"$set": [to_json(item) for item in sorted(value)]},
    set: lambda value: {"$set": [to_json(item) for item in sorted(value)]},
    list: lambda value: [to_json(item) for item in value],
    int: lambda value: value,
    float: lambda value: value,
    Mapping: _object,
    Step: lambda step: {"code": step.code, "values": to_json(step.values)},
}


def exact_text(value: Any) -> str:
    """``canonical(to_json(value))`` in one go: explanations are written by the thousand."""
    return _TEXTS[type(value)](value)


@lru_cache(maxsize=1_024)
def _shape(keys: tuple[str, ...]) -> tuple[tuple[str, str], ...] | None:
    """The keys of an object in their order, as they are written; None where they must be changed for it."""
    if any(type(key) is not str or key[:1] == "$" for key in keys):
        return None
    return tuple((key, f"{encode_basestring(key)}:") for key in sorted(keys))


def _object_text(value: Mapping[str, Any]) -> str:
    if not value:
        return "{}"
    if set(map(type, value.values())) == _WHOLE:  # counters, whose names are seldom the same
        text = ",".join([f"{encode_basestring(key)}:{value[key]}" for key in sorted(value)])
        return _long_way(value) if '"$' in text else f"{{{text}}}"
    if (shape := _shape(tuple(value))) is None:
        return canonical(to_json(value))
    texts, of = [], _TEXTS
    for key, name in shape:
        item = value[key]
        texts.append(name + of[type(item)](item))
    return "{" + ",".join(texts) + "}"


def _step_text(step: Step) -> str:
    if (text := step.text) is None:
        values = _TEXTS[type(step.values)](step.values)
        text = f'{{"code":{encode_basestring(step.code)},"values":{values}}}'
        object.__setattr__(step, "text", text)  # which is as good as part of it, for it never changes
    return text


def _list_text(value: Iterable[Any]) -> str:
    return "[" + ",".join([_TEXTS[type(item)](item) for item in value]) + "]"


def _writer_of_fields(kind: type) -> Callable[[Any], str]:
    names = sorted(each.name for each in attrs.fields(kind))
    shape = [(attrgetter(name), f'"{name}":') for name in names]

    def text(value: Any) -> str:
        items = [(name, get(value)) for get, name in shape]
        return "{" + ",".join([name + _TEXTS[type(item)](item) for name, item in items]) + "}"

    return text


class _Texts(dict[type, Callable[[Any], str]]):
    """How the kinds are written that most values are; the others go the long way."""

    def __missing__(self, kind: type) -> Callable[[Any], str]:
        base = next((base for base in (str, Mapping) if issubclass(kind, base)), None)
        if base is not None:
            writer = self[base]
        else:
            writer = _writer_of_fields(kind) if attrs.has(kind) and kind not in _WRITERS else _long_way
        self[kind] = writer
        return writer


def _long_way(value: Any) -> str:
    return canonical(to_json(value))


_TEXTS = _Texts(
    {
        str: encode_basestring,
        int: int.__repr__,
        Decimal: lambda value: '{"$decimal":"' + str(value) + '"}',  # a format takes twice as long
        dict: _object_text,
        Mapping: _object_text,
        list: _list_text,
        tuple: lambda value: '{"$tuple":' + _list_text(value) + "}",
        NoneType: lambda _: "null",
        Step: _step_text,
    }
)


def from_json(value: Any) -> Any:
    """The value that `to_json` was given."""
    if isinstance(value, list):
        return [from_json(item) for item in value]
    if not isinstance(value, dict):
        return value
    if len(value) == 1:
        [(key, item)] = value.items()
        if (reader := _READERS.get(key)) is not None:
            return reader(item)
    return {key.removeprefix("$"): from_json(item) for key, item in value.items()}
