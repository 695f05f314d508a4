"""What `gridpoints.claiming` refuses: claims, hours, wishes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from gridpoints.errors.base import Conflict, GridpointsError, InvalidInput, NotAllowed, Refused


class SessionFull(Refused):
    """All {places} places of the session {session} are taken."""

    session: str
    places: int


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


class NotAllDone(Conflict):
    """Of what was due, {count} could not be done; all the rest is done. Look at what stands in the
    way, the next tick tries again: {refusals}"""

    count: int
    refusals: tuple[GridpointsError, ...]


class WrongTarget(InvalidInput):
    """The claim {claim} is on a {target}. Hours are submitted for sessions, deliveries for wishes."""

    claim: str
    target: str


class HoursOutOfRange(InvalidInput):
    """{hours} hours cannot be right: there were {longest} at most. Give more than 0, and no more than
    that."""

    hours: Decimal
    longest: Decimal


class NoTimeSpent(HoursOutOfRange):
    """{hours} hours cannot be right: no time has passed that could be counted. If it took longer, let an
    organiser enter the hours."""


class HoursNeeded(InvalidInput):
    """How many hours the claim {claim} took is not known. Say how many."""

    claim: str


class HoursOverlap(Conflict):
    """{member} has hours of the claim {other} in the same time already. Correct one of the two."""

    member: str
    other: str


class CheckOutMissing(Refused):
    """The claim {claim} was checked in and not out. An organiser enters its hours."""

    claim: str


class ClaimTooEarly(Refused):
    """The session {session} can be claimed from {opens_at}."""

    session: str
    opens_at: datetime


class NewcomersFirst(Refused):
    """Until {until}, the session {session} is kept for those who have not taken part before."""

    session: str
    until: datetime


class ClaimTooLate(Refused):
    """Claims of the session {session} ended at {closed_at}."""

    session: str
    closed_at: datetime


class NotQualified(Refused):
    """{member} lacks what is needed here: {missing}."""

    member: str
    missing: tuple[str, ...]


class UnderAge(Refused):
    """{member} is too young; the least age is {least}."""

    member: str
    least: int


class AgeUnknown(InvalidInput):
    """How old {member} is matters here. Give the date of birth."""

    member: str


class ConsentNeeded(Refused):
    """{member} is under age. A guardian must consent first."""

    member: str


class RiskNotAcknowledged(Refused):
    """Who takes part must know of the risk and say so: {risk}"""

    risk: str | Mapping[str, str]


class TimeConflict(Conflict):
    """{member} is expected in the session {session} at that time, from {starts_at} until {ends_at}."""

    member: str
    session: str
    starts_at: datetime
    ends_at: datetime


class MemberSuspended(Refused):
    """{member} takes no part at present: {reasons}"""

    member: str
    until: date | None
    reasons: tuple[Any, ...]


class CoolingDown(Refused):
    """{member} stayed away from a session, and can claim again from {until}."""

    member: str
    until: date


class TooManyClaims(Refused):
    """{member} has {most} claims that are open, which is the most at one time."""

    member: str
    most: int


class OfferOver(Refused):
    """The place of the claim {claim} was offered until {until}, and went to the next in line."""

    claim: str
    until: datetime


class NamesOver(Refused):
    """The team of the claim {claim} could name its people until {until}."""

    claim: str
    until: datetime


class NotForTeam(InvalidInput):
    """The claim {claim} is not a team's. Only a team names who comes."""

    claim: str


class NotTheOrganiser(NotAllowed):
    """{actor} may not do this here. Somebody else, who organises, must."""

    actor: str


class NotTheClaimant(NotAllowed):
    """The claim {claim} is not one of {actor}. The claimant, or somebody who organises, must do this."""

    actor: str
    claim: str


class NotForOthers(NotAllowed):
    """{actor} cannot take this on for {member}. They do it themselves, or somebody who organises does."""

    actor: str
    member: str


class OwnEntry(NotAllowed):
    """{actor} entered the hours of the claim {claim}. Somebody else must verify them."""

    actor: str
    claim: str


class OwnFamily(NotAllowed):
    """{actor} is of the same household as the claimant. Somebody else must verify the claim {claim}."""

    actor: str
    claim: str


class CheckInClosed(Refused):
    """It is possible to check in and out between {opens_at} and {closes_at}."""

    opens_at: datetime
    closes_at: datetime


class CodeInvalid(InvalidInput):
    """That is not the present code of the session {session}. Read it again where it is shown."""

    session: str


class CodeUsed(Conflict):
    """That code was used for the claim {claim} before. Wait for the next one."""

    claim: str


class NotRatable(Refused):
    """The claim {claim} is {status}. It can be rated once it is verified."""

    claim: str
    status: str


class NotConcerned(NotAllowed):
    """{actor} has no part in the claim {claim} and cannot rate it."""

    actor: str
    claim: str


class RatedAlready(Conflict):
    """{actor} rated the claim {claim} already."""

    actor: str
    claim: str


class NotRated(NotAllowed):
    """The rating {rating} is not about {actor}. Those who are rated may appeal."""

    rating: str
    actor: str


class OwnRating(NotAllowed):
    """{actor} has a part in the rating {rating} and cannot decide on it."""

    rating: str
    actor: str


class AllTaken(Refused):
    """All {places} places of the {kind} {id} are taken."""

    kind: str
    id: str
    places: int


class ConditionOfSessions(InvalidInput):
    """{field} says what holds before a session begins: a {kind} cannot be asked for it. Leave it out."""

    field: str
    kind: str


class OwnErrand(NotAllowed):
    """{member} cannot claim an errand of their own."""

    member: str


class NotTheResident(NotAllowed):
    """Only the person who asked for the errand {errand}, or somebody who organises, can confirm it."""

    errand: str


class NoLease(InvalidInput):
    """The claim {claim} does not end by itself. Only one that does can be extended."""

    claim: str
