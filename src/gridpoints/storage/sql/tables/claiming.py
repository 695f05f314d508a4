"""Who will do it: the tables of `gridpoints.claiming`."""

from __future__ import annotations

from gridpoints.claiming.gifts import Bounty, Contact, Disclosure, Thanks
from gridpoints.claiming.model import Claim
from gridpoints.claiming.screenings import Screening
from gridpoints.claiming.wishes import Particulars, Wish, WishRound, WishTerms
from gridpoints.storage.sql.tables.base import (
    Amount,
    ExactJson,
    ExactOrNone,
    Instant,
    InstantOrNone,
    Key,
    Row,
    Text,
    TextOrNone,
    Whole,
    WholeOrNone,
    index,
    kept,
)


class WishTermsRow(Row, table=True):
    """See `gridpoints.claiming.wishes.WishTerms`."""

    __tablename__ = "gridpoints_wish_terms"
    __table_args__ = kept(WishTerms)
    id: Key
    value_limit: ExactOrNone
    currency: Text
    contact_days: Whole
    delivery_days: Whole
    thanks_days: Whole
    required: ExactJson
    own: Text
    most_held: WholeOrNone
    roles: ExactJson
    status: Text
    version: Whole


class WishRoundRow(Row, table=True):
    """See `gridpoints.claiming.wishes.WishRound`."""

    __tablename__ = "gridpoints_wish_round"
    __table_args__ = kept(WishRound, index("status", "opens_at"), index("closes_at"))
    id: Key
    name: Text
    opens_at: Instant
    closes_at: Instant
    status: Text
    version: Whole


class WishRow(Row, table=True):
    """See `gridpoints.claiming.wishes.Wish`."""

    __tablename__ = "gridpoints_wish"
    __table_args__ = kept(Wish, index("status", "made_at"), index("round_id", "status"), index("due_at"))
    id: Key
    beneficiary_id: Text
    text: Text
    deed: Text
    made_at: Instant
    made_by: Text
    voice: Text
    number: TextOrNone
    published_at: InstantOrNone
    parts: Whole
    value: ExactOrNone
    round_id: TextOrNone
    priority: Whole
    adopted_by: TextOrNone
    adopted_claim_id: TextOrNone
    granted: Whole
    due_at: InstantOrNone
    status: Text
    version: Whole


class ParticularsRow(Row, table=True):
    """See `gridpoints.claiming.wishes.Particulars`."""

    __tablename__ = "gridpoints_particulars"
    __table_args__ = kept(Particulars)
    id: Key
    wish_id: Text
    told: Text
    area: TextOrNone
    address: TextOrNone
    contact: TextOrNone
    status: Text
    version: Whole


class ScreeningRow(Row, table=True):
    """See `gridpoints.claiming.screenings.Screening`."""

    __tablename__ = "gridpoints_screening"
    __table_args__ = kept(Screening, index("wish_id", "at"))
    id: Key
    wish_id: Text
    at: Instant
    by: Text
    text: Text
    need: TextOrNone
    consent: TextOrNone
    value: ExactOrNone
    leftovers: ExactJson
    despite: TextOrNone


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


class ContactRow(Row, table=True):
    """See `gridpoints.claiming.gifts.Contact`."""

    __tablename__ = "gridpoints_contact"
    __table_args__ = kept(Contact)
    id: Key
    claim_id: Text
    wish_id: Text
    at: Instant
    noted_by: Text
    note: TextOrNone


class DisclosureRow(Row, table=True):
    """See `gridpoints.claiming.gifts.Disclosure`."""

    __tablename__ = "gridpoints_disclosure"
    __table_args__ = kept(Disclosure, index("wish_id", "at"))
    id: Key
    wish_id: Text
    claim_id: TextOrNone
    detail: Text
    shown_to: Text
    at: Instant


class BountyRow(Row, table=True):
    """See `gridpoints.claiming.gifts.Bounty`."""

    __tablename__ = "gridpoints_bounty"
    __table_args__ = kept(Bounty, index("wish_id", "status"), index("status", "until"))
    id: Key
    wish_id: Text
    member_id: Text
    unit: Text
    amount: Amount
    put_up_at: Instant
    until: Instant
    paid: Amount
    status: Text
    version: Whole


class ThanksRow(Row, table=True):
    """See `gridpoints.claiming.gifts.Thanks`."""

    __tablename__ = "gridpoints_thanks"
    __table_args__ = kept(Thanks, index("member_id", "status"), index("status", "written_at"))
    id: Key
    claim_id: Text
    wish_id: Text
    member_id: Text
    text: Text
    written_by: Text
    written_at: Instant
    status: Text
    version: Whole
