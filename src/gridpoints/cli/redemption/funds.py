"""``fund``: the money that backs the points, and whether it will do."""

# Typer reads annotations as they are: no `from __future__ import annotations` here.

from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any

import typer

from gridpoints.cli.commands import Commands, argument, option
from gridpoints.cli.desk import Desk
from gridpoints.cli.listing import Listing, data, listing, seen, told
from gridpoints.cli.output import figures, words
from gridpoints.i18n import Language
from gridpoints.notices import plots
from gridpoints.notices.funds import Words, forecast
from gridpoints.redemption.fund.model import Alarm, FundAlarm, FundReport

_CENT = Decimal("0.01")


def register(commands: Commands, language: Language) -> None:
    """Add the commands of this module."""
    command = commands.group(
        "fund", language.text("The money that backs the points, and whether it will do.")
    )
    currency_help = language.text("The currency, like CNY.")

    @command("deposit", language.text("Note money that came in, or (below 0) was taken out."))
    def deposit(
        desk: Desk,
        *,
        money: Annotated[str, argument("MONEY", language.text("How much, to the cent."))],
        source: Annotated[str, option("TEXT", language.text("Where it came from, and what for."))],
        currency: Annotated[str, option("CODE", currency_help)] = "CNY",
    ) -> None:
        with desk.village() as village:
            done = village.redemption.deposit(money, source=source, currency=currency)
        said = desk.language
        document = {"deposit": done.id, "money": done.money, "currency": done.currency, "source": done.source}
        desk.out.show(
            document,
            said.text("Noted: {money} from {source}", money=said.money(done.money, currency), source=source),
        )

    @command(
        "report", language.text("What is in the fund, what it owes, how long it lasts, and what to look at.")
    )
    def report(
        desk: Desk,
        *,
        currency: Annotated[str, option("CODE", currency_help)] = "CNY",
        months: Annotated[
            int, typer.Option(min=1, max=120, help=language.text("How many months to look ahead."))
        ] = 12,
        plot: Annotated[
            Path | None, option("FILE", language.text("Draw it as well: a file .svg or .png."))
        ] = None,
    ) -> None:
        if plot is not None:
            plots.must_be_installed()
        with desk.village() as village:
            found = village.redemption.fund_report(currency, months=months)
        said = desk.language
        if plot is not None:
            _draw(found, plot, said)
        forecast = _forecast(desk, found)
        alarms = [_alarm(said, each) for each in found.alarms]
        document = {**_document(found), "forecast": forecast.document}
        desk.out.show(document, _standing(desk, found), forecast.table, *alarms)


def _document(found: FundReport) -> dict[str, Any]:
    return {
        "currency": found.currency,
        "deposited": found.deposited,
        "paid": found.paid,
        "available": found.available,
        "due": found.due,
        "taken": found.taken,
        "liability": found.liability,
        "coverage": found.coverage,
        "liabilities": [
            {"unit": each.unit, "points": each.points, "rate": each.rate, "money": each.money}
            for each in found.liabilities
        ],
        "alarms": [
            {"alarm": each.alarm, "share": each.share, "month": each.month, "budget": each.budget}
            for each in found.alarms
        ],
    }


def _standing(desk: Desk, found: FundReport) -> Any:
    said = desk.language
    rows = [
        (said.text("Came in"), found.deposited),
        (said.text("Paid to merchants"), -found.paid),
        (said.text("In the fund"), found.available),
        (said.text("Statements to be paid"), found.due),
        (said.text("Taken and in no statement yet"), found.taken),
        (said.text("What people still hold"), found.liability),
    ]
    return desk.out.table(
        said.text("The fund"),
        [words(""), figures(found.currency)],
        [(name, said.money(money.quantize(_CENT), found.currency)) for name, money in rows],
    )


def _forecast(desk: Desk, found: FundReport) -> Listing:
    said = desk.language
    return listing(
        desk,
        said.text("Forecast"),
        found.forecast,
        told(
            "month",
            words(said.text("Month")),
            of=lambda each: each.first_day,
            seen=lambda each: said.month(each.first_day),
        ),
        data("money", "left"),
        seen(
            figures(said.text("Redeemed")),
            lambda each: said.money(each.money.quantize(_CENT), found.currency),
        ),
        seen(figures(said.text("Left")), lambda each: said.money(each.left.quantize(_CENT), found.currency)),
    )


def _draw(found: FundReport, path: Path, said: Language) -> None:
    """In English where no font can show the language."""
    words = _words(found, said)
    if not plots.shows(words.title + words.months + words.redeemed + words.left, path):
        words = _words(found, Language.of("en"))
    forecast(found, path, words)


def _words(found: FundReport, said: Language) -> Words:
    return Words(
        title=said.text("What the fund will have left"),
        money=found.currency,
        months=said.text("Month"),
        redeemed=said.text("Redeemed"),
        left=said.text("Left"),
        month=said.month,
        number=said.number,
    )


def _alarm(said: Language, alarm: FundAlarm) -> str:
    share = "" if alarm.share is None else said.percent(alarm.share)
    budget = said.name(alarm.names, alarm.budget or "")
    match alarm.alarm:
        case Alarm.UNDER_COVERED:
            return said.text("Only {share} of what is owed is there.", share=share)
        case Alarm.BUDGET_NEAR:
            return said.text("{share} of the budget “{budget}” is used.", share=share, budget=budget)
        case Alarm.BUDGET_OVERRUN:
            return said.text("The budget “{budget}” is overrun: {share}.", share=share, budget=budget)
        case Alarm.RUNS_OUT:
            month = "" if alarm.month is None else said.month(alarm.month)
            return said.text("By this forecast the fund runs out in {month}.", month=month)
