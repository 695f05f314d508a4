"""The room ``awards``: deeds become points, once, each with its reason, when all have agreed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from datetime import date, timedelta

from attrs import frozen

from gridpoints.awards.crediting import AwardOutcome
from gridpoints.awards.excluding import Excluding
from gridpoints.awards.grading import Grades, grades_of
from gridpoints.awards.model import Arrears, ArrearsStatus, Award, AwardStatus
from gridpoints.awards.reviews import WAITING, Objection, ObjectionStatus, Review, Vote
from gridpoints.awards.simulation import simulated
from gridpoints.awards.standing import MemberStanding, Missed, Standings, none_missed
from gridpoints.community.model import Member, MemberStatus
from gridpoints.errors import RecordUnknown
from gridpoints.rules.case import Scope
from gridpoints.rules.findings import Simulation
from gridpoints.rules.grades import Graded
from gridpoints.rules.model import RuleSet
from gridpoints.rules.operations import Rules
from gridpoints.rules.permissions import Right
from gridpoints.storage.port import Range
from gridpoints.values import Explanation, check_type

__all__ = ["AwardOutcome", "Awards"]


@frozen
class Awards(Excluding):
    """The room ``awards``: deeds judged and credited, each with its explanation.

    `missed` tells who stayed away from what they had claimed, which counts for how they stand.
    """

    missed: Missed = none_missed

    def overtaken_by(self, version: str) -> int:
        """How many deeds that are of the days of that published version were judged by another.

        So it is where a version begins before the day on which it is published. They stay as they
        were judged. Raises `RecordUnknown`.
        """
        with self.context.read() as work:
            calendar = {each.rules.id: each for each in Rules(self.context).versions()}
            if (asked := calendar.pop(version, None)) is None:
                raise RecordUnknown(kind="published_rules", id=version)
            days = Range(at_least=asked.starts_on, below=asked.ends_on)
            return work.count(Award, {"rule_set": tuple(calendar), "day": days})

    def standing(self, member_id: str, day: date | None = None) -> MemberStanding:
        """How a member stands at the end of a local day (None: today): figures, star, and whether barred.

        By what stands credited now, each deed on its own day. Read by oneself, and by who has the rights
        `SEE_MEMBERS` and `SEE_STATEMENTS`: raises `RightReserved`, or `RecordUnknown`.
        """
        if self.context.actor.id != member_id:
            self._must_see_all()
        with self.context.read() as work:
            work.get(Member, member_id)
            [found] = self._standings.of(work, [member_id], self.context.day("day", day))
            return found

    def standings(self, day: date | None = None) -> list[MemberStanding]:
        """How all active members stand, by their ids; as `standing`, and raises `RightReserved`."""
        self._must_see_all()
        with self.context.read() as work:
            ids = [id for (id,) in work.select(Member, ("id",), {"status": MemberStatus.ACTIVE})]
            return self._standings.of(work, ids, self.context.day("day", day))

    def grades(self, code: str, day: date | None = None) -> Grades:
        """Where all stand in a classification of the rules, in the period of a local day (None: today's).

        Grids anybody may see; of households and members all, those who have the rights `SEE_MEMBERS` and
        `SEE_STATEMENTS`: raises `RightReserved`. What is made public of it is in `public_grades`. Raises
        `GradesUnknown`, or `NoRulesInForce`.
        """
        with self.context.read() as work:
            found = grades_of(self.context, work, code, self.context.day("day", day))
        if found.grading.of is not Scope.GRID:
            self._must_see_all()
        return found

    def public_grades(
        self, code: str, day: date | None = None, *, agreed: Collection[str] | None = None
    ) -> list[tuple[Graded, str]]:
        """What the rules make public of a classification: who, best first, each with the name that is shown.

        Where the rules ask whether they agreed to it, these are those who did and do still: see
        `community.record_consent`. Of households and grids, it is those where all agreed who live there.
        Where `agreed` has the ids of some, it is these alone. Anybody may see it. Raises `GradesUnknown`, or
        `NoRulesInForce`.
        """
        with self.context.read() as work:
            return grades_of(self.context, work, code, self.context.day("day", day)).published(agreed)

    @property
    def _standings(self) -> Standings:
        return Standings(self.context, self.missed)

    def _must_see_all(self) -> None:
        rules = Rules(self.context)
        rules.require(Right.SEE_MEMBERS)
        rules.require(Right.SEE_STATEMENTS)

    def award(self, id: str) -> Award:
        """The award of that id; raises `RecordUnknown`."""
        with self.context.read() as work:
            return work.get(Award, id)

    def awards_of(self, member_id: str) -> list[Award]:
        """All awards of a member, refused ones included, by day."""
        with self.context.read() as work:
            return work.find(Award, {"member_id": member_id}, order=("day", "recorded_at", "id"))

    def simulate(self, draft: RuleSet, *, since: date | None = None, until: date | None = None) -> Simulation:
        """What the deeds of some days would have earned under a draft; nothing is posted.

        `until` is the last day, None: today; `since` the first, None: that of a year before. They
        are judged by day, and counted from 0: what was done before `since` uses up no limit.
        """
        until = self.context.day("until", until)
        check_type("rules", draft, RuleSet)
        return simulated(self.context, draft, since or until - timedelta(days=364), until)

    def explain(self, award_id: str) -> Explanation:
        """Why an award is what it is, step by step, in the words of the rules of its day."""
        return self.award(award_id).explanation

    # --- what waits ---------------------------------------------------------------------------

    def pending(self, member_id: str | None = None, unit: str | None = None) -> list[Award]:
        """The awards that wait for somebody (a member's; of a unit), oldest first."""
        where: dict[str, object] = {"status": AwardStatus.PENDING}
        if unit is not None:
            where["unit"] = unit
        with self.context.read() as work:
            if member_id is not None:
                where["member_id"] = member_id
            else:
                where["id"] = [review.award_id for review in work.find(Review, {"status": WAITING})]
            return work.find(Award, where, order=("recorded_at", "id"))

    def pending_points(self, member_id: str) -> Mapping[str, int]:
        """What a member's pending awards come to, by unit, should all of them pass.

        One whose amount is still to be chosen counts 0.
        """
        points = Counter[str]()
        for award in self.pending(member_id):
            points[award.unit] += award.awarded
        return points

    def reviews_of(self, award_id: str) -> list[Review]:
        """The stages of an award so far, the first first."""
        with self.context.read() as work:
            return work.find(Review, {"award_id": award_id}, order=("stage",))

    def votes_on(self, award_id: str) -> list[Vote]:
        """The votes on an award, by time."""
        with self.context.read() as work:
            reviews = [review.id for review in work.find(Review, {"award_id": award_id})]
            return work.find(Vote, {"review_id": reviews}, order=("cast_at", "id"))

    def objections(self, award_id: str | None = None) -> list[Objection]:
        """What somebody has against an award, whatever became of it; without one, all that is undecided."""
        where = {"status": ObjectionStatus.OPEN} if award_id is None else {"award_id": award_id}
        with self.context.read() as work:
            return work.find(Objection, where, order=("made_at", "id"))

    def owed_by(self, account: str) -> list[Arrears]:
        """What an account (its key: ``points/member/…``) owes of deductions, oldest first."""
        with self.context.read() as work:
            owed = {"account": account, "status": ArrearsStatus.OWED}
            return work.find(Arrears, owed, order=("since", "id"))
