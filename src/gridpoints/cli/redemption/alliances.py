"""``alliance``: merchants who give one another's offers."""

# Typer reads annotations as they are: no `from __future__ import annotations` here.

from collections.abc import Sequence
from typing import Annotated

from gridpoints.cli.commands import Commands, argument, option, reason_option
from gridpoints.cli.desk import Desk
from gridpoints.cli.listing import show_listing, told
from gridpoints.cli.output import words
from gridpoints.cli.redemption.naming import alliance_argument, alliance_of, merchant_argument, merchant_of
from gridpoints.exchange import Community
from gridpoints.i18n import Language
from gridpoints.redemption.merchants.model import Alliance


def register(commands: Commands, language: Language) -> None:
    """Add the commands of this module."""
    command = commands.group("alliance", language.text("Merchants who give one another's offers."))

    @command("list", language.text("All alliances, and who is in them."))
    def listed(desk: Desk) -> None:
        with desk.village() as village:
            _show(desk, village, village.redemption.alliances())

    @command("found", language.text("Found an alliance of merchants."))
    def found(
        desk: Desk,
        *,
        name: Annotated[str, argument("NAME", language.text("Its name."))],
        merchants: Annotated[
            list[str] | None, argument("MERCHANT...", language.text("Who is in it, by id or name."))
        ] = None,
        id: Annotated[str | None, option("ID", language.text("An id of your own."))] = None,
    ) -> None:
        with desk.village() as village:
            members = [merchant_of(desk, village, each).id for each in merchants or ()]
            _show(desk, village, [village.redemption.found_alliance(name, members, id=id)])

    @command("join", language.text("Take a merchant into an alliance."))
    def join(
        desk: Desk,
        *,
        alliance: Annotated[str, alliance_argument(language)],
        merchant: Annotated[str, merchant_argument(language)],
    ) -> None:
        with desk.village() as village:
            meant, shop = alliance_of(desk, village, alliance), merchant_of(desk, village, merchant)
            _show(desk, village, [village.redemption.join_alliance(meant.id, shop.id)])

    @command("leave", language.text("Let a merchant leave an alliance; what is reserved is handed out."))
    def leave(
        desk: Desk,
        *,
        alliance: Annotated[str, alliance_argument(language)],
        merchant: Annotated[str, merchant_argument(language)],
    ) -> None:
        with desk.village() as village:
            meant, shop = alliance_of(desk, village, alliance), merchant_of(desk, village, merchant)
            _show(desk, village, [village.redemption.leave_alliance(meant.id, shop.id)])

    @command("dissolve", language.text("End an alliance: each merchant gives its own offers alone."))
    def dissolve(
        desk: Desk,
        *,
        alliance: Annotated[str, alliance_argument(language)],
        reason: Annotated[str | None, reason_option(language)] = None,
    ) -> None:
        with desk.village() as village:
            meant = alliance_of(desk, village, alliance)
            _show(desk, village, [village.redemption.dissolve_alliance(meant.id, reason=reason)])


def _show(desk: Desk, village: Community, found: Sequence[Alliance]) -> None:
    said = desk.language
    names = {each.id: each.name for each in village.redemption.merchants()}
    show_listing(
        desk,
        "alliances",
        said.text("Alliances"),
        found,
        told("alliance", words(said.text("Alliance")), of=lambda each: each.id),
        told("name", words(said.text("Name"))),
        told(
            "merchants", words(said.text("Merchants")), seen=lambda each: [names[id] for id in each.merchants]
        ),
        told("status", words(said.text("Status"))),
    )
