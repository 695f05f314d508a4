"""``merchant``: who takes points, on what terms, and with which tills."""

# Typer reads annotations as they are: no `from __future__ import annotations` here.

from collections.abc import Callable, Sequence
from typing import Annotated, Any

import typer

from gridpoints.cli.desk import Desk, command
from gridpoints.cli.output import figures, words
from gridpoints.exchange import Community
from gridpoints.i18n import Language
from gridpoints.redemption.partners import Agreement, Merchant
from gridpoints.sheets.cells import read_day


def register(app: typer.Typer, language: Language) -> None:
    """Add the commands of this module."""
    group = typer.Typer(
        name="merchant",
        help=language.text("Merchants: agreements, outlets, tills, keys, and staff."),
        no_args_is_help=True,
    )
    app.add_typer(group)
    _register_life(group, language)
    _register_agreements(group, language)
    _register_tills(group, language)


def merchant_argument(language: Language) -> Any:
    """The argument that names a merchant."""
    return typer.Argument(metavar="MERCHANT", help=language.text("The merchant's id or name."))


def _named(desk: Desk, village: Community, text: str) -> Merchant:
    found: Merchant = desk.one_of("merchant", village.redemption.merchants(), text)
    return found


def _only_unit(village: Community, language: Language) -> str:
    units = [*village.rules.units()]
    if len(units) != 1:
        raise typer.BadParameter(language.text("Name the unit with --unit: {known}.", known=", ".join(units)))
    return units[0]


def _register_life(group: typer.Typer, language: Language) -> None:
    @command(group, language, "list", language.text("All merchants, and where they stand."))
    def listed(desk: Desk) -> None:
        with desk.village() as village:
            _show(desk, village.redemption.merchants())

    @command(group, language, "apply", language.text("Note a merchant's application."))
    def apply(
        desk: Desk,
        *,
        name: Annotated[str, typer.Argument(metavar="NAME", help=language.text("The merchant's name."))],
        rate: Annotated[
            str, typer.Option(metavar="MONEY", help=language.text("What it would be paid for one point."))
        ],
        unit: Annotated[
            str | None,
            typer.Option(
                metavar="CODE",
                help=language.text("The unit that it takes; without it, the only one there is."),
            ),
        ] = None,
        currency: Annotated[str, typer.Option(help=language.text("The currency of the rate."))] = "CNY",
        id: Annotated[
            str | None, typer.Option(metavar="ID", help=language.text("An id of your own."))
        ] = None,
    ) -> None:
        with desk.village() as village:
            room = village.redemption
            unit = unit or _only_unit(village, language)
            _show(desk, [room.register_merchant(name, unit=unit, rate=rate, currency=currency, id=id)])

    def moving(name: str, help: str, act: Callable[[Community, str, str], Merchant]) -> None:
        @command(group, language, name, help)
        def move(
            desk: Desk,
            *,
            merchant: Annotated[str, merchant_argument(language)],
            reason: Annotated[
                str, typer.Option(metavar="TEXT", help=language.text("Why; it stays on record."))
            ] = "",
        ) -> None:
            with desk.village() as village:
                _show(desk, [act(village, _named(desk, village, merchant).id, reason)])

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


def _register_agreements(group: typer.Typer, language: Language) -> None:
    @command(group, language, "agree", language.text("Note what was agreed with a merchant, from a day on."))
    def agree(
        desk: Desk,
        *,
        merchant: Annotated[str, merchant_argument(language)],
        rate: Annotated[
            str | None,
            typer.Option(
                metavar="MONEY",
                help=language.text("What it is paid for one point; without it, what it applied with."),
            ),
        ] = None,
        fee: Annotated[
            str, typer.Option(metavar="PERCENT", help=language.text("The fee, in per cent of the money."))
        ] = "0",
        settled: Annotated[
            str,
            typer.Option(metavar="week|month|quarter|year", help=language.text("How often it is settled.")),
        ] = "month",
        since: Annotated[
            str | None,
            typer.Option("--from", metavar="DAY", help=language.text("Its first day; without it, today.")),
        ] = None,
        category: Annotated[
            list[str] | None,
            typer.Option(
                metavar="CODE",
                help=language.text("What may be offered; repeat it for each. Without it, all."),
            ),
        ] = None,
    ) -> None:
        with desk.village() as village:
            agreed = village.redemption.sign_agreement(
                _named(desk, village, merchant).id,
                starts_on=None if since is None else read_day(since),
                rate=rate,
                fee=fee,
                settled=settled,
                categories=category or (),
            )
            _show_agreements(desk, [agreed])

    @command(group, language, "agreements", language.text("Everything that was agreed with a merchant."))
    def agreements(desk: Desk, *, merchant: Annotated[str, merchant_argument(language)]) -> None:
        with desk.village() as village:
            found = village.redemption.agreements(_named(desk, village, merchant).id)
            _show_agreements(desk, found)


