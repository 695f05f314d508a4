"""``catalog``: service items, drafted, published, closed, and found."""

# Typer reads annotations as they are: no `from __future__ import annotations` here.

from collections.abc import Sequence
from typing import Annotated, Any

from gridpoints.catalog.model import ItemStatus, Mode, Session
from gridpoints.catalog.posts import Errand
from gridpoints.catalog.presets import preset_names
from gridpoints.catalog.searching import Found
from gridpoints.cli.catalog import listed
from gridpoints.cli.commands import Commands, argument, flag, option, reason_option
from gridpoints.cli.desk import Desk, translations
from gridpoints.cli.listing import data, listing, seen, show_listing, told
from gridpoints.cli.output import words
from gridpoints.errors import PresetUnknown
from gridpoints.exchange import Community
from gridpoints.i18n import Language
from gridpoints.records import kind_of
from gridpoints.sheets.cells import read_day


def register(command: Commands, language: Language) -> None:
    """Add the commands of this module."""
    _register_items(command, language)
    _register_life(command, language)
    _register_search(command, language)


def _modes(language: Language) -> str:
    return ", ".join(language.word(mode) for mode in Mode)


def _register_items(command: Commands, language: Language) -> None:
    @command("draft", language.text("Draft a service item."))
    def draft(
        desk: Desk,
        *,
        name: Annotated[str, argument("NAME", language.text("What it is called."))],
        deed: Annotated[str, option("CODE", language.text("What it counts as in the rules."))],
        translation: Annotated[
            list[str] | None,
            option("LANG=NAME", language.text("The name in another language; repeat it for each."), "--in"),
        ] = None,
        text: Annotated[str, option("TEXT", language.text("What is done, in a few sentences."))] = "",
        category: Annotated[str | None, option("CODE", language.text("The field of service."))] = None,
        mode: Annotated[
            list[str] | None,
            option(
                "MODE", language.text("How it is given: {known}; repeat it for each.", known=_modes(language))
            ),
        ] = None,
        skill: Annotated[
            list[str] | None,
            option("CODE", language.text("What one must be able to do; repeat it for each.")),
        ] = None,
        age: Annotated[int | None, option("YEARS", language.text("How old one must be."))] = None,
        mandate: Annotated[
            bool, flag("--mandate", language.text("It takes a written mandate of the resident."))
        ] = False,
        consent: Annotated[
            bool, flag("--consent", language.text("It takes the consent of a guardian or the resident."))
        ] = False,
        place: Annotated[str, listed.place_option(language)] = "",
        publish: Annotated[bool, listed.publish_option(language)] = False,
    ) -> None:
        with desk.village() as village, village.transaction():
            others = translations(language, "--in", translation)
            drafted = village.catalog.draft(
                name,
                deed=deed,
                description=text,
                category=category,
                modes=[desk.choice("mode", each, Mode) for each in mode or ()],
                skills=skill or (),
                minimum_age=age,
                mandate=mandate,
                consent=consent,
                place=place,
            )
            if others:  # the name itself is in the community's own language, whichever that is
                drafted = village.catalog.amend(drafted, names=others)
            listed.keep(desk, village, drafted, publish=publish)

    known = (*preset_names("catalogs"), *preset_names("calendars"))

    @command(
        "adopt",
        language.text("Adopt the fields of service, or the holidays of a year, that come with gridpoints."),
    )
    def adopt(
        desk: Desk,
        *,
        name: Annotated[str, argument("NAME", language.text("One of: {known}.", known=", ".join(known)))],
    ) -> None:
        if name not in known:
            raise PresetUnknown(name=name, known=known)
        with desk.village() as village:
            if name in preset_names("calendars"):
                changed = village.catalog.adopt_calendar(name)
                document = {"adopted": name, "categories": [], "series_changed": len(changed)}
                desk.out.show(document, desk.language.text("{name} is adopted", name=name))
                return
            found = village.catalog.adopt_categories(name)
        said = desk.language
        categories = listing(
            desk,
            said.text("Fields of service"),
            found,
            told("id", words(said.text("Code"))),
            told("name", words(said.text("Name")), lambda each: said.name(each.names, each.name)),
        )
        document = {"adopted": name, "categories": categories.document, "series_changed": 0}
        desk.out.show(document, categories.table)


