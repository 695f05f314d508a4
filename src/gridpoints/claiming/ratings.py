"""What those who were there say of one another (双向评价), and what it comes to."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum

from attrs import frozen

from gridpoints.records import Lifecycle

#: Fewer ratings say nothing of anybody, and no average is shown.
LEAST_SAMPLES = 5
#: From this to that: very bad to very good.
WORST, BEST = 1, 5


class RatingStatus(StrEnum):
    """A rating counts, also while it is appealed against, until it was found to be unreasonable."""

    COUNTED = "counted"
    APPEALED = "appealed"
    UPHELD = "upheld"
    LEFT_OUT = "left_out"


RATING = Lifecycle.of(
    {
        RatingStatus.COUNTED: {RatingStatus.APPEALED, RatingStatus.LEFT_OUT},
        RatingStatus.APPEALED: {RatingStatus.UPHELD, RatingStatus.LEFT_OUT},
    }
)


@frozen
class Rating:
    """What one side of a claim says of the other; `about` is a member's id, or the target: ``session:…``."""

    id: str
    claim_id: str
    rater: str
    about: str
    score: int
    rated_at: datetime
    text: str = ""
    status: RatingStatus = RatingStatus.COUNTED
    version: int = 1


@frozen
class Reputation:
    """What ratings come to: how many count, and their average where they are enough to say anything."""

    samples: int
    average: Decimal | None

    @classmethod
    def of(cls, ratings: Iterable[Rating]) -> Reputation:
        """Of the ratings that are not left out."""
        scores = [rating.score for rating in ratings if rating.status is not RatingStatus.LEFT_OUT]
        if len(scores) < LEAST_SAMPLES:
            return cls(len(scores), None)
        average = Decimal(sum(scores)) / len(scores)
        return cls(len(scores), average.quantize(Decimal("0.1"), rounding=ROUND_HALF_UP))
