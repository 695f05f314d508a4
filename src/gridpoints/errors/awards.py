"""What `gridpoints.awards` refuses: who decides on what waits."""

from __future__ import annotations

from datetime import datetime

from gridpoints.errors.base import Conflict, InvalidInput, NotAllowed, NotFound, Refused


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


class OwnExclusion(NotAllowed):
    """{actor} cannot decide whether they take part themselves. Somebody else must."""

    actor: str


class ExclusionUnknown(NotFound):
    """The rules do not exclude anybody for “{reason}”. What they list under “exclusion”: {known}."""

    reason: str
    known: tuple[str, ...]


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
