"""Who will do it: the tables of `gridpoints.claiming`."""

from __future__ import annotations

from gridpoints.claiming.model import Claim
from gridpoints.claiming.wishes import Wish
from gridpoints.storage.sql.tables.base import (
    ExactOrNone,
    Instant,
    InstantOrNone,
    Key,
    Row,
    Text,
    TextOrNone,
    Whole,
    index,
    kept,
)


class WishRow(Row, table=True):
    """See `gridpoints.claiming.wishes.Wish`."""

    __tablename__ = "gridpoints_wish"
    __table_args__ = kept(Wish, index("status", "made_at"))
    id: Key
    beneficiary_id: Text
    text: Text
    deed: Text
    made_at: Instant
    status: Text
    version: Whole


class ClaimRow(Row, table=True):
    """See `gridpoints.claiming.model.Claim`."""

    __tablename__ = "gridpoints_claim"
    __table_args__ = kept(Claim, index("target_id", "target", "status"), index("member_id", "claimed_at"))
    id: Key
    target: Text
    target_id: Text
    member_id: Text
    claimed_at: Instant
    lease_until: InstantOrNone
    hours: ExactOrNone
    verified_by: TextOrNone
    award_id: TextOrNone
    status: Text
    version: Whole
