"""From standby to stand-down: who sets out, serves, comes back, and is thanked. A part of `Emergencies`."""

from __future__ import annotations

from decimal import Decimal

from attrs import evolve, frozen

from gridpoints.awards.model import Award, Report
from gridpoints.awards.operations import Awards
from gridpoints.community.emergency import Emergency, Mode
from gridpoints.emergency.model import (
    ASSIGNMENT,
    CORRECTION,
    Assignment,
    AssignmentStatus,
    HoursFrom,
    MusterCall,
    hours_between,
)
from gridpoints.emergency.mustering import Mustering
from gridpoints.errors import DutyHoursOutOfRange, OwnDuty
from gridpoints.rules.case import Fact
from gridpoints.rules.operations import Rules
from gridpoints.rules.permissions import Right
from gridpoints.storage.port import Work
from gridpoints.values import check_exact, check_text

#: A fact that a rule set declares to give points for drills; without it, they earn none.
DRILL = "drill"


@frozen
class Serving(Mustering):
    """What people do who were mustered. They say so themselves, or who has the right `DIRECT` does."""

    def stand_by(self, assignment_id: str) -> Assignment:
        """Be ready to set out (待命)."""
        return self._move(assignment_id, AssignmentStatus.STANDBY)

    def mobilise(self, assignment_id: str) -> Assignment:
        """Set out (出动)."""
        return self._move(assignment_id, AssignmentStatus.MOBILISED, mobilised_at=self.context.now())

    def begin(self, assignment_id: str) -> Assignment:
        """Begin to serve at the place: hours are counted from now."""
        return self._move(
            assignment_id,
            AssignmentStatus.IN_ACTION,
            in_action_at=self.context.now(),
            hours_from=self._source(assignment_id),
        )

    def demobilise(self, assignment_id: str) -> Assignment:
        """Come back (撤离): the hours are those since `begin`, to the hundredth."""
        now = self.context.now()
        with self.context.begin() as work:
            assignment = self._locked(work, assignment_id)
            ended = ASSIGNMENT.advance(assignment, AssignmentStatus.DEMOBILISED, demobilised_at=now)
            assert assignment.in_action_at is not None  # noqa: S101  # it came to that status
            # One mark that the person made themself is enough: then nobody else saw all of it.
            own = HoursFrom.SELF_REPORTED in (assignment.hours_from, self._source(assignment_id))
            hours = hours_between(assignment.in_action_at, now)
            source = HoursFrom.SELF_REPORTED if own else HoursFrom.RECORDED
            return self.context.change(work, assignment, evolve(ended, hours=hours, hours_from=source))

    def enter_hours(self, assignment_id: str, hours: Decimal, *, reason: str) -> Assignment:
        """Correct the hours of somebody who is back, with the reason; what was counted stays in the journal.

        Raises `RightReserved`, `OwnDuty`, or `DutyHoursOutOfRange` for more than the emergency has lasted.
        """
        Rules(self.context).require(Right.DIRECT)
        reason, hours = check_text("reason", reason), check_exact("hours", hours)
        with self.context.begin() as work:
            assignment = work.get(Assignment, assignment_id, lock=True)
            self._refuse_own(assignment)
            emergency = work.get(Emergency, assignment.emergency_id)
            longest = hours_between(emergency.declared_at, emergency.ended_at or self.context.now())
            if not (hours.is_finite() and 0 < hours <= longest):
                raise DutyHoursOutOfRange(hours=hours, longest=longest)
            entered = CORRECTION.advance(
                assignment, AssignmentStatus.DEMOBILISED, hours=hours, hours_from=HoursFrom.ENTERED
            )
            return self.context.change(work, assignment, entered, reason)

    def stand_down(self, assignment_id: str) -> tuple[Assignment, Award | None]:
        """Verify somebody's turn, and credit its deed by the emergency rules; it may be after the end.

        A drill earns nothing, unless the rules of the day declare the fact ``drill`` and so say what it
        does. Raises `RightReserved`, `OwnDuty`, and what the crediting of a deed raises.
        """
        Rules(self.context).require(Right.DIRECT)
        with self.context.begin() as work:
            assignment = work.get(Assignment, assignment_id, lock=True)
            self._refuse_own(assignment)
            over = ASSIGNMENT.advance(
                assignment, AssignmentStatus.STOOD_DOWN, verified_by=self.context.actor.id
            )
            award = None
            if (report := self._report(work, assignment)) is not None:
                award = Awards(self.context).credit(report)
                over = evolve(over, award_id=award.id)
            return self.context.change(work, assignment, over), award

    # --- steps --------------------------------------------------------------------------------

    def _move(self, assignment_id: str, to: AssignmentStatus, **marks: object) -> Assignment:
        with self.context.begin() as work:
            assignment = self._locked(work, assignment_id)
            return self.context.change(work, assignment, ASSIGNMENT.advance(assignment, to, **marks))

    def _locked(self, work: Work, assignment_id: str) -> Assignment:
        assignment = work.get(Assignment, assignment_id, lock=True)
        self._answers_for(work, assignment)
        return assignment

    def _source(self, assignment_id: str) -> HoursFrom:
        own = self.assignment(assignment_id).member_id == self.context.actor.id
        return HoursFrom.SELF_REPORTED if own else HoursFrom.RECORDED

    def _refuse_own(self, assignment: Assignment) -> None:
        if self.context.actor.id == assignment.member_id:
            raise OwnDuty(actor=self.context.actor.id)

    def _report(self, work: Work, assignment: Assignment) -> Report | None:
        """The deed that a turn stands for; None: it is not to be credited."""
        call = work.get(MusterCall, assignment.call_id)
        if call.deed is None or not assignment.hours or assignment.in_action_at is None:
            return None
        day = self.context.local_day(assignment.in_action_at)
        rules = Rules(self.context).calendar().on(day).on(day)
        facts: dict[str, Fact] = {"emergency": True}
        if work.get(Emergency, assignment.emergency_id).mode is Mode.DRILL:
            if DRILL not in rules.facts:
                return None
            facts = {DRILL: True}
        quantities = {"hour": assignment.hours, "time": Decimal(1)}
        return Report(
            id=f"muster:{assignment.id}",
            member_id=assignment.member_id,
            deed=call.deed,
            day=day,
            quantity=quantities.get(rules.rule(call.deed).amount.per or ""),
            source=f"muster:{call.id}",
            facts=facts,
            former=True,
        )
