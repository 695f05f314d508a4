"""Who may do what by hand: as the rules say, and where they say nothing, those who keep the books."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal

import pytest

from gridpoints import Account, Actor, Community, Exchange, Leg, Member, Report, Transaction
from gridpoints.errors import OfAnotherRoom, RightForNobody, RightReserved
from gridpoints.rules.permissions import Right
from tests.rooms.conftest import START

DAY = date(2026, 3, 2)
RULES = """\
gridpoints: 1
code: reserved
version: {version}
name: {{en: Reserved}}
source: written for the tests
from: 2026-01-0{version}
units: {{points: {{name: {{en: points}}}}}}
roles: {{treasurer: {{name: {{en: Treasurer}}}}}}
{permissions}
deeds:
  patrol: {{name: {{en: Patrol}}, points: 5}}
"""
RESERVED = """\
permissions:
  adjust: [treasurer]
  publish: [treasurer]
  merchants: [treasurer]
  see_balances: [treasurer]
  see_statements: [treasurer]
"""

By = Callable[[Community], object]


@pytest.fixture
def li(village: Community) -> Member:
    return village.community.enrol("李秀英", number="0001")


@pytest.fixture
def zhao(village: Community) -> Member:
    return village.community.enrol("赵磊", number="0002")


def publish(village: Community, version: int, permissions: str = "") -> None:
    village.rules.publish(RULES.format(version=version, permissions=permissions))


def by(village: Community, id: str, *roles: str) -> Community:
    return village.acting_as(Actor(id, frozenset(roles)))


def moved(member: Member, id: str = "t-1") -> Transaction:
    return Transaction(id, (Leg(Account.member(member.id, "points"), 1), Leg(Account.issuance("points"), -1)))


def adjusting(li: Member, zhao: Member) -> dict[str, By]:
    account = Account.member(li.id, "points")
    return {
        "post": lambda of: of.ledger.post([moved(zhao)]),
        "post one": lambda of: of.ledger.post_one(moved(zhao)),
        "post each": lambda of: list(of.ledger.post_each([moved(zhao)])),
        "set a floor": lambda of: of.ledger.set_floor(account, None, reason="I want more"),
        "hold": lambda of: of.ledger.hold(account, 1, expires_at=START + timedelta(days=1)),
        "capture": lambda of: of.ledger.capture("hold", 1, to=Account.member(zhao.id, "points")),
        "release": lambda of: of.ledger.release("hold"),
        "close a period": lambda of: of.ledger.close_period(START - timedelta(days=1)),
        "collect": lambda of: of.ledger.collect(),
        "reverse": lambda of: of.ledger.reverse("by-hand"),
        "reverse an award": lambda of: of.awards.reverse("d-1", "I am envious"),
    }


@pytest.fixture
def stood(village: Community, li: Member) -> None:
    publish(village, 1)
    village.awards.credit(Report("d-1", li.id, "patrol", DAY))
    village.ledger.post([moved(li, "by-hand")])
    account = Account.member(li.id, "points")
    village.ledger.hold(account, 2, expires_at=START + timedelta(days=9), id="hold")


@pytest.mark.usefixtures("stood")
@pytest.mark.parametrize("roles", [(), ("resident",), ("merchant",)])
def test_nobody_else_adjusts_points(
    village: Community, li: Member, zhao: Member, roles: tuple[str, ...]
) -> None:
    before = village.ledger.balances([Account.member(m.id, "points") for m in (li, zhao)])
    for name, act in adjusting(li, zhao).items():
        for who in (li, zhao):
            with pytest.raises(RightReserved) as refused:
                act(by(village, who.id, *roles))
            assert refused.value.right == "adjust", name
    assert village.ledger.balances(list(before)) == before
    assert village.ledger.verify().ok


@pytest.mark.usefixtures("stood")
def test_where_the_rules_name_nobody_those_who_keep_the_books_adjust(
    village: Community, li: Member, zhao: Member
) -> None:
    for act in adjusting(li, zhao).values():
        act(by(village, "wang", "clerk"))
    assert village.ledger.verify().ok


@pytest.mark.usefixtures("stood")
def test_whom_the_rules_name_adjusts_and_nobody_else(village: Community, li: Member, zhao: Member) -> None:
    publish(village, 2, RESERVED)
    for act in adjusting(li, zhao).values():
        with pytest.raises(RightReserved) as refused:
            act(by(village, "wang", "clerk"))
        assert refused.value.roles == ("treasurer",)
    for act in adjusting(li, zhao).values():
        act(by(village, "sun", "treasurer"))


def test_rules_are_published_by_those_who_may(exchange: Exchange) -> None:
    """The first ones by whoever comes: before there are rules, nobody is named."""
    village = exchange.found("yuncun", name="云村")
    eve = by(village, "eve")
    eve.rules.publish(RULES.format(version=1, permissions=""))
    text = RULES.format(version=2, permissions=RESERVED)
    draft = eve.rules.draft(text)
    eve.rules.check_draft(draft.id)
    with pytest.raises(RightReserved):
        eve.rules.publish(text)
    with pytest.raises(RightReserved):
        eve.rules.publish_draft(draft.id)
    by(village, "wang", "clerk").rules.publish(RULES.format(version=3, permissions=RESERVED))
    with pytest.raises(RightReserved):
        by(village, "wang", "clerk").rules.publish(RULES.format(version=4, permissions=""))


@pytest.mark.usefixtures("stood")
def test_one_sees_ones_own_points_and_those_of_others_where_one_may(
    village: Community, li: Member, zhao: Member
) -> None:
    account = Account.member(li.id, "points")
    village.ledger.release("hold")
    village.ledger.seal()
    reading: list[By] = [
        lambda of: of.ledger.balance(account).posted,
        lambda of: of.ledger.balance(account, START).posted,
        lambda of: [lot.remaining for lot in of.ledger.lots(account)],
        lambda of: [entry.amount for entry in of.ledger.statement(account).entries],
        lambda of: of.ledger.transaction("award:d-1").legs,
        lambda of: of.ledger.prove("award:d-1").line.id,
    ]
    seen = [read(village) for read in reading]
    assert [read(by(village, zhao.id)) for read in reading] == seen, "nobody reserved it"
    publish(village, 2, RESERVED)
    rights = []
    for read in reading:
        with pytest.raises(RightReserved) as refused:
            read(by(village, zhao.id))
        rights.append(refused.value.right)
    assert rights == ["see_balances"] * 3 + ["see_statements"] * 3
    assert [read(by(village, li.id)) for read in reading] == seen
    assert [read(by(village, "sun", "treasurer")) for read in reading] == seen


def test_a_household_sees_the_points_that_it_has_together(village: Community, zhao: Member) -> None:
    publish(village, 2, RESERVED)
    grid = village.community.add_grid("第一网格")
    house = village.community.add_household(grid.id, "1号楼101")
    li = village.community.enrol("李华", number="0003", household_id=house.id)
    account = Account.household(house.id, "points")
    assert by(village, li.id).ledger.balance(account).posted == 0
    with pytest.raises(RightReserved):
        by(village, zhao.id).ledger.balance(account)


def test_merchants_are_seen_to_by_those_who_may(village: Community) -> None:
    publish(village, 1)
    clerk, eve = by(village, "wang", "clerk"), by(village, "eve")
    shop = eve.redemption.register_merchant("Shop", unit="points", rate="1")
    acts: list[By] = [
        lambda of: of.redemption.activate_merchant(shop.id),
        lambda of: of.redemption.name_staff(shop.id, "eve", "owner"),
        lambda of: of.redemption.open_outlet(shop.id, "At the gate"),
        lambda of: of.redemption.adjust(shop.id, Decimal(9), reason="for me"),
        lambda of: of.redemption.deposit(Decimal(9), source="nowhere"),
        lambda of: of.redemption.settle(shop.id),
        lambda of: of.redemption.suspend_merchant(shop.id, reason="I dislike them"),
    ]
    for act in acts:
        with pytest.raises(RightReserved) as refused:
            act(eve)
        assert refused.value.right == "merchants"
    for act in acts:
        act(clerk)


def test_where_nobody_may_it_is_told_what_to_write(village: Community) -> None:
    with pytest.raises(RightForNobody) as refused:
        by(village, "wang", "clerk").rules.require(Right.SEE_HOUSEHOLD_FILES)
    assert isinstance(refused.value, RightReserved)
    assert "see_household_files: [clerk]" in str(refused.value)
    assert "–" not in str(refused.value)


@pytest.mark.usefixtures("stood")
def test_what_belongs_to_a_record_is_taken_back_with_it(village: Community) -> None:
    """Else the points would be gone and the limit, the goods or the statement would not."""
    with pytest.raises(OfAnotherRoom) as refused:
        village.ledger.reverse("award:d-1")
    assert (refused.value.transaction, refused.value.kind) == ("award:d-1", "award")
    legs = tuple(Leg(leg.account, -leg.amount) for leg in village.ledger.transaction("award:d-1").legs)
    with pytest.raises(OfAnotherRoom):
        village.ledger.post([Transaction("t-2", legs, reverses="award:d-1")])
    village.ledger.release("hold")
    assert village.awards.reverse("d-1", "a mistake").status == "reversed"
