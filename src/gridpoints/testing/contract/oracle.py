"""What a ledger should say, worked out the slow way from everything that ever happened."""

from __future__ import annotations

from collections import Counter
from copy import copy
from datetime import datetime

import attrs
from attrs import define, field

from gridpoints.ledger.model import Account, Hold, HoldStatus, Transaction
from gridpoints.testing.sources import START

#: Refusals that are not kept: what is missing may come to be.
PASSING = ("record_unknown", "unit_unknown")


@define
class Oracle:
    """A ledger as plain lists. Outcomes are told by code: ``posted``, or the code of the error."""

    now: datetime = START
    posted: list[Transaction] = field(factory=list)
    holds: dict[str, Hold] = field(factory=dict)
    outcomes: dict[str, tuple[Transaction, str]] = field(factory=dict)

    def copy(self) -> Oracle:
        """A copy to try something out on."""
        return Oracle(self.now, copy(self.posted), copy(self.holds), copy(self.outcomes))

    def moves(self, account: Account) -> list[tuple[str, int]]:
        """The account's entries: which transaction, and how much."""
        return [(t.id, leg.amount) for t in self.posted for leg in t.legs if leg.account == account]

    def balance(self, account: Account) -> int:
        """The sum of the account's entries."""
        return sum(amount for _, amount in self.moves(account))

    def held(self, account: Account) -> int:
        """What is set aside on the account now."""
        return sum(
            hold.remaining
            for hold in self.holds.values()
            if hold.account == account and hold.status_at(self.now) is HoldStatus.OPEN
        )

    def lacks(self, account: Account, amount: int) -> bool:
        """Whether `amount` cannot be taken from the account."""
        floor = account.kind.floor
        return floor is not None and self.balance(account) - self.held(account) - amount < floor

    # --- what can happen ----------------------------------------------------------------------

    def post(self, batch: list[Transaction], *, atomic: bool = False) -> list[str]:
        """Post a batch, and answer what becomes of each."""
        trial = self.copy()
        codes = [trial.post_one(transaction) for transaction in batch]
        if not atomic or set(codes) == {"posted"}:
            self.posted, self.holds, self.outcomes = trial.posted, trial.holds, trial.outcomes
            return codes
        kept = {id: kept for id, kept in trial.outcomes.items() if id not in self.outcomes}
        for id, (transaction, code) in kept.items():
            self.outcomes[id] = transaction, "batch_not_posted" if code == "posted" else code
        return [
            "batch_not_posted" if code == "posted" and t.id in kept else code
            for t, code in zip(batch, codes, strict=True)
        ]

    def post_one(self, transaction: Transaction) -> str:
        """Post one transaction, and answer what becomes of it."""
        if transaction.id in self.outcomes:
            first, code = self.outcomes[transaction.id]
            return code if first == transaction else "transaction_conflict"
        code = self._judge(transaction)
        if code not in PASSING:
            self.outcomes[transaction.id] = transaction, code
        if code == "posted":
            self._apply(transaction)
        return code

    def _judge(self, transaction: Transaction) -> str:
        hold = None
        if transaction.hold is not None:
            if transaction.hold not in self.holds:
                return "record_unknown"
            hold = self.holds[transaction.hold]
            if hold.status_at(self.now) is not HoldStatus.OPEN:
                return "hold_closed"
        for account, amount in _change(transaction).items():
            if hold is not None and account == hold.account:
                if -amount > hold.remaining:
                    return "hold_exceeded"
            elif amount < 0 and self.lacks(account, -amount):
                return "insufficient_points"
        return "posted"

    def _apply(self, transaction: Transaction) -> None:
        self.posted.append(transaction)
        if transaction.hold is not None:
            hold = self.holds[transaction.hold]
            remaining = hold.remaining - max(0, -_change(transaction)[hold.account])
            status = HoldStatus.OPEN if remaining else HoldStatus.CAPTURED
            self.holds[hold.id] = attrs.evolve(hold, remaining=remaining, status=status)

    def place(self, hold: Hold) -> str:
        """Set points aside: ``placed``, or the code of the refusal."""
        if hold.id in self.holds:
            return "placed" if self.holds[hold.id].same_request(hold) else "hold_conflict"
        if self.lacks(hold.account, hold.amount):
            return "insufficient_points"
        self.holds[hold.id] = hold
        return "placed"

    def release(self, id: str) -> str:
        """Give back what remains: the status of the hold after it, or the code of the refusal."""
        if id not in self.holds:
            return "record_unknown"
        hold = self.holds[id]
        status = hold.status_at(self.now)
        if status is HoldStatus.CAPTURED:
            return "hold_closed"
        if status is HoldStatus.OPEN:
            self.holds[id] = attrs.evolve(hold, status=HoldStatus.RELEASED)
        return str(self.holds[id].status_at(self.now))


def _change(transaction: Transaction) -> Counter[Account]:
    change: Counter[Account] = Counter()
    for leg in transaction.legs:
        change[leg.account] += leg.amount
    return change
