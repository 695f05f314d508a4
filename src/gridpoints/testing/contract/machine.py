"""Any sequence of what can happen to a ledger, held against an oracle. Needs Hypothesis."""

from __future__ import annotations

import io
import json
from collections import Counter
from contextlib import suppress
from datetime import datetime, timedelta
from itertools import cycle
from typing import Any

import attrs
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

import gridpoints
from gridpoints.errors import GridpointsError
from gridpoints.ledger.model import Account, Debt, Hold, Leg, Outcome, Posted, Rejected, Transaction
from gridpoints.storage.port import Store
from gridpoints.testing.contract.base import HOURS, ISSUANCE, LI, SHOP, TICK, ZHAO, Clerk, codes, found, told
from gridpoints.testing.contract.oracle import Oracle

FUND = Account.fund("relief", "points")
STRICT = (LI, ZHAO, FUND)
SETTLED, EXPIRY = Account.settled("points"), Account.expiry("points")
ACCOUNTS = (ISSUANCE, *STRICT, SHOP, SETTLED, EXPIRY)
LI_HOURS, SPENT_HOURS = Account.member("li", HOURS.code), Account.settled(HOURS.code)
HOURLY = (Account.issuance(HOURS.code), LI_HOURS, SPENT_HOURS, Account.expiry(HOURS.code))
HOLD_IDS = st.sampled_from([f"h{n}" for n in range(8)])
AWARDS, AMOUNTS = st.integers(20, 60), st.integers(1, 20)
MINUTES = st.sampled_from([20, 40, 90, 300])
#: Everything is looked at after so many steps, and at the end.
CADENCE = 8


@st.composite
def transactions(draw: st.DrawFn, now: datetime) -> Transaction:
    """Up to three movements; few ids, so that they meet again, with the same content or another."""
    hold = draw(st.none() | st.none() | HOLD_IDS)
    reverses = draw(st.none() | st.none() | st.integers(0, 40)) if hold is None else None
    legs: list[Leg] = []
    for _ in range(draw(st.integers(1, 3))):
        pair = draw(st.permutations(draw(st.sampled_from([ACCOUNTS, STRICT, HOURLY]))))
        amount = draw(AMOUNTS)
        minutes = draw(st.none() | MINUTES) if pair[1].kind.strict and reverses is None else None
        expires_at = None if minutes is None else now + timedelta(minutes=minutes)
        legs += [Leg(pair[0], -amount), Leg(pair[1], amount, expires_at)]
    ago = draw(st.sampled_from([None, None, None, 0, 5, 50]))
    return Transaction(
        f"t{draw(st.integers(0, 40))}",
        legs,
        effective_at=None if ago is None else now - timedelta(minutes=ago),
        reason=draw(st.sampled_from(["", "", "other"])),
        hold=hold,
        reverses=None if reverses is None else f"t{reverses}",
        extend_days=draw(st.integers(0, 1)),
    )


class _Undone(Exception):
    """Raised to undo a unit of work."""


