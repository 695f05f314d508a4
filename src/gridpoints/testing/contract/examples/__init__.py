"""One record of every kind, filled to the edges of what it may hold: a module for each room."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any

import attrs

from gridpoints.records import Record
from gridpoints.testing.contract.examples import (
    awards,
    catalog,
    claiming,
    community,
    emergency,
    events,
    oversight,
    recognition,
    redemption,
    rules,
)


def examples(community_id: str) -> list[Record]:
    """The records, each after those it refers to; the first is the community's `Profile`."""
    return [
        *community.records(community_id),
        *rules.records(),
        *awards.records(),
        *emergency.records(),
        *catalog.records(),
        *claiming.records(),
        *recognition.records(),
        *redemption.records(),
        *oversight.records(),
        *events.records(),
    ]


def anatomy(value: Any) -> Any:
    """`value` taken apart to its types, as ``==`` does not tell text from an enum, or True from 1.

    Inside free mappings an enum is its text, and every instant shows how far it is from UTC. What
    ``==`` never looks at is no part of a value.
    """
    if attrs.has(type(value)):
        parts = {a.name: getattr(value, a.name) for a in attrs.fields(type(value)) if a.eq}
        return type(value), {
            name: anatomy(part) if isinstance(part, Mapping) else (type(part), anatomy(part))
            for name, part in parts.items()
        }
    if isinstance(value, Mapping):
        return {key: anatomy(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [anatomy(part) for part in value]
    if isinstance(value, datetime):
        return value, value.utcoffset()
    return (str if isinstance(value, StrEnum) else type(value)), value
