"""A wish is put up for neighbours to grant, and what they put up for it."""

# Typer reads annotations as they are: no `from __future__ import annotations` here.

from typing import Annotated

import typer

from gridpoints.cli.claiming.cards import show_cards, wish_argument, wish_id_of
from gridpoints.cli.desk import Desk, command, end_if_given
from gridpoints.cli.output import figures
from gridpoints.i18n import Language


def register(group: typer.Typer, language: Language) -> None:
    """Add the commands of this module."""

    @command(group, language, "publish", language.text("Publish a wish under a number."))
    def publish(
        desk: Desk,
        *,
        wish: Annotated[str, wish_argument(language)],
        round: Annotated[
            str | None, typer.Option(metavar="CODE", help=language.text("In this round of wishes."))
        ] = None,
    ) -> None:
        with desk.village() as village:
            published = village.claiming.publish_wish(wish_id_of(village, wish), round_id=round)
            show_cards(desk, village, [village.claiming.card(published.id)])

    @command(group, language, "list", language.text("The wishes that can be claimed now."))
    def list_(
        desk: Desk,
        *,
        round: Annotated[
            str | None, typer.Option(metavar="CODE", help=language.text("Only those of this round."))
        ] = None,
    ) -> None:
        with desk.village() as village:
            show_cards(desk, village, village.claiming.board(round_id=round))

    @command(group, language, "bounty", language.text("Put up points for whoever grants a wish."))
    def bounty(
        desk: Desk,
        *,
        wish: Annotated[str, wish_argument(language)],
        member: Annotated[
            str, typer.Argument(metavar="MEMBER", help=language.text("Whose points, by number, id or name."))
        ],
        amount: Annotated[str, typer.Argument(metavar="POINTS", help=language.text("How many points."))],
        unit: Annotated[str, typer.Option(metavar="CODE", help=language.text("The unit."))] = "points",
        until: Annotated[
            str | None, typer.Option(metavar="DAY", help=language.text("Until the end of this day."))
        ] = None,
    ) -> None:
        with desk.village() as village:
            village.claiming.put_up_bounty(
                wish_id_of(village, wish),
                desk.member(village, member).id,
                amount,
                unit=unit,
                until=end_if_given(village, until),
            )
            show_cards(desk, village, [village.claiming.card(wish_id_of(village, wish))])

    @command(
        group,
        language,
        "tick",
        language.text("Let leases and bounties lapse, and rounds open and close; as often as one likes."),
    )
    def tick(desk: Desk) -> None:
        with desk.village() as village:
            looked_at = village.claiming.tick_wishes()
            table = desk.out.table(desk.language.text("Wishes"), [figures("")], [[str(looked_at)]])
            desk.out.show({"looked_at": looked_at}, table)
