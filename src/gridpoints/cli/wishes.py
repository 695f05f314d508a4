"""``wish``: neighbours' wishes, from being written down to thanks."""

# Typer reads annotations as they are: no `from __future__ import annotations` here.

from collections.abc import Callable, Sequence
from typing import Annotated, Any

import typer

from gridpoints.claiming.model import HOLDING, Claim, Target
from gridpoints.claiming.wishes import Voice, Wish
from gridpoints.claiming.wishes.gifts import Thanks
from gridpoints.claiming.wishes.publishing import Preview
from gridpoints.claiming.wishes.showing import Card
from gridpoints.cli.desk import Desk, command, end_if_given
from gridpoints.cli.output import figures, words
from gridpoints.community.model import Member
from gridpoints.errors import NameAmbiguous, RecordUnknown
from gridpoints.exchange import Community
from gridpoints.i18n import Language


def register(app: typer.Typer, language: Language) -> None:
    """Add the commands of this module."""
    group = typer.Typer(
        name="wish",
        help=language.text(
            "Neighbours' wishes: written down, screened, published, claimed, granted, thanked."
        ),
        no_args_is_help=True,
    )
    app.add_typer(group)
    _register_making(group, language)
    _register_publishing(group, language)
    _register_claiming(group, language)
    _register_giving(group, language)
    _register_thanking(group, language)


def _wish_argument(language: Language) -> Any:
    return typer.Argument(metavar="WISH", help=language.text("The wish, by its number or its id."))


def _giver_option(language: Language) -> Any:
    return typer.Option(
        "--giver", metavar="MEMBER", help=language.text("Whose claim; needed where several have one.")
    )


