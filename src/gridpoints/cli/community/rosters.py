"""``roster``: a list of people held against the register, and what it changes."""

# Typer reads annotations as they are: no `from __future__ import annotations` here.

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from gridpoints.cli.commands import Commands, flag
from gridpoints.cli.desk import Desk
from gridpoints.cli.exits import DONE, SOMETHING_LEFT
from gridpoints.cli.listing import Listing, listing, told
from gridpoints.cli.output import figures, words
from gridpoints.cli.rows import KEPT, SHOWN, Tally, refuse_same_file, rejects, rejects_option, sheet_option
from gridpoints.community.model import Member
from gridpoints.i18n import Language
from gridpoints.sheets.layouts import MEMBERS
from gridpoints.sheets.reading import open_table
from gridpoints.sheets.reconciling import WRITTEN, Mark, Reconciliation, RosterEntry, apply, preview


def register(command: Commands, language: Language) -> None:
    """Add the commands of this module."""

    @command(
        "roster",
        language.text("Hold a CSV or XLSX list of people against the register; with --apply, change it."),
    )
    def roster(
        desk: Desk,
        *,
        file: Annotated[Path, typer.Argument(help=language.text("The file, with a column for the name."))],
        sheet: Annotated[str | None, sheet_option(language)] = None,
        apply_it: Annotated[bool, flag("--apply", language.text("Do what else is only shown."))] = False,
        complete: Annotated[
            bool, flag("--complete", language.text("The list names everybody: who is missing, left."))
        ] = False,
        known_grids: Annotated[
            bool, flag("--known-grids", language.text("Add no grid: one that is not there is wrong."))
        ] = False,
        rejected: Annotated[Path | None, rejects_option(language)] = None,
    ) -> int:
        refuse_same_file(language, file, rejected)
        with desk.village() as village, open_table(file, MEMBERS, sheet=sheet) as table:
            found = preview(village.context, table, complete=complete, new_grids=not known_grids)
            if apply_it:
                found = apply(village.context, found)
            tally = Tally()
            with rejects(rejected, table, language) as left_out:
                for entry in found.entries:
                    if entry.problem is not None:
                        tally.reject(entry.problem)
                        if left_out and entry.row is not None:
                            left_out.write(entry.row, entry.problem)
        written = found.marked(*WRITTEN)
        changes = _changes(desk, written[:KEPT])
        document: dict[str, Any] = {
            "file": file.name,
            "applied": apply_it,
            **{str(mark): found.counts[mark] for mark in Mark},
            "grids": [grid.name for grid in found.grids],
            "changes": changes.document,
            "changes_left_out": max(0, len(written) - KEPT),
            **tally.document(desk),
        }
        parts: list[Any] = [_counts(desk, found, applied=apply_it), *([changes.table] if written else [])]
        if (more := len(written) - SHOWN) > 0:
            parts.append(language.text("… and {n} more; --json has them", n=more))
        desk.out.show(document, *parts, *tally.drawing(desk))
        return SOMETHING_LEFT if tally.problems else DONE


def _counts(desk: Desk, found: Reconciliation, *, applied: bool) -> Any:
    said = desk.language
    return desk.out.table(
        said.text("Done") if applied else said.text("What would change"),
        [words(""), figures(said.text("People"))],
        [(said.word(mark), said.number(found.counts[mark])) for mark in Mark if found.counts[mark]],
    )


def _changes(desk: Desk, entries: Sequence[RosterEntry]) -> Listing:
    said = desk.language
    return listing(
        desk,
        said.text("Changes"),
        entries,
        told("row", figures(said.text("Row")), lambda entry: entry.row and entry.row.number),
        told("mark", words("")),
        told("member", of=lambda entry: _member(entry).id),
        told("number", words(said.text("Number")), lambda entry: _member(entry).number),
        told("name", words(said.text("Name")), lambda entry: _member(entry).name, _renamed),
        told("former_name", of=lambda entry: entry.before and entry.before.name),
        told("lived_in", words(said.text("From")), lambda entry: entry.lived_in or None),
        told("lives_in", words(said.text("To")), lambda entry: entry.lives_in or None),
        most=SHOWN,
    )


def _member(entry: RosterEntry) -> Member:
    member = entry.after or entry.before
    assert member is not None  # noqa: S101  # what is written is about somebody
    return member


def _renamed(entry: RosterEntry) -> str:
    name = _member(entry).name
    return name if entry.before is None or entry.before.name == name else f"{entry.before.name} → {name}"
