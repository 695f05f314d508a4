"""Who will do it: one claim machine for whatever can be claimed (认领).

A claim is never deleted; what became of it is its status. Who may move it, and when, stands in
`gridpoints.claiming.claims`, and, for what is claimed, in its `Claimable`.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from attrs import frozen

from gridpoints.records import Lifecycle


class Target(StrEnum):
    """What can be claimed."""

    SESSION = "session"
    WISH = "wish"


class ClaimStatus(StrEnum):
    """Confirmed, submitted (the claimant says it is done), then verified by somebody else."""

    CONFIRMED = "confirmed"
    SUBMITTED = "submitted"
    VERIFIED = "verified"
    DISPUTED = "disputed"
    VOID = "void"
    CANCELLED = "cancelled"
    LAPSED = "lapsed"
    NO_SHOW = "no_show"


CLAIM = Lifecycle.of(
    {
        ClaimStatus.CONFIRMED: {
            ClaimStatus.SUBMITTED,
            ClaimStatus.CANCELLED,
            ClaimStatus.LAPSED,
            ClaimStatus.NO_SHOW,
        },
        ClaimStatus.SUBMITTED: {ClaimStatus.VERIFIED, ClaimStatus.DISPUTED},
        ClaimStatus.DISPUTED: {ClaimStatus.VERIFIED, ClaimStatus.VOID},
    }
)

#: A claim in one of these takes up a place, or keeps the wish from others.
HOLDING = (
    ClaimStatus.CONFIRMED,
    ClaimStatus.SUBMITTED,
    ClaimStatus.DISPUTED,
    ClaimStatus.VERIFIED,
    ClaimStatus.NO_SHOW,
)


@frozen
class Claim:
    """One participation record: who took on what, and what came of it.

    `hours` is what the claimant submitted (sessions only); `lease_until` is when an exclusive
    claim goes back by itself (wishes only); `award_id` names what the deed was credited with.
    """

    id: str
    target: Target
    target_id: str
    member_id: str
    claimed_at: datetime
    lease_until: datetime | None = None
    hours: Decimal | None = None
    verified_by: str | None = None
    award_id: str | None = None
    status: ClaimStatus = ClaimStatus.CONFIRMED
    version: int = 1

    def lapsed_at(self, now: datetime) -> bool:
        """Whether the lease ran out before anything was delivered."""
        return (
            self.status is ClaimStatus.CONFIRMED and self.lease_until is not None and self.lease_until <= now
        )
