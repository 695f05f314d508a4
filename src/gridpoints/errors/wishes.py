"""What `gridpoints.claiming` refuses about wishes: their text, their rounds, what is personal in them."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from gridpoints.errors.base import InvalidInput, NotAllowed, NotFound, Refused


class WishRoleNeeded(NotAllowed):
    """{actor} cannot do this with a wish. It takes one of these roles: {roles}."""

    actor: str
    roles: tuple[str, ...]


class NotYourWish(NotAllowed):
    """Only the person whose wish {wish} it is, who wrote it down for them, or a clerk can do this."""

    wish: str


class OwnScreening(NotAllowed):
    """{actor} cannot judge the wish {wish}, which is their own. Somebody else must."""

    actor: str
    wish: str


class OwnHouseholdWish(NotAllowed):
    """{member} cannot claim a wish of their own household."""

    member: str


class WishesTooMany(Refused):
    """{member} has {most} wishes in hand already, as many as one may. Grant or give back one of them
    first."""

    member: str
    most: int


class WishNumberUnknown(NotFound):
    """No wish has the number {number}. Look at the list of wishes."""

    number: str


class PersonalDataLeft(Refused):
    """The text of the wish {wish} seems to hold personal data: {personal}. Take it out, or say for what
    reason it may stand there."""

    wish: str
    personal: tuple[str, ...]


class NotScreened(Refused):
    """The wish {wish} cannot be published: {missing} must be noted first. Screen it."""

    wish: str
    missing: str


class ValueAboveLimit(Refused):
    """A wish may cost {limit} {currency} at most, and {wish} costs {value}. Make it smaller, or divide
    it."""

    wish: str
    value: Decimal
    limit: Decimal
    currency: str


class RoundNotOpen(Refused):
    """The wishes of the round {round} can be claimed from {opens_at} until {closes_at}."""

    round: str
    opens_at: datetime
    closes_at: datetime


class RoundOver(Refused):
    """The round {round} is over since {closes_at}. Publish in a later one."""

    round: str
    closes_at: datetime


class RoundCodeUnusable(InvalidInput):
    """{value} cannot stand before the numbers of wishes. Give letters and digits, without a hyphen."""

    value: str


class LeaseOver(Refused):
    """The claim {claim} ran out at {until}. Claim the wish again, if nobody else has."""

    claim: str
    until: datetime


class NotTheGiver(NotAllowed):
    """Only the person who claimed the wish {wish}, or a clerk for them, can do this."""

    wish: str


class NotDisclosed(NotAllowed):
    """This part of the wish {wish} ({detail}) is not shown to {actor}. It is shown to those who have
    claimed the wish, for as long as their claim stands."""

    wish: str
    detail: str
    actor: str


class NothingToDisclose(NotFound):
    """Nothing is noted under {detail} for the wish {wish}. Ask the clerk."""

    wish: str
    detail: str


class BountyPromised(Refused):
    """The points for the wish {wish} cannot be taken back while somebody has claimed it."""

    wish: str


class NotYourPoints(NotAllowed):
    """These are points of {member}. Only they, or a clerk for them, can spend them, put them up, or take
    them back."""

    member: str


class NotGranted(Refused):
    """Thanks are for a wish that came true; the claim {claim} is {status}."""

    claim: str
    status: str


class WishClosed(Refused):
    """The file of the wish {wish} is closed; nothing can be added to it."""

    wish: str


class WishJudged(Refused):
    """The wish {wish} was judged already: it is {status}."""

    wish: str
    status: str
