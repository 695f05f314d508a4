"""What can be done: service items are drafted and published, and given dated sessions."""

from __future__ import annotations

from datetime import datetime

from attrs import frozen

from gridpoints.catalog.model import ITEM, SESSION, ItemStatus, ServiceItem, Session, SessionStatus
from gridpoints.context import Context
from gridpoints.values import Interval, check_identifier, check_instant, check_text, check_whole


@frozen
class Catalog:
    """The room ``catalog``: the list of services and when they take place."""

    context: Context

    def draft(self, name: str, *, deed: str, description: str = "", id: str | None = None) -> ServiceItem:
        """Draft a service item; `deed` is the code that the rules know it by."""
        item = ServiceItem(
            id=self.context.id(id),
            name=check_text("name", name, longest=200),
            deed=check_identifier("deed", deed),
            description=check_text("description", description) if description else "",
        )
        with self.context.begin() as work:
            return self.context.keep(work, item)

    def publish(self, item_id: str) -> ServiceItem:
        """Show the item to everybody; sessions can be held."""
        return self._move(item_id, ItemStatus.PUBLISHED)

    def close(self, item_id: str, *, reason: str | None = None) -> ServiceItem:
        """Take the item off the list; its sessions that are open go on."""
        return self._move(item_id, ItemStatus.CLOSED, reason)

    def _move(self, item_id: str, to: ItemStatus, reason: str | None = None) -> ServiceItem:
        with self.context.begin() as work:
            item = work.get(ServiceItem, item_id, lock=True)
            return self.context.change(work, item, ITEM.advance(item, to), reason)

    def item(self, id: str) -> ServiceItem:
        """The service item of that id; raises `RecordUnknown`."""
        with self.context.read() as work:
            return work.get(ServiceItem, id)

    def items(self, status: ItemStatus | None = ItemStatus.PUBLISHED) -> list[ServiceItem]:
        """The published items (or those of another status; None: all), by name."""
        with self.context.read() as work:
            return work.find(ServiceItem, {"status": status} if status else None, order=("name", "id"))

    def hold_session(
        self, item_id: str, starts_at: datetime, ends_at: datetime, *, places: int, id: str | None = None
    ) -> Session:
        """Announce a session of a published item, with so many places for volunteers.

        Raises `NotPublished`, `NaiveInstant`, `EmptyInterval` or `NotWholeNumber`.
        """
        when = Interval(check_instant("starts_at", starts_at), check_instant("ends_at", ends_at))
        session = Session(
            id=self.context.id(id),
            item_id=item_id,
            starts_at=when.start,
            ends_at=when.end,
            places=check_whole("places", places, most=100_000),
        )
        with self.context.begin() as work:
            work.get(ServiceItem, item_id).must_be_published()
            return self.context.keep(work, session)

    def close_session(self, session_id: str) -> Session:
        """Take no more claims for a session; hours can still be submitted."""
        return self._move_session(session_id, SessionStatus.CLOSED)

    def cancel_session(self, session_id: str, *, reason: str | None = None) -> Session:
        """Call a session off: nobody can claim it or submit hours for it."""
        return self._move_session(session_id, SessionStatus.CANCELLED, reason)

    def _move_session(self, session_id: str, to: SessionStatus, reason: str | None = None) -> Session:
        with self.context.begin() as work:
            session = work.get(Session, session_id, lock=True)
            return self.context.change(work, session, SESSION.advance(session, to), reason)

    def session(self, id: str) -> Session:
        """The session of that id; raises `RecordUnknown`."""
        with self.context.read() as work:
            return work.get(Session, id)

    def sessions(self, item_id: str) -> list[Session]:
        """The sessions of an item, by their beginning."""
        with self.context.read() as work:
            return work.find(Session, {"item_id": item_id}, order=("starts_at", "id"))
