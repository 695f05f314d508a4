"""Sessions are claimed and attended."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Self

from attrs import frozen

from gridpoints.catalog.model import ServiceItem, Session
from gridpoints.claiming.claims import Claims
from gridpoints.claiming.model import CLAIM, HOLDING, Claim, ClaimStatus, Target
from gridpoints.context import Context
from gridpoints.errors import AlreadyClaimed, HoursOutOfRange, SessionFull
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

    def must_let_go(self) -> None:
        """Raise `SessionStarted` once it has begun, unless it was cancelled."""
        self.session.must_let_go(self.context.now())

    def must_be_over(self) -> None:
        """Raise `SessionNotOver` before its end."""
        self.session.must_be_over(self.context.now())

    def must_be_verified_by(self, actor: Actor) -> None:
        """Anybody but the claimant."""

    def delivered(self) -> None:
        """The session itself does not change."""

    verified = let_go = delivered

    def deed(self) -> tuple[str, datetime]:
        """That of its service item, on the day it began."""
        return self.work.get(ServiceItem, self.session.item_id).deed, self.session.starts_at


@frozen
class Attending(Claims):
    """Places in sessions are claimed, and hours submitted."""

    def claim_session(self, session_id: str, member_id: str) -> Claim:
        """Take a place in a session.

        Raises `SessionFull`, `SessionStarted`, `NotPublished`, `AlreadyClaimed` or
        `MemberInactive`.
        """
        now = self.context.now()
        with self.context.begin() as work:
            # The person first, then the session: everybody locks in this order.
            member = self._active(work, member_id)
            session = work.get(Session, session_id, lock=True)
            session.must_take_claims(now)
            taken = {"target": Target.SESSION, "target_id": session.id, "status": HOLDING}
            if work.count(Claim, {**taken, "member_id": member.id}):
                raise AlreadyClaimed(member=member.name, kind="session")
            if work.count(Claim, taken) >= session.places:
                raise SessionFull(session=session.id, places=session.places)
            claim = Claim(self.context.id(None), Target.SESSION, session.id, member.id, claimed_at=now)
            return self.context.keep(work, claim)

    def free_places(self, session_id: str) -> int:
        """How many places of a session are not taken; 0: it is full."""
        with self.context.read() as work:
            session = work.get(Session, session_id)
            taken = {"target": Target.SESSION, "target_id": session.id, "status": HOLDING}
            return session.places - work.count(Claim, taken)

    def submit_hours(self, claim_id: str, hours: Decimal) -> Claim:
        """Say that the work of a session was done, and how many hours it took.

        Raises `SessionNotOver`, or `HoursOutOfRange` for more than the session lasted.
        """
        with self.context.begin() as work:
            claim, claimed = self._locked(work, claim_id, Target.SESSION)
            claimed.must_be_over()
            longest = work.get(Session, claim.target_id).interval.hours
            if not (hours.is_finite() and 0 < hours <= longest):
                raise HoursOutOfRange(hours=hours, longest=longest)
            submitted = CLAIM.advance(claim, ClaimStatus.SUBMITTED, hours=hours)
            return self.context.change(work, claim, submitted)
