"""``redemption``: what was reserved is handed out, called off, or given back."""

# Typer reads annotations as they are: no `from __future__ import annotations` here.

from collections.abc import Sequence
from typing import Annotated, Any

import typer

from gridpoints.cli.commands import Commands, argument, flag, member_argument, option, reason_option
from gridpoints.cli.desk import Desk, end_of
from gridpoints.cli.listing import data, listing, seen, told
from gridpoints.cli.output import figures, words
from gridpoints.cli.redemption.naming import past_their_date
from gridpoints.exchange import Community
from gridpoints.i18n import Language
from gridpoints.redemption.model import Redemption


def register(commands: Commands, language: Language) -> None:
    """Add the commands of this module."""
    command = commands.group(
        "redemption", language.text("What was reserved: handed out, called off, or given back.")
    )
    _register_reading(command, language)
    _register_till(command, language)


def _redemption_argument(language: Language) -> Any:
    return argument("REDEMPTION", language.text("The number of the redemption."))


def _pieces_option(language: Language) -> Any:
    return option(
        "[OFFER=]PIECES", language.text("How many, of which offer; repeat it for each. Without it, all.")
    )


def _read_pieces(language: Language, told: list[str] | None) -> Any:
    """``3`` or ``soap=2``, ``towel=1``; None: all."""
    if not told:
        return None
    pairs = [each.rpartition("=") for each in told]
    try:
        pieces = {offer: int(number) for offer, _, number in pairs}
    except ValueError:
        raise typer.BadParameter(language.text("Write pieces like 2, or like soap=2.")) from None
    return pieces[""] if list(pieces) == [""] else pieces


def _register_reading(command: Commands, language: Language) -> None:
    @command("list", language.text("Everything that a member ever redeemed or reserved."))
    def listed(desk: Desk, *, member: Annotated[str, member_argument(language)]) -> None:
        with desk.village() as village:
            person = desk.member(village, member)
            _show(desk, village, village.redemption.redemptions_of(person.id))

    @command("explain", language.text("Why it cost what it did, and who paid."))
    def explain(desk: Desk, *, redemption: Annotated[str, _redemption_argument(language)]) -> None:
        with desk.village() as village:
            found = village.redemption.redemption(redemption)
            desk.known[found.member_id] = village.community.member(found.member_id).name
            lines = desk.language.explanation(found.explanation, desk.known)
        desk.out.show({"redemption": found.id, "explanation": lines}, "\n".join(lines))


def _register_till(command: Commands, language: Language) -> None:
    @command("capture", language.text("Hand over what was reserved, whole or in part."))
    def capture(
        desk: Desk,
        *,
        redemption: Annotated[str, _redemption_argument(language)],
        pieces: Annotated[list[str] | None, _pieces_option(language)] = None,
    ) -> None:
        with desk.village() as village:
            handed_out = village.redemption.capture(redemption, _read_pieces(language, pieces))
            _show(desk, village, [handed_out])

    @command("void", language.text("Call off what was reserved: points and goods go back."))
    def void(
        desk: Desk,
        *,
        redemption: Annotated[str, _redemption_argument(language)],
        reason: Annotated[str | None, reason_option(language)] = None,
    ) -> None:
        with desk.village() as village:
            voided = village.redemption.void(redemption, reason=reason)
            _show(desk, village, [voided], past_their_date(desk, village, voided))

    @command("refund", language.text("Give back what was handed out, whole or in part."))
    def refund(
        desk: Desk,
        *,
        redemption: Annotated[str, _redemption_argument(language)],
        reason: Annotated[str, reason_option(language)],
        pieces: Annotated[list[str] | None, _pieces_option(language)] = None,
        keep: Annotated[bool, flag("--keep", language.text("The goods cannot be had again."))] = False,
        lot: Annotated[
            list[str] | None,
            option(
                "DAY",
                language.text(
                    "The last day of the lot that the points go back into; repeat it for each, in order."
                ),
            ),
        ] = None,
        id: Annotated[
            str | None,
            option("ID", language.text("An id of your own: the same one again gives back no more.")),
        ] = None,
    ) -> None:
        with desk.village() as village:
            room = village.redemption
            back = room.refund(
                redemption,
                _read_pieces(language, pieces),
                reason=reason,
                restock=not keep,
                lots=[end_of(village, day) for day in lot or ()],
                id=id,
            )
            unit = village.rules.units()[back.unit]
        document = {
            "refund": back.id,
            "redemption": back.redemption_id,
            "unit": back.unit,
            "points": unit.decimal(back.points),
            "cash": back.cash,
            "currency": back.currency,
            "pieces": dict(back.pieces),
        }
        said = desk.language
        points = said.amount(back.points, unit)
        if back.cash:
            cash = said.money(back.cash, back.currency)
            sentence = said.text("{points} are given back, and {cash} in cash", points=points, cash=cash)
        else:
            sentence = said.text("{points} are given back", points=points)
        desk.out.show(document, sentence)


def _show(
    desk: Desk, village: Community, redemptions: Sequence[Redemption], late: Sequence[str] | None = None
) -> None:
    said, units = desk.language, village.rules.units()
    listed = listing(
        desk,
        said.text("Redemptions"),
        redemptions,
        told("id", words(said.text("Number"))),
        data("unit", member="member_id", merchant="merchant_id", cash="cash_taken"),
        told("points", of=lambda each: units[each.unit].decimal(each.points)),
        told("taken", of=lambda each: units[each.unit].decimal(each.captured - each.refunded)),
        told(
            "lines",
            words(said.text("Goods")),
            of=lambda each: [
                {
                    "offer": line.offer_id,
                    "pieces": line.quantity,
                    "handed_out": line.captured,
                    "given_back": line.refunded,
                }
                for line in each.lines
            ],
            seen=lambda each: [line.name for line in each.lines],
        ),
        seen(figures(said.text("Points")), lambda each: said.amount(each.points, units[each.unit])),
        told("status", words(said.text("Status"))),
    )
    document: dict[str, Any] = {"redemptions": listed.document}
    if late is not None:
        document["past_their_date"] = late
    desk.out.show(document, listed.table, *(late or ()))
