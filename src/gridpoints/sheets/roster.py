"""Members from a clerk's list (居民名册): enrolled in batches, with the households they live in.

Somebody is known again by their number; who has none, by name, grid and household together.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence

from attrs import field, frozen

from gridpoints.community.model import Grid, Household, Member, Profile
from gridpoints.community.operations import Membership
from gridpoints.context import Context
from gridpoints.errors import (
    GridpointsError,
    HouseholdMismatch,
    MemberMismatch,
    RecordExists,
    RowRepeated,
)
from gridpoints.sheets.cells import tidy
from gridpoints.sheets.identity import content_id
from gridpoints.sheets.layouts import MEMBERS
from gridpoints.sheets.people import Person
from gridpoints.sheets.reading import Table
from gridpoints.sheets.rows import Misread, Row, RowProblem
from gridpoints.storage.port import Work


@frozen
class EnrolOutcome:
    """What became of a row: a member (`repeated`: they were enrolled already), or a problem."""

    row: Row
    member: Member | None = None
    repeated: bool = False
    problem: RowProblem | None = None


def enrol(context: Context, table: Table, *, size: int = 500) -> Iterator[EnrolOutcome]:
    """Enrol the rows of a table with the layout `MEMBERS`, `size` in one unit of work.

    Answers one outcome for each row, in order. Grids and households that are new are added; a
    household without a grid lies in the one that is named like the community. The same list
    again enrols nobody; a number that belongs to another name is a `MemberMismatch`.
    """
    enrolling = _Enrolling(context, table)
    for rows in table.batches(size):
        yield from enrolling.batch(rows)


@frozen
class _Enrolling:
    context: Context
    table: Table
    #: The first row of each person without a number.
    seen: dict[str, int] = field(factory=dict)

    def batch(self, rows: Sequence[Row]) -> list[EnrolOutcome]:
        outcomes: dict[int, EnrolOutcome] = {}
        drafts: list[Person] = []
        for row in rows:
            try:
                drafts.append(self._draft(row))
            except Misread as misread:
                outcomes[row.number] = EnrolOutcome(row, problem=misread.problem)
        outcomes |= {outcome.row.number: outcome for outcome in self._enrol(drafts)}
        return [outcomes[row.number] for row in rows]

    def _draft(self, row: Row) -> Person:
        draft = Person.read(self.table, row)
        if not draft.number and (first := self.seen.setdefault(draft.id, row.number)) != row.number:
            repeated = RowRepeated(row=first, accepted=MEMBERS.column("number").recommended)
            raise Misread(RowProblem(row.number, None, repeated))
        return draft

    def _enrol(self, drafts: Sequence[Person]) -> list[EnrolOutcome]:
        while True:
            try:
                with self.context.begin() as work:
                    return self._enrol_in(work, drafts)
            except RecordExists as race:
                # Somebody enrolled one of these between our look and our writing: look again.
                if race.kind not in ("grid", "household", "member"):
                    raise

    def _enrol_in(self, work: Work, drafts: Sequence[Person]) -> list[EnrolOutcome]:
        village = work.get(Profile, self.context.community).name
        homes = self._homes(work, {(d.grid or village, d.household) for d in drafts if d.household})
        known = self._known(work, drafts)
        labels = self._labels(work, known.values())
        room = Membership(self.context)
        new: list[Member] = []
        outcomes: list[EnrolOutcome] = []
        for draft in drafts:
            home = homes.get((draft.grid or village, draft.household))
            if (member := known.get(draft.number or draft.id)) is not None:
                outcomes.append(self._again(draft, member, home, labels))
                continue
            household_id = None if home is None else home.id
            id = None if draft.number else draft.id
            member = room.applicant(draft.name, household_id=household_id, number=draft.number, id=id)
            known[draft.number or member.id] = member
            labels |= {home.id: home.label} if home else {}
            new.append(member)
            outcomes.append(EnrolOutcome(draft.row, member))
        room.enrol_all(new)
        return outcomes

    def _known(self, work: Work, drafts: Sequence[Person]) -> dict[str, Member]:
        """Who of them is enrolled already, by number, or by id for those who have none."""
        numbers = [draft.number for draft in drafts if draft.number]
        ids = [draft.id for draft in drafts if not draft.number]
        members = {m.number: m for m in work.find(Member, {"number": numbers}) if m.number}
        return members | {m.id: m for m in work.find(Member, {"id": ids})}

    def _labels(self, work: Work, members: Collection[Member]) -> dict[str, str]:
        ids = sorted({m.household_id for m in members if m.household_id})
        return {household.id: household.label for household in work.find(Household, {"id": ids})}

    def _again(
        self, draft: Person, member: Member, home: Household | None, labels: Mapping[str, str]
    ) -> EnrolOutcome:
        """The outcome for somebody who is enrolled: they must be who the row says, where it says."""
        if tidy(member.name) != draft.name:
            number = member.number or member.id
            mismatch = MemberMismatch(number=number, name=member.name, written=draft.name)
            return self._problem(draft, "name", mismatch)
        if home is not None and member.household_id != home.id:
            there = labels.get(member.household_id or "", "–")
            moved = HouseholdMismatch(name=member.name, household=there, written=home.label)
            return self._problem(draft, "household", moved)
        return EnrolOutcome(draft.row, member, repeated=True)

    def _problem(self, draft: Person, key: str, error: GridpointsError) -> EnrolOutcome:
        number = draft.row.number
        return EnrolOutcome(draft.row, problem=RowProblem(number, self.table.heading(key), error))

    def _homes(self, work: Work, homes: Collection[tuple[str, str]]) -> dict[tuple[str, str], Household]:
        """The households of these grids and labels; those that are missing are added."""
        grids = self._grids(work, {grid for grid, _ in homes})
        wanted = {(grids[grid].id, label): (grid, label) for grid, label in sorted(homes)}
        labels = sorted({label for _, label in homes})
        there = work.find(Household, {"grid_id": [grid.id for grid in grids.values()], "label": labels})
        found = {wanted[key]: each for each in there if (key := (each.grid_id, each.label)) in wanted}
        new = {
            home: Household(content_id("household", *key), *key)
            for key, home in wanted.items()
            if home not in found
        }
        self.context.keep_all(work, new.values())
        return found | new

    def _grids(self, work: Work, names: Collection[str]) -> dict[str, Grid]:
        """The grids of these names; those that are missing are added."""
        found = {grid.name: grid for grid in work.find(Grid, {"name": sorted(names)}, order=("-id",))}
        new = {name: Grid(content_id("grid", name), name) for name in sorted(names - found.keys())}
        self.context.keep_all(work, new.values())
        return found | new
