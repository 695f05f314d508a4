"""What awards post: the accounts of a batch, what can be taken from each, and what each owes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime

from attrs import define, evolve, field

from gridpoints.awards.model import ARREARS, Arrears, ArrearsStatus, Award
from gridpoints.context import Context
from gridpoints.ledger.model import Account, Leg, Rejected, Transaction
from gridpoints.rules.deeds import DeedRule, Shortfall
from gridpoints.rules.operations import RulesCalendar
from gridpoints.storage.port import Work
from gridpoints.values import midnight


def account_of(award: Award) -> Account:
    """The account that an award changes."""
    if award.household_id is not None:
        return Account.household(award.household_id, award.unit)
    return Account.member(award.member_id, award.unit)


@define
class Batch:
    """Collects the transactions of a unit of work, and posts them together.

    Accounts are looked at only where a rule asks for a balance, or may leave somebody owing: all of
    the batch at once then, and locked, so that what was judged can be posted whoever spends meanwhile.
    """

    context: Context
    work: Work
    calendar: RulesCalendar
    accounts: Iterable[Account]
    now: datetime
    _there: dict[Account, int] | None = None
    _transactions: list[Transaction] = field(factory=list)
    _owed: defaultdict[str, list[Arrears]] = field(factory=lambda: defaultdict(list))
    _kept: dict[str, Arrears | None] = field(factory=dict)
    _changed: dict[str, Arrears] = field(factory=dict)
    _owing: bool | None = None
    #: By rule set, unit and day.
    _expiries: dict[tuple[str, str, date], datetime | None] = field(factory=dict)
    #: By unit and amount: what gives the points.
    _issued: dict[tuple[str, int], Leg] = field(factory=dict)

    def available(self, account: Account) -> int:
        """What can be taken from an account of the batch now, what it will post included."""
        return self._locked()[account]

    def _locked(self) -> dict[Account, int]:
        if self._there is None:
            accounts = set(self.accounts)
            self._there = self.work.ledger.lock_available(accounts, at=self.now)
            if self.may_owe:
                keys = sorted(account.key for account in accounts)
                where = {"account": keys, "status": ArrearsStatus.OWED}
                for arrears in self.work.find(Arrears, where, order=("since", "id")):
                    self._kept[arrears.id] = arrears
                    self._owed[arrears.account].append(arrears)
        return self._there

    @property
    def may_owe(self) -> bool:
        """Whether any rules there ever were leave somebody owing."""
        if self._owing is None:
            self._owing = any(
                rule.shortfall is Shortfall.DEBT
                for rules in self.calendar.rule_sets
                for rule in rules.deeds.values()
            )
        return self._owing

    def give(
        self,
        award: Award,
        rule: DeedRule,
        account: Account,
        *,
        owed: int = 0,
        closed_until: datetime | None = None,
    ) -> None:
        """Post an award that counts to its account; of a deduction, `owed` is what is not there.

        What was done in a period that is closed by now counts from now on.
        """
        if amount := award.awarded + owed:
            self._transactions.append(self._transaction(award, account, amount, rule, closed_until))
            if self._there is not None:
                self._there[account] += amount
        if owed:
            self._put(Arrears(award.id, account.key, award.deed, owed, owed, self.now))
        if amount > 0 and self.may_owe:
            self._pay(account, amount)

    def _transaction(
        self, award: Award, account: Account, amount: int, rule: DeedRule, closed_until: datetime | None
    ) -> Transaction:
        done = midnight(award.day, self.context.zone)
        return Transaction(
            id=f"award:{award.id}",
            legs=(
                Leg(account, amount, self._expiry(award, rule) if amount > 0 else None),
                self._issuance(award.unit, -amount),
            ),
            effective_at=None if closed_until is not None and done < closed_until else done,
            kind="award",
            reason=award.deed,
            metadata={"award": award.id, "rules": award.rule_set},
        )

    def _expiry(self, award: Award, rule: DeedRule) -> datetime | None:
        """When the points expire: counted from today where they would be gone before they came."""
        key = award.rule_set, award.unit, award.day
        try:
            return self._expiries[key]
        except KeyError:
            pass
        expiry = rule.wallet.expiry
        day = expiry.after(award.day)
        if day is not None and midnight(day, self.context.zone) <= self.now:
            day = expiry.after(self.context.local_day(self.now))
        expires_at = self._expiries[key] = None if day is None else midnight(day, self.context.zone)
        return expires_at

    def _issuance(self, unit: str, amount: int) -> Leg:
        if (leg := self._issued.get((unit, amount))) is None:
            leg = self._issued[unit, amount] = Leg(Account.issuance(unit), amount)
        return leg

    # --- what is owed -------------------------------------------------------------------------

    def _put(self, arrears: Arrears) -> None:
        self._kept.setdefault(arrears.id, None)
        self._changed[arrears.id] = arrears
        self._owed[arrears.account].append(arrears)

    def _pay(self, account: Account, earned: int) -> None:
        """Take what the account owes from what it has just earned, the oldest first."""
        there = self._locked()
        for arrears in self._owed.pop(account.key, ()):
            if not (part := min(arrears.remaining, earned)):
                self._owed[account.key].append(arrears)
                continue
            earned -= part
            there[account] -= part
            paid = evolve(arrears, remaining=arrears.remaining - part, payments=arrears.payments + 1)
            self._transactions.append(
                Transaction(
                    id=paid.transactions[-1],
                    legs=(Leg(account, -part), Leg(Account.issuance(account.unit), part)),
                    kind="debt",
                    reason=arrears.deed,
                    metadata={"award": arrears.id},
                )
            )
            self._changed[arrears.id] = paid
            if paid.remaining:
                self._owed[account.key].append(paid)

    def close(self) -> None:
        """Post everything, and keep what is owed; raises where one of the transactions is refused."""
        for posted in self.work.ledger.post(self._transactions, at=self.now):
            if isinstance(posted, Rejected):
                raise posted.error
        for id, arrears in self._changed.items():
            status = ArrearsStatus.OWED if arrears.remaining else ArrearsStatus.PAID
            if (kept := self._kept[id]) is None:
                self.context.keep(self.work, evolve(arrears, status=status))
            else:
                changed = ARREARS.advance(
                    kept, status, remaining=arrears.remaining, payments=arrears.payments
                )
                self.context.change(self.work, kept, changed)
