"""Who is thanked: the tables of `gridpoints.recognition`."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from sqlmodel import Field

from gridpoints.recognition.model import Certificate, RecordEntry
from gridpoints.storage.sql import types
from gridpoints.storage.sql.tables.base import (
    Amount,
    Day,
    ExactOrNone,
    Instant,
    InstantOrNone,
    Key,
    Row,
    Text,
    TextOrNone,
    Whole,
    index,
    kept,
)

DayOrNone = Annotated[date | None, Field(sa_type=types.Day)]


class RecordEntryRow(Row, table=True):
    """See `gridpoints.recognition.model.RecordEntry`."""

    __tablename__ = "gridpoints_record_entry"
    __table_args__ = kept(RecordEntry, index("member_id", "day"))
    id: Key
    member_id: Text
    kind: Text
    title: Text
    day: Day
    entered_at: Instant
    entered_by: Text
    hours: ExactOrNone
    given_by: Text
    note: TextOrNone
    corrects: TextOrNone
    status: Text
    version: Whole


class CertificateRow(Row, table=True):
    """See `gridpoints.recognition.model.Certificate`."""

    __tablename__ = "gridpoints_certificate"
    __table_args__ = kept(Certificate, index("member_id", "number"), index("status"))
    id: Key
    number: Amount
    member_id: Text
    kind: Text
    issued_at: Instant
    issued_by: Text
    hours: ExactOrNone
    since: DayOrNone
    until: DayOrNone
    entry_id: TextOrNone
    revoked_at: InstantOrNone
    status: Text
    version: Whole
