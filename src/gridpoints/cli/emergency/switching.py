"""``emergency``: the alarm, the drill, back to ordinary mode, and the report."""

# Typer reads annotations as they are: no `from __future__ import annotations` here.

from collections.abc import Sequence
from datetime import timedelta
from typing import Annotated, Any

import typer

from gridpoints.cli.desk import Desk, command
from gridpoints.cli.emergency.alarms import document_of, drill_option, latest, present, title_of
from gridpoints.cli.output import figures, words
from gridpoints.community.emergency import Emergency, EmergencyKind, Mode
from gridpoints.emergency.reports import DirectiveReport, EmergencyReport
from gridpoints.exchange import Community
from gridpoints.i18n import Language


def register(group: typer.Typer, language: Language) -> None:
    """Add the commands of this module."""
    _register_switching(group, language)
    _register_looking(group, language)


def _register_switching(group: typer.Typer, language: Language) -> None:
    @command(
        group,
        language,
        "declare",
        language.text("Switch the community, or some of its grids, to emergency mode."),
    )
    def declare(
        desk: Desk,
        *,
        kind: Annotated[
            str,
            typer.Argument(
                metavar="KIND",
                help=language.text(
                    "What happened: {known}.",
                    known=", ".join(language.word(each) for each in EmergencyKind),
                ),
            ),
        ],
        reason: Annotated[str, typer.Argument(metavar="TEXT", help=language.text("What is known of it."))],
        grid: Annotated[
            list[str] | None,
            typer.Option(
                metavar="GRID",
                help=language.text(
                    "Only this grid and all below it; repeat it for each. Without it, the whole community."
                ),
            ),
        ] = None,
        drill: Annotated[
            bool, typer.Option("--drill", help=language.text("A drill: it gives no points."))
        ] = False,
    ) -> None:
        with desk.village() as village:
            declared = village.emergency.declare(
                desk.choice("kind", kind, EmergencyKind),
                reason,
                grids=[desk.grid(village, each).id for each in grid or ()],
                mode=Mode.DRILL if drill else Mode.EMERGENCY,
            )
            _show(desk, village, [declared])

    @command(
        group, language, "end", language.text("Go back to ordinary mode; nobody may be in action any more.")
    )
    def end(
        desk: Desk,
        *,
        outcome: Annotated[str, typer.Argument(metavar="TEXT", help=language.text("How it ended."))],
        drill: Annotated[bool, drill_option(language)] = False,
    ) -> None:
        with desk.village() as village:
            _show(desk, village, [village.emergency.end(present(village, drill=drill).id, outcome)])

    @command(
        group,
        language,
        "tick",
        language.text("Let go of who did not answer, remind grids, and note what is overdue."),
    )
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


def _register_looking(group: typer.Typer, language: Language) -> None:
    @command(group, language, "list", language.text("All emergencies there were; with --drill, all drills."))
    def listed(desk: Desk, *, drill: Annotated[bool, drill_option(language)] = False) -> None:
        with desk.village() as village:
            _show(desk, village, village.emergency.emergencies(Mode.DRILL if drill else Mode.EMERGENCY))

    @command(
        group,
        language,
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
            typer.Argument(
                metavar="ID", help=language.text("Which; without it, the one that is on, or the last one.")
            ),
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
    table = desk.out.table(
        said.text("Emergencies"),
        [
            words(said.text("Emergency")),
            words(said.text("Kind")),
            words(said.text("Status")),
            words(said.text("Declared")),
            words(said.text("Ended")),
            words(said.text("Grids")),
            words(said.text("Reason")),
        ],
        [
            (
                each.id,
                f"{said.word(each.kind)} ({said.word(each.mode)})",
                said.word(each.status),
                said.instant(each.declared_at),
                said.instant(each.ended_at) if each.ended_at else "",
                said.joined([desk.known.get(id, id) for id in each.grids])
                if each.grids
                else said.text("the whole community"),
                each.reason,
            )
            for each in emergencies
        ],
    )
    desk.out.show({"emergencies": [document_of(each) for each in emergencies]}, table)


# --- the report -----------------------------------------------------------------------------------


def _show_report(desk: Desk, report: EmergencyReport) -> None:
    document = {
        "emergency": document_of(report.emergency),
        "lasted_minutes": _minutes(report.lasted),
        "first_in_action_minutes": _minutes(report.first_in_action),
        "asked": report.asked,
        "served": report.served,
        "to_stand_down": report.to_stand_down,
        "turns": dict(report.statuses),
        "hours": dict(report.hours),
        "calls": [
            {
                "id": each.call.id,
                "place": each.call.place,
                "wanted": each.call.wanted,
                "served": each.served,
                "hours": each.hours,
            }
            for each in report.calls
        ],
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
    desk.out.show(document, *_drawn(desk, report))


def _drawn(desk: Desk, report: EmergencyReport) -> list[Any]:
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
    parts: list[Any] = [
        desk.out.table(
            title_of(said, report.emergency), [words(""), figures(said.text("Number, or h:mm"))], rows
        )
    ]
    if report.calls:
        parts.append(
            desk.out.table(
                said.text("Calls"),
                [
                    words(said.text("Place")),
                    figures(said.text("Wanted")),
                    figures(said.text("Served")),
                    figures(said.text("Hours")),
                ],
                [
                    (each.call.place, str(each.call.wanted), str(each.served), said.number(each.hours))
                    for each in report.calls
                ],
            )
        )
    parts += [_grids_table(desk, each) for each in report.directives]
    return parts


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
