"""``till``: tills that take vouchers without a network, what they deliver, and what is contested."""

# Typer reads annotations as they are: no `from __future__ import annotations` here.

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from gridpoints.cli.commands import Commands, argument, flag, option, reason_option
from gridpoints.cli.desk import Desk
from gridpoints.cli.exits import DONE, SOMETHING_LEFT
from gridpoints.cli.files import read_text
from gridpoints.cli.listing import data, listing, seen, show_listing, told
from gridpoints.cli.output import figures, words
from gridpoints.cli.redemption.naming import till_argument, till_of
from gridpoints.errors import QueueUnreadable
from gridpoints.exchange import Community
from gridpoints.i18n import Language
from gridpoints.redemption.merchants.outlets import Till
from gridpoints.redemption.vouchers.model import Arrival, Delivery, DoubleUse, DoubleUseStatus
from gridpoints.redemption.vouchers.offline import taken_in


def register(commands: Commands, language: Language) -> None:
    """Add the commands of this module."""
    command = commands.group(
        "till",
        language.text("Tills without a network: what they may take, what they deliver, what is contested."),
    )
    _register_granting(command, language)
    _register_delivering(command, language)
    _register_deciding(command, language)


def _register_granting(command: Commands, language: Language) -> None:
    @command("offline", language.text("Let a till take vouchers without a network, up to a limit."))
    def offline(
        desk: Desk,
        *,
        till: Annotated[str, till_argument(language)],
        limit: Annotated[
            str, option("POINTS", language.text("How many points, before it has to deliver them."))
        ],
    ) -> None:
        with desk.village() as village:
            meant = till_of(desk, village, till)
            grant = village.redemption.allow_offline(meant.id, limit=limit)
        document = {"till": meant.id, "limit": grant.limit, "status": grant.status}
        sentence = desk.language.text(
            "{till} may take {limit} points without a network", till=meant.name, limit=grant.limit
        )
        desk.out.show(document, sentence)

    @command("online", language.text("Let a till take nothing more without a network."))
    def online(
        desk: Desk,
        *,
        till: Annotated[str, till_argument(language)],
        reason: Annotated[str, reason_option(language)],
    ) -> None:
        with desk.village() as village:
            meant = till_of(desk, village, till)
            grant = village.redemption.end_offline(meant.id, reason=reason)
        document = {"till": meant.id, "limit": grant.limit, "status": grant.status}
        desk.out.show(
            document, desk.language.text("{till} takes nothing without a network any more", till=meant.name)
        )


def _register_delivering(command: Commands, language: Language) -> None:
    @command(
        "deliver",
        language.text("Hand in the file of what a till took without a network; again does no harm."),
    )
    def deliver(
        desk: Desk,
        *,
        till: Annotated[str, till_argument(language)],
        file: Annotated[Path, typer.Argument(help=language.text("The file that the till wrote."))],
    ) -> int:
        read_text(file)  # one that is not there is no file in which nothing stands
        takings = list(taken_in(file))
        with desk.village() as village:
            meant = till_of(desk, village, till)
            desk.known |= {each.id: each.name for each in village.redemption.merchants()}
            arrived = village.redemption.deliver(takings, till_id=meant.id)
        damaged = [each for each in takings if isinstance(each, QueueUnreadable)]
        _show_arrived(desk, meant, arrived, damaged)
        wanting = damaged or any(each.arrival is not Arrival.CAPTURED for each in arrived)
        return SOMETHING_LEFT if wanting else DONE


