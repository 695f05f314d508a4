"""The outbox: every change once, in the order of its record's versions, none too late to be read."""

from __future__ import annotations

from datetime import datetime, timedelta
from threading import Event, Thread

import pytest

from gridpoints.records import Change
from gridpoints.storage.port import Store
from gridpoints.testing.contract.base import Clerk, StoreContract
from gridpoints.testing.sources import START


def change(id: str, version: int = 1, *, subject: str = "li", at: datetime = START) -> Change:
    """A change of a member."""
    return Change(id, "member", subject, version, at, "clerk", "active")


class OutboxContract(StoreContract):
    """What `gridpoints.storage.port.Outbox` promises."""

    def read(self, store: Store, community: str, after: int = 0, limit: int = 100) -> list[tuple[int, str]]:
        """Numbers and ids of what is read, numbered before."""
        with store.begin(community) as work:
            if work.outbox.waits():
                work.outbox.number()
            assert not work.outbox.waits()
        with store.begin(community, write=False) as work:
            return [(number, each.id) for number, each in work.outbox.read(after, limit)]

    def test_changes_are_numbered_as_they_were_committed(self, store: Store, clerk: Clerk) -> None:
        first = len(self.read(store, clerk.community))
        with store.begin(clerk.community) as work:
            work.add(change("a"), change("b", subject="wang"))
        with store.begin(clerk.community) as work:
            work.add(change("c", 2, at=START + timedelta(hours=1)))
        numbered = [(first + 1, "a"), (first + 2, "b"), (first + 3, "c")]
        assert self.read(store, clerk.community, first) == numbered
        assert self.read(store, clerk.community, first) == numbered
        assert self.read(store, clerk.community, first + 1, limit=1) == numbered[1:2]
        assert self.read(store, clerk.community, first + 3) == []

    def test_what_is_read_is_what_was_added(self, store: Store, clerk: Clerk) -> None:
        added = Change("a", "member", "li", 2, START, "clerk", "left", {"name": "李", "stock": 0}, "moved")
        with store.begin(clerk.community) as work:
            work.add(added)
        self.read(store, clerk.community)
        with store.begin(clerk.community, write=False) as work:
            assert work.outbox.read(0, 100)[-1][1] == added

    def test_what_was_undone_has_no_number(self, store: Store, clerk: Clerk) -> None:
        first = len(self.read(store, clerk.community))
        with store.begin(clerk.community) as work:
            work.add(change("a"))
            with pytest.raises(ZeroDivisionError), store.begin(clerk.community) as inner:
                inner.add(change("undone", 2))
                raise ZeroDivisionError
            work.add(change("b", 2))
        assert self.read(store, clerk.community, first) == [(first + 1, "a"), (first + 2, "b")]

    def test_versions_follow_one_another_whatever_the_clocks_say(self, store: Store, clerk: Clerk) -> None:
        first = len(self.read(store, clerk.community))
        for version in range(1, 5):  # each on a machine whose clock is behind that of the last
            with store.begin(clerk.community) as work:
                work.add(change(f"{9 - version}", version, at=START - timedelta(seconds=version)))
        assert [id for _, id in self.read(store, clerk.community, first)] == ["8", "7", "6", "5"]

    def test_communities_have_their_own_numbers(self, store: Store, clerk: Clerk) -> None:
        with store.begin("heishan") as work:
            work.add(change("other"))
        assert self.read(store, "heishan") == [(1, "other")]
        assert "other" not in [id for _, id in self.read(store, clerk.community)]

    def test_a_change_that_is_committed_late_is_not_missed(self, store: Store, clerk: Clerk) -> None:
        """It was written before another that is read already."""
        seen = self.read(store, clerk.community)
        written, go_on = Event(), Event()

        def late() -> None:
            with store.begin(clerk.community) as work:
                work.add(change("late", subject="wang", at=START - timedelta(hours=1)))
                written.set()
                go_on.wait(0.3)  # a store with one writer lets nobody else write meanwhile

        slow = Thread(target=late)
        slow.start()
        written.wait(10)
        with store.begin(clerk.community) as work:
            work.add(change("early"))
        read = self.read(store, clerk.community, len(seen))
        go_on.set()
        slow.join()
        read += self.read(store, clerk.community, len(seen) + len(read))
        assert sorted(id for _, id in read) == ["early", "late"]
        assert [number for number, _ in read] == [len(seen) + 1, len(seen) + 2]
