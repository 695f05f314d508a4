"""The room ``emergency`` (平急结合): the mode, the muster, directives, drills, and the report."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from attrs import frozen

from gridpoints.community.emergency import Emergency, EmergencyStatus
from gridpoints.community.leaving import LEFT, left_among
from gridpoints.emergency.directing import Directing
from gridpoints.emergency.directives import (
    ACKNOWLEDGEMENT,
    Acknowledgement,
    AcknowledgementStatus,
    Directive,
)
from gridpoints.emergency.matching import Candidate
from gridpoints.emergency.model import (
    ASSIGNMENT,
    NOT_YET_IN_ACTION,
    Assignment,
    AssignmentStatus,
    MusterCall,
)
from gridpoints.emergency.mustering import Asked
from gridpoints.emergency.reports import EmergencyReport, drawn_up
from gridpoints.storage.port import Range, Work

__all__ = ["Asked", "Candidate", "Due", "Emergencies", "EmergencyReport"]


@frozen
class Due:
    """What had come due: who did not answer, which grids to remind, which are overdue, and who has left."""

    lapsed: tuple[Assignment, ...] = ()
    reminded: tuple[Acknowledgement, ...] = ()
    escalated: tuple[Acknowledgement, ...] = ()
    released: tuple[Assignment, ...] = ()


@frozen
class Emergencies(Directing):
    """The room ``emergency``: from the alarm to the stand-down."""

    def tick(self, now: datetime | None = None) -> Due:
        """Let go of those who did not answer, remind the grids, escalate what is overdue; answers which.

        Who left the community is let go as well, unless they are in action: others are wanted in their place.
        What is due by `now`; None, or a time ahead of the clock: by now. To be called as often as one likes,
        and after any pause: each comes due once. A grid whose time is up is not reminded any more.
        """
        now = self.context.until(now)
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
            released = self._released(work, now, but={old.id for old, _ in lapsed})
            self.context.change_all(work, lapsed)
            self.context.change_all(work, released, LEFT)
            self.context.change_all(work, [*escalated, *reminded])
        return Due(
            tuple(new for _, new in lapsed),
            tuple(new for _, new in reminded),
            tuple(new for _, new in escalated),
            tuple(new for _, new in released),
        )

    def _released(
        self, work: Work, now: datetime, but: Collection[str]
    ) -> list[tuple[Assignment, Assignment]]:
        """The turns of those who left, each with what becomes of it."""
        on = [id for (id,) in work.select(Emergency, ("id",), {"status": EmergencyStatus.ON})]
        where = {"emergency_id": on, "status": NOT_YET_IN_ACTION}
        turns = dict(work.select(Assignment, ("id", "member_id"), where)) if on else {}
        gone = left_among(work, turns.values(), now)
        ids = [id for id, member_id in turns.items() if member_id in gone and id not in but]
        held = work.find(Assignment, {"id": ids, "status": NOT_YET_IN_ACTION}, lock=True) if ids else []
        return [(turn, ASSIGNMENT.advance(turn, AssignmentStatus.RELEASED)) for turn in held]

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
