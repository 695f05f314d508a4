"""``offer``: what can be had for points, and for how many."""

# Typer reads annotations as they are: no `from __future__ import annotations` here.

from collections.abc import Callable, Sequence
from typing import Annotated, Any

import typer

from gridpoints.cli.commands import Commands, argument, flag, option, reason_option
from gridpoints.cli.desk import Desk
from gridpoints.cli.listing import Cell, data, seen, show_listing, told
from gridpoints.cli.output import figures, words
from gridpoints.cli.redemption import offer_terms as terms
from gridpoints.cli.redemption.naming import merchant_argument, merchant_of
from gridpoints.exchange import Community
from gridpoints.i18n import Language
from gridpoints.redemption.offers.model import Offer, OfferStatus
from gridpoints.redemption.operations import Redemptions


def offer_argument(language: Language) -> Any:
    """The argument that names an offer."""
    return argument("OFFER", language.text("The offer's id or name."))


def pieces_option(language: Language) -> Any:
    """The option for how many of an offer."""
    return typer.Option(help=language.text("How many pieces."))


def register(commands: Commands, language: Language) -> None:
    """Add the commands of this module."""
    command = commands.group("offer", language.text("What can be had for points."))
    _register_drafting(command, language)
    _register_changing(command, language)


def _named(desk: Desk, village: Community, text: str) -> Offer:
    """The offer that is meant, in whatever state."""
    found: Offer = desk.one_of("offer", village.redemption.offers(status=None), text)
    return found


def _register_drafting(command: Commands, language: Language) -> None:
    @command("list", language.text("What can be had now, by price."))
    def listed(
        desk: Desk,
        *,
        merchant: Annotated[
            str | None, option("MERCHANT", language.text("Only what this merchant gives."))
        ] = None,
        every: Annotated[
            bool, flag("--all", language.text("Drafts and what was withdrawn as well."))
        ] = False,
    ) -> None:
        with desk.village() as village:
            room = village.redemption
            shop = None if merchant is None else merchant_of(desk, village, merchant).id
            status = None if every else OfferStatus.PUBLISHED
            _show(desk, village, room.offers(shop, status=status))

    @command("draft", language.text("Draft an offer; publish it for it to be had."))
    def draft(
        desk: Desk,
        *,
        merchant: Annotated[str, merchant_argument(language)],
        name: Annotated[str, argument("NAME", language.text("What it is."))],
        price: Annotated[str, option("POINTS", language.text("What a piece costs, in points."))],
        cash: Annotated[str, option("MONEY", language.text("What is paid beside the points."))] = "0",
        stock: Annotated[
            int | None, option("PIECES", language.text("How many there are; without it, any number."))
        ] = None,
        kind: Annotated[
            str, option("goods|service|discount|gift|donation", language.text("What it is."))
        ] = "goods",
        category: Annotated[str | None, terms.category_option(language)] = None,
        most: Annotated[
            int | None, option("PIECES", language.text("The most that one member may ever have."))
        ] = None,
        limit: Annotated[list[str] | None, terms.limit_option(language)] = None,
        translation: Annotated[list[str] | None, terms.names_option(language)] = None,
        text: Annotated[list[str] | None, terms.text_option(language)] = None,
        picture: Annotated[list[str] | None, terms.picture_option(language)] = None,
        star: Annotated[str | None, terms.star_option(language)] = None,
        since: Annotated[str | None, terms.from_option(language)] = None,
        until: Annotated[str | None, terms.until_option(language)] = None,
        alliance: Annotated[str | None, terms.alliance_option(language)] = None,
        fund: Annotated[str | None, option("ID", language.text("The fund that a donation is for."))] = None,
        id: Annotated[str | None, option("ID", language.text("An id of your own."))] = None,
    ) -> None:
        with desk.village() as village:
            room = village.redemption
            said = terms.said_of(
                desk,
                village,
                translation=translation,
                text=text,
                picture=picture,
                category=category,
                limit=[*([] if most is None else [str(most)]), *(limit or ())],
                star=star,
                since=since,
                until=until,
                alliance=alliance,
            )
            made = room.draft_offer(
                merchant_of(desk, village, merchant).id,
                name,
                price=price,
                cash=cash,
                stock=stock,
                kind=kind,
                fund=fund,
                id=id,
                **said,
            )
            _show(desk, village, [made])


