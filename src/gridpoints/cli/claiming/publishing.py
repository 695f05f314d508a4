"""A wish is put up for neighbours to grant, and what they put up for it."""

# Typer reads annotations as they are: no `from __future__ import annotations` here.

from typing import Annotated

from gridpoints.cli.claiming.cards import show_cards, wish_argument, wish_id_of
from gridpoints.cli.commands import Commands, argument, option
from gridpoints.cli.desk import Desk, end_if_given
from gridpoints.cli.output import figures
from gridpoints.i18n import Language


def register(command: Commands, language: Language) -> None:
    """Add the commands of this module."""

    @command("publish", language.text("Publish a wish under a number."))
    def publish(
        desk: Desk,
        *,
        wish: Annotated[str, wish_argument(language)],
        round: Annotated[str | None, option("CODE", language.text("In this round of wishes."))] = None,
    ) -> None:
        with desk.village() as village:
            published = village.claiming.publish_wish(wish_id_of(village, wish), round_id=round)
            show_cards(desk, village, [village.claiming.card(published.id)])

    @command("list", language.text("The wishes that can be claimed now."))
    def list_(
        desk: Desk,
        *,
        round: Annotated[str | None, option("CODE", language.text("Only those of this round."))] = None,
    ) -> None:
        with desk.village() as village:
            show_cards(desk, village, village.claiming.board(round_id=round))

    @command("bounty", language.text("Put up points for whoever grants a wish."))
    def bounty(
        desk: Desk,
        *,
        wish: Annotated[str, wish_argument(language)],
        member: Annotated[str, argument("MEMBER", language.text("Whose points, by number, id or name."))],
        amount: Annotated[str, argument("POINTS", language.text("How many points."))],
        unit: Annotated[str, option("CODE", language.text("The unit."))] = "points",
        until: Annotated[str | None, option("DAY", language.text("Until the end of this day."))] = None,
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
        "tick",
        language.text("Let leases and bounties lapse, and rounds open and close; as often as one likes."),
    )
    def tick(desk: Desk) -> None:
        with desk.village() as village:
            looked_at = village.claiming.tick_wishes()
            table = desk.out.table(desk.language.text("Wishes"), [figures("")], [[str(looked_at)]])
            desk.out.show({"looked_at": looked_at}, table)
