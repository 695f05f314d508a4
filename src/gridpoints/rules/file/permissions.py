"""How a file says what roles there are, and who may do what: ``roles`` and ``permissions``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from pydantic import BeforeValidator, Field

from gridpoints.rules.file.fields import Code, Named, Roles, one_of
from gridpoints.rules.permissions import Permissions, Right


class RoleEntry(Named):
    """A role that people right in."""


RoleEntries = Annotated[
    dict[Code, RoleEntry],
    Field(examples=[{"grid_worker": {"name": {"zh_Hans": "网格员", "en": "Grid worker"}}}]),
]
Rights = Annotated[
    dict[Annotated[Right, BeforeValidator(one_of(Right))], Roles],
    Field(examples=[{"report": ["resident"], "confirm": ["grid_worker"]}]),
]


def compiled(roles: Mapping[str, RoleEntry], rights: Mapping[Right, list[str]]) -> Permissions:
    """Who may do what."""
    return Permissions(
        {right: frozenset(those) for right, those in rights.items()},
        {code: entry.name for code, entry in roles.items()},
    )
