"""``key new``: what a community signs its checkpoints with."""

# Typer reads annotations as they are: no `from __future__ import annotations` here.

from pathlib import Path
from typing import Annotated

import typer

from gridpoints.cli.commands import OF_STORES, Commands, argument, option
from gridpoints.cli.desk import Desk
from gridpoints.cli.files import write_secret, write_text
from gridpoints.cli.output import words
from gridpoints.i18n import Language
from gridpoints.ledger.checkpoint import PrivateKey, origin_of


def register(commands: Commands, language: Language) -> None:
    """Add the commands of this module."""
    command = commands.group("key", language.text("The key that a community signs its checkpoints with."))

    @command(
        "new",
        language.text("Make a key: a private file to sign with, and a public one to be published."),
        without=OF_STORES,
    )
    def new(
        desk: Desk,
        *,
        id: Annotated[str, argument("ID", language.text("The community's short name."))],
        out: Annotated[
            Path | None,
            option(
                "FILE",
                language.text(
                    "Where the private key is written, never over another file; without it, ID.pem."
                    " The public key stands beside it, with the ending .pub."
                ),
            ),
        ] = None,
    ) -> None:
        private = Path(f"{id}.pem") if out is None else out
        public = private.with_suffix(".pub")
        if public == private:
            raise typer.BadParameter(language.text("The ending .pub is that of the public key."))
        key = PrivateKey.generate(origin_of(id))
        write_secret(private, key.to_pem())
        write_text(public, f"{key.public}\n")
        said = desk.language
        document = {"name": key.name, "private": str(private), "public": str(public), "key": str(key.public)}
        table = desk.out.table(
            said.text("The key of {community}", community=id),
            [words(""), words("")],
            [
                (said.text("To sign with, for nobody else to see"), str(private)),
                (said.text("To be published"), str(public)),
            ],
        )
        desk.out.show(document, table, str(key.public))
