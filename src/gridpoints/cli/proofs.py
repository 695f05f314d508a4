"""``seal``, ``receipt`` and ``verify-receipt``: the ledger is proved to those who do not trust it."""

# Typer reads annotations as they are: no `from __future__ import annotations` here.

import json
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.text import Text

from gridpoints.cli.desk import OF_STORES, Desk, command
from gridpoints.cli.files import read_text, write_text
from gridpoints.cli.output import words
from gridpoints.cli.receipts import Told
from gridpoints.exchange import Community
from gridpoints.i18n import Language
from gridpoints.ledger.checkpoint import Checkpoint, PrivateKey, PublicKey, origin_of, to_base64
from gridpoints.ledger.receipt import Receipt, verify
from gridpoints.ledger.seals import Seal
from gridpoints.values import check_whole, zone


def register(app: typer.Typer, language: Language) -> None:
    """Add the commands of this module."""

    @command(
        app,
        language,
        "seal",
        language.text("Seal the journal up to now: one hash over every line, signed, to be published."),
    )
    def seal(
        desk: Desk,
        *,
        key: Annotated[
            Path | None,
            typer.Option(
                metavar="FILE",
                help=language.text("The private key to sign with: see `gridpoints key new`."),
            ),
        ] = None,
        out: Annotated[
            Path | None,
            typer.Option(
                metavar="FILE", help=language.text("Write the checkpoint to a file, to be published.")
            ),
        ] = None,
    ) -> None:
        with desk.village() as village:
            signer = key and PrivateKey.from_pem(origin_of(village.id), read_text(key))
            before = village.ledger.verify_seal_size() if False else _sealed(village)
            made = village.ledger.seal(signer)
        if made is not None and out is not None:
            write_text(out, made.note)
        document = {
            "lines": made.size if made else 0,
            "new": made.size - before if made else 0,
            "root": made and to_base64(made.root),
            "sealed_at": made and made.sealed_at,
            "signed_by": _signers(made.note) if made else (),
            "checkpoint": made and made.note,
        }
        desk.out.show(document, _sealing(desk, made, before))
