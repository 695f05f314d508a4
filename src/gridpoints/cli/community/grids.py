"""``grid``: the tree, what is not as it should be there, and who is responsible for whom."""

# Typer reads annotations as they are: no `from __future__ import annotations` here.

from collections import Counter
from typing import Annotated, Any

import typer
from attrs import evolve

from gridpoints.cli.commands import Commands, argument, flag, option
from gridpoints.cli.desk import Desk
from gridpoints.cli.listing import data, listing, show_listing, told
from gridpoints.cli.output import figures, words
from gridpoints.community.findings import Census
from gridpoints.community.model import Household, Standing
from gridpoints.community.standards import STANDARDS, Proposal, Size, Standards
from gridpoints.errors import NameAmbiguous, RecordUnknown
from gridpoints.exchange import Community
from gridpoints.i18n import Language


def register(commands: Commands, language: Language) -> None:
    """Add the commands of this module."""
    command = commands.group(
        "grid", language.text("The tree of grids: what there is, what is missing, who is responsible.")
    )
    _register_looking(command, language)
    _register_findings(command, language)


def _register_looking(command: Commands, language: Language) -> None:
    @command("tree", language.text("All grids that are in use, with who lives there."))
    def tree(desk: Desk) -> None:
        with desk.village() as village:
            census = village.community.census()
        grids = [grid for grid in census.tree.below(None) if grid.status is Standing.ACTIVE]
        homes, people = _inside(census)
        said = desk.language
        show_listing(
            desk,
            "grids",
            said.text("Grids"),
            grids,
            data("id", parent="parent_id"),
            told(
                "name",
                words(said.text("Name")),
                seen=lambda grid: "  " * (len(census.tree.path(grid.id)) - 1) + grid.name,
            ),
            told("kind", words(said.text("Kind"))),
            data("feature"),
            told("households", figures(said.text("Households")), lambda grid: homes[grid.id]),
            told("people", figures(said.text("People")), lambda grid: people[grid.id]),
        )

    @command(
        "card", language.text("Who is responsible for a household, from its door up to the top of the tree.")
    )
    def card(
        desk: Desk,
        household: Annotated[
            str, argument("HOUSEHOLD", language.text("Its id, or what stands on its door."))
        ],
    ) -> None:
        with desk.village() as village:
            found = village.community.contact_card(_household(village, household).id)
        said = desk.language
        contacts = listing(
            desk,
            " ".join([*(grid.name for grid in found.path), found.household.label]),
            found.contacts,
            told("role", words(said.text("Role")), seen=lambda each: said.word(each.role, "role")),
            told("name", words(said.text("Name"))),
            told("place", words(said.text("Place"))),
            data("duty"),
            told("contact", words(said.text("How to reach"))),
            told("teams", words(said.text("Teams"))),
        )
        document = {
            "household": {"id": found.household.id, "label": found.household.label},
            "path": [{"id": grid.id, "kind": grid.kind, "name": grid.name} for grid in found.path],
            "contacts": contacts.document,
        }
        desk.out.show(document, contacts.table)


