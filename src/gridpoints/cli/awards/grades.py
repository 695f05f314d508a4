"""``grades``: how grids, households or members are classed and ranked, and what of it is made public."""

# Typer reads annotations as they are: no `from __future__ import annotations` here.

from datetime import date, timedelta
from typing import Annotated

from gridpoints.cli.commands import Commands, argument, flag, option
from gridpoints.cli.desk import Desk
from gridpoints.cli.listing import listing, told
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
                "ID",
                language.text(
                    "Who agreed to be made public, where the rules ask; without it, those of whom it is on "
                    "record; repeat it for each."
                ),
            ),
        ] = None,
    ) -> None:
        on = None if day is None else read_day(day)
        with desk.village() as village:
            room, rules = village.awards, village.rules.in_force(on).on(on or village.context.today())
            if public:
                shown = room.public_grades(code, on, agreed=agreed)
            else:
                found = room.grades(code, on)
                shown = [(each, found.names[each.subject]) for each in found.graded]
            grading = rules.terms.grades[code]
            since, before = grading.days(on or village.context.today())
        said = desk.language
        by = said.word(grading.by, "metric") if grading.by in ("hours", "times") else grading.by
        if grading.by in rules.units:
            by = said.name(rules.units[grading.by].names, grading.by)
        graded = listing(
            desk,
            said.name(grading.names, code),
            shown,
            told(
                "id", of=lambda line: None if public else line[0].subject
            ),  # what is public names nobody by it
            told("place", figures(said.text("Place")), lambda line: line[0].rank),
            told("name", words(said.text("Name")), lambda line: line[1]),
            told("class", words(said.text("Class")), _class, lambda line: _class_name(desk, line)),
            told("figure", figures(by), lambda line: line[0].figure),
            told("explanation", of=lambda line: said.explanation(line[0].explanation)),
        )
        document = {
            "grades": code,
            "of": grading.of,
            "since": None if since == date.min else since,
            "until": None if before == date.max else before - timedelta(days=1),
            "graded": graded.document,
        }
        desk.out.show(document, graded.table)


def _class(line: tuple[Graded, str]) -> str | None:
    grade = line[0].grade
    return grade.code if grade else None


def _class_name(desk: Desk, line: tuple[Graded, str]) -> str:
    grade = line[0].grade
    return desk.language.name(grade.names, grade.code) if grade else ""
