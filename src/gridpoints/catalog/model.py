"""What can be done: service items (服务事项) and their dated sessions (活动场次)."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from attrs import frozen

from gridpoints.errors import NotPublished, SessionNotOver, SessionStarted
from gridpoints.records import Lifecycle
from gridpoints.values import Interval


class ItemStatus(StrEnum):
    """Only a published item can be given sessions or be claimed."""

    DRAFT = "draft"
    PUBLISHED = "published"
    CLOSED = "closed"


ITEM = Lifecycle.of(
    {
        ItemStatus.DRAFT: {ItemStatus.PUBLISHED, ItemStatus.CLOSED},
        ItemStatus.PUBLISHED: {ItemStatus.CLOSED},
        ItemStatus.CLOSED: {ItemStatus.PUBLISHED},
    }
)


@frozen
class ServiceItem:
    """An entry of the list of services (服务事项清单).

    `deed` is the code under which the rule set says what it is worth; the rules are asked on
    the day the deed is done, not when the item is written.
    """

    id: str
    name: str
    deed: str
    description: str = ""
    status: ItemStatus = ItemStatus.DRAFT
    version: int = 1

    def must_be_published(self) -> None:
        """Raise `NotPublished` for a draft and for an item that is closed."""
        if self.status is not ItemStatus.PUBLISHED:
            raise NotPublished(kind="service_item", id=self.id, status=self.status)


class SessionStatus(StrEnum):
    """A full session is an open one without free places: that is counted, not stored."""

    OPEN = "open"
    CLOSED = "closed"
    CANCELLED = "cancelled"


SESSION = Lifecycle.of({SessionStatus.OPEN: {SessionStatus.CLOSED, SessionStatus.CANCELLED}})


@frozen
class Session:
    """One dated occasion of a service item, from `starts_at` to before `ends_at`, in UTC."""

    id: str
    item_id: str
    starts_at: datetime
    ends_at: datetime
    places: int
    status: SessionStatus = SessionStatus.OPEN
    version: int = 1

    @property
    def interval(self) -> Interval:
        """When it takes place."""
        return Interval(self.starts_at, self.ends_at)

    def must_take_claims(self, now: datetime) -> None:
        """Raise where nobody can claim it any more."""
        if self.status is not SessionStatus.OPEN:
            raise NotPublished(kind="session", id=self.id, status=self.status)
        self.must_let_go(now)

    def must_let_go(self, now: datetime) -> None:
        """Raise `SessionStarted` once it has begun; a cancelled one lets everybody go."""
        if now >= self.starts_at and self.status is not SessionStatus.CANCELLED:
            raise SessionStarted(session=self.id, starts_at=self.starts_at)

    def must_be_over(self, now: datetime) -> None:
        """Raise `SessionNotOver` before its end, `NotPublished` where it was cancelled."""
        if self.status is SessionStatus.CANCELLED:
            raise NotPublished(kind="session", id=self.id, status=self.status)
        if now < self.ends_at:
            raise SessionNotOver(session=self.id, ends_at=self.ends_at)
