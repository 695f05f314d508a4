"""``merchant``: who takes points, on what terms, and with which tills."""

# Typer reads annotations as they are: no `from __future__ import annotations` here.

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import Annotated

import typer

from gridpoints.cli.commands import Commands, argument, option, reason_option
from gridpoints.cli.desk import Desk
from gridpoints.cli.listing import data, show_listing, told
from gridpoints.cli.output import figures, words
from gridpoints.cli.redemption import adjusting, outlets
from gridpoints.cli.redemption.naming import merchant_argument, merchant_of
from gridpoints.exchange import Community
from gridpoints.i18n import Language
from gridpoints.redemption.merchants.model import Agreement, Merchant
from gridpoints.sheets.cells import read_day


def register(commands: Commands, language: Language) -> None:
    """Add the commands of this module."""
    command = commands.group(
        "merchant", language.text("Merchants: agreements, outlets, tills, keys, and staff.")
    )
    _register_life(command, language)
    _register_agreements(command, language)
    outlets.register(command, language)
    _register_staff(command, language)
    adjusting.register(command, language)


def _only_unit(village: Community, language: Language) -> str:
    units = [*village.rules.units()]
    if len(units) != 1:
        raise typer.BadParameter(language.text("Name the unit with --unit: {known}.", known=", ".join(units)))
    return units[0]


def _register_life(command: Commands, language: Language) -> None:
    @command("list", language.text("All merchants, and where they stand."))
    def listed(desk: Desk) -> None:
        with desk.village() as village:
            _show(desk, village.redemption.merchants())

    @command("apply", language.text("Note a merchant's application."))
    def apply(
        desk: Desk,
        *,
        name: Annotated[str, argument("NAME", language.text("The merchant's name."))],
        rate: Annotated[str, option("MONEY", language.text("What it would be paid for one point."))],
        unit: Annotated[
            str | None,
            option("CODE", language.text("The unit that it takes; without it, the only one there is.")),
        ] = None,
        currency: Annotated[str, typer.Option(help=language.text("The currency of the rate."))] = "CNY",
        id: Annotated[str | None, option("ID", language.text("An id of your own."))] = None,
    ) -> None:
        with desk.village() as village:
            room = village.redemption
            unit = unit or _only_unit(village, language)
            _show(desk, [room.register_merchant(name, unit=unit, rate=rate, currency=currency, id=id)])

    def moving(name: str, help: str, act: Callable[[Community, str, str], Merchant]) -> None:
        @command(name, help)
        def move(
            desk: Desk,
            *,
            merchant: Annotated[str, merchant_argument(language)],
            reason: Annotated[str, reason_option(language)] = "",
        ) -> None:
            with desk.village() as village:
                _show(desk, [act(village, merchant_of(desk, village, merchant).id, reason)])

    moving(
        "activate",
        language.text("Let a merchant take points, from now on or again."),
        lambda village, id, reason: village.redemption.activate_merchant(id),
    )
    moving(
        "suspend",
        language.text("Let a merchant take no points for now; what is reserved is handed out."),
        lambda village, id, reason: village.redemption.suspend_merchant(id, reason=reason),
    )
    moving(
        "dismiss",
        language.text("Note that a merchant left for good; what it took is settled."),
        lambda village, id, reason: village.redemption.dismiss_merchant(id, reason=reason or None),
    )


def _register_agreements(command: Commands, language: Language) -> None:
    @command("agree", language.text("Note what was agreed with a merchant, from a day on."))
    def agree(
        desk: Desk,
        *,
        merchant: Annotated[str, merchant_argument(language)],
        rate: Annotated[
            str | None,
            option(
                "MONEY", language.text("What it is paid for one point; without it, what it applied with.")
            ),
        ] = None,
        fee: Annotated[str, option("PERCENT", language.text("The fee, in per cent of the money."))] = "0",
        settled: Annotated[
            str, option("week|month|quarter|year", language.text("How often it is settled."))
        ] = "month",
        since: Annotated[
            str | None, option("DAY", language.text("Its first day; without it, today."), "--from")
        ] = None,
        until: Annotated[
            str | None, option("DAY", language.text("The last day on which it holds; without it, for good."))
        ] = None,
        cut_off: Annotated[
            int,
            option(
                "DAY",
                language.text("After which day of the period it is settled, from 1; 0: after the last."),
            ),
        ] = 0,
        category: Annotated[
            list[str] | None,
            option("CODE", language.text("What may be offered; repeat it for each. Without it, all.")),
        ] = None,
    ) -> None:
        with desk.village() as village:
            agreed = village.redemption.sign_agreement(
                merchant_of(desk, village, merchant).id,
                starts_on=None if since is None else read_day(since),
                ends_on=None if until is None else _day_after(until),
                cut_off=cut_off,
                rate=rate,
                fee=fee,
                settled=settled,
                categories=category or (),
            )
            _show_agreements(desk, [agreed])

    @command("end", language.text("Say on which day an agreement holds for the last time."))
    def end(
        desk: Desk,
        *,
        agreement: Annotated[str, argument("AGREEMENT", language.text("The id of the agreement."))],
        until: Annotated[str, option("DAY", language.text("The last day on which it holds."))],
        reason: Annotated[str | None, reason_option(language)] = None,
    ) -> None:
        with desk.village() as village:
            ended = village.redemption.end_agreement(agreement, _day_after(until), reason=reason)
            _show_agreements(desk, [ended])

    @command("agreements", language.text("Everything that was agreed with a merchant."))
    def agreements(desk: Desk, *, merchant: Annotated[str, merchant_argument(language)]) -> None:
        with desk.village() as village:
            found = village.redemption.agreements(merchant_of(desk, village, merchant).id)
            _show_agreements(desk, found)


