"""``rules explain``: why an award is what it is, or what a deed would come to, and why not more."""

# Typer reads annotations as they are: no `from __future__ import annotations` here.

from typing import Annotated, Any

import typer
from rich.text import Text

from gridpoints.awards.model import Award, Report
from gridpoints.cli.commands import Commands, argument, option
from gridpoints.cli.desk import Desk
from gridpoints.cli.facts import fact_option, read_facts
from gridpoints.errors import RecordUnknown
from gridpoints.exchange import Community
from gridpoints.i18n import Language
from gridpoints.sheets.cells import read_day, read_quantity, tidy
from gridpoints.sheets.deeds import DeedNames
from gridpoints.values import Explanation, Unit

#: The id under which a deed is tried out; it is never kept.
_TRIED = "tried-out"


def register(command: Commands, language: Language) -> None:
    """Add the commands of this module."""

    @command(
        "explain",
        language.text(
            "Why an award is what it is; or, with --member and --deed, what a deed would give now, and why."
        ),
    )
    def explain(
        desk: Desk,
        *,
        award: Annotated[
            str | None, argument("AWARD", language.text("The number under which the deed stands."))
        ] = None,
        member: Annotated[
            str | None, option("MEMBER", language.text("Try out a deed of this member: number, id or name."))
        ] = None,
        deed: Annotated[
            str | None, option("DEED", language.text("What was done: its code or its name."))
        ] = None,
        day: Annotated[str | None, option("DAY", language.text("On which day; without it, today."))] = None,
        quantity: Annotated[
            str | None, option("NUMBER", language.text("How many hours, times or items."))
        ] = None,
        fact: Annotated[list[str] | None, fact_option(language)] = None,
        chosen: Annotated[
            str | None, option("POINTS", language.text("The points that a panel chose out of a range."))
        ] = None,
    ) -> None:
        tried = member is not None and deed is not None
        if (award is None) != tried:
            raise typer.BadParameter(
                language.text("Give the number of an award, or --member and --deed of a deed to try out.")
            )
        with desk.village() as village:
            if award is not None:
                _show_award(desk, village, _found(village, award))
                return
            rules = village.rules.in_force(read_day(day) if day else None)
            code = DeedNames.of(rules).code(tidy(deed or ""))
            unit = rules.rule(code).unit
            report = Report(
                _TRIED,
                desk.member(village, member or "").id,
                code,
                read_day(day) if day else village.context.today(),
                read_quantity(quantity or ""),
                facts=read_facts(rules, fact or ()),
                chosen=None if chosen is None else unit.decimal(unit.amount(chosen)),
            )
            seen = village.awards.preview(report)
        document = {
            "award": None,
            "status": "refused" if not seen.awarded and not seen.approval else "possible",
            "refusal": seen.refusal,
            "member": report.member_id,
            "deed": report.deed,
            "day": report.day,
            "rule_set": seen.rule_set,
            "unit": unit.code,
            "wanted": unit.decimal(seen.wanted),
            "awarded": unit.decimal(seen.awarded),
        }
        _show(desk, document, unit, seen.awarded, seen.explanation)


def _found(village: Community, id: str) -> Award:
    """The award of that number; that of its transaction is known as well."""
    try:
        return village.awards.award(id)
    except RecordUnknown:
        if not id.startswith("award:"):
            raise
        return village.awards.award(id.removeprefix("award:"))


def _show_award(desk: Desk, village: Community, award: Award) -> None:
    unit = village.rules.units()[award.unit]
    person = village.community.member(award.member_id)
    desk.known[person.id] = person.name
    document = {
        "award": award.id,
        "status": award.status,
        "refusal": None,
        "member": award.member_id,
        "deed": award.deed,
        "day": award.day,
        "rule_set": award.rule_set,
        "unit": award.unit,
        "wanted": unit.decimal(award.wanted),
        "awarded": unit.decimal(award.awarded),
    }
    _show(desk, document, unit, award.awarded, award.explanation)


def _show(desk: Desk, document: dict[str, Any], unit: Unit, awarded: int, explanation: Explanation) -> None:
    said = desk.language
    steps = said.explanation(explanation, desk.known)
    head = Text(said.amount(awarded, unit), style="bold green" if awarded else "bold red")
    desk.out.show({**document, "explanation": steps}, Text("\n").join([head, *map(Text, steps)]))
