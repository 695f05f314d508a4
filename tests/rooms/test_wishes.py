"""Wishes: screened, published, in parts and rounds; what is personal in them; bounties and thanks."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from gridpoints import Account, Actor, Community, GridpointsError, Leg, Member, Transaction, Wish
from gridpoints.claiming.model import Claim, ClaimStatus
from gridpoints.claiming.wishes import Own, RoundStatus, Voice, WishStatus, WishTerms
from gridpoints.claiming.wishes.gifts import BountyStatus, Detail, ThanksStatus
from gridpoints.claiming.wishes.screenings import Personal
from gridpoints.errors import (
    AlreadyClaimed,
    BlankText,
    BountyPromised,
    DeedUnknown,
    EmptyInterval,
    IllegalTransition,
    InsufficientPoints,
    LeaseOver,
    MemberInactive,
    NotAnAmount,
    NotDisclosed,
    NotGranted,
    NothingToDisclose,
    NotOneOf,
    NotPublished,
    NotScreened,
    NotTheBeneficiary,
    NotTheGiver,
    NotTheGuardian,
    NotUsable,
    NotYourPoints,
    NotYourWish,
    OwnHouseholdWish,
    OwnScreening,
    OwnWish,
    PersonalDataLeft,
    RecordExists,
    RoundCodeUnusable,
    RoundNotOpen,
    RoundOver,
    ValueAboveLimit,
    WishClosed,
    WishesTooMany,
    WishJudged,
    WishNumberUnknown,
    WishRoleNeeded,
    WishTaken,
    WrongTarget,
)
from gridpoints.testing import ManualClock
from tests.rooms.conftest import START

DAY = timedelta(days=1)


@pytest.fixture
def sun(village: Community) -> Member:
    return village.community.enrol("孙丽", number="3")


def as_(village: Community, who: Member | str, *roles: str) -> Community:
    id = who if isinstance(who, str) else who.id
    return village.acting_as(Actor(id, frozenset(roles)))


def made(village: Community, li: Member, parts: int = 1, text: str = "A lamp") -> Wish:
    return village.claiming.make_wish(li.id, text, deed="wish", parts=parts)


def published(village: Community, li: Member, parts: int = 1) -> Wish:
    return village.claiming.publish_wish(made(village, li, parts).id)


def give(village: Community, member: Member, points: int) -> None:
    legs = [Leg(Account.issuance("points"), -points), Leg(Account.member(member.id, "points"), points)]
    village.ledger.post_one(Transaction(f"given-{member.id}", legs))


def points(village: Community, member: Member) -> tuple[int, int]:
    balance = village.ledger.balance(Account.member(member.id, "points"))
    return balance.posted, balance.available


def granted(village: Community, claim: Claim) -> None:
    village.acting_as(Actor(claim.member_id)).claiming.submit_delivery(claim.id)
    village.claiming.verify(claim.id)


def granted_for_a_bounty(village: Community, beneficiary: Member, giver: Member, neighbour: Member) -> Claim:
    """A neighbour, who had 100 points, put up all of them, and the giver has got them."""
    give(village, neighbour, 100)
    wish = published(village, beneficiary)
    village.claiming.put_up_bounty(wish.id, neighbour.id, 100, unit="points")
    claim = village.claiming.claim_wish(wish.id, giver.id)
    granted(village, claim)
    return claim


# --- screening ------------------------------------------------------------------------------------


def test_who_wrote_it_down(village: Community, li: Member, zhao: Member) -> None:
    assert made(as_(village, li), li).voice is Voice.RESIDENT
    assert made(village, li).voice is Voice.COLLECTOR
    with pytest.raises(NotTheGuardian):
        as_(village, zhao).claiming.make_wish(li.id, "A lamp", deed="wish", voice="guardian")
    with pytest.raises(NotTheGuardian):  # a clerk is nobody's guardian by that
        village.claiming.make_wish(li.id, "A lamp", deed="wish", voice="guardian")
    village.community.name_guardian(li.id, zhao.id)
    wish = as_(village, zhao).claiming.make_wish(li.id, "A lamp", deed="wish", voice="guardian")
    assert (wish.voice, wish.made_by) == (Voice.GUARDIAN, zhao.id)
    village.claiming.publish_wish(wish.id)
    with pytest.raises(OwnWish):
        village.claiming.claim_wish(wish.id, zhao.id)


def test_a_guardian_speaks_for_as_long_as_they_are_one(
    village: Community, li: Member, zhao: Member, sun: Member
) -> None:
    village.community.name_guardian(li.id, zhao.id)
    guardian = as_(village, zhao).claiming
    wish = guardian.make_wish(li.id, "A lamp", deed="wish", voice="guardian", parts=2)
    village.claiming.publish_wish(wish.id)
    first, second = (
        village.claiming.claim_wish(wish.id, m.id) for m in (sun, village.community.enrol("陈静"))
    )
    for claim in (first, second):
        as_(village, village.community.member(claim.member_id)).claiming.submit_delivery(claim.id)
    assert guardian.verify(first.id)[0].status is ClaimStatus.VERIFIED
    assert guardian.disclosures(wish.id) == []
    village.community.end_guardianship(li.id, zhao.id)
    with pytest.raises(NotTheBeneficiary):
        guardian.verify(second.id)
    with pytest.raises(NotTheBeneficiary):
        guardian.disclosures(wish.id)
    assert as_(village, li).claiming.verify(second.id)[0].status is ClaimStatus.VERIFIED


def test_what_cannot_be_written_down(village: Community, li: Member) -> None:
    make = village.claiming.make_wish
    for wrong in ({"parts": 0}, {"value": 0}, {"value": "NaN"}, {"voice": "bird"}, {"address": " "}):
        with pytest.raises(GridpointsError):
            make(li.id, "A lamp", deed="wish", **wrong)
    wish = make(li.id, "A lamp", deed="wish")
    with pytest.raises(BlankText):
        village.claiming.screen_wish(wish.id, text=" ")
    with pytest.raises(NotYourWish):
        as_(village, "nobody").claiming.submit_wish(wish.id)


def test_what_the_public_sees_is_a_text_of_its_own(village: Community, li: Member) -> None:
    wish = made(village, li, text="李秀英, 3号楼2单元201室, 电话 138-0013-8000: 想要一盏台灯")
    assert wish.text == ""
    preview = village.claiming.preview(wish.id)
    assert {each.kind for each in preview.found} == {Personal.NAME, Personal.ADDRESS, Personal.PHONE}
    assert preview.proposed == "…, …, 电话 …: 想要一盏台灯"
    assert preview.missing == ("need", "consent")
    with pytest.raises(PersonalDataLeft) as caught:
        village.claiming.publish_wish(wish.id)
    assert caught.value.personal == ("name", "address", "phone")
    preview = village.claiming.screen_wish(wish.id, text="想要一盏台灯", need="灯坏了", consent="书面")
    assert (preview.card.text, preview.found, preview.missing) == ("想要一盏台灯", (), ())
    shown = village.claiming.publish_wish(wish.id)
    assert (shown.text, shown.number) == ("想要一盏台灯", "2026-001")
    assert village.claiming.numbered("2026-001").text == "想要一盏台灯"
    assert village.claiming.particulars(wish.id).told.startswith("李秀英")


def test_a_person_decides_what_may_stand_there(village: Community, li: Member) -> None:
    wish = made(village, li)
    text = "Call the station, 8888 7777"
    village.claiming.screen_wish(wish.id, text=text)
    with pytest.raises(PersonalDataLeft):
        village.claiming.publish_wish(wish.id)
    village.claiming.screen_wish(wish.id, despite="it is the number of the station")
    assert village.claiming.publish_wish(wish.id).text == text
    screenings = village.claiming.screenings(wish.id)
    assert [s.leftovers for s in screenings] == [(Personal.PHONE,)] * 2
    assert {s.by for s in screenings} == {"clerk-wang"}


def test_another_text_has_to_be_looked_at_again(village: Community, li: Member) -> None:
    wish = made(village, li)
    village.claiming.screen_wish(wish.id, text="8888 7777", despite="the station's")
    village.claiming.screen_wish(wish.id, text="7777 8888")
    with pytest.raises(PersonalDataLeft):
        village.claiming.publish_wish(wish.id)


def test_the_short_way_is_a_screening_by_whoever_publishes(village: Community, li: Member) -> None:
    wish = published(village, li)
    [screening] = village.claiming.screenings(wish.id)
    assert (screening.by, screening.text, screening.consent) == ("clerk-wang", "A lamp", None)


def test_a_wish_that_nothing_could_be_given_for_is_not_published(village: Community, li: Member) -> None:
    wish = village.claiming.make_wish(li.id, "A lamp", deed="whish")
    with pytest.raises(DeedUnknown) as refusal:
        village.claiming.publish_wish(wish.id)
    assert refusal.value.suggestion == "wish"


def test_terms_are_the_communitys(village: Community, li: Member) -> None:
    terms = WishTerms(value_limit=Decimal(500), required=("need", "consent"), roles=("warden",))
    assert village.claiming.set_wish_terms(terms) == terms
    with pytest.raises(WishRoleNeeded):
        village.claiming.set_wish_terms(WishTerms())
    warden = as_(village, "qian", "warden")
    wish = village.claiming.make_wish(li.id, "A lamp", deed="wish", value="500.01")
    for act in (village.claiming.publish_wish, village.claiming.screen_wish):
        with pytest.raises(WishRoleNeeded):
            act(wish.id)
    with pytest.raises(NotScreened):
        warden.claiming.publish_wish(wish.id)
    preview = warden.claiming.screen_wish(wish.id, need="it broke", consent="by telephone")
    assert preview.above_limit
    with pytest.raises(ValueAboveLimit) as caught:
        warden.claiming.publish_wish(wish.id)
    assert (caught.value.limit, caught.value.currency) == (500, "CNY")
    warden.claiming.screen_wish(wish.id, value=500)
    assert warden.claiming.publish_wish(wish.id).status is WishStatus.PUBLISHED
    changed = warden.claiming.set_wish_terms(WishTerms(currency="EUR"), reason="new office")
    assert (changed.currency, changed.version, warden.claiming.wish_terms()) == ("EUR", 2, changed)
    with pytest.raises(NotOneOf):
        village.claiming.set_wish_terms(WishTerms(required=("luck",)))


def test_nobody_judges_their_own_wish(village: Community, li: Member) -> None:
    wish = made(village, li)
    clerk = as_(village, li, "clerk")
    for act in (
        clerk.claiming.screen_wish,
        clerk.claiming.publish_wish,
        lambda id: clerk.claiming.reject_wish(id, reason="no"),
    ):
        with pytest.raises(OwnScreening):
            act(wish.id)


def test_a_wish_is_judged_once(village: Community, li: Member) -> None:
    wish = village.claiming.submit_wish(made(as_(village, li), li).id)
    assert wish.status is WishStatus.SCREENING
    village.claiming.reject_wish(wish.id, reason="the subsistence allowance covers it")
    for act in (village.claiming.publish_wish, village.claiming.screen_wish):
        with pytest.raises(WishJudged):
            act(wish.id)
    with pytest.raises(NotPublished):
        village.claiming.card(wish.id)


def test_one_number_each_year(village: Community, li: Member, clock: ManualClock) -> None:
    assert [published(village, li).number for _ in range(3)] == ["2026-001", "2026-002", "2026-003"]
    clock.set(datetime(2026, 12, 31, 15, 59, 59, tzinfo=UTC))  # one second before the year ends
    assert published(village, li).number == "2026-004"
    clock.set(datetime(2026, 12, 31, 16, tzinfo=UTC))
    assert published(village, li).number == "2027-001"
    with pytest.raises(WishNumberUnknown):
        village.claiming.numbered("2027-002")


# --- who reads what -------------------------------------------------------------------------------


def test_what_is_personal_is_for_few(village: Community, li: Member, zhao: Member, sun: Member) -> None:
    wish = published(village, li)
    for claiming in (as_(village, zhao).claiming, as_(village, "nobody").claiming):
        for act in (claiming.wish, claiming.particulars, claiming.screenings, claiming.preview):
            with pytest.raises(NotYourWish):
                act(wish.id)
        with pytest.raises(WishRoleNeeded):
            claiming.wishes()
        with pytest.raises(NotTheBeneficiary):
            claiming.disclosures(wish.id)
        with pytest.raises(NotYourWish):
            claiming.correct_particulars(wish.id, address="elsewhere")
        assert li.id not in str(claiming.board())
    assert as_(village, li).claiming.particulars(wish.id).told == "A lamp"
    village.claiming.particulars(wish.id)
    [logged] = as_(village, li).claiming.disclosures(wish.id)
    assert (logged.shown_to, logged.detail, logged.at) == ("clerk-wang", Detail.FILE, START)


def test_disclosed_step_by_step_and_logged(
    village: Community, zhao: Member, sun: Member, clock: ManualClock
) -> None:
    grid = village.community.add_grid("第三网格")
    home = village.community.add_household(grid.id, "3号楼201")
    qian = village.community.enrol("钱英", household_id=home.id)
    wish = published(village, qian)
    giver, other = as_(village, zhao), as_(village, sun)
    assert giver.claiming.disclose_area(wish.id) == "第三网格"
    with pytest.raises(NotDisclosed):
        as_(village, "nobody").claiming.disclose_area(wish.id)
    claim = giver.claiming.claim_wish(wish.id, zhao.id)
    assert giver.claiming.disclose(claim.id, "address") == "3号楼201"
    with pytest.raises(NothingToDisclose):
        giver.claiming.disclose(claim.id, Detail.CONTACT)
    village.claiming.correct_particulars(wish.id, contact="13800138000", address="at her daughter's")
    assert giver.claiming.disclose(claim.id, Detail.CONTACT) == "13800138000"
    with pytest.raises(NotOneOf):
        giver.claiming.disclose(claim.id, "everything")
    for nosy, detail in ((other, "address"), (giver, "file")):
        with pytest.raises(NotDisclosed):
            nosy.claiming.disclose(claim.id, detail)
    log = [(d.shown_to, d.detail.value, d.claim_id) for d in village.claiming.disclosures(wish.id)]
    assert sorted(log, key=str) == sorted(
        [(zhao.id, "area", None), (zhao.id, "address", claim.id), (zhao.id, "contact", claim.id)], key=str
    )
    clock.set(START + 7 * DAY)  # the lease is over, whether the clock was told or not
    with pytest.raises(NotDisclosed):
        giver.claiming.disclose(claim.id, "address")


def test_an_address_is_taken_away_when_the_claim_ends(village: Community, li: Member, zhao: Member) -> None:
    wish = village.claiming.make_wish(li.id, "A lamp", deed="wish", address="here")
    village.claiming.publish_wish(wish.id)
    giver = as_(village, zhao)
    claim = giver.claiming.claim_wish(wish.id, zhao.id)
    giver.claiming.cancel(claim.id)
    with pytest.raises(NotDisclosed):
        giver.claiming.disclose(claim.id, "address")
    claim = giver.claiming.claim_wish(wish.id, zhao.id)
    giver.claiming.submit_delivery(claim.id)
    assert giver.claiming.disclose(claim.id, "address") == "here"
    village.claiming.verify(claim.id)
    with pytest.raises(NotDisclosed):
        giver.claiming.disclose(claim.id, "address")
    assert len(village.claiming.disclosures(wish.id)) == 1


# --- claims ---------------------------------------------------------------------------------------


def test_contact_gives_time_to_deliver(
    village: Community, li: Member, zhao: Member, clock: ManualClock
) -> None:
    wish = published(village, li)
    giver = as_(village, zhao)
    claim = giver.claiming.claim_wish(wish.id, zhao.id)
    clock.set(START + 7 * DAY - timedelta(microseconds=1))
    with pytest.raises(NotTheGiver):
        as_(village, li).claiming.note_contact(claim.id)
    giver.claiming.note_contact(claim.id, note="by telephone")
    with pytest.raises(RecordExists):
        giver.claiming.note_contact(claim.id)
    noted = giver.claiming.contact_of(claim.id)
    assert noted is not None
    assert (noted.note, noted.noted_by) == ("by telephone", zhao.id)
    assert village.claiming.wish(wish.id).status is WishStatus.CONTACTED
    clock.set(START + 30 * DAY)
    assert village.claiming.tick_wishes() == 0
    granted(village, claim)
    assert village.claiming.wish(wish.id).status is WishStatus.FULFILLED


@pytest.mark.parametrize("ticks", [False, True])
def test_without_contact_it_goes_back(
    village: Community, li: Member, zhao: Member, sun: Member, clock: ManualClock, *, ticks: bool
) -> None:
    wish = published(village, li)
    claim = village.claiming.claim_wish(wish.id, zhao.id)
    clock.set(START + 7 * DAY)
    if ticks:
        assert [village.claiming.tick_wishes() for _ in range(2)] == [1, 0]
        assert village.claiming.wish(wish.id).status is WishStatus.PUBLISHED
    for act in (village.claiming.note_contact, village.claiming.submit_delivery):
        with pytest.raises(IllegalTransition if ticks else LeaseOver):
            act(claim.id)
    village.claiming.claim_wish(wish.id, sun.id)
    assert village.claiming.claim(claim.id).status is ClaimStatus.LAPSED


def test_several_givers_for_one_wish(village: Community, li: Member, zhao: Member, sun: Member) -> None:
    wish = published(village, li, parts=2)
    first = village.claiming.claim_wish(wish.id, zhao.id)
    with pytest.raises(AlreadyClaimed):
        village.claiming.claim_wish(wish.id, zhao.id)
    [card] = village.claiming.board()
    assert (card.parts, card.free) == (2, 1)
    second = village.claiming.claim_wish(wish.id, sun.id)
    assert village.claiming.board() == []
    qian = village.community.enrol("钱英")
    with pytest.raises(WishTaken):
        village.claiming.claim_wish(wish.id, qian.id)
    granted(village, first)
    assert village.claiming.wish(wish.id).status is WishStatus.CLAIMED
    as_(village, sun).claiming.submit_delivery(second.id)
    with pytest.raises(NotTheBeneficiary):
        as_(village, zhao, "clerk").claiming.verify(second.id)
    village.claiming.verify(second.id)
    wish = village.claiming.wish(wish.id)
    assert (wish.status, wish.granted) == (WishStatus.FULFILLED, 2)
    assert points(village, zhao) == points(village, sun) == (30, 30)


def test_one_person_takes_several_wishes(village: Community, li: Member, zhao: Member, sun: Member) -> None:
    wishes = [published(village, li) for _ in range(3)]
    village.claiming.claim_wish(wishes[1].id, sun.id)
    ids = [wish.id for wish in wishes]
    with pytest.raises(WishTaken):
        village.claiming.claim_wishes(ids, zhao.id)
    assert village.claiming.claims_of(zhao.id) == []
    came = village.claiming.claim_wishes([*ids, "none"], zhao.id, all_or_none=False)
    kinds = [each.code if isinstance(each, GridpointsError) else each.status.value for each in came]
    assert kinds == ["confirmed", "wish_taken", "confirmed", "record_unknown"]
    assert {claim.target_id for claim in village.claiming.claims_of(zhao.id)} == {ids[0], ids[2]}


def test_no_more_in_hand_than_one_may(village: Community, li: Member, zhao: Member) -> None:
    village.claiming.set_wish_terms(WishTerms(most_held=1))
    first, second = published(village, li), published(village, li)
    claim = village.claiming.claim_wish(first.id, zhao.id)
    with pytest.raises(WishesTooMany):
        village.claiming.claim_wish(second.id, zhao.id)
    village.claiming.submit_delivery(claim.id)
    village.claiming.claim_wish(second.id, zhao.id)


def test_an_organisation_adopts_what_is_free(
    village: Community, li: Member, zhao: Member, sun: Member
) -> None:
    wish = published(village, li, parts=5)
    first = village.claiming.claim_wish(wish.id, sun.id)
    claim = village.claiming.adopt_wish(wish.id, zhao.id, "白羊中学")
    assert village.claiming.card(wish.id).adopted_by == "白羊中学"
    assert village.claiming.wish(wish.id).status is WishStatus.CLAIMED
    village.claiming.cancel(claim.id)
    card = village.claiming.card(wish.id)
    assert (card.adopted_by, card.free) == (None, 4)
    claim = village.claiming.adopt_wish(wish.id, zhao.id, "白羊中学")
    granted(village, first)
    granted(village, claim)
    assert village.claiming.wish(wish.id).status is WishStatus.FULFILLED


def test_a_household_is_refused_where_the_community_says_so(village: Community) -> None:
    home = village.community.add_household(village.community.add_grid("1").id, "201")
    mother, son = (village.community.enrol(name, household_id=home.id) for name in ("张兰", "王强"))
    wish = published(village, mother)
    village.claiming.cancel(village.claiming.claim_wish(wish.id, son.id).id)
    village.claiming.set_wish_terms(WishTerms(own=Own.HOUSEHOLD))
    with pytest.raises(OwnHouseholdWish):
        village.claiming.claim_wish(wish.id, son.id)


def test_a_part_that_was_delivered_is_not_withdrawn_from_under_the_giver(
    village: Community, li: Member, zhao: Member, sun: Member
) -> None:
    wish = published(village, li, parts=2)
    claim = village.claiming.claim_wish(wish.id, zhao.id)
    as_(village, zhao).claiming.submit_delivery(claim.id)
    with pytest.raises(IllegalTransition):
        village.claiming.withdraw_wish(wish.id)
    with pytest.raises(NotYourWish):
        as_(village, sun).claiming.withdraw_wish(wish.id)
    village.claiming.verify(claim.id)
    assert village.claiming.withdraw_wish(wish.id).status is WishStatus.WITHDRAWN
    assert village.claiming.claim(claim.id).status is ClaimStatus.VERIFIED


# --- rounds ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("ticks", [False, True])
def test_rounds_open_and_close_by_the_clock(
    village: Community, li: Member, zhao: Member, clock: ManualClock, *, ticks: bool
) -> None:
    claiming = village.claiming
    claiming.plan_round("2026.1", "春季", START + DAY, START + 5 * DAY)
    wish = claiming.publish_wish(made(village, li).id, round_id="2026.1")
    other = claiming.publish_wish(made(village, li, text="Two lamps").id, round_id="2026.1")
    assert (wish.number, other.number) == ("2026.1-001", "2026.1-002")
    assert claiming.board() == []
    with pytest.raises(RoundNotOpen):
        claiming.claim_wish(wish.id, zhao.id)
    clock.set(START + DAY)
    if ticks:
        claiming.tick_wishes()
        assert claiming.rounds()[0].status is RoundStatus.OPEN
    assert len(claiming.board(round_id="2026.1")) == 2
    granted(village, claiming.claim_wish(wish.id, zhao.id))
    clock.set(START + 5 * DAY)
    if ticks:
        claiming.tick_wishes()
    assert claiming.board() == []
    with pytest.raises(RoundNotOpen):
        claiming.claim_wish(other.id, zhao.id)
    late = made(village, li, text="Three lamps")
    with pytest.raises(RoundOver):
        claiming.publish_wish(late.id, round_id="2026.1")
    claiming.plan_round("2026.2", "秋季", START + 6 * DAY, START + 9 * DAY)
    claiming.publish_wish(late.id, round_id="2026.2")
    clock.set(START + 6 * DAY)
    board = claiming.board()
    assert [(card.number, card.priority) for card in board] == [("2026.1-002", 1), ("2026.2-001", 0)]
    claiming.claim_wish(other.id, zhao.id)
    if ticks:
        claiming.tick_wishes()
    clock.set(START + 20 * DAY)  # the lease and both rounds are over
    claiming.plan_round("2026.3", "冬季", START + 19 * DAY, START + 30 * DAY)
    claiming.tick_wishes()
    found = [(c.number, c.priority, c.round_id) for c in claiming.board()]
    assert found == [("2026.1-002", 2, "2026.3"), ("2026.2-001", 1, "2026.3")]
    assert [r.status.value for r in claiming.rounds()] == ["closed", "closed", "open"]
    assert claiming.tick_wishes() == 0


def test_rounds_that_cannot_be(village: Community, zhao: Member) -> None:
    for code in ("2026-1", "", "长" * 41, "a b"):
        with pytest.raises(RoundCodeUnusable):
            village.claiming.plan_round(code, "x", START, START + DAY)
    with pytest.raises(EmptyInterval):
        village.claiming.plan_round("x", "x", START, START)
    with pytest.raises(WishRoleNeeded):
        as_(village, zhao).claiming.plan_round("x", "x", START, START + DAY)


# --- bounties -------------------------------------------------------------------------------------


def test_bounties_are_held_and_go_to_the_giver(
    village: Community, li: Member, zhao: Member, sun: Member
) -> None:
    give(village, sun, 100)
    wish = published(village, li)
    neighbour = as_(village, sun)
    neighbour.claiming.put_up_bounty(wish.id, sun.id, 60, unit="points")
    with pytest.raises(InsufficientPoints):
        neighbour.claiming.put_up_bounty(wish.id, sun.id, 41, unit="points")
    village.claiming.put_up_bounty(wish.id, sun.id, "40", unit="points")
    assert points(village, sun) == (100, 0)
    assert village.claiming.card(wish.id).points == {"points": 100}
    claim = village.claiming.claim_wish(wish.id, zhao.id)
    as_(village, zhao).claiming.submit_delivery(claim.id)
    with pytest.raises(NotPublished):
        neighbour.claiming.put_up_bounty(wish.id, sun.id, 1, unit="points")
    village.claiming.verify(claim.id)
    assert points(village, sun) == (0, 0)
    assert points(village, zhao) == (130, 130)
    assert {b.status for b in village.claiming.bounties(wish.id)} == {BountyStatus.PAID}
    assert village.ledger.verify().ok


def test_a_bounty_is_shared_and_what_nobody_earned_goes_back(
    village: Community, li: Member, zhao: Member, sun: Member
) -> None:
    give(village, sun, 100)
    wish = published(village, li, parts=3)
    village.claiming.put_up_bounty(wish.id, sun.id, 100, unit="points")
    granted(village, village.claiming.claim_wish(wish.id, zhao.id))
    village.claiming.claim_wish(wish.id, sun.id)
    assert points(village, sun) == (100, 0)
    village.claiming.withdraw_wish(wish.id)
    assert points(village, zhao) == (30 + 34, 30 + 34)
    assert points(village, sun) == (66, 66)
    [bounty] = village.claiming.bounties(wish.id)
    assert (bounty.status, bounty.paid) == (BountyStatus.PAID, 34)


def test_a_bounty_that_was_paid_comes_back_when_the_claim_is_void(
    village: Community, li: Member, zhao: Member, sun: Member
) -> None:
    """The wish is published again, and what the giver got for it goes back to whoever put it up."""
    give(village, sun, 100)
    wish = published(village, li, parts=2)
    village.claiming.put_up_bounty(wish.id, sun.id, 61, unit="points")
    wang = village.community.enrol("王强")
    claims = [village.claiming.claim_wish(wish.id, giver.id) for giver in (zhao, wang)]
    for claim in claims:
        granted(village, claim)
    assert (points(village, zhao), points(village, wang), points(village, sun)[0]) == ((61, 61), (60, 60), 39)

    void = village.claiming.void(claims[0].id, reason="there was no lamp")
    assert void.status is ClaimStatus.VOID
    assert (points(village, zhao)[0], points(village, wang)[0]) == (0, 60)
    assert points(village, sun) == (70, 70)
    [bounty] = village.claiming.bounties(wish.id)
    assert (bounty.status, bounty.paid) == (BountyStatus.PAID, 30)
    again = village.claiming.wish(wish.id)
    assert (again.status, again.granted, again.due_at) == (WishStatus.PUBLISHED, 1, None)

    # The same giver takes it again: nothing is put up any more, and nothing goes back twice.
    village.claiming.put_up_bounty(wish.id, sun.id, 10, unit="points")
    anew = village.claiming.claim_wish(wish.id, zhao.id)
    granted(village, anew)
    assert village.claiming.wish(wish.id).status is WishStatus.FULFILLED
    assert (points(village, zhao), points(village, wang)) == ((35, 35), (65, 65))
    village.claiming.void(claims[1].id, reason="nor that one")
    village.claiming.void(anew.id, reason="nor this one")
    assert points(village, zhao) == points(village, wang) == (0, 0)
    assert points(village, sun) == (100, 100)
    ended = [(bounty.status, bounty.paid) for bounty in village.claiming.bounties(wish.id)]
    assert ended == [(BountyStatus.REVERSED, 0)] * 2
    assert village.ledger.verify().ok


def test_a_bounty_that_is_spent_is_owed_or_stays(
    village: Community, li: Member, zhao: Member, sun: Member
) -> None:
    claim = granted_for_a_bounty(village, li, zhao, sun)
    spent = [Leg(Account.member(zhao.id, "points"), -50), Leg(Account.issuance("points"), 50)]
    village.ledger.post_one(Transaction("spent", spent))
    with pytest.raises(InsufficientPoints):
        village.claiming.void(claim.id, reason="there was no lamp")
    assert points(village, zhao) == (80, 80)
    assert village.claiming.wish(claim.target_id).status is WishStatus.FULFILLED
    village.claiming.void(claim.id, reason="there was no lamp", queue=True)
    [debt] = village.ledger.debts()
    assert debt.id == f"reversal:bounty:{village.claiming.bounties(claim.target_id)[0].id}:0"
    give_back = [Leg(Account.member(zhao.id, "points"), 70), Leg(Account.issuance("points"), -70)]
    village.ledger.post_one(Transaction("earned", give_back))
    village.ledger.collect()
    assert (points(village, zhao)[0], points(village, sun)[0]) == (20, 100)
    assert village.ledger.verify().ok


def test_of_a_closed_wish_the_bounty_comes_back_as_well(
    village: Community, li: Member, zhao: Member, sun: Member
) -> None:
    claim = granted_for_a_bounty(village, li, zhao, sun)
    village.claiming.close_wish(claim.target_id)
    village.claiming.void(claim.id, reason="there was no lamp")
    assert village.claiming.wish(claim.target_id).status is WishStatus.CLOSED
    assert (points(village, zhao), points(village, sun)) == ((0, 0), (100, 100))


def test_who_grants_the_wish_they_put_points_up_for_keeps_them(
    village: Community, li: Member, sun: Member
) -> None:
    give(village, sun, 100)
    wish = published(village, li)
    village.claiming.put_up_bounty(wish.id, sun.id, 100, unit="points")
    granted(village, village.claiming.claim_wish(wish.id, sun.id))
    assert points(village, sun) == (130, 130)


@pytest.mark.parametrize("ticks", [False, True])
def test_a_bounty_lapses_but_not_while_somebody_has_claimed(
    village: Community, li: Member, zhao: Member, sun: Member, clock: ManualClock, *, ticks: bool
) -> None:
    give(village, sun, 100)
    wish = published(village, li)
    until = START + 5 * DAY
    bounty = village.claiming.put_up_bounty(wish.id, sun.id, 10, unit="points", until=until)
    claim = village.claiming.claim_wish(wish.id, zhao.id)
    with pytest.raises(BountyPromised):
        as_(village, sun).claiming.withdraw_bounty(bounty.id)
    clock.set(until)
    village.claiming.note_contact(claim.id)
    if ticks:
        assert village.claiming.tick_wishes() == 0
    assert points(village, sun) == (100, 90)
    village.claiming.cancel(claim.id)
    if ticks:
        assert village.claiming.tick_wishes() == 1
        assert village.claiming.bounties(wish.id)[0].status is BountyStatus.LAPSED
        assert points(village, sun) == (100, 100)
    granted(village, village.claiming.claim_wish(wish.id, zhao.id))
    assert points(village, sun) == (100, 100)
    assert points(village, zhao) == (30, 30)


def test_bounties_that_cannot_be(village: Community, li: Member, zhao: Member, sun: Member) -> None:
    give(village, sun, 100)
    wish = published(village, li)
    put_up = village.claiming.put_up_bounty
    with pytest.raises(NotYourPoints):
        as_(village, zhao).claiming.put_up_bounty(wish.id, sun.id, 1, unit="points")
    with pytest.raises(NotAnAmount):
        put_up(wish.id, sun.id, "0.5", unit="points")
    for amount in (0, -1):
        with pytest.raises(GridpointsError):
            put_up(wish.id, sun.id, amount, unit="points")
    with pytest.raises(EmptyInterval):
        put_up(wish.id, sun.id, 1, unit="points", until=START)
    with pytest.raises(NotUsable):
        put_up(wish.id, sun.id, 1, unit="points", until=START + 2_000 * DAY)
    with pytest.raises(NotPublished):
        put_up(made(village, li).id, sun.id, 1, unit="points")
    bounty = put_up(wish.id, sun.id, 10, unit="points")
    with pytest.raises(NotYourPoints):
        as_(village, zhao).claiming.withdraw_bounty(bounty.id)
    village.community.leave(sun.id)
    with pytest.raises(MemberInactive):
        put_up(wish.id, sun.id, 1, unit="points")
    assert village.claiming.withdraw_bounty(bounty.id).status is BountyStatus.WITHDRAWN
    assert points(village, sun) == (100, 100)


# --- thanks ---------------------------------------------------------------------------------------


def test_thanks_are_read_before_everybody_reads_them(
    village: Community, li: Member, zhao: Member, sun: Member
) -> None:
    wish = published(village, li)
    claim = village.claiming.claim_wish(wish.id, zhao.id)
    beneficiary = as_(village, li)
    with pytest.raises(NotGranted):
        beneficiary.claiming.thank(claim.id, "Thank you")
    granted(village, claim)
    with pytest.raises(NotTheBeneficiary):
        as_(village, sun).claiming.thank(claim.id, "Thank you")
    thanks = beneficiary.claiming.thank(claim.id, "谢谢! 李奶奶 13800138000", public=True)
    assert thanks.status is ThanksStatus.WAITING
    with pytest.raises(RecordExists):
        beneficiary.claiming.thank(claim.id, "again")
    assert as_(village, sun).claiming.thanks_of(zhao.id) == []
    assert [each.id for each in village.claiming.waiting_thanks()] == [claim.id]
    with pytest.raises(PersonalDataLeft):
        village.claiming.publish_thanks(claim.id)
    with pytest.raises(WishRoleNeeded):
        as_(village, sun).claiming.publish_thanks(claim.id)
    village.claiming.publish_thanks(claim.id, text="谢谢!")
    assert [each.text for each in as_(village, sun).claiming.thanks_of(zhao.id)] == ["谢谢!"]
    assert village.claiming.thanks_count(zhao.id) == 1
    with pytest.raises(IllegalTransition):
        village.claiming.reject_thanks(claim.id, reason="rude")


def test_private_thanks_are_the_givers(village: Community, li: Member, zhao: Member, sun: Member) -> None:
    claims = [village.claiming.claim_wish(published(village, li).id, zhao.id) for _ in range(3)]
    for claim in claims:
        granted(village, claim)
    beneficiary = as_(village, li)
    beneficiary.claiming.thank(claims[0].id, "Thank you")
    for claim in claims[1:]:
        beneficiary.claiming.thank(claim.id, "hm", public=True)
    village.claiming.keep_thanks(claims[1].id)
    village.claiming.reject_thanks(claims[2].id, reason="rude")
    assert as_(village, sun).claiming.thanks_of(zhao.id) == []
    assert len(as_(village, zhao).claiming.thanks_of(zhao.id)) == 2
    assert village.claiming.thanks_count(zhao.id) == 2


def test_a_file_is_closed_in_time(village: Community, li: Member, zhao: Member, clock: ManualClock) -> None:
    wish = published(village, li)
    claim = village.claiming.claim_wish(wish.id, zhao.id)
    granted(village, claim)
    clock.set(START + 30 * DAY)
    assert [village.claiming.tick_wishes() for _ in range(2)] == [1, 0]
    assert village.claiming.wish(wish.id).status is WishStatus.CLOSED
    with pytest.raises(WishClosed):
        as_(village, li).claiming.thank(claim.id, "late")
    early = published(village, li)
    granted(village, village.claiming.claim_wish(early.id, zhao.id))
    assert village.claiming.close_wish(early.id).status is WishStatus.CLOSED


def test_only_claims_on_wishes(village: Community, li: Member, zhao: Member) -> None:
    item = village.catalog.draft("Patrol", deed="patrol")
    village.catalog.publish(item.id)
    session = village.catalog.hold_session(item.id, START + DAY, START + 2 * DAY, places=1)
    claim = village.claiming.claim_session(session.id, zhao.id)
    for act in (
        village.claiming.note_contact,
        lambda id: village.claiming.disclose(id, "address"),
        lambda id: village.claiming.thank(id, "x"),
    ):
        with pytest.raises(WrongTarget):
            act(claim.id)
