"""Who was there: check-in and check-out, by the code at the door or seen by an organiser (签到签退)."""

from __future__ import annotations

import secrets

from attrs import frozen

from gridpoints.catalog.model import Session, SessionStatus
from gridpoints.claiming.conditions import before
from gridpoints.claiming.model import (
    CLAIM,
    LATE,
    Claim,
    ClaimStatus,
    CodeKey,
)
from gridpoints.claiming.sessions.attending import Attending
from gridpoints.claiming.sessions.places import Places
from gridpoints.codes import RotatingCode, rotating_code, step_of
from gridpoints.errors import (
    CheckInClosed,
    CodeInvalid,
    CodeUsed,
    IllegalTransition,
    NotPublished,
)
from gridpoints.storage.port import Work

#: How many minutes before a session one can check in.
EARLY_MINUTES = 60
#: Of a code at the door: who guesses is right once in 30 million times.
DIGITS = 8


@frozen
class Presence(Attending):
    """Who came, and who left."""

    def check_in_code(self, session_id: str) -> RotatingCode:
        """What is shown at the door now, for organisers: eight digits, others every half minute.

        It is evidence that somebody saw the place where it is shown, not proof: it can be passed on.
        """
        self.context.must_organise()
        with self.context.begin() as work:
            work.get(Session, session_id, lock=True)
            return rotating_code(self._key(work, session_id), self.context.now(), digits=DIGITS)

    def _key(self, work: Work, session_id: str) -> bytes:
        """What the codes of a locked session are made of, from when they are first needed."""
        for key in work.find(CodeKey, {"id": session_id}):
            return bytes.fromhex(key.secret)
        key = CodeKey(session_id, secrets.token_hex(20), self.context.now())
        self.context.keep(work, key)
        return bytes.fromhex(key.secret)

    def check_in(self, claim_id: str, code: str | None = None) -> Claim:
        """Note that somebody is there: they give the code that is shown, or an organiser sees them.

        From an hour before the session until its end, else `CheckInClosed`. Raises `CodeInvalid`, `CodeUsed`,
        `NotTheOrganiser` or `NotTheClaimant`.
        """
        with self.context.begin() as work:
            claim, places = self._locked_places(work, claim_id)
            session, now = places.session, self.context.now()
            window = self._seen(work, claim, places, code)
            if session.status is SessionStatus.CANCELLED:
                raise NotPublished(kind="session", id=session.id, status=session.status)
            must_be_a_persons(claim, ClaimStatus.CHECKED_IN)
            opens_at = before(session.starts_at, EARLY_MINUTES)
            if not opens_at <= now < session.ends_at:
                raise CheckInClosed(opens_at=opens_at, closes_at=session.ends_at)
            checked_in = CLAIM.advance(
                claim,
                ClaimStatus.CHECKED_IN,
                checked_in_at=now,
                code_window=window,
                due_at=session.ends_at + LATE,
            )
            return self.context.change(work, claim, checked_in)

    def check_out(self, claim_id: str, code: str | None = None) -> Claim:
        """Note that somebody leaves, seen as in `check_in`, until an hour after the session.

        Who does not check out is unaccounted for: hours are never assumed.
        """
        with self.context.begin() as work:
            claim, places = self._locked_places(work, claim_id)
            now, closes_at = self.context.now(), places.session.ends_at + LATE
            window = self._seen(work, claim, places, code)
            checked_out = CLAIM.advance(
                claim, ClaimStatus.CHECKED_OUT, checked_out_at=now, code_window=window, due_at=None
            )
            opens_at = claim.checked_in_at or now
            if not opens_at <= now < closes_at:
                raise CheckInClosed(opens_at=opens_at, closes_at=closes_at)
            return self.context.change(work, claim, checked_out)

    def _seen(self, work: Work, claim: Claim, places: Places, code: str | None) -> int | None:
        """How it is known that they are there: the window of their code; None: an organiser sees them."""
        if code is None:
            self._must_organise(claim, places)
            return claim.code_window
        self._must_be_theirs(claim, places)
        window = step_of(self._key(work, claim.target_id), code, self.context.now(), digits=DIGITS)
        if window is None:
            raise CodeInvalid(session=claim.target_id)
        if claim.code_window is not None and window <= claim.code_window:
            raise CodeUsed(claim=claim.id)
        return window


def must_be_a_persons(claim: Claim, to: ClaimStatus) -> None:
    """Raise `IllegalTransition` for a team's claim: those whom it names have their own."""
    if claim.team is not None:
        raise IllegalTransition(
            kind="claim", id=claim.id, status=str(claim.status), wanted=str(to), allowed=()
        )
