"""What a neighbour wishes for: small wishes (微心愿) and where they stand."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

from attrs import frozen

from gridpoints.records import Lifecycle

#: How long a wish stays with its claimant before it goes back: 7 days in one county's practice.
LEASE = timedelta(days=7)


class WishStatus(StrEnum):
    """From the resident's draft to the day they say that it came true."""

    DRAFT = "draft"
    REJECTED = "rejected"
    PUBLISHED = "published"
    CLAIMED = "claimed"
    DELIVERED = "delivered"
    FULFILLED = "fulfilled"
    WITHDRAWN = "withdrawn"


WISH = Lifecycle.of(
    {
        WishStatus.DRAFT: {WishStatus.PUBLISHED, WishStatus.REJECTED, WishStatus.WITHDRAWN},
        WishStatus.PUBLISHED: {WishStatus.CLAIMED, WishStatus.WITHDRAWN},
        WishStatus.CLAIMED: {WishStatus.DELIVERED, WishStatus.PUBLISHED, WishStatus.WITHDRAWN},
        WishStatus.DELIVERED: {WishStatus.FULFILLED, WishStatus.PUBLISHED},
    }
)


@frozen
class Wish:
    """A neighbour's small wish (微心愿); `deed` is what granting it counts as in the rules."""

    id: str
    beneficiary_id: str
    text: str
    deed: str
    made_at: datetime
    status: WishStatus = WishStatus.DRAFT
    version: int = 1
