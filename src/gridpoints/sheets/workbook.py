"""XLSX: which sheet of a workbook is meant, and what all its sheets share."""

from __future__ import annotations

from collections.abc import Mapping
from typing import BinaryIO
from zipfile import ZipFile

from gridpoints.errors import SheetUnclear, SheetUnknown, TableEmpty
from gridpoints.sheets.cells import tidy
from gridpoints.sheets.formats import DAY_0, DAY_0_OF_1904, Format, format_of
from gridpoints.sheets.headings import Layout
from gridpoints.sheets.package import Package, damage_of
from gridpoints.sheets.worksheet import Worksheet, is_true, unescaped


def open_sheet(stream: BinaryIO, file: str, layout: Layout, name: str | None) -> Worksheet:
    """The sheet of that name; without one, the only visible sheet that has all headings.

    Where none has them all it is the first visible one, so that it can be said what is missing.
    Raises `SheetUnknown`, `SheetUnclear`, `TableEmpty`, `FileDamaged`, `FileLocked`, `FileTooLarge`.
    """
    with damage_of(file):
        sheets = _sheets(Package(file, ZipFile(stream)))
        if name is not None:
            return _named(sheets, file, name).surveyed()
        visible = [sheet for sheet in sheets if sheet.visible]
        if not visible:
            raise TableEmpty(file=file)
        if len(visible) > 1:
            fit = [s for s in visible if any(layout.complete(row.cells) for row in s.head())]
            if len(fit) > 1:
                raise SheetUnclear(file=file, sheets=tuple(sheet.name for sheet in fit))
            visible = fit or visible
        return visible[0].surveyed()


def _named(sheets: list[Worksheet], file: str, name: str) -> Worksheet:
    wanted = tidy(name).casefold()
    for sheet in sheets:
        if sheet.name.casefold() == wanted:
            return sheet
    raise SheetUnknown(file=file, sheet=name, known=tuple(sheet.name for sheet in sheets))


def _sheets(package: Package) -> list[Worksheet]:
    main = next(part for _, kind, part in package.related("") if kind == "officeDocument")
    related = package.related(main)
    by_kind = {kind: part for _, kind, part in related}
    parts = {id: part for id, kind, part in related if kind == "worksheet"}
    named: list[tuple[str, bool, str]] = []
    day_0 = DAY_0

    def start(tag: str, attributes: Mapping[str, str]) -> None:
        nonlocal day_0
        if tag == "workbookPr" and is_true(attributes.get("date1904")):
            day_0 = DAY_0_OF_1904
        elif tag == "sheet":
            id = next((v for k, v in attributes.items() if k.rpartition(":")[2] == "id"), "")
            visible = attributes.get("state", "visible") == "visible"
            if id in parts:  # a sheet that is nothing but a diagram is none of ours
                named.append((tidy(attributes["name"]), visible, parts[id]))

    package.scan(main, start)
    codes: dict[int, str] = {}
    formats: list[Format] = []
    if "styles" in by_kind:
        formats = [format_of(id, codes, day_0) for id in _styles(package, by_kind["styles"], codes)]
    strings = _strings(package, by_kind["sharedStrings"]) if "sharedStrings" in by_kind else []
    return [Worksheet(name, visible, package, part, strings, formats) for name, visible, part in named]


def _styles(package: Package, part: str, codes: dict[int, str]) -> list[int]:
    """The number format of each style; what the formats spell out is added to `codes`."""
    styles: list[int] = []
    of_cells = False

    def start(tag: str, attributes: Mapping[str, str]) -> None:
        nonlocal of_cells
        if tag == "numFmt":
            codes[int(attributes["numFmtId"])] = attributes.get("formatCode", "")
        elif tag == "xf" and of_cells:
            styles.append(int(attributes.get("numFmtId", 0)))
        elif tag in ("cellXfs", "cellStyleXfs"):
            of_cells = tag == "cellXfs"

    package.scan(part, start)
    return styles


def _strings(package: Package, part: str) -> list[str]:
    """The strings that cells name by number; the reading aids in them (rPh) are left out."""
    strings: list[str] = []
    pieces: list[str] = []
    inside: list[str] = []

    def start(tag: str, attributes: Mapping[str, str]) -> None:
        inside.append(tag)

    def end(tag: str) -> None:
        inside.pop()
        if tag == "si":
            strings.append(unescaped("".join(pieces)))
            pieces.clear()

    def text(data: str) -> None:
        if inside[-1] == "t" and "rPh" not in inside:
            pieces.append(data)

    package.scan(part, start, end, text)
    return strings
