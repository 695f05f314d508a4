"""What `gridpoints.redemption` refuses: merchants, offers, redemptions, statements."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from gridpoints.errors.base import Conflict, InvalidInput, NotAllowed, Refused


class MerchantNotActive(Refused):
    """The merchant {merchant} is {status} and takes no points now."""

    merchant: str
    status: str


class AgreementMissing(Refused):
    """Nothing is agreed with {merchant} for {day}. Sign an agreement that is in force on that day."""

    merchant: str
    day: date


class AgreementOverlaps(Conflict):
    """The agreement {agreement} of {merchant} begins on {starts_on} already. The next one begins later."""

    merchant: str
    agreement: str
    starts_on: date


class CategoryNotAgreed(Refused):
    """The agreement with {merchant} is about {known}, and not about {category}."""

    merchant: str
    category: str
    known: tuple[str, ...]


class StaffOnly(NotAllowed):
    """{actor} may not do this for {merchant}: that takes somebody who works there as {staff_role}."""

    actor: str
    merchant: str
    staff_role: str


class TillKeyRefused(NotAllowed):
    """This key is not valid here. Ask whoever looks after the till."""


class TillMayNot(NotAllowed):
    """The key of the till {till} is not for this: {till_scope}."""

    till: str
    till_scope: str


class NotOfThisMerchant(NotAllowed):
    """{redemption} belongs to another merchant than {merchant}."""

    redemption: str
    merchant: str


class NotInAlliance(Refused):
    """{merchant} does not give {offer}: it is another merchant's, and they are in no alliance for it."""

    merchant: str
    offer: str


class NotOfferedNow(Refused):
    """{offer} can be had from {opens_at} until before {closes_at}."""

    offer: str
    opens_at: datetime | None
    closes_at: datetime | None


class OfferWithdrawn(Refused):
    """{offer} is withdrawn and stays as it is. Publish it again to change it."""

    offer: str


class OffersApart(InvalidInput):
    """The offers {offers} cannot be redeemed together: one merchant must give all of them."""

    offers: tuple[str, ...]


class OfferLimitReached(Refused):
    """{offer} is limited to {most} ({period}, {scope}); {left} remained, and {wanted} were asked for."""

    offer: str
    most: int
    period: str
    scope: str
    left: int
    wanted: int


class StarTooLow(Refused):
    """{offer} is for members with the star {needed} or a higher one; {member} has: {found}."""

    offer: str
    member: str
    needed: str
    found: str | None


class LookNeeded(Refused):
    """{reference} differs in a way that a person has to look at first ({gap}). When somebody has, accept it
    by itself, by its own number {difference}, with what they found."""

    reference: str
    gap: str
    difference: str


class TakesNoPart(Refused):
    """{member} takes no part at present: {explanation}"""

    member: str
    explanation: tuple[Any, ...]


class NotRedeemable(Refused):
    """The rules do not let {member} redeem this: {explanation}"""

    member: str
    explanation: tuple[Any, ...]


class RedeemReserved(NotAllowed):
    """{actor} may not redeem: the rules leave that to {roles}. Ask one of them."""

    actor: str
    roles: tuple[str, ...]


class PoolingNotAllowed(Refused):
    """Redemptions in {unit} cannot be pooled here: {account} pays for its own alone."""

    unit: str
    account: str


class SharesDiffer(InvalidInput):
    """The shares come to {shares}, and the price is {price}. They must be the same."""

    shares: Decimal
    price: Decimal


class OutOfStock(Refused):
    """{left} of {offer} are left; {wanted} were asked for."""

    offer: str
    left: int
    wanted: int


class WritesOffMore(Refused):
    """{wanted} of {offer} cannot be written off: {left} are in stock besides what is reserved."""

    offer: str
    wanted: int
    left: int


class RedemptionExpired(Refused):
    """The redemption {redemption} expired at {expired_at}. Authorise it again."""

    redemption: str
    expired_at: datetime


class CapturesMore(InvalidInput):
    """{wanted} of {offer} cannot be handed out: {reserved} are reserved."""

    offer: str
    wanted: int
    reserved: int


class NothingCaptured(InvalidInput):
    """A redemption is captured with at least one piece. To hand out nothing, void it."""


class NothingToGiveBack(Refused):
    """Nothing is left to give back of {redemption}: all of it was given back before."""

    redemption: str


class RefundExceeds(Refused):
    """{wanted} cannot be given back of {redemption}: {left} are left of what was taken."""

    redemption: str
    wanted: Decimal
    left: Decimal


class RefundOver(Refused):
    """{redemption} was handed out on {redeemed}; by the rules it can no longer be given back."""

    redemption: str
    redeemed: date


class RefundConflict(Conflict):
    """The refund {refund} was asked for before with other particulars. A new one needs a new id."""

    refund: str


class RedemptionConflict(Conflict):
    """The redemption {redemption} was asked for before with other particulars. A new one needs a
    new id."""

    redemption: str


class NothingToSettle(Refused):
    """{merchant} took and gave back no points up to {until} that are not settled yet."""

    merchant: str
    until: datetime


class SamePerson(NotAllowed):
    """{actor} drew up this statement. Somebody else must approve it."""

    actor: str
