"""Any sequence of what can happen to a ledger, held against an oracle. Needs Hypothesis."""

from __future__ import annotations

from collections import Counter
from contextlib import suppress
from datetime import timedelta
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from gridpoints.errors import GridpointsError
from gridpoints.ledger.model import Account, Hold, Leg, Outcome, Transaction
from gridpoints.storage.port import Store, Work
from gridpoints.testing.contract.base import HOURS, ISSUANCE, LI, SHOP, ZHAO, codes, found, told
from gridpoints.testing.contract.oracle import Oracle

ACCOUNTS = (ISSUANCE, LI, ZHAO, SHOP)
LI_HOURS, SPENT_HOURS = Account.member("li", HOURS.code), Account.settled(HOURS.code)
HOURLY = (Account.issuance(HOURS.code), LI_HOURS, SPENT_HOURS)
HOLD_IDS = st.sampled_from([f"h{n}" for n in range(8)])
AMOUNTS = st.integers(1, 60)


@st.composite
def transactions(draw: st.DrawFn) -> Transaction:
    """Up to three movements; few ids, so that they meet again, with the same content or another."""
    legs: list[Leg] = []
    for _ in range(draw(st.integers(1, 3))):
        pair = draw(st.permutations(draw(st.sampled_from([ACCOUNTS, ACCOUNTS, HOURLY]))))
        amount = draw(AMOUNTS)
        legs += [Leg(pair[0], -amount), Leg(pair[1], amount)]
    id = draw(st.integers(0, 40))
    hold = draw(st.none() | st.none() | HOLD_IDS)
    return Transaction(f"t{id}", legs, reason=draw(st.sampled_from(["", "", "other"])), hold=hold)


class _Undone(Exception):
    """Raised to undo a unit of work."""