def _register_deciding(command: Commands, language: Language) -> None:
    @command(
        "conflicts",
        language.text("Vouchers for which goods were given though nothing was to be had for them any more."),
    )
    def conflicts(
        desk: Desk,
        *,
        decided: Annotated[bool, flag("--decided", language.text("Those that were decided on."))] = False,
    ) -> None:
        with desk.village() as village:
            statuses = [DoubleUseStatus.PAID, DoubleUseStatus.DECLINED] if decided else [DoubleUseStatus.OPEN]
            found = [each for status in statuses for each in village.redemption.double_uses(status)]
            _show_conflicts(desk, village, found)

    @command(
        "decide",
        language.text("Decide whether the community pays a merchant who gave the goods in good faith."),
    )
    def decide(
        desk: Desk,
        *,
        conflict: Annotated[str, argument("CONFLICT", language.text("Its number: see `till conflicts`."))],
        note: Annotated[str, reason_option(language)],
        pay: Annotated[
            bool | None, flag("--pay/--decline", language.text("It pays, or it does not."))
        ] = None,
    ) -> None:
        if pay is None:
            raise typer.BadParameter(desk.language.text("Give --pay or --decline."))
        with desk.village() as village:
            _show_conflicts(
                desk, village, [village.redemption.decide_double_use(conflict, pay=pay, note=note)]
            )


def _reason(said: Language, code: str | None) -> str:
    """Why a voucher was not taken in; another code than these is shown as it is."""
    known = {
        "voucher_taken": said.text("had been used"),
        "voucher_closed": said.text("had been revoked"),
        "voucher_expired": said.text("was no longer valid"),
        "voucher_elsewhere": said.text("is another merchant's"),
        "voucher_forged": said.text("is forged"),
        "voucher_foreign": said.text("is another community's"),
        "voucher_from_later": said.text("the till's clock is ahead"),
        "redemption_expired": said.text("came too late: its points were set free"),
    }
    return known.get(code or "", (code or "").replace("_", " "))


def _show_arrived(
    desk: Desk, till: Till, arrived: Sequence[Delivery], damaged: Sequence[QueueUnreadable]
) -> None:
    said = desk.language
    deliveries = listing(
        desk,
        said.text("Delivered by {till}", till=till.name),
        arrived,
        data(delivery="id"),
        told("number", figures(said.text("Number"))),
        told("voucher", words(said.text("Voucher")), lambda each: each.voucher_id),
        told("taken_at", words(said.text("Time"))),
        told("points", figures(said.text("Points"))),
        told("arrival", words(said.text("What came of it"))),
        told("reason", words(said.text("Reason")), seen=lambda each: _reason(said, each.reason)),
        data("over_limit"),
    )
    document = {
        "till": till.id,
        "deliveries": deliveries.document,
        "damaged": [each.line for each in damaged],
    }
    desk.out.show(document, deliveries.table, *(said.error(each) for each in damaged))


def _show_conflicts(desk: Desk, village: Community, found: Sequence[DoubleUse]) -> None:
    said, units = desk.language, village.rules.units()
    shops = {merchant.id: merchant.name for merchant in village.redemption.merchants()}
    tills = [till for id in shops for till in village.redemption.tills(id)]
    desk.known |= shops | {till.id: till.name for till in tills}
    show_listing(
        desk,
        "conflicts",
        said.text("Contested vouchers"),
        found,
        told("id", words(said.text("Number"))),
        told("voucher", words(said.text("Voucher")), of=lambda each: each.voucher_id),
        seen(words(said.text("Merchant")), lambda each: shops[each.merchant_id]),
        data("unit", merchant="merchant_id"),
        told("points", of=lambda each: units[each.unit].decimal(each.points)),
        seen(figures(said.text("Points")), lambda each: said.amount(each.points, units[each.unit])),
        told("taken_at", words(said.text("Time"))),
        told("reason", words(said.text("Reason")), seen=lambda each: _reason(said, each.reason)),
        told("first", words(said.text("Taken before")), seen=lambda each: _before(desk, each.first)),
        told("status", words(said.text("Status"))),
        data("decided_by", "note"),
        none=said.text("There are none."),
    )


def _before(desk: Desk, first: str | None) -> str:
    """Where and when a voucher had been taken before."""
    if first is None:
        return ""
    id, _, at = first.rpartition(" ")
    return f"{desk.known.get(id, id)}, {desk.language.instant(datetime.fromisoformat(at))}"
