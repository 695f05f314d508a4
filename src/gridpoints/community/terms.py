"""Lists of codes that a community may add to: roles, care flags, member types, ways of managing them.

The codes that stand here every community knows; `gridpoints.i18n` has their words.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from attrs import field, frozen

from gridpoints.community.model import Standing
from gridpoints.values import Names


class TermList(StrEnum):
    """What the codes are of."""

    ROLE = "role"
    CARE_FLAG = "care_flag"
    MEMBER_TYPE = "member_type"
    MANAGEMENT = "management"


@frozen
class Term:
    """A code that a community added to a list, with its names."""

    id: str
    list: TermList
    code: str
    names: Names = field(factory=dict, hash=False)
    status: Standing = Standing.ACTIVE
    version: int = 1


VOLUNTEER = "volunteer"
GRID_WORKER = "grid_worker"
#: The seat of a partner organisation (兼职委员).
SEAT = "part_time_committee_member"

#: Who counts as a cadre of a grid (干部).
CADRES = frozenset(
    {"cadre", "committee_member", "first_secretary", "grid_head", "posted_officer", "secretary"}
)

KNOWN: Mapping[TermList, frozenset[str]] = {
    TermList.ROLE: CADRES
    | {
        "adviser",
        "building_head",
        "central_household",
        "courtyard_head",
        "entrance_head",
        GRID_WORKER,
        "member",
        "micro_grid_worker",
        SEAT,
        "property_steward",
        "street_head",
        VOLUNTEER,
    },
    TermList.CARE_FLAG: frozenset({"disability", "hardship", "living_alone", "unemployment"}),
    # 在职、离退休、流动、失业、居民
    TermList.MEMBER_TYPE: frozenset({"employed", "mobile", "resident", "retired", "unemployed"}),
    # 直管、共管、协管、托管、自管
    TermList.MANAGEMENT: frozenset({"assisted", "direct", "entrusted", "joint", "own"}),
}
