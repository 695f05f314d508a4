"""How many places are taken, for the catalog: see `gridpoints.catalog.places.Taken`."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from gridpoints.claiming.model import HOLDING, Claim
from gridpoints.storage.port import Work


def taken(work: Work, kind: str, ids: Collection[str]) -> Mapping[str, int]:
    """The places that claims hold, counted for each; a team's claim holds several."""
    held = dict.fromkeys(ids, 0)
    if held:
        # Whatever their status: asked for that as well, a database without statistics looks through all
        # claims in those, and a thing has few others.
        on_them = {"target": kind, "target_id": tuple(held)}
        for id, status, seats in work.select(Claim, ("target_id", "status", "seats"), on_them):
            if status in HOLDING:
                held[id] += seats
    return held
