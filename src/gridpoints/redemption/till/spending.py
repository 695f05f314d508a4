"""Who may spend a member's points. A part of `Redemptions`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta

from attrs import frozen

from gridpoints.codes import step_of
from gridpoints.community.model import Member, MemberStatus
from gridpoints.errors import MemberNotThere, NotTheOrganiser, NotYourPoints, RedeemReserved, TooManyAttempts
from gridpoints.redemption.merchants.acting import Acting
from gridpoints.redemption.merchants.model import Merchant
from gridpoints.redemption.merchants.outlets import KeyScope
from gridpoints.redemption.model import Redemption
from gridpoints.redemption.offers.model import Offer
from gridpoints.redemption.till.asking import NO_MERITS, NOTHING_KNOWN, Known, Merits
from gridpoints.redemption.vouchers.model import SECRET, Attempt, MemberSecret, SecretStatus
from gridpoints.rules.case import UsageKey
from gridpoints.rules.model import RuleSet
from gridpoints.rules.operations import Rules
from gridpoints.rules.permissions import Right
from gridpoints.storage.port import Range, Work

#: Who does for residents without a telephone what they would do themselves.
SPEAKS_FOR_RESIDENTS = frozenset({"clerk", "organiser", "system"})
#: So many refusals within so long, and a till is refused for a while, whatever it is shown.
MOST_ATTEMPTS = 10
ATTEMPTS_WITHIN = timedelta(minutes=10)
#: What is locked while somebody tries, so that nobody tries many at the same moment.
_ATTEMPTS = "voucher_attempts"


@frozen
class Spending(Acting):
    """Refuses who would spend another's points.

    They are spent by their member; by their household, where the rules let it pay together; for
    residents without a telephone by a clerk or an organiser, or by those for whom the rules reserve the
    right `REDEEM`. A merchant takes them from who is there: a code that changes shows it. `known` tells what
    other rooms keep of members.
    """

    known: Known = NOTHING_KNOWN

    def _must_be_let(self, rules: RuleSet, member: Member) -> None:
        """Refuse who has left, or is not to redeem."""
        actor, permissions = self.context.actor, rules.terms.permissions
        if not permissions.permits(Right.REDEEM, actor.roles):
            roles = tuple(sorted(permissions.rights[Right.REDEEM]))
            raise RedeemReserved(actor=actor.id, roles=roles)
        member.must_be_active()

    def _merits(self, work: Work, rules: RuleSet, member: Member, offers: Iterable[Offer]) -> Merits:
        """What is known of somebody, as far as the rules or the offers ask for it; `_hours` are for later."""
        stars = rules.terms.stars
        if stars is None:
            return NO_MERITS
        return Merits(
            star=self.known.star(work, member.id) if any(offer.star for offer in offers) else None,
            no_shows=self.known.no_shows(work, member.id) if stars.suspensions else (),
            excluded=self.known.excluded(work, member.id) if stars.exclusions else (),
        )

    def _must_spend(
        self, work: Work, member: Member, unit: str, code: str | None = None, rules: RuleSet | None = None
    ) -> None:
        """Raise `NotYourPoints`, or, at a merchant's, `MemberNotThere`."""
        if self.context.actor.id == member.id or self._speaks(rules):
            return
        if self._acts_for_a_merchant:
            if not self._shows(work, member.id, code):
                raise MemberNotThere(member=member.name)
        elif not self._pays_together(work, member, unit, rules):
            raise NotYourPoints(member=member.name)

    def _speaks(self, rules: RuleSet | None = None) -> bool:
        """Whether who acts does it for residents."""
        roles = self.context.actor.roles
        if self._acts_for_a_merchant:
            return False
        if roles & SPEAKS_FOR_RESIDENTS:
            return True
        permissions = (rules or self._todays_rules()).terms.permissions
        return not roles.isdisjoint(permissions.rights.get(Right.REDEEM, ()))

    def _pays_together(self, work: Work, member: Member, unit: str, rules: RuleSet | None) -> bool:
        wallet = (rules or self._todays_rules()).wallets.get(unit)
        if wallet is None or not wallet.pooling or member.household_id is None:
            return False
        home = {"household_id": member.household_id, "status": MemberStatus.ACTIVE}
        return work.count(Member, {"id": self.context.actor.id, **home}) > 0

    def _todays_rules(self) -> RuleSet:
        today = self.context.today()
        return Rules(self.context).in_force(today).on(today)

    def _must_be_served(self, work: Work, redemption: Redemption, scope: KeyScope) -> None:
        """Refuse who hands out, calls off or gives back what is neither theirs nor for them to see to."""
        if self._acts_for_a_merchant:
            merchant = work.get(Merchant, redemption.merchant_id)
            self._must_serve(work, merchant, scope, redemption.id)
        elif scope is KeyScope.REFUND:
            if not self._speaks():  # whoever has the goods does not say that they came back
                raise NotTheOrganiser(actor=self.context.actor.id)
        elif self.context.actor.id != redemption.member_id and not self._speaks():
            self._must_spend(work, work.get(Member, redemption.member_id), redemption.unit)

    # --- codes that members show --------------------------------------------------------------

    def _shows(self, work: Work, member_id: str, code: str | None) -> bool:
        """Whether that is the present code of a member; one code is taken once."""
        for secret in work.find(MemberSecret, {"id": member_id}, lock=True):
            step = step_of(bytes.fromhex(secret.secret), code or "", self.context.now())
            if step is not None and step > secret.last_step:
                used = SECRET.advance(secret, SecretStatus.ACTIVE, last_step=step)
                self.context.change(work, secret, used)
                return True
        return False

    @contextmanager
    def _attempting(self) -> Iterator[None]:
        """Keep it as an `Attempt` where a till was shown a code that is not right."""
        try:
            yield
        except MemberNotThere as refusal:
            with self.context.begin() as work:
                id, by, now = self.context.id(None), self.context.actor.id, self.context.now()
                self.context.keep(work, Attempt(id=id, by=by, at=now, reason=refusal.code))
            raise

    def _must_not_try_too_often(self, work: Work) -> None:
        """Refuse who was refused too often; until this unit of work ends, they try nothing else beside it."""
        by, now = self.context.actor.id, self.context.now()
        work.lock_usage([str(UsageKey(_ATTEMPTS, f"actor:{by}", date.min))])
        lately = {"by": by, "at": Range(above=now - ATTEMPTS_WITHIN)}
        attempts = work.find(Attempt, lately, order=("-at",), limit=MOST_ATTEMPTS)
        if len(attempts) == MOST_ATTEMPTS:
            raise TooManyAttempts(until=attempts[-1].at + ATTEMPTS_WITHIN)
