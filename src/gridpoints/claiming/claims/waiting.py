"""What waits to be verified, of all that was claimed, the longest first."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from datetime import UTC, datetime
from itertools import islice

from attrs import field, frozen

from gridpoints.catalog.model import Session
from gridpoints.catalog.posts import Errand, Post
from gridpoints.catalog.tasks import Task
from gridpoints.claiming.claims.machine import Claims
from gridpoints.claiming.model import Claim, Target
from gridpoints.community.model import Grid, Household, Member
from gridpoints.community.tree import Tree
from gridpoints.errors import NotUsable
from gridpoints.storage.port import Range, Work
from gridpoints.values import check_one_of, check_whole

#: Claims that are looked at together.
_AT_ONCE = 500
_OF_ITEMS = {Target.SESSION: Session, Target.POST: Post, Target.ERRAND: Errand, Target.TASK: Task}
_FIRST = (datetime.min.replace(tzinfo=UTC), "")


@frozen
class ToVerify:
    """A page of claims that wait to be verified; `next` is the ``after`` of the page that follows it."""

    claims: tuple[Claim, ...]
    next: str | None


@frozen
class WaitingToBeVerified(Claims):
    """What was submitted, and what was disputed, until somebody judges it."""

    def to_verify(
        self,
        *,
        item_id: str | None = None,
        grid_id: str | None = None,
        target: Target | str | None = None,
        mine: bool = False,
        after: str = "",
        limit: int = 100,
    ) -> ToVerify:
        """Up to `limit` claims that wait to be verified, the longest first. For organisers.

        Only those of a service item, those of claimants who live in a grid or below it, or those on one
        sort of `target`; `mine` leaves out what who acts cannot judge: their own, and what they wrote down.
        Raises `NotTheOrganiser`, `RecordUnknown` for a grid, `NotOneOf`, `NotUsable` for what is no cursor.
        """
        self.context.must_organise()
        check_whole("limit", limit, most=10_000)
        only = None if target is None else check_one_of("target", target, Target)
        actor = self.context.actor.id if mine else None
        with self.context.read() as work:
            wanted = _Wanted(work, item_id, _grids(work, grid_id), only, actor)
            found = list(islice(wanted.after(_read(after)), limit + 1))
        more = len(found) > limit
        return ToVerify(tuple(found[:limit]), _written(found[limit - 1]) if more else None)


@frozen
class _Wanted:
    """Those of the claims that wait that somebody asked for."""

    work: Work
    item_id: str | None
    grids: frozenset[str] | None
    target: Target | None
    actor: str | None = field(default=None)

    def after(self, start: tuple[datetime, str]) -> Iterator[Claim]:
        """Those that come after a place in the order."""
        while page := self._page(start):
            yield from self._fitting(page)
            start = _place(page[-1])

    def _page(self, start: tuple[datetime, str]) -> list[Claim]:
        since, id = start
        same = {"waits_since": since, "id": Range(above=id)}
        page = self.work.find(Claim, same, limit=_AT_ONCE) if id else []
        later = {"waits_since": Range(above=since)}
        if left := _AT_ONCE - len(page):
            page += self.work.find(Claim, later, order=("waits_since", "id"), limit=left)
        return page

    def _fitting(self, page: Sequence[Claim]) -> Iterator[Claim]:
        things = self._things(page) if self.item_id is not None else None
        people = self._people({claim.member_id for claim in page}) if self.grids is not None else None
        for claim in page:
            if (
                (self.target in (None, claim.target))
                and (things is None or (claim.target, claim.target_id) in things)
                and (people is None or claim.member_id in people)
                and (self.actor is None or self.actor not in (claim.member_id, claim.entered_by))
            ):
                yield claim

    def _things(self, page: Sequence[Claim]) -> set[tuple[Target, str]]:
        """What of that is on the page is of the item."""
        ids: defaultdict[Target, set[str]] = defaultdict(set)
        for claim in page:
            ids[claim.target].add(claim.target_id)
        return {
            (target, id)
            for target, kind in _OF_ITEMS.items()
            if ids[target]
            for (id,) in self.work.select(kind, ("id",), {"id": sorted(ids[target]), "item_id": self.item_id})
        }

    def _people(self, ids: Collection[str]) -> set[str]:
        """Who of them lives in the grids."""
        homes = dict(self.work.select(Member, ("id", "household_id"), {"id": sorted(ids)}))
        doors = sorted({home for home in homes.values() if home is not None})
        grids = dict(self.work.select(Household, ("id", "grid_id"), {"id": doors})) if doors else {}
        return {id for id, home in homes.items() if grids.get(home) in (self.grids or ())}


def _grids(work: Work, id: str | None) -> frozenset[str] | None:
    if id is None:
        return None
    work.get(Grid, id)
    return frozenset(grid.id for grid in Tree.of(work.find(Grid)).below(id))


def _place(claim: Claim) -> tuple[datetime, str]:
    return claim.waits_since or _FIRST[0], claim.id


def _written(claim: Claim) -> str:
    since, id = _place(claim)
    return f"{since.isoformat()}/{id}"


def _read(after: str) -> tuple[datetime, str]:
    if not after:
        return _FIRST
    since, _, id = after.partition("/")
    try:
        instant = datetime.fromisoformat(since)
    except ValueError:
        raise NotUsable(field="after", value=after[:80]) from None
    if instant.tzinfo is None or not id:
        raise NotUsable(field="after", value=after[:80])
    return instant.astimezone(UTC), id
