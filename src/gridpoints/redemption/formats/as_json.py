"""JSON for programs: a title, and an object for each row; decimals as text, so that none is a float."""

from __future__ import annotations

import json
from typing import BinaryIO

from gridpoints.redemption.formats import Cell, Table


def write(table: Table, target: BinaryIO) -> None:
    """See `gridpoints.redemption.formats.Format`."""
    keys = [column.key for column in table.columns]
    rows = [dict(zip(keys, map(_cell, row), strict=True)) for row in table.rows]
    document = {"title": table.title, "rows": rows}
    target.write(json.dumps(document, ensure_ascii=False, indent=2).encode() + b"\n")


def _cell(cell: Cell) -> str | int | None:
    return cell if cell is None or isinstance(cell, str | int) else str(cell)
