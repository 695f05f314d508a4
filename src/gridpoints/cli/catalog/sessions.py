"""``catalog``: when services take place, once and again."""

# Typer reads annotations as they are: no `from __future__ import annotations` here.

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Annotated, Any

import typer

from gridpoints.catalog.model import Session, SessionStatus
from gridpoints.catalog.series import OnHoliday
from gridpoints.catalog.sessions import MovedSession
from gridpoints.cli.catalog import listed
from gridpoints.cli.commands import Commands, argument, option
from gridpoints.cli.desk import Desk, beginning_of, end_of, moment_of
from gridpoints.cli.listing import data, listing, told
from gridpoints.cli.output import figures, words
from gridpoints.exchange import Community
from gridpoints.i18n import Language
from gridpoints.sheets.cells import read_day, tidy


def register(command: Commands, language: Language) -> None:
    """Add the commands of this module."""
    _register_holding(command, language)
    _register_looking(command, language)
    _register_deciding(command, language)


def _session_argument(language: Language) -> Any:
    return argument("SESSION", language.text("The session, by its number: see `catalog sessions`."))


def _register_holding(command: Commands, language: Language) -> None:
    places_option = option("NUMBER", language.text("How many volunteers there is room for."))
    minimum_option = option("NUMBER", language.text("With fewer volunteers it may not take place."))

    @command("session", language.text("Announce a session of a service, once."))
    def session(
        desk: Desk,
        *,
        item: Annotated[str, listed.item_argument(language)],
        starts: Annotated[str, option("TIME", language.text("When it begins: 2026-09-16 09:00."))],
        ends: Annotated[str, option("TIME", language.text("When it ends: 11:30."))],
        places: Annotated[int, places_option],
        minimum: Annotated[int, minimum_option] = 0,
        place: Annotated[str, listed.place_option(language)] = "",
    ) -> None:
        with desk.village() as village:
            begins = moment_of(village, starts, "starts_at")
            held = village.catalog.hold_session(
                listed.item_id(desk, village, item),
                begins,
                _end(village, begins, ends),
                places=places,
                minimum=minimum,
                place=place,
            )
            show_sessions(desk, village, [held])

    @command("series", language.text("Draft sessions that recur: every week or every month."))
    def series(
        desk: Desk,
        *,
        item: Annotated[str, listed.item_argument(language)],
        begins: Annotated[str, option("HH:MM", language.text("When each begins: 09:00."))],
        ends: Annotated[str, option("HH:MM", language.text("When each ends: 11:30."))],
        places: Annotated[int, places_option],
        weekly: Annotated[
            str | None, option("MO,TU", language.text("Every week, on these days: MO TU WE TH FR SA SU."))
        ] = None,
        monthly: Annotated[
            str | None, option("DAYS", language.text("Every month, on these days: 1,15; -1 is the last one."))
        ] = None,
        pattern: Annotated[
            str | None, option("RRULE", language.text("Any other recurrence, as RFC 5545 writes it."))
        ] = None,
        since: Annotated[
            str | None, option("DAY", language.text("The first day; without it, today."), "--from")
        ] = None,
        until: Annotated[
            str | None, option("DAY", language.text("The last day; without it, for ever."))
        ] = None,
        holiday: Annotated[
            str, option("|".join(OnHoliday), language.text("What becomes of one on a holiday."))
        ] = "skipped",
        minimum: Annotated[int, minimum_option] = 0,
        place: Annotated[str, listed.place_option(language)] = "",
        publish: Annotated[bool, listed.publish_option(language)] = False,
    ) -> None:
        rule = _pattern(desk, weekly, monthly, pattern)
        with desk.village() as village, village.transaction():
            drafted = village.catalog.draft_series(
                listed.item_id(desk, village, item),
                rule,
                first_day=village.context.today() if since is None else read_day(since),
                begins=tidy(begins).zfill(5),
                ends=tidy(ends).zfill(5),
                places=places,
                minimum=minimum,
                place=place,
                on_holiday=desk.choice("on_holiday", holiday, OnHoliday),
                last_day=None if until is None else read_day(until),
            )
            listed.keep(desk, village, drafted, publish=publish)


def _pattern(desk: Desk, weekly: str | None, monthly: str | None, pattern: str | None) -> str:
    rules = [
        f"FREQ=WEEKLY;BYDAY={_codes(weekly)}" if weekly else None,
        f"FREQ=MONTHLY;BYMONTHDAY={_codes(monthly)}" if monthly else None,
        pattern,
    ]
    given = [rule for rule in rules if rule]
    if len(given) != 1:
        raise typer.BadParameter(desk.language.text("Give one of --weekly, --monthly and --pattern."))
    return given[0]


def _codes(text: str) -> str:
    return tidy(text).upper().replace("、", ",").replace(" ", "")


