"""What was asked for and what became of it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction

from gridpoints.awards.exclusions import Exclusion, ExclusionStatus
from gridpoints.awards.model import Arrears, ArrearsStatus, Award, AwardStatus
from gridpoints.awards.reviews import (
    Objection,
    ObjectionKind,
    ObjectionStatus,
    Review,
    ReviewStatus,
    Side,
    Vote,
)
from gridpoints.ledger.model import MOST_AMOUNT
from gridpoints.records import Record
from gridpoints.rules.approval import StageKind
from gridpoints.rules.case import UsageKey
from gridpoints.testing.contract.edges import BEFORE_1970, LATER, MOMENT, TEXT
from gridpoints.values import LONGEST_DERIVED, Period, Step


def records() -> list[Record]:
    """Each after those it refers to."""
    return [
        Award(
            id="报" * LONGEST_DERIVED,
            member_id="李秀英@1",
            deed="care",
            day=date.min,
            quantity=Decimal("2.50"),
            source="file/台账 三月.csv#7",
            reported_by="clerk",
            recorded_at=MOMENT,
            rule_set="细则@2026-1",
            unit="points",
            wanted=MOST_AMOUNT,
            awarded=0,
            status=AwardStatus.REFUSED,
            explanation=(
                Step("rule", {"rule_set": "细则@2026-1", "names": {"zh_Hans": "助老", "en": "Elder care"}}),
                Step("clipped", {"left": Decimal("0.0"), "period": Period.MONTH, "on": date(2028, 2, 29)}),
                Step("counted", {"times": 3, "text": TEXT}),
                Step("bare"),
            ),
            facts={
                "category": TEXT,
                "member.stars": 10**30,
                "hours_of_sleep": Decimal("7.50"),
                "part": Fraction(1, 3),
                "emergency": True,
                "born": date(1949, 10, 1),
            },
            chosen=Decimal("7.50"),
            household_id="h:1",
            uses={
                str(UsageKey("入会", "household:h:1", date.min)): MOST_AMOUNT,
                "care member:李 2028-02-01": 1,
            },
            version=3,
            evidence=("照片 3 张", "https://example.org/照片?n=1"),
        ),
        Award(
            id="award",
            member_id="nobody",
            deed="patrol",
            day=date.max,
            quantity=None,
            source="",
            reported_by="",
            recorded_at=BEFORE_1970,
            rule_set="",
            unit="hours",
            wanted=0,
            awarded=1,
            status=AwardStatus.CREDITED,
            explanation=(),
        ),
        Arrears(
            "award",
            "hours/member/nobody",
            "patrol",
            MOST_AMOUNT,
            1,
            MOMENT,
            7,
            ArrearsStatus.PAID,
            2_000_000_000,
        ),
        Review("award#1", "award", 1, StageKind.NOTICE, BEFORE_1970, LATER, ReviewStatus.CONTESTED, 4),
        Review("award#2", "award", 2, StageKind.PANEL, MOMENT),
        Vote("sun/award#2", "award#2", "sun", Side.FOR, MOMENT, MOST_AMOUNT, TEXT),
        Vote("qian/award#2", "award#2", "qian", Side.AGAINST, BEFORE_1970),
        Objection(
            "against",
            "award",
            "qian",
            MOMENT,
            TEXT,
            ObjectionKind.APPEAL,
            "sun",
            ObjectionStatus.DISMISSED,
            2,
        ),
        Objection("too-late", "award", "qian", BEFORE_1970, "x"),
        Exclusion("舞弊@1", "李秀英@1", "舞弊", date.min, date.max, TEXT, "clerk", BEFORE_1970),
        Exclusion(
            "lifted",
            "nobody",
            "fraud",
            date(2024, 2, 29),
            None,
            "x",
            "",
            LATER,
            date.max,
            ExclusionStatus.LIFTED,
            2_000_000_000,
        ),
    ]
