"""Where the demo's year is played: stories go on in the order of time, under a simulated clock."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from heapq import heappop, heappush
from itertools import count

from attrs import define, field, frozen

from gridpoints.errors import Conflict, GridpointsError, NotAllowed, Refused
from gridpoints.exchange import Community
from gridpoints.values import midnight

#: What somebody does over time: a generator that yields the instant at which it goes on.
Story = Generator[datetime, None, None]


@define
class SimulatedClock:
    """A clock that shows what the stage last set it to."""

    instant: datetime

    def now(self) -> datetime:
        """The simulated instant, in UTC."""
        return self.instant.astimezone(UTC)


@frozen
class Refusals:
    """How often something was refused with one error, and the first time that it was."""

    first: GridpointsError
    times: int = 1


@define
class Stage:
    """Runs stories. One that is refused something ends there, and the refusal is counted."""

    village: Community
    clock: SimulatedClock
    refusals: dict[str, Refusals] = field(factory=dict)
    _agenda: list[tuple[datetime, int, Story]] = field(factory=list, init=False)
    _numbers: Iterator[int] = field(factory=count, init=False)

    def add(self, *stories: Story) -> None:
        """Let more stories begin, at the first instant that each yields."""
        for story in stories:
            self._go_on(story)

    def play(self, days: Iterable[date]) -> Iterator[date]:
        """Play each day as one transaction and answer it; what is left after the last stays open."""
        for day in days:
            end = midnight(day + timedelta(days=1), self.village.context.zone)
            with self.village.transaction():
                while self._agenda and self._agenda[0][0] < end:
                    self.clock.instant, _, story = heappop(self._agenda)
                    self._go_on(story)
            yield day

    def _go_on(self, story: Story) -> None:
        try:
            instant = next(story)
        except StopIteration:
            return
        except (Refused, Conflict, NotAllowed) as refusal:
            self.note(refusal)
            return
        # Stories of one instant go on in the order in which they asked for it.
        heappush(self._agenda, (max(instant, self.clock.instant), next(self._numbers), story))

    def note(self, refusal: GridpointsError) -> None:
        """Count a refusal."""
        known = self.refusals.get(refusal.code)
        self.refusals[refusal.code] = Refusals(known.first, known.times + 1) if known else Refusals(refusal)
