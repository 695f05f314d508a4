from collections.abc import Callable

import pytest

from gridpoints.storage.sql.store import SqlStore
from gridpoints.testing import StorageContract


class TestPostgresStore(StorageContract):
    @pytest.fixture
    def open_store(self, postgres_url: str) -> Callable[[], SqlStore]:
        return lambda: SqlStore(postgres_url)
