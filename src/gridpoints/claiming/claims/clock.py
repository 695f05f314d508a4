"""What happens to claims by itself: offers, leases and requests lapse, check-outs are missed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime

from attrs import frozen

from gridpoints.claiming.claims.machine import Claims, ended
from gridpoints.claiming.model import TIMED, Claim, ClaimStatus, Target
from gridpoints.storage.port import Range, Work

#: How many things are looked after in one unit of work by `ClaimClock.tick`.
_AT_ONCE = 500


@frozen
class ClaimClock(Claims):
    """What is due is done when somebody says so, as often as they like."""

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


def _due(now: datetime) -> Mapping[str, object]:
    return {"status": TIMED, "due_at": Range(at_most=now)}


def _when_due(claim: Claim) -> Claim:
    """What becomes of a claim whose time has come."""
    missing_check_out = claim.status is ClaimStatus.CHECKED_IN
    return ended(claim, ClaimStatus.UNACCOUNTED if missing_check_out else ClaimStatus.LAPSED)
