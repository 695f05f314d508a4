"""A post on PostgreSQL by a process that remembers nothing of the accounts, and is sent once all the same."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any, ClassVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test

from gridpoints import Account, Leg, Transaction
from gridpoints.errors import InsufficientPoints
from gridpoints.ledger.model import Hold, Outcome, Posted
from gridpoints.storage.sql.remembered import Luck
from gridpoints.storage.sql.store import SqlStore
from gridpoints.testing import START
from gridpoints.testing.contract.base import (
    ISSUANCE,
    LI,
    SHOP,
    TICK,
    ZHAO,
    Clerk,
    award,
    codes,
    found,
    issue,
    move,
    told,
)

pytest.importorskip("psycopg", reason="PostgreSQL needs its driver")

HOUSE = Account.household("zhao", "points")
DAY = timedelta(days=1)
LATER = START + DAY


def three_legs(id: str) -> Transaction:
    return Transaction(id, (Leg(ISSUANCE, -3), Leg(LI, 1), Leg(ZHAO, 2)))


@pytest.mark.parametrize(
    ("batch", "statements"),
    [
        pytest.param([issue("a", LI, 5)], 2, id="one line and COMMIT"),
        pytest.param([move("a", LI, SHOP, 10)], 2, id="all that there is"),
        pytest.param([move("a", ZHAO, LI, 5)], 4, id="the question, the line, two accounts, and COMMIT"),
        pytest.param([issue("c", ZHAO, 5), issue("a", LI, 5), issue("b", LI, 6)], 4, id="a batch"),
        pytest.param([three_legs("a")], 4, id="three legs"),
        pytest.param([award("a", 5, days=9), award("b", 6, days=9), award("c", 7)], 5, id="lots"),
        pytest.param([issue(str(n), LI, 1) for n in range(30)], 7, id="many, with all numbers"),
    ],
)
@pytest.mark.parametrize(
    "at", [LATER, START, START - DAY / 10**6], ids=["later", "at the same moment", "by a slow clock"]
)
def test_it_is_sent_once(
    colleague: Clerk, messages: list[int], batch: list[Transaction], statements: int, at: datetime
) -> None:
    """And recorded after what was there, by a slow clock, too; that is what is answered, then and ever."""
    colleague.post(issue("house", HOUSE, 1), move("shop", HOUSE, SHOP, 1))  # it looks at hot accounts once
    messages.clear()
    outcomes = colleague.post(*batch, at=at)
    assert messages == [statements]
    assert codes(outcomes) == ["posted"] * len(batch)
    for account in (LI, ZHAO):
        recorded = [entry.recorded_at for entry in colleague.ledger.statement(account).entries]
        assert recorded == sorted(set(recorded))
    for outcome in outcomes:
        assert isinstance(outcome, Posted)
        if at == LATER:
            assert timedelta(0) <= outcome.recorded_at - at < timedelta(milliseconds=1)
        [entry] = {
            (entry.recorded_at, entry.effective_at)
            for account in (LI, ZHAO)
            for entry in colleague.ledger.statement(account).entries
            if entry.transaction == outcome.transaction
        }
        assert entry == (outcome.recorded_at, outcome.recorded_at)
    assert colleague.post(*batch, at=LATER + DAY) == outcomes
    colleague.must_verify()


def test_what_was_added_to_is_not_known(colleague: Clerk) -> None:
    """What is there is for the server to see, the next time as well."""
    for hour in range(1, 5):
        assert codes(colleague.post(issue(str(hour), LI, 5), at=START + timedelta(hours=hour))) == ["posted"]
    assert colleague.balance(LI).posted == 30
    assert codes(colleague.post(move("a", LI, SHOP, 31), move("b", LI, SHOP, 30), at=LATER)) == [
        "insufficient_points",
        "posted",
    ]
    colleague.must_verify()


def test_a_line_that_is_far_ahead_does_not_take_others_with_it(clerk: Clerk, colleague: Clerk) -> None:
    """A clock was wrong once. What is posted with that account says when it was, for all other accounts."""
    [ahead] = clerk.post(issue("ahead", LI, 1), at=START + 365 * DAY)
    li, zhao = colleague.post(issue("a", LI, 5), issue("b", ZHAO, 5), at=LATER)
    [alone] = clerk.post(issue("c", LI, 5), at=LATER)
    times = [outcome.recorded_at for outcome in (ahead, li, zhao, alone) if isinstance(outcome, Posted)]
    assert times == [START + 365 * DAY, times[0] + TICK, LATER, times[1] + TICK]
    colleague.must_verify()


def _holds(other: Clerk) -> None:
    other.ledger.hold(LI, 4, expires_at=START + 9 * DAY, id="h")


def _holds_briefly(other: Clerk) -> None:
    other.ledger.hold(LI, 4, expires_at=START + DAY / 2, id="h")


def _has_lots(other: Clerk) -> None:
    other.post(award("lot", 5, days=9))


def _has_lots_that_are_over(other: Clerk) -> None:
    other.post(award("lot", 5, days=1), award("other", 5, days=9))


def _owes(other: Clerk) -> None:
    other.ledger.set_floor(LI, -20, reason="trust", id="floor")
    other.post(move("debt", LI, SHOP, 13))


def _saves(other: Clerk) -> None:
    other.ledger.set_floor(LI, 6, reason="savings", id="floor")


def _closes(other: Clerk) -> None:
    other.clock.set(LATER + DAY)
    other.ledger.close_period(LATER + DAY / 2)


ACTS = [_holds, _holds_briefly, _has_lots, _has_lots_that_are_over, _owes, _saves, _closes]
BATCHES = [
    [issue("a", LI, 5)],
    [award("a", 5, days=20)],
    [award("a", 5, days=9)],
    [award("a", 5, days=1), award("b", 1)],
    [move("a", LI, SHOP, 3)],
    [move("a", LI, SHOP, 8)],
    [move("a", LI, ZHAO, 7), issue("b", ZHAO, 1)],
    [issue("a", LI, 2), move("b", LI, SHOP, 12)],
    [move("a", LI, SHOP, 12), issue("b", LI, 2)],
    [move("a", LI, SHOP, 99), Transaction("b", ())],
    [issue("a", HOUSE, 2)],
    [issue("a", LI, 2), issue("a", LI, 2), issue("a", LI, 3)],
    [Transaction("a", (Leg(LI, -5), Leg(ZHAO, 5), Leg(LI, 5), Leg(ISSUANCE, -5)))],
]


@pytest.mark.parametrize("atomic", [False, True], ids=["each", "all or none"])
@pytest.mark.parametrize("batch", BATCHES, ids=range(len(BATCHES)))
@pytest.mark.parametrize("act", ACTS)
def test_it_comes_to_what_whoever_locks_comes_to(
    clerk: Clerk, colleague: Clerk, act: Callable[[Clerk], None], batch: list[Transaction], atomic: bool
) -> None:
    """The same outcomes, balances and lots as in a village next door, where nobody presumes anything."""
    village = found(clerk.store, "next-door")
    village.post(issue("li", LI, 9), issue("shop", SHOP, 1))
    village.post(issue("li-again", LI, 1), issue("zhao", ZHAO, 10))
    for each in (clerk, village):
        act(each)
    with village.store.begin(village.community) as work:
        expected = work.ledger.post(batch, at=LATER, atomic=atomic)
    assert list(map(_what, colleague.post(*batch, at=LATER, atomic=atomic))) == list(map(_what, expected))
    _must_be_alike(colleague, village, LATER)


def _what(outcome: Outcome) -> object:
    """What an outcome tells, and when that was, to the second: a post may be recorded later as a whole."""
    if isinstance(outcome, Posted):
        return *told(outcome)[:2], outcome.recorded_at.replace(microsecond=0)
    return told(outcome)


def _must_be_alike(one: Clerk, other: Clerk, at: datetime) -> None:
    for account in (LI, ZHAO, SHOP, HOUSE, ISSUANCE):
        assert one.balance(account, at) == other.balance(account, at)
        assert one.ledger.lots(account) == other.ledger.lots(account)
    assert one.hold("h") == other.hold("h")
    one.must_verify()
    other.must_verify()


STRICT = st.sampled_from([LI, ZHAO, HOUSE])
LEGS = st.one_of(
    st.tuples(st.just(ISSUANCE), STRICT),
    st.tuples(STRICT, st.just(SHOP)),
    st.permutations([LI, ZHAO, HOUSE]).map(lambda drawn: tuple(drawn[:2])),
)
TRANSACTION = st.tuples(LEGS, st.integers(1, 9), st.none() | st.integers(1, 12))
HOURS = st.integers(0, 24)


class TwoProcesses(RuleBasedStateMachine):
    """Two processes post to one village, by clocks that are apart, and forget what they knew now and then.

    In the village next door, the same is done by one that locks; each instant is half an hour from when a lot
    is over.
    """

    stores: ClassVar[Sequence[SqlStore]] = ()

    def __init__(self) -> None:
        super().__init__()
        name = f"village-{len(self.stores[0].communities())}"
        self.village = found(self.stores[0], name)
        self.next_door = found(self.stores[0], f"{name}-next-door")
        for each in (self.village, self.next_door):
            each.post(issue("li", LI, 9), issue("zhao", ZHAO, 9), issue("house", HOUSE, 9))
        self.count = 0

    def _at_both(self, act: Callable[[Clerk], object]) -> None:
        assert act(self.village) == act(self.next_door)

    @rule(
        who=st.integers(0, 1),
        forgets=st.booleans(),
        hour=HOURS,
        moves=st.lists(TRANSACTION, min_size=1, max_size=4),
    )
    def post(self, who: int, forgets: bool, hour: int, moves: list[Any]) -> None:
        batch = []
        for (source, target), amount, hours in moves:
            self.count += 1
            expires_at = None
            if hours is not None and target.kind.strict:
                expires_at = START + timedelta(hours=hours + 0.5)
            legs = (Leg(source, -amount), Leg(target, amount, expires_at))
            batch.append(Transaction(f"t{self.count}", legs))
        if forgets:
            self.stores[who]._states.forget()
        at = START + timedelta(hours=hour)
        with self.next_door.store.begin(self.next_door.community) as work:
            expected = work.ledger.post(batch, at=at)
        mine = Clerk(self.stores[who], self.village.community)
        assert list(map(_what, mine.post(*batch, at=at))) == list(map(_what, expected))

    @rule(account=STRICT, amount=st.integers(1, 5), hours=st.integers(13, 24))
    def hold(self, account: Account, amount: int, hours: int) -> None:
        self.count += 1
        hold = Hold(f"h{self.count}", account, amount, START, START + timedelta(hours=hours + 0.5), amount)

        def place(clerk: Clerk) -> object:
            try:
                return clerk.place(hold, at=START + timedelta(hours=12)).status
            except InsufficientPoints as error:
                return error.fields

        self._at_both(place)

    def teardown(self) -> None:
        _must_be_alike(self.village, self.next_door, START + DAY)


def test_whatever_is_forgotten_it_comes_to_the_same(
    clerk: Clerk, colleague: Clerk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Luck, "_COST", 0)  # it is always tried
    machine = type("Machine", (TwoProcesses,), {"stores": (clerk.store, colleague.store)})
    run_state_machine_as_test(
        machine,
        settings=settings(
            deadline=None, max_examples=40, stateful_step_count=20, suppress_health_check=list(HealthCheck)
        ),
    )


# --- luck -----------------------------------------------------------------------------------------


def test_luck_ends_where_it_mostly_goes_wrong() -> None:
    luck, tries = Luck(), 0
    for _ in range(1_600):
        if luck.lasts():
            tries += 1
            luck.fails()
    assert 90 <= tries <= 110


def test_luck_lasts_where_it_seldom_goes_wrong() -> None:
    luck = Luck()
    for turn in range(1_600):
        assert luck.lasts()
        if turn % 20 == 19:
            luck.fails()


def test_new_accounts_are_mostly_opened_at_once(colleague: Clerk, messages: list[int]) -> None:
    """Whoever has many of them to open soon finds out that nothing can be presumed of them."""
    tries = 0
    for number in range(64):
        messages.clear()
        colleague.post(issue(f"{number}", Account.member(f"m{number}", "points"), 1))
        tries += messages[0] == 2  # the line, and COMMIT
    assert 2 <= tries <= 6
    colleague.must_verify()
