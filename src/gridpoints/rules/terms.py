"""What a rule set says beside its deeds: stars, redemption, grades, grids, permissions."""

from __future__ import annotations

from collections.abc import Mapping

from attrs import field, frozen

from gridpoints.rules.grades import Grading
from gridpoints.rules.grids import GridTerms
from gridpoints.rules.permissions import Permissions
from gridpoints.rules.redemption import RedemptionTerms
from gridpoints.rules.stars import StarTerms


@frozen
class Terms:
    """The parts of a rule set that judge no deed. None, or empty: the file says nothing of it.

    Where figures change on a day, those of a day are in ``rule_set.on(day).terms``.
    """

    redemption: RedemptionTerms | None = None
    stars: StarTerms | None = None
    grades: Mapping[str, Grading] = field(factory=dict, hash=False)
    grids: GridTerms | None = None
    permissions: Permissions = field(factory=Permissions)