def _register_making(group: typer.Typer, language: Language) -> None:
    def option(metavar: str, help: str) -> Any:
        return typer.Option(metavar=metavar, help=help)

    @command(group, language, "make", language.text("Write a wish down, as it was told."))
    def make(
        desk: Desk,
        *,
        member: Annotated[
            str,
            typer.Argument(metavar="MEMBER", help=language.text("Who wishes, by number, id or name.")),
        ],
        text: Annotated[
            str,
            typer.Argument(
                metavar="TEXT", help=language.text("The wish; only those read it who screen wishes.")
            ),
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
        guardian: Annotated[
            bool, typer.Option("--guardian", help=language.text("Whoever acts is the guardian."))
        ] = False,
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

    @command(
        group, language, "screen", language.text("Note what was found out about a wish, and preview it.")
    )
    def screen(
        desk: Desk,
        *,
        wish: Annotated[str, _wish_argument(language)],
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
                _wish(village, wish), text=text, need=need, consent=consent, value=value, despite=despite
            )
            _show_preview(desk, village, preview)


def _register_publishing(group: typer.Typer, language: Language) -> None:
    @command(group, language, "publish", language.text("Publish a wish under a number."))
    def publish(
        desk: Desk,
        *,
        wish: Annotated[str, _wish_argument(language)],
        round: Annotated[
            str | None, typer.Option(metavar="CODE", help=language.text("In this round of wishes."))
        ] = None,
    ) -> None:
        with desk.village() as village:
            published = village.claiming.publish_wish(_wish(village, wish), round_id=round)
            _show_cards(desk, village, [village.claiming.card(published.id)])

    @command(group, language, "list", language.text("The wishes that can be claimed now."))
    def list_(
        desk: Desk,
        *,
        round: Annotated[
            str | None, typer.Option(metavar="CODE", help=language.text("Only those of this round."))
        ] = None,
    ) -> None:
        with desk.village() as village:
            _show_cards(desk, village, village.claiming.board(round_id=round))

    @command(group, language, "bounty", language.text("Put up points for whoever grants a wish."))
    def bounty(
        desk: Desk,
        *,
        wish: Annotated[str, _wish_argument(language)],
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
                _wish(village, wish),
                desk.member(village, member).id,
                amount,
                unit=unit,
                until=end_if_given(village, until),
            )
            _show_cards(desk, village, [village.claiming.card(_wish(village, wish))])

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


def _register_claiming(group: typer.Typer, language: Language) -> None:
    @command(group, language, "claim", language.text("Take a wish on."))
    def claim(
        desk: Desk,
        *,
        wish: Annotated[str, _wish_argument(language)],
        member: Annotated[
            str, typer.Argument(metavar="MEMBER", help=language.text("Who grants it, by number, id or name."))
        ],
        organisation: Annotated[
            str | None,
            typer.Option(
                metavar="NAME", help=language.text("For an organisation, which adopts the whole wish.")
            ),
        ] = None,
    ) -> None:
        with desk.village() as village:
            giver, wish_id = desk.member(village, member).id, _wish(village, wish)
            if organisation is None:
                made = village.claiming.claim_wish(wish_id, giver)
            else:
                made = village.claiming.adopt_wish(wish_id, giver, organisation)
            _show_claims(desk, village, [made])

    @command(
        group, language, "where", language.text("Show the giver where to go and whom to call; it is logged.")
    )
    def where(
        desk: Desk,
        *,
        wish: Annotated[str, _wish_argument(language)],
        detail: Annotated[
            str, typer.Argument(metavar="area|address|contact", help=language.text("What is to be shown."))
        ],
        giver: Annotated[str | None, _giver_option(language)] = None,
    ) -> None:
        with desk.village() as village:
            told = village.claiming.disclose(_claim(desk, village, wish, giver), detail)
            table = desk.out.table(desk.language.text("Wishes"), [words("")], [[told]])
            desk.out.show({"detail": detail, "told": told}, table)


def _register_giving(group: typer.Typer, language: Language) -> None:
    def giving(name: str, help: str, act: Callable[[Community, str], Claim]) -> None:
        @command(group, language, name, help)
        def give(
            desk: Desk,
            *,
            wish: Annotated[str, _wish_argument(language)],
            giver: Annotated[str | None, _giver_option(language)] = None,
        ) -> None:
            with desk.village() as village:
                _show_claims(desk, village, [act(village, _claim(desk, village, wish, giver))])

    giving(
        "contact",
        language.text("Note that the giver has spoken with the person who wishes."),
        lambda village, claim: village.claiming.note_contact(claim),
    )

    def showing(name: str, help: str, act: Callable[[Community, str, Sequence[str]], Claim]) -> None:
        @command(group, language, name, help)
        def give(
            desk: Desk,
            *,
            wish: Annotated[str, _wish_argument(language)],
            giver: Annotated[str | None, _giver_option(language)] = None,
            evidence: Annotated[
                list[str] | None,
                typer.Option(
                    metavar="TEXT", help=language.text("What shows it: words, or a link; may be given again.")
                ),
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
    giving(
        "release",
        language.text("Give a claim back: the wish is free again."),
        lambda village, claim: village.claiming.cancel(claim),
    )


def _register_thanking(group: typer.Typer, language: Language) -> None:
    @command(group, language, "thank", language.text("Thank the giver of a wish that came true."))
    def thank(
        desk: Desk,
        *,
        wish: Annotated[str, _wish_argument(language)],
        text: Annotated[str, typer.Argument(metavar="TEXT", help=language.text("The thanks."))],
        giver: Annotated[str | None, _giver_option(language)] = None,
        public: Annotated[
            bool,
            typer.Option("--public", help=language.text("For everybody to read, once somebody has read it.")),
        ] = False,
    ) -> None:
        with desk.village() as village:
            claim = _claim(desk, village, wish, giver)
            _show_thanks(desk, village, [village.claiming.thank(claim, text, public=public)])


def _wish(village: Community, text: str) -> str:
    """The id of the wish that has that number or id; raises `RecordUnknown`."""
    with village.context.read() as work:
        found = work.find(Wish, {"number": text}) or work.find(Wish, {"id": text})
    if not found:
        raise RecordUnknown(kind="wish", id=text)
    return found[0].id


def _claim(desk: Desk, village: Community, wish: str, giver: str | None) -> str:
    """The id of the claim on a wish that is meant; raises `RecordUnknown` or `NameAmbiguous`."""
    found = village.claiming.claims_on(_wish(village, wish), *HOLDING, target=Target.WISH)
    if giver is not None:
        member = desk.member(village, giver)
        found = [claim for claim in found if claim.member_id == member.id]
    if not found:
        raise RecordUnknown(kind="claim", id=wish)
    if len(found) > 1:
        raise NameAmbiguous(name=wish, ids=tuple(claim.member_id for claim in found))
    return found[0].id


def _document(village: Community, card: Card) -> dict[str, Any]:
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


def _show_cards(desk: Desk, village: Community, cards: Sequence[Card]) -> None:
    desk.out.show({"wishes": [_document(village, card) for card in cards]}, _table(desk, village, cards))


def _table(desk: Desk, village: Community, cards: Sequence[Card]) -> Any:
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


def _show_preview(desk: Desk, village: Community, preview: Preview) -> None:
    said = desk.language
    document = {
        **_document(village, preview.card),
        "found": [{"kind": each.kind, "text": each.of(preview.card.text)} for each in preview.found],
        "proposed": preview.proposed,
        "missing": preview.missing,
        "above_limit": preview.above_limit,
    }
    parts = [_table(desk, village, [preview.card])]
    if preview.found:
        parts.append(
            desk.out.table(
                said.text("Personal data in the text"),
                [words(said.text("Kind")), words(said.text("Text"))],
                [(said.word(each.kind, "personal"), each.of(preview.card.text)) for each in preview.found],
            )
        )
    desk.out.show(document, *parts)


def _show_claims(desk: Desk, village: Community, claims: Sequence[Claim]) -> None:
    said = desk.language
    _name_givers(desk, village, [claim.member_id for claim in claims])
    document = {
        "claims": [
            {
                "claim": claim.id,
                "wish": claim.target_id,
                "member": claim.member_id,
                "status": claim.status,
                "lease_until": claim.lease_until,
            }
            for claim in claims
        ]
    }
    table = desk.out.table(
        said.text("Claims"),
        [words(said.text("Member")), words(said.text("Status")), figures(said.text("Until"))],
        [
            (
                desk.known[claim.member_id],
                said.word(claim.status),
                said.instant(claim.lease_until) if claim.lease_until else "",
            )
            for claim in claims
        ],
    )
    desk.out.show(document, table)


def _show_thanks(desk: Desk, village: Community, thanks: Sequence[Thanks]) -> None:
    said = desk.language
    _name_givers(desk, village, [each.member_id for each in thanks])
    document = {
        "thanks": [
            {"wish": each.wish_id, "member": each.member_id, "text": each.text, "status": each.status}
            for each in thanks
        ]
    }
    table = desk.out.table(
        said.text("Thanks"),
        [words(said.text("Member")), words(said.text("Text")), words(said.text("Status"))],
        [(desk.known[each.member_id], each.text, said.word(each.status, "thanks_status")) for each in thanks],
    )
    desk.out.show(document, table)


def _name_givers(desk: Desk, village: Community, ids: Sequence[str]) -> None:
    with village.context.read() as work:
        desk.known |= {person.id: person.name for person in work.find(Member, {"id": sorted(set(ids))})}
