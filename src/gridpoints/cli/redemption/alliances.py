"""``alliance``: merchants who give one another's offers."""

# Typer reads annotations as they are: no `from __future__ import annotations` here.

from collections.abc import Sequence
from typing import Annotated

import typer

from gridpoints.cli.desk import Desk, command
from gridpoints.cli.listing import show_listing, told
from gridpoints.cli.output import words
from gridpoints.cli.redemption.naming import (
    alliance_argument,
    alliance_of,
    merchant_argument,
    merchant_of,
)
from gridpoints.exchange import Community
from gridpoints.i18n import Language
from gridpoints.redemption.merchants.model import Alliance


def register(app: typer.Typer, language: Language) -> None:
    """Add the commands of this module."""
    group = typer.Typer(
        name="alliance",
        help=language.text("Merchants who give one another's offers."),
        no_args_is_help=True,
    )
    app.add_typer(group)

    @command(group, language, "list", language.text("All alliances, and who is in them."))
    def listed(desk: Desk) -> None:
        with desk.village() as village:
            _show(desk, village, village.redemption.alliances())

    @command(group, language, "found", language.text("Found an alliance of merchants."))
    def found(
        desk: Desk,
        *,
        name: Annotated[str, typer.Argument(metavar="NAME", help=language.text("Its name."))],
        merchants: Annotated[
            list[str] | None,
            typer.Argument(metavar="MERCHANT...", help=language.text("Who is in it, by id or name.")),
        ] = None,
        id: Annotated[
            str | None, typer.Option(metavar="ID", help=language.text("An id of your own."))
        ] = None,
    ) -> None:
        with desk.village() as village:
            members = [merchant_of(desk, village, each).id for each in merchants or ()]
            _show(desk, village, [village.redemption.found_alliance(name, members, id=id)])

    @command(group, language, "join", language.text("Take a merchant into an alliance."))
    def join(
        desk: Desk,
        *,
        alliance: Annotated[str, alliance_argument(language)],
        merchant: Annotated[str, merchant_argument(language)],
    ) -> None:
        with desk.village() as village:
            meant, shop = alliance_of(desk, village, alliance), merchant_of(desk, village, merchant)
            _show(desk, village, [village.redemption.join_alliance(meant.id, shop.id)])

    @command(
        group,
        language,
        "leave",
        language.text("Let a merchant leave an alliance; what is reserved is handed out."),
    )
    def leave(
        desk: Desk,
        *,
        alliance: Annotated[str, alliance_argument(language)],
        merchant: Annotated[str, merchant_argument(language)],
    ) -> None:
        with desk.village() as village:
            meant, shop = alliance_of(desk, village, alliance), merchant_of(desk, village, merchant)
            _show(desk, village, [village.redemption.leave_alliance(meant.id, shop.id)])

    @command(
        group,
        language,
        "dissolve",
        language.text("End an alliance: each merchant gives its own offers alone."),
    )
    def dissolve(
        desk: Desk,
        *,
        alliance: Annotated[str, alliance_argument(language)],
        reason: Annotated[
            str | None, typer.Option(metavar="TEXT", help=language.text("Why; it stays on record."))
        ] = None,
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
