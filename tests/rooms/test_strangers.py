"""A member without a role has a hand in nothing of another's: each act is refused, and changes nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from decimal import Decimal

import pytest

from gridpoints import Account, Actor, Community, Exchange, Member, Offer, Report
from gridpoints.catalog.model import Mode
from gridpoints.catalog.posts import Errand
from gridpoints.claiming.model import ClaimStatus, Provenance
from gridpoints.errors import (
    FileNotForYou,
    GridpointsError,
    HandingOnNotAllowed,
    HoursOutOfRange,
    MemberNotThere,
    NotForOthers,
    NotPositive,
    NotTheBeneficiary,
    NotTheClaimant,
    NotTheGiver,
    NotTheOrganiser,
    NotYourPoints,
    OwnEntry,
    OwnOffice,
    RedeemReserved,
    RightReserved,
    TooManyAttempts,
)
from gridpoints.records import Change
from gridpoints.redemption.till.spending import ATTEMPTS_WITHIN, MOST_ATTEMPTS
from gridpoints.testing import ManualClock
from tests.rooms.conftest import RULES, START

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def eve(village: Community) -> Community:
    """The village as a member sees it who has no role."""
    return village.acting_as(Actor(village.community.enrol("孙丽", id="eve").id))


@pytest.fixture
def item_id(village: Community) -> str:
    drafted = village.catalog.draft("Care", deed="care", modes=[Mode.FOR_YOU])
    return village.catalog.publish(drafted.id).id


def as_(village: Community, who: Member | str, *roles: str) -> Community:
    return village.acting_as(Actor(who if isinstance(who, str) else who.id, frozenset(roles)))


@contextmanager
def unchanged(village: Community) -> Iterator[None]:
    """Nothing is written in the journal, but that somebody tried what they may not."""

    def pages() -> int:
        with village.context.read() as work:
            return work.count(Change) - work.count(Change, {"kind": "attempt"})

    before = pages()
    yield
    assert pages() == before


def refuses(error: type[GridpointsError], *acts: Callable[[], object]) -> None:
    for act in acts:
        with pytest.raises(error):
            act()


# --- offices --------------------------------------------------------------------------------------

CARERS = RULES + "roles: {carer: {name: {en: Carer}}}\npermissions: {see_household_files: [carer]}\n"


def test_nobody_gives_themselves_the_rights_of_an_office(exchange: Exchange) -> None:
    village = exchange.found("care", name="v", rules=CARERS)
    clerk = as_(village, "wang", "clerk")
    grid = clerk.community.add_grid("G")
    home = clerk.community.add_household(grid.id, "1-101")
    sun = clerk.community.enrol("孙丽", household_id=home.id)
    as_(village, "carer-he", "carer").community.write_file(home.id, note="a secret")
    eve = as_(village, sun).community
    with unchanged(village):
        refuses(
            RightReserved,
            lambda: eve.add_term("role", "carer", {"en": "Carer"}),
            lambda: eve.appoint(sun.id, "grid_worker", grid_id=grid.id),
        )
        with pytest.raises(FileNotForYou):
            eve.read_file(home.id, reason="curious")
    clerk.community.add_term("role", "carer", {"en": "Carer"})
    with pytest.raises(OwnOffice):  # not even one who may appoint others
        as_(village, sun, "clerk").community.appoint(sun.id, "carer")
    office = clerk.community.appoint(sun.id, "carer", until=date(2026, 4, 1))
    assert (
        village.acting_as(eve.actor(sun.id)).community.read_file(home.id, reason="visit").note == "a secret"
    )
    other = as_(village, "bob").community
    with unchanged(village):
        refuses(
            RightReserved,
            lambda: eve.extend_office(office.id, None),
            lambda: other.end_office(office.id),
            lambda: other.reassign(office.id, grid.id),
            lambda: other.carry_out([]),
        )
        with pytest.raises(OwnOffice):
            as_(village, sun, "clerk").community.extend_office(office.id, None)
    assert eve.end_office(office.id).status == "ended"  # she may resign


def test_the_rules_may_say_who_appoints(exchange: Exchange, clock: ManualClock) -> None:
    rules = RULES + "permissions: {appoint: [chair]}\n"
    village = exchange.found("chair", name="v", rules=rules)
    li = village.community.enrol("李秀英")
    with pytest.raises(RightReserved) as refused:
        as_(village, "wang", "clerk").community.appoint(li.id, "grid_worker")
    assert refused.value.roles == ("chair",)
    as_(village, "chair-wu", "chair").community.appoint(li.id, "grid_worker")
    assert village.community.appoint(li.id, "volunteer").role == "volunteer"  # the program itself may


def test_nobody_moves_in_with_those_who_pay_together(village: Community, eve: Community, li: Member) -> None:
    home = village.community.add_household(village.community.add_grid("G").id, "1-101")
    with unchanged(village):
        refuses(
            NotTheOrganiser,
            lambda: eve.community.place("eve", home.id),
            lambda: eve.community.enrol("Eve's brother", household_id=home.id),
            lambda: eve.community.leave(li.id),
            lambda: eve.community.rejoin(li.id),
        )
    assert as_(village, li).community.leave(li.id).status == "left"


# --- what is listed -------------------------------------------------------------------------------


def test_what_is_listed_is_the_organisers(
    village: Community, eve: Community, item_id: str, li: Member
) -> None:
    catalog, room = village.catalog, eve.catalog
    session = catalog.hold_session(item_id, START + HOUR, START + 3 * HOUR, places=2)
    thing = catalog.publish(catalog.draft_thing("Umbrella", stock=2, days=7))
    loan = catalog.lend(thing.id, li.id)
    month = catalog.draft_task_list("March", starts_on=date(2026, 3, 1))
    errand = catalog.ask_errand(item_id, li.id, "A parcel", mode=Mode.FOR_YOU)
    with unchanged(village):
        refuses(
            NotTheOrganiser,
            lambda: room.draft("Mine", deed="care"),
            lambda: room.publish(item_id),
            lambda: room.close(item_id),
            lambda: room.amend(session, places=9),
            lambda: room.hold_session(item_id, START + HOUR, START + 2 * HOUR, places=1),
            lambda: room.cancel_session(session.id),
            lambda: room.close_session(session.id),
            lambda: room.hold_anyway(session.id),
            lambda: room.add_category("c", "C"),
            room.adopt_categories,
            lambda: room.mark_day(date(2026, 3, 8)),
            lambda: room.draft_task_list("April", starts_on=date(2026, 4, 1)),
            lambda: room.add_task(month, item_id, "Sweep"),
            lambda: room.draft_programme("P", starts_on=date(2026, 3, 2)),
            lambda: room.draft_thing("Ladder", stock=1, days=1),
            lambda: room.draft_post(item_id, "P", starts_on=date(2026, 3, 2), places=1),
            lambda: room.lend(thing.id, "eve"),
            lambda: room.renew(loan.id),
            lambda: room.take_back(loan.id),
            lambda: room.note_lost(loan.id),
            lambda: room.publish(errand),
            lambda: room.close(errand),
            lambda: room.amend(errand, text="Two parcels"),
        )
        with pytest.raises(NotForOthers):
            room.ask_errand(item_id, li.id, "A parcel", mode=Mode.FOR_YOU)
    assert as_(village, li).catalog.amend(errand, text="Two parcels").text == "Two parcels"
    assert room.ask_errand(item_id, "eve", "Mine", mode=Mode.FOR_YOU).member_id == "eve"


# --- claims ---------------------------------------------------------------------------------------


def test_what_is_taken_on_is_its_claimants(
    village: Community, eve: Community, item_id: str, li: Member, zhao: Member
) -> None:
    post = village.catalog.publish(
        village.catalog.draft_post(item_id, "Watch", starts_on=date(2026, 3, 1), places=2)
    )
    claim = as_(village, li).claiming.claim_post(post.id, li.id)
    wish = village.claiming.publish_wish(village.claiming.make_wish(li.id, "A lamp", deed="wish").id)
    gift = as_(village, zhao).claiming.claim_wish(wish.id, zhao.id)
    room = eve.claiming
    with unchanged(village):
        refuses(
            NotTheClaimant,
            lambda: room.cancel(claim.id),
            lambda: room.report_done(claim.id, Decimal(1)),
            lambda: room.cancel(gift.id),
        )
        refuses(
            NotTheBeneficiary,
            lambda: room.void(gift.id, reason="x"),
            lambda: room.dispute(gift.id, reason="x"),
            lambda: room.verify(gift.id),
        )
        refuses(NotTheGiver, lambda: room.submit_delivery(gift.id), lambda: room.note_contact(gift.id))
        refuses(
            NotForOthers,
            lambda: room.claim_post(post.id, zhao.id),
            lambda: room.claim_wish(wish.id, zhao.id),
            lambda: room.adopt_wish(wish.id, zhao.id, "Bank"),
        )
        refuses(
            NotTheOrganiser,
            lambda: room.void(claim.id, reason="x"),
            lambda: room.call_off(gift.id, reason="x"),
            lambda: room.extend_lease(claim.id, START + DAY, reason="x"),
        )
    assert as_(village, li).claiming.cancel(claim.id).status is ClaimStatus.CANCELLED


def test_who_looks_after_wishes_is_in_their_terms(village: Community, li: Member, zhao: Member) -> None:
    """A team leader organises sessions; wishes are for those whom their terms name."""
    wish = village.claiming.publish_wish(village.claiming.make_wish(li.id, "A lamp", deed="wish").id)
    leader = as_(village, "lead", "team_lead").claiming
    with pytest.raises(NotForOthers):
        leader.claim_wish(wish.id, zhao.id)
    gift = village.claiming.claim_wish(wish.id, zhao.id)
    with pytest.raises(NotTheClaimant):
        leader.cancel(gift.id)
    assert village.claiming.cancel(gift.id).status is ClaimStatus.CANCELLED


def test_who_wrote_hours_down_does_not_verify_them(
    village: Community, item_id: str, li: Member, clock: ManualClock
) -> None:
    session = village.catalog.hold_session(item_id, START + HOUR, START + 3 * HOUR, places=2)
    claim = village.claiming.claim_session(session.id, li.id)
    clock.set(session.ends_at)
    submitted = village.claiming.submit_hours(claim.id, Decimal(2))
    assert (submitted.provenance, submitted.entered_by) == (Provenance.PROXY, "clerk-wang")
    with pytest.raises(OwnEntry):
        village.claiming.verify(claim.id)
    verified, award = as_(village, "chen", "clerk").claiming.verify(claim.id)
    assert (verified.provenance, award.awarded) == (Provenance.PROXY, 20)


def test_a_gift_that_a_clerk_writes_down_is_confirmed_by_another(
    village: Community, li: Member, zhao: Member
) -> None:
    wish = village.claiming.publish_wish(village.claiming.make_wish(li.id, "A lamp", deed="wish").id)
    gift = village.claiming.claim_wish(wish.id, zhao.id)
    village.claiming.submit_delivery(gift.id)
    with pytest.raises(OwnEntry):
        village.claiming.verify(gift.id)
    assert as_(village, li).claiming.verify(gift.id)[1].awarded == 30


def test_the_program_itself_may_do_all(exchange: Exchange, clock: ManualClock) -> None:
    village = exchange.found("v", name="v", rules=RULES)
    li = village.community.enrol("李秀英")
    item = village.catalog.publish(village.catalog.draft("Care", deed="care").id)
    session = village.catalog.hold_session(item.id, START + HOUR, START + 2 * HOUR, places=1)
    claim = village.claiming.claim_session(session.id, li.id)
    clock.set(session.ends_at)
    village.claiming.submit_hours(claim.id, Decimal(1))
    assert village.claiming.verify(claim.id)[1].awarded == 10


# --- as many hours as there were ------------------------------------------------------------------


def test_no_more_hours_than_have_passed_since_a_post_was_taken_on(
    village: Community, item_id: str, li: Member, zhao: Member, clock: ManualClock
) -> None:
    first, last = date(2026, 3, 3), date(2026, 3, 4)  # from tomorrow on
    post = village.catalog.publish(
        village.catalog.draft_post(item_id, "Watch", starts_on=first, ends_on=last, places=3)
    )
    me = as_(village, li).claiming
    claim = me.claim_post(post.id, li.id)
    with unchanged(village):
        refuses(HoursOutOfRange, lambda: me.report_done(claim.id, Decimal(99_999)))
        clock.advance(10 * HOUR)  # the term begins at midnight, in five hours
        refuses(HoursOutOfRange, lambda: me.report_done(claim.id, Decimal(1)))
        refuses(NotPositive, lambda: me.report_done(claim.id, Decimal(0)))
    clock.advance(8 * HOUR)
    with pytest.raises(HoursOutOfRange) as refused:
        me.report_done(claim.id, Decimal("3.01"))
    assert refused.value.longest == 3
    assert me.report_done(claim.id, Decimal(3)).provenance is Provenance.CLAIMED
    later = village.claiming.claim_post(post.id, zhao.id)
    clock.advance(DAY * 10)  # the term is over: it had two days
    with pytest.raises(HoursOutOfRange):
        as_(village, zhao).claiming.report_done(later.id, Decimal("45.01"))
    assert as_(village, zhao).claiming.report_done(later.id, Decimal(45)).hours == 45


def test_what_stands_on_paper_was_done_before_it_was_claimed(
    village: Community, item_id: str, li: Member, zhao: Member, clock: ManualClock
) -> None:
    post = village.catalog.publish(
        village.catalog.draft_post(item_id, "Watch", starts_on=date(2026, 3, 1), places=1)
    )
    month = village.catalog.publish(village.catalog.draft_task_list("March", starts_on=date(2026, 3, 1)))
    task = village.catalog.add_task(month, item_id, "Paint the bench")
    for claim in (
        village.claiming.claim_post(post.id, li.id),
        village.claiming.claim_task(task.id, li.id),
        village.claiming.claim_errand(asked(village, item_id, zhao).id, li.id),
    ):
        with pytest.raises(HoursOutOfRange):
            as_(village, li).claiming.report_done(claim.id, Decimal(8))  # she has only just claimed it
        with pytest.raises(HoursOutOfRange):
            village.claiming.report_done(claim.id, Decimal(999))
        written = village.claiming.report_done(claim.id, Decimal(8))  # yesterday's, from the list
        assert (written.provenance, written.entered_by) == (Provenance.PROXY, "clerk-wang")


def asked(village: Community, item_id: str, member: Member, hours: int = 0) -> Errand:
    """An errand, for so many hours from one o'clock on; 0: at any time."""
    errand = village.catalog.ask_errand(
        item_id,
        member.id,
        "A parcel",
        mode=Mode.FOR_YOU,
        starts_at=START + HOUR if hours else None,
        ends_at=START + HOUR * (1 + hours) if hours else None,
    )
    return village.catalog.publish(errand)


