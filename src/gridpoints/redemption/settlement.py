"""Settlement (结算): what a merchant took becomes money, by a statement that two people sign."""

from __future__ import annotations

from datetime import datetime

from gridpoints.context import Context
from gridpoints.errors import NothingToSettle, SamePerson
from gridpoints.ledger.model import Account, Leg, Transaction
from gridpoints.ledger.operations import Ledger
from gridpoints.redemption.model import SETTLEMENT, Settlement, SettlementStatus
from gridpoints.redemption.partners import Merchant
from gridpoints.storage.port import Work
from gridpoints.values import Unit, check_instant, check_text

#: The kind of the transactions that pay points out; they are no takings.
PAYING_OUT = "settlement"
#: The kind of those that bring points back that were paid out, for a refund to take them from the merchant.
CARRIED = "carried"
#: What is no taking, and none that was given back.
_NO_TAKINGS = frozenset({PAYING_OUT, CARRIED})
_GIVEN_BACK = frozenset({"refund", "reversal", "debt"})


class Settlements:
    """How merchants get their money."""

    context: Context

    def settle(self, merchant_id: str, until: datetime | None = None, *, id: str | None = None) -> Settlement:
        """Draw up the statement of all points taken before `until` (None: of all there are).

        It begins where the statement before it ended. What was given back since is deducted, also where it
        was paid for before; raises `NothingToSettle` where no more was taken than that.
        An `until` that lies ahead counts as None.
        """
        now = self.context.now()
        cut = None if until is None or (until := check_instant("until", until)) > now else until
        with self.context.begin() as work:
            merchant = work.get(Merchant, merchant_id, lock=True)
            account = Account.merchant(merchant.id, merchant.unit)
            after = self._settled_until(work, merchant)
            work.ledger.fold()  # what commits later gets a higher sequence, and is settled next time
            last, totals = work.ledger.totals(account, after=after, until=cut)
            taken = [t for t in totals if t.kind not in _NO_TAKINGS]
            points = sum(t.amount for t in taken)
            if points <= 0:
                raise NothingToSettle(merchant=merchant.name, until=cut or now)
            first = work.ledger.entries(account, after=after, limit=1)[0]
            statement = Settlement(
                id=self.context.id(id),
                merchant_id=merchant.id,
                unit=merchant.unit,
                after_sequence=after,
                until_sequence=last,
                until=cut or now,
                redemptions=sum(t.entries for t in taken if t.kind not in _GIVEN_BACK),
                opening=first.balance - first.amount,
                points=points,
                rate=merchant.rate,
                money=merchant.money_for(work.get(Unit, merchant.unit).decimal(points)),
                currency=merchant.currency,
                drawn_up_at=now,
                drawn_up_by=self.context.actor.id,
            )
            return self.context.keep(work, statement)

    def _settled_until(self, work: Work, merchant: Merchant) -> int:
        last = work.find(Settlement, {"merchant_id": merchant.id}, order=("-until_sequence",), limit=1)
        return last[0].until_sequence if last else 0

    def approve_settlement(self, settlement_id: str) -> Settlement:
        """Approve a statement: its points leave the merchant's account.

        Raises `SamePerson` for the person who drew it up.
        """
        actor = self.context.actor
        with self.context.begin() as work:
            statement = work.get(Settlement, settlement_id, lock=True)
            approved = SETTLEMENT.advance(statement, SettlementStatus.APPROVED, approved_by=actor.id)
            if actor.id == statement.drawn_up_by:
                raise SamePerson(actor=actor.id)
            if points := self._to_pay_out(work, statement):
                Ledger(self.context).post_one(
                    Transaction(
                        id=f"settlement:{statement.id}",
                        legs=(
                            Leg(Account.merchant(statement.merchant_id, statement.unit), -points),
                            Leg(Account.settled(statement.unit), points),
                        ),
                        kind=PAYING_OUT,
                        reason=statement.id,
                        metadata={"settlement": statement.id, "merchant": statement.merchant_id},
                    )
                )
            return self.context.change(work, statement, approved)

    def _to_pay_out(self, work: Work, statement: Settlement) -> int:
        """The points that leave the merchant's account, so that all that is paid for has left it.

        Those of the statement; but what was given back meanwhile is no longer there, and what earlier
        refunds brought back goes again.
        """
        account = Account.merchant(statement.merchant_id, statement.unit)
        signed = (SettlementStatus.APPROVED, SettlementStatus.PAID)
        others = work.find(Settlement, {"merchant_id": statement.merchant_id, "status": signed})
        paid_for = statement.points + sum(each.points for each in others)
        work.ledger.fold()
        _, totals = work.ledger.totals(account)
        left = -sum(t.amount for t in totals if t.kind in _NO_TAKINGS)
        there = work.ledger.balances([account], self.context.now())[account].posted
        return max(0, min(there, paid_for - left))

    def pay_settlement(self, settlement_id: str, *, reference: str) -> Settlement:
        """Note that the money was paid, with the bank's reference."""
        reference = check_text("reference", reference, longest=200)
        with self.context.begin() as work:
            statement = work.get(Settlement, settlement_id, lock=True)
            paid = SETTLEMENT.advance(statement, SettlementStatus.PAID, payment_reference=reference)
            return self.context.change(work, statement, paid)

    def settlement(self, id: str) -> Settlement:
        """The statement of that id; raises `RecordUnknown`."""
        with self.context.read() as work:
            return work.get(Settlement, id)

    def settlements(self, merchant_id: str | None = None) -> list[Settlement]:
        """The statements of a merchant (None: of all), oldest first."""
        where = {"merchant_id": merchant_id} if merchant_id else None
        with self.context.read() as work:
            return work.find(Settlement, where, order=("drawn_up_at", "id"))
