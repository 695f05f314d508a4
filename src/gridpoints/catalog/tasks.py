"""Lists of tasks that are published for a month and taken on freely (任务需求清单、自主承接)."""

from __future__ import annotations

from datetime import date

from attrs import field, frozen

from gridpoints.catalog.model import ItemStatus, must_be_published
from gridpoints.values import Names


@frozen
class TaskList:
    """What is to be done from `starts_on` to `ends_on`, both included: mostly a month."""

    id: str
    name: str
    starts_on: date
    ends_on: date
    names: Names = field(factory=dict, hash=False)
    status: ItemStatus = ItemStatus.DRAFT
    version: int = 1

    def must_be_published(self) -> None:
        """Raise `NotPublished` for a draft and for a list that is over."""
        must_be_published(self)


@frozen
class Task:
    """One task of a list, for up to `places` people; published and closed with its list or before.

    `carried_from` is the task of an earlier list that this one goes on with.
    """

    id: str
    list_id: str
    item_id: str
    name: str
    places: int = 1
    description: str = ""
    names: Names = field(factory=dict, hash=False)
    place: str = ""
    carried_from: str | None = None
    status: ItemStatus = ItemStatus.DRAFT
    version: int = 1

    def must_take_claims(self) -> None:
        """Raise `NotPublished` for a task of a list that is not published yet, or over."""
        must_be_published(self)
