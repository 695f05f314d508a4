"""``emergency``: the alarm, the drill, back to ordinary mode, and the report."""

# Typer reads annotations as they are: no `from __future__ import annotations` here.

from collections.abc import Sequence
from datetime import timedelta
from typing import Annotated, Any

from gridpoints.cli.commands import Commands, argument, flag, option
from gridpoints.cli.desk import Desk
from gridpoints.cli.emergency.alarms import document_of, drill_option, latest, present, title_of
from gridpoints.cli.listing import Cell, data, listing, seen, show_listing, told
from gridpoints.cli.output import figures, words
from gridpoints.community.emergency import Emergency, EmergencyKind, Mode
from gridpoints.emergency.reports import DirectiveReport, EmergencyReport
from gridpoints.exchange import Community
from gridpoints.i18n import Language


def register(command: Commands, language: Language) -> None:
    """Add the commands of this module."""
    _register_switching(command, language)
    _register_looking(command, language)


def _register_switching(command: Commands, language: Language) -> None:
    @command("declare", language.text("Switch the community, or some of its grids, to emergency mode."))
    def declare(
        desk: Desk,
        *,
        kind: Annotated[
            str,
            argument(
                "KIND",
                language.text(
                    "What happened: {known}.", known=", ".join(language.word(each) for each in EmergencyKind)
                ),
            ),
        ],
        reason: Annotated[str, argument("TEXT", language.text("What is known of it."))],
        grid: Annotated[
            list[str] | None,
            option(
                "GRID",
                language.text(
                    "Only this grid and all below it; repeat it for each. Without it, the whole community."
                ),
            ),
        ] = None,
        drill: Annotated[bool, flag("--drill", language.text("A drill: it gives no points."))] = False,
    ) -> None:
        with desk.village() as village:
            declared = village.emergency.declare(
                desk.choice("kind", kind, EmergencyKind),
                reason,
                grids=[desk.grid(village, each).id for each in grid or ()],
                mode=Mode.DRILL if drill else Mode.EMERGENCY,
            )
            _show(desk, village, [declared])

    @command("end", language.text("Go back to ordinary mode; nobody may be in action any more."))
    def end(
        desk: Desk,
        *,
        outcome: Annotated[str, argument("TEXT", language.text("How it ended."))],
        drill: Annotated[bool, drill_option(language)] = False,
    ) -> None:
        with desk.village() as village:
            _show(desk, village, [village.emergency.end(present(village, drill=drill).id, outcome)])

    @command("tick", language.text("Let go of who did not answer, remind grids, and note what is overdue."))
    def tick(desk: Desk) -> None:
        with desk.village() as village:
            due = village.emergency.tick()
            desk.name_members(village, [turn.member_id for turn in (*due.lapsed, *due.released)])
            desk.name_grids(village)
        document = {
            "lapsed": [turn.member_id for turn in due.lapsed],
            "reminded": [answer.grid_id for answer in due.reminded],
            "escalated": [answer.grid_id for answer in due.escalated],
            "released": [turn.member_id for turn in due.released],
        }
        said = desk.language
        rows = [
            (said.text("Did not answer"), [desk.known[turn.member_id] for turn in due.lapsed]),
            (said.text("To be reminded"), [desk.known[answer.grid_id] for answer in due.reminded]),
            (said.text("Overdue"), [desk.known[answer.grid_id] for answer in due.escalated]),
            (said.text("Have left"), [desk.known[turn.member_id] for turn in due.released]),
        ]
        shown = [(name, said.joined(who)) for name, who in rows if who]
        drawn = desk.out.table(said.text("What came due"), [words(""), words("")], shown)
        desk.out.show(document, drawn if shown else said.text("Nothing was due."))


def _register_looking(command: Commands, language: Language) -> None:
    @command("list", language.text("All emergencies there were; with --drill, all drills."))
    def listed(desk: Desk, *, drill: Annotated[bool, drill_option(language)] = False) -> None:
        with desk.village() as village:
            _show(desk, village, village.emergency.emergencies(Mode.DRILL if drill else Mode.EMERGENCY))

    @command(
        "report",
        language.text(
            "What an emergency came to: who was asked and served, for how long, and which grids "
            "answered how fast."
        ),
    )
    def report(
        desk: Desk,
        *,
        emergency: Annotated[
            str | None,
            argument("ID", language.text("Which; without it, the one that is on, or the last one.")),
        ] = None,
        drill: Annotated[bool, drill_option(language)] = False,
    ) -> None:
        with desk.village() as village:
            id = emergency or latest(village, drill=drill).id
            drawn_up = village.emergency.report(id)
            desk.name_grids(village)
            _show_report(desk, drawn_up)