def _register_life(command: Commands, language: Language) -> None:
    what = argument("NAME", language.text("What is meant, by its name or its id: anything that is listed."))

    @command("publish", language.text("Show to everybody what was drafted, or closed before."))
    def publish(desk: Desk, *, name: Annotated[str, what]) -> None:
        with desk.village() as village:
            listed.show(desk, village, [village.catalog.publish(listed.find(desk, village, name))])

    @command("close", language.text("Take something off the list; what was claimed or lent goes on."))
    def close(
        desk: Desk,
        *,
        name: Annotated[str, what],
        reason: Annotated[str | None, reason_option(language)] = None,
    ) -> None:
        with desk.village() as village:
            closed = village.catalog.close(listed.find(desk, village, name), reason=reason)
            listed.show(desk, village, [closed])

    @command("list", language.text("All that is listed, drafts and what is closed too."))
    def listing(
        desk: Desk,
        *,
        status: Annotated[
            str | None, option("draft|published|closed", language.text("Only what is in this state."))
        ] = None,
    ) -> None:
        wanted = None if status is None else desk.choice("status", status, ItemStatus)
        with desk.village() as village:
            found = [each for each in listed.everything(village) if wanted in (None, each.status)]
            listed.show(desk, village, found)

    @command(
        "tick", language.text("Let happen what is due: series, minimums, loans, ends; as often as one likes.")
    )
    def tick(desk: Desk) -> None:
        with desk.village() as village:
            moved = village.catalog.tick()
        said = desk.language
        show_listing(
            desk,
            "moved",
            said.text("What came due"),
            moved,
            told("kind", words(said.text("Kind")), kind_of, lambda each: said.word(kind_of(each), "kind")),
            data("status"),
            seen(words(said.text("Status")), lambda each: said.word(each.status, f"{kind_of(each)}_status")),
            told("id", words(said.text("Number"))),
            none=said.text("Nothing was due."),
        )


def _register_search(command: Commands, language: Language) -> None:
    @command("search", language.text("Find what is published, by words, field, day, and free places."))
    def search(
        desk: Desk,
        *,
        text: Annotated[
            str, argument("[TEXT]", language.text("Words or parts of words, in any language."))
        ] = "",
        category: Annotated[str | None, option("CODE", language.text("The field of service."))] = None,
        mode: Annotated[
            str | None, option("MODE", language.text("How it is given: {known}.", known=_modes(language)))
        ] = None,
        skill: Annotated[str | None, option("CODE", language.text("What one must be able to do."))] = None,
        day: Annotated[str | None, option("DAY", language.text("On this day, like 2024-03-31."))] = None,
        place: Annotated[str, listed.place_option(language)] = "",
        free: Annotated[
            bool, flag("--free", language.text("Only where there is a free place, or one left."))
        ] = False,
        limit: Annotated[int, option("NUMBER", language.text("At most so many."))] = 20,
    ) -> None:
        with desk.village() as village:
            found = village.catalog.search(
                text,
                category=category,
                mode=None if mode is None else desk.choice("mode", mode, Mode),
                skill=skill,
                day=None if day is None else read_day(day),
                place=place,
                free=free,
                limit=limit,
            )
            _show_found(desk, village, found)


def _show_found(desk: Desk, village: Community, found: Sequence[Found]) -> None:
    said = desk.language
    named = listed.names_of(village, [each.record for each in found])
    show_listing(
        desk,
        "found",
        said.text("Found"),
        found,
        told("kind", of=lambda each: kind_of(each.record)),
        seen(words(said.text("Kind")), lambda each: said.word(kind_of(each.record), "kind")),
        told("name", words(said.text("Name")), lambda each: named[each.record.id]),
        seen(words(said.text("When")), lambda each: _when(said, each.sessions, each.record)),
        told(
            "sessions",
            of=lambda each: [
                {"session": s.id, "starts_at": s.starts_at, "ends_at": s.ends_at} for s in each.sessions
            ],
        ),
        told("id", words(said.text("Number")), lambda each: each.record.id),
        none=said.text("There are none."),
    )


def _when(said: Language, sessions: Sequence[Session], record: Any) -> str:
    if isinstance(record, Errand) and record.starts_at is not None:
        return said.instant(record.starts_at)
    return said.joined([said.instant(each.starts_at) for each in sessions[:3]]) if sessions else ""
