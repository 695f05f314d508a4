"""Where everything is: the tree of grids, households, and functional units over them."""

from __future__ import annotations

from datetime import timedelta

import pytest

from gridpoints import Community, Member
from gridpoints.community.model import Grid, GridKind, Standing, Tenure
from gridpoints.errors import (
    BlankText,
    GridCycle,
    GridInUse,
    GridKindUnknown,
    GridOutOfOrder,
    HeldAlready,
    HouseholdInUse,
    IllegalTransition,
    OnePlaceOnly,
    PlaceClosed,
    PlaceNeeded,
    RecordUnknown,
    ReferenceUnknown,
)
from gridpoints.testing import ManualClock


@pytest.fixture
def grid(village: Community) -> Grid:
    """A grid in a community in a street in a district."""
    room = village.community
    above: str | None = None
    for kind in ("district", "street", "community"):
        above = room.add_grid(kind, kind=kind, parent_id=above).id
    return room.add_grid("第一网格", parent_id=above)


# --- the tree -------------------------------------------------------------------------------------


def test_a_tree_of_all_kinds(village: Community, grid: Grid) -> None:
    room = village.community
    below = grid
    for kind in ("grid", "courtyard", "building", "entrance", "household"):
        below = room.add_grid(kind, kind=kind, parent_id=below.id)
    tree = room.tree()
    assert [each.kind.value for each in tree.path(below.id)] == [
        *("district", "street", "community", "grid"),
        *("grid", "courtyard", "building", "entrance", "household"),
    ]
    assert [each.name for each in tree.below(grid.id)][:2] == ["第一网格", "grid"]
    assert [each.name for each in tree.children(None)] == ["district"]
    other = room.add_grid("第二网格", parent_id=grid.parent_id)
    assert room.tree().distance(grid.id, other.id) == 2
    assert room.tree().distance(grid.id, grid.id) == 0
    assert room.grid(other.id).kind is GridKind.GRID


def test_what_is_no_grid(village: Community, grid: Grid) -> None:
    room = village.community
    with pytest.raises(GridKindUnknown) as unknown:
        room.add_grid("x", kind="planet")
    assert unknown.value.known[0] == "district"
    with pytest.raises(BlankText):
        room.add_grid(" ")
    with pytest.raises(ReferenceUnknown):
        room.add_grid("x", parent_id="nowhere")
    with pytest.raises(GridOutOfOrder) as out:
        room.add_grid("x", kind="street", parent_id=grid.id)
    assert out.value.fields == {"grid_kind": "street", "parent": "第一网格", "parent_kind": "grid"}


def test_a_grid_is_moved_and_its_past_is_kept(village: Community, grid: Grid, clock: ManualClock) -> None:
    room = village.community
    second = room.add_grid("第二网格", parent_id=grid.parent_id)
    yard = room.add_grid("东院", kind="courtyard", parent_id=grid.id)
    before = clock.now()
    clock.advance(timedelta(days=1))
    moved = room.move_grid(yard.id, second.id, reason="boundaries of 2026")
    assert (moved.parent_id, moved.version) == (second.id, 2)
    assert room.move_grid(yard.id, second.id) == moved
    room.describe_grid(yard.id, name="东大院", feature="a courtyard of flowers")
    assert room.tree(before).path(yard.id)[-2].name == "第一网格"
    assert room.tree().path(yard.id)[-2].name == "第二网格"
    history = room.grid_history(yard.id)
    assert [(was.name, was.parent_id, change.actor) for change, was in history] == [
        ("东院", grid.id, "clerk-wang"),
        ("东院", second.id, "clerk-wang"),
        ("东大院", second.id, "clerk-wang"),
    ]
    assert history[1][0].reason == "boundaries of 2026"
    early = room.tree(before - timedelta(seconds=1))
    assert early.grids == {}


def test_no_circle_is_closed(village: Community, grid: Grid) -> None:
    room = village.community
    inner = room.add_grid("inner", parent_id=grid.id)
    innermost = room.add_grid("innermost", parent_id=inner.id)
    for parent in (grid, inner, innermost):
        with pytest.raises(GridCycle):
            room.move_grid(grid.id, parent.id)
    building = room.add_grid("1号楼", kind="building", parent_id=grid.id)
    with pytest.raises(GridOutOfOrder):
        room.move_grid(inner.id, building.id)
    assert room.move_grid(inner.id, None).parent_id is None
    with pytest.raises(RecordUnknown):
        room.move_grid(inner.id, "nowhere")


