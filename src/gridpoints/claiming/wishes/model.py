"""What a neighbour wishes for: small wishes (微心愿), their rounds (期), and where they stand."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum

from attrs import frozen

from gridpoints.errors import NotPublished, RoundNotOpen, WishesTooMany, WishJudged, WishRoleNeeded
from gridpoints.records import Lifecycle
from gridpoints.values import Actor

#: How long a wish stays with its claimant before it goes back: 7 days in one county's practice.
LEASE = timedelta(days=7)

#: Who judges wishes, reads what is personal in them, and speaks for residents, unless `WishTerms` say.
DESK = ("clerk", "organiser", "system")


class WishStatus(StrEnum):
    """From the draft to the day that the beneficiary says it came true, and the file is closed.

    Where a wish has several parts it is published while one of them is free; claimed, contacted and
    delivered once all of them are.
    """

    DRAFT = "draft"
    SCREENING = "screening"
    REJECTED = "rejected"
    PUBLISHED = "published"
    CLAIMED = "claimed"
    CONTACTED = "contacted"
    DELIVERED = "delivered"
    FULFILLED = "fulfilled"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"


_JUDGED = {WishStatus.SCREENING, WishStatus.PUBLISHED, WishStatus.REJECTED, WishStatus.WITHDRAWN}

WISH = Lifecycle.of(
    {
        WishStatus.DRAFT: _JUDGED,
        WishStatus.SCREENING: _JUDGED,
        WishStatus.PUBLISHED: {WishStatus.PUBLISHED, WishStatus.CLAIMED, WishStatus.WITHDRAWN},
        WishStatus.CLAIMED: {
            WishStatus.PUBLISHED,
            WishStatus.CLAIMED,
            WishStatus.CONTACTED,
            WishStatus.DELIVERED,
            WishStatus.WITHDRAWN,
        },
        WishStatus.CONTACTED: {
            WishStatus.PUBLISHED,
            WishStatus.CONTACTED,
            WishStatus.DELIVERED,
            WishStatus.WITHDRAWN,
        },
        WishStatus.DELIVERED: {WishStatus.PUBLISHED, WishStatus.DELIVERED, WishStatus.FULFILLED},
        # A part of it that was confirmed came to nothing after all: it is published again.
        WishStatus.FULFILLED: {WishStatus.PUBLISHED, WishStatus.FULFILLED, WishStatus.CLOSED},
    }
)

#: Anybody can see a wish in one of these, and that it can be claimed in the first.
PUBLIC = (WishStatus.PUBLISHED, WishStatus.CLAIMED, WishStatus.CONTACTED, WishStatus.DELIVERED)


class Voice(StrEnum):
    """Who wrote a wish down: the resident, a guardian (监护人), or somebody who went from door to door."""

    RESIDENT = "resident"
    GUARDIAN = "guardian"
    COLLECTOR = "collector"


@frozen
class Wish:
    """A neighbour's small wish (微心愿); `deed` is what granting a part of it counts as in the rules.

    `text` is what the public reads, and empty before somebody screened it: what is personal stands in
    its `Particulars`. `number` is what it is known by, ``2026-017``. `parts` is how many givers it
    takes; `granted` how many of them were confirmed. `value` is what all of it costs in money.
    `priority` counts the rounds in which nobody took it. With `adopted_by`, an organisation
    (单位) took all the parts that were free, by the claim `adopted_claim_id`. `due_at` is when the clock
    has to look at it next: a lease runs out, or its file is closed.
    """

    id: str
    beneficiary_id: str
    text: str
    deed: str
    made_at: datetime
    made_by: str
    voice: Voice = Voice.RESIDENT
    number: str | None = None
    published_at: datetime | None = None
    parts: int = 1
    value: Decimal | None = None
    round_id: str | None = None
    priority: int = 0
    adopted_by: str | None = None
    adopted_claim_id: str | None = None
    granted: int = 0
    due_at: datetime | None = None
    status: WishStatus = WishStatus.DRAFT
    version: int = 1

    def concerns(self, actor: Actor) -> bool:
        """Whether it is the actor's own wish, or that of somebody whose guardian they are."""
        guards = self.voice is Voice.GUARDIAN and actor.id == self.made_by
        return guards or actor.id == self.beneficiary_id

    def must_wait(self) -> None:
        """Raise `WishJudged` unless somebody has still to judge it."""
        if self.status not in (WishStatus.DRAFT, WishStatus.SCREENING):
            raise WishJudged(wish=self.number or self.id, status=self.status)

    def must_be_public(self) -> None:
        """Raise `NotPublished` unless it can be seen, and has not come true."""
        if self.status not in PUBLIC:
            raise NotPublished(kind="wish", id=self.id, status=self.status)


