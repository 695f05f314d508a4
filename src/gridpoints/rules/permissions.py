"""Who may do what: the rights that a rule set reserves for roles (角色权限)."""

from __future__ import annotations

from collections.abc import Mapping, Set
from enum import StrEnum

from attrs import field, frozen

from gridpoints.values import SYSTEM, Names


class Right(StrEnum):
    """What may be reserved; `SEE_…` is of other people than oneself.

    `EMERGENCY` switches the mode of the community and back, `DIRECT` musters people and gives directives,
    `CERTIFY` enters what stands in volunteers' records, and certifies it.
    """

    REPORT = "report"
    CONFIRM = "confirm"
    APPROVE = "approve"
    ADJUST = "adjust"
    REDEEM = "redeem"
    PUBLISH = "publish"
    EMERGENCY = "emergency"
    DIRECT = "direct"
    CERTIFY = "certify"
    SEE_BALANCES = "see_balances"
    SEE_STATEMENTS = "see_statements"
    SEE_MEMBERS = "see_members"
    SEE_HOUSEHOLD_FILES = "see_household_files"


#: What nobody may whom the rules do not name: it is reserved without a word.
RESERVED = frozenset({Right.SEE_HOUSEHOLD_FILES})


@frozen
class Permissions:
    """The roles that have each right; one that is not listed everybody has, but for those in `RESERVED`."""

    rights: Mapping[Right, frozenset[str]] = field(factory=dict, hash=False)
    roles: Mapping[str, Names] = field(factory=dict, hash=False)

    def permits(self, right: Right, roles: Set[str]) -> bool:
        """Whether somebody in those roles may do it. What the program does by itself it may."""
        if right in RESERVED and right not in self.rights:
            return not roles.isdisjoint(SYSTEM.roles)
        return allows(self.rights.get(right), roles)


def allows(reserved: Set[str] | None, roles: Set[str]) -> bool:
    """Whether somebody in `roles` is one of those that something is reserved for (none: anybody)."""
    return not reserved or not roles.isdisjoint(reserved) or not roles.isdisjoint(SYSTEM.roles)
