"""Members excluded by a decision (取消资格): why, for how long, and whether it was undone."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from attrs import frozen

from gridpoints.records import Lifecycle
from gridpoints.rules.stars import Excluded


class ExclusionStatus(StrEnum):
    """An exclusion stands, over or not, until somebody decides that it does not."""

    STANDING = "standing"
    LIFTED = "lifted"


EXCLUSION = Lifecycle.of({ExclusionStatus.STANDING: {ExclusionStatus.LIFTED}})


@frozen
class Exclusion:
    """A decision that a member takes no part, from `since` until before `until` (None: for good).

    `reason` is one of those that the rules list, by its code, and `note` is what was found. One that was
    lifted holds for the days before `lifted_on`. It holds for as long as the rules know its reason.
    """

    id: str
    member_id: str
    reason: str
    since: date
    until: date | None
    note: str
    decided_by: str
    decided_at: datetime
    lifted_on: date | None = None
    status: ExclusionStatus = ExclusionStatus.STANDING
    version: int = 1

    @property
    def decided(self) -> Excluded:
        """What the rules are told of it."""
        ends = [day for day in (self.until, self.lifted_on) if day is not None]
        return Excluded(self.reason, self.since, min(ends, default=None))
