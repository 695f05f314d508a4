"""``reverse``, ``debts``, ``expire`` and ``close-period``: what a treasurer does to the ledger."""

# Typer reads annotations as they are: no `from __future__ import annotations` here.

from collections.abc import Iterable, Sequence
from typing import Annotated, Any

import typer

from gridpoints.cli.commands import Commands, argument, flag, option
from gridpoints.cli.desk import Desk, end_if_given, end_of
from gridpoints.cli.listing import Listing, data, listing, seen, told
from gridpoints.cli.output import figures, words
from gridpoints.exchange import Community
from gridpoints.i18n import Language
from gridpoints.ledger.model import Debt, Leg


def register(command: Commands, language: Language) -> None:
    """Add the commands of this module."""
    _register_reversing(command, language)
    _register_closing(command, language)


def _register_reversing(command: Commands, language: Language) -> None:
    @command("reverse", language.text("Give back what a transaction gave and took, or a part."))
    def reverse(
        desk: Desk,
        transaction: Annotated[
            str, argument("TRANSACTION", language.text("The transaction's id, as in statement --json."))
        ],
        amount: Annotated[
            str | None, argument("AMOUNT", language.text("How much of it; without it, all that is left."))
        ] = None,
        *,
        reason: Annotated[
            str, typer.Option(help=language.text("Why; without it, the reason of the transaction."))
        ] = "",
        queue: Annotated[
            bool,
            flag(
                "--queue", language.text("Where the points are spent already, note them as owed: see debts.")
            ),
        ] = False,
        extend: Annotated[
            int,
            option(
                "DAYS",
                language.text("How long points live on that come back after their date; 0: not at all."),
            ),
        ] = 0,
        id: Annotated[
            str | None,
            option("ID", language.text("An id of your own: the same one again gives back nothing more.")),
        ] = None,
    ) -> None:
        with desk.village() as village:
            original = village.ledger.transaction(transaction)
            desk.name_accounts(village, [leg.account for leg in original.legs])
            unit = village.rules.units()[original.legs[0].account.unit]
            part = None if amount is None else unit.amount(amount)
            done = village.ledger.reverse(
                transaction, part, id=id, reason=reason, extend_days=extend, queue=queue
            )
            owed = isinstance(done, Debt)
            legs = done.legs if isinstance(done, Debt) else village.ledger.transaction(done.transaction).legs
            said = desk.language
            title = said.text("Owed") if owed else said.text("Given back")
            moved = _legs(desk, village, legs, f"{title}: {transaction}")
        document = {
            "transaction": done.id if isinstance(done, Debt) else done.transaction,
            "reverses": transaction,
            "owed": owed,
            "legs": moved.document,
        }
        desk.out.show(document, moved.table)

    @command(
        "debts",
        language.text("List the reversals that are owed; collect them from those who have it by now."),
    )
    def debts(
        desk: Desk,
        *,
        collect: Annotated[
            bool, flag("--collect", language.text("Take as much of them as is there."))
        ] = False,
    ) -> None:
        with desk.village() as village:
            collected = village.ledger.collect() if collect else []
            owed = village.ledger.debts()
            desk.name_accounts(village, [leg.account for debt in owed for leg in debt.legs])
            document = {
                "collected": [posted.transaction for posted in collected],
                "debts": [
                    {
                        "id": debt.id,
                        "transaction": debt.transaction,
                        "owed_since": debt.owed_since,
                        "reason": debt.reason,
                        "legs": _legs(desk, village, debt.legs).document,
                    }
                    for debt in owed
                ],
            }
            table = _debts(desk, village, owed)
        said = desk.language
        parts = [said.text("Collected: {n}", n=len(collected))] if collect else []
        desk.out.show(document, *parts, table)


def _register_closing(command: Commands, language: Language) -> None:
    @command("expire", language.text("Post the expiry of all points that nobody spent in time."))
    def expire(
        desk: Desk,
        *,
        until: Annotated[
            str | None,
            option("DAY", language.text("Only what expired by the end of this day; without it, by now.")),
        ] = None,
    ) -> None:
        with desk.village() as village:
            posted = village.ledger.expire(end_if_given(village, until))
        desk.out.show({"posted": posted}, desk.language.text("Posted: {n}", n=posted))

    @command(
        "close-period",
        language.text("Close the books up to a day, for good: nothing done until then is posted any more."),
    )
    def close_period(
        desk: Desk,
        day: Annotated[str, argument("DAY", language.text("The last day of the period, like 2024-03-31."))],
        *,
        reason: Annotated[str, typer.Option(help=language.text("Why, for those who read it later."))] = "",
    ) -> None:
        with desk.village() as village:
            until = end_of(village, day)
            village.ledger.close_period(until, reason=reason)
        sentence = desk.language.text("Closed: everything done before {until}", until=until)
        desk.out.show({"closed_until": until}, sentence)


def _legs(desk: Desk, village: Community, legs: Iterable[Leg], title: str = "") -> Listing:
    said, units = desk.language, village.rules.units()
    return listing(
        desk,
        title,
        legs,
        data(account="account.key", unit="account.unit"),
        seen(words(said.text("Account")), lambda leg: said.account(leg.account.key, desk.known)),
        told("amount", of=lambda leg: units[leg.account.unit].decimal(leg.amount)),
        seen(
            figures(said.text("Amount")), lambda leg: said.signed(units[leg.account.unit].decimal(leg.amount))
        ),
        seen(
            words(said.text("Unit")), lambda leg: said.name(units[leg.account.unit].names, leg.account.unit)
        ),
    )


def _debts(desk: Desk, village: Community, owed: Sequence[Debt]) -> Any:
    said, units = desk.language, village.rules.units()
    if not owed:
        return said.text("Nothing is owed.")
    return desk.out.table(
        said.text("Owed"),
        [
            words(said.text("Transaction")),
            words(said.text("Account")),
            figures(said.text("Amount")),
            figures(said.text("Since")),
            words(said.text("Reason")),
        ],
        [
            (
                debt.transaction,
                said.account(leg.account.key, desk.known),
                said.amount(-leg.amount, units[leg.account.unit]),
                said.instant(debt.owed_since),
                debt.reason,
            )
            for debt in owed
            for leg in debt.legs
            if leg.amount < 0
        ],
    )
