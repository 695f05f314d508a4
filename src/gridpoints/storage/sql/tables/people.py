"""What is noted of people and households: the tables of types, check-ins, cards, files and lists of codes."""

from __future__ import annotations

from gridpoints.community.files import FileEntry, FileReading, HouseholdFile
from gridpoints.community.people import Classification, ColourCard, DualCheckIn
from gridpoints.community.terms import Term
from gridpoints.storage.sql.tables.base import (
    Day,
    DayOrNone,
    Instant,
    Json,
    Key,
    Row,
    Text,
    TextOrNone,
    Whole,
    index,
    kept,
)


class TermRow(Row, table=True):
    """See `gridpoints.community.terms.Term`."""

    __tablename__ = "gridpoints_term"
    __table_args__ = kept(Term, index("list", "code"))
    id: Key
    list: Text
    code: Text
    names: Json
    status: Text
    version: Whole


class ClassificationRow(Row, table=True):
    """See `gridpoints.community.people.Classification`."""

    __tablename__ = "gridpoints_classification"
    __table_args__ = kept(Classification, index("type"))
    id: Key
    member_id: Text
    type: Text
    managed: Text
    status: Text
    version: Whole


class DualCheckInRow(Row, table=True):
    """See `gridpoints.community.people.DualCheckIn`."""

    __tablename__ = "gridpoints_dual_check_in"
    __table_args__ = kept(DualCheckIn, index("status"))
    id: Key
    member_id: Text
    partner_id: TextOrNone
    partner_on: DayOrNone
    grid_id: TextOrNone
    grid_on: DayOrNone
    status: Text
    version: Whole


class ColourCardRow(Row, table=True):
    """See `gridpoints.community.people.ColourCard`."""

    __tablename__ = "gridpoints_colour_card"
    __table_args__ = kept(ColourCard, index("member_id"))
    id: Key
    member_id: Text
    colour: Text
    text: Text
    day: Day
    status: Text
    version: Whole


class HouseholdFileRow(Row, table=True):
    """See `gridpoints.community.files.HouseholdFile`."""

    __tablename__ = "gridpoints_household_file"
    __table_args__ = kept(HouseholdFile)
    id: Key
    household_id: Text
    status: Text
    version: Whole


class FileEntryRow(Row, table=True):
    """See `gridpoints.community.files.FileEntry`."""

    __tablename__ = "gridpoints_file_entry"
    __table_args__ = kept(FileEntry, index("household_id", "written_at"))
    id: Key
    household_id: Text
    flags: Json
    note: Text
    written_by: Text
    written_at: Instant
    outside: Json


class FileReadingRow(Row, table=True):
    """See `gridpoints.community.files.FileReading`."""

    __tablename__ = "gridpoints_file_reading"
    __table_args__ = kept(FileReading, index("household_id", "read_at"))
    id: Key
    household_id: Text
    reader: Text
    read_at: Instant
    reason: Text
