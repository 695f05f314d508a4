"""What was agreed is posted, and what was posted or counted goes back. A part of `Awards`."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from attrs import evolve, frozen

from gridpoints.awards.crediting import Crediting, people
from gridpoints.awards.model import ARREARS, AWARD, Arrears, ArrearsStatus, Award, AwardStatus
from gridpoints.awards.posting import Batch, account_of
from gridpoints.community.model import Member
from gridpoints.errors import OwnAward, RoleNeeded
from gridpoints.ledger.operations import Ledger
from gridpoints.ledger.transactions import original_of
from gridpoints.rules.case import Scope, UsageKey
from gridpoints.rules.deeds import DeedRule
from gridpoints.rules.model import RuleSet
from gridpoints.rules.operations import Rules, RulesCalendar
from gridpoints.rules.permissions import Right
from gridpoints.storage.port import Work
from gridpoints.values import Step, check_text


@frozen
class Settling(Crediting):
    """How an award ends, one way or the other."""

    def reverse(self, award_id: str, reason: str, *, queue: bool = False) -> Award:
        """Take back an award that was credited: its entry is reversed, its limits are free again.

        What of its points the ledger gave back before, without the award, does not go back again: the
        explanation tells how much that was.
        Of a deduction, points that are past their date come back as the unit's `extend_days` says.
        Raises `IllegalTransition` unless it is credited, `OwnAward` where it is one's own, and
        `InsufficientPoints` where the points are spent; with `queue` the ledger then keeps a debt, which
        `Ledger.collect` takes later.
        """
        Rules(self.context).require(Right.ADJUST)
        return self.take_back(award_id, reason, queue=queue)

    def take_back(self, award_id: str, reason: str, *, queue: bool = False) -> Award:
        """Reverse an award for a room whose own record it belongs to, and which asked who may."""
        reason = check_text("reason", reason)
        with self.context.begin() as work:
            award = work.get(Award, award_id, lock=True)
            self._refuse_own(work, award, {award.member_id})
            return self._reverse(work, award, Step("reversed", {"reason": reason}), reason, queue=queue)

    def _reverse(self, work: Work, award: Award, step: Step, reason: str, *, queue: bool = False) -> Award:
        AWARD.advance(award, AwardStatus.REVERSED)  # refuses what was not credited
        self._give_back(work, award.uses)
        wallet = Rules(self.context).version(award.rule_set).wallets[award.unit]
        extend_days, before = wallet.extend_days, 0
        if work.ledger.line(f"award:{award.id}") is not None:
            before += self._undo(work, f"award:{award.id}", reason, extend_days, queue=queue)
        else:  # nothing was there when it was deducted: all of it is owed
            work.ledger.lock_available([account_of(award)], at=self.context.now())
        for arrears in work.find(Arrears, {"id": award.id}):
            for payment in arrears.transactions:
                before += self._undo(work, payment, reason, extend_days)
            void = ARREARS.advance(arrears, ArrearsStatus.VOID, remaining=0)
            self.context.change(work, arrears, void, reason)
        figures = {"points": wallet.unit.decimal(before), "unit": award.unit}
        told = (Step("reversed_before", figures), step) if before else (step,)
        explanation = (*award.explanation, *told)
        taken_back = AWARD.advance(award, AwardStatus.REVERSED, explanation=explanation, uses={})
        return self.context.change(work, award, taken_back, reason)

    def _undo(
        self, work: Work, transaction: str, reason: str, extend_days: int, *, queue: bool = False
    ) -> int:
        """Give back what is left of a transaction; answers how many points of it went back before."""
        id, original = f"reversal:{transaction}", original_of(work, transaction)
        if original.left():
            Ledger(self.context).reverse(
                transaction, id=id, reason=reason, extend_days=extend_days, queue=queue
            )
        return sum(abs(amount) for amount in original.net.values()) // 2 - sum(
            amount for amount in original.left().values() if amount > 0
        )

    # --- what reviewing is made of ------------------------------------------------------------

    def _settle(
        self, work: Work, calendar: RulesCalendar, award: Award, now: datetime, changes: Mapping[str, Any]
    ) -> Award:
        """Post an award to which all have agreed, with `changes`, as its account stands by now."""
        agreed = evolve(award, **changes)
        rules, rule = rules_of(calendar, award)
        account = account_of(award)
        used = work.lock_usage(agreed.uses)
        batch = Batch(self.context, work, calendar, [account], now)
        batch.available(account)  # locked: neither spent nor closed meanwhile
        fitted = rules.fitted(
            agreed.judged_as(),
            self._present_subjects(work, award),
            agreed.awarded,
            wanted=agreed.wanted,
            balance=lambda: batch.available(account),
        )
        status = AwardStatus.CREDITED if fitted.awarded else AwardStatus.REFUSED
        less = {UsageKey.parse(text).limit: points for text, points in fitted.uses.items()}
        uses = {
            text: less.get(UsageKey.parse(text).limit, points) if fitted.awarded else 0
            for text, points in agreed.uses.items()
        }
        work.set_usage({text: points - agreed.uses[text] + uses[text] for text, points in used.items()})
        settled = AWARD.advance(
            award,
            status,
            **{
                **changes,
                "awarded": fitted.awarded,
                "uses": {text: points for text, points in uses.items() if points},
                "explanation": (*agreed.explanation, *fitted.explanation),
            },
        )
        self.context.change(work, award, settled)
        if fitted.awarded:
            batch.give(settled, rule, account, owed=fitted.owed, closed_until=work.ledger.closed_until())
        batch.close()
        return settled

    def _present_subjects(self, work: Work, award: Award) -> Mapping[Scope, str]:
        members, grids = people(work, [award.member_id])
        return self._subjects(members[award.member_id], grids)

    def _give_back(self, work: Work, uses: Mapping[str, int]) -> None:
        """Free what an award used of its limits."""
        if uses:
            used = work.lock_usage(uses)
            work.set_usage({text: points - uses[text] for text, points in used.items()})

    def _refuse_own(
        self, work: Work, award: Award, concerned: Collection[str], roles: Collection[str] = ()
    ) -> None:
        """Raise `OwnAward` for those who are `concerned` or of the household, `RoleNeeded` for others."""
        actor = self.context.actor
        own = actor.id in concerned
        if not own and award.household_id is not None:
            own = work.count(Member, {"id": actor.id, "household_id": award.household_id}) > 0
        if own:
            raise OwnAward(actor=actor.id, award=award.id)
        if roles and not actor.roles & frozenset(roles):
            raise RoleNeeded(actor=actor.id, award=award.id, roles=tuple(sorted(roles)))


def rules_of(calendar: RulesCalendar, award: Award) -> tuple[RuleSet, DeedRule]:
    """The rules that an award was judged by, and the line of its deed."""
    rules = calendar.of(award.rule_set).on(award.day)
    return rules, rules.rule(award.deed)
