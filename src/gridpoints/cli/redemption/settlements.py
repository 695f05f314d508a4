"""``settle`` and ``reconcile``: what merchants took becomes money, and is held against their own lists."""

# Typer reads annotations as they are: no `from __future__ import annotations` here.

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from gridpoints.cli.desk import Desk, command, end_if_given
from gridpoints.cli.exits import DONE, SOMETHING_LEFT
from gridpoints.cli.files import refused
from gridpoints.cli.output import figures, words
from gridpoints.cli.rows import Tally, sheet_option
from gridpoints.exchange import Community
from gridpoints.i18n import Language
from gridpoints.redemption.reconciliation import Listed, Reconciliation
from gridpoints.redemption.statements import Settlement
from gridpoints.sheets.cells import read_day
from gridpoints.sheets.reading import open_table
from gridpoints.sheets.till_rolls import TILL_ROLL, roll_lines
from gridpoints.values import Unit


def register(app: typer.Typer, language: Language) -> None:
    """Add the commands of this module."""
    _register_settle(app, language)
    _register_reconcile(app, language)


def _register_settle(app: typer.Typer, language: Language) -> None:
    @command(
        app,
        language,
        "settle",
        language.text("Draw up a merchant's statement, approve or pay one, or list them all."),
    )
    def settle(
        desk: Desk,
        *,
        merchant: Annotated[
            str | None,
            typer.Argument(
                metavar="MERCHANT", help=language.text("The merchant's id or name; without it, all.")
            ),
        ] = None,
        until: Annotated[
            str | None,
            typer.Option(
                metavar="DAY",
                help=language.text("The last day that counts, like 2024-03-31; without it, now."),
            ),
        ] = None,
        due: Annotated[
            bool,
            typer.Option(
                "--due", help=language.text("Draw up all statements that are due by the agreements.")
            ),
        ] = False,
        approve: Annotated[
            str | None,
            typer.Option(
                metavar="ID",
                help=language.text("Approve this statement; not by the person who drew it up: see --as."),
            ),
        ] = None,
        pay: Annotated[
            str | None,
            typer.Option(metavar="ID", help=language.text("Note that this statement was paid.")),
        ] = None,
        reference: Annotated[
            str | None,
            typer.Option(metavar="TEXT", help=language.text("The bank's reference of the payment.")),
        ] = None,
        out: Annotated[
            Path | None,
            typer.Option(
                metavar="FILE",
                help=language.text("Write the statements to a file as well: .csv, .json or .xlsx."),
            ),
        ] = None,
    ) -> None:
        if sum(map(bool, (merchant, due, approve, pay))) > 1:
            raise typer.BadParameter(language.text("A merchant, --due, --approve and --pay stand alone."))
        if until is not None and merchant is None:
            raise typer.BadParameter(language.text("--until needs a merchant."))
        if (pay is None) != (reference is None):
            raise typer.BadParameter(language.text("--pay needs --reference, and the other way round."))
        with desk.village() as village:
            room = village.redemption
            merchants = room.merchants()
            desk.known |= {each.id: each.name for each in merchants}
            if approve is not None:
                statements = [room.approve_settlement(approve)]
            elif pay is not None:
                statements = [room.pay_settlement(pay, reference=reference or "")]
            elif due:
                statements = [each.statement for each in room.settle_due() if each.statement is not None]
            elif merchant is not None:
                at = desk.one_of("merchant", merchants, merchant)
                statements = [room.settle(at.id, end_if_given(village, until))]
            else:
                statements = room.settlements()
            if out is not None:
                _write(desk, village, statements, out)
            table = _table(desk, village, statements)
            document = {"settlements": [_document(village, each) for each in statements]}
        desk.out.show(document, table)


def _write(desk: Desk, village: Community, statements: list[Settlement], path: Path) -> None:
    part = path.with_name(f"{path.name}.part")
    try:
        with part.open("wb") as target:
            village.redemption.write_settlements(
                statements,
                path.suffix.removeprefix(".").lower(),
                target,
                title=desk.language.text("Settlement statements"),
                headings=_headings(desk.language),
            )
        part.replace(path)
    except OSError as error:
        raise refused(path, error) from None
    finally:
        part.unlink(missing_ok=True)


def _headings(said: Language) -> Mapping[str, str]:
    return {
        "settlement": said.text("Statement"),
        "merchant": said.text("Merchant"),
        "status": said.text("Status"),
        "until": said.text("Until"),
        "redemptions": said.text("Redemptions"),
        "opening": said.text("Before"),
        "points": said.text("Points"),
        "refunded": said.text("Given back"),
        "unit": said.text("Unit"),
        "brought": said.text("Brought forward"),
        "gross": said.text("Money"),
        "fees": said.text("Fee"),
        "adjustments": said.text("Adjustments"),
        "money": said.text("To be paid"),
        "carried": said.text("Carried over"),
        "currency": said.text("Currency"),
        "approved_by": said.text("Approved by"),
        "payment_reference": said.text("Payment"),
    }


def _document(village: Community, statement: Settlement) -> dict[str, Any]:
    unit = village.rules.units()[statement.unit]
    return {
        "id": statement.id,
        "merchant": statement.merchant_id,
        "status": statement.status,
        "until": statement.until,
        "redemptions": statement.redemptions,
        "unit": statement.unit,
        "points": unit.decimal(statement.points),
        "refunded": unit.decimal(statement.refunded),
        "rate": statement.rate,
        "brought": statement.brought,
        "gross": statement.gross,
        "fees": statement.fees,
        "adjustments": statement.adjustments,
        "money": statement.money,
        "carried": statement.carried,
        "currency": statement.currency,
        "drawn_up_by": statement.drawn_up_by,
        "approved_by": statement.approved_by,
        "payment_reference": statement.payment_reference,
    }


def _table(desk: Desk, village: Community, statements: list[Settlement]) -> Any:
    language = desk.language
    units = village.rules.units()
    return desk.out.table(
        language.text("Settlement statements"),
        [
            words(language.text("Statement")),
            words(language.text("Merchant")),
            words(language.text("Status")),
            figures(language.text("Until")),
            figures(language.text("Redemptions")),
            figures(language.text("Points")),
            figures(language.text("To be paid")),
        ],
        [
            (
                each.id,
                desk.known.get(each.merchant_id, each.merchant_id),
                language.word(each.status),
                language.instant(each.until),
                language.number(each.redemptions),
                language.number(units[each.unit].decimal(each.points)),
                language.money(each.money, each.currency),
            )
            for each in statements
        ],
    )


def _register_reconcile(app: typer.Typer, language: Language) -> None:
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
    ) -> int:
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
        desk.out.show(
            {**_compared(unit, found), **left_out.document(language)},
            _differences(desk, unit, found),
            *left_out.drawing(desk),
        )
        return SOMETHING_LEFT if found.differences or left_out.problems else DONE


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