def _register_staff(command: Commands, language: Language) -> None:
    @command("staff", language.text("Let somebody work for a merchant."))
    def staff(
        desk: Desk,
        *,
        merchant: Annotated[str, merchant_argument(language)],
        person: Annotated[str, argument("ACTOR", language.text("Who: see --as."))],
        role: Annotated[str, option("owner|manager|cashier", language.text("As what."))] = "cashier",
    ) -> None:
        with desk.village() as village:
            shop = merchant_of(desk, village, merchant)
            named = village.redemption.name_staff(shop.id, person, role)
        document = {"merchant": shop.id, "person": named.person, "role": named.role, "status": named.status}
        said = desk.language
        sentence = said.text(
            "{person} works for {merchant} as {role}",
            person=named.person,
            merchant=shop.name,
            role=said.word(named.role),
        )
        desk.out.show(document, sentence)

    @command("let-go", language.text("Note that somebody no longer works for a merchant."))
    def let_go(
        desk: Desk,
        *,
        merchant: Annotated[str, merchant_argument(language)],
        person: Annotated[str, argument("ACTOR", language.text("Who: see --as."))],
        reason: Annotated[str | None, reason_option(language)] = None,
    ) -> None:
        with desk.village() as village:
            shop = merchant_of(desk, village, merchant)
            gone = village.redemption.dismiss_staff(shop.id, person, reason=reason)
        document = {"merchant": shop.id, "person": gone.person, "role": gone.role, "status": gone.status}
        sentence = desk.language.text(
            "{person} no longer works for {merchant}", person=gone.person, merchant=shop.name
        )
        desk.out.show(document, sentence)

    @command("team", language.text("Everybody who works or worked for a merchant."))
    def team(desk: Desk, *, merchant: Annotated[str, merchant_argument(language)]) -> None:
        with desk.village() as village:
            shop = merchant_of(desk, village, merchant)
            found = village.redemption.staff(shop.id)
        said = desk.language
        show_listing(
            desk,
            "staff",
            shop.name,
            found,
            told("person", words(said.text("Person"))),
            told("role", words(said.text("Role"))),
            told("status", words(said.text("Status"))),
        )


def _day_after(day: str) -> date:
    return read_day(day) + timedelta(days=1)


def _day_before(day: date) -> date:
    return day - timedelta(days=1)


def _show(desk: Desk, merchants: Sequence[Merchant]) -> None:
    said = desk.language
    show_listing(
        desk,
        "merchants",
        said.text("Merchants"),
        merchants,
        told("id", words(said.text("Merchant"))),
        told("name", words(said.text("Name"))),
        data("unit", "rate", "currency"),
        told("status", words(said.text("Status"))),
    )


def _show_agreements(desk: Desk, agreements: Sequence[Agreement]) -> None:
    said = desk.language
    show_listing(
        desk,
        "agreements",
        said.text("Agreements"),
        agreements,
        told("id", words(said.text("Agreement"))),
        told("from", figures(said.text("From")), of=lambda each: each.starts_on),
        told(
            "until", figures(said.text("Until")), of=lambda each: each.ends_on and _day_before(each.ends_on)
        ),
        told("rate", figures(said.text("Rate"))),
        data("currency", merchant="merchant_id"),
        told("fee", figures(said.text("Fee, %"))),
        told("settled", words(said.text("Settled"))),
        data("cut_off", "categories", "status"),
    )
