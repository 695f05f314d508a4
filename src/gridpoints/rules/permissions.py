"""Who may do what: the rights that a rule set reserves for roles (角色权限)."""

from __future__ import annotations

from collections.abc import Mapping, Set
from enum import StrEnum

from attrs import field, frozen

from gridpoints.values import ORGANISERS, SYSTEM, Names


class Right(StrEnum):
    """What may be reserved; `SEE_…` is of other people than oneself.

    `EMERGENCY` switches the mode of the community and back, `DIRECT` musters people and gives directives,
    `CERTIFY` enters what stands in volunteers' records, and certifies it. `ADJUST` is to post by hand, to
    take back, to set floors, to close a period; `MERCHANTS` to agree with merchants, to draw up and pay what
    they are owed, and to fill the fund. `APPOINT` gives people offices, and with them
    the rights of their roles. `EXCLUDE` decides that somebody takes no part, and that they do again.
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
    MERCHANTS = "merchants"
    APPOINT = "appoint"
    EXCLUDE = "exclude"
    SEE_BALANCES = "see_balances"
    SEE_STATEMENTS = "see_statements"
    SEE_MEMBERS = "see_members"
    SEE_HOUSEHOLD_FILES = "see_household_files"


#: Who keeps the books of a community, where its rules do not say.
OFFICERS = frozenset({"clerk", "organiser", "treasurer"})

#: What is reserved without a word in the rules, and for whom: it touches what others have.
RESERVED: Mapping[Right, frozenset[str]] = {
    Right.ADJUST: OFFICERS,
    Right.PUBLISH: OFFICERS,
    Right.EMERGENCY: OFFICERS,
    Right.DIRECT: OFFICERS,
    Right.CERTIFY: OFFICERS,
    Right.MERCHANTS: OFFICERS,
    Right.EXCLUDE: OFFICERS,
    Right.APPOINT: ORGANISERS - SYSTEM.roles,
    Right.SEE_HOUSEHOLD_FILES: frozenset(),
}

#: What anybody may before there are rules, so that there can be any: all but what is about people.
OPEN_AT_FIRST = frozenset(Right) - {Right.APPOINT, Right.EXCLUDE, Right.SEE_HOUSEHOLD_FILES}


@frozen
class Permissions:
    """The roles that have each right; of one that is not listed `RESERVED` tells, or everybody has it."""

    rights: Mapping[Right, frozenset[str]] = field(factory=dict, hash=False)
    roles: Mapping[str, Names] = field(factory=dict, hash=False)

    def permits(self, right: Right, roles: Set[str]) -> bool:
        """Whether somebody in those roles may do it. What the program does by itself it may."""
        holders = self.holders(right)
        return holders is None or not roles.isdisjoint(holders) or not roles.isdisjoint(SYSTEM.roles)

    def holders(self, right: Right) -> frozenset[str] | None:
        """The roles that have a right; None: everybody."""
        return self.rights.get(right) or RESERVED.get(right)


def naming(right: Right) -> str:
    """A line for the rules' ``permissions`` that gives a right to somebody: what to write, for a message."""
    return f"{right.value}: [clerk]"


def allows(reserved: Set[str] | None, roles: Set[str]) -> bool:
    """Whether somebody in `roles` is one of those that something is reserved for (none: anybody)."""
    return not reserved or not roles.isdisjoint(reserved) or not roles.isdisjoint(SYSTEM.roles)
