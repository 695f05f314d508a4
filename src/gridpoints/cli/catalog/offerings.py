"""``catalog``: posts, errands, lists of tasks, programmes."""

# Typer reads annotations as they are: no `from __future__ import annotations` here.

from typing import Annotated, Any

from gridpoints.catalog.model import Mode
from gridpoints.catalog.tasks import TaskList
from gridpoints.cli.catalog import listed
from gridpoints.cli.commands import Commands, argument, flag, option
from gridpoints.cli.desk import Desk
from gridpoints.i18n import Language
from gridpoints.sheets.cells import read_day


def register(command: Commands, language: Language) -> None:
    """Add the commands of this module."""
    _register_posts(command, language)
    _register_tasks(command, language)
    _register_programmes(command, language)


def _name_argument(language: Language) -> Any:
    return argument("NAME", language.text("What it is called."))


def _since_option(language: Language) -> Any:
    return option("DAY", language.text("The first day, like 2024-03-31."), "--from")


def _until_option(language: Language) -> Any:
    return option("DAY", language.text("The last day, which belongs to it."))


def _register_posts(command: Commands, language: Language) -> None:
    @command("post", language.text("Draft a standing post, which is held for a term."))
    def post(
        desk: Desk,
        *,
        item: Annotated[str, listed.item_argument(language)],
        name: Annotated[str, _name_argument(language)],
        since: Annotated[str, _since_option(language)],
        until: Annotated[str | None, _until_option(language)] = None,
        places: Annotated[int, option("NUMBER", language.text("How many people hold it."))] = 1,
        duties: Annotated[str, option("TEXT", language.text("What is to be done, and when."))] = "",
        place: Annotated[str, listed.place_option(language)] = "",
        publish: Annotated[bool, listed.publish_option(language)] = False,
    ) -> None:
        with desk.village() as village, village.transaction():
            drafted = village.catalog.draft_post(
                listed.item_id(desk, village, item),
                name,
                starts_on=read_day(since),
                ends_on=None if until is None else read_day(until),
                places=places,
                duties=duties,
                place=place,
            )
            listed.keep(desk, village, drafted, publish=publish)

    @command("errand", language.text("Write down what a resident asks to have done."))
    def errand(
        desk: Desk,
        *,
        item: Annotated[str, listed.item_argument(language)],
        member: Annotated[str, argument("MEMBER", language.text("Who asks, by number, id or name."))],
        text: Annotated[str, argument("TEXT", language.text("What is to be done; everybody can read it."))],
        mode: Annotated[
            str,
            option(
                "MODE",
                language.text(
                    "How it is given: {known}.", known=", ".join(language.word(mode) for mode in Mode)
                ),
            ),
        ],
        mandate: Annotated[str, option("TEXT", language.text("What may be done in their name."))] = "",
        start: Annotated[
            str, option("TEXT", language.text("Where to begin, for whoever takes it on."), "--from-place")
        ] = "",
        end: Annotated[
            str, option("TEXT", language.text("Where to go, for whoever takes it on."), "--to-place")
        ] = "",
        publish: Annotated[bool, listed.publish_option(language)] = False,
    ) -> None:
        with desk.village() as village, village.transaction():
            asked = village.catalog.ask_errand(
                listed.item_id(desk, village, item),
                desk.member(village, member).id,
                text,
                mode=desk.choice("mode", mode, Mode),
                mandate=mandate,
                from_place=start,
                to_place=end,
            )
            listed.keep(desk, village, asked, publish=publish)


def _register_tasks(command: Commands, language: Language) -> None:
    list_argument = argument("LIST", language.text("The list of tasks, by its name or its id."))

    @command("task-list", language.text("Draft a list of tasks, mostly for a month."))
    def task_list(
        desk: Desk,
        *,
        name: Annotated[str, _name_argument(language)],
        since: Annotated[str, _since_option(language)],
        until: Annotated[
            str | None, option("DAY", language.text("The last day; without it, that of the month."))
        ] = None,
        fresh: Annotated[
            bool, flag("--fresh", language.text("Carry nothing over that was left of the list before."))
        ] = False,
        publish: Annotated[bool, listed.publish_option(language)] = False,
    ) -> None:
        with desk.village() as village, village.transaction():
            drafted = village.catalog.draft_task_list(
                name,
                starts_on=read_day(since),
                ends_on=None if until is None else read_day(until),
                carry_over=not fresh,
            )
            listed.keep(desk, village, drafted, publish=publish)

    @command("task", language.text("Put a task on a list."))
    def task(
        desk: Desk,
        *,
        list_: Annotated[str, list_argument],
        item: Annotated[str, listed.item_argument(language)],
        name: Annotated[str, _name_argument(language)],
        places: Annotated[int, option("NUMBER", language.text("For how many people."))] = 1,
        place: Annotated[str, listed.place_option(language)] = "",
    ) -> None:
        with desk.village() as village:
            of: TaskList = listed.find(desk, village, list_, TaskList)
            added = village.catalog.add_task(
                of, listed.item_id(desk, village, item), name, places=places, place=place
            )
            listed.show(desk, village, [added])

    @command("tasks", language.text("The tasks of a list."))
    def tasks(desk: Desk, *, list_: Annotated[str, list_argument]) -> None:
        with desk.village() as village:
            of: TaskList = listed.find(desk, village, list_, TaskList)
            listed.show(desk, village, village.catalog.tasks(of.id))


def _register_programmes(command: Commands, language: Language) -> None:
    @command("programme", language.text("Draft a programme: services under one theme."))
    def programme(
        desk: Desk,
        *,
        name: Annotated[str, _name_argument(language)],
        since: Annotated[str, _since_option(language)],
        until: Annotated[str | None, _until_option(language)] = None,
        item: Annotated[
            list[str] | None,
            option("ITEM", language.text("A service that belongs to it; repeat it for each.")),
        ] = None,
        text: Annotated[str, option("TEXT", language.text("What it is about."))] = "",
        publish: Annotated[bool, listed.publish_option(language)] = False,
    ) -> None:
        with desk.village() as village, village.transaction():
            drafted = village.catalog.draft_programme(
                name,
                starts_on=read_day(since),
                ends_on=None if until is None else read_day(until),
                item_ids=[listed.item_id(desk, village, each) for each in item or ()],
                description=text,
            )
            listed.keep(desk, village, drafted, publish=publish)
