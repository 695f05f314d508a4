"""Statements are approved by a second person and paid; adjustments. A part of `Redemptions`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal, InvalidOperation
from typing import BinaryIO
from zoneinfo import ZoneInfo

from attrs import frozen

from gridpoints.errors import NotAnAmount, NotTheLastStatement, SamePerson
from gridpoints.ledger.model import Account, Leg, Transaction
from gridpoints.ledger.operations import Ledger
from gridpoints.redemption.formats import Cell, Column, Holds, Table, format_of
from gridpoints.redemption.merchants.model import Merchant
from gridpoints.redemption.statements.model import (
    ADJUSTMENT,
    SETTLEMENT,
    Adjustment,
    AdjustmentStatus,
    Settlement,
    SettlementStatus,
)
from gridpoints.redemption.statements.settling import NO_TAKINGS, PAYING_OUT, Settling, last_statement
from gridpoints.storage.port import Work
from gridpoints.values import Unit, check_text, shown

#: More money than that is a mistake.
_MOST_MONEY = Decimal(10) ** 12


@frozen
class Paying(Settling):
    """How merchants get their money."""

    def approve_settlement(self, settlement_id: str) -> Settlement:
        """Approve a statement: its points leave the merchant's account.

        Raises `SamePerson` for the person who drew it up.
        """
        actor = self.context.actor
        with self.context.begin() as work:
            # The merchant first, as for refunds and the next statement: what is there stays there meanwhile.
            merchant_id = work.get(Settlement, settlement_id).merchant_id
            self._must_be_of_the_community(work.get(Merchant, merchant_id, lock=True))
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

        That is what is there, but for what nobody has approved: the other statements that wait for it, and
        what was taken since the last one. So they are those of the statement, less what was given back
        meanwhile, and with what earlier refunds brought back. The statements before are not read, and no
        entry of theirs: together they come to all that was taken.
        """
        account = Account.merchant(statement.merchant_id, statement.unit)
        waiting = {"merchant_id": statement.merchant_id, "status": SettlementStatus.DRAWN_UP}
        drawn_up = work.find(Settlement, waiting)
        unapproved = sum(each.points for each in drawn_up if each.id != statement.id)
        last = last_statement(work, statement.merchant_id) or statement
        work.ledger.fold()
        _, totals = work.ledger.totals(account, after=last.until_sequence)
        unapproved += sum(t.amount for t in totals if t.kind not in NO_TAKINGS)
        there = work.ledger.balances([account], self.context.now())[account].posted
        return max(0, min(there, there - unapproved))

    def pay_settlement(self, settlement_id: str, *, reference: str) -> Settlement:
        """Note that the money was paid, or paid again, with the bank's reference."""
        reference = check_text("reference", reference, longest=200)
        with self.context.begin() as work:
            statement = work.get(Settlement, settlement_id, lock=True)
            self._must_be_of_the_community(work.get(Merchant, statement.merchant_id))
            paid = SETTLEMENT.advance(statement, SettlementStatus.PAID, payment_reference=reference)
            return self.context.change(work, statement, paid)

    def return_payment(self, settlement_id: str, *, reason: str) -> Settlement:
        """Note that the bank sent the money back; it is paid again with another reference."""
        with self.context.begin() as work:
            statement = work.get(Settlement, settlement_id, lock=True)
            self._must_be_of_the_community(work.get(Merchant, statement.merchant_id))
            returned = SETTLEMENT.advance(statement, SettlementStatus.RETURNED)
            return self.context.change(work, statement, returned, check_text("reason", reason))

    def cancel_settlement(self, settlement_id: str, *, reason: str) -> Settlement:
        """Call a statement off that nobody approved: the next one covers what it covered.

        Raises `NotTheLastStatement` where another one goes on from it.
        """
        with self.context.begin() as work:
            merchant = work.get(Merchant, work.get(Settlement, settlement_id).merchant_id, lock=True)
            self._must_be_of_the_community(merchant)
            statement = work.get(Settlement, settlement_id, lock=True)
            cancelled = SETTLEMENT.advance(statement, SettlementStatus.CANCELLED)
            last = last_statement(work, merchant.id)
            if last is None or last.id != statement.id:
                raise NotTheLastStatement(settlement=statement.id, merchant=merchant.name)
            reopened = [
                (each, ADJUSTMENT.advance(each, AdjustmentStatus.OPEN, settlement_id=None))
                for each in work.find(Adjustment, {"settlement_id": statement.id}, lock=True)
            ]
            self.context.change_all(work, reopened)
            return self.context.change(work, statement, cancelled, check_text("reason", reason))

    def write_settlements(
        self,
        statements: Iterable[Settlement],
        format: str,
        target: BinaryIO,
        *,
        title: str = "settlements",
        headings: Mapping[str, str] | None = None,
    ) -> None:
        """Write statements in a format (``csv``, ``json``, ``xlsx``, or one that a package adds).

        `headings` are the words for the `COLUMNS`, by key; without any, the keys are written. Raises
        `StatementFormatUnknown` or `MissingDriver`.
        """
        write = format_of(format)
        with self.context.read() as work:
            names = {merchant.id: merchant.name for merchant in work.find(Merchant)}
            units = {unit.id: unit for unit in work.find(Unit, order=("code",))}
        words = headings or {}
        columns = tuple(Column(key, words.get(key, key), holds) for key, holds in COLUMNS.items())
        rows = [_row(each, names, units[each.unit], self.context.zone) for each in statements]
        write(Table(title, columns, rows), target)

    # --- adjustments --------------------------------------------------------------------------

    def adjust(
        self, merchant_id: str, money: Decimal | int | str, *, reason: str, id: str | None = None
    ) -> Adjustment:
        """Let a merchant have money besides, or (below 0) give it back, with its next statement.

        `money` is in the merchant's currency, to the cent; raises `NotAnAmount`.
        """
        with self.context.begin() as work:
            merchant = work.get(Merchant, merchant_id)
            self._must_be_of_the_community(merchant)
            adjustment = Adjustment(
                id=self.context.id(id),
                merchant_id=merchant.id,
                money=cents(money, merchant.currency),
                currency=merchant.currency,
                reason=check_text("reason", reason),
                made_at=self.context.now(),
                made_by=self.context.actor.id,
            )
            return self.context.keep(work, adjustment)

    def withdraw_adjustment(self, adjustment_id: str, *, reason: str) -> Adjustment:
        """Take an adjustment back that no statement has taken in."""
        with self.context.begin() as work:
            adjustment = work.get(Adjustment, adjustment_id, lock=True)
            self._must_be_of_the_community(work.get(Merchant, adjustment.merchant_id))
            withdrawn = ADJUSTMENT.advance(adjustment, AdjustmentStatus.WITHDRAWN)
            return self.context.change(work, adjustment, withdrawn, check_text("reason", reason))

    def adjustments_of(self, merchant_id: str) -> list[Adjustment]:
        """All adjustments for a merchant, by time."""
        with self.context.read() as work:
            self._must_be_let_read(work, merchant_id)
            return work.find(Adjustment, {"merchant_id": merchant_id}, order=("made_at", "id"))


