"""How many places are taken, for the catalog: see `gridpoints.catalog.places.Taken`."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from gridpoints.claiming.model import HOLDING, Claim
from gridpoints.storage.port import Work


def taken(work: Work, kind: str, ids: Collection[str]) -> Mapping[str, int]:
    """The claims that hold a place, counted for each."""
    return {
        id: work.count(Claim, {"target": kind, "target_id": id, "status": HOLDING})
        for id in dict.fromkeys(ids)
    }
