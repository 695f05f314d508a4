"""Units of work: all or nothing, one inside the other, each community by itself."""

from __future__ import annotations

import threading
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import nullcontext, suppress
from contextvars import Context, copy_context
from datetime import date
from typing import Any

import pytest

from gridpoints.community.model import Grid, Member, Profile
from gridpoints.errors import RecordExists
from gridpoints.ledger.model import Hold
from gridpoints.ledger.verification import verify
from gridpoints.rules.case import UsageKey
from gridpoints.storage.port import Store, Work
from gridpoints.testing.contract.base import LI, SHOP, Clerk, StoreContract, codes, found, issue, move
from gridpoints.testing.contract.edges import LATER
from gridpoints.testing.sources import START

KEY = str(UsageKey("limit", "li", date(2026, 3, 1)))


class Mishap(Exception):
    """Something that the store knows nothing of."""


def change_everything(work: Work, id: str) -> None:
    """Touch all that a unit of work can change."""
    work.add(Grid(id, "格"))
    work.set_usage({KEY: work.lock_usage([KEY])[KEY] + 1})
    assert codes(work.ledger.post([issue(id, LI, 10)], at=START)) == ["posted"]
    work.ledger.place(Hold(id, LI, 5, START, LATER, 5), at=START)


def state(store: Store, community: str) -> tuple[object, ...]:
    """All that `change_everything` touches."""
    with store.begin(community) as work:
        work.ledger.fold()
        ids = [grid.id for grid in work.find(Grid)]
        return (
            ids,
            work.lock_usage([KEY])[KEY],
            work.ledger.balances([LI], START)[LI],
            work.ledger.entries(LI),
            [work.ledger.line(id) for id in ids],
            work.ledger.find_hold("x"),
            work.ledger.trial_balance(),
            verify(work.ledger, community),
        )


