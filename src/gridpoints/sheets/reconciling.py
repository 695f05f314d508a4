"""A roster held against the register (名册比对): who is new, changed, moved, back, gone, listed twice.

`preview` says what would change and changes nothing; `apply` does exactly that. The same list again
changes nothing.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from enum import StrEnum

from attrs import evolve, field, frozen

from gridpoints.community.model import MEMBER, Grid, Household, Member, MemberStatus, Profile
from gridpoints.context import Context
from gridpoints.errors import (
    ConcurrentChange,
    GridpointsError,
    MemberAmbiguous,
    RecordExists,
    ReferenceUnknown,
    RowRepeated,
)
from gridpoints.sheets.cells import tidy
from gridpoints.sheets.homes import Homes
from gridpoints.sheets.layouts import MEMBERS
from gridpoints.sheets.people import Person
from gridpoints.sheets.reading import Table
from gridpoints.sheets.rows import Misread, Row, RowProblem
from gridpoints.storage.port import Work


class Mark(StrEnum):
    """What a row, or somebody whom no row names, comes to."""

    NEW = "new"
    CHANGED = "changed"
    MOVED = "moved"
    BACK = "back"
    LEFT = "left"
    SAME = "same"
    TWICE = "twice"
    UNKNOWN = "unknown"
    WRONG = "wrong"


#: What `apply` writes; of the others there is nothing to write.
WRITTEN = frozenset({Mark.NEW, Mark.CHANGED, Mark.MOVED, Mark.BACK, Mark.LEFT})


@frozen
class RosterEntry:
    """One row, or one member whom no row names, and what it would change.

    `before` is the member as they are, `after` as they would be; `lived_in` and `lives_in` are grid and
    label of the two homes. A row that is listed twice, wrong, or of whom nobody can tell who is meant
    (`UNKNOWN`) has a `problem` and changes nothing.
    """

    mark: Mark
    row: Row | None = None
    before: Member | None = None
    after: Member | None = None
    lived_in: str = ""
    lives_in: str = ""
    problem: RowProblem | None = None


@frozen
class Reconciliation:
    """What a list would change, or has changed: an entry for each row in order, then those who left."""

    entries: tuple[RosterEntry, ...]
    grids: tuple[Grid, ...]
    households: tuple[Household, ...]

    @property
    def counts(self) -> Counter[Mark]:
        """How many entries have each mark."""
        return Counter(entry.mark for entry in self.entries)

    def marked(self, *marks: Mark) -> list[RosterEntry]:
        """The entries with one of these marks."""
        return [entry for entry in self.entries if entry.mark in marks]


def preview(
    context: Context, table: Table, *, complete: bool = False, new_grids: bool = True
) -> Reconciliation:
    """What the rows of a table with the layout `MEMBERS` would change in the register; changes nothing.

    People are known by number; who has none by name, grid and household, as in `roster.enrol`; else by
    name and home. Of a name without a number that somebody bears elsewhere, nobody can tell whether they
    moved: that is `UNKNOWN`. With `complete`, the list names everybody, and who is not on it has left;
    but nobody whom a row that could not be used may mean. Grids that are not in the tree are added at its
    top, or, where `new_grids` is not set, are wrong.
    """
    with context.read() as work:
        homes = Homes(
            grids={grid.id: grid for grid in work.find(Grid)},
            households={household.id: household for household in work.find(Household)},
            village=work.get(Profile, context.community).name,
            new_grids=new_grids,
        )
        members = work.find(Member)
    return _Holding(context, table, homes, members).against_list(complete=complete)


def apply(context: Context, planned: Reconciliation, *, size: int = 2_000) -> Reconciliation:
    """Do what a preview says, `size` members in one unit of work; answers what was done.

    Where somebody was changed since the preview, their entry is `WRONG` in the answer, and the others are
    done all the same.
    """
    with context.begin() as work:
        _add_places(context, work, planned)
    failed: dict[int, GridpointsError] = {}
    wanted = [(at, entry) for at, entry in enumerate(planned.entries) if entry.mark in WRITTEN]
    for first in range(0, len(wanted), size):
        batch = wanted[first : first + size]
        try:
            _write(context, [entry for _, entry in batch])
        except (RecordExists, ConcurrentChange, ReferenceUnknown):
            for at, entry in batch:
                try:
                    _write(context, [entry])
                except (RecordExists, ConcurrentChange, ReferenceUnknown) as error:
                    failed[at] = error
    return evolve(
        planned,
        entries=tuple(
            _failed(entry, failed[at]) if at in failed else entry for at, entry in enumerate(planned.entries)
        ),
    )


def reconcile(
    context: Context, table: Table, *, complete: bool = False, new_grids: bool = True
) -> Reconciliation:
    """`preview` and `apply` in one."""
    return apply(context, preview(context, table, complete=complete, new_grids=new_grids))


def _add_places(context: Context, work: Work, planned: Reconciliation) -> None:
    """Add grids and households; their ids are made of what they are, so one that is there is the same."""
    for kind, places in ((Grid, planned.grids), (Household, planned.households)):
        there = {place.id for place in work.find(kind, {"id": [place.id for place in places]})}
        context.keep_all(work, [place for place in places if place.id not in there])


def _write(context: Context, entries: Sequence[RosterEntry]) -> None:
    with context.begin() as work:
        pairs = [(entry.before, entry.after) for entry in entries if entry.after is not None]
        context.keep_all(work, [after for before, after in pairs if before is None])
        context.change_all(work, [(before, after) for before, after in pairs if before is not None])


def _failed(entry: RosterEntry, error: GridpointsError) -> RosterEntry:
    row = 0 if entry.row is None else entry.row.number
    return evolve(entry, mark=Mark.WRONG, after=None, problem=RowProblem(row, None, error))


@frozen
class _Holding:
    """The list held against the register: first those who are known for certain, then the others."""

    context: Context
    table: Table
    homes: Homes
    members: Sequence[Member]
    entries: dict[int, RosterEntry] = field(factory=dict)
    #: Which row stands for whom, by member id; and the first row of each number or content.
    claimed: dict[str, int] = field(factory=dict)
    seen: dict[str, int] = field(factory=dict)
    #: Those whom a row may mean that could not be used: numbers and names.
    mentioned: set[str] = field(factory=set)

    def against_list(self, *, complete: bool) -> Reconciliation:
        lines = list(self._lines())
        order = list(self.entries)
        by_number = {member.number: member for member in self.members if member.number}
        by_id = {member.id: member for member in self.members}
        open_lines = [line for line in lines if not self._known(line, by_number, by_id)]
        numbered = [line for line in open_lines if line.number]
        nameless = [line for line in open_lines if not line.number]
        present = _by_name(member for member in self.members if member.id not in self.claimed)
        for line in numbered:
            self._settle(line, lambda line: self._adopted(line, present))
        # From here on, names are those that people will have, so that the same list sees the same again.
        future = _by_name(self._future())
        for line in nameless:
            self._settle(line, lambda line: self._told_by_name(line, future))
        left = list(self._left()) if complete else []
        return Reconciliation(
            entries=(*(self.entries[number] for number in order), *left),
            grids=tuple(self.homes.planned_grids.values()),
            households=tuple(self.homes.planned_households.values()),
        )

    # --- rows ---------------------------------------------------------------------------------

    def _lines(self) -> Iterator[Person]:
        """The rows that can be read and stand there for the first time."""
        for row in self.table:
            try:
                line = Person.read(self.table, row)
            except Misread as misread:
                self.entries[row.number] = RosterEntry(Mark.WRONG, row, problem=misread.problem)
                self.mentioned.update({self._cell(row, "number"), self._cell(row, "name")} - {""})
                continue
            self.entries[row.number] = RosterEntry(Mark.UNKNOWN, row)  # until it is known
            first = self.seen.setdefault(line.number or line.id, row.number)
            if first == row.number:
                yield line
            else:
                self.entries[row.number] = self._twice(line, first)

    def _cell(self, row: Row, key: str) -> str:
        try:
            return self.table.text(row, key)
        except GridpointsError:
            return ""

    # --- who is meant -------------------------------------------------------------------------

    def _known(self, line: Person, by_number: dict[str, Member], by_id: dict[str, Member]) -> bool:
        """Whether a row's number or content names somebody in the register; then it is settled."""
        member = by_number.get(line.number) if line.number else by_id.get(line.id)
        if member is None:
            return False
        self._settle(line, lambda line: self._claim(line, member))
        return True

    def _adopted(self, line: Person, present: dict[str, list[Member]]) -> RosterEntry:
        """Somebody who had no number and has one now, or somebody new."""
        home = self._home(line, None)
        same = [
            member
            for member in present.get(line.name, ())
            if member.number is None
            and member.id not in self.claimed
            and member.household_id == (None if home is None else home.id)
        ]
        return self._claim(line, same[0]) if len(same) == 1 else self._new(line, home)

    def _told_by_name(self, line: Person, future: dict[str, list[Member]]) -> RosterEntry:
        """Somebody of that name who lives there, somebody new, or nobody can tell who."""
        home = self._home(line, None)
        bearers = future.get(line.name, [])
        at_home = bearers if home is None else [m for m in bearers if m.household_id == home.id]
        if len(at_home) == 1 and at_home[0].id not in self.claimed:
            return self._claim(line, at_home[0])
        if at_home or any(member.id not in self.claimed for member in bearers):
            self.mentioned.add(line.name)
            numbers = tuple(sorted(member.number or member.id for member in bearers)[:6])
            return self._problem(line, "name", MemberAmbiguous(name=line.name, numbers=numbers), Mark.UNKNOWN)
        entry = self._new(line, home)
        if entry.after is not None:
            future.setdefault(line.name, []).append(entry.after)
        return entry

    def _future(self) -> Iterator[Member]:
        """Everybody as the rows so far leave them."""
        after = {entry.after.id: entry.after for entry in self.entries.values() if entry.after is not None}
        for member in self.members:
            yield after.pop(member.id, member)
        yield from after.values()

    def _left(self) -> Iterator[RosterEntry]:
        for member in self.members:
            named = {member.number, tidy(member.name)} & self.mentioned
            if member.id in self.claimed or named or member.status is not MemberStatus.ACTIVE:
                continue
            gone = member.gone(self.context.now())
            yield RosterEntry(Mark.LEFT, None, member, gone, self.homes.shown(member.household_id))

    # --- what it comes to ---------------------------------------------------------------------

    def _settle(self, line: Person, settled: Callable[[Person], RosterEntry]) -> None:
        try:
            self.entries[line.row.number] = settled(line)
        except Misread as misread:
            self.entries[line.row.number] = RosterEntry(Mark.WRONG, line.row, problem=misread.problem)
            self.mentioned.add(line.number or line.name)

    def _claim(self, line: Person, member: Member) -> RosterEntry:
        """The row stands for that member: what it says of them counts."""
        home = self._home(line, member.household_id)
        if (first := self.claimed.setdefault(member.id, line.row.number)) != line.row.number:
            return self._twice(line, first)
        changes: dict[str, str] = {}
        if tidy(member.name) != line.name:
            changes["name"] = line.name
        if line.number is not None and member.number != line.number:
            changes["number"] = line.number
        moved = home is not None and home.id != member.household_id
        if home is not None and moved:
            changes["household_id"] = self.homes.plan(line.grid, home).id
        back = member.status is MemberStatus.LEFT
        lived_in = self.homes.shown(member.household_id)
        if not changes and not back:
            return RosterEntry(Mark.SAME, line.row, member, member, lived_in, lived_in)
        after = (
            MEMBER.advance(member, MemberStatus.ACTIVE, left_at=None, **changes)
            if back
            else MEMBER.amend(member, **changes)
        )
        mark = Mark.BACK if back else Mark.MOVED if moved else Mark.CHANGED
        return RosterEntry(mark, line.row, member, after, lived_in, self.homes.shown(after.household_id))

    def _new(self, line: Person, home: Household | None) -> RosterEntry:
        household_id = None if home is None else self.homes.plan(line.grid, home).id
        member = Member(
            id=self.context.ids.new() if line.number else line.id,
            name=line.name,
            enrolled_at=self.context.now(),
            household_id=household_id,
            number=line.number,
        )
        self.claimed[member.id] = line.row.number
        return RosterEntry(Mark.NEW, line.row, None, member, "", self.homes.shown(household_id))

    def _home(self, line: Person, present: str | None) -> Household | None:
        if not line.household:
            return None
        try:
            return self.homes.meant(line.grid, line.household, present)
        except GridpointsError as error:
            column = "grid" if line.grid else "household"
            raise Misread(RowProblem(line.row.number, self.table.heading(column), error)) from None

    def _twice(self, line: Person, first: int) -> RosterEntry:
        repeated = RowRepeated(row=first, accepted=MEMBERS.column("number").recommended)
        return RosterEntry(Mark.TWICE, line.row, problem=RowProblem(line.row.number, None, repeated))

    def _problem(self, line: Person, key: str, error: GridpointsError, mark: Mark) -> RosterEntry:
        return RosterEntry(
            mark, line.row, problem=RowProblem(line.row.number, self.table.heading(key), error)
        )


def _by_name(members: Iterable[Member]) -> dict[str, list[Member]]:
    """Those who belong to the community, by name."""
    found: defaultdict[str, list[Member]] = defaultdict(list)
    for member in members:
        if member.status is MemberStatus.ACTIVE:
            found[tidy(member.name)].append(member)
    return dict(found)