def test_a_grid_in_use_is_not_closed(village: Community, grid: Grid) -> None:
    room = village.community
    yard = room.add_grid("东院", kind="courtyard", parent_id=grid.id)
    home = room.add_household(grid.id, "101")
    with pytest.raises(GridInUse) as used:
        room.close_grid(grid.id)
    assert used.value.fields == {"grid": "第一网格", "grids": 1, "households": 1}
    room.close_grid(yard.id)
    room.close_household(home.id)
    assert room.close_grid(grid.id, reason="merged").status is Standing.CLOSED
    with pytest.raises(IllegalTransition):
        room.close_grid(grid.id)
    for closed in (
        lambda: room.add_household(grid.id, "102"),
        lambda: room.add_grid("x", parent_id=grid.id),
        lambda: room.move_grid(yard.id, grid.id),
        lambda: room.reopen_grid(yard.id),
        lambda: room.reopen_household(home.id),
    ):
        with pytest.raises(PlaceClosed):
            closed()
    room.reopen_grid(grid.id)
    assert room.reopen_grid(yard.id).status is Standing.ACTIVE


# --- households -----------------------------------------------------------------------------------


def test_people_are_placed_by_residence(village: Community, grid: Grid, li: Member, zhao: Member) -> None:
    room = village.community
    home = room.add_household(grid.id, "101")
    assert [member.name for member in room.unplaced()] == ["李秀英", "赵磊"]
    placed = room.place(li.id, home.id, reason="moved in")
    assert (placed.household_id, placed.version) == (home.id, 2)
    assert room.place(li.id, home.id) == placed
    assert [member.name for member in room.unplaced()] == ["赵磊"]
    assert [member.name for member in room.residents(grid.parent_id or "")] == ["李秀英"]
    with pytest.raises(HouseholdInUse):
        room.close_household(home.id)
    with pytest.raises(ReferenceUnknown):
        room.place_all({li.id: None, zhao.id: "nowhere"})
    assert room.member(li.id).household_id == home.id
    room.place(li.id, None)
    room.close_household(home.id)
    with pytest.raises(PlaceClosed):
        room.place(li.id, home.id)
    with pytest.raises(PlaceClosed):
        room.enrol("孙丽", household_id=home.id)
    with pytest.raises(IllegalTransition):
        room.rejoin(li.id)


def test_a_household_moves_with_its_past(village: Community, grid: Grid) -> None:
    room = village.community
    second = room.add_grid("第二网格", parent_id=grid.parent_id)
    home = room.add_household(grid.id, "101")
    assert room.move_household(home.id, second.id, reason="new boundary").version == 2
    assert [was.grid_id for _, was in room.household_history(home.id)] == [grid.id, second.id]
    assert room.household_history(home.id)[0][1] == home
    assert [each.id for each in room.households(grid.parent_id)] == [home.id]
    assert room.households(grid.id) == []
    assert room.household(home.id).grid_id == second.id


# --- functional units -----------------------------------------------------------------------------


def test_functional_units_leave_the_tree_as_it_is(village: Community, grid: Grid) -> None:
    room = village.community
    home = room.add_household(grid.id, "101")
    before = room.tree()
    branch = room.add_overlay("第一支部", purpose="branch", level="branch")
    zone = room.add_overlay("责任区", purpose="zone", parent_id=branch.id)
    on_grid = room.cover(branch.id, grid_id=grid.id)
    room.cover(zone.id, household_id=home.id)
    assert room.tree() == before
    assert [overlay.name for overlay in room.overlays("zone")] == ["责任区"]
    with pytest.raises(HeldAlready):
        room.cover(branch.id, grid_id=grid.id)
    with pytest.raises(OnePlaceOnly):
        room.cover(branch.id, grid_id=grid.id, household_id=home.id)
    with pytest.raises(PlaceNeeded):
        room.cover(branch.id)
    assert room.uncover(on_grid.id).status is Tenure.ENDED
    assert room.covers(branch.id) == []
    assert room.cover(branch.id, grid_id=grid.id).id == on_grid.id
    with pytest.raises(GridCycle):
        room.move_overlay(branch.id, zone.id)
    assert room.move_overlay(zone.id, None).parent_id is None
    assert room.change_overlay(branch.id, level="general_branch").level == "general_branch"
    room.close_overlay(zone.id)
    assert [overlay.name for overlay in room.overlays()] == ["第一支部"]
