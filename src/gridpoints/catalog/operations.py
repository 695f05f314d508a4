"""The room ``catalog``: what can be done, when, and how it is found."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from attrs import frozen

from gridpoints.catalog.grouping import Grouping
from gridpoints.catalog.lending import Lending
from gridpoints.catalog.model import ItemStatus, Mode, Quorum, ServiceItem
from gridpoints.catalog.posts import Post
from gridpoints.catalog.programmes import Programme
from gridpoints.catalog.recurring import Conflict, Recurring, Replanned
from gridpoints.catalog.searching import Found, Searching
from gridpoints.catalog.series import Series
from gridpoints.catalog.sessions import SHORT
from gridpoints.catalog.standing import Standing
from gridpoints.catalog.tasking import Tasking
from gridpoints.catalog.tasks import TaskList
from gridpoints.catalog.things import Loan
from gridpoints.catalog.wording import worded
from gridpoints.records import Stateful
from gridpoints.rules.deeds import DeedRule
from gridpoints.rules.operations import Rules
from gridpoints.values import Names

__all__ = ["Catalog", "Conflict", "Found", "Replanned"]


@frozen
class Catalog(Recurring, Standing, Tasking, Lending, Grouping, Searching):
    """The room ``catalog``: the list of services, and all else that can be done or had."""

    def draft(
        self,
        name: str | Names,
        *,
        deed: str,
        description: str | Names = "",
        category: str | None = None,
        modes: Iterable[Mode | str] = (),
        skills: Iterable[str] = (),
        minimum_age: int | None = None,
        mandate: bool = False,
        consent: bool = False,
        risk: Names | None = None,
        place: str = "",
        id: str | None = None,
    ) -> ServiceItem:
        """Draft a service item; `deed` is the code that the rules know it by.

        Texts may be in several languages, the community's own first. Raises `ReferenceUnknown` for a
        `category` that there is not, `NotOneOf` for a mode, or what else is wrong with a value.
        """
        name, names = worded(name)
        description, descriptions = worded(description)
        return self._keep(
            ServiceItem(
                id=self.context.id(id),
                name=name,
                deed=deed,
                description=description,
                names=names,
                descriptions=descriptions,
                category=category,
                modes=tuple(modes),  # type: ignore[arg-type]  # `checked` makes modes of them
                skills=tuple(skills),
                minimum_age=minimum_age,
                mandate=mandate,
                consent=consent,
                risk=risk or {},
                place=place,
            )
        )

    def item(self, id: str) -> ServiceItem:
        """The service item of that id; raises `RecordUnknown`."""
        with self.context.read() as work:
            return work.get(ServiceItem, id)

    def items(self, status: ItemStatus | None = ItemStatus.PUBLISHED) -> list[ServiceItem]:
        """The published items (or those of another status; None: all), by name."""
        with self.context.read() as work:
            return work.find(ServiceItem, {"status": status} if status else None, order=("name", "id"))

    def worth(self, item_id: str) -> DeedRule:
        """What the rules in force today say of an item: its line of the published table.

        Raises `NoRulesInForce` or `DeedUnknown`.
        """
        return Rules(self.context).in_force().rule(self.item(item_id).deed)

    def tick(self, now: datetime | None = None) -> list[Stateful]:
        """Let happen what is due by `now`: answers the records that are in another state now.

        None, or a time ahead of the clock: what is due by now.

        Minimums of sessions are looked at, loans become overdue, lists of tasks, posts and programmes
        end, and series are announced for the days ahead. To be called as often as one likes, and after
        any pause: each happens once.
        """
        until = self.context.until(now)
        timed = (
            (self._count, Quorum, self._waiting_quorums(until)),
            (self._count, Quorum, SHORT),
            (self._find_overdue, Loan, self._due_loans(until)),
            (self._end_lists, TaskList, self._over(until)),
            (self._end_terms, Post, self._over(until)),
            (self._end_programmes, Programme, self._over(until)),
            (self._announce_ahead, Series, self._soon_over(until)),
        )
        with self.context.read() as work:
            due = [act for act, kind, where in timed if work.find(kind, where, limit=1)]
        done: list[Stateful] = []
        for act in dict.fromkeys(due):
            with self.context.begin() as work:
                done += act(work, until)
        return done
