"""``emergency``: calls for people, who is asked, and where each of them stands."""

# Typer reads annotations as they are: no `from __future__ import annotations` here.

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Annotated, Any

from gridpoints.cli.commands import Commands, argument, option, reason_option
from gridpoints.cli.desk import Desk, moment_of
from gridpoints.cli.emergency.alarms import document_of, drill_option, latest, present, title_of
from gridpoints.cli.emergency.turns import calls_told, show_asked, show_calls, show_turns, turns_told
from gridpoints.emergency.model import Assignment, AssignmentStatus, MusterCall
from gridpoints.emergency.operations import Emergencies
from gridpoints.errors import RecordUnknown
from gridpoints.exchange import Community
from gridpoints.i18n import Language
from gridpoints.values import check_decimal

#: In one of these, somebody has been told that nothing more is asked of them.
_ENDED = {
    AssignmentStatus.STOOD_DOWN,
    AssignmentStatus.DECLINED,
    AssignmentStatus.LAPSED,
    AssignmentStatus.RELEASED,
}


def register(command: Commands, language: Language) -> None:
    """Add the commands of this module."""
    _register_status(command, language)
    _register_calls(command, language)
    _register_moves(command, language)
    _register_hours(command, language)


def _call_argument(language: Language) -> Any:
    return argument("CALL", language.text("The call, by its place or its id."))


def _members_argument(language: Language) -> Any:
    return argument("MEMBERS", language.text("Who, by number, id or name; several are possible."))


def _register_status(command: Commands, language: Language) -> None:
    @command("status", language.text("What is on now: calls, who is missing, and where everybody stands."))
    def status(desk: Desk, *, drill: Annotated[bool, drill_option(language)] = False) -> None:
        with desk.village() as village:
            on = present(village, drill=drill)
            calls = calls_told(desk, village, village.emergency.calls(on.id))
            turns = turns_told(desk, village, village.emergency.assignments(on.id))
            document = {"emergency": document_of(on), "calls": calls.document, "turns": turns.document}
            desk.out.show(document, title_of(desk.language, on), calls.table, turns.table)


def _register_calls(command: Commands, language: Language) -> None:
    @command("call", language.text("Say how many people are wanted at a place."))
    def call(
        desk: Desk,
        *,
        place: Annotated[str, argument("PLACE", language.text("Where, in words."))],
        wanted: Annotated[int, option("NUMBER", language.text("How many people."))],
        skill: Annotated[
            str | None, option("CODE", language.text("What they must be able to do: see the register."))
        ] = None,
        grid: Annotated[
            str | None, option("GRID", language.text("The grid it lies in: who lives near is asked first."))
        ] = None,
        deed: Annotated[
            str | None, option("CODE", language.text("What it counts as in the rules; without it, nothing."))
        ] = None,
        since: Annotated[
            str | None,
            option(
                "TIME", language.text("From when on: 22:30, or 2026-07-18 22:30; without it, now."), "--from"
            ),
        ] = None,
        until: Annotated[str | None, option("TIME", language.text("Until when, as far as is known."))] = None,
        drill: Annotated[bool, drill_option(language)] = False,
    ) -> None:
        with desk.village() as village:
            made = village.emergency.call(
                present(village, drill=drill).id,
                place,
                wanted=wanted,
                skill=skill,
                grid_id=None if grid is None else desk.grid(village, grid).id,
                starts_at=None if since is None else moment_of(village, since, "starts_at"),
                ends_at=None if until is None else moment_of(village, until, "ends_at"),
                deed=deed,
            )
            show_calls(desk, village, [made])

    @command("close-call", language.text("Want nobody any more at a place; who waits is free."))
    def close_call(
        desk: Desk,
        *,
        call: Annotated[str, _call_argument(language)],
        drill: Annotated[bool, drill_option(language)] = False,
    ) -> None:
        with desk.village() as village:
            found = _call(desk, village, call, drill=drill)
            show_calls(desk, village, [village.emergency.close_call(found.id)])

    @command(
        "muster",
        language.text("Ask as many as are missing, the nearest first; again, when some did not answer."),
    )
    def muster(
        desk: Desk,
        *,
        call: Annotated[str, _call_argument(language)],
        member: Annotated[
            list[str] | None,
            option(
                "MEMBER",
                language.text(
                    "Ask this member; repeat it for each. Without it, those with the skill, or volunteers."
                ),
            ),
        ] = None,
        within: Annotated[
            int | None, option("MINUTES", language.text("They have so many minutes to say yes."))
        ] = None,
        drill: Annotated[bool, drill_option(language)] = False,
    ) -> None:
        with desk.village() as village:
            room, found = village.emergency, _call(desk, village, call, drill=drill)
            answer_by = None if within is None else village.context.now() + timedelta(minutes=within)
            if member:
                ids = [desk.member(village, each).id for each in member]
                asked = room.request(found.id, ids, answer_by=answer_by)
            else:
                asked = room.muster(found.id, room.roster(found.id), answer_by=answer_by)
            show_asked(desk, village, found, asked)

    @command("assign", language.text("Count people in who came by themselves, or said yes aloud."))
    def assign(
        desk: Desk,
        *,
        call: Annotated[str, _call_argument(language)],
        member: Annotated[list[str], _members_argument(language)],
        drill: Annotated[bool, drill_option(language)] = False,
    ) -> None:
        with desk.village() as village:
            found = _call(desk, village, call, drill=drill)
            with village.transaction():
                made = [village.emergency.assign(found.id, desk.member(village, each).id) for each in member]
            show_turns(desk, village, made)


