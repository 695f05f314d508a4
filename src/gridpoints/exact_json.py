"""JSON that comes back as it went in: decimals, fractions, dates, instants and tuples keep their type.

What JSON has no type for is written as an object with one key that begins with ``$``:
``{"$decimal": "1.50"}``. A ``$`` at the beginning of another key is doubled, so that nothing
anybody writes is mistaken for one of these.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

from gridpoints.values import check_instant

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


def to_json(value: Any) -> Any:  # noqa: PLR0911 -- one return a type reads best
    """`value` in the types that JSON has; raises TypeError for what could not come back."""
    match value:
        case None | bool() | int() | float():
            return value
        case str():
            return str(value)  # a member of an enumeration is stored as its text
        case Decimal() | Fraction():
            return {"$decimal" if isinstance(value, Decimal) else "$fraction": str(value)}
        case datetime():
            return {"$instant": check_instant("value", value).isoformat()}
        case date():
            return {"$date": value.isoformat()}
        case tuple():
            return {"$tuple": [to_json(item) for item in value]}
        case frozenset() | set():
            return {"$set": [to_json(item) for item in sorted(value)]}
        case list():
            return [to_json(item) for item in value]
        case Mapping():
            return {f"${key}" if key.startswith("$") else key: to_json(item) for key, item in value.items()}
    raise TypeError(f"{value!r} of type {type(value).__name__} cannot be stored as JSON")


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
