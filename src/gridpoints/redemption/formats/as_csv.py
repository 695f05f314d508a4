"""CSV, as spreadsheets open it: UTF-8 with a mark at the beginning, headings, figures as plain decimals."""

from __future__ import annotations

import csv
import io
from typing import BinaryIO

from gridpoints.redemption.formats import Cell, Holds, Table

#: What spreadsheets take for the beginning of a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def write(table: Table, target: BinaryIO) -> None:
    """See `gridpoints.redemption.formats.Format`."""
    text = io.TextIOWrapper(target, encoding="utf-8-sig", newline="")
    rows = csv.writer(text)
    rows.writerow([column.heading for column in table.columns])
    for row in table.rows:
        rows.writerow([_cell(cell, column.holds) for cell, column in zip(row, table.columns, strict=True)])
    text.flush()
    text.detach()


def _cell(cell: Cell, holds: Holds) -> str:
    text = "" if cell is None else str(cell)
    # A merchant's name must not be run as a formula in the treasurer's spreadsheet.
    return f"'{text}" if holds is Holds.TEXT and text.startswith(_FORMULA) else text
