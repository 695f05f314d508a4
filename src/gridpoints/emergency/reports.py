"""What an emergency came to: who was mustered, for how many hours, and how fast the grids answered.

Pure: made from the records, so that it can be drawn up at any time, and again when hours were corrected.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import timedelta
from decimal import Decimal

from attrs import field, frozen

from gridpoints.community.emergency import Emergency
from gridpoints.emergency.directives import Acknowledgement, AcknowledgementStatus, Directive
from gridpoints.emergency.model import (
    Assignment,
    AssignmentStatus,
    HoursFrom,
    MusterCall,
)

_SERVED = (AssignmentStatus.IN_ACTION, AssignmentStatus.DEMOBILISED, AssignmentStatus.STOOD_DOWN)


@frozen
class CallReport:
    """What came of one call: everybody's turn, with how long the answer and the way took."""

    call: MusterCall
    assignments: tuple[Assignment, ...]

    @property
    def served(self) -> int:
        """How many people served there."""
        return len({each.member_id for each in self.assignments if each.status in _SERVED})

    @property
    def hours(self) -> Decimal:
        """The hours of those who served there."""
        return sum((each.hours for each in self.assignments if each.hours), Decimal(0))


@frozen
class DirectiveReport:
    """What came of one directive, grid by grid."""

    directive: Directive
    answers: tuple[Acknowledgement, ...]

    @property
    def took(self) -> Mapping[str, timedelta | None]:
        """How long each grid took to acknowledge; None: it never did."""
        issued = self.directive.issued_at
        return {
            each.grid_id: None if each.acknowledged_at is None else each.acknowledged_at - issued
            for each in self.answers
        }

    @property
    def late(self) -> tuple[str, ...]:
        """The grids that acknowledged after the due time, or not at all."""
        return tuple(
            each.grid_id
            for each in self.answers
            if each.acknowledged_at is None or each.acknowledged_at > each.due_at
        )

    @property
    def done(self) -> tuple[str, ...]:
        """The grids that reported it done."""
        return tuple(e.grid_id for e in self.answers if e.status is AcknowledgementStatus.DONE)


@frozen
class EmergencyReport:
    """The report of one emergency, or of one drill; never of both."""

    emergency: Emergency
    calls: tuple[CallReport, ...]
    directives: tuple[DirectiveReport, ...] = field(factory=tuple)

    @property
    def assignments(self) -> list[Assignment]:
        """Everybody's turns, by time."""
        return [each for call in self.calls for each in call.assignments]

    @property
    def asked(self) -> int:
        """How many people were asked or came; who had several turns is counted once."""
        return len({each.member_id for each in self.assignments})

    @property
    def served(self) -> int:
        """How many people served; who did so at several places is counted once."""
        return len({each.member_id for each in self.assignments if each.status in _SERVED})

    @property
    def to_stand_down(self) -> int:
        """How many people are back, and have still to be stood down."""
        back = AssignmentStatus.DEMOBILISED
        return len({each.member_id for each in self.assignments if each.status is back})

    @property
    def statuses(self) -> Mapping[AssignmentStatus, int]:
        """How many turns stand where."""
        return Counter(each.status for each in self.assignments)

    @property
    def hours(self) -> Mapping[HoursFrom, Decimal]:
        """The hours in action, by where they come from."""
        hours: dict[HoursFrom, Decimal] = {}
        for each in self.assignments:
            if each.hours is not None and each.hours_from is not None:
                hours[each.hours_from] = hours.get(each.hours_from, Decimal(0)) + each.hours
        return hours

    @property
    def lasted(self) -> timedelta | None:
        """How long it lasted; None: it is still on."""
        ended = self.emergency.ended_at
        return None if ended is None else ended - self.emergency.declared_at

    @property
    def first_in_action(self) -> timedelta | None:
        """How long it took from the alarm until the first was at their place; None: nobody was."""
        arrived = [each.in_action_at for each in self.assignments if each.in_action_at is not None]
        return min(arrived) - self.emergency.declared_at if arrived else None


def drawn_up(
    emergency: Emergency,
    calls: Sequence[MusterCall],
    assignments: Sequence[Assignment],
    directives: Sequence[Directive],
    answers: Sequence[Acknowledgement],
) -> EmergencyReport:
    """The report that these records make."""
    return EmergencyReport(
        emergency,
        tuple(CallReport(call, tuple(a for a in assignments if a.call_id == call.id)) for call in calls),
        tuple(
            DirectiveReport(directive, tuple(a for a in answers if a.directive_id == directive.id))
            for directive in directives
        ),
    )
