"""Posts that are held for a term, and errands that residents ask for. A part of `Catalog`."""

from __future__ import annotations

from datetime import date, datetime

from attrs import frozen

from gridpoints.catalog.listing import Listed, Listing
from gridpoints.catalog.model import ITEM, ItemStatus, Mode, ServiceItem
from gridpoints.catalog.posts import Errand, Post
from gridpoints.catalog.wording import check_choice, worded
from gridpoints.community.model import Member
from gridpoints.errors import MandateNeeded, ModeNotOffered, NotForOthers
from gridpoints.records import Stateful
from gridpoints.storage.port import Work
from gridpoints.values import Names, check_instant


@frozen
class Standing(Listing):
    """What is there to be taken on by one or a few people, and without a date of its own."""

    def draft_post(
        self,
        item_id: str,
        name: str | Names,
        *,
        starts_on: date,
        places: int,
        duties: str = "",
        ends_on: date | None = None,
        place: str = "",
        defined_by: str = "",
        id: str | None = None,
    ) -> Post:
        """Define a standing post (社区定岗): its duties, its term, and how many hold it.

        `defined_by` is the department that asks for it, where it is not the community. Raises
        `DaysReversed`, `NotWholeNumber`.
        """
        name, names = worded(name)
        return self._keep(
            Post(
                id=self.context.id(id),
                item_id=item_id,
                name=name,
                starts_on=starts_on,
                places=places,
                duties=duties,
                names=names,
                ends_on=ends_on,
                place=place,
                defined_by=defined_by,
            )
        )

    def post(self, id: str) -> Post:
        """The post of that id; raises `RecordUnknown`."""
        with self.context.read() as work:
            return work.get(Post, id)

    def posts(self, status: ItemStatus | None = ItemStatus.PUBLISHED) -> list[Post]:
        """The published posts (or those of another status; None: all), by name."""
        with self.context.read() as work:
            return work.find(Post, {"status": status} if status else None, order=("name", "id"))

    def ask_errand(
        self,
        item_id: str,
        member_id: str,
        text: str,
        *,
        mode: Mode | str,
        from_place: str = "",
        to_place: str = "",
        mandate: str = "",
        place: str = "",
        starts_at: datetime | None = None,
        ends_at: datetime | None = None,
        id: str | None = None,
    ) -> Errand:
        """Ask to have something done for a resident, with them, or at their door; a draft until published.

        `mandate` is what may be done in their name, `place` what everybody may know of where. The resident
        asks, or an organiser for them. Raises `NotForOthers`, `MandateNeeded`, `ModeNotOffered`,
        `MemberInactive`, and `NotPublished` for the service.
        """
        errand = Errand(
            id=self.context.id(id),
            item_id=item_id,
            member_id=member_id,
            mode=check_choice("mode", mode, Mode),
            text=text,
            asked_at=self.context.now(),
            asked_by=self.context.actor.id,
            from_place=from_place,
            to_place=to_place,
            mandate=mandate,
            place=place,
            starts_at=None if starts_at is None else check_instant("starts_at", starts_at),
            ends_at=None if ends_at is None else check_instant("ends_at", ends_at),
        ).checked()
        with self.context.begin() as work:
            member = work.get(Member, member_id, lock=True)
            if self.context.actor.id != member.id and not self.context.actor.organises:
                raise NotForOthers(actor=self.context.actor.id, member=member.name)
            member.must_be_active()
            item = work.get(ServiceItem, item_id)
            item.must_be_published()
            if item.modes and errand.mode not in item.modes:
                raise ModeNotOffered(item=item.name, mode=errand.mode, offered=item.modes)
            if item.mandate and not errand.mandate:
                raise MandateNeeded(item=item.name)
            return self.context.keep(work, errand)

    def errand(self, id: str) -> Errand:
        """The errand of that id; raises `RecordUnknown`.

        Places and mandate are shown to the resident, to whoever asked for them, and to those to whom
        the rules show the particulars of others; to whoever took it on, `gridpoints.claiming` does.
        """
        with self.context.read() as work:
            return self._shown(work.get(Errand, id))

    def errands(
        self, status: ItemStatus | None = ItemStatus.PUBLISHED, *, member_id: str | None = None
    ) -> list[Errand]:
        """The published errands (or those of another status; None: all), of all or a member, by time.

        What of them is shown to whom, `errand` says.
        """
        where: dict[str, object] = {} if status is None else {"status": status}
        if member_id is not None:
            where["member_id"] = member_id
        with self.context.read() as work:
            return [self._shown(errand) for errand in work.find(Errand, where, order=("asked_at", "id"))]

    def _moved(self, work: Work, old: Listed, new: Listed, reason: str | None = None) -> Listed:
        moved = super()._moved(work, old, new, reason)
        if isinstance(old, Post) and isinstance(moved, Post):
            self.follow(self.context, work, [(old, moved)], reason)
        return moved

    def _end_terms(self, work: Work, now: datetime) -> list[Stateful]:
        """Close the posts whose term is over."""
        posts = work.find(Post, self._over(now), order=("ends_on", "id"), lock=True)
        return [self._moved(work, post, ITEM.advance(post, ItemStatus.CLOSED)) for post in posts]
