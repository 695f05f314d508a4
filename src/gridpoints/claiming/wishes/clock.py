"""What happens to wishes by itself: leases and bounties lapse, rounds open and close, files are closed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import partial

from attrs import frozen

from gridpoints.claiming.model import HOLDING, Claim, Target
from gridpoints.claiming.wishes.gifts import Bounty, BountyStatus
from gridpoints.claiming.wishes.model import WISH, Wish, WishStatus
from gridpoints.claiming.wishes.rounds import Rounds
from gridpoints.claiming.wishes.wished import Standing, Wished, lapse
from gridpoints.context import in_batches, must_be_done
from gridpoints.storage.port import Range

#: How many wishes are locked together.
_TOGETHER = 200


@frozen
class WishClock(Rounds):
    """What is due is done when somebody says so, as often as they like."""

    def tick_wishes(self, now: datetime | None = None) -> int:
        """Do what is due with wishes by `now` (None, or ahead of the clock: by now); answers how many it was.

        As often as one likes, and after any pause: what can be claimed, and by whom, is the same whether it
        was called or not. Raises `NotAllDone` where something could not be done, after all the rest was.
        """
        now = self.context.until(now)
        looked_after, refused = in_batches(partial(self._bring_up, now), self._wishes_due(now), _TOGETHER)
        swept, left = in_batches(self._sweep, self._with_bounties_over(now), 1)
        _, late = in_batches(partial(self._turn, now), self._rounds_due(now), 1)
        must_be_done([*refused, *left, *late])
        return len({*looked_after, *swept})

    def _wishes_due(self, now: datetime) -> list[str]:
        with self.context.read() as work:
            return [id for (id,) in work.select(Wish, ("id",), {"due_at": Range(at_most=now)})]

    def _bring_up(self, now: datetime, ids: Sequence[str]) -> Sequence[str]:
        """Let leases go, and close files; bounties are looked after one wish at a time."""
        with self.context.begin() as work:
            wishes = work.find(Wish, {"id": ids}, lock=True)
            held = {"target_id": ids, "target": Target.WISH, "status": HOLDING}
            lapse(self.context, work, work.find(Claim, held, lock=True), now)
            standing = Standing.of(work, wishes, now)
            present = [(wish, _closed(standing.present(wish), now)) for wish in wishes]
            self.context.change_all(work, [(old, new) for old, new in present if old is not new])
        return ids

    def _sweep(self, ids: Sequence[str]) -> Sequence[str]:
        """Let bounties go that nobody can earn any more."""
        for id in ids:
            with self.context.begin() as work:
                Wished.locked(self.context, work, id).sweep()
        return ids

    def _with_bounties_over(self, now: datetime) -> list[str]:
        """Wishes with bounties that are over, and that nobody keeps from lapsing."""
        with self.context.read() as work:
            over = work.find(Bounty, {"status": BountyStatus.OPEN, "until": Range(at_most=now)})
            ids = sorted({bounty.wish_id for bounty in over})
            free = [w.id for w in work.find(Wish, {"id": ids, "status": WishStatus.PUBLISHED})]
            held = {"target_id": free, "target": Target.WISH, "status": HOLDING}
            promised = {claim.target_id for claim in work.find(Claim, held)} if free else set[str]()
            return [id for id in free if id not in promised]


def _closed(wish: Wish, now: datetime) -> Wish:
    if wish.status is WishStatus.FULFILLED and wish.due_at is not None and wish.due_at <= now:
        return WISH.advance(wish, WishStatus.CLOSED, due_at=None)
    return wish
