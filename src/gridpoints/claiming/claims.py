"""The machine that every claim runs through, whatever is claimed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from itertools import chain
from typing import ClassVar

from attrs import frozen

from gridpoints.awards.model import Award, AwardStatus, Report
from gridpoints.awards.operations import Awards
from gridpoints.claiming.claimable import Claimable
from gridpoints.claiming.conditions import EVERYWHERE, UNCONDITIONAL, Conditions
from gridpoints.claiming.model import (
    CLAIM,
    CORRECTION,
    ORGANISERS,
    TIMED,
    Claim,
    ClaimStatus,
    Provenance,
    Target,
)
from gridpoints.community.model import Member
from gridpoints.context import Context
from gridpoints.errors import (
    HoursNeeded,
    IllegalTransition,
    NotTheClaimant,
    NotTheOrganiser,
    OwnClaim,
    OwnEntry,
    OwnFamily,
    WrongTarget,
)
from gridpoints.storage.port import Range, Work
from gridpoints.values import Step, check_decimal, check_text

#: How many things are looked after in one unit of work by `Claims.tick`.
_AT_ONCE = 500


@frozen
class Claims:
    """Claims are given back, verified by somebody else, disputed, corrected, and read."""

    context: Context

    #: What can be claimed.
    claimables: ClassVar[Mapping[Target, type[Claimable]]]

    # --- claims that come to nothing ----------------------------------------------------------

    def cancel(self, claim_id: str, *, reason: str | None = None) -> Claim:
        """Give a claim, a request, an offer or a place in line back.

        What it held is free: the place goes to the next in line, the wish is published again. Late,
        where the `Conditions` say so. Raises `SessionStarted` once a session has begun, unless it was
        cancelled.
        """
        with self.context.begin() as work:
            claim, claimed = self._locked(work, claim_id)
            claimed.must_let_go()
            to = self._cancelled_as(work, claim, claimed)
            cancelled = self.context.change(work, claim, _ended(claim, to), reason)
            claimed.let_go()
            return cancelled

    def call_off(self, claim_id: str, *, reason: str) -> Claim:
        """Cancel somebody's claim as the organiser; see `Conditions.called_off_deed` for what they get."""
        with self.context.begin() as work:
            claim, claimed = self._locked(work, claim_id)
            self._must_organise(claim)
            called_off = self._call_off(work, [claim], self._conditions(work, claimed), reason)
            claimed.let_go()
            return called_off[0]

    def _call_off(
        self, work: Work, claims: Iterable[Claim], conditions: Conditions, reason: str | None
    ) -> list[Claim]:
        """End locked claims; credit those who were sure of a place, where the conditions name a deed."""
        ended = []
        for claim in claims:
            award_id = None
            sure = claim.status in (
                ClaimStatus.CONFIRMED,
                ClaimStatus.STAND_IN_WANTED,
                ClaimStatus.CHECKED_IN,
            )
            if sure and claim.team is None and conditions.called_off_deed is not None:
                award_id = f"claim:{claim.id}"
                source, today = f"{claim.target}:{claim.target_id}", self.context.today()
                report = Report(award_id, claim.member_id, conditions.called_off_deed, today, source=source)
                Awards(self.context).credit(report)
            ended.append((claim, _ended(claim, ClaimStatus.CALLED_OFF, award_id=award_id)))
        self.context.change_all(work, ended, reason)
        return [new for _, new in ended]

    def no_show(self, claim_id: str) -> Claim:
        """Note that somebody did not come to a session that is over. Raises `OwnClaim`."""
        with self.context.begin() as work:
            claim, claimed = self._locked(work, claim_id, Target.SESSION)
            claimed.must_be_over()
            if self.context.actor.id == claim.member_id:
                raise OwnClaim(actor=claim.member_id)
            return self.context.change(work, claim, _ended(claim, ClaimStatus.NO_SHOW))

    def excuse(self, claim_id: str, *, reason: str) -> Claim:
        """Excuse who stayed away, cancelled late, or did not check out, as the organiser."""
        with self.context.begin() as work:
            claim, claimed = self._locked(work, claim_id)
            self._must_organise(claim)
            excused = self.context.change(work, claim, _ended(claim, ClaimStatus.EXCUSED), reason)
            claimed.let_go()
            return excused

    def abandon(self, claim_id: str, *, reason: str) -> Claim:
        """Note that somebody who had checked in left before it was done: the claim counts for nothing."""
        with self.context.begin() as work:
            claim, claimed = self._locked(work, claim_id)
            self._must_be_theirs(claim)
            abandoned = self.context.change(work, claim, _ended(claim, ClaimStatus.ABANDONED), reason)
            claimed.let_go()
            return abandoned

    # --- verified by somebody else ------------------------------------------------------------

    def verify(self, claim_id: str) -> tuple[Claim, Award]:
        """Confirm what a claimant submitted, and credit it by the rules of its day.

        Anybody but the claimant (`OwnClaim`), who wrote the hours down for them (`OwnEntry`), and,
        where the `Conditions` ask for it, their household (`OwnFamily`); for a wish its beneficiary,
        or somebody who speaks for them (`NotTheBeneficiary`). Hours that an administrator entered are
        kept for the record: the award has 0 points, unless the `Conditions` let them count.
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
                due_at=None,
            )
            award = self._credited(work, award_id, verified, claimed)
            claimed.verified()  # after the award: limits are locked before the accounts of bounties
            return self.context.change(work, claim, verified), award

    def correct(
        self, claim_id: str, hours: Decimal | None, *, reason: str, queue: bool = False
    ) -> tuple[Claim, Award]:
        """Correct the hours of a verified claim: what was credited is reversed, and credited anew.

        The new award is judged by the version of the rules that is in force for that day by now, and
        says which; with the same hours under the same version nothing changes. Raises `OwnClaim`,
        `OwnAward`, and what `Awards.reverse` does, where `queue` is explained.
        """
        reason = check_text("reason", reason)
        with self.context.begin() as work:
            claim, claimed = self._locked(work, claim_id)
            self._must_be_another(work, claim, claimed)
            if hours is None and claim.hours is not None:
                raise HoursNeeded(claim=claim.id)
            if hours is not None:
                self._check_hours(claim, claimed, hours)
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
            )
            standing = Awards(self.context).award(claim.award_id or "")
            by_now = Awards(self.context).preview(self._report(award_id, corrected, claimed))
            if hours == claim.hours and standing.rule_set == by_now.rule_set:
                return claim, standing
            self._uncredit(standing, reason, queue=queue)
            award = self._credited(work, award_id, corrected, claimed)
            return self.context.change(work, claim, corrected, reason), award

    def _uncredit(self, award: Award, reason: str, *, queue: bool) -> None:
        """End what a claim was credited with, whatever became of it so far."""
        if award.status is AwardStatus.CREDITED:
            Awards(self.context).reverse(award.id, reason, queue=queue)
        elif award.status is AwardStatus.PENDING:
            Awards(self.context).withdraw(award.id, reason)

    def _must_be_another(self, work: Work, claim: Claim, claimed: Claimable) -> None:
        """Raise where who acts cannot judge the claim."""
        actor = self.context.actor
        if actor.id == claim.member_id:
            raise OwnClaim(actor=actor.id)
        if actor.id == claim.entered_by:
            raise OwnEntry(actor=actor.id, claim=claim.id)
        claimed.must_be_verified_by(actor)
        if not self._conditions(work, claimed).family_verifies:
            household = work.get(Member, claim.member_id).household_id
            if household and work.count(Member, {"id": actor.id, "household_id": household}):
                raise OwnFamily(actor=actor.id, claim=claim.id)

    def _credited(self, work: Work, id: str, claim: Claim, claimed: Claimable) -> Award:
        report = self._report(id, claim, claimed)
        if claim.provenance is Provenance.ENTERED and not self._conditions(work, claimed).entered_counts:
            return Awards(self.context).keep_for_record(report, Step("entered_hours"))
        return Awards(self.context).credit(report)

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
            return self.context.change(work, claim, _ended(claim, ClaimStatus.DISPUTED), reason)

    def void(self, claim_id: str, *, reason: str, queue: bool = False) -> Claim:
        """Decide that a claim counts for nothing; a wish is published again.

        One that is disputed, or was never accounted for; one that is verified as well: what it was
        credited with is then reversed, as `correct` does. Raises `OwnClaim`.
        """
        with self.context.begin() as work:
            claim, claimed = self._locked(work, claim_id)
            if self.context.actor.id == claim.member_id:
                raise OwnClaim(actor=claim.member_id)
            if claim.status is ClaimStatus.VERIFIED:
                void = CORRECTION.advance(claim, ClaimStatus.VOID)
                self._uncredit(Awards(self.context).award(claim.award_id or ""), reason, queue=queue)
            else:
                void = _ended(claim, ClaimStatus.VOID)
            self.context.change(work, claim, void, reason)
            claimed.let_go()
            return void

    # --- the clock ----------------------------------------------------------------------------

    def tick(self) -> list[Claim]:
        """Let happen what is due by now; answers the claims that moved.

        An offer that nobody accepted goes to the next in line; a lease or a team's places that ran
        out go back; what still waits when a session begins ends; who did not check out is
        unaccounted for. To be called as often as one likes, in any order, and after any pause:
        nothing happens twice, and little is read where nothing is due.
        """
        now = self.context.now()
        with self.context.read() as work:
            due = work.find(Claim, _due(now), order=("due_at", "id"))
        by_target: defaultdict[tuple[Target, str], list[str]] = defaultdict(list)
        for claim in due:
            by_target[claim.target, claim.target_id].append(claim.id)
        moved: list[Claim] = []
        targets = sorted(by_target)
        for start in range(0, len(targets), _AT_ONCE):
            some = targets[start : start + _AT_ONCE]
            with self.context.begin() as work:
                moved += self._let_happen(work, {each: by_target[each] for each in some}, now)
        return moved

    def _let_happen(
        self, work: Work, due: Mapping[tuple[Target, str], list[str]], now: datetime
    ) -> list[Claim]:
        """Move the claims that are due on some targets, which are locked first, in order."""
        claimed = self._locked_all(work, list(due))
        ids = [id for each in due.values() for id in each]
        claims = work.find(Claim, {"id": ids, **_due(now)}, lock=True)
        moves = [(claim, _when_due(claim)) for claim in claims]
        self.context.change_all(work, moves)
        freed = dict.fromkeys((claim.target, claim.target_id) for claim in claims)
        self._let_go_all(work, [claimed[target] for target in freed])
        return [new for _, new in moves]

    def _let_go_all(self, work: Work, claimed: Sequence[Claimable]) -> None:
        """`Claimable.let_go` for many."""
        for each in claimed:
            each.let_go()

    def _locked_all(
        self, work: Work, targets: Sequence[tuple[Target, str]]
    ) -> dict[tuple[Target, str], Claimable]:
        return {
            (target, id): self.claimables[target].locked(self.context, work, id) for target, id in targets
        }

    # --- reading ------------------------------------------------------------------------------

    def claim(self, id: str) -> Claim:
        """The claim of that id; raises `RecordUnknown`."""
        with self.context.read() as work:
            return work.get(Claim, id)

    def claims_of(self, member_id: str) -> list[Claim]:
        """Everything a member ever claimed, and what came of it, by time."""
        with self.context.read() as work:
            return work.find(Claim, {"member_id": member_id}, order=("claimed_at", "id"))

    # --- what all that is made of -------------------------------------------------------------

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

    def _must_organise(self, claim: Claim) -> None:
        """Raise `NotTheOrganiser` for the claimant, and for who acts for nobody but themselves."""
        actor = self.context.actor
        if actor.id == claim.member_id or not actor.roles & ORGANISERS:
            raise NotTheOrganiser(actor=actor.id)

    def _must_be_theirs(self, claim: Claim) -> None:
        """Raise `NotTheClaimant` for everybody but the claimant and organisers."""
        actor = self.context.actor
        if actor.id != claim.member_id and not actor.roles & ORGANISERS:
            raise NotTheClaimant(actor=actor.id, claim=claim.id)

    def _scopes(self, claimed: Claimable) -> tuple[str, ...]:
        """The ids of the `Conditions` that apply to it, the most particular first."""
        return ()

    def _conditions(self, work: Work, claimed: Claimable) -> Conditions:
        [conditions] = conditions_under(work, self._scopes(claimed))
        return conditions

    def _cancelled_as(self, work: Work, claim: Claim, claimed: Claimable) -> ClaimStatus:
        """How a claim ends that its claimant gives back now."""
        return ClaimStatus.CANCELLED

    def _check_hours(self, claim: Claim, claimed: Claimable, hours: Decimal) -> None:
        """Raise where it cannot have taken so long."""
        check_decimal("hours", hours)


def conditions_under(work: Work, *scopes: tuple[str, ...]) -> list[Conditions]:
    """For each of several things, the conditions of its first scope that has any, else the community's."""
    ids = dict.fromkeys([EVERYWHERE, *chain.from_iterable(scopes)])
    found = {each.id: each for each in work.find(Conditions, {"id": tuple(ids)})}
    everywhere = found.get(EVERYWHERE, UNCONDITIONAL)
    return [next((found[id] for id in of if id in found), everywhere) for of in scopes]


def must_stand(claim: Claim, status: ClaimStatus, to: ClaimStatus) -> None:
    """Raise `IllegalTransition` unless the claim goes `to` a status from that one."""
    if claim.status is not status:
        others = sorted(str(each) for each in CLAIM.moves[claim.status] if each is not to)
        raise IllegalTransition(
            kind="claim", id=claim.id, status=str(claim.status), wanted=str(to), allowed=tuple(others)
        )


def _due(now: datetime) -> Mapping[str, object]:
    return {"status": TIMED, "due_at": Range(at_most=now)}


def _when_due(claim: Claim) -> Claim:
    """What becomes of a claim whose time has come."""
    missing_check_out = claim.status is ClaimStatus.CHECKED_IN
    return _ended(claim, ClaimStatus.UNACCOUNTED if missing_check_out else ClaimStatus.LAPSED)


def _ended(claim: Claim, to: ClaimStatus, **changes: object) -> Claim:
    """The claim in a status in which no clock runs for it."""
    return CLAIM.advance(claim, to, due_at=None, **changes)
