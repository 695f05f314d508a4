"""``seal``, ``receipt``, ``verify-receipt``, ``verify``: the ledger, for those who do not trust it."""

# Typer reads annotations as they are: no `from __future__ import annotations` here.

import json
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.text import Text

from gridpoints.cli.commands import OF_STORES, Commands, argument, option
from gridpoints.cli.desk import Desk
from gridpoints.cli.exits import DONE, SOMETHING_LEFT
from gridpoints.cli.files import read_text, write_text
from gridpoints.cli.ledger.receipts import Told
from gridpoints.cli.listing import Listing, listing, told
from gridpoints.cli.output import figures, words
from gridpoints.i18n import Language
from gridpoints.ledger.checkpoint import Checkpoint, PrivateKey, PublicKey, origin_of, to_base64
from gridpoints.ledger.model import Verification
from gridpoints.ledger.receipt import Receipt, verify
from gridpoints.ledger.seals import Seal
from gridpoints.values import check_whole, zone


def register(command: Commands, language: Language) -> None:
    """Add the commands of this module."""
    _register_sealing(command, language)
    _register_receipts(command, language)
    _register_verifying(command, language)


def _register_sealing(command: Commands, language: Language) -> None:
    @command("seal", language.text("Seal the journal up to now: one hash over every line, to be published."))
    def seal(
        desk: Desk,
        *,
        key: Annotated[
            Path | None,
            option("FILE", language.text("The private key to sign with, from gridpoints key new.")),
        ] = None,
        out: Annotated[Path | None, option("FILE", language.text("Write the checkpoint to a file."))] = None,
    ) -> None:
        with desk.village() as village:
            signer = None if key is None else PrivateKey.from_pem(origin_of(village.id), read_text(key))
            with village.context.read() as work:
                last = work.ledger.last_seal()
            made = village.ledger.seal(signer)
        before = last.size if last else 0
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
        desk.out.show(document, _sealed(desk, made, before))


def _register_receipts(command: Commands, language: Language) -> None:
    @command(
        "receipt",
        language.text("Write a resident's receipt: proof that a transaction is sealed in the journal."),
    )
    def receipt(
        desk: Desk,
        transaction: Annotated[
            str, argument("TRANSACTION", language.text("The transaction's id, as in statement --json."))
        ],
        *,
        published: Annotated[
            int | None,
            option(
                "LINES",
                language.text(
                    "Prove as well that the checkpoint over so many lines, which was published, is of the"
                    " same journal."
                ),
            ),
        ] = None,
        out: Annotated[Path | None, option("FILE", language.text("Write the receipt to a file."))] = None,
    ) -> None:
        with desk.village() as village:
            issued = village.ledger.prove(transaction, published=published)
            sealed, signers = Checkpoint.read(issued.note), _signers(issued.note)
            told = Told(issued, sealed, signers, village.rules.units())
            desk.name_accounts(village, [leg.account for leg in told.legs()])
        if out is not None:
            write_text(out, issued.to_json())
        desk.out.show(json.loads(issued.to_json()), *told.drawing(desk))

    @command(
        "verify-receipt",
        language.text("Verify a receipt, without any store: nobody has to be asked."),
        without=OF_STORES,
    )
    def verify_receipt(
        desk: Desk,
        file: Annotated[Path, argument("FILE", language.text("The receipt."))],
        *,
        key: Annotated[
            str,
            option(
                "FILE|KEY", language.text("The public key of the community, from wherever it published it.")
            ),
        ],
        checkpoint: Annotated[
            Path | None,
            option("FILE", language.text("A checkpoint that was published: it must be of the same journal.")),
        ] = None,
        scale: Annotated[
            int | None,
            option(
                "DIGITS",
                language.text(
                    "How many digits amounts have after the point; without it, they are shown whole, in the"
                    " smallest part of their unit."
                ),
            ),
        ] = None,
        timezone: Annotated[str, typer.Option(help=language.text("Where its days begin."))] = "Asia/Shanghai",
    ) -> None:
        desk.language = desk.language.at(zone(timezone))
        if scale is not None:
            check_whole("scale", scale, least=0, most=12)
        given = Receipt.from_json(read_text(file))
        public = _public_key(key, given.community)
        published = None if checkpoint is None else read_text(checkpoint)
        sealed = verify(given, public, published)
        told = Told(
            receipt=given,
            sealed=sealed,
            signers=(_named(public),),
            units={},
            scale=scale,
            published=None if published is None else Checkpoint.read(published).size,
        )
        sentence = desk.language.text("The receipt holds: the line is sealed as it stands here.")
        desk.out.show(told.document(), Text(sentence, style="bold green"), *told.drawing(desk))


