"""Why a voucher is refused. To the outside there is one answer, `VoucherNotValid`; the others are for
the operator's eyes."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from gridpoints.errors.base import Conflict, InvalidInput, NotAllowed, NotFound, Refused


class VoucherNotValid(Refused):
    """This voucher is not valid here. Ask the community's office about it."""


class TooManyAttempts(Refused):
    """Too many vouchers or codes were refused at this till. Try again after {until}."""

    until: datetime


class MemberNotThere(NotAllowed):
    """The present code of {member} is needed: who pays shows it at the till, each code once, or brings a
    voucher."""

    member: str


class VoucherUnreadable(InvalidInput):
    """This is no voucher: its {part} is not as it should be. Scan it again."""

    part: str


class VoucherKeyUnknown(NotFound):
    """The voucher is signed with the key {key}, which this till does not know. Give the till the
    community's new keys."""

    key: str


class VoucherForged(Refused):
    """The voucher does not bear the signature of {key}. It was changed, or somebody else made it."""

    key: str


class VoucherForeign(Refused):
    """The voucher is one of the community {community}, and this is {here}."""

    community: str
    here: str


class VoucherExpired(Refused):
    """The voucher {voucher} was valid until {until}."""

    voucher: str
    until: datetime


class VoucherElsewhere(Refused):
    """The voucher {voucher} is for another merchant: {merchant}."""

    voucher: str
    merchant: str


class VoucherTaken(Refused):
    """The voucher {voucher} was taken already, at {at}."""

    voucher: str
    at: datetime


class VoucherClosed(Refused):
    """The voucher {voucher} is {status}: nothing can be had for it."""

    voucher: str
    status: str


class VoucherUnknown(NotFound):
    """There is no voucher with this code."""


class VoucherNamed(NotAllowed):
    """The voucher {voucher} is for one person. Ask them for the code that changes."""

    voucher: str


class VoucherNeeded(NotAllowed):
    """A voucher was issued for {redemption}. Ask for its code: without it, a till hands nothing out."""

    redemption: str


class OfflineLimitReached(Refused):
    """This till may take vouchers of {limit} points without a network, and has taken {taken}. Connect it,
    so that it can deliver them."""

    limit: Decimal
    taken: Decimal


class QueueUnreadable(InvalidInput):
    """Line {line} of the till's file cannot be read. The vouchers in the other lines can be delivered;
    keep the file, and show it to the community's office."""

    line: int


class HandingOnNotAllowed(NotAllowed):
    """A voucher for {unit} cannot be handed on to {member}: the rules let it stay in the household, or with
    whoever got it."""

    unit: str
    member: str


class NotYourCode(NotAllowed):
    """{actor} cannot see the code of another member. Only they can, on their own telephone."""

    actor: str


class NotATill(NotAllowed):
    """{actor} is no till, and delivers no vouchers. Act with the till's key."""

    actor: str


class OfflineNotAllowed(NotAllowed):
    """The till {till} may take no vouchers without a network. Somebody of the community has to allow it."""

    till: str


class OfflineEnded(Refused):
    """The till {till} handed this in after it was to take nothing more without a network. Somebody of the
    community decides about it."""

    till: str


class DeliveryConflict(Conflict):
    """The till {till} delivered another voucher under the number {number} before. Keep its file, and show
    it to the community's office."""

    till: str
    number: int


class VoucherFromLater(Refused):
    """The voucher is said to have been taken at {at}, which is still to come. Set the till's clock."""

    at: datetime
