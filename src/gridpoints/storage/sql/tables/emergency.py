"""The mode, the muster and the directives: the tables of `gridpoints.emergency`."""

from __future__ import annotations

from gridpoints.community.emergency import Emergency
from gridpoints.emergency.directives import Acknowledgement, Directive
from gridpoints.emergency.model import Assignment, MusterCall
from gridpoints.storage.sql.tables.base import (
    ExactJson,
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


class EmergencyRow(Row, table=True):
    """See `gridpoints.community.emergency.Emergency`."""

    __tablename__ = "gridpoints_emergency"
    __table_args__ = kept(Emergency, index("mode", "declared_at"))
    id: Key
    kind: Text
    reason: Text
    mode: Text
    declared_at: Instant
    declared_by: Text
    grids: ExactJson
    ended_at: InstantOrNone
    ended_by: TextOrNone
    outcome: TextOrNone
    status: Text
    version: Whole


class MusterCallRow(Row, table=True):
    """See `gridpoints.emergency.model.MusterCall`."""

    __tablename__ = "gridpoints_muster_call"
    __table_args__ = kept(MusterCall, index("emergency_id", "called_at"))
    id: Key
    emergency_id: Text
    place: Text
    wanted: Whole
    starts_at: Instant
    called_at: Instant
    called_by: Text
    ends_at: InstantOrNone
    skill: TextOrNone
    grid_id: TextOrNone
    deed: TextOrNone
    status: Text
    version: Whole


class AssignmentRow(Row, table=True):
    """See `gridpoints.emergency.model.Assignment`."""

    __tablename__ = "gridpoints_assignment"
    __table_args__ = kept(
        Assignment,
        index("call_id", "status"),
        index("emergency_id", "status"),
        index("member_id", "status"),
        index("status", "answer_by"),
    )
    id: Key
    call_id: Text
    emergency_id: Text
    member_id: Text
    requested_at: Instant
    requested_by: Text
    answer_by: InstantOrNone
    answered_at: InstantOrNone
    mobilised_at: InstantOrNone
    in_action_at: InstantOrNone
    demobilised_at: InstantOrNone
    hours: ExactOrNone
    hours_from: TextOrNone
    verified_by: TextOrNone
    award_id: TextOrNone
    status: Text
    version: Whole


class DirectiveRow(Row, table=True):
    """See `gridpoints.emergency.directives.Directive`."""

    __tablename__ = "gridpoints_directive"
    __table_args__ = kept(Directive, index("emergency_id", "issued_at"))
    id: Key
    text: Text
    issued_at: Instant
    issued_by: Text
    due_at: Instant
    emergency_id: TextOrNone
    status: Text
    version: Whole


class AcknowledgementRow(Row, table=True):
    """See `gridpoints.emergency.directives.Acknowledgement`."""

    __tablename__ = "gridpoints_acknowledgement"
    __table_args__ = kept(Acknowledgement, index("directive_id"), index("status", "due_at"))
    id: Key
    directive_id: Text
    grid_id: Text
    remind_at: InstantOrNone
    due_at: Instant
    responsible: ExactJson
    reminded_at: InstantOrNone
    escalated_at: InstantOrNone
    acknowledged_at: InstantOrNone
    acknowledged_by: TextOrNone
    done_at: InstantOrNone
    outcome: TextOrNone
    status: Text
    version: Whole
