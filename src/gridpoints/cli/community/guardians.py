"""``guardian``: who answers for whom."""

# Typer reads annotations as they are: no `from __future__ import annotations` here.

from typing import Annotated

import typer

from gridpoints.cli.desk import Desk, command
from gridpoints.cli.output import words
from gridpoints.i18n import Language


def register(app: typer.Typer, language: Language) -> None:
    """Add the command of this module."""
    guardian_help = language.text("Who answers for them, by number, id or name; without it, all are shown.")
    ended_help = language.text("They are their guardian no longer.")
    reason_help = language.text("Why; it stays on record.")

    @command(app, language, "guardian", language.text("Note who is a member's guardian, or show who is."))
    def guardian(
        desk: Desk,
        *,
        member: Annotated[
            str,
            typer.Argument(metavar="MEMBER", help=language.text("Whose guardian, by number, id or name.")),
        ],
        guardian: Annotated[str | None, typer.Argument(metavar="[GUARDIAN]", help=guardian_help)] = None,
        ended: Annotated[bool, typer.Option("--ended", help=ended_help)] = False,
        reason: Annotated[str | None, typer.Option(metavar="TEXT", help=reason_help)] = None,
    ) -> None:
        with desk.village() as village:
            room, ward = village.community, desk.member(village, member)
            if guardian is not None:
                act = room.end_guardianship if ended else room.name_guardian
                act(ward.id, desk.member(village, guardian).id, reason=reason)
            found = room.guardians_of(ward.id)
        said = desk.language
        table = desk.out.table(
            said.text("Guardians"),
            [words(said.text("Member")), words(said.text("Guardian"))],
            [(ward.name, each.name) for each in found],
        )
        document = {
            "member": ward.id,
            "guardians": [{"member": each.id, "name": each.name} for each in found],
        }
        desk.out.show(document, table if found else said.text("There are none."))
