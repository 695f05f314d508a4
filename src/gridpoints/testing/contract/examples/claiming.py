"""Who does it: wishes, claims, and what they need."""

from __future__ import annotations

from decimal import Decimal

from gridpoints.claiming.conditions import Conditions, Qualification
from gridpoints.claiming.model import Claim, ClaimStatus, CodeKey, Provenance, Target
from gridpoints.claiming.ratings import Rating, RatingStatus
from gridpoints.claiming.wishes import (
    Own,
    Particulars,
    RoundStatus,
    Voice,
    Wish,
    WishRound,
    WishStatus,
    WishTerms,
)
from gridpoints.claiming.wishes.gifts import (
    Bounty,
    BountyStatus,
    Contact,
    Detail,
    Disclosure,
    Thanks,
    ThanksStatus,
)
from gridpoints.claiming.wishes.screenings import Personal, Screening
from gridpoints.community.consents import AttestationStatus
from gridpoints.ledger.model import MOST_AMOUNT
from gridpoints.records import Record
from gridpoints.testing.contract.edges import BEFORE_1970, LATER, MOMENT, TEXT
from gridpoints.values import Step


def records() -> list[Record]:
    """Each after those it refers to."""
    return [
        WishTerms(
            value_limit=Decimal("500.00"),
            currency="CNY",
            contact_days=1,
            delivery_days=3_660,
            thanks_days=7,
            required=("need", "consent"),
            own=Own.HOUSEHOLD,
            most_held=10**9,
            roles=("clerk", "网格员"),
            version=2,
        ),
        WishRound("2026.1", TEXT, BEFORE_1970, LATER, RoundStatus.CLOSED, 3),
        Wish(
            id="wish",
            beneficiary_id="nobody",
            text=TEXT,
            deed="wish.small",
            made_at=MOMENT,
            made_by="李秀英@1",
            voice=Voice.GUARDIAN,
            number="2026.1-001",
            published_at=LATER,
            parts=1_000,
            value=Decimal("200.50"),
            round_id="2026.1",
            priority=2,
            adopted_by=TEXT,
            adopted_claim_id="claim",
            granted=999,
            due_at=LATER,
            status=WishStatus.CONTACTED,
            version=4,
        ),
        Wish("wish-2", "nobody", "", "wish.small", BEFORE_1970, "clerk"),
        Particulars("wish", "wish", TEXT, TEXT, TEXT, TEXT, version=7),
        Particulars("wish-2", "wish-2", "x"),
        Screening(
            id="screening",
            wish_id="wish",
            at=MOMENT,
            by="clerk",
            text=TEXT,
            need=TEXT,
            consent=TEXT,
            value=Decimal("0.01"),
            leftovers=(Personal.NAME, Personal.PHONE),
            despite=TEXT,
        ),
        Screening("screening-2", "wish", BEFORE_1970, "clerk", ""),
        Conditions("session:session"),
        Conditions(
            id="service_item:item",
            confirmed=True,
            opens_before=0,
            closes_before=1,
            newcomers_before=2,
            most_open=3,
            cooldown_days=4,
            late_minutes=5,
            offer_minutes=6,
            naming_minutes=7,
            travel_minutes=2_000_000_000,
            least_age=8,
            guardian_below=18,
            skills=("急救", "driving"),
            risk=TEXT,
            family_verifies=False,
            entered_counts=True,
            called_off_deed="care",
            version=9,
        ),
        Qualification("q", "nobody", "急救", "clerk", MOMENT, LATER, AttestationStatus.WITHDRAWN, 2),
        Qualification("q2", "nobody", "driving", "clerk", BEFORE_1970),
        CodeKey("session", TEXT, MOMENT),
        Claim(
            id="claim",
            target=Target.WISH,
            target_id="wish",
            member_id="nobody",
            claimed_at=MOMENT,
            lease_until=LATER,
            hours=Decimal("0.000001"),
            verified_by="clerk",
            award_id="award",
            due_at=None,
            seats=1_000,
            team=TEXT,
            children=2,
            acknowledged=True,
            checked_in_at=BEFORE_1970,
            checked_out_at=MOMENT,
            code_window=2**40,
            provenance=Provenance.PAPER,
            entered_by="clerk",
            corrections=6,
            warnings=(Step("little_time_between", {"session": "session", "minutes": 5}),),
            evidence=("照片 2 张", "https://example.org/签到表?n=1"),
            waits_since=MOMENT,
            moved_at=BEFORE_1970,
            status=ClaimStatus.NO_SHOW,
            version=5,
        ),
        Claim("claim-2", Target.SESSION, "session", "李秀英@1", BEFORE_1970, from_claim="claim"),
        Contact("claim", "claim", "wish", MOMENT, "nobody", TEXT),
        Contact("claim-2", "claim-2", "wish", BEFORE_1970, "nobody"),
        Disclosure("shown", "wish", "claim", Detail.ADDRESS, "nobody", MOMENT),
        Disclosure("shown-2", "wish", None, Detail.FILE, "clerk", BEFORE_1970),
        Bounty(
            id="bounty",
            wish_id="wish",
            member_id="nobody",
            unit="points",
            amount=MOST_AMOUNT,
            put_up_at=MOMENT,
            until=LATER,
            paid=MOST_AMOUNT,
            status=BountyStatus.PAID,
            version=2,
        ),
        Thanks(
            "claim", "claim", "wish", "nobody", TEXT, "clerk", MOMENT, ThanksStatus.PUBLISHED, 2_000_000_000
        ),
        Rating("rating", "claim", "clerk", "nobody", 5, MOMENT, TEXT, RatingStatus.LEFT_OUT, 3),
        Rating("rating-2", "claim-2", "nobody", "session:session", 1, BEFORE_1970),
    ]
