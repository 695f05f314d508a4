"""``catalog``: things to lend, and who has them."""

# Typer reads annotations as they are: no `from __future__ import annotations` here.

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Annotated, Any

import typer

from gridpoints.catalog.things import AWAY, Loan, LoanStatus, Thing
from gridpoints.cli.catalog import listed
from gridpoints.cli.desk import Desk, command
from gridpoints.cli.output import figures, words
from gridpoints.errors import RecordUnknown
from gridpoints.exchange import Community
from gridpoints.i18n import Language
from gridpoints.sheets.cells import read_day


def register(group: typer.Typer, language: Language) -> None:
    """Add the commands of this module."""
    _register_lending(group, language)
    _register_returning(group, language)


def _thing_argument(language: Language) -> Any:
    return typer.Argument(metavar="THING", help=language.text("The thing, by its name or its id."))


def _member_argument(language: Language) -> Any:
    return typer.Argument(metavar="MEMBER", help=language.text("Who, by number, id or name."))


def _until_option(language: Language) -> Any:
    return typer.Option(
        metavar="DAY", help=language.text("Until the end of this day; without it, as long as it is lent.")
    )


def _register_lending(group: typer.Typer, language: Language) -> None:
    @command(group, language, "thing", language.text("Draft something to be lent."))
    def thing(
        desk: Desk,
        *,
        name: Annotated[str, typer.Argument(metavar="NAME", help=language.text("What it is called."))],
        stock: Annotated[int, typer.Option(metavar="NUMBER", help=language.text("How many there are."))] = 1,
        days: Annotated[
            int, typer.Option(metavar="NUMBER", help=language.text("For how many days one is lent."))
        ] = 7,
        place: Annotated[str, listed.place_option(language)] = "",
        publish: Annotated[bool, listed.publish_option(language)] = False,
    ) -> None:
        with desk.village() as village, village.transaction():
            drafted = village.catalog.draft_thing(name, stock=stock, days=days, place=place)
            listed.keep(desk, village, drafted, publish=publish)

    @command(group, language, "lend", language.text("Lend a thing to a member."))
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

    @command(group, language, "renew", language.text("Let a member keep a thing longer."))
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


def _register_returning(group: typer.Typer, language: Language) -> None:
    def ending(name: str, help: str, act: Callable[[Community, str], Loan]) -> None:
        @command(group, language, name, help)
        def end(
            desk: Desk,
            *,
            thing: Annotated[str, _thing_argument(language)],
            member: Annotated[str, _member_argument(language)],
        ) -> None:
            with desk.village() as village:
                _show(desk, village, [act(village, _loan(desk, village, thing, member).id)])

    ending(
        "return",
        language.text("Note that a thing was brought back."),
        lambda village, id: village.catalog.take_back(id),
    )
    ending(
        "lost",
        language.text("Note that a thing will not come back."),
        lambda village, id: village.catalog.note_lost(id),
    )

    @command(group, language, "loans", language.text("What is not on the shelf, and when it is due."))
    def loans(
        desk: Desk,
        *,
        overdue: Annotated[
            bool, typer.Option("--overdue", help=language.text("Only what is overdue."))
        ] = False,
        left: Annotated[
            bool, typer.Option("--left", help=language.text("Only what those have who left: decide on each."))
        ] = False,
        member: Annotated[
            str | None, typer.Option(metavar="MEMBER", help=language.text("Only what this member has."))
        ] = None,
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
    document = {
        "loans": [
            {
                "loan": each.id,
                "thing": each.thing_id,
                "name": things[each.thing_id],
                "member": each.member_id,
                "lent_at": each.lent_at,
                "due_at": each.due_at,
                "returned_at": each.returned_at,
                "status": each.status,
            }
            for each in loans
        ]
    }
    table = desk.out.table(
        said.text("Loans"),
        [
            words(said.text("Thing")),
            words(said.text("Member")),
            figures(said.text("Last day")),
            words(said.text("Status")),
        ],
        [
            (
                things[each.thing_id],
                desk.known[each.member_id],
                said.date(village.context.local_day(each.due_at - timedelta(seconds=1))),
                said.word(each.status),
            )
            for each in loans
        ],
    )
    desk.out.show(document, table if loans else said.text("There are none."))
