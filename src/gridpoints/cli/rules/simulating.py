"""``rules simulate``: what deeds of the past would have earned under a draft."""

# Typer reads annotations as they are: no `from __future__ import annotations` here.

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Annotated

from gridpoints.cli.commands import Commands, argument, option
from gridpoints.cli.desk import Desk
from gridpoints.cli.exits import DONE, SOMETHING_LEFT
from gridpoints.cli.rows import Tally, sheet_option
from gridpoints.cli.rules.findings import Findings
from gridpoints.i18n import Language
from gridpoints.notices import plots, simulations
from gridpoints.rules.findings import Simulation
from gridpoints.rules.loading import load, read
from gridpoints.rules.model import RuleSet
from gridpoints.rules.simulation import simulate
from gridpoints.sheets.cells import read_day
from gridpoints.sheets.layouts import DEEDS
from gridpoints.sheets.past import past_deeds
from gridpoints.sheets.reading import open_table


def register(command: Commands, language: Language) -> None:
    """Add the commands of this module."""

    @command(
        "simulate",
        language.text(
            "Try a draft out on what was done: what it gives, who gains and loses, which limits bind."
            " Nothing is posted."
        ),
    )
    def simulate_draft(
        desk: Desk,
        *,
        draft: Annotated[str, argument("FILE|PRESET", language.text("The draft: a YAML file or a preset."))],
        deeds: Annotated[
            Path | None,
            option(
                "FILE",
                language.text(
                    "A CSV or XLSX file with deeds; without it, those that the community credited."
                ),
            ),
        ] = None,
        sheet: Annotated[str | None, sheet_option(language)] = None,
        against: Annotated[
            str | None,
            option(
                "FILE|PRESET",
                language.text("Compare the deeds of the file with what these rules give for them."),
            ),
        ] = None,
        since: Annotated[
            str | None,
            option(
                "DAY",
                language.text(
                    "The first day that counts; without it, a year before the last, and all of a file."
                ),
            ),
        ] = None,
        until: Annotated[
            str | None, option("DAY", language.text("The last day that counts; without it, today."))
        ] = None,
        plot: Annotated[
            Path | None, option("FILE", language.text("Draw it as well: a file .svg or .png."))
        ] = None,
    ) -> int:
        if plot is not None:
            plots.must_be_installed()  # said before the year is judged, not after
        rules = _rules(draft)
        first, last = (read_day(day) if day else None for day in (since, until))
        left_out = Tally()
        if deeds is None:
            found = _of_community(desk, rules, first, last)
        else:
            compared = None if against is None else _rules(against)
            with open_table(deeds, DEEDS, sheet=sheet) as table:
                known = [rules] if compared is None else [rules, compared]
                past, problems = past_deeds(table, *known, since=first or date.min, until=last or date.max)
            for problem in problems:
                left_out.reject(problem)
            found = simulate(rules, past, present=compared)
        if plot is not None:
            _draw(found, plot, desk.language)
        findings = Findings(desk, rules, found)
        desk.out.show(
            {**findings.document(), **left_out.document(desk)},
            *findings.tables(),
            *left_out.drawing(desk),
        )
        return SOMETHING_LEFT if left_out.problems else DONE


def _rules(source: str) -> RuleSet:
    text, name = read(source)
    return load(text, name)


def _of_community(desk: Desk, draft: RuleSet, since: date | None, until: date | None) -> Simulation:
    with desk.village() as village:
        found = village.awards.simulate(draft, since=since, until=until)
        named = [str(line.of) for each in found.stakes for line in (*each.gained, *each.lost)]
        desk.name_members(village, [*named, *(each.member for each in found.impossible)])
    return found


def _draw(found: Simulation, path: Path, language: Language) -> None:
    """Draw the unit that most deeds count in; in English where no font can show the language."""
    if not found.totals:
        return
    code = max(found.totals, key=lambda line: line.deeds).unit
    unit = found.units[code]
    words = _words(found, code, language)
    texts: Sequence[str] = (words.title, words.points, words.months, words.given, words.drafted)
    if not plots.shows("".join(texts) + words.members + words.difference, path):
        words = _words(found, code, Language.of("en"))
    simulations.simulated(found, unit, path, words)


def _words(found: Simulation, unit: str, language: Language) -> simulations.Words:
    return simulations.Words(
        title=language.text("{rule_set}, tried out on {n} deeds", rule_set=found.rule_set, n=found.deeds),
        points=language.name(found.units[unit].names, unit),
        months=language.text("Month"),
        given=language.text("Given"),
        drafted=language.text("Under the draft"),
        members=language.text("Members"),
        difference=language.text("How much more or less each of them has"),
        month=language.month,
        number=language.number,
    )
