"""A post on PostgreSQL that presumes of accounts what it remembers, and is on its way to the server once."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext, suppress
from datetime import datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gridpoints import Account, Leg, Transaction
from gridpoints.errors import ConcurrentChange, InsufficientPoints, StoreUnavailable
from gridpoints.ledger.locked import Locked
from gridpoints.ledger.model import Outcome, Posted
from gridpoints.ledger.request import Batch
from gridpoints.storage.sql.ledger import SqlLedger
from gridpoints.testing import START
from gridpoints.testing.contract.base import ISSUANCE, LI, SHOP, ZHAO, Clerk, codes, found, issue, move

psycopg = pytest.importorskip("psycopg", reason="PostgreSQL needs its driver")

HOUSE = Account.household("zhao", "points")
DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("batch", "statements"),
    [
        pytest.param([issue("a", LI, 5)], 2, id="one line and COMMIT"),
        pytest.param([move("a", ZHAO, LI, 5)], 4, id="two accounts, their lines, their figures, and COMMIT"),
        pytest.param([issue("c", ZHAO, 5), issue("a", LI, 5), move("b", LI, SHOP, 12)], 4, id="a batch"),
        pytest.param(
            [Transaction("a", (Leg(Account.issuance("points"), -5), Leg(LI, 5, START + DAY)))], 5, id="a lot"
        ),
    ],
)
def test_a_post_is_sent_once(
    clerk: Clerk, messages: list[int], batch: list[Transaction], statements: int
) -> None:
    clerk.post(*batch)
    assert messages == [statements]
    clerk.must_verify()


def test_a_refusal_asks_for_the_unit_first(clerk: Clerk, messages: list[int]) -> None:
    """It says how much there is in the words of the unit."""
    assert codes(clerk.post(move("a", LI, SHOP, 99))) == ["insufficient_points"]
    assert messages == [1, 3]
    clerk.must_verify()


def test_what_cannot_be_presumed_is_locked(clerk: Clerk, messages: list[int]) -> None:
    """New accounts, and those with holds; what was done earlier, reverses, takes from a hold or a shop."""
    hold = clerk.ledger.hold(ZHAO, 5, expires_at=START + DAY)
    for transaction in (
        issue("a", HOUSE, 5),
        issue("b", ZHAO, 5),
        issue("c", LI, 5, effective_at=START),
        move("d", ZHAO, SHOP, 5, hold=hold.id),
        move("e", ZHAO, Account.issuance("points"), 5, reverses="b"),
        move("f", SHOP, LI, 6),
    ):
        messages.clear()
        assert codes(clerk.post(transaction)) == ["posted"]
        assert len(messages) > 1
    assert codes(clerk.post(move("g", SHOP, LI, 1))) == ["insufficient_points"]
    gold = (Leg(Account.issuance("gold"), -1), Leg(Account.settled("gold"), 1))
    again = Transaction("a", (*issue("a", LI, 5).legs, *gold))
    assert codes(clerk.post(again)) == ["transaction_conflict"]
    clerk.must_verify()


# --- others were there meanwhile ------------------------------------------------------------------


def _spends(other: Clerk) -> None:
    other.post(move("x", LI, SHOP, 8))


def _holds(other: Clerk) -> None:
    other.ledger.hold(LI, 8, expires_at=START + 9 * DAY, id="x")


def _gives_a_lot_that_expires(other: Clerk) -> None:
    other.post(Transaction("x1", (Leg(Account.issuance("points"), -1), Leg(LI, 1, START + DAY))))
    other.clock.advance(2 * DAY)
    other.post(move("x2", LI, SHOP, 8), at=START + 2 * DAY)


def _raises_the_floor(other: Clerk) -> None:
    other.ledger.set_floor(LI, 8, reason="savings", id="x")


@pytest.mark.parametrize("act", [_spends, _holds, _gives_a_lot_that_expires, _raises_the_floor])
def test_what_another_process_did_counts(
    clerk: Clerk, colleague: Clerk, act: Callable[[Clerk], None]
) -> None:
    act(colleague)
    assert codes(clerk.post(move("a", LI, SHOP, 3), at=START + 2 * DAY)) == ["insufficient_points"]
    assert codes(clerk.post(move("b", LI, SHOP, 2), at=START + 2 * DAY)) == ["posted"]
    clerk.must_verify()


def test_nobody_is_refused_for_what_is_no_longer_so(clerk: Clerk, colleague: Clerk) -> None:
    colleague.post(issue("x", LI, 90))
    assert codes(clerk.post(move("a", LI, SHOP, 95), move("b", LI, SHOP, 95))) == [
        "posted",
        "insufficient_points",
    ]
    clerk.must_verify()


def test_one_transaction_alone_is_never_refused_unseen(clerk: Clerk, colleague: Clerk) -> None:
    """Its refusal is raised, and not kept: there would be nothing to ask the question with."""
    colleague.post(issue("x", LI, 90))
    assert clerk.ledger.post_one(move("a", LI, SHOP, 95)).transaction == "a"
    with pytest.raises(InsufficientPoints):
        clerk.ledger.post_one(move("b", LI, SHOP, 95))
    clerk.must_verify()


def test_a_group_of_which_one_is_refused_is_looked_at_as_well(clerk: Clerk, colleague: Clerk) -> None:
    colleague.post(issue("x", LI, 90))
    group = [issue("a", ZHAO, 1), move("b", LI, SHOP, 95)]
    assert codes(clerk.post(*group, atomic=True)) == ["posted", "posted"]
    clerk.must_verify()


def test_an_id_that_another_process_used_is_answered(clerk: Clerk, colleague: Clerk) -> None:
    [earlier] = colleague.post(issue("a", ZHAO, 5))
    same, other = clerk.post(issue("a", ZHAO, 5), issue("b", LI, 5))
    assert (same, codes([other])) == (earlier, ["posted"])
    assert codes(clerk.post(issue("a", LI, 5))) == ["transaction_conflict"]
    assert codes(clerk.post(issue("b", LI, 5))) == ["posted"]
    clerk.must_verify()


@pytest.mark.parametrize("accounts", [[LI], [LI, ZHAO]], ids=["one", "two"])
def test_a_period_that_another_process_closed_beyond_our_clock(
    clerk: Clerk, colleague: Clerk, accounts: list[Account]
) -> None:
    colleague.clock.set(START + DAY)
    colleague.ledger.close_period(START + DAY)
    outcomes = clerk.post(*(issue(f"a-{account.owner}", account, 5) for account in accounts))
    assert codes(outcomes) == ["period_closed"] * len(accounts)
    clerk.must_verify()


def test_a_hold_that_another_process_placed_is_captured(clerk: Clerk, colleague: Clerk) -> None:
    hold = colleague.ledger.hold(LI, 8, expires_at=START + DAY)
    assert codes(clerk.post(move("a", LI, SHOP, 8, hold=hold.id))) == ["posted"]
    clerk.must_verify()


def test_what_was_presumed_wrongly_leaves_nothing_behind(clerk: Clerk, colleague: Clerk) -> None:
    """It is told to whoever asked for it, and all of the unit of work is undone."""

    def post(*batch: Transaction) -> None:
        with clerk.store.begin("baiyang") as work:
            work.ledger.post(batch, at=START, optimistic=True)

    for batch in ([issue("a", LI, 5)], [issue("a", LI, 5), issue("b", ZHAO, 5)]):
        _look_at_all(clerk)
        assert codes(colleague.post(issue(f"more-{len(batch)}", LI, 1))) == ["posted"]
        with pytest.raises(ConcurrentChange) as refusal:
            post(*batch)
        assert (refusal.value.kind, refusal.value.id) == ("transaction", "a")
        with clerk.store.begin("baiyang", write=False) as work:
            assert work.ledger.line("a") is None
    clerk.must_verify()


def _look_at_all(clerk: Clerk) -> None:
    """Lock what Li and Zhao have, which is remembered then."""
    with clerk.store.begin("baiyang") as work:
        work.ledger.touch([LI, ZHAO], until=START, at=START)


def test_within_a_unit_of_work_it_is_tried_again_by_itself(clerk: Clerk, colleague: Clerk) -> None:
    with clerk.store.begin("baiyang") as work:
        work.ledger.post([issue("outer", HOUSE, 1)], at=START)
        colleague.post(move("x", LI, SHOP, 8))
        ledger = clerk.ledger
        assert codes(ledger.post([move("a", LI, SHOP, 3), move("b", LI, SHOP, 2)])) == [
            "insufficient_points",
            "posted",
        ]
        assert codes(ledger.post([move("c", HOUSE, SHOP, 1)])) == ["posted"]
    assert clerk.balance(LI).posted == 0
    clerk.must_verify()


def test_after_a_mistake_it_locks_and_remembers_anew(
    clerk: Clerk, colleague: Clerk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Others write as well: the rest is as old. Whoever begins again presumes nothing, whatever it knows."""
    asked: list[bool] = []
    presume = SqlLedger.presume

    def noted(ledger: SqlLedger, batch: Batch, at: datetime) -> Locked | None:
        found = presume(ledger, batch, at)
        asked.append(found is not None)
        return found

    _spends(colleague)
    monkeypatch.setattr(SqlLedger, "presume", noted)
    known = clerk.store._states._kept["baiyang"]  # type: ignore[attr-defined]
    assert {LI.key, ZHAO.key} <= known.keys()
    assert codes(clerk.ledger.post([issue("a", LI, 1)])) == ["posted"]
    assert asked == [True]
    known = clerk.store._states._kept["baiyang"]  # type: ignore[attr-defined]
    assert (LI.key in known, ZHAO.key in known) == (True, False)


