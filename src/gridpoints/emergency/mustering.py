"""The muster: who is wanted, who is asked, who comes. A part of `Emergencies`."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from attrs import frozen

from gridpoints.community.emergency import Emergency
from gridpoints.community.model import Grid, Member
from gridpoints.emergency.matching import Candidate, ranked
from gridpoints.emergency.model import (
    ASSIGNMENT,
    BOUND,
    CALL,
    NOT_YET_IN_ACTION,
    PLACED,
    Assignment,
    AssignmentStatus,
    CallStatus,
    MusterCall,
)
from gridpoints.emergency.rosters import roster_of
from gridpoints.emergency.switching import Switching
from gridpoints.errors import AlreadyMustered, CallFilled, DueTooSoon, GridpointsError, NotMustered
from gridpoints.rules.operations import Rules
from gridpoints.rules.permissions import Right
from gridpoints.storage.port import Work
from gridpoints.values import Interval, check_identifier, check_instant, check_text, check_whole


@frozen
class Asked:
    """What came of asking one member: an assignment, or why they could not be asked."""

    member_id: str
    assignment: Assignment | None = None
    error: GridpointsError | None = None


@frozen
class Mustering(Switching):
    """People are called to places, asked, and answer.

    Who calls, asks, assigns and releases needs the right `DIRECT`: `RightReserved`.
    """

    def call(
        self,
        emergency_id: str,
        place: str,
        *,
        wanted: int,
        skill: str | None = None,
        grid_id: str | None = None,
        starts_at: datetime | None = None,
        ends_at: datetime | None = None,
        deed: str | None = None,
        id: str | None = None,
    ) -> MusterCall:
        """Say that so many people are wanted at a place, from now on or from `starts_at`.

        Raises `EmergencyOver`, or `EmptyInterval` where it would end before it starts.
        """
        Rules(self.context).require(Right.DIRECT)
        now = self.context.now()
        starts_at = now if starts_at is None else check_instant("starts_at", starts_at)
        if ends_at is not None:
            ends_at = Interval(starts_at, check_instant("ends_at", ends_at)).end
        call = MusterCall(
            id=self.context.id(id),
            emergency_id=emergency_id,
            place=check_text("place", place, longest=200),
            wanted=check_whole("wanted", wanted),
            starts_at=starts_at,
            called_at=now,
            called_by=self.context.actor.id,
            ends_at=ends_at,
            skill=None if skill is None else check_text("skill", skill, longest=200),
            grid_id=grid_id,
            deed=None if deed is None else check_identifier("deed", deed),
        )
        with self.context.begin() as work:
            work.get(Emergency, emergency_id, lock=True).must_be_on()
            return self.context.keep(work, call)

    def close_call(self, call_id: str, *, reason: str | None = None) -> MusterCall:
        """Want nobody any more: who was asked or waits is released, who is in action goes on."""
        Rules(self.context).require(Right.DIRECT)
        with self.context.begin() as work:
            call = work.get(MusterCall, call_id, lock=True)
            closed = self.context.change(work, call, CALL.advance(call, CallStatus.CLOSED), reason)
            waiting = work.find(Assignment, {"call_id": call.id, "status": NOT_YET_IN_ACTION}, lock=True)
            released = AssignmentStatus.RELEASED
            self.context.change_all(
                work, ((each, ASSIGNMENT.advance(each, released)) for each in waiting), reason
            )
            return closed

    # --- asking -------------------------------------------------------------------------------

    def suitable(self, call_id: str, candidates: Iterable[Candidate]) -> list[Candidate]:
        """Those who have the skill, are free at the time, and are bound nowhere else; nearest first.

        Who has left the community, or said no to this call, is not among them.
        """
        candidates = list(candidates)
        with self.context.read() as work:
            call = work.get(MusterCall, call_id)
            ids = [candidate.member_id for candidate in candidates]
            bound = {each.member_id for each in work.find(Assignment, {"member_id": ids, "status": BOUND})}
            refused = (AssignmentStatus.DECLINED, AssignmentStatus.LAPSED)
            bound |= {
                each.member_id for each in work.find(Assignment, {"call_id": call.id, "status": refused})
            }
            active = {m.id for m in work.find(Member, {"id": ids, "status": "active"})}
            parents = {grid.id: grid.parent_id for grid in work.find(Grid)}
        free = [each for each in candidates if each.member_id in active and each.member_id not in bound]
        return ranked(call, free, parents)

    def missing(self, call_id: str) -> int:
        """How many are still wanted beside those who are placed and those who have yet to answer."""
        with self.context.read() as work:
            call = work.get(MusterCall, call_id)
            there = work.count(Assignment, {"call_id": call.id, "status": BOUND})
        return max(0, call.wanted - there)

    def roster(self, call_id: str) -> list[Candidate]:
        """Those whom the community's own register names for a call: see `roster_of`."""
        with self.context.read() as work:
            call = work.get(MusterCall, call_id)
        return roster_of(self.context, call)

    def muster(
        self, call_id: str, candidates: Iterable[Candidate], *, answer_by: datetime | None = None
    ) -> list[Asked]:
        """Ask as many of the suitable as are missing. To be called again when some did not answer."""
        wanted = self.missing(call_id)
        first = self.suitable(call_id, candidates)[:wanted]
        return self.request(call_id, [each.member_id for each in first], answer_by=answer_by)

    def request(
        self, call_id: str, member_ids: Iterable[str], *, answer_by: datetime | None = None
    ) -> list[Asked]:
        """Ask these members to come; who does not answer by then is not counted upon (`tick`).

        Each is asked by themself: who cannot be asked (`AlreadyMustered`, `MemberInactive`) is answered
        with the error. Raises `RightReserved`, `CallClosed`, `EmergencyOver` or `DueTooSoon`.
        """
        Rules(self.context).require(Right.DIRECT)
        if answer_by is not None and (due := check_instant("answer_by", answer_by)) <= self.context.now():
            raise DueTooSoon(due_at=due)
        with self.context.read() as work:
            call = work.get(MusterCall, call_id)
            call.must_be_open()
            work.get(Emergency, call.emergency_id).must_be_on()
        asked = []
        for member_id in member_ids:
            try:
                assignment = self._ask(call_id, member_id, answer_by=answer_by)
            except GridpointsError as error:
                asked.append(Asked(member_id, error=error))
            else:
                asked.append(Asked(member_id, assignment))
        return asked

    def assign(self, call_id: str, member_id: str) -> Assignment:
        """Count somebody in who came by themselves, or said yes by word of mouth.

        Raises `AlreadyMustered`, `CallFilled`, `CallClosed`, `EmergencyOver` or `MemberInactive`.
        """
        Rules(self.context).require(Right.DIRECT)
        return self._ask(call_id, member_id, status=AssignmentStatus.ASSIGNED)

    def _ask(
        self,
        call_id: str,
        member_id: str,
        *,
        answer_by: datetime | None = None,
        status: AssignmentStatus = AssignmentStatus.REQUESTED,
    ) -> Assignment:
        now = self.context.now()
        with self.context.begin() as work:
            # The person, the emergency, the call: everybody locks in this order.
            member = work.get(Member, member_id, lock=True)
            member.must_be_active()
            seen = work.get(MusterCall, call_id)
            work.get(Emergency, seen.emergency_id, lock=True).must_be_on()
            call = work.get(MusterCall, call_id, lock=True)
            call.must_be_open()
            for bound in work.find(Assignment, {"member_id": member.id, "status": BOUND}):
                raise AlreadyMustered(member=member.name, place=work.get(MusterCall, bound.call_id).place)
            placed = status is AssignmentStatus.ASSIGNED
            if placed:
                self._must_have_room(work, call)
            assignment = Assignment(
                id=self.context.id(None),
                call_id=call.id,
                emergency_id=call.emergency_id,
                member_id=member.id,
                requested_at=now,
                requested_by=self.context.actor.id,
                answer_by=answer_by,
                answered_at=now if placed else None,
                status=status,
            )
            return self.context.keep(work, assignment)

    def _must_have_room(self, work: Work, call: MusterCall) -> None:
        if work.count(Assignment, {"call_id": call.id, "status": PLACED}) >= call.wanted:
            raise CallFilled(place=call.place, wanted=call.wanted)

    # --- answering ----------------------------------------------------------------------------

    def accept(self, assignment_id: str) -> Assignment:
        """Say yes, for oneself or, with the right `DIRECT`, for another.

        Raises `CallFilled` where others were faster, or `NotMustered`.
        """
        with self.context.begin() as work:
            seen = work.get(Assignment, assignment_id)
            call = work.get(MusterCall, seen.call_id, lock=True)
            assignment = work.get(Assignment, assignment_id, lock=True)
            self._answers_for(work, assignment)
            yes = ASSIGNMENT.advance(assignment, AssignmentStatus.ASSIGNED, answered_at=self.context.now())
            self._must_have_room(work, call)
            return self.context.change(work, assignment, yes)

    def decline(self, assignment_id: str, *, reason: str | None = None) -> Assignment:
        """Say no, or take a yes back before setting out; raises `NotMustered`."""
        with self.context.begin() as work:
            assignment = work.get(Assignment, assignment_id, lock=True)
            self._answers_for(work, assignment)
            answered = assignment.answered_at or self.context.now()
            no = ASSIGNMENT.advance(assignment, AssignmentStatus.DECLINED, answered_at=answered)
            return self.context.change(work, assignment, no, reason)

    def release(self, assignment_id: str, *, reason: str | None = None) -> Assignment:
        """Let somebody go who has not served yet: they are free for another place."""
        Rules(self.context).require(Right.DIRECT)
        with self.context.begin() as work:
            assignment = work.get(Assignment, assignment_id, lock=True)
            released = ASSIGNMENT.advance(assignment, AssignmentStatus.RELEASED)
            return self.context.change(work, assignment, released, reason)

    def _answers_for(self, work: Work, assignment: Assignment) -> None:
        """Raise `NotMustered` unless who acts is the member, or may direct."""
        rules = Rules(self.context)
        if self.context.actor.id == assignment.member_id or rules.permits(Right.DIRECT):
            return
        name = work.get(Member, assignment.member_id).name
        roles = rules.roles_with(Right.DIRECT)
        raise NotMustered(actor=self.context.actor.id, member=name, roles=roles)

    # --- looking ------------------------------------------------------------------------------

    def calls(self, emergency_id: str) -> list[MusterCall]:
        """All calls of an emergency, oldest first."""
        with self.context.read() as work:
            return work.find(MusterCall, {"emergency_id": emergency_id}, order=("called_at", "id"))

    def assignments(self, emergency_id: str) -> list[Assignment]:
        """All turns of an emergency, whatever became of them, by time."""
        with self.context.read() as work:
            return work.find(Assignment, {"emergency_id": emergency_id}, order=("requested_at", "id"))

    def assignment(self, id: str) -> Assignment:
        """The turn of that id; raises `RecordUnknown`."""
        with self.context.read() as work:
            return work.get(Assignment, id)
