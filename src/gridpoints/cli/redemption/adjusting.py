"""``merchant adjust``: money that a merchant gets besides, or gives back, with its next statement."""

# Typer reads annotations as they are: no `from __future__ import annotations` here.

from collections.abc import Sequence
from typing import Annotated

from gridpoints.cli.commands import Commands, argument, reason_option
from gridpoints.cli.desk import Desk
from gridpoints.cli.listing import Listing, data, listing, told
from gridpoints.cli.output import figures, words
from gridpoints.cli.redemption.naming import merchant_argument, merchant_of
from gridpoints.i18n import Language
from gridpoints.redemption.statements.model import Adjustment


def register(command: Commands, language: Language) -> None:
    """Add the commands of this module to those of merchants."""

    @command(
        "adjust",
        language.text(
            "Let a merchant have money besides, or (below 0) give it back, with the next statement."
        ),
    )
    def adjust(
        desk: Desk,
        *,
        merchant: Annotated[str, merchant_argument(language)],
        money: Annotated[str, argument("MONEY", language.text("How much, to the cent."))],
        reason: Annotated[str, reason_option(language)],
    ) -> None:
        with desk.village() as village:
            shop = merchant_of(desk, village, merchant)
            _show(desk, [village.redemption.adjust(shop.id, money, reason=reason)])

    @command("adjustments", language.text("All adjustments for a merchant."))
    def adjustments(desk: Desk, *, merchant: Annotated[str, merchant_argument(language)]) -> None:
        with desk.village() as village:
            shop = merchant_of(desk, village, merchant)
            _show(desk, village.redemption.adjustments_of(shop.id))

    @command("withdraw", language.text("Take an adjustment back that is in no statement yet."))
    def withdraw(
        desk: Desk,
        *,
        adjustment: Annotated[str, argument("ADJUSTMENT", language.text("The id of the adjustment."))],
        reason: Annotated[str, reason_option(language)],
    ) -> None:
        with desk.village() as village:
            _show(desk, [village.redemption.withdraw_adjustment(adjustment, reason=reason)])


def adjustments_told(desk: Desk, found: Sequence[Adjustment]) -> Listing:
    """Adjustments, as they are told."""
    said = desk.language
    return listing(
        desk,
        said.text("Adjustments"),
        found,
        told("adjustment", words(said.text("Adjustment")), of=lambda each: each.id),
        told("money", figures(said.text("Money")), seen=lambda each: said.money(each.money, each.currency)),
        data("currency", merchant="merchant_id", settlement="settlement_id"),
        told("reason", words(said.text("Reason"))),
        told("status", words(said.text("Status"))),
    )


def _show(desk: Desk, found: Sequence[Adjustment]) -> None:
    listed = adjustments_told(desk, found)
    desk.out.show({"adjustments": listed.document}, listed.table)
