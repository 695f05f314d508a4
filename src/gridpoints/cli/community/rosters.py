"""``roster``: a list of people held against the register, and what it changes."""

# Typer reads annotations as they are: no `from __future__ import annotations` here.

from pathlib import Path
from typing import Annotated, Any

import typer

from gridpoints.cli.commands import Commands
from gridpoints.cli.desk import Desk
from gridpoints.cli.exits import DONE, SOMETHING_LEFT
from gridpoints.cli.output import figures, words
from gridpoints.cli.rows import KEPT, SHOWN, Tally, refuse_same_file, rejects, rejects_option, sheet_option
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
        apply_it: Annotated[
            bool, typer.Option("--apply", help=language.text("Do what else is only shown."))
        ] = False,
        complete: Annotated[
            bool,
            typer.Option("--complete", help=language.text("The list names everybody: who is missing, left.")),
        ] = False,
        known_grids: Annotated[
            bool,
            typer.Option("--known-grids", help=language.text("Add no grid: one that is not there is wrong.")),
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
        changes = found.marked(*WRITTEN)
        document: dict[str, Any] = {
            "file": file.name,
            "applied": apply_it,
            **{str(mark): found.counts[mark] for mark in Mark},
            "grids": [grid.name for grid in found.grids],
            "changes": [_document(entry) for entry in changes[:KEPT]],
            "changes_left_out": max(0, len(changes) - KEPT),
            **tally.document(language),
        }
        desk.out.show(document, *_drawing(desk, found, applied=apply_it), *tally.drawing(desk))
        return SOMETHING_LEFT if tally.problems else DONE


def _document(entry: RosterEntry) -> dict[str, Any]:
    member = entry.after or entry.before
    assert member is not None  # noqa: S101  # what is written is about somebody
    return {
        "mark": entry.mark,
        "row": None if entry.row is None else entry.row.number,
        "member": member.id,
        "number": member.number,
        "name": member.name,
        "former_name": None if entry.before is None else entry.before.name,
        "lived_in": entry.lived_in or None,
        "lives_in": entry.lives_in or None,
    }


def _drawing(desk: Desk, found: Reconciliation, *, applied: bool) -> list[Any]:
    language = desk.language
    counts = desk.out.table(
        language.text("Done") if applied else language.text("What would change"),
        [words(""), figures(language.text("People"))],
        [(language.word(mark), language.number(found.counts[mark])) for mark in Mark if found.counts[mark]],
    )
    changes = found.marked(*WRITTEN)
    if not changes:
        return [counts]
    listed = desk.out.table(
        language.text("Changes"),
        [
            figures(language.text("Row")),
            words(""),
            words(language.text("Number")),
            words(language.text("Name")),
            words(language.text("From")),
            words(language.text("To")),
        ],
        [_line(language, entry) for entry in changes[:SHOWN]],
    )
    if (more := len(changes) - SHOWN) <= 0:
        return [counts, listed]
    return [counts, listed, language.text("… and {n} more; --json has them", n=more)]


def _line(language: Language, entry: RosterEntry) -> tuple[str, ...]:
    told = _document(entry)
    renamed = told["former_name"] not in (None, told["name"])
    name = f"{told['former_name']} → {told['name']}" if renamed else told["name"]
    row = "" if told["row"] is None else str(told["row"])
    return (
        row,
        language.word(entry.mark),
        told["number"] or "",
        name,
        told["lived_in"] or "",
        told["lives_in"] or "",
    )
