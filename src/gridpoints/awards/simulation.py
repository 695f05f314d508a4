"""A draft tried out on what was done: the deeds that were ever judged, read from the awards."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from attrs import frozen

from gridpoints.awards.model import Award, AwardStatus
from gridpoints.community.model import Grid, Household, Member
from gridpoints.context import Context
from gridpoints.rules.case import Scope
from gridpoints.rules.findings import Simulation
from gridpoints.rules.model import RuleSet
from gridpoints.rules.simulation import Past, simulate
from gridpoints.storage.port import Range, Work
from gridpoints.values import Unit

#: So many days are read at a time.
PAGE = 7


def simulated(context: Context, draft: RuleSet, since: date, until: date) -> Simulation:
    """What the deeds from `since` to `until`, both days included, would have earned under a draft.

    They are judged by day, those of one day in the order in which they were recorded. The groups are
    the grids in which people live now. Nothing is written.
    """
    with context.read() as work:
        return simulate(draft, _Past.of(work, context.community).deeds(since, until))


@frozen
class _Past:
    work: Work
    community: str
    units: dict[str, Unit]
    members: dict[str, Member]
    households: dict[str, Household]
    grids: dict[str, str]

    @classmethod
    def of(cls, work: Work, community: str) -> _Past:
        return cls(
            work,
            community,
            {unit.code: unit for unit in work.find(Unit)},
            {member.id: member for member in work.find(Member)},
            {household.id: household for household in work.find(Household)},
            {grid.id: grid.name for grid in work.find(Grid)},
        )

    def deeds(self, since: date, until: date) -> Iterator[Past]:
        day = since
        while day <= until:
            days = Range(at_least=day, at_most=min(day + timedelta(PAGE - 1), until))
            for award in self.work.find(Award, {"day": days}, order=("day", "recorded_at", "id")):
                yield self._deed(award)
            day += timedelta(PAGE)

    def _deed(self, award: Award) -> Past:
        subjects = {Scope.MEMBER: award.member_id, Scope.COMMUNITY: self.community}
        home = self.members[award.member_id].household_id
        group = ""
        if home is not None:
            grid = self.households[home].grid_id
            subjects |= {Scope.HOUSEHOLD: home, Scope.GRID: grid}
            group = self.grids[grid]
        return Past(
            award.judged_as(),
            subjects,
            (self.units[award.unit], award.awarded if award.status is AwardStatus.CREDITED else 0),
            group,
        )
