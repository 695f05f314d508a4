"""Units, drafts, and published rule sets."""

from __future__ import annotations

from datetime import date

from gridpoints.records import Record
from gridpoints.rules.life import Ballot, Draft, DraftStatus
from gridpoints.rules.model import PublishedRules
from gridpoints.testing.contract.edges import BEFORE_1970, MOMENT, TEXT
from gridpoints.values import Unit


def records() -> list[Record]:
    """Each after those it refers to."""
    return [
        Unit("points", 0, {"zh_Hans": "积分", "zh_Hant": "積分", "en": "points"}),
        Unit("hours", 6),
        Draft(
            id="细则@2026-1",
            text="# " + TEXT + "长" * 200_000,
            drafted_at=BEFORE_1970,
            drafted_by="clerk",
            approved_at=MOMENT,
            approved_by="王",
            vote=Ballot(10_000_000, 0, 3, TEXT),
            status=DraftStatus.PUBLISHED,
            version=5,
        ),
        Draft("next@2", "", MOMENT, "clerk"),
        PublishedRules("细则@2026-1", "# " + TEXT + "长" * 200_000, date.max, MOMENT, "clerk"),
    ]