def _register_changing(command: Commands, language: Language) -> None:
    def changing(name: str, help: str, act: Callable[[Redemptions, str], Offer]) -> None:
        @command(name, help)
        def change(desk: Desk, *, offer: Annotated[str, offer_argument(language)]) -> None:
            with desk.village() as village:
                _show(desk, village, [act(village.redemption, _named(desk, village, offer).id)])

    changing("publish", language.text("Let members have it."), Redemptions.publish_offer)
    changing(
        "withdraw", language.text("Take it back; what is reserved is handed out."), Redemptions.withdraw_offer
    )

    @command("reprice", language.text("Change the price; what is reserved keeps its own."))
    def reprice(
        desk: Desk,
        *,
        offer: Annotated[str, offer_argument(language)],
        price: Annotated[str, argument("POINTS", language.text("What a piece costs, in points."))],
        cash: Annotated[str | None, option("MONEY", language.text("What is paid beside the points."))] = None,
    ) -> None:
        with desk.village() as village:
            _show(
                desk,
                village,
                [village.redemption.reprice_offer(_named(desk, village, offer).id, price, cash=cash)],
            )

    @command(
        "restock", language.text("Add pieces to the stock, or write off what broke: never what is reserved.")
    )
    def restock(
        desk: Desk,
        *,
        offer: Annotated[str, offer_argument(language)],
        pieces: Annotated[
            int, argument("PIECES", language.text("How many have come, or (below 0) are written off."))
        ],
        reason: Annotated[
            str | None,
            option("TEXT", language.text("Why; it stays on record. What is written off needs one.")),
        ] = None,
    ) -> None:
        with desk.village() as village:
            meant = _named(desk, village, offer)
            _show(desk, village, [village.redemption.restock(meant.id, pieces, reason=reason)])

    @command("amend", language.text("Say it otherwise; what is reserved stays as it was."))
    def amend(
        desk: Desk,
        *,
        offer: Annotated[str, offer_argument(language)],
        name: Annotated[str | None, option("NAME", language.text("What it is called from now on."))] = None,
        category: Annotated[str | None, terms.category_option(language)] = None,
        limit: Annotated[list[str] | None, terms.limit_option(language)] = None,
        translation: Annotated[list[str] | None, terms.names_option(language)] = None,
        text: Annotated[list[str] | None, terms.text_option(language)] = None,
        picture: Annotated[list[str] | None, terms.picture_option(language)] = None,
        star: Annotated[str | None, terms.star_option(language)] = None,
        since: Annotated[str | None, terms.from_option(language)] = None,
        until: Annotated[str | None, terms.until_option(language)] = None,
        alliance: Annotated[str | None, terms.alliance_option(language)] = None,
        without: Annotated[
            list[str] | None,
            option("|".join(terms.CLEARABLE), language.text("What it is to do without; repeat it for each.")),
        ] = None,
        reason: Annotated[str | None, reason_option(language)] = None,
    ) -> None:
        with desk.village() as village:
            meant = _named(desk, village, offer)
            said = terms.said_of(
                desk,
                village,
                translation=translation,
                text=text,
                picture=picture,
                category=category,
                limit=limit,
                star=star,
                since=since,
                until=until,
                alliance=alliance,
            )
            for field in said.keys() & {"names", "descriptions"}:  # the other languages stay
                said[field] = {**getattr(meant, field), **said[field]}
            changes = terms.cleared(without) | said | ({} if name is None else {"name": name})
            if not changes:
                raise typer.BadParameter(desk.language.text("Say what is to change."))
            _show(desk, village, [village.redemption.amend_offer(meant.id, reason=reason, **changes)])


def _show(desk: Desk, village: Community, offers: Sequence[Offer]) -> None:
    said, units = desk.language, village.rules.units()
    merchants = {merchant.id: merchant for merchant in village.redemption.merchants()}
    unit = {offer.id: units[merchants[offer.merchant_id].unit] for offer in offers}
    show_listing(
        desk,
        "offers",
        said.text("Offers"),
        offers,
        told("id", words(said.text("Offer"))),
        told("name", words(said.text("Name"))),
        seen(words(said.text("Merchant")), lambda each: merchants[each.merchant_id].name),
        data("kind", "category", merchant="merchant_id"),
        told("unit", of=lambda each: unit[each.id].code),
        told("price", of=lambda each: unit[each.id].decimal(each.price)),
        seen(figures(said.text("Price")), lambda each: said.amount(each.price, unit[each.id])),
        data("cash"),
        told("stock", figures(said.text("Stock"))),
        told("status", words(said.text("Status"))),
        Cell(terms.document_of),
    )
