"""A clerk's file with everything that can be wrong, as CSV and as a workbook, on every store."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal

import pytest

from gridpoints import Community, Report
from gridpoints.ledger.model import Account, AccountKind
from gridpoints.sheets.deeds import DeedOutcome, credit
from gridpoints.sheets.layouts import DEEDS
from gridpoints.sheets.reading import open_table
from tests.sheets.conftest import Write

HEADINGS = ("编号", "姓名", "事项", "日期", "数量", "备注")

#: Rows, and what becomes of each: the points, or the heading and the code of its problem.
ROWS: tuple[tuple[tuple[object, ...], int | tuple[str | None, str]], ...] = (
    (("B1", "", "巡逻", "2026-03-05", "", "好"), 5),
    (("Ｂ２", "", "助老", "２０２６年３月５日", "１.５", ""), 15),  # full-width
    (("", "李秀英", "Elder Care", "2026/3/6", "2", ""), 20),
    (("B1", "李秀英", "care", "20260307", "3", ""), 20),  # the limit of 40 a month leaves 20
    (("B1", "", "巡逻", "2026-03-05", "1", "又一次"), (None, "row_repeated")),
    (("B1", "", "巡逻", "2026.3.5", "", "再一次"), (None, "row_repeated")),
    (("B9", "", "巡逻", "2026-03-05", "", ""), ("编号", "member_unknown")),
    (("", "张伟", "巡逻", "2026-03-05", "", ""), ("编号", "member_ambiguous")),
    (("", "", "巡逻", "2026-03-05", "", ""), ("编号", "blank_text")),
    (("B1", "张伟", "巡逻", "2026-03-05", "", ""), ("姓名", "member_mismatch")),
    (("B3", "", "巡罗", "2026-03-05", "", ""), ("事项", "deed_unknown")),
    (("B3", "", "", "2026-03-05", "", ""), ("事项", "blank_text")),
    (("B3", "", "巡逻", "", "", ""), ("日期", "blank_text")),
    (("B3", "", "巡逻", "2026-02-30", "", ""), ("日期", "day_impossible")),
    (("B3", "", "巡逻", "2026-03-21", "", ""), ("日期", "deed_in_future")),
    (("B3", "", "巡逻", "2062-03-05", "", ""), ("日期", "deed_in_future")),
    (("B3", "", "巡逻", "2025-12-31", "", ""), ("日期", "no_rules_in_force")),
    (("B3", "", "巡逻", "03/04/2026", "", ""), ("日期", "day_unclear")),
    (("B3", "", "助老", "2026-03-05", "0", ""), ("数量", "not_positive")),
    (("B3", "", "助老", "2026-03-05", "-2", ""), ("数量", "not_positive")),
    (("B3", "", "助老", "2026-03-05", "1e9", ""), ("数量", "not_positive")),
    (("B3", "", "助老", "2026-03-05", "1000000000", ""), ("数量", "quantity_too_large")),
    (("B3", "", "助老", "2026-03-05", "两小时", ""), ("数量", "not_positive")),
    (("B3", "", "助老", "2026-03-05", "", ""), ("数量", "quantity_needed")),
    (("B3", "", "巡逻", "2026-03-05", "2", ""), ("数量", "quantity_not_taken")),
    (("B3", "", "助老", "2026-03-05", "=1+1", ""), ("数量", "not_positive")),
    (("B3", "", "圆梦", "2026-03-05", "", "最后一行"), 30),
)

EXPECTED = [outcome for _, outcome in ROWS]


def seen(outcome: DeedOutcome) -> int | tuple[str | None, str]:
    if outcome.problem is not None:
        return outcome.problem.column, outcome.problem.error.code
    assert outcome.award is not None
    return outcome.award.awarded


def credited(village: Community, path: object, size: int = 500) -> list[DeedOutcome]:
    with open_table(str(path), DEEDS) as table:
        return list(credit(village.context, table, size=size))


def issued(village: Community) -> int:
    return -village.ledger.balance(Account("points", AccountKind.ISSUANCE)).posted


@pytest.mark.parametrize("size", [3, 500])
def test_every_row_has_its_outcome(village: Community, csv_file: Write, size: int) -> None:
    path = csv_file([HEADINGS, *(row for row, _ in ROWS)])
    outcomes = credited(village, path, size)
    assert [seen(outcome) for outcome in outcomes] == EXPECTED
    assert [outcome.row.number for outcome in outcomes] == list(range(2, len(ROWS) + 2))
    assert issued(village) == sum(each for each in EXPECTED if isinstance(each, int))
    assert village.ledger.verify().ok


def test_the_same_file_again_credits_nothing(village: Community, csv_file: Write) -> None:
    path = csv_file([HEADINGS, *(row for row, _ in ROWS)])
    credited(village, path)
    before = issued(village)
    again = credited(village, path)
    assert [seen(outcome) for outcome in again] == EXPECTED
    assert all(outcome.repeated for outcome in again if outcome.award)
    assert issued(village) == before


def test_a_workbook_with_the_same_rows_is_the_same(village: Community, xlsx_file: Write) -> None:
    def cell(column: int, value: object) -> object:
        if column == 4 and value == "=1+1":
            return "'=1+1"
        if column == 3 and value == "2026-03-05":
            return dt.date(2026, 3, 5)
        return value or None

    path = xlsx_file([HEADINGS, *([cell(*each) for each in enumerate(row)] for row, _ in ROWS)])
    assert [seen(outcome) for outcome in credited(village, path)] == EXPECTED


def test_flaws_of_a_workbook_credit_nothing(village: Community, xlsx_file: Write) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    row: Sequence[object] = ("B1", "", "助老", dt.date(2026, 3, 5), 2, "")
    path = xlsx_file([HEADINGS, (*row[:4], "=1+1"), ("#REF!", *row[1:]), row, row, row])
    book = openpyxl.load_workbook(path)
    book.active.merge_cells("E4:E5")
    book.active.row_dimensions[6].hidden = True
    book.save(path)
    assert [seen(outcome) for outcome in credited(village, path)] == [
        ("数量", "formula_without_result"),
        ("编号", "formula_failed"),
        ("数量", "cell_merged"),
        ("数量", "cell_merged"),
        (None, "row_hidden"),
    ]
    assert issued(village) == 0


def test_a_row_with_an_id_of_its_own(village: Community, csv_file: Write) -> None:
    headings = ("单号", "编号", "事项", "日期")
    first, twice, other = ("A1", "A2", "A1")
    rows = [
        (first, "B1", "巡逻", "2026-03-05"),
        (twice, "B1", "巡逻", "2026-03-05"),  # it really happened twice
        (other, "B2", "巡逻", "2026-03-05"),
        ("A 4", "B2", "巡逻", "2026-03-05"),
    ]
    outcomes = credited(village, csv_file([headings, *rows]))
    assert [seen(outcome) for outcome in outcomes] == [
        5,
        5,
        ("单号", "deed_conflict"),
        ("单号", "bad_identifier"),
    ]
    assert village.awards.award("A2").source == "file/deeds.csv#3"


def test_a_row_is_the_same_deed_wherever_it_is_written(village: Community, csv_file: Write) -> None:
    """Member by number or name, deed by code or name, quantity as 2 or 2.0: one deed."""
    credited(village, csv_file([("编号", "事项", "日期", "数量"), ("B1", "助老", "2026-03-05", "2")]))
    [again] = credited(
        village, csv_file([("name", "deed", "date", "hours"), ("李秀英", "care", "20260305", "2.0")])
    )
    assert again.repeated
    assert again.award is not None
    assert again.award.quantity == Decimal(2)


def test_a_deed_that_left_the_file_is_still_known(village: Community) -> None:
    """Nothing that another door credited is taken for a row of a file."""
    village.awards.credit(
        Report(id="x", member_id=village.community.identify("B1").id, deed="patrol", day=dt.date(2026, 3, 5))
    )
    assert issued(village) == 5
