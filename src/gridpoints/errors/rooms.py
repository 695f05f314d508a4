"""What the rooms refuse: people, catalog and claiming, redemption."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from gridpoints.errors.base import Conflict, InvalidInput, NotAllowed, NotFound, Refused

# --- people, catalog, claiming ----------------------------------------------------------------


class MemberInactive(Refused):
    """{member} has left the community and can neither claim, earn nor redeem."""

    member: str


class MemberUnknown(NotFound):
    """There is no member {member}. Write their number, or their name as it was enrolled."""

    member: str


class MemberAmbiguous(NotFound):
    """Several members are named {name}. Write the number instead: {numbers}."""

    name: str
    numbers: tuple[str, ...]


class NotPublished(Refused):
    """The {kind} {id} is {status}, not published. Publish it first."""

    kind: str
    id: str
    status: str


class SessionFull(Refused):
    """All {places} places of the session {session} are taken."""

    session: str
    places: int


class SessionStarted(Refused):
    """The session {session} began at {starts_at}. Claims and cancellations end there."""

    session: str
    starts_at: datetime


class SessionNotOver(Refused):
    """The session {session} ends at {ends_at}. Hours can be submitted after that."""

    session: str
    ends_at: datetime


class AlreadyClaimed(Conflict):
    """{member} holds a claim on this {kind} already."""

    member: str
    kind: str


class OwnWish(NotAllowed):
    """{member} cannot claim a wish of their own."""

    member: str


class WishTaken(Conflict):
    """The wish {wish} is claimed by somebody else until {until}."""

    wish: str
    until: datetime


class OwnClaim(NotAllowed):
    """{actor} cannot verify their own claim. Somebody else must confirm it."""

    actor: str


class NotTheBeneficiary(NotAllowed):
    """Only the person who made the wish {wish}, or a clerk for them, can confirm that it was
    granted."""

    wish: str


class WrongTarget(InvalidInput):
    """The claim {claim} is on a {target}. Hours are submitted for sessions, deliveries for wishes."""

    claim: str
    target: str


class HoursOutOfRange(InvalidInput):
    """{hours} hours cannot be right for this session, which lasts {longest}. Give more than 0 and
    at most {longest}."""

    hours: Decimal
    longest: Decimal


# --- awards -----------------------------------------------------------------------------------


class HouseholdNeeded(Refused):
    """The deed {deed} counts for a household, and {member} belongs to none. Enter the member's household
    first."""

    deed: str
    member: str


class NotPending(Refused):
    """The award {award} is {status}: it waits for nobody."""

    award: str
    status: str


class WrongStage(Refused):
    """The award {award} waits for: {stage}. A confirmer and a panel approve or reject; to what is made
    public one objects."""

    award: str
    stage: str


class OwnAward(NotAllowed):
    """{actor} cannot decide on {award}: it is their own, or they reported it or objected to it. Somebody
    else must."""

    actor: str
    award: str


class RoleNeeded(NotAllowed):
    """{actor} cannot decide on {award}: that needs one of the roles {roles}."""

    actor: str
    award: str
    roles: tuple[str, ...]


class NotTheReporter(NotAllowed):
    """Only {reporter}, who reported {award}, can withdraw it."""

    award: str
    reporter: str


class VotedAlready(Conflict):
    """{actor} has voted on {award} already. Everybody has one vote."""

    actor: str
    award: str


class AmountNotAsked(InvalidInput):
    """The rules say how many points {award} gives. Leave the amount out."""

    award: str


class NoticeOver(Refused):
    """{award} was made public until {until}. Objections end there."""

    award: str
    until: datetime


class NotAppealable(Refused):
    """The rules allow no appeal against {award}: that is for deductions that were made."""

    award: str


class AppealOver(Refused):
    """Appeals against {award} ended at {until}."""

    award: str
    until: datetime


# --- redemption -------------------------------------------------------------------------------


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