#: The columns of a file of statements. Points are in decimals of their unit, instants in local time.
COLUMNS: Mapping[str, Holds] = {
    "settlement": Holds.TEXT,
    "merchant": Holds.TEXT,
    "status": Holds.TEXT,
    "until": Holds.TIME,
    "redemptions": Holds.NUMBER,
    "opening": Holds.POINTS,
    "points": Holds.POINTS,
    "refunded": Holds.POINTS,
    "unit": Holds.TEXT,
    "brought": Holds.MONEY,
    "gross": Holds.MONEY,
    "fees": Holds.MONEY,
    "adjustments": Holds.MONEY,
    "money": Holds.MONEY,
    "carried": Holds.MONEY,
    "currency": Holds.TEXT,
    "approved_by": Holds.TEXT,
    "payment_reference": Holds.TEXT,
}


def _row(statement: Settlement, names: Mapping[str, str], unit: Unit, zone: ZoneInfo) -> tuple[Cell, ...]:
    """The cells of one statement, in the order of the `COLUMNS`."""
    return (
        statement.id,
        names[statement.merchant_id],
        str(statement.status),
        statement.until.astimezone(zone).replace(tzinfo=None),
        statement.redemptions,
        unit.decimal(statement.opening),
        unit.decimal(statement.points),
        unit.decimal(statement.refunded),
        unit.code,
        statement.brought,
        statement.gross,
        statement.fees,
        statement.adjustments,
        statement.money,
        statement.carried,
        statement.currency,
        statement.approved_by,
        statement.payment_reference,
    )


def cents(money: Decimal | int | str, currency: str) -> Decimal:
    """Money to the cent, not 0."""
    try:
        amount = Decimal(money) if isinstance(money, Decimal | int | str) else Decimal("NaN")
        if amount and abs(amount) < _MOST_MONEY and amount == (cents := amount.quantize(Decimal("0.01"))):
            return cents
    except InvalidOperation:
        pass
    raise NotAnAmount(value=shown(money), unit=currency, scale=2)
