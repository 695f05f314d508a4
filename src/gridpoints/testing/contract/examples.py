"""One record of every kind, filled to the edges of what it may hold."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import Any

import attrs

from gridpoints.awards.model import Arrears, ArrearsStatus, Award, AwardStatus
from gridpoints.awards.reviews import (
    Objection,
    ObjectionKind,
    ObjectionStatus,
    Review,
    ReviewStatus,
    Side,
    Vote,
)
from gridpoints.catalog.index import BLOCK, IndexEntry, IndexPosting, packed
from gridpoints.catalog.model import (
    Category,
    ItemStatus,
    Mode,
    Quorum,
    QuorumStatus,
    ServiceItem,
    Session,
    SessionStatus,
)
from gridpoints.catalog.posts import Errand, Post
from gridpoints.catalog.programmes import Programme
from gridpoints.catalog.series import CalendarDay, DayStatus, OnHoliday, Series
from gridpoints.catalog.tasks import Task, TaskList
from gridpoints.catalog.things import Loan, LoanStatus, Thing
from gridpoints.claiming.codes import CodeKey
from gridpoints.claiming.conditions import AttestationStatus, Conditions, Consent, Qualification
from gridpoints.claiming.model import Claim, ClaimStatus, Provenance, Target
from gridpoints.claiming.ratings import Rating, RatingStatus
from gridpoints.claiming.wishes import Wish, WishStatus
from gridpoints.community.model import Grid, Household, Member, MemberStatus, Profile
from gridpoints.ledger.model import MOST_AMOUNT
from gridpoints.records import Change, Record
from gridpoints.redemption.model import (
    Merchant,
    MerchantStatus,
    Offer,
    OfferStatus,
    Redemption,
    RedemptionStatus,
    Settlement,
    SettlementStatus,
)
from gridpoints.rules.approval import StageKind
from gridpoints.rules.case import UsageKey
from gridpoints.rules.life import Ballot, Draft, DraftStatus
from gridpoints.rules.model import PublishedRules
from gridpoints.values import LONGEST_DERIVED, LONGEST_IDENTIFIER, LONGEST_TEXT, Period, Step, Unit

#: The last microsecond of a February day in Shanghai.
MOMENT = datetime(2028, 2, 29, 15, 59, 59, 999_999, tzinfo=UTC)
LATER = datetime(2199, 12, 31, 16, tzinfo=UTC)
BEFORE_1970 = datetime(1949, 10, 1, 7, 0, 0, 1, tzinfo=UTC)
#: Beyond the 16 bits of older encodings, with quotes, signs of SQL, a line break, and both scripts.
TEXT = "𠮷野家 👩‍👩‍👧 “白羊村” 'O\\'Neil'; -- %s {x} :y\n積分\t积分 é"


def examples(community: str) -> list[Record]:
    """The records, each after those it refers to; the first is the community's `Profile`."""
    long_id = "请" * LONGEST_IDENTIFIER
    return [
        Profile(community, TEXT, "Asia/Urumqi", BEFORE_1970),
        Grid("grid.1", TEXT),
        Grid(long_id, "", parent_id="grid.1"),
        Household("h:1", "grid.1", TEXT),
        Member("李秀英@1", TEXT, MOMENT, "h:1", "0001", MemberStatus.LEFT, 2_000_000_000),
        Member("nobody", "李", BEFORE_1970),
        Unit("points", 0, {"zh_Hans": "积分", "zh_Hant": "積分", "en": "points"}),
        Unit("hours", 6),
        Draft(
            id="细则@2026-1",
            text="# " + TEXT + "长" * 200_000,
            drafted_at=BEFORE_1970,
            drafted_by="clerk",
            approved_at=MOMENT,
            approved_by="王",
            vote=Ballot(10_000_000, 0, 3, TEXT),
            status=DraftStatus.PUBLISHED,
            version=5,
        ),
        Draft("next@2", "", MOMENT, "clerk"),
        PublishedRules("细则@2026-1", "# " + TEXT + "长" * 200_000, date.max, MOMENT, "clerk"),
        *_catalog(),
        Wish("wish", "nobody", TEXT, "wish.small", MOMENT, WishStatus.DELIVERED, 4),
        Award(
            id="报" * LONGEST_DERIVED,
            member_id="李秀英@1",
            deed="care",
            day=date.min,
            quantity=Decimal("2.50"),
            source="file/台账 三月.csv#7",
            reported_by="clerk",
            recorded_at=MOMENT,
            rule_set="细则@2026-1",
            unit="points",
            wanted=MOST_AMOUNT,
            awarded=0,
            status=AwardStatus.REFUSED,
            explanation=(
                Step("rule", {"rule_set": "细则@2026-1", "names": {"zh_Hans": "助老", "en": "Elder care"}}),
                Step("clipped", {"left": Decimal("0.0"), "period": Period.MONTH, "on": date(2028, 2, 29)}),
                Step("counted", {"times": 3, "text": TEXT}),
                Step("bare"),
            ),
            facts={
                "category": TEXT,
                "member.stars": 10**30,
                "hours_of_sleep": Decimal("7.50"),
                "part": Fraction(1, 3),
                "emergency": True,
                "born": date(1949, 10, 1),
            },
            chosen=Decimal("7.50"),
            household_id="h:1",
            uses={
                str(UsageKey("入会", "household:h:1", date.min)): MOST_AMOUNT,
                "care member:李 2028-02-01": 1,
            },
            version=3,
        ),
        Award(
            id="award",
            member_id="nobody",
            deed="patrol",
            day=date.max,
            quantity=None,
            source="",
            reported_by="",
            recorded_at=BEFORE_1970,
            rule_set="",
            unit="hours",
            wanted=0,
            awarded=1,
            status=AwardStatus.CREDITED,
            explanation=(),
        ),
        Arrears(
            "award",
            "hours/member/nobody",
            "patrol",
            MOST_AMOUNT,
            1,
            MOMENT,
            7,
            ArrearsStatus.PAID,
            2_000_000_000,
        ),
        Review("award#1", "award", 1, StageKind.NOTICE, BEFORE_1970, LATER, ReviewStatus.CONTESTED, 4),
        Review("award#2", "award", 2, StageKind.PANEL, MOMENT),
        Vote("sun/award#2", "award#2", "sun", Side.FOR, MOMENT, MOST_AMOUNT, TEXT),
        Vote("qian/award#2", "award#2", "qian", Side.AGAINST, BEFORE_1970),
        Objection(
            "against",
            "award",
            "qian",
            MOMENT,
            TEXT,
            ObjectionKind.APPEAL,
            "sun",
            ObjectionStatus.DISMISSED,
            2,
        ),
        Objection("too-late", "award", "qian", BEFORE_1970, "x"),
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
        Consent("c", "nobody", TEXT, "session:session", MOMENT, LATER, AttestationStatus.WITHDRAWN, 2),
        Consent("c2", "nobody", "王", "community", BEFORE_1970),
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
            status=ClaimStatus.NO_SHOW,
            version=5,
        ),
        Claim("claim-2", Target.SESSION, "session", "李秀英@1", BEFORE_1970, from_claim="claim"),
        Rating("rating", "claim", "clerk", "nobody", 5, MOMENT, TEXT, RatingStatus.LEFT_OUT, 3),
        Rating("rating-2", "claim-2", "nobody", "session:session", 1, BEFORE_1970),
        Merchant("shop", TEXT, "points", Decimal("0.035"), "CNY", MerchantStatus.SUSPENDED, 6),
        Merchant("shop-2", "小卖部", "hours", Decimal("123456789012.123456")),
        Offer("rice", "shop", TEXT, MOST_AMOUNT, 0, OfferStatus.WITHDRAWN, 7),
        Offer("oil", "shop", "油", 1),
        Redemption(
            id="redemption",
            offer_id="rice",
            merchant_id="shop",
            member_id="李秀英@1",
            quantity=10**9,
            unit="points",
            points=MOST_AMOUNT,
            authorised_at=MOMENT,
            expires_at=LATER,
            captured_at=LATER,
            status=RedemptionStatus.CAPTURED,
            version=8,
        ),
        Settlement(
            id="settlement",
            merchant_id="shop",
            unit="points",
            after_sequence=0,
            until_sequence=2**53,
            until=LATER,
            redemptions=10**9,
            opening=-MOST_AMOUNT,
            points=MOST_AMOUNT,
            rate=Decimal("0.035"),
            money=Decimal("34999999999999.97"),
            currency="CNY",
            drawn_up_at=MOMENT,
            drawn_up_by="clerk",
            approved_by="auditor",
            payment_reference=TEXT,
            status=SettlementStatus.PAID,
            version=9,
        ),
        Change(
            id="change",
            kind="member",
            subject="李秀英@1",
            version=2,
            at=MOMENT,
            actor="clerk",
            status="left",
            before={
                "name": TEXT,
                "household_id": None,
                "enrolled_at": BEFORE_1970,
                "status": MemberStatus.ACTIVE,
                "hours": Decimal("1.50"),
                "stock": 0,
            },
            reason=TEXT,
        ),
        Change("change-2", "grid", "grid.1", 1, BEFORE_1970, "system", None),
    ]


