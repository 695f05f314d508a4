"""How many places are taken, for the catalog: see `gridpoints.catalog.places.Taken`."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from gridpoints.claiming.model import HOLDING, Claim
from gridpoints.storage.port import Range, Work


def taken(work: Work, kind: str, ids: Collection[str]) -> Mapping[str, int]:
    """The places that claims hold, counted for each; a team's claim holds several."""
    counted = {}
    for id in dict.fromkeys(ids):
        holding = {"target": kind, "target_id": id, "status": HOLDING}
        teams = work.find(Claim, {**holding, "seats": Range(above=1)})
        counted[id] = work.count(Claim, holding) + sum(team.seats - 1 for team in teams)
    return counted
