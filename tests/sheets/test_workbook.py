"""Workbooks: what a cell can hold besides text, and files that are none."""

from __future__ import annotations

import datetime as dt
import io
import tracemalloc
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

import pytest

from gridpoints.errors import (
    CellMerged,
    FileDamaged,
    FileTooLarge,
    FormulaFailed,
    FormulaWithoutResult,
    RowHidden,
    SheetUnclear,
    SheetUnknown,
    TableEmpty,
)
from gridpoints.sheets.layouts import DEEDS
from gridpoints.sheets.reading import open_table
from gridpoints.sheets.rows import Row

openpyxl = pytest.importorskip("openpyxl", reason="workbooks are written with openpyxl")

HEADINGS = ("编号", "事项", "日期", "数量")
ROW = ("B1", "巡逻", "2026-03-05", 2)

SHEET = """<?xml version="1.0" encoding="UTF-8"?>
<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>
<row r="1"><c t="inlineStr"><is><t>编号</t></is></c><c t="inlineStr"><is><t>事项</t></is></c>
<c t="inlineStr"><is><t>日期</t></is></c><c t="inlineStr"><is><t>数量</t></is></c></row>
{rows}</sheetData></worksheet>"""


def read(path: Path, sheet: str | None = None) -> list[Row]:
    with open_table(path, DEEDS, sheet=sheet) as table:
        return list(table)


@pytest.fixture
def workbook(tmp_path: Path) -> Callable[..., Path]:
    """Writes rows and lets `change` work on the sheet before it is saved."""

    def write(rows: Sequence[Sequence[object]], change: Callable[[Any], object] = lambda sheet: None) -> Path:
        book = openpyxl.Workbook()
        for row in rows:
            book.active.append(list(row))
        change(book.active)
        book.save(tmp_path / "deeds.xlsx")
        return tmp_path / "deeds.xlsx"

    return write


def with_part(path: Path, part: str, content: str | bytes) -> Path:
    """The same package with another content of one part."""
    with ZipFile(path) as old:
        parts = {name: old.read(name) for name in old.namelist()} | {part: content}
    with ZipFile(path, "w", ZIP_DEFLATED) as new:
        for name, data in parts.items():
            new.writestr(name, data)
    return path


def raw(workbook: Callable[..., Path], rows: str) -> Path:
    """A sheet whose rows are given as XML."""
    return with_part(workbook([HEADINGS]), "xl/worksheets/sheet1.xml", SHEET.format(rows=rows))


def test_text_numbers_days_and_truths(workbook: Callable[..., Path]) -> None:
    rows = [
        HEADINGS,
        ("B1", "巡逻", dt.date(2026, 3, 5), 2.5),
        (7, "巡逻", dt.datetime(2026, 3, 5, 14, 30), 0.1 + 0.2),  # noqa: DTZ001  # a workbook knows no zones
        (None, True, dt.time(2, 30), 1e9),
    ]
    assert [row.cells for row in read(workbook(rows))] == [
        ("B1", "巡逻", "2026-03-05", "2.5"),
        ("7", "巡逻", "2026-03-05 14:30", "0.3"),
        ("", "TRUE", "02:30", "1000000000"),
    ]


@pytest.mark.parametrize("id", [14, 22, 27, 31, 57, 58])
def test_days_in_formats_that_no_file_spells_out(workbook: Callable[..., Path], id: int) -> None:
    """31 is 2024年3月5日 in Chinese Excel."""
    path = raw(workbook, '<row r="2"><c t="str"><v>B1</v></c><c/><c s="1"><v>45356</v></c></row>')
    styles = f'<styleSheet><cellXfs><xf numFmtId="0"/><xf numFmtId="{id}"/></cellXfs></styleSheet>'
    [row] = read(with_part(path, "xl/styles.xml", styles))
    assert row.cells == ("B1", "", "2024-03-05")


@pytest.mark.parametrize(
    ("code", "shown"),
    [
        ('yyyy"年"m"月"d"日"', "2024-03-05"),
        ("[$-404]e/m/d", "2024-03-05"),
        ("[Red]0.00", "45356"),
        ('0"d"', "45356"),
        ("General", "45356"),
        ("0000000", "0045356"),
    ],
)
def test_formats_of_numbers(workbook: Callable[..., Path], code: str, shown: str) -> None:
    def change(sheet: Any) -> None:
        sheet["A2"].number_format = code

    [row] = read(workbook([HEADINGS, (45356, "巡逻")], change))
    assert row.cells[0] == shown


def test_days_counted_from_1904(workbook: Callable[..., Path]) -> None:
    path = workbook([HEADINGS])
    book = openpyxl.load_workbook(path)
    book.epoch = openpyxl.utils.datetime.CALENDAR_MAC_1904
    book.active.append(["B1", "巡逻", dt.date(2026, 3, 5)])
    book.save(path)
    assert read(path)[0].cells[2] == "2026-03-05"


def test_a_formula_has_its_saved_result(workbook: Callable[..., Path]) -> None:
    path = raw(
        workbook,
        '<row r="2"><c r="A2" t="str"><f>"B"&amp;1</f><v>B1</v></c><c r="D2"><f>1+1</f><v>2</v></c></row>',
    )
    assert read(path)[0].cells == ("B1", "", "", "2")


