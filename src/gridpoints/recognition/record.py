"""The volunteer's record (志愿服务记录): identity, service, training, honours, evaluation. Pure.

As GB/T 40143-2021 (5.2.2) wants it: complete, with its corrections, and kept for at least ten years.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from attrs import field, frozen

from gridpoints.awards.exclusions import Exclusion
from gridpoints.community.consents import Consent
from gridpoints.community.model import Member
from gridpoints.recognition.model import Certificate, EntryKind, EntryStatus, RecordEntry

#: So long is a record kept after the last thing in it (GB/T 40143-2021, 5.2.2). Nothing is deleted at all.
YEARS_KEPT = 10


class ServiceKind(StrEnum):
    """Where a line of service comes from."""

    SESSION = "session"
    WISH = "wish"
    POST = "post"
    ERRAND = "errand"
    TASK = "task"
    EMERGENCY = "emergency"
    DRILL = "drill"


@frozen
class Correction:
    """What was changed of a line afterwards, and why; `hours_were` None: its points were taken back."""

    at: datetime
    by: str
    reason: str | None
    hours_were: Decimal | None = None


@frozen
class Service:
    """One line of service that somebody else verified: something claimed, or a turn in an emergency.

    `id` is the claim's or the turn's; `title` is empty for a wish, which is its beneficiary's affair. `void`
    is one of which the award was reversed, or not agreed to: it is shown, and counts no more.
    """

    id: str
    kind: ServiceKind
    title: str
    day: date
    hours: Decimal
    verified_by: str
    void: bool = False
    corrections: tuple[Correction, ...] = ()


@frozen
class VolunteerRecord:
    """All that the community knows of one volunteer, as it stood at `drawn_up_at`.

    `exclusions` are the decisions that they take no part, those that were lifted as well; `consents` is what
    they, or a guardian for them, agreed to, and what was withdrawn of it.
    Hours are a record, and never spent: whatever becomes of the points, they stay.
    """

    member: Member
    services: tuple[Service, ...]
    entries: tuple[RecordEntry, ...]
    certificates: tuple[Certificate, ...]
    exclusions: tuple[Exclusion, ...]
    consents: tuple[Consent, ...]
    drawn_up_at: datetime = field(eq=False)

    def hours_between(self, since: date | None, until: date | None) -> Decimal:
        """The verified hours of those days, both of which belong to it; drills are training."""
        return sum(
            (
                each.hours
                for each in self.services
                if not each.void
                and each.kind is not ServiceKind.DRILL
                and (since is None or since <= each.day)
                and (until is None or each.day <= until)
            ),
            Decimal(0),
        )

    @property
    def hours(self) -> Decimal:
        """All verified hours."""
        return self.hours_between(None, None)

    @property
    def entered_hours(self) -> Decimal:
        """Hours of service that somebody only entered: never part of `hours`, nor of a certificate."""
        return self._entered(EntryKind.SERVICE)

    @property
    def training_hours(self) -> Decimal:
        """Hours of training, drills included."""
        drills = (s.hours for s in self.services if s.kind is ServiceKind.DRILL and not s.void)
        return self._entered(EntryKind.TRAINING) + sum(drills, Decimal(0))

    @property
    def kept_until(self) -> date | None:
        """The day until which the record has to be kept; None: there is nothing in it."""
        days = [*(each.day for each in self.services), *(each.day for each in self.entries)]
        if not days:
            return None
        last = max(days)
        try:
            return last.replace(year=last.year + YEARS_KEPT)
        except ValueError:  # the last of February, in a year that has none; or the end of all years
            return date(min(last.year + YEARS_KEPT, date.max.year), 3, 1)

    def standing(self, kind: EntryKind) -> Iterator[RecordEntry]:
        """The entries of a kind that stand, by day."""
        return (e for e in self.entries if e.kind is kind and e.status is EntryStatus.STANDING)

    def _entered(self, kind: EntryKind) -> Decimal:
        return sum((entry.hours for entry in self.standing(kind) if entry.hours), Decimal(0))
