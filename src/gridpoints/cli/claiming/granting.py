"""A wish is taken on, granted, and thanked for."""

# Typer reads annotations as they are: no `from __future__ import annotations` here.

from collections.abc import Callable, Sequence
from typing import Annotated, Any

from gridpoints.claiming.model import HOLDING, Claim, Target
from gridpoints.claiming.operations import Claiming
from gridpoints.claiming.wishes.gifts import Thanks
from gridpoints.cli.claiming.cards import wish_argument, wish_id_of
from gridpoints.cli.commands import Commands, argument, flag, option
from gridpoints.cli.desk import Desk
from gridpoints.cli.listing import data, seen, show_listing, told
from gridpoints.cli.output import figures, words
from gridpoints.errors import NameAmbiguous, RecordUnknown
from gridpoints.exchange import Community
from gridpoints.i18n import Language


def register(command: Commands, language: Language) -> None:
    """Add the commands of this module."""
    _register_claiming(command, language)
    _register_giving(command, language)
    _register_thanking(command, language)


def _register_claiming(command: Commands, language: Language) -> None:
    @command("claim", language.text("Take a wish on."))
    def claim(
        desk: Desk,
        *,
        wish: Annotated[str, wish_argument(language)],
        member: Annotated[str, argument("MEMBER", language.text("Who grants it, by number, id or name."))],
        organisation: Annotated[
            str | None, option("NAME", language.text("For an organisation, which adopts the whole wish."))
        ] = None,
    ) -> None:
        with desk.village() as village:
            giver, wish_id = desk.member(village, member).id, wish_id_of(village, wish)
            if organisation is None:
                made = village.claiming.claim_wish(wish_id, giver)
            else:
                made = village.claiming.adopt_wish(wish_id, giver, organisation)
            _show_claims(desk, village, [made])

    @command("where", language.text("Show the giver where to go and whom to call; it is logged."))
    def where(
        desk: Desk,
        *,
        wish: Annotated[str, wish_argument(language)],
        detail: Annotated[str, argument("area|address|contact", language.text("What is to be shown."))],
        giver: Annotated[str | None, _giver_option(language)] = None,
    ) -> None:
        with desk.village() as village:
            told = village.claiming.disclose(_claim(desk, village, wish, giver), detail)
            table = desk.out.table(desk.language.text("Wishes"), [words("")], [[told]])
            desk.out.show({"detail": detail, "told": told}, table)


def _register_giving(command: Commands, language: Language) -> None:
    def giving(name: str, help: str, act: Callable[[Claiming, str], Claim]) -> None:
        @command(name, help)
        def give(
            desk: Desk,
            *,
            wish: Annotated[str, wish_argument(language)],
            giver: Annotated[str | None, _giver_option(language)] = None,
        ) -> None:
            with desk.village() as village:
                _show_claims(desk, village, [act(village.claiming, _claim(desk, village, wish, giver))])

    giving(
        "contact",
        language.text("Note that the giver has spoken with the person who wishes."),
        Claiming.note_contact,
    )
    giving("release", language.text("Give a claim back: the wish is free again."), Claiming.cancel)

    def showing(name: str, help: str, act: Callable[[Community, str, Sequence[str]], Claim]) -> None:
        @command(name, help)
        def give(
            desk: Desk,
            *,
            wish: Annotated[str, wish_argument(language)],
            giver: Annotated[str | None, _giver_option(language)] = None,
            evidence: Annotated[
                list[str] | None,
                option("TEXT", language.text("What shows it: words, or a link; may be given again.")),
            ] = None,
        ) -> None:
            with desk.village() as village:
                claim = _claim(desk, village, wish, giver)
                _show_claims(desk, village, [act(village, claim, evidence or ())])

    showing(
        "deliver",
        language.text("Say that a wish was granted."),
        lambda village, claim, evidence: village.claiming.submit_delivery(claim, evidence=evidence),
    )
    showing(
        "confirm",
        language.text("Confirm that it came true: its deed is credited, bounties are paid."),
        lambda village, claim, evidence: village.claiming.verify(claim, evidence=evidence)[0],
    )


def _register_thanking(command: Commands, language: Language) -> None:
    @command("thank", language.text("Thank the giver of a wish that came true."))
    def thank(
        desk: Desk,
        *,
        wish: Annotated[str, wish_argument(language)],
        text: Annotated[str, argument("TEXT", language.text("The thanks."))],
        giver: Annotated[str | None, _giver_option(language)] = None,
        public: Annotated[
            bool, flag("--public", language.text("For everybody to read, once somebody has read it."))
        ] = False,
    ) -> None:
        with desk.village() as village:
            claim = _claim(desk, village, wish, giver)
            _show_thanks(desk, village, [village.claiming.thank(claim, text, public=public)])


def _giver_option(language: Language) -> Any:
    return option("MEMBER", language.text("Whose claim; needed where several have one."), "--giver")


def _claim(desk: Desk, village: Community, wish: str, giver: str | None) -> str:
    """The id of the claim on a wish that is meant; raises `RecordUnknown` or `NameAmbiguous`."""
    found = village.claiming.claims_on(wish_id_of(village, wish), *HOLDING, target=Target.WISH)
    if giver is not None:
        member = desk.member(village, giver)
        found = [claim for claim in found if claim.member_id == member.id]
    if not found:
        raise RecordUnknown(kind="claim", id=wish)
    if len(found) > 1:
        raise NameAmbiguous(name=wish, ids=tuple(claim.member_id for claim in found))
    return found[0].id


def _show_claims(desk: Desk, village: Community, claims: Sequence[Claim]) -> None:
    said = desk.language
    desk.name_members(village, [claim.member_id for claim in claims])
    show_listing(
        desk,
        "claims",
        said.text("Claims"),
        claims,
        data(claim="id", wish="target_id", member="member_id"),
        seen(words(said.text("Member")), lambda claim: desk.known[claim.member_id]),
        told("status", words(said.text("Status"))),
        told("lease_until", figures(said.text("Until"))),
    )


def _show_thanks(desk: Desk, village: Community, thanks: Sequence[Thanks]) -> None:
    said = desk.language
    desk.name_members(village, [each.member_id for each in thanks])
    show_listing(
        desk,
        "thanks",
        said.text("Thanks"),
        thanks,
        data(wish="wish_id", member="member_id"),
        seen(words(said.text("Member")), lambda each: desk.known[each.member_id]),
        told("text", words(said.text("Text"))),
        told("status", words(said.text("Status"))),
    )
