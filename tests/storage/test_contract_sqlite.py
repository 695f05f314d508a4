from collections.abc import Callable

import pytest

from gridpoints.storage.sql.store import SqlStore
from gridpoints.testing import StorageContract


class TestSqliteStore(StorageContract):
    @pytest.fixture
    def open_store(self, sqlite_url: str) -> Callable[[], SqlStore]:
        return lambda: SqlStore(sqlite_url)
