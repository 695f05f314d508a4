"""``stars``: how members stand, and what is missing for their next star."""

# Typer reads annotations as they are: no `from __future__ import annotations` here.

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Annotated, Any

from rich.text import Text

from gridpoints.awards.standing import MemberStanding
from gridpoints.cli.commands import Commands, argument, option
from gridpoints.cli.desk import Desk
from gridpoints.cli.listing import listing, seen
from gridpoints.cli.output import figures, words
from gridpoints.community.model import Member
from gridpoints.i18n import Language
from gridpoints.rules.stars import StarLevel
from gridpoints.sheets.cells import read_day
from gridpoints.values import Names


def register(command: Commands, language: Language) -> None:
    """Add the commands of this module."""

    @command(
        "stars",
        language.text("Show the star of a member, or of all, with its figures and what the next one needs."),
    )
    def stars(
        desk: Desk,
        *,
        member: Annotated[
            str | None,
            argument(
                "MEMBER", language.text("The member's number, id or name; without it, all active members.")
            ),
        ] = None,
        day: Annotated[str | None, option("DAY", language.text("On which day; without it, today."))] = None,
    ) -> None:
        on = None if day is None else read_day(day)
        with desk.village() as village:
            if member is None:
                found = village.awards.standings(on)
                people = {each.id: each for each in village.community.members()}
            else:
                person = desk.member(village, member)
                found, people = [village.awards.standing(person.id, on)], {person.id: person}
            units = {unit.code: unit.names for unit in village.rules.units().values()}
        found.sort(key=lambda each: (people[each.member_id].number or "", people[each.member_id].name))
        documents = [_document(desk, people[each.member_id], each) for each in found]
        parts = _all(desk, people, found) if member is None else _one(desk, people, found[0], units)
        desk.out.show({"stars": documents}, *parts)


def _document(desk: Desk, member: Member, found: MemberStanding) -> dict[str, Any]:
    star, barred = found.star, found.barred
    said = [*(star.explanation if star else ()), *(barred.explanation if barred else ())]
    return {
        "member": member.id,
        "number": member.number,
        "name": member.name,
        "day": found.day,
        "since": None if found.since == date.min else found.since,
        "star": star.level.code if star and star.level else None,
        "next": star.next.code if star and star.next else None,
        "missing": {} if star is None else star.missing,
        "metrics": found.metrics,
        "no_shows": found.no_shows,
        "barred": barred is not None,
        "barred_until": barred.until if barred else None,
        "explanation": desk.language.explanation(said, desk.known),
    }


def _level(desk: Desk, level: StarLevel | None) -> str:
    return desk.language.text("no star") if level is None else desk.language.name(level.names, level.code)


def _one(
    desk: Desk, people: Mapping[str, Member], found: MemberStanding, names: Mapping[str, Names]
) -> Sequence[Any]:
    member = people[found.member_id]
    said, star, missing = desk.language, found.star, {} if found.star is None else found.star.missing
    metrics = [*found.metrics, *(metric for metric in missing if metric not in found.metrics)]
    if star is not None:
        for level in (star.level, star.next):
            names = {**names, **{need.metric: need.names for need in (level.needs if level else ())}}
    title = said.text(
        "{name} on {day}: {level}",
        name=member.name,
        day=said.date(found.day),
        level=_level(desk, star.level if star else None),
    )
    rows = [
        (
            said.name(names[metric], metric) if names.get(metric) else said.word(metric, "metric"),
            said.number(found.metrics.get(metric, 0)),
            said.number(missing[metric]) if metric in missing else "",
        )
        for metric in metrics
    ]
    columns = [words(said.text("What counts")), figures(said.text("So far")), figures(said.text("Missing"))]
    lines = _document(desk, member, found)["explanation"]
    return [desk.out.table(title, columns, rows), *([Text("\n".join(lines))] if lines else [])]


def _all(desk: Desk, people: Mapping[str, Member], found: Sequence[MemberStanding]) -> Sequence[Any]:
    said = desk.language
    stars = listing(
        desk,
        said.text("Stars"),
        found,
        seen(words(said.text("Number")), lambda each: people[each.member_id].number),
        seen(words(said.text("Name")), lambda each: people[each.member_id].name),
        seen(words(said.text("Star")), lambda each: _level(desk, each.star.level if each.star else None)),
        seen(figures(said.text("Hours")), lambda each: each.metrics.get("hours", 0)),
        seen(figures(said.text("Times")), lambda each: each.metrics.get("times", 0)),
        seen(figures(said.text("No-shows")), lambda each: len(each.no_shows)),
    )
    return [stars.table]
