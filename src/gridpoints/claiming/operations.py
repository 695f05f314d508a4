"""The room ``claiming``: whatever can be claimed, in one place."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from attrs import frozen

from gridpoints.claiming.attending import Places
from gridpoints.claiming.claimable import Claimable
from gridpoints.claiming.granting import Granting, Wished
from gridpoints.claiming.model import Target
from gridpoints.claiming.presence import Presence
from gridpoints.claiming.rating import RatingEachOther
from gridpoints.claiming.requiring import Requiring
from gridpoints.claiming.teams import Teams
from gridpoints.claiming.undertaking import DoneTask, HeldPost, RunErrand, Undertaking


@frozen
class Claiming(Presence, Teams, Undertaking, Granting, RatingEachOther, Requiring):
    """Who will do it: one machine for every claim."""

    claimables: ClassVar[Mapping[Target, type[Claimable]]] = {
        Target.SESSION: Places,
        Target.WISH: Wished,
        Target.POST: HeldPost,
        Target.ERRAND: RunErrand,
        Target.TASK: DoneTask,
    }
