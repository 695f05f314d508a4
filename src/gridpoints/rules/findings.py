"""What a simulation finds: sums, money, who gains and loses, which limits bind, what cannot be.

Amounts are ints in the smallest parts of their unit.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from attrs import field, frozen

from gridpoints.errors import GridpointsError
from gridpoints.rules.approval import StageKind
from gridpoints.rules.judging import Refusal
from gridpoints.values import Names, Step, Unit


@frozen
class Line:
    """The points of one unit for some deeds: those of a code, a month, a group, a member, or all.

    `given` is what they were really given, `drafted` what the draft gives for them.
    """

    unit: str
    of: str | date
    deeds: int
    given: int
    drafted: int

    @property
    def difference(self) -> int:
        """What the draft gives more; below 0: less."""
        return self.drafted - self.given


@frozen
class Span:
    """So many members whose difference is from `least` to below `below`."""

    least: int
    below: int
    members: int


@frozen
class Stakes:
    """How many members gain, lose, or keep what they have in one unit, and who the most.

    `gained` and `lost` have ten members at most, the largest difference first. `spread` tells how
    many differ by how much, in spans of one width.
    """

    unit: str
    gaining: int
    losing: int
    same: int
    gained: tuple[Line, ...]
    lost: tuple[Line, ...]
    spread: tuple[Span, ...]


@frozen
class Binding:
    """A limit that gave less: how often, and how much less in all. ``cap`` is that of an account."""

    limit: str
    unit: str
    deeds: int
    cut: int


@frozen
class Unmet:
    """A condition that deeds did not meet, as the step that says so, without what was found."""

    deed: str
    step: Step
    deeds: int


@frozen
class Impossible:
    """Deeds that cannot be judged under the draft; `error` and the rest are of the first one."""

    error: GridpointsError = field(eq=str)
    deed: str
    day: date
    member: str
    deeds: int


@frozen
class Breach:
    """A budget that did not suffice in the period from `since`: on which day first, and by how much."""

    budget: str
    names: Names = field(hash=False)
    unit: str
    since: date
    most: int
    day: date
    over: int


@frozen
class Money:
    """What the points that can be redeemed are worth, to the hundredth of the currency.

    `liability` is that of the points that were not expired in the end.
    """

    currency: str
    unit: str
    given: Decimal
    drafted: Decimal
    liability: Decimal


@frozen
class Simulation:
    """What the deeds of the past come to under a draft, beside what they were given.

    `known` says of how many deeds it is known what they were given; only these are in `given` and
    in `stakes`. Every unit has one line in `totals`; `liability` is what was given under the
    draft and had not expired at the end of the last day. `consents` counts the
    deeds that need somebody's consent, `waiting` what they wait for; what they give is in the sums.
    """

    rule_set: str
    deeds: int
    known: int
    first: date | None
    last: date | None
    units: Mapping[str, Unit] = field(hash=False)
    totals: tuple[Line, ...]
    liability: Mapping[str, int] = field(hash=False)
    money: Money | None
    by_deed: tuple[Line, ...]
    by_month: tuple[Line, ...]
    by_group: tuple[Line, ...]
    stakes: tuple[Stakes, ...]
    bindings: tuple[Binding, ...]
    refusals: Mapping[Refusal, int] = field(hash=False)
    unmet: tuple[Unmet, ...]
    breaches: tuple[Breach, ...]
    impossible: tuple[Impossible, ...]
    consents: int
    waiting: Mapping[StageKind, int] = field(hash=False)