def test_an_errand_takes_little_longer_than_it_was_asked_for(
    village: Community, item_id: str, li: Member, zhao: Member, clock: ManualClock
) -> None:
    me = as_(village, zhao).claiming
    claim = me.claim_errand(asked(village, item_id, li, hours=2).id, zhao.id)
    clock.advance(2 * HOUR)
    with pytest.raises(HoursOutOfRange):
        me.report_done(claim.id, Decimal(2))  # it began an hour ago
    clock.advance(DAY)
    with pytest.raises(HoursOutOfRange):
        me.report_done(claim.id, Decimal("3.01"))
    me.report_done(claim.id, Decimal(3))  # an hour more, as after a session
    claim, award = as_(village, li).claiming.verify(claim.id)
    assert award.awarded == 30
    with pytest.raises(HoursOutOfRange):
        village.claiming.correct(claim.id, Decimal(4), reason="it took long")
    with pytest.raises(NotTheOrganiser):
        as_(village, li).claiming.correct(claim.id, Decimal(1), reason="less")
    assert village.claiming.correct(claim.id, Decimal(2), reason="less")[1].awarded == 20


# --- points ---------------------------------------------------------------------------------------


def offered(village: Community) -> Offer:
    shop = village.redemption.register_merchant("积分超市", unit="points", rate="1", id="shop")
    village.redemption.activate_merchant(shop.id)
    return village.redemption.publish_offer(village.redemption.draft_offer("shop", "Soap", price=2).id)


