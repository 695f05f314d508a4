"""Judges deed after deed, keeping count of what was used of the limits."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from attrs import field, frozen

from gridpoints.rules.case import Deed, Scope
from gridpoints.rules.judging import Judgement
from gridpoints.rules.model import RuleSet

#: Who lives where: Li and Zhao in one house, Wang next door, Sun in the next grid, Qian nowhere.
HOMES = {
    "li": ("house-1", "grid-1"),
    "zhao": ("house-1", "grid-1"),
    "wang": ("house-2", "grid-1"),
    "sun": ("house-3", "grid-2"),
}


@frozen
class Counted:
    """A rule set, and what was used of its limits."""

    rules: RuleSet
    used: Counter[str] = field(factory=Counter)

    @staticmethod
    def subjects(member: str) -> Mapping[Scope, str]:
        subjects = {Scope.MEMBER: member, Scope.COMMUNITY: "village"}
        if member in HOMES:
            subjects[Scope.HOUSEHOLD], subjects[Scope.GRID] = HOMES[member]
        return subjects

    def judge(self, deed: str, day: date, quantity: str | None = None, *, member: str = "li") -> Judgement:
        facts = Deed(deed, day, None if quantity is None else Decimal(quantity))
        judged = self.rules.judge(facts, self.subjects(member), self.used.__getitem__)
        self.used.update(judged.uses)
        return judged

    def credit(self, deed: str, day: date, quantity: str | None = None, *, member: str = "li") -> int:
        """What the deed gives, in the smallest part of its unit."""
        return self.judge(deed, day, quantity, member=member).awarded
