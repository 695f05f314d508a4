"""What was made of what looked odd: the table of `gridpoints.oversight`."""

from __future__ import annotations

from gridpoints.oversight.model import Look
from gridpoints.storage.sql.tables.base import Instant, Key, Row, Text, kept


class LookRow(Row, table=True):
    """See `gridpoints.oversight.model.Look`."""

    __tablename__ = "gridpoints_look"
    __table_args__ = kept(Look)
    id: Key
    suspicion: Text
    verdict: Text
    note: Text
    looked_at: Instant
    looked_by: Text
