"""Lists of tasks that are published for a month and taken on freely (任务需求清单、自主承接)."""

from __future__ import annotations

from datetime import date

from attrs import evolve, field, frozen

from gridpoints.catalog.model import MOST_PLACES, ItemStatus, must_be_published
from gridpoints.catalog.wording import check_days, check_name, check_names, check_optional
from gridpoints.values import Names, check_whole


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

    def checked(self) -> TaskList:
        """Itself, as it can be kept."""
        check_days(starts_on=self.starts_on, ends_on=self.ends_on)
        return evolve(self, name=check_name(self.name), names=check_names("name", self.names))

    def must_be_published(self) -> None:
        """Raise `NotPublished` for a draft and for a list that is over."""
        must_be_published(self)


@frozen
class Task:
    """One task of a list, for up to `places` people; published and closed with its list or before.

    `carried_from` is the task of an earlier list that this one goes on with; `left` is how many places
    nobody had taken when its list was over.
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
    left: int | None = None
    status: ItemStatus = ItemStatus.DRAFT
    version: int = 1

    def checked(self) -> Task:
        """Itself, as it can be kept."""
        check_whole("places", self.places, most=MOST_PLACES)
        return evolve(
            self,
            name=check_name(self.name),
            description=check_optional("description", self.description),
            names=check_names("name", self.names),
            place=check_optional("place", self.place, longest=200),
        )

    def must_take_claims(self) -> None:
        """Raise `NotPublished` for a task of a list that is not published yet, or over."""
        must_be_published(self)
