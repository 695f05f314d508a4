"""Who can be asked to come, by what the community knows of its people. Used by `Emergencies`."""

from __future__ import annotations

from gridpoints.community.model import Household, Member
from gridpoints.community.operations import Membership
from gridpoints.community.terms import VOLUNTEER
from gridpoints.context import Context
from gridpoints.emergency.matching import Candidate
from gridpoints.emergency.model import MusterCall

_ALL = 100_000


def roster_of(context: Context, call: MusterCall) -> list[Candidate]:
    """Those who can be asked to come: who has the skill by the register of talents, else all volunteers.

    Who is known to have no time then is left out. Volunteers are those who hold that office today; where
    somebody lives is known from their household.
    """
    room = Membership(context)
    if call.skill is None:
        skills: frozenset[str] = frozenset()
        ids = [office.member_id for office in room.offices(role=VOLUNTEER)]
    else:
        skills = frozenset({call.skill})
        able = room.match([call.skill], start=call.starts_at, end=call.ends_at, most=_ALL)
        ids = [match.member.id for match in able]
    with context.read() as work:
        members = {member.id: member for member in work.find(Member, {"id": sorted(set(ids))})}
        doors = sorted({m.household_id for m in members.values() if m.household_id})
        grids = {household.id: household.grid_id for household in work.find(Household, {"id": doors})}
    return [Candidate(id, skills, grids.get(members[id].household_id or "")) for id in dict.fromkeys(ids)]
