"""A session is moved to another time, and its claims follow; more places are offered to those in line."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest

from gridpoints import Actor, Community, Member, Session
from gridpoints.catalog.model import QuorumStatus, ServiceItem, SessionStatus
from gridpoints.claiming.conditions import Conditions
from gridpoints.claiming.model import ClaimStatus
from gridpoints.errors import (
    EmptyInterval,
    IllegalTransition,
    NotTheOrganiser,
    SessionStarted,
    StartsInThePast,
)
from gridpoints.i18n import Language
from gridpoints.testing import ManualClock
from gridpoints.values import Step
from tests.rooms.conftest import RULES, START

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def item(village: Community) -> ServiceItem:
    return village.catalog.publish(village.catalog.draft("Read to the blind", deed="care").id)


@pytest.fixture
def session(village: Community, item: ServiceItem) -> Session:
    return village.catalog.hold_session(item.id, START + DAY, START + DAY + 2 * HOUR, places=2)


def as_(village: Community, who: Member) -> Community:
    return village.acting_as(Actor(who.id))


def test_claims_stand_and_are_told(
    village: Community, session: Session, li: Member, zhao: Member, clock: ManualClock
) -> None:
    village.claiming.set_conditions(Conditions(late_minutes=3 * 24 * 60))
    sun = village.community.enrol("孙丽")
    mine = as_(village, li).claiming.claim_session(session.id, li.id)
    village.claiming.claim_session(session.id, zhao.id)
    waiting = village.claiming.claim_session(session.id, sun.id, wait=True)
    [*_, last] = village.events.read(limit=1_000)
    moved = village.catalog.move_session(
        session.id, START + 2 * DAY, START + 2 * DAY + HOUR, reason="the hall is being painted"
    )
    assert (moved.session.starts_at, moved.session.version, moved.clashes) == (START + 2 * DAY, 2, ())
    told = village.events.read(last.cursor)
    assert [(e.kind, e.status, e.reason) for e in told] == [
        ("session", "open", "the hall is being painted"),
        ("claim", "confirmed", "the hall is being painted"),
        ("claim", "confirmed", "the hall is being painted"),
        ("claim", "waitlisted", "the hall is being painted"),
    ]
    assert village.claiming.claim(waiting.id).due_at == START + 2 * DAY
    # Who agreed to another time gives it back without a mark, who agrees to this one does not.
    assert as_(village, li).claiming.cancel(mine.id).status is ClaimStatus.CANCELLED
    as_(village, sun).claiming.accept(waiting.id)
    assert as_(village, sun).claiming.cancel(waiting.id).status is ClaimStatus.LATE_CANCELLED
    again = as_(village, li).claiming.claim_session(session.id, li.id)
    assert as_(village, li).claiming.cancel(again.id).status is ClaimStatus.LATE_CANCELLED
    assert village.claiming.tick() == []


def test_hours_follow(village: Community, session: Session, li: Member, clock: ManualClock) -> None:
    claim = village.claiming.claim_session(session.id, li.id)
    village.catalog.move_session(session.id, START + 2 * DAY, START + 2 * DAY + HOUR)
    clock.set(START + 2 * DAY + HOUR)
    village.acting_as(Actor(li.id)).claiming.submit_hours(claim.id, Decimal(1))
    _, award = village.claiming.verify(claim.id)
    assert award.day == date(2026, 3, 4)


def test_who_is_expected_elsewhere_is_found(
    village: Community, item: ServiceItem, session: Session, li: Member, zhao: Member
) -> None:
    other = village.catalog.hold_session(item.id, START + 2 * DAY, START + 2 * DAY + HOUR, places=2)
    mine = village.claiming.claim_session(session.id, li.id)
    village.claiming.claim_session(other.id, li.id)
    near = village.claiming.claim_session(session.id, zhao.id)
    after = village.catalog.hold_session(
        item.id, START + 2 * DAY + 2 * HOUR, START + 2 * DAY + 3 * HOUR, places=1
    )
    village.claiming.claim_session(after.id, zhao.id)
    moved = village.catalog.move_session(session.id, START + 2 * DAY, START + 2 * DAY + 2 * HOUR)
    [clash] = moved.clashes
    assert (clash.member_id, clash.claim_id, clash.session_id) == (li.id, mine.id, other.id)
    assert [step.code for step in village.claiming.claim(mine.id).warnings] == ["expected_elsewhere"]
    assert [step.code for step in village.claiming.claim(near.id).warnings] == ["little_time_between"]
    village.catalog.move_session(session.id, START + 3 * DAY, START + 3 * DAY + HOUR)
    assert village.claiming.claim(mine.id).warnings == ()


def test_who_is_unfit_at_the_new_time_is_named_and_keeps_their_place(
    village: Community, session: Session, li: Member, zhao: Member
) -> None:
    claiming, people = village.claiming, village.community
    claiming.set_conditions(Conditions(guardian_below=18, skills=("first-aid",)))
    sun, child = people.enrol("孙丽"), date(2014, 5, 1)
    for member, until in ((li, START + 2 * DAY), (zhao, None), (sun, START + 2 * DAY)):
        claiming.qualify(member.id, "first-aid", until=until)
        people.record_consent(member.id, "their mother", until=None if member is li else until)
    claims = [claiming.claim_session(session.id, member.id, born=child) for member in (li, zhao)]
    waiting = claiming.claim_session(session.id, sun.id, born=child, wait=True)

    moved = village.catalog.move_session(session.id, START + 3 * DAY, START + 3 * DAY + HOUR)
    over, alone = Step("qualification_over", {"skills": ("first-aid",)}), Step("consent_over", {})
    assert [(each.member_id, each.claim_id, each.reasons) for each in moved.unfit] == [
        (li.id, claims[0].id, (over,)),
        (sun.id, waiting.id, (over, alone)),
    ]
    assert [claiming.claim(each.id).warnings for each in claims] == [(over,), ()]
    assert {claiming.claim(each.id).status for each in claims} == {ClaimStatus.CONFIRMED}
    claiming.cancel(claims[1].id)
    assert as_(village, sun).claiming.accept(waiting.id).warnings == (over, alone)  # told once more

    earlier = village.catalog.move_session(session.id, START + 2 * HOUR, START + 3 * HOUR)
    assert [each.reasons for each in earlier.unfit] == [(Step("age_again", {}),)] * 2
    assert Language.of("en").explanation(earlier.unfit[0].reasons) == [
        "It is on an earlier day now: their age is to be asked again"
    ]
    same_day = village.catalog.move_session(session.id, START + 4 * HOUR, START + 5 * HOUR)
    assert same_day.unfit == ()


def test_who_is_excluded_meanwhile_is_named_for_as_long(
    village: Community, session: Session, li: Member
) -> None:
    levels = "levels: {one: {name: {en: One}, needs: {hours: 1}}}"
    stars = f"stars: {{{levels}, exclusion: {{fraud: {{name: {{en: Fraud}}}}}}}}\n"
    village.rules.publish(RULES.replace('"1"', '"2"') + stars)
    village.claiming.claim_session(session.id, li.id)
    village.awards.exclude(li.id, "fraud", note="signed for others", until=(START + 3 * DAY).date())
    moved = village.catalog.move_session(session.id, START + 2 * DAY, START + 2 * DAY + HOUR)
    [unfit] = moved.unfit
    assert [step.code for step in unfit.reasons] == ["excluded"]
    assert village.catalog.move_session(session.id, START + 4 * DAY, START + 4 * DAY + HOUR).unfit == ()


def test_offers_requests_and_teams_keep_to_the_new_time(
    village: Community, session: Session, li: Member, zhao: Member
) -> None:
    village.claiming.set_conditions(Conditions(naming_minutes=60, offer_minutes=3 * 24 * 60))
    team = village.claiming.claim_for_team(session.id, li.id, 2, team="Readers")
    offered = village.claiming.claim_session(session.id, zhao.id, wait=True)
    village.claiming.name(team.id, li.id)
    village.claiming.cancel(team.id)
    assert village.claiming.claim(offered.id).due_at == session.starts_at
    village.claiming.set_conditions(Conditions(confirmed=True))
    sun = village.community.enrol("孙丽")
    asked = village.claiming.claim_session(session.id, sun.id)
    village.catalog.move_session(session.id, START + 20 * HOUR, START + 21 * HOUR)
    for claim in (offered, asked):
        assert village.claiming.claim(claim.id).due_at == START + 20 * HOUR
    village.catalog.move_session(session.id, START + 4 * DAY, START + 4 * DAY + HOUR)
    assert village.claiming.claim(offered.id).due_at == START + 20 * HOUR  # so long they were promised it
    assert village.claiming.claim(asked.id).due_at == START + 4 * DAY


def test_a_team_has_longer_to_name_its_people(village: Community, session: Session, li: Member) -> None:
    village.claiming.set_conditions(Conditions(naming_minutes=60))
    team = village.claiming.claim_for_team(session.id, li.id, 2, team="Readers")
    village.catalog.move_session(session.id, START + 2 * DAY, START + 2 * DAY + HOUR)
    assert village.claiming.claim(team.id).due_at == START + 2 * DAY - HOUR


def test_who_came_for_nothing_checks_in_again(
    village: Community, session: Session, li: Member, clock: ManualClock
) -> None:
    claim = village.claiming.claim_session(session.id, li.id)
    clock.set(session.starts_at - HOUR / 2)
    village.claiming.check_in(claim.id)
    village.catalog.move_session(session.id, START + 2 * DAY, START + 2 * DAY + HOUR)
    now = village.claiming.claim(claim.id)
    assert (now.status, now.checked_in_at, now.due_at) == (ClaimStatus.CONFIRMED, None, None)
    clock.set(START + 2 * DAY)
    assert village.claiming.check_in(claim.id).status is ClaimStatus.CHECKED_IN


def test_its_minimum_is_looked_at_as_long_before(
    village: Community, item: ServiceItem, li: Member, clock: ManualClock
) -> None:
    at = START + 3 * DAY
    session = village.catalog.hold_session(item.id, at, at + HOUR, places=2, minimum=1)
    claim = village.claiming.claim_session(session.id, li.id)
    clock.set(at - DAY)
    [reached] = village.catalog.tick()
    assert reached.status is QuorumStatus.REACHED
    village.catalog.move_session(session.id, at + 2 * DAY, at + 2 * DAY + HOUR)
    village.claiming.cancel(claim.id)
    assert village.catalog.tick() == []
    clock.set(at + DAY)
    [short] = village.catalog.tick()
    assert short.status is QuorumStatus.SHORT


def test_what_cannot_be_moved(village: Community, session: Session, li: Member, clock: ManualClock) -> None:
    move, later = village.catalog.move_session, START + 2 * DAY
    with pytest.raises(NotTheOrganiser):
        as_(village, li).catalog.move_session(session.id, later, later + HOUR)
    with pytest.raises(EmptyInterval):
        move(session.id, later, later)
    with pytest.raises(StartsInThePast):
        move(session.id, START, later)
    assert move(session.id, session.starts_at, session.ends_at).session.version == 1  # where it was
    closed = village.catalog.close_session(session.id)
    assert move(session.id, later, later + HOUR).session.status is closed.status is SessionStatus.CLOSED
    clock.set(later)
    with pytest.raises(SessionStarted):
        move(session.id, later + DAY, later + DAY + HOUR)


def test_one_that_is_called_off_is_not_moved(village: Community, session: Session) -> None:
    village.catalog.cancel_session(session.id)
    with pytest.raises(IllegalTransition):
        village.catalog.move_session(session.id, START + 2 * DAY, START + 2 * DAY + HOUR)


def test_across_daylight_saving(exchange: object, clock: ManualClock) -> None:
    """An hour that is there twice, and one that is not: instants are what counts."""
    from zoneinfo import ZoneInfo

    from gridpoints import Exchange
    from tests.rooms.conftest import RULES

    assert isinstance(exchange, Exchange)
    zone = ZoneInfo("Europe/Berlin")
    village = exchange.found("kreuzberg", name="Kreuzberg", timezone=zone.key, rules=RULES)
    village = village.acting_as(Actor("clerk", frozenset({"clerk"})))
    li = village.community.enrol("Li")
    item = village.catalog.publish(village.catalog.draft("Night watch", deed="care").id)
    first = datetime(2026, 3, 28, 1, 30, tzinfo=zone)
    session = village.catalog.hold_session(item.id, first, first + 2 * HOUR, places=1)
    claim = village.claiming.claim_session(session.id, li.id)
    at = datetime(2026, 3, 29, 1, 30, tzinfo=zone)  # at 2 the clocks go on to 3
    moved = village.catalog.move_session(session.id, at, datetime(2026, 3, 29, 4, 30, tzinfo=zone))
    assert moved.session.interval.hours == 2
    autumn = datetime(2026, 10, 25, 1, 30, tzinfo=zone)
    moved = village.catalog.move_session(session.id, autumn, datetime(2026, 10, 25, 3, 30, tzinfo=zone))
    assert moved.session.interval.hours == 3
    clock.set(moved.session.ends_at)
    village.acting_as(Actor(li.id)).claiming.submit_hours(claim.id, Decimal(3))


@pytest.mark.parametrize("places", [2, 4])
def test_more_places_are_offered_at_once(
    village: Community, session: Session, li: Member, zhao: Member, places: int
) -> None:
    sun, chen = village.community.enrol("孙丽"), village.community.enrol("陈静")
    village.claiming.claim_for_team(session.id, li.id, 2, team="Readers")
    waiting = [village.claiming.claim_session(session.id, m.id, wait=True) for m in (zhao, sun, chen)]
    village.catalog.amend(session, places=places)
    statuses = [village.claiming.claim(claim.id).status for claim in waiting]
    offered = [ClaimStatus.OFFERED] * (places - 2)
    assert statuses == offered + [ClaimStatus.WAITLISTED] * (3 - len(offered))
