"""``report``: the treasurer's figures over the whole ledger."""

# Typer reads annotations as they are: no `from __future__ import annotations` here.

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Annotated, Any

from gridpoints.cli.commands import Commands, option
from gridpoints.cli.desk import Desk, beginning_of, end_of
from gridpoints.cli.listing import Listing, data, listing, seen, show_listing, told
from gridpoints.cli.output import figures, words
from gridpoints.errors import UnitUnknown
from gridpoints.exchange import Community
from gridpoints.i18n import Language
from gridpoints.ledger.model import TrialLine
from gridpoints.ledger.reports import Month
from gridpoints.sheets.cells import read_day
from gridpoints.values import Interval, Unit


def register(commands: Commands, language: Language) -> None:
    """Add the commands of this module."""
    command = commands.group("report", language.text("The treasurer's reports, over the whole ledger."))
    _register_stocks(command, language)
    _register_flows(command, language)


def _register_stocks(command: Commands, language: Language) -> None:
    """What there is now."""

    @command("trial-balance", language.text("What all accounts hold, by kind; each unit adds up to 0."))
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

    @command("outstanding", language.text("What people still hold, by the month in which it expires."))
    def outstanding(desk: Desk) -> None:
        with desk.village() as village:
            found = village.ledger.outstanding()
            units = _units(village)
        said = desk.language
        show_listing(
            desk,
            "outstanding",
            said.text("What people hold"),
            found,
            data("unit"),
            seen(words(said.text("Unit")), lambda each: said.name(units[each.unit].names, each.unit)),
            told(
                "month",
                figures(said.text("Expires")),
                of=lambda each: each.expires_at and each.expires_at.astimezone(said.zone).date(),
                seen=lambda each: (
                    said.month(each.expires_at.astimezone(said.zone).date())
                    if each.expires_at
                    else said.text("never")
                ),
            ),
            told("points", figures(said.text("Amount")), lambda each: units[each.unit].decimal(each.points)),
        )


def _register_flows(command: Commands, language: Language) -> None:
    """What moved."""

    @command(
        "months",
        language.text("What was issued, was redeemed and expired in each month, by the day of the act."),
    )
    def months(
        desk: Desk,
        *,
        unit: Annotated[str | None, option("CODE", language.text("Only this unit."))] = None,
        first: Annotated[
            str | None,
            option("DAY", language.text("A day of the first month; without it, the last month is this one.")),
        ] = None,
        count: Annotated[int, option("N", language.text("How many months."), "--months")] = 12,
    ) -> None:
        with desk.village() as village:
            units = _units(village)
            if unit is not None and unit not in units:
                raise UnitUnknown(unit=unit)
            begin = read_day(first) if first else _months_before(village.context.today(), count - 1)
            wanted = [each for each in units.values() if unit in (None, each.code)]
            found = {each: village.ledger.months(each.code, begin, count) for each in wanted}
        listed = [_months(desk, each, months) for each, months in found.items()]
        document = {"months": [month for each in listed for month in each.document]}
        desk.out.show(document, *(each.table for each in listed))

    @command(
        "turnover",
        language.text("What was given to accounts and taken from them, by kind and by the day of the act."),
    )
    def turnover(
        desk: Desk,
        *,
        since: Annotated[
            str | None, option("DAY", language.text("The first day that counts; without it, all."))
        ] = None,
        until: Annotated[
            str | None, option("DAY", language.text("The last day that counts; without it, all."))
        ] = None,
    ) -> None:
        with desk.village() as village:
            found = village.ledger.turnover(_within(village, since, until))
            units = _units(village)
        said = desk.language
        show_listing(
            desk,
            "turnover",
            said.text("Turnover"),
            found,
            data("unit"),
            seen(words(said.text("Unit")), lambda each: said.name(units[each.unit].names, each.unit)),
            told("kind", words(said.text("Account"))),
            told("given", figures(said.text("Given")), lambda each: units[each.unit].decimal(each.given)),
            told("taken", figures(said.text("Taken")), lambda each: units[each.unit].decimal(each.taken)),
        )


def _months(desk: Desk, unit: Unit, months: Sequence[Month]) -> Listing:
    said = desk.language
    return listing(
        desk,
        said.name(unit.names, unit.code),
        months,
        told("unit", of=lambda _: unit.code),
        told("month", of=lambda each: each.first_day),
        seen(figures(said.text("Month")), lambda each: said.month(each.first_day)),
        told("issued", figures(said.text("Issued")), lambda each: unit.decimal(each.issued)),
        told("redeemed", figures(said.text("Redeemed")), lambda each: unit.decimal(each.redeemed)),
        told("expired", figures(said.text("Expired")), lambda each: unit.decimal(each.expired)),
    )


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
            (name, said.number(accounts), said.number(unit.decimal(posted)), said.number(unit.decimal(held)))
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