class LedgerMachine(RuleBasedStateMachine):
    """Does all that can be done to a ledger, and lets time pass; after each step every figure is right.

    Run it with the store under test, which may hold other communities already; or with that store opened
    several times, as by several processes, which then go on in turn::

        run_state_machine_as_test(lambda: LedgerMachine(store))
    """

    def __init__(self, *stores: Store) -> None:
        super().__init__()
        self.stores = cycle(stores)
        self.store = next(self.stores)
        self.clerk = self._found()
        self.oracle = Oracle()
        self.answers: dict[str, tuple[Any, ...]] = {}
        self.steps = self.made = self.sealed = 0

    def _found(self) -> Clerk:
        return found(self.store, f"machine-{len(self.store.communities())}")

    def _new_id(self, kind: str) -> str:
        self.made += 1
        return f"{kind}-{self.made}"

    # --- transactions -------------------------------------------------------------------------

    @rule(data=st.data(), count=st.integers(1, 4), atomic=st.booleans())
    def post(self, data: st.DataObject, count: int, atomic: bool) -> None:
        """Post a batch."""
        self._post([data.draw(transactions(self.oracle.now)) for _ in range(count)], atomic=atomic)

    @rule(to=st.sampled_from(STRICT), amount=AWARDS, minutes=st.none() | MINUTES)
    def award(self, to: Account, amount: int, minutes: int | None) -> None:
        """Give out new points, so that there are some to spend."""
        expires_at = None if minutes is None else self.oracle.now + timedelta(minutes=minutes)
        self._post(
            [Transaction(self._new_id("award"), (Leg(ISSUANCE, -amount), Leg(to, amount, expires_at)))]
        )

    @rule(pair=st.permutations(STRICT), amount=AMOUNTS)
    def give(self, pair: list[Account], amount: int) -> None:
        """Give points away, if they are there."""
        self._post([Transaction(self._new_id("gift"), (Leg(pair[0], -amount), Leg(pair[1], amount)))])

    @rule(source=st.sampled_from(STRICT), amount=AMOUNTS, paid_out=st.booleans())
    def redeem(self, source: Account, amount: int, paid_out: bool) -> None:
        """Spend points in a shop, which is paid for them, if they are there."""
        self._post([Transaction(self._new_id("deal"), (Leg(source, -amount), Leg(SHOP, amount)))])
        if paid_out:
            self._post([Transaction(self._new_id("paid"), (Leg(SHOP, -amount), Leg(SETTLED, amount)))])

    @precondition(lambda self: self.oracle.kept)
    @rule(data=st.data())
    def repeat(self, data: st.DataObject) -> None:
        """Send again what was sent before."""
        sent = sorted(id for id in self.oracle.kept if " " not in id)
        ids = data.draw(st.lists(st.sampled_from(sent), min_size=1, max_size=3)) if sent else []
        self._post([self.oracle.kept[id].sent for id in ids])

    @precondition(lambda self: self.oracle.reversible())
    @rule(
        data=st.data(),
        part=st.none() | st.integers(1, 20),
        extend_days=st.integers(0, 1),
        queue=st.booleans(),
    )
    def reverse(self, data: st.DataObject, part: int | None, extend_days: int, queue: bool) -> None:
        """Give back a transaction, or a part of it; of one in three, that is a mistake. Or owe it."""
        id, original = self._new_id("back"), data.draw(st.sampled_from(self.oracle.reversible()))
        expected = self.oracle.reverse(id, original, part, extend_days, queue=queue)
        became = "posted"
        try:
            done = self.clerk.ledger.reverse(original, part, id=id, extend_days=extend_days, queue=queue)
            if isinstance(done, Debt):
                became = "owed"
                assert (done.id, done.transaction, done.owed_since) == (id, original, self.oracle.now)
            else:
                assert done == Posted(id, self.oracle.kept[id].recorded_at)
        except GridpointsError as refusal:
            became = refusal.code
        assert became == expected

    @precondition(lambda self: self.oracle.debts)
    @rule()
    def collect(self) -> None:
        """Take what is owed from those who have it by now."""
        expected = self.oracle.collect()
        for posted in (collected := self.clerk.ledger.collect()):
            assert posted.recorded_at == self.oracle.kept[posted.transaction].recorded_at
        assert len(collected) == expected

    def _post(self, batch: list[Transaction], *, atomic: bool = False) -> None:
        expected = self.oracle.post(batch, atomic=atomic)
        outcomes = self.clerk.post(*batch, at=self.oracle.now, atomic=atomic)
        assert codes(outcomes) == expected
        self._remember(batch, outcomes)

    def _remember(self, batch: list[Transaction], outcomes: list[Outcome]) -> None:
        for transaction, outcome in zip(batch, outcomes, strict=True):
            kept = self.oracle.kept.get(transaction.id)
            if isinstance(outcome, Posted):
                assert kept is not None
                assert outcome.recorded_at == kept.recorded_at
            if kept is not None and not _conflicts(outcome):
                assert self.answers.setdefault(transaction.id, told(outcome)) == told(outcome)

    # --- holds and floors ---------------------------------------------------------------------

    @rule(id=HOLD_IDS, account=st.sampled_from([*STRICT, LI_HOURS]), amount=AMOUNTS, minutes=MINUTES)
    def place(self, id: str, account: Account, amount: int, minutes: int) -> None:
        """Set points aside."""
        now = self.oracle.now
        hold = Hold(id, account, amount, now, now + timedelta(minutes=minutes), amount)
        expected = self.oracle.place(hold)
        try:
            became = "placed"
            assert self.clerk.place(hold, at=now) == self.oracle.holds.get(id)
        except GridpointsError as refusal:
            became = refusal.code
        assert became == expected

    @precondition(lambda self: self.oracle.holds)
    @rule(data=st.data(), amount=AMOUNTS, all_of_it=st.booleans())
    def capture(self, data: st.DataObject, amount: int, all_of_it: bool) -> None:
        """Take from a hold, if there is enough in it."""
        hold = self.oracle.holds[data.draw(st.sampled_from(sorted(self.oracle.holds)))]
        taken = hold.remaining if all_of_it and hold.remaining else amount
        targets = [a for a in (*ACCOUNTS, *HOURLY) if a.unit == hold.account.unit and a != hold.account]
        legs = (Leg(hold.account, -taken), Leg(data.draw(st.sampled_from(targets)), taken))
        self._post([Transaction(self._new_id("capture"), legs, hold=hold.id)])

    @rule(id=HOLD_IDS)
    def release(self, id: str) -> None:
        """Give back what a hold has left."""
        expected = self.oracle.release(id)
        try:
            became = str(self.clerk.release(id, at=self.oracle.now).status)
        except GridpointsError as refusal:
            became = refusal.code
        assert became == expected

    @rule(account=st.sampled_from(STRICT), floor=st.sampled_from([0, -30, -100, None, 5]))
    def set_floor(self, account: Account, floor: int | None) -> None:
        """Let an account go into debt, or no longer."""
        id = self._new_id("floor")
        expected = self.oracle.set_floor(id, account, floor)
        try:
            self.clerk.ledger.set_floor(account, floor, reason="winter", id=id)
            became = "set"
        except GridpointsError as refusal:
            became = refusal.code
        assert became == expected

    # --- time ---------------------------------------------------------------------------------

    @rule(minutes=st.integers(1, 30))
    def wait(self, minutes: int) -> None:
        """Let time pass, and holds and lots expire."""
        self.oracle.now = self.clerk.clock.advance(timedelta(minutes=minutes))

    @rule()
    def expire(self) -> None:
        """Post what has expired."""
        assert self.clerk.ledger.expire() == self.oracle.expire()

    @rule(ago=st.sampled_from([0, 30, 30, 120, 120]))
    def close_period(self, ago: int) -> None:
        """Close the books up to some minutes ago."""
        until = self.oracle.now - timedelta(minutes=ago)
        self.oracle.close_period(until)
        self.clerk.ledger.close_period(until)

    # --- what changes no figure ---------------------------------------------------------------

    @rule()
    def fold(self) -> None:
        """Enter in the statements what is in none yet."""
        self.clerk.ledger.fold()
        assert self.clerk.ledger.fold() == 0

    @rule()
    def seal(self) -> None:
        """Seal all that there is."""
        seal = self.clerk.ledger.seal()
        assert (seal.size if seal else 0) == len(self.oracle.lines)
        self.sealed = len(self.oracle.lines)

    @rule(data=st.data(), hold=HOLD_IDS, amount=AMOUNTS)
    def change_ones_mind(self, data: st.DataObject, hold: str, amount: int) -> None:
        """Do all that can be done in a unit of work that is undone."""
        now, ledger = self.oracle.now, self.clerk.ledger
        batch = data.draw(st.lists(transactions(now), max_size=3))
        with suppress(_Undone), self.store.begin(self.clerk.community) as work:
            work.ledger.post(batch, at=now)
            for act in (
                lambda: ledger.release(hold),
                lambda: ledger.hold(LI, amount, expires_at=now + timedelta(1), id=hold),
                lambda: ledger.reverse(batch[0].id if batch else "none"),
                lambda: ledger.set_floor(LI, -amount, reason="a slip"),
            ):
                with suppress(GridpointsError):
                    act()
            ledger.expire()
            ledger.close_period(now)
            ledger.fold()
            raise _Undone

    @precondition(lambda self: self.oracle.lines)
    @rule(here=st.booleans())
    def restore(self, here: bool) -> None:
        """Go on in another place: in this store under another name, or see that it is the same elsewhere."""
        file = io.StringIO()
        assert self.clerk.ledger.export(file) == len(self.oracle.lines)
        if here:
            clerk = self._found()
            text = _renamed(file.getvalue(), clerk.community)
            assert clerk.ledger.restore(io.StringIO(text)) == len(self.oracle.lines)
            clerk.clock.set(self.oracle.now)
            self.clerk, self.sealed = clerk, 0
            return
        with gridpoints.open("memory://") as exchange:
            other = found(exchange.store, self.clerk.community)
            assert other.ledger.restore(io.StringIO(file.getvalue())) == len(self.oracle.lines)
            again = io.StringIO()
            other.ledger.export(again)
            assert again.getvalue() == file.getvalue()
            self._accounts(other)

    # --- what is always so --------------------------------------------------------------------

    @invariant()
    def every_figure_is_right(self) -> None:
        """The books agree with the oracle and with themselves."""
        self._accounts(self.clerk)
        self.steps += 1
        if self.steps % CADENCE == 0:
            self._everything()
        if self.steps % 3:  # now and then, one process does two steps
            self._hand_over()

    def _hand_over(self) -> None:
        self.store = next(self.stores)
        self.clerk = attrs.evolve(self.clerk, store=self.store)

    def teardown(self) -> None:
        """Look at everything once more."""
        self._everything()

    def _accounts(self, clerk: Clerk) -> None:
        oracle = self.oracle
        accounts = (*ACCOUNTS, *HOURLY)
        moved: Counter[tuple[str, str]] = Counter()
        with clerk.store.begin(clerk.community, write=False) as work:
            balances = work.ledger.balances(accounts, oracle.now)
            for account in accounts:
                balance, entries = balances[account], work.ledger.entries(account)
                assert balance.posted == oracle.balance(account)
                assert balance.held == oracle.held(account)
                assert balance.expired == oracle.expired(account)
                made = [(m.transaction, m.amount, m.effective_at, m.recorded_at) for m in oracle.of(account)]
                seen = [(e.transaction, e.amount, e.effective_at, e.recorded_at) for e in entries]
                if account.kind.strict:
                    assert seen == made
                    self._lots(account, balance.posted, work.ledger.lots(account))
                else:  # two who post at once do not agree whose line is first
                    assert Counter(seen) == Counter(made)
                assert [e.sequence for e in entries] == list(range(1, len(entries) + 1))
                level = 0
                for entry in entries:
                    level += entry.amount
                    assert entry.balance == level
                    moved[entry.transaction, account.unit] += entry.amount
                assert balance.posted == level
            assert all(work.ledger.find_hold(id) == hold for id, hold in oracle.holds.items())
        assert not any(moved.values())

    def _lots(self, account: Account, posted: int, lots: dict[datetime, int]) -> None:
        oracle = self.oracle
        assert list(lots.items()) == sorted(Counter(oracle.points.get(account, ())).items())
        undated = posted - sum(lots.values())
        assert undated >= 0 or not lots
        floor, set_aside = oracle.floor(account), oracle.held(account, settled=True)
        assert floor is None or floor <= posted - set_aside
        assert account in oracle.floors or 0 <= set_aside <= posted

    def _everything(self) -> None:
        oracle, ledger = self.oracle, self.clerk.ledger
        self._point_in_time(oracle.now - timedelta(minutes=30))
        self._point_in_time(oracle.last.get(LI, oracle.now) - TICK)
        level: Counter[str] = Counter()
        for line in ledger.trial_balance():
            level[line.unit] += line.posted
        assert set(level.values()) <= {0}
        outstanding = sum(row.points for row in ledger.outstanding() if row.unit == "points")
        assert outstanding == sum(map(oracle.balance, STRICT))
        owed = {debt.id: {leg.account: leg.amount for leg in debt.legs} for debt in ledger.debts()}
        assert list(owed.items()) == list(oracle.owed().items())
        found = ledger.verify()
        self.clerk.must_verify()
        assert (found.entries, found.sealed) == (len(oracle.moves), self.sealed)
        assert found.transactions == len({move.transaction for move in oracle.moves})
        with self.store.begin(self.clerk.community, write=False) as work:
            lines = [(line.number, line.id) for line in work.ledger.lines()]
        assert sorted(id for _, id in lines) == sorted(oracle.lines)
        assert [number for number, _ in lines] == list(range(1, len(lines) + 1))

    def _point_in_time(self, at: datetime) -> None:
        for account in (*STRICT, SHOP):
            for recorded in (False, True):
                balance = self.clerk.ledger.balance(account, at, recorded=recorded)
                assert balance.posted == self.oracle.balance_at(account, at, recorded=recorded)
                assert balance.held == self.oracle.held_at(account, at)


def _conflicts(outcome: Outcome) -> bool:
    return isinstance(outcome, Rejected) and outcome.error.code in (
        "transaction_conflict",
        "record_unknown",
    )


def _renamed(text: str, community: str) -> str:
    """A ledger's file under the name of another community: without its seals, which are over the old one."""
    head, *records = text.splitlines(keepends=True)
    document = json.loads(head)
    document["ledger"]["community"] = community
    return "".join(
        [f"{json.dumps(document)}\n", *(each for each in records if not each.startswith('{"seal"'))]
    )
