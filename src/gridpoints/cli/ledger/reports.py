"""``report``: the treasurer's figures over the whole ledger."""

# Typer reads annotations as they are: no `from __future__ import annotations` here.

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Annotated, Any

import typer

from gridpoints.cli.desk import Desk, beginning_of, command, end_of
from gridpoints.cli.output import figures, words
from gridpoints.errors import UnitUnknown
from gridpoints.exchange import Community
from gridpoints.i18n import Language
from gridpoints.ledger.model import TrialLine
from gridpoints.sheets.cells import read_day
from gridpoints.values import Interval, Unit


def register(app: typer.Typer, language: Language) -> None:
    """Add the commands of this module."""
    group = typer.Typer(
        name="report",
        help=language.text("The treasurer's reports, over the whole ledger."),
        no_args_is_help=True,
    )
    app.add_typer(group)
    _register_stocks(group, language)
    _register_flows(group, language)


def _register_stocks(group: typer.Typer, language: Language) -> None:
    """What there is now."""

    @command(
        group,
        language,
        "trial-balance",
        language.text("What all accounts hold, by kind; each unit adds up to 0."),
    )
    def trial_balance(desk: Desk) -> None:
        with desk.village() as village:
            lines = village.ledger.trial_balance()
            units = _units(village)
        document = {
            "accounts": [
                {
                    "unit": line.unit,
                    "kind": line.kind,
                    "accounts": line.accounts,
                    "posted": units[line.unit].decimal(line.posted),
                    "held": units[line.unit].decimal(line.held),
                }
                for line in lines
            ]
        }
        desk.out.show(document, *(_trial(desk, unit, lines) for unit in _used(units, lines)))

    @command(
        group,
        language,
        "outstanding",
        language.text("What people still hold, by the month in which it expires."),
    )
    def outstanding(desk: Desk) -> None:
        with desk.village() as village:
            found = village.ledger.outstanding()
            units = _units(village)
        said = desk.language
        document = {
            "outstanding": [
                {
                    "unit": each.unit,
                    "month": each.expires_at and each.expires_at.astimezone(said.zone).date(),
                    "points": units[each.unit].decimal(each.points),
                }
                for each in found
            ]
        }
        table = desk.out.table(
            said.text("What people hold"),
            [words(said.text("Unit")), figures(said.text("Expires")), figures(said.text("Amount"))],
            [
                (
                    said.name(units[each.unit].names, each.unit),
                    said.month(each.expires_at.astimezone(said.zone).date())
                    if each.expires_at
                    else said.text("never"),
                    said.number(units[each.unit].decimal(each.points)),
                )
                for each in found
            ],
        )
        desk.out.show(document, table)


def _register_flows(group: typer.Typer, language: Language) -> None:
    """What moved."""

    @command(
        group,
        language,
        "months",
        language.text("What was issued, was redeemed and expired in each month, by the day of the act."),
    )
    def months(
        desk: Desk,
        *,
        unit: Annotated[
            str | None, typer.Option(metavar="CODE", help=language.text("Only this unit."))
        ] = None,
        first: Annotated[
            str | None,
            typer.Option(
                metavar="DAY",
                help=language.text("A day of the first month; without it, the last month is this one."),
            ),
        ] = None,
        count: Annotated[
            int, typer.Option("--months", metavar="N", help=language.text("How many months."))
        ] = 12,
    ) -> None:
        with desk.village() as village:
            units = _units(village)
            if unit is not None and unit not in units:
                raise UnitUnknown(unit=unit)
            begin = read_day(first) if first else _months_before(village.context.today(), count - 1)
            wanted = [each for each in units.values() if unit in (None, each.code)]
            found = {each: village.ledger.months(each.code, begin, count) for each in wanted}
        document = {
            "months": [
                {
                    "unit": each.code,
                    "month": month.first_day,
                    "issued": each.decimal(month.issued),
                    "redeemed": each.decimal(month.redeemed),
                    "expired": each.decimal(month.expired),
                }
                for each in wanted
                for month in found[each]
            ]
        }
        said = desk.language
        tables = [
            desk.out.table(
                said.name(each.names, each.code),
                [
                    figures(said.text("Month")),
                    figures(said.text("Issued")),
                    figures(said.text("Redeemed")),
                    figures(said.text("Expired")),
                ],
                [
                    (
                        said.month(month.first_day),
                        *(
                            said.number(each.decimal(amount))
                            for amount in (month.issued, month.redeemed, month.expired)
                        ),
                    )
                    for month in found[each]
                ],
            )
            for each in wanted
        ]
        desk.out.show(document, *tables)

    @command(
        group,
        language,
        "turnover",
        language.text("What was given to accounts and taken from them, by kind and by the day of the act."),
    )
    def turnover(
        desk: Desk,
        *,
        since: Annotated[
            str | None,
            typer.Option(metavar="DAY", help=language.text("The first day that counts; without it, all.")),
        ] = None,
        until: Annotated[
            str | None,
            typer.Option(metavar="DAY", help=language.text("The last day that counts; without it, all.")),
        ] = None,
    ) -> None:
        with desk.village() as village:
            found = village.ledger.turnover(_within(village, since, until))
            units = _units(village)
        document = {
            "turnover": [
                {
                    "unit": each.unit,
                    "kind": each.kind,
                    "given": units[each.unit].decimal(each.given),
                    "taken": units[each.unit].decimal(each.taken),
                }
                for each in found
            ]
        }
        said = desk.language
        table = desk.out.table(
            said.text("Turnover"),
            [
                words(said.text("Unit")),
                words(said.text("Account")),
                figures(said.text("Given")),
                figures(said.text("Taken")),
            ],
            [
                (
                    said.name(units[each.unit].names, each.unit),
                    said.word(each.kind),
                    said.number(units[each.unit].decimal(each.given)),
                    said.number(units[each.unit].decimal(each.taken)),
                )
                for each in found
            ],
        )
        desk.out.show(document, table)


def _units(village: Community) -> Mapping[str, Unit]:
    return village.rules.units()


def _used(units: Mapping[str, Unit], lines: Sequence[TrialLine]) -> list[Unit]:
    return [unit for unit in units.values() if any(line.unit == unit.code for line in lines)]


def _trial(desk: Desk, unit: Unit, lines: Sequence[TrialLine]) -> Any:
    said = desk.language
    own = [line for line in lines if line.unit == unit.code]
    rows = [(said.word(line.kind), line.accounts, line.posted, line.held) for line in own]
    rows.append(
        (
            said.text("Total"),
            sum(line.accounts for line in own),
            sum(line.posted for line in own),
            sum(line.held for line in own),
        )
    )
    return desk.out.table(
        said.name(unit.names, unit.code),
        [
            words(said.text("Account")),
            figures(said.text("Accounts")),
            figures(said.text("Balance")),
            figures(said.text("Reserved")),
        ],
        [
            (
                name,
                said.number(accounts),
                said.number(unit.decimal(posted)),
                said.number(unit.decimal(held)),
            )
            for name, accounts, posted, held in rows
        ],
    )


def _months_before(day: date, count: int) -> date:
    months = day.year * 12 + day.month - 1 - count
    return date(max(months // 12, 1), months % 12 + 1, 1)


def _within(village: Community, since: str | None, until: str | None) -> Interval | None:
    """From the first to the last day; None for all there is."""
    if since is None and until is None:
        return None
    return Interval(beginning_of(village, since or "1900-01-01"), end_of(village, until or "9000-01-01"))
