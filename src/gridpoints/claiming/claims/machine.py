"""The machine that every claim runs through, whatever is claimed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from itertools import chain
from typing import ClassVar

from attrs import frozen

from gridpoints.claiming.claims.claimable import Claimable
from gridpoints.claiming.conditions import UNCONDITIONAL, Conditions
from gridpoints.claiming.model import (
    CLAIM,
    Claim,
    ClaimStatus,
    Target,
)
from gridpoints.community.consents import EVERYWHERE
from gridpoints.community.model import Member
from gridpoints.context import Context
from gridpoints.errors import (
    HoursOutOfRange,
    IllegalTransition,
    NotForOthers,
    NoTimeSpent,
    NotTheClaimant,
    NotTheOrganiser,
    OwnClaim,
    WrongTarget,
)
from gridpoints.storage.port import Work
from gridpoints.values import check_text


@frozen
class Claims:
    """Claims are read; what the rest of the machine, in the modules beside this one, is made of."""

    context: Context

    #: What can be claimed.
    claimables: ClassVar[Mapping[Target, type[Claimable]]]

    # --- reading ------------------------------------------------------------------------------

    def claim(self, id: str) -> Claim:
        """The claim of that id; raises `RecordUnknown`."""
        with self.context.read() as work:
            return work.get(Claim, id)

    def claims_of(self, member_id: str) -> list[Claim]:
        """Everything a member ever claimed, and what came of it, by time."""
        with self.context.read() as work:
            return work.find(Claim, {"member_id": member_id}, order=("claimed_at", "id"))

    def claims_on(
        self, target_id: str, *statuses: ClaimStatus, target: Target | str = Target.SESSION
    ) -> list[Claim]:
        """The claims on a session (in these states), or on another target; first come first.

        So also the waiting list (`WAITLISTED`), and what there is to verify (`SUBMITTED`).
        """
        where: dict[str, object] = {"target": target, "target_id": target_id}
        if statuses:
            where["status"] = statuses
        with self.context.read() as work:
            return work.find(Claim, where, order=("claimed_at", "id"))

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

    def _must_be_anothers(self, claim: Claim) -> None:
        """Raise `OwnClaim` for the claimant."""
        if self.context.actor.id == claim.member_id:
            raise OwnClaim(actor=claim.member_id)

    def _must_organise(self, claim: Claim, claimed: Claimable) -> None:
        """Raise `NotTheOrganiser` for the claimant, and for who acts for nobody but themselves."""
        actor = self.context.actor
        if actor.id == claim.member_id or not claimed.looked_after_by(actor):
            raise NotTheOrganiser(actor=actor.id)

    def _must_be_theirs(self, claim: Claim, claimed: Claimable) -> None:
        """Raise `NotTheClaimant` for everybody but the claimant and organisers."""
        actor = self.context.actor
        if actor.id != claim.member_id and not claimed.looked_after_by(actor):
            raise NotTheClaimant(actor=actor.id, claim=claim.id)

    def _must_claim_for(self, member: Member, claimed: Claimable) -> None:
        """Raise `NotForOthers` for who takes something on for another, and does not look after it."""
        actor = self.context.actor
        if actor.id != member.id and not claimed.looked_after_by(actor):
            raise NotForOthers(actor=actor.id, member=member.name)

    def _scopes(self, claimed: Claimable) -> tuple[str, ...]:
        """The ids of the `Conditions` that apply to it, the most particular first."""
        return ()

    def _conditions(self, work: Work, claimed: Claimable) -> Conditions:
        [conditions] = conditions_under(work, self._scopes(claimed))
        return conditions

    def _cancelled_as(self, work: Work, claim: Claim, claimed: Claimable) -> ClaimStatus:
        """How a claim ends that its claimant gives back now."""
        return ClaimStatus.CANCELLED

    def _confirmed(self, work: Work, claim: Claim, claimed: Claimable) -> Claim:
        """What a request becomes that is granted; raises where there is no place."""
        raise WrongTarget(claim=claim.id, target=claim.target)

    def _accepted(self, work: Work, member: Member, claim: Claim, claimed: Claimable) -> Claim:
        """What an offer becomes that its claimant accepts; raises where they cannot."""
        raise WrongTarget(claim=claim.id, target=claim.target)

    def _shown(self, claim: Claim, evidence: Iterable[str]) -> tuple[str, ...]:
        """The evidence of a claim, with what is added to it; raises `BlankText` or `BadText`."""
        added = (evidence,) if isinstance(evidence, str) else evidence
        return tuple(dict.fromkeys((*claim.evidence, *(check_text("evidence", each) for each in added))))

    def _check_hours(self, claim: Claim, claimed: Claimable, hours: Decimal) -> None:
        """Raise `HoursOutOfRange` where it cannot have taken so long."""
        written = self.context.actor.id != claim.member_id
        longest = claimed.longest(claim, written=written)
        if not (hours.is_finite() and 0 < hours <= longest):
            raise (HoursOutOfRange if longest else NoTimeSpent)(hours=hours, longest=longest)


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


def ended(claim: Claim, to: ClaimStatus, **changes: object) -> Claim:
    """The claim in a status in which no clock runs for it; one that is disputed still waits to be judged."""
    waits_since = claim.waits_since if to is ClaimStatus.DISPUTED else None
    return CLAIM.advance(claim, to, due_at=None, waits_since=waits_since, **changes)
