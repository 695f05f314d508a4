"""How members stand: what was credited to them, their star, and what comes of it in the other rooms."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import NoReturn

import pytest

from gridpoints import Account, Actor, Community, Exchange, Leg, Member, Transaction
from gridpoints.awards.model import Award, AwardStatus, Report
from gridpoints.errors import DeedConflict, NotRedeemable, RightReserved, StarTooLow, TakesNoPart
from gridpoints.i18n import Language
from gridpoints.redemption.offers.model import Offer
from gridpoints.redemption.operations import Merits, Redemptions
from gridpoints.storage.port import Work
from gridpoints.testing import ManualClock
from gridpoints.values import Step
from tests.rooms.conftest import START

RULES = """\
gridpoints: 1
code: stars
version: "1"
name: {en: Rules with stars, zh_Hans: 星级细则, zh_Hant: 星級細則}
source: written for the tests
from: 2026-01-01
units:
  points: {name: {en: points, zh_Hans: 积分, zh_Hant: 積分}}
facts:
  visits: {type: number, name: {en: visits}}
  member.stars: {type: number}
deeds:
  care: {name: {en: Elder care}, points: {per: hour, amount: 10}}
  patrol: {name: {en: Patrol}, points: 5}
  litter: {name: {en: Litter}, points: -3}
  lead: {name: {en: Lead a team}, points: 20, when: "member.stars >= 1"}
  speech: {name: {en: Speech}, points: {range: [10, 50]}, approval: {panel: {seats: 2, quorum: 1}}}
  walk: {name: {en: Walk}, points: 1}
stars:
  review: year
  over: year
  demotion: one_level
  levels:
    one: {name: {en: One star, zh_Hans: 一星, zh_Hant: 一星}, needs: {hours: 3}}
    two: {name: {en: Two stars, zh_Hans: 二星, zh_Hant: 二星}, needs: {hours: 6, points: 50, visits: 2}}
  suspension: [{no_shows: 1, period: year, days: 30}]
