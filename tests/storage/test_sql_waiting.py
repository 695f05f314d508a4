"""Lines that wait for a number on PostgreSQL: all of them are found, and few others are passed over."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from threading import Barrier
from time import monotonic
from typing import Any

import pytest
from sqlalchemy import text

from gridpoints.ledger.model import Account, Leg, Posted, Transaction
from gridpoints.storage.sql.store import SqlStore
from gridpoints.testing import START
from gridpoints.testing.contract.base import Clerk, codes
from gridpoints.values import Unit

#: So many lines wait for a number; of more, some get theirs at once.
FEW = 15
ISSUANCE = Account.issuance("points")
LI, WANG = (Account.member(id, "points") for id in ("li", "wang"))


@pytest.fixture
def store(postgres_url: str) -> Iterator[SqlStore]:
    with closing(SqlStore(postgres_url)) as store:
        with store.begin("baiyang") as work:
            work.add(Unit("points"))
        yield store


def awards(name: str, count: int) -> list[Transaction]:
    return [Transaction(f"{name}{n}", (Leg(ISSUANCE, -1), Leg(LI, 1))) for n in range(count)]


def post(store: SqlStore, name: str, count: int = 1) -> None:
    Clerk(store, "baiyang").post(*awards(name, count))


def waiting(store: SqlStore) -> int:
    with store.begin("baiyang", write=False) as work:
        return work.ledger.waiting()


def fold(store: SqlStore) -> int:
    with store.begin("baiyang") as work:
        return work.ledger.fold()


def look(store: SqlStore) -> None:
    """As whoever is about to read statements."""
    with store.begin("baiyang", write=False) as work:
        assert not work.ledger.is_long()


def issued(store: SqlStore) -> int:
    with store.begin("baiyang", write=False) as work:
        return -work.ledger.balances([ISSUANCE], START)[ISSUANCE].posted


def newest_transaction(store: SqlStore) -> int:
    with store._engines.writing.begin() as connection:
        return int(connection.execute(text("SELECT pg_current_xact_id()::text")).scalar_one())


@pytest.mark.parametrize("number", [True, False], ids=["numbered", "folded"])
def test_what_got_its_number_is_not_looked_at_again(store: SqlStore, number: bool) -> None:
    """Though entries of it stand in the index of what waits, until the database cleans up."""
    for turn in range(3):
        post(store, f"t{turn}-", FEW)
        with store.begin("baiyang") as work:
            assert (work.ledger.number() if number else work.ledger.fold()) == FEW
    newest = newest_transaction(store)
    give_up = monotonic() + 60
    while store._remembered["baiyang"].since <= newest:  # transactions of other databases may be open
        look(store)
        assert monotonic() < give_up
    post(store, "last")
    look(store)
    assert (waiting(store), issued(store)) == (1, 3 * FEW + 1)


@pytest.mark.parametrize("know", [look, fold], ids=["reading", "folding"])
def test_a_line_that_is_committed_late_waits_as_well(
    store: SqlStore, postgres_url: str, know: Callable[[SqlStore], Any]
) -> None:
    """Its transaction is older than many that were numbered meanwhile."""
    with closing(SqlStore(postgres_url)) as other:
        with other.begin("baiyang") as work:
            work.ledger.post([Transaction("late", (Leg(ISSUANCE, -1), Leg(WANG, 1)))], at=START)
            for n in range(3):
                post(store, f"t{n}")
                fold(store)
                know(store)
        assert waiting(store) == 1
        assert issued(store) == issued(other) == 4
        post(store, "after")
        assert (fold(store), waiting(store), issued(store)) == (2, 0, 5)


def test_what_others_number_still_waits_in_a_snapshot(store: SqlStore) -> None:
    """Another thread learns what was numbered meanwhile; whoever reads an older state knows nothing of it."""

    def folded() -> int:
        numbered = fold(store)
        look(store)
        return numbered

    post(store, "t", 3)
    with store.begin("baiyang", write=False) as work, ThreadPoolExecutor(1) as elsewhere:
        assert work.ledger.waiting() == 3
        assert elsewhere.submit(folded).result() == 3
        with store.begin("baiyang", write=False) as inner:
            assert work.ledger.waiting() == inner.ledger.waiting() == 3
        assert -work.ledger.balances([ISSUANCE], START)[ISSUANCE].posted == 3
    assert (waiting(store), issued(store)) == (0, 3)


def test_a_number_that_was_undone_is_given_again(store: SqlStore) -> None:
    """Whoever numbers learns nothing from it before it is committed."""

    def numbered_and_undone() -> None:
        with store.begin("baiyang") as work:
            assert work.ledger.fold() == 3
            assert not work.ledger.is_long()
            assert (work.ledger.fold(), work.ledger.waiting()) == (0, 0)
            raise KeyError

    post(store, "t", 3)
    with pytest.raises(KeyError):
        numbered_and_undone()
    with store.begin("baiyang") as outer:
        with pytest.raises(KeyError):
            numbered_and_undone()
        assert not outer.ledger.is_long()
        assert outer.ledger.waiting() == 3
    assert (waiting(store), issued(store), fold(store)) == (3, 3, 3)


def test_a_ledger_that_came_from_another_server(store: SqlStore) -> None:
    """Its transactions may have had higher numbers there than any has here for years."""
    post(store, "t", 2)
    with store._engines.writing.begin() as connection:
        connection.execute(text("UPDATE gridpoints_journal SET writer = writer + 1000000000"))
    post(store, "u")
    look(store)
    post(store, "v")
    assert (waiting(store), issued(store), fold(store)) == (4, 4, 4)


def test_a_balance_is_read_from_one_state_also_without_a_snapshot(store: SqlStore) -> None:
    """What is entered in statements meanwhile is counted once, and each batch is there or not."""

    def post_and_fold() -> None:
        for turn in range(30):
            post(store, f"t{turn}-", 10)
            fold(store)

    def seen() -> tuple[int, int]:
        with store.begin("baiyang", write=False, snapshot=False) as work:
            found = work.ledger.balances([LI, ISSUANCE], START)
        return found[LI].posted, found[ISSUANCE].posted

    with ThreadPoolExecutor(1) as elsewhere:
        writing = elsewhere.submit(post_and_fold)
        figures = [seen()]
        while not writing.done():
            figures.append(seen())
    writing.result()
    assert all(member == -issued for member, issued in figures)
    assert all(member % 10 == 0 for member, _ in figures)
    assert figures == sorted(figures)
    assert seen() == (300, -300)


def test_a_balance_is_one_message(store: SqlStore, monkeypatch: pytest.MonkeyPatch) -> None:
    wire = pytest.importorskip("gridpoints.storage.sql.wire")
    sent = list[Any]()
    send = wire.Wire._send

    def note(on: Any, answer: Any) -> None:
        sent.append(answer)
        send(on, answer)

    post(store, "t", 3)
    issued(store)
    monkeypatch.setattr(wire.Wire, "_send", note)
    with store.begin("baiyang", write=False, snapshot=False) as work:
        assert work.ledger.balances([ISSUANCE], START)[ISSUANCE].posted == -3
        assert not work.ledger.is_long()
    assert len(sent) == 1


# --- long batches ---------------------------------------------------------------------------------


@pytest.fixture(params=[60, 600], ids=["sent at once", "copied"])
def many(request: pytest.FixtureRequest, store: SqlStore) -> int:
    """Enough to number them at once, in a ledger that was folded before; two lines are there."""
    with store.begin("baiyang") as work:
        first = [Transaction(each.owner, (Leg(ISSUANCE, -1), Leg(each, 1))) for each in (LI, WANG)]
        work.ledger.post(first, at=START)
    assert fold(store) == 2
    return int(request.param)


def numbers(store: SqlStore) -> list[int]:
    """Of all lines, in the order of their numbers."""
    with store.begin("baiyang", write=False) as work:
        return [line.number for line in work.ledger.lines()]


def rows_changed(store: SqlStore) -> int:
    """How often a row of the journal was changed after it was written, as far as this store did so."""
    with store._engines.writing.begin() as connection:  # the one that posts: it tells what it did
        connection.execute(text("SELECT pg_stat_force_next_flush()"))
    with store._engines.reading.begin() as connection:
        changed = "SELECT n_tup_upd FROM pg_stat_user_tables WHERE relname = 'gridpoints_journal'"
        return int(connection.execute(text(changed)).scalar_one())


def must_verify(store: SqlStore) -> None:
    Clerk(store, "baiyang").must_verify()
    assert numbers(store) == list(range(1, len(numbers(store)) + 1))


def test_the_lines_of_a_long_batch_are_written_once(store: SqlStore, many: int) -> None:
    before = rows_changed(store)
    post(store, "a", many)
    post(store, "b", 2 * many)  # longer than what is passed on at once
    assert (waiting(store), numbers(store)) == (0, list(range(1, 3 * many + 3)))
    assert issued(store) == 3 * many + 2
    must_verify(store)
    assert rows_changed(store) == before


@pytest.mark.parametrize("many", [600], indirect=True)
def test_behind_lines_that_wait_a_long_batch_waits_as_well(store: SqlStore, many: int) -> None:
    """They were there before, and are numbered before it: not by it, which may take long."""
    post(store, "a")
    post(store, "b", many)
    post(store, "c", many)
    assert waiting(store) == 2 * many + 1
    must_verify(store)


def test_in_a_unit_of_work_that_goes_on_a_long_batch_waits_as_well(store: SqlStore, many: int) -> None:
    with store.begin("baiyang"):
        post(store, "a")
        post(store, "b", many)
    assert waiting(store) == many + 1
    must_verify(store)


def test_in_one_unit_of_work_lines_are_numbered_in_their_order(store: SqlStore, many: int) -> None:
    """A line between two batches waits for a number, and so does what comes behind it."""
    new = Account.member("new", "points")
    with store.begin("baiyang") as work:
        work.ledger.post(awards("a", 600), at=START, optimistic=True)
        work.ledger.post(awards("b", 1), at=START)
        gifts = [Transaction(f"c{n}", (Leg(LI, -1), Leg(new, 1))) for n in range(many)]
        assert all(isinstance(each, Posted) for each in work.ledger.post(gifts, at=START))
    assert waiting(store) == many + 1
    fold(store)
    with store.begin("baiyang", write=False) as work:
        assert [line.id for line in work.ledger.lines(600)][2:4] == ["b0", "c0"]
    must_verify(store)


def test_a_long_batch_does_not_wait_for_whoever_numbers(
    store: SqlStore, many: int, postgres_url: str
) -> None:
    post(store, "a", many)
    with closing(SqlStore(postgres_url)) as other:
        with other.begin("baiyang") as work:
            work.ledger.number()
            post(store, "b", many)
            assert waiting(store) == many
            with ThreadPoolExecutor(1) as elsewhere:  # two long batches at once: one of them numbers
                elsewhere.submit(post, store, "c", many).result()
        assert (waiting(store), fold(store)) == (2 * many, 3 * many)
    must_verify(store)


@pytest.mark.parametrize("many", [600], indirect=True)
def test_what_is_committed_while_a_long_batch_numbers_follows_it(
    store: SqlStore, many: int, postgres_url: str
) -> None:
    with closing(SqlStore(postgres_url)) as other:
        with other.begin("baiyang") as work:
            work.ledger.post(awards("long", many), at=START, optimistic=True)
            with store.begin("baiyang") as quick:
                quick.ledger.post([Transaction("quick", (Leg(ISSUANCE, -1), Leg(WANG, 1)))], at=START)
            assert waiting(store) == 1
        assert (waiting(store), numbers(store)) == (1, list(range(1, many + 3)))
        with store.begin("baiyang") as work:
            assert work.ledger.number() == 1
            assert [line.id for line in work.ledger.lines(many + 2)] == ["quick"]
    must_verify(store)


def test_the_numbers_of_a_long_batch_that_was_undone_are_given_again(store: SqlStore, many: int) -> None:
    def undone() -> None:
        with store.begin("baiyang") as work:
            work.ledger.post(awards("a", many), at=START, optimistic=True)
            raise KeyError

    with pytest.raises(KeyError):
        undone()
    with store.begin("baiyang"):
        post(store, "b")
        with pytest.raises(KeyError):
            undone()
        post(store, "c")
    fold(store)
    post(store, "d", many)
    assert (waiting(store), numbers(store)) == (0, list(range(1, many + 5)))
    must_verify(store)


def test_many_who_number_at_once_leave_no_gap(store: SqlStore, postgres_url: str, many: int) -> None:
    """Whoever has no turn lets its lines wait, and nobody waits for another."""
    rounds, barrier = 6, Barrier(4)

    def run(number: int) -> None:
        member = Account.member(f"m{number}", "points")
        with closing(SqlStore(postgres_url)) as mine:
            barrier.wait()
            for turn in range(rounds):
                batch = [
                    Transaction(f"{number}-{turn}-{n}", (Leg(ISSUANCE, -1), Leg(member, 1)))
                    for n in range(many)
                ]
                assert all(isinstance(each, Posted) for each in Clerk(mine, "baiyang").ledger.post(batch))
                if number == turn % 4:
                    fold(mine)

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(run, range(4)))
    assert issued(store) == 4 * rounds * many + 2
    must_verify(store)
    assert len(numbers(store)) == 4 * rounds * many + 2


def test_who_goes_on_after_many_lines_keeps_nobody_waiting(
    store: SqlStore, many: int, postgres_url: str
) -> None:
    """A unit of work may take its time: its lines wait, and not others who read, pay out or close."""
    clerk = Clerk(store, "baiyang")
    shop = Account.merchant("shop", "points")
    clerk.post(Transaction("shop", (Leg(ISSUANCE, -5), Leg(shop, 5))))
    clerk.post(*awards("before", 100))
    payout = Transaction("paid", (Leg(shop, -5), Leg(Account.settled("points"), 5)))
    with closing(SqlStore(postgres_url)) as other, ThreadPoolExecutor(1) as elsewhere:
        colleague = Clerk(other, "baiyang")
        with store.begin("baiyang") as work:
            clerk.ledger.post(awards("inner", many))
            work.ledger.post(awards("outer", many), at=START)
            for act in (
                lambda: colleague.ledger.balance(ISSUANCE),
                lambda: colleague.ledger.statement(WANG),
                lambda: colleague.post(payout),
                lambda: colleague.ledger.close_period(START),
            ):
                elsewhere.submit(act).result(timeout=60)
    must_verify(store)


def test_a_long_batch_of_which_one_is_refused(store: SqlStore, many: int) -> None:
    """In whose words it is told cannot be asked while lines are copied."""
    batch = [*awards("a", 1_200), Transaction("much", (Leg(LI, -5_000), Leg(ISSUANCE, 5_000)))]
    outcomes = Clerk(store, "baiyang").post(*batch)
    assert codes(outcomes) == ["posted"] * 1_200 + ["insufficient_points"]
    must_verify(store)


def test_of_a_long_batch_few_are_sound(store: SqlStore, many: int) -> None:
    """What is presumed is not copied as well."""
    wrong = [Transaction(f"wrong{n}", ()) for n in range(1_100)]
    with store.begin("baiyang") as work:
        outcomes = work.ledger.post([*wrong, *awards("a", 400)], at=START, optimistic=True)
    assert codes(outcomes) == ["transaction_empty"] * 1_100 + ["posted"] * 400
    must_verify(store)