def earn(village: Community, member: Member) -> None:
    village.awards.credit_all(Report(f"{member.id}{n}", member.id, "patrol", START.date()) for n in range(4))


def available(village: Community, member: Member) -> int:
    return village.ledger.balance(Account.member(member.id, "points")).available


def test_nobody_spends_a_neighbours_points(village: Community, eve: Community, li: Member) -> None:
    offer = offered(village)
    earn(village, li)
    me = as_(village, li).redemption
    issued = me.issue_voucher(offer.id, li.id)
    reserved = me.authorise(offer.id, li.id)
    taken = me.redeem(offer.id, li.id)
    room = eve.redemption
    with unchanged(village):
        refuses(
            NotYourPoints,
            lambda: room.authorise(offer.id, li.id),
            lambda: room.redeem(offer.id, li.id),
            lambda: room.redeem(offer.id, li.id, pooled=True),
            lambda: room.issue_voucher(offer.id, li.id),
            lambda: room.capture(reserved.id),
            lambda: room.void(reserved.id),
            lambda: room.revoke_voucher(issued.voucher.id, reason="x"),
        )
        refuses(NotTheOrganiser, lambda: room.refund(taken.id, reason="x"))
        refuses(NotTheOrganiser, lambda: me.refund(taken.id, reason="I keep the goods"))
        refuses(HandingOnNotAllowed, lambda: room.hand_on(issued.voucher.id, "eve"))
    assert available(village, li) == 20 - 6
    assert me.void(reserved.id).status == "voided"
    assert as_(village, "he", "organiser").redemption.redeem(offer.id, li.id).points == 2
    assert village.redemption.refund(taken.id, reason="broken").points == 2