def _register_moves(command: Commands, language: Language) -> None:
    def moving(name: str, help: str, act: Callable[[Emergencies, str], Assignment]) -> None:
        @command(name, help)
        def move(
            desk: Desk,
            *,
            member: Annotated[list[str], _members_argument(language)],
            drill: Annotated[bool, drill_option(language)] = False,
        ) -> None:
            with desk.village() as village:
                turns = [_turn(desk, village, each, drill=drill) for each in member]
                with village.transaction():  # all of them or none: who mistypes a name starts again
                    moved = [act(village.emergency, turn.id) for turn in turns]
                show_turns(desk, village, moved)

    moving("accept", language.text("They say yes."), Emergencies.accept)
    moving("decline", language.text("They say no."), Emergencies.decline)
    moving("release", language.text("Let people go who have not served yet."), Emergencies.release)
    moving("stand-by", language.text("They are ready to set out."), Emergencies.stand_by)
    moving("mobilise", language.text("They have set out."), Emergencies.mobilise)
    moving("begin", language.text("They are at their place: hours are counted from now."), Emergencies.begin)
    moving(
        "demobilise",
        language.text("They are back: the hours are those since they began."),
        Emergencies.demobilise,
    )


def _register_hours(command: Commands, language: Language) -> None:
    emergency_option = option(
        "ID", language.text("Of which; without it, the one that is on, or the last one."), "--emergency"
    )

    @command("hours", language.text("Correct the hours of somebody who is back."))
    def hours(
        desk: Desk,
        *,
        member: Annotated[str, argument("MEMBER", language.text("Who, by number, id or name."))],
        hours: Annotated[str, argument("HOURS", language.text("How many hours, like 2.5."))],
        reason: Annotated[str, reason_option(language)],
        emergency: Annotated[str | None, emergency_option] = None,
        drill: Annotated[bool, drill_option(language)] = False,
    ) -> None:
        with desk.village() as village:
            [turn] = _back(desk, village, [member], emergency, drill=drill)[-1:]
            entered = village.emergency.enter_hours(turn.id, check_decimal("hours", hours), reason=reason)
            show_turns(desk, village, [entered])

    @command(
        "stand-down",
        language.text("Verify the turns of people who are back, and credit them; also after the end."),
    )
    def stand_down(
        desk: Desk,
        *,
        member: Annotated[
            list[str] | None,
            argument(
                "[MEMBERS]", language.text("Who, by number, id or name; without any, all who are back.")
            ),
        ] = None,
        emergency: Annotated[str | None, emergency_option] = None,
        drill: Annotated[bool, drill_option(language)] = False,
    ) -> None:
        with desk.village() as village:
            turns = _back(desk, village, member or [], emergency, drill=drill)
            with village.transaction():
                done = [village.emergency.stand_down(turn.id)[0] for turn in turns]
            show_turns(desk, village, done)


# --- which is meant -------------------------------------------------------------------------------


def _call(desk: Desk, village: Community, text: str, *, drill: bool) -> MusterCall:
    on = present(village, drill=drill)
    found: MusterCall = desk.one_of("muster_call", village.emergency.calls(on.id), text, called="place")
    return found


def _turn(desk: Desk, village: Community, text: str, *, drill: bool) -> Assignment:
    """The turn that a member has now; raises `RecordUnknown`."""
    member = desk.member(village, text)
    on = present(village, drill=drill)
    turns = [turn for turn in village.emergency.assignments(on.id) if turn.member_id == member.id]
    under_way = [turn for turn in turns if turn.status not in _ENDED] or turns
    if not under_way:
        raise RecordUnknown(kind="assignment", id=text)
    # Who is back and waits for thanks may be out again: what began last is meant.
    return under_way[-1]


def _back(
    desk: Desk, village: Community, members: Sequence[str], emergency: str | None, *, drill: bool
) -> list[Assignment]:
    """The turns that wait to be stood down, of these members or of all; raises `RecordUnknown`."""
    id = emergency or latest(village, drill=drill).id
    back = [turn for turn in village.emergency.assignments(id) if turn.status is AssignmentStatus.DEMOBILISED]
    if not members:
        return back
    found = []
    for text in members:
        member = desk.member(village, text)
        if not (own := [turn for turn in back if turn.member_id == member.id]):
            raise RecordUnknown(kind="assignment", id=text)
        found += own
    return found
