"""The one place of wiring: ``open(url)`` gives an `Exchange`, that gives `Community` handles."""

from __future__ import annotations

import random as _random
from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack
from importlib.metadata import entry_points
from pathlib import Path
from types import TracebackType
from zoneinfo import ZoneInfo

from attrs import evolve, field, frozen

from gridpoints.awards.operations import Awards
from gridpoints.awards.standing import Standings
from gridpoints.catalog.operations import Catalog
from gridpoints.claiming.claims.missed import missed
from gridpoints.claiming.claims.taken import taken
from gridpoints.claiming.following import follow
from gridpoints.claiming.operations import Claiming
from gridpoints.community.model import Profile
from gridpoints.community.operations import Membership
from gridpoints.context import Context, SystemClock, TimeOrderedIds
from gridpoints.emergency.operations import Emergencies
from gridpoints.errors import CommunityExists, CommunityUnknown, RecordExists, UnknownStore
from gridpoints.events.operations import Events
from gridpoints.ledger.operations import Ledger
from gridpoints.notices.operations import Notices
from gridpoints.oversight.operations import Oversight
from gridpoints.recognition.operations import Recognition
from gridpoints.redemption.operations import Redemptions
from gridpoints.rights import LedgerRights
from gridpoints.rules.expression.evaluator import Expressions
from gridpoints.rules.expression.model import Evaluator
from gridpoints.rules.operations import Rules
from gridpoints.storage.port import Store, Work
from gridpoints.values import SYSTEM, Actor, Clock, Ids, check_identifier, check_text, check_type, zone

#: Where packages add stores: an entry point named like the URL's scheme, ``factory(url) -> Store``.
STORES = "gridpoints.stores"


def _memory(url: str) -> Store:
    from gridpoints.storage.memory.store import MemoryStore

    return MemoryStore()


def _sql(url: str) -> Store:
    from gridpoints.storage.sql.store import SqlStore  # SQLAlchemy is slow to import

    return SqlStore(url)


_BUILT_IN: dict[str, Callable[[str], Store]] = {"memory": _memory, "postgresql": _sql, "sqlite": _sql}


def open(
    url: str | Store,
    *,
    clock: Clock | None = None,
    ids: Ids | None = None,
    random: _random.Random | None = None,
    evaluator: Evaluator | None = None,
) -> Exchange:
    """Open a store, creating or migrating its schema, and answer the `Exchange` on it.

    `url` is ``memory://``, ``sqlite:///file.db``, ``postgresql://user@host/database``, one with the
    scheme of an installed package, or a store itself. `clock`, `ids` and `random` replace the
    machine's. `evaluator` is another engine for the expressions in rule sets: whoever opens a store has to
    pass one that can read what is published in it. Raises `UnknownStore`, `MissingDriver`,
    `StoreUnavailable` or `SchemaMismatch`.
    """
    clock = clock or SystemClock()
    ids = ids or TimeOrderedIds(clock, random or _random.SystemRandom())
    if isinstance(url, str) or not hasattr(url, "begin"):
        url = _store(str(url))
    return Exchange(url, clock, ids, evaluator or Expressions())


def _store(url: str) -> Store:
    scheme = url.partition(":")[0].partition("+")[0].lower()
    if scheme in _BUILT_IN:
        return _BUILT_IN[scheme](url)
    added = {point.name: point for point in entry_points(group=STORES)}
    if scheme in added:
        store: Store = added[scheme].load()(url)
        return store
    known = ("memory://", "sqlite:///", "postgresql://", *(f"{name}://" for name in sorted(added)))
    raise UnknownStore(url=url, known=known)


