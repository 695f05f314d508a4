"""The machine that every claim runs through, whatever is claimed."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import ClassVar

from attrs import frozen

from gridpoints.awards.model import Award, Report
from gridpoints.awards.operations import Awards
from gridpoints.claiming.claimable import Claimable
from gridpoints.claiming.model import CLAIM, Claim, ClaimStatus, Target
from gridpoints.community.model import Member
from gridpoints.context import Context
from gridpoints.errors import OwnClaim, WrongTarget
from gridpoints.storage.port import Work


@frozen
class Claims:
    """Claims are given back, verified by somebody else, disputed, and read."""

    context: Context

    #: What can be claimed.
    claimables: ClassVar[Mapping[Target, type[Claimable]]]

    def cancel(self, claim_id: str, *, reason: str | None = None) -> Claim:
        """Give a claim back: the place is free, the wish is published again.

        Raises `SessionStarted` once a session has begun, unless it was cancelled.
        """
        with self.context.begin() as work:
            claim, claimed = self._locked(work, claim_id)
            claimed.must_let_go()
            cancelled = self.context.change(work, claim, CLAIM.advance(claim, ClaimStatus.CANCELLED), reason)
            claimed.let_go()
            return cancelled

    def no_show(self, claim_id: str) -> Claim:
        """Note that somebody did not come to a session that is over."""
        with self.context.begin() as work:
            claim, claimed = self._locked(work, claim_id, Target.SESSION)
            claimed.must_be_over()
            return self.context.change(work, claim, CLAIM.advance(claim, ClaimStatus.NO_SHOW))

    def verify(self, claim_id: str) -> tuple[Claim, Award]:
        """Confirm what a claimant submitted, and credit it by the rules of its day.

        For a session anybody but the claimant verifies (`OwnClaim`); for a wish its beneficiary,
        or somebody who speaks for them (`NotTheBeneficiary`).
        """
        actor = self.context.actor
        with self.context.begin() as work:
            claim, claimed = self._locked(work, claim_id)
            if actor.id == claim.member_id:
                raise OwnClaim(actor=actor.id)
            claimed.must_be_verified_by(actor)
            award_id = f"claim:{claim.id}"
            verified = CLAIM.advance(claim, ClaimStatus.VERIFIED, verified_by=actor.id, award_id=award_id)
            claimed.verified()
            award = Awards(self.context).credit(self._report(award_id, verified, claimed))
            return self.context.change(work, claim, verified), award

    def _report(self, id: str, claim: Claim, claimed: Claimable) -> Report:
        """The deed that a verified claim stands for."""
        deed, done_at = claimed.deed()
        rule = Awards(self.context).rule_for(deed, done_at)
        quantities: Mapping[str | None, Decimal | None] = {"hour": claim.hours, "time": Decimal(1)}
        return Report(
            id=id,
            member_id=claim.member_id,
            deed=deed,
            day=self.context.local_day(done_at),
            quantity=quantities.get(rule.amount.per),
            source=f"{claim.target}:{claim.target_id}",
        )

    def dispute(self, claim_id: str, *, reason: str) -> Claim:
        """Doubt what was submitted; it is then verified after all, or made void."""
        with self.context.begin() as work:
            claim, _ = self._locked(work, claim_id)
            return self.context.change(work, claim, CLAIM.advance(claim, ClaimStatus.DISPUTED), reason)

    def void(self, claim_id: str, *, reason: str) -> Claim:
        """Decide that a disputed claim counts for nothing; a wish is published again."""
        with self.context.begin() as work:
            claim, claimed = self._locked(work, claim_id)
            void = self.context.change(work, claim, CLAIM.advance(claim, ClaimStatus.VOID), reason)
            claimed.let_go()
            return void

    def claim(self, id: str) -> Claim:
        """The claim of that id; raises `RecordUnknown`."""
        with self.context.read() as work:
            return work.get(Claim, id)

    def claims_of(self, member_id: str) -> list[Claim]:
        """Everything a member ever claimed, and what came of it, by time."""
        with self.context.read() as work:
            return work.find(Claim, {"member_id": member_id}, order=("claimed_at", "id"))

    def _active(self, work: Work, member_id: str) -> Member:
        member = work.get(Member, member_id, lock=True)
        member.must_be_active()
        return member

    def _locked(self, work: Work, claim_id: str, target: Target | None = None) -> tuple[Claim, Claimable]:
        """The claim, and what it is on, locked; raises `WrongTarget` where it is on another."""
        claim = work.get(Claim, claim_id)
        if target not in (None, claim.target):
            raise WrongTarget(claim=claim.id, target=claim.target)
        claimed = self.claimables[claim.target].locked(self.context, work, claim.target_id)
        return work.get(Claim, claim_id, lock=True), claimed
