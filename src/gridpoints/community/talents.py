"""The register of talents (能人库): who can do what, when they have time, and who fits what is needed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from attrs import field, frozen

from gridpoints.community.hours import WeeklyHours
from gridpoints.community.model import Member, Standing, Tenure
from gridpoints.community.tree import Tree
from gridpoints.values import Explanation, Step


@frozen
class Talent:
    """Somebody's entry in the register, under their own id; without `hours`, their time is not known."""

    id: str
    member_id: str
    hours: tuple[WeeklyHours, ...] = ()
    note: str = ""
    status: Standing = Standing.ACTIVE
    version: int = 1


@frozen
class Skill:
    """One thing that somebody in the register can do, by the code that needs are told in: ``law``."""

    id: str
    member_id: str
    code: str
    status: Tenure = Tenure.HELD
    version: int = 1


@frozen
class Need:
    """What somebody is looked for: skills (any of them counts, more are better), and where and when.

    `start` and `end` are local time; a place that is None is anywhere.
    """

    skills: tuple[str, ...]
    grid_id: str | None = None
    start: datetime | None = None
    end: datetime | None = None


@frozen
class Match:
    """Somebody who fits, and why; who fits best has the smallest `key`."""

    member: Member
    reasons: Explanation
    key: tuple[int, int, int, str, str] = field(repr=False)


@frozen
class Register:
    """What is known of those who have one of the skills in question.

    `homes` is the grid of each member, where one is known.
    """

    members: Sequence[Member]
    skills: Mapping[str, frozenset[str]]
    talents: Mapping[str, Talent]
    homes: Mapping[str, str]
    tree: Tree

    def matches(self, need: Need) -> list[Match]:
        """Those who can do a part of it, the best first: by skills, then time, then distance, then name.

        Somebody who is known to have no time then is left out.
        """
        found = (self._match(member, need) for member in self.members)
        return sorted((match for match in found if match), key=lambda match: match.key)

    def _match(self, member: Member, need: Need) -> Match | None:
        known = self.skills.get(member.id, frozenset())
        able = tuple(skill for skill in dict.fromkeys(need.skills) if skill in known)
        if not able:
            return None
        reasons = [Step("has_skills", {"skills": able})]
        time = self._time(member, need)
        if time is False:
            return None
        if need.start is not None:
            reasons.append(Step("has_time" if time else "time_unknown"))
        distance = self._distance(member, need)
        if need.grid_id is not None:
            place = self.tree.grids[need.grid_id].name
            reasons.append(self._near(place, distance))
        far = distance if distance is not None else 1_000
        return Match(member, tuple(reasons), (-len(able), 0 if time else 1, far, member.name, member.id))

    def _time(self, member: Member, need: Need) -> bool | None:
        """Whether they have time then; None: nobody knows."""
        talent = self.talents.get(member.id)
        if need.start is None or need.end is None or talent is None or not talent.hours:
            return None
        return any(hours.covers(need.start, need.end) for hours in talent.hours)

    def _distance(self, member: Member, need: Need) -> int | None:
        home = self.homes.get(member.id)
        if need.grid_id is None or home is None:
            return None
        # Whoever lives anywhere in the place that is asked for lives there.
        if any(grid.id == need.grid_id for grid in self.tree.path(home)):
            return 0
        return self.tree.distance(need.grid_id, home)

    @staticmethod
    def _near(place: str, distance: int | None) -> Step:
        if distance is None:
            return Step("home_unknown")
        return (
            Step("lives_there", {"place": place})
            if distance == 0
            else Step("lives_near", {"place": place, "steps": distance})
        )


def by_member(skills: Iterable[Skill]) -> dict[str, frozenset[str]]:
    """The codes of what each can do."""
    found: dict[str, frozenset[str]] = {}
    for skill in skills:
        found[skill.member_id] = found.get(skill.member_id, frozenset()) | {skill.code}
    return found
