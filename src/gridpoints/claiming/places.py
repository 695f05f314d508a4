"""How many places are taken, for the catalog: see `gridpoints.catalog.places.Taken`."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from gridpoints.claiming.model import HOLDING, Claim
from gridpoints.storage.port import Range, Work


def taken(work: Work, kind: str, ids: Collection[str]) -> Mapping[str, int]:
    """The places that claims hold, counted for each; a team's claim holds several."""
    counted = dict.fromkeys(ids, 0)
    holding = {"target": kind, "target_id": tuple(counted), "status": HOLDING}
    if len(counted) == 1:  # of one, there may be very many
        [id] = counted
        counted[id] = work.count(Claim, holding)
        for team in work.find(Claim, {**holding, "seats": Range(above=1)}):
            counted[id] += team.seats - 1
    elif counted:
        for claim in work.find(Claim, holding):
            counted[claim.target_id] += claim.seats
    return counted
