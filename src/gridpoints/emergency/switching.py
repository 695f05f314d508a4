"""The mode: switched on by an authorised act, and off again. A part of `Emergencies`."""

from __future__ import annotations

from collections.abc import Iterable

from attrs import frozen

from gridpoints.community.emergency import EMERGENCY, Emergency, EmergencyKind, EmergencyStatus, Mode
from gridpoints.community.model import Grid, Member, Profile
from gridpoints.context import Context
from gridpoints.emergency.directives import (
    ACKNOWLEDGEMENT,
    UNANSWERED,
    Acknowledgement,
    AcknowledgementStatus,
    Directive,
)
from gridpoints.emergency.model import (
    ASSIGNMENT,
    CALL,
    NOT_YET_IN_ACTION,
    Assignment,
    AssignmentStatus,
    CallStatus,
    HoursFrom,
    MusterCall,
    hours_between,
)
from gridpoints.errors import EmergencyOn, RecordUnknown, StillInAction
from gridpoints.rules.operations import Rules
from gridpoints.rules.permissions import Right
from gridpoints.storage.port import Work
from gridpoints.values import check_text


@frozen
class Switching:
    """Ordinary mode and emergency mode."""

    context: Context

    def declare(
        self,
        kind: EmergencyKind,
        reason: str,
        *,
        grids: Iterable[str] = (),
        mode: Mode = Mode.EMERGENCY,
        id: str | None = None,
    ) -> Emergency:
        """Switch the community, or some of its grids with all below them, to emergency mode.

        From that day on the deeds of those who live there are judged by the emergency rules. One real
        emergency is on at a time, and one drill, which is broken off when it becomes serious. Raises
        `RightReserved`, `EmergencyOn`, or `RecordUnknown` for a grid.
        """
        Rules(self.context).require(Right.EMERGENCY)
        with self.context.begin() as work:
            emergency = Emergency(
                id=self.context.id(id),
                kind=EmergencyKind(kind),
                reason=check_text("reason", reason),
                mode=Mode(mode),
                declared_at=self.context.now(),
                declared_by=self.context.actor.id,
                grids=_area(work, tuple(grids)),
            )
            # Who switches locks the community itself, so that two of them do not both find it at peace.
            work.get(Profile, self.context.community, lock=True)
            for other in work.find(Emergency, {"status": EmergencyStatus.ON}, lock=True):
                if emergency.mode is Mode.DRILL or other.mode is Mode.EMERGENCY:
                    raise EmergencyOn(emergency=other.id, mode=other.mode, since=other.declared_at)
                self._finish(work, other, emergency.reason)
            return self.context.keep(work, emergency)

    def end(self, emergency_id: str, outcome: str) -> Emergency:
        """Go back to ordinary mode. `report` tells what was done meanwhile.

        Who has not served yet is released, calls are closed, and no answer to a directive is awaited any
        more. Raises `RightReserved`, `EmergencyOver`, or `StillInAction`: nobody is forgotten out there.
        """
        Rules(self.context).require(Right.EMERGENCY)
        outcome = check_text("outcome", outcome)
        with self.context.begin() as work:
            emergency = work.get(Emergency, emergency_id, lock=True)
            emergency.must_be_on()
            self._open_calls(work, emergency)  # calls are locked before assignments, everywhere
            acting = self._assignments(work, emergency, (AssignmentStatus.IN_ACTION,))
            if acting:
                members = work.find(Member, {"id": [each.member_id for each in acting]}, order=("name",))
                names = tuple(member.name for member in members)
                raise StillInAction(emergency=emergency.id, members=names)
            return self._finish(work, emergency, outcome)

    def present(self, mode: Mode = Mode.EMERGENCY) -> Emergency | None:
        """The emergency (or the drill) that is on; None: the community is in ordinary mode."""
        with self.context.read() as work:
            found = work.find(Emergency, {"mode": mode, "status": EmergencyStatus.ON})
        return found[0] if found else None

    def emergency(self, id: str) -> Emergency:
        """The emergency or the drill of that id; raises `RecordUnknown`."""
        with self.context.read() as work:
            return work.get(Emergency, id)

    def emergencies(self, mode: Mode = Mode.EMERGENCY) -> list[Emergency]:
        """All emergencies there were, oldest first; never mixed with the drills."""
        with self.context.read() as work:
            return work.find(Emergency, {"mode": mode}, order=("declared_at", "id"))

    # --- steps --------------------------------------------------------------------------------

    def _finish(self, work: Work, emergency: Emergency, outcome: str) -> Emergency:
        """End it, and all that was begun for it. In a drill, who is in action is called back."""
        now = self.context.now()
        calls = self._open_calls(work, emergency)
        self.context.change_all(work, ((call, CALL.advance(call, CallStatus.CLOSED)) for call in calls))
        waiting = self._assignments(work, emergency, NOT_YET_IN_ACTION)
        self.context.change_all(
            work, ((each, ASSIGNMENT.advance(each, AssignmentStatus.RELEASED)) for each in waiting)
        )
        for acting in self._assignments(work, emergency, (AssignmentStatus.IN_ACTION,)):
            assert acting.in_action_at is not None  # noqa: S101  # it came to that status
            back = ASSIGNMENT.advance(
                acting,
                AssignmentStatus.DEMOBILISED,
                demobilised_at=now,
                hours=hours_between(acting.in_action_at, now),
                hours_from=HoursFrom.RECORDED,
            )
            self.context.change(work, acting, back)
        directives = [directive.id for directive in work.find(Directive, {"emergency_id": emergency.id})]
        make_moot(self.context, work, directives)
        ended = EMERGENCY.advance(
            emergency,
            EmergencyStatus.OVER,
            ended_at=now,
            ended_by=self.context.actor.id,
            outcome=outcome,
        )
        return self.context.change(work, emergency, ended)

    def _open_calls(self, work: Work, emergency: Emergency) -> list[MusterCall]:
        return work.find(MusterCall, {"emergency_id": emergency.id, "status": CallStatus.OPEN}, lock=True)

    def _assignments(
        self, work: Work, emergency: Emergency, statuses: tuple[AssignmentStatus, ...]
    ) -> list[Assignment]:
        return work.find(Assignment, {"emergency_id": emergency.id, "status": statuses}, lock=True)


def make_moot(context: Context, work: Work, directives: list[str]) -> None:
    """Wait for no answer to these directives any more."""
    unanswered = {"directive_id": directives, "status": UNANSWERED}
    found = work.find(Acknowledgement, unanswered, lock=True)
    moot = AcknowledgementStatus.MOOT
    context.change_all(work, ((each, ACKNOWLEDGEMENT.advance(each, moot)) for each in found))


def _area(work: Work, named: tuple[str, ...]) -> tuple[str, ...]:
    """These grids and all below them; raises `RecordUnknown`."""
    if not named:
        return ()
    grids = work.find(Grid)
    known = {grid.id for grid in grids}
    for id in named:
        if id not in known:
            raise RecordUnknown(kind="grid", id=id)
    area: set[str] = set()
    more = set(named)
    while more:
        area |= more
        more = {grid.id for grid in grids if grid.parent_id in more} - area
    return tuple(sorted(area))
