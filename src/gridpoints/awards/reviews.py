"""Who agrees (评议、公示): the stages that an award waits at, votes, objections, and what they come to."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from attrs import frozen

from gridpoints.records import Lifecycle
from gridpoints.rules.approval import Notice, Panel, Stage, StageKind
from gridpoints.values import midnight


class ReviewStatus(StrEnum):
    """Contested: a notice with an objection that nobody has decided on."""

    OPEN = "open"
    CONTESTED = "contested"
    PASSED = "passed"
    FAILED = "failed"
    STOPPED = "stopped"

    @property
    def waits(self) -> bool:
        """Whether an award waits at a review in this status."""
        return self in WAITING


REVIEW = Lifecycle.of(
    {
        ReviewStatus.OPEN: {
            ReviewStatus.CONTESTED,
            ReviewStatus.PASSED,
            ReviewStatus.FAILED,
            ReviewStatus.STOPPED,
        },
        ReviewStatus.CONTESTED: {ReviewStatus.OPEN, ReviewStatus.FAILED, ReviewStatus.STOPPED},
    }
)

#: While an award waits at a review, it is in one of these.
WAITING = (ReviewStatus.OPEN, ReviewStatus.CONTESTED)


@frozen
class Review:
    """One stage of one award. `stage` counts from 1; `closes_at` is when a notice ends."""

    id: str
    award_id: str
    stage: int
    kind: StageKind
    opened_at: datetime
    closes_at: datetime | None = None
    status: ReviewStatus = ReviewStatus.OPEN
    version: int = 1

    @classmethod
    def opened(cls, award_id: str, number: int, stage: Stage, at: datetime, zone: ZoneInfo) -> Review:
        """The review that begins `at`."""
        closes_at = notice_ends(at, stage.days, zone) if isinstance(stage, Notice) else None
        return cls(f"{award_id}#{number}", award_id, number, stage.kind, at, closes_at)


def notice_ends(at: datetime, days: int, zone: ZoneInfo) -> datetime:
    """The midnight after `days` whole days in the zone; the day on which it begins at noon is none."""
    day = at.astimezone(zone).date()
    first = day if midnight(day, zone) == at else day + timedelta(days=1)
    return midnight(first + timedelta(days=days), zone)


class Side(StrEnum):
    """How somebody votes."""

    FOR = "for"
    AGAINST = "against"


@frozen
class Vote:
    """What one person of a panel said, for ever. `amount` is the one they are for, where it is asked."""

    id: str
    review_id: str
    voter: str
    side: Side
    cast_at: datetime
    amount: int | None = None
    reason: str | None = None


class ObjectionStatus(StrEnum):
    """Moot: what it was about ended in another way before anybody decided on it."""

    OPEN = "open"
    UPHELD = "upheld"
    DISMISSED = "dismissed"
    MOOT = "moot"


OBJECTION = Lifecycle.of(
    {ObjectionStatus.OPEN: {ObjectionStatus.UPHELD, ObjectionStatus.DISMISSED, ObjectionStatus.MOOT}}
)


class ObjectionKind(StrEnum):
    """Against an award that is made public, or against a deduction that was made (申诉)."""

    OBJECTION = "objection"
    APPEAL = "appeal"


@frozen
class Objection:
    """What somebody has against an award."""

    id: str
    award_id: str
    made_by: str
    made_at: datetime
    reason: str
    kind: ObjectionKind = ObjectionKind.OBJECTION
    decided_by: str | None = None
    status: ObjectionStatus = ObjectionStatus.OPEN
    version: int = 1


class Verdict(StrEnum):
    """What the votes of a panel come to."""

    OPEN = "open"
    FOR = "for"
    AGAINST = "against"


def verdict(votes: Sequence[Vote], panel: Panel) -> Verdict:
    """`FOR` with a quorum and more for than against; `AGAINST` once it cannot come to that any more."""
    in_favour = sum(vote.side is Side.FOR for vote in votes)
    against = len(votes) - in_favour
    if len(votes) >= panel.quorum and in_favour > against:
        return Verdict.FOR
    seats_left = panel.seats - len(votes)
    return Verdict.AGAINST if in_favour + seats_left <= against else Verdict.OPEN


def middle(votes: Sequence[Vote]) -> int | None:
    """The amount in the middle of those that votes in favour name, the lower of two; None: none does."""
    amounts = sorted(vote.amount for vote in votes if vote.side is Side.FOR and vote.amount is not None)
    return amounts[(len(amounts) - 1) // 2] if amounts else None
