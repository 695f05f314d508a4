"""``emergency``: one instruction to many grids, and what each of them answered."""

# Typer reads annotations as they are: no `from __future__ import annotations` here.

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Annotated, Any

import typer

from gridpoints.cli.commands import Commands, argument, flag, option, reason_option
from gridpoints.cli.desk import Desk
from gridpoints.cli.emergency.alarms import drill_option, latest, present
from gridpoints.cli.listing import Listing, data, listing, seen, told
from gridpoints.cli.output import words
from gridpoints.emergency.directives import UNANSWERED, Acknowledgement, AcknowledgementStatus, Directive
from gridpoints.errors import NameAmbiguous, RecordUnknown
from gridpoints.exchange import Community
from gridpoints.i18n import Language


def register(command: Commands, language: Language) -> None:
    """Add the commands of this module."""
    _register_giving(command, language)
    _register_answering(command, language)


def _ordinary_option(language: Language) -> Any:
    return flag("--ordinary", language.text("On an ordinary day: for no emergency."))


def _directive_option(language: Language) -> Any:
    return option(
        "DIRECTIVE",
        language.text("Which, by its text or its id; needed where several wait for this grid."),
        "--directive",
    )


def _register_giving(command: Commands, language: Language) -> None:
    @command("direct", language.text("Give all grids, or some, something to do, to be answered in time."))
    def direct(
        desk: Desk,
        *,
        text: Annotated[str, argument("TEXT", language.text("What is to be done."))],
        within: Annotated[int, option("MINUTES", language.text("Each grid answers within so many minutes."))],
        remind: Annotated[
            int | None, option("MINUTES", language.text("Remind them after so many minutes."))
        ] = None,
        grid: Annotated[
            list[str] | None,
            option(
                "GRID",
                language.text("Only this grid; repeat it for each. Without it, all that are concerned."),
            ),
        ] = None,
        responsible: Annotated[
            list[str] | None,
            option(
                "GRID=ACTOR,ACTOR",
                language.text("Who answers for a grid; repeat it for each. Without it, whoever may direct."),
            ),
        ] = None,
        ordinary: Annotated[bool, _ordinary_option(language)] = False,
        drill: Annotated[bool, drill_option(language)] = False,
    ) -> None:
        with desk.village() as village:
            now = village.context.now()
            given = village.emergency.direct(
                text,
                due_at=now + timedelta(minutes=within),
                remind_at=None if remind is None else now + timedelta(minutes=remind),
                grids=[desk.grid(village, each).id for each in grid or ()],
                responsible=_responsible(desk, village, responsible or ()),
                emergency_id=None if ordinary else present(village, drill=drill).id,
            )
            _show(desk, village, [given])

    @command("withdraw", language.text("Take a directive back: no answer is awaited any more."))
    def withdraw(
        desk: Desk,
        *,
        directive: Annotated[
            str, argument("DIRECTIVE", language.text("The directive, by its text or its id."))
        ],
        reason: Annotated[str, reason_option(language)],
        ordinary: Annotated[bool, _ordinary_option(language)] = False,
        drill: Annotated[bool, drill_option(language)] = False,
    ) -> None:
        with desk.village() as village:
            of = None if ordinary else present(village, drill=drill).id
            found: Directive = desk.one_of(
                "directive", village.emergency.directives(of), directive, called="text"
            )
            _show(desk, village, [village.emergency.withdraw_directive(found.id, reason=reason)])


