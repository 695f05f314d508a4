"""What stands behind a claim, and what happens to it as the claim moves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Protocol, Self

from gridpoints.claiming.model import Claim
from gridpoints.context import Context
from gridpoints.storage.port import Work
from gridpoints.values import Actor


class Claimable(Protocol):
    """Something that can be claimed, locked for this unit of work: one class for each `Target`.

    `Claims` moves the claim; this moves what it is on, and says what stands in the way.
    """

    @classmethod
    def locked(cls, context: Context, work: Work, id: str) -> Self:
        """What a claim is on. It is locked before its claims are: everybody locks in this order."""

    @classmethod
    def locked_all(cls, context: Context, work: Work, ids: Sequence[str]) -> Mapping[str, Self]:
        """`locked` for many, by id; what is not there is left out."""

    def must_let_go(self) -> None:
        """Raise where a claim can be given back no more."""

    def must_be_over(self) -> None:
        """Raise where it cannot be said yet that somebody did not do it."""

    def must_be_verified_by(self, actor: Actor) -> None:
        """Raise where `actor` cannot say that it was done (that they are not the claimant is sure)."""

    def looked_after_by(self, actor: Actor) -> bool:
        """Whether `actor` looks after it for the community, and may act for its claimants."""

    def longest(self, claim: Claim, *, written: bool) -> Decimal:
        """The most hours that it can have taken by now.

        `written`: somebody who looks after it writes them down, maybe long after the work was done.
        """

    def delivered(self) -> None:
        """The claimant says that it is done."""

    def verified(self) -> None:
        """It was done, and somebody else said so."""

    def came_to_nothing(self, claim: Claim, reason: str, *, queue: bool) -> None:
        """A claim that was verified is void: what was paid for it, besides the award, goes back.

        Raises `InsufficientPoints` where it is spent; with `queue` the ledger keeps a debt.
        """

    def let_go(self) -> None:
        """A claim on it came to nothing: somebody else can take it."""

    @classmethod
    def let_go_all(cls, claimed: Sequence[Self]) -> None:
        """`let_go` for many, of one unit of work."""

    def deed(self) -> tuple[str, datetime]:
        """What it counts as in the rules, and when it was done."""
