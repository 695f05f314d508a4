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
from gridpoints.catalog.model import ItemStatus, ServiceItem, Session
from gridpoints.claiming.model import Claim, ClaimStatus, Target
from gridpoints.claiming.wishes import Wish, WishStatus
from gridpoints.community.emergency import Emergency, EmergencyKind, EmergencyStatus, Mode
from gridpoints.community.files import FileEntry, FileReading, HouseholdFile
from gridpoints.community.hours import WeeklyHours
from gridpoints.community.model import (
    Grid,
    GridKind,
    Household,
    Member,
    MemberStatus,
    Profile,
    Standing,
    Tenure,
)
from gridpoints.community.offices import Engagement, Office, Partner, PartnershipAgreement, Team, TeamMember
from gridpoints.community.overlays import Cover, Overlay
from gridpoints.community.people import CardColour, CheckInStatus, Classification, ColourCard, DualCheckIn
from gridpoints.community.stations import Booking, BookingStatus, SharedResource, Station
from gridpoints.community.talents import Skill, Talent
from gridpoints.community.terms import Term, TermList
from gridpoints.emergency.directives import Acknowledgement, AcknowledgementStatus, Directive, DirectiveStatus
from gridpoints.emergency.model import Assignment, AssignmentStatus, CallStatus, HoursFrom, MusterCall
from gridpoints.ledger.model import MOST_AMOUNT
from gridpoints.oversight.model import Look, Suspicion, Verdict
from gridpoints.recognition.model import (
    Certificate,
    CertificateKind,
    CertificateStatus,
    EntryKind,
    EntryStatus,
    RecordEntry,
)
from gridpoints.records import Change, Record
from gridpoints.redemption.fund import Deposit
from gridpoints.redemption.model import (
    CountedBy,
    Line,
    Redemption,
    RedemptionStatus,
    Refund,
    Restored,
    Share,
    Use,
)
from gridpoints.redemption.offers import Offer, OfferKind, OfferLimit, OfferStatus
from gridpoints.redemption.partners import (
    Agreement,
    AgreementStatus,
    Alliance,
    AllianceStatus,
    Merchant,
    MerchantStatus,
    Staff,
    StaffRole,
    StaffStatus,
)
from gridpoints.redemption.statements import (
    Adjustment,
    AdjustmentStatus,
    Portion,
    Settlement,
    SettlementStatus,
)
from gridpoints.redemption.tills import KeyStatus, Opening, Outlet, PlaceStatus, Till, TillKey
from gridpoints.redemption.tills import Scope as KeyScope
from gridpoints.redemption.vouchers.model import (
    Arrival,
    Attempt,
    Delivery,
    DoubleUse,
    DoubleUseStatus,
    MemberSecret,
    OfflineGrant,
    SecretStatus,
    Voucher,
    VoucherKey,
    VoucherStatus,
)
from gridpoints.rules.approval import StageKind
from gridpoints.rules.case import Scope, UsageKey
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
        Grid(long_id, "", "grid.1", GridKind.ENTRANCE, TEXT, Standing.CLOSED, 2_000_000_000),
        Household("h:1", "grid.1", TEXT),
        Household("h:2", long_id, "", Standing.CLOSED, 3),
        Member("李秀英@1", TEXT, MOMENT, "h:1", "0001", MemberStatus.LEFT, 2_000_000_000),
        Member("nobody", "李", BEFORE_1970),
        Emergency(
            id="汛",
            kind=EmergencyKind.FLOOD,
            reason=TEXT,
            mode=Mode.DRILL,
            declared_at=BEFORE_1970,
            declared_by="clerk",
            grids=("grid.1", long_id),
            ended_at=LATER,
            ended_by="王",
            outcome="长" * LONGEST_TEXT,
            status=EmergencyStatus.OVER,
            version=2,
        ),
        Emergency("fire", EmergencyKind.FIRE, "x", Mode.EMERGENCY, MOMENT, "clerk"),
        MusterCall(
            id="call",
            emergency_id="汛",
            place=TEXT,
            wanted=10**9,
            starts_at=BEFORE_1970,
            called_at=MOMENT,
            called_by="clerk",
            ends_at=LATER,
            skill="水泵",
            grid_id=long_id,
            deed="巡逻/夜",
            status=CallStatus.CLOSED,
            version=3,
        ),
        MusterCall("call-2", "fire", "x", 1, MOMENT, MOMENT, "clerk"),
        Directive("令", TEXT, BEFORE_1970, "clerk", LATER, "汛", DirectiveStatus.WITHDRAWN, 2),
        Directive("every-day", "x", MOMENT, "clerk", LATER),
        Acknowledgement(
            id="令/" + long_id,
            directive_id="令",
            grid_id=long_id,
            remind_at=MOMENT,
            due_at=LATER,
            responsible=("李秀英@1", "zhao"),
            reminded_at=MOMENT,
            escalated_at=LATER,
            acknowledged_at=LATER,
            acknowledged_by="zhao",
            done_at=LATER,
            outcome=TEXT,
            status=AcknowledgementStatus.DONE,
            version=5,
        ),
        Acknowledgement("every-day/grid.1", "every-day", "grid.1", None, LATER),
        *_neighbourhood(long_id),
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
        ServiceItem("item", TEXT, "巡逻/夜", "长" * LONGEST_TEXT, ItemStatus.CLOSED, 3),
        Session("session", "item", BEFORE_1970, LATER, 10**9),
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
            evidence=("照片 3 张", "https://example.org/照片?n=1"),
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
        Assignment(
            id="assignment",
            call_id="call",
            emergency_id="汛",
            member_id="李秀英@1",
            requested_at=BEFORE_1970,
            requested_by="clerk",
            answer_by=MOMENT,
            answered_at=BEFORE_1970,
            mobilised_at=BEFORE_1970,
            in_action_at=BEFORE_1970,
            demobilised_at=LATER,
            hours=Decimal("2190456.00"),
            hours_from=HoursFrom.SELF_REPORTED,
            verified_by="王",
            award_id="award",
            status=AssignmentStatus.STOOD_DOWN,
            version=7,
        ),
        Assignment("assignment-2", "call-2", "fire", "nobody", MOMENT, "clerk"),
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
            status=ClaimStatus.NO_SHOW,
            version=5,
        ),
        Claim("claim-2", Target.SESSION, "session", "李秀英@1", BEFORE_1970),
        RecordEntry(
            id="entry",
            member_id="nobody",
            kind=EntryKind.TRAINING,
            title=TEXT,
            day=date.min,
            entered_at=BEFORE_1970,
            entered_by="clerk",
            hours=Decimal("0.000001"),
            given_by=TEXT,
            note="长" * LONGEST_TEXT,
            status=EntryStatus.CORRECTED,
            version=2,
        ),
        RecordEntry("entry-2", "nobody", EntryKind.HONOUR, "x", date.max, MOMENT, "clerk", corrects="entry"),
        Certificate(
            id="certificate",
            number=2**53,
            member_id="nobody",
            kind=CertificateKind.ENTRY,
            issued_at=MOMENT,
            issued_by="clerk",
            hours=Decimal("1.50"),
            since=date.min,
            until=date.max,
            entry_id="entry-2",
            revoked_at=LATER,
            status=CertificateStatus.REVOKED,
            version=2,
        ),
        Certificate("certificate-2", 1, "nobody", CertificateKind.HOURS, BEFORE_1970, "clerk"),
        Merchant("shop", TEXT, "points", Decimal("0.035"), "CNY", MerchantStatus.SUSPENDED, 6),
        Merchant("shop-2", "小卖部", "hours", Decimal("123456789012.123456")),
        Agreement(
            "agreement",
            "shop",
            date.min,
            Decimal("0.035"),
            "CNY",
            Decimal("2.50"),
            Period.QUARTER,
            25,
            ("household-goods", TEXT),
            date.max,
            "王",
            AgreementStatus.ENDED,
            2,
        ),
        Agreement("agreement-2", "shop", date(2028, 2, 29), Decimal(1)),
        Staff("shop/王", "shop", "王", StaffRole.CASHIER, StaffStatus.LEFT, 3),
        Alliance("alliance", TEXT, ("shop", "shop-2"), AllianceStatus.DISSOLVED, 4),
        Alliance("alliance-2", "商圈"),
        Outlet("outlet", "shop", TEXT, TEXT, (Opening(1, "08:30", "24:00"),), PlaceStatus.CLOSED, 2),
        Outlet("outlet-2", "shop-2", "店"),
        Till("till", "outlet", "shop", TEXT, PlaceStatus.CLOSED, 2),
        TillKey(
            id="key",
            till_id="till",
            merchant_id="shop",
            salt="0" * 32,
            hash="f" * 64,
            scopes=(KeyScope.CAPTURE, KeyScope.READ),
            issued_at=MOMENT,
            expires_at=LATER,
            status=KeyStatus.REVOKED,
            version=2,
        ),
        Offer(
            id="rice",
            merchant_id="shop",
            name=TEXT,
            price=MOST_AMOUNT,
            stock=0,
            kind=OfferKind.DONATION,
            cash=Decimal("19.90"),
            category="household-goods",
            names={"zh_Hans": "大米", "en": "rice"},
            descriptions={"zh_Hans": TEXT},
            pictures=("pictures/rice.jpg", "https://example.org/稻"),
            limits=(OfferLimit(3), OfferLimit(10**9, Period.MONTH, Scope.HOUSEHOLD)),
            star="5",
            opens_at=BEFORE_1970,
            closes_at=LATER,
            fund="care",
            alliance_id="alliance",
            status=OfferStatus.WITHDRAWN,
            version=7,
        ),
        Offer("oil", "shop", "油", 1),
        Redemption(
            id="redemption",
            merchant_id="shop",
            member_id="李秀英@1",
            unit="points",
            points=MOST_AMOUNT,
            lines=(
                Line("rice", TEXT, 10**9, MOST_AMOUNT, Decimal("19.90"), "care", 3, 2),
                Line("oil", "油", 1, 1),
            ),
            shares=(Share("points/member/李秀英@1", MOST_AMOUNT, 3, 2), Share("", 1)),
            authorised_at=MOMENT,
            expires_at=LATER,
            authorised_by="till:till",
            agreement_id="agreement",
            currency="CNY",
            cash=Decimal("20.00"),
            top_up=Decimal("0.10"),
            request="f" * 64,
            uses=(Use("offer:rice:month household:h:1 2028-02-01", CountedBy.PIECES, "rice"),),
            explanation=(Step("redemption_line", {"quantity": 1, "cash": Decimal("19.90")}),),
            earned=("award:award",),
            captured_at=LATER,
            status=RedemptionStatus.CAPTURED,
            version=8,
        ),
        Redemption(
            id="redemption-2",
            merchant_id="shop",
            member_id="nobody",
            unit="points",
            points=1,
            lines=(Line("oil", "油", 1, 1),),
            shares=(Share("points/member/nobody", 1),),
            authorised_at=BEFORE_1970,
            expires_at=MOMENT,
        ),
        Refund(
            id="refund",
            redemption_id="redemption",
            merchant_id="shop",
            refunded_at=MOMENT,
            refunded_by="王",
            unit="points",
            points=MOST_AMOUNT,
            pieces={"rice": 2},
            restocked={"rice": 1},
            cash=Decimal("39.80"),
            currency="CNY",
            restored=(Restored("points/member/李秀英@1", 2, LATER), Restored("points/member/nobody", 1)),
            carried=1,
            retaken={"award:award": 1},
            reason=TEXT,
            request="f" * 64,
        ),
        Refund("refund-2", "redemption", "shop", BEFORE_1970, "", "points", 0),
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
            refunded=MOST_AMOUNT,
            portions=(
                Portion(None, Decimal("0.035"), Decimal("2.50"), -3, Decimal("-0.105"), Decimal("-0.002625")),
                Portion("agreement", Decimal(1), Decimal(0), MOST_AMOUNT, Decimal("999999.999"), Decimal(0)),
            ),
            brought=Decimal("-0.00000001"),
            gross=Decimal("34999999999999.9700001"),
            fees=Decimal("0.002625"),
            adjustments=Decimal("-12.30"),
            carried=Decimal("0.009999"),
            approved_by="auditor",
            payment_reference=TEXT,
            status=SettlementStatus.PAID,
            version=9,
        ),
        Adjustment(
            "adjustment",
            "shop",
            Decimal("-12.30"),
            "CNY",
            TEXT,
            MOMENT,
            "clerk",
            "settlement",
            AdjustmentStatus.SETTLED,
            2,
        ),
        Deposit("deposit", Decimal("-0.01"), "CNY", TEXT, date.max, MOMENT, "clerk"),
        Adjustment("adjustment-2", "shop", Decimal("0.01"), "CNY", TEXT, BEFORE_1970, "clerk"),
        Voucher(
            id="voucher",
            redemption_id="redemption",
            holder_id="李秀英@1",
            code_hash="f" * 64,
            issued_at=MOMENT,
            valid_until=LATER,
            named=True,
            offline=True,
            status=VoucherStatus.REVOKED,
            version=3,
        ),
        Voucher("voucher-2", "redemption", "李秀英@1", "e" * 64, BEFORE_1970, LATER),
        VoucherKey("292ef97f", TEXT, MOMENT, SecretStatus.REVOKED, 2),
        MemberSecret("李秀英@1", "00" * 20, MOMENT, 2**40, SecretStatus.ACTIVE, 9),
        Attempt("attempt", "till:till", MOMENT, "voucher_expired", "voucher"),
        Attempt("attempt-2", "till:till", BEFORE_1970, "voucher_unknown"),
        OfflineGrant("till", Decimal("100.50"), MOMENT, "clerk", SecretStatus.REVOKED, 2),
        Delivery(
            id="till:1",
            till_id="till",
            number=1,
            token=TEXT,
            taken_at=BEFORE_1970,
            delivered_at=MOMENT,
            arrival=Arrival.CONTESTED,
            voucher_id="voucher",
            redemption_id="redemption",
            points=Decimal("0.5"),
            over_limit=True,
            reason="voucher_taken",
        ),
        Delivery("till:2", "till", 2, TEXT, MOMENT, MOMENT, Arrival.REFUSED),
        DoubleUse(
            id="till:1",
            voucher_id="voucher",
            merchant_id="shop",
            points=MOST_AMOUNT,
            unit="points",
            taken_at=MOMENT,
            reason="voucher_taken",
            first=TEXT,
            decided_by="clerk",
            note=TEXT,
            status=DoubleUseStatus.PAID,
            version=2,
        ),
        Look("look", Suspicion.RING, Verdict.CLEARED, TEXT, MOMENT, "auditor"),
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


