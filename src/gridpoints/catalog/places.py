"""How many places of what is listed are taken: told by whoever keeps the claims."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Protocol

from gridpoints.storage.port import Work


class Taken(Protocol):
    """The catalog offers places and keeps no claims: it asks how many of them hold one."""

    def __call__(self, work: Work, kind: str, ids: Collection[str]) -> Mapping[str, int]:
        """How many places are taken of each; `kind` is ``session``, ``post``, ``errand`` or ``task``."""


def none_taken(work: Work, kind: str, ids: Collection[str]) -> Mapping[str, int]:
    """What there is to tell where nothing can be claimed."""
    return dict.fromkeys(ids, 0)
