"""A tick settles what is due by the time that it is given, and never what lies ahead of the clock."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest

from gridpoints import Actor, Community, Exchange, Member, Report
from gridpoints.awards.model import AwardStatus
from gridpoints.catalog.model import QuorumStatus
from gridpoints.claiming.conditions import Conditions
from gridpoints.claiming.model import ClaimStatus
from gridpoints.claiming.wishes import WishStatus
from gridpoints.community.emergency import EmergencyKind
from gridpoints.errors import NaiveInstant
from gridpoints.testing import ManualClock
from tests.rooms.conftest import RULES, START

HOUR, DAY = timedelta(hours=1), timedelta(days=1)

#: What a test sets up, and how one sees how far it has come.
Timed = Callable[[Community, Member, Member], tuple[datetime, Callable[[], str], str]]


def _item(village: Community) -> str:
    return village.catalog.publish(village.catalog.draft("Read to the blind", deed="care").id).id


def a_request(village: Community, li: Member, zhao: Member) -> tuple[datetime, Callable[[], str], str]:
    village.claiming.set_conditions(Conditions(confirmed=True))
    session = village.catalog.hold_session(_item(village), START + DAY, START + DAY + HOUR, places=1)
    claim = village.claiming.claim_session(session.id, li.id)
    return START + DAY, lambda: village.claiming.claim(claim.id).status, ClaimStatus.LAPSED


def a_lease(village: Community, li: Member, zhao: Member) -> tuple[datetime, Callable[[], str], str]:
    room = village.claiming
    wish = room.publish_wish(room.make_wish(zhao.id, "A lamp", deed="wish").id)
    claim = room.claim_wish(wish.id, li.id)
    assert claim.lease_until is not None
    return claim.lease_until, lambda: room.wish(wish.id).status, WishStatus.PUBLISHED


def a_minimum(village: Community, li: Member, zhao: Member) -> tuple[datetime, Callable[[], str], str]:
    at = START + 3 * DAY
    village.catalog.hold_session(_item(village), at, at + HOUR, places=2, minimum=1)
    return at - DAY, lambda: "short" if village.catalog.shortfalls() else "", QuorumStatus.SHORT


def a_loan(village: Community, li: Member, zhao: Member) -> tuple[datetime, Callable[[], str], str]:
    thing = village.catalog.publish(village.catalog.draft_thing("Umbrella", stock=1, days=3))
    loan = village.catalog.lend(thing.id, li.id)
    return loan.due_at, lambda: "overdue" if village.catalog.overdue() else "", "overdue"


def a_term(village: Community, li: Member, zhao: Member) -> tuple[datetime, Callable[[], str], str]:
    post = village.catalog.draft_post(
        _item(village), "Gate", starts_on=date(2026, 3, 2), places=1, ends_on=date(2026, 3, 4)
    )
    village.catalog.publish(post)
    midnight = datetime(2026, 3, 4, 16, tzinfo=UTC)  # in Shanghai
    return midnight, lambda: village.catalog.post(post.id).status, "closed"


def a_directive(village: Community, li: Member, zhao: Member) -> tuple[datetime, Callable[[], str], str]:
    village.community.add_grid("East", id="east")
    flood = village.emergency.declare(EmergencyKind.FLOOD, "The alarm")
    call = village.emergency.call(flood.id, "The gate", wanted=1)
    turn = village.emergency.request(call.id, [li.id], answer_by=START + HOUR)
    ids = [each.id for each in village.emergency.assignments(flood.id)]
    assert turn
    return START + HOUR, lambda: village.emergency.assignment(ids[0]).status, "lapsed"


NOTICE = """\
  public: {name: {en: Made public}, points: 20, approval: {notice: {days: 3}}}
