"""How many places are taken, for the catalog: see `gridpoints.catalog.places.Taken`."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from gridpoints.claiming.model import HOLDING, Claim
from gridpoints.storage.port import Range, Work


def taken(work: Work, kind: str, ids: Collection[str]) -> Mapping[str, int]:
    """The places that claims hold, counted for each; a team's claim holds several."""
    counted = dict.fromkeys(ids, 0)
    if counted:
        holding = {"target": kind, "target_id": tuple(counted), "status": HOLDING}
        counted |= work.count_by(Claim, "target_id", holding)
        for team in work.find(Claim, {**holding, "seats": Range(above=1)}):
            counted[team.target_id] += team.seats - 1
    return counted
