"""Rounds of wishes (心愿征集期): they open and close by the clock, and carry over what nobody took."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime

from attrs import frozen

from gridpoints.claiming.claims.machine import Claims
from gridpoints.claiming.wishes.model import ROUND, WISH, RoundStatus, Wish, WishRound, WishStatus
from gridpoints.claiming.wishes.wished import next_round, terms_in
from gridpoints.errors import RoundCodeUnusable
from gridpoints.storage.port import Range, Work
from gridpoints.values import Interval, check_instant, check_text, shown

#: A hyphen stands between the code and the number of a wish.
_CODE = re.compile(r"[\w.]{1,40}")


@frozen
class Rounds(Claims):
    """Rounds are planned, and follow the clock."""

    def plan_round(self, code: str, name: str, opens_at: datetime, closes_at: datetime) -> WishRound:
        """Plan a round from `opens_at` to before `closes_at`; `code` stands before its numbers.

        What nobody took in rounds that are over goes to the one that is open, or opens next.
        Raises `EmptyInterval`, `RoundCodeUnusable`, `RecordExists` or `WishRoleNeeded`.
        """
        if not (isinstance(code, str) and _CODE.fullmatch(code)):
            raise RoundCodeUnusable(value=shown(code))
        within = Interval(check_instant("opens_at", opens_at), check_instant("closes_at", closes_at))
        round = WishRound(code, check_text("name", name, longest=200), within.start, within.end)
        with self.context.begin() as work:
            terms_in(work).must_entrust(self.context.actor)
            self.context.keep(work, round)
            over = work.find(WishRound, {"closes_at": Range(at_most=self.context.now())})
            self._carry_over(work, [each.id for each in over])
            return round

    def rounds(self) -> list[WishRound]:
        """All rounds, by when they open."""
        with self.context.read() as work:
            return work.find(WishRound, order=("opens_at", "id"))

    def _rounds_due(self, now: datetime) -> list[str]:
        with self.context.read() as work:
            due = [
                *work.find(WishRound, {"status": RoundStatus.PLANNED, "opens_at": Range(at_most=now)}),
                *work.find(WishRound, {"status": RoundStatus.OPEN, "closes_at": Range(at_most=now)}),
            ]
        return [round.id for round in due]

    def _turn(self, now: datetime, ids: Sequence[str]) -> Sequence[str]:
        """Open and close what is due; wishes that nobody took go on to the next round, with priority."""
        for id in ids:
            with self.context.begin() as work:
                present = work.get(WishRound, id, lock=True)
                to = RoundStatus.CLOSED if present.is_over(now) else RoundStatus.OPEN
                if present.status in (RoundStatus.CLOSED, to):
                    continue
                self.context.change(work, present, ROUND.advance(present, to))
                if to is RoundStatus.CLOSED:
                    self._carry_over(work, [id])
        return ids

    def _carry_over(self, work: Work, over: list[str]) -> None:
        following = next_round(work, self.context.now())
        if following is None or not over:
            return
        waiting = work.find(Wish, {"round_id": over, "status": WishStatus.PUBLISHED}, lock=True)
        moves = (
            (
                wish,
                WISH.advance(wish, WishStatus.PUBLISHED, round_id=following.id, priority=wish.priority + 1),
            )
            for wish in waiting
        )
        self.context.change_all(work, moves)
