"""Programmes: service items that belong together under one theme (主题活动)."""

from __future__ import annotations

from datetime import date

from attrs import evolve, field, frozen

from gridpoints.catalog.model import ItemStatus, must_be_published
from gridpoints.catalog.wording import check_days, check_name, check_names, check_optional
from gridpoints.values import Names


@frozen
class Programme:
    """A set of service items with a theme and days, such as the one-day grid worker (一日网格员).

    Its sessions are those of its items that begin from `starts_on` to `ends_on`, both included.
    """

    id: str
    name: str
    starts_on: date
    ends_on: date | None = None
    description: str = ""
    names: Names = field(factory=dict, hash=False)
    item_ids: tuple[str, ...] = ()
    status: ItemStatus = ItemStatus.DRAFT
    version: int = 1

    def checked(self) -> Programme:
        """Itself, as it can be kept."""
        check_days(starts_on=self.starts_on, ends_on=self.ends_on)
        return evolve(
            self,
            name=check_name(self.name),
            description=check_optional("description", self.description),
            names=check_names("name", self.names),
            item_ids=tuple(dict.fromkeys(self.item_ids)),
        )

    def must_be_published(self) -> None:
        """Raise `NotPublished` for a draft, and for one that is closed."""
        must_be_published(self)
