"""Awards (积分发放): deeds as they were reported, judged by the rules of their day, and credited."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from attrs import field, frozen

from gridpoints.records import Lifecycle
from gridpoints.rules.case import NO_FACTS, Deed, Fact
from gridpoints.values import Explanation, Step, check_day, check_exact, check_type, wrong_type


class AwardStatus(StrEnum):
    """What became of a deed, for which the explanation of the award has the reasons.

    Pending: somebody has still to agree. Refused: the rules give nothing. Rejected: those who were
    asked did not agree. Reversed: it was credited, and given back.
    """

    PENDING = "pending"
    CREDITED = "credited"
    REFUSED = "refused"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    REVERSED = "reversed"


AWARD = Lifecycle.of(
    {
        AwardStatus.PENDING: {
            AwardStatus.PENDING,  # the next stage, or an amount that was chosen
            AwardStatus.CREDITED,
            AwardStatus.REFUSED,
            AwardStatus.REJECTED,
            AwardStatus.WITHDRAWN,
        },
        AwardStatus.CREDITED: {AwardStatus.REVERSED},
    }
)


#: By the code of the step that says so, the facts that the community adds where a report does not tell them.
ADDED: Mapping[str, str] = {
    "in_emergency": "emergency",
    "star_held": "member.stars",
    "no_star_held": "member.stars",
    "was_excluded": "member.excluded",
    "not_excluded": "member.excluded",
}

#: What is told of a deed, by the names that the rules declare.
Facts = Mapping[str, Fact]


#: Half of the time of ``Deed(…)``.
_new = tuple.__new__
#: What the type of a number may be that may be left out.
_NUMBERS = (Decimal, type(None))


def _texts(several: Iterable[str]) -> tuple[str, ...]:
    if isinstance(several, str):  # its letters are none
        raise wrong_type("evidence", several, tuple)
    return tuple(several)


@frozen(slots=False)  # see `Award`
class Report:
    """A deed that somebody reports. `id` is the reporter's: reported twice, it counts once.

    `source` says where the report comes from (``claim/…``, ``file/deeds.csv#7``). `facts` are those
    that the rules of the day declare, by name; `chosen` is the amount that a panel chose elsewhere,
    in decimals of the unit, where the rules leave it a range. `evidence` (凭据) are texts or links that
    show that it was done. `former`: it counts also where they have left since: they took it on before. Raises
    `WrongType`, for a `quantity` that is a float for example.
    """

    id: str
    member_id: str
    deed: str
    day: date
    quantity: Decimal | None = None
    source: str = ""
    facts: Mapping[str, Fact] = field(default=NO_FACTS, hash=False)
    chosen: Decimal | None = None
    evidence: tuple[str, ...] = field(default=(), converter=_texts)
    former: bool = False

    def __attrs_post_init__(self) -> None:
        texts = type(self.id) is type(self.member_id) is type(self.deed) is str
        numbers = type(self.quantity) in _NUMBERS and type(self.chosen) in _NUMBERS
        if not (texts and numbers and type(self.day) is date):  # quick: there may be a million
            self._set_right()

    def _set_right(self) -> None:
        for name in ("id", "member_id", "deed"):
            check_type(name, getattr(self, name), str)
        check_day("day", self.day)
        for name in ("quantity", "chosen"):
            if (value := getattr(self, name)) is not None:
                object.__setattr__(self, name, check_exact(name, value))

    def judged_as(self) -> Deed:
        """The deed, as the rules see it."""
        return _new(Deed, (self.deed, self.day, self.quantity, self.facts, self.chosen))


# Without slots, a frozen object is made in half of the time: `attrs` sets each slot past what forbids it. Of
# these, there is one for each deed.
@frozen(slots=False)
class Award:
    """What came of one report. Its id is the report's, its transaction's ``award:`` + id.

    `wanted` and `awarded` are amounts of `unit`; `explanation` tells how the one became the other,
    in the words of the rules of that day, and who agreed. Below 0, it is a deduction. `household_id`
    is the household whose account changes; None: the member's does. `uses` is what it counts for
    under each limit, by the text of its `UsageKey`.
    """

    id: str
    member_id: str
    deed: str
    day: date
    quantity: Decimal | None
    source: str
    reported_by: str
    recorded_at: datetime
    rule_set: str
    unit: str
    wanted: int
    awarded: int
    status: AwardStatus
    explanation: Explanation
    facts: Mapping[str, Fact] = field(default=NO_FACTS, hash=False)
    chosen: Decimal | None = None
    household_id: str | None = None
    uses: Mapping[str, int] = field(factory=dict, hash=False)
    version: int = 1
    evidence: tuple[str, ...] = ()

    def same_report(self, report: Report) -> bool:
        """Whether it came from the same report; where it came from, and what shows it, do not matter."""
        return (self.member_id, self.deed, self.day, self.quantity, self.told) == (
            report.member_id,
            report.deed,
            report.day,
            report.quantity,
            report.facts,
        ) and report.chosen == (None if self.panel_chose else self.chosen)

    @property
    def told(self) -> Facts:
        """The facts of the report: without those that the community added."""
        added = {ADDED[step.code] for step in self.added}
        return {name: value for name, value in self.facts.items() if name not in added}

    @property
    def panel_chose(self) -> bool:
        """Whether `chosen` came from votes here, and not from the report."""
        return any(step.code == "voted_amount" for step in self.explanation)

    @property
    def added(self) -> tuple[Step, ...]:
        """What was said of the facts that the community added to those of the report."""
        return tuple(step for step in self.explanation if step.code in ADDED)

    def judged_as(self) -> Deed:
        """The deed, as the rules see it."""
        return Deed(self.deed, self.day, self.quantity, self.facts, self.chosen)


class ArrearsStatus(StrEnum):
    """Owed, paid whole, or void because the deduction was taken back."""

    OWED = "owed"
    PAID = "paid"
    VOID = "void"


ARREARS = Lifecycle.of(
    {
        ArrearsStatus.OWED: {ArrearsStatus.OWED, ArrearsStatus.PAID, ArrearsStatus.VOID},
        ArrearsStatus.PAID: {ArrearsStatus.VOID},
    }
)


@frozen
class Arrears:
    """What was not there when a deduction was made (欠分), and is taken from what is earned next.

    `remaining` of what was `owed` is still to be taken. Its id is the award's; its payments are the
    transactions ``debt:`` + id + ``/1``, ``/2`` … `account` is the key of the account that owes.
    """

    id: str
    account: str
    deed: str
    owed: int
    remaining: int
    since: datetime
    payments: int = 0
    status: ArrearsStatus = ArrearsStatus.OWED
    version: int = 1

    @property
    def transactions(self) -> tuple[str, ...]:
        """The ids of its payments."""
        return tuple(f"debt:{self.id}/{number}" for number in range(1, self.payments + 1))
