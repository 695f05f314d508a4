"""What every store keeps, and what it refuses whoever asks: doubled values and dangling ids.

One place for all stores: the memory store reads it, and `gridpoints.testing.StorageContract`
holds every other store to it.
"""

from __future__ import annotations

from collections.abc import Mapping

from gridpoints.awards.exclusions import Exclusion
from gridpoints.awards.model import Arrears, Award
from gridpoints.awards.reviews import Objection, Review, Vote
from gridpoints.catalog.index import IndexEntry, IndexPosting
from gridpoints.catalog.model import Category, Quorum, ServiceItem, Session
from gridpoints.catalog.posts import Errand, Post
from gridpoints.catalog.programmes import Programme
from gridpoints.catalog.series import CalendarDay, Series
from gridpoints.catalog.tasks import Task, TaskList
from gridpoints.catalog.things import Loan, Thing
from gridpoints.claiming.conditions import Conditions, Qualification
from gridpoints.claiming.model import Claim, CodeKey
from gridpoints.claiming.ratings import Rating
from gridpoints.claiming.wishes import Particulars, Wish, WishRound, WishTerms
from gridpoints.claiming.wishes.gifts import Bounty, Contact, Disclosure, Thanks
from gridpoints.claiming.wishes.screenings import Screening
from gridpoints.community.consents import Consent
from gridpoints.community.emergency import Emergency
from gridpoints.community.files import FileEntry, FileReading, HouseholdFile
from gridpoints.community.model import Grid, Household, Member, Profile
from gridpoints.community.offices import Office, Partner, PartnershipAgreement, Team, TeamMember
from gridpoints.community.overlays import Cover, Overlay
from gridpoints.community.people import Classification, ColourCard, DualCheckIn, Guardianship
from gridpoints.community.stations import Booking, SharedResource, Station
from gridpoints.community.talents import Skill, Talent
from gridpoints.community.terms import Term
from gridpoints.emergency.directives import Acknowledgement, Directive
from gridpoints.emergency.model import Assignment, MusterCall
from gridpoints.oversight.model import Look
from gridpoints.recognition.model import Certificate, RecordEntry
from gridpoints.records import Change, Record
from gridpoints.redemption.fund.model import Deposit
from gridpoints.redemption.merchants.model import Agreement, Alliance, Merchant, Staff
from gridpoints.redemption.merchants.outlets import Outlet, Till, TillKey
from gridpoints.redemption.model import Redemption
from gridpoints.redemption.offers.model import Offer
from gridpoints.redemption.statements.model import Adjustment, Settlement
from gridpoints.redemption.till.refunds import Refund
from gridpoints.redemption.vouchers.model import (
    Attempt,
    Delivery,
    DoubleUse,
    MemberSecret,
    OfflineGrant,
    Voucher,
    VoucherKey,
)
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
    Term,
    Overlay,
    Cover,
    Partner,
    PartnershipAgreement,
    Office,
    Team,
    TeamMember,
    Talent,
    Skill,
    Guardianship,
    Station,
    SharedResource,
    Booking,
    Classification,
    DualCheckIn,
    ColourCard,
    HouseholdFile,
    FileEntry,
    FileReading,
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
    WishTerms,
    WishRound,
    Wish,
    Particulars,
    Screening,
    Award,
    Arrears,
    Review,
    Vote,
    Objection,
    Exclusion,
    Assignment,
    Claim,
    RecordEntry,
    Certificate,
    Contact,
    Disclosure,
    Bounty,
    Thanks,
    Conditions,
    Qualification,
    Consent,
    CodeKey,
    Rating,
    Merchant,
    Agreement,
    Staff,
    Alliance,
    Outlet,
    Till,
    TillKey,
    Offer,
    Redemption,
    Refund,
    Settlement,
    Adjustment,
    Deposit,
    Voucher,
    VoucherKey,
    MemberSecret,
    Attempt,
    OfflineGrant,
    Delivery,
    DoubleUse,
    Look,
    Change,
)

