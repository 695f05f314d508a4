"""The points that stand behind one wish: paid to its givers, or given back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from attrs import frozen

from gridpoints.awards.operations import Awards
from gridpoints.claiming.wishes.gifts import BOUNTY, Bounty, BountyStatus
from gridpoints.claiming.wishes.model import Wish
from gridpoints.context import Context
from gridpoints.ledger.journal import Act, Line
from gridpoints.ledger.model import Account, HoldStatus
from gridpoints.ledger.operations import Ledger
from gridpoints.storage.port import Work


@frozen
class Purse:
    """The open bounties of one wish, which is locked."""

    context: Context
    work: Work
    wish: Wish

    def settle(self, givers: Sequence[str], parts: int, to: BountyStatus, reason: str | None = None) -> None:
        """End all of them: each giver gets one of `parts`, and the rest goes back to who put it up.

        A bounty of which nobody gets anything ends in `to`.
        """
        for bounty in self._open():
            paid = self._pay(bounty, givers, parts)
            self.end(bounty, BountyStatus.PAID if paid else to, paid=paid, reason=reason)

    def lapse(self, now: datetime) -> None:
        """End those whose time is over."""
        for bounty in self._open():
            if bounty.until <= now:
                self.end(bounty, BountyStatus.LAPSED)

    def take_back(self, giver: str, reason: str, *, queue: bool) -> None:
        """Give back to those who put them up what a giver was paid, whose part was not granted after all.

        What is past its date lives on as the rules of the day say on which it was put up.
        """
        paid = {"wish_id": self.wish.id, "status": BountyStatus.PAID}
        for bounty in self.work.find(Bounty, paid, order=("put_up_at", "id"), lock=True):
            left = bounty.paid
            for line in self._captured(bounty, giver):
                left -= sum(amount for _, amount, _ in line.each_leg() if amount > 0)
                Ledger(self.context).reverse(
                    line.id,
                    id=f"reversal:{line.id}",
                    reason=reason,
                    extend_days=Awards(self.context).extend_days(bounty.unit, bounty.put_up_at),
                    queue=queue,
                )
            if left < bounty.paid:
                to = BountyStatus.PAID if left else BountyStatus.REVERSED
                self.context.change(self.work, bounty, BOUNTY.advance(bounty, to, paid=left), reason)

    def _captured(self, bounty: Bounty, giver: str) -> list[Line]:
        """What was captured of a bounty for a giver, and is neither reversed nor owed back."""
        account = Account.member(giver, bounty.unit).key
        captured = [
            line
            for line in self.work.ledger.about([bounty.hold_id])
            if line.act == Act.CAPTURE and any(key == account for key, _, _ in line.each_leg())
        ]
        undone = {line.subject for line in self.work.ledger.about([line.id for line in captured])}
        return [line for line in captured if line.id not in undone]

    def _open(self) -> list[Bounty]:
        return self.work.find(Bounty, {"wish_id": self.wish.id, "status": BountyStatus.OPEN}, lock=True)

    def _pay(self, bounty: Bounty, givers: Sequence[str], parts: int) -> int:
        if not self._is_held(bounty):
            return 0
        shares = bounty.shares(givers, parts)
        for place, (giver, points) in enumerate(shares):
            account, id = Account.member(giver, bounty.unit), f"{bounty.hold_id}:{place}"
            Ledger(self.context).capture(bounty.hold_id, points, to=account, id=id)
        return sum(points for _, points in shares)

    def end(self, bounty: Bounty, to: BountyStatus, *, paid: int = 0, reason: str | None = None) -> Bounty:
        """End one of which `paid` was paid: what remains of its hold is available again."""
        ended = BOUNTY.advance(bounty, to, paid=paid)
        if paid < bounty.amount and self._is_held(bounty):
            Ledger(self.context).release(bounty.hold_id)
        return self.context.change(self.work, bounty, ended, reason)

    def _is_held(self, bounty: Bounty) -> bool:
        """Not, where its hold ran out: nobody confirmed the wish for years."""
        hold = self.work.ledger.find_hold(bounty.hold_id)
        return hold is not None and hold.status_at(self.context.now()) is HoldStatus.OPEN
