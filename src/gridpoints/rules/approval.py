"""Who must agree before points count: confirmer, panel (评议小组), public notice (公示)."""

from __future__ import annotations

from enum import StrEnum
from typing import Any, TypeAlias

from attrs import field, frozen


class StageKind(StrEnum):
    """What a stage waits for."""

    CONFIRMER = "confirmer"
    PANEL = "panel"
    NOTICE = "notice"


@frozen
class Confirmer:
    """One person, in one of the roles (none: anybody), who is not the member or who reported it."""

    roles: frozenset[str] = frozenset()
    kind: StageKind = field(default=StageKind.CONFIRMER, init=False)

    def figures(self) -> dict[str, Any]:
        """The roles."""
        return {"roles": tuple(sorted(self.roles))}


@frozen
class Panel:
    """`quorum` votes, of them more for than against; the votes of `roles` count (none: anybody's).

    Where the amount is a range the panel chooses it: what the middle one of those in favour chose,
    the lower of two.
    """

    quorum: int
    seats: int
    roles: frozenset[str] = frozenset()
    kind: StageKind = field(default=StageKind.PANEL, init=False)

    def figures(self) -> dict[str, Any]:
        """Its quorum and its seats."""
        return {"quorum": self.quorum, "seats": self.seats}


@frozen
class Notice:
    """Public for `days` whole days in the community's zone; an objection is judged before it ends.

    `roles` uphold or dismiss objections (none: anybody), but not who objected, whom it is about, or who
    reported it.
    """

    days: int
    roles: frozenset[str] = frozenset()
    kind: StageKind = field(default=StageKind.NOTICE, init=False)

    def figures(self) -> dict[str, Any]:
        """For how many days."""
        return {"days": self.days}


#: One thing that must happen before points count.
Stage: TypeAlias = Confirmer | Panel | Notice

#: What an award waits for, one after the other; none: it counts at once.
Approval = tuple[Stage, ...]
