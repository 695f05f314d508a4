"""The journal of all changes of records, which is the outbox as well."""

from __future__ import annotations

from sqlalchemy import UniqueConstraint

from gridpoints.records import Change
from gridpoints.storage.sql.tables.base import (
    AmountOrNone,
    ExactJson,
    Instant,
    Key,
    Row,
    Text,
    TextOrNone,
    Whole,
    kept,
)


class ChangeRow(Row, table=True):
    """See `gridpoints.records.Change`; `number` is its place in the `Outbox`, None: it has none yet."""

    __tablename__ = "gridpoints_change"
    __table_args__ = kept(
        Change,
        UniqueConstraint("community_id", "subject", "kind", "version"),
        UniqueConstraint("community_id", "number"),
        own={"number"},
    )
    id: Key
    kind: Text
    subject: Text
    version: Whole
    at: Instant
    actor: Text
    status: TextOrNone
    before: ExactJson
    reason: TextOrNone
    number: AmountOrNone
