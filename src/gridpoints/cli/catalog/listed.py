"""All that stands in the catalog, found by name, and shown in one list."""

# Typer reads annotations as they are: no `from __future__ import annotations` here.

from collections.abc import Collection, Sequence
from typing import Any

from gridpoints.catalog.listing import Listed
from gridpoints.catalog.model import ItemStatus, ServiceItem
from gridpoints.catalog.posts import Errand
from gridpoints.catalog.series import Series
from gridpoints.catalog.tasks import Task
from gridpoints.cli.commands import argument, flag, option
from gridpoints.cli.desk import Desk
from gridpoints.cli.listing import show_listing, told
from gridpoints.cli.output import words
from gridpoints.errors import NameAmbiguous, RecordUnknown
from gridpoints.exchange import Community
from gridpoints.i18n import Language
from gridpoints.records import kind_of


def publish_option(language: Language) -> Any:
    """The option that publishes what is drafted at once."""
    return flag("--publish", language.text("Publish it at once."))


def place_option(language: Language) -> Any:
    """The option for where it is."""
    return option("TEXT", language.text("Where it is."))


def item_argument(language: Language) -> Any:
    """The argument that names a service item."""
    return argument("ITEM", language.text("The service item, by its name or its id."))


def everything(village: Community) -> list[Listed]:
    """All that is listed, whatever its state, kind by kind."""
    room = village.catalog
    with village.context.read() as work:
        tasks = work.find(Task, order=("name", "id"))
    found: list[Listed] = [*room.items(None), *room.series(), *room.posts(None), *room.errands(None)]
    return [*found, *room.task_lists(None), *tasks, *room.things(None), *room.programmes(None)]


def find(desk: Desk, village: Community, text: str, *kinds: type[Listed]) -> Any:
    """The one that an id or a name means, of these kinds or of all.

    Raises `RecordUnknown`, and `NameAmbiguous` where several bear the name.
    """
    listed = [each for each in everything(village) if not kinds or isinstance(each, kinds)]
    named = names_of(village, listed)
    desk.known |= named
    found = [each for each in listed if each.id == text] or [e for e in listed if named[e.id] == text]
    # What is closed stands in nobody's way, where something else bears its name.
    found = [each for each in found if each.status is not ItemStatus.CLOSED] or found
    if not found:
        raise RecordUnknown(kind=kind_of(kinds[0]) if kinds else "service_item", id=text)
    if len(found) > 1:
        raise NameAmbiguous(name=text, ids=tuple(each.id for each in found))
    return found[0]


def item_id(desk: Desk, village: Community, text: str) -> str:
    """The id of the service item that is meant; raises as `find` does."""
    item: ServiceItem = find(desk, village, text, ServiceItem)
    return item.id


def names_of(village: Community, records: Collection[Listed]) -> dict[str, str]:
    """What each is called: an errand by what is asked for, a series by its service and its pattern."""
    items = {item.id: item.name for item in village.catalog.items(None)}
    return {each.id: _name(each, items) for each in records}


def _name(record: Listed, items: dict[str, str]) -> str:
    match record:
        case Errand():
            return record.text
        case Series():
            return f"{items[record.item_id]} {record.pattern}"
    return record.name


def keep(desk: Desk, village: Community, drafted: Listed, *, publish: bool) -> None:
    """Show what was drafted, published where that is wanted."""
    show(desk, village, [village.catalog.publish(drafted) if publish else drafted])


def show(desk: Desk, village: Community, records: Sequence[Listed]) -> None:
    """Show these records, each with its kind and its state."""
    said, named = desk.language, names_of(village, records)
    show_listing(
        desk,
        "listed",
        said.text("Catalog"),
        records,
        told("kind", words(said.text("Kind")), kind_of, lambda each: said.word(kind_of(each), "kind")),
        told("name", words(said.text("Name")), lambda each: named[each.id]),
        told("status", words(said.text("Status"))),
        told("id", words(said.text("Number"))),
        none=said.text("There are none."),
    )
