"""What the catalog has to do with claims, which it does not keep: told and done by whoever keeps them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Protocol

from gridpoints.catalog.model import Session
from gridpoints.context import Context
from gridpoints.storage.port import Work


class Taken(Protocol):
    """The catalog offers places: it asks how many of them are held."""

    def __call__(self, work: Work, kind: str, ids: Collection[str]) -> Mapping[str, int]:
        """How many places are taken of each; `kind` is ``session``, ``post``, ``errand`` or ``task``."""


class CallOff(Protocol):
    """The catalog cancels sessions: it lets the claims on them end, in the same unit of work."""

    def __call__(self, context: Context, work: Work, session: Session, reason: str | None) -> object:
        """End the claims on a session that is cancelled now, and locked."""


def none_taken(work: Work, kind: str, ids: Collection[str]) -> Mapping[str, int]:
    """What there is to tell where nothing can be claimed."""
    return dict.fromkeys(ids, 0)


def none_called_off(context: Context, work: Work, session: Session, reason: str | None) -> None:
    """What there is to do where nothing can be claimed."""