class LedgerMachine(RuleBasedStateMachine):
    """Posts, holds, captures, releases and lets time pass; after each step every figure is right.

    Run it with the store under test, which may hold other communities already::

        run_state_machine_as_test(lambda: LedgerMachine(store))
    """

    def __init__(self, store: Store) -> None:
        super().__init__()
        self.clerk = found(store, f"machine-{len(store.communities())}")
        self.oracle = Oracle()
        self.answers: dict[str, tuple[Any, ...]] = {}

    # --- what happens -------------------------------------------------------------------------

    @rule(batch=st.lists(transactions(), min_size=1, max_size=4), atomic=st.booleans())
    def post(self, batch: list[Transaction], atomic: bool) -> None:
        """Post a batch."""
        expected = self.oracle.post(batch, atomic=atomic)
        outcomes = self.clerk.post(*batch, at=self.oracle.now, atomic=atomic)
        assert codes(outcomes) == expected
        self._remember(batch, outcomes)

    @rule(to=st.sampled_from([LI, ZHAO]), amount=AMOUNTS)
    def award(self, to: Account, amount: int) -> None:
        """Give out new points, so that there are some to spend."""
        legs = (Leg(ISSUANCE, -amount), Leg(to, amount))
        self.post([Transaction(f"award-{len(self.oracle.posted)}", legs)], atomic=False)

    @precondition(lambda self: self.oracle.outcomes)
    @rule(data=st.data())
    def repeat(self, data: st.DataObject) -> None:
        """Send again what was sent before."""
        ids = data.draw(st.lists(st.sampled_from(sorted(self.oracle.outcomes)), min_size=1, max_size=3))
        self.post([self.oracle.outcomes[id][0] for id in ids], atomic=False)

    @rule(
        id=HOLD_IDS, account=st.sampled_from(ACCOUNTS[1:]), amount=AMOUNTS, minutes=st.sampled_from([30, 90])
    )
    def place(self, id: str, account: Account, amount: int, minutes: int) -> None:
        """Set points aside."""
        now = self.oracle.now
        hold = Hold(id, account, amount, now, now + timedelta(minutes=minutes), amount)
        expected = self.oracle.place(hold)
        try:
            became = "placed" if self.clerk.place(hold, at=now).same_request(hold) else "another"
        except GridpointsError as refusal:
            became = refusal.code
        assert became == expected

    @precondition(lambda self: self.oracle.holds)
    @rule(data=st.data(), id=st.integers(41, 80), amount=AMOUNTS, all_of_it=st.booleans())
    def capture(self, data: st.DataObject, id: int, amount: int, all_of_it: bool) -> None:
        """Take from a hold, if there is enough in it."""
        hold = self.oracle.holds[data.draw(st.sampled_from(sorted(self.oracle.holds)))]
        taken = hold.remaining if all_of_it and hold.remaining else amount
        target = data.draw(st.sampled_from([a for a in ACCOUNTS if a != hold.account]))
        legs = (Leg(hold.account, -taken), Leg(target, taken))
        self.post([Transaction(f"t{id}", legs, hold=hold.id)], atomic=False)

    @rule(id=HOLD_IDS)
    def release(self, id: str) -> None:
        """Give back what a hold has left."""
        expected = self.oracle.release(id)
        try:
            became = str(self.clerk.release(id, at=self.oracle.now).status)
        except GridpointsError as refusal:
            became = refusal.code
        assert became == expected

    @rule(minutes=st.integers(1, 60))
    def wait(self, minutes: int) -> None:
        """Let time pass, and holds expire."""
        self.oracle.now += timedelta(minutes=minutes)

    @rule(batch=st.lists(transactions(), max_size=3), hold=HOLD_IDS, amount=AMOUNTS)
    def change_ones_mind(self, batch: list[Transaction], hold: str, amount: int) -> None:
        """Post, place and release in a unit of work that is undone."""
        now = self.oracle.now
        with suppress(_Undone), self.clerk.store.begin(self.clerk.community) as work:
            work.ledger.post(batch, at=now)
            with suppress(GridpointsError):
                work.ledger.release(hold, at=now)
            with suppress(GridpointsError):
                work.ledger.place(Hold(hold, LI, amount, now, now + timedelta(1), amount), at=now)
            raise _Undone

    def _remember(self, batch: list[Transaction], outcomes: list[Outcome]) -> None:
        for transaction, outcome in zip(batch, outcomes, strict=True):
            first, _ = self.oracle.outcomes.get(transaction.id, (None, ""))
            if first == transaction:
                assert self.answers.setdefault(transaction.id, told(outcome)) == told(outcome)

    # --- what is always so --------------------------------------------------------------------

    @invariant()
    def every_figure_is_right(self) -> None:
        """The books agree with the oracle and with themselves."""
        with self.clerk.store.begin(self.clerk.community, write=False) as work:
            self._accounts(work)
            self._totals(work)

    def _accounts(self, work: Work) -> None:
        accounts = (*ACCOUNTS, *HOURLY)
        balances = work.ledger.balances(accounts, self.oracle.now)
        moved: Counter[tuple[str, str]] = Counter()
        for account in accounts:
            balance, entries = balances[account], work.ledger.entries(account)
            assert balance.posted == self.oracle.balance(account)
            assert balance.held == self.oracle.held(account)
            assert account.kind.floor is None or 0 <= balance.held <= balance.posted
            assert [(e.transaction, e.amount) for e in entries] == self.oracle.moves(account)
            assert [e.sequence for e in entries] == list(range(1, len(entries) + 1))
            assert balance.posted == sum(e.amount for e in entries) == (entries[-1].balance if entries else 0)
            for entry in entries:
                moved[entry.transaction, account.unit] += entry.amount
        assert not +moved
        assert not -moved

    def _totals(self, work: Work) -> None:
        found = work.ledger.verify()
        assert found.differences == ()
        assert found.transactions == len(self.oracle.posted)
        assert found.entries == sum(len(t.legs) for t in self.oracle.posted)
        level: Counter[str] = Counter()
        for line in work.ledger.trial_balance():
            level[line.unit] += line.posted
        assert set(level.values()) <= {0}
