"""``credit``: what a clerk wrote down becomes points."""

# Typer reads annotations as they are: no `from __future__ import annotations` here.

from collections import Counter
from pathlib import Path
from typing import Annotated, Any

import typer
from attrs import define, field

from gridpoints.awards.model import AwardStatus
from gridpoints.cli.commands import Commands, option
from gridpoints.cli.desk import Desk
from gridpoints.cli.exits import DONE, SOMETHING_LEFT
from gridpoints.cli.output import figures, words
from gridpoints.cli.rows import (
    Rejects,
    Tally,
    progress,
    refuse_same_file,
    rejects,
    rejects_option,
    sheet_option,
)
from gridpoints.exchange import Community
from gridpoints.i18n import Language
from gridpoints.sheets.deeds import DeedOutcome, credit
from gridpoints.sheets.layouts import DEEDS
from gridpoints.sheets.reading import Table, open_table


def register(command: Commands, language: Language) -> None:
    """Add the commands of this module."""

    @command(
        "credit",
        language.text("Credit the deeds of a CSV or XLSX file, each of them once, however often it is run."),
    )
    def credit_file(
        desk: Desk,
        *,
        file: Annotated[
            Path,
            typer.Argument(
                help=language.text("The file, with columns for the member, the deed and the day.")
            ),
        ],
        rules: Annotated[
            str | None,
            option("FILE|PRESET", language.text("Publish this rule set before, unless it stands.")),
        ] = None,
        sheet: Annotated[str | None, sheet_option(language)] = None,
        rejected: Annotated[Path | None, rejects_option(language)] = None,
    ) -> int:
        tally = _Deeds()
        with desk.village() as village, open_table(file, DEEDS, sheet=sheet) as table:
            refuse_same_file(language, file, rejected)
            if rules is not None:
                village.rules.publish(rules)
            with rejects(rejected, table, language) as left_out:
                _credit(desk, village, table, tally, left_out)
            units = village.rules.units()
        sorts = ("credited", "clipped", "pending", "refused", "repeated", "rejected")
        document = {
            "file": file.name,
            **{sort: tally.counts[sort] for sort in sorts},
            "points": {unit: units[unit].decimal(amount) for unit, amount in sorted(tally.points.items())},
            **tally.document(desk),
        }
        total = [language.amount(amount, units[unit]) for unit, amount in sorted(tally.points.items())]
        desk.out.show(document, _summary(desk, tally, total), *tally.drawing(desk))
        return SOMETHING_LEFT if tally.problems else DONE


@define
class _Deeds(Tally):
    """The outcomes of a file's deeds, with the points that were given now, by unit."""

    points: Counter[str] = field(factory=Counter)


def _credit(desk: Desk, village: Community, table: Table, tally: _Deeds, left_out: Rejects | None) -> None:
    with progress(desk, table, desk.language.text("Crediting")) as advance:
        for outcome in credit(village.context, table):
            advance()
            if outcome.problem is not None:
                tally.reject(outcome.problem)
                if left_out:
                    left_out.write(outcome.row, outcome.problem)
                continue
            tally.counts[_sort(outcome)] += 1
            award = outcome.award
            if award is not None and award.status is AwardStatus.CREDITED and not outcome.repeated:
                tally.points[award.unit] += award.awarded


def _sort(outcome: DeedOutcome) -> str:
    award = outcome.award
    if outcome.repeated or award is None:
        return "repeated"
    if award.status is AwardStatus.PENDING:
        return "pending"
    if not award.awarded:
        return "refused"
    return "credited" if award.awarded == award.wanted else "clipped"


def _summary(desk: Desk, tally: Tally, total: list[str]) -> Any:
    language = desk.language
    rows = [
        (language.text("Credited"), tally.counts["credited"]),
        (language.text("Credited in part, up to a limit"), tally.counts["clipped"]),
        (language.text("Waiting for somebody to agree"), tally.counts["pending"]),
        (language.text("Refused by the rules"), tally.counts["refused"]),
        (language.text("Credited before"), tally.counts["repeated"]),
        (language.text("Left out"), tally.counts["rejected"]),
    ]
    return desk.out.table(
        language.text("Credited now: {points}", points=tuple(total)),
        [words(""), figures(language.text("Rows"))],
        [(name, language.number(count)) for name, count in rows],
    )
