"""Sessions that recur: a pattern of days in local time, and the calendar of holidays (节假日) it heeds."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from attrs import evolve, frozen
from dateutil.rrule import rrule, rrulestr

from gridpoints.catalog.model import ItemStatus, check_numbers
from gridpoints.catalog.wording import check_choice, check_days, check_optional
from gridpoints.errors import BadRecurrence, BadTimeOfDay
from gridpoints.records import Lifecycle
from gridpoints.values import Interval, check_whole, shown

#: No stretch of days off is longer: an occurrence that would have to move further is skipped.
LONGEST_STRETCH = 60
#: What a pattern may say (RFC 5545): it is about days; the hours are the series' own.
PARTS = frozenset(
    {"FREQ", "INTERVAL", "COUNT", "UNTIL", "WKST", "BYDAY", "BYMONTHDAY", "BYMONTH", "BYSETPOS", "BYYEARDAY"}
)
FREQUENCIES = frozenset({"DAILY", "WEEKLY", "MONTHLY", "YEARLY"})
#: The largest number in a part, and whether it may count from the end.
NUMBERS: Mapping[str, tuple[int, bool]] = {
    "INTERVAL": (1_000, False),
    "COUNT": (10_000, False),
    "BYMONTHDAY": (31, True),
    "BYMONTH": (12, False),
    "BYSETPOS": (366, True),
    "BYYEARDAY": (366, True),
}
LONGEST_PATTERN = 200
#: A pattern must come true once in so many days.
SOON_ENOUGH = timedelta(days=100 * 366)


class DayStatus(StrEnum):
    """A day off (放假), a working day that the week does not say (调休上班), or what the week says."""

    OFF = "off"
    WORKING = "working"
    ORDINARY = "ordinary"


DAY = Lifecycle.of({status: set(DayStatus) for status in DayStatus})


@frozen
class CalendarDay:
    """A day that is not what the week says; its id is the day: ``2026-10-01``."""

    id: str
    name: str = ""
    status: DayStatus = DayStatus.OFF
    version: int = 1

    @property
    def day(self) -> date:
        """The day."""
        return date.fromisoformat(self.id)


@frozen
class Holidays:
    """The calendar of a community: its days off, and its working days at weekends."""

    days: Mapping[date, DayStatus]

    def is_off(self, day: date) -> bool:
        """Whether it is a holiday by name; an ordinary Sunday is none."""
        return self.days.get(day) is DayStatus.OFF

    def is_working(self, day: date) -> bool:
        """Monday to Friday less holidays, and make-up days."""
        status = self.days.get(day, DayStatus.ORDINARY)
        return day.weekday() < 5 if status is DayStatus.ORDINARY else status is DayStatus.WORKING


class OnHoliday(StrEnum):
    """What becomes of an occurrence on a holiday.

    Held all the same, skipped, or moved to the next or the last working day before. Only on working
    days: also ordinary weekends are left out, and make-up days are not, so that a daily pattern is
    one of the days on which people work.
    """

    HELD = "held"
    SKIPPED = "skipped"
    NEXT_WORKING_DAY = "next_working_day"
    PREVIOUS_WORKING_DAY = "previous_working_day"
    ONLY_WORKING_DAYS = "only_working_days"


@frozen
class Occurrence:
    """One occasion of a series: `day` by the pattern, `when` it takes place after all."""

    day: date
    when: Interval


@frozen
class Series:
    """Sessions of a service item that recur from `first_day` on, to `last_day` where there is one.

    `pattern` is an RFC 5545 recurrence rule of days, such as ``FREQ=WEEKLY;BYDAY=WE``; `begins` and
    `ends` are local times (``09:00``), the end one of the next day where it is not after the beginning.
    Each session gets `places`, `minimum`, `desired` and `place`; its minimum is looked at
    `decide_hours` before it begins. Sessions stand for the days before `announced_until`.
    """

    id: str
    item_id: str
    pattern: str
    first_day: date
    begins: str
    ends: str
    places: int
    announced_until: date
    minimum: int = 0
    desired: int | None = None
    decide_hours: int = 24
    place: str = ""
    on_holiday: OnHoliday = OnHoliday.SKIPPED
    last_day: date | None = None
    status: ItemStatus = ItemStatus.DRAFT
    version: int = 1

    def checked(self) -> Series:
        """Itself, as it can be kept."""
        check_numbers(self.places, self.minimum, self.desired)
        check_whole("decide_hours", self.decide_hours, least=0, most=24 * 366)
        check_days(first_day=self.first_day, last_day=self.last_day)
        recurrence(self.pattern, self.first_day)
        return evolve(
            self,
            pattern=self.pattern.strip().upper().removeprefix("RRULE:"),
            begins=time_of_day("begins", self.begins),
            ends=time_of_day("ends", self.ends),
            place=check_optional("place", self.place, longest=200),
            on_holiday=check_choice("on_holiday", self.on_holiday, OnHoliday),
        )

    def occurrences(
        self, first: date, after_last: date, holidays: Holidays, tz: ZoneInfo
    ) -> Iterator[Occurrence]:
        """Those whose day by the pattern lies from `first` to before `after_last`, in order of it.

        Which they are, and when, does not depend on how the days are cut into pieces: of two that come
        to lie on one day, the one that need not move stands, else the earlier by the pattern.
        """
        stretch = timedelta(days=LONGEST_STRETCH + 1)
        days = list(self._pattern_days(first, after_last, stretch))
        regular = {day for day in days if self._moved(day, holidays) == day}
        taken: set[date] = set()
        for day in days:
            target = self._moved(day, holidays)
            if target is None or target in taken or (target != day and target in regular):
                continue
            taken.add(target)
            if first <= day < after_last:
                yield Occurrence(day, self._when(target, tz))

    def _pattern_days(self, first: date, after_last: date, stretch: timedelta) -> Iterator[date]:
        """The days of the pattern between the two, and so many around them as may matter to these."""
        since = max(self.first_day, _plus(first, -stretch))
        until = _plus(after_last, stretch)
        if self.last_day is not None:
            until = min(until, _plus(self.last_day, timedelta(days=1)))
        rule = rrulestr(self.pattern, dtstart=_at_midnight(self.first_day))
        for found in rule.xafter(_at_midnight(since), inc=True):
            if found.date() >= until:
                return
            yield found.date()

    def _moved(self, day: date, holidays: Holidays) -> date | None:
        """The day on which an occurrence takes place after all; None: it does not."""
        match self.on_holiday:
            case OnHoliday.HELD:
                return day
            case OnHoliday.ONLY_WORKING_DAYS:
                return day if holidays.is_working(day) else None
        if not holidays.is_off(day):
            return day
        match self.on_holiday:
            case OnHoliday.NEXT_WORKING_DAY:
                return _nearest(day, timedelta(days=1), holidays.is_working)
            case OnHoliday.PREVIOUS_WORKING_DAY:
                return _nearest(day, timedelta(days=-1), holidays.is_working)
        return None

    def _when(self, day: date, tz: ZoneInfo) -> Interval:
        begins, ends = time.fromisoformat(self.begins), time.fromisoformat(self.ends)
        last = day if ends > begins else _plus(day, timedelta(days=1))
        start, end = local_instant(day, begins, tz), local_instant(last, ends, tz)
        # Where the clock goes back or forth in between, an hour that is short by the wall may be none.
        return Interval(start, end if end > start else start + timedelta(hours=1))


def time_of_day(field: str, text: str) -> str:
    """A time of the day in hours and minutes, ``09:00``; raises `BadTimeOfDay`."""
    try:
        found = time.fromisoformat(text)
    except (ValueError, TypeError):
        raise BadTimeOfDay(field=field, value=shown(text)) from None
    if found.tzinfo is not None or found.second or found.microsecond:
        raise BadTimeOfDay(field=field, value=shown(text))
    return found.isoformat("minutes")


def local_instant(day: date, at: time, tz: ZoneInfo) -> datetime:
    """The instant of a local time, in UTC.

    As RFC 5545 (3.3.5) says: a time that there is twice is the first of the two, one that there is not
    is counted on from before the gap (2:30 becomes 3:30).
    """
    return datetime.combine(day, at, tzinfo=tz).astimezone(UTC)


def recurrence(pattern: str, first_day: date) -> rrule:
    """The days that a pattern says, from `first_day` on; raises `BadRecurrence`.

    Also for one that never comes true, such as 30 February, which would be looked for until the end of
    all years.
    """
    text = pattern.strip().upper().removeprefix("RRULE:")
    parts = dict(part.partition("=")[::2] for part in text.split(";"))
    if len(text) > LONGEST_PATTERN or not _is_of_days(parts):
        raise BadRecurrence(pattern=pattern[:80])
    try:
        found = rrulestr(text, dtstart=_at_midnight(first_day))
    except (ValueError, TypeError, OverflowError):
        raise BadRecurrence(pattern=pattern[:80]) from None
    assert isinstance(found, rrule)  # noqa: S101  # a text without line breaks is one rule
    soon = found.replace(count=None, until=_at_midnight(_plus(first_day, SOON_ENOUGH)))
    if next(iter(soon), None) is None or next(iter(found), None) is None:
        raise BadRecurrence(pattern=pattern[:80])
    return found


def _is_of_days(parts: Mapping[str, str]) -> bool:
    """Whether these are parts that are known, with numbers that there are."""
    if (
        not parts.keys() <= PARTS
        or parts.get("FREQ") not in FREQUENCIES
        or {"COUNT", "UNTIL"} <= parts.keys()
    ):
        return False
    return all(
        part not in NUMBERS or all(_lies_in(number, *NUMBERS[part]) for number in value.split(","))
        for part, value in parts.items()
    )


def _lies_in(text: str, most: int, signed: bool) -> bool:
    digits = text.removeprefix("-") if signed else text
    return digits.isascii() and digits.isdigit() and 1 <= int(digits) <= most


def _at_midnight(day: date) -> datetime:
    return datetime.combine(day, time())


def _plus(day: date, by: timedelta) -> date:
    """A day so far away, or the last or the first of all days."""
    try:
        return day + by
    except OverflowError:
        return date.max if by > timedelta() else date.min


def _nearest(day: date, step: timedelta, wanted: Callable[[date], bool]) -> date | None:
    for _ in range(LONGEST_STRETCH):
        day = _plus(day, step)
        if wanted(day):
            return day
    return None
