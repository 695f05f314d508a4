"""``exclusion``: members who take no part by a decision, and who lets them take part again."""

# Typer reads annotations as they are: no `from __future__ import annotations` here.

from collections.abc import Sequence
from typing import Annotated, Any

from gridpoints.awards.exclusions import Exclusion
from gridpoints.cli.commands import Commands, argument, member_argument, option, reason_option
from gridpoints.cli.desk import Desk
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


def exclusion_document(each: Exclusion) -> dict[str, Any]:
    """A decision, as JSON has it."""
    return {
        "id": each.id,
        "member": each.member_id,
        "reason": each.reason,
        "since": each.since,
        "until": each.until,
        "note": each.note,
        "decided_by": each.decided_by,
        "lifted_on": each.lifted_on,
        "status": each.status,
    }


def _show(desk: Desk, village: Community, found: Sequence[Exclusion]) -> None:
    said = desk.language
    people = {each.id: each.name for each in village.community.members()}
    table = desk.out.table(
        said.text("Exclusions"),
        [
            words(said.text("Number")),
            words(said.text("Member")),
            words(said.text("Reason")),
            words(said.text("From")),
            words(said.text("Until")),
            words(said.text("Status")),
        ],
        [
            (
                each.id,
                people[each.member_id],
                f"{each.reason}: {each.note}",
                said.date(each.since),
                "" if each.decided.until is None else said.date(each.decided.until),
                said.word(each.status),
            )
            for each in found
        ],
    )
    desk.out.show({"exclusions": [exclusion_document(each) for each in found]}, table)
