"""What a language is asked to say: errors, problems of a file, differences of rule sets."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol, runtime_checkable

from gridpoints.values import Names, Step


@runtime_checkable
class Message(Protocol):
    """What an error is to a language: a text with braces, and what belongs there."""

    @classmethod
    def template(cls) -> str:
        """The English text."""

    @property
    def fields(self) -> Mapping[str, Any]:
        """The values, by the names in the braces."""


class Differing(Protocol):
    """What a difference of two rule sets is to a language."""

    @property
    def altered(self) -> str:
        """``added``, ``removed`` or ``changed``."""

    @property
    def section(self) -> str:
        """The section of the file; empty for what is said of all of it."""

    @property
    def entry(self) -> str:
        """The code of the entry there; empty where the section has none."""

    @property
    def names(self) -> Names:
        """The names of the entry."""

    @property
    def aspect(self) -> tuple[str, ...]:
        """The keys that lead from the entry to what differs."""

    @property
    def old(self) -> tuple[Step, ...]:
        """What the old rules say."""

    @property
    def new(self) -> tuple[Step, ...]:
        """What the new rules say."""
