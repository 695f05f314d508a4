"""Which household a row of a roster means, among those there are; those that are missing are planned."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from functools import cached_property
from typing import TypeVar

from attrs import field, frozen

from gridpoints.community.model import Grid, Household, Standing
from gridpoints.errors import GridAmbiguous, GridUnknown
from gridpoints.sheets.identity import content_id

T = TypeVar("T")


@frozen(slots=False)
class Homes:
    """The grids and households of the register, and those that a list would add.

    A household whose row names no grid is the only one with that label; else it lies in the grid that
    is named like the community, `village`. Where `new_grids` is not set, a grid that is not in the
    tree is a `GridUnknown`.
    """

    grids: dict[str, Grid]
    households: dict[str, Household]
    village: str
    new_grids: bool
    planned_grids: dict[str, Grid] = field(factory=dict)
    planned_households: dict[str, Household] = field(factory=dict)
    _answered: dict[tuple[str, str], Household] = field(factory=dict, init=False)
    _understood: dict[str, Grid] = field(factory=dict, init=False)

    @cached_property
    def _named(self) -> dict[str, list[Grid]]:
        return _grouped((grid.name, grid) for grid in self.grids.values())

    @cached_property
    def _labelled(self) -> dict[str, list[Household]]:
        return _grouped((each.label, each) for each in self.households.values() if _active(each))

    @cached_property
    def _at(self) -> dict[tuple[str, str], Household]:
        """By grid and label; of several, one that is in use, and then the one with the smallest id."""
        smallest_last = sorted(self.households.values(), key=lambda each: each.id, reverse=True)
        return {(each.grid_id, each.label): each for each in sorted(smallest_last, key=_active)}

    def meant(self, grid: str, label: str, present: str | None) -> Household:
        """The household of that label, for somebody who lives in `present`; planned where there is none.

        Raises `GridUnknown`, `GridAmbiguous` or `PlaceClosed`.
        """
        if not grid:
            lives_in = None if present is None else self.households.get(present)
            if lives_in is not None and lives_in.label == label:
                return lives_in
            same = self._labelled.get(label, [])
            if len(same) == 1:
                return same[0]
        # A list names few homes many times; what is planned for one row is there for the next.
        if (answered := self._answered.get((grid, label))) is None:
            answered = self._answered[grid, label] = self._in_grid(self._grid(grid), label)
        return answered

    def _in_grid(self, grid: Grid, label: str) -> Household:
        if (found := self._at.get((grid.id, label))) is not None:
            found.must_be_active()
            return found
        return Household(content_id("household", grid.id, label), grid.id, label)

    def _grid(self, text: str) -> Grid:
        if (grid := self._understood.get(text)) is None:
            grid = self._understood[text] = self._named_by(text)
        return grid

    def _named_by(self, text: str) -> Grid:
        if text in self.grids:
            found = self.grids[text]
        else:
            named = self._named.get(text or self.village, [])
            in_use = [grid for grid in named if _active(grid)] or named
            if len(in_use) > 1 and text:
                raise GridAmbiguous(name=text[:80], ids=tuple(sorted(grid.id for grid in in_use)[:6]))
            if not in_use:
                return self._new_grid(text)
            found = min(in_use, key=lambda grid: grid.id)
        found.must_be_active()
        return found

    def _new_grid(self, text: str) -> Grid:
        if text and not self.new_grids:
            raise GridUnknown(grid=text[:80])
        name = text or self.village
        return Grid(content_id("grid", name), name)

    def plan(self, grid: str, household: Household) -> Household:
        """Note that a household which `meant` answered is needed: it is added if it is not there."""
        if household.id not in self.households:
            if household.grid_id not in self.grids:
                name = grid or self.village
                self.planned_grids.setdefault(household.grid_id, Grid(household.grid_id, name))
            self.planned_households.setdefault(household.id, household)
        return household

    def shown(self, household_id: str | None) -> str:
        """Grid and label, for people to read; empty where there is no household."""
        if household_id is None:
            return ""
        household = self.households.get(household_id) or self.planned_households[household_id]
        grid = self.grids.get(household.grid_id) or self.planned_grids[household.grid_id]
        return f"{grid.name} {household.label}"


def _active(place: Grid | Household) -> bool:
    return place.status is Standing.ACTIVE


def _grouped(pairs: Iterable[tuple[str, T]]) -> dict[str, list[T]]:
    groups: defaultdict[str, list[T]] = defaultdict(list)
    for name, each in pairs:
        groups[name].append(each)
    return groups
