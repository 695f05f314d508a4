"""``redeem``: points are spent, on the spot or with what is set aside."""

# Typer reads annotations as they are: no `from __future__ import annotations` here.

from typing import Annotated

from gridpoints.cli.commands import Commands, flag, member_argument, option
from gridpoints.cli.desk import Desk
from gridpoints.cli.redemption.offers import offer_argument, pieces_option
from gridpoints.i18n import Language
from gridpoints.ledger.model import Account


def register(command: Commands, language: Language) -> None:
    """Add the commands of this module."""

    @command("redeem", language.text("Give a member something for points, on the spot."))
    def redeem(
        desk: Desk,
        *,
        member: Annotated[str, member_argument(language)],
        offer: Annotated[str, offer_argument(language)],
        quantity: Annotated[int, pieces_option(language)] = 1,
        pooled: Annotated[
            bool, flag("--pooled", language.text("Their household pays what they lack."))
        ] = False,
        reserve: Annotated[
            bool, flag("--reserve", language.text("Set it aside only; it is handed over later."))
        ] = False,
        id: Annotated[
            str | None,
            option("ID", language.text("An id of your own: the same one again redeems nothing more.")),
        ] = None,
    ) -> None:
        with desk.village() as village:
            person = desk.member(village, member)
            offered = desk.one_of("offer", village.redemption.offers(), offer)
            room = village.redemption
            act = room.authorise if reserve else room.redeem
            done = act(offered.id, person.id, quantity=quantity, pooled=pooled, id=id)
            unit = village.rules.units()[done.unit]
            left = village.ledger.balance(Account.member(person.id, done.unit))
        document = {
            "redemption": done.id,
            "status": done.status,
            "member": person.id,
            "offer": offered.id,
            "quantity": done.quantity,
            "unit": done.unit,
            "points": unit.decimal(done.points),
            "available": unit.decimal(left.available),
        }
        said = desk.language
        told = {
            "name": person.name,
            "quantity": done.quantity,
            "offer": offered.name,
            "points": said.amount(done.points, unit),
            "left": said.amount(left.available, unit),
        }
        if reserve:
            sentence = said.text(
                "{quantity} × {offer} is set aside for {name}, for {points}; {left} are left", **told
            )
        else:
            sentence = said.text("{name} gets {quantity} × {offer} for {points}; {left} are left", **told)
        desk.out.show(document, sentence)
