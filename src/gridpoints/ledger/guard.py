"""Whoever comes to the books by hand is asked first; what a room posts was asked for in that room."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from attrs import frozen

from gridpoints.ledger.accounts import Account


class Guard(Protocol):
    """Who may do what with a ledger: each method raises an error where whoever acts may not."""

    def adjusting(self, reversed_ids: Iterable[str | None] = ()) -> None:
        """Before something is posted, held, taken back or closed by hand."""

    def reading(self, accounts: Iterable[Account], *, entries: bool) -> None:
        """Before somebody sees what the accounts hold, or with `entries` what was posted on them.

        One account of one's own among them is enough: a transaction is seen by all whom it concerns.
        """


@frozen
class Open:
    """Keeps nobody out: the ledger that the rooms themselves post through."""

    def adjusting(self, reversed_ids: Iterable[str | None] = ()) -> None:
        """Anybody may."""

    def reading(self, accounts: Iterable[Account], *, entries: bool) -> None:
        """Anybody may."""


OPEN = Open()
