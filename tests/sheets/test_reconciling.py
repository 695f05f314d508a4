"""A roster held against the register: what would change, and that exactly this is done, once."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import gridpoints
from gridpoints import Community, Member
from gridpoints.community.model import Household, MemberStatus
from gridpoints.records import Change
from gridpoints.sheets.headings import Layout
from gridpoints.sheets.layouts import MEMBERS
from gridpoints.sheets.reading import Table, open_table
from gridpoints.sheets.reconciling import Mark, Reconciliation, apply, preview, reconcile
from gridpoints.sheets.roster import enrol
from gridpoints.sheets.rows import Row
from tests.sheets.conftest import Write

HEADINGS = ("编号", "姓名", "门牌", "网格")
BEFORE = (
    ("C1", "王芳", "101", "一"),
    ("C2", "王强", "101", "一"),
    ("C3", "赵敏", "102", "一"),
    ("C4", "钱进", "", ""),
    ("", "孙丽", "103", "二"),
    ("", "周涛", "104", "二"),
    ("", "吴刚", "105", "二"),
)


def marks(found: Reconciliation) -> list[str]:
    """Each entry's mark, and whom it is about where no row says so."""
    return [
        f"{entry.mark} {entry.before.name}" if entry.row is None and entry.before else str(entry.mark)
        for entry in found.entries
    ]


def held(village: Community, path: Path, *, complete: bool = False, new_grids: bool = True) -> Reconciliation:
    with open_table(path, MEMBERS) as table:
        return preview(village.context, table, complete=complete, new_grids=new_grids)


@pytest.fixture
def register(village: Community, csv_file: Write) -> Community:
    """Those of `BEFORE` alone belong to it."""
    for member in village.community.members():
        village.community.leave(member.id)
    with open_table(csv_file([HEADINGS, *BEFORE]), MEMBERS) as table:
        list(enrol(village.context, table))
    return village


def test_every_row_has_its_mark(register: Community, csv_file: Write) -> None:
    room = register.community
    room.leave(room.identify("C4").id)
    rows = {
        ("C1", "王芳", "101", "一"): "same",
        ("C2", "王强", "201", "三"): "moved",
        ("C3", "赵敏敏", "", ""): "changed",
        ("C4", "钱进", "", ""): "back",
        ("C5", "郑好", "101", "一"): "new",
        ("C6", "周涛", "104", "二"): "changed",  # has a number from now on
        ("C5", "郑好", "102", "一"): "twice",
        ("", "孙丽", "103", "二"): "same",
        ("", "孙丽", "103", ""): "unknown",  # she, or somebody of that name who lives there?
        ("", "吴刚", "106", "二"): "unknown",  # moved, or somebody else?
        ("", "王芳", "108", "一"): "new",  # the one that is known lives elsewhere, and is on the list
        ("C7", "", "101", "一"): "wrong",
    }
    path = csv_file([HEADINGS, *rows])
    found = held(register, path, complete=True)
    assert marks(found) == list(rows.values())
    assert [grid.name for grid in found.grids] == ["三"]
    assert {household.label for household in found.households} == {"201", "108"}
    moved = found.marked(Mark.MOVED)[0]
    assert (moved.lived_in, moved.lives_in) == ("一 101", "三 201")
    assert [entry.problem.error.code for entry in found.entries if entry.problem] == [
        *("row_repeated", "member_ambiguous", "member_ambiguous", "blank_text"),
    ]
    assert found.counts[Mark.LEFT] == 0  # 吴刚 may be meant, and nobody else is missing


def test_who_is_not_on_a_complete_list_has_left(register: Community, csv_file: Write) -> None:
    path = csv_file([HEADINGS, *BEFORE[:5]])
    assert marks(held(register, path)) == ["same"] * 5
    found = held(register, path, complete=True)
    assert marks(found)[:5] == ["same"] * 5
    assert set(marks(found)[5:]) == {"left 吴刚", "left 周涛"}
    apply(register.context, found)
    assert {m.name for m in register.community.members() if m.status is MemberStatus.LEFT} >= {"吴刚", "周涛"}


def test_a_preview_changes_nothing(register: Community, csv_file: Write) -> None:
    before = everything(register)
    held(
        register, csv_file([HEADINGS, ("C1", "王芳芳", "999", "九"), ("C9", "新", "1", "八")]), complete=True
    )
    assert everything(register) == before


