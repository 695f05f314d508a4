"""The room ``emergency`` (平急结合): the mode, the muster, directives, drills, and the report."""

from __future__ import annotations

from datetime import datetime

from attrs import frozen

from gridpoints.community.emergency import Emergency
from gridpoints.emergency.directing import Directing
from gridpoints.emergency.directives import (
    ACKNOWLEDGEMENT,
    Acknowledgement,
    AcknowledgementStatus,
    Directive,
)
from gridpoints.emergency.matching import Candidate
from gridpoints.emergency.model import ASSIGNMENT, Assignment, AssignmentStatus, MusterCall
from gridpoints.emergency.mustering import Asked
from gridpoints.emergency.reports import EmergencyReport, drawn_up
from gridpoints.storage.port import Range
from gridpoints.values import check_instant

__all__ = ["Asked", "Candidate", "Due", "Emergencies", "EmergencyReport"]


@frozen
class Due:
    """What had come due: who did not answer, which grids to remind, and which are overdue."""

    lapsed: tuple[Assignment, ...] = ()
    reminded: tuple[Acknowledgement, ...] = ()
    escalated: tuple[Acknowledgement, ...] = ()


@frozen
class Emergencies(Directing):
    """The room ``emergency``: from the alarm to the stand-down."""

    def tick(self, now: datetime | None = None) -> Due:
        """Let go of those who did not answer, remind the grids, escalate what is overdue; answers which.

        To be called as often as one likes, and after any pause: each comes due once. A grid whose time is
        up is not reminded any more.
        """
        now = self.context.now() if now is None else check_instant("now", now)
        until = Range(at_most=now)
        status = AcknowledgementStatus
        with self.context.begin() as work:
            silent = {"status": AssignmentStatus.REQUESTED, "answer_by": until}
            lapsed = [
                (each, ASSIGNMENT.advance(each, AssignmentStatus.LAPSED))
                for each in work.find(Assignment, silent, lock=True)
            ]
            overdue = {"status": (status.AWAITED, status.REMINDED), "due_at": until}
            escalated = [
                (each, ACKNOWLEDGEMENT.advance(each, status.ESCALATED, escalated_at=now))
                for each in work.find(Acknowledgement, overdue, lock=True)
            ]
            unseen = {"status": status.AWAITED, "remind_at": until, "due_at": Range(above=now)}
            reminded = [
                (each, ACKNOWLEDGEMENT.advance(each, status.REMINDED, reminded_at=now))
                for each in work.find(Acknowledgement, unseen, lock=True)
            ]
            self.context.change_all(work, lapsed)
            self.context.change_all(work, [*escalated, *reminded])
        return Due(
            tuple(new for _, new in lapsed),
            tuple(new for _, new in reminded),
            tuple(new for _, new in escalated),
        )

    def report(self, emergency_id: str) -> EmergencyReport:
        """What an emergency, or a drill, came to, as it stands now; raises `RecordUnknown`."""
        with self.context.read() as work:
            emergency = work.get(Emergency, emergency_id)
            of_it = {"emergency_id": emergency.id}
            directives = work.find(Directive, of_it, order=("issued_at", "id"))
            of_them = {"directive_id": [directive.id for directive in directives]}
            return drawn_up(
                emergency,
                work.find(MusterCall, of_it, order=("called_at", "id")),
                work.find(Assignment, of_it, order=("requested_at", "id")),
                directives,
                work.find(Acknowledgement, of_them, order=("grid_id", "id")),
            )