def _register_answering(command: Commands, language: Language) -> None:
    grid_argument = argument("GRID", language.text("The grid, by its name or its id."))

    @command("directives", language.text("The directives, and what each grid answered to them."))
    def directives(
        desk: Desk,
        *,
        ordinary: Annotated[bool, flag("--ordinary", language.text("Those of ordinary days."))] = False,
        drill: Annotated[bool, drill_option(language)] = False,
    ) -> None:
        with desk.village() as village:
            of = None if ordinary else latest(village, drill=drill).id
            _show(desk, village, village.emergency.directives(of))

    @command("acknowledge", language.text("A grid says that it got a directive."))
    def acknowledge(
        desk: Desk,
        *,
        grid: Annotated[str, grid_argument],
        directive: Annotated[str | None, _directive_option(language)] = None,
        ordinary: Annotated[bool, _ordinary_option(language)] = False,
        drill: Annotated[bool, drill_option(language)] = False,
    ) -> None:
        with desk.village() as village:
            of = None if ordinary else present(village, drill=drill).id
            answer = _answer(desk, village, emergency=of, grid=grid, directive=directive, statuses=UNANSWERED)
            village.emergency.acknowledge(answer.directive_id, answer.grid_id)
            _show(desk, village, [village.emergency.directive(answer.directive_id)])

    @command("done", language.text("A grid says that what a directive asks for is done."))
    def done(
        desk: Desk,
        *,
        grid: Annotated[str, grid_argument],
        outcome: Annotated[str, argument("TEXT", language.text("What came of it."))],
        directive: Annotated[str | None, _directive_option(language)] = None,
        ordinary: Annotated[bool, _ordinary_option(language)] = False,
        drill: Annotated[bool, drill_option(language)] = False,
    ) -> None:
        with desk.village() as village:
            of = None if ordinary else latest(village, drill=drill).id
            received = (AcknowledgementStatus.ACKNOWLEDGED,)
            answer = _answer(desk, village, emergency=of, grid=grid, directive=directive, statuses=received)
            village.emergency.report_done(answer.directive_id, answer.grid_id, outcome)
            _show(desk, village, [village.emergency.directive(answer.directive_id)])


def _responsible(desk: Desk, village: Community, texts: Iterable[str]) -> dict[str, list[str]]:
    found = {}
    for text in texts:
        grid, equals, people = text.partition("=")
        actors = [actor.strip() for actor in people.replace("，", ",").split(",") if actor.strip()]
        if not equals or not actors:
            raise typer.BadParameter(
                desk.language.text("Write --responsible as GRID=ACTOR, not as {text}.", text=text)
            )
        found[desk.grid(village, grid.strip()).id] = actors
    return found


def _answer(
    desk: Desk,
    village: Community,
    *,
    emergency: str | None,
    grid: str,
    directive: str | None,
    statuses: Sequence[AcknowledgementStatus],
) -> Acknowledgement:
    """What a grid owes to the directive that is meant; raises `RecordUnknown` or `NameAmbiguous`."""
    place = desk.grid(village, grid)
    given = village.emergency.directives(emergency)
    if directive is not None:
        given = [desk.one_of("directive", given, directive, called="text")]
    owed = [a for each in given for a in village.emergency.answers(each.id) if a.grid_id == place.id]
    # Of one that was named, the state says by itself what cannot be.
    found = owed if directive is not None else [answer for answer in owed if answer.status in statuses]
    if not found:
        raise RecordUnknown(kind="acknowledgement", id=grid)
    if len(found) > 1:
        raise NameAmbiguous(name=grid, ids=tuple(answer.directive_id for answer in found))
    return found[0]


def _show(desk: Desk, village: Community, directives: Sequence[Directive]) -> None:
    desk.name_grids(village)
    answers = [_answers(desk, each, village.emergency.answers(each.id)) for each in directives]
    document = {
        "directives": [
            {
                "id": each.id,
                "text": each.text,
                "status": each.status,
                "issued_at": each.issued_at,
                "due_at": each.due_at,
                "answers": listed.document,
            }
            for each, listed in zip(directives, answers, strict=True)
        ]
    }
    tables: list[Any] = [listed.table for listed in answers]
    desk.out.show(document, *(tables or [desk.language.text("There are none.")]))


def _answers(desk: Desk, directive: Directive, answers: Sequence[Acknowledgement]) -> Listing:
    said = desk.language
    title = said.text(
        "{text} ({status}, to be answered by {due_at})",
        text=directive.text,
        status=directive.status,
        due_at=directive.due_at,
    )
    return listing(
        desk,
        title,
        answers,
        data(grid="grid_id"),
        told("name", words(said.text("Grid")), lambda answer: desk.known[answer.grid_id]),
        told("status", words(said.text("Status"))),
        told("acknowledged_at", words(said.text("Received"))),
        data("acknowledged_by", "done_at", "responsible"),
        seen(words(said.text("Who answers")), lambda answer: answer.acknowledged_by or answer.responsible),
        told("outcome", words(said.text("What came of it"))),
    )
