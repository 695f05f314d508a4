"""What `gridpoints.redemption` refuses: merchants, offers, redemptions, statements."""

from __future__ import annotations

from datetime import datetime

from gridpoints.errors.base import Conflict, NotAllowed, Refused


class MerchantNotActive(Refused):
    """The merchant {merchant} is {status} and takes no points now."""

    merchant: str
    status: str


class OutOfStock(Refused):
    """{left} of {offer} are left; {wanted} were asked for."""

    offer: str
    left: int
    wanted: int


class RedemptionExpired(Refused):
    """The redemption {redemption} expired at {expired_at}. Authorise it again."""

    redemption: str
    expired_at: datetime


class RedemptionConflict(Conflict):
    """The redemption {redemption} was asked for before with other particulars. A new one needs a
    new id."""

    redemption: str


class NothingToSettle(Refused):
    """{merchant} took no points up to {until} that are not settled yet."""

    merchant: str
    until: datetime


class SamePerson(NotAllowed):
    """{actor} drew up this statement. Somebody else must approve it."""

    actor: str
