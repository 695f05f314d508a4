"""Household files (一户一档): what a household needs care for.

They are sensitive: few may read them, and each reading is logged. The journal of changes, which
others may follow, tells that a file was written, never what it says.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Protocol

from attrs import field, frozen

from gridpoints.community.model import Standing


@frozen
class HouseholdFile:
    """That there is a file, under the household's own id; `version` counts how often it was written."""

    id: str
    household_id: str
    status: Standing = Standing.ACTIVE
    version: int = 1


@frozen
class FileEntry:
    """What a file says; the latest entry counts, the others are its past.

    `outside` says where other systems keep more, by the system's code: ``{"health": "no. 17"}``.
    """

    id: str
    household_id: str
    flags: tuple[str, ...]
    note: str
    written_by: str
    written_at: datetime
    outside: Mapping[str, str] = field(factory=dict, hash=False)


@frozen
class FileReading:
    """Somebody read a file, or looked for files with a flag: who, when, and for what reason."""

    id: str
    household_id: str
    reader: str
    read_at: datetime
    reason: str


class OutsideFiles(Protocol):
    """Another system's files, such as the family health file (家庭健康档案): looked at, never copied."""

    def look_up(self, reference: str) -> Mapping[str, Any]:
        """What is kept there under that reference."""
