"""The room ``claiming``: whatever can be claimed, in one place."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from attrs import frozen

from gridpoints.claiming.attending import Attending, Places
from gridpoints.claiming.claimable import Claimable
from gridpoints.claiming.granting import Granting
from gridpoints.claiming.model import Target
from gridpoints.claiming.wished import Wished


@frozen
class Claiming(Attending, Granting):
    """Who will do it: one machine for every claim."""

    claimables: ClassVar[Mapping[Target, type[Claimable]]] = {Target.SESSION: Places, Target.WISH: Wished}
