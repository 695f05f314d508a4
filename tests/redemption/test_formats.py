"""Statements are written as spreadsheets, programs and third parties read them."""

from __future__ import annotations

import csv
import io
import json
from datetime import date, datetime
from decimal import Decimal
from importlib.metadata import EntryPoint
from typing import Any, BinaryIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridpoints.errors import StatementFormatUnknown
from gridpoints.redemption import formats
from gridpoints.redemption.formats import Column, Holds, Table, format_of, known_formats

#: A spreadsheet knows no zones.
DAY = datetime(2026, 3, 31)  # noqa: DTZ001
PAID = datetime(2026, 4, 2, 9, 30)  # noqa: DTZ001
TABLE = Table(
    "Statements, March 2026",
    (
        Column("merchant", "商户"),
        Column("redemptions", "Redemptions", Holds.NUMBER),
        Column("points", "Points", Holds.POINTS),
        Column("net", "Net", Holds.MONEY),
        Column("until", "Until", Holds.DAY),
        Column("paid_at", "Paid at", Holds.TIME),
    ),
    (
        ("街角小店", 12, Decimal(240), Decimal("84.07"), date(2026, 3, 31), PAID),
        ('=HYPERLINK("http://x")', 0, Decimal("0.5"), Decimal("-0.01"), date(2026, 3, 31), None),
    ),
)


def written(name: str, table: Table = TABLE) -> bytes:
    target = io.BytesIO()
    format_of(name)(table, target)
    return target.getvalue()


def sheet_of(data: bytes) -> Any:
    openpyxl = pytest.importorskip("openpyxl")
    return openpyxl.load_workbook(io.BytesIO(data)).active


def test_csv() -> None:
    data = written("csv")
    assert data.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(data.decode("utf-8-sig"))))
    assert rows[0] == ["商户", "Redemptions", "Points", "Net", "Until", "Paid at"]
    assert rows[1] == ["街角小店", "12", "240", "84.07", "2026-03-31", "2026-04-02 09:30:00"]
    assert rows[2] == ['\'=HYPERLINK("http://x")', "0", "0.5", "-0.01", "2026-03-31", ""]


def test_json() -> None:
    document = json.loads(written("json"))
    assert document["title"] == TABLE.title
    assert document["rows"][1] == {
        "merchant": '=HYPERLINK("http://x")',
        "redemptions": 0,
        "points": "0.5",
        "net": "-0.01",
        "until": "2026-03-31",
        "paid_at": None,
    }


def test_xlsx() -> None:
    pytest.importorskip("xlsxwriter", reason="no workbooks are written: install the extra xlsx")
    sheet = sheet_of(written("xlsx"))
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert rows[0] == [column.heading for column in TABLE.columns]
    assert rows[1] == ["街角小店", 12, 240, 84.07, DAY, PAID]
    assert rows[2][:4] == ['=HYPERLINK("http://x")', 0, 0.5, -0.01]
    assert sheet["A3"].data_type == "s"


def test_a_figure_with_more_digits_than_a_spreadsheet_keeps_is_a_text() -> None:
    table = Table("t", (Column("net", "Net", Holds.MONEY),), ((Decimal("9999999999999999.99"),),))
    pytest.importorskip("xlsxwriter", reason="no workbooks are written: install the extra xlsx")
    sheet = sheet_of(written("xlsx", table))
    assert sheet["A2"].value == "9999999999999999.99"


@given(st.lists(st.text(st.characters(codec="utf-8", exclude_categories=["Cc"])), max_size=3))
def test_every_name_comes_back_from_json_and_csv(names: list[str]) -> None:
    table = Table("t", (Column("name", "Name"),), [(name,) for name in names])
    assert [row["name"] for row in json.loads(written("json", table))["rows"]] == names
    found = list(csv.reader(io.StringIO(written("csv", table).decode("utf-8-sig"), newline="")))[1:]
    assert [row[0] if row else "" for row in found] == [
        f"'{name}" if name.startswith(("=", "+", "-", "@")) else name for name in names
    ]


def sepa(table: Table, target: BinaryIO) -> None:
    """A format of another package."""
    target.write(f"SEPA {len(table.rows)}".encode())


def test_another_package_adds_a_format(monkeypatch: pytest.MonkeyPatch) -> None:
    point = EntryPoint("sepa", f"{__name__}:sepa", formats.FORMATS)
    monkeypatch.setattr(formats, "entry_points", lambda group, name="sepa": [point] if name == "sepa" else [])
    assert written("sepa") == b"SEPA 2"
    assert known_formats() == ("csv", "json", "sepa", "xlsx")
    with pytest.raises(StatementFormatUnknown) as refusal:
        format_of("pdf")
    assert refusal.value.fields == {"format": "pdf", "known": ("csv", "json", "sepa", "xlsx")}
