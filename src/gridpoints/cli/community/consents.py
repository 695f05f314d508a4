"""``consent``: what members agree to, or guardians for them, and what they agree to no longer."""

# Typer reads annotations as they are: no `from __future__ import annotations` here.

from collections.abc import Sequence
from operator import attrgetter
from typing import Annotated

from gridpoints.cli.commands import Commands, argument, member_argument, option, reason_option
from gridpoints.cli.desk import Desk
from gridpoints.cli.listing import data, seen, show_listing
from gridpoints.cli.output import words
from gridpoints.community.consents import GRADES, Consent
from gridpoints.exchange import Community
from gridpoints.i18n import Language

#: What programs are told of a consent, here and in the record of a member.
CONSENT = data(
    "id", "given_by", "covers", "recorded_by", "since", "until", "withdrawn_at", "status", member="member_id"
)


def register(commands: Commands, language: Language) -> None:
    """Add the commands of this module."""
    command = commands.group("consent", language.text("What members agree to, or guardians for them."))

    @command("add", language.text("Write down that a member agrees, or a guardian for them."))
    def add(
        desk: Desk,
        *,
        member: Annotated[str, member_argument(language)],
        by: Annotated[
            str | None,
            option(
                "WHO",
                language.text("The guardian, by id, or by name if no member; without it, they themselves."),
            ),
        ] = None,
        covers: Annotated[
            str,
            option(
                "WHAT",
                language.text("To what: grades, to be made public; community or session:ID, to take part."),
            ),
        ] = GRADES,
    ) -> None:
        with desk.village() as village:
            person = desk.member(village, member)
            made = village.community.record_consent(person.id, by or person.id, covers=covers)
            _show(desk, village, [made])

    @command("list", language.text("Show what somebody agreed to, or a guardian for them."))
    def listed(desk: Desk, *, member: Annotated[str, member_argument(language)]) -> None:
        with desk.village() as village:
            _show(desk, village, village.community.consents_for(desk.member(village, member).id))

    @command("withdraw", language.text("Write down that they agree no longer, from now on."))
    def withdraw(
        desk: Desk,
        *,
        consent: Annotated[str, argument("CONSENT", language.text("The number of the consent."))],
        reason: Annotated[str | None, reason_option(language)] = None,
    ) -> None:
        with desk.village() as village:
            _show(desk, village, [village.community.withdraw_consent(consent, reason=reason)])


def _show(desk: Desk, village: Community, found: Sequence[Consent]) -> None:
    said = desk.language
    people = {each.id: each.name for each in village.community.members()}
    show_listing(
        desk,
        "consents",
        said.text("Consents"),
        found,
        CONSENT,
        seen(words(said.text("Number")), attrgetter("id")),
        seen(words(said.text("Member")), lambda each: people[each.member_id]),
        seen(words(said.text("Given by")), lambda each: people.get(each.given_by, each.given_by)),
        seen(words(said.text("Covers")), attrgetter("covers")),
        seen(words(said.text("From")), attrgetter("since")),
        seen(words(said.text("Until")), lambda each: each.withdrawn_at or each.until),
        seen(words(said.text("Status")), attrgetter("status")),
    )
