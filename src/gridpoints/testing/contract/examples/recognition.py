"""What somebody has done, and the papers on it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from gridpoints.recognition.model import (
    Certificate,
    CertificateKind,
    CertificateStatus,
    EntryKind,
    EntryStatus,
    RecordEntry,
)
from gridpoints.records import Record
from gridpoints.testing.contract.edges import BEFORE_1970, LATER, MOMENT, TEXT
from gridpoints.values import LONGEST_TEXT


def records() -> list[Record]:
    """Each after those it refers to."""
    return [
        RecordEntry(
            id="entry",
            member_id="nobody",
            kind=EntryKind.TRAINING,
            title=TEXT,
            day=date.min,
            entered_at=BEFORE_1970,
            entered_by="clerk",
            hours=Decimal("0.000001"),
            given_by=TEXT,
            note="长" * LONGEST_TEXT,
            status=EntryStatus.CORRECTED,
            version=2,
        ),
        RecordEntry("entry-2", "nobody", EntryKind.HONOUR, "x", date.max, MOMENT, "clerk", corrects="entry"),
        Certificate(
            id="certificate",
            number=2**53,
            member_id="nobody",
            kind=CertificateKind.ENTRY,
            issued_at=MOMENT,
            issued_by="clerk",
            hours=Decimal("1.50"),
            since=date.min,
            until=date.max,
            entry_id="entry-2",
            revoked_at=LATER,
            status=CertificateStatus.REVOKED,
            version=2,
        ),
        Certificate("certificate-2", 1, "nobody", CertificateKind.HOURS, BEFORE_1970, "clerk"),
    ]
