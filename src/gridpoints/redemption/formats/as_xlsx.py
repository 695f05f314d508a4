"""A workbook: one sheet, headings that stay, figures as numbers. Needs the extra ``xlsx``."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from io import BytesIO
from typing import BinaryIO

from gridpoints.errors import MissingDriver
from gridpoints.redemption.formats import Cell, Holds, Table

#: Of a column, in characters.
_WIDEST = 40
_NUMBERS = {Holds.MONEY: "#,##0.00", Holds.DAY: "yyyy-mm-dd", Holds.TIME: "yyyy-mm-dd hh:mm"}
#: A spreadsheet keeps 15 digits of a number: what has more is written as text.
_MOST = Decimal(10) ** 15


def write(table: Table, target: BinaryIO) -> None:
    """See `gridpoints.redemption.formats.Format`; raises `MissingDriver`."""
    try:
        from xlsxwriter import Workbook
    except ImportError:
        raise MissingDriver(package="xlsxwriter", extra="xlsx") from None
    memory = BytesIO()  # a workbook is a ZIP file, which is not written from beginning to end
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with Workbook(memory, options) as book:
        sheet = book.add_worksheet()
        bold = book.add_format({"bold": True})
        formats = [book.add_format({"num_format": _NUMBERS.get(each.holds, "")}) for each in table.columns]
        for place, column in enumerate(table.columns):
            sheet.write_string(0, place, column.heading, bold)
            shown = [len(str(row[place])) for row in table.rows[:1_000]]
            sheet.set_column(place, place, min(_WIDEST, 2 + max([len(column.heading) * 2, *shown])))
        for line, row in enumerate(table.rows, 1):
            for place, cell in enumerate(row):
                if isinstance(cell, str) or _is_too_long(cell):
                    sheet.write_string(line, place, str(cell))
                elif isinstance(cell, datetime):  # a spreadsheet knows no zones
                    sheet.write_datetime(line, place, cell.replace(tzinfo=None), formats[place])
                elif cell is not None:
                    sheet.write(line, place, cell, formats[place])
        sheet.freeze_panes(1, 0)
    target.write(memory.getvalue())


def _is_too_long(cell: Cell) -> bool:
    return isinstance(cell, Decimal | int) and abs(Decimal(cell)) >= _MOST