@frozen
class Exchange:
    """An open store and the communities in it. Use it as a context manager, or `close` it."""

    store: Store
    clock: Clock
    ids: Ids
    evaluator: Evaluator = field(factory=Expressions)

    def found(
        self,
        id: str,
        *,
        name: str,
        timezone: str = "Asia/Shanghai",
        rules: str | Path | None = None,
        actor: Actor = SYSTEM,
    ) -> Community:
        """Found a community and publish its first rules (a file, a preset's name, or YAML text).

        Raises `CommunityExists`, `UnknownTimezone`, `BadIdentifier` or `RuleSetInvalid`; then
        nothing was founded.
        """
        check_identifier("community", id)
        tz = zone(timezone)
        context = self._context(id, tz, actor)
        profile = Profile(id, check_text("name", name, longest=200), tz.key, context.now())
        community = Community(context)
        with context.begin() as work:
            try:
                context.keep(work, profile)
            except RecordExists:
                raise CommunityExists(community=id) from None
            if rules is not None:
                community.rules.publish(rules)
        return community

    def community(self, id: str, *, actor: Actor = SYSTEM) -> Community:
        """The community of that id; raises `CommunityUnknown`."""
        with self.store.begin(id, write=False) as work:
            found = work.find(Profile, {"id": id})
        if not found:
            raise CommunityUnknown(community=id, known=tuple(self.communities()))
        return Community(self._context(id, zone(found[0].timezone), actor))

    def _context(self, id: str, zone: ZoneInfo, actor: Actor) -> Context:
        return Context(self.store, id, zone, actor, self.clock, self.ids, self.evaluator)

    def communities(self) -> list[str]:
        """The ids of all communities in the store, sorted."""
        return self.store.communities()

    def close(self) -> None:
        """Give back connections and files."""
        self.store.close()

    def __enter__(self) -> Exchange:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()


@frozen
class Community:
    """One community, seen by one actor: its attributes are the rooms.

    Safe to share between threads. A room that is asked for twice is the same in all it does: it
    holds no state of its own.
    """

    context: Context

    @property
    def id(self) -> str:
        """The short name it was founded under."""
        return self.context.community

    @property
    def actor(self) -> Actor:
        """Who acts through this handle."""
        return self.context.actor

    def acting_as(self, actor: Actor) -> Community:
        """The same community, with every call made by `actor`."""
        return Community(evolve(self.context, actor=check_type("actor", actor, Actor)))

    def transaction(self) -> AbstractContextManager[Work]:
        """Make several calls one: all of them are kept, or, after an exception, none."""
        return self.context.begin()

    def tick(self) -> None:
        """Let everything happen that is due by now, in every room.

        Offers, leases and reservations lapse, notices close, series are announced, directives are reminded
        of. As often as one likes, in any order, and after any pause: nothing happens twice, and what may
        be done at an instant is the same whether it was called or not. What one room cannot do keeps no other
        from its own, and is raised when all of them are done.
        """
        in_turn = (
            self.catalog.tick,
            self.claiming.tick,
            self.awards.tick,
            self.emergency.tick,
            self.redemption.void_departed,
            self.redemption.expire,
            self.redemption.expire_vouchers,
        )
        with ExitStack() as rooms:  # each is called, whatever another one raised
            for act in reversed(in_turn):
                rooms.callback(act)

    @property
    def community(self) -> Membership:
        """Grids, households and members: who and where."""
        return Membership(self.context)

    @property
    def catalog(self) -> Catalog:
        """Service items, sessions, posts, errands, tasks and things: what can be done."""
        return Catalog(self.context, taken, follow)

    @property
    def claiming(self) -> Claiming:
        """Claims and wishes: who will do it."""
        return Claiming(self.context)

    @property
    def emergency(self) -> Emergencies:
        """Emergency mode, muster and directives: who is needed at once."""
        return Emergencies(self.context)

    @property
    def rules(self) -> Rules:
        """Rule sets: what it is worth."""
        return Rules(self.context)

    @property
    def awards(self) -> Awards:
        """Deeds judged and credited."""
        return Awards(self.context, missed)

    @property
    def ledger(self) -> Ledger:
        """Accounts, transactions and holds: what was given."""
        return Ledger(self.context, guard=LedgerRights(self.context))

    @property
    def redemption(self) -> Redemptions:
        """Merchants, offers, redemptions and settlement: what it buys."""
        return Redemptions(self.context, Standings(self.context, missed))

    @property
    def recognition(self) -> Recognition:
        """Volunteers' records and certificates: who is thanked."""
        return Recognition(self.context)

    @property
    def notices(self) -> Notices:
        """Reports and plots: what everybody may see."""
        return Notices(self.context)

    @property
    def events(self) -> Events:
        """What happened, one event after another: for messages, webhooks, a search."""
        return Events(self.context)

    @property
    def oversight(self) -> Oversight:
        """What looks odd, with its evidence, for a person to look at."""
        return Oversight(self.context)
