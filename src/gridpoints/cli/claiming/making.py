"""A wish is written down, and screened."""

# Typer reads annotations as they are: no `from __future__ import annotations` here.

from typing import Annotated

from gridpoints.claiming.wishes import Voice
from gridpoints.claiming.wishes.publishing import Preview
from gridpoints.cli.claiming.cards import cards_told, wish_argument, wish_id_of
from gridpoints.cli.commands import Commands, argument, flag, option
from gridpoints.cli.desk import Desk
from gridpoints.cli.listing import data, listing, seen, told
from gridpoints.cli.output import words
from gridpoints.exchange import Community
from gridpoints.i18n import Language


def register(command: Commands, language: Language) -> None:
    """Add the commands of this module."""

    @command("make", language.text("Write a wish down, as it was told."))
    def make(
        desk: Desk,
        *,
        member: Annotated[str, argument("MEMBER", language.text("Who wishes, by number, id or name."))],
        text: Annotated[
            str, argument("TEXT", language.text("The wish; only those read it who screen wishes."))
        ],
        deed: Annotated[str, option("CODE", language.text("What granting it counts as in the rules."))],
        parts: Annotated[int, option("NUMBER", language.text("How many givers it takes."))] = 1,
        value: Annotated[str | None, option("MONEY", language.text("What all of it costs."))] = None,
        area: Annotated[
            str | None, option("TEXT", language.text("About where it is, for members who ask."))
        ] = None,
        address: Annotated[
            str | None, option("TEXT", language.text("Where to go, for those who have claimed it."))
        ] = None,
        contact: Annotated[
            str | None, option("TEXT", language.text("Whom to call, for those who have claimed it."))
        ] = None,
        guardian: Annotated[bool, flag("--guardian", language.text("Whoever acts is the guardian."))] = False,
    ) -> None:
        with desk.village() as village:
            wish = village.claiming.make_wish(
                desk.member(village, member).id,
                text,
                deed=deed,
                voice=Voice.GUARDIAN if guardian else None,
                parts=parts,
                value=value,
                area=area,
                address=address,
                contact=contact,
            )
            _show_preview(desk, village, village.claiming.preview(wish.id))

    @command("screen", language.text("Note what was found out about a wish, and preview it."))
    def screen(
        desk: Desk,
        *,
        wish: Annotated[str, wish_argument(language)],
        text: Annotated[str | None, option("TEXT", language.text("What the public will read."))] = None,
        need: Annotated[str | None, option("TEXT", language.text("Why it is needed."))] = None,
        consent: Annotated[
            str | None, option("TEXT", language.text("How the person consented: on paper, by telephone."))
        ] = None,
        value: Annotated[str | None, option("MONEY", language.text("What all of it costs."))] = None,
        despite: Annotated[
            str | None, option("TEXT", language.text("Why personal data in the text may stand there."))
        ] = None,
    ) -> None:
        with desk.village() as village:
            preview = village.claiming.screen_wish(
                wish_id_of(village, wish), text=text, need=need, consent=consent, value=value, despite=despite
            )
            _show_preview(desk, village, preview)


def _show_preview(desk: Desk, village: Community, preview: Preview) -> None:
    said = desk.language
    cards = cards_told(desk, village, [preview.card])
    found = listing(
        desk,
        said.text("Personal data in the text"),
        preview.found,
        data("kind"),
        seen(words(said.text("Kind")), lambda each: said.word(each.kind, "personal")),
        told("text", words(said.text("Text")), lambda each: each.of(preview.card.text)),
    )
    document = {
        **cards.document[0],
        "found": found.document,
        "proposed": preview.proposed,
        "missing": preview.missing,
        "above_limit": preview.above_limit,
    }
    desk.out.show(document, cards.table, *([found.table] if preview.found else []))