class UnitsContract(StoreContract):
    """What a block of work keeps, and what becomes of one that raises."""

    def test_a_block_that_ends_is_kept(self, store: Store, clerk: Clerk) -> None:
        with store.begin(clerk.community) as work:
            change_everything(work, "x")
        with store.begin(clerk.community, write=False) as work:
            assert work.count(Grid) == 1
            assert work.ledger.balances([LI], START)[LI].available == 5
        clerk.must_verify()

    @pytest.mark.parametrize("mishap", [Mishap, KeyboardInterrupt])
    def test_a_block_that_raises_leaves_nothing(
        self, store: Store, clerk: Clerk, mishap: type[BaseException]
    ) -> None:
        with store.begin(clerk.community) as work:
            change_everything(work, "before")
        before = state(store, clerk.community)
        with pytest.raises(mishap), store.begin(clerk.community) as work:
            change_everything(work, "x")
            work.ledger.release("before", at=START)
            work.ledger.post([move("spent", LI, SHOP, 3)], at=START)
            raise mishap
        assert state(store, clerk.community) == before
        clerk.must_verify()

    def test_an_undone_id_is_free_again(self, store: Store, clerk: Clerk) -> None:
        with pytest.raises(Mishap), store.begin(clerk.community) as work:
            change_everything(work, "x")
            raise Mishap
        with store.begin(clerk.community) as work:
            change_everything(work, "x")
        assert [entry.sequence for entry in clerk.entries(LI)] == [1]

    def test_an_inner_block_belongs_to_the_outer_one(self, store: Store, clerk: Clerk) -> None:
        before = state(store, clerk.community)
        with pytest.raises(Mishap), store.begin(clerk.community) as work:
            work.add(Grid("outer", ""))
            with store.begin(clerk.community) as inner:
                assert inner.get(Grid, "outer") == Grid("outer", "")
                change_everything(inner, "x")
            with store.begin(clerk.community, write=False) as reader:
                assert reader.count(Grid) == work.count(Grid) == 2
            raise Mishap
        assert state(store, clerk.community) == before

    def test_an_inner_block_is_undone_by_itself(self, store: Store, clerk: Clerk) -> None:
        with store.begin(clerk.community) as work:
            change_everything(work, "1")
            with pytest.raises(Mishap), store.begin(clerk.community) as inner:
                change_everything(inner, "2")
                with store.begin(clerk.community) as innermost:
                    change_everything(innermost, "3")
                raise Mishap
            with store.begin(clerk.community) as inner:
                change_everything(inner, "4")
                with pytest.raises(Mishap), store.begin(clerk.community) as innermost:
                    change_everything(innermost, "5")
                    raise Mishap
            change_everything(work, "6")
        ids, used, *_ = state(store, clerk.community)
        assert ids == ["1", "4", "6"]
        assert used == 3
        assert [(e.transaction, e.sequence, e.balance) for e in clerk.entries(LI)] == [
            ("1", 1, 10),
            ("4", 2, 20),
            ("6", 3, 30),
        ]
        assert clerk.balance(LI).held == 15
        clerk.must_verify()

    def test_a_block_starts_afresh_after_one_that_raised(self, store: Store, clerk: Clerk) -> None:
        for _ in range(3):
            with pytest.raises(Mishap), store.begin(clerk.community) as work:
                work.add(Grid("x", ""))
                raise Mishap
        with store.begin(clerk.community) as work:
            work.add(Grid("x", ""))
        with store.begin(clerk.community, write=False) as work:
            assert work.count(Grid) == 1

    def test_nothing_is_written_inside_a_block_that_only_reads(self, store: Store, clerk: Clerk) -> None:
        with store.begin(clerk.community, write=False) as work:
            with pytest.raises(RuntimeError), store.begin(clerk.community):
                pass
            with store.begin(clerk.community, write=False) as inner:
                assert inner.count(Grid) == work.count(Grid) == 0

    def test_a_block_belongs_to_its_thread(self, store: Store, clerk: Clerk) -> None:
        """Also where a thread is handed the context of another, as asyncio does."""

        def write() -> None:
            with store.begin(clerk.community) as work:
                change_everything(work, "theirs")

        with ThreadPoolExecutor(1) as pool:
            with store.begin(clerk.community, write=False):
                writing = pool.submit(copy_context().run, write)
                self._let_run(writing, to_its_end=self.reads_while_writing)
            writing.result()
        assert [entry.transaction for entry in clerk.entries(LI)] == ["theirs"]

    # --- several communities ------------------------------------------------------------------

    def test_another_task_of_the_thread_is_not_waited_for_for_ever(self, store: Store, clerk: Clerk) -> None:
        """A unit of work that is left open across an await: the next one is refused, or goes on by itself."""

        def another_task() -> None:
            with store.begin(clerk.community) as work:
                work.add(Grid("b", "B"))

        with store.begin(clerk.community) as work:
            work.add(Grid("a", "A"))
            with suppress(RuntimeError):
                Context().run(another_task)
        with suppress(RecordExists):  # it went on by itself
            another_task()
        with store.begin(clerk.community, write=False) as work:
            assert [grid.id for grid in work.find(Grid, order=("id",))] == ["a", "b"]

    def test_communities_never_see_one_another(self, store: Store, clerk: Clerk) -> None:
        other = found(store, "another")
        before = state(store, other.community)
        with store.begin(clerk.community) as work:
            change_everything(work, "x")
        assert state(store, other.community) == before
        with store.begin(other.community) as work:
            change_everything(work, "x")
        assert state(store, other.community) == state(store, clerk.community)
        clerk.post(issue("y", LI, 1))
        assert (clerk.balance(LI).posted, other.balance(LI).posted) == (11, 10)

    def test_a_number_and_a_reference_hold_within_one_community(self, store: Store, clerk: Clerk) -> None:
        other = found(store, "another")
        for community in (clerk.community, other.community):
            with store.begin(community) as work:
                work.add(Member("li", "李", START, number="7"))
        with store.begin(clerk.community) as work:
            work.add(Grid("g", ""))
        with store.begin(other.community) as work:
            assert work.find(Grid) == []

    def test_one_unit_of_work_takes_in_two_communities(self, store: Store, clerk: Clerk) -> None:
        other = found(store, "another")
        before = state(store, clerk.community)
        with pytest.raises(Mishap), store.begin(clerk.community) as work:
            change_everything(work, "x")
            with store.begin(other.community) as guest:
                change_everything(guest, "x")
            raise Mishap
        assert state(store, clerk.community) == state(store, other.community) == before
        with store.begin(clerk.community) as work:
            with pytest.raises(Mishap), store.begin(other.community) as guest:
                change_everything(guest, "x")
                raise Mishap
            change_everything(work, "x")
        assert state(store, other.community) == before
        with store.begin(clerk.community), store.begin(other.community) as guest:
            change_everything(guest, "x")
        assert state(store, clerk.community) == state(store, other.community)

    def test_lists_the_communities_that_were_founded(self, store: Store) -> None:
        assert store.communities() == []
        for id in ("b", "白羊", "a"):
            found(store, id)
        with pytest.raises(Mishap), store.begin("never") as work:
            work.add(Profile("never", "", "Asia/Shanghai", START))
            raise Mishap
        with store.begin("looked-at", write=False) as work:
            assert work.find(Profile) == []
        assert store.communities() == ["a", "b", "白羊"]
        with pytest.raises(RecordExists):
            found(store, "a")

    # --- several threads ----------------------------------------------------------------------

    @pytest.mark.parametrize("inside", [False, True], ids=["alone", "inside one without a snapshot"])
    def test_a_reader_sees_one_state(self, store: Store, clerk: Clerk, inside: bool) -> None:
        """What another thread writes meanwhile, now or when the reader is done, is not seen."""

        def write() -> None:
            with store.begin(clerk.community) as work:
                change_everything(work, "x")

        outer = store.begin(clerk.community, write=False, snapshot=False) if inside else nullcontext()
        with ThreadPoolExecutor(1) as pool:
            with outer, store.begin(clerk.community, write=False) as work:
                before = (work.count(Grid), work.ledger.balances([LI], START), work.ledger.entries(LI))
                writing = pool.submit(write)
                self._let_run(writing, to_its_end=self.reads_while_writing)
                after = (work.count(Grid), work.ledger.balances([LI], START), work.ledger.entries(LI))
                assert after == before
            writing.result()
        assert clerk.balance(LI).posted == 10

    def test_what_is_not_committed_is_not_seen(self, store: Store, clerk: Clerk) -> None:
        def read() -> tuple[int, int]:
            with store.begin(clerk.community, write=False) as work:
                return work.count(Grid), work.ledger.balances([LI], START)[LI].posted

        with ThreadPoolExecutor(1) as pool:
            with pytest.raises(Mishap), store.begin(clerk.community) as work:
                change_everything(work, "x")
                reading = pool.submit(read)
                self._let_run(reading, to_its_end=self.reads_while_writing)
                raise Mishap
            assert reading.result() == (0, 0)

    def test_another_thread_does_not_join(self, store: Store, clerk: Clerk) -> None:
        started = threading.Event()

        def write() -> None:
            started.set()
            with store.begin(clerk.community) as work:
                change_everything(work, "theirs")

        with ThreadPoolExecutor(1) as pool:
            with pytest.raises(Mishap), store.begin(clerk.community) as work:
                writing = pool.submit(write)
                started.wait()
                change_everything(work, "ours")
                raise Mishap
            writing.result()
        assert [entry.transaction for entry in clerk.entries(LI)] == ["theirs"]

    def _let_run(self, running: Future[Any], *, to_its_end: bool) -> None:
        """Wait for another thread; where it may have to wait for us, only for a moment."""
        wait([running], timeout=None if to_its_end else 0.2)

    # --- closing ------------------------------------------------------------------------------

    def test_closes_twice(self, store: Store) -> None:
        store.close()
        store.close()
