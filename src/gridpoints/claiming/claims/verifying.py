"""Claims are verified by somebody else, disputed, made void, and corrected by reversals."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal

from attrs import frozen

from gridpoints.awards.model import Award, AwardStatus, Facts, Report
from gridpoints.awards.operations import Awards
from gridpoints.claiming.claims.claimable import Claimable
from gridpoints.claiming.claims.machine import Claims, ended
from gridpoints.claiming.model import CLAIM, CORRECTION, Claim, ClaimStatus, Provenance, Target
from gridpoints.community.model import Member
from gridpoints.errors import HoursNeeded, NotUsable, OwnEntry, OwnFamily
from gridpoints.storage.port import Work
from gridpoints.values import SYSTEM, Step, check_decimal, check_text, shown


@frozen
class Verifying(Claims):
    """What was submitted is judged by somebody else, and credited through the awards."""

    def verify(
        self,
        claim_id: str,
        *,
        evidence: Iterable[str] = (),
        facts: Facts | None = None,
        quantity: Decimal | None = None,
    ) -> tuple[Claim, Award]:
        """Confirm what a claimant submitted, and credit it by the rules of its day.

        Where these ask for them, who verifies tells the `facts` of the deed, by name, and its `quantity`,
        unless it is paid by the hour or each time: `NotUsable`. What is missing is asked for
        (`FactNeeded`, `QuantityNeeded`).

        Anybody but the claimant (`OwnClaim`), who wrote the hours down for them (`OwnEntry`), and,
        where the `Conditions` ask for it, their household (`OwnFamily`); for a wish its beneficiary,
        or somebody who speaks for them (`NotTheBeneficiary`). Hours that an administrator entered are
        kept for the record: the award has 0 points, unless the `Conditions` let them count.

        `evidence`, texts or links, is added to what was submitted with the claim. Raises `EvidenceNeeded`
        where the rules ask for some, and there is none.
        """
        with self.context.begin() as work:
            claim, claimed = self._locked(work, claim_id)
            self._must_be_another(work, claim, claimed)
            known = claim.provenance or (None if claim.hours is None else Provenance.CLAIMED)
            award_id = f"claim:{claim.id}"
            verified = CLAIM.advance(
                claim,
                ClaimStatus.VERIFIED,
                verified_by=self.context.actor.id,
                award_id=award_id,
                provenance=known,
                evidence=self._shown(claim, evidence),
                due_at=None,
                waits_since=None,
            )
            report = self._report(award_id, verified, claimed, facts or {}, quantity)
            if quantity not in (None, report.quantity):
                raise NotUsable(field="quantity", value=shown(quantity))
            award = self._credited(work, report, verified, claimed)
            claimed.verified()  # after the award: limits are locked before the accounts of bounties
            return self.context.change(work, claim, verified), award

    def correct(
        self,
        claim_id: str,
        hours: Decimal | None,
        *,
        reason: str,
        queue: bool = False,
        evidence: Iterable[str] = (),
    ) -> tuple[Claim, Award]:
        """Correct the hours of a verified claim: what was credited is reversed, and credited anew.

        The new award is judged by the version of the rules that is in force for that day by now, and
        says which; facts and quantities stay as they were told. With the same hours and evidence under the
        same version nothing changes. An organiser does it: raises `NotTheOrganiser`, what `verify` does,
        `OwnAward`, and what `Awards.reverse` does, where `queue` is explained.
        """
        reason = check_text("reason", reason)
        with self.context.begin() as work:
            claim, claimed = self._locked(work, claim_id)
            self._must_be_another(work, claim, claimed)
            self._must_organise(claim, claimed)
            if hours is None and claim.hours is not None:
                raise HoursNeeded(claim=claim.id)
            if hours is not None:
                self._check_hours(claim, claimed, check_decimal("hours", hours))
            number = claim.corrections + 1
            award_id = f"claim:{claim.id}#{number}"
            corrected = CORRECTION.advance(
                claim,
                ClaimStatus.VERIFIED,
                hours=hours,
                verified_by=self.context.actor.id,
                award_id=award_id,
                corrections=number,
                provenance=claim.provenance or (None if hours is None else Provenance.ENTERED),
                evidence=self._shown(claim, evidence),
            )
            standing = Awards(self.context).award(claim.award_id or "")
            report = self._report(award_id, corrected, claimed, standing.told, standing.quantity)
            by_now = Awards(self.context).preview(report)
            told = (corrected.hours, corrected.evidence, by_now.rule_set)
            if told == (claim.hours, claim.evidence, standing.rule_set):
                return claim, standing
            self._uncredit(standing, reason, queue=queue)
            award = self._credited(work, report, corrected, claimed)
            return self.context.change(work, claim, corrected, reason), award

    def _uncredit(self, award: Award, reason: str, *, queue: bool) -> None:
        """End what a claim was credited with, whatever became of it so far."""
        if award.status is AwardStatus.CREDITED:
            Awards(self.context).take_back(award.id, reason, queue=queue)
        elif award.status is AwardStatus.PENDING:
            Awards(self.context).withdraw(award.id, reason)

    def _must_be_another(self, work: Work, claim: Claim, claimed: Claimable) -> None:
        """Raise where who acts cannot judge the claim."""
        actor = self.context.actor
        self._must_be_anothers(claim)
        if actor.id == claim.entered_by and actor.roles.isdisjoint(SYSTEM.roles):
            raise OwnEntry(actor=actor.id, claim=claim.id)
        claimed.must_be_verified_by(actor)
        if not self._conditions(work, claimed).family_verifies:
            household = work.get(Member, claim.member_id).household_id
            if household and work.count(Member, {"id": actor.id, "household_id": household}):
                raise OwnFamily(actor=actor.id, claim=claim.id)

    def _credited(self, work: Work, report: Report, claim: Claim, claimed: Claimable) -> Award:
        if claim.provenance is Provenance.ENTERED and not self._conditions(work, claimed).entered_counts:
            return Awards(self.context).keep_for_record(report, Step("entered_hours"))
        return Awards(self.context).credit(report)

    def _report(
        self,
        id: str,
        claim: Claim,
        claimed: Claimable,
        facts: Facts,
        quantity: Decimal | None,
    ) -> Report:
        """The deed that a verified claim stands for; `quantity` counts where the claim itself has none."""
        deed, done_at = claimed.deed()
        rule = Awards(self.context).rule_for(deed, done_at)
        quantities: Mapping[str | None, Decimal | None] = {"hour": claim.hours, "time": Decimal(1)}
        return Report(
            id=id,
            member_id=claim.member_id,
            deed=deed,
            day=self.context.local_day(done_at),
            quantity=quantities.get(rule.amount.per, quantity),
            source=f"{claim.target}:{claim.target_id}",
            facts=facts,
            evidence=claim.evidence,
            former=True,
        )

    def dispute(self, claim_id: str, *, reason: str) -> Claim:
        """Doubt what was submitted; it is then verified after all, or made void by an organiser.

        Those do who may be asked to verify it, also who wrote it down. Raises as `verify` does.
        """
        with self.context.begin() as work:
            claim, claimed = self._locked(work, claim_id)
            self._must_be_anothers(claim)
            claimed.must_be_verified_by(self.context.actor)
            return self.context.change(work, claim, ended(claim, ClaimStatus.DISPUTED), reason)

    def void(self, claim_id: str, *, reason: str, queue: bool = False) -> Claim:
        """Decide that a claim counts for nothing; a wish is published again, unless its file is closed.

        One that is disputed, or was never accounted for; one that is verified as well: what it was
        credited with is then reversed, as `correct` does, and its share of the bounties goes back to those
        who put them up. Organisers decide, and on a wish whoever may confirm it: raises `OwnClaim`,
        `NotTheOrganiser` or `NotTheBeneficiary`.
        """
        reason = check_text("reason", reason)
        with self.context.begin() as work:
            claim, claimed = self._locked(work, claim_id)
            self._must_be_anothers(claim)
            if claim.target is Target.WISH:
                claimed.must_be_verified_by(self.context.actor)
            else:
                self._must_organise(claim, claimed)
            if claim.status is ClaimStatus.VERIFIED:
                void = CORRECTION.advance(claim, ClaimStatus.VOID)
                self._uncredit(Awards(self.context).award(claim.award_id or ""), reason, queue=queue)
                claimed.came_to_nothing(claim, reason, queue=queue)
            else:
                void = ended(claim, ClaimStatus.VOID)
            self.context.change(work, claim, void, reason)
            claimed.let_go()
            return void
