"""Claims that come to nothing: given back, called off, not kept, excused, abandoned."""

from __future__ import annotations

from collections.abc import Iterable

from attrs import frozen

from gridpoints.awards.model import Report
from gridpoints.awards.operations import Awards
from gridpoints.claiming.claims.machine import Claims, ended
from gridpoints.claiming.conditions import Conditions
from gridpoints.claiming.model import Claim, ClaimStatus, Target
from gridpoints.context import Context
from gridpoints.storage.port import Work


@frozen
class Ending(Claims):
    """Claims end before anything was done for them; what they held is free."""

    def cancel(self, claim_id: str, *, reason: str | None = None) -> Claim:
        """Give a claim, a request, an offer or a place in line back.

        What it held is free: the place goes to the next in line, the wish is published again. Late,
        where the `Conditions` say so. Raises `NotTheClaimant`, and `SessionStarted` once a session has
        begun, unless it was cancelled.
        """
        with self.context.begin() as work:
            claim, claimed = self._locked(work, claim_id)
            self._must_be_theirs(claim, claimed)
            claimed.must_let_go()
            to = self._cancelled_as(work, claim, claimed)
            cancelled = self.context.change(work, claim, ended(claim, to), reason)
            claimed.let_go()
            return cancelled

    def call_off(self, claim_id: str, *, reason: str) -> Claim:
        """Cancel somebody's claim as the organiser; see `Conditions.called_off_deed` for what they get."""
        with self.context.begin() as work:
            claim, claimed = self._locked(work, claim_id)
            self._must_organise(claim, claimed)
            called_off = call_off_all(self.context, work, [claim], self._conditions(work, claimed), reason)
            claimed.let_go()
            return called_off[0]

    def no_show(self, claim_id: str) -> Claim:
        """Note, as the organiser, that somebody did not come to a session that is over. Raises `OwnClaim`."""
        with self.context.begin() as work:
            claim, claimed = self._locked(work, claim_id, Target.SESSION)
            self._must_be_anothers(claim)
            self._must_organise(claim, claimed)
            claimed.must_be_over()
            return self.context.change(work, claim, ended(claim, ClaimStatus.NO_SHOW))

    def excuse(self, claim_id: str, *, reason: str) -> Claim:
        """Excuse who stayed away, cancelled late, or did not check out, as the organiser."""
        with self.context.begin() as work:
            claim, claimed = self._locked(work, claim_id)
            self._must_organise(claim, claimed)
            excused = self.context.change(work, claim, ended(claim, ClaimStatus.EXCUSED), reason)
            claimed.let_go()
            return excused

    def abandon(self, claim_id: str, *, reason: str) -> Claim:
        """Note that somebody who had checked in left before it was done: the claim counts for nothing."""
        with self.context.begin() as work:
            claim, claimed = self._locked(work, claim_id)
            self._must_be_theirs(claim, claimed)
            abandoned = self.context.change(work, claim, ended(claim, ClaimStatus.ABANDONED), reason)
            claimed.let_go()
            return abandoned


def call_off_all(
    context: Context, work: Work, claims: Iterable[Claim], conditions: Conditions, reason: str | None
) -> list[Claim]:
    """End locked claims; credit those who were sure of a place, where the conditions name a deed.

    The reason is what shows that they deserve it.
    """
    moves = []
    for claim in claims:
        award_id = None
        sure = claim.status in (ClaimStatus.CONFIRMED, ClaimStatus.STAND_IN_WANTED, ClaimStatus.CHECKED_IN)
        if sure and claim.team is None and conditions.called_off_deed is not None:
            award_id = f"claim:{claim.id}"
            report = Report(
                award_id,
                claim.member_id,
                conditions.called_off_deed,
                context.today(),
                source=f"{claim.target}:{claim.target_id}",
                evidence=(reason,) if reason else (),
                former=True,
            )
            Awards(context).credit(report)
        moves.append((claim, ended(claim, ClaimStatus.CALLED_OFF, award_id=award_id)))
    context.change_all(work, moves, reason)
    return [new for _, new in moves]
