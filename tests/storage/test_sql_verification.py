"""Whoever changes a figure in the database, past the library, is found out."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta

import pytest
from sqlalchemy import Delete, Update, delete, null, update

from gridpoints.ledger.model import Account, Difference, Hold, Leg, Transaction
from gridpoints.storage.sql import tables
from gridpoints.storage.sql.store import SqlStore
from gridpoints.testing import START
from gridpoints.values import Unit

LI = Account.member("li", "points")
SHOP = Account.merchant("shop", "points")
HOUR = timedelta(hours=1)

accounts = tables.table_of(tables.AccountRow)
entries = tables.table_of(tables.EntryRow)
holds = tables.table_of(tables.HoldRow)
transactions = tables.table_of(tables.TransactionRow)


@pytest.fixture(params=["sqlite", "postgres"])
def store(request: pytest.FixtureRequest) -> Iterator[SqlStore]:
    """Li was given 100 and then 20, paid 30 of the 50 that were held, and cannot pay 500."""
    with closing(SqlStore(request.getfixturevalue(f"{request.param}_url"))) as store:
        for community in ("baiyang", "elsewhere"):
            with store.begin(community) as work:
                work.add(Unit("points"))
                work.ledger.post([award("a1", 100)], at=START)
                work.ledger.post([award("a2", 20)], at=START + HOUR)
                work.ledger.place(Hold("h", LI, 50, START, START + 9 * HOUR, 50), at=START + HOUR)
                work.ledger.post([payment("p1", 30, hold="h"), payment("p2", 500)], at=START + 2 * HOUR)
        yield store


def award(id: str, amount: int) -> Transaction:
    return Transaction(id, (Leg(Account.issuance("points"), -amount), Leg(LI, amount)))


def payment(id: str, amount: int, hold: str | None = None) -> Transaction:
    return Transaction(id, (Leg(LI, -amount), Leg(SHOP, amount)), hold=hold)


def found(store: SqlStore, community: str = "baiyang") -> tuple[Difference, ...]:
    with store.begin(community, write=False) as work:
        return work.ledger.verify().differences


li = update(accounts).where(accounts.c.owner == "li")
line = entries.c.account_id == str(LI)
hold = update(holds).where(holds.c.id == "h")


@pytest.mark.parametrize(
    ("change", "differing"),
    [
        (li.values(posted=91), {"balance"}),
        (li.values(sequence=4), {"last_sequence"}),
        (li.values(held=0), {"held"}),
        (update(entries).where(line, entries.c.sequence == 2).values(balance=121), {"running_balance"}),
        (update(entries).where(line, entries.c.sequence == 3).values(sequence=4), {"sequence"}),
        (
            update(entries).where(line, entries.c.sequence == 3).values(amount=-31),
            {"running_balance", "balance", "total", "remaining"},
        ),
        (
            delete(entries).where(line, entries.c.sequence == 1),
            {"sequence", "running_balance", "balance", "last_sequence", "total", "legs"},
        ),
        (
            update(transactions).where(transactions.c.id == "a1").values(recorded_at=START + 5 * HOUR),
            {"recorded_at"},
        ),
        (
            update(transactions)
            .where(transactions.c.id == "a1")
            .values(recorded_at=null(), refusal="insufficient_points", refusal_fields={}),
            {"transaction"},
        ),
        (
            update(transactions)
            .where(transactions.c.id == "p2")
            .values(recorded_at=START, refusal=null(), refusal_fields=null()),
            {"legs"},
        ),
        (hold.values(remaining=19), {"remaining", "held"}),
        (hold.values(status="released"), {"held"}),
    ],
    ids=[
        "balance",
        "count of entries",
        "points held",
        "running balance",
        "gap",
        "amount",
        "entry taken away",
        "time",
        "entries of a refused transaction",
        "no entries of a posted transaction",
        "remainder of a hold",
        "status of a hold",
    ],
)
def test_a_changed_figure_is_found(store: SqlStore, change: Update | Delete, differing: set[str]) -> None:
    assert found(store) == ()
    with store._engines.writing.begin() as connection:
        community = change.table.c.community_id
        assert connection.execute(change.where(community == "baiyang")).rowcount == 1
    assert {difference.what for difference in found(store)} == differing
    assert found(store, "elsewhere") == ()


def test_a_difference_says_where_and_how_much(store: SqlStore) -> None:
    with store._engines.writing.begin() as connection:
        connection.execute(li.where(accounts.c.community_id == "baiyang").values(posted=91))
        connection.execute(
            update(entries)
            .where(line, entries.c.community_id == "baiyang", entries.c.sequence == 2)
            .values(balance=121)
        )
    assert found(store) == (
        Difference("running_balance", "points/member/li#2", "121", "120"),
        Difference("balance", "points/member/li", "91", "90"),
    )
