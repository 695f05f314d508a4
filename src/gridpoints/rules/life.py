"""The life of a version of the rules: drafted, checked, approved by a vote, published, superseded.

Pure. What is published is a `gridpoints.rules.model.PublishedRules`, frozen; what leads there is a
`Draft`. Whether a version is in force follows from the days on which versions begin.
"""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from attrs import evolve, frozen

from gridpoints.errors import BadText, DraftMismatch, NotApproved, RuleSetFrozen, StartsTooEarly, VoteLost
from gridpoints.records import Lifecycle
from gridpoints.rules.model import RuleSet
from gridpoints.values import can_be_stored, check_text, check_whole

#: More people vote in no community.
MOST_VOTES = 10_000_000


class DraftStatus(StrEnum):
    """Checked: nothing was found wrong with its text. Published and withdrawn are final."""

    DRAFT = "draft"
    CHECKED = "checked"
    APPROVED = "approved"
    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"


DRAFT = Lifecycle.of(
    {
        DraftStatus.DRAFT: {DraftStatus.DRAFT, DraftStatus.CHECKED, DraftStatus.WITHDRAWN},
        DraftStatus.CHECKED: {DraftStatus.DRAFT, DraftStatus.APPROVED, DraftStatus.WITHDRAWN},
        DraftStatus.APPROVED: {DraftStatus.PUBLISHED, DraftStatus.WITHDRAWN},
    }
)


@frozen
class Ballot:
    """How a body voted on a draft, and where that can be read: `minutes` names the record of it."""

    in_favour: int
    against: int
    abstained: int = 0
    minutes: str = ""

    def __attrs_post_init__(self) -> None:
        for votes in (self.in_favour, self.against, self.abstained):
            check_whole("votes", votes, least=0, most=MOST_VOTES)
        if self.minutes:
            check_text("minutes", self.minutes)

    def must_carry(self) -> None:
        """Raise `VoteLost` unless more were for than against; who abstained counts for neither."""
        if self.in_favour <= self.against:
            raise VoteLost(in_favour=self.in_favour, against=self.against)


@frozen
class Draft:
    """A version of the rules before it is law. Its id is ``code@version``, as in its text.

    `approved_by` is who wrote down the vote. `version` counts the changes of the record; former
    texts stand in its journal.
    """

    id: str
    text: str
    drafted_at: datetime
    drafted_by: str
    approved_at: datetime | None = None
    approved_by: str | None = None
    vote: Ballot | None = None
    status: DraftStatus = DraftStatus.DRAFT
    version: int = 1

    def __attrs_post_init__(self) -> None:
        if not can_be_stored(self.text):
            raise BadText(field="text")

    def revised(self, text: str, version: str) -> Draft:
        """The draft with another text, which has to be checked again.

        `version` is that of the new text; raises `DraftMismatch` where it is not this one's.
        """
        if version != self.id:
            raise DraftMismatch(draft=self.id, found=version)
        return DRAFT.advance(self, DraftStatus.DRAFT, text=text)

    def approved(self, vote: Ballot, *, at: datetime, by: str) -> Draft:
        """The draft, approved by a vote; raises `VoteLost`."""
        approved = DRAFT.advance(self, DraftStatus.APPROVED, vote=vote, approved_at=at, approved_by=by)
        vote.must_carry()
        return approved

    def must_decide_on(self, text: str) -> None:
        """Raise `NotApproved`, or `RuleSetFrozen`, unless this is the text that was approved."""
        if self.status is DraftStatus.PUBLISHED:
            if self.text != text:
                raise RuleSetFrozen(version=self.id)
        elif self.status is not DraftStatus.APPROVED or self.text != text:
            raise NotApproved(version=self.id, status=self.status)


@frozen
class Revision:
    """A text that a draft had, from the change of that number on."""

    version: int
    text: str
    at: datetime
    by: str
    reason: str | None = None


class VersionStatus(StrEnum):
    """Where a published version stands on a day."""

    UPCOMING = "upcoming"
    IN_FORCE = "in_force"
    SUPERSEDED = "superseded"


@frozen
class Version:
    """A published version and its days: from `starts_on`, until `ends_on`, which belongs to the next.

    One that was overtaken before it began has no day. `vote` is that of its draft, where it had one.
    """

    rules: RuleSet
    starts_on: date
    ends_on: date | None
    published_at: datetime
    published_by: str
    status: VersionStatus
    approved_by: str | None = None
    vote: Ballot | None = None


def status_of(starts_on: date, ends_on: date | None, today: date) -> VersionStatus:
    """Where a version with these days stands today."""
    if ends_on is not None and (ends_on <= today or ends_on <= starts_on):
        return VersionStatus.SUPERSEDED
    return VersionStatus.IN_FORCE if starts_on <= today else VersionStatus.UPCOMING


def beginning(rules: RuleSet, starts_on: date | None) -> RuleSet:
    """The rules from a day on that is not before the one they name; raises `StartsTooEarly`."""
    if starts_on is None or starts_on == rules.starts_on:
        return rules
    if starts_on < rules.starts_on:
        raise StartsTooEarly(version=rules.id, day=starts_on, first=rules.starts_on)
    return evolve(rules, starts_on=starts_on)
