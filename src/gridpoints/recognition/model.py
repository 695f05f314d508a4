"""What is kept about volunteers beside what they did: entries of their record, and certificates.

Service itself is not kept twice: it is read from what was verified. Nothing is deleted; a wrong entry is
corrected by another one, which names it, or withdrawn with a reason.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from attrs import frozen

from gridpoints.errors import CertificateRevoked
from gridpoints.records import Lifecycle


class EntryKind(StrEnum):
    """What GB/T 40143-2021 keeps of a volunteer beside their service (培训、表彰、评价).

    Service is what was done elsewhere or before, as somebody entered it: it is shown, and counted apart.
    """

    TRAINING = "training"
    HONOUR = "honour"
    EVALUATION = "evaluation"
    SERVICE = "service"


class EntryStatus(StrEnum):
    """It stands, another one stands in its place, or it was wrong."""

    STANDING = "standing"
    CORRECTED = "corrected"
    WITHDRAWN = "withdrawn"


ENTRY = Lifecycle.of({EntryStatus.STANDING: {EntryStatus.CORRECTED, EntryStatus.WITHDRAWN}})


@frozen
class RecordEntry:
    """One line of a volunteer's record; `given_by` is the organisation that it comes from.

    `corrects` names the entry in the place of which it stands.
    """

    id: str
    member_id: str
    kind: EntryKind
    title: str
    day: date
    entered_at: datetime
    entered_by: str
    hours: Decimal | None = None
    given_by: str = ""
    note: str | None = None
    corrects: str | None = None
    status: EntryStatus = EntryStatus.STANDING
    version: int = 1


class CertificateKind(StrEnum):
    """Of the hours of some days, or of one entry: a training, an honour."""

    HOURS = "hours"
    ENTRY = "entry"


class CertificateStatus(StrEnum):
    """Valid until it is revoked."""

    VALID = "valid"
    REVOKED = "revoked"


CERTIFICATE = Lifecycle.of({CertificateStatus.VALID: {CertificateStatus.REVOKED}})


@frozen
class Certificate:
    """What a community certifies of a member (志愿服务证明), under a `number` of its own.

    It says what was so when it was issued: after a correction it is revoked, and another one issued.
    `since` and `until` are days, and both belong to it.
    """

    id: str
    number: int
    member_id: str
    kind: CertificateKind
    issued_at: datetime
    issued_by: str
    hours: Decimal | None = None
    since: date | None = None
    until: date | None = None
    entry_id: str | None = None
    revoked_at: datetime | None = None
    status: CertificateStatus = CertificateStatus.VALID
    version: int = 1

    def must_be_valid(self) -> None:
        """Raise `CertificateRevoked` for one that was revoked."""
        if self.status is not CertificateStatus.VALID:
            raise CertificateRevoked(certificate=self.id)
