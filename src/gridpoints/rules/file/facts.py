"""The facts that a file may name: those of every deed, and those that it declares itself."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Annotated, Any
from unicodedata import normalize

from pydantic import BeforeValidator, Field, WithJsonSchema

from gridpoints.rules.case import Fact
from gridpoints.rules.expression.model import Schema, Type
from gridpoints.rules.facts import FactRule
from gridpoints.rules.file.fields import (
    LONGEST_CODE,
    Document,
    Translations,
    checked,
    one_of,
    shown,
)
from gridpoints.rules.file.problems import FactMalformed, FactValueMalformed

#: What is known of every deed; `hours` and `quantity` only where the deed counts one.
BUILT_IN: Schema = {
    "deed": Type.TEXT,
    "day": Type.DAY,
    "weekday": Type.NUMBER,
    "month": Type.NUMBER,
    "quantity": Type.NUMBER,
    "hours": Type.NUMBER,
    "emergency": Type.TRUTH,
}

_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_NAME = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*)*")


def _name(value: Any) -> str:
    text = normalize("NFKC", value) if isinstance(value, str) else ""
    if len(text) > LONGEST_CODE or not _NAME.fullmatch(text):
        raise FactMalformed(found=shown(value))
    return text


def _value(value: Any) -> Any:
    if not isinstance(value, bool | int | Decimal | date | str):
        raise FactValueMalformed(found=shown(value))
    return value


FactName = Annotated[str, BeforeValidator(checked(_name)), Field(examples=["category"])]
FactValue = Annotated[
    Any,
    BeforeValidator(checked(_value)),
    WithJsonSchema({"type": ["string", "number", "boolean"]}),
    Field(examples=["elder_care"]),
]
#: A value that stands before a colon, where YAML has text alone.
FactText = Annotated[
    str, BeforeValidator(checked(lambda value: str(_value(value)))), Field(examples=["elder_care"])
]


class FactEntry(Document):
    """A fact that reports may tell: ``category: {type: text, one_of: [elder_care, child_care]}``.

    `otherwise` is what it is where a report does not tell it.
    """

    type: Annotated[Type, BeforeValidator(one_of(Type)), Field(examples=["text"])]
    name: Translations | None = None
    otherwise: FactValue | None = None
    values: Annotated[
        list[FactValue] | None, Field(alias="one_of", min_length=1, examples=[["elder_care"]])
    ] = None


def schema_of(declared: Mapping[str, FactEntry]) -> dict[str, Type]:
    """All facts that the rules may name, with their types."""
    return {**{name: entry.type for name, entry in declared.items()}, **BUILT_IN}


def untold(declared: Mapping[str, FactEntry]) -> dict[str, Fact]:
    """What facts are of which a report says nothing."""
    said = {name: entry for name, entry in declared.items() if entry.otherwise is not None}
    return {name: sure(entry.type, entry.otherwise) for name, entry in said.items()}


def facts_of(declared: Mapping[str, FactEntry]) -> dict[str, FactRule]:
    """What a report may tell; the other built-in facts, every deed tells of itself."""
    rules = {
        name: FactRule(
            name,
            entry.type,
            entry.name or {},
            tuple(sure(entry.type, value) for value in entry.values or ()),
        )
        for name, entry in declared.items()
    }
    return {**rules, "emergency": FactRule("emergency", BUILT_IN["emergency"])}


def fact_of(kind: Type, value: Any) -> Fact | None:
    """A value of the file as a fact of that type; None where it is not one."""
    if isinstance(value, bool) or kind is Type.TRUTH:
        truth = {"true": True, "false": False}.get(str(value).lower())
        return truth if kind is Type.TRUTH else None
    text = str(value)
    if kind is Type.TEXT:
        return text
    if kind is Type.DAY:
        return value if isinstance(value, date) else _day(text)
    if isinstance(value, int | Decimal):
        return value
    return Decimal(text) if _NUMBER.fullmatch(text) else None


def sure(kind: Type, value: Any) -> Fact:
    """The same for a value that was checked."""
    fact = fact_of(kind, value)
    assert fact is not None  # noqa: S101  # it was checked
    return fact


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if _DAY.fullmatch(text) else None
    except ValueError:
        return None