redemption: {hours_first: 3}
"""


@pytest.fixture
def village(exchange: Exchange) -> Community:
    founded = exchange.found("stars", name="星村", rules=RULES)
    return founded.acting_as(Actor("clerk-wang", frozenset({"clerk"})))


def done(
    village: Community,
    member: Member,
    deed: str,
    hours: int | None = None,
    day: str = "2026-03-02",
    **facts: int,
) -> Award:
    quantity = None if hours is None else Decimal(hours)
    id = village.context.ids.new()
    return village.awards.credit(Report(id, member.id, deed, date.fromisoformat(day), quantity, facts=facts))


def offered(village: Community, name: str, price: int, star: str | None = None) -> Offer:
    room = village.redemption
    shop = room.register_merchant(name, unit="points", rate="0.1")
    room.activate_merchant(shop.id)
    return room.publish_offer(room.draft_offer(shop.id, name, price=price, star=star).id)


def star(village: Community, member: Member, day: str | None = None) -> str | None:
    found = village.awards.standing(member.id, None if day is None else date.fromisoformat(day))
    return found.star.level.code if found.star and found.star.level else None


def stayed_away(village: Community, member: Member, clock: ManualClock) -> None:
    item = village.catalog.publish(village.catalog.draft("Read to the blind", deed="care").id)
    hour = timedelta(hours=1)
    session = village.catalog.hold_session(item.id, START + hour, START + 2 * hour, places=5)
    claim = village.claiming.claim_session(session.id, member.id)
    clock.set(session.ends_at)
    village.claiming.no_show(claim.id)


# --- figures and stars ----------------------------------------------------------------------------


def test_what_is_credited_counts_until_it_is_taken_back(village: Community, li: Member) -> None:
    done(village, li, "care", 2)
    patrol = done(village, li, "patrol", visits=2)
    done(village, li, "litter")
    assert done(village, li, "lead").status is AwardStatus.REFUSED
    assert done(village, li, "speech").status is AwardStatus.PENDING
    found = village.awards.standing(li.id)
    assert found.metrics == {"hours": 2, "times": 2, "points": 25, "visits": 2}
    assert (found.since, found.day, found.no_shows) == (date(2026, 1, 1), date(2026, 3, 2), ())
    assert found.star is not None
    assert found.star.level is None
    assert found.star.missing == {"hours": 1}
    village.awards.reverse(patrol.id, "a mistake")
    assert village.awards.standing(li.id).metrics == {"hours": 2, "times": 1, "points": 20}


@pytest.mark.parametrize(
    "limit",
    [
        "most: 10, excess: clip",
        "most: 10, excess: reject",
        "most: 1, counts: times, excess: clip",
        "most: 1, counts: quantity, excess: clip",
    ],
)
def test_hours_are_served_whose_points_were_limited_to_0(village: Community, li: Member, limit: str) -> None:
    limited = RULES.replace('version: "1"', 'version: "2"').replace("2026-01-01", "2026-03-02")
    village.rules.publish(limited + f"limits: {{care-day: {{deeds: [care], period: day, {limit}}}}}\n")
    assert done(village, li, "care", 1).status is AwardStatus.CREDITED
    served = done(village, li, "care", 2, visits=1)
    assert (served.status, served.awarded, served.wanted) == (AwardStatus.REFUSED, 0, 20)
    found = village.awards.standing(li.id)
    assert found.metrics == {"hours": 3, "times": 2, "points": 10, "visits": 1}
    assert star(village, li) == "one"
    # What somebody only entered for the record was verified by nobody.
    village.awards.keep_for_record(
        Report("e", li.id, "care", date(2026, 3, 2), Decimal(5)), Step("entered_hours")
    )
    assert village.awards.standing(li.id).metrics == found.metrics


def test_hours_are_served_where_the_account_is_full(village: Community, li: Member) -> None:
    capped = RULES.replace('version: "1"', 'version: "2"').replace("2026-01-01", "2026-03-02")
    village.rules.publish(capped.replace("zh_Hant: 積分}}", "zh_Hant: 積分}, cap: 10}"))
    done(village, li, "care", 1)
    assert done(village, li, "care", 2).status is AwardStatus.REFUSED
    assert village.awards.standing(li.id).metrics == {"hours": 3, "times": 2, "points": 10}


def test_a_star_rises_at_once_and_falls_at_reviews(
    village: Community, li: Member, clock: ManualClock
) -> None:
    done(village, li, "care", 5)
    done(village, li, "care", 1, day="2026-03-01", visits=2)
    assert [star(village, li, day) for day in ("2026-02-28", "2026-03-01", "2026-03-02")] == [
        None,
        None,
        "two",
    ]
    clock.advance(timedelta(days=365 * 4))
    # What was done in the year counts on the day of its review; then nothing was done any more.
    days = ("2026-12-31", "2027-01-01", "2027-12-31", "2028-01-01", "2029-01-01")
    assert [star(village, li, day) for day in days] == ["two", "two", "two", "one", None]
    lost = village.awards.standing(li.id, date(2028, 1, 1)).star
    assert lost is not None
    assert lost.explanation[0].code == "star_lost"


def test_reviews_go_by_the_rules_of_their_day(village: Community, li: Member, clock: ManualClock) -> None:
    done(village, li, "care", 6, visits=2)
    kept = RULES.replace('version: "1"', 'version: "2"').replace("2026-01-01", "2027-06-01")
    village.rules.publish(kept.replace("one_level", "never"))
    none = RULES.replace('version: "1"', 'version: "3"').replace("2026-01-01", "2030-01-01")
    none = none[: none.index("stars:\n")]
    village.rules.publish(none)
    clock.advance(timedelta(days=365 * 4))
    assert [star(village, li, day) for day in ("2027-05-31", "2029-12-31", "2030-01-01")] == [
        "two",
        "two",
        None,
    ]
    assert village.awards.standing(li.id, date(2030, 1, 1)).star is None
    assert village.awards.standing(li.id, date(2025, 1, 1)).star is None


def test_all_stand_in_one_list_that_is_not_for_everybody(
    village: Community, li: Member, zhao: Member
) -> None:
    done(village, zhao, "care", 3)
    assert [found.member_id for found in village.awards.standings()] == sorted([li.id, zhao.id])
    assert village.awards.standings() == [village.awards.standing(id) for id in sorted([li.id, zhao.id])]
    rules = RULES.replace('version: "1"', 'version: "2"').replace("2026-01-01", "2026-03-02")
    village.rules.publish(rules + "permissions: {see_statements: [clerk]}\n")
    as_li = village.acting_as(Actor(li.id)).awards
    assert as_li.standing(li.id).star is not None
    for ask in (as_li.standings, lambda: as_li.standing(zhao.id)):
        with pytest.raises(RightReserved):
            ask()


def test_who_stayed_away_takes_no_part(village: Community, li: Member, clock: ManualClock) -> None:
    stayed_away(village, li, clock)
    today = village.awards.standing(li.id)
    assert (today.no_shows, today.barred) == ((date(2026, 3, 2),), None)
    clock.advance(timedelta(days=1))
    barred = village.awards.standing(li.id).barred
    assert barred is not None
    assert barred.until == date(2026, 4, 2)


# --- what it is for: redeeming --------------------------------------------------------------------


def test_hours_that_were_served_open_the_first_redemption(village: Community, li: Member) -> None:
    soap = offered(village, "Soap", 1)
    done(village, li, "care", 2)
    with pytest.raises(NotRedeemable) as refused:
        village.redemption.redeem(soap.id, li.id)
    assert "there are 2" in Language.of("en").error(refused.value)
    village.redemption.authorise(soap.id, li.id, merits=Merits(hours=Decimal(3)))
    with pytest.raises(NotRedeemable):  # what is said counts, and not what is known
        village.redemption.redeem(soap.id, li.id, merits=Merits())
    done(village, li, "care", 1)
    village.redemption.redeem(soap.id, li.id)
    issued = village.redemption.issue_voucher(soap.id, li.id)
    assert issued.voucher.holder_id == li.id


def test_an_offer_for_a_star_is_had_by_who_holds_it(village: Community, li: Member) -> None:
    oil = offered(village, "Oil", 1, star="one")
    done(village, li, "patrol")
    with pytest.raises(StarTooLow):
        village.redemption.redeem(oil.id, li.id, merits=Merits(hours=Decimal(3)))
    with pytest.raises(StarTooLow) as refused:
        village.redemption.redeem(oil.id, li.id)
    assert refused.value.fields["found"] is None
    done(village, li, "care", 3)
    village.redemption.redeem(oil.id, li.id)


def test_who_is_suspended_redeems_nothing(village: Community, li: Member, clock: ManualClock) -> None:
    soap = offered(village, "Soap", 1)
    done(village, li, "care", 3)
    stayed_away(village, li, clock)
    village.redemption.redeem(soap.id, li.id)
    clock.advance(timedelta(days=1))
    with pytest.raises(TakesNoPart):
        village.redemption.redeem(soap.id, li.id)
    village.redemption.redeem(soap.id, li.id, merits=Merits(hours=Decimal(3)))
    clock.set(START + timedelta(days=31))
    village.redemption.redeem(soap.id, li.id)


class NobodyAsks:
    """Fails where anything of a member is looked up."""

    def star(self, work: Work, member_id: str) -> NoReturn:
        raise AssertionError

    def hours(self, work: Work, member_id: str) -> NoReturn:
        raise AssertionError

    def no_shows(self, work: Work, member_id: str) -> NoReturn:
        raise AssertionError

    def excluded(self, work: Work, member_id: str) -> NoReturn:
        raise AssertionError


def test_nothing_is_looked_up_that_the_rules_and_the_offers_do_not_ask_for(
    exchange: Exchange, clock: ManualClock
) -> None:
    plain = RULES.replace("  suspension: [{no_shows: 1, period: year, days: 30}]\n", "")
    founded = exchange.found("plain", name="平村", rules=plain.replace("redemption: {hours_first: 3}\n", ""))
    village = founded.acting_as(Actor("clerk-wang", frozenset({"clerk"})))
    li = village.community.enrol("李秀英", number="1")
    soap = offered(village, "Soap", 1)
    legs = (Leg(Account.member(li.id, "points"), 9), Leg(Account.issuance("points"), -9))
    village.ledger.post_one(Transaction("gift", legs))
    Redemptions(village.context, NobodyAsks()).redeem(soap.id, li.id)


# --- what it is for: deeds ------------------------------------------------------------------------


def test_a_deed_is_told_the_star_of_who_did_it(village: Community, li: Member) -> None:
    before = done(village, li, "lead")
    assert (before.status, before.facts["member.stars"]) == (AwardStatus.REFUSED, 0)
    assert [step.code for step in before.explanation] == ["rule", "no_star_held", "expression"]
    done(village, li, "care", 3)
    report = Report("led", li.id, "lead", date(2026, 3, 2))
    assert village.awards.preview(report).awarded == 20
    award = village.awards.credit(report)
    assert (award.awarded, award.facts["member.stars"]) == (20, 1)
    assert "Held this star: One star" in Language.of("en").explanation(award.explanation)
    assert village.awards.credit(report) == award
    other = Report("led", li.id, "lead", date(2026, 3, 2), facts={"member.stars": 1})
    with pytest.raises(DeedConflict):
        village.awards.credit(other)


def test_what_the_fact_is_otherwise_counts_where_there_are_no_stars(
    exchange: Exchange, clock: ManualClock
) -> None:
    told = RULES.replace("member.stars: {type: number}", "member.stars: {type: number, otherwise: 5}")
    none = told[: told.index("stars:\n  review")]
    for id, rules, awarded in (("stars", told, 0), ("none", none, 20)):
        village = exchange.found(id, name="村", rules=rules)
        li = village.community.enrol("李秀英", number="1")
        assert done(village, li, "lead").awarded == awarded


def test_the_star_that_a_report_tells_goes_before(village: Community, li: Member) -> None:
    report = Report("led", li.id, "lead", date(2026, 3, 2), facts={"member.stars": 2})
    award = village.awards.credit(report)
    assert award.awarded == 20
    assert [step.code for step in award.explanation] == ["rule", "fixed"]
    assert village.awards.credit(report) == award


def test_a_panel_chooses_for_a_deed_that_knows_the_star(village: Community, li: Member) -> None:
    done(village, li, "care", 3)
    speech = done(village, li, "speech")
    agreed = village.acting_as(Actor("voter")).awards.approve(speech.id, amount=30)
    assert agreed.awarded == 30
    codes = [step.code for step in agreed.explanation]
    assert (codes[:2], codes.count("star_held")) == (["rule", "star_held"], 1)
