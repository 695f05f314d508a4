"""Emergencies: the mode, the muster, directives. Records: entries and certificates.

Frozen: what it says must not follow the tables of today.
"""

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from gridpoints.storage.sql.migrations import parts

revision = "0010"
down_revision = "0009"

INSTANT = sa.DateTime(timezone=True).with_variant(sa.Text(), "sqlite")
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
DAY = sa.Date()
WHOLE = sa.Integer()
AMOUNT = sa.BigInteger()


def upgrade() -> None:
    """Add the tables."""
    _emergencies()
    _musters()
    _directives()
    _recognition()
    parts.sqlite_statistics()


def _emergencies() -> None:
    parts.table(
        "emergency",
        parts.text("id"),
        parts.text("kind"),
        parts.text("reason"),
        parts.text("mode"),
        parts.column("declared_at", INSTANT),
        parts.text("declared_by"),
        parts.column("grids", JSON),
        parts.column("ended_at", INSTANT, nullable=True),
        parts.text("ended_by", nullable=True),
        parts.text("outcome", nullable=True),
        *parts.state(),
    )
    parts.index("emergency", "mode", "declared_at")


def _musters() -> None:
    parts.table(
        "muster_call",
        parts.text("id"),
        parts.text("emergency_id"),
        parts.text("place"),
        parts.column("wanted", WHOLE),
        parts.column("starts_at", INSTANT),
        parts.column("called_at", INSTANT),
        parts.text("called_by"),
        parts.column("ends_at", INSTANT, nullable=True),
        parts.text("skill", nullable=True),
        parts.text("grid_id", nullable=True),
        parts.text("deed", nullable=True),
        *parts.state(),
        parts.refers("muster_call", "emergency_id", "emergency"),
        parts.refers("muster_call", "grid_id", "grid"),
    )
    parts.index("muster_call", "emergency_id", "called_at")
    parts.table(
        "assignment",
        parts.text("id"),
        parts.text("call_id"),
        parts.text("emergency_id"),
        parts.text("member_id"),
        parts.column("requested_at", INSTANT),
        parts.text("requested_by"),
        parts.column("answer_by", INSTANT, nullable=True),
        parts.column("answered_at", INSTANT, nullable=True),
        parts.column("mobilised_at", INSTANT, nullable=True),
        parts.column("in_action_at", INSTANT, nullable=True),
        parts.column("demobilised_at", INSTANT, nullable=True),
        parts.text("hours", nullable=True),
        parts.text("hours_from", nullable=True),
        parts.text("verified_by", nullable=True),
        parts.text("award_id", nullable=True),
        *parts.state(),
        parts.refers("assignment", "call_id", "muster_call"),
        parts.refers("assignment", "emergency_id", "emergency"),
        parts.refers("assignment", "member_id", "member"),
        parts.refers("assignment", "award_id", "award"),
    )
    for columns in ("call_id", "status"), ("emergency_id", "status"), ("member_id", "status"):
        parts.index("assignment", *columns)
    parts.index("assignment", "status", "answer_by")


def _directives() -> None:
    parts.table(
        "directive",
        parts.text("id"),
        parts.text("text"),
        parts.column("issued_at", INSTANT),
        parts.text("issued_by"),
        parts.column("due_at", INSTANT),
        parts.text("emergency_id", nullable=True),
        *parts.state(),
        parts.refers("directive", "emergency_id", "emergency"),
    )
    parts.index("directive", "emergency_id", "issued_at")
    parts.table(
        "acknowledgement",
        parts.text("id"),
        parts.text("directive_id"),
        parts.text("grid_id"),
        parts.column("remind_at", INSTANT, nullable=True),
        parts.column("due_at", INSTANT),
        parts.column("responsible", JSON),
        parts.column("reminded_at", INSTANT, nullable=True),
        parts.column("escalated_at", INSTANT, nullable=True),
        parts.column("acknowledged_at", INSTANT, nullable=True),
        parts.text("acknowledged_by", nullable=True),
        parts.column("done_at", INSTANT, nullable=True),
        parts.text("outcome", nullable=True),
        *parts.state(),
        parts.refers("acknowledgement", "directive_id", "directive"),
        parts.refers("acknowledgement", "grid_id", "grid"),
    )
    parts.index("acknowledgement", "directive_id")
    parts.index("acknowledgement", "status", "due_at")


def _recognition() -> None:
    parts.table(
        "record_entry",
        parts.text("id"),
        parts.text("member_id"),
        parts.text("kind"),
        parts.text("title"),
        parts.column("day", DAY),
        parts.column("entered_at", INSTANT),
        parts.text("entered_by"),
        parts.text("hours", nullable=True),
        parts.text("given_by"),
        parts.text("note", nullable=True),
        parts.text("corrects", nullable=True),
        *parts.state(),
        parts.refers("record_entry", "member_id", "member"),
        parts.refers("record_entry", "corrects", "record_entry"),
    )
    parts.index("record_entry", "member_id", "day")
    parts.table(
        "certificate",
        parts.text("id"),
        parts.column("number", AMOUNT),
        parts.text("member_id"),
        parts.text("kind"),
        parts.column("issued_at", INSTANT),
        parts.text("issued_by"),
        parts.text("hours", nullable=True),
        parts.column("since", DAY, nullable=True),
        parts.column("until", DAY, nullable=True),
        parts.text("entry_id", nullable=True),
        parts.column("revoked_at", INSTANT, nullable=True),
        *parts.state(),
        parts.refers("certificate", "member_id", "member"),
        parts.refers("certificate", "entry_id", "record_entry"),
    )
    parts.index("certificate", "member_id", "number")
    parts.index("certificate", "status")
