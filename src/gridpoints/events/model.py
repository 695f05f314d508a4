"""What happened, one event after another, for whoever has to know: messages, webhooks, a search."""

from __future__ import annotations

import re
from datetime import datetime

from attrs import frozen

from gridpoints.errors import CursorUnusable

_CURSOR = re.compile(r"([0-9]{1,18})\.([0-9]{1,18})")


@frozen
class Cursor:
    """How far somebody has read: so many changes of records, so many lines of the ledger's journal.

    As text, ``"120.4711"``, it is a reader's to keep.
    """

    changes: int = 0
    lines: int = 0

    @classmethod
    def parse(cls, text: str) -> Cursor:
        """The cursor that its text stands for, ``""`` for the beginning; raises `CursorUnusable`."""
        if not text:
            return cls()
        found = _CURSOR.fullmatch(text) if isinstance(text, str) else None
        if found is None:
            raise CursorUnusable(cursor=str(text)[:80])
        return cls(*map(int, found.groups()))

    def __str__(self) -> str:
        return f"{self.changes}.{self.lines}"


@frozen
class Event:
    """Something that happened, once; `id` is the same whenever it is read, `cursor` goes on after it.

    `kind` is that of the record that changed (``claim``, ``wish``, ``award``), with the `version` and
    the `status` that it has since; or ``transaction``, for a line of the ledger's journal. The status of
    a line is its act (``post``, ``capture``, ``reverse``, ``hold``, ``release``, …) or ``refused``, and
    `accounts` are those that it moved points of.
    """

    id: str
    cursor: str
    at: datetime
    kind: str
    subject: str
    status: str | None
    version: int | None = None
    actor: str | None = None
    reason: str | None = None
    accounts: tuple[str, ...] = ()
