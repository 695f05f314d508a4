"""From the waiting list to verified hours: every way a place in a session can go."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest

from gridpoints import Account, Actor, Claim, Community, GridpointsError, Member, Session
from gridpoints.awards.model import AwardStatus
from gridpoints.claiming.conditions import Conditions
from gridpoints.claiming.model import ClaimStatus, Provenance
from gridpoints.errors import (
    AgeUnknown,
    AlreadyClaimed,
    CheckInClosed,
    CheckOutMissing,
    ClaimTooEarly,
    ClaimTooLate,
    CodeInvalid,
    CodeUsed,
    ConsentNeeded,
    CoolingDown,
    DeedUnknown,
    HoursNeeded,
    HoursOutOfRange,
    HoursOverlap,
    IllegalTransition,
    MemberSuspended,
    NamesOver,
    NewcomersFirst,
    NotConcerned,
    NotForTeam,
    NoTimeSpent,
    NotPublished,
    NotQualified,
    NotRatable,
    NotTheClaimant,
    NotTheGuardian,
    NotTheOrganiser,
    NotWholeNumber,
    OfferOver,
    OwnClaim,
    OwnEntry,
    OwnFamily,
    OwnRating,
    RatedAlready,
    RiskNotAcknowledged,
    SessionFull,
    TimeConflict,
    TooManyClaims,
    UnderAge,
)
from gridpoints.testing import ManualClock
from tests.rooms.conftest import RULES, START

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
#: When the session of these tests begins.
BEGINS = START + 2 * DAY


@pytest.fixture
def item_id(village: Community) -> str:
    return village.catalog.publish(village.catalog.draft("Read to the blind", deed="care").id).id


@pytest.fixture
def session(village: Community, item_id: str) -> Session:
    return village.catalog.hold_session(item_id, BEGINS, BEGINS + 2 * HOUR, places=1)


@pytest.fixture
def sun(village: Community) -> Member:
    return village.community.enrol("孙丽", number="3")


def as_(village: Community, member: Member) -> Community:
    return village.acting_as(Actor(member.id))


def points(village: Community, member: Member) -> int:
    return village.ledger.balance(Account.member(member.id, "points")).posted


# --- the line -------------------------------------------------------------------------------------


def test_a_place_that_is_given_back_is_offered_to_the_next_in_line(
    village: Community, session: Session, li: Member, zhao: Member, clock: ManualClock
) -> None:
    sun = village.community.enrol("孙丽")
    claiming = village.claiming
    first = claiming.claim_session(session.id, li.id)
    second = claiming.claim_session(session.id, zhao.id, wait=True)
    clock.advance(MINUTE)
    third = claiming.claim_session(session.id, sun.id, wait=True)
    assert (second.status, third.status) == (ClaimStatus.WAITLISTED, ClaimStatus.WAITLISTED)
    claiming.cancel(first.id)
    offered = claiming.claim(second.id)
    assert (offered.status, offered.due_at) == (ClaimStatus.OFFERED, clock.now() + DAY)
    assert claiming.free_places(session.id) == 0  # it is kept for them
    with pytest.raises(SessionFull):
        claiming.claim_session(session.id, li.id)
    assert claiming.tick() == []
    clock.advance(DAY)
    with pytest.raises(OfferOver):
        as_(village, zhao).claiming.accept(second.id)
    assert [claim.id for claim in claiming.tick()] == [second.id]
    assert claiming.claim(second.id).status is ClaimStatus.LAPSED
    assert as_(village, sun).claiming.accept(third.id).status is ClaimStatus.CONFIRMED
    assert claiming.tick() == []


def test_an_offer_is_accepted_by_whose_it_is_and_can_be_declined(
    village: Community, session: Session, li: Member, zhao: Member, sun: Member
) -> None:
    first = village.claiming.claim_session(session.id, li.id)
    second = village.claiming.claim_session(session.id, zhao.id, wait=True)
    third = village.claiming.claim_session(session.id, sun.id, wait=True)
    with pytest.raises(IllegalTransition):
        village.claiming.accept(second.id)
    village.claiming.cancel(first.id)
    with pytest.raises(NotTheClaimant):
        as_(village, li).claiming.accept(second.id)
    as_(village, zhao).claiming.cancel(second.id)
    assert village.claiming.claim(third.id).status is ClaimStatus.OFFERED


def test_who_still_waits_when_it_begins_waits_no_longer(
    village: Community, session: Session, li: Member, zhao: Member, clock: ManualClock
) -> None:
    village.claiming.claim_session(session.id, li.id)
    waiting = village.claiming.claim_session(session.id, zhao.id, wait=True)
    clock.set(BEGINS)
    [lapsed] = village.claiming.tick()
    assert (lapsed.id, lapsed.status) == (waiting.id, ClaimStatus.LAPSED)


def test_more_places_are_offered_to_those_who_wait(
    village: Community, session: Session, li: Member, zhao: Member, sun: Member
) -> None:
    village.claiming.claim_session(session.id, li.id)
    waiting = village.claiming.claim_session(session.id, zhao.id, wait=True)
    village.catalog.amend(session, places=2)
    with pytest.raises(SessionFull):  # who comes later does not overtake
        village.claiming.claim_session(session.id, sun.id)
    village.claiming.claim_session(session.id, sun.id, wait=True)
    assert village.claiming.claim(waiting.id).status is ClaimStatus.OFFERED


def test_where_the_organiser_confirms(
    village: Community, session: Session, li: Member, zhao: Member, clock: ManualClock
) -> None:
    village.claiming.set_conditions(Conditions(confirmed=True))
    first = village.claiming.claim_session(session.id, li.id)
    second = village.claiming.claim_session(session.id, zhao.id)
    assert first.status is second.status is ClaimStatus.REQUESTED
    with pytest.raises(NotTheOrganiser):
        as_(village, li).claiming.confirm(first.id)
    assert village.claiming.confirm(first.id).status is ClaimStatus.CONFIRMED
    with pytest.raises(IllegalTransition):
        village.claiming.confirm(first.id)
    with pytest.raises(SessionFull):
        village.claiming.confirm(second.id)
    assert village.claiming.reject(second.id, reason="full").status is ClaimStatus.REJECTED


def test_an_offer_in_line_is_not_confirmed_by_the_organiser(
    village: Community, session: Session, li: Member, zhao: Member
) -> None:
    first = village.claiming.claim_session(session.id, li.id)
    second = village.claiming.claim_session(session.id, zhao.id, wait=True)
    village.claiming.cancel(first.id)
    with pytest.raises(IllegalTransition):
        village.claiming.confirm(second.id)


# --- fair access ----------------------------------------------------------------------------------


def test_when_claims_open_and_end(
    village: Community, session: Session, li: Member, clock: ManualClock
) -> None:
    village.claiming.set_conditions(Conditions(opens_before=24 * 60, closes_before=60))
    with pytest.raises(ClaimTooEarly) as early:
        village.claiming.claim_session(session.id, li.id)
    assert early.value.opens_at == BEGINS - DAY
    clock.set(BEGINS - HOUR)
    with pytest.raises(ClaimTooLate):
        village.claiming.claim_session(session.id, li.id)
    clock.set(BEGINS - HOUR - MINUTE)
    village.claiming.claim_session(session.id, li.id)


def test_newcomers_come_first_for_a_time(
    village: Community, item_id: str, li: Member, zhao: Member, clock: ManualClock
) -> None:
    done = attended(village, item_id, li, clock)
    start = done.ends_at + 3 * DAY
    later = village.catalog.hold_session(item_id, start, start + HOUR, places=5)
    village.claiming.set_conditions(Conditions(f"session:{later.id}", newcomers_before=24 * 60))
    with pytest.raises(NewcomersFirst):
        village.claiming.claim_session(later.id, li.id)
    village.claiming.claim_session(later.id, zhao.id)
    clock.set(start - DAY)
    village.claiming.claim_session(later.id, li.id)


def attended(village: Community, item_id: str, member: Member, clock: ManualClock) -> Session:
    """A session that the member came to, with verified hours."""
    start = clock.now() + HOUR
    session = village.catalog.hold_session(item_id, start, start + HOUR, places=3)
    claim = village.claiming.claim_session(session.id, member.id)
    clock.set(session.ends_at)
    as_(village, member).claiming.submit_hours(claim.id, Decimal(1))
    village.claiming.verify(claim.id)
    return session


def test_a_few_open_claims_at_once(village: Community, item_id: str, li: Member) -> None:
    village.claiming.set_conditions(Conditions(f"service_item:{item_id}", most_open=2))
    for days in (1, 2):
        start = START + days * DAY
        held = village.catalog.hold_session(item_id, start, start + HOUR, places=5)
        village.claiming.claim_session(held.id, li.id)
    one_more = village.catalog.hold_session(item_id, BEGINS + DAY, BEGINS + DAY + HOUR, places=5)
    with pytest.raises(TooManyClaims):
        village.claiming.claim_session(one_more.id, li.id)


def test_after_a_no_show_somebody_waits(
    village: Community, item_id: str, session: Session, li: Member, clock: ManualClock
) -> None:
    claim = village.claiming.claim_session(session.id, li.id)
    clock.set(session.ends_at)
    village.claiming.no_show(claim.id)
    start = BEGINS + 10 * DAY
    later = village.catalog.hold_session(item_id, start, start + HOUR, places=5)
    village.claiming.set_conditions(Conditions(cooldown_days=3))
    with pytest.raises(CoolingDown) as cooling:
        village.claiming.claim_session(later.id, li.id)
    assert cooling.value.until == date(2026, 3, 8)
    assert village.claiming.excuse(claim.id, reason="was in hospital").status is ClaimStatus.EXCUSED
    village.claiming.claim_session(later.id, li.id)


def test_who_is_suspended_by_the_rules_claims_nothing(
    village: Community, item_id: str, session: Session, li: Member, clock: ManualClock
) -> None:
    stars = "stars:\n  suspension: [{no_shows: 1, period: year, days: 30}]\n"
    rules = RULES.replace('version: "1"', 'version: "2"') + stars
    village.rules.publish(rules.replace("2026-01-01", "2026-03-02"))
    claim = village.claiming.claim_session(session.id, li.id)
    clock.set(session.ends_at)
    village.claiming.no_show(claim.id)
    start = BEGINS + 10 * DAY
    later = village.catalog.hold_session(item_id, start, start + HOUR, places=5)
    clock.set(session.ends_at + DAY)
    with pytest.raises(MemberSuspended) as suspended:
        village.claiming.claim_session(later.id, li.id)
    assert suspended.value.until == date(2026, 4, 4)


# --- who is fit -----------------------------------------------------------------------------------


def test_who_speaks_as_a_guardian_is_one(
    village: Community, session: Session, li: Member, zhao: Member
) -> None:
    village.claiming.set_conditions(Conditions(guardian_below=18))
    born = BEGINS.date().replace(year=BEGINS.year - 12)
    mother = as_(village, zhao).community
    for guardian, people in ((zhao, mother), (zhao, village.community), (li, as_(village, li).community)):
        with pytest.raises(NotTheGuardian):  # by the word of a clerk neither
            people.record_consent(li.id, guardian.id)
    assert village.community.consents_for(li.id) == []
    village.community.name_guardian(li.id, zhao.id)
    given = mother.record_consent(li.id, zhao.id)
    assert given.given_by == given.recorded_by == zhao.id
    assert village.claiming.claim_session(session.id, li.id, born=born).member_id == li.id
    village.community.end_guardianship(li.id, zhao.id, reason="moved")
    with pytest.raises(NotTheGuardian):
        mother.record_consent(li.id, zhao.id)
    with pytest.raises(NotTheOrganiser):  # for another, nobody but an organiser writes it down
        mother.record_consent(li.id, "her aunt")


def test_age_consent_skills_and_risk(village: Community, session: Session, li: Member, zhao: Member) -> None:
    claiming = village.claiming
    claiming.set_conditions(
        Conditions(least_age=12, guardian_below=18, skills=("first-aid",), risk="Wet stairs")
    )
    day = BEGINS.date()  # the same in Shanghai

    def claim(born: date | None, *, acknowledged: bool = True) -> Claim:
        return claiming.claim_session(session.id, li.id, born=born, acknowledged=acknowledged)

    with pytest.raises(RiskNotAcknowledged, match="Wet stairs"):
        claim(date(1990, 1, 1), acknowledged=False)
    with pytest.raises(AgeUnknown):
        claim(None)
    with pytest.raises(UnderAge):
        claim(day.replace(year=day.year - 12) + DAY)
    minor = day.replace(year=day.year - 12)
    with pytest.raises(ConsentNeeded):
        claim(minor)
    with pytest.raises(NotTheOrganiser):
        as_(village, li).community.record_consent(li.id, "her mother")
    consent = village.community.record_consent(li.id, "her mother", covers=f"session:{session.id}")
    with pytest.raises(NotQualified) as unfit:
        claim(minor)
    assert unfit.value.missing == ("first-aid",)
    expired = claiming.qualify(li.id, "first-aid", until=BEGINS)
    with pytest.raises(NotQualified):
        claim(minor)
    claiming.qualify(li.id, "first-aid")
    claiming.withdraw_qualification(expired.id, reason="expired")
    village.community.withdraw_consent(consent.id, reason="ill")
    with pytest.raises(ConsentNeeded):
        claim(minor)
    village.community.record_consent(li.id, "her mother")
    assert claim(minor).acknowledged
    assert len(claiming.qualifications_of(li.id)) == len(village.community.consents_for(li.id)) == 2
    assert len(as_(village, li).claiming.qualifications_of(li.id)) == 2
    with pytest.raises(NotTheOrganiser):
        as_(village, zhao).claiming.qualifications_of(li.id)


def test_who_was_born_on_a_leap_day_comes_of_age_on_the_first_of_march(
    village: Community, item_id: str, li: Member, clock: ManualClock
) -> None:
    village.claiming.set_conditions(Conditions(least_age=18))
    start = datetime(2026, 2, 28, 17, tzinfo=START.tzinfo)  # the first of March in Shanghai
    clock.set(start - 2 * DAY)
    before = village.catalog.hold_session(item_id, start - 2 * HOUR, start - HOUR, places=1)
    with pytest.raises(UnderAge):
        village.claiming.claim_session(before.id, li.id, born=date(2008, 2, 29))
    after = village.catalog.hold_session(item_id, start, start + HOUR, places=1)
    village.claiming.claim_session(after.id, li.id, born=date(2008, 2, 29))


def test_what_a_service_item_asks_for(village: Community, li: Member) -> None:
    item = village.catalog.draft(
        "Trees", deed="care", skills=["chainsaw"], minimum_age=18, risk={"en": "Falling trees"}, consent=True
    )
    village.catalog.publish(item.id)
    session = village.catalog.hold_session(item.id, BEGINS, BEGINS + HOUR, places=1)
    born = date(1990, 1, 1)
    with pytest.raises(RiskNotAcknowledged, match="Falling trees"):
        village.claiming.claim_session(session.id, li.id, born=born)
    with pytest.raises(UnderAge):
        village.claiming.claim_session(session.id, li.id, born=date(2015, 1, 1), acknowledged=True)
    with pytest.raises(NotQualified):
        village.claiming.claim_session(session.id, li.id, born=born, acknowledged=True)


def test_children_come_along_and_take_no_place(village: Community, session: Session, li: Member) -> None:
    assert village.claiming.claim_session(session.id, li.id, children=2).children == 2
    assert village.claiming.free_places(session.id) == 0


@pytest.mark.parametrize("wrong", [{"offer_minutes": 0}, {"most_open": 0}, {"late_minutes": -1}])
def test_impossible_conditions(village: Community, wrong: dict[str, int]) -> None:
    with pytest.raises(NotWholeNumber):
        village.claiming.set_conditions(Conditions(**wrong))  # type: ignore[arg-type]


def test_conditions_are_set_anew_and_the_most_particular_apply(village: Community, session: Session) -> None:
    claiming = village.claiming
    assert claiming.conditions(session.id) == claiming.conditions() == Conditions()
    claiming.set_conditions(Conditions(most_open=3))
    assert claiming.set_conditions(Conditions(most_open=4)).version == 2
    assert claiming.conditions(session.id).most_open == 4
    claiming.set_conditions(Conditions(f"service_item:{session.item_id}", most_open=5))
    assert claiming.conditions(session.id).most_open == 5
    claiming.set_conditions(Conditions(f"session:{session.id}", late_minutes=60))
    assert claiming.conditions(session.id).most_open is None
    assert claiming.conditions().most_open == 4


# --- conflicts ------------------------------------------------------------------------------------


def test_one_is_at_one_place_at_a_time(
    village: Community, item_id: str, session: Session, li: Member
) -> None:
    village.claiming.claim_session(session.id, li.id)
    overlapping = village.catalog.hold_session(item_id, BEGINS + HOUR, BEGINS + 3 * HOUR, places=5)
    with pytest.raises(TimeConflict) as conflict:
        village.claiming.claim_session(overlapping.id, li.id)
    assert conflict.value.session == session.id
    # What begins as the other ends does not overlap; but there is no time to get there.
    following = village.catalog.hold_session(item_id, session.ends_at, session.ends_at + HOUR, places=5)
    told = village.claiming.claim_session(following.id, li.id)
    assert [(step.code, step.values["minutes"]) for step in told.warnings] == [("little_time_between", 0)]
    later = session.ends_at + HOUR + 30 * MINUTE
    relaxed = village.catalog.hold_session(item_id, later, later + HOUR, places=5)
    assert village.claiming.claim_session(relaxed.id, li.id).warnings == ()


def test_a_cancelled_session_is_in_nobodys_way(
    village: Community, item_id: str, session: Session, li: Member
) -> None:
    village.claiming.claim_session(session.id, li.id)
    village.catalog.cancel_session(session.id)
    other = village.catalog.hold_session(item_id, BEGINS, BEGINS + HOUR, places=5)
    village.claiming.claim_session(other.id, li.id)


def test_an_offer_is_not_accepted_by_who_is_elsewhere(
    village: Community, item_id: str, session: Session, li: Member, zhao: Member
) -> None:
    first = village.claiming.claim_session(session.id, li.id)
    waiting = village.claiming.claim_session(session.id, zhao.id, wait=True)
    other = village.catalog.hold_session(item_id, BEGINS, BEGINS + HOUR, places=5)
    village.claiming.claim_session(other.id, zhao.id)
    village.claiming.cancel(first.id)
    with pytest.raises(TimeConflict):
        village.claiming.accept(waiting.id)


# --- stand-ins, late cancelling, calling off ------------------------------------------------------


def test_a_stand_in_takes_over(village: Community, session: Session, li: Member, zhao: Member) -> None:
    claim = village.claiming.claim_session(session.id, li.id)
    with pytest.raises(IllegalTransition):
        village.claiming.stand_in(claim.id, zhao.id)
    as_(village, li).claiming.want_stand_in(claim.id, reason="away")
    assert village.claiming.free_places(session.id) == 0  # li still answers for it
    with pytest.raises(AlreadyClaimed):
        village.claiming.stand_in(claim.id, li.id)
    taken_over = village.claiming.stand_in(claim.id, zhao.id)
    assert village.claiming.claim(claim.id).status is ClaimStatus.TRANSFERRED
    assert (taken_over.status, taken_over.from_claim) == (ClaimStatus.CONFIRMED, claim.id)


def test_who_wanted_a_stand_in_can_come_after_all_or_stay_away(
    village: Community, session: Session, li: Member, clock: ManualClock
) -> None:
    claim = village.claiming.claim_session(session.id, li.id)
    with pytest.raises(IllegalTransition):
        village.claiming.come_after_all(claim.id)
    village.claiming.want_stand_in(claim.id)
    village.claiming.come_after_all(claim.id)
    village.claiming.want_stand_in(claim.id)
    clock.set(session.ends_at)
    with pytest.raises(OwnClaim):
        as_(village, li).claiming.no_show(claim.id)
    with pytest.raises(NotTheOrganiser):
        village.acting_as(Actor("neighbour")).claiming.no_show(claim.id)
    assert village.claiming.no_show(claim.id).status is ClaimStatus.NO_SHOW


def test_who_cancels_in_the_last_hours_cancels_late(
    village: Community, session: Session, li: Member, clock: ManualClock
) -> None:
    village.claiming.set_conditions(Conditions(late_minutes=24 * 60))
    claim = village.claiming.claim_session(session.id, li.id)
    assert village.claiming.cancel(claim.id).status is ClaimStatus.CANCELLED
    claim = village.claiming.claim_session(session.id, li.id)
    clock.set(BEGINS - DAY)
    assert village.claiming.cancel(claim.id).status is ClaimStatus.LATE_CANCELLED
    assert village.claiming.excuse(claim.id, reason="a funeral").status is ClaimStatus.EXCUSED


def test_a_session_that_is_called_off_ends_its_claims_and_credits_where_the_rules_say(
    village: Community, session: Session, li: Member, zhao: Member
) -> None:
    village.claiming.set_conditions(Conditions(called_off_deed="patrol"))
    sure = village.claiming.claim_session(session.id, li.id)
    waiting = village.claiming.claim_session(session.id, zhao.id, wait=True)
    ended = village.claiming.cancel_session(session.id, reason="rain")
    assert [(c.id, c.status) for c in ended] == [
        (sure.id, ClaimStatus.CALLED_OFF),
        (waiting.id, ClaimStatus.CALLED_OFF),
    ]
    assert (points(village, li), points(village, zhao)) == (5, 0)
    assert village.claiming.cancel_session(session.id) == []


def test_the_catalog_cancels_a_session_and_its_claims_in_one_act(
    village: Community, item_id: str, session: Session, li: Member, zhao: Member
) -> None:
    village.claiming.set_conditions(Conditions(called_off_deed="patrol"))
    sure = village.claiming.claim_session(session.id, li.id)
    waiting = village.claiming.claim_session(session.id, zhao.id, wait=True)
    other = village.catalog.hold_session(item_id, BEGINS + 3 * HOUR, BEGINS + 4 * HOUR, places=1)
    elsewhere = village.claiming.claim_session(other.id, li.id)
    village.catalog.cancel_session(session.id, reason="rain")
    ended = [village.claiming.claim(claim.id) for claim in (sure, waiting)]
    assert [claim.status for claim in ended] == [ClaimStatus.CALLED_OFF] * 2
    assert [claim.due_at for claim in ended] == [None, None]
    assert village.claiming.claim(elsewhere.id) == elsewhere
    assert (points(village, li), points(village, zhao)) == (5, 0)
    events = village.events.read(limit=1_000)
    assert {e.reason for e in events if e.subject in (session.id, sure.id, waiting.id) and e.reason} == {
        "rain"
    }


def test_a_session_is_not_cancelled_where_its_claims_cannot_be(
    village: Community, session: Session, li: Member
) -> None:
    village.claiming.set_conditions(Conditions(called_off_deed="not-in-the-rules"))
    claim = village.claiming.claim_session(session.id, li.id)
    with pytest.raises(DeedUnknown):
        village.catalog.cancel_session(session.id, reason="rain")
    assert village.catalog.session(session.id) == session
    assert village.claiming.claim(claim.id) == claim


def test_a_series_that_changes_ends_the_requests_on_what_it_drops(
    village: Community, item_id: str, li: Member, clock: ManualClock
) -> None:
    village.claiming.set_conditions(Conditions(confirmed=True))
    draft = village.catalog.draft_series(
        item_id, "FREQ=WEEKLY;BYDAY=WE", first_day=date(2026, 3, 2), begins="09:00", ends="10:00", places=1
    )
    series = village.catalog.publish(draft)
    first, *_ = village.catalog.sessions(item_id)
    asked = village.claiming.claim_session(first.id, li.id)
    village.catalog.change_series(series, pattern="FREQ=WEEKLY;BYDAY=TH", reason="another day")
    assert village.catalog.session(first.id).status == "cancelled"
    assert village.claiming.claim(asked.id).status is ClaimStatus.CALLED_OFF


def test_the_organiser_calls_one_claim_off(
    village: Community, session: Session, li: Member, zhao: Member
) -> None:
    claim = village.claiming.claim_session(session.id, li.id)
    waiting = village.claiming.claim_session(session.id, zhao.id, wait=True)
    with pytest.raises(NotTheOrganiser):
        as_(village, li).claiming.call_off(claim.id, reason="x")
    assert village.claiming.call_off(claim.id, reason="too few places").status is ClaimStatus.CALLED_OFF
    assert village.claiming.claim(waiting.id).status is ClaimStatus.OFFERED
    assert points(village, li) == 0


# --- teams ----------------------------------------------------------------------------------------


def test_a_team_takes_places_before_it_names_who_comes(
    village: Community, item_id: str, li: Member, zhao: Member, clock: ManualClock
) -> None:
    sun = village.community.enrol("孙丽")
    session = village.catalog.hold_session(item_id, BEGINS, BEGINS + HOUR, places=3)
    team = village.claiming.claim_for_team(session.id, li.id, 3, team="Red vests")
    assert village.claiming.free_places(session.id) == 0
    waiting = village.claiming.claim_session(session.id, sun.id, wait=True)
    leader = as_(village, li).claiming
    leader.name(team.id, li.id)
    named = leader.name(team.id, zhao.id)
    assert (named.status, named.from_claim) == (ClaimStatus.CONFIRMED, team.id)
    with pytest.raises(NotForTeam):
        village.claiming.name(named.id, sun.id)
    clock.set(BEGINS - DAY)
    with pytest.raises(NamesOver):
        leader.name(team.id, sun.id)
    [lapsed] = village.claiming.tick()  # nobody was named for the third place
    assert (lapsed.id, lapsed.seats, lapsed.status) == (team.id, 1, ClaimStatus.LAPSED)
    assert village.claiming.claim(waiting.id).status is ClaimStatus.OFFERED


def test_a_team_that_named_everybody_holds_no_more_places(
    village: Community, session: Session, li: Member, zhao: Member
) -> None:
    team = village.claiming.claim_for_team(session.id, li.id, 1, team="One")
    with pytest.raises(IllegalTransition):
        village.claiming.check_in(team.id)
    village.claiming.name(team.id, zhao.id)
    assert village.claiming.claim(team.id).status is ClaimStatus.TRANSFERRED
    assert village.claiming.free_places(session.id) == 0
    with pytest.raises(SessionFull):
        village.claiming.claim_for_team(session.id, li.id, 2, team="Two")


def test_a_team_waits_for_all_its_places_and_others_pass_it(
    village: Community, item_id: str, li: Member, zhao: Member, sun: Member
) -> None:
    session = village.catalog.hold_session(item_id, BEGINS, BEGINS + HOUR, places=2)
    first = village.claiming.claim_session(session.id, li.id)
    second = village.claiming.claim_session(session.id, zhao.id)
    team = village.claiming.claim_for_team(session.id, sun.id, 2, team="Two", wait=True)
    single = village.claiming.claim_session(session.id, sun.id, wait=True)
    village.claiming.cancel(first.id)
    assert village.claiming.claim(single.id).status is ClaimStatus.OFFERED
    village.claiming.cancel(single.id)
    village.claiming.cancel(second.id)
    assert village.claiming.claim(team.id).status is ClaimStatus.OFFERED
    accepted = as_(village, sun).claiming.accept(team.id)
    assert accepted.due_at == BEGINS - DAY


# --- who was there --------------------------------------------------------------------------------


def test_who_checks_out_at_once_has_no_hours(
    village: Community, session: Session, li: Member, clock: ManualClock
) -> None:
    claim = village.claiming.claim_session(session.id, li.id)
    me = as_(village, li).claiming
    clock.set(BEGINS + 6 * MINUTE)
    village.claiming.check_in(claim.id)
    village.claiming.check_out(claim.id)
    for hours in (None, Decimal(1)):
        with pytest.raises(NoTimeSpent) as refused:
            me.submit_hours(claim.id, hours)
        assert "no time has passed" in str(refused.value)


def test_in_and_out_by_the_code_at_the_door(
    village: Community, session: Session, li: Member, clock: ManualClock
) -> None:
    claim = village.claiming.claim_session(session.id, li.id)
    me = as_(village, li).claiming
    with pytest.raises(NotTheOrganiser):
        me.check_in_code(session.id)
    clock.set(BEGINS - 2 * HOUR)
    with pytest.raises(CheckInClosed):
        me.check_in(claim.id, village.claiming.check_in_code(session.id).text)
    clock.set(BEGINS + 6 * MINUTE)
    code = village.claiming.check_in_code(session.id)
    assert code.until == clock.now() + timedelta(seconds=30)
    with pytest.raises(CodeInvalid):
        me.check_in(claim.id, "AAAAAAAA")
    with pytest.raises(NotTheOrganiser):
        me.check_in(claim.id)
    assert me.check_in(claim.id, f" {code.text[:4]} {code.text[4:]} ").status is ClaimStatus.CHECKED_IN
    with pytest.raises(CodeUsed):
        me.check_out(claim.id, code.text)
    clock.set(BEGINS + 66 * MINUTE)
    with pytest.raises(CodeInvalid):
        me.check_out(claim.id, code.text)  # of an hour ago
    former = village.claiming.check_in_code(session.id).text
    clock.advance(timedelta(seconds=30))
    assert me.check_out(claim.id, former).status is ClaimStatus.CHECKED_OUT
    with pytest.raises(HoursOutOfRange):
        me.submit_hours(claim.id, Decimal("1.5"))
    submitted = me.submit_hours(claim.id)
    assert (submitted.hours, submitted.provenance) == (Decimal("1.00"), Provenance.CHECKED)
    _, award = village.claiming.verify(claim.id)
    assert award.awarded == points(village, li) == 10


def test_codes_of_sessions_differ(village: Community, item_id: str, session: Session) -> None:
    other = village.catalog.hold_session(item_id, BEGINS, BEGINS + HOUR, places=1)
    codes = {village.claiming.check_in_code(id).text for id in (session.id, other.id, session.id)}
    assert len(codes) == 2


def test_who_does_not_check_out_gets_no_hours_by_themselves(
    village: Community, session: Session, li: Member, clock: ManualClock
) -> None:
    claim = village.claiming.claim_session(session.id, li.id)
    clock.set(BEGINS)
    village.claiming.check_in(claim.id)
    clock.set(session.ends_at)
    with pytest.raises(CheckOutMissing):
        village.claiming.submit_hours(claim.id, Decimal(2))
    clock.advance(HOUR)
    with pytest.raises(CheckInClosed):
        village.claiming.check_out(claim.id)
    [unaccounted] = village.claiming.tick()
    assert (unaccounted.status, unaccounted.hours) == (ClaimStatus.UNACCOUNTED, None)
    with pytest.raises(CheckOutMissing):
        as_(village, li).claiming.submit_hours(claim.id, Decimal(2))
    village.claiming.enter_hours(claim.id, Decimal(1), reason="was seen at the end")
    with pytest.raises(OwnEntry):
        village.claiming.verify(claim.id)


def test_hours_that_an_administrator_enters_are_for_the_record(
    village: Community, session: Session, li: Member, clock: ManualClock
) -> None:
    claim = village.claiming.claim_session(session.id, li.id)
    clock.set(session.ends_at)
    entered = village.claiming.enter_hours(claim.id, Decimal(2), evidence=["the roll call"])
    assert (entered.provenance, entered.entered_by) == (Provenance.ENTERED, "clerk-wang")
    other = village.acting_as(Actor("clerk-chen", frozenset({"clerk"})))
    verified, award = other.claiming.verify(claim.id)
    assert (verified.hours, award.status, award.awarded) == (2, AwardStatus.REFUSED, 0)
    assert award.wanted == 20
    assert award.explanation[-1].code == "entered_hours"
    assert (award.source, award.evidence) == (f"session:{session.id}", ("the roll call",))
    assert points(village, li) == 0


def test_entered_hours_count_where_the_conditions_say_so(
    village: Community, session: Session, li: Member, clock: ManualClock
) -> None:
    village.claiming.set_conditions(Conditions(entered_counts=True))
    claim = village.claiming.claim_session(session.id, li.id)
    clock.set(session.ends_at)
    village.claiming.enter_hours(claim.id, Decimal(2))
    village.acting_as(Actor("clerk-chen")).claiming.verify(claim.id)
    assert points(village, li) == 20


def test_a_list_on_paper(
    village: Community, session: Session, li: Member, zhao: Member, clock: ManualClock
) -> None:
    village.claiming.claim_session(session.id, zhao.id)
    with pytest.raises(GridpointsError):
        village.claiming.enter_attendance(session.id, li.id, Decimal(2))  # it is not over
    clock.set(session.ends_at)
    with pytest.raises(AlreadyClaimed):
        village.claiming.enter_attendance(session.id, zhao.id, Decimal(2))
    with pytest.raises(NotTheOrganiser):
        as_(village, zhao).claiming.enter_attendance(session.id, li.id, Decimal(2))
    written = village.claiming.enter_attendance(session.id, li.id, Decimal(2))
    assert (written.status, written.provenance) == (ClaimStatus.SUBMITTED, Provenance.PAPER)
    village.acting_as(Actor("clerk-chen")).claiming.verify(written.id)
    assert points(village, li) == 20


def test_hours_do_not_overlap(
    village: Community, item_id: str, session: Session, li: Member, clock: ManualClock
) -> None:
    claim = village.claiming.claim_session(session.id, li.id)
    other = village.catalog.hold_session(item_id, BEGINS + HOUR, BEGINS + 3 * HOUR, places=5)
    clock.set(other.ends_at)
    village.claiming.submit_hours(claim.id, Decimal(1))
    with pytest.raises(HoursOverlap):
        village.claiming.enter_attendance(other.id, li.id, Decimal(1))


def test_an_organiser_sees_who_comes_and_who_leaves_before_the_end(
    village: Community, session: Session, li: Member, clock: ManualClock
) -> None:
    claim = village.claiming.claim_session(session.id, li.id)
    clock.set(BEGINS)
    village.claiming.check_in(claim.id)
    abandoned = village.claiming.abandon(claim.id, reason="left after ten minutes")
    assert abandoned.status is ClaimStatus.ABANDONED
    assert village.claiming.free_places(session.id) == 1


def test_nobody_checks_in_to_a_cancelled_session_or_for_somebody_else(
    village: Community, session: Session, li: Member, zhao: Member, clock: ManualClock
) -> None:
    claim = village.claiming.claim_session(session.id, li.id)
    clock.set(BEGINS)
    code = village.claiming.check_in_code(session.id).text
    with pytest.raises(NotTheClaimant):
        as_(village, zhao).claiming.check_in(claim.id, code)
    village.catalog.cancel_session(session.id)
    with pytest.raises(NotPublished):
        village.claiming.check_in(claim.id)


# --- corrections, verification --------------------------------------------------------------------


@pytest.fixture
def verified(village: Community, session: Session, li: Member, clock: ManualClock) -> Claim:
    claim = village.claiming.claim_session(session.id, li.id)
    clock.set(session.ends_at)
    as_(village, li).claiming.submit_hours(claim.id, Decimal(2))
    return village.claiming.verify(claim.id)[0]


def test_verified_hours_are_corrected_by_a_reversal(village: Community, verified: Claim, li: Member) -> None:
    with pytest.raises(OwnClaim):
        as_(village, li).claiming.correct(verified.id, Decimal(1), reason="no")
    with pytest.raises(HoursOutOfRange):
        village.claiming.correct(verified.id, Decimal(3), reason="more than there were")
    with pytest.raises(HoursNeeded):
        village.claiming.correct(verified.id, None, reason="unknown")
    corrected, award = village.claiming.correct(verified.id, Decimal(1), reason="came late")
    assert (corrected.hours, corrected.corrections) == (Decimal(1), 1)
    assert corrected.award_id == award.id == f"claim:{verified.id}#1"
    assert village.awards.award(f"claim:{verified.id}").status is AwardStatus.REVERSED
    assert points(village, li) == 10
    same, _ = village.claiming.correct(verified.id, Decimal(1), reason="again")
    assert same == corrected
    assert village.ledger.verify().ok


def test_a_correction_is_judged_by_the_rules_as_they_are_by_now(
    village: Community, verified: Claim, li: Member
) -> None:
    better = RULES.replace('version: "1"', 'version: "2"').replace("amount: 10", "amount: 15")
    village.rules.publish(better)
    corrected, award = village.claiming.correct(verified.id, Decimal(2), reason="the new rules")
    assert (award.rule_set, award.awarded, corrected.hours) == ("test@2", 30, Decimal(2))
    assert points(village, li) == 30


def test_a_verified_claim_that_was_a_lie_is_void(village: Community, verified: Claim, li: Member) -> None:
    with pytest.raises(OwnClaim):
        as_(village, li).claiming.void(verified.id, reason="x")
    with pytest.raises(NotTheOrganiser):
        village.acting_as(Actor("neighbour")).claiming.void(verified.id, reason="x")
    assert village.claiming.void(verified.id, reason="was never there").status is ClaimStatus.VOID
    assert points(village, li) == 0


def test_the_family_does_not_verify_where_that_is_asked(
    village: Community, session: Session, clock: ManualClock
) -> None:
    grid = village.community.add_grid("一网格")
    home = village.community.add_household(grid.id, "3-101")
    wife, husband = (village.community.enrol(name, household_id=home.id) for name in ("王芳", "王强"))
    village.claiming.set_conditions(Conditions(family_verifies=False))
    claim = village.claiming.claim_session(session.id, wife.id)
    clock.set(session.ends_at)
    as_(village, wife).claiming.submit_hours(claim.id, Decimal(1))
    with pytest.raises(OwnFamily):
        as_(village, husband).claiming.verify(claim.id)
    village.claiming.verify(claim.id)


# --- ratings --------------------------------------------------------------------------------------


def test_both_sides_rate_each_other(village: Community, verified: Claim, li: Member, zhao: Member) -> None:
    me = as_(village, li).claiming
    of_session = me.rate(verified.id, 5, text="well led")
    assert of_session.about == f"session:{verified.target_id}"
    with pytest.raises(RatedAlready):
        me.rate(verified.id, 4)
    with pytest.raises(NotConcerned):
        as_(village, zhao).claiming.rate(verified.id, 1)
    with pytest.raises(NotWholeNumber):
        village.claiming.rate(verified.id, 6)
    of_li = village.claiming.rate(verified.id, 1, text="was rude")
    assert village.claiming.reputation(li.id).samples == 1
    assert village.claiming.reputation(li.id).average is None  # one says nothing
    me.appeal_rating(of_li.id, reason="I was ill")
    with pytest.raises(OwnRating):
        village.claiming.decide_rating(of_li.id, leave_out=True, reason="mine")
    with pytest.raises(NotTheOrganiser):
        me.decide_rating(of_li.id, leave_out=True, reason="mine")
    village.acting_as(Actor("chen", frozenset({"clerk"}))).claiming.decide_rating(
        of_li.id, leave_out=True, reason="no reason was given"
    )
    assert village.claiming.reputation(li.id).samples == 0


def test_what_is_not_verified_is_not_rated(village: Community, session: Session, li: Member) -> None:
    claim = village.claiming.claim_session(session.id, li.id)
    with pytest.raises(NotRatable):
        village.claiming.rate(claim.id, 1)


def test_an_average_needs_enough_ratings(
    village: Community, item_id: str, verified: Claim, li: Member, clock: ManualClock
) -> None:
    for n in range(5):
        actor = Actor(f"clerk-{n}", frozenset({"clerk"}))
        village.acting_as(actor).claiming.rate(verified.id, 4 + n % 2)
    assert str(village.claiming.reputation(li.id).average) == "4.4"
