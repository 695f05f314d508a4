"""What looks odd (可疑情况): found by figures, looked at by a person, punished by nobody here."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from hashlib import sha256

from attrs import frozen

from gridpoints.values import Explanation


class Suspicion(StrEnum):
    """What a finding is of."""

    VELOCITY = "velocity"
    RING = "ring"
    ONE_FAMILY = "one_family"
    REFUNDS_AFTER_EARNING = "refunds_after_earning"
    ODD_HOURS = "odd_hours"


@frozen
class Thresholds:
    """From when on something is told. The defaults are of our own making: a community knows its own.

    `redemptions` of one member `within` a time; for two or three who confirm one another, so many
    `confirmations` by each that are so much of all that they got (`mutual`); for a merchant, so many
    redemptions (`of_a_merchant`) of which so much of the points is one household's (`family`); `refunds`
    of purchases that had earned points; and `odd` captures of a till outside its outlet's hours, or, where
    none are known, from `night` until before `morning`, in hours of the local day.
    """

    redemptions: int = 6
    within: timedelta = timedelta(days=1)
    confirmations: int = 3
    mutual: Decimal = Decimal("0.8")
    of_a_merchant: int = 10
    family: Decimal = Decimal("0.8")
    refunds: int = 3
    odd: int = 3
    night: int = 23
    morning: int = 5


USUAL = Thresholds()


@frozen
class Finding:
    """Something that looks odd about `subjects` (members, a merchant, a till).

    `evidence` are the ids of the records that it was found in. `told` says it in figures, and `caution`
    what else may be behind it. Nothing follows from it by itself.
    """

    suspicion: Suspicion
    subjects: tuple[str, ...]
    evidence: tuple[str, ...]
    told: Explanation
    caution: Explanation

    @property
    def id(self) -> str:
        """The same for the same evidence: with more of it, it is another finding."""
        text = "\n".join((self.suspicion, *self.subjects, "", *sorted(self.evidence)))
        return sha256(text.encode()).hexdigest()[:24]


class Verdict(StrEnum):
    """What a person made of a finding."""

    CLEARED = "cleared"
    CONFIRMED = "confirmed"


@frozen
class Look:
    """That somebody looked at a finding, what they made of it, and why; `id` is the finding's."""

    id: str
    suspicion: Suspicion
    verdict: Verdict
    note: str
    looked_at: datetime
    looked_by: str


@frozen
class Looked:
    """A finding, and what was made of it (None: nobody has looked)."""

    finding: Finding
    look: Look | None = None
