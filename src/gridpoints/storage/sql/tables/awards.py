"""What was given, and what waits: the tables of `gridpoints.awards`."""

from __future__ import annotations

from gridpoints.awards.exclusions import Exclusion
from gridpoints.awards.model import Arrears, Award
from gridpoints.awards.reviews import Objection, Review, Vote
from gridpoints.storage.sql.tables.base import (
    Amount,
    AmountOrNone,
    Day,
    DayOrNone,
    ExactJson,
    ExactList,
    ExactOrNone,
    Instant,
    InstantOrNone,
    Key,
    Part,
    Row,
    Text,
    TextOrNone,
    Whole,
    index,
    kept,
)


class AwardRow(Row, table=True):
    """See `gridpoints.awards.model.Award`."""

    __tablename__ = "gridpoints_award"
    __table_args__ = kept(Award, index("day"), parted_by="member_id")
    id: Key
    member_id: Text
    deed: Text
    day: Day
    quantity: ExactOrNone
    source: Text
    reported_by: Text
    recorded_at: Instant
    rule_set: Text
    unit: Text
    wanted: Amount
    awarded: Amount
    status: Text
    explanation: ExactJson
    facts: ExactJson
    chosen: ExactOrNone
    household_id: TextOrNone
    uses: ExactJson
    version: Whole
    evidence: ExactList
    part: Part = 0


class ArrearsRow(Row, table=True):
    """See `gridpoints.awards.model.Arrears`."""

    __tablename__ = "gridpoints_arrears"
    __table_args__ = kept(Arrears, index("account", "status"))
    id: Key
    account: Text
    deed: Text
    owed: Amount
    remaining: Amount
    since: Instant
    payments: Whole
    status: Text
    version: Whole


class ReviewRow(Row, table=True):
    """See `gridpoints.awards.reviews.Review`."""

    __tablename__ = "gridpoints_review"
    __table_args__ = kept(Review, index("award_id", "stage"), index("status", "closes_at"))
    id: Key
    award_id: Text
    stage: Whole
    kind: Text
    opened_at: Instant
    closes_at: InstantOrNone
    status: Text
    version: Whole


class VoteRow(Row, table=True):
    """See `gridpoints.awards.reviews.Vote`."""

    __tablename__ = "gridpoints_vote"
    __table_args__ = kept(Vote, index("review_id"), index("cast_at"))
    id: Key
    review_id: Text
    voter: Text
    side: Text
    cast_at: Instant
    amount: AmountOrNone
    reason: TextOrNone


class ObjectionRow(Row, table=True):
    """See `gridpoints.awards.reviews.Objection`."""

    __tablename__ = "gridpoints_objection"
    __table_args__ = kept(Objection, index("award_id", "status"))
    id: Key
    award_id: Text
    made_by: Text
    made_at: Instant
    reason: Text
    kind: Text
    decided_by: TextOrNone
    status: Text
    version: Whole


class ExclusionRow(Row, table=True):
    """See `gridpoints.awards.exclusions.Exclusion`."""

    __tablename__ = "gridpoints_exclusion"
    __table_args__ = kept(Exclusion, index("member_id", "since"))
    id: Key
    member_id: Text
    reason: Text
    since: Day
    until: DayOrNone
    note: Text
    decided_by: Text
    decided_at: Instant
    lifted_on: DayOrNone
    status: Text
    version: Whole
