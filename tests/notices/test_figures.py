"""What is made public: figures from entries, against the same figures added up one by one."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gridpoints import Account, AccountKind, Actor, Community, Leg, Report, Transaction
from gridpoints.errors import NotWholeNumber, RecordUnknown, Refused
from gridpoints.notices.operations import Deeds, Figures, Month
from gridpoints.testing import ManualClock
from tests.notices.conftest import found

CHAIR = Actor("chair", frozenset({"clerk"}))


def credit(
    village: Community, member: str, deed: str, *, id: str, day: date, hours: int | None = None
) -> int:
    quantity = None if hours is None else Decimal(hours)
    return village.awards.credit(
        Report(id=id, member_id=member, deed=deed, day=day, quantity=quantity)
    ).awarded


def open_shop(village: Community, price: int = 3) -> tuple[str, str]:
    shop = village.redemption.register_merchant("超市", unit="points", rate="1")
    village.redemption.activate_merchant(shop.id)
    soap = village.redemption.draft_offer(shop.id, "洗洁精", price=price)
    village.redemption.publish_offer(soap.id)
    return shop.id, soap.id


def test_earned_redeemed_and_settled(village: Community, clock: ManualClock) -> None:
    li, zhao = (village.community.enrol(name).id for name in ("李秀英", "赵磊"))
    today = date(2026, 12, 30)
    credit(village, li, "care", id="1", day=today, hours=3)  # 30
    credit(village, zhao, "patrol", id="2", day=today)  # 5
    shop, soap = open_shop(village)
    village.redemption.redeem(soap, li, quantity=4)  # 12
    village.redemption.authorise(soap, zhao)  # 3, held: still outstanding
    assert village.notices.figures("points") == Figures(
        village.rules.units()["points"],
        issued=35,
        redeemed=12,
        outstanding=23,
        with_merchants=12,
        settled=0,
        elsewhere=0,
    )
    clock.advance(timedelta(minutes=1))
    statement = village.redemption.settle(shop)
    village.acting_as(CHAIR).redemption.approve_settlement(statement.id)
    figures = village.notices.figures("points")
    assert (figures.redeemed, figures.with_merchants, figures.settled) == (12, 0, 12)


def test_a_village_without_points_has_zeros(village: Community) -> None:
    unit = village.rules.units()["points"]
    assert village.notices.figures("points") == Figures(unit, 0, 0, 0, 0, 0, 0)
    assert village.notices.frequent_deeds("points") == []
    assert village.notices.months("points", date(2026, 12, 5), 2) == [
        Month(date(2026, 12, 1), 0, 0),
        Month(date(2027, 1, 1), 0, 0),
    ]
    with pytest.raises(RecordUnknown):
        village.notices.figures("coins")


def test_months_begin_where_the_village_lives(village: Community, clock: ManualClock) -> None:
    li = village.community.enrol("李秀英").id
    _, soap = open_shop(village)
    credit(village, li, "patrol", id="old", day=date(2026, 11, 30))
    clock.set(datetime(2026, 12, 31, 15, 59, tzinfo=UTC))  # a minute before midnight in Shanghai
    credit(village, li, "care", id="eve", day=date(2026, 12, 31), hours=1)
    village.redemption.redeem(soap, li, quantity=2)
    clock.set(datetime(2026, 12, 31, 16, 0, tzinfo=UTC))
    credit(village, li, "care", id="new", day=date(2027, 1, 1), hours=2)
    credit(village, li, "patrol", id="late", day=date(2026, 12, 31))  # done last year, told today
    village.redemption.redeem(soap, li)
    assert village.notices.months("points", date(2026, 11, 17), 3) == [
        Month(date(2026, 11, 1), issued=5, redeemed=0),
        Month(date(2026, 12, 1), issued=15, redeemed=6),
        Month(date(2027, 1, 1), issued=20, redeemed=3),
    ]


def test_the_most_frequent_deeds_come_first(village: Community) -> None:
    li, zhao = (village.community.enrol(name).id for name in ("李秀英", "赵磊"))
    today = date(2026, 12, 30)
    for number in range(4):  # at most 12 points a month: 5, 5, 2, and a refusal
        credit(village, li, "patrol", id=f"p{number}", day=today)
    credit(village, li, "care", id="c1", day=today, hours=1)
    credit(village, zhao, "care", id="c2", day=today, hours=2)
    assert village.notices.frequent_deeds("points") == [Deeds("patrol", 3, 12), Deeds("care", 2, 30)]
    assert village.notices.frequent_deeds("points", limit=1) == [Deeds("patrol", 3, 12)]


def test_a_statement_gives_the_reason_for_each_entry(village: Community) -> None:
    li = village.community.enrol("李秀英").id
    today = date(2026, 12, 30)
    for number in range(3):
        credit(village, li, "patrol", id=f"p{number}", day=today)
    _, soap = open_shop(village)
    village.redemption.redeem(soap, li, quantity=2)
    village.ledger.post_one(
        Transaction(
            "gift",
            (Leg(Account.member(li, "points"), 1), Leg(Account.issuance("points"), -1)),
            kind="award",  # not one of ours: there is no award to explain it
            reason="new year",
            metadata={"award": ["p0"]},
        )
    )
    lines = village.notices.statement(li, "points")
    assert [(line.entry.amount, line.entry.balance) for line in lines] == [
        (5, 5),
        (5, 10),
        (2, 12),
        (-6, 6),
        (1, 7),
    ]
    assert [[step.code for step in line.explanation] for line in lines] == [
        ["rule", "fixed", "within"],
        ["rule", "fixed", "within"],
        ["rule", "fixed", "clipped"],
        ["redemption"],
        ["award"],
    ]
    assert lines[3].explanation[0].values["reason"] == "洗洁精"
    assert village.notices.statement(li, "points", after=3, limit=1) == lines[3:4]
    with pytest.raises(NotWholeNumber):
        village.notices.statement(li, "points", limit=0)


def test_tallies_count_every_status(village: Community) -> None:
    li, zhao = (village.community.enrol(name).id for name in ("李秀英", "赵磊"))
    village.community.leave(zhao)
    for number in range(4):
        credit(village, li, "patrol", id=f"p{number}", day=date(2026, 12, 30))
    counts = {(tally.kind, tally.status): tally.count for tally in village.notices.tallies()}
    assert counts["member", "active"] == counts["member", "left"] == 1
    assert (counts["award", "credited"], counts["award", "refused"]) == (3, 1)
    assert counts["claim", "no_show"] == 0


ACTS = st.lists(
    st.tuples(
        st.sampled_from(["patrol", "care", "redeem", "reserve", "settle", "fund", "expire", "take back"]),
        st.integers(0, 2),
        st.integers(1, 40),
    ),
    max_size=25,
)


@settings(max_examples=60, deadline=None)
@given(ACTS)
def test_what_was_issued_lies_somewhere(acts: list[tuple[str, int, int]]) -> None:
    clock = ManualClock(datetime(2026, 10, 1, tzinfo=UTC))
    village = found("memory://", clock)
    members = [village.community.enrol(f"成员{number}").id for number in range(3)]
    shop, soap = open_shop(village)
    for number, (act, who, size) in enumerate(acts):
        clock.advance(timedelta(days=size / 4))
        try:
            _act(village, act, members[who], size, id=f"a{number}", shop=shop, soap=soap)
        except Refused:
            continue
    figures = village.notices.figures("points")
    assert figures.issued == (
        figures.outstanding + figures.with_merchants + figures.settled + figures.elsewhere
    )
    assert village.ledger.verify().ok
    held = Counter({line.kind: line.posted for line in village.ledger.trial_balance()})
    assert figures.issued == -held[AccountKind.ISSUANCE]
    assert figures.outstanding == sum(
        village.ledger.balance(Account.member(member, "points")).posted for member in members
    )
    taken = village.ledger.statement(Account.merchant(shop, "points"), limit=1_000).entries
    assert figures.redeemed == sum(entry.amount for entry in taken if entry.amount > 0)
    months = village.notices.months("points", date(2026, 9, 1), 15)
    assert sum(month.issued for month in months) == figures.issued
    assert sum(month.redeemed for month in months) == figures.redeemed


def _act(village: Community, act: str, member: str, size: int, *, id: str, shop: str, soap: str) -> None:
    today = village.context.today()
    account = Account.member(member, "points")
    match act:
        case "patrol":
            credit(village, member, "patrol", id=id, day=today)
        case "care":
            credit(village, member, "care", id=id, day=today - timedelta(days=size), hours=size % 3 + 1)
        case "redeem":
            village.redemption.redeem(soap, member, quantity=size)
        case "reserve":
            village.redemption.authorise(soap, member, quantity=size)
        case "settle":
            statement = village.redemption.settle(shop)
            village.acting_as(CHAIR).redemption.approve_settlement(statement.id)
        case _:
            to = {
                "fund": Account("points", AccountKind.FUND, "help"),
                "expire": Account("points", AccountKind.EXPIRY),
                "take back": Account.issuance("points"),
            }[act]
            village.ledger.post_one(Transaction(id, (Leg(account, -size), Leg(to, size))))
