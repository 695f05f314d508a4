"""What every store keeps, and what it refuses whoever asks: doubled values and dangling ids.

One place for all stores: the memory store reads it, and `gridpoints.testing.StorageContract`
holds every other store to it.
"""

from __future__ import annotations

from collections.abc import Mapping

from gridpoints.awards.model import Arrears, Award
from gridpoints.awards.reviews import Objection, Review, Vote
from gridpoints.catalog.index import IndexEntry, IndexPosting
from gridpoints.catalog.model import Category, Quorum, ServiceItem, Session
from gridpoints.catalog.posts import Errand, Post
from gridpoints.catalog.programmes import Programme
from gridpoints.catalog.series import CalendarDay, Series
from gridpoints.catalog.tasks import Task, TaskList
from gridpoints.catalog.things import Loan, Thing
from gridpoints.claiming.codes import CodeKey
from gridpoints.claiming.conditions import Conditions, Consent, Qualification
from gridpoints.claiming.model import Claim
from gridpoints.claiming.ratings import Rating
from gridpoints.claiming.wishes import Wish
from gridpoints.community.model import Grid, Household, Member, Profile
from gridpoints.records import Change, Record
from gridpoints.redemption.model import Merchant, Offer, Redemption, Settlement
from gridpoints.rules.life import Draft
from gridpoints.rules.model import PublishedRules
from gridpoints.values import Unit

#: Every kind of record that is kept, each after those it refers to.
KINDS: tuple[type[Record], ...] = (
    Profile,
    Grid,
    Household,
    Member,
    Unit,
    Draft,
    PublishedRules,
    Category,
    ServiceItem,
    CalendarDay,
    Series,
    Session,
    Quorum,
    Post,
    Errand,
    TaskList,
    Task,
    Thing,
    Loan,
    Programme,
    IndexEntry,
    IndexPosting,
    Wish,
    Award,
    Arrears,
    Review,
    Vote,
    Objection,
    Conditions,
    Qualification,
    Consent,
    CodeKey,
    Claim,
    Rating,
    Merchant,
    Offer,
    Redemption,
    Settlement,
    Change,
)

#: Fields besides the id that no two records of a kind in one community share, None excepted.
UNIQUE: Mapping[type[Record], tuple[str, ...]] = {Member: ("number",), IndexEntry: ("subject",)}

#: Fields that hold the id of a record in the same community, or None.
REFERENCES: Mapping[type[Record], Mapping[str, type[Record]]] = {
    Grid: {"parent_id": Grid},
    Household: {"grid_id": Grid},
    Member: {"household_id": Household},
    ServiceItem: {"category": Category},
    Series: {"item_id": ServiceItem},
    Session: {"item_id": ServiceItem, "series_id": Series},
    Quorum: {"session_id": Session},
    Post: {"item_id": ServiceItem},
    Errand: {"item_id": ServiceItem, "member_id": Member},
    Task: {"list_id": TaskList, "item_id": ServiceItem, "carried_from": Task},
    Loan: {"thing_id": Thing, "member_id": Member},
    Wish: {"beneficiary_id": Member},
    Award: {"member_id": Member, "household_id": Household},
    Review: {"award_id": Award},
    Vote: {"review_id": Review},
    Objection: {"award_id": Award},
    Qualification: {"member_id": Member},
    Consent: {"member_id": Member},
    Claim: {"member_id": Member, "award_id": Award, "from_claim": Claim},
    Rating: {"claim_id": Claim},
    Offer: {"merchant_id": Merchant},
    Redemption: {"offer_id": Offer, "merchant_id": Merchant, "member_id": Member},
    Settlement: {"merchant_id": Merchant},
}

#: Whole numbers that never fall below 0, None excepted.
NEVER_NEGATIVE: Mapping[type[Record], tuple[str, ...]] = {Offer: ("stock",)}
