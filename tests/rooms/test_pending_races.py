"""Awards that several people act on at the same moment, from a barrier: each ends once."""

from __future__ import annotations

from datetime import date, timedelta
from functools import partial

import pytest

from gridpoints import Account, Actor, Community, Exchange, Leg, Member, Report, Transaction
from gridpoints.awards.model import AwardStatus
from gridpoints.testing import ManualClock
from tests.racing import race

RULES = """\
gridpoints: 1
code: races
version: 1
name: {en: Races}
source: written for the tests
from: 2020-01-01
units: {points: {name: {en: points}}, capped: {name: {en: capped}, cap: 30}}
deeds:
  plain: {name: {en: Plain}, points: 20, unit: points}
  panel: {name: {en: Panel}, points: 20, unit: points, approval: {panel: {seats: 9, quorum: 2}}}
  public: {name: {en: Public}, points: 20, unit: points, approval: {notice: {days: 1}}}
  signed: {name: {en: Signed}, points: 20, unit: points, approval: confirmer}
  capped: {name: {en: Capped}, points: 20, unit: capped}
  litter: {name: {en: Litter}, points: -15, unit: points}
  damage: {name: {en: Damage}, points: -15, unit: points, shortfall: debt}
limits:
  ever: {deeds: [signed], period: lifetime, most: 30, excess: clip}
"""
DAY = date(2026, 3, 1)


#: Memory has one writer by its nature.
pytestmark = pytest.mark.parametrize("store_url", ["sqlite", "postgres"], indirect=True)


@pytest.fixture
def village(exchange: Exchange) -> Community:
    founded = exchange.found("baiyang", name="白羊村", rules=RULES)
    return founded.acting_as(Actor("clerk-wang", frozenset({"clerk"})))


def as_(village: Community, who: str) -> Community:
    return village.acting_as(Actor(who, frozenset({"clerk"})))


def points(village: Community, member: Member, unit: str = "points") -> int:
    return village.ledger.balance(Account.member(member.id, unit)).posted


def test_votes_at_once_complete_a_quorum_once(village: Community, li: Member) -> None:
    for n in range(4):
        village.awards.credit(Report(f"a{n}", li.id, "panel", DAY))
    acts = [partial(as_(village, f"w{w}").awards.approve, f"a{n}") for n in range(4) for w in range(2)]
    assert race(acts) == {"done": 8}
    assert points(village, li) == 80
    assert {award.status for award in village.awards.awards_of(li.id)} == {AwardStatus.CREDITED}
    assert village.ledger.verify().ok


def test_one_person_votes_once_however_often_they_press(village: Community, li: Member) -> None:
    village.awards.credit(Report("a", li.id, "panel", DAY))
    assert race([partial(as_(village, "w").awards.approve, "a")] * 4) == {"done": 1, "voted_already": 3}
    assert len(village.awards.votes_on("a")) == 1
    assert points(village, li) == 0


def test_one_confirms_and_another_rejects(village: Community, li: Member) -> None:
    village.awards.credit(Report("a", li.id, "signed", DAY))
    came = race(
        [
            partial(as_(village, "w0").awards.approve, "a"),
            partial(as_(village, "w1").awards.reject, "a", "no"),
            partial(village.awards.withdraw, "a", "by mistake"),
        ]
    )
    assert came == {"done": 1, "not_pending": 2}
    credited = village.awards.award("a").status is AwardStatus.CREDITED
    assert points(village, li) == (20 if credited else 0)
    left = village.awards.preview(Report("b", li.id, "signed", DAY)).awarded
    assert left == (10 if credited else 20)


def test_the_clock_and_an_objection_at_once(village: Community, li: Member, clock: ManualClock) -> None:
    """Whichever comes first: with the objection it waits, without it is credited, once."""
    for n in range(4):
        village.awards.credit(Report(f"a{n}", li.id, "public", DAY))
    [review] = village.awards.reviews_of("a0")
    assert review.closes_at is not None
    clock.set(review.closes_at - timedelta(seconds=1))
    ticks = [partial(village.awards.tick, review.closes_at)] * 3
    objections = [partial(as_(village, "sun").awards.object, f"a{n}", "untrue") for n in range(4)]
    came = race([*ticks, *objections])
    assert came["done"] + came["not_pending"] == 7
    statuses = [village.awards.award(f"a{n}").status for n in range(4)]
    credited = statuses.count(AwardStatus.CREDITED)
    assert len(village.awards.objections()) == statuses.count(AwardStatus.PENDING) == 4 - credited
    assert points(village, li) == 20 * credited
    assert village.awards.tick(review.closes_at) == []


def test_two_that_wait_never_pass_a_limit(village: Community, li: Member) -> None:
    race([partial(village.awards.credit, Report(f"a{n}", li.id, "signed", DAY)) for n in range(6)])
    assert village.awards.pending_points(li.id) == {"points": 30}
    race([partial(as_(village, "w").awards.approve, f"a{n}") for n in range(6)])
    assert points(village, li) == 30


def test_a_cap_is_not_passed(village: Community, li: Member) -> None:
    came = race([partial(village.awards.credit, Report(f"a{n}", li.id, "capped", DAY)) for n in range(6)])
    assert came == {"done": 6}
    assert points(village, li, "capped") == 30


def test_a_deduction_meets_a_spend(village: Community, li: Member) -> None:
    """What is spent first is not there to be taken, and what is taken first cannot be spent."""
    village.awards.credit(Report("p", li.id, "plain", DAY))
    account, fund = Account.member(li.id, "points"), Account.fund("f", "points")

    def spend(n: int) -> None:
        village.ledger.post_one(Transaction(f"s{n}", [Leg(account, -8), Leg(fund, 8)]))

    acts = [partial(village.awards.credit, Report(f"l{n}", li.id, "litter", DAY)) for n in range(2)]
    came = race([*acts, *(partial(spend, n) for n in range(2))])
    assert came["done"] + came["insufficient_points"] == 4
    taken = sum(award.awarded for award in village.awards.awards_of(li.id) if award.deed == "litter")
    spent = village.ledger.balance(fund).posted
    assert points(village, li) == 20 + taken - spent == 0
    assert village.ledger.verify().ok


def test_what_is_owed_is_paid_once(village: Community, li: Member) -> None:
    village.awards.credit(Report("d", li.id, "damage", DAY))
    came = race([partial(village.awards.credit, Report(f"p{n}", li.id, "plain", DAY)) for n in range(4)])
    assert came == {"done": 4}
    assert points(village, li) == 80 - 15
    assert village.awards.owed_by(Account.member(li.id, "points").key) == []


def test_taken_back_once(village: Community, li: Member, zhao: Member) -> None:
    village.awards.credit_all(Report(f"{m.id}", m.id, "plain", DAY) for m in (li, zhao))
    came = race([partial(village.awards.reverse, li.id, "not done")] * 3)
    assert came == {"done": 1, "illegal_transition": 2}
    assert (points(village, li), points(village, zhao)) == (0, 20)
