"""How a file says what roles there are, and who may do what: ``roles`` and ``permissions``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from pydantic import BeforeValidator, Field

from gridpoints.rules.file.fields import Code, Named, Roles, one_of
from gridpoints.rules.permissions import Act, Permissions


class RoleEntry(Named):
    """A role that people act in."""


RoleEntries = Annotated[
    dict[Code, RoleEntry],
    Field(examples=[{"grid_worker": {"name": {"zh_Hans": "网格员", "en": "Grid worker"}}}]),
]
Acts = Annotated[
    dict[Annotated[Act, BeforeValidator(one_of(Act))], Roles],
    Field(examples=[{"report": ["resident"], "confirm": ["grid_worker"]}]),
]


def compiled(roles: Mapping[str, RoleEntry], acts: Mapping[Act, list[str]]) -> Permissions:
    """Who may do what."""
    return Permissions(
        {act: frozenset(those) for act, those in acts.items()},
        {code: entry.name for code, entry in roles.items()},
    )
