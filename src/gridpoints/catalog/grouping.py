"""Fields of service, programmes, and what comes with gridpoints for both. A part of `Catalog`."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from attrs import frozen

from gridpoints.catalog.listing import Amendable, Listed, Listing
from gridpoints.catalog.model import ITEM, Category, ItemStatus, ServiceItem, Session
from gridpoints.catalog.presets import categories_of
from gridpoints.catalog.programmes import Programme
from gridpoints.catalog.wording import worded
from gridpoints.errors import RecordUnknown
from gridpoints.records import Stateful
from gridpoints.storage.port import Range, Work
from gridpoints.values import Names, midnight


@frozen
class Grouping(Listing):
    """How services are ordered, and which belong together."""

    def add_category(self, id: str, name: str | Names, *, position: int = 0) -> Category:
        """Add a field of service, for items to be listed under."""
        name, names = worded(name)
        category = Category(self.context.id(id), name, names, position).checked()
        self.context.must_organise()
        with self.context.begin() as work:
            return self.context.keep(work, category)

    def adopt_categories(self, preset: str = "ten-service-fields") -> list[Category]:
        """Add the fields of a preset that the community does not have yet; raises `PresetUnknown`."""
        wanted = categories_of(preset)
        self.context.must_organise()
        with self.context.begin() as work:
            standing = {c.id for c in work.find(Category, {"id": [each.id for each in wanted]})}
            self.context.keep_all(work, [each for each in wanted if each.id not in standing])
        return self.categories()

    def categories(self) -> list[Category]:
        """The fields of service, in their order."""
        with self.context.read() as work:
            return work.find(Category, order=("position", "id"))

    def draft_programme(
        self,
        name: str | Names,
        *,
        starts_on: date,
        ends_on: date | None = None,
        item_ids: tuple[str, ...] | list[str] = (),
        description: str = "",
        id: str | None = None,
    ) -> Programme:
        """Draft a programme of several services; raises `RecordUnknown` for one that there is not."""
        name, names = worded(name)
        drafted = Programme(
            id=self.context.id(id),
            name=name,
            starts_on=starts_on,
            ends_on=ends_on,
            description=description,
            names=names,
            item_ids=tuple(item_ids),
        )
        with self.context.begin() as work:
            self._know_items(work, drafted)
            return self._keep(drafted)

    def programmes(self, status: ItemStatus | None = ItemStatus.PUBLISHED) -> list[Programme]:
        """The published programmes (or those of another status; None: all), by their first day."""
        with self.context.read() as work:
            return work.find(Programme, {"status": status} if status else None, order=("starts_on", "id"))

    def programme(self, id: str) -> Programme:
        """The programme of that id; raises `RecordUnknown`."""
        with self.context.read() as work:
            return work.get(Programme, id)

    def programme_sessions(self, programme_id: str) -> list[Session]:
        """The sessions of a programme's items that begin on its days, by their beginning."""
        with self.context.read() as work:
            programme = work.get(Programme, programme_id)
            after, zone = programme.ends_on, self.context.zone
            when = Range(
                at_least=midnight(programme.starts_on, zone),
                below=None if after is None else midnight(after + timedelta(days=1), zone),
            )
            where = {"item_id": programme.item_ids, "starts_at": when}
            return work.find(Session, where, order=("starts_at", "id"))

    def _amended(self, work: Work, new: Amendable) -> None:
        if isinstance(new, Programme):
            self._know_items(work, new)
        super()._amended(work, new)

    def _know_items(self, work: Work, programme: Programme) -> None:
        known = {item.id for item in work.find(ServiceItem, {"id": programme.item_ids})}
        for id in programme.item_ids:
            if id not in known:
                raise RecordUnknown(kind="service_item", id=id)

    def _end_programmes(self, work: Work, now: datetime) -> list[Stateful]:
        """Close the programmes whose last day is past."""
        found: list[Listed] = list(work.find(Programme, self._over(now), order=("ends_on", "id"), lock=True))
        return [self._moved(work, each, ITEM.advance(each, ItemStatus.CLOSED)) for each in found]