def _show(desk: Desk, village: Community, emergencies: Sequence[Emergency]) -> None:
    said = desk.language
    desk.name_grids(village)
    show_listing(
        desk,
        "emergencies",
        said.text("Emergencies"),
        emergencies,
        Cell(document_of),
        seen(words(said.text("Emergency")), lambda each: each.id),
        seen(words(said.text("Kind")), lambda each: f"{said.word(each.kind)} ({said.word(each.mode)})"),
        seen(words(said.text("Status")), lambda each: each.status),
        seen(words(said.text("Declared")), lambda each: each.declared_at),
        seen(words(said.text("Ended")), lambda each: each.ended_at),
        seen(
            words(said.text("Grids")),
            lambda each: [desk.known.get(id, id) for id in each.grids] or said.text("the whole community"),
        ),
        seen(words(said.text("Reason")), lambda each: each.reason),
    )


# --- the report -----------------------------------------------------------------------------------


def _show_report(desk: Desk, report: EmergencyReport) -> None:
    said = desk.language
    calls = listing(
        desk,
        said.text("Calls"),
        report.calls,
        data(id="call.id"),
        told("place", words(said.text("Place")), lambda each: each.call.place),
        told("wanted", figures(said.text("Wanted")), lambda each: each.call.wanted),
        told("served", figures(said.text("Served"))),
        told("hours", figures(said.text("Hours"))),
    )
    document = {
        "emergency": document_of(report.emergency),
        "lasted_minutes": _minutes(report.lasted),
        "first_in_action_minutes": _minutes(report.first_in_action),
        "asked": report.asked,
        "served": report.served,
        "to_stand_down": report.to_stand_down,
        "turns": dict(report.statuses),
        "hours": dict(report.hours),
        "calls": calls.document,
        "directives": [
            {
                "id": each.directive.id,
                "text": each.directive.text,
                "took_minutes": {grid: _minutes(took) for grid, took in each.took.items()},
                "late": each.late,
                "done": each.done,
            }
            for each in report.directives
        ],
    }
    tables = [calls.table] if report.calls else []
    tables += [_grids_table(desk, each) for each in report.directives]
    desk.out.show(document, _sums(desk, report), *tables)


def _sums(desk: Desk, report: EmergencyReport) -> Any:
    said = desk.language
    rows = [
        (said.text("Lasted"), _clock(report.lasted)),
        (said.text("First at their place after"), _clock(report.first_in_action)),
        (said.text("People asked"), said.number(report.asked)),
        (said.text("People who served"), said.number(report.served)),
        (said.text("To be stood down"), said.number(report.to_stand_down)),
        *(
            (said.text("Turns: {status}", status=status), said.number(n))
            for status, n in report.statuses.items()
        ),
        *(
            (said.text("Hours: {source}", source=source), said.number(n))
            for source, n in report.hours.items()
        ),
    ]
    columns = [words(""), figures(said.text("Number, or h:mm"))]
    return desk.out.table(title_of(said, report.emergency), columns, rows)


def _grids_table(desk: Desk, told: DirectiveReport) -> Any:
    said = desk.language
    return desk.out.table(
        told.directive.text,
        [
            words(said.text("Grid")),
            figures(said.text("Received after, h:mm")),
            words(said.text("Late")),
            words(said.text("Reported done")),
        ],
        [
            (
                desk.known.get(grid, grid),
                _clock(took),
                _yes(said, told=grid in told.late),
                _yes(said, told=grid in told.done),
            )
            for grid, took in told.took.items()
        ],
    )


def _yes(said: Language, *, told: bool) -> str:
    return said.word("true", "truth") if told else ""


def _minutes(time: timedelta | None) -> int | None:
    return None if time is None else time // timedelta(minutes=1)


def _clock(time: timedelta | None) -> str:
    minutes = _minutes(time)
    return "–" if minutes is None else f"{minutes // 60}:{minutes % 60:02}"