POOLING = RULES.replace("積分}}", "積分}, pooling: true}")


def test_a_household_spends_together_where_the_rules_let_it(exchange: Exchange) -> None:
    for rules, lets in ((RULES, False), (POOLING, True)):
        village = as_(exchange.found(f"pool-{lets}".lower(), name="v", rules=rules), "wang", "clerk")
        home = village.community.add_household(village.community.add_grid("G").id, "1-101")
        li, zhao = (village.community.enrol(name, household_id=home.id) for name in ("李秀英", "赵磊"))
        offer = offered(village)
        earn(village, li)
        son = as_(village, zhao).redemption
        if lets:
            son.redeem(offer.id, li.id)
            assert available(village, li) == 18
            village.community.leave(zhao.id)
        with pytest.raises(NotYourPoints):
            son.redeem(offer.id, li.id)


def test_the_rules_may_say_who_redeems_for_others(exchange: Exchange) -> None:
    village = exchange.found("keep", name="v", rules=RULES + "permissions: {redeem: [keeper]}\n")
    li = village.community.enrol("李秀英")
    offer = offered(village)
    earn(village, li)
    keeper = as_(village, "keeper-sun", "keeper").redemption
    taken = keeper.redeem(offer.id, li.id)
    assert keeper.refund(taken.id, reason="broken").points == 2
    with pytest.raises(RedeemReserved):
        as_(village, li).redemption.redeem(offer.id, li.id)


