"""Who will do it: the tables of `gridpoints.claiming`."""

from __future__ import annotations

from gridpoints.claiming.conditions import Conditions, Qualification
from gridpoints.claiming.model import Claim, CodeKey
from gridpoints.claiming.ratings import Rating
from gridpoints.claiming.wishes import Particulars, Wish, WishRound, WishTerms
from gridpoints.claiming.wishes.gifts import Bounty, Contact, Disclosure, Thanks
from gridpoints.claiming.wishes.screenings import Screening
from gridpoints.storage.sql.tables.base import (
    Amount,
    AmountOrNone,
    ExactJson,
    ExactList,
    ExactOrNone,
    Flag,
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
    where,
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


class ConditionsRow(Row, table=True):
    """See `gridpoints.claiming.conditions.Conditions`."""

    __tablename__ = "gridpoints_conditions"
    __table_args__ = kept(Conditions)
    id: Key
    confirmed: Flag
    opens_before: WholeOrNone
    closes_before: WholeOrNone
    newcomers_before: WholeOrNone
    most_open: WholeOrNone
    cooldown_days: WholeOrNone
    late_minutes: Whole
    offer_minutes: Whole
    naming_minutes: Whole
    travel_minutes: Whole
    lease_days: Whole
    least_age: WholeOrNone
    guardian_below: WholeOrNone
    skills: ExactJson
    risk: Text
    family_verifies: Flag
    entered_counts: Flag
    called_off_deed: TextOrNone
    status: Text
    version: Whole


class ScreeningRow(Row, table=True):
    """See `gridpoints.claiming.wishes.screenings.Screening`."""

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


class QualificationRow(Row, table=True):
    """See `gridpoints.claiming.conditions.Qualification`."""

    __tablename__ = "gridpoints_qualification"
    __table_args__ = kept(Qualification, index("member_id"))
    id: Key
    member_id: Text
    skill: Text
    attested_by: Text
    since: Instant
    until: InstantOrNone
    status: Text
    version: Whole


class CodeKeyRow(Row, table=True):
    """See `gridpoints.claiming.model.CodeKey`."""

    __tablename__ = "gridpoints_code_key"
    __table_args__ = kept(CodeKey)
    id: Key
    secret: Text
    made_at: Instant


class ClaimRow(Row, table=True):
    """See `gridpoints.claiming.model.Claim`."""

    __tablename__ = "gridpoints_claim"
    __table_args__ = kept(
        Claim,
        index("target_id", "target", "status", "claimed_at"),
        index("member_id", "status"),
        index("claimed_at"),
        index("due_at", **where("due_at IS NOT NULL")),
        index("waits_since", "id", **where("waits_since IS NOT NULL")),
    )
    id: Key
    target: Text
    target_id: Text
    member_id: Text
    claimed_at: Instant
    lease_until: InstantOrNone
    hours: ExactOrNone
    verified_by: TextOrNone
    award_id: TextOrNone
    due_at: InstantOrNone
    seats: Whole
    team: TextOrNone
    children: Whole
    from_claim: TextOrNone
    acknowledged: Flag
    checked_in_at: InstantOrNone
    checked_out_at: InstantOrNone
    code_window: AmountOrNone
    provenance: TextOrNone
    entered_by: TextOrNone
    corrections: Whole
    warnings: ExactJson
    status: Text
    version: Whole
    evidence: ExactList
    waits_since: InstantOrNone
    moved_at: InstantOrNone


class RatingRow(Row, table=True):
    """See `gridpoints.claiming.ratings.Rating`."""

    __tablename__ = "gridpoints_rating"
    __table_args__ = kept(Rating, index("claim_id"), index("about", "rated_at"))
    id: Key
    claim_id: Text
    rater: Text
    about: Text
    score: Whole
    rated_at: Instant
    text: Text
    status: Text
    version: Whole


class ContactRow(Row, table=True):
    """See `gridpoints.claiming.wishes.gifts.Contact`."""

    __tablename__ = "gridpoints_contact"
    __table_args__ = kept(Contact)
    id: Key
    claim_id: Text
    wish_id: Text
    at: Instant
    noted_by: Text
    note: TextOrNone


class DisclosureRow(Row, table=True):
    """See `gridpoints.claiming.wishes.gifts.Disclosure`."""

    __tablename__ = "gridpoints_disclosure"
    __table_args__ = kept(Disclosure, index("wish_id", "at"))
    id: Key
    wish_id: Text
    claim_id: TextOrNone
    detail: Text
    shown_to: Text
    at: Instant


class BountyRow(Row, table=True):
    """See `gridpoints.claiming.wishes.gifts.Bounty`."""

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
    """See `gridpoints.claiming.wishes.gifts.Thanks`."""

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
