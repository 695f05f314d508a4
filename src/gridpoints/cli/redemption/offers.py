"""``offer``: what can be had for points, and for how many."""

# Typer reads annotations as they are: no `from __future__ import annotations` here.

from collections.abc import Callable, Sequence
from typing import Annotated, Any

import typer

from gridpoints.cli.desk import Desk, beginning_of, command, end_if_given
from gridpoints.cli.output import figures, words
from gridpoints.cli.redemption.merchants import merchant_argument
from gridpoints.exchange import Community
from gridpoints.i18n import Language
from gridpoints.redemption.offers import Offer, OfferLimit


def offer_argument(language: Language) -> Any:
    """The argument that names an offer."""
    return typer.Argument(metavar="OFFER", help=language.text("The offer's id or name."))


def pieces_option(language: Language) -> Any:
    """The option for how many of an offer."""
    return typer.Option(help=language.text("How many pieces."))


def register(app: typer.Typer, language: Language) -> None:
    """Add the commands of this module."""
    group = typer.Typer(name="offer", help=language.text("What can be had for points."), no_args_is_help=True)
    app.add_typer(group)
    _register_drafting(group, language)
    _register_changing(group, language)


def _offer_argument(language: Language) -> Any:
    return typer.Argument(metavar="OFFER", help=language.text("The offer's id."))


def _register_drafting(group: typer.Typer, language: Language) -> None:
    @command(group, language, "list", language.text("What can be had now, by price."))
    def listed(
        desk: Desk,
        *,
        merchant: Annotated[
            str | None,
            typer.Option(metavar="MERCHANT", help=language.text("Only what this merchant gives.")),
        ] = None,
    ) -> None:
        with desk.village() as village:
            room = village.redemption
            shop = None if merchant is None else desk.one_of("merchant", room.merchants(), merchant).id
            _show(desk, village, room.offers(shop))

    @command(group, language, "draft", language.text("Draft an offer; publish it for it to be had."))
    def draft(
        desk: Desk,
        *,
        merchant: Annotated[str, merchant_argument(language)],
        name: Annotated[str, typer.Argument(metavar="NAME", help=language.text("What it is."))],
        price: Annotated[
            str, typer.Option(metavar="POINTS", help=language.text("What a piece costs, in points."))
        ],
        cash: Annotated[
            str, typer.Option(metavar="MONEY", help=language.text("What is paid beside the points."))
        ] = "0",
        stock: Annotated[
            int | None,
            typer.Option(metavar="PIECES", help=language.text("How many there are; without it, any number.")),
        ] = None,
        kind: Annotated[
            str,
            typer.Option(metavar="goods|service|discount|gift|donation", help=language.text("What it is.")),
        ] = "goods",
        category: Annotated[
            str,
            typer.Option(
                metavar="CODE", help=language.text("Its category, as rules and agreements know it.")
            ),
        ] = "",
        most: Annotated[
            int | None,
            typer.Option(metavar="PIECES", help=language.text("The most that one member may ever have.")),
        ] = None,
        star: Annotated[
            str | None, typer.Option(metavar="CODE", help=language.text("The star that it takes."))
        ] = None,
        since: Annotated[
            str | None, typer.Option("--from", metavar="DAY", help=language.text("The first day of it."))
        ] = None,
        until: Annotated[
            str | None, typer.Option(metavar="DAY", help=language.text("The last day of it."))
        ] = None,
        fund: Annotated[
            str | None, typer.Option(metavar="ID", help=language.text("The fund that a donation is for."))
        ] = None,
        id: Annotated[
            str | None, typer.Option(metavar="ID", help=language.text("An id of your own."))
        ] = None,
    ) -> None:
        with desk.village() as village:
            room = village.redemption
            made = room.draft_offer(
                desk.one_of("merchant", room.merchants(), merchant).id,
                name,
                price=price,
                cash=cash,
                stock=stock,
                kind=kind,
                category=category,
                limits=[] if most is None else [OfferLimit(most)],
                star=star,
                opens_at=None if since is None else beginning_of(village, since),
                closes_at=end_if_given(village, until),
                fund=fund,
                id=id,
            )
            _show(desk, village, [made])


def _register_changing(group: typer.Typer, language: Language) -> None:
    def changing(name: str, help: str, act: Callable[[Community, str], Offer]) -> None:
        @command(group, language, name, help)
        def change(desk: Desk, *, offer: Annotated[str, _offer_argument(language)]) -> None:
            with desk.village() as village:
                _show(desk, village, [act(village, offer)])

    changing(
        "publish",
        language.text("Let members have it."),
        lambda village, offer: village.redemption.publish_offer(offer),
    )
    changing(
        "withdraw",
        language.text("Take it back; what is reserved is handed out."),
        lambda village, offer: village.redemption.withdraw_offer(offer),
    )

    @command(group, language, "reprice", language.text("Change the price; what is reserved keeps its own."))
    def reprice(
        desk: Desk,
        *,
        offer: Annotated[str, _offer_argument(language)],
        price: Annotated[
            str, typer.Argument(metavar="POINTS", help=language.text("What a piece costs, in points."))
        ],
        cash: Annotated[
            str | None, typer.Option(metavar="MONEY", help=language.text("What is paid beside the points."))
        ] = None,
    ) -> None:
        with desk.village() as village:
            _show(desk, village, [village.redemption.reprice_offer(offer, price, cash=cash)])

    @command(group, language, "restock", language.text("Add pieces to the stock."))
    def restock(
        desk: Desk,
        *,
        offer: Annotated[str, _offer_argument(language)],
        pieces: Annotated[int, typer.Argument(metavar="PIECES", help=language.text("How many have come."))],
    ) -> None:
        with desk.village() as village:
            _show(desk, village, [village.redemption.restock(offer, pieces)])


def _show(desk: Desk, village: Community, offers: Sequence[Offer]) -> None:
    said, units = desk.language, village.rules.units()
    merchants = {merchant.id: merchant for merchant in village.redemption.merchants()}
    unit = {offer.id: units[merchants[offer.merchant_id].unit] for offer in offers}
    document = {
        "offers": [
            {
                "id": each.id,
                "merchant": each.merchant_id,
                "name": each.name,
                "kind": each.kind,
                "category": each.category,
                "unit": unit[each.id].code,
                "price": unit[each.id].decimal(each.price),
                "cash": each.cash,
                "stock": each.stock,
                "status": each.status,
            }
            for each in offers
        ]
    }
    table = desk.out.table(
        said.text("Offers"),
        [
            words(said.text("Offer")),
            words(said.text("Name")),
            words(said.text("Merchant")),
            figures(said.text("Price")),
            figures(said.text("Stock")),
            words(said.text("Status")),
        ],
        [
            (
                each.id,
                each.name,
                merchants[each.merchant_id].name,
                said.amount(each.price, unit[each.id]),
                "" if each.stock is None else said.number(each.stock),
                said.word(each.status),
            )
            for each in offers
        ],
    )
    desk.out.show(document, table)
