"""Who could help out next door: grids with more people than they need, and those that are short of them."""

from __future__ import annotations

from attrs import frozen

from gridpoints.community.findings import Census
from gridpoints.community.offices import Office
from gridpoints.community.standards import Proposal, Reassignment, Standards
from gridpoints.values import Step


def rebalanced(census: Census, standards: Standards, group: str) -> Proposal:
    """How grids with more than enough of a group could help their neighbours: the same each time.

    The grid that lacks most is helped first, by those that are nearest, then by those that have most to
    spare; no grid gives more than it can spare. Of the people there, those who live where they are needed
    come first, then those who came last.
    """
    line = standards.staffing_of(group)
    staff = census.staff(line.roles)
    spare = {unit: len(people) - line.least for unit, people in staff.items()}
    neighbourhood = _Neighbourhood(census, standards.steps)
    moves: list[Reassignment] = []
    lacking: dict[str, int] = {}
    for needy in sorted((unit for unit in spare if spare[unit] < 0), key=lambda unit: (spare[unit], unit)):
        missing = -spare[needy]
        for giver in neighbourhood.givers(needy, spare):
            chosen = neighbourhood.chosen(giver, needy, staff)[: min(missing, spare[giver])]
            for office in chosen:
                moves.append(neighbourhood.move(office, giver, needy))
                staff[needy][office.member_id] = staff[giver].pop(office.member_id)
            spare[giver] -= len(chosen)
            missing -= len(chosen)
        if missing:
            lacking[needy] = missing
    return Proposal(group, tuple(moves), lacking)


@frozen
class _Neighbourhood:
    census: Census
    steps: int

    def givers(self, needy: str, spare: dict[str, int]) -> list[str]:
        """Those near enough that can spare somebody, the nearest first."""
        tree = self.census.tree
        far = {unit: tree.distance(unit, needy) for unit, left in spare.items() if left > 0}
        near = (unit for unit, steps in far.items() if steps <= self.steps)
        return sorted(near, key=lambda unit: (far[unit], -spare[unit], tree.grids[unit].name, unit))

    def chosen(self, giver: str, needy: str, staff: dict[str, dict[str, Office]]) -> list[Office]:
        """Those who could go, whoever should go first standing first; nobody who serves there already."""
        offices = [o for o in staff[giver].values() if o.member_id not in staff[needy] and o.grid_id]
        latest = sorted(offices, key=lambda office: (office.since, office.id), reverse=True)
        return sorted(latest, key=lambda office: not self._lives_in(office.member_id, needy))

    def move(self, office: Office, giver: str, needy: str) -> Reassignment:
        grids = self.census.tree.grids
        reasons = [Step("can_be_spared", {"grid": grids[giver].name})]
        if self._lives_in(office.member_id, needy):
            reasons.append(Step("lives_there", {"place": grids[needy].name}))
        return Reassignment(
            office_id=office.id,
            member_id=office.member_id,
            member=self.census.members[office.member_id].name,
            role=office.role,
            held_at=office.grid_id or giver,
            from_id=giver,
            to_id=needy,
            reasons=tuple(reasons),
        )

    def _lives_in(self, member_id: str, unit: str) -> bool:
        home = self.census.homes.get(self.census.members[member_id].household_id or "")
        return home is not None and self.census.unit_of.get(home.grid_id) == unit
