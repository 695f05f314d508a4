"""Where everything is: the tree of grids, households, and functional units over them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from attrs import evolve, frozen

from gridpoints.community.model import (
    STANDING,
    TENURE,
    Grid,
    GridKind,
    Household,
    Member,
    MemberStatus,
    Profile,
    Standing,
    Tenure,
)
from gridpoints.community.overlays import Cover, Overlay
from gridpoints.community.room import LONGEST_NAME, Room, check_name
from gridpoints.community.tree import Tree, may_lie_in
from gridpoints.errors import (
    GridCycle,
    GridInUse,
    GridKindUnknown,
    HeldAlready,
    HouseholdInUse,
    OnePlaceOnly,
    PlaceNeeded,
)
from gridpoints.records import Change, versions
from gridpoints.storage.port import Range, Work
from gridpoints.values import check_identifier, check_instant, check_text, shown


@frozen
class Places(Room):
    """Grids, households and overlays: added, moved, closed; whatever they were can be read again."""

    # --- grids --------------------------------------------------------------------------------

    def add_grid(
        self,
        name: str,
        *,
        parent_id: str | None = None,
        kind: GridKind | str = GridKind.GRID,
        feature: str | None = None,
        id: str | None = None,
    ) -> Grid:
        """Add a grid, below another where `parent_id` names one.

        Raises `GridOutOfOrder` where that is of a smaller kind, and `PlaceClosed`.
        """
        feature = None if feature is None else check_text("feature", feature)
        grid = Grid(self.context.id(id), check_name(name), parent_id, _kind(kind), feature)
        with self.context.begin() as work:
            # Under its lock, it is not closed meanwhile; an id that is not there is refused by the store.
            for parent in work.find(Grid, {"id": parent_id}, lock=True) if parent_id else ():
                may_lie_in(grid.kind, parent)
            return self.context.keep(work, grid)

    def move_grid(self, grid_id: str, parent_id: str | None, *, reason: str | None = None) -> Grid:
        """Put a grid, with all below it, under another; None: at the top.

        Raises `GridCycle`, `GridOutOfOrder` or `PlaceClosed`.
        """
        with self.context.begin() as work:
            tree = self._locked_tree(work)
            grid = work.get(Grid, grid_id, lock=True)
            if parent_id is not None:
                work.get(Grid, parent_id, lock=True)
            tree.must_take(grid, parent_id)
            if grid.parent_id == parent_id:
                return grid
            return self.context.change(work, grid, STANDING.amend(grid, parent_id=parent_id), reason)

    def describe_grid(self, grid_id: str, *, name: str | None = None, feature: str | None = None) -> Grid:
        """Give a grid another name, or what it is known for (一社区一特色)."""
        changes: dict[str, str] = {}
        if name is not None:
            changes["name"] = check_name(name)
        if feature is not None:
            changes["feature"] = check_text("feature", feature)
        return self._amend(Grid, STANDING, grid_id, **changes)

    def close_grid(self, grid_id: str, *, reason: str | None = None) -> Grid:
        """Use a grid no more; raises `GridInUse` while grids or households that are in use lie in it."""
        with self.context.begin() as work:
            grid = work.get(Grid, grid_id, lock=True)
            closed = STANDING.advance(grid, Standing.CLOSED)
            active = {"status": Standing.ACTIVE}
            grids = work.count(Grid, {"parent_id": grid_id, **active})
            households = work.count(Household, {"grid_id": grid_id, **active})
            if grids or households:
                raise GridInUse(grid=grid.name, grids=grids, households=households)
            return self.context.change(work, grid, closed, reason)

    def reopen_grid(self, grid_id: str, *, reason: str | None = None) -> Grid:
        """Use a grid again that was closed; raises `PlaceClosed` where it lies in one that is closed."""
        with self.context.begin() as work:
            grid = work.get(Grid, grid_id, lock=True)
            if grid.parent_id is not None:
                may_lie_in(grid.kind, work.get(Grid, grid.parent_id, lock=True))
            return self.context.change(work, grid, STANDING.advance(grid, Standing.ACTIVE), reason)

    def grid(self, id: str) -> Grid:
        """The grid of that id; raises `RecordUnknown`."""
        return self._get(Grid, id)

    def tree(self, at: datetime | None = None) -> Tree:
        """All grids, closed ones too, as they are; with `at`, as they were at that instant."""
        with self.context.read() as work:
            grids = work.find(Grid)
            if at is None:
                return Tree.of(grids)
            subjects = [grid.id for grid in grids]
            since = {"kind": "grid", "subject": subjects, "at": Range(above=check_instant("at", at))}
            changed: dict[str, list[Change]] = {}
            for change in work.find(Change, since):
                changed.setdefault(change.subject, []).append(change)
        return Tree.of(was for grid in grids if (was := _before(grid, changed.get(grid.id, ()))))

    def grid_history(self, grid_id: str) -> list[tuple[Change, Grid]]:
        """What a grid was, version by version, each with who changed it, when and why."""
        with self.context.read() as work:
            changes = work.find(Change, {"kind": "grid", "subject": grid_id})
            return versions(work.get(Grid, grid_id), changes)

    # --- households ---------------------------------------------------------------------------

    def add_household(self, grid_id: str, label: str, *, id: str | None = None) -> Household:
        """Add a household to a grid; `label` is what stands on its door. Raises `PlaceClosed`."""
        household = Household(self.context.id(id), grid_id, check_text("label", label, longest=LONGEST_NAME))
        with self.context.begin() as work:
            for grid in work.find(Grid, {"id": grid_id}, lock=True):
                grid.must_be_active()
            return self.context.keep(work, household)

    def move_household(self, household_id: str, grid_id: str, *, reason: str | None = None) -> Household:
        """Put a household into another grid: boundaries were drawn anew. Raises `PlaceClosed`."""
        with self.context.begin() as work:
            work.get(Household, household_id, lock=True)
            work.get(Grid, grid_id, lock=True).must_be_active()
            return self._amend(Household, STANDING, household_id, reason, grid_id=grid_id)

    def close_household(self, household_id: str, *, reason: str | None = None) -> Household:
        """Nobody lives there any more; raises `HouseholdInUse` while members do."""
        with self.context.begin() as work:
            # Those who are placed there lock it as well.
            household = work.get(Household, household_id, lock=True)
            members = work.count(Member, {"household_id": household_id, "status": MemberStatus.ACTIVE})
            if members:
                raise HouseholdInUse(household=household.label, members=members)
            closed = STANDING.advance(household, Standing.CLOSED)
            return self.context.change(work, household, closed, reason)

    def reopen_household(self, household_id: str, *, reason: str | None = None) -> Household:
        """Somebody will live there again. Raises `PlaceClosed` where the grid is closed."""
        with self.context.begin() as work:
            household = work.get(Household, household_id, lock=True)
            work.get(Grid, household.grid_id, lock=True).must_be_active()
            opened = STANDING.advance(household, Standing.ACTIVE)
            return self.context.change(work, household, opened, reason)

    def household(self, id: str) -> Household:
        """The household of that id; raises `RecordUnknown`."""
        return self._get(Household, id)

    def households(self, grid_id: str | None = None) -> list[Household]:
        """The households of a grid and of all below it, by label; without one, all there are."""
        with self.context.read() as work:
            where = None
            if grid_id is not None:
                work.get(Grid, grid_id)
                where = {"grid_id": [grid.id for grid in self.tree().below(grid_id)]}
            return work.find(Household, where, order=("label", "id"))

    def household_history(self, household_id: str) -> list[tuple[Change, Household]]:
        """What a household was, version by version, each with who changed it, when and why."""
        with self.context.read() as work:
            changes = work.find(Change, {"kind": "household", "subject": household_id})
            return versions(work.get(Household, household_id), changes)

    # --- overlays -----------------------------------------------------------------------------

    def add_overlay(
        self,
        name: str,
        *,
        purpose: str,
        level: str | None = None,
        parent_id: str | None = None,
        id: str | None = None,
    ) -> Overlay:
        """Add a functional unit over the tree; `purpose` is a code such as ``branch`` or ``zone``."""
        return self._keep(
            Overlay(
                id=self.context.id(id),
                name=check_name(name),
                purpose=check_identifier("purpose", purpose),
                level=None if level is None else check_identifier("level", level),
                parent_id=parent_id,
            )
        )

    def change_overlay(
        self, overlay_id: str, *, level: str | None = None, reason: str | None = None
    ) -> Overlay:
        """Raise a unit to another level of its purpose (党支部升格为党总支), or lower it."""
        level = None if level is None else check_identifier("level", level)
        return self._amend(Overlay, STANDING, overlay_id, reason, level=level)

    def move_overlay(self, overlay_id: str, parent_id: str | None, *, reason: str | None = None) -> Overlay:
        """Put a functional unit under another one; raises `GridCycle`."""
        with self.context.begin() as work:
            work.get(Profile, self.context.community, lock=True)
            overlay = work.get(Overlay, overlay_id, lock=True)
            at = parent_id
            while at is not None:
                above = work.get(Overlay, at)
                if above.id == overlay_id:
                    raise GridCycle(grid=overlay.name, parent=work.get(Overlay, parent_id or "").name)
                at = above.parent_id
            return self._amend(Overlay, STANDING, overlay_id, reason, parent_id=parent_id)

    def close_overlay(self, overlay_id: str, *, reason: str | None = None) -> Overlay:
        """Use a functional unit no more; what it covered is noted still."""
        return self._advance(Overlay, STANDING, overlay_id, Standing.CLOSED, reason)

    def cover(self, overlay_id: str, *, grid_id: str | None = None, household_id: str | None = None) -> Cover:
        """Let a functional unit cover a grid with all below it, or a household.

        As many as one likes, and under as many units: what is covered twice is a finding, not an error.
        Raises `OnePlaceOnly`, `PlaceNeeded` or `HeldAlready`.
        """
        if grid_id is not None and household_id is not None:
            raise OnePlaceOnly
        if grid_id is None and household_id is None:
            raise PlaceNeeded
        with self.context.begin() as work:
            overlay = work.get(Overlay, overlay_id, lock=True)
            place = {"overlay_id": overlay_id, "grid_id": grid_id, "household_id": household_id}
            for cover in work.find(Cover, place, lock=True):
                if cover.status is Tenure.HELD:
                    raise HeldAlready(member=overlay.name)
                return self.context.change(work, cover, TENURE.advance(cover, Tenure.HELD))
            return self.context.keep(work, Cover(self.context.id(None), overlay_id, grid_id, household_id))

    def uncover(self, cover_id: str, *, reason: str | None = None) -> Cover:
        """End what `cover` began."""
        return self._advance(Cover, TENURE, cover_id, Tenure.ENDED, reason)

    def overlays(self, purpose: str | None = None) -> list[Overlay]:
        """The functional units that are in use, by name; with `purpose`, those of it."""
        where = {"status": Standing.ACTIVE} | ({"purpose": purpose} if purpose else {})
        return self._find(Overlay, where, "name", "id")

    def covers(self, overlay_id: str | None = None) -> list[Cover]:
        """What is covered at present, by one functional unit or by all."""
        where = {"status": Tenure.HELD} | ({"overlay_id": overlay_id} if overlay_id else {})
        return self._find(Cover, where)

    def _locked_tree(self, work: Work) -> Tree:
        """The tree, which nobody else moves meanwhile: two moves together could close a circle."""
        work.get(Profile, self.context.community, lock=True)
        return Tree.of(work.find(Grid))


def _kind(kind: GridKind | str) -> GridKind:
    try:
        return GridKind(kind)
    except ValueError:
        raise GridKindUnknown(value=shown(kind), known=tuple(map(str, GridKind))) from None


def _before(grid: Grid, changes: Iterable[Change]) -> Grid | None:
    """The grid as it was before these changes; None where they made it."""
    past = versions(grid, changes)
    if not past:
        return grid
    first, after = past[0]
    return None if first.version == 1 else evolve(after, **{**first.before, "version": first.version - 1})