def test_flaws(workbook: Callable[..., Path]) -> None:
    def change(sheet: Any) -> None:
        sheet.merge_cells("A4:A5")
        sheet.merge_cells("B6:C6")
        sheet.row_dimensions[7].hidden = True

    rows = [HEADINGS, (*ROW[:3], "=1+1"), (*ROW[:3], "#N/A"), ROW, (None, *ROW[1:]), ROW, ROW, ROW]
    path = workbook(rows, change)
    formula, failed, upper, lower, across, hidden, sound = read(path)
    assert isinstance(formula.flaws[3], FormulaWithoutResult)
    assert isinstance(failed.flaws[3], FormulaFailed)
    assert failed.flaws[3].shown == "#N/A"
    assert list(upper.flaws) == list(lower.flaws) == [0]
    assert isinstance(upper.flaws[0], CellMerged)
    assert list(across.flaws) == [1, 2]
    assert isinstance(hidden.flaw, RowHidden)
    assert (hidden.number, sound.flaws, sound.flaw) == (7, {}, None)


def test_a_title_over_merged_cells_is_no_matter(workbook: Callable[..., Path]) -> None:
    rows = [("白羊村积分登记表",), HEADINGS, ROW]
    path = workbook(rows, lambda sheet: sheet.merge_cells("A1:D1"))
    assert read(path) == [Row(3, ("B1", "巡逻", "2026-03-05", "2"))]


def test_reading_aids_and_escapes_are_left_out(workbook: Callable[..., Path]) -> None:
    text = "<is><r><t>李_x000D_秀</t></r><r><t>英_xD800_</t></r><rPh><t>LI</t></rPh></is>"
    path = raw(workbook, f'<row r="2"><c t="inlineStr">{text}</c></row>')
    assert read(path)[0].cells == ("李 秀英",)


def test_which_sheet_is_read(workbook: Callable[..., Path]) -> None:
    path = workbook([("说明", "随便")])
    book = openpyxl.load_workbook(path)
    for title in ("一月", "二月"):
        for row in (HEADINGS, (title, *ROW[1:])):
            (book[title] if title in book.sheetnames else book.create_sheet(title)).append(row)
    book["二月"].sheet_state = "hidden"
    book.save(path)
    assert read(path)[0].cells[0] == "一月"
    assert read(path, "二月")[0].cells[0] == "二月"
    with pytest.raises(SheetUnknown):
        read(path, "三月")
    book["二月"].sheet_state = "visible"
    book.save(path)
    with pytest.raises(SheetUnclear):
        read(path)


def test_no_sheet_to_see_is_an_empty_table(workbook: Callable[..., Path]) -> None:
    with pytest.raises(TableEmpty):
        read(workbook([]))


@pytest.mark.parametrize(
    "content",
    [
        "<worksheet><sheetData><row><c><v>1</v>",
        '<!DOCTYPE x [<!ENTITY a "aaaa">]><worksheet><sheetData/></worksheet>',
        SHEET.format(rows='<row r="0"/>'),
        SHEET.format(rows='<row r="1048577"/>'),
        SHEET.format(rows='<row r="x"/>'),
        SHEET.format(rows='<row r="2"><c r="XFE2"><v>1</v></c></row>'),
        SHEET.format(rows='<row r="2"><c t="s"><v>9</v></c></row>'),
        SHEET.format(rows='<row r="2"><c><v>two</v></c></row>'),
    ],
)
def test_damaged_sheets(workbook: Callable[..., Path], content: str) -> None:
    path = with_part(workbook([HEADINGS]), "xl/worksheets/sheet1.xml", content)
    with pytest.raises(FileDamaged):
        read(path)


def test_other_archives_are_no_workbooks(tmp_path: Path) -> None:
    path = tmp_path / "deeds.xlsx"
    with ZipFile(path, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
    with pytest.raises(FileDamaged):
        read(path)
    path.write_bytes(path.read_bytes()[:40])
    with pytest.raises(FileDamaged):
        read(path)


@pytest.mark.parametrize("part", ["xl/worksheets/sheet1.xml", "xl/styles.xml"])
def test_a_zip_bomb_is_refused(workbook: Callable[..., Path], part: str) -> None:
    with pytest.raises(FileTooLarge):
        read(with_part(workbook([HEADINGS]), part, b" " * (40 << 20)))


def test_an_endless_cell_is_refused(workbook: Callable[..., Path]) -> None:
    with pytest.raises(FileTooLarge):
        read(raw(workbook, f'<row r="2"><c t="str"><v>{"字" * 200_000}</v></c></row>'))


def test_memory_does_not_grow_with_the_rows(workbook: Callable[..., Path]) -> None:
    """As LibreOffice writes them: every row with its height."""

    def peak(rows: int) -> int:
        text = io.StringIO()
        for number in range(2, rows + 2):
            text.write(f'<row r="{number}" ht="12.8" customHeight="false"><c><v>{number}</v></c></row>')
        path = raw(workbook, text.getvalue())
        text.close()
        tracemalloc.start()
        with open_table(path, DEEDS) as table:
            assert sum(1 for _ in table) == rows
        _, highest = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return highest

    assert peak(60_000) < 2 * peak(20_000)
