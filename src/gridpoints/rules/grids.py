"""What a community decided about its grids: how large they are, and who serves there."""

from __future__ import annotations

from attrs import frozen


@frozen
class GridTerms:
    """About so many `households` and `people` a grid, give or take `tolerance` per cent; and staff.

    At least so many `cadres` and `volunteers` serve in each. None: nothing is said of it; 0: nothing is
    asked. `source` is where the figures come from.
    """

    households: int | None = None
    people: int | None = None
    tolerance: int | None = None
    cadres: int | None = None
    volunteers: int | None = None
    source: str = ""
