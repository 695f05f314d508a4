"""What goes wrong in PostgreSQL in the midst of a post: it is told, undone, and in nobody's way after."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from datetime import timedelta
from enum import StrEnum

import pytest
from sqlalchemy import Connection, text

from gridpoints import Account, Community
from gridpoints.errors import ConcurrentChange, StoreUnavailable
from gridpoints.ledger.model import Posted
from gridpoints.storage.sql.engines import Engines
from gridpoints.storage.sql.store import SqlStore
from gridpoints.testing import ManualClock
from tests.ledger.full import LI, SHOP, ZHAO, found, issue, move, open_at, undone


@pytest.fixture
def store(postgres_url: str) -> Iterator[SqlStore]:
    with closing(SqlStore(postgres_url)) as store:
        yield store


@pytest.fixture
def village(store: SqlStore) -> Community:
    village = found(open_at(store, ManualClock()))
    village.ledger.post([issue("li", LI, 100), issue("zhao", ZHAO, 100)])
    return village


@contextmanager
def impatient(store: SqlStore, village: Community, setting: str) -> Iterator[None]:
    """A unit of work that gives up soon."""
    with village.transaction():
        outer = store._open.get()
        assert outer is not None
        outer.connection.execute(text(f"SET LOCAL {setting} = '150ms'"))
        yield


@contextmanager
def another(store: SqlStore, statement: str) -> Iterator[Connection]:
    """A transaction of somebody else, who has run `statement` and thinks about it."""
    with store._engines.writing.connect() as connection:
        connection.execute(text(statement))
        yield connection
        connection.rollback()


LOCKED = "SELECT 1 FROM gridpoints_account WHERE id = 'points/member/li' FOR UPDATE"
SAME_ID = """
INSERT INTO gridpoints_journal
SELECT community_id, NULL, 't', act, kind, reason, subject, effective_at, recorded_at, legs, lots, metadata
FROM gridpoints_journal WHERE id = 'li'
"""


@pytest.mark.parametrize("setting", ["lock_timeout", "statement_timeout"])
@pytest.mark.parametrize("waiting", [LOCKED, SAME_ID], ids=["while it locks", "while it writes"])
def test_a_wait_that_is_given_up(store: SqlStore, village: Community, setting: str, waiting: str) -> None:
    with another(store, waiting):
        with (
            pytest.raises(StoreUnavailable, match=r"timeout"),
            impatient(store, village, setting),
        ):
            village.ledger.post([issue("t", LI, 1)])
        with impatient(store, village, setting):  # inside, it is undone; the rest goes on
            village.ledger.post([issue("other", ZHAO, 1)])
            with pytest.raises(StoreUnavailable, match=r"timeout"):
                village.ledger.post([issue("t", LI, 1)])
            village.ledger.post([move("more", ZHAO, SHOP, 1)])
    assert (village.ledger.balance(LI).posted, village.ledger.balance(ZHAO).posted) == (100, 100)
    assert [type(o) for o in village.ledger.post([issue("t", LI, 1)])] == [Posted]
    village.ledger.fold()
    assert village.ledger.verify().differences == ()
    assert village.ledger.verify().transactions == 5


def test_a_connection_that_is_cut(store: SqlStore, village: Community) -> None:
    def lose() -> None:
        with village.transaction():
            village.ledger.post([issue("lost", LI, 1)])
            cut_all(store)
            village.ledger.post([issue("lost too", LI, 1)])

    with pytest.raises(StoreUnavailable):
        lose()
    assert village.ledger.balance(LI).posted == 100
    village.ledger.post([issue("found", LI, 1)])
    assert village.ledger.balance(LI).posted == 101
    assert village.ledger.verify().differences == ()


def test_a_connection_that_is_cut_is_told_inside_a_unit_of_work_too(
    store: SqlStore, village: Community
) -> None:
    def go_on() -> None:
        with village.transaction():
            cut_all(store)
            for n in range(2):
                with pytest.raises(StoreUnavailable):
                    village.ledger.post([issue(f"lost{n}", LI, 1)])
                with pytest.raises(StoreUnavailable):
                    village.ledger.balance(LI)

    with pytest.raises(StoreUnavailable):
        go_on()
    village.ledger.post([issue("found", LI, 1)])
    assert village.ledger.balance(LI).posted == 101


def test_a_server_that_was_away_is_noticed_once(store: SqlStore, village: Community) -> None:
    """However many connections wait in the pool, one fails; the others are made anew."""
    barrier = threading.Barrier(6)

    def keep(_: int) -> None:
        with village.transaction():
            barrier.wait()

    with ThreadPoolExecutor(6) as threads:
        list(threads.map(keep, range(6)))
    cut_all(store)
    failed = 0
    for n in range(12):
        try:
            village.ledger.post([issue(f"t{n}", LI, 1)])
        except StoreUnavailable:
            failed += 1
    assert failed <= 1
    assert village.ledger.balance(LI).posted == 100 + 12 - failed


def cut_all(store: SqlStore) -> None:
    """As when the server is started anew."""
    engines = Engines.of(store._engines.url.render_as_string(hide_password=False))
    with engines.writing.begin() as connection:
        connection.execute(
            text(
                "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        )
    engines.dispose()


def test_locks_taken_crosswise_end_one_of_two(village: Community) -> None:
    """The order of several posts in one unit of work is the caller's."""
    barrier = threading.Barrier(2)

    def act(n: int) -> str:
        first, second = (LI, ZHAO) if n else (ZHAO, LI)
        try:
            with village.transaction():
                village.ledger.post([issue(f"a{n}", first, 1)])
                barrier.wait()
                village.ledger.post([issue(f"b{n}", second, 1)])
        except ConcurrentChange as error:
            return error.kind
        return "done"

    with ThreadPoolExecutor(2) as threads:
        assert sorted(threads.map(act, range(2))) == ["done", "profile"]
    assert village.ledger.balance(LI).posted == village.ledger.balance(ZHAO).posted == 101
    assert village.ledger.verify().differences == ()