def test_a_till_takes_points_from_who_is_there(village: Community, li: Member, clock: ManualClock) -> None:
    offer = offered(village)
    earn(village, li)
    village.redemption.name_staff("shop", "chen", "cashier")
    till = as_(village, "chen", "merchant").redemption
    mine = as_(village, li).redemption
    with unchanged(village):
        refuses(
            MemberNotThere,
            lambda: till.redeem(offer.id, li.id),
            lambda: till.authorise(offer.id, li.id, member_code="000000"),
            lambda: till.issue_voucher(offer.id, li.id),
        )
    code = mine.member_code(li.id).text
    taken = till.redeem(offer.id, li.id, member_code=code, id="r-1")
    assert till.redeem(offer.id, li.id, member_code=code, id="r-1") == taken  # sent twice
    with pytest.raises(MemberNotThere):  # a code is used once
        till.redeem(offer.id, li.id, member_code=code)
    tried = [(each.by, each.reason) for each in village.redemption.attempts()]
    assert set(tried) == {("chen", "member_not_there")}
    for _ in range(MOST_ATTEMPTS - len(tried)):
        refuses(MemberNotThere, lambda: till.authorise(offer.id, li.id, member_code="1"))
    clock.advance(timedelta(minutes=1))
    with pytest.raises(TooManyAttempts):
        till.redeem(offer.id, li.id, member_code=mine.member_code(li.id).text)
    clock.advance(ATTEMPTS_WITHIN)
    assert till.redeem(offer.id, li.id, member_code=mine.member_code(li.id).text).points == 2
