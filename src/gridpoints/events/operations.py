"""The room ``events``: every change, in order, for a portal that tells others of it."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator
from itertools import islice

from attrs import evolve, frozen

from gridpoints.context import Context
from gridpoints.events.model import Cursor, Event
from gridpoints.ledger.journal import Line, instant
from gridpoints.records import Change
from gridpoints.values import check_whole

#: So many events can be read at once.
MOST = 10_000


@frozen
class Events:
    """What happened in a community: written in the transaction in which it happened, read afterwards."""

    context: Context

    def read(self, after: str = "", *, limit: int = 100) -> list[Event]:
        """Up to `limit` events after a cursor (``""``: from the beginning), the oldest first.

        Nothing that was committed is left out, and nothing appears before an event that was read.
        Whoever keeps the cursor of an event after having dealt with it is told of each at least once;
        the `Event.id` says which were dealt with before. The changes of one record stand in the order
        of its versions, the lines of the ledger in the order of its journal; between the two, time
        decides. Raises `CursorUnusable`.
        """
        cursor = Cursor.parse(after)
        check_whole("limit", limit, most=MOST)
        self._number()
        with self.context.read() as work:
            changes = work.outbox.read(cursor.changes, limit)
            lines = list(work.ledger.lines(cursor.lines, limit))
        merged = heapq.merge(map(_changed, changes), map(_posted, lines), key=lambda each: each[1].at)
        return list(_followed(cursor, islice(merged, limit)))

    def _number(self) -> None:
        """Number what has no number yet, where the store numbers later."""
        with self.context.read() as work:
            changes_wait = work.outbox.waits()
            lines_wait = work.ledger.waiting() > 0
        if changes_wait or lines_wait:
            with self.context.begin() as work:
                if changes_wait:
                    work.outbox.number()
                if lines_wait:
                    work.ledger.number()


def _changed(numbered: tuple[int, Change]) -> tuple[Cursor, Event]:
    number, change = numbered
    event = Event(
        id=change.id,
        cursor="",
        at=change.at,
        kind=change.kind,
        subject=change.subject,
        status=change.status,
        version=change.version,
        actor=change.actor,
        reason=change.reason,
    )
    return Cursor(changes=number), event


def _posted(line: Line) -> tuple[Cursor, Event]:
    event = Event(
        id=f"transaction:{line.id}",
        cursor="",
        at=instant(line.recorded_at),
        kind="transaction",
        subject=line.id,
        status=line.act if line.refusal is None else "refused",
        reason=line.reason or None,
        accounts=tuple(dict.fromkeys(key for key, *_ in line.each_leg())) if line.moves else (),
    )
    return Cursor(lines=line.number), event


def _followed(cursor: Cursor, events: Iterable[tuple[Cursor, Event]]) -> Iterator[Event]:
    """The events, each with the cursor that goes on after it."""
    for reached, event in events:
        cursor = Cursor(max(cursor.changes, reached.changes), max(cursor.lines, reached.lines))
        yield evolve(event, cursor=str(cursor))
