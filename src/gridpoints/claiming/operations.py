"""The room ``claiming``: whatever can be claimed, in one place."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import ClassVar

from attrs import frozen

from gridpoints.claiming.claims.claimable import Claimable
from gridpoints.claiming.claims.clock import ClaimClock
from gridpoints.claiming.claims.rating import RatingEachOther
from gridpoints.claiming.claims.requiring import Requiring
from gridpoints.claiming.claims.verifying import Verifying
from gridpoints.claiming.claims.waiting import WaitingToBeVerified
from gridpoints.claiming.departing import Departing
from gridpoints.claiming.model import Claim, Target
from gridpoints.claiming.sessions.hours import Hours
from gridpoints.claiming.sessions.places import Places
from gridpoints.claiming.sessions.presence import Presence
from gridpoints.claiming.sessions.teams import Teams
from gridpoints.claiming.undertaking import DoneTask, HeldPost, RunErrand, Undertaking
from gridpoints.claiming.wishes.granting import Granting
from gridpoints.claiming.wishes.wished import Wished


@frozen
class Claiming(
    Departing,
    Presence,
    Hours,
    Teams,
    Verifying,
    Undertaking,
    Granting,
    RatingEachOther,
    Requiring,
    WaitingToBeVerified,
    ClaimClock,
):
    """Who will do it: one machine for every claim."""

    def tick(self, now: datetime | None = None) -> list[Claim]:
        """Let happen what is due by now with claims and wishes; answers the claims that moved.

        With `now`, what is due by that time; what lies ahead of the clock is never settled. As often as one
        likes, in any order, and after any pause: nothing happens twice. Raises `NotAllDone` where something
        could not be done, after all the rest was.
        """
        try:
            gone = self.tick_departed(now)
        finally:
            try:
                moved = super().tick(now)
            finally:
                self.tick_wishes(now)
        return [*gone, *moved]

    claimables: ClassVar[Mapping[Target, type[Claimable]]] = {
        Target.SESSION: Places,
        Target.WISH: Wished,
        Target.POST: HeldPost,
        Target.ERRAND: RunErrand,
        Target.TASK: DoneTask,
    }
