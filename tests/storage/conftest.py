"""Two processes that post to one community on PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import pytest

from gridpoints.storage.sql.store import SqlStore
from gridpoints.testing.contract.base import LI, SHOP, ZHAO, Clerk, found, issue


@pytest.fixture
def clerk(postgres_url: str) -> Iterator[Clerk]:
    """It has just given Li and Zhao 10 points each, and remembers that."""
    with closing(SqlStore(postgres_url)) as store:
        clerk = found(store, "baiyang")
        clerk.post(issue("li", LI, 9), issue("shop", SHOP, 1))
        clerk.post(issue("li-again", LI, 1), issue("zhao", ZHAO, 10))
        yield clerk


@pytest.fixture
def colleague(clerk: Clerk, postgres_url: str) -> Iterator[Clerk]:
    """At work in another process."""
    with closing(SqlStore(postgres_url)) as store:
        yield Clerk(store, "baiyang")


@pytest.fixture
def messages(clerk: Clerk, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many statements were in each message that was sent."""
    from gridpoints.storage.sql.wire import Wire

    sent: list[int] = []
    flush = Wire.flush

    def counted(wire: Wire) -> None:
        if wire._queue:
            sent.append(len(wire._queue))
        flush(wire)

    monkeypatch.setattr(Wire, "flush", counted)
    return sent
