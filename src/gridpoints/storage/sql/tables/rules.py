"""What it is worth: units, rule sets, and the counters of their limits."""

from __future__ import annotations

from gridpoints.rules.life import Draft
from gridpoints.rules.model import PublishedRules
from gridpoints.storage.sql.tables.base import (
    BY_KEY,
    Amount,
    Day,
    ExactJsonOrNone,
    Instant,
    InstantOrNone,
    Json,
    Key,
    Row,
    Text,
    TextOrNone,
    Whole,
    kept,
)
from gridpoints.values import Unit


class UnitRow(Row, table=True):
    """See `gridpoints.values.Unit`."""

    __tablename__ = "gridpoints_unit"
    __table_args__ = kept(Unit, key="code")
    code: Key
    scale: Whole
    names: Json


class DraftRow(Row, table=True):
    """See `gridpoints.rules.life.Draft`."""

    __tablename__ = "gridpoints_draft"
    __table_args__ = kept(Draft)
    id: Key
    text: Text
    drafted_at: Instant
    drafted_by: Text
    approved_at: InstantOrNone
    approved_by: TextOrNone
    vote: ExactJsonOrNone
    status: Text
    version: Whole


class PublishedRulesRow(Row, table=True):
    """See `gridpoints.rules.model.PublishedRules`."""

    __tablename__ = "gridpoints_published_rules"
    __table_args__ = kept(PublishedRules)
    id: Key
    text: Text
    starts_on: Day
    published_at: Instant
    published_by: Text


class UsageRow(Row, table=True):
    """What was used under a `gridpoints.rules.case.UsageKey`, whose text is the id."""

    __tablename__ = "gridpoints_usage"
    __table_args__ = BY_KEY
    id: Key
    used: Amount
