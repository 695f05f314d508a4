"""``redeem`` and ``settle``: points are spent, and those who took them get their money."""

# Typer reads annotations as they are: no `from __future__ import annotations` here.

from typing import Annotated, Any

import typer

from gridpoints.cli.desk import Desk, command, end_if_given
from gridpoints.cli.output import figures, words
from gridpoints.exchange import Community
from gridpoints.i18n import Language
from gridpoints.ledger.model import Account
from gridpoints.redemption.statements import Settlement


def register(app: typer.Typer, language: Language) -> None:
    """Add the commands of this module."""

    @command(app, language, "redeem", language.text("Give a member something for points, on the spot."))
    def redeem(
        desk: Desk,
        *,
        member: Annotated[
            str,
            typer.Argument(
                metavar="MEMBER",
                help=language.text("The member's number, id, or name where only one has it."),
            ),
        ],
        offer: Annotated[str, typer.Argument(metavar="OFFER", help=language.text("The offer's id or name."))],
        quantity: Annotated[int, typer.Option(help=language.text("How many pieces."))] = 1,
        pooled: Annotated[
            bool,
            typer.Option("--pooled", help=language.text("Their household pays what they lack.")),
        ] = False,
        reserve: Annotated[
            bool,
            typer.Option("--reserve", help=language.text("Set it aside only; it is handed over later.")),
        ] = False,
        id: Annotated[
            str | None,
            typer.Option(
                metavar="ID",
                help=language.text("An id of your own: the same one again redeems nothing more."),
            ),
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

    @command(
        app,
        language,
        "settle",
        language.text("Draw up a merchant's statement, approve one, or list them all."),
    )
    def settle(
        desk: Desk,
        *,
        merchant: Annotated[
            str | None,
            typer.Argument(
                metavar="MERCHANT", help=language.text("The merchant's id or name; without it, all.")
            ),
        ] = None,
        until: Annotated[
            str | None,
            typer.Option(
                metavar="DAY",
                help=language.text("The last day that counts, like 2024-03-31; without it, now."),
            ),
        ] = None,
        approve: Annotated[
            str | None,
            typer.Option(
                metavar="ID",
                help=language.text("Approve this statement; not by the person who drew it up: see --as."),
            ),
        ] = None,
    ) -> None:
        if approve is not None and (merchant is not None or until is not None):
            raise typer.BadParameter(language.text("--approve stands alone: it names the statement."))
        if until is not None and merchant is None:
            raise typer.BadParameter(language.text("--until needs a merchant."))
        with desk.village() as village:
            merchants = village.redemption.merchants()
            desk.known |= {each.id: each.name for each in merchants}
            if approve is not None:
                statements = [village.redemption.approve_settlement(approve)]
            elif merchant is not None:
                at = desk.one_of("merchant", merchants, merchant)
                statements = [village.redemption.settle(at.id, end_if_given(village, until))]
            else:
                statements = village.redemption.settlements()
            table = _table(desk, village, statements)
            document = {"settlements": [_document(village, each) for each in statements]}
        desk.out.show(document, table)


def _document(village: Community, statement: Settlement) -> dict[str, Any]:
    unit = village.rules.units()[statement.unit]
    return {
        "id": statement.id,
        "merchant": statement.merchant_id,
        "status": statement.status,
        "until": statement.until,
        "redemptions": statement.redemptions,
        "unit": statement.unit,
        "points": unit.decimal(statement.points),
        "rate": statement.rate,
        "money": statement.money,
        "currency": statement.currency,
        "drawn_up_by": statement.drawn_up_by,
        "approved_by": statement.approved_by,
    }


def _table(desk: Desk, village: Community, statements: list[Settlement]) -> Any:
    language = desk.language
    units = village.rules.units()
    return desk.out.table(
        language.text("Settlement statements"),
        [
            words(language.text("Statement")),
            words(language.text("Merchant")),
            words(language.text("Status")),
            figures(language.text("Until")),
            figures(language.text("Redemptions")),
            figures(language.text("Points")),
            figures(language.text("Money")),
        ],
        [
            (
                each.id,
                desk.known.get(each.merchant_id, each.merchant_id),
                language.word(each.status),
                language.instant(each.until),
                language.number(each.redemptions),
                language.number(units[each.unit].decimal(each.points)),
                language.money(each.money, each.currency),
            )
            for each in statements
        ],
    )
