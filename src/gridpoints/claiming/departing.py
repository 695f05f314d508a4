"""What those leave behind who left the community: others get their places, and their wishes end."""

from __future__ import annotations

from datetime import datetime

from attrs import evolve, frozen

from gridpoints.catalog.model import ItemStatus, Session
from gridpoints.catalog.operations import Catalog
from gridpoints.catalog.posts import Errand
from gridpoints.claiming.claims.machine import ended
from gridpoints.claiming.model import EXPECTED, Claim, ClaimStatus, Target
from gridpoints.claiming.undertaking import RunErrand
from gridpoints.claiming.wishes.model import WISH, Wish, WishStatus
from gridpoints.claiming.wishes.wished import Wished
from gridpoints.claiming.wishes.wishing import Wishing
from gridpoints.community.leaving import AT_ONCE, LEFT, left_by
from gridpoints.community.model import Member, MemberStatus
from gridpoints.context import in_batches, must_be_done
from gridpoints.errors import SessionStarted
from gridpoints.storage.port import Range, Work
from gridpoints.values import SYSTEM

#: What ends when somebody leaves: nothing has begun yet.
NOT_BEGUN = (ClaimStatus.REQUESTED, ClaimStatus.WAITLISTED, ClaimStatus.OFFERED, *EXPECTED)
#: A giver has done their part, and somebody has still to judge it.
_REPORTED = (ClaimStatus.SUBMITTED, ClaimStatus.DISPUTED)
_CAN_BE_WITHDRAWN = tuple(status for status, to in WISH.moves.items() if WishStatus.WITHDRAWN in to)
_ASKED_FOR = (ItemStatus.DRAFT, ItemStatus.PUBLISHED)


@frozen
class Departing(Wishing):
    """Who left keeps nothing from others; what they worked before is verified and credited as ever."""

    def tick_departed(self, now: datetime | None = None) -> list[Claim]:
        """End what members have taken on who left by `now` (None, or ahead of the clock: by now).

        What they asked for ends as well; answers the claims that ended.

        Of their claims, those on sessions that have not begun, and on wishes, posts, errands and tasks of
        which nothing was reported. A wish or an errand of theirs ends unless a giver has reported that it
        is done, and that waits to be judged. As often as one likes: it happens once. Raises `NotAllDone`
        where something could not be ended, after all the rest was.
        """
        if self.context.actor != SYSTEM:  # whoever says what time it is: nobody decides this
            return evolve(self, context=evolve(self.context, actor=SYSTEM)).tick_departed(now)
        with self.context.read() as work:
            left = left_by(work, self.context.until(now))
            some = [left[start : start + AT_ONCE] for start in range(0, len(left), AT_ONCE)]
            holding = sorted({id for ids in some for id in self._leaving_something(work, ids)})
        gone, refused = in_batches(lambda some: self._depart(*some), holding, 1)
        must_be_done(refused)
        return gone

    def _depart(self, member_id: str) -> list[Claim]:
        with self.context.begin() as work:
            # The person first, as whoever claims does: they may be back.
            if work.get(Member, member_id, lock=True).status is not MemberStatus.LEFT:
                return []
            return [*self._given_back(work, member_id), *self._asked_no_more(work, member_id)]

    def _leaving_something(self, work: Work, left: list[str]) -> set[str]:
        """Those of them who have something to be ended."""
        fields = ("member_id", "target", "target_id")
        claims = work.select(Claim, fields, {"member_id": left, "status": NOT_BEGUN})
        sessions = sorted({id for _, target, id in claims if target == Target.SESSION})
        ahead = {"id": sessions, "starts_at": Range(above=self.context.now())}
        to_come = {id for (id,) in work.select(Session, ("id",), ahead)} if sessions else set[str]()
        asked = [
            *work.select(Wish, ("beneficiary_id",), {"beneficiary_id": left, "status": _CAN_BE_WITHDRAWN}),
            *work.select(Errand, ("member_id",), {"member_id": left, "status": _ASKED_FOR}),
        ]
        holding = {who for who, target, id in claims if target != Target.SESSION or id in to_come}
        return holding | {who for (who,) in asked}

    def _given_back(self, work: Work, member_id: str) -> list[Claim]:
        open_ones = work.find(
            Claim, {"member_id": member_id, "status": NOT_BEGUN}, order=("target", "target_id")
        )
        return [gone for claim in open_ones for gone in self._give_back(work, claim.id)]

    def _give_back(self, work: Work, claim_id: str) -> list[Claim]:
        claim, claimed = self._locked(work, claim_id)
        if claim.status not in NOT_BEGUN:
            return []
        try:
            claimed.must_let_go()
        except SessionStarted:  # they may have been there
            return []
        gone = self.context.change(work, claim, ended(claim, ClaimStatus.CANCELLED), LEFT)
        claimed.let_go()
        return [gone]

    def _asked_no_more(self, work: Work, member_id: str) -> list[Claim]:
        gone: list[Claim] = []
        wishes = {"beneficiary_id": member_id, "status": _CAN_BE_WITHDRAWN}
        for (id,) in work.select(Wish, ("id",), wishes):
            wished = Wished.locked(self.context, work, id)
            claims = wished.held()
            if wished.wish.status in _CAN_BE_WITHDRAWN and not any(c.status in _REPORTED for c in claims):
                gone += self._take_back(work, wished, LEFT)
        for (id,) in work.select(Errand, ("id",), {"member_id": member_id, "status": _ASKED_FOR}):
            errand = RunErrand.locked(self.context, work, id).listed
            held = {"target": Target.ERRAND, "target_id": id, "status": (*NOT_BEGUN, *_REPORTED)}
            claims = work.find(Claim, held)
            if errand.status in _ASKED_FOR and not any(claim.status in _REPORTED for claim in claims):
                gone += [each for claim in claims for each in self._give_back(work, claim.id)]
                Catalog(self.context).close(errand, reason=LEFT)
        return gone
