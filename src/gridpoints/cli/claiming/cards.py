"""How a wish is named in a command, and how its card is shown."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import typer

from gridpoints.claiming.wishes import Wish
from gridpoints.claiming.wishes.showing import Card
from gridpoints.cli.desk import Desk
from gridpoints.cli.output import figures, words
from gridpoints.errors import RecordUnknown
from gridpoints.exchange import Community
from gridpoints.i18n import Language


def wish_argument(language: Language) -> Any:
    """The argument that names a wish."""
    return typer.Argument(metavar="WISH", help=language.text("The wish, by its number or its id."))


def wish_id_of(village: Community, text: str) -> str:
    """The id of the wish that has that number or id; raises `RecordUnknown`."""
    with village.context.read() as work:
        found = work.find(Wish, {"number": text}) or work.find(Wish, {"id": text})
    if not found:
        raise RecordUnknown(kind="wish", id=text)
    return found[0].id


def show_cards(desk: Desk, village: Community, cards: Sequence[Card]) -> None:
    """Show some cards and nothing else."""
    desk.out.show(
        {"wishes": [card_document(village, card) for card in cards]}, card_table(desk, village, cards)
    )


def card_table(desk: Desk, village: Community, cards: Sequence[Card]) -> Any:
    """The cards for people."""
    said, units = desk.language, village.rules.units()
    return desk.out.table(
        said.text("Wishes"),
        [
            words(said.text("Number")),
            words(said.text("Wish")),
            words(said.text("Status")),
            figures(said.text("Free")),
            figures(said.text("Points")),
        ],
        [
            (
                card.number or card.wish_id,
                card.text,
                said.word(card.status, "wish_status"),
                f"{card.free}/{card.parts}",
                ", ".join(said.amount(amount, units[unit]) for unit, amount in card.points.items()),
            )
            for card in cards
        ],
    )


def card_document(village: Community, card: Card) -> dict[str, Any]:
    """A card for programs."""
    units = village.rules.units()
    return {
        "wish": card.wish_id,
        "number": card.number,
        "status": card.status,
        "text": card.text,
        "parts": card.parts,
        "free": card.free,
        "value": card.value,
        "currency": card.currency,
        "points": {unit: units[unit].decimal(amount) for unit, amount in card.points.items()},
        "round": card.round_id,
        "priority": card.priority,
    }
