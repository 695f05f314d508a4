"""Sessions that recur: in local time across all clocks and calendars, with holidays, and changed later."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridpoints import Community, Exchange, Member, ServiceItem, Session
from gridpoints.catalog.model import ItemStatus, QuorumStatus, SessionStatus
from gridpoints.catalog.presets import calendar_of, preset_names
from gridpoints.catalog.series import CalendarDay, DayStatus, Holidays, OnHoliday, Series, local_instant
from gridpoints.errors import (
    BadRecurrence,
    BadTimeOfDay,
    DaysReversed,
    GridpointsError,
    IllegalTransition,
    NotAmendable,
    NotOneOf,
    NotPublished,
    NotWholeNumber,
    PresetUnknown,
)
from gridpoints.testing import ManualClock

SHANGHAI, BERLIN, NEW_YORK = map(ZoneInfo, ("Asia/Shanghai", "Europe/Berlin", "America/New_York"))
NONE = Holidays({})
CHINA = Holidays({day.day: day.status for day in calendar_of("china-2026")})


def series(pattern: str, first_day: date, **changes: Any) -> Series:
    usual = Series("s", "item", pattern, first_day, "09:00", "11:30", 3, first_day)
    return attrs.evolve(usual, **changes).checked()


def days(found: Series, first: date, after_last: date, holidays: Holidays = NONE) -> list[date]:
    """The days on which it takes place, in Shanghai."""
    return [
        o.when.start.astimezone(SHANGHAI).date()
        for o in found.occurrences(first, after_last, holidays, SHANGHAI)
    ]


def walls(found: Series, first: date, after_last: date, tz: ZoneInfo) -> list[tuple[str, str, float]]:
    """Beginning and end by the clock on the wall, and how many hours lie between."""
    return [
        (
            f"{o.when.start.astimezone(tz):%m-%d %H:%M}",
            f"{o.when.end.astimezone(tz):%m-%d %H:%M}",
            (o.when.end - o.when.start) / timedelta(hours=1),
        )
        for o in found.occurrences(first, after_last, NONE, tz)
    ]


# --- clocks ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("tz", "day"), [(BERLIN, date(2026, 3, 29)), (BERLIN, date(2026, 10, 25)), (NEW_YORK, date(2026, 3, 8))]
)
def test_nine_stays_nine_across_daylight_saving(tz: ZoneInfo, day: date) -> None:
    found = series("FREQ=DAILY", date(2026, 1, 1))
    for begins, ends, hours in walls(found, day - timedelta(days=2), day + timedelta(days=3), tz):
        assert (begins[-5:], ends[-5:], hours) == ("09:00", "11:30", 2.5)


def test_a_night_is_an_hour_shorter_or_longer_when_the_clock_changes() -> None:
    night = series("FREQ=DAILY", date(2026, 1, 1), begins="22:00", ends="06:00")
    assert walls(night, date(2026, 3, 28), date(2026, 3, 29), BERLIN) == [("03-28 22:00", "03-29 06:00", 7.0)]
    assert walls(night, date(2026, 10, 24), date(2026, 10, 25), BERLIN) == [
        ("10-24 22:00", "10-25 06:00", 9.0)
    ]
    assert walls(night, date(2026, 10, 31), date(2026, 11, 1), NEW_YORK) == [
        ("10-31 22:00", "11-01 06:00", 9.0)
    ]


def test_a_time_that_there_is_twice_is_the_first_and_one_that_there_is_not_is_counted_on() -> None:
    at = time(2, 30)
    assert local_instant(date(2026, 10, 25), at, BERLIN) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    skipped = local_instant(date(2026, 3, 29), at, BERLIN)
    assert skipped.astimezone(BERLIN).time() == time(3, 30)


def test_a_session_in_the_hour_that_is_left_out_still_takes_time() -> None:
    found = series("FREQ=DAILY", date(2026, 1, 1), begins="02:30", ends="03:30")
    [occurrence] = found.occurrences(date(2026, 3, 29), date(2026, 3, 30), NONE, BERLIN)
    assert occurrence.when.end - occurrence.when.start == timedelta(hours=1)


# --- calendars ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("pattern", "first_day", "expected"),
    [
        ("FREQ=WEEKLY;BYDAY=WE", date(2026, 12, 20), ["2026-12-23", "2026-12-30", "2027-01-06"]),
        ("FREQ=MONTHLY;BYMONTHDAY=-1", date(2028, 1, 1), ["2028-01-31", "2028-02-29", "2028-03-31"]),
        ("FREQ=MONTHLY;BYMONTHDAY=31", date(2026, 1, 31), ["2026-01-31", "2026-03-31", "2026-05-31"]),
        ("FREQ=MONTHLY;BYDAY=-1FR", date(2026, 12, 1), ["2026-12-25", "2027-01-29", "2027-02-26"]),
        ("FREQ=YEARLY", date(2024, 2, 29), ["2024-02-29", "2028-02-29", "2032-02-29"]),
        ("FREQ=DAILY", date(2028, 2, 28), ["2028-02-28", "2028-02-29", "2028-03-01"]),
        ("FREQ=DAILY;COUNT=2", date(2026, 12, 31), ["2026-12-31", "2027-01-01"]),
        ("FREQ=WEEKLY;INTERVAL=2;BYDAY=MO", date(2026, 12, 21), ["2026-12-21", "2027-01-04", "2027-01-18"]),
        ("rrule:freq=daily;until=20261231", date(2026, 12, 30), ["2026-12-30", "2026-12-31"]),
        ("FREQ=YEARLY;BYMONTH=3;BYMONTHDAY=5", date(2026, 1, 1), ["2026-03-05", "2027-03-05", "2028-03-05"]),
    ],
)
def test_year_end_month_end_and_leap_day(pattern: str, first_day: date, expected: list[str]) -> None:
    found = days(series(pattern, first_day), first_day, first_day + timedelta(days=9 * 366))
    assert [str(day) for day in found[:3]] == expected


def test_a_series_ends_with_its_last_day() -> None:
    found = series("FREQ=DAILY", date(2026, 12, 30), last_day=date(2027, 1, 1))
    assert days(found, date(2026, 1, 1), date.max) == [
        date(2026, 12, 30),
        date(2026, 12, 31),
        date(2027, 1, 1),
    ]


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"pattern": "every Wednesday"}, BadRecurrence),
        ({"pattern": ""}, BadRecurrence),
        ({"pattern": "FREQ=HOURLY"}, BadRecurrence),
        ({"pattern": "FREQ=DAILY;BYHOUR=9"}, BadRecurrence),
        ({"pattern": "FREQ=DAILY\nEXDATE:20260101"}, BadRecurrence),
        ({"pattern": "DTSTART:20260101\nRRULE:FREQ=DAILY"}, BadRecurrence),
        ({"pattern": "FREQ=WEEKLY;BYDAY=XX"}, BadRecurrence),
        ({"pattern": "FREQ=DAILY;INTERVAL=0"}, BadRecurrence),
        ({"pattern": "FREQ=DAILY;INTERVAL=-1"}, BadRecurrence),
        ({"pattern": "FREQ=DAILY;COUNT=nine"}, BadRecurrence),
        ({"pattern": "FREQ=MONTHLY;BYMONTHDAY=99"}, BadRecurrence),
        ({"pattern": "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30"}, BadRecurrence),
        ({"pattern": "FREQ=DAILY;COUNT=3;UNTIL=20261231"}, BadRecurrence),
        ({"pattern": "FREQ=DAILY;UNTIL=20261231T000000Z"}, BadRecurrence),
        ({"pattern": "FREQ=DAILY;UNTIL=20251231"}, BadRecurrence),
        ({"pattern": "FREQ=DAILY;" + "BYMONTH=1;" * 50}, BadRecurrence),
        ({"begins": "9 o'clock"}, BadTimeOfDay),
        ({"begins": "25:00"}, BadTimeOfDay),
        ({"ends": "09:00:30"}, BadTimeOfDay),
        ({"ends": "09:00+02:00"}, BadTimeOfDay),
        ({"last_day": date(2025, 12, 31)}, DaysReversed),
        ({"places": 0}, NotWholeNumber),
        ({"minimum": 4}, NotWholeNumber),
        ({"decide_hours": -1}, NotWholeNumber),
        ({"on_holiday": "ignored"}, NotOneOf),
    ],
)
def test_a_pattern_is_of_days_and_a_time_of_hours(
    changes: dict[str, Any], error: type[GridpointsError]
) -> None:
    with pytest.raises(error):
        series(**{"pattern": "FREQ=DAILY", "first_day": date(2026, 1, 1), **changes})


# --- holidays -------------------------------------------------------------------------------------

#: Wednesdays around the National Day of 2026, from 1 to 7 October.
AUTUMN = (date(2026, 9, 30), date(2026, 10, 15))


@pytest.mark.parametrize(
    ("on_holiday", "expected"),
    [
        (OnHoliday.HELD, ["2026-09-30", "2026-10-07", "2026-10-14"]),
        (OnHoliday.SKIPPED, ["2026-09-30", "2026-10-14"]),
        (OnHoliday.NEXT_WORKING_DAY, ["2026-09-30", "2026-10-08", "2026-10-14"]),
        (OnHoliday.ONLY_WORKING_DAYS, ["2026-09-30", "2026-10-14"]),
        # To the day on which the one before takes place: that one stands.
        (OnHoliday.PREVIOUS_WORKING_DAY, ["2026-09-30", "2026-10-14"]),
    ],
)
def test_an_occurrence_on_a_holiday(on_holiday: OnHoliday, expected: list[str]) -> None:
    clinic = series("FREQ=WEEKLY;BYDAY=WE", date(2026, 1, 7), on_holiday=on_holiday)
    assert [str(day) for day in days(clinic, *AUTUMN, CHINA)] == expected


def test_working_days_are_those_on_which_people_work() -> None:
    desk = series("FREQ=DAILY", date(2026, 1, 1), on_holiday=OnHoliday.ONLY_WORKING_DAYS)
    found = days(desk, date(2026, 9, 19), date(2026, 10, 12), CHINA)
    worked = [20, 21, 22, 23, 24, 28, 29, 30]  # the 20th is a Sunday that is made up, the 25th a festival
    assert found == [*(date(2026, 9, day) for day in worked), *(date(2026, 10, day) for day in (8, 9, 10))]


def test_what_moves_goes_to_a_working_day_past_weekends_and_onto_make_up_days() -> None:
    monthly = series("FREQ=MONTHLY;BYMONTHDAY=1", date(2026, 1, 1), on_holiday=OnHoliday.NEXT_WORKING_DAY)
    moved = days(monthly, date(2026, 1, 1), date(2026, 6, 1), CHINA)
    # 1 January moves to Sunday the 4th, a make-up day; 1 February is an ordinary Sunday and stays.
    assert [str(day) for day in moved] == [
        "2026-01-04",
        "2026-02-01",
        "2026-03-01",
        "2026-04-01",
        "2026-05-06",
    ]


def test_several_that_move_to_one_day_are_one() -> None:
    twice = series("FREQ=WEEKLY;BYDAY=MO,TU", date(2026, 2, 16), on_holiday=OnHoliday.NEXT_WORKING_DAY)
    assert [str(day) for day in days(twice, date(2026, 2, 16), date(2026, 3, 1), CHINA)] == ["2026-02-24"]


def test_a_stretch_of_days_off_that_does_not_end_leaves_out_what_would_move() -> None:
    off = Holidays({date(2026, 1, 1) + timedelta(days=n): DayStatus.OFF for n in range(365)})
    monthly = series("FREQ=MONTHLY", date(2026, 1, 5), on_holiday=OnHoliday.NEXT_WORKING_DAY)
    assert days(monthly, date(2026, 1, 1), date(2026, 6, 1), off) == []


def test_the_calendar_of_2026_is_whole() -> None:
    assert preset_names("calendars") == ("china-2026",)
    found = calendar_of("china-2026")
    assert sum(day.status is DayStatus.OFF for day in found) == 33
    working = [day.day for day in found if day.status is DayStatus.WORKING]
    assert len(working) == 6
    assert all(day.weekday() >= 5 for day in working)
    with pytest.raises(PresetUnknown):
        calendar_of("china-1949")


PATTERNS = st.sampled_from(
    [
        "FREQ=DAILY",
        "FREQ=DAILY;INTERVAL=3",
        "FREQ=WEEKLY;BYDAY=MO,WE,SA",
        "FREQ=WEEKLY;INTERVAL=2;BYDAY=SU",
        "FREQ=MONTHLY;BYMONTHDAY=-1",
        "FREQ=MONTHLY;BYDAY=2TU",
        "FREQ=YEARLY",
        "FREQ=DAILY;COUNT=40",
    ]
)


@given(data=st.data(), pattern=PATTERNS, on_holiday=st.sampled_from(OnHoliday))
def test_expanded_in_pieces_it_is_what_it_is_expanded_whole(
    data: st.DataObject, pattern: str, on_holiday: OnHoliday
) -> None:
    first_day = data.draw(st.dates(date(2027, 12, 1), date(2028, 3, 1)))
    statuses = data.draw(st.dictionaries(st.integers(0, 120), st.sampled_from(DayStatus), max_size=60))
    cuts = data.draw(st.lists(st.integers(0, 120), max_size=6))
    tz = data.draw(st.sampled_from([SHANGHAI, BERLIN, NEW_YORK]))
    start = date(2027, 12, 15)
    holidays = Holidays({start + timedelta(days=n): status for n, status in statuses.items()})
    found = series(pattern, first_day, on_holiday=on_holiday)
    whole = list(found.occurrences(start, start + timedelta(days=120), holidays, tz))
    edges = [start + timedelta(days=n) for n in sorted({0, 120, *cuts})]
    pieces = [
        each
        for first, after_last in pairwise(edges)
        for each in found.occurrences(first, after_last, holidays, tz)
    ]
    assert pieces == whole
    taken = [occurrence.when.start for occurrence in whole]
    assert len(set(taken)) == len(taken)


# --- announced ------------------------------------------------------------------------------------


@pytest.fixture
def item(village: Community) -> ServiceItem:
    return village.catalog.publish(village.catalog.draft("Legal clinic", deed="care"))


@pytest.fixture
def clinic(village: Community, item: ServiceItem) -> Series:
    """Every Wednesday from 9:00 to 11:30, announced until the end of May."""
    return village.catalog.publish(
        village.catalog.draft_series(
            item.id,
            "FREQ=WEEKLY;BYDAY=WE",
            first_day=date(2026, 1, 7),
            begins="09:00",
            ends="11:30",
            places=3,
            minimum=2,
            desired=3,
            place="Station 1",
        )
    )


def open_days(village: Community, item: ServiceItem) -> list[str]:
    sessions = village.catalog.sessions(item.id)
    return [
        f"{village.context.local_day(s.starts_at):%m-%d}" for s in sessions if s.status is SessionStatus.OPEN
    ]


def test_a_series_is_announced_for_the_days_ahead_and_no_further(
    village: Community, item: ServiceItem, clinic: Series, clock: ManualClock
) -> None:
    sessions = village.catalog.sessions(item.id)
    assert open_days(village, item)[:2] == ["03-04", "03-11"]
    assert open_days(village, item)[-1] == "05-27"
    first = sessions[0]
    assert first.starts_at == datetime(2026, 3, 4, 1, tzinfo=UTC)
    assert (first.places, first.minimum, first.desired, first.place) == (3, 2, 3, "Station 1")
    assert (first.series_id, first.occurrence) == (clinic.id, date(2026, 3, 4))
    assert village.catalog.tick() == []
    clock.set(datetime(2026, 4, 15, tzinfo=UTC))
    assert [type(each) for each in village.catalog.tick()][-1] is Series
    assert open_days(village, item)[-1] == "07-08"
    clock.set(datetime(2027, 4, 15, tzinfo=UTC))  # nobody ticked for a year: what is past is not announced
    village.catalog.tick()
    assert village.catalog.sessions(item.id, since=datetime(2026, 7, 9, tzinfo=UTC))[0].occurrence == date(
        2027, 4, 21
    )
    assert village.catalog.tick() == []


def test_a_series_of_a_draft_is_not_announced_nor_one_that_is_closed(
    village: Community, item: ServiceItem, clinic: Series, clock: ManualClock
) -> None:
    draft = village.catalog.draft("Later", deed="care")
    times: dict[str, Any] = {"first_day": date(2026, 3, 1), "begins": "09:00", "ends": "10:00", "places": 1}
    of_draft = village.catalog.draft_series(draft.id, "FREQ=DAILY", **times)
    with pytest.raises(NotPublished):
        village.catalog.publish(of_draft)
    closed = village.catalog.close(village.catalog.series(item.id)[0])
    announced = open_days(village, item)
    clock.set(datetime(2026, 5, 1, tzinfo=UTC))
    village.catalog.tick()
    assert open_days(village, item) == announced
    assert village.catalog.series() == [closed, of_draft]


def test_a_change_leaves_what_was_claimed_and_says_so(
    village: Community, item: ServiceItem, clinic: Series, li: Member, clock: ManualClock
) -> None:
    clock.set(datetime(2026, 3, 12, tzinfo=UTC))
    past, _, claimed, free = village.catalog.sessions(item.id)[:4]
    village.claiming.claim_session(claimed.id, li.id)
    came = village.catalog.change_series(clinic, begins="14:00", ends="16:00", reason="the hall is taken")
    assert village.catalog.session(past.id) == past
    assert village.catalog.session(claimed.id) == claimed
    [conflict] = came.conflicts
    assert conflict.session == claimed
    assert conflict.expected is not None
    assert conflict.expected.when.start == datetime(2026, 3, 18, 6, tzinfo=UTC)
    assert village.catalog.session(free.id).starts_at == datetime(2026, 3, 25, 6, tzinfo=UTC)
    assert (came.added, came.cancelled) == ((), ())
    assert len(came.changed) == 10
    assert all(session.status is SessionStatus.OPEN for session in came.changed)


def test_another_pattern_cancels_and_adds(
    village: Community, item: ServiceItem, clinic: Series, li: Member
) -> None:
    first, rained_off, *_ = village.catalog.sessions(item.id)
    village.claiming.claim_session(first.id, li.id)
    village.catalog.cancel_session(rained_off.id, reason="rain")
    came = village.catalog.change_series(clinic, pattern="FREQ=WEEKLY;BYDAY=TH")
    assert [conflict.session.id for conflict in came.conflicts] == [first.id]
    assert came.conflicts[0].expected is None
    assert (len(came.cancelled), len(came.added)) == (11, 13)
    assert open_days(village, item)[:3] == ["03-04", "03-05", "03-12"]
    back = village.catalog.change_series(came.series, pattern="FREQ=WEEKLY;BYDAY=WE,TH")
    assert [session.occurrence for session in back.added][:2] == [date(2026, 3, 11), date(2026, 3, 18)]
    assert back.conflicts == ()


def test_what_somebody_cancelled_is_not_announced_again(
    village: Community, item: ServiceItem, clinic: Series
) -> None:
    rained_off = village.catalog.sessions(item.id)[1]
    village.catalog.cancel_session(rained_off.id, reason="rain")
    village.catalog.change_series(clinic, places=5)
    assert open_days(village, item)[:2] == ["03-04", "03-18"]
    assert village.catalog.session(rained_off.id).places == 3


def test_a_session_that_was_amended_by_itself_stays_so(
    village: Community, item: ServiceItem, clinic: Series
) -> None:
    amended = village.catalog.amend(village.catalog.sessions(item.id)[0], places=9)
    village.catalog.mark_day(date(2026, 5, 6), name="A holiday")
    assert village.catalog.session(amended.id) == amended
    came = village.catalog.change_series(clinic, last_day=date(2026, 3, 31))
    assert open_days(village, item) == ["03-04", "03-11", "03-18", "03-25"]
    assert came.series.last_day == date(2026, 3, 31)


def test_what_of_a_series_is_fixed(village: Community, clinic: Series) -> None:
    with pytest.raises(NotAmendable, match="item_id"):
        village.catalog.change_series(clinic, item_id="other")
    with pytest.raises(BadRecurrence):
        village.catalog.change_series(clinic, pattern="sometimes")
    closed = village.catalog.close(clinic)
    with pytest.raises(IllegalTransition):
        village.catalog.change_series(closed, places=4)


def test_a_holiday_that_is_entered_later(
    village: Community, item: ServiceItem, clinic: Series, li: Member
) -> None:
    claimed = village.catalog.sessions(item.id)[1]
    village.claiming.claim_session(claimed.id, li.id)
    days_off = [CalendarDay(f"2026-03-{day}", "Flood") for day in ("11", "18")]
    [came] = village.catalog.mark_days(days_off)
    assert [session.occurrence for session in came.cancelled] == [date(2026, 3, 18)]
    assert [conflict.session.id for conflict in came.conflicts] == [claimed.id]
    assert village.catalog.mark_days(days_off) == []
    assert village.catalog.days(date(2026, 3, 1), date(2026, 4, 1)) == days_off
    [back] = village.catalog.mark_day(date(2026, 3, 18), DayStatus.ORDINARY)
    assert [session.occurrence for session in back.added] == [date(2026, 3, 18)]
    assert open_days(village, item)[:4] == ["03-04", "03-11", "03-18", "03-25"]


def test_a_calendar_that_comes_with_gridpoints(village: Community, item: ServiceItem, clinic: Series) -> None:
    assert village.catalog.adopt_calendar("china-2026") == []  # no Wednesday until the end of May
    assert len(village.catalog.days(date(2026, 1, 1), date(2027, 1, 1))) == 39
    occurrences = village.catalog.occurrences(clinic, *AUTUMN)
    assert [str(each.day) for each in occurrences] == ["2026-09-30", "2026-10-14"]


def test_nine_is_nine_where_the_community_lives(exchange: Exchange, clock: ManualClock) -> None:
    kiez = exchange.found("kiez", name="Kiez", timezone="Europe/Berlin", rules="baiyang").catalog
    item = kiez.publish(kiez.draft("Repair café", deed="volunteer"))
    times: dict[str, Any] = {"begins": "09:00", "ends": "11:00", "places": 2}
    kiez.publish(kiez.draft_series(item.id, "FREQ=WEEKLY;BYDAY=SU", first_day=date(2026, 3, 22), **times))
    hours = [session.starts_at.hour for session in kiez.sessions(item.id)[:2]]
    assert hours == [8, 7]


# --- too few people -------------------------------------------------------------------------------


def held(village: Community, item: ServiceItem, clock: ManualClock) -> Session:
    start = clock.now() + timedelta(days=2)
    return village.catalog.hold_session(item.id, start, start + timedelta(hours=1), places=3, minimum=2)


def test_too_few_are_found_and_somebody_decides(
    village: Community, item: ServiceItem, li: Member, zhao: Member, clock: ManualClock
) -> None:
    called_off, anyway, filled, forgotten = (held(village, item, clock) for _ in range(4))
    reached = held(village, item, clock)
    for member in (li, zhao):
        village.claiming.claim_session(reached.id, member.id)
    wang = village.community.enrol("王")
    village.claiming.claim_session(called_off.id, wang.id)
    clock.set(called_off.starts_at - timedelta(hours=24, microseconds=1))
    assert village.catalog.tick() == []
    clock.set(called_off.starts_at - timedelta(hours=24))
    assert len(village.catalog.tick()) == 5
    assert village.catalog.tick() == []
    short = {quorum.id: quorum.taken for quorum in village.catalog.shortfalls()}
    assert short == {called_off.id: 1, anyway.id: 0, filled.id: 0, forgotten.id: 0}
    village.catalog.cancel_session(called_off.id, reason="too few")
    village.catalog.hold_anyway(anyway.id, reason="one is enough")
    for name in ("孙", "周"):
        village.claiming.claim_session(filled.id, village.community.enrol(name).id)
    assert [(q.id, q.status) for q in village.catalog.tick() if hasattr(q, "taken")] == [
        (filled.id, QuorumStatus.REACHED)
    ]
    clock.set(forgotten.starts_at)
    [moot] = village.catalog.tick()
    assert (moot.id, moot.status) == (forgotten.id, QuorumStatus.MOOT)
    assert village.catalog.shortfalls() == []
    assert village.catalog.session(forgotten.id).status is SessionStatus.OPEN
    with pytest.raises(IllegalTransition):
        village.catalog.hold_anyway(called_off.id)


def test_a_minimum_that_is_set_later_is_looked_at(
    village: Community, item: ServiceItem, clock: ManualClock
) -> None:
    start = clock.now() + timedelta(days=2)
    session = village.catalog.hold_session(item.id, start, start + timedelta(hours=1), places=3)
    village.catalog.amend(session, minimum=1)
    clock.set(start - timedelta(hours=1))
    village.catalog.tick()
    assert [quorum.id for quorum in village.catalog.shortfalls()] == [session.id]
    village.catalog.amend(session, minimum=0)
    village.catalog.tick()
    assert village.catalog.shortfalls() == []


def test_when_a_series_is_moved_its_minimum_is_looked_at_in_time(
    village: Community, item: ServiceItem, clinic: Series, clock: ManualClock
) -> None:
    village.catalog.change_series(clinic, begins="13:00", ends="15:00", decide_hours=48)
    clock.set(datetime(2026, 3, 9, 4, 59, tzinfo=UTC))
    first = village.catalog.sessions(item.id)[1]
    village.catalog.tick()
    assert first.id not in {quorum.id for quorum in village.catalog.shortfalls()}
    clock.set(datetime(2026, 3, 9, 5, tzinfo=UTC))
    village.catalog.tick()
    assert [quorum.id for quorum in village.catalog.shortfalls()] == [first.id]
    assert village.catalog.series(item.id)[0].status is ItemStatus.PUBLISHED
