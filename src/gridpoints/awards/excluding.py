"""Members are excluded by a decision, and take part again by another. A part of `Awards`."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date

from attrs import frozen

from gridpoints.awards.decided import decided_on
from gridpoints.awards.exclusions import EXCLUSION, Exclusion, ExclusionStatus
from gridpoints.awards.objecting import Objecting
from gridpoints.community.model import Member
from gridpoints.errors import ExclusionUnknown, NoRulesInForce, NotUsable, OwnExclusion
from gridpoints.rules.operations import Rules
from gridpoints.rules.permissions import Right
from gridpoints.rules.stars import Barred, ExclusionReason
from gridpoints.values import check_text


@frozen
class Excluding(Objecting):
    """Who decides that a member takes no part, and that they do again."""

    def exclude(
        self,
        member_id: str,
        reason: str,
        *,
        note: str,
        since: date | None = None,
        until: date | None = None,
        id: str | None = None,
    ) -> Exclusion:
        """Exclude a member, for a reason that the rules list, from a local day on (None: today).

        Until before `until`; None: for as long as the rules say of the reason. They then neither claim nor
        redeem, and rules that declare the fact ``member.excluded`` are told of it. It takes the right
        `EXCLUDE`: raises `RightReserved`, `OwnExclusion`, `ExclusionUnknown` for a reason that the rules of
        today do not list, and `NotUsable` for an end that is not after the beginning.
        """
        note, today = check_text("note", note), self.context.today()
        since = since or today
        self._must_decide(member_id)
        listed = self._reasons(today)
        if (known := listed.get(reason)) is None:
            raise ExclusionUnknown(reason=reason, known=tuple(listed))
        if until is not None and until <= since:
            raise NotUsable(field="until", value=until.isoformat())
        with self.context.begin() as work:
            member, now = work.get(Member, member_id), self.context.now()
            exclusion = Exclusion(
                id=self.context.id(id),
                member_id=member.id,
                reason=reason,
                since=since,
                until=until or known.until(since),
                note=note,
                decided_by=self.context.actor.id,
                decided_at=now,
            )
            return self.context.keep(work, exclusion)

    def lift_exclusion(self, exclusion_id: str, *, note: str) -> Exclusion:
        """Let a member take part again from today on; the note says why, and stays in the journal.

        Raises what `exclude` raises of who decides, and `IllegalTransition` where it was lifted before.
        """
        note = check_text("note", note)
        with self.context.begin() as work:
            exclusion = work.get(Exclusion, exclusion_id, lock=True)
            self._must_decide(exclusion.member_id)
            lifted = EXCLUSION.advance(exclusion, ExclusionStatus.LIFTED, lifted_on=self.context.today())
            return self.context.change(work, exclusion, lifted, note)

    def exclusions(self, member_id: str | None = None) -> list[Exclusion]:
        """Every decision about a member (None: about anybody), lifted ones included, by first day.

        Read by oneself, and by who has the right `SEE_MEMBERS`: raises `RightReserved`.
        """
        if self.context.actor.id != member_id:
            Rules(self.context).require(Right.SEE_MEMBERS)
        where = {} if member_id is None else {"member_id": member_id}
        with self.context.read() as work:
            return work.find(Exclusion, where, order=("since", "id"))

    def barred(self, member_id: str, no_shows: Collection[date] = ()) -> Barred | None:
        """Whether a member, who stayed away on those days, takes no part today, by the rules in force."""
        with self.context.read() as work:
            decided = [each.decided for each in decided_on(work, [member_id]).get(member_id, ())]
        if not (decided or no_shows):
            return None
        today = self.context.today()
        try:
            stars = Rules(self.context).in_force(today).on(today).terms.stars
        except NoRulesInForce:
            return None
        return None if stars is None else stars.barred(today, no_shows, decided)

    def _must_decide(self, member_id: str) -> None:
        Rules(self.context).require(Right.EXCLUDE)
        if self.context.actor.id == member_id:
            raise OwnExclusion(actor=member_id)

    def _reasons(self, day: date) -> Mapping[str, ExclusionReason]:
        stars = Rules(self.context).in_force(day).on(day).terms.stars
        return {} if stars is None else stars.exclusions
