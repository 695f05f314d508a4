"""The tables of all kinds of record, of their journal, and of the counters of limits."""

from __future__ import annotations

from sqlalchemy import UniqueConstraint

from gridpoints.awards.model import Arrears, Award
from gridpoints.awards.reviews import Objection, Review, Vote
from gridpoints.catalog.model import ServiceItem, Session
from gridpoints.claiming.model import Claim, Wish
from gridpoints.community.model import Grid, Household, Member, Profile
from gridpoints.records import Change
from gridpoints.redemption.model import Merchant, Offer, Redemption, Settlement
from gridpoints.rules.life import Draft
from gridpoints.rules.model import PublishedRules
from gridpoints.storage.sql.tables.base import (
    BY_KEY,
    Amount,
    AmountOrNone,
    Day,
    Exact,
    ExactJson,
    ExactJsonOrNone,
    ExactOrNone,
    Instant,
    InstantOrNone,
    Json,
    Key,
    Row,
    Text,
    TextOrNone,
    Whole,
    index,
    kept,
)
from gridpoints.values import Unit

# --- who and where --------------------------------------------------------------------------------


class CommunityRow(Row, table=True):
    """The community itself: its id is what all other rows call `community_id`."""

    __tablename__ = "gridpoints_community"
    __table_args__ = kept(Profile)
    name: Text
    timezone: Text
    founded_at: Instant


class GridRow(Row, table=True):
    """See `gridpoints.community.model.Grid`."""

    __tablename__ = "gridpoints_grid"
    __table_args__ = kept(Grid)
    id: Key
    name: Text
    parent_id: TextOrNone


class HouseholdRow(Row, table=True):
    """See `gridpoints.community.model.Household`."""

    __tablename__ = "gridpoints_household"
    __table_args__ = kept(Household, index("grid_id"))
    id: Key
    grid_id: Text
    label: Text


class MemberRow(Row, table=True):
    """See `gridpoints.community.model.Member`."""

    __tablename__ = "gridpoints_member"
    __table_args__ = kept(Member, index("household_id"), index("name"))
    id: Key
    name: Text
    enrolled_at: Instant
    household_id: TextOrNone
    number: TextOrNone
    status: Text
    version: Whole


# --- what can be done, and who will do it ---------------------------------------------------------


class ServiceItemRow(Row, table=True):
    """See `gridpoints.catalog.model.ServiceItem`."""

    __tablename__ = "gridpoints_service_item"
    __table_args__ = kept(ServiceItem)
    id: Key
    name: Text
    deed: Text
    description: Text
    status: Text
    version: Whole


class SessionRow(Row, table=True):
    """See `gridpoints.catalog.model.Session`."""

    __tablename__ = "gridpoints_session"
    __table_args__ = kept(Session, index("item_id", "starts_at"))
    id: Key
    item_id: Text
    starts_at: Instant
    ends_at: Instant
    places: Whole
    status: Text
    version: Whole


class WishRow(Row, table=True):
    """See `gridpoints.claiming.model.Wish`."""

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


# --- what it is worth -----------------------------------------------------------------------------


class UnitRow(Row, table=True):
    """See `gridpoints.values.Unit`."""

    __tablename__ = "gridpoints_unit"
    __table_args__ = kept(Unit)
    code: Key
    scale: Whole
    names: Json


class DraftRow(Row, table=True):
    """See `gridpoints.rules.life.Draft`."""

    __tablename__ = "gridpoints_draft"
    __table_args__ = kept(Draft)
    id: Key
    text: Text
    drafted_at: Instant
    drafted_by: Text
    approved_at: InstantOrNone
    approved_by: TextOrNone
    vote: ExactJsonOrNone
    status: Text
    version: Whole


class PublishedRulesRow(Row, table=True):
    """See `gridpoints.rules.model.PublishedRules`."""

    __tablename__ = "gridpoints_published_rules"
    __table_args__ = kept(PublishedRules)
    id: Key
    text: Text
    starts_on: Day
    published_at: Instant
    published_by: Text


class AwardRow(Row, table=True):
    """See `gridpoints.awards.model.Award`."""

    __tablename__ = "gridpoints_award"
    __table_args__ = kept(Award, index("member_id", "day"))
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
    __table_args__ = kept(Vote, index("review_id"))
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


class UsageRow(Row, table=True):
    """What was used under a `gridpoints.rules.model.UsageKey`; the id is its three parts."""

    __tablename__ = "gridpoints_usage"
    __table_args__ = BY_KEY
    id: Key
    limit_code: Text
    subject: Text
    since: Day
    used: Amount


# --- what it buys ---------------------------------------------------------------------------------


class MerchantRow(Row, table=True):
    """See `gridpoints.redemption.model.Merchant`."""

    __tablename__ = "gridpoints_merchant"
    __table_args__ = kept(Merchant)
    id: Key
    name: Text
    unit: Text
    rate: Exact
    currency: Text
    status: Text
    version: Whole


class OfferRow(Row, table=True):
    """See `gridpoints.redemption.model.Offer`."""

    __tablename__ = "gridpoints_offer"
    __table_args__ = kept(Offer, index("merchant_id"))
    id: Key
    merchant_id: Text
    name: Text
    price: Amount
    stock: AmountOrNone
    status: Text
    version: Whole


class RedemptionRow(Row, table=True):
    """See `gridpoints.redemption.model.Redemption`."""

    __tablename__ = "gridpoints_redemption"
    __table_args__ = kept(
        Redemption, index("offer_id", "status"), index("member_id", "authorised_at"), index("merchant_id")
    )
    id: Key
    offer_id: Text
    merchant_id: Text
    member_id: Text
    quantity: Amount
    unit: Text
    points: Amount
    authorised_at: Instant
    expires_at: Instant
    captured_at: InstantOrNone
    status: Text
    version: Whole


class SettlementRow(Row, table=True):
    """See `gridpoints.redemption.model.Settlement`."""

    __tablename__ = "gridpoints_settlement"
    __table_args__ = kept(Settlement, index("merchant_id", "until_sequence"))
    id: Key
    merchant_id: Text
    unit: Text
    after_sequence: Amount
    until_sequence: Amount
    until: Instant
    redemptions: Amount
    opening: Amount
    points: Amount
    rate: Exact
    money: Exact
    currency: Text
    drawn_up_at: Instant
    drawn_up_by: Text
    approved_by: TextOrNone
    payment_reference: TextOrNone
    status: Text
    version: Whole


class ChangeRow(Row, table=True):
    """See `gridpoints.records.Change`."""

    __tablename__ = "gridpoints_change"
    __table_args__ = kept(Change, UniqueConstraint("community_id", "subject", "kind", "version"))
    id: Key
    kind: Text
    subject: Text
    version: Whole
    at: Instant
    actor: Text
    status: TextOrNone
    before: ExactJson
    reason: TextOrNone