def test_grids_are_named_by_id_too_and_may_have_to_be_there(register: Community, csv_file: Write) -> None:
    room = register.community
    twins = [room.add_grid("双", id=id) for id in ("t1", "t2")]
    closed = room.add_grid("旧")
    room.close_grid(closed.id)
    path = csv_file(
        [
            HEADINGS,
            ("D1", "甲", "1", "t2"),
            ("D2", "乙", "1", "双"),
            ("D3", "丙", "1", "新"),
            ("D4", "丁", "1", "旧"),
            ("C1", "王芳", "1", "新"),
        ]
    )
    found = held(register, path, complete=True, new_grids=False)
    assert [entry.problem and entry.problem.error.code for entry in found.entries][:5] == [
        *(None, "grid_ambiguous", "grid_unknown", "place_closed", "grid_unknown"),
    ]
    assert found.households[0].grid_id == twins[1].id
    assert "王芳" not in [entry.before.name for entry in found.marked(Mark.LEFT) if entry.before]
    assert marks(held(register, path))[2] == "new"


def test_what_changed_meanwhile_is_reported_and_the_rest_done(register: Community, csv_file: Write) -> None:
    room = register.community
    path = csv_file(
        [HEADINGS, ("C1", "王芳", "999", "一"), ("C2", "王强", "999", "一"), ("C8", "新", "", "")]
    )
    found = held(register, path)
    room.leave(room.identify("C1").id)
    room.enrol("抢先", number="C8")
    done = apply(register.context, found)
    assert marks(done) == ["wrong", "moved", "wrong"]
    assert [entry.problem.error.code for entry in done.marked(Mark.WRONG) if entry.problem] == [
        "concurrent_change",
        "record_exists",
    ]
    assert room.identify("C2").household_id == found.households[0].id
    assert marks(held(register, path)) == ["back", "same", "changed"]


def test_changes_stand_in_the_journal(register: Community, csv_file: Write) -> None:
    path = csv_file([HEADINGS, ("C1", "王芳芳", "999", "九")])
    with open_table(path, MEMBERS) as table:
        [entry] = reconcile(register.context, table).entries
    assert entry.after is not None
    with register.transaction() as work:
        [change] = work.find(Change, {"subject": entry.after.id, "version": 2})
    assert change.before == {"name": "王芳", "household_id": entry.before and entry.before.household_id}


# --- any list, against any register ---------------------------------------------------------------

NUMBERS, NAMES = st.sampled_from(["", "1", "2", "3", "4"]), st.sampled_from(["甲", "乙", "丙", ""])
DOORS, GRIDS = st.sampled_from(["", "101", "102"]), st.sampled_from(["", "一", "二", "旧"])
LISTS = st.lists(st.tuples(NUMBERS, NAMES, DOORS, GRIDS), max_size=7)


def table_of(rows: list[tuple[str, ...]], layout: Layout = MEMBERS) -> Table:
    columns = layout.read("list.csv", HEADINGS)
    return Table(
        "list.csv", HEADINGS, columns, len(rows), [Row(at, cells) for at, cells in enumerate(rows, 2)]
    )


def everything(village: Community) -> tuple[list[Member], list[Household], int]:
    with village.context.read() as work:
        return work.find(Member), work.find(Household), work.count(Change)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(LISTS, LISTS, LISTS, st.booleans(), st.booleans())
def test_what_a_preview_says_is_done_and_once_is_enough(
    first: list[tuple[str, ...]],
    second: list[tuple[str, ...]],
    third: list[tuple[str, ...]],
    complete: bool,  # drawn
    new_grids: bool,
) -> None:
    with gridpoints.open("memory://") as exchange:
        village = exchange.found("v", name="村")
        context = village.context
        village.community.close_grid(village.community.add_grid("旧").id)
        list(enrol(context, table_of(first)))
        reconcile(context, table_of(second), complete=True)
        before = {member.id: member for member in village.community.members()}
        planned = preview(context, table_of(third), complete=complete, new_grids=new_grids)
        done = apply(context, planned, size=2)
        assert done == planned
        assert [entry.row.number for entry in planned.entries if entry.row] == [
            *range(2, 2 + len(third)),
        ]
        after = {entry.after.id: entry.after for entry in planned.entries if entry.after}
        assert {member.id: member for member in village.community.members()} == before | after
        state = everything(village)
        again = reconcile(context, table_of(third), complete=complete, new_grids=new_grids)
        assert everything(village) == state
        assert not set(again.counts) & {Mark.NEW, Mark.CHANGED, Mark.MOVED, Mark.BACK, Mark.LEFT}
