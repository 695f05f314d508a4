"""``merchant outlet``, ``till``, ``key`` …: where a merchant takes points, and the keys of its tills."""

# Typer reads annotations as they are: no `from __future__ import annotations` here.

import re
from collections.abc import Sequence
from typing import Annotated, Any

import typer

from gridpoints.cli.commands import Commands, argument, option, reason_option
from gridpoints.cli.desk import Desk, end_if_given
from gridpoints.cli.listing import data, listing, seen, show_listing, told
from gridpoints.cli.output import words
from gridpoints.cli.redemption.naming import (
    merchant_argument,
    merchant_of,
    outlet_argument,
    outlet_of,
    till_argument,
    till_of,
)
from gridpoints.exchange import Community
from gridpoints.i18n import Language
from gridpoints.redemption.merchants.equipping import USUAL_SCOPES
from gridpoints.redemption.merchants.outlets import Opening, Outlet, Till, TillKey

_HOURS = re.compile(r"([1-7])(?:-([1-7]))?=(\d?\d:\d\d)-(\d?\d:\d\d)")


def register(command: Commands, language: Language) -> None:
    """Add the commands of this module to those of merchants."""
    _register_outlets(command, language)
    _register_tills(command, language)
    _register_keys(command, language)


def _scope_option(language: Language) -> Any:
    return option(
        "authorise|capture|void|refund|read",
        language.text("What its key is for; repeat it for each. Without it, all but refund."),
    )


def _register_outlets(command: Commands, language: Language) -> None:
    @command("outlets", language.text("A merchant's places, with their hours and tills."))
    def outlets(desk: Desk, *, merchant: Annotated[str, merchant_argument(language)]) -> None:
        with desk.village() as village:
            shop = merchant_of(desk, village, merchant)
            _show(desk, village, village.redemption.outlets(shop.id))

    @command("outlet", language.text("Note a place of a merchant's."))
    def outlet(
        desk: Desk,
        *,
        merchant: Annotated[str, merchant_argument(language)],
        name: Annotated[str, argument("NAME", language.text("The name of the place."))],
        address: Annotated[str, option("TEXT", language.text("Where it is."))] = "",
        hours: Annotated[
            list[str] | None,
            option(
                "DAYS=FROM-UNTIL",
                language.text("When it is open, like 1-6=08:30-20:00; repeat it for each. 1 is Monday."),
            ),
        ] = None,
    ) -> None:
        with desk.village() as village:
            shop = merchant_of(desk, village, merchant)
            opened = village.redemption.open_outlet(
                shop.id, name, address=address, hours=_read_hours(desk.language, hours)
            )
        document = {"outlet": opened.id, "merchant": shop.id, "name": opened.name, "status": opened.status}
        desk.out.show(
            document, desk.language.text("{outlet} is open: {id}", outlet=opened.name, id=opened.id)
        )

    @command("hours", language.text("Change when a place is open."))
    def hours(
        desk: Desk,
        *,
        outlet: Annotated[str, outlet_argument(language)],
        hours: Annotated[
            list[str] | None,
            argument(
                "DAYS=FROM-UNTIL...",
                language.text("Like 1-6=08:30-20:00, where 1 is Monday; without any, it is always open."),
            ),
        ] = None,
    ) -> None:
        with desk.village() as village:
            meant = outlet_of(desk, village, outlet)
            _show(desk, village, [village.redemption.set_hours(meant.id, _read_hours(desk.language, hours))])

    @command("close-outlet", language.text("Let a place take no points any more."))
    def close_outlet(
        desk: Desk,
        *,
        outlet: Annotated[str, outlet_argument(language)],
        reason: Annotated[str | None, reason_option(language)] = None,
    ) -> None:
        with desk.village() as village:
            meant = outlet_of(desk, village, outlet)
            _show(desk, village, [village.redemption.close_outlet(meant.id, reason=reason)])

    @command("reopen-outlet", language.text("Let a place take points again."))
    def reopen_outlet(desk: Desk, *, outlet: Annotated[str, outlet_argument(language)]) -> None:
        with desk.village() as village:
            _show(desk, village, [village.redemption.reopen_outlet(outlet_of(desk, village, outlet).id)])


