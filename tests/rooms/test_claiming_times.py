"""Claims across the days on which clocks and calendars jump."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

import gridpoints
from gridpoints import Actor, Community, Exchange
from gridpoints.claiming.conditions import Conditions
from gridpoints.claiming.model import Claim, ClaimStatus
from gridpoints.errors import CoolingDown
from gridpoints.testing import ManualClock
from tests.rooms.conftest import RULES

BERLIN, SHANGHAI = ZoneInfo("Europe/Berlin"), ZoneInfo("Asia/Shanghai")
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def founded(exchange: Exchange, zone: ZoneInfo) -> Community:
    rules = RULES.replace("2026-01-01", "2020-01-01")
    community = exchange.found("v", name="v", timezone=zone.key, rules=rules)
    community.community.enrol("李", id="li")
    return community.acting_as(Actor("clerk", frozenset({"clerk"})))


def came(village: Community, clock: ManualClock, starts: datetime, ends: datetime) -> Claim:
    """A claim of a session that somebody came to from the first moment to the last, verified."""
    item = village.catalog.publish(village.catalog.draft("Care", deed="care").id)
    starts, ends = starts.astimezone(UTC), ends.astimezone(UTC)
    session = village.catalog.hold_session(item.id, starts, ends, places=1)
    claim = village.claiming.claim_session(session.id, "li")
    clock.set(starts)
    village.claiming.check_in(claim.id)
    clock.set(ends)
    village.claiming.check_out(claim.id)
    village.acting_as(Actor("li")).claiming.submit_hours(claim.id)
    return village.claiming.verify(claim.id)[0]


@pytest.mark.parametrize(
    ("day", "hours"),
    [(datetime(2026, 3, 29), 2), (datetime(2026, 10, 25), 4), (datetime(2026, 5, 3), 3)],  # noqa: DTZ001
)
def test_hours_are_those_that_passed_when_the_clocks_change(day: datetime, hours: int) -> None:
    """From one to four at night: an hour less in spring, one more in autumn."""
    starts, ends = (day.replace(hour=hour, tzinfo=BERLIN) for hour in (1, 4))
    clock = ManualClock(starts.astimezone(UTC) - DAY)
    with gridpoints.open("memory://", clock=clock) as exchange:
        assert came(founded(exchange, BERLIN), clock, starts, ends).hours == Decimal(hours)


@pytest.mark.parametrize("day", [datetime(2026, 12, 31), datetime(2028, 2, 28), datetime(2028, 2, 29)])  # noqa: DTZ001
def test_a_deed_counts_for_the_day_on_which_it_began(day: datetime) -> None:
    """From eleven at night to one in the morning, over the end of a year and around a leap day."""
    starts = day.replace(hour=23, tzinfo=SHANGHAI)
    clock = ManualClock(starts.astimezone(UTC) - DAY)
    with gridpoints.open("memory://", clock=clock) as exchange:
        village = founded(exchange, SHANGHAI)
        claim = came(village, clock, starts, starts + 2 * HOUR)
        assert claim.award_id is not None
        assert village.awards.award(claim.award_id).day == day.date()
        assert claim.hours == 2


def test_an_offer_lasts_as_many_hours_whatever_the_clocks_say() -> None:
    """The night of the change is inside the day for which the place is kept."""
    start = datetime(2026, 3, 28, 20, tzinfo=BERLIN).astimezone(UTC)
    clock = ManualClock(start)
    with gridpoints.open("memory://", clock=clock) as exchange:
        village = founded(exchange, BERLIN)
        village.community.enrol("赵", id="zhao")
        item = village.catalog.publish(village.catalog.draft("Care", deed="care").id)
        session = village.catalog.hold_session(item.id, start + 7 * DAY, start + 7 * DAY + HOUR, places=1)
        first = village.claiming.claim_session(session.id, "li")
        second = village.claiming.claim_session(session.id, "zhao", wait=True)
        village.claiming.cancel(first.id)
        clock.set(start + DAY - timedelta(microseconds=1))
        assert village.claiming.tick() == []
        clock.set(start + DAY)
        assert [claim.id for claim in village.claiming.tick()] == [second.id]


def test_a_cool_down_ends_with_a_local_day_of_the_next_year() -> None:
    starts = datetime(2026, 12, 30, 9, tzinfo=SHANGHAI)
    clock = ManualClock(starts.astimezone(UTC) - DAY)
    with gridpoints.open("memory://", clock=clock) as exchange:
        village = founded(exchange, SHANGHAI)
        village.claiming.set_conditions(Conditions(cooldown_days=2))
        item = village.catalog.publish(village.catalog.draft("Care", deed="care").id)
        session = village.catalog.hold_session(item.id, starts, starts + HOUR, places=1)
        later = village.catalog.hold_session(item.id, starts + 9 * DAY, starts + 9 * DAY + HOUR, places=1)
        claim = village.claiming.claim_session(session.id, "li")
        clock.set((starts + HOUR).astimezone(UTC))
        assert village.claiming.no_show(claim.id).status is ClaimStatus.NO_SHOW
        clock.set(datetime(2027, 1, 1, 23, 59, tzinfo=SHANGHAI).astimezone(UTC))
        with pytest.raises(CoolingDown):
            village.claiming.claim_session(later.id, "li")
        clock.set(datetime(2027, 1, 2, tzinfo=SHANGHAI).astimezone(UTC))
        village.claiming.claim_session(later.id, "li")


def test_a_tick_after_a_pause_of_years_does_the_same_as_many_before() -> None:
    start = datetime(2027, 12, 30, tzinfo=UTC)

    def told(pauses: list[timedelta]) -> list[str]:
        clock = ManualClock(start)
        with gridpoints.open("memory://", clock=clock) as exchange:
            village = founded(exchange, SHANGHAI)
            for id in ("a", "b", "c"):
                village.community.enrol(id, id=id)
            item = village.catalog.publish(village.catalog.draft("Care", deed="care").id)
            session = village.catalog.hold_session(item.id, start + 3 * DAY, start + 4 * DAY, places=1)
            claim = village.claiming.claim_session(session.id, "a")
            for id in ("b", "c", "li"):
                village.claiming.claim_session(session.id, id, wait=True)
            village.claiming.cancel(claim.id)
            for pause in pauses:
                clock.advance(pause)
                village.claiming.tick()
            return [str(each.status) for each in village.claiming.claims_on(session.id)]

    assert told([800 * DAY]) == told([DAY] * 800) == ["cancelled", "lapsed", "lapsed", "lapsed"]
