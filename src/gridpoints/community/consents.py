"""What people agree to, or their guardians for them (同意): to take part, or to be made public."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from attrs import frozen

from gridpoints.records import Lifecycle

#: What a consent covers that lets somebody take part in all that is claimed in a community.
EVERYWHERE = "community"
#: What a consent covers that lets all grades of somebody be made public; for one of them, ``grades:people``.
GRADES = "grades"


class AttestationStatus(StrEnum):
    """In force until it is withdrawn, or its time is over."""

    GIVEN = "given"
    WITHDRAWN = "withdrawn"


ATTESTATION = Lifecycle.of({AttestationStatus.GIVEN: {AttestationStatus.WITHDRAWN}})


@frozen
class Consent:
    """That a member agrees to what `covers` names, or a guardian for them (监护人同意).

    `covers` says in what a minor may take part, as the id of `gridpoints.claiming.conditions.Conditions`
    does, or that `GRADES` are made public. `given_by` is the id of the member, or of the guardian. Of a
    guardian who is no member, it says who that is, and `recorded_by`, who wrote it down, answers for it.
    """

    id: str
    member_id: str
    given_by: str
    covers: str
    recorded_by: str
    since: datetime
    until: datetime | None = None
    withdrawn_at: datetime | None = None
    status: AttestationStatus = AttestationStatus.GIVEN
    version: int = 1

    def holds_at(self, instant: datetime) -> bool:
        """Whether it is good at that time."""
        ends = (end for end in (self.until, self.withdrawn_at) if end is not None)
        return self.since <= instant and all(instant < end for end in ends)
