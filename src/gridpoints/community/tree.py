"""The tree of grids (区—街道—社区—网格—院落—楼栋): paths, what lies below, and what may lie where."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from attrs import field, frozen

from gridpoints.community.model import Grid, GridKind
from gridpoints.errors import GridCycle, GridOutOfOrder


@frozen
class Tree:
    """All grids of a community by id, as they stood at one time; several may have no parent."""

    grids: Mapping[str, Grid]
    _children: Mapping[str | None, list[Grid]] = field(init=False, eq=False, repr=False)

    @_children.default
    def _by_parent(self) -> Mapping[str | None, list[Grid]]:
        children: dict[str | None, list[Grid]] = {}
        for grid in sorted(self.grids.values(), key=lambda grid: (grid.name, grid.id)):
            children.setdefault(grid.parent_id, []).append(grid)
        return children

    @classmethod
    def of(cls, grids: Iterable[Grid]) -> Tree:
        """The tree of these grids."""
        return cls({grid.id: grid for grid in grids})

    def children(self, id: str | None) -> tuple[Grid, ...]:
        """Those directly below a grid, by name; of None: those without a parent."""
        return tuple(self._children.get(id, ()))

    def path(self, id: str) -> tuple[Grid, ...]:
        """From the top down to that grid, which is the last."""
        path: list[Grid] = []
        at: str | None = id
        while at is not None:
            path.append(self.grids[at])
            at = path[-1].parent_id
        return tuple(reversed(path))

    def below(self, id: str | None) -> Iterator[Grid]:
        """That grid and all below it, each before those in it; of None: all."""
        todo = [self.grids[id]] if id is not None else list(self.children(None))
        while todo:
            grid = todo.pop(0)
            yield grid
            todo[:0] = self.children(grid.id)

    def distance(self, one: str, other: str) -> int:
        """How many steps it is from one grid to the other: 2 for neighbours under one parent.

        Those without a parent count as neighbours.
        """
        up, down = ([grid.id for grid in self.path(id)] for id in (one, other))
        shared = sum(1 for a, b in zip(up, down, strict=False) if a == b)
        return len(up) + len(down) - 2 * shared

    def must_take(self, grid: Grid, parent_id: str | None) -> None:
        """Raise where `grid` cannot lie below that parent.

        `PlaceClosed`; `GridCycle` for one in itself or below; `GridOutOfOrder` for one in a smaller kind.
        """
        if parent_id is None:
            return
        parent = self.grids[parent_id]
        if any(above.id == grid.id for above in self.path(parent_id)):
            raise GridCycle(grid=grid.name, parent=parent.name)
        may_lie_in(grid.kind, parent)
        for child in self.children(grid.id):
            may_lie_in(child.kind, grid)


def may_lie_in(kind: GridKind, parent: Grid) -> None:
    """Raise `PlaceClosed`, or `GridOutOfOrder` where the kind of `parent` is smaller than `kind`."""
    parent.must_be_active()
    if parent.kind.rank > kind.rank:
        raise GridOutOfOrder(grid_kind=kind, parent=parent.name, parent_kind=parent.kind)