def _end(village: Community, begins: datetime, text: str) -> datetime:
    """The end that was written: with a time alone, the first such time after the beginning."""
    if " " in tidy(text).replace("T", " "):
        return moment_of(village, text, "ends_at")
    day = village.context.local_day(begins)
    end = moment_of(village, f"{day} {text}", "ends_at")
    return end if end > begins else moment_of(village, f"{day + timedelta(days=1)} {text}", "ends_at")


def _register_looking(command: Commands, language: Language) -> None:
    @command("sessions", language.text("The sessions that are to come, with their free places."))
    def listing(
        desk: Desk,
        *,
        item: Annotated[
            str | None, argument("[ITEM]", language.text("Only those of this service item."))
        ] = None,
        since: Annotated[
            str | None, option("DAY", language.text("The first day; without it, today."), "--from")
        ] = None,
        until: Annotated[str | None, option("DAY", language.text("The last day; without it, all."))] = None,
    ) -> None:
        with desk.village() as village:
            found = village.catalog.sessions(
                None if item is None else listed.item_id(desk, village, item),
                since=village.context.now() if since is None else beginning_of(village, since),
                until=None if until is None else end_of(village, until),
            )
            show_sessions(desk, village, found)

    @command("short", language.text("Sessions to which too few come: a person decides on each."))
    def short(desk: Desk) -> None:
        with desk.village() as village:
            ids = [quorum.session_id for quorum in village.catalog.shortfalls()]
            show_sessions(desk, village, [village.catalog.session(id) for id in ids])


def _register_deciding(command: Commands, language: Language) -> None:
    reason_option = option("TEXT", language.text("Why; everybody concerned can read it."))

    @command("cancel", language.text("Call a session off; who has claimed it is let go."))
    def cancel(
        desk: Desk,
        *,
        session: Annotated[str, _session_argument(language)],
        reason: Annotated[str, reason_option],
    ) -> None:
        with desk.village() as village:
            village.claiming.cancel_session(session, reason=reason)
            show_sessions(desk, village, [village.catalog.session(session)])

    @command("move", language.text("Move a session to another time; who claimed it may leave."))
    def move(
        desk: Desk,
        *,
        session: Annotated[str, _session_argument(language)],
        starts: Annotated[str, option("TIME", language.text("When it begins: 2026-09-16 09:00."))],
        ends: Annotated[str, option("TIME", language.text("When it ends: 11:30."))],
        reason: Annotated[str, reason_option],
    ) -> None:
        with desk.village() as village:
            begins = moment_of(village, starts, "starts_at")
            end = _end(village, begins, ends)
            moved = village.catalog.move_session(session, begins, end, reason=reason)
            show_sessions(desk, village, [moved.session], moved)

    @command("hold-anyway", language.text("Hold a session to which fewer come than its minimum."))
    def hold_anyway(
        desk: Desk,
        *,
        session: Annotated[str, _session_argument(language)],
        reason: Annotated[str | None, reason_option] = None,
    ) -> None:
        with desk.village() as village:
            village.catalog.hold_anyway(session, reason=reason)
            show_sessions(desk, village, [village.catalog.session(session)])


def show_sessions(
    desk: Desk, village: Community, sessions: Sequence[Session], moved: MovedSession | None = None
) -> None:
    """Show sessions, with how many places of each are free, and who cannot or may not be there then."""
    said = desk.language
    names = {item.id: item.name for item in village.catalog.items(None)}
    free = {
        each.id: village.claiming.free_places(each.id) if each.status is SessionStatus.OPEN else 0
        for each in sessions
    }
    shown = listing(
        desk,
        said.text("Sessions"),
        sessions,
        data(item="item_id"),
        told("name", words(said.text("Name")), lambda each: names[each.item_id]),
        told("starts_at", words(said.text("Begins"))),
        told("ends_at", words(said.text("Ends"))),
        data("place", "places"),
        told(
            "free",
            figures(said.text("Free")),
            of=lambda each: free[each.id],
            seen=lambda each: f"{free[each.id]}/{each.places}",
        ),
        data("minimum"),
        told("status", words(said.text("Status"))),
        told("session", words(said.text("Number")), lambda each: each.id),
    )
    document: dict[str, object] = {"sessions": shown.document}
    speak_with = []
    if moved is not None:
        desk.name_members(
            village, [*(each.member_id for each in moved.clashes), *(each.member_id for each in moved.unfit)]
        )
        document["clashes"] = [
            {"claim": each.claim_id, "member": each.member_id, "session": each.session_id}
            for each in moved.clashes
        ]
        document["unfit"] = [
            {"claim": each.claim_id, "member": each.member_id, "reasons": said.explanation(each.reasons)}
            for each in moved.unfit
        ]
        speak_with = [
            said.text(
                "{member} is expected in another session then: {session}",
                member=desk.known[clash.member_id],
                session=clash.session_id,
            )
            for clash in moved.clashes
        ]
        speak_with += [
            f"{desk.known[each.member_id]}: {reason}"
            for each in moved.unfit
            for reason in said.explanation(each.reasons)
        ]
    desk.out.show(document, shown.table if sessions else said.text("There are none."), *speak_with)
