"""Points that wait for others: confirmed, voted on, made public. A part of `Awards`."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from attrs import frozen

from gridpoints.awards.emergencies import explained
from gridpoints.awards.model import AWARD, Award, AwardStatus
from gridpoints.awards.reviews import (
    OBJECTION,
    REVIEW,
    Objection,
    ObjectionStatus,
    Review,
    ReviewStatus,
    Side,
    Verdict,
    Vote,
    middle,
    verdict,
)
from gridpoints.awards.settling import Settling, rules_of
from gridpoints.context import in_batches, must_be_done
from gridpoints.errors import (
    AmountNotAsked,
    AmountNotChosen,
    ChoiceOutOfRange,
    NotPending,
    NotTheReporter,
    VotedAlready,
    WrongStage,
)
from gridpoints.rules.amounts import Chosen
from gridpoints.rules.approval import Confirmer, Panel, Stage
from gridpoints.rules.deeds import DeedRule
from gridpoints.rules.judging import unchosen
from gridpoints.rules.model import RuleSet
from gridpoints.rules.operations import Rules, RulesCalendar
from gridpoints.storage.port import Range, Work
from gridpoints.values import Step, check_text


@frozen
class Waiting:
    """An award that waits, locked, with its present stage and the rules that say who must agree."""

    award: Award
    review: Review
    calendar: RulesCalendar
    rules: RuleSet
    rule: DeedRule

    @property
    def stage(self) -> Stage:
        """What it waits for."""
        return self.rule.approval[self.review.stage - 1]

    @property
    def range(self) -> Chosen | None:
        """The range from which a panel has still to choose; None: the amount is known."""
        amount = self.rule.amount
        return amount if isinstance(amount, Chosen) and self.award.chosen is None else None


@frozen
class Reviewing(Settling):
    """What those do who must agree.

    Nobody decides on an award of their own or their household's, nor on one that they reported: `OwnAward`;
    others need one of the roles that the rules name: `RoleNeeded`. Once an award has ended one way or
    the other, `NotPending` is raised.
    """

    def approve(self, award_id: str, amount: Decimal | int | str | None = None) -> Award:
        """Confirm an award, or vote for it on a panel; there, `amount` is how many points, out of a range.

        When its last stage has passed, it is credited. Raises `WrongStage`, `VotedAlready`,
        `AmountNotChosen`, `ChoiceOutOfRange`, `AmountNotAsked`.
        """
        with self.context.begin() as work:
            waiting = self._waiting(work, award_id)
            match waiting.stage:
                case Confirmer(roles=roles):
                    self._may_decide(work, waiting.award, roles)
                    if amount is not None:
                        raise AmountNotAsked(award=award_id)
                    return self._pass(work, waiting, Step("confirmed", {"by": self.context.actor.id}))
                case Panel() as panel:
                    return self._vote(work, waiting, panel, Side.FOR, amount=_chosen(waiting, amount))
            raise WrongStage(award=award_id, stage=waiting.review.kind)

    def reject(self, award_id: str, reason: str) -> Award:
        """Do not confirm an award, or vote against it on a panel. Raises `WrongStage`, `VotedAlready`."""
        reason = check_text("reason", reason)
        with self.context.begin() as work:
            waiting = self._waiting(work, award_id)
            match waiting.stage:
                case Confirmer(roles=roles):
                    self._may_decide(work, waiting.award, roles)
                    step = Step("not_confirmed", {"by": self.context.actor.id, "reason": reason})
                    return self._end(work, waiting, AwardStatus.REJECTED, step, reason)
                case Panel() as panel:
                    return self._vote(work, waiting, panel, Side.AGAINST, reason=reason)
            raise WrongStage(award=award_id, stage=waiting.review.kind)

    def withdraw(self, award_id: str, reason: str) -> Award:
        """Take a report back while it waits: only who reported it may, else `NotTheReporter`."""
        reason = check_text("reason", reason)
        with self.context.begin() as work:
            waiting = self._waiting(work, award_id)
            if self.context.actor.id != waiting.award.reported_by:
                raise NotTheReporter(award=award_id, reporter=waiting.award.reported_by)
            step = Step("withdrawn", {"by": self.context.actor.id, "reason": reason})
            return self._end(work, waiting, AwardStatus.WITHDRAWN, step, reason)

    def tick(self, now: datetime | None = None) -> list[Award]:
        """Let go on what was made public until `now` (None, or ahead of the clock: until now); answers which.

        To be called as often as one likes, and after any pause: each notice ends once. Raises `NotAllDone`
        where something could not be credited, after all the rest was.
        """
        due = {"status": ReviewStatus.OPEN, "closes_at": Range(at_most=self.context.until(now))}
        with self.context.read() as work:
            over = work.find(Review, due, order=("closes_at", "id"))
        gone_on, refused = in_batches(lambda some: self._end_notice(*some), over, 1)
        must_be_done(refused)
        return gone_on

    def _end_notice(self, notice: Review) -> list[Award]:
        with self.context.begin() as work:
            award = work.get(Award, notice.award_id, lock=True)
            review = work.get(Review, notice.id)  # as it is under the lock
            if review.status is not ReviewStatus.OPEN:
                return []
            return [self._pass(work, self._waiting(work, award.id), self._unopposed(review))]

    def _unopposed(self, review: Review) -> Step:
        assert review.closes_at is not None  # noqa: S101  # a notice has an end
        last_day = self.context.local_day(review.closes_at - timedelta(microseconds=1))
        return Step("unopposed", {"until": last_day})

    # --- steps --------------------------------------------------------------------------------

    def _waiting(self, work: Work, award_id: str) -> Waiting:
        """The award, locked; raises `NotPending`."""
        award = work.get(Award, award_id, lock=True)
        if award.status is not AwardStatus.PENDING:
            raise NotPending(award=award.id, status=award.status)
        [review] = work.find(Review, {"award_id": award.id}, order=("-stage",), limit=1)
        calendar = Rules(self.context).calendar()
        return Waiting(award, review, calendar, *rules_of(calendar, award))

    def _may_decide(self, work: Work, award: Award, roles: frozenset[str]) -> None:
        self._refuse_own(work, award, {award.member_id, award.reported_by}, roles)

    def _vote(
        self,
        work: Work,
        waiting: Waiting,
        panel: Panel,
        side: Side,
        *,
        amount: int | None = None,
        reason: str | None = None,
    ) -> Award:
        award, review, voter = waiting.award, waiting.review, self.context.actor.id
        self._may_decide(work, award, panel.roles)
        votes = work.find(Vote, {"review_id": review.id}, order=("cast_at", "id"))
        if any(vote.voter == voter for vote in votes):
            raise VotedAlready(actor=voter, award=award.id)
        vote = Vote(f"{review.id}/{voter}", review.id, voter, side, self.context.now(), amount, reason)
        self.context.keep(work, vote)
        votes.append(vote)
        figures: dict[str, Any] = {
            "agreed": sum(vote.side is Side.FOR for vote in votes),
            "against": sum(vote.side is Side.AGAINST for vote in votes),
        }
        match verdict(votes, panel):
            case Verdict.AGAINST:
                return self._end(work, waiting, AwardStatus.REJECTED, Step("voted_down", figures))
            case Verdict.FOR if waiting.range is not None:
                unit = waiting.rule.unit
                chosen = unit.decimal(middle(votes) or 0)
                step = Step("voted_amount", {**figures, "points": chosen, "unit": unit.code})
                return self._pass(work, waiting, step, chosen=chosen)
            case Verdict.FOR:
                return self._pass(work, waiting, Step("voted", figures))
        return award

    def _pass(self, work: Work, waiting: Waiting, step: Step, *, chosen: Decimal | None = None) -> Award:
        """Close the present stage, and open the next one, or credit the award after the last."""
        award, review, now = waiting.award, waiting.review, self.context.now()
        self.context.change(work, review, REVIEW.advance(review, ReviewStatus.PASSED))
        changes: dict[str, Any] = {"explanation": (*award.explanation, step)}
        if chosen is not None:
            changes = self._rejudged(work, waiting, step, chosen)
            if not changes["awarded"]:
                refused = AWARD.advance(award, AwardStatus.REFUSED, **changes)
                return self.context.change(work, award, refused)
        if review.stage == len(waiting.rule.approval):
            return self._settle(work, waiting.calendar, award, now, changes)
        number = review.stage + 1
        following = waiting.rule.approval[review.stage]
        self.context.keep(work, Review.opened(award.id, number, following, now, self.context.zone))
        return self.context.change(work, award, AWARD.advance(award, AwardStatus.PENDING, **changes))

    def _rejudged(self, work: Work, waiting: Waiting, step: Step, chosen: Decimal) -> dict[str, Any]:
        """What changes in an award when its amount is chosen: judged again, with its limits."""
        award, rules = waiting.award, waiting.rules
        deed = award.judged_as()._replace(chosen=chosen)
        subjects = self._present_subjects(work, award)
        used = work.lock_usage(rules.counted_under(deed, subjects))
        judgement = explained(rules.judge(deed, subjects, used.__getitem__, fits=False), award.added)
        work.set_usage({key: used[key] + points for key, points in judgement.uses.items()})
        assert waiting.range is not None  # noqa: S101  # else nothing was to be chosen
        said_before = explained(unchosen(waiting.rule, waiting.range), award.added).explanation
        agreed = award.explanation[len(said_before) :]
        return {
            "wanted": judgement.wanted,
            "awarded": judgement.awarded,
            "chosen": chosen,
            "uses": judgement.uses,
            "explanation": (*judgement.explanation, *agreed, step),
        }

    def _end(
        self, work: Work, waiting: Waiting, to: AwardStatus, step: Step, reason: str | None = None
    ) -> Award:
        """End a pending award without points: what it used of its limits is free again."""
        award, review = waiting.award, waiting.review
        failed = ReviewStatus.STOPPED if to is AwardStatus.WITHDRAWN else ReviewStatus.FAILED
        self.context.change(work, review, REVIEW.advance(review, failed))
        for objection in work.find(Objection, {"award_id": award.id, "status": ObjectionStatus.OPEN}):
            moot = OBJECTION.advance(objection, ObjectionStatus.MOOT)
            self.context.change(work, objection, moot)
        self._give_back(work, award.uses)
        ended = AWARD.advance(award, to, awarded=0, uses={}, explanation=(*award.explanation, step))
        return self.context.change(work, award, ended, reason)


def _chosen(waiting: Waiting, amount: Decimal | int | str | None) -> int | None:
    """The amount that a vote names, where the rules leave a range."""
    bounds = waiting.range
    if bounds is None:
        if amount is not None:
            raise AmountNotAsked(award=waiting.award.id)
        return None
    unit, deed = waiting.rule.unit, waiting.rule.code
    least, most = unit.decimal(bounds.least), unit.decimal(bounds.most)
    if amount is None:
        raise AmountNotChosen(deed=deed, least=least, most=most)
    points = unit.amount(amount)
    if not bounds.least <= points <= bounds.most:
        raise ChoiceOutOfRange(deed=deed, chosen=unit.decimal(points), least=least, most=most)
    return points
