"""``catalog``: things to lend, and who has them."""

# Typer reads annotations as they are: no `from __future__ import annotations` here.

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Annotated, Any

from gridpoints.catalog.operations import Catalog
from gridpoints.catalog.things import AWAY, Loan, LoanStatus, Thing
from gridpoints.cli.catalog import listed
from gridpoints.cli.commands import Commands, argument, flag, option
from gridpoints.cli.desk import Desk
from gridpoints.cli.listing import data, seen, show_listing, told
from gridpoints.cli.output import figures, words
from gridpoints.errors import RecordUnknown
from gridpoints.exchange import Community
from gridpoints.i18n import Language
from gridpoints.sheets.cells import read_day


def register(command: Commands, language: Language) -> None:
    """Add the commands of this module."""
    _register_lending(command, language)
    _register_returning(command, language)


def _thing_argument(language: Language) -> Any:
    return argument("THING", language.text("The thing, by its name or its id."))


def _member_argument(language: Language) -> Any:
    return argument("MEMBER", language.text("Who, by number, id or name."))


def _until_option(language: Language) -> Any:
    return option("DAY", language.text("Until the end of this day; without it, as long as it is lent."))


def _register_lending(command: Commands, language: Language) -> None:
    @command("thing", language.text("Draft something to be lent."))
    def thing(
        desk: Desk,
        *,
        name: Annotated[str, argument("NAME", language.text("What it is called."))],
        stock: Annotated[int, option("NUMBER", language.text("How many there are."))] = 1,
        days: Annotated[int, option("NUMBER", language.text("For how many days one is lent."))] = 7,
        place: Annotated[str, listed.place_option(language)] = "",
        publish: Annotated[bool, listed.publish_option(language)] = False,
    ) -> None:
        with desk.village() as village, village.transaction():
            drafted = village.catalog.draft_thing(name, stock=stock, days=days, place=place)
            listed.keep(desk, village, drafted, publish=publish)

    @command("lend", language.text("Lend a thing to a member."))
    def lend(
        desk: Desk,
        *,
        thing: Annotated[str, _thing_argument(language)],
        member: Annotated[str, _member_argument(language)],
        until: Annotated[str | None, _until_option(language)] = None,
    ) -> None:
        with desk.village() as village:
            lent: Thing = listed.find(desk, village, thing, Thing)
            last = None if until is None else read_day(until)
            _show(desk, village, [village.catalog.lend(lent.id, desk.member(village, member).id, until=last)])

    @command("renew", language.text("Let a member keep a thing longer."))
    def renew(
        desk: Desk,
        *,
        thing: Annotated[str, _thing_argument(language)],
        member: Annotated[str, _member_argument(language)],
        until: Annotated[str | None, _until_option(language)] = None,
    ) -> None:
        with desk.village() as village:
            loan = _loan(desk, village, thing, member)
            last = None if until is None else read_day(until)
            _show(desk, village, [village.catalog.renew(loan.id, until=last)])


def _register_returning(command: Commands, language: Language) -> None:
    def ending(name: str, help: str, act: Callable[[Catalog, str], Loan]) -> None:
        @command(name, help)
        def end(
            desk: Desk,
            *,
            thing: Annotated[str, _thing_argument(language)],
            member: Annotated[str, _member_argument(language)],
        ) -> None:
            with desk.village() as village:
                _show(desk, village, [act(village.catalog, _loan(desk, village, thing, member).id)])

    ending("return", language.text("Note that a thing was brought back."), Catalog.take_back)
    ending("lost", language.text("Note that a thing will not come back."), Catalog.note_lost)

    @command("loans", language.text("What is not on the shelf, and when it is due."))
    def loans(
        desk: Desk,
        *,
        overdue: Annotated[bool, flag("--overdue", language.text("Only what is overdue."))] = False,
        left: Annotated[
            bool, flag("--left", language.text("Only what those have who left: decide on each."))
        ] = False,
        member: Annotated[str | None, option("MEMBER", language.text("Only what this member has."))] = None,
    ) -> None:
        with desk.village() as village:
            found = village.catalog.loans(
                member_id=None if member is None else desk.member(village, member).id,
                status=LoanStatus.OVERDUE if overdue else AWAY,
            )
            if left:
                behind = {loan.id for loan in village.catalog.left_behind()}
                found = [loan for loan in found if loan.id in behind]
            _show(desk, village, found)


def _loan(desk: Desk, village: Community, thing: str, member: str) -> Loan:
    """What a member has of a thing; raises `RecordUnknown`."""
    lent: Thing = listed.find(desk, village, thing, Thing)
    found = village.catalog.loans(thing_id=lent.id, member_id=desk.member(village, member).id)
    if not found:
        raise RecordUnknown(kind="loan", id=thing)
    return found[0]  # pieces are alike: the one that is due first comes back first


def _show(desk: Desk, village: Community, loans: Sequence[Loan]) -> None:
    said = desk.language
    desk.name_members(village, [loan.member_id for loan in loans])
    things = {thing.id: thing.name for thing in village.catalog.things(None)}
    show_listing(
        desk,
        "loans",
        said.text("Loans"),
        loans,
        data(loan="id", thing="thing_id", member="member_id"),
        told("name", words(said.text("Thing")), lambda each: things[each.thing_id]),
        seen(words(said.text("Member")), lambda each: desk.known[each.member_id]),
        data("lent_at", "due_at", "returned_at"),
        seen(
            figures(said.text("Last day")),
            lambda each: village.context.local_day(each.due_at - timedelta(seconds=1)),
        ),
        told("status", words(said.text("Status"))),
        none=said.text("There are none."),
    )
