"""When points expire (积分有效期): never, at the end of a year, some months after, on a fixed day."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta
from typing import Protocol

from attrs import frozen


class Expiry(Protocol):
    """When points that were earned on a day can no longer be spent."""

    def after(self, day: date) -> date | None:
        """The first day on which points earned on `day` are gone; None: they stay."""


@frozen
class Never:
    """They stay until they are spent."""

    def after(self, day: date) -> None:
        """None, whatever the day."""


@frozen
class EndOfYear:
    """They are gone when a year has ended: that of the deed, or `years` later."""

    years: int = 0

    def after(self, day: date) -> date:
        """New Year's Day."""
        return date(day.year + self.years + 1, 1, 1)


@frozen
class Months:
    """They are gone so many months after the deed; of a month that is shorter, after its last day."""

    months: int

    def after(self, day: date) -> date:
        """The same day of the month, or the last one that there is (31 August and 6: 28 February)."""
        years, month = divmod(day.month - 1 + self.months, 12)
        year, month = day.year + years, month + 1
        return date(year, month, min(day.day, monthrange(year, month)[1]))


@frozen
class LastDay:
    """One day is the last for all; what is earned after it stays."""

    day: date

    def after(self, day: date) -> date | None:
        """The day after it, unless that has passed."""
        return self.day + timedelta(days=1) if day <= self.day else None
