from collections.abc import Callable

import pytest

from gridpoints.storage.memory.store import MemoryStore
from gridpoints.testing import StorageContract


class TestMemoryStore(StorageContract):
    durable = False
    checks_floors = False
    reads_while_writing = False

    @pytest.fixture
    def open_store(self) -> Callable[[], MemoryStore]:
        return MemoryStore
