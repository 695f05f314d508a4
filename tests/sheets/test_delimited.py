"""CSV files, in the encodings and with the delimiters that programs write."""

from __future__ import annotations

from pathlib import Path

import pytest

from gridpoints.errors import (
    ColumnDoubled,
    ColumnMissing,
    FileIsFolder,
    FileLocked,
    FileMissing,
    FileNotText,
    FileTooLarge,
    FileUnreadable,
    QuotesUnbalanced,
    RowTooLong,
    TableEmpty,
)
from gridpoints.sheets.layouts import DEEDS
from gridpoints.sheets.reading import open_table
from gridpoints.sheets.rows import Row

TEXT = "编号,事项,日期,数量\nB1,巡逻,2026-03-05,2\n"


def read(path: Path) -> list[Row]:
    with open_table(path, DEEDS) as table:
        return list(table)


def written(tmp_path: Path, content: bytes | str) -> Path:
    path = tmp_path / "deeds.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030", "gbk"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "，"])
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_encodings_and_delimiters(tmp_path: Path, encoding: str, delimiter: str, newline: str) -> None:
    text = TEXT.replace(",", delimiter).replace("\n", newline)
    [row] = read(written(tmp_path, text.encode(encoding)))
    assert row == Row(2, ("B1", "巡逻", "2026-03-05", "2"))


@pytest.mark.parametrize(
    "content",
    [
        TEXT.encode("utf-16-le"),  # without its mark
        TEXT.encode("utf-32"),
        "编号,事项\nB1,café\n".encode("latin-1", "replace"),
        "编号".encode() + b"\xff\xfe\xff",
        b"\x00\x01\x02" * 100,
        b"\x89PNG\r\n\x1a\n",
        b"%PDF-1.7\n\xe2\xe3\xcf\xd3\n\x00",
    ],
)
def test_what_is_no_text_is_refused(tmp_path: Path, content: bytes) -> None:
    with pytest.raises((FileNotText, ColumnMissing)):
        read(written(tmp_path, content))


def test_a_wrong_byte_at_the_end_refuses_the_whole_file(tmp_path: Path) -> None:
    with pytest.raises(FileNotText):
        read(written(tmp_path, (TEXT * 50_000).encode() + b"\xff"))


@pytest.mark.parametrize(
    ("content", "error"),
    [
        (b"", TableEmpty),
        (b"\xef\xbb\xbf", TableEmpty),
        (b"\n\n , ,\n", TableEmpty),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), FileLocked),
        ('编号,事项,日期\n"B1,巡逻,2026-03-05\nB2,巡逻,2026-03-05\n'.encode(), QuotesUnbalanced),
        ("编号,事项,日期\n" + "x" * (1 << 20) + "\n", FileTooLarge),
        ("姓名,日期\n李秀英,2026-03-05\n", ColumnMissing),
        ("编号,事项,日期,小时,次数\n", ColumnDoubled),
        ("随便写的一行字\n", ColumnMissing),
    ],
)
def test_files_that_are_refused(tmp_path: Path, content: bytes | str, error: type[FileUnreadable]) -> None:
    with pytest.raises(error):
        read(written(tmp_path, content))


def test_what_is_no_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FileMissing):
        read(tmp_path / "nowhere.csv")
    with pytest.raises(FileMissing):
        read(Path("with\0nul.csv"))
    with pytest.raises(FileIsFolder):
        read(tmp_path)
    with pytest.raises(FileUnreadable):
        read(Path("/dev/null"))


def test_an_open_quotation_mark_is_told_with_its_row(tmp_path: Path) -> None:
    with pytest.raises(QuotesUnbalanced) as caught:
        read(written(tmp_path, '编号,事项,日期\nB1,巡逻,2026-03-05\nB2,"巡逻,2026-03-05\n'))
    assert caught.value.row == 3


def test_a_title_above_and_blank_rows_are_no_matter(tmp_path: Path) -> None:
    text = "白羊村，三月，积分登记表\n\n编号,事项,日期\n\n,,\nB1,巡逻,2026-03-05\n"
    assert read(written(tmp_path, text)) == [Row(6, ("B1", "巡逻", "2026-03-05"))]


def test_a_quoted_cell_may_hold_commas_quotes_and_lines(tmp_path: Path) -> None:
    text = '编号,备注,事项,日期\nB1,"买菜,做饭\n""扫地""",巡逻,2026-03-05\nB2,,巡逻,2026-03-05\n'
    first, second = read(written(tmp_path, text))
    assert first.cells == ("B1", '买菜,做饭 "扫地"', "巡逻", "2026-03-05")
    assert second.number == 3  # as a spreadsheet program counts


def test_a_comma_too_many_is_no_shifted_row(tmp_path: Path) -> None:
    [row] = read(written(tmp_path, "编号,备注,事项,日期\nB1,买菜,做饭,巡逻,2026-03-05\n"))
    assert isinstance(row.flaw, RowTooLong)


@pytest.mark.parametrize(
    "headings",
    [
        "编号,事项,日期,数量",
        "編號,事項,日期,數量",
        "Number, DEED ,date,Hours",
        "编 号,事项*,日期：,数量（小时）",
        "姓名,积分事项,时间,次数",
        "成员,行为,服务日期,时长",
    ],
)
def test_headings_as_clerks_write_them(tmp_path: Path, headings: str) -> None:
    with open_table(written(tmp_path, headings + "\nB1,巡逻,2026-03-05,2\n"), DEEDS) as table:
        assert list(table.columns.values()) == [0, 1, 2, 3]


def test_a_serial_number_is_no_member(tmp_path: Path) -> None:
    with open_table(written(tmp_path, "序号,姓名,事项,日期\n1,李秀英,巡逻,2026-03-05\n"), DEEDS) as table:
        assert table.columns == {"name": 1, "deed": 2, "day": 3}


def test_all_headings_are_known_once() -> None:
    headings = [heading for column in DEEDS.columns for heading in column.headings]
    assert sorted(headings) == sorted(set(headings))
    assert [DEEDS.key(h) for h in headings] == [c.key for c in DEEDS.columns for _ in c.headings]
