"""Whom to ask first: by skill, place and availability."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from attrs import frozen

from gridpoints.emergency.model import MusterCall
from gridpoints.values import Interval

#: Of somebody who lives in no grid, or of a call to no grid: after all who live somewhere near.
_FAR = 1_000


@frozen
class Candidate:
    """Somebody who could be asked: what they can do, where they live, when they are free.

    `free` None: at any time. Whoever keeps a roster of skills makes them from it.
    """

    member_id: str
    skills: frozenset[str] = frozenset()
    grid_id: str | None = None
    free: tuple[Interval, ...] | None = None

    def is_free(self, start: datetime, end: datetime | None) -> bool:
        """Whether one stretch of their free time holds all of that time; without an end, its start."""
        if self.free is None:
            return True
        return any(start in interval and (end is None or end <= interval.end) for interval in self.free)


def ranked(
    call: MusterCall, candidates: Iterable[Candidate], parents: Mapping[str, str | None]
) -> list[Candidate]:
    """Those who have the skill and are free, nearest first; equally near ones in the order given.

    `parents` has the grid above each grid: how near two are is how many steps lie between them.
    """
    fit = [
        candidate
        for candidate in candidates
        if (call.skill is None or call.skill in candidate.skills)
        and candidate.is_free(call.starts_at, call.ends_at)
    ]
    if call.grid_id is None:
        return fit
    up = {grid: steps for steps, grid in enumerate(_above(call.grid_id, parents))}
    return sorted(fit, key=lambda candidate: _distance(candidate.grid_id, up, parents))


def _distance(grid_id: str | None, up: Mapping[str, int], parents: Mapping[str, str | None]) -> int:
    if grid_id is not None:
        for steps, grid in enumerate(_above(grid_id, parents)):
            if grid in up:
                return steps + up[grid]
    return _FAR


def _above(grid_id: str, parents: Mapping[str, str | None]) -> list[str]:
    """The grid and all above it."""
    way: list[str] = []
    grid: str | None = grid_id
    while grid is not None and grid not in way:
        way.append(grid)
        grid = parents.get(grid)
    return way
