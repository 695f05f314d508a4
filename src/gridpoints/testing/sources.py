"""Clocks and ids that a test decides."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import count
from threading import Lock

from gridpoints.values import check_instant

#: Where time begins in a test that does not care: a Monday morning, 9 o'clock in Shanghai.
START = datetime(2026, 3, 2, 1, tzinfo=UTC)


class ManualClock:
    """A clock that stands still until it is moved; with `tick`, it moves on after each reading."""

    def __init__(self, start: datetime = START, *, tick: timedelta = timedelta()) -> None:
        self._now = check_instant("start", start)
        self._tick = tick
        self._lock = Lock()

    def now(self) -> datetime:
        """The instant at which the clock stands."""
        with self._lock:
            now = self._now
            self._now += self._tick
            return now

    def set(self, instant: datetime) -> None:
        """Move to `instant`, forward or back."""
        with self._lock:
            self._now = check_instant("instant", instant)

    def advance(self, by: timedelta) -> datetime:
        """Move on, and answer the new present."""
        with self._lock:
            self._now += by
            return self._now


class SequentialIds:
    """Ids that count up, sort as they were made, and are the same in every run."""

    def __init__(self, prefix: str = "id") -> None:
        self._prefix = prefix
        self._numbers = count(1)

    def new(self) -> str:
        """The next id."""
        return f"{self._prefix}-{next(self._numbers):08}"