def _register_findings(command: Commands, language: Language) -> None:
    households_help = language.text(
        "How many households a grid has, about; without it, as the rules say, or 300."
    )
    people_help = language.text("How many people a grid has, about; without it, as the rules say, or 1,000.")
    cadres_help = language.text("How many cadres a grid needs; without it, as the rules say, or 6.")
    volunteers_help = language.text("How many volunteers a grid needs; without it, as the rules say, or 30.")

    @command(
        "findings", language.text("What is not as it should be: sizes, staff, coverage, overlaps, terms.")
    )
    def findings(
        desk: Desk,
        *,
        below: Annotated[str | None, option("GRID", language.text("Only this grid and those in it."))] = None,
        households: Annotated[int | None, typer.Option(help=households_help)] = None,
        people: Annotated[int | None, typer.Option(help=people_help)] = None,
        cadres: Annotated[int | None, typer.Option(help=cadres_help)] = None,
        volunteers: Annotated[int | None, typer.Option(help=volunteers_help)] = None,
    ) -> None:
        with desk.village() as village:
            standards = _standards(village, cadres, volunteers)
            standards = evolve(
                standards,
                households=_size(standards.households, households),
                people=_size(standards.people, people),
            )
            inside = None if below is None else desk.grid(village, below).id
            found = village.community.findings(standards, below=inside)
        said = desk.language
        show_listing(
            desk,
            "findings",
            said.text("Findings"),
            found,
            data("kind", "id", "values"),
            told("record", words(said.text("About")), seen=lambda each: said.word(each.record, "kind")),
            told("sentence", words(said.text("What it is")), lambda each: said.step(each.step)),
            none=said.text("Nothing was found."),
        )

    @command(
        "rebalance",
        language.text("Who could help out in grids that are short of people; with --accept, they do."),
    )
    def rebalance(
        desk: Desk,
        *,
        of: Annotated[str, argument("GROUP", language.text("volunteers or cadres."))] = "volunteers",
        accept: Annotated[bool, flag("--accept", language.text("Let them serve there from now on."))] = False,
        cadres: Annotated[int | None, typer.Option(help=cadres_help)] = None,
        volunteers: Annotated[int | None, typer.Option(help=volunteers_help)] = None,
    ) -> None:
        if of not in {line.group for line in STANDARDS.staffing}:
            raise typer.BadParameter(desk.language.text("Name one of these groups: volunteers, cadres."))
        with desk.village() as village:
            standards = _standards(village, cadres, volunteers)
            proposal = village.community.propose_rebalancing(of, standards)
            if accept:
                village.community.carry_out(proposal.moves)
            grids = {grid.id: grid.name for grid in village.community.tree().grids.values()}
        _show_proposal(desk, proposal, grids, accepted=accept)


def _show_proposal(desk: Desk, proposal: Proposal, grids: dict[str, str], *, accepted: bool) -> None:
    said = desk.language
    moves = listing(
        desk,
        said.text("Done") if accepted else said.text("Proposal"),
        proposal.moves,
        data(office="office_id", member="member_id"),
        told("name", words(said.text("Name")), lambda move: move.member),
        told("role", words(said.text("Role")), seen=lambda move: said.word(move.role, "role")),
        told("from", words(said.text("From")), lambda move: grids[move.from_id]),
        told("to", words(said.text("To")), lambda move: grids[move.to_id]),
        told("reasons", words(said.text("Why")), lambda move: said.explanation(move.reasons)),
    )
    document: dict[str, Any] = {
        "group": proposal.group,
        "accepted": accepted,
        "moves": moves.document,
        "lacking": [{"grid": grids[id], "missing": count} for id, count in proposal.lacking.items()],
    }
    lacking = [
        said.text("{grid} lacks {n} still", grid=grids[id], n=count) for id, count in proposal.lacking.items()
    ]
    nothing = [] if proposal.moves or lacking else [said.text("Nothing was found.")]
    desk.out.show(document, *([moves.table] if proposal.moves else []), *lacking, *nothing)


def _standards(village: Community, cadres: int | None, volunteers: int | None) -> Standards:
    """What the rules say of staff, or else what is usual, with what somebody wrote in its place."""
    least = {"cadres": cadres, "volunteers": volunteers}
    standards = village.community.standards()
    staffing = [
        line if (own := least.get(line.group)) is None else evolve(line, least=own)
        for line in standards.staffing
    ]
    return evolve(standards, staffing=tuple(staffing))


def _size(standing: Size | None, about: int | None) -> Size | None:
    """A size with another figure; 0: none is asked for."""
    if about is None:
        return standing
    return evolve(standing or Size(about), about=about) if about else None


def _inside(census: Census) -> tuple[Counter[str], Counter[str]]:
    """Households and people in each grid and all below it."""
    homes: Counter[str] = Counter()
    people: Counter[str] = Counter()
    for household in census.homes.values():
        for grid in census.tree.path(household.grid_id):
            homes[grid.id] += 1
            people[grid.id] += len(census.residents.get(household.id, ()))
    return homes, people


def _household(village: Community, text: str) -> Household:
    """The household of that id or label; raises `RecordUnknown` or `NameAmbiguous`."""
    with village.context.read() as work:
        found = work.find(Household, {"id": text}) or work.find(Household, {"label": text})
    if len(found) == 1:
        return found[0]
    if not found:
        raise RecordUnknown(kind="household", id=text)
    raise NameAmbiguous(name=text, ids=tuple(household.id for household in found[:6]))