def _register_tills(command: Commands, language: Language) -> None:
    @command("till", language.text("Note a till of a place, and give it a key."))
    def till(
        desk: Desk,
        *,
        outlet: Annotated[str, outlet_argument(language)],
        name: Annotated[str, argument("NAME", language.text("The name of the till."))],
        scope: Annotated[list[str] | None, _scope_option(language)] = None,
    ) -> None:
        with desk.village() as village, village.transaction():
            place = outlet_of(desk, village, outlet)
            added = village.redemption.add_till(place.id, name)
            key, text = village.redemption.issue_key(added.id, scope or USUAL_SCOPES)
        _show_new(desk, added, key, text)

    @command("close-till", language.text("Put a till out of use, with all its keys."))
    def close_till(
        desk: Desk,
        *,
        till: Annotated[str, till_argument(language)],
        reason: Annotated[str | None, reason_option(language)] = None,
    ) -> None:
        with desk.village() as village:
            closed = village.redemption.close_till(till_of(desk, village, till).id, reason=reason)
        document = {"till": closed.id, "name": closed.name, "status": closed.status}
        desk.out.show(document, desk.language.text("{till} is out of use", till=closed.name))


def _register_keys(command: Commands, language: Language) -> None:
    @command("key", language.text("Give a till another key; those that it has stay good."))
    def key(
        desk: Desk,
        *,
        till: Annotated[str, till_argument(language)],
        scope: Annotated[list[str] | None, _scope_option(language)] = None,
        until: Annotated[
            str | None,
            option("DAY", language.text("The last day on which it is valid; without it, for good.")),
        ] = None,
    ) -> None:
        with desk.village() as village:
            meant = till_of(desk, village, till)
            issued, text = village.redemption.issue_key(
                meant.id, scope or USUAL_SCOPES, expires_at=end_if_given(village, until)
            )
        _show_new(desk, meant, issued, text)

    @command("keys", language.text("The keys of a till, without their secrets."))
    def keys(desk: Desk, *, till: Annotated[str, till_argument(language)]) -> None:
        with desk.village() as village:
            meant = till_of(desk, village, till)
            found = village.redemption.keys(meant.id)
        said = desk.language
        keys = listing(
            desk,
            meant.name,
            found,
            told("key_id", words(said.text("Key")), lambda each: each.id),
            told("scopes", words(said.text("For"))),
            data("issued_at"),
            told("expires_at", words(said.text("Valid until"))),
            told("status", words(said.text("Status"))),
        )
        desk.out.show({"till": meant.id, "keys": keys.document}, keys.table)

    @command("revoke", language.text("Let the key of a till never work again."))
    def revoke(
        desk: Desk, *, key: Annotated[str, argument("KEY", language.text("The id of the key."))]
    ) -> None:
        with desk.village() as village:
            revoked = village.redemption.revoke_key(key)
        document = {"key_id": revoked.id, "till": revoked.till_id, "status": revoked.status}
        desk.out.show(document, desk.language.text("The key {key} is revoked", key=revoked.id))


def _read_hours(language: Language, told: Sequence[str] | None) -> list[Opening]:
    """``1-6=08:30-20:00`` for each day from Monday to Saturday."""
    hours = []
    for text in told or ():
        if (found := _HOURS.fullmatch(text.strip())) is None:
            raise typer.BadParameter(
                language.text("Write hours like 1-6=08:30-20:00, not as {text}.", text=text)
            )
        first, last, opens, closes = found.groups()
        days = range(int(first), int(last or first) + 1)
        hours += [Opening(day, opens.zfill(5), closes.zfill(5)) for day in days]
    return hours


def _written(hours: Sequence[Opening]) -> list[str]:
    return [f"{each.weekday}={each.opens}-{each.closes}" for each in hours]


def _show_new(desk: Desk, till: Till, key: TillKey, text: str) -> None:
    document = {"till": till.id, "outlet": till.outlet_id, "name": till.name, "key_id": key.id, "key": text}
    sentence = desk.language.text(
        "{till} has the key {key}. It is shown this once: keep it safe. To revoke it: {id}",
        till=till.name,
        key=text,
        id=key.id,
    )
    desk.out.show(document, sentence)


def _show(desk: Desk, village: Community, outlets: Sequence[Outlet]) -> None:
    said = desk.language
    merchants = sorted({outlet.merchant_id for outlet in outlets})
    tills = [till for merchant in merchants for till in village.redemption.tills(merchant)]
    at = {outlet.id: [till for till in tills if till.outlet_id == outlet.id] for outlet in outlets}
    show_listing(
        desk,
        "outlets",
        said.text("Outlets"),
        outlets,
        told("outlet", words(said.text("Outlet")), lambda each: each.id),
        data("address", merchant="merchant_id"),
        told("name", words(said.text("Name"))),
        told("hours", of=lambda each: _written(each.hours)),
        seen(words(said.text("Open")), lambda each: _written(each.hours) or said.text("always")),
        told(
            "tills",
            words(said.text("Tills")),
            of=lambda each: [{"till": t.id, "name": t.name, "status": t.status} for t in at[each.id]],
            seen=lambda each: said.joined([till.name for till in at[each.id]]),
        ),
        told("status", words(said.text("Status"))),
    )