#: Fields besides the id that no two records of a kind in one community share, None excepted.
UNIQUE: Mapping[type[Record], tuple[str, ...]] = {
    Member: ("number",),
    IndexEntry: ("subject",),
    Wish: ("number",),
    Voucher: ("code_hash",),
}

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
    Overlay: {"parent_id": Overlay},
    Cover: {"overlay_id": Overlay, "grid_id": Grid, "household_id": Household},
    PartnershipAgreement: {"partner_id": Partner},
    Office: {
        "member_id": Member,
        "grid_id": Grid,
        "household_id": Household,
        "overlay_id": Overlay,
        "partner_id": Partner,
    },
    Team: {"captain_id": Member, "grid_id": Grid, "parent_id": Team},
    TeamMember: {"team_id": Team, "member_id": Member},
    Talent: {"member_id": Member},
    Skill: {"member_id": Member},
    Guardianship: {"member_id": Member, "guardian_id": Member},
    Station: {"grid_id": Grid},
    SharedResource: {"grid_id": Grid, "station_id": Station, "partner_id": Partner},
    Booking: {"resource_id": SharedResource},
    Classification: {"member_id": Member},
    DualCheckIn: {"member_id": Member, "partner_id": Partner, "grid_id": Grid},
    ColourCard: {"member_id": Member},
    HouseholdFile: {"household_id": Household},
    FileEntry: {"household_id": Household},
    FileReading: {"household_id": Household},
    ServiceItem: {"category": Category},
    Series: {"item_id": ServiceItem},
    Session: {"item_id": ServiceItem, "series_id": Series},
    Quorum: {"session_id": Session},
    Post: {"item_id": ServiceItem},
    Errand: {"item_id": ServiceItem, "member_id": Member},
    Task: {"list_id": TaskList, "item_id": ServiceItem, "carried_from": Task},
    Loan: {"thing_id": Thing, "member_id": Member},
    Wish: {"beneficiary_id": Member, "round_id": WishRound},
    Particulars: {"wish_id": Wish},
    Screening: {"wish_id": Wish},
    Award: {"member_id": Member, "household_id": Household},
    Review: {"award_id": Award},
    Vote: {"review_id": Review},
    Objection: {"award_id": Award},
    Exclusion: {"member_id": Member},
    Agreement: {"merchant_id": Merchant},
    Staff: {"merchant_id": Merchant},
    Outlet: {"merchant_id": Merchant},
    Till: {"outlet_id": Outlet, "merchant_id": Merchant},
    TillKey: {"till_id": Till, "merchant_id": Merchant},
    Offer: {"merchant_id": Merchant, "alliance_id": Alliance},
    Redemption: {"merchant_id": Merchant, "member_id": Member, "agreement_id": Agreement},
    Refund: {"redemption_id": Redemption, "merchant_id": Merchant},
    RecordEntry: {"member_id": Member, "corrects": RecordEntry},
    Certificate: {"member_id": Member, "entry_id": RecordEntry},
    Contact: {"claim_id": Claim, "wish_id": Wish},
    Disclosure: {"wish_id": Wish, "claim_id": Claim},
    Bounty: {"wish_id": Wish, "member_id": Member},
    Thanks: {"claim_id": Claim, "wish_id": Wish, "member_id": Member},
    Qualification: {"member_id": Member},
    Consent: {"member_id": Member},
    Claim: {"member_id": Member, "award_id": Award, "from_claim": Claim},
    Rating: {"claim_id": Claim},
    Settlement: {"merchant_id": Merchant},
    Adjustment: {"merchant_id": Merchant, "settlement_id": Settlement},
    Voucher: {"redemption_id": Redemption, "holder_id": Member},
    Delivery: {"till_id": Till, "voucher_id": Voucher, "redemption_id": Redemption},
    DoubleUse: {"voucher_id": Voucher, "merchant_id": Merchant},
}

#: Whole numbers that never fall below 0, None excepted.
NEVER_NEGATIVE: Mapping[type[Record], tuple[str, ...]] = {Offer: ("stock",)}
