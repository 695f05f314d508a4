"""A draft tried out on what was done: the deeds that were ever judged, read from the awards."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta

from attrs import field, frozen

from gridpoints.awards.model import Award, AwardStatus
from gridpoints.community.model import Grid, Household, Member
from gridpoints.context import Context
from gridpoints.rules.case import Deed, Scope
from gridpoints.rules.findings import Simulation
from gridpoints.rules.model import RuleSet
from gridpoints.rules.simulation import Past, simulate
from gridpoints.storage.port import Range, Work
from gridpoints.values import Unit

#: So many days are read at a time.
PAGE = 7
#: What is read of an award; from the fifth on as in `Deed`.
_READ = ("member_id", "unit", "awarded", "status", "deed", "day", "quantity", "facts", "chosen")


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
    units: Mapping[str, Unit]
    #: The household of each member, the grid of each household, the name of each grid.
    homes: Mapping[str, str | None]
    grids: Mapping[str, str]
    names: Mapping[str, str]
    #: As whom a member is counted, and the group; what all deeds of a member share.
    places: dict[str, tuple[Mapping[Scope, str], str]] = field(factory=dict)

    @classmethod
    def of(cls, work: Work, community: str) -> _Past:
        return cls(
            work,
            community,
            {unit.code: unit for unit in work.find(Unit)},
            dict(work.select(Member, ("id", "household_id"))),
            dict(work.select(Household, ("id", "grid_id"))),
            dict(work.select(Grid, ("id", "name"))),
        )

    def deeds(self, since: date, until: date) -> Iterator[Past]:
        day = since
        while day <= until:
            days = Range(at_least=day, at_most=min(day + timedelta(PAGE - 1), until))
            awards = self.work.select(Award, _READ, {"day": days}, order=("day", "recorded_at", "id"))
            for member, unit, awarded, status, *told in awards:
                if (place := self.places.get(member)) is None:
                    place = self.places[member] = self._place(member)
                subjects, group = place
                given = awarded if status is AwardStatus.CREDITED else 0
                yield Past(Deed(*told), subjects, (self.units[unit], given), group)
            day += timedelta(PAGE)

    def _place(self, member: str) -> tuple[Mapping[Scope, str], str]:
        subjects = {Scope.MEMBER: member, Scope.COMMUNITY: self.community}
        if (home := self.homes[member]) is None:
            return subjects, ""
        grid = self.grids[home]
        return {**subjects, Scope.HOUSEHOLD: home, Scope.GRID: grid}, self.names[grid]
