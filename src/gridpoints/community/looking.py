"""The whole neighbourhood at a glance: findings, proposals, contact cards, and lists held against lists."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import date

from attrs import frozen

from gridpoints.community.cards import Contact, ContactCard
from gridpoints.community.findings import Census, Finding, findings
from gridpoints.community.model import Grid, Household, Member, MemberStatus, Tenure
from gridpoints.community.offices import Office, Team, TeamMember
from gridpoints.community.overlays import Cover, Overlay
from gridpoints.community.rebalancing import rebalanced
from gridpoints.community.room import Room
from gridpoints.community.standards import STANDARDS, Proposal, Standards
from gridpoints.community.terms import VOLUNTEER
from gridpoints.community.tree import Tree
from gridpoints.errors import NoRulesInForce
from gridpoints.rules.operations import Rules
from gridpoints.storage.port import Work

#: Too many to be on a card, and not the ones to turn to.
NOT_ON_CARDS = frozenset({VOLUNTEER, "member"})


@frozen
class Looking(Room):
    """What is looked at and changes nothing."""

    def census(self, on: date | None = None) -> Census:
        """Who and what there is today, for findings and proposals; `on` is the day of the terms of office."""
        with self.context.read() as work:
            return Census(
                day=self.context.day("on", on),
                tree=Tree.of(work.find(Grid)),
                households=work.find(Household, order=("label", "id")),
                members={member.id: member for member in work.find(Member)},
                offices=work.find(Office),
                overlays={overlay.id: overlay for overlay in work.find(Overlay)},
                covers=work.find(Cover),
            )

    def standards(self) -> Standards:
        """What grids are held to: by the rules in force, and as usual where these are silent."""
        try:
            terms = Rules(self.context).in_force().terms.grids
        except NoRulesInForce:
            return STANDARDS
        return STANDARDS if terms is None else Standards.of(terms)

    def findings(self, standards: Standards | None = None, *, below: str | None = None) -> list[Finding]:
        """What is not as it should be: sizes, staff, coverage, overlaps, terms; `below` a grid, or in all.

        Grids are held to `standards` (without any, to those of `standards()`) where they are of that kind
        and have no such grid inside.
        """
        census = self.census()
        found = findings(census, self.standards() if standards is None else standards)
        if below is None:
            return found
        inside = {grid.id for grid in census.tree.below(below)}
        inside |= {household.id for household in census.households if household.grid_id in inside}
        return [finding for finding in found if finding.id in inside]

    def propose_rebalancing(self, group: str, standards: Standards | None = None) -> Proposal:
        """Who of a group (``volunteers``, ``cadres``) could go where from grids next door that have enough.

        Nobody is moved: somebody looks at it, and calls `carry_out` with what they agree to.
        """
        return rebalanced(self.census(), self.standards() if standards is None else standards, group)

    def contact_card(self, household_id: str, *, without: Collection[str] = NOT_ON_CARDS) -> ContactCard:
        """Who is responsible for a household (一户一卡): from its own door up to the top of the tree.

        Those of functional units that cover it stand last. `without` are roles that no card needs.
        """
        today = self.context.today()
        with self.context.read() as work:
            household = work.get(Household, household_id)
            path = Tree.of(work.find(Grid)).path(household.grid_id)
            overlays = self._overlays_over(work, household, path)
            places = {household.id: household.label} | {grid.id: grid.name for grid in reversed(path)}
            places |= {overlay.id: overlay.name for overlay in overlays}
            found = [
                *work.find(Office, {"household_id": household.id}),
                *work.find(Office, {"grid_id": [grid.id for grid in path]}),
                *work.find(Office, {"overlay_id": [overlay.id for overlay in overlays]}),
            ]
            offices = [office for office in found if office.in_term(today) and office.role not in without]
            ids = sorted({office.member_id for office in offices})
            members = {m.id: m for m in work.find(Member, {"id": ids, "status": MemberStatus.ACTIVE})}
            teams = self._teams_of(work, members)
        order = list(places)
        contacts = [
            Contact(
                role=office.role,
                member_id=office.member_id,
                name=members[office.member_id].name,
                place=places[place],
                duty=office.duty,
                contact=office.contact,
                teams=teams.get(office.member_id, ()),
            )
            for office in sorted(offices, key=lambda o: (order.index(_place(o)), o.role, o.since, o.id))
            if office.member_id in members
            for place in [_place(office)]
        ]
        return ContactCard(household, path, tuple(contacts))

    def _overlays_over(self, work: Work, household: Household, path: Sequence[Grid]) -> list[Overlay]:
        held = {"status": Tenure.HELD}
        covers = [
            *work.find(Cover, {"grid_id": [grid.id for grid in path], **held}),
            *work.find(Cover, {"household_id": household.id, **held}),
        ]
        ids = sorted({cover.overlay_id for cover in covers})
        return work.find(Overlay, {"id": ids, "status": "active"}, order=("name", "id"))

    def _teams_of(self, work: Work, members: Iterable[str]) -> dict[str, tuple[str, ...]]:
        on_lists = work.find(TeamMember, {"member_id": sorted(members), "status": Tenure.HELD})
        ids = sorted({place.team_id for place in on_lists})
        teams = {team.id: team.name for team in work.find(Team, {"id": ids, "status": "active"})}
        found: dict[str, tuple[str, ...]] = {}
        for place in on_lists:
            if place.team_id in teams:
                names = {*found.get(place.member_id, ()), teams[place.team_id]}
                found[place.member_id] = tuple(sorted(names))
        return found


def _place(office: Office) -> str:
    place = office.household_id or office.grid_id or office.overlay_id
    assert place is not None  # noqa: S101  # it was found by one of them
    return place
