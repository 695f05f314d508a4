"""What happens to wishes by itself: leases and bounties lapse, rounds open and close, files are closed."""

from __future__ import annotations

from datetime import datetime

from attrs import frozen

from gridpoints.claiming.model import HOLDING, Claim, Target
from gridpoints.claiming.wishes.gifts import Bounty, BountyStatus
from gridpoints.claiming.wishes.model import WISH, Wish, WishStatus
from gridpoints.claiming.wishes.rounds import Rounds
from gridpoints.claiming.wishes.wished import Standing, Wished, lapse
from gridpoints.storage.port import Range

#: How many wishes are locked together.
_TOGETHER = 200


@frozen
class WishClock(Rounds):
    """What is due is done when somebody says so, as often as they like."""

    def tick_wishes(self) -> int:
        """Do what is due with wishes; answers how many of them it was.

        As often as one likes, and after any pause: what can be claimed, and by whom, is the same whether it
        was called or not.
        """
        now = self.context.now()
        seen: set[str] = set()
        while due := [id for id in self._wishes_due(now) if id not in seen]:
            self._do(due, now)
            seen.update(due)
        for wish_id in self._with_bounties_over(now):
            with self.context.begin() as work:
                Wished.locked(self.context, work, wish_id).sweep()
            seen.add(wish_id)
        self._tick_rounds(now)
        return len(seen)

    def _wishes_due(self, now: datetime) -> list[str]:
        with self.context.read() as work:
            due = {"due_at": Range(at_most=now)}
            return [wish.id for wish in work.find(Wish, due, order=("due_at", "id"), limit=_TOGETHER)]

    def _do(self, due: list[str], now: datetime) -> None:
        """Let leases go, and close files; bounties are looked after one wish at a time."""
        with self.context.begin() as work:
            wishes = work.find(Wish, {"id": due}, lock=True)
            held = {"target_id": due, "target": Target.WISH, "status": HOLDING}
            lapse(self.context, work, work.find(Claim, held, lock=True), now)
            standing = Standing.of(work, wishes, now)
            present = [(wish, _closed(standing.present(wish), now)) for wish in wishes]
            self.context.change_all(work, [(old, new) for old, new in present if old is not new])

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