def _register_tills(group: typer.Typer, language: Language) -> None:
    @command(group, language, "outlet", language.text("Note a place of a merchant's."))
    def outlet(
        desk: Desk,
        *,
        merchant: Annotated[str, merchant_argument(language)],
        name: Annotated[str, typer.Argument(metavar="NAME", help=language.text("The name of the place."))],
        address: Annotated[str, typer.Option(metavar="TEXT", help=language.text("Where it is."))] = "",
    ) -> None:
        with desk.village() as village:
            shop = _named(desk, village, merchant)
            opened = village.redemption.open_outlet(shop.id, name, address=address)
        document = {"outlet": opened.id, "merchant": shop.id, "name": opened.name, "status": opened.status}
        desk.out.show(
            document, desk.language.text("{outlet} is open: {id}", outlet=opened.name, id=opened.id)
        )

    @command(group, language, "till", language.text("Note a till of a place, and give it a key."))
    def till(
        desk: Desk,
        *,
        outlet: Annotated[str, typer.Argument(metavar="OUTLET", help=language.text("The id of the place."))],
        name: Annotated[str, typer.Argument(metavar="NAME", help=language.text("The name of the till."))],
        scope: Annotated[
            list[str] | None,
            typer.Option(
                metavar="authorise|capture|void|refund|read",
                help=language.text("What its key is for; repeat it for each. Without it, all but refund."),
            ),
        ] = None,
    ) -> None:
        with desk.village() as village:
            added = village.redemption.add_till(outlet, name)
            scopes = scope or ["authorise", "capture", "void", "read"]
            key, text = village.redemption.issue_key(added.id, scopes)
        document = {"till": added.id, "outlet": outlet, "name": added.name, "key_id": key.id, "key": text}
        said = desk.language.text(
            "{till} has the key {key}. It is shown this once: keep it safe. To revoke it: {id}",
            till=added.name,
            key=text,
            id=key.id,
        )
        desk.out.show(document, said)

    @command(group, language, "revoke", language.text("Let the key of a till never work again."))
    def revoke(
        desk: Desk,
        *,
        key: Annotated[str, typer.Argument(metavar="KEY", help=language.text("The id of the key."))],
    ) -> None:
        with desk.village() as village:
            revoked = village.redemption.revoke_key(key)
        document = {"key_id": revoked.id, "till": revoked.till_id, "status": revoked.status}
        desk.out.show(document, desk.language.text("The key {key} is revoked", key=revoked.id))

    @command(group, language, "staff", language.text("Let somebody work for a merchant."))
    def staff(
        desk: Desk,
        *,
        merchant: Annotated[str, merchant_argument(language)],
        person: Annotated[str, typer.Argument(metavar="ACTOR", help=language.text("Who: see --as."))],
        role: Annotated[
            str, typer.Option(metavar="owner|manager|cashier", help=language.text("As what."))
        ] = "cashier",
    ) -> None:
        with desk.village() as village:
            shop = _named(desk, village, merchant)
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


def _show(desk: Desk, merchants: Sequence[Merchant]) -> None:
    said = desk.language
    document = {
        "merchants": [
            {
                "id": each.id,
                "name": each.name,
                "unit": each.unit,
                "rate": each.rate,
                "currency": each.currency,
                "status": each.status,
            }
            for each in merchants
        ]
    }
    table = desk.out.table(
        said.text("Merchants"),
        [words(said.text("Merchant")), words(said.text("Name")), words(said.text("Status"))],
        [(each.id, each.name, said.word(each.status)) for each in merchants],
    )
    desk.out.show(document, table)


def _show_agreements(desk: Desk, agreements: Sequence[Agreement]) -> None:
    said = desk.language
    document = {
        "agreements": [
            {
                "id": each.id,
                "merchant": each.merchant_id,
                "from": each.starts_on,
                "until": each.ends_on,
                "rate": each.rate,
                "currency": each.currency,
                "fee": each.fee,
                "settled": each.settled,
                "cut_off": each.cut_off,
                "categories": each.categories,
                "status": each.status,
            }
            for each in agreements
        ]
    }
    table = desk.out.table(
        said.text("Agreements"),
        [
            words(said.text("Agreement")),
            figures(said.text("From")),
            figures(said.text("Rate")),
            figures(said.text("Fee, %")),
            words(said.text("Settled")),
        ],
        [
            (
                each.id,
                said.date(each.starts_on),
                said.number(each.rate),
                said.number(each.fee),
                said.word(each.settled),
            )
            for each in agreements
        ],
    )
    desk.out.show(document, table)
