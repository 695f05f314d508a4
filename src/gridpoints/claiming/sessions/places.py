"""The places of a session, as what its claims are on; what is free is offered to those in line."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Self

from attrs import frozen

from gridpoints.catalog.model import ServiceItem, Session, SessionStatus
from gridpoints.claiming.claims import line as in_line
from gridpoints.claiming.claims.admission import Admission, scopes_of
from gridpoints.claiming.claims.ending import call_off_all
from gridpoints.claiming.claims.line import Line
from gridpoints.claiming.claims.machine import conditions_under
from gridpoints.claiming.claims.taken import taken
from gridpoints.claiming.conditions import Conditions, before
from gridpoints.claiming.model import OPEN, Claim, ClaimStatus, Provenance, Target, hours_within
from gridpoints.community.model import Member
from gridpoints.context import Context
from gridpoints.storage.port import Work
from gridpoints.values import Actor


@frozen
class Places:
    """A session's places, as a `Claimable`."""

    context: Context
    work: Work
    session: Session

    @classmethod
    def locked(cls, context: Context, work: Work, id: str) -> Self:
        """See `Claimable.locked`."""
        return cls(context, work, work.get(Session, id, lock=True))

    @classmethod
    def locked_all(cls, context: Context, work: Work, ids: Sequence[str]) -> dict[str, Self]:
        """See `Claimable.locked_all`."""
        return {each.id: cls(context, work, each) for each in work.find(Session, {"id": ids}, lock=True)}

    def must_let_go(self) -> None:
        """Raise `SessionStarted` once it has begun, unless it was cancelled."""
        self.session.must_let_go(self.context.now())

    def must_be_over(self) -> None:
        """Raise `SessionNotOver` before its end."""
        self.session.must_be_over(self.context.now())

    def must_be_verified_by(self, actor: Actor) -> None:
        """Anybody but the claimant."""

    def looked_after_by(self, actor: Actor) -> bool:
        """Organisers look after sessions."""
        return actor.organises

    def longest(self, claim: Claim, *, written: bool = False) -> Decimal:
        """The hours that there can be: of the session, or between check-in and check-out."""
        whole = self.session.interval
        if claim.status is not ClaimStatus.CHECKED_OUT and claim.provenance is not Provenance.CHECKED:
            return whole.hours
        attended = claim.attended(whole)
        return Decimal(0) if attended is None else hours_within(attended.start, attended.end)

    def delivered(self) -> None:
        """The session itself does not change."""

    verified = delivered

    def came_to_nothing(self, claim: Claim, reason: str, *, queue: bool) -> None:
        """Nothing is paid but the award."""

    def let_go(self) -> None:
        """What is free is offered to those in line."""
        self.offer()

    @classmethod
    def let_go_all(cls, claimed: Sequence[Self]) -> None:
        """See `let_go`."""
        for first in claimed[:1]:
            offer(first.context, first.work, [each.session for each in claimed])

    def deed(self) -> tuple[str, datetime]:
        """That of its service item, on the day it began."""
        return self.work.get(ServiceItem, self.session.item_id).deed, self.session.starts_at

    def conditions(self) -> Conditions:
        """Those that apply to the session."""
        [conditions] = conditions_under(self.work, scopes_of(self.session))
        return conditions

    def admission(self, member: Member, conditions: Conditions) -> Admission:
        """Somebody who wants a place."""
        session = self.session
        item = self.work.get(ServiceItem, session.item_id)
        scopes = scopes_of(session)
        return Admission(
            self.context, self.work, member, item, conditions, scopes, session.starts_at, session
        )

    def on(self, *statuses: ClaimStatus) -> dict[str, object]:
        """Where the claims on it are found."""
        return {"target": Target.SESSION, "target_id": self.session.id, "status": statuses}

    def free(self) -> int:
        """How many places nobody holds; below 0 where more hold one than there are."""
        id = self.session.id
        return self.session.places - taken(self.work, Target.SESSION, [id])[id]

    def due(self, claim: Claim) -> datetime | None:
        """When the clock acts on a claim that is confirmed now: where a team has still to name its people."""
        if claim.team is None:
            return None
        due = before(self.session.starts_at, self.conditions().naming_minutes)
        return due if due > self.context.now() else self.session.starts_at

    def call_off(self, reason: str | None) -> list[Claim]:
        """End all claims on it that are open, and credit those who were sure of their place."""
        claims = self.work.find(Claim, self.on(*OPEN), order=("claimed_at", "id"), lock=True)
        return call_off_all(self.context, self.work, claims, self.conditions(), reason)

    def offer(self) -> int:
        """Offer what is free to those in line; answers how many places are then left."""
        return offer(self.context, self.work, [self.session])[self.session.id]


def offer(context: Context, work: Work, sessions: Sequence[Session]) -> dict[str, int]:
    """Offer the free places of locked sessions to those in line; answers what is left of each."""
    now = context.now()
    lines = [
        Line(session.id, session.places, scopes_of(session), session.starts_at)
        for session in sessions
        if session.status is SessionStatus.OPEN and now < session.starts_at
    ]
    return dict.fromkeys((s.id for s in sessions), 0) | in_line.offer(context, work, Target.SESSION, lines)
