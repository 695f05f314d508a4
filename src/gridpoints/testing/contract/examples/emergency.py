"""Emergencies, calls, turns and directives."""

from __future__ import annotations

from decimal import Decimal

from gridpoints.community.emergency import Emergency, EmergencyKind, EmergencyStatus
from gridpoints.community.emergency import Mode as EmergencyMode
from gridpoints.emergency.directives import Acknowledgement, AcknowledgementStatus, Directive, DirectiveStatus
from gridpoints.emergency.model import Assignment, AssignmentStatus, CallStatus, HoursFrom, MusterCall
from gridpoints.records import Record
from gridpoints.testing.contract.edges import BEFORE_1970, LATER, LONG_ID, MOMENT, TEXT
from gridpoints.values import LONGEST_TEXT


def records() -> list[Record]:
    """Each after those it refers to."""
    return [
        Emergency(
            id="汛",
            kind=EmergencyKind.FLOOD,
            reason=TEXT,
            mode=EmergencyMode.DRILL,
            declared_at=BEFORE_1970,
            declared_by="clerk",
            grids=("grid.1", LONG_ID),
            ended_at=LATER,
            ended_by="王",
            outcome="长" * LONGEST_TEXT,
            status=EmergencyStatus.OVER,
            version=2,
        ),
        Emergency("fire", EmergencyKind.FIRE, "x", EmergencyMode.EMERGENCY, MOMENT, "clerk"),
        MusterCall(
            id="call",
            emergency_id="汛",
            place=TEXT,
            wanted=10**9,
            starts_at=BEFORE_1970,
            called_at=MOMENT,
            called_by="clerk",
            ends_at=LATER,
            skill="水泵",
            grid_id=LONG_ID,
            deed="巡逻/夜",
            status=CallStatus.CLOSED,
            version=3,
        ),
        MusterCall("call-2", "fire", "x", 1, MOMENT, MOMENT, "clerk"),
        Directive("令", TEXT, BEFORE_1970, "clerk", LATER, "汛", DirectiveStatus.WITHDRAWN, 2),
        Directive("every-day", "x", MOMENT, "clerk", LATER),
        Acknowledgement(
            id="令/" + LONG_ID,
            directive_id="令",
            grid_id=LONG_ID,
            remind_at=MOMENT,
            due_at=LATER,
            responsible=("李秀英@1", "zhao"),
            reminded_at=MOMENT,
            escalated_at=LATER,
            acknowledged_at=LATER,
            acknowledged_by="zhao",
            done_at=LATER,
            outcome=TEXT,
            status=AcknowledgementStatus.DONE,
            version=5,
        ),
        Acknowledgement("every-day/grid.1", "every-day", "grid.1", None, LATER),
        Assignment(
            id="assignment",
            call_id="call",
            emergency_id="汛",
            member_id="李秀英@1",
            requested_at=BEFORE_1970,
            requested_by="clerk",
            answer_by=MOMENT,
            answered_at=BEFORE_1970,
            mobilised_at=BEFORE_1970,
            in_action_at=BEFORE_1970,
            demobilised_at=LATER,
            hours=Decimal("2190456.00"),
            hours_from=HoursFrom.SELF_REPORTED,
            verified_by="王",
            award_id="award",
            status=AssignmentStatus.STOOD_DOWN,
            version=7,
        ),
        Assignment("assignment-2", "call-2", "fire", "nobody", MOMENT, "clerk"),
    ]
