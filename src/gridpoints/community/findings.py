"""What is not as it should be: sizes, staff, coverage, overlaps. Pure: computed from a `Census`."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from enum import StrEnum
from functools import cached_property
from typing import Any

from attrs import field, frozen

from gridpoints.community.model import Grid, GridKind, Household, Member, MemberStatus, Standing, Tenure
from gridpoints.community.offices import Office
from gridpoints.community.overlays import Cover, Overlay
from gridpoints.community.standards import Size, Staffing, Standards
from gridpoints.community.tree import Tree
from gridpoints.values import Step


class FindingKind(StrEnum):
    """What can be found; each has its sentence in `gridpoints.i18n`."""

    TOO_MANY_HOUSEHOLDS = "too_many_households"
    TOO_FEW_HOUSEHOLDS = "too_few_households"
    TOO_MANY_PEOPLE = "too_many_people"
    TOO_FEW_PEOPLE = "too_few_people"
    UNDERSTAFFED = "understaffed"
    WITHOUT_WORKER = "without_worker"
    WORKER_OF_SEVERAL = "worker_of_several"
    HOUSEHOLD_WITHOUT_GRID = "household_without_grid"
    HOUSEHOLD_TWICE = "household_twice"
    COVERED_TWICE = "covered_twice"
    NOT_PLACED = "not_placed"
    TERM_OVER = "term_over"
    HOLDER_LEFT = "holder_left"
    MAY_RISE = "may_rise"


@frozen
class Finding:
    """One thing to look at: of which `record` (``grid``, ``household``…), its id, and the figures."""

    kind: FindingKind
    record: str
    id: str
    values: Mapping[str, Any] = field(factory=dict, hash=False)

    @property
    def step(self) -> Step:
        """What `gridpoints.i18n` makes a sentence of."""
        return Step(self.kind, self.values)


@frozen(slots=False)
class Census:
    """Who and what there is on one day, put together for counting. Closed and former things included."""

    day: date
    tree: Tree
    households: Sequence[Household]
    members: Mapping[str, Member]
    offices: Sequence[Office]
    overlays: Mapping[str, Overlay]
    covers: Sequence[Cover]

    @cached_property
    def units(self) -> tuple[Grid, ...]:
        """The grids that the standards are for: of that kind, in use, and with none of it inside."""
        standard = [g for g in self.tree.below(None) if g.kind is GridKind.GRID and _active(g)]
        outer = {above.id for grid in standard for above in self.tree.path(grid.id)[:-1]}
        return tuple(grid for grid in standard if grid.id not in outer)

    @cached_property
    def unit_of(self) -> Mapping[str, str]:
        """For each grid at or below one of the `units`, which one."""
        return {below.id: unit.id for unit in self.units for below in self.tree.below(unit.id)}

    @cached_property
    def homes(self) -> Mapping[str, Household]:
        """The households that are in use, by id."""
        return {household.id: household for household in self.households if _active(household)}

    @cached_property
    def residents(self) -> Mapping[str, list[Member]]:
        """Those who live in each household."""
        found: defaultdict[str, list[Member]] = defaultdict(list)
        for member in self.members.values():
            home = member.household_id
            if home is not None and home in self.homes and member.status is MemberStatus.ACTIVE:
                found[home].append(member)
        return found

    @cached_property
    def serving(self) -> tuple[Office, ...]:
        """The offices in term, of those who belong to the community."""
        return tuple(
            office
            for office in self.offices
            if office.in_term(self.day) and self.members[office.member_id].status is MemberStatus.ACTIVE
        )

    def unit_at(self, office: Office) -> str | None:
        """The standard grid that an office is in; None where it is over several, or nowhere."""
        place = office.grid_id
        if office.household_id is not None and office.household_id in self.homes:
            place = self.homes[office.household_id].grid_id
        return None if place is None else self.unit_of.get(place)

    def staff(self, roles: frozenset[str]) -> dict[str, dict[str, Office]]:
        """For each standard grid, who serves there in one of the roles, each once, by member."""
        found: dict[str, dict[str, Office]] = {unit.id: {} for unit in self.units}
        for office in sorted(self.serving, key=lambda office: (office.since, office.id)):
            if office.role in roles and (unit := self.unit_at(office)) is not None:
                found[unit].setdefault(office.member_id, office)
        return found


def findings(census: Census, standards: Standards) -> list[Finding]:
    """Everything that is found, in the order of the tree."""
    checks = (_sizes, _staffed, _workers, _households, _overlaps, _offices, _levels)
    return [finding for check in checks for finding in check(census, standards)]


def _active(place: Grid | Household | Overlay) -> bool:
    return place.status is Standing.ACTIVE


def _sizes(census: Census, standards: Standards) -> Iterator[Finding]:
    homes: Counter[str] = Counter()
    people: Counter[str] = Counter()
    for household in census.homes.values():
        if (inside := census.unit_of.get(household.grid_id)) is not None:
            homes[inside] += 1
            people[inside] += len(census.residents.get(household.id, ()))
    kinds = FindingKind
    for unit in census.units:
        few_or_many = (
            (standards.households, homes[unit.id], kinds.TOO_FEW_HOUSEHOLDS, kinds.TOO_MANY_HOUSEHOLDS),
            (standards.people, people[unit.id], kinds.TOO_FEW_PEOPLE, kinds.TOO_MANY_PEOPLE),
        )
        for size, found, few, many in few_or_many:
            yield from _size(unit, size, found, few, many)


def _size(
    unit: Grid, size: Size | None, found: int, few: FindingKind, many: FindingKind
) -> Iterator[Finding]:
    if size is None:
        return
    values = {"grid": unit.name, "found": found, "about": size.about}
    if found < size.least:
        yield Finding(few, "grid", unit.id, {**values, "bound": size.least})
    elif found > size.most:
        yield Finding(many, "grid", unit.id, {**values, "bound": size.most})


def _staffed(census: Census, standards: Standards) -> Iterator[Finding]:
    staff = {line.group: census.staff(line.roles) for line in standards.staffing}
    for unit in census.units:
        for line in standards.staffing:
            if (found := len(staff[line.group][unit.id])) < line.least:
                yield _understaffed(unit, line, found)


def _understaffed(unit: Grid, line: Staffing, found: int) -> Finding:
    missing = line.least - found
    values = {"grid": unit.name, "group": line.group, "found": found, "least": line.least, "missing": missing}
    return Finding(FindingKind.UNDERSTAFFED, "grid", unit.id, values)


def _workers(census: Census, standards: Standards) -> Iterator[Finding]:
    if not standards.workers:
        return
    workers = census.staff(standards.workers)
    for unit in census.units:
        if not workers[unit.id]:
            yield Finding(FindingKind.WITHOUT_WORKER, "grid", unit.id, {"grid": unit.name})
    serves: defaultdict[str, list[str]] = defaultdict(list)
    for unit in census.units:
        for member in workers[unit.id]:
            serves[member].append(unit.name)
    for member, grids in serves.items():
        if len(grids) > 1:
            values = {"member": census.members[member].name, "grids": tuple(grids)}
            yield Finding(FindingKind.WORKER_OF_SEVERAL, "member", member, values)


def _households(census: Census, standards: Standards) -> Iterator[Finding]:
    doors: defaultdict[str, list[Household]] = defaultdict(list)
    for household in census.homes.values():
        path = census.tree.path(household.grid_id)
        doors[household.label].append(household)
        inside_a_grid = any(grid.kind is GridKind.GRID and _active(grid) for grid in path)
        if not inside_a_grid or not all(map(_active, path)):
            values = {"household": household.label, "place": path[-1].name}
            yield Finding(FindingKind.HOUSEHOLD_WITHOUT_GRID, "household", household.id, values)
    for label, same in doors.items():
        yield from _twice(census, label, same)
    for member in census.members.values():
        if member.status is MemberStatus.ACTIVE and member.household_id not in census.homes:
            yield Finding(FindingKind.NOT_PLACED, "member", member.id, {"member": member.name})


def _twice(census: Census, label: str, same: Sequence[Household]) -> Iterator[Finding]:
    """Doors of one label, in different grids, with somebody of the same name behind both of them.

    The label alone says nothing: there is a number 101 in every building.
    """
    names = [{member.name for member in census.residents.get(each.id, ())} for each in same]
    for place, household in enumerate(same):
        others = [
            other
            for at, other in enumerate(same)
            if at != place and other.grid_id != household.grid_id and names[at] & names[place]
        ]
        if others and household.id < min(other.id for other in others):
            grids = [census.tree.grids[each.grid_id].name for each in (household, *others)]
            values = {"household": label, "grids": tuple(grids)}
            yield Finding(FindingKind.HOUSEHOLD_TWICE, "household", household.id, values)


def _overlaps(census: Census, standards: Standards) -> Iterator[Finding]:
    """What several functional units of one purpose cover: the highest place that has it is named."""
    over = _covered(census)
    for grid in census.tree.below(None):
        above = over.get(grid.parent_id or "", {})
        yield from _covered_twice(census, over.get(grid.id, {}), above, ("grid", grid.id, grid.name))
    for id, household in census.homes.items():
        above = over.get(household.grid_id, {})
        yield from _covered_twice(census, over.get(id, {}), above, ("household", id, household.label))


def _covered(census: Census) -> Mapping[str, Mapping[str, set[str]]]:
    """For each grid or household and each purpose, the functional units over it."""
    inside: defaultdict[str, list[str]] = defaultdict(list)
    for household in census.homes.values():
        inside[household.grid_id].append(household.id)
    over: defaultdict[str, defaultdict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for cover in census.covers:
        overlay = census.overlays[cover.overlay_id]
        if cover.status is not Tenure.HELD or not _active(overlay):
            continue
        places = [cover.household_id] if cover.household_id is not None else []
        for grid in census.tree.below(cover.grid_id) if cover.grid_id else ():
            places += [grid.id, *inside[grid.id]]
        for place in places:
            over[place][overlay.purpose].add(overlay.id)
    return over


def _covered_twice(
    census: Census,
    here: Mapping[str, set[str]],
    above: Mapping[str, set[str]],
    place: tuple[str, str, str],
) -> Iterator[Finding]:
    record, id, name = place
    for purpose, units in sorted(here.items()):
        if len(units) > 1 and units != above.get(purpose):
            names = tuple(sorted(census.overlays[unit].name for unit in units))
            yield Finding(
                FindingKind.COVERED_TWICE, record, id, {"place": name, "purpose": purpose, "units": names}
            )


def _offices(census: Census, standards: Standards) -> Iterator[Finding]:
    for office in census.offices:
        if office.status is not Tenure.HELD:
            continue
        member = census.members[office.member_id]
        values = {"member": member.name, "role": office.role}
        if member.status is not MemberStatus.ACTIVE:
            yield Finding(FindingKind.HOLDER_LEFT, "office", office.id, values)
        elif office.until is not None and office.until <= census.day:
            yield Finding(FindingKind.TERM_OVER, "office", office.id, {**values, "until": office.until})


def _levels(census: Census, standards: Standards) -> Iterator[Finding]:
    people: defaultdict[str, set[str]] = defaultdict(set)
    for office in census.serving:
        if office.overlay_id is not None:
            people[office.overlay_id].add(office.member_id)
    for overlay in census.overlays.values():
        levels = standards.levels.get(overlay.purpose, ())
        found = len(people[overlay.id])
        at = [level for level, _ in levels].index(overlay.level) if overlay.level in dict(levels) else -1
        reached = [(level, least) for level, least in levels[at + 1 :] if found >= least]
        if reached and _active(overlay):
            level, least = reached[-1]
            values = {"overlay": overlay.name, "found": found, "level": level, "least": least}
            yield Finding(FindingKind.MAY_RISE, "overlay", overlay.id, values)