def test_a_unit_of_work_that_is_undone_leaves_nothing(store: SqlStore, village: Community) -> None:
    before = village.ledger.verify()
    with undone(village):
        for n in range(3):
            village.ledger.post([issue(f"t{n}-{k}", LI, 1) for k in range(600)])
            village.ledger.fold()
        village.ledger.post([move("pay", LI, SHOP, 50), move("out", SHOP, Account.settled("points"), 50)])
        village.ledger.hold(LI, 5, expires_at=ManualClock().now() + timedelta(hours=1), id="h")
    assert village.ledger.verify() == before
    [outcome] = village.ledger.post([issue("t0-0", ZHAO, 7)])
    assert isinstance(outcome, Posted)
    assert village.ledger.fold() == 3
    assert village.ledger.verify().differences == ()


def test_forty_thousand_ids(store: SqlStore, village: Community) -> None:
    batch = [issue(f"t{n}", LI, 1) for n in range(40_000)]
    assert len(set(village.ledger.post(batch))) == 40_000
    again = village.ledger.post([*batch, issue("new", LI, 1)])
    assert all(isinstance(outcome, Posted) for outcome in again)
    assert village.ledger.balance(LI).posted == 40_101
    assert len({outcome.transaction for outcome in again}) == 40_001


class Sort(StrEnum):
    SOLD = "sale"


@pytest.mark.parametrize("size", [1, 5, 2_000], ids=["one row", "arrays", "copy"])
def test_a_kind_that_is_an_enumerations(village: Community, size: int) -> None:
    batch = [issue(f"t{n}", LI, 1, kind=Sort.SOLD, reason=Sort.SOLD) for n in range(size)]
    assert all(isinstance(outcome, Posted) for outcome in village.ledger.post(batch))
    [entry] = village.ledger.statement(LI, kind="sale", limit=1).entries
    assert (entry.kind, entry.reason) == ("sale", "sale")
    assert village.ledger.verify().differences == ()
