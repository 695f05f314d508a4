"""``init`` and ``enrol``: a community is founded, and people join it."""

# Typer reads annotations as they are: no `from __future__ import annotations` here.

from contextlib import ExitStack
from pathlib import Path
from typing import Annotated, Any

import typer

from gridpoints.cli.commands import Commands, argument, option
from gridpoints.cli.desk import Desk
from gridpoints.cli.exits import DONE, SOMETHING_LEFT
from gridpoints.cli.listing import Listing, data, listing, seen, told
from gridpoints.cli.output import figures, words
from gridpoints.cli.rows import (
    Rejects,
    Tally,
    progress,
    refuse_same_file,
    rejects,
    rejects_option,
    sheet_option,
)
from gridpoints.exchange import Community
from gridpoints.i18n import Language
from gridpoints.redemption.merchants.model import Merchant
from gridpoints.redemption.offers.model import Offer
from gridpoints.rules.loading import preset_names, preset_text, read_file
from gridpoints.rules.shop import ShopList, load_shop, shop
from gridpoints.sheets.layouts import MEMBERS
from gridpoints.sheets.reading import Table, open_table
from gridpoints.sheets.roster import enrol


def register(command: Commands, language: Language) -> None:
    """Add the commands of this module."""

    @command(
        "init",
        language.text("Found a community: its rules, and if wanted its members and its points shop."),
        without=("community",),
    )
    def init(
        desk: Desk,
        *,
        id: Annotated[str, argument("ID", language.text("Its short name, such as baiyang."))],
        name: Annotated[str, typer.Option(help=language.text("Its name, such as 白羊村."))],
        rules: Annotated[
            str | None, option("FILE|PRESET", language.text("Its rule set: a YAML file or a preset."))
        ] = None,
        preset: Annotated[
            str | None,
            option("NAME", language.text("Its rule set: one of the presets that `rules presets` lists.")),
        ] = None,
        timezone: Annotated[str, typer.Option(help=language.text("Where its days begin."))] = "Asia/Shanghai",
        members: Annotated[
            Path | None, option("FILE", language.text("Its members: a CSV or XLSX file."))
        ] = None,
        shop: Annotated[
            str | None,
            option(
                "FILE|PRESET",
                language.text("What its points shop gives: a YAML file or a preset; needs --rate."),
            ),
        ] = None,
        rate: Annotated[
            str | None, option("MONEY", language.text("What the shop is paid for one point."))
        ] = None,
        currency: Annotated[str, typer.Option(help=language.text("The currency of the rate."))] = "CNY",
    ) -> int:
        if (rules is None) == (preset is None):
            raise typer.BadParameter(
                language.text("Give either --rules or --preset: the rules to begin with.")
            )
        if preset is not None:
            preset_text(preset)  # a file of that name is not meant
        if (shop is None) != (rate is None):
            raise typer.BadParameter(language.text("--shop and --rate belong together: give both, or none."))
        goods = None if shop is None else _goods(shop)
        tally = Tally()
        with ExitStack() as opened:
            table = members and opened.enter_context(open_table(members, MEMBERS))
            exchange = opened.enter_context(desk.exchange())
            # All of it or nothing: who starts again after a mistake finds no half of a community.
            with exchange.store.begin(id):
                village = exchange.found(
                    id, name=name, timezone=timezone, rules=rules or preset, actor=desk.actor
                )
                if table:
                    _enrol(desk, village, table, tally, None)
                offers = _open_shop(desk, village, goods, rate or "", currency) if goods else []
            in_force = village.rules.calendar().rule_sets[-1]
            shelf = _shelf(desk, village, offers)
        counts = {"enrolled": tally.counts["enrolled"], "rejected": tally.counts["rejected"]}
        document: dict[str, Any] = {
            "community": id,
            "name": name,
            "timezone": timezone,
            "rules": in_force.id,
            "members": counts,
            "offers": shelf.document,
            **tally.document(desk),
        }
        founded = language.text(
            "{name} is founded as {id}, with the rules {rules}", name=name, id=id, rules=in_force.id
        )
        parts: list[Any] = [founded]
        if table:
            parts += [_summary(desk, tally), *tally.drawing(desk)]
        if offers:
            parts.append(shelf.table)
        desk.out.show(document, *parts)
        return SOMETHING_LEFT if tally.problems else DONE

    @command("enrol", language.text("Enrol the members of a CSV or XLSX file, each of them once."))
    def enrol_file(
        desk: Desk,
        *,
        file: Annotated[Path, typer.Argument(help=language.text("The file, with a column for the name."))],
        sheet: Annotated[str | None, sheet_option(language)] = None,
        rejected: Annotated[Path | None, rejects_option(language)] = None,
    ) -> int:
        tally = Tally()
        with desk.village() as village, open_table(file, MEMBERS, sheet=sheet) as table:
            refuse_same_file(language, file, rejected)
            with rejects(rejected, table, language) as left_out:
                _enrol(desk, village, table, tally, left_out)
        counts = {name: tally.counts[name] for name in ("enrolled", "repeated", "rejected")}
        document = {"file": file.name, **counts, **tally.document(desk)}
        desk.out.show(document, _summary(desk, tally), *tally.drawing(desk))
        return SOMETHING_LEFT if tally.problems else DONE


def _goods(source: str) -> ShopList:
    if source in preset_names():
        return shop(source)
    return load_shop(read_file(source), source)


def _enrol(desk: Desk, village: Community, table: Table, tally: Tally, left_out: Rejects | None) -> None:
    with progress(desk, table, desk.language.text("Enrolling")) as advance:
        for outcome in enrol(village.context, table):
            advance()
            if outcome.problem is None:
                tally.counts["repeated" if outcome.repeated else "enrolled"] += 1
            else:
                tally.reject(outcome.problem)
                if left_out:
                    left_out.write(outcome.row, outcome.problem)


def _open_shop(desk: Desk, village: Community, goods: ShopList, rate: str, currency: str) -> list[Offer]:
    room = village.redemption
    name = desk.language.name(goods.names, "shop")
    merchant: Merchant = room.register_merchant(
        name, unit=goods.unit, rate=rate, currency=currency, id="shop"
    )
    room.activate_merchant(merchant.id)
    offers = []
    for each in goods.goods:
        offered = room.draft_offer(
            merchant.id, desk.language.name(each.names, each.code), price=each.price, id=each.code
        )
        offers.append(room.publish_offer(offered.id))
    return offers


def _summary(desk: Desk, tally: Tally) -> Any:
    language = desk.language
    rows = [
        (language.text("Enrolled"), tally.counts["enrolled"]),
        (language.text("Enrolled already"), tally.counts["repeated"]),
        (language.text("Left out"), tally.counts["rejected"]),
    ]
    return desk.out.table(
        language.text("Members"),
        [words(""), figures(language.text("Rows"))],
        [(name, language.number(count)) for name, count in rows],
    )


def _shelf(desk: Desk, village: Community, offers: list[Offer]) -> Listing:
    said, units = desk.language, village.rules.units()
    merchants = {merchant.id: merchant for merchant in village.redemption.merchants()}
    return listing(
        desk,
        merchants[offers[0].merchant_id].name if offers else "",
        offers,
        told("id", words(said.text("Offer"))),
        told("name", words(said.text("Name"))),
        data(merchant="merchant_id"),
        seen(
            figures(said.text("Price")),
            lambda offer: said.amount(offer.price, units[merchants[offer.merchant_id].unit]),
        ),
    )
