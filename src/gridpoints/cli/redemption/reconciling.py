"""``reconcile``: a merchant's own list is held against what was redeemed, and put right."""

# Typer reads annotations as they are: no `from __future__ import annotations` here.

from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any

import typer

from gridpoints.cli.commands import Commands, argument, option
from gridpoints.cli.desk import Desk
from gridpoints.cli.exits import DONE, SOMETHING_LEFT
from gridpoints.cli.listing import Listing, data, listing, told
from gridpoints.cli.output import figures, words
from gridpoints.cli.redemption.adjusting import adjustments_told
from gridpoints.cli.rows import Tally, sheet_option
from gridpoints.errors import RecordUnknown
from gridpoints.i18n import Language
from gridpoints.redemption.reconciliation.model import Difference, Listed, Reconciliation
from gridpoints.sheets.cells import read_day
from gridpoints.sheets.reading import open_table
from gridpoints.sheets.till_rolls import TILL_ROLL, roll_lines
from gridpoints.values import Unit


def register(command: Commands, language: Language) -> None:
    """Add the command of this module."""

    @command("reconcile", language.text("Hold a merchant's own list against the redemptions and the ledger."))
    def reconcile(
        desk: Desk,
        *,
        merchant: Annotated[str, argument("MERCHANT", language.text("The merchant's id or name."))],
        file: Annotated[
            Path,
            argument("FILE", language.text("The list, CSV or XLSX: number of the redemption, date, points.")),
        ],
        first: Annotated[str, option("DAY", language.text("The first day that counts."), "--since")],
        last: Annotated[str, option("DAY", language.text("The last day that counts."), "--until")],
        sheet: Annotated[str | None, sheet_option(language)] = None,
        accept: Annotated[
            list[str] | None,
            option(
                "NUMBER",
                language.text(
                    "Accept what is proposed for this redemption: money with the next statement; "
                    "repeat it for each. What a person has to look at first is accepted alone, by the number "
                    "of its difference."
                ),
            ),
        ] = None,
        note: Annotated[
            str | None, option("TEXT", language.text("Why it is accepted; it stays on record."))
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
        differing, adjusted = _differences(desk, unit, found), adjustments_told(desk, accepted)
        desk.out.show(
            {
                **_compared(unit, found),
                "differences": differing.document,
                "accepted": adjusted.document,
                **left_out.document(desk),
            },
            differing.table,
            *([adjusted.table] if accepted else []),
            *left_out.drawing(desk),
        )
        return SOMETHING_LEFT if len(found.differences) > len(meant) or left_out.problems else DONE


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
    }


def _differences(desk: Desk, unit: Unit, found: Reconciliation) -> Listing:
    said = desk.language

    def points(amount: int | None) -> Decimal | None:
        return None if amount is None else unit.decimal(amount)

    return listing(
        desk,
        said.text("{n} agree; these differ", n=found.agreeing),
        found.differences,
        data("id"),
        told("reference", words(said.text("Number"))),
        told("day", figures(said.text("Day"))),
        told("listed", figures(said.text("List")), lambda each: points(each.listed)),
        told("recorded", figures(said.text("Redemption")), lambda each: points(each.recorded)),
        told("posted", figures(said.text("Ledger")), lambda each: points(each.posted)),
        told("gap", words(said.text("Difference"))),
        told("proposal", words(said.text("Proposal"))),
    )
