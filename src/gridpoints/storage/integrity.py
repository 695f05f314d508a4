"""What every store keeps, and what it refuses whoever asks: doubled values and dangling ids.

One place for all stores: the memory store reads it, and `gridpoints.testing.StorageContract`
holds every other store to it.
"""

from __future__ import annotations

from collections.abc import Mapping

from gridpoints.awards.model import Arrears, Award
from gridpoints.awards.reviews import Objection, Review, Vote
from gridpoints.catalog.model import ServiceItem, Session
from gridpoints.claiming.model import Claim, Wish
from gridpoints.community.emergency import Emergency
from gridpoints.community.model import Grid, Household, Member, Profile
from gridpoints.emergency.directives import Acknowledgement, Directive
from gridpoints.emergency.model import Assignment, MusterCall
from gridpoints.recognition.model import Certificate, RecordEntry
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
    Emergency,
    MusterCall,
    Directive,
    Acknowledgement,
    Unit,
    Draft,
    PublishedRules,
    ServiceItem,
    Session,
    Wish,
    Award,
    Arrears,
    Review,
    Vote,
    Objection,
    Assignment,
    Claim,
    RecordEntry,
    Certificate,
    Merchant,
    Offer,
    Redemption,
    Settlement,
    Change,
)

#: Fields besides the id that no two records of a kind in one community share, None excepted.
UNIQUE: Mapping[type[Record], tuple[str, ...]] = {Member: ("number",)}

#: Fields that hold the id of a record in the same community, or None.
REFERENCES: Mapping[type[Record], Mapping[str, type[Record]]] = {
    Grid: {"parent_id": Grid},
    Household: {"grid_id": Grid},
    Member: {"household_id": Household},
    MusterCall: {"emergency_id": Emergency, "grid_id": Grid},
    Assignment: {
        "call_id": MusterCall,
        "emergency_id": Emergency,
        "member_id": Member,
        "award_id": Award,
    },
    Directive: {"emergency_id": Emergency},
    Acknowledgement: {"directive_id": Directive, "grid_id": Grid},
    Session: {"item_id": ServiceItem},
    Wish: {"beneficiary_id": Member},
    Award: {"member_id": Member, "household_id": Household},
    Review: {"award_id": Award},
    Vote: {"review_id": Review},
    Objection: {"award_id": Award},
    Claim: {"member_id": Member, "award_id": Award},
    RecordEntry: {"member_id": Member, "corrects": RecordEntry},
    Certificate: {"member_id": Member, "entry_id": RecordEntry},
    Offer: {"merchant_id": Merchant},
    Redemption: {"offer_id": Offer, "merchant_id": Merchant, "member_id": Member},
    Settlement: {"merchant_id": Merchant},
}

#: Whole numbers that never fall below 0, None excepted.
NEVER_NEGATIVE: Mapping[type[Record], tuple[str, ...]] = {Offer: ("stock",)}
