"""Objections to what is made public, and appeals against deductions. A part of `Awards`."""

from __future__ import annotations

from datetime import datetime

from attrs import frozen

from gridpoints.awards.model import AWARD, Arrears, Award, AwardStatus
from gridpoints.awards.reviewing import Reviewing
from gridpoints.awards.reviews import (
    OBJECTION,
    REVIEW,
    Objection,
    ObjectionKind,
    ObjectionStatus,
    ReviewStatus,
    notice_ends,
)
from gridpoints.awards.settling import rules_of
from gridpoints.errors import AppealOver, NotAppealable, NoticeOver, WrongStage
from gridpoints.ledger.journal import instant
from gridpoints.rules.approval import Notice, Panel
from gridpoints.rules.deeds import DeedRule
from gridpoints.rules.operations import Rules
from gridpoints.storage.port import Work
from gridpoints.values import Step, check_text


@frozen
class Objecting(Reviewing):
    """Objections, and who decides on them.

    Not who objected, whom it is about, or who reported it: `OwnAward`. Where the rules name roles for the
    notice (for an appeal: for the notice, else for the panel), one of these: `RoleNeeded`.
    """

    def object(self, award_id: str, reason: str) -> Objection:
        """Object to an award that is made public: it waits until somebody has decided.

        Raises `NotPending`, `WrongStage`, and `NoticeOver` once the notice has ended.
        """
        reason, now = check_text("reason", reason), self.context.now()
        with self.context.begin() as work:
            waiting = self._waiting(work, award_id)
            review = waiting.review
            if review.closes_at is None:
                raise WrongStage(award=award_id, stage=review.kind)
            if now >= review.closes_at:
                raise NoticeOver(award=award_id, until=review.closes_at)
            objection = Objection(self.context.id(None), award_id, self.context.actor.id, now, reason)
            self.context.keep(work, objection)
            if review.status is ReviewStatus.OPEN:
                self.context.change(work, review, REVIEW.advance(review, ReviewStatus.CONTESTED))
            return objection

    def appeal(self, award_id: str, reason: str) -> Objection:
        """Appeal against a deduction, within the days that the rules allow.

        Raises `NotAppealable`, and `AppealOver` after the last of them.
        """
        reason, now = check_text("reason", reason), self.context.now()
        with self.context.begin() as work:
            award = work.get(Award, award_id, lock=True)
            _, rule = rules_of(Rules(self.context).calendar(), award)
            if award.status is not AwardStatus.CREDITED or award.awarded >= 0 or rule.appeal_days is None:
                raise NotAppealable(award=award_id)
            until = notice_ends(_made_at(work, award), rule.appeal_days, self.context.zone)
            if now >= until:
                raise AppealOver(award=award_id, until=until)
            actor = self.context.actor.id
            appeal = Objection(self.context.id(None), award_id, actor, now, reason, ObjectionKind.APPEAL)
            return self.context.keep(work, appeal)

    def uphold(self, objection_id: str, reason: str) -> Award:
        """Decide that an objection is right: the award is rejected, or, after an appeal, taken back."""
        reason = check_text("reason", reason)
        step = Step("upheld", {"by": self.context.actor.id, "reason": reason})
        with self.context.begin() as work:
            objection, award = self._contested(work, objection_id)
            self._decided(work, objection, ObjectionStatus.UPHELD, reason)
            if objection.kind is ObjectionKind.APPEAL:
                return self._reverse(work, award, step, reason)
            return self._end(work, self._waiting(work, award.id), AwardStatus.REJECTED, step, reason)

    def dismiss(self, objection_id: str, reason: str) -> Award:
        """Decide that an objection is not right: what it was about goes on."""
        reason = check_text("reason", reason)
        with self.context.begin() as work:
            objection, award = self._contested(work, objection_id)
            self._decided(work, objection, ObjectionStatus.DISMISSED, reason)
            if objection.kind is ObjectionKind.APPEAL:
                return award
            waiting = self._waiting(work, award.id)
            if not work.count(Objection, {"award_id": award.id, "status": ObjectionStatus.OPEN}):
                free = REVIEW.advance(waiting.review, ReviewStatus.OPEN)
                self.context.change(work, waiting.review, free)
            step = Step("dismissed", {"by": self.context.actor.id, "reason": reason})
            told = AWARD.advance(award, AwardStatus.PENDING, explanation=(*award.explanation, step))
            return self.context.change(work, award, told, reason)

    def _contested(self, work: Work, objection_id: str) -> tuple[Objection, Award]:
        """An objection that may be decided on by who acts, with its award, locked in that order."""
        award_id = work.get(Objection, objection_id).award_id
        award = work.get(Award, award_id, lock=True)
        objection = work.get(Objection, objection_id, lock=True)
        _, rule = rules_of(Rules(self.context).calendar(), award)
        concerned = {award.member_id, award.reported_by, objection.made_by}
        self._refuse_own(work, award, concerned, _judges(rule))
        return objection, award

    def _decided(self, work: Work, objection: Objection, to: ObjectionStatus, reason: str) -> None:
        decided = OBJECTION.advance(objection, to, decided_by=self.context.actor.id)
        self.context.change(work, objection, decided, reason)


def _judges(rule: DeedRule) -> frozenset[str]:
    """The roles that decide on objections and appeals; none: anybody's."""
    for kind in (Notice, Panel):
        for stage in rule.approval:
            if isinstance(stage, kind):
                return stage.roles
    return frozenset()


def _made_at(work: Work, award: Award) -> datetime:
    """When a deduction was made: when it was entered, or put down as owed where nothing was there."""
    if (line := work.ledger.line(f"award:{award.id}")) is not None:
        return instant(line.recorded_at)
    return min((arrears.since for arrears in work.find(Arrears, {"id": award.id})), default=award.recorded_at)
