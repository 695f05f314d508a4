"""A durable store, closed and opened again, still holds all that was kept."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from gridpoints.community.model import Grid
from gridpoints.ledger.model import Balance, Hold
from gridpoints.rules.case import UsageKey
from gridpoints.storage.integrity import KINDS
from gridpoints.storage.port import Store
from gridpoints.testing.contract.base import LI, SHOP, Clerk, StoreContract, codes, found, issue, move, told
from gridpoints.testing.contract.edges import LATER
from gridpoints.testing.contract.examples import anatomy, examples
from gridpoints.testing.sources import START


class DurabilityContract(StoreContract):
    """Closing, opening again, and opening twice."""

    @pytest.fixture(autouse=True)
    def _only_durable_stores(self, request: pytest.FixtureRequest) -> None:
        if not self.durable and request.function.__name__ in vars(DurabilityContract):
            pytest.skip("the store says that it is not durable")

    def test_records_are_still_there(self, open_store: Callable[[], Store]) -> None:
        records = examples("baiyang")
        store = open_store()
        with store.begin("baiyang") as work:
            work.add(*records)
        store.close()
        store = open_store()
        assert store.communities() == ["baiyang"]
        with store.begin("baiyang") as work:
            kept = [record for kind in KINDS for record in work.find(kind)]
            assert len(kept) == len(records)
            for record in records:
                assert anatomy(work.get(type(record), record.id)) == anatomy(record)
        store.close()

    def test_the_books_are_still_there(self, open_store: Callable[[], Store]) -> None:
        key = str(UsageKey("limit", "li", date(2026, 3, 1)))
        batch = [issue("1", LI, 100, metadata={"a": ["积分"]}), move("2", LI, SHOP, 101)]
        store = open_store()
        clerk = found(store, "baiyang")
        outcomes = clerk.post(*batch)
        placed = clerk.place(Hold("h", LI, 60, START, LATER, 60))
        with store.begin("baiyang") as work:
            work.set_usage(dict.fromkeys(work.lock_usage([key]), 30))
        entries = clerk.entries(LI)
        store.close()

        store = open_store()
        clerk = Clerk(store, "baiyang")
        assert clerk.entries(LI) == entries
        assert clerk.balance(LI) == Balance(LI, posted=100, held=60)
        assert clerk.hold("h") == placed
        assert list(map(told, clerk.post(*batch))) == list(map(told, outcomes))
        assert codes(clerk.post(move("3", LI, SHOP, 60, hold="h"))) == ["posted"]
        with store.begin("baiyang") as work:
            assert work.lock_usage([key]) == {key: 30}
        clerk.must_verify()
        store.close()

    def test_two_open_stores_are_one(self, open_store: Callable[[], Store]) -> None:
        one, other = open_store(), open_store()
        clerk, colleague = found(one, "baiyang"), Clerk(other, "baiyang")
        clerk.post(issue("1", LI, 100))
        assert codes(colleague.post(move("2", LI, SHOP, 60))) == ["posted"]
        assert codes(clerk.post(move("3", LI, SHOP, 60))) == ["insufficient_points"]
        assert colleague.balance(LI).posted == 40
        one.close()
        assert codes(colleague.post(move("4", LI, SHOP, 40))) == ["posted"]
        other.close()

    def test_what_was_not_committed_is_not_there(self, open_store: Callable[[], Store]) -> None:
        """A process that ends in the middle leaves nothing behind."""
        store = open_store()
        found(store, "baiyang")
        unfinished = store.begin("baiyang")
        work = unfinished.__enter__()
        work.add(Grid("g", ""))
        work.ledger.post([issue("1", LI, 100)], at=START)
        other = open_store()
        with other.begin("baiyang", write=False) as reader:
            assert reader.find(Grid) == []
            assert reader.ledger.entries(LI) == []
        other.close()
        unfinished.__exit__(KeyboardInterrupt, KeyboardInterrupt(), None)
        store.close()