def _register_verifying(command: Commands, language: Language) -> None:
    @command(
        "verify",
        language.text("Rebuild every balance from the entries, and compare; exit code 1 where one differs."),
    )
    def verify_ledger(
        desk: Desk,
        *,
        key: Annotated[
            str | None,
            option(
                "FILE|KEY", language.text("The public key of the community: every seal must be signed by it.")
            ),
        ] = None,
        checkpoint: Annotated[
            Path | None,
            option(
                "FILE",
                language.text("A checkpoint that was published: the journal must begin with its lines."),
            ),
        ] = None,
    ) -> int:
        published = None if checkpoint is None else read_text(checkpoint)
        with desk.village() as village:
            public = None if key is None else _public_key(key, village.id)
            found = village.ledger.verify(public, published)
        differing = _differences(desk, found)
        size = None if published is None else Checkpoint.read(published).size
        document = {
            "transactions": found.transactions,
            "entries": found.entries,
            "accounts": found.accounts,
            "sealed": found.sealed,
            "published": size,
            "differences": differing.document,
        }
        tables = [] if found.ok else [differing.table]
        desk.out.show(document, *tables, _verified(desk, found, public, size))
        return DONE if found.ok else SOMETHING_LEFT


def _public_key(given: str, community: str) -> PublicKey:
    """The key in a file, as PEM or in one line; or that line itself."""
    path = Path(given)
    text = given if "+" in given and not path.exists() else read_text(path)
    if text.lstrip().startswith("-----BEGIN"):
        return PublicKey.from_pem(origin_of(community), text)
    return PublicKey.parse(text)


def _named(key: PublicKey) -> str:
    return f"{key.name}+{key.id.hex()}"


def _signers(note: str) -> tuple[str, ...]:
    """The names of the keys that signed a note of ours."""
    _, _, signatures = note.partition("\n\n")
    return tuple(line.split(" ")[1] for line in signatures.splitlines())


def _sealed(desk: Desk, seal: Seal | None, before: int) -> Any:
    said = desk.language
    if seal is None:
        return said.text("The journal is empty: there is nothing to seal.")
    return desk.out.table(
        said.text("Sealed: the lines 1 to {last}", last=seal.size),
        [words(""), words("")],
        [
            (said.text("New among them"), said.number(seal.size - before)),
            (said.text("Sealed"), said.instant(seal.sealed_at)),
            (said.text("Root"), to_base64(seal.root)),
            (said.text("Signed by"), said.joined(_signers(seal.note))),
        ],
    )


def _differences(desk: Desk, found: Verification) -> Listing:
    said = desk.language
    return listing(
        desk,
        said.text("Differences"),
        found.differences,
        told("what", words(said.text("What"))),
        told("where", words(said.text("Where"))),
        told("stored", figures(said.text("Kept"))),
        told("rebuilt", figures(said.text("Rebuilt"))),
    )


def _verified(desk: Desk, found: Verification, key: PublicKey | None, published: int | None) -> Text:
    lines = [
        desk.language.text(
            "verified: {transactions} transactions, {differences} differences",
            transactions=found.transactions,
            differences=len(found.differences),
        ),
        desk.language.text("sealed: {lines} lines of the journal", lines=found.sealed),
    ]
    told = {each.what for each in found.differences}
    if key is not None and found.sealed and "note" not in told:
        lines.append(desk.language.text("every seal is signed by {key}", key=_named(key)))
    if published is not None and "checkpoint" not in told:
        lines.append(
            desk.language.text("as published: the first {lines} lines of the journal", lines=published)
        )
    style = "bold green" if found.ok else "bold red"
    return Text("\n".join(lines), style=style)
