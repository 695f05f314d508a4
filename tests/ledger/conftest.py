"""A ledger in which everything has happened, in each database, for all tests of a module."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import pytest

from gridpoints.ledger.merkle import Growth
from gridpoints.storage.sql.store import SqlStore
from tests.conftest import _database, _named
from tests.ledger.tampering import BLOCK_LEVEL, Village, settled


@pytest.fixture(scope="module")
def small_blocks() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Growth.__init__, "__defaults__", (BLOCK_LEVEL,))
        yield


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def village(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, small_blocks: None
) -> Iterator[Village]:
    if request.param == "sqlite":
        with closing(SqlStore(f"sqlite:///{tmp_path_factory.mktemp('tampering')}/x.db")) as store:
            yield settled(store)
    else:
        server = request.getfixturevalue("postgres_server")
        with _database(server) as name, closing(SqlStore(_named(server, name))) as store:
            yield settled(store)
