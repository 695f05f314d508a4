"""Whatever bytes a file holds: it is read, or refused with an error that says why."""

from __future__ import annotations

import datetime as dt
import io
from pathlib import Path
from zipfile import ZipFile

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gridpoints.errors import InvalidInput
from gridpoints.sheets.layouts import DEEDS
from gridpoints.sheets.reading import open_table

GOOD = "编号,姓名,事项,日期,数量\nB1,李秀英,巡逻,2026-03-05,\nB2,,助老,2026年3月6日,1.5\n" * 20

#: Change a file in a few places: where, how many bytes go, and what comes in their stead.
MUTATIONS = st.lists(st.tuples(st.integers(0, 1 << 16), st.integers(0, 8), st.binary(max_size=8)), max_size=6)

a_fuzz = settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])


def mutated(data: bytes, mutations: list[tuple[int, int, bytes]]) -> bytes:
    for place, gone, put in mutations:
        at = place % (len(data) + 1)
        data = data[:at] + put + data[at + gone :]
    return data


def is_read_or_refused(path: Path, data: bytes) -> None:
    path.write_bytes(data)
    try:
        with open_table(path, DEEDS) as table:
            for row in table:
                assert all(isinstance(cell, str) and "\0" not in cell for cell in row.cells)
                assert any(row.cells) or row.flaws
    except InvalidInput as error:
        assert str(error)  # noqa: PT017  # it may be raised or not


@pytest.fixture(scope="module")
def workbook() -> bytes:
    openpyxl = pytest.importorskip("openpyxl", reason="workbooks are written with openpyxl")
    book = openpyxl.Workbook()
    for row in (
        ("编号", "事项", "日期", "数量"),
        ("B1", "巡逻", dt.date(2026, 3, 5), 2),
        ("B2", "=1+1", "x", 3),
    ):
        book.active.append(row)
    book.active.merge_cells("A2:A3")
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


@a_fuzz
@given(st.binary(max_size=400))
def test_any_bytes(tmp_path: Path, data: bytes) -> None:
    is_read_or_refused(tmp_path / "any.csv", data)


@a_fuzz
@given(st.text(alphabet='编号事项日期,;\t，"\n\r 1=\ufeff\x0b', max_size=200))
def test_any_text(tmp_path: Path, text: str) -> None:
    is_read_or_refused(tmp_path / "any.csv", f"编号,事项,日期\n{text}".encode())


@a_fuzz
@given(MUTATIONS, st.sampled_from(["utf-8-sig", "utf-16", "gb18030"]))
def test_a_mutated_csv(tmp_path: Path, mutations: list[tuple[int, int, bytes]], encoding: str) -> None:
    is_read_or_refused(tmp_path / "mutated.csv", mutated(GOOD.encode(encoding), mutations))


@a_fuzz
@given(mutations=MUTATIONS)
def test_a_mutated_package(tmp_path: Path, workbook: bytes, mutations: list[tuple[int, int, bytes]]) -> None:
    is_read_or_refused(tmp_path / "mutated.xlsx", mutated(workbook, mutations))


@a_fuzz
@given(
    mutations=MUTATIONS,
    part=st.sampled_from(
        [
            "xl/worksheets/sheet1.xml",
            "xl/sharedStrings.xml",
            "xl/styles.xml",
            "xl/workbook.xml",
            "xl/_rels/workbook.xml.rels",
            "_rels/.rels",
        ]
    ),
)
def test_a_mutated_part(
    tmp_path: Path, workbook: bytes, mutations: list[tuple[int, int, bytes]], part: str
) -> None:
    """The archive is sound, so that the damage reaches the reader of the part."""
    with ZipFile(io.BytesIO(workbook)) as old:
        parts = {name: old.read(name) for name in old.namelist()}
    stream = io.BytesIO()
    with ZipFile(stream, "w") as new:
        for name, data in parts.items():
            new.writestr(name, mutated(data, mutations) if name == part else data)
    is_read_or_refused(tmp_path / "mutated.xlsx", stream.getvalue())
