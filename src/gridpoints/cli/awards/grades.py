"""``grades``: how grids, households or members are classed and ranked, and what of it is made public."""

# Typer reads annotations as they are: no `from __future__ import annotations` here.

from datetime import date, timedelta
from typing import Annotated, Any

from gridpoints.cli.commands import Commands, argument, flag, option
from gridpoints.cli.desk import Desk
from gridpoints.cli.output import figures, words
from gridpoints.i18n import Language
from gridpoints.rules.grades import Graded
from gridpoints.sheets.cells import read_day


def register(command: Commands, language: Language) -> None:
    """Add the commands of this module."""

    @command(
        "grades",
        language.text("Show how the rules class grids, households or members in a period, the best first."),
    )
    def grades(
        desk: Desk,
        *,
        code: Annotated[str, argument("GRADES", language.text("Its code under “grades” in the rules."))],
        day: Annotated[
            str | None, option("DAY", language.text("A day of the period; without it, that of today."))
        ] = None,
        public: Annotated[
            bool,
            flag("--public", language.text("Only what the rules make public, with names as they are shown.")),
        ] = False,
        agreed: Annotated[
            list[str] | None,
            option(
                "ID", language.text("Who agreed to be made public, where the rules ask; repeat it for each.")
            ),
        ] = None,
    ) -> None:
        on = None if day is None else read_day(day)
        with desk.village() as village:
            room, rules = village.awards, village.rules.in_force(on).on(on or village.context.today())
            if public:
                shown = room.public_grades(code, on, agreed=agreed or ())
            else:
                found = room.grades(code, on)
                shown = [(each, found.names[each.subject]) for each in found.graded]
            grading = rules.terms.grades[code]
            since, before = grading.days(on or village.context.today())
        said = desk.language
        document = {
            "grades": code,
            "of": grading.of,
            "since": None if since == date.min else since,
            "until": None if before == date.max else before - timedelta(days=1),
            "graded": [_document(desk, each, name, public=public) for each, name in shown],
        }
        by = said.word(grading.by, "metric") if grading.by in ("hours", "times") else grading.by
        if grading.by in rules.units:
            by = said.name(rules.units[grading.by].names, grading.by)
        rows = [
            (
                said.number(each.rank),
                name,
                said.name(each.grade.names, each.grade.code) if each.grade else "",
                said.number(each.figure),
            )
            for each, name in shown
        ]
        columns = [
            figures(said.text("Place")),
            words(said.text("Name")),
            words(said.text("Class")),
            figures(by),
        ]
        desk.out.show(document, desk.out.table(said.name(grading.names, code), columns, rows))


def _document(desk: Desk, each: Graded, name: str, *, public: bool) -> dict[str, Any]:
    """One line; what is made public names nobody by an id."""
    return {
        "id": None if public else each.subject,
        "name": name,
        "place": each.rank,
        "figure": each.figure,
        "class": each.grade.code if each.grade else None,
        "explanation": desk.language.explanation(each.explanation),
    }
