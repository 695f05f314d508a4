"""``exclusion``: members who take no part by a decision, and who lets them take part again."""

# Typer reads annotations as they are: no `from __future__ import annotations` here.

from collections.abc import Sequence
from operator import attrgetter
from typing import Annotated

from gridpoints.awards.exclusions import Exclusion
from gridpoints.cli.commands import Commands, argument, member_argument, option, reason_option
from gridpoints.cli.desk import Desk
from gridpoints.cli.listing import data, seen, show_listing
from gridpoints.cli.output import words
from gridpoints.exchange import Community
from gridpoints.i18n import Language
from gridpoints.sheets.cells import read_day


def register(commands: Commands, language: Language) -> None:
    """Add the commands of this module."""
    command = commands.group(
        "exclusion", language.text("Members who take no part, because somebody decided so.")
    )

    @command("add", language.text("Exclude a member, for a reason that the rules list."))
    def add(
        desk: Desk,
        *,
        member: Annotated[str, member_argument(language)],
        reason: Annotated[str, argument("REASON", language.text("Its code under “exclusion” in the rules."))],
        note: Annotated[str, option("TEXT", language.text("What was found; it stays on record."))],
        since: Annotated[
            str | None, option("DAY", language.text("The first day; without it, today."))
        ] = None,
        until: Annotated[
            str | None,
            option(
                "DAY", language.text("The day on which they take part again; without it, as the rules say.")
            ),
        ] = None,
    ) -> None:
        begins, ends = (None if day is None else read_day(day) for day in (since, until))
        with desk.village() as village:
            person = desk.member(village, member)
            made = village.awards.exclude(person.id, reason, note=note, since=begins, until=ends)
            _show(desk, village, [made])

    @command("list", language.text("Show the decisions about a member, or about anybody."))
    def listed(
        desk: Desk,
        *,
        member: Annotated[
            str | None, argument("MEMBER", language.text("The member's number, id or name; without it, all."))
        ] = None,
    ) -> None:
        with desk.village() as village:
            about = None if member is None else desk.member(village, member).id
            _show(desk, village, village.awards.exclusions(about))

    @command("lift", language.text("Let a member take part again from today on."))
    def lift(
        desk: Desk,
        *,
        exclusion: Annotated[str, argument("EXCLUSION", language.text("The number of the decision."))],
        note: Annotated[str, reason_option(language)],
    ) -> None:
        with desk.village() as village:
            _show(desk, village, [village.awards.lift_exclusion(exclusion, note=note)])


#: What programs are told of a decision, here and in the record of a member.
EXCLUSION = data(
    "id", "reason", "since", "until", "note", "decided_by", "lifted_on", "status", member="member_id"
)


def _show(desk: Desk, village: Community, found: Sequence[Exclusion]) -> None:
    said = desk.language
    people = {each.id: each.name for each in village.community.members()}
    show_listing(
        desk,
        "exclusions",
        said.text("Exclusions"),
        found,
        EXCLUSION,
        seen(words(said.text("Number")), attrgetter("id")),
        seen(words(said.text("Member")), lambda each: people[each.member_id]),
        seen(words(said.text("Reason")), lambda each: f"{each.reason}: {each.note}"),
        seen(words(said.text("From")), attrgetter("since")),
        seen(words(said.text("Until")), attrgetter("decided.until")),
        seen(words(said.text("Status")), attrgetter("status")),
    )
