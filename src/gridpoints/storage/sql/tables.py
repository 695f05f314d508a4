"""The tables, as SQLModel classes. Their history stands in `migrations`; a test holds the two together.

`community_id` leads every primary, unique and foreign key, so that communities never meet, and
the same schema can be spread over machines by community. What `gridpoints.storage.integrity`
refuses is refused here by constraints. Every table has a prefix: the database may serve others too.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, ClassVar, cast

from sqlalchemy import (
    CheckConstraint,
    Column,
    ForeignKeyConstraint,
    Index,
    MetaData,
    Table,
    UniqueConstraint,
    inspect,
    text,
)
from sqlalchemy.orm import Mapper, registry
from sqlalchemy.schema import SchemaItem
from sqlmodel import Field, SQLModel

from gridpoints.awards.model import Award
from gridpoints.catalog.model import ServiceItem, Session
from gridpoints.claiming.model import Claim, Wish
from gridpoints.community.model import Grid, Household, Member, Profile
from gridpoints.records import Change, Record, kind_of
from gridpoints.redemption.model import Merchant, Offer, Redemption, Settlement
from gridpoints.rules.model import PublishedRules
from gridpoints.storage.integrity import NEVER_NEGATIVE, REFERENCES, UNIQUE
from gridpoints.storage.sql import types
from gridpoints.values import Unit

PREFIX = "gridpoints_"

metadata = MetaData(
    # No name depends on the database, so that a migration can speak of every constraint.
    naming_convention={
        "pk": "pk_%(table_name)s",
        "uq": "uq_%(table_name)s_%(column_1_name)s",
        "fk": "fk_%(table_name)s_%(column_1_name)s",
        "ix": "ix_%(table_name)s_%(column_1_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
    }
)

Key = Annotated[str, Field(primary_key=True, sa_type=types.Text)]
NumberKey = Annotated[int, Field(primary_key=True, sa_type=types.Amount)]
Text = Annotated[str, Field(sa_type=types.Text)]
TextOrNone = Annotated[str | None, Field(sa_type=types.Text)]
Instant = Annotated[datetime, Field(sa_type=types.Instant)]
InstantOrNone = Annotated[datetime | None, Field(sa_type=types.Instant)]
Day = Annotated[date, Field(sa_type=types.Day)]
Whole = Annotated[int, Field(sa_type=types.Whole)]
Amount = Annotated[int, Field(sa_type=types.Amount)]
AmountOrNone = Annotated[int | None, Field(sa_type=types.Amount)]
Exact = Annotated[Decimal, Field(sa_type=types.ExactDecimal)]
ExactOrNone = Annotated[Decimal | None, Field(sa_type=types.ExactDecimal)]
Json = Annotated[dict[str, Any], Field(sa_type=types.Json)]
ExactJson = Annotated[Any, Field(sa_type=types.ExactJson, nullable=False)]
ExactJsonOrNone = Annotated[Any, Field(sa_type=types.ExactJson, nullable=True)]
Bytes = Annotated[bytes, Field(sa_type=types.Bytes)]

#: Found by their keys, with rows that are short: on SQLite they are kept in the tree of the key.
BY_KEY = {"sqlite_with_rowid": False}


def table_of(row: type[SQLModel]) -> Table:
    """The table of a row class."""
    return cast(Table, cast("Mapper[Any]", inspect(row)).local_table)


def _refers(column: str, table: str, key: str = "id") -> ForeignKeyConstraint:
    return ForeignKeyConstraint(
        ["community_id", column], [f"{PREFIX}{table}.community_id", f"{PREFIX}{table}.{key}"]
    )


def _index(*columns: str, **options: Any) -> Index:
    return Index(None, "community_id", *columns, **options)


def _kept(kind: type[Record], *more: SchemaItem) -> tuple[SchemaItem, ...]:
    """What every store refuses for this kind of record, as constraints, and `more`."""
    return (
        *(_refers(column, kind_of(target)) for column, target in REFERENCES.get(kind, {}).items()),
        *(UniqueConstraint("community_id", column) for column in UNIQUE.get(kind, ())),
        *(CheckConstraint(f"{column} >= 0", name=column) for column in NEVER_NEGATIVE.get(kind, ())),
        *more,
    )


class Row(SQLModel, registry=registry(metadata=metadata)):
    """What all rows have. With a registry of its own, it meets no model of the embedding program."""

    metadata: ClassVar[MetaData] = metadata
    community_id: Key


# --- who and where --------------------------------------------------------------------------------


class CommunityRow(Row, table=True):
    """The community itself: its id is what all other rows call `community_id`."""

    __tablename__ = "gridpoints_community"
    __table_args__ = _kept(Profile)
    name: Text
    timezone: Text
    founded_at: Instant


class GridRow(Row, table=True):
    """See `gridpoints.community.model.Grid`."""

    __tablename__ = "gridpoints_grid"
    __table_args__ = _kept(Grid)
    id: Key
    name: Text
    parent_id: TextOrNone


class HouseholdRow(Row, table=True):
    """See `gridpoints.community.model.Household`."""

    __tablename__ = "gridpoints_household"
    __table_args__ = _kept(Household, _index("grid_id"))
    id: Key
    grid_id: Text
    label: Text


class MemberRow(Row, table=True):
    """See `gridpoints.community.model.Member`."""

    __tablename__ = "gridpoints_member"
    __table_args__ = _kept(Member, _index("household_id"), _index("name"))
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
    __table_args__ = _kept(ServiceItem)
    id: Key
    name: Text
    deed: Text
    description: Text
    status: Text
    version: Whole


class SessionRow(Row, table=True):
    """See `gridpoints.catalog.model.Session`."""

    __tablename__ = "gridpoints_session"
    __table_args__ = _kept(Session, _index("item_id", "starts_at"))
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
    __table_args__ = _kept(Wish, _index("status", "made_at"))
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
    __table_args__ = _kept(Claim, _index("target_id", "target", "status"), _index("member_id", "claimed_at"))
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
    __table_args__ = _kept(Unit)
    code: Key
    scale: Whole
    names: Json


class PublishedRulesRow(Row, table=True):
    """See `gridpoints.rules.model.PublishedRules`."""

    __tablename__ = "gridpoints_published_rules"
    __table_args__ = _kept(PublishedRules)
    id: Key
    text: Text
    starts_on: Day
    published_at: Instant
    published_by: Text


class AwardRow(Row, table=True):
    """See `gridpoints.awards.model.Award`."""

    __tablename__ = "gridpoints_award"
    __table_args__ = _kept(Award, _index("member_id", "day"))
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
    __table_args__ = _kept(Merchant)
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
    __table_args__ = _kept(Offer, _index("merchant_id"))
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
    __table_args__ = _kept(
        Redemption, _index("offer_id", "status"), _index("member_id", "authorised_at"), _index("merchant_id")
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
    __table_args__ = _kept(Settlement, _index("merchant_id", "until_sequence"))
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
    __table_args__ = _kept(Change, UniqueConstraint("community_id", "subject", "kind", "version"))
    id: Key
    kind: Text
    subject: Text
    version: Whole
    at: Instant
    actor: Text
    status: TextOrNone
    before: ExactJson
    reason: TextOrNone


# --- the ledger -----------------------------------------------------------------------------------


class AccountRow(Row, table=True):
    """An account with what its entries and open holds add up to. The id is ``str(Account)``.

    The CHECK over `posted`, `held` and `floor` is the last word on every overdraft.
    """

    __tablename__ = "gridpoints_account"
    __table_args__ = (
        _refers("unit", "unit", "code"),
        CheckConstraint("held >= 0", name="held"),
        CheckConstraint("floor IS NULL OR posted - held >= floor", name="floor"),
        CheckConstraint("sequence >= 0", name="sequence"),
        BY_KEY,
    )
    id: Key
    unit: Text
    kind: Text
    owner: Text
    posted: Amount
    held: Amount
    sequence: Amount
    floor: AmountOrNone
    moved_at: InstantOrNone


class HoldRow(Row, table=True):
    """See `gridpoints.ledger.model.Hold`."""

    __tablename__ = "gridpoints_hold"
    __table_args__ = (
        _refers("account_id", "account"),
        CheckConstraint("0 <= remaining AND remaining <= amount", name="remaining"),
        _index(
            "account_id",
            "expires_at",
            sqlite_where=text("status = 'open'"),
            postgresql_where=text("status = 'open'"),
        ),
    )
    id: Key
    account_id: Text
    amount: Amount
    placed_at: Instant
    expires_at: Instant
    remaining: Amount
    reason: Text
    status: Text


class TransactionRow(Row, table=True):
    """A transaction and its outcome: `refusal` is the code of the error, null for one that was posted."""

    __tablename__ = "gridpoints_transaction"
    __table_args__ = (
        _refers("hold_id", "hold"),
        CheckConstraint("(refusal IS NULL) = (recorded_at IS NOT NULL)", name="outcome"),
        CheckConstraint("(refusal IS NULL) = (refusal_fields IS NULL)", name="refusal"),
    )
    id: Key
    fingerprint: Bytes
    refusal: TextOrNone
    refusal_fields: ExactJsonOrNone
    kind: Text
    reason: Text
    hold_id: TextOrNone
    effective_at: Instant
    recorded_at: InstantOrNone
    data: dict[str, Any] = Field(sa_column=Column("metadata", types.Json, nullable=False))


class EntryRow(Row, table=True):
    """One leg of a posted transaction, and one line of an account's statement.

    `position` is the leg's place in the transaction, `sequence` the line's in the statement,
    `balance` what the account held after it.
    """

    __tablename__ = "gridpoints_entry"
    __table_args__ = (
        _refers("account_id", "account"),
        _refers("transaction_id", "transaction"),
        UniqueConstraint("community_id", "transaction_id", "position"),
        CheckConstraint("amount <> 0", name="amount"),
        CheckConstraint("sequence > 0", name="sequence"),
        BY_KEY,
    )
    account_id: Key
    sequence: NumberKey
    transaction_id: Text
    position: Whole
    amount: Amount
    balance: Amount
