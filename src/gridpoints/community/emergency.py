"""Ordinary and emergency mode (平急结合): the same community, switched by an authorised act.

The mode is a state of the community, so it stands here: the awards look at it when they judge deeds.
Who is mustered while it is on, and what the grids are told, stands in `gridpoints.emergency`.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from attrs import frozen

from gridpoints.errors import EmergencyOver
from gridpoints.records import Lifecycle


class EmergencyKind(StrEnum):
    """What happened (突发事件类型)."""

    FLOOD = "flood"
    TYPHOON = "typhoon"
    EARTHQUAKE = "earthquake"
    LANDSLIDE = "landslide"
    FIRE = "fire"
    COLD = "cold"
    HEAT = "heat"
    EPIDEMIC = "epidemic"
    OUTAGE = "outage"
    ACCIDENT = "accident"
    SEARCH = "search"
    OTHER = "other"


class Mode(StrEnum):
    """Real (应急), or a drill (演练): the same machine, but never mixed."""

    EMERGENCY = "emergency"
    DRILL = "drill"


class EmergencyStatus(StrEnum):
    """On, or over: the community is back to ordinary mode."""

    ON = "on"
    OVER = "over"


EMERGENCY = Lifecycle.of({EmergencyStatus.ON: {EmergencyStatus.OVER}})


@frozen
class Emergency:
    """One time of emergency, from the alarm (启动) to the return to ordinary mode (终止).

    `grids` is the area: these and all that lay below them when it was declared; empty, it is the whole
    community. `outcome` is what was said of it at the end.
    """

    id: str
    kind: EmergencyKind
    reason: str
    mode: Mode
    declared_at: datetime
    declared_by: str
    grids: tuple[str, ...] = ()
    ended_at: datetime | None = None
    ended_by: str | None = None
    outcome: str | None = None
    status: EmergencyStatus = EmergencyStatus.ON
    version: int = 1

    def concerns(self, grid_id: str | None) -> bool:
        """Whether a grid lies in its area; None, for those who live in none, only in the whole community."""
        return not self.grids or grid_id in self.grids

    def must_be_on(self) -> None:
        """Raise `EmergencyOver` once it has ended."""
        if self.ended_at is not None:
            raise EmergencyOver(emergency=self.id, ended_at=self.ended_at)
