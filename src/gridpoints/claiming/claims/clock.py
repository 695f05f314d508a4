"""What happens to claims by itself: offers, leases and requests lapse, check-outs are missed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from itertools import groupby
from operator import itemgetter

from attrs import frozen

from gridpoints.claiming.claims.machine import Claims, ended
from gridpoints.claiming.model import TIMED, Claim, ClaimStatus, Target
from gridpoints.context import in_batches, must_be_done
from gridpoints.storage.port import Range

#: How many things are looked after in one unit of work by `ClaimClock.tick`.
_AT_ONCE = 500


@frozen
class ClaimClock(Claims):
    """What is due is done when somebody says so, as often as they like."""

    def tick(self, now: datetime | None = None) -> list[Claim]:
        """Let happen what is due by `now` (None, or ahead of the clock: by now); answers what claims moved.

        An offer that nobody accepted goes to the next in line; a lease or a team's places that ran
        out go back; what still waits when a session begins ends; who did not check out is
        unaccounted for. To be called as often as one likes, in any order, and after any pause:
        nothing happens twice, and little is read where nothing is due. Raises `NotAllDone` where
        something could not be done, after all the rest was.
        """
        now = self.context.until(now)
        of = ("target", "target_id")
        with self.context.read() as work:
            due = work.select(Claim, (*of, "id"), _due(now), order=of)
        by_target = [
            (target, [id for *_, id in claims]) for target, claims in groupby(due, key=itemgetter(0, 1))
        ]
        moved, refused = in_batches(lambda some: self._let_happen(dict(some), now), by_target, _AT_ONCE)
        must_be_done(refused)
        return moved

    def _let_happen(self, due: Mapping[tuple[Target, str], list[str]], now: datetime) -> list[Claim]:
        """Move the claims that are due on some targets, which are locked first, in order."""
        with self.context.begin() as work:
            claimed = {
                (target, id): each
                for target, kind in self.claimables.items()
                if (ids := [id for of, id in due if of == target])
                for id, each in kind.locked_all(self.context, work, ids).items()
            }
            where = {"id": [id for ids in due.values() for id in ids], **_due(now)}
            moves = [(claim, _when_due(claim)) for claim in work.find(Claim, where, lock=True)]
            self.context.change_all(work, moves)
            freed = dict.fromkeys((claim.target, claim.target_id) for claim, _ in moves)
            for target, kind in self.claimables.items():
                # What is there no more can be given to nobody.
                kind.let_go_all([claimed[of] for of in freed if of[0] is target and of in claimed])
            return [new for _, new in moves]


def _due(now: datetime) -> Mapping[str, object]:
    return {"status": TIMED, "due_at": Range(at_most=now)}


def _when_due(claim: Claim) -> Claim:
    """What becomes of a claim whose time has come."""
    missing_check_out = claim.status is ClaimStatus.CHECKED_IN
    return ended(claim, ClaimStatus.UNACCOUNTED if missing_check_out else ClaimStatus.LAPSED)