def _catalog() -> list[Record]:
    """What can be done."""
    names = {"zh_Hans": "法律", "zh_Hant": TEXT, "en": "law"}
    return [
        Category("legal", TEXT, names, 10**9),
        Category("traffic", "交通"),
        ServiceItem(
            id="item",
            name=TEXT,
            deed="巡逻/夜",
            description="长" * LONGEST_TEXT,
            names=names,
            descriptions={"en": TEXT},
            category="legal",
            modes=(Mode.AT_YOUR_DOOR, Mode.FOR_YOU),
            skills=(TEXT, "first-aid"),
            minimum_age=18,
            mandate=True,
            consent=True,
            risk=names,
            place=TEXT,
            status=ItemStatus.CLOSED,
            version=3,
        ),
        ServiceItem("plain", "巡逻", "patrol"),
        CalendarDay("2028-02-29", TEXT, DayStatus.WORKING, 2),
        CalendarDay("2026-10-01"),
        Series(
            id="series",
            item_id="item",
            pattern="FREQ=WEEKLY;BYDAY=WE",
            first_day=date.min,
            begins="22:00",
            ends="06:00",
            places=10**9,
            minimum=1,
            desired=5,
            decide_hours=0,
            place=TEXT,
            on_holiday=OnHoliday.PREVIOUS_WORKING_DAY,
            last_day=date.max,
            announced_until=date.max,
            status=ItemStatus.PUBLISHED,
            version=2,
        ),
        Series("daily", "plain", "FREQ=DAILY", date(2028, 2, 29), "09:00", "10:30", 1, date(2028, 2, 29)),
        Session("session", "item", BEFORE_1970, LATER, 10**9),
        Session(
            id="occasion",
            item_id="item",
            starts_at=MOMENT,
            ends_at=LATER,
            places=3,
            minimum=1,
            desired=2,
            place=TEXT,
            series_id="series",
            occurrence=date(2028, 2, 29),
            status=SessionStatus.CANCELLED,
            version=2,
        ),
        Quorum("occasion", "occasion", MOMENT, 0, QuorumStatus.CALLED_OFF, 3),
        Quorum("session", "session", BEFORE_1970),
        Post(
            "post", "item", TEXT, date.min, 10**9, TEXT, names, date.max, TEXT, TEXT, ItemStatus.PUBLISHED, 2
        ),
        Post("post-2", "plain", "岗", date(2028, 2, 29), 1),
        Errand(
            id="errand",
            item_id="item",
            member_id="nobody",
            mode=Mode.WITH_YOU,
            text=TEXT,
            asked_at=MOMENT,
            asked_by="clerk",
            from_place=TEXT,
            to_place=TEXT,
            mandate=TEXT,
            place=TEXT,
            starts_at=BEFORE_1970,
            ends_at=LATER,
            status=ItemStatus.CLOSED,
            version=3,
        ),
        Errand("errand-2", "plain", "nobody", Mode.FOR_YOU, "x", BEFORE_1970, "nobody"),
        TaskList("2028-02", TEXT, date.min, date.max, names, ItemStatus.CLOSED, 3),
        TaskList("2028-03", "三月", date(2028, 3, 1), date(2028, 3, 31)),
        Task("task", "2028-02", "item", TEXT),
        Task("task-2", "2028-03", "plain", TEXT, 10**9, TEXT, names, TEXT, "task", 3, ItemStatus.CLOSED, 2),
        Thing("umbrella", TEXT, 10**9, 14, TEXT, names, TEXT, ItemStatus.PUBLISHED, 2),
        Thing("book", "书", 0, 1),
        Loan(
            id="loan",
            thing_id="umbrella",
            member_id="nobody",
            lent_at=BEFORE_1970,
            due_at=MOMENT,
            lent_by="clerk",
            returned_at=LATER,
            returned_to="站长",
            status=LoanStatus.RETURNED,
            version=2,
        ),
        Loan("loan-2", "umbrella", "nobody", BEFORE_1970, MOMENT, "clerk"),
        Programme(
            id="programme",
            name=TEXT,
            starts_on=date.min,
            ends_on=date.max,
            description=TEXT,
            names=names,
            item_ids=("item", "plain"),
            status=ItemStatus.PUBLISHED,
            version=2,
        ),
        Programme("programme-2", "一日网格员", date(2028, 2, 29)),
        IndexEntry("0", "service_item/item"),
        IndexPosting("0/t:法律", packed(1 << BLOCK - 1 | 1), 2_000_000_000),
        IndexPosting("0/t:" + TEXT, packed(0)),
    ]


def anatomy(value: Any) -> Any:
    """`value` taken apart to its types, as ``==`` does not tell text from an enum, or True from 1.

    Inside free mappings an enum is its text, and every instant shows how far it is from UTC.
    """
    if attrs.has(type(value)):
        parts = {a.name: getattr(value, a.name) for a in attrs.fields(type(value))}
        return type(value), {
            name: anatomy(part) if isinstance(part, Mapping) else (type(part), anatomy(part))
            for name, part in parts.items()
        }
    if isinstance(value, Mapping):
        return {key: anatomy(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [anatomy(part) for part in value]
    if isinstance(value, datetime):
        return value, value.utcoffset()
    return (str if isinstance(value, StrEnum) else type(value)), value
