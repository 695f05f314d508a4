"""What is wrong with a clerk's table, its rows, and what was typed at the command line."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from gridpoints.errors.base import Conflict, InvalidInput, NotFound

# --- table files ------------------------------------------------------------------------------


class FileUnreadable(InvalidInput):
    """{file} cannot be read as a table. Save it as CSV (UTF-8) or XLSX."""

    file: str


class FileMissing(NotFound):
    """There is no file {file}. Check its name and its folder."""

    file: str


class FileExists(Conflict):
    """There is a file {file} already, and it was left as it is. Name another one."""

    file: str


class FileIsFolder(FileUnreadable):
    """{file} is a folder. Name the file in it."""


class FileNotOpened(FileUnreadable):
    """{file} cannot be opened: {reason}. Check that you may read and write it."""

    reason: str


class TableEmpty(FileUnreadable):
    """{file} is empty. It needs a row of headings, and the rows below it."""


class FileNotText(FileUnreadable):
    """{file} is no workbook, and no text in UTF-8 or GB18030. Save it as CSV (UTF-8) or XLSX."""


class FileLocked(FileUnreadable):
    """{file} is protected by a password, or in the old format .xls. Save it as XLSX without a
    password."""


class FileDamaged(FileUnreadable):
    """{file} is damaged, or not a workbook. Open it in a spreadsheet program and save it again as
    XLSX."""


class FileTooLarge(FileUnreadable):
    """{file} holds more than a table of people or deeds can hold. Save only the table, as CSV
    (UTF-8)."""


class QuotesUnbalanced(FileUnreadable):
    """A quotation mark is opened and not closed in {file}, in row {row}. Close it, or remove it."""

    row: int


class SheetUnknown(FileUnreadable):
    """{file} has no sheet named {sheet}. It has: {known}."""

    sheet: str
    known: tuple[str, ...]


class SheetUnclear(FileUnreadable):
    """Several sheets of {file} hold such a table: {sheets}. Name the one to read."""

    sheets: tuple[str, ...]


class ColumnMissing(InvalidInput):
    """{file} has no column for {column}. Give one of its columns the heading: {accepted}."""

    file: str
    column: str
    accepted: tuple[str, ...]


class ColumnDoubled(InvalidInput):
    """{file} has more than one column for {column}: {found}. Keep one of them."""

    file: str
    column: str
    found: tuple[str, ...]


# --- their rows -------------------------------------------------------------------------------


class RowHidden(InvalidInput):
    """This row is hidden. Show it, so that it is read, or delete it."""


class RowTooLong(InvalidInput):
    """This row has {found} cells under {expected} headings. Put a text that holds a comma between
    quotation marks."""

    found: int
    expected: int


class RowRepeated(InvalidInput):
    """This row says the same as row {row}. If both are meant, give each a number of its own, in a
    column with the heading: {accepted}."""

    row: int
    accepted: tuple[str, ...]


class CellMerged(InvalidInput):
    """This cell is merged with others. Separate them and fill in each one."""


class FormulaWithoutResult(InvalidInput):
    """This cell holds a formula whose result was not saved. Open the file in a spreadsheet program
    and save it, or write the result itself."""


class FormulaFailed(InvalidInput):
    """This cell shows {shown}. Correct its formula, or write the value itself."""

    shown: str


class DayUnreadable(InvalidInput):
    """{value} is not a day. Write the year, the month and the day, like 2024-03-05."""

    value: str


class DayUnclear(InvalidInput):
    """{value} can be {first} or {second}. Write the year first, like 2024-03-05."""

    value: str
    first: date
    second: date


class DayImpossible(InvalidInput):
    """{value} is not in the calendar. Check the month and the day."""

    value: str


class QuantityTooLarge(InvalidInput):
    """{value} cannot be right: at most {most} is taken at once. Check the quantity."""

    value: Decimal
    most: int


class DeedAmbiguous(NotFound):
    """Several deeds are named {deed}. Write the code instead: {codes}."""

    deed: str
    codes: tuple[str, ...]


class MemberMismatch(InvalidInput):
    """The number {number} belongs to {name}, not to {written}. Correct the number or the name."""

    number: str
    name: str
    written: str


class HouseholdMismatch(InvalidInput):
    """{name} is enrolled in the household {household}, not in {written}. Moving house is not read
    from a file."""

    name: str
    household: str
    written: str


# --- the command line -------------------------------------------------------------------------


class NoCommunity(NotFound):
    """The store {url} holds no community yet. Found one with: gridpoints init"""

    url: str


class CommunityUnclear(InvalidInput):
    """The store holds several communities: {known}. Name one with --community."""

    known: tuple[str, ...]


class NameAmbiguous(NotFound):
    """Several have the name {name}. Write the id instead: {ids}."""

    name: str
    ids: tuple[str, ...]
