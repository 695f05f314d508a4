"""The room ``claiming``: whatever can be claimed, in one place."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from attrs import frozen

from gridpoints.claiming.attending import Places
from gridpoints.claiming.claimable import Claimable
from gridpoints.claiming.granting import Granting
from gridpoints.claiming.model import Claim, Target
from gridpoints.claiming.presence import Presence
from gridpoints.claiming.rating import RatingEachOther
from gridpoints.claiming.requiring import Requiring
from gridpoints.claiming.teams import Teams
from gridpoints.claiming.undertaking import DoneTask, HeldPost, RunErrand, Undertaking
from gridpoints.claiming.wished import Wished


@frozen
class Claiming(Presence, Teams, Undertaking, Granting, RatingEachOther, Requiring):
    """Who will do it: one machine for every claim."""

    def tick(self) -> list[Claim]:
        """Let happen what is due by now with claims and wishes; answers the claims that moved.

        As often as one likes, in any order, and after any pause: nothing happens twice.
        """
        moved = super().tick()
        self.tick_wishes()
        return moved

    claimables: ClassVar[Mapping[Target, type[Claimable]]] = {
        Target.SESSION: Places,
        Target.WISH: Wished,
        Target.POST: HeldPost,
        Target.ERRAND: RunErrand,
        Target.TASK: DoneTask,
    }