def test_what_a_server_had_that_went_is_not_presumed(
    clerk: Clerk, postgres_url: str, messages: list[int]
) -> None:
    """It may come back to an earlier state."""

    def cut_off() -> None:
        with clerk.store.begin("baiyang") as work, psycopg.connect(postgres_url, autocommit=True) as other:
            work.ledger.post([issue("a", HOUSE, 5)], at=START)
            other.execute(
                "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )

    clerk.ledger.fold()
    clerk.ledger.balance(ISSUANCE)
    remembered = clerk.store._remembered["baiyang"]  # type: ignore[attr-defined]
    assert remembered.since
    with pytest.raises(StoreUnavailable):
        cut_off()
    assert not remembered.since
    messages.clear()
    assert codes(clerk.post(issue("b", LI, 5))) == ["posted"]
    assert len(messages) > 1
    clerk.must_verify()


def test_a_unit_of_work_that_passes_over_an_error_is_undone_and_says_so(clerk: Clerk) -> None:
    """The database answers COMMIT with ROLLBACK then."""

    def pass_over() -> None:
        with clerk.store.begin("baiyang") as work:
            work.ledger.post([issue("li", ZHAO, 90)], at=START, optimistic=True)
            with suppress(Exception):
                work.ledger.line("li")

    with pytest.raises(StoreUnavailable, match="undone"):
        pass_over()
    assert codes(clerk.post(move("a", ZHAO, SHOP, 11))) == ["insufficient_points"]
    clerk.must_verify()


@pytest.mark.parametrize("inner", [False, True], ids=["whole", "a part"])
@pytest.mark.parametrize("optimistic", [False, True], ids=["locked", "presumed"])
def test_what_was_undone_is_not_presumed(
    clerk: Clerk, colleague: Clerk, optimistic: bool, inner: bool
) -> None:
    """Another process then has a line of the same instant: the clock stands still."""

    def undone() -> None:
        with clerk.store.begin("baiyang") as work:
            work.ledger.post([issue("a", LI, 90)], at=START, optimistic=optimistic)
            raise KeyError

    with clerk.store.begin("baiyang") if inner else nullcontext(), pytest.raises(KeyError):
        undone()
    assert codes(colleague.post(issue("x", LI, 1))) == ["posted"]
    assert codes(clerk.post(move("b", LI, SHOP, 12))) == ["insufficient_points"]
    assert codes(clerk.post(move("c", LI, SHOP, 11))) == ["posted"]
    clerk.must_verify()


def test_what_is_not_committed_is_not_presumed_by_another_thread(clerk: Clerk, colleague: Clerk) -> None:
    spent: list[Outcome] = []

    def post_too_late() -> None:
        with ThreadPoolExecutor(1) as elsewhere, clerk.store.begin("baiyang") as work:
            colleague.post(issue("x", LI, 1))
            work.ledger.post([issue("a", LI, 90)], at=START, optimistic=True)
            spent.extend(elsewhere.submit(clerk.post, move("b", LI, SHOP, 12)).result())

    with pytest.raises(ConcurrentChange):
        post_too_late()
    assert codes(spent) == ["insufficient_points"]
    assert clerk.balance(LI).posted == 11
    clerk.must_verify()


MOVES = st.tuples(
    st.permutations([LI, ZHAO, HOUSE]).map(lambda drawn: drawn[:2]) | st.just([ISSUANCE, LI]),
    st.integers(1, 12),
)


@settings(deadline=None, max_examples=60, suppress_health_check=list(HealthCheck))
@given(turns=st.lists(st.tuples(st.booleans(), st.lists(MOVES, min_size=1, max_size=3)), max_size=25))
def test_whoever_posts_next_two_processes_agree(
    clerk: Clerk, colleague: Clerk, turns: list[tuple[bool, list[tuple[list[Account], int]]]]
) -> None:
    """Each move posts if its source has the points, whatever either of the two remembers of it."""
    village = f"village-{len(clerk.store.communities())}"
    mine = found(clerk.store, village)
    its = Clerk(colleague.store, village)
    has = dict.fromkeys((LI, ZHAO, HOUSE), 10)
    mine.post(*(issue(f"first-{account.owner}-{account.kind}", account, 10) for account in has))
    for turn, (ours, moves) in enumerate(turns):
        batch, expected = [], []
        for n, ([source, target], amount) in enumerate(moves):
            batch.append(move(f"{turn}-{n}", source, target, amount))
            if source in has and has[source] < amount:
                expected.append("insufficient_points")
                continue
            expected.append("posted")
            for account, points in ((source, -amount), (target, amount)):
                if account in has:
                    has[account] += points
        assert codes((mine if ours else its).post(*batch)) == expected
    assert {account: mine.balance(account).posted for account in has} == has
    mine.must_verify()


def test_many_at_once_lose_nothing(clerk: Clerk, colleague: Clerk) -> None:
    """Threads of two processes give and take the same points, each of which is given or taken once."""
    rounds, barrier = 40, threading.Barrier(6)

    def run(number: int) -> tuple[int, int]:
        mine = (clerk, colleague)[number % 2]
        barrier.wait()
        got = {LI: 0, ZHAO: 0}
        for turn in range(rounds):
            source, target = (LI, ZHAO) if (turn + number) % 3 else (ZHAO, LI)
            batch = [move(f"{number}-{turn}-{n}", source, target, 2) for n in range(1 + turn % 3)]
            for outcome in mine.ledger.post([*batch, issue(f"{number}-{turn}", source, 1)]):
                if isinstance(outcome, Posted) and outcome.transaction.count("-") == 2:
                    got[source] -= 2
                    got[target] += 2
            got[source] += 1
        return got[LI], got[ZHAO]

    with ThreadPoolExecutor(6) as threads:
        told = list(threads.map(run, range(6)))
    assert clerk.balance(LI, _later(clerk)).posted == 10 + sum(li for li, _ in told)
    assert clerk.balance(ZHAO, _later(clerk)).posted == 10 + sum(zhao for _, zhao in told)
    clerk.must_verify()


def _later(clerk: Clerk) -> datetime:
    return clerk.clock.now() + DAY
