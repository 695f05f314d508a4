"""What all that is listed has in common: kept as a draft, published, amended, closed. A part of `Catalog`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, TypeVar, cast, overload

import attrs
from attrs import evolve, frozen

from gridpoints.catalog import indexing
from gridpoints.catalog.index import BLOCK, folded
from gridpoints.catalog.indexing import FINDABLE, Document, Findable
from gridpoints.catalog.model import (
    ITEM,
    ITEM_AMENDED,
    SESSION_AMENDED,
    ItemStatus,
    ServiceItem,
    Session,
    SessionStatus,
)
from gridpoints.catalog.places import Follow, Taken, none_taken, nothing_follows
from gridpoints.catalog.posts import Errand, Post
from gridpoints.catalog.series import Series
from gridpoints.catalog.tasks import Task, TaskList
from gridpoints.context import Context
from gridpoints.errors import NoRulesInForce, NotAmendable, PlacesTaken
from gridpoints.records import kind_of
from gridpoints.rules.operations import Rules
from gridpoints.rules.permissions import Right
from gridpoints.storage.port import Range, Work

Listed = Findable | TaskList | Series
L = TypeVar("L", bound=Listed)
Amendable = Findable | TaskList | Session
A = TypeVar("A", bound=Amendable)

#: What of a record stays as it was; all else can be amended.
FIXED = frozenset(
    {
        *("id", "status", "version", "item_id", "list_id", "member_id", "asked_at", "asked_by"),
        *("series_id", "occurrence", "carried_from", "left"),
    }
)
#: When a session takes place is what its claimants agreed to.
FIXED_OF_SESSIONS = FIXED | {"starts_at", "ends_at"}


@frozen
class Listing:
    """From draft to closed; `taken` tells how many places are taken, `follow` lets claims follow.

    What is listed is organised: whoever changes it is an organiser, else `NotTheOrganiser`. Residents ask
    for errands, and amend and close their own.
    """

    context: Context
    taken: Taken = none_taken
    follow: Follow = nothing_follows

    @overload
    def publish(self, what: str) -> ServiceItem: ...
    @overload
    def publish(self, what: L) -> L: ...
    def publish(self, what: L | str) -> L | ServiceItem:
        """Show it to everybody: a service item (also by its id), or any other record of the catalog.

        A series is announced, the tasks of a list are published with it. Raises `NotPublished` where its
        service item is not, and `DeedUnknown` for an item that nobody could ever be given anything for.
        """
        self.context.must_organise()
        return self._move(what, ItemStatus.PUBLISHED)

    @overload
    def close(self, what: str, *, reason: str | None = None) -> ServiceItem: ...
    @overload
    def close(self, what: L, *, reason: str | None = None) -> L: ...
    def close(self, what: L | str, *, reason: str | None = None) -> L | ServiceItem:
        """Take it off the list; what was claimed or lent goes on.

        Nothing of a service item that is closed can be claimed any more, until it is published again.
        """
        self._must_be_theirs(what)
        return self._move(what, ItemStatus.CLOSED, reason)

    def amend(self, what: A, *, reason: str | None = None, **changes: Any) -> A:
        """Say it otherwise: any field but ids, states, and when a session takes place (see `move_session`).

        Where there are more places than before, those in line are offered them.

        Raises `NotAmendable`, `PlacesTaken` where more places are taken than there would be, or what is
        wrong with a value.
        """
        known = {field.name for field in attrs.fields(type(what))}
        known -= FIXED_OF_SESSIONS if isinstance(what, Session) else FIXED
        for name in changes.keys() - known:
            raise NotAmendable(name=name, kind=kind_of(what), known=tuple(sorted(known)))
        with self.context.begin() as work:
            self._must_be_theirs(what)
            old = work.get(type(what), what.id, lock=True)
            machine: Any = SESSION_AMENDED if isinstance(old, Session) else ITEM_AMENDED
            new: A = machine.advance(evolve(old, **changes).checked(), old.status)
            if (places := self._offered(new)) is not None:
                held = self._held_by(work, cast("type[Amendable]", type(old)), [old.id])[old.id]
                if held > places:
                    raise PlacesTaken(kind=kind_of(old), id=old.id, taken=held, places=places)
            self.context.change(work, old, new, reason)
            self._amended(work, new)
            if isinstance(old, Session | Post) and isinstance(new, Session | Post):
                self.follow(self.context, work, [(old, new)], reason)
            return new

    def reindex(self) -> int:
        """Enter all that is published into the index of the search, and answer how much that is.

        Needed once where a database holds items from before there was an index.
        """
        done = 0
        with self.context.begin() as work:
            for kind in FINDABLE:
                published = work.find(kind, {"status": ItemStatus.PUBLISHED})
                for first in range(0, len(published), BLOCK):
                    page = published[first : first + BLOCK]
                    indexing.enter(work, indexing.documents(work, page, self.context.zone))
                    done += len(page)
                if kind is ServiceItem:
                    self._enter_sessions(work, self._upcoming(work))
        return done

    # --- steps --------------------------------------------------------------------------------

    def _keep(self, record: L) -> L:
        """Keep a new draft."""
        self.context.must_organise()
        with self.context.begin() as work:
            return self.context.keep(work, cast(L, record.checked()))

    def _must_be_theirs(self, what: Listed | Amendable | str) -> None:
        """Raise `NotTheOrganiser`, unless it is an errand that was asked for by or for who acts."""
        if not isinstance(what, Errand) or self.context.actor.id not in {what.member_id, what.asked_by}:
            self.context.must_organise()

    def _move(self, what: L | str, to: ItemStatus, reason: str | None = None) -> L | ServiceItem:
        with self.context.begin() as work:
            old: Listed
            if isinstance(what, str):
                old = work.get(ServiceItem, what, lock=True)
            else:
                old = work.get(type(what), what.id, lock=True)
            return cast("L | ServiceItem", self._moved(work, old, ITEM.advance(old, to), reason))

    def _moved(self, work: Work, old: Listed, new: Listed, reason: str | None = None) -> Listed:
        """Keep a record in its new state, with all that goes with it."""
        if new.status is ItemStatus.PUBLISHED and isinstance(new, Post | Errand | Task | Series):
            work.get(ServiceItem, new.item_id).must_be_published()
        if new.status is ItemStatus.PUBLISHED and isinstance(new, ServiceItem):
            Rules(self.context).must_know(new.deed)
        self.context.change(work, old, new, reason)
        if isinstance(new, FINDABLE):
            self._enter(work, [new])
        return new

    def _amended(self, work: Work, new: Amendable) -> None:
        """What goes with the change of a record that stays in its state."""
        if isinstance(new, Session):
            self._enter_sessions(work, [new])
        elif isinstance(new, FINDABLE) and new.status is ItemStatus.PUBLISHED:
            self._enter(work, [new])
            if isinstance(new, ServiceItem):
                for kind in (Post, Errand, Task):  # what they are found by is the item's, in part
                    listed = {"item_id": new.id, "status": ItemStatus.PUBLISHED}
                    self._enter(work, work.find(kind, listed))

    def _enter(self, work: Work, records: Sequence[Findable]) -> None:
        """Let a search find records of one kind as they are now."""
        indexing.enter(work, indexing.documents(work, records, self.context.zone))

    def _enter_sessions(self, work: Work, sessions: Iterable[Session]) -> None:
        """Let a search find service items by the days and the places of their sessions."""
        terms: defaultdict[str, set[str]] = defaultdict(set)
        for session in sessions:
            terms[session.item_id] |= {
                indexing.MAY_BE_FREE,
                f"d:{self.context.local_day(session.starts_at)}",
            }
            if session.place:
                terms[session.item_id].add(f"p:{folded(session.place)}")
        published = work.find(ServiceItem, {"id": sorted(terms), "status": ItemStatus.PUBLISHED})
        documents = (Document("service_item", item.id, frozenset(terms[item.id])) for item in published)
        indexing.enter(work, documents)

    def _upcoming(self, work: Work) -> list[Session]:
        """The sessions that are still to come, of all items."""
        to_come = {"starts_at": Range(above=self.context.now()), "status": SessionStatus.OPEN}
        return work.find(Session, to_come, order=("starts_at", "id"))

    def _shown(self, errand: Errand) -> Errand:
        """An errand as whoever acts may see it."""
        actor = self.context.actor
        if actor.id in {errand.member_id, errand.asked_by}:
            return errand
        try:
            may = Rules(self.context).in_force().permits(Right.SEE_MEMBERS, actor.roles)
        except NoRulesInForce:
            may = True
        return errand if may else errand.without_particulars()

    def _over(self, now: datetime) -> Mapping[str, object]:
        """What is published and had its last day."""
        return {"status": ItemStatus.PUBLISHED, "ends_on": Range(below=self.context.local_day(now))}

    def _offered(self, record: Amendable) -> int | None:
        """How many places it has; None: nothing of it can be taken."""
        return record.places if isinstance(record, Session | Post | Errand | Task) else None

    def _held_by(self, work: Work, kind: type[Amendable], ids: Sequence[str]) -> Mapping[str, int]:
        """How many places are taken of each record of a kind that has places."""
        return self.taken(work, kind_of(kind), ids)
