"""What a ledger should say, worked out the slow way from everything that ever happened.

Every single point that expires stands in a list of its own; whatever is asked is counted anew. Nothing
here is shared with the library but the words in which a ledger is spoken to.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import attrs
from attrs import define

from gridpoints.ledger.model import Account, Hold, HoldStatus, Leg, Transaction
from gridpoints.testing.contract.points import Debt, Kept, Move, Point, late, net, points_of
from gridpoints.testing.contract.standing import Standing

#: Refusals that are not kept: what is missing may come to be.
PASSING = ("record_unknown", "unit_unknown")

_TICK = timedelta(microseconds=1)


@define
class Oracle(Standing):
    """What should come of each act. Outcomes are told by code: ``posted``, or the code of the error."""

    # --- transactions -------------------------------------------------------------------------

    def post(self, batch: list[Transaction], *, atomic: bool = False) -> list[str]:
        """Post a batch, and answer what becomes of each."""
        if not atomic:
            return [self.post_one(transaction) for transaction in batch]
        trial = self.copy()
        codes = [trial.post_one(transaction) for transaction in batch]
        if set(codes) == {"posted"}:
            self.become(trial)
            return codes
        refused: dict[str, str] = {}
        for transaction, code in zip(batch, codes, strict=True):
            if transaction.id not in self.kept and transaction.id not in refused:
                refused[transaction.id] = "batch_not_posted" if code == "posted" else code
        for id, code in refused.items():
            if code not in PASSING:
                self._keep(next(t for t in batch if t.id == id), code, self.now)
        return [
            refused.get(t.id, code) if code == "posted" else code
            for t, code in zip(batch, codes, strict=True)
        ]

    def post_one(self, transaction: Transaction) -> str:
        """Post one transaction, and answer what becomes of it."""
        if transaction.id in self.kept:
            return self._again(transaction, self.kept[transaction.id])
        for account in net(transaction):
            self._settle(account)
        code = self._judge(transaction)
        if code == "posted":
            self._apply(transaction)
        elif code not in PASSING:
            self._keep(transaction, code, self.now)
        return code

    def _again(self, sent: Transaction, kept: Kept) -> str:
        first = attrs.evolve(kept.sent, effective_at=kept.sent.effective_at or kept.recorded_at)
        again = attrs.evolve(sent, effective_at=sent.effective_at or kept.recorded_at)
        if sent.reverses is None:  # no other transaction extends anything
            again = attrs.evolve(again, extend_days=first.extend_days)
        return kept.code if again == first else "transaction_conflict"

    def _keep(self, transaction: Transaction, code: str, at: datetime) -> Kept:
        self.lines.append(transaction.id)
        kept = self.kept[transaction.id] = Kept(transaction, code, at)
        return kept

    def _judge(self, transaction: Transaction) -> str:
        done = transaction.effective_at or self._after(*net(transaction))
        if self.closed_until is not None and done < self.closed_until:
            return "period_closed"
        refusal = self._judge_hold(transaction) or self._judge_reversal(transaction)
        if refusal:
            return refusal
        hold = self.holds[transaction.hold] if transaction.hold else None
        for account, amount in net(transaction).items():
            floor = self.floor(account)
            if hold is None or account != hold.account:
                there = self.balance(account) - self.held(account)
                if amount < 0 and floor is not None and there + amount < floor:
                    return "insufficient_points"
        return "posted"

    def _judge_hold(self, transaction: Transaction) -> str:
        if transaction.hold is None:
            return ""
        if transaction.hold not in self.holds:
            return "record_unknown"
        self._settle(self.holds[transaction.hold].account)
        hold = self.holds[transaction.hold]
        if hold.status is not HoldStatus.OPEN:
            return "hold_closed"
        return "hold_exceeded" if -net(transaction).get(hold.account, 0) > hold.remaining else ""

    def _judge_reversal(self, transaction: Transaction) -> str:
        if transaction.reverses is None:
            return ""
        if transaction.reverses not in self.kept:
            return "record_unknown"
        original = self.kept[transaction.reverses]
        if original.code != "posted" or original.sent.reverses is not None:
            return "not_reversible"
        left = original.left()
        for account, amount in net(transaction).items():
            rest = left.get(account, 0)
            if amount and not (0 < -amount <= rest or rest <= -amount < 0):
                return "reversal_exceeds"
        return ""

    def _apply(self, transaction: Transaction) -> None:
        accounts = {leg.account for leg in transaction.legs if leg.account.kind.strict}
        hold = self.holds[transaction.hold] if transaction.hold else None
        when = self._after(*accounts, *([hold.account] if hold else []))
        original = self.kept[transaction.reverses] if transaction.reverses else None
        kept = self._keep(transaction, "posted", when)
        restore, take_back = points_of(original, transaction)
        for leg in transaction.legs:
            account = leg.account
            if account.kind.strict and leg.amount < 0:
                first = [take_back[account].pop(0) for _ in range(min(-leg.amount, len(take_back[account])))]
                kept.taken.setdefault(account, []).extend(self._take(account, -leg.amount, first))
            elif account.kind.strict:
                dated: list[Point] = [leg.expires_at] * leg.amount
                if original is not None:
                    dated = [restore[account].pop(0) for _ in range(min(leg.amount, len(restore[account])))]
                    dated = [late(point, transaction.extend_days, when) for point in dated]
                kept.given.setdefault(account, []).extend(self._give(account, leg.amount, dated))
            self._enter(transaction.id, account, leg.amount, transaction.effective_at or when, when)
        if original is not None:
            original.returned.update({a: abs(amount) for a, amount in net(transaction).items()})
        if hold is not None and (captured := max(0, -net(transaction).get(hold.account, 0))):
            self.set_aside.append((when, hold.id, -captured))
            remaining = hold.remaining - captured
            status = HoldStatus.OPEN if remaining else HoldStatus.CAPTURED
            self.holds[hold.id] = attrs.evolve(hold, remaining=remaining, status=status)
        self.last.update(dict.fromkeys(accounts, when))

    def _after(self, *accounts: Account) -> datetime:
        return max([self.now, *(self.last[a] + _TICK for a in accounts if a in self.last)])

    def _enter(self, id: str, account: Account, amount: int, done: datetime, when: datetime) -> None:
        self.moves.append(Move(id, account, amount, done, when))

    def _take(self, account: Account, amount: int, first: list[Point]) -> list[Point]:
        dated = self.points.setdefault(account, [])
        undated = self.balance(account) - len(dated)
        taken: list[Point] = []
        for point in first:
            if point is None and undated > 0:
                undated -= 1
                taken.append(None)
            elif point is not None and point in dated:
                dated.remove(point)
                taken.append(point)
        while len(taken) < amount:
            taken.append(dated.pop(0) if dated else None)
        return taken

    def _give(self, account: Account, amount: int, dated: list[Point]) -> list[Point]:
        debt = max(0, -self.balance(account))
        sure = sorted(point for point in dated if point is not None)
        given = [*[None] * (amount - len(sure)), *sure][debt:]
        stay = [point for point in given if point is not None]
        self.points[account] = sorted([*self.points.get(account, []), *stay])
        return list(given)

    # --- what is overdue ----------------------------------------------------------------------

    def _settle(self, account: Account) -> None:
        due = [h for h in self.holds.values() if h.account == account and h.expires_at <= self.now]
        for hold in sorted(due, key=lambda hold: (hold.expires_at, hold.id)):
            if hold.status is HoldStatus.OPEN:
                self._release(hold, HoldStatus.EXPIRED)
        while self.points.get(account) and (first := self.points[account][0]) <= self.now:
            free = self.balance(account) - self.held(account, settled=True)
            amount = min(self.points[account].count(first), free)
            if amount <= 0:
                break
            when = self._after(account)
            to = Account.expiry(account.unit)
            legs = (Leg(account, -amount), Leg(to, amount))
            kept = self._keep(Transaction(f"expiry {account.key} {_text(when)}", legs), "posted", when)
            kept.taken[account] = [first] * amount
            del self.points[account][:amount]
            for leg in legs:
                done = max(when, self.closed_until or when)
                self._enter(kept.sent.id, leg.account, leg.amount, done, when)
            self.last[account] = when

    def expire(self) -> int:
        """Post what is past its date; answers how many lots that were."""
        before = len(self.moves)
        for account in list(self.points):
            if self.expired(account):
                self._settle(account)
        return (len(self.moves) - before) // 2

    # --- everything else ----------------------------------------------------------------------

    def place(self, hold: Hold) -> str:
        """Set points aside: ``placed``, or the code of the refusal."""
        if hold.id in self.holds:
            standing = self.holds[hold.id]
            if not standing.same_request(hold):
                return "hold_conflict"
            self._settle(standing.account)
            return "placed"
        there = self.balance(hold.account) - self.held(hold.account) - self.expired(hold.account)
        if hold.amount > there - max(0, self.floor(hold.account) or 0):
            return "insufficient_points"
        self._settle(hold.account)
        when = self._after(hold.account)
        self.holds[hold.id] = attrs.evolve(hold, placed_at=when)
        self.set_aside.append((when, hold.id, hold.amount))
        self.lines.append(f"hold {hold.id}")
        self.last[hold.account] = when
        return "placed"

    def release(self, id: str) -> str:
        """Give back what remains: the status of the hold after it, or the code of the refusal."""
        if id not in self.holds:
            return "record_unknown"
        if self.holds[id].status is HoldStatus.CAPTURED:
            return "hold_closed"
        self._settle(self.holds[id].account)
        if self.holds[id].status is HoldStatus.OPEN:
            self._release(self.holds[id], HoldStatus.RELEASED)
        return str(self.holds[id].status)

    def _release(self, hold: Hold, status: HoldStatus) -> None:
        when = self._after(hold.account)
        self.holds[hold.id] = attrs.evolve(hold, status=status)
        self.set_aside.append((when, hold.id, -hold.remaining))
        self.lines.append(f"release {hold.id}")
        self.last[hold.account] = when

    def reverse(self, id: str, original: str, part: int | None, extend_days: int, *, queue: bool) -> str:
        """Give back what is left of a transaction, or a part; a refusal is not kept, or owed."""
        kept = self.kept.get(original)
        if kept is None or kept.code != "posted":
            return "record_unknown"
        moved = {account: amount for account, amount in net(kept.sent).items() if amount}
        if part is None and not moved:
            return "transaction_empty"
        if part is None:
            back = {account: -amount for account, amount in (kept.left() or moved).items()}
        elif len(moved) != 2 or len({account.unit for account in moved}) > 1:
            return "reversal_unclear"
        else:
            back = {account: -part if amount > 0 else part for account, amount in moved.items()}
        legs = tuple(Leg(account, amount) for account, amount in back.items())
        metadata = {"reverses": original}
        sent = Transaction(
            id, legs, None, "reversal", kept.sent.reason, metadata, None, original, extend_days
        )
        code = self._try(sent)
        if queue and code == "insufficient_points":
            self.debts.append(Debt(self.now, f"debt {id}", id, original, back, kept.sent.reason))
            self.lines.append(f"debt {id}")
            return "owed"
        return code

    def _try(self, sent: Transaction) -> str:
        trial = self.copy()
        code = trial.post_one(sent)
        if code == "posted":
            self.become(trial)
        return code

    def owed(self) -> dict[str, dict[Account, int]]:
        """What is still to be posted of each debt, oldest first."""
        return {debt.id: owed for debt in sorted(self.debts) if any((owed := self._owed(debt)).values())}

    def _owed(self, debt: Debt) -> dict[Account, int]:
        owed = dict(debt.legs)
        for kept in self.kept.values():
            if kept.code == "posted" and kept.sent.metadata.get("debt") == debt.id:
                for leg in kept.sent.legs:
                    owed[leg.account] -= leg.amount
        left = self.kept[debt.original].left()
        rest = {a: max(-abs(left.get(a, 0)), min(abs(left.get(a, 0)), amount)) for a, amount in owed.items()}
        return owed if sum(rest.values()) else rest

    def collect(self) -> int:
        """Take what is owed from those who have it; answers of how many debts something was taken."""
        collected = 0
        for id in list(self.owed()):
            [debt] = [debt for debt in self.debts if debt.id == id]
            owed = self._owed(debt)
            there = {a: self.balance(a) - self.held(a) - self.expired(a) for a in owed}
            short = [max(0, there[a]) for a, amount in owed.items() if amount < 0 and there[a] < -amount]
            if short and (len(owed) > 2 or not all(short)):
                continue
            part = {account: amount for account, amount in owed.items() if amount}
            if short:
                part = {a: min(short) if amount > 0 else -min(short) for a, amount in part.items()}
            sent = Transaction(
                f"debt/{id}/{sum(amount for amount in owed.values() if amount > 0)}",
                tuple(Leg(account, amount) for account, amount in part.items()),
                kind="debt",
                reason=debt.reason,
                metadata={"debt": id},
                reverses=debt.original,
            )
            collected += self._try(sent) == "posted"
        return collected

    def set_floor(self, id: str, account: Account, floor: int | None) -> str:
        """Say how far down an account may go."""
        there = self.balance(account) - self.held(account) - self.expired(account)
        if floor is not None and floor > there:
            return "floor_above_balance"
        self._settle(account)
        self.last[account] = self._after(account)
        self.floors[account] = floor
        self.lines.append(f"floor {id}")
        return "set"

    def close_period(self, until: datetime) -> None:
        """Post nothing more that was done before."""
        if self.closed_until is None or self.closed_until < until:
            self.closed_until = until
            self.lines.append(f"close {_text(until)}")


def _text(instant: datetime) -> str:
    return instant.isoformat(timespec="microseconds").replace("+00:00", "Z")
