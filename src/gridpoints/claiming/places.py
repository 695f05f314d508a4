"""How many places are taken, for the catalog: see `gridpoints.catalog.places.Taken`."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from gridpoints.claiming.model import HOLDING, Claim
from gridpoints.storage.port import Work


def taken(work: Work, kind: str, ids: Collection[str]) -> Mapping[str, int]:
    """The claims that hold a place, counted for each."""
    if not ids:
        return {}
    holding = {"target": kind, "target_id": list(ids), "status": HOLDING}
    return dict.fromkeys(ids, 0) | work.count_by(Claim, "target_id", holding)
