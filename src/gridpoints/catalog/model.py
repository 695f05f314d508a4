"""What can be done: service items (服务事项), their fields, and their dated sessions (活动场次).

Whatever is listed is drafted, published, and closed: `ItemStatus`. Whatever can be claimed names a
service item, which says what it is worth and what it asks of those who do it.
"""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from attrs import evolve, field, frozen

from gridpoints.catalog.wording import check_choice, check_codes, check_name, check_names, check_optional
from gridpoints.errors import NotPublished, SessionNotOver, SessionStarted
from gridpoints.records import Lifecycle, Stateful, kind_of
from gridpoints.values import LONGEST_TEXT, Interval, Names, check_identifier, check_whole

#: More than come to one occasion.
MOST_PLACES = 100_000


class ItemStatus(StrEnum):
    """Of all that is listed: only what is published can be claimed, lent, or given sessions."""

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
#: What can be amended, and stays what it is.
ITEM_AMENDED = Lifecycle.of(
    {
        ItemStatus.DRAFT: {ItemStatus.DRAFT},
        ItemStatus.PUBLISHED: {ItemStatus.PUBLISHED},
        ItemStatus.CLOSED: set(),
    }
)


def must_be_published(record: Stateful) -> None:
    """Raise `NotPublished` for a draft and for what is closed."""
    if record.status != ItemStatus.PUBLISHED:
        raise NotPublished(kind=kind_of(record), id=record.id, status=record.status)


@frozen
class Category:
    """A field of service (服务领域), such as legal aid. `position` is its place on the list."""

    id: str
    name: str
    names: Names = field(factory=dict, hash=False)
    position: int = 0

    def checked(self) -> Category:
        """Itself, as it can be kept."""
        return evolve(
            self,
            name=check_name(self.name),
            names=check_names("name", self.names),
            position=check_whole("number", self.position, least=0),
        )


class Mode(StrEnum):
    """How a service is given: 代办 (for you), 陪办 (with you), 上门办 (at your door)."""

    FOR_YOU = "for_you"
    WITH_YOU = "with_you"
    AT_YOUR_DOOR = "at_your_door"


@frozen
class ServiceItem:
    """An entry of the list of services (服务事项清单).

    `deed` is the code under which the rule set says what it is worth; the rules are asked on
    the day the deed is done, not when the item is written. `name` and `description` are in the
    language of the community, `names` and `descriptions` the same in others. What is asked of those
    who do it: `skills`, a `minimum_age`, a `mandate` of the resident (委托书), the `consent` of a
    guardian or of the resident (知情同意), and to have read the `risk` notice, by locale.
    """

    id: str
    name: str
    deed: str
    description: str = ""
    names: Names = field(factory=dict, hash=False)
    descriptions: Names = field(factory=dict, hash=False)
    category: str | None = None
    modes: tuple[Mode, ...] = ()
    skills: tuple[str, ...] = ()
    minimum_age: int | None = None
    mandate: bool = False
    consent: bool = False
    risk: Names = field(factory=dict, hash=False)
    place: str = ""
    status: ItemStatus = ItemStatus.DRAFT
    version: int = 1

    def must_be_published(self) -> None:
        """Raise `NotPublished` for a draft and for an item that is closed."""
        must_be_published(self)

    def checked(self) -> ServiceItem:
        """Itself, as it can be kept."""
        if self.minimum_age is not None:
            check_whole("minimum_age", self.minimum_age, most=120)
        return evolve(
            self,
            name=check_name(self.name),
            deed=check_identifier("deed", self.deed),
            description=check_optional("description", self.description),
            names=check_names("name", self.names),
            descriptions=check_names("description", self.descriptions, longest=LONGEST_TEXT),
            modes=tuple(dict.fromkeys(check_choice("mode", mode, Mode) for mode in self.modes)),
            skills=check_codes("skill", self.skills),
            risk=check_names("risk", self.risk, longest=LONGEST_TEXT),
            place=check_optional("place", self.place, longest=200),
        )


def check_numbers(places: int, minimum: int, desired: int | None) -> None:
    """Raise `NotWholeNumber` unless minimum, desired and maximum number are in that order."""
    check_whole("places", places, most=MOST_PLACES)
    check_whole("minimum", minimum, least=0, most=places)
    if desired is not None:
        check_whole("desired", desired, least=max(1, minimum), most=places)


class SessionStatus(StrEnum):
    """A full session is an open one without free places: that is counted, not stored."""

    OPEN = "open"
    CLOSED = "closed"
    CANCELLED = "cancelled"


SESSION = Lifecycle.of({SessionStatus.OPEN: {SessionStatus.CLOSED, SessionStatus.CANCELLED}})
SESSION_AMENDED = Lifecycle.of(
    {
        SessionStatus.OPEN: {SessionStatus.OPEN},
        SessionStatus.CLOSED: set(),
        SessionStatus.CANCELLED: set(),
    }
)
#: What can be moved to another time, whether it still takes claims or not.
SESSION_MOVED = Lifecycle.of(
    {
        SessionStatus.OPEN: {SessionStatus.OPEN},
        SessionStatus.CLOSED: {SessionStatus.CLOSED},
        SessionStatus.CANCELLED: set(),
    }
)


@frozen
class Session:
    """One dated occasion of a service item, from `starts_at` to before `ends_at`, in UTC.

    `places` is the maximum number of volunteers; below `minimum` it may not take place (see `Quorum`),
    `desired` are enough of them. `place` is where, if not where the item says. Of a series
    (`series_id`), `occurrence` is the day that its pattern says, before any move on account of a
    holiday.
    """

    id: str
    item_id: str
    starts_at: datetime
    ends_at: datetime
    places: int
    minimum: int = 0
    desired: int | None = None
    place: str = ""
    series_id: str | None = None
    occurrence: date | None = None
    status: SessionStatus = SessionStatus.OPEN
    version: int = 1

    def checked(self) -> Session:
        """Itself, as it can be kept."""
        check_numbers(self.places, self.minimum, self.desired)
        return evolve(self, place=check_optional("place", self.place, longest=200))

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


class QuorumStatus(StrEnum):
    """Waiting until it is looked at; then reached, or short until somebody decides.

    Where its session is moved, one that was reached is looked at once more.
    """

    WAITING = "waiting"
    REACHED = "reached"
    SHORT = "short"
    HELD_ANYWAY = "held_anyway"
    CALLED_OFF = "called_off"
    MOOT = "moot"


QUORUM = Lifecycle.of(
    {
        QuorumStatus.WAITING: {
            QuorumStatus.WAITING,
            QuorumStatus.REACHED,
            QuorumStatus.SHORT,
            QuorumStatus.CALLED_OFF,
            QuorumStatus.MOOT,
        },
        QuorumStatus.REACHED: {QuorumStatus.WAITING},
        QuorumStatus.SHORT: {
            QuorumStatus.REACHED,
            QuorumStatus.HELD_ANYWAY,
            QuorumStatus.CALLED_OFF,
            QuorumStatus.MOOT,
        },
    }
)


@frozen
class Quorum:
    """Whether enough people come to a session that has a minimum; its id is the session's.

    At `due_at` those who hold a place are counted. Where `taken` is too few, it is a finding, with the
    proposal to call the session off; a person decides. Nobody does until the session began: moot.
    """

    id: str
    session_id: str
    due_at: datetime
    taken: int | None = None
    status: QuorumStatus = QuorumStatus.WAITING
    version: int = 1
