"""How a wish is named in a command, and how its card is shown."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from gridpoints.claiming.wishes import Wish
from gridpoints.claiming.wishes.showing import Card
from gridpoints.cli.commands import argument
from gridpoints.cli.desk import Desk
from gridpoints.cli.listing import Listing, data, listing, seen, told
from gridpoints.cli.output import figures, words
from gridpoints.errors import RecordUnknown
from gridpoints.exchange import Community
from gridpoints.i18n import Language


def wish_argument(language: Language) -> Any:
    """The argument that names a wish."""
    return argument("WISH", language.text("The wish, by its number or its id."))


def wish_id_of(village: Community, text: str) -> str:
    """The id of the wish that has that number or id; raises `RecordUnknown`."""
    with village.context.read() as work:
        found = work.find(Wish, {"number": text}) or work.find(Wish, {"id": text})
    if not found:
        raise RecordUnknown(kind="wish", id=text)
    return found[0].id


def show_cards(desk: Desk, village: Community, cards: Sequence[Card]) -> None:
    """Show some cards and nothing else."""
    listed = cards_told(desk, village, cards)
    desk.out.show({"wishes": listed.document}, listed.table)


def cards_told(desk: Desk, village: Community, cards: Sequence[Card]) -> Listing:
    """Cards, as they are told."""
    said, units = desk.language, village.rules.units()
    return listing(
        desk,
        said.text("Wishes"),
        cards,
        seen(words(said.text("Number")), lambda card: card.number or card.wish_id),
        data("number", "status", wish="wish_id"),
        told("text", words(said.text("Wish"))),
        seen(words(said.text("Status")), lambda card: said.word(card.status, "wish_status")),
        data("parts", "free", "value", "currency"),
        seen(figures(said.text("Free")), lambda card: f"{card.free}/{card.parts}"),
        told("points", of=lambda card: {unit: units[unit].decimal(n) for unit, n in card.points.items()}),
        seen(
            figures(said.text("Points")),
            lambda card: ", ".join(said.amount(n, units[unit]) for unit, n in card.points.items()),
        ),
        data("priority", round="round_id"),
    )
