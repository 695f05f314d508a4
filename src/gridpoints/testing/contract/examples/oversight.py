"""What somebody found on looking at a suspicion."""

from __future__ import annotations

from gridpoints.oversight.model import Look, Suspicion, Verdict
from gridpoints.records import Record
from gridpoints.testing.contract.edges import MOMENT, TEXT


def records() -> list[Record]:
    """Each after those it refers to."""
    return [
        Look("look", Suspicion.RING, Verdict.CLEARED, TEXT, MOMENT, "auditor"),
    ]
