"""``guardian``: who answers for whom."""

# Typer reads annotations as they are: no `from __future__ import annotations` here.

from typing import Annotated

from gridpoints.cli.commands import Commands, argument, flag, reason_option
from gridpoints.cli.desk import Desk
from gridpoints.cli.listing import data, listing, seen, told
from gridpoints.cli.output import words
from gridpoints.i18n import Language


def register(command: Commands, language: Language) -> None:
    """Add the command of this module."""
    guardian_help = language.text("Who answers for them, by number, id or name; without it, all are shown.")
    ended_help = language.text("They are their guardian no longer.")

    @command("guardian", language.text("Note who is a member's guardian, or show who is."))
    def guardian(
        desk: Desk,
        *,
        member: Annotated[str, argument("MEMBER", language.text("Whose guardian, by number, id or name."))],
        guardian: Annotated[str | None, argument("[GUARDIAN]", guardian_help)] = None,
        ended: Annotated[bool, flag("--ended", ended_help)] = False,
        reason: Annotated[str | None, reason_option(language)] = None,
    ) -> None:
        with desk.village() as village:
            room, ward = village.community, desk.member(village, member)
            if guardian is not None:
                act = room.end_guardianship if ended else room.name_guardian
                act(ward.id, desk.member(village, guardian).id, reason=reason)
            found = room.guardians_of(ward.id)
        said = desk.language
        guardians = listing(
            desk,
            said.text("Guardians"),
            found,
            data(member="id"),
            seen(words(said.text("Member")), lambda _: ward.name),
            told("name", words(said.text("Guardian"))),
        )
        document = {"member": ward.id, "guardians": guardians.document}
        desk.out.show(document, guardians.table if found else said.text("There are none."))
