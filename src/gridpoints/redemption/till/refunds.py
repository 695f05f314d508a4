"""What was given back of what points bought: refunds (退款)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal

from attrs import evolve, field, frozen

from gridpoints.redemption.model import Redemption, apportioned


@frozen
class Restored:
    """What a refund gave back to an account, into the lot that expires at `expires_at` (None: never)."""

    account: str
    points: int
    expires_at: datetime | None = None


@frozen
class Refund:
    """What was given back of a redemption at once (退款): pieces by offer, points, and money.

    `restocked` are those of the pieces that went back to the stock. `restored` says to whom the points
    went, and into which lots. `carried` are those that the merchant had been paid for already, which its
    next settlement deducts. `retaken` are the points, by transaction, that the purchase had earned and
    that were taken back, or are owed. `request` is the fingerprint of what was asked for.
    """

    id: str
    redemption_id: str
    merchant_id: str
    refunded_at: datetime
    refunded_by: str
    unit: str
    points: int
    pieces: Mapping[str, int] = field(factory=dict, hash=False)
    restocked: Mapping[str, int] = field(factory=dict, hash=False)
    cash: Decimal = Decimal(0)
    currency: str = ""
    restored: tuple[Restored, ...] = ()
    carried: int = 0
    retaken: Mapping[str, int] = field(factory=dict, hash=False)
    reason: str = ""
    request: str = ""


def refunding(redemption: Redemption, pieces: Mapping[str, int], points: int) -> Redemption:
    """The redemption with so many pieces given back, and `points`, in all, to those who paid them."""
    lines = tuple(
        evolve(line, refunded=line.refunded + pieces.get(line.offer_id, 0)) for line in redemption.lines
    )
    parts = apportioned(points, [share.captured - share.refunded for share in redemption.shares])
    shares = tuple(
        evolve(share, refunded=share.refunded + part)
        for share, part in zip(redemption.shares, parts, strict=True)
    )
    return evolve(redemption, lines=lines, shares=shares)
