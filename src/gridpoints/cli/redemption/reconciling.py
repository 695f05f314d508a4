"""``reconcile``: a merchant's own list is held against what was redeemed, and put right."""

# Typer reads annotations as they are: no `from __future__ import annotations` here.

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from gridpoints.cli.desk import Desk, command
from gridpoints.cli.exits import DONE, SOMETHING_LEFT
from gridpoints.cli.output import figures, words
from gridpoints.cli.redemption.adjusting import document_of, table_of
from gridpoints.cli.rows import Tally, sheet_option
from gridpoints.errors import RecordUnknown
from gridpoints.i18n import Language
from gridpoints.redemption.reconciliation.model import Difference, Listed, Reconciliation
from gridpoints.sheets.cells import read_day
from gridpoints.sheets.reading import open_table
from gridpoints.sheets.till_rolls import TILL_ROLL, roll_lines
from gridpoints.values import Unit


def register(app: typer.Typer, language: Language) -> None:
    """Add the command of this module."""

    @command(
        app,
        language,
        "reconcile",
        language.text("Hold a merchant's own list against the redemptions and the ledger."),
    )
    def reconcile(
        desk: Desk,
        *,
        merchant: Annotated[
            str, typer.Argument(metavar="MERCHANT", help=language.text("The merchant's id or name."))
        ],
        file: Annotated[
            Path,
            typer.Argument(
                metavar="FILE",
                help=language.text("The list, CSV or XLSX: number of the redemption, date, points."),
            ),
        ],
        first: Annotated[
            str, typer.Option("--since", metavar="DAY", help=language.text("The first day that counts."))
        ],
        last: Annotated[
            str, typer.Option("--until", metavar="DAY", help=language.text("The last day that counts."))
        ],
        sheet: Annotated[str | None, sheet_option(language)] = None,
        accept: Annotated[
            list[str] | None,
            typer.Option(
                metavar="NUMBER",
                help=language.text(
                    "Accept what is proposed for this redemption: money with the next statement; "
                    "repeat it for each. What a person has to look at first is accepted alone, by the number "
                    "of its difference."
                ),
            ),
        ] = None,
        note: Annotated[
            str | None,
            typer.Option(metavar="TEXT", help=language.text("Why it is accepted; it stays on record.")),
        ] = None,
    ) -> int:
        if bool(accept) != (note is not None):
            raise typer.BadParameter(language.text("--accept needs --note, and the other way round."))
        with open_table(file, TILL_ROLL, sheet=sheet) as table:
            lines, problems = roll_lines(table)
        left_out = Tally()
        for problem in problems:
            left_out.reject(problem)
        with desk.village() as village:
            room = village.redemption
            at = desk.one_of("merchant", room.merchants(), merchant)
            unit = village.rules.units()[at.unit]
            listed = [Listed(each.reference, each.day, unit.amount(each.points)) for each in lines]
            found = room.reconcile(at.id, listed, first=read_day(first), last=read_day(last))
            with village.transaction():  # all that is named, or nothing
                meant = _meant(found, accept or ())
                # Who names one alone, by its own number, has looked at it; a list is accepted as proposed.
                looked = len(meant) == 1 and accept == [meant[0].id]
                accepted = [room.correct(at.id, each, note=note or "", looked=looked) for each in meant]
        desk.out.show(
            {
                **_compared(unit, found),
                "accepted": [document_of(each) for each in accepted],
                **left_out.document(language),
            },
            _differences(desk, unit, found),
            *([table_of(desk, accepted)] if accepted else []),
            *left_out.drawing(desk),
        )
        return SOMETHING_LEFT if len(found.differences) > len(accepted) or left_out.problems else DONE


def _meant(found: Reconciliation, numbers: Sequence[str]) -> list[Difference]:
    """The differences about these redemptions, or of these ids, each once; raises `RecordUnknown`."""
    for number in numbers:
        if not any(number in (each.reference, each.id) for each in found.differences):
            raise RecordUnknown(kind="difference", id=number)
    return [each for each in found.differences if {each.reference, each.id} & {*numbers}]


def _compared(unit: Unit, found: Reconciliation) -> dict[str, Any]:
    return {
        "merchant": found.merchant_id,
        "since": found.first,
        "until": found.last,
        "agreeing": found.agreeing,
        "unit": unit.code,
        "listed": unit.decimal(found.listed_points),
        "recorded": unit.decimal(found.recorded_points),
        "posted": unit.decimal(found.posted_points),
        "differences": [
            {
                "id": each.id,
                "gap": each.gap,
                "reference": each.reference,
                "day": each.day,
                "listed": None if each.listed is None else unit.decimal(each.listed),
                "recorded": None if each.recorded is None else unit.decimal(each.recorded),
                "posted": None if each.posted is None else unit.decimal(each.posted),
                "proposal": each.proposal,
            }
            for each in found.differences
        ],
    }


def _differences(desk: Desk, unit: Unit, found: Reconciliation) -> Any:
    said = desk.language

    def points(amount: int | None) -> str:
        return "" if amount is None else said.number(unit.decimal(amount))

    return desk.out.table(
        said.text("{n} agree; these differ", n=found.agreeing),
        [
            words(said.text("Number")),
            figures(said.text("Day")),
            figures(said.text("List")),
            figures(said.text("Redemption")),
            figures(said.text("Ledger")),
            words(said.text("Difference")),
            words(said.text("Proposal")),
        ],
        [
            (
                each.reference,
                said.date(each.day),
                points(each.listed),
                points(each.recorded),
                points(each.posted),
                said.word(each.gap),
                said.word(each.proposal),
            )
            for each in found.differences
        ],
    )
