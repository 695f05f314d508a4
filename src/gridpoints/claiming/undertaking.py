"""Posts, errands and tasks are taken on, for a time, and what came of them is reported."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, ClassVar, Generic, Self, TypeVar

from attrs import frozen

from gridpoints.catalog.model import ItemStatus, ServiceItem
from gridpoints.catalog.operations import Catalog
from gridpoints.catalog.posts import Errand, Post
from gridpoints.catalog.tasks import Task, TaskList
from gridpoints.claiming.claims.admission import Admission
from gridpoints.claiming.claims.claimable import Claimable
from gridpoints.claiming.claims.line import Line, offer
from gridpoints.claiming.claims.machine import Claims, conditions_under
from gridpoints.claiming.claims.taken import taken
from gridpoints.claiming.conditions import Conditions
from gridpoints.claiming.model import (
    CLAIM,
    LATE,
    Claim,
    ClaimStatus,
    Provenance,
    Target,
    hours_within,
)
from gridpoints.community.model import Member
from gridpoints.context import Context
from gridpoints.errors import AllTaken, NoLease, NotTheResident, OwnErrand, WrongTarget
from gridpoints.storage.port import Work
from gridpoints.values import Actor, check_decimal, check_instant, midnight

T = TypeVar("T", Post, Errand, Task)


@frozen
class Undertaken(Generic[T]):
    """What the catalog lists and somebody takes on, as a `Claimable`."""

    context: Context
    work: Work
    listed: T

    kind: ClassVar[type[Post | Errand | Task]]
    target: ClassVar[Target]

    @classmethod
    def locked(cls, context: Context, work: Work, id: str) -> Self:
        """See `Claimable.locked`."""
        return cls(context, work, work.get(cls.kind, id, lock=True))  # type: ignore[arg-type]  # of that kind

    @classmethod
    def locked_all(cls, context: Context, work: Work, ids: Sequence[str]) -> dict[str, Self]:
        """See `Claimable.locked_all`."""
        found = work.find(cls.kind, {"id": ids}, lock=True)
        return {each.id: cls(context, work, each) for each in found}  # type: ignore[arg-type]  # of that kind

    @property
    def scopes(self) -> tuple[str, ...]:
        """The ids of the `Conditions` that apply to it."""
        return f"{self.target}:{self.listed.id}", f"service_item:{self.listed.item_id}"

    def must_take_claims(self) -> None:
        """Raise where nobody can take it on."""
        if isinstance(self.listed, Post):
            self.listed.must_take_claims(self.context.today())
        else:
            self.listed.must_take_claims()

    def must_have_room(self) -> None:
        """Raise `AllTaken` where as many have it as there are places."""
        id = self.listed.id
        if taken(self.work, self.target, [id])[id] >= self.listed.places:
            raise AllTaken(kind=self.target, id=id, places=self.listed.places)

    def must_let_go(self) -> None:
        """It can be given back at any time."""

    must_be_over = must_let_go

    def must_be_verified_by(self, actor: Actor) -> None:
        """Anybody but the claimant."""

    def looked_after_by(self, actor: Actor) -> bool:
        """Organisers look after what is listed."""
        return actor.organises

    def longest(self, claim: Claim, *, written: bool) -> Decimal:
        """From when it was taken on until now, as far as it lies within its own times.

        What is `written` down may have been done before it was claimed, though not before it began: for
        an errand without a time, not more than a lease before.
        """
        now = self.context.now()
        begins, ends = self.times()
        if not written:
            begins = claim.claimed_at if begins is None else max(begins, claim.claimed_at)
        elif begins is None:
            [conditions] = conditions_under(self.work, self.scopes)
            begins = claim.claimed_at - timedelta(days=conditions.lease_days)
        return hours_within(begins, now if ends is None else min(ends, now))

    def times(self) -> tuple[datetime | None, datetime | None]:
        """From when until when it can be done; None: nobody has said."""
        return None, None

    def delivered(self) -> None:
        """What is listed does not change."""

    verified = let_go = delivered

    def came_to_nothing(self, claim: Claim, reason: str, *, queue: bool) -> None:
        """Nothing is paid but the award."""

    @classmethod
    def let_go_all(cls, claimed: Sequence[Self]) -> None:
        """See `delivered`."""

    def deed(self) -> tuple[str, datetime]:
        """That of its service item, on the day it is confirmed."""
        return self.work.get(ServiceItem, self.listed.item_id).deed, self.context.now()

    def lease(self, days: int) -> datetime | None:
        """When a claim of now goes back by itself."""
        return self.context.now() + timedelta(days=days)


@frozen
class HeldPost(Undertaken[Post]):
    """A post, held for its term: claims go back when nothing was reported so long after that."""

    kind = Post
    target = Target.POST

    def times(self) -> tuple[datetime | None, datetime | None]:
        """From its first day to the end of its last."""
        first, last = self.listed.starts_on, self.listed.ends_on
        ends = None if last is None else midnight(last + timedelta(days=1), self.context.zone)
        return midnight(first, self.context.zone), ends

    def lease(self, days: int) -> datetime | None:
        """See `Undertaken.lease`; None for a post without an end."""
        if self.listed.ends_on is None:
            return None
        return midnight(self.listed.ends_on, self.context.zone) + timedelta(days=days + 1)

    def closes_at(self) -> datetime | None:
        """When nobody waits for it any more: at the end of its term."""
        return self.times()[1]

    def let_go(self) -> None:
        """What is free is offered to those in line."""
        self.offer()

    @classmethod
    def let_go_all(cls, claimed: Sequence[Self]) -> None:
        """See `let_go`."""
        for first in claimed[:1]:
            lines = [line for each in claimed if (line := each.line()) is not None]
            offer(first.context, first.work, Target.POST, lines)

    def line(self) -> Line | None:
        """Those who wait for it; None: it is closed, or its term is over."""
        post, closes_at = self.listed, self.closes_at()
        if post.status is not ItemStatus.PUBLISHED or (closes_at and closes_at <= self.context.now()):
            return None
        return Line(post.id, post.places, self.scopes, closes_at)

    def offer(self) -> int:
        """Offer what is free to those in line; answers how many places are then left."""
        if (line := self.line()) is None:
            return 0
        return offer(self.context, self.work, Target.POST, [line])[line.id]


@frozen
class RunErrand(Undertaken[Errand]):
    """An errand: the resident, or an organiser, says that it was done."""

    kind = Errand
    target = Target.ERRAND

    def times(self) -> tuple[datetime | None, datetime | None]:
        """Those that the resident asked for; it may take a little longer, as a session may."""
        ends_at = self.listed.ends_at
        return self.listed.starts_at, None if ends_at is None else ends_at + LATE

    def must_be_verified_by(self, actor: Actor) -> None:
        """Raise `NotTheResident`."""
        if actor.id != self.listed.member_id and not actor.organises:
            raise NotTheResident(errand=self.listed.id)

    def verified(self) -> None:
        """It is asked for no longer."""
        if self.listed.status is ItemStatus.PUBLISHED:
            Catalog(self.context).close(self.listed)


@frozen
class DoneTask(Undertaken[Task]):
    """A task of a list."""

    kind = Task
    target = Target.TASK

    def times(self) -> tuple[datetime | None, datetime | None]:
        """From the first day of its list; what is left when that is over goes on."""
        first = self.work.get(TaskList, self.listed.list_id).starts_on
        return midnight(first, self.context.zone), None


@frozen
class Undertaking(Claims):
    """Posts, errands and tasks are taken on, and reported on."""

    def claim_post(
        self,
        post_id: str,
        member_id: str,
        *,
        wait: bool = False,
        born: date | None = None,
        acknowledged: bool = False,
    ) -> Claim:
        """Take on a post for its term; with `wait`, a place in line where as many hold it as can.

        A place that becomes free is offered to who is first in line, for the `offer_minutes` of the
        `Conditions`: they `accept` it, or it goes to the next. Raises as `claim_task` does, and `PostOver`.
        """
        return self._undertake(Target.POST, post_id, member_id, born, acknowledged=acknowledged, wait=wait)

    def claim_errand(
        self, errand_id: str, member_id: str, *, born: date | None = None, acknowledged: bool = False
    ) -> Claim:
        """Take on an errand for the time of the lease. Raises as `claim_task` does, and `OwnErrand`."""
        return self._undertake(Target.ERRAND, errand_id, member_id, born, acknowledged=acknowledged)

    def claim_task(
        self, task_id: str, member_id: str, *, born: date | None = None, acknowledged: bool = False
    ) -> Claim:
        """Take on a task of a list: it goes back where nothing is reported within the lease.

        Where the `Conditions` want that, it is requested, and waits as long for the organiser. For a
        neighbour an organiser does it, else `NotForOthers`. Raises `AllTaken`, `NotPublished`,
        `MemberInactive`, and what `Admission` does.
        """
        return self._undertake(Target.TASK, task_id, member_id, born, acknowledged=acknowledged)

    def _undertake(
        self,
        target: Target,
        id: str,
        member_id: str,
        born: date | None,
        *,
        acknowledged: bool,
        wait: bool = False,
    ) -> Claim:
        with self.context.begin() as work:
            member = self._active(work, member_id)
            claimed = self.claimables[target].locked(self.context, work, id)
            assert isinstance(claimed, Undertaken)  # noqa: S101  # of one of the three targets
            self._must_claim_for(member, claimed)
            claimed.must_take_claims()
            listed, now = claimed.listed, self.context.now()
            if isinstance(listed, Errand) and listed.member_id == member.id:
                raise OwnErrand(member=member.name)
            conditions = self._conditions(work, claimed)
            item = work.get(ServiceItem, listed.item_id)
            item.must_be_published()
            admission = Admission(self.context, work, member, item, conditions, claimed.scopes, now)
            admission.must_be_free(target, id)
            admission.must_be_fit(born, acknowledged=acknowledged)
            lease = claimed.lease(conditions.lease_days)
            status = self._room(claimed, conditions, wait=wait)
            due_at = claimed.times()[1] if status is ClaimStatus.WAITLISTED else lease
            claim = Claim(
                self.context.id(None),
                target,
                id,
                member.id,
                claimed_at=now,
                lease_until=lease if status is ClaimStatus.CONFIRMED else None,
                due_at=due_at,
                acknowledged=acknowledged,
                status=status,
            )
            return self.context.keep(work, claim)

    def _room(self, claimed: Undertaken[Any], conditions: Conditions, *, wait: bool) -> ClaimStatus:
        """Whether somebody new gets it; raises `AllTaken`."""
        if conditions.confirmed:
            return ClaimStatus.REQUESTED
        if isinstance(claimed, HeldPost) and claimed.offer() < 1 and wait:  # those who wait come first
            return ClaimStatus.WAITLISTED
        claimed.must_have_room()
        return ClaimStatus.CONFIRMED

    def _confirmed(self, work: Work, claim: Claim, claimed: Claimable) -> Claim:
        if not isinstance(claimed, Undertaken):
            return super()._confirmed(work, claim, claimed)
        claimed.must_take_claims()
        claimed.must_have_room()
        lease = claimed.lease(self._conditions(work, claimed).lease_days)
        return CLAIM.advance(claim, ClaimStatus.CONFIRMED, lease_until=lease, due_at=lease)

    def _accepted(self, work: Work, member: Member, claim: Claim, claimed: Claimable) -> Claim:
        if not isinstance(claimed, Undertaken):
            return super()._accepted(work, member, claim, claimed)
        claimed.must_take_claims()
        lease = claimed.lease(self._conditions(work, claimed).lease_days)
        return CLAIM.advance(claim, ClaimStatus.CONFIRMED, lease_until=lease, due_at=lease)

    def report_done(
        self, claim_id: str, hours: Decimal | None = None, *, evidence: Iterable[str] = ()
    ) -> Claim:
        """Say that a post was filled, an errand run, or a task done, and how many hours it took.

        The claimant says so, or an organiser writes it down for them, also where it was done before it was
        claimed; somebody else verifies it. `evidence` are texts or links that show it. Raises `WrongTarget`,
        `NotTheClaimant`, `NotPositive`, or `HoursOutOfRange` for more hours than there were.
        """
        if hours is not None:
            hours = check_decimal("hours", hours)
        with self.context.begin() as work:
            claim, claimed = self._locked(work, claim_id)
            if not isinstance(claimed, Undertaken):
                raise WrongTarget(claim=claim.id, target=claim.target)
            self._must_be_theirs(claim, claimed)
            claimed.delivered()
            mine = self.context.actor.id == claim.member_id
            known = Provenance.CLAIMED if mine else Provenance.PROXY
            submitted = CLAIM.advance(
                claim,
                ClaimStatus.SUBMITTED,
                hours=hours,
                waits_since=self.context.now(),
                due_at=None,
                provenance=None if hours is None else known,
                entered_by=None if mine else self.context.actor.id,
                evidence=self._shown(claim, evidence),
            )
            if hours is not None:
                self._check_hours(claim, claimed, hours)
            return self.context.change(work, claim, submitted)

    def extend_lease(self, claim_id: str, until: datetime, *, reason: str) -> Claim:
        """Let a claim stand for longer, as the organiser. Raises `NoLease` where it does not end."""
        until = check_instant("until", until)
        with self.context.begin() as work:
            claim, claimed = self._locked(work, claim_id)
            self._must_organise(claim, claimed)
            if claim.lease_until is None or not isinstance(claimed, Undertaken):
                raise NoLease(claim=claim.id)
            extended = CLAIM.advance(claim, ClaimStatus.CONFIRMED, lease_until=until, due_at=until)
            return self.context.change(work, claim, extended, reason)

    def _scopes(self, claimed: Claimable) -> tuple[str, ...]:
        return claimed.scopes if isinstance(claimed, Undertaken) else super()._scopes(claimed)
