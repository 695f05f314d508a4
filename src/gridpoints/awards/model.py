"""Awards (积分发放): deeds as they were reported, judged by the rules of their day, and credited."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from attrs import frozen

from gridpoints.values import Explanation


class AwardStatus(StrEnum):
    """Credited with `awarded` points, or refused by a limit, with the reason in either case."""

    CREDITED = "credited"
    REFUSED = "refused"


@frozen
class Report:
    """A deed that somebody reports. `id` is the reporter's: reported twice, it counts once.

    `source` says where the report comes from (``claim/…``, ``file/deeds.csv#7``).
    """

    id: str
    member_id: str
    deed: str
    day: date
    quantity: Decimal | None = None
    source: str = ""


@frozen
class Award:
    """What came of one report, for ever. Its id is the report's, its transaction's ``award:`` + id.

    `wanted` and `awarded` are amounts of `unit`; `explanation` tells how the one became the other,
    in the words of the rules of that day.
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

    def same_report(self, report: Report) -> bool:
        """Whether it came from the same report; where it came from does not matter."""
        return (self.member_id, self.deed, self.day, self.quantity) == (
            report.member_id,
            report.deed,
            report.day,
            report.quantity,
        )