def _neighbourhood(long_id: str) -> list[Record]:
    """Who does what where, and what is noted of people and households."""
    hours = (WeeklyHours(1, "00:00", "24:00"), WeeklyHours(7, "09:00", "11:30"))
    return [
        Term("care_flag/bed", TermList.CARE_FLAG, "bed", {"zh_Hans": "卧床"}, Standing.CLOSED, 2),
        Overlay("zone", TEXT, "zone"),
        Overlay("branch", TEXT, "branch", "支部", "zone", Standing.CLOSED, 3),
        Cover("c1", "zone", grid_id=long_id),
        Cover("c2", "branch", "grid.1", "h:1", Tenure.ENDED, 4),
        Partner("school", TEXT, "school", TEXT, Standing.CLOSED, 5),
        PartnershipAgreement("a1", "school", TEXT, TEXT, date.min, date.min),
        PartnershipAgreement("a2", "school", TEXT, TEXT, date.max, date.min, date.max, Tenure.ENDED, 6),
        Office("o1", "nobody", "grid_worker", date.min),
        Office(
            id="o2",
            member_id="李秀英@1",
            role="adviser",
            since=date.min,
            until=date.max,
            grid_id=long_id,
            household_id="h:1",
            overlay_id="zone",
            partner_id="school",
            duty=TEXT,
            contact=TEXT,
            engagement=Engagement.FULL_TIME,
            status=Tenure.ENDED,
            version=7,
        ),
        Team("t1", TEXT, ""),
        Team("t2", TEXT, TEXT, "law", "nobody", "grid.1", "t1", Standing.CLOSED, 8),
        TeamMember("t2/nobody", "t2", "nobody", TEXT, date.min),
        TeamMember("t1/李", "t1", "李秀英@1", "", date.min, date.max, Tenure.ENDED, 9),
        Talent("nobody", "nobody", hours, TEXT, Standing.CLOSED, 10),
        Skill("nobody/law", "nobody", "law"),
        Skill("nobody/理发", "nobody", "理发", Tenure.ENDED, 2),
        Station("s1", TEXT, "grid.1"),
        Station("s2", TEXT, long_id, TEXT, hours, {"伞": 10, "x": 0}, Standing.CLOSED, 11),
        SharedResource("r1", TEXT, "room"),
        SharedResource("r2", TEXT, "car", "grid.1", "s1", "school", 2_000_000_000, hours, Standing.CLOSED, 2),
        Booking("b1", "r1", TEXT, BEFORE_1970, LATER),
        Booking("b2", "r2", TEXT, MOMENT, LATER, BookingStatus.CANCELLED, 2),
        Classification("nobody", "nobody", "retired", "direct", Standing.CLOSED, 2),
        DualCheckIn("nobody", "nobody"),
        DualCheckIn(
            "李秀英@1", "李秀英@1", "school", date.min, "grid.1", date.max, CheckInStatus.COMPLETE, 3
        ),
        ColourCard("card", "nobody", CardColour.SERVICE, TEXT, date.max, Standing.CLOSED, 2),
        HouseholdFile("h:1", "h:1", Standing.CLOSED, 2),
        FileEntry("e1", "h:1", (), "", "sun", BEFORE_1970),
        FileEntry("e2", "h:1", ("hardship", "独居"), TEXT, "sun", MOMENT, {"health": TEXT}),
        FileReading("f1", "h:1", "sun", LATER, TEXT),
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
