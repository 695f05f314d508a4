"""The tree stays one, whatever is added, moved, closed and opened again, also by two at once."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from functools import partial

from hypothesis import given, settings
from hypothesis import strategies as st

import gridpoints
from gridpoints import Community, Member
from gridpoints.community.model import GridKind, MemberStatus, Standing
from gridpoints.community.tree import Tree
from gridpoints.errors import IllegalTransition, Refused
from gridpoints.testing import ManualClock
from tests.racing import race
from tests.rooms.conftest import START

GRIDS, HOMES = [f"g{n}" for n in range(6)], [f"h{n}" for n in range(3)]
KINDS = st.sampled_from([GridKind.STREET, GridKind.GRID, GridKind.GRID, GridKind.BUILDING])
STEPS = st.one_of(
    st.tuples(st.just("move"), st.sampled_from(GRIDS), st.sampled_from([None, *GRIDS])),
    st.tuples(st.just("close"), st.sampled_from(GRIDS), st.none()),
    st.tuples(st.just("reopen"), st.sampled_from(GRIDS), st.none()),
    st.tuples(st.just("lie"), st.sampled_from(HOMES), st.sampled_from(GRIDS)),
    st.tuples(st.just("shut"), st.sampled_from(HOMES), st.none()),
    st.tuples(st.just("unshut"), st.sampled_from(HOMES), st.none()),
    st.tuples(st.just("place"), st.just("li"), st.sampled_from([None, *HOMES])),
)


@settings(max_examples=150, deadline=None)
@given(st.lists(KINDS, min_size=6, max_size=6), st.lists(STEPS, max_size=25))
def test_whatever_is_done_the_tree_is_one(
    kinds: list[GridKind], steps: list[tuple[str, str, str | None]]
) -> None:
    clock = ManualClock(START)
    with gridpoints.open("memory://", clock=clock) as exchange:
        village = exchange.found("v", name="村")
        for id, kind in zip(GRIDS, kinds, strict=True):
            village.community.add_grid(id, kind=kind, id=id)
        for id, grid in zip(HOMES, GRIDS, strict=False):
            village.community.add_household(grid, id, id=id)
        village.community.enrol("李", id="li")
        past: list[tuple[ManualClock, Tree]] = []
        for step in steps:
            clock.advance(timedelta(minutes=1))
            with suppress(Refused, IllegalTransition):
                done(village, *step)
            sound(village)
            past.append((ManualClock(clock.now()), village.community.tree()))
        for then, tree in past:
            assert village.community.tree(then.now()) == tree


def done(village: Community, act: str, subject: str, target: str | None) -> None:
    room = village.community
    match act:
        case "move":
            room.move_grid(subject, target)
        case "close":
            room.close_grid(subject)
        case "reopen":
            room.reopen_grid(subject)
        case "lie":
            room.move_household(subject, target or "")
        case "shut":
            room.close_household(subject)
        case "unshut":
            room.reopen_household(subject)
        case "place":
            room.place(subject, target)


def sound(village: Community) -> None:
    """Every path ends at the top; nothing lies in what is smaller; what is in use lies in what is in use."""
    room = village.community
    tree = room.tree()
    assert sorted(grid.id for grid in tree.below(None)) == GRIDS
    for grid in tree.grids.values():
        if grid.parent_id is not None:
            parent = tree.grids[grid.parent_id]
            assert parent.kind.rank <= grid.kind.rank
            assert grid.status is Standing.CLOSED or parent.status is Standing.ACTIVE
    homes = {home.id: home for home in room.households()}
    for home in homes.values():
        in_use = tree.grids[home.grid_id].status is Standing.ACTIVE
        assert home.status is Standing.CLOSED or in_use
    for member in room.members():
        if member.household_id is not None and member.status is MemberStatus.ACTIVE:
            assert homes[member.household_id].status is Standing.ACTIVE


def test_two_moves_at_once_close_no_circle(village: Community) -> None:
    room = village.community
    for n in range(4):
        one, other = room.add_grid(f"one {n}"), room.add_grid(f"other {n}")
        came = race([partial(room.move_grid, one.id, other.id), partial(room.move_grid, other.id, one.id)])
        assert came == {"done": 1, "grid_cycle": 1}
        assert {grid.id for grid in room.tree().below(None)} >= {one.id, other.id}


def test_what_is_shared_is_booked_by_one(village: Community) -> None:
    room = village.community
    hall = room.share("礼堂")
    booked = partial(room.book, hall.id, START, START + timedelta(hours=1), booked_for="x")
    assert race([booked] * 8) == {"done": 1, "resource_taken": 7}


def test_an_office_is_given_once(village: Community, li: Member) -> None:
    grid = village.community.add_grid("一")
    appointed = partial(village.community.appoint, li.id, "cadre", grid_id=grid.id)
    assert race([appointed] * 8) == {"done": 1, "held_already": 7}
