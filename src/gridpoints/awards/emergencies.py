"""Which deeds are judged by the emergency rules: those of the days and the area of an emergency."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from attrs import frozen

from gridpoints.community.emergency import Emergency, Mode
from gridpoints.context import Context
from gridpoints.rules.judging import Judgement
from gridpoints.storage.port import Work
from gridpoints.values import Step


def explained(judgement: Judgement, added: Sequence[Step]) -> Judgement:
    """The judgement, which says what the community added to the report: that it is one of an emergency."""
    if not added:
        return judgement
    rule, *others = judgement.explanation
    return judgement._replace(explanation=(rule, *added, *others))


@frozen
class _Days:
    """The local days of an emergency; the first and the last belong to it (None: it is still on)."""

    emergency: Emergency
    first: date
    last: date | None


@frozen
class EmergencyCalendar:
    """The real emergencies there were. Drills are none: no rule is told of them."""

    _days: tuple[_Days, ...]

    @classmethod
    def of(cls, context: Context, work: Work) -> EmergencyCalendar:
        """All that the community ever declared: they are few."""
        found = work.find(Emergency, {"mode": Mode.EMERGENCY}, order=("declared_at",))
        day = context.local_day
        return cls(
            tuple(
                _Days(e, day(e.declared_at), None if e.ended_at is None else day(e.ended_at)) for e in found
            )
        )

    @property
    def any(self) -> bool:
        """Whether there ever was one."""
        return bool(self._days)

    def step(self, day: date, grid_id: str | None) -> Step | None:
        """What is to be said of a deed of that day by somebody who lives in that grid; None: nothing."""
        for days in self._days:
            began = days.first <= day and (days.last is None or day <= days.last)
            if began and days.emergency.concerns(grid_id):
                return Step("in_emergency", {"emergency_kind": str(days.emergency.kind), "since": days.first})
        return None
