"""What is said of an offer besides its price and its stock: the options for it, and how they are read."""

# Typer reads annotations as they are: no `from __future__ import annotations` here.

from collections.abc import Mapping, Sequence
from typing import Any

import typer

from gridpoints.cli.commands import option
from gridpoints.cli.desk import Desk, beginning_of, end_of, translations
from gridpoints.cli.redemption.naming import alliance_of
from gridpoints.errors import NotOneOf
from gridpoints.exchange import Community
from gridpoints.i18n import Language
from gridpoints.redemption.offers.model import Offer, OfferLimit
from gridpoints.rules.case import Scope
from gridpoints.values import Period

#: What an offer can do without, by the option that says it, and how it is then.
CLEARABLE: Mapping[str, tuple[str, Any]] = {
    "in": ("names", {}),
    "text": ("descriptions", {}),
    "picture": ("pictures", ()),
    "category": ("category", ""),
    "limit": ("limits", ()),
    "star": ("star", None),
    "from": ("opens_at", None),
    "until": ("closes_at", None),
    "alliance": ("alliance_id", None),
}


def names_option(language: Language) -> Any:
    """The option for its name in other languages."""
    return option("LANG=NAME", language.text("The name in another language; repeat it for each."), "--in")


def text_option(language: Language) -> Any:
    """The option for what it is, in some languages."""
    return option("LANG=TEXT", language.text("What is told of it in a language; repeat it for each."))


def picture_option(language: Language) -> Any:
    """The option for where its pictures lie."""
    return option("REFERENCE", language.text("Where a picture of it lies; repeat it for each."))


def category_option(language: Language) -> Any:
    """The option for its category."""
    return option("CODE", language.text("Its category, as rules and agreements know it."))


def limit_option(language: Language) -> Any:
    """The option for how many can be had."""
    return option(
        "PIECES[/PERIOD[/SCOPE]]",
        language.text("The most that can be had, like 3/month or 10/year/household; repeat it for each."),
    )


def star_option(language: Language) -> Any:
    """The option for the star that it takes."""
    return option("CODE", language.text("The star that it takes."))


def from_option(language: Language) -> Any:
    """The option for its first day."""
    return option("DAY", language.text("The first day of it."), "--from")


def until_option(language: Language) -> Any:
    """The option for its last day."""
    return option("DAY", language.text("The last day of it."))


def alliance_option(language: Language) -> Any:
    """The option for who else gives it."""
    return option(
        "ALLIANCE", language.text("The alliance, by its id or name, of which every merchant may give it.")
    )


def said_of(
    desk: Desk,
    village: Community,
    *,
    translation: Sequence[str] | None,
    text: Sequence[str] | None,
    picture: Sequence[str] | None,
    category: str | None,
    limit: Sequence[str] | None,
    star: str | None,
    since: str | None,
    until: str | None,
    alliance: str | None,
) -> dict[str, Any]:
    """What these options say, by the names that the room knows it under; without what nobody said."""
    told = {
        "names": translations(desk.language, "--in", translation) or None,
        "descriptions": translations(desk.language, "--text", text) or None,
        "pictures": picture or None,
        "category": category,
        "limits": [_limit(desk, each) for each in limit or ()] or None,
        "star": star,
        "opens_at": None if since is None else beginning_of(village, since),
        "closes_at": None if until is None else end_of(village, until),
        "alliance_id": None if alliance is None else alliance_of(desk, village, alliance).id,
    }
    return {name: value for name, value in told.items() if value is not None}


def cleared(without: Sequence[str] | None) -> dict[str, Any]:
    """What an offer is to do without; raises `NotOneOf`."""
    for each in without or ():
        if each not in CLEARABLE:
            raise NotOneOf(field="field", value=each, known=tuple(CLEARABLE))
    return dict(CLEARABLE[each] for each in without or ())


def document_of(offer: Offer) -> dict[str, Any]:
    """The same as JSON tells it."""
    return {
        "names": dict(offer.names),
        "descriptions": dict(offer.descriptions),
        "pictures": offer.pictures,
        "limits": [f"{each.most}/{each.period}/{each.scope}" for each in offer.limits],
        "star": offer.star,
        "opens_at": offer.opens_at,
        "closes_at": offer.closes_at,
        "alliance": offer.alliance_id,
    }


def _limit(desk: Desk, text: str) -> OfferLimit:
    most, period, scope, *more = [*text.split("/"), "", ""][: max(3, text.count("/") + 1)]
    if not most.strip().isdecimal() or more:
        raise typer.BadParameter(
            desk.language.text(
                "Write --limit like 3, 3/month or 10/year/household, not as {text}.", text=text
            )
        )
    return OfferLimit(
        int(most),
        desk.choice("period", period, Period) if period else Period.LIFETIME,
        desk.choice("scope", scope, Scope) if scope else Scope.MEMBER,
    )
