"""``grid``: the tree, what is not as it should be there, and who is responsible for whom."""

# Typer reads annotations as they are: no `from __future__ import annotations` here.

from collections import Counter
from typing import Annotated, Any

import typer
from attrs import evolve

from gridpoints.cli.desk import Desk, command
from gridpoints.cli.output import figures, words
from gridpoints.community.findings import Census
from gridpoints.community.model import Household, Standing
from gridpoints.community.standards import STANDARDS, Proposal, Size, Standards
from gridpoints.errors import NameAmbiguous, RecordUnknown
from gridpoints.exchange import Community
from gridpoints.i18n import Language


def register(app: typer.Typer, language: Language) -> None:
    """Add the commands of this module."""
    group = typer.Typer(
        name="grid",
        help=language.text("The tree of grids: what there is, what is missing, who is responsible."),
        no_args_is_help=True,
    )
    app.add_typer(group)
    _register_looking(group, language)
    _register_findings(group, language)


def _register_looking(group: typer.Typer, language: Language) -> None:
    @command(group, language, "tree", language.text("All grids that are in use, with who lives there."))
    def tree(desk: Desk) -> None:
        with desk.village() as village:
            census = village.community.census()
        grids = [grid for grid in census.tree.below(None) if grid.status is Standing.ACTIVE]
        homes, people = _inside(census)
        document = {
            "grids": [
                {
                    "id": grid.id,
                    "parent": grid.parent_id,
                    "kind": grid.kind,
                    "name": grid.name,
                    "feature": grid.feature,
                    "households": homes[grid.id],
                    "people": people[grid.id],
                }
                for grid in grids
            ]
        }
        language = desk.language
        drawn = desk.out.table(
            language.text("Grids"),
            [
                words(language.text("Name")),
                words(language.text("Kind")),
                figures(language.text("Households")),
                figures(language.text("People")),
            ],
            [
                (
                    "  " * (len(census.tree.path(grid.id)) - 1) + grid.name,
                    language.word(grid.kind),
                    language.number(homes[grid.id]),
                    language.number(people[grid.id]),
                )
                for grid in grids
            ],
        )
        desk.out.show(document, drawn)

    @command(
        group,
        language,
        "card",
        language.text("Who is responsible for a household, from its door up to the top of the tree."),
    )
    def card(
        desk: Desk,
        household: Annotated[
            str,
            typer.Argument(metavar="HOUSEHOLD", help=language.text("Its id, or what stands on its door.")),
        ],
    ) -> None:
        with desk.village() as village:
            found = village.community.contact_card(_household(village, household).id)
        document = {
            "household": {"id": found.household.id, "label": found.household.label},
            "path": [{"id": grid.id, "kind": grid.kind, "name": grid.name} for grid in found.path],
            "contacts": [
                {
                    "role": each.role,
                    "name": each.name,
                    "place": each.place,
                    "duty": each.duty,
                    "contact": each.contact,
                    "teams": list(each.teams),
                }
                for each in found.contacts
            ],
        }
        language = desk.language
        drawn = desk.out.table(
            " ".join([*(grid.name for grid in found.path), found.household.label]),
            [
                words(language.text("Role")),
                words(language.text("Name")),
                words(language.text("Place")),
                words(language.text("How to reach")),
                words(language.text("Teams")),
            ],
            [
                (
                    language.word(each.role, "role"),
                    each.name,
                    each.place,
                    each.contact,
                    language.joined(each.teams) if each.teams else "",
                )
                for each in found.contacts
            ],
        )
        desk.out.show(document, drawn)


def _register_findings(group: typer.Typer, language: Language) -> None:
    households_help = language.text(
        "How many households a grid has, about; without it, as the rules say, or 300."
    )
    people_help = language.text("How many people a grid has, about; without it, as the rules say, or 1,000.")
    cadres_help = language.text("How many cadres a grid needs; without it, as the rules say, or 6.")
    volunteers_help = language.text("How many volunteers a grid needs; without it, as the rules say, or 30.")

    @command(
        group,
        language,
        "findings",
        language.text("What is not as it should be: sizes, staff, coverage, overlaps, terms."),
    )
    def findings(
        desk: Desk,
        *,
        below: Annotated[
            str | None,
            typer.Option(metavar="GRID", help=language.text("Only this grid and those in it.")),
        ] = None,
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
        document = {
            "findings": [
                {
                    "kind": each.kind,
                    "record": each.record,
                    "id": each.id,
                    "values": each.values,
                    "sentence": desk.language.step(each.step),
                }
                for each in found
            ]
        }
        language = desk.language
        rows = [(language.word(each.record, "kind"), language.step(each.step)) for each in found]
        nothing = language.text("Nothing was found.")
        drawn = desk.out.table(
            language.text("Findings"),
            [words(language.text("About")), words(language.text("What it is"))],
            rows,
        )
        desk.out.show(document, drawn if rows else nothing)

    @command(
        group,
        language,
        "rebalance",
        language.text("Who could help out in grids that are short of people; with --accept, they do."),
    )
    def rebalance(
        desk: Desk,
        *,
        of: Annotated[
            str, typer.Argument(metavar="GROUP", help=language.text("volunteers or cadres."))
        ] = "volunteers",
        accept: Annotated[
            bool, typer.Option("--accept", help=language.text("Let them serve there from now on."))
        ] = False,
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
    language = desk.language
    document: dict[str, Any] = {
        "group": proposal.group,
        "accepted": accepted,
        "moves": [
            {
                "office": move.office_id,
                "member": move.member_id,
                "name": move.member,
                "role": move.role,
                "from": grids[move.from_id],
                "to": grids[move.to_id],
                "reasons": language.explanation(move.reasons),
            }
            for move in proposal.moves
        ],
        "lacking": [{"grid": grids[id], "missing": count} for id, count in proposal.lacking.items()],
    }
    moves = desk.out.table(
        language.text("Done") if accepted else language.text("Proposal"),
        [
            words(language.text("Name")),
            words(language.text("Role")),
            words(language.text("From")),
            words(language.text("To")),
            words(language.text("Why")),
        ],
        [
            (
                move.member,
                language.word(move.role, "role"),
                grids[move.from_id],
                grids[move.to_id],
                language.joined(language.explanation(move.reasons)),
            )
            for move in proposal.moves
        ],
    )
    lacking = [
        language.text("{grid} lacks {n} still", grid=grids[id], n=count)
        for id, count in proposal.lacking.items()
    ]
    nothing = [] if proposal.moves or lacking else [language.text("Nothing was found.")]
    desk.out.show(document, *([moves] if proposal.moves else []), *lacking, *nothing)


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