limits:
"""


def a_notice(village: Community, li: Member, zhao: Member) -> tuple[datetime, Callable[[], str], str]:
    village.rules.publish(RULES.replace('"1"', '"2"').replace("limits:\n", NOTICE))
    award = village.awards.credit(Report("deed", li.id, "public", date(2026, 3, 2)))
    closes = datetime(2026, 3, 5, 16, tzinfo=UTC)  # in Shanghai, with the third day after it was made public
    return closes, lambda: village.awards.award(award.id).status, AwardStatus.CREDITED


@pytest.mark.parametrize("timed", [a_request, a_lease, a_minimum, a_loan, a_term, a_directive, a_notice])
def test_by_the_time_that_is_given_and_never_ahead(
    village: Community, li: Member, zhao: Member, clock: ManualClock, timed: Timed
) -> None:
    due, state, afterwards = timed(village, li, zhao)
    before = state()

    def tick(now: datetime | None = None) -> None:
        village.catalog.tick(now)
        village.claiming.tick(now)
        village.awards.tick(now)
        village.emergency.tick(now)

    clock.set(due - timedelta(minutes=1))
    for now in (None, due, due + 300 * DAY):  # whoever is early, or has a fast clock
        tick(now)
        assert state() == before
    clock.set(due + 10 * HOUR)
    tick(due - timedelta(minutes=1))  # whoever catches up step by step
    assert state() == before
    tick(due)
    assert state() == afterwards
    before_events = village.events.read(limit=1_000)
    tick(due)
    tick()
    tick(due - DAY)
    assert village.events.read(limit=1_000) == before_events


def test_in_any_order_and_after_any_pause(village: Community, li: Member, zhao: Member) -> None:
    """See `test_claiming_clock`; here what the two rooms have to do with one another."""
    post = village.catalog.draft_post(
        _item(village), "Gate", starts_on=date(2026, 3, 2), places=1, ends_on=date(2026, 3, 4)
    )
    village.catalog.publish(post)
    village.claiming.claim_post(post.id, li.id)
    waiting = village.claiming.claim_post(post.id, zhao.id, wait=True)
    village.context.clock.set(START + 5 * DAY)  # type: ignore[attr-defined]
    village.catalog.tick()
    village.claiming.tick()
    assert village.claiming.claim(waiting.id).status is ClaimStatus.LAPSED


def test_an_instant_has_a_zone(village: Community) -> None:
    for tick in (village.catalog.tick, village.claiming.tick, village.awards.tick, village.emergency.tick):
        with pytest.raises(NaiveInstant):
            tick(datetime(2026, 3, 2))  # noqa: DTZ001


@pytest.mark.parametrize(
    ("zone", "last_day", "closes"),
    [
        ("Europe/Berlin", date(2026, 3, 29), datetime(2026, 3, 29, 22, tzinfo=UTC)),  # a day of 23 hours
        ("Europe/Berlin", date(2026, 10, 25), datetime(2026, 10, 25, 23, tzinfo=UTC)),  # one of 25
        ("Asia/Shanghai", date(2026, 12, 31), datetime(2026, 12, 31, 16, tzinfo=UTC)),  # year end
        ("Asia/Shanghai", date(2028, 2, 29), datetime(2028, 2, 29, 16, tzinfo=UTC)),  # leap day
        ("America/Sao_Paulo", date(2028, 2, 29), datetime(2028, 3, 1, 3, tzinfo=UTC)),
    ],
)
def test_a_line_and_a_term_end_with_the_local_day(
    exchange: Exchange, clock: ManualClock, zone: str, last_day: date, closes: datetime
) -> None:
    village = exchange.found("place", name="Place", timezone=zone, rules=RULES)
    village = village.acting_as(Actor("clerk", frozenset({"clerk"})))
    first, second = village.community.enrol("Li"), village.community.enrol("Zhao")
    clock.set(closes - DAY)
    post = village.catalog.draft_post(
        _item(village), "Gate", starts_on=last_day - DAY, places=1, ends_on=last_day
    )
    village.catalog.publish(post)
    village.claiming.claim_post(post.id, first.id)
    waiting = village.claiming.claim_post(post.id, second.id, wait=True)
    assert waiting.due_at == closes
    clock.set(closes - timedelta(seconds=1))
    assert (village.catalog.tick(), village.claiming.tick()) == ([], [])
    clock.set(closes)
    assert [each.id for each in village.catalog.tick()] == [post.id]
    assert [each.id for each in village.claiming.tick()] == [waiting.id]
