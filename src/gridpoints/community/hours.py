"""Hours of the week: when a station is open, and when somebody has time. Local time, never an instant."""

from __future__ import annotations

import re
from datetime import datetime

from attrs import frozen

from gridpoints.errors import HoursUnclear

_CLOCK = re.compile(r"([01]\d|2[0-3]):[0-5]\d|24:00")


@frozen(order=True)
class WeeklyHours:
    """From `opens` to before `closes` on one day of each week: ``WeeklyHours(3, "09:00", "11:30")``.

    Weekdays count from 1, Monday, to 7; a day ends at ``24:00``. Raises `HoursUnclear`.
    """

    weekday: int
    opens: str
    closes: str

    def __attrs_post_init__(self) -> None:
        clear = (
            type(self.weekday) is int
            and 1 <= self.weekday <= 7  # days of the week
            and all(isinstance(clock, str) and _CLOCK.fullmatch(clock) for clock in (self.opens, self.closes))
            and self.opens < self.closes
        )
        if not clear:
            raise HoursUnclear(weekday=str(self.weekday), opens=str(self.opens), closes=str(self.closes))

    def covers(self, start: datetime, end: datetime) -> bool:
        """Whether all of it, from `start` to `end` in local time, lies within."""
        if start.isoweekday() != self.weekday or not self.opens <= _clock(start):
            return False
        if end.date() == start.date():
            return _clock(end) <= self.closes
        midnight = (end.date() - start.date()).days == 1 and _clock(end) == "00:00"
        return midnight and self.closes == "24:00"


def _clock(local: datetime) -> str:
    return f"{local:%H:%M}" if not (local.second or local.microsecond) else f"{local:%H:%M:%S.%f}"
