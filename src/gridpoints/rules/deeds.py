"""The lines of the published table: what is done, what it is worth, and how its points are kept."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from enum import StrEnum

from attrs import field, frozen

from gridpoints.rules.amounts import Amount
from gridpoints.rules.approval import Approval
from gridpoints.rules.case import Counter, Scope
from gridpoints.rules.conditions import Condition
from gridpoints.rules.expiry import Expiry, Never
from gridpoints.rules.factors import Campaign, Coefficient
from gridpoints.rules.limits import Bounds
from gridpoints.values import Names, Step, Unit


class Holder(StrEnum):
    """Whose account a deed changes: the member's, or their household's (户)."""

    MEMBER = "member"
    HOUSEHOLD = "household"


class Shortfall(StrEnum):
    """What becomes of a deduction that is more than there is (扣分不足时).

    `ZERO` takes what there is, `DEBT` takes the rest from what is earned next, `REJECT` takes
    nothing.
    """

    ZERO = "zero"
    DEBT = "debt"
    REJECT = "reject"


@frozen
class Wallet:
    """How points of one unit are kept: when they expire, and how many one account may hold.

    What is given back after its date lives on for `extend_days`; at 0 it expires at once.
    """

    unit: Unit
    expiry: Expiry = field(factory=Never)
    cap: int | None = None
    transfer: bool = False
    gift: bool = False
    pooling: bool = False
    names: Names = field(factory=dict, hash=False)
    extend_days: int = 0


@frozen
class DeedRule:
    """One line of the published table: what is done, and what it is worth.

    It stands in the `rule_set` of that id. `bounds` are the limits and budgets that it counts against.
    """

    code: str
    names: Names = field(hash=False)
    amount: Amount
    wallet: Wallet
    rule_set: str
    category: str = ""
    holder: Holder = Holder.MEMBER
    conditions: tuple[Condition, ...] = ()
    coefficients: tuple[Coefficient, ...] = ()
    campaigns: tuple[Campaign, ...] = ()
    bounds: Bounds = field(factory=Bounds)
    approval: Approval = ()
    shortfall: Shortfall = Shortfall.ZERO
    appeal_days: int | None = None
    reporters: frozenset[str] = frozenset()
    evidence: tuple[str, ...] = ()
    descriptions: Names = field(factory=dict, hash=False)
    counters: tuple[Counter, ...] = field(init=False, eq=False, repr=False)
    #: How every explanation under it begins.
    heading: Step = field(init=False, eq=False, repr=False)

    @counters.default
    def _counters(self) -> tuple[Counter, ...]:
        of_bounds = (bound.counter for bound in self.bounds)
        return tuple(counter for counter in (*of_bounds, self.amount.counter) if counter)

    @heading.default
    def _heading(self) -> Step:
        return Step("rule", {"rule_set": self.rule_set, "deed": self.code, "names": self.names})

    def keys(self, day: date, subjects: Mapping[Scope, str]) -> set[str]:
        """Where a deed of that day may be counted: the texts of the keys."""
        return {counter.key(day, subjects) for counter in self.counters}

    @property
    def unit(self) -> Unit:
        """What it counts in."""
        return self.wallet.unit
