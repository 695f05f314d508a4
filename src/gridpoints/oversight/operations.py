"""The room ``oversight``: what looks odd is laid before a person, with its evidence (监督)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from attrs import frozen

from gridpoints.awards.model import Award
from gridpoints.awards.reviews import Review, Vote
from gridpoints.claiming.model import Claim
from gridpoints.community.model import Member
from gridpoints.context import Context
from gridpoints.errors import NotForYourEyes
from gridpoints.oversight.findings import (
    Confirmed,
    odd_hours,
    one_family,
    refunds_after_earning,
    rings,
    velocity,
)
from gridpoints.oversight.model import USUAL, Finding, Look, Looked, Thresholds, Verdict
from gridpoints.redemption.acting import till_actor_id
from gridpoints.redemption.model import Redemption, RedemptionStatus, Refund
from gridpoints.redemption.tills import Outlet, Till
from gridpoints.rules.operations import Rules
from gridpoints.rules.permissions import Right
from gridpoints.storage.port import Range, Work
from gridpoints.values import Interval, check_one_of, check_text, midnight

#: Those whose goods were handed out.
_HANDED_OUT = (RedemptionStatus.CAPTURED, RedemptionStatus.REFUNDED)


@frozen
class Oversight:
    """Findings, and what people made of them."""

    context: Context

    def findings(
        self, *, first: date | None = None, last: date | None = None, thresholds: Thresholds = USUAL
    ) -> list[Looked]:
        """What looks odd on the local days from `first` to `last`: without them, of the last 90 days.

        Each with what was made of it, the ones that nobody looked at first. Nothing is changed, and nobody
        is told. Raises `NotForYourEyes` unless the actor may see the statements of others.
        """
        self._must_be_let()
        last = last or self.context.today()
        first = first or last - timedelta(days=89)
        zone = self.context.zone
        within = Interval(midnight(first, zone), midnight(last + timedelta(days=1), zone))
        with self.context.read() as work:
            found = list(self._found(work, within, thresholds))
            looks = {look.id: look for look in work.find(Look, {"id": [each.id for each in found]})}
        looked = [Looked(each, looks.get(each.id)) for each in found]
        return sorted(looked, key=lambda each: each.look is not None)

    def look(self, finding: Finding, verdict: Verdict | str, *, note: str) -> Look:
        """Note what somebody made of a finding, and why; it can be looked at again with more evidence.

        Raises `RecordExists` where somebody did.
        """
        self._must_be_let()
        look = Look(
            id=finding.id,
            suspicion=finding.suspicion,
            verdict=check_one_of("verdict", verdict, Verdict),
            note=check_text("note", note),
            looked_at=self.context.now(),
            looked_by=self.context.actor.id,
        )
        with self.context.begin() as work:
            return self.context.keep(work, look)

    def _must_be_let(self) -> None:
        today = self.context.today()
        permissions = Rules(self.context).calendar().on(today).on(today).terms.permissions
        if not permissions.permits(Right.SEE_STATEMENTS, self.context.actor.roles):
            raise NotForYourEyes(
                actor=self.context.actor.id, roles=tuple(sorted(permissions.rights[Right.SEE_STATEMENTS]))
            )

    def _found(self, work: Work, within: Interval, limits: Thresholds) -> Iterator[Finding]:
        when = Range(at_least=within.start, below=within.end)
        redemptions = work.find(Redemption, {"status": _HANDED_OUT, "captured_at": when})
        refunds = work.find(Refund, {"refunded_at": when})
        given_back = {each.redemption_id for each in refunds}
        of_refunds = {each.id: each for each in work.find(Redemption, {"id": sorted(given_back)})}
        ids = sorted({each.member_id for each in redemptions})
        homes = {member.id: member.household_id for member in work.find(Member, {"id": ids})}
        outlets = {outlet.id: outlet for outlet in work.find(Outlet)}
        tills = {till_actor_id(till.id): outlets.get(till.outlet_id) for till in work.find(Till)}
        yield from velocity(redemptions, limits)
        yield from rings(self._confirmed(work, within), limits)
        yield from one_family(redemptions, homes.get, limits)
        yield from refunds_after_earning(refunds, of_refunds, limits)
        yield from odd_hours(redemptions, tills.get, self.context.zone, limits)

    def _confirmed(self, work: Work, within: Interval) -> Iterator[Confirmed]:
        """Who confirmed what of whom: claims that were verified, and votes for awards."""
        when = Range(at_least=within.start, below=within.end)
        for claim in work.find(Claim, {"claimed_at": when}):
            if claim.verified_by is not None:
                yield Confirmed(claim.verified_by, claim.member_id, claim.id)
        votes = work.find(Vote, {"cast_at": when, "side": "for"})
        reviews = {
            review.id: review.award_id
            for review in work.find(Review, {"id": sorted({vote.review_id for vote in votes})})
        }
        members = {
            award.id: award.member_id for award in work.find(Award, {"id": sorted(set(reviews.values()))})
        }
        for vote in votes:
            yield Confirmed(vote.voter, members[reviews[vote.review_id]], vote.id)
