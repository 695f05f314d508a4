"""What is noted of people: where they live, what they can do, how they belong, where they checked in."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from attrs import evolve, frozen

from gridpoints.community.hours import WeeklyHours
from gridpoints.community.model import (
    MEMBER,
    STANDING,
    TENURE,
    Grid,
    Household,
    Member,
    MemberStatus,
    Standing,
    Tenure,
)
from gridpoints.community.offices import Partner
from gridpoints.community.people import (
    DUAL_CHECK_IN,
    CardColour,
    CheckInStatus,
    Classification,
    ColourCard,
    DualCheckIn,
)
from gridpoints.community.room import Room, check_or_empty
from gridpoints.community.talents import Match, Need, Register, Skill, Talent, by_member
from gridpoints.community.terms import TermList
from gridpoints.community.tree import Tree
from gridpoints.storage.port import Work
from gridpoints.values import check_identifier, check_instant, check_text, check_whole


@frozen
class Noting(Room):
    """People are placed, classified, checked in, and found by what they can do."""

    # --- where they live ----------------------------------------------------------------------

    def place(self, member_id: str, household_id: str | None, *, reason: str | None = None) -> Member:
        """Note where a member lives; None: it is not known. Raises `PlaceClosed`, `MemberInactive`."""
        [member] = self.place_all({member_id: household_id}, reason=reason)
        return member

    def place_all(self, homes: Mapping[str, str | None], *, reason: str | None = None) -> list[Member]:
        """Note where many members live, all or none: household ids by member id.

        An organiser does, else `NotTheOrganiser`: who lives with whom may pay with their points.
        """
        self.context.must_organise()
        with self.context.begin() as work:
            members = [self._member(work, member_id) for member_id in sorted(homes)]
            wanted = sorted({home for home in homes.values() if home is not None})
            for household in work.find(Household, {"id": wanted}, lock=True):
                household.must_be_active()
            placed = {m.id: MEMBER.amend(m, household_id=homes[m.id]) for m in members}
            moving = [m for m in members if m.household_id != homes[m.id]]
            self.context.change_all(work, [(m, placed[m.id]) for m in moving], reason)
            moved = {m.id for m in moving}
        return [placed[m.id] if m.id in moved else m for m in members]

    def unplaced(self) -> list[Member]:
        """Who belongs to the community and has no household (未编入网格), by name."""
        where = {"household_id": None, "status": MemberStatus.ACTIVE}
        return self._find(Member, where, "name", "id")

    def residents(self, grid_id: str) -> list[Member]:
        """Who lives in a grid or in any below it, by name."""
        with self.context.read() as work:
            work.get(Grid, grid_id)
            grids = [grid.id for grid in Tree.of(work.find(Grid)).below(grid_id)]
            homes = [household.id for household in work.find(Household, {"grid_id": grids})]
            where = {"household_id": homes, "status": MemberStatus.ACTIVE}
            return work.find(Member, where, order=("name", "id"))

    # --- how they belong ----------------------------------------------------------------------

    def classify(
        self, member_id: str, *, type: str, managed: str, reason: str | None = None
    ) -> Classification:
        """Note which type of member somebody is, and how they are managed (五类, 五管合一). `TermUnknown`."""
        with self.context.begin() as work:
            member = self._member(work, member_id)
            self._term(work, TermList.MEMBER_TYPE, type)
            self._term(work, TermList.MANAGEMENT, managed)
            if not work.find(Classification, {"id": member.id}):
                return self.context.keep(work, Classification(member.id, member.id, type, managed))
            return self._amend(Classification, STANDING, member.id, reason, type=type, managed=managed)

    def classifications(self, type: str | None = None) -> list[Classification]:
        """What is noted of whom, of one type or of all."""
        where = {"status": Standing.ACTIVE} | ({} if type is None else {"type": type})
        return self._find(Classification, where)

    def check_in(
        self, member_id: str, *, partner_id: str | None = None, grid_id: str | None = None
    ) -> DualCheckIn:
        """Note that a member checked in where they work, where they live, or both, today (双报到).

        The side that is not named stays as it was.
        """
        with self.context.begin() as work:
            member = self._member(work, member_id)
            today = self.context.today()
            changes: dict[str, Any] = {}
            if partner_id is not None:
                work.get(Partner, partner_id)
                changes |= {"partner_id": partner_id, "partner_on": today}
            if grid_id is not None:
                work.get(Grid, grid_id).must_be_active()
                changes |= {"grid_id": grid_id, "grid_on": today}
            found = work.find(DualCheckIn, {"id": member.id}, lock=True)
            before = found[0] if found else DualCheckIn(member.id, member.id)
            both = {"partner_id": before.partner_id, "grid_id": before.grid_id} | changes
            complete = both["partner_id"] is not None and both["grid_id"] is not None
            status = CheckInStatus.COMPLETE if complete else CheckInStatus.PARTIAL
            if found:
                return self.context.change(work, before, DUAL_CHECK_IN.advance(before, status, **changes))
            return self.context.keep(work, evolve(before, status=status, **changes))

    def check_ins(self, status: CheckInStatus | None = None) -> list[DualCheckIn]:
        """The dual check-ins, complete or not."""
        return self._find(DualCheckIn, None if status is None else {"status": status})

    def not_checked_in(self, member_ids: Collection[str]) -> list[Member]:
        """Who of these has not checked in on both sides, by name: list against list."""
        complete = {each.member_id for each in self.check_ins(CheckInStatus.COMPLETE)}
        missing = sorted(set(member_ids) - complete)
        return self._find(Member, {"id": missing}, "name", "id")

    def give_card(
        self, member_id: str, colour: CardColour, text: str, *, id: str | None = None
    ) -> ColourCard:
        """Note a card of a member: promise, information, service or activity (四色卡)."""
        text = check_text("text", text)
        with self.context.begin() as work:
            self._member(work, member_id)
            card = ColourCard(self.context.id(id), member_id, CardColour(colour), text, self.context.today())
            return self.context.keep(work, card)

    def close_card(self, card_id: str, *, reason: str | None = None) -> ColourCard:
        """What the card says was kept, or holds no more."""
        return self._advance(ColourCard, STANDING, card_id, Standing.CLOSED, reason)

    def cards(self, member_id: str) -> list[ColourCard]:
        """The cards of a member, by day."""
        return self._find(ColourCard, {"member_id": member_id}, "day", "id")

    # --- what they can do ---------------------------------------------------------------------

    def list_talent(
        self,
        member_id: str,
        skills: Collection[str],
        *,
        hours: Iterable[WeeklyHours] = (),
        note: str = "",
    ) -> Talent:
        """Put somebody on the register of talents, or write anew what it says of them.

        `skills` are codes such as ``law``; those that are not among them any more end. `hours` are when
        they have time, in local time; none: nobody knows.
        """
        codes = {check_identifier("skill", skill, longest=60) for skill in skills}
        note, week = check_or_empty("note", note), tuple(sorted(hours))
        with self.context.begin() as work:
            member = self._member(work, member_id)
            self._write_skills(work, member_id, codes)
            found = work.find(Talent, {"id": member.id}, lock=True)
            if not found:
                return self.context.keep(work, Talent(member.id, member.id, week, note))
            [talent] = found
            if talent.status is Standing.CLOSED:
                talent = self._advance(Talent, STANDING, talent.id, Standing.ACTIVE, None)
            return self._amend(Talent, STANDING, talent.id, hours=week, note=note)

    def _write_skills(self, work: Work, member_id: str, codes: set[str]) -> None:
        known = {skill.code: skill for skill in work.find(Skill, {"member_id": member_id}, lock=True)}
        new = [Skill(f"{member_id}/{code}", member_id, code) for code in sorted(codes - known.keys())]
        self.context.keep_all(work, new)
        changes = []
        for code, skill in known.items():
            status = Tenure.HELD if code in codes else Tenure.ENDED
            if skill.status is not status:
                changes.append((skill, TENURE.advance(skill, status)))
        self.context.change_all(work, changes)

    def unlist_talent(self, member_id: str, *, reason: str | None = None) -> Talent:
        """Take somebody off the register."""
        with self.context.begin() as work:
            work.get(Member, member_id, lock=True)
            self._write_skills(work, member_id, set())
            return self._advance(Talent, STANDING, member_id, Standing.CLOSED, reason)

    def skills(self, member_id: str) -> list[str]:
        """The codes of what somebody can do."""
        held = {"member_id": member_id, "status": Tenure.HELD}
        return [skill.code for skill in self._find(Skill, held, "code")]

    def match(
        self,
        skills: Sequence[str],
        *,
        grid_id: str | None = None,
        start: datetime | None = None,
        end: datetime | None = None,
        most: int = 10,
    ) -> list[Match]:
        """Who in the register fits a need best, each with the reasons.

        Whoever has more of the skills comes first, then who has time from `start` to `end` (instants),
        then who lives nearer to the grid. Who is known to have no time then is left out.
        """
        check_whole("most", most, most=100_000)
        local = [
            None if instant is None else check_instant(name, instant).astimezone(self.context.zone)
            for name, instant in (("start", start), ("end", end))
        ]
        need = Need(tuple(skills), grid_id, *local)
        with self.context.read() as work:
            if grid_id is not None:
                work.get(Grid, grid_id)
            register = self._register(work, need)
        return register.matches(need)[:most]

    def _register(self, work: Work, need: Need) -> Register:
        held = work.find(Skill, {"code": list(need.skills), "status": Tenure.HELD})
        ids = sorted({skill.member_id for skill in held})
        members = work.find(Member, {"id": ids, "status": MemberStatus.ACTIVE})
        doors = sorted({member.household_id for member in members if member.household_id})
        grids = {household.id: household.grid_id for household in work.find(Household, {"id": doors})}
        return Register(
            members=members,
            skills=by_member(held),
            talents={talent.member_id: talent for talent in work.find(Talent, {"id": ids})},
            homes={m.id: grids[m.household_id] for m in members if m.household_id},
            tree=Tree.of(work.find(Grid)),
        )
