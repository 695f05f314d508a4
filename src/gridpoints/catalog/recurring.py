"""Sessions that recur, and the calendar of holidays that they heed. A part of `Catalog`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

import attrs
from attrs import evolve, field, frozen

from gridpoints.catalog.listing import Listed
from gridpoints.catalog.model import (
    ITEM_AMENDED,
    QUORUM,
    SESSION_AMENDED,
    ItemStatus,
    Quorum,
    QuorumStatus,
    ServiceItem,
    Session,
    SessionStatus,
)
from gridpoints.catalog.presets import calendar_of
from gridpoints.catalog.series import (
    DAY,
    CalendarDay,
    DayStatus,
    Holidays,
    Occurrence,
    OnHoliday,
    Series,
)
from gridpoints.catalog.sessions import Sessions
from gridpoints.catalog.wording import check_choice, check_optional
from gridpoints.errors import NotAmendable
from gridpoints.records import Stateful
from gridpoints.storage.port import Range, Work
from gridpoints.values import check_day, check_type

#: So far ahead sessions are announced; again when only `SOON` of it is left.
AHEAD = timedelta(days=90)
SOON = timedelta(days=60)

_FIXED = frozenset({"id", "item_id", "status", "version", "announced_until"})


@frozen
class Conflict:
    """A session that people have claimed, and that is not as its series says now.

    `expected` is what that says, None: no session. It stays as it was agreed to: cancel it, or speak with
    those who come.
    """

    session: Session
    expected: Occurrence | None


@frozen
class Replanned:
    """What a change of a series, or of the calendar, came to."""

    series: Series
    added: tuple[Session, ...] = ()
    changed: tuple[Session, ...] = ()
    cancelled: tuple[Session, ...] = ()
    conflicts: tuple[Conflict, ...] = ()


@frozen
class _Plan:
    """The occurrences that a series has in a stretch of days, by their day in the pattern."""

    series: Series
    occurrences: Mapping[date, Occurrence] = field(factory=dict)

    def session(self, occurrence: Occurrence, id: str) -> Session:
        """A session for one of them."""
        series = self.series
        return Session(
            id=id,
            item_id=series.item_id,
            starts_at=occurrence.when.start,
            ends_at=occurrence.when.end,
            places=series.places,
            minimum=series.minimum,
            desired=series.desired,
            place=series.place,
            series_id=series.id,
            occurrence=occurrence.day,
        )

    def of(self, session: Session) -> Occurrence | None:
        """The occurrence that a session stands for; None: there is none any more."""
        return None if session.occurrence is None else self.occurrences.get(session.occurrence)

    def like(self, session: Session) -> Session | None:
        """A session as it would be by this plan; None: not at all."""
        if (occurrence := self.of(session)) is None:
            return None
        planned = self.session(occurrence, session.id)
        return evolve(planned, status=session.status, version=session.version)

    def due(self, session: Session) -> datetime:
        """When its minimum is looked at."""
        return session.starts_at - timedelta(hours=self.series.decide_hours)


@frozen
class Recurring(Sessions):
    """Series of sessions."""

    def draft_series(
        self,
        item_id: str,
        pattern: str,
        *,
        first_day: date,
        begins: str,
        ends: str,
        places: int,
        minimum: int = 0,
        desired: int | None = None,
        decide_hours: int = 24,
        place: str = "",
        on_holiday: OnHoliday = OnHoliday.SKIPPED,
        last_day: date | None = None,
        id: str | None = None,
    ) -> Series:
        """Draft sessions of an item that recur: every Wednesday from 9:00 to 11:30, for example.

        `pattern` is a recurrence rule of days (``FREQ=WEEKLY;BYDAY=WE``), `begins` and `ends` are local
        times. Publishing it announces the sessions of the days ahead (`AHEAD`), and `tick` those after.
        Raises `BadRecurrence`, `BadTimeOfDay`, `DaysReversed` or `NotWholeNumber`.
        """
        return self._keep(
            Series(
                id=self.context.id(id),
                item_id=item_id,
                pattern=pattern,
                first_day=first_day,
                begins=begins,
                ends=ends,
                places=places,
                announced_until=first_day,
                minimum=minimum,
                desired=desired,
                decide_hours=decide_hours,
                place=place,
                on_holiday=on_holiday,
                last_day=last_day,
            )
        )

    def series(self, item_id: str | None = None) -> list[Series]:
        """The series of an item (None: of all), by their first day."""
        with self.context.read() as work:
            where = {} if item_id is None else {"item_id": item_id}
            return work.find(Series, where, order=("first_day", "id"))

    def occurrences(self, series: Series, first: date, after_last: date) -> list[Occurrence]:
        """When a series takes place, holidays heeded, whether it is announced or not.

        Those whose day by the pattern lies from `first` to before `after_last`.
        """
        check_type("series", series, Series)
        check_day("first", first)
        check_day("after_last", after_last)
        with self.context.read() as work:
            return list(series.occurrences(first, after_last, self._holidays(work), self.context.zone))

    def change_series(self, series: Series, *, reason: str | None = None, **changes: Any) -> Replanned:
        """Let a series go on otherwise: pattern, times, numbers, place, `on_holiday`, `last_day`.

        Sessions that have begun stay as they are; so do those that somebody has claimed, and where these
        are not as the series says now, they are named as conflicts. The others are changed, cancelled
        or added. Raises `NotAmendable`, or what is wrong with a value.
        """
        known = {each.name for each in attrs.fields(Series)} - _FIXED
        for name in changes.keys() - known:
            raise NotAmendable(name=name, kind="series", known=tuple(sorted(known)))
        with self.context.begin() as work:
            self.context.must_organise()
            old = work.get(Series, series.id, lock=True)
            holidays = self._holidays(work)
            new = ITEM_AMENDED.advance(evolve(old, **changes).checked(), old.status)
            self.context.change(work, old, new, reason)
            return self._replan(work, self._plan(old, holidays), self._plan(new, holidays), reason)

    # --- holidays -----------------------------------------------------------------------------

    def mark_days(self, days: Iterable[CalendarDay]) -> list[Replanned]:
        """Enter days off, make-up working days (调休), and days that are ordinary after all.

        Sessions of series that are announced already follow, as with `change_series`; answers what became
        of each series for which anything changed.
        """
        wanted = {day.id: _checked(day) for day in days}
        self.context.must_organise()
        with self.context.begin() as work:
            # Whoever changes sessions of a series locks the series first.
            published = work.find(Series, {"status": ItemStatus.PUBLISHED}, lock=True)
            before = self._holidays(work)
            standing = {day.id: day for day in work.find(CalendarDay, {"id": sorted(wanted)}, lock=True)}
            changes = [
                (standing[id], DAY.advance(standing[id], day.status, name=day.name))
                for id, day in wanted.items()
                if id in standing and (standing[id].status, standing[id].name) != (day.status, day.name)
            ]
            self.context.change_all(work, changes)
            self.context.keep_all(work, [day for id, day in wanted.items() if id not in standing])
            after = self._holidays(work)
            plans = ((self._plan(series, before), self._plan(series, after)) for series in published)
            replanned = [self._replan(work, old, new) for old, new in plans if old != new]
            return [each for each in replanned if each != Replanned(each.series)]

    def mark_day(self, day: date, status: DayStatus = DayStatus.OFF, name: str = "") -> list[Replanned]:
        """`mark_days` for one day."""
        return self.mark_days([CalendarDay(check_day("day", day).isoformat(), name, status)])

    def adopt_calendar(self, preset: str) -> list[Replanned]:
        """`mark_days` for the days of a calendar that comes with gridpoints (``china-2026``).

        Raises `PresetUnknown`.
        """
        return self.mark_days(calendar_of(preset))

    def days(self, first: date, after_last: date) -> list[CalendarDay]:
        """The days of the calendar that are not what the week says, in order."""
        days = Range(at_least=str(check_day("first", first)), below=str(check_day("after_last", after_last)))
        with self.context.read() as work:
            return work.find(CalendarDay, {"id": days})

    def _holidays(self, work: Work) -> Holidays:
        return Holidays({day.day: day.status for day in work.find(CalendarDay)})

    # --- steps --------------------------------------------------------------------------------

    def _moved(self, work: Work, old: Listed, new: Listed, reason: str | None = None) -> Listed:
        moved = super()._moved(work, old, new, reason)
        if isinstance(moved, Series) and moved.status is ItemStatus.PUBLISHED:
            return self._extend(work, moved, self._holidays(work))
        return moved

    def _extend(self, work: Work, series: Series, holidays: Holidays) -> Series:
        """Announce the sessions of the days ahead, from where it was left off; none for what is past."""
        until = self.context.today() + AHEAD
        first = max(series.announced_until, self.context.today())
        if until <= series.announced_until:
            return series
        found = series.occurrences(first, until, holidays, self.context.zone)
        plan = _Plan(series, {o.day: o for o in found if o.when.start > self.context.now()})
        self._add(work, plan, plan.occurrences.values())
        extended = ITEM_AMENDED.advance(series, series.status, announced_until=until)
        return self.context.change(work, series, extended)

    def _soon_over(self, now: datetime) -> Mapping[str, object]:
        until = self.context.local_day(now) + SOON
        return {"status": ItemStatus.PUBLISHED, "announced_until": Range(below=until)}

    def _announce_ahead(self, work: Work, now: datetime) -> list[Stateful]:
        """Extend every series of which not much is announced any more."""
        due = work.find(Series, self._soon_over(now), lock=True)
        items = {i.id: i for i in work.find(ServiceItem, {"id": sorted({s.item_id for s in due})})}
        holidays = self._holidays(work)
        published = [s for s in due if items[s.item_id].status is ItemStatus.PUBLISHED]
        extended = [(series, self._extend(work, series, holidays)) for series in published]
        return [new for old, new in extended if new != old]

    def _add(self, work: Work, plan: _Plan, occurrences: Iterable[Occurrence]) -> tuple[Session, ...]:
        sessions = tuple(plan.session(occurrence, self.context.id(None)) for occurrence in occurrences)
        self._announce(work, [(session, plan.due(session)) for session in sessions])
        return sessions

    def _plan(self, series: Series, holidays: Holidays) -> _Plan:
        """What of a series is announced and has not begun, as it should be."""
        if series.status is not ItemStatus.PUBLISHED:
            return _Plan(series)
        # One that was moved may lie ahead, though its day by the pattern is past.
        first = self.context.today() - SOON
        found = series.occurrences(first, series.announced_until, holidays, self.context.zone)
        return _Plan(series, {o.day: o for o in found})

    def _replan(self, work: Work, old: _Plan, new: _Plan, reason: str | None = None) -> Replanned:
        """Let the announced sessions follow from one plan to another."""
        to_come = {
            "series_id": new.series.id,
            "status": SessionStatus.OPEN,
            "starts_at": Range(above=self.context.now()),
        }
        sessions = work.find(Session, to_come, order=("starts_at", "id"), lock=True)
        taken = self.taken(work, "session", [session.id for session in sessions])
        changes: list[tuple[Session, Session]] = []
        cancelled, conflicts = [], []
        for session in sessions:
            wanted = new.like(session)
            if wanted in (session, old.like(session)):  # the latter where it was amended by itself
                continue
            if taken[session.id]:
                conflicts.append(Conflict(session, new.of(session)))
            elif wanted is None:
                cancelled.append(self._moved_session(work, session, SessionStatus.CANCELLED, reason))
            else:
                changes.append((session, SESSION_AMENDED.advance(wanted, session.status)))
        self.context.change_all(work, changes, reason)
        changed = tuple(session for _, session in changes)
        self._follow(work, new, changed)
        self.follow(self.context, work, changes, reason)  # nobody holds a place, but some may ask for one
        standing = {session.occurrence for session in sessions}
        # What was in the plan before, and is cancelled, somebody has called off.
        missing = (o for day, o in new.occurrences.items() if day not in standing | old.occurrences.keys())
        added = self._add(work, new, [o for o in missing if o.when.start > self.context.now()])
        return Replanned(new.series, added, changed, tuple(cancelled), tuple(conflicts))

    def _follow(self, work: Work, plan: _Plan, sessions: Sequence[Session]) -> None:
        """Let the minimums of sessions that were changed be looked at when they are due now."""
        self._enter_sessions(work, sessions)
        by_id = {session.id: session for session in sessions}
        standing = {q.id: q for q in work.find(Quorum, {"id": sorted(by_id)}, lock=True)}
        waiting = [q for q in standing.values() if q.status is QuorumStatus.WAITING]
        changes = [
            (quorum, QUORUM.advance(quorum, QuorumStatus.WAITING, due_at=due))
            for quorum in waiting
            if (due := plan.due(by_id[quorum.id])) != quorum.due_at
        ]
        self.context.change_all(work, changes)
        new = [s for s in sessions if s.minimum and s.id not in standing]
        self.context.keep_all(work, [Quorum(s.id, s.id, plan.due(s)) for s in new])


def _checked(day: CalendarDay) -> CalendarDay:
    """A day whose id is one, as it can be kept."""
    return CalendarDay(
        date.fromisoformat(day.id).isoformat(),
        check_optional("name", day.name, longest=200),
        check_choice("status", day.status, DayStatus),
    )