class FileStatus(StrEnum):
    """What is personal in a wish can be corrected for as long as it is kept."""

    KEPT = "kept"


FILE = Lifecycle.of({FileStatus.KEPT: {FileStatus.KEPT}})


@frozen
class Particulars:
    """What is personal in a wish, under its id: the words in which it was told, and where to go.

    `area`, `address` and `contact` are disclosed step by step. Never to be published.
    """

    id: str
    wish_id: str
    told: str
    area: str | None = None
    address: str | None = None
    contact: str | None = None
    status: FileStatus = FileStatus.KEPT
    version: int = 1


class Own(StrEnum):
    """Whose wishes are one's own: those of oneself, or of the household as well."""

    SELF = "self"
    HOUSEHOLD = "household"


class TermsStatus(StrEnum):
    """A community has one set of terms, which may change."""

    IN_FORCE = "in_force"


TERMS = Lifecycle.of({TermsStatus.IN_FORCE: {TermsStatus.IN_FORCE}})


@frozen
class WishTerms:
    """What a community has decided about wishes; one record, of id ``wishes``.

    `value_limit` is in `currency`, for one wish. A claimant makes contact within `contact_days` and
    delivers within `delivery_days` of that; a fulfilled wish is closed after `thanks_days`. Of ``need``
    and ``consent``, nothing is published without those in `required`. `own` is whose wishes nobody
    claims. `most_held` is how many one person has in hand at once; None: any number.
    `roles` judge wishes, read what is personal in them, and speak for residents.
    """

    id: str = "wishes"
    value_limit: Decimal | None = None
    currency: str = "CNY"
    contact_days: int = LEASE.days
    delivery_days: int = 30
    thanks_days: int = 30
    required: tuple[str, ...] = ()
    own: Own = Own.SELF
    most_held: int | None = None
    roles: tuple[str, ...] = DESK
    status: TermsStatus = TermsStatus.IN_FORCE
    version: int = 1

    def entrusted(self, actor: Actor) -> bool:
        """Whether the actor may judge wishes and read what is personal in them."""
        return not actor.roles.isdisjoint(self.roles) or "system" in actor.roles

    def must_entrust(self, actor: Actor) -> None:
        """Raise `WishRoleNeeded` unless they may."""
        if not self.entrusted(actor):
            raise WishRoleNeeded(actor=actor.id, roles=self.roles)

    def must_allow(self, held: int, member: str) -> None:
        """Raise `WishesTooMany` for somebody who has as many in hand as one may."""
        if self.most_held is not None and held >= self.most_held:
            raise WishesTooMany(member=member, most=self.most_held)


class RoundStatus(StrEnum):
    """Rounds open and close by the clock."""

    PLANNED = "planned"
    OPEN = "open"
    CLOSED = "closed"


ROUND = Lifecycle.of(
    {
        RoundStatus.PLANNED: {RoundStatus.OPEN, RoundStatus.CLOSED},
        RoundStatus.OPEN: {RoundStatus.CLOSED},
    }
)


@frozen
class WishRound:
    """A time, from `opens_at` to before `closes_at`, in which the wishes of a round can be claimed (期).

    Its id stands before the numbers of the wishes that are published in it. `status` follows the clock
    when it is told to: what can be claimed is always decided by the times.
    """

    id: str
    name: str
    opens_at: datetime
    closes_at: datetime
    status: RoundStatus = RoundStatus.PLANNED
    version: int = 1

    def is_over(self, now: datetime) -> bool:
        """Whether it has closed by then."""
        return self.closes_at <= now

    def must_be_open(self, now: datetime) -> None:
        """Raise `RoundNotOpen` before it opens, and once it has closed."""
        if not self.opens_at <= now < self.closes_at:
            raise RoundNotOpen(round=self.name, opens_at=self.opens_at, closes_at=self.closes_at)
