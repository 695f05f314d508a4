"""Members from a list: enrolled once, with their households."""

from __future__ import annotations

from pathlib import Path

from gridpoints import Community
from gridpoints.community.model import Grid, Household
from gridpoints.sheets.layouts import MEMBERS
from gridpoints.sheets.reading import open_table
from gridpoints.sheets.roster import EnrolOutcome, enrol
from tests.sheets.conftest import Write

HEADINGS = ("编号", "姓名", "门牌", "网格")

#: Rows, and what becomes of each: the name, or the heading and the code of its problem.
ROWS: tuple[tuple[tuple[str, ...], str | tuple[str | None, str]], ...] = (
    (("C1", "王芳", "1号楼101", "第一网格"), "王芳"),
    (("C2", "王强", "1号楼101", "第一网格"), "王强"),
    (("C3", "赵敏", "1号楼102", ""), "赵敏"),
    (("C4", "钱进", "", ""), "钱进"),
    (("", "孙丽", "1号楼103", "第二网格"), "孙丽"),
    (("", "孙丽", "1号楼104", "第二网格"), "孙丽"),  # somebody else of that name
    (("", "孙丽", "1号楼103", "第二网格"), (None, "row_repeated")),
    (("C1", "王芳", "1号楼101", "第一网格"), "王芳"),
    (("C1", "周涛", "1号楼101", "第一网格"), ("姓名", "member_mismatch")),
    (("C2", "王强", "1号楼102", "第一网格"), ("门牌", "household_mismatch")),
    (("B1", "李秀英", "", ""), "李秀英"),  # was enrolled before, without a household
    (("B1", "李秀英", "1号楼101", "第一网格"), ("门牌", "household_mismatch")),
    (("C5", "", "1号楼101", ""), ("姓名", "blank_text")),
    (("C 6", "吴刚", "1号楼101", ""), ("编号", "bad_identifier")),
    (("C7", "字" * 201, "", ""), ("姓名", "text_too_long")),
)


def seen(outcome: EnrolOutcome) -> str | tuple[str | None, str]:
    if outcome.problem is not None:
        return outcome.problem.column, outcome.problem.error.code
    assert outcome.member is not None
    return outcome.member.name


def enrolled(village: Community, path: Path, size: int = 500) -> list[EnrolOutcome]:
    with open_table(path, MEMBERS) as table:
        return list(enrol(village.context, table, size=size))


def test_every_row_has_its_outcome_however_long_a_batch_is(village: Community, csv_file: Write) -> None:
    path = csv_file([HEADINGS, *(row for row, _ in ROWS)])
    for size in (500, 2, 1):
        assert [seen(outcome) for outcome in enrolled(village, path, size)] == [each for _, each in ROWS]
    assert len(village.community.members()) == 3 + 6


def test_the_same_list_again_enrols_nobody(village: Community, csv_file: Write) -> None:
    path = csv_file([HEADINGS, *(row for row, _ in ROWS)])
    first = [outcome.member for outcome in enrolled(village, path) if outcome.member]
    again = [outcome for outcome in enrolled(village, path) if outcome.member]
    assert [outcome.member for outcome in again] == first
    assert all(outcome.repeated for outcome in again)


def test_households_lie_in_their_grids(village: Community, csv_file: Write) -> None:
    enrolled(village, csv_file([HEADINGS, *(row for row, _ in ROWS)]))
    with village.transaction() as work:
        grids = {grid.id: grid.name for grid in work.find(Grid)}
        homes = {household.id: household for household in work.find(Household)}
    home = {
        m.number: homes[m.household_id] for m in village.community.members() if m.household_id and m.number
    }
    assert home["C1"] == home["C2"]
    assert {number: (each.label, grids[each.grid_id]) for number, each in home.items()} == {
        "C1": ("1号楼101", "第一网格"),
        "C2": ("1号楼101", "第一网格"),
        "C3": ("1号楼102", "白羊村"),  # no grid given: the one named like the community
    }


def test_households_that_are_there_are_used(village: Community, csv_file: Write) -> None:
    grid = village.community.add_grid("第一网格")
    household = village.community.add_household(grid.id, "1号楼101")
    [outcome] = enrolled(village, csv_file([HEADINGS, ("C1", "王芳", "1号楼101", "第一网格")]))
    assert outcome.member is not None
    assert outcome.member.household_id == household.id


def test_a_list_with_names_alone(village: Community, csv_file: Write) -> None:
    outcomes = enrolled(village, csv_file([("Full name", "Remarks"), ("Ann Lee", "x"), ("Bo Chen", "")]))
    assert [seen(outcome) for outcome in outcomes] == ["Ann Lee", "Bo Chen"]
