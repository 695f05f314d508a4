"""A merchant's own list of what it took (商户台账), read row by row: it is held against the redemptions."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from functools import partial

from attrs import frozen

from gridpoints.sheets.cells import read_day
from gridpoints.sheets.deeds import filled
from gridpoints.sheets.headings import Column, Layout
from gridpoints.sheets.reading import Table
from gridpoints.sheets.rows import Misread, Row, RowProblem
from gridpoints.values import check_decimal

TILL_ROLL = Layout(
    columns=(
        Column.of(
            "reference",
            "兑换单号, redemption, 兌換單號, 单号, 單號, 凭证号, 憑證號, 券号, 券號, 兑换券, 兌換券, "
            "voucher, receipt, receipt number, reference",
        ),
        Column.of("day", "日期, date, 兑换日期, 兌換日期, 时间, 時間, day"),
        Column.of("points", "积分, points, 積分, 兑换积分, 兌換積分, 分值"),
    ),
    required=(("reference",), ("day",), ("points",)),
)


@frozen
class RollLine:
    """One line of such a list: the number of the redemption or the voucher, the day, the points."""

    reference: str
    day: date
    points: Decimal


def roll_lines(table: Table) -> tuple[list[RollLine], list[RowProblem]]:
    """The lines of a table with the layout `TILL_ROLL`, and the rows that are none."""
    lines: list[RollLine] = []
    problems: list[RowProblem] = []
    for row in table:
        try:
            lines.append(_line(table, row))
        except Misread as misread:
            problems.append(misread.problem)
    return lines, problems


def _line(table: Table, row: Row) -> RollLine:
    if row.flaw is not None:
        raise Misread(RowProblem(row.number, None, row.flaw))
    cell = partial(table.value, row)
    return RollLine(
        cell("reference", partial(filled, "reference", str)),
        cell("day", partial(filled, "day", read_day)),
        cell("points", partial(filled, "points", partial(check_decimal, "points"))),
    )
